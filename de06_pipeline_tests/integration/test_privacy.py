"""No personal value leaves the landing zone: marked values are planted everywhere, then every byte
that was written is searched.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from de06_pipeline.contracts.model import Field, FieldType
from de06_pipeline.periods import Month
from de06_pipeline_tests.integration.home import Home, Printed, copy_of
from de06_pipeline_tests.integration.planted import (
    BIRTH_DATES,
    IDS,
    NAMES,
    PASSPORT,
    PHONES,
    markers_below,
    markers_in,
)
from de06_pipeline_tests.integration.tiny_exports import (
    CONTRACTS,
    LONG_AN,
    QUANG_NAM,
    Row,
    csv_text,
    rows,
    spoiled,
)

MONTH = "2024-01"
PERSONAL = {
    dataset: [f for f in contract.delivered_fields if f.is_personal]
    for dataset, contract in CONTRACTS.items()
}
DATASETS = tuple(dataset for dataset, fields in PERSONAL.items() if fields)
FIRM_TYPES = set(FieldType) - {FieldType.TEXT}


def _values(field: Field) -> tuple[str, ...]:
    """Marked values for a personal field, valid and malformed."""
    if "birth" in field.name:
        return BIRTH_DATES[:1] if field.type is FieldType.DATE else BIRTH_DATES
    if "phone" in field.name:
        return PHONES
    if field.name.endswith("_id"):
        return IDS
    if field.name == "document_number":
        return IDS[:1]
    return NAMES


def _personal(dataset: str, record: Row, number: int) -> Row:
    """The record with a marked value in each of its personal fields."""
    values = {
        field.name: _values(field)[number % len(_values(field))] for field in PERSONAL[dataset]
    }
    if number % 3 == 2 and "document_number" in values:
        values |= {"document_number": PASSPORT, "document_type": "4"}
    return record | values


def _good(dataset: str, supplier: str, count: int) -> list[Row]:
    return [
        _personal(dataset, record, number)
        for number, record in enumerate(rows(dataset, supplier, Month.parse(MONTH), count))
    ]


def _shifted(dataset: str, supplier: str) -> list[Row]:
    """Rows with a name, an ID or a phone in each field that is not plain text, and rows whose cells
    are shifted as a whole.

    Each row has an unreadable status besides, so that it is a broken row whatever the field makes
    of the value.
    """
    record = _personal(dataset, rows(dataset, supplier, Month.parse(MONTH), 1, first=900)[0], 0)
    firm = [f.name for f in CONTRACTS[dataset].delivered_fields if f.type in FIRM_TYPES]
    single = [
        record | {"status": "?"} | {name: value}
        for name in firm
        for value in (NAMES[0], NAMES[1], IDS[0], IDS[3], PHONES[0])
    ]
    names = [f.name for f in CONTRACTS[dataset].delivered_fields]
    # Without the birth date: moved into a field of dates it is a date like any other, and dates are
    # shown.
    cells = [NAMES[0] if "birth" in name else record.get(name, "") for name in names]
    turned = [dict(zip(names, cells[by:] + cells[:by], strict=True)) for by in range(1, len(names))]
    return single + turned


def _broken_text(dataset: str, supplier: str) -> bytes:
    """A file with records that cannot be split or decoded: too many cells, a quote that is never
    closed, a stray byte.
    """
    lines = csv_text(dataset, _good(dataset, supplier, 6)).splitlines()
    lines[2] += f",{NAMES[0]},{IDS[0]}"
    lines[4] = f'"{NAMES[1]},{PHONES[0]}' + lines[4]
    text = "\n".join(lines) + "\n"
    return text.encode() + NAMES[0].encode() + b"\xff\xfe\x81," + IDS[0].encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Told:
    """A home in which every kind of delivery was processed, and all that was said meanwhile."""

    home: Home
    printed: tuple[Printed, ...]
    logged: str


class _Everything(logging.Handler):
    """Keeps every log record of every library, exceptions and arguments included."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record) + repr(record.__dict__.get("args")))


@pytest.fixture(scope="module")
def log() -> Iterator[_Everything]:
    handler, root = _Everything(), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture(scope="module")
def told(empty_home: Path, tmp_path_factory: pytest.TempPathFactory, log: _Everything) -> Told:
    """Accepted with some quarantined rows (Quảng Nam), refused for shifted rows (Long An), broken
    and headerless files (others).
    """
    home = copy_of(empty_home, tmp_path_factory.mktemp("privacy") / "home")
    to_check = []
    for dataset in DATASETS:
        accepted = _good(dataset, QUANG_NAM, 120)
        accepted[-2:] = spoiled(dataset, accepted[-2:], 2)
        home.deliver(dataset, MONTH, QUANG_NAM, accepted)
        to_check.append(
            home.deliver(
                dataset, MONTH, LONG_AN, [*_good(dataset, LONG_AN, 6), *_shifted(dataset, LONG_AN)]
            )
        )
    dataset = "cccd_issuance"
    to_check += [
        home.put(dataset, MONTH, "ha-noi", _broken_text(dataset, QUANG_NAM)),
        home.put(
            dataset,
            MONTH,
            "ha-giang",
            csv_text(dataset, _good(dataset, QUANG_NAM, 6)).partition("\n")[2],
        ),
    ]
    reports = home.path / "reports" / "checked"
    printed = [home.de06("run", MONTH)]
    for number, path in enumerate(to_check):
        about = ("--dataset", path.parts[-4], "--month", MONTH, "--supplier", path.parts[-2])
        printed.append(
            home.de06("validate", str(path), *about, "--report", str(reports / f"{number}.html"))
        )
    printed += [
        home.de06("status"),
        home.de06("why", "--indicator", "cccd.issued", "--month", MONTH, "--area", "49"),
    ]
    return Told(home, tuple(printed), "\n".join(log.lines))


