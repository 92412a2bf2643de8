"""The sample reports agree with every published figure that comes from agencies, as the pipeline
reads their words.
"""

from __future__ import annotations

import csv

import duckdb
import pytest

from de06_pipeline.contracts.load import load_contract
from de06_pipeline.parsing import stated
from de06_pipeline.parsing.macros import create_macros
from de06_pipeline.periods import Month
from de06_pipeline.samples.places import LONG_AN, QUANG_NAM
from de06_pipeline.samples.reports import reports
from de06_pipeline.settings import REPOSITORY

CONTRACT = load_contract(REPOSITORY / "data_contracts" / "sources" / "agency_reports.odcs.yaml")
CODES = {str(value.value) for value in CONTRACT.field("indicator_code").enum}
BILLION = 10**9


def published() -> list[dict[str, str]]:
    with (REPOSITORY / "data_contracts" / "reference" / "published_figures.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        return [
            row
            for row in csv.DictReader(line for line in file if not line.startswith("#"))
            if row["indicator_code"] in CODES
        ]


def number(text: str) -> tuple[float, str | None]:
    """Value and bound of a cell of the samples."""
    with duckdb.connect() as con:
        create_macros(con)
        cell = f"SELECT {stated.parts(CONTRACT.field('numerator'), 't')} AS p FROM (SELECT ? AS t)"
        row = con.execute(
            f"SELECT {stated.value('p')}, {stated.bound('p')} FROM ({cell})", [text]
        ).fetchone()
    assert row is not None
    assert row[0] is not None, text
    return float(row[0]), row[1]


@pytest.mark.parametrize("figure", published(), ids=lambda figure: figure["id"])
def test_a_published_figure_is_reported(figure: dict[str, str]) -> None:
    office = {"49": QUANG_NAM, "80": LONG_AN}[figure["province_code"]]
    table = reports(office, Month(2024, 8))
    columns = ("indicator_code", "breakdown", "district")
    wanted = (figure["indicator_code"], figure["breakdown"], figure["district_code"])
    [position] = [
        n
        for n, values in enumerate(zip(*(table[name] for name in columns), strict=True))
        if values == wanted
    ]
    value, in_words = number(table["numerator"][position])
    of = table["denominator"][position]
    if figure["numerator"] or not of:
        expected = float(figure["numerator"] or figure["value"]) * (
            BILLION if figure["unit"] == "billion VND" else 1
        )
    else:
        value, expected = 100 * value / number(of)[0], float(figure["value"])
    if of and figure["denominator"]:
        assert number(of)[0] == float(figure["denominator"])
    assert (table["bound"][position] or in_words or "") == figure["bound"]
    assert value > expected if figure["bound"] == ">" else value == expected


def test_every_report_is_one_that_agencies_may_send() -> None:
    sent = {
        code
        for office in (QUANG_NAM, LONG_AN)
        for code in reports(office, Month(2024, 8))["indicator_code"]
    }
    assert sent == CODES, "each at least once"