def test_the_deliveries_are_what_they_are_meant_to_be(told: Told) -> None:
    """Otherwise the search below would find nothing because nothing was processed."""
    rows = told.home.query(
        "SELECT DISTINCT dataset, supplier, status FROM delivery WHERE dataset IN (SELECT dataset FROM accepted)"
    )
    assert {(dataset, QUANG_NAM, "accepted") for dataset in DATASETS} <= set(rows)
    assert {(dataset, LONG_AN, "refused") for dataset in DATASETS} <= set(rows)
    assert {
        ("cccd_issuance", "ha-noi", "refused"),
        ("cccd_issuance", "ha-giang", "refused"),
    } <= set(rows)
    ((quarantined,),) = told.home.query("SELECT count(*) FROM quarantine")
    assert quarantined > 500
    assert [printed.code for printed in told.printed[-2:]] == [0, 0]
    for kind in ("html", "csv"):
        assert (
            len(list((told.home.path / "reports" / "checked").glob(f"*.{kind}")))
            == len(DATASETS) + 2
        )
        assert (
            told.home.path / "reports" / "suppliers" / "cccd_issuance" / MONTH / f"ha-noi.{kind}"
        ).is_file()


def test_the_search_finds_what_was_planted(told: Told) -> None:
    by_dataset = {
        dataset: markers_below(told.home.landing / dataset, besides=told.home.path / "lake")
        for dataset in DATASETS
    }
    for dataset, places in by_dataset.items():
        assert places, dataset
    assert set().union(
        *(markers for places in by_dataset.values() for markers in places.values())
    ) == {
        *("zzmarker", "c9735791"),
        *("99735791", "912735791", "17111937", "19371117"),
    }


def test_nothing_that_was_written_holds_a_personal_value(told: Told) -> None:
    assert markers_below(told.home.path, besides=told.home.landing) == {}


def test_nothing_that_was_said_holds_a_personal_value(told: Told) -> None:
    for printed in told.printed:
        assert markers_in(printed.text) == set()
    assert told.logged, "nothing was captured"
    assert markers_in(told.logged) == set()


def test_the_scratch_folder_is_empty_and_closed_to_others(told: Told) -> None:
    scratch = told.home.path / "scratch"
    assert list(scratch.iterdir()) == []
    assert scratch.stat().st_mode & 0o077 == 0


def test_a_crash_on_a_personal_value_leaves_no_trace_of_it(
    home: Home, log: _Everything, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB quotes the value in a conversion error, and an exception chain would carry it into
    Dagster's event log.
    """
    from de06_pipeline.ingest import deliver

    quoted: list[str] = []

    def crash(con: duckdb.DuckDBPyConnection, *_: Any) -> None:
        try:
            con.execute(
                "SELECT CAST(citizen_id__cell || '?' AS INTEGER) FROM delivered_cells()"
            ).fetchall()
        except duckdb.ConversionException as error:
            quoted.append(str(error))
            raise

    monkeypatch.setattr(deliver, "supersede", crash)
    home.deliver("cccd_issuance", MONTH, QUANG_NAM, _good("cccd_issuance", QUANG_NAM, 6))
    said = len(log.lines)
    printed = home.de06("run", MONTH, "--dataset", "cccd_issuance")

    assert markers_in(quoted[0]), "the library does not quote any more: this test tests nothing"
    assert printed.code == 1
    assert printed.says(
        "ingest_cccd_issuance", "ConversionException", "de06_pipeline.ingest.deliver", "withheld"
    )
    assert markers_in(printed.text) == set()
    assert markers_in("\n".join(log.lines[said:])) == set()
    assert markers_below(home.path, besides=home.landing) == {}
    assert list((home.path / "scratch").iterdir()) == []


def test_a_crash_while_a_file_is_checked_before_sending_leaves_no_trace_either(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from de06_pipeline.ingest import deliver

    def crash(con: duckdb.DuckDBPyConnection, *_: Any) -> None:
        con.execute(
            "SELECT CAST(citizen_id__cell || '?' AS INTEGER) FROM delivered_cells()"
        ).fetchall()

    monkeypatch.setattr(deliver, "supersede", crash)
    path = tmp_path / "the.csv"
    path.write_text(
        csv_text("cccd_issuance", _good("cccd_issuance", QUANG_NAM, 6)), encoding="utf-8"
    )
    printed = home.de06("validate", str(path), "--dataset", "cccd_issuance", "--month", MONTH)
    assert printed.code == 2
    assert printed.says("ConversionException", "withheld")
    assert markers_in(printed.text) == set()
