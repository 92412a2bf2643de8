"""What is read from a workbook is what was written into it, in whatever way its writer put it; or
the difference is named by row and column.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import openpyxl
import pytest
import xlsxwriter
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from de06_pipeline.landing.expected import ColumnKind, ExpectedTable
from de06_pipeline.landing.table.other_rows import MOST_NAMED
from de06_pipeline.landing.workbook.facts import address
from de06_pipeline_tests.laws import examples
from de06_pipeline_tests.unit import ods_kit, xlsb_kit
from de06_pipeline_tests.unit.workbook_kit import STRICT, TRANSITIONAL, by_hand, read, rows

HEADER = ["Mã", "Tỉnh", "Số", "Ngày", "Ghi chú"]
EXPECTED = ExpectedTable(
    {"Mã": "code", "Tỉnh": "province"}.get,
    frozenset({"code", "province"}),
    frozenset({"code", "province"}),
    frozenset({"code"}),
    {"province": ColumnKind.AREA},
)
FIRST_DAY = dt.date(1899, 12, 30)


@dataclass(frozen=True)
class Written:
    """One cell: its value, what is to be read, and whether it is an error to be named."""

    value: object
    read: str
    is_bad: bool = False


TEXTS = (
    st.sampled_from(
        [
            *("Tổng cộng", "Ví dụ", "[Mẫu 05] x", "<NULL>", "I", "Ghi chú", "(1)", "Trong đó"),
            *("Người lập biểu", "Đơn vị tính: nghìn", "e", "Chư M'Đrắk", "a & b <c>", 'x "y"'),
        ]
    )
    | st.text(st.sampled_from("abc đĐ1<>&'\"."), min_size=1, max_size=8)
).map(lambda text: Written(text, " ".join(text.split())))
NUMBERS = st.integers(-(10**9), 10**9).map(lambda n: Written(n, str(n)))
PERCENTS = st.integers(0, 1000).map(
    lambda n: Written(
        ("percent", n / 1000), f"{n / 10:.1f}".replace(".", ",").removesuffix(",0") + " %"
    )
)
DATES = st.dates(dt.date(1950, 1, 1), dt.date(2090, 1, 1)).map(lambda d: Written(d, str(d)))
EMPTY = st.just(Written(None, ""))
ERRORS = st.sampled_from(["#N/A", "#SPILL!", "#CALC!", "#REF!"]).map(
    lambda e: Written(("error", e), e, is_bad=True)
)
FORMULAS = st.just(Written(("formula", None), "#FORMULA!", is_bad=True))
CELLS = st.one_of(TEXTS, NUMBERS, PERCENTS, DATES, EMPTY, ERRORS, FORMULAS)
NEEDED = st.integers(1, 999).map(lambda n: Written(f"D{n}", f"D{n}"))
TABLES = st.lists(st.tuples(NEEDED, NEEDED, CELLS, CELLS, CELLS), min_size=1, max_size=6)


@settings(max_examples=examples(150), deadline=None)
@given(table=TABLES, data=st.data())
def test_by_hand(table: list[tuple[Written, ...]], data: st.DataObject) -> None:
    """Attributes in any order and quotes, places or none, strict or not."""
    has_places = data.draw(st.booleans())
    has_single_quotes = data.draw(st.booleans())
    cells = {}
    for row, written in enumerate(table, start=2):
        cells[row] = [
            _by_hand(cell, address(row, column) if has_places else "", has_single_quotes, data)
            for column, cell in enumerate(written)
        ]
    header = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in HEADER)
    body = f"<row>{header}</row>" + "".join(f"<row>{''.join(c)}</row>" for c in cells.values())
    family = data.draw(st.sampled_from([TRANSITIONAL, STRICT]))
    encoding = data.draw(st.sampled_from(["utf-8", "utf-16"]))
    with TemporaryDirectory() as folder:
        path = Path(folder, "x.xlsx")
        by_hand(path, body, family=family, encoding=encoding, formats=["0.0%", "dd/mm/yyyy"])
        _check(path, table)


def _by_hand(cell: Written, place: str, has_single_quotes: bool, data: st.DataObject) -> str:
    attributes, content = {"r": place} if place else {}, ""
    match cell.value:
        case ("error", text):
            attributes["t"], content = "e", f"<v>{text}</v>"
        case ("formula", _):
            content = data.draw(st.sampled_from(["<f>A1</f>", "<f>A1</f><v/>", "<f/><v></v>"]))
        case ("percent", share):
            attributes["s"], content = "1", f"<v>{share!r}</v>"
        case dt.date() as day:
            attributes["s"], content = "2", f"<v>{(day - FIRST_DAY).days}</v>"
        case int(number):
            content = f"<v>{number}</v>"
        case str(text):
            shape = data.draw(st.sampled_from(["inlineStr", "str"]))
            attributes["t"] = shape
            content = f"<v>{escape(text)}</v>"
            if shape == "inlineStr":
                content = f'<is><t xml:space="preserve">{escape(text)}</t></is>'
    said = [
        f"{key}={quoteattr(value)}"
        for key, value in data.draw(st.permutations(list(attributes.items())))
    ]
    if has_single_quotes:
        said = [text.replace('"', "'") for text in said]
    return f"<c {' '.join(said)}>{content}</c>" if said else f"<c>{content}</c>"


@settings(max_examples=examples(60), deadline=None)
@given(table=TABLES, is_1904=st.booleans(), is_merged=st.booleans())
def test_by_openpyxl(table: list[tuple[Written, ...]], is_1904: bool, is_merged: bool) -> None:
    """Days counted from 1900 or 1904; provinces one by one, or once for all rows."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "x.xlsx")
        table = _by_openpyxl(path, table, is_1904, is_merged)
        _check(path, table)


def _by_openpyxl(
    path: Path, table: list[tuple[Written, ...]], is_1904: bool, is_merged: bool
) -> list[tuple[Written, ...]]:
    """Write a workbook; returns the table as it is to be read."""
    book = openpyxl.Workbook()
    if is_1904:
        book.epoch = CALENDAR_MAC_1904
    book.active.append(HEADER)
    for row, written in enumerate(table, start=2):
        for column, cell in enumerate(written, start=1):
            made = book.active.cell(row, column)
            match cell.value:
                case ("error", text):
                    made.value, made.data_type = text, "e"
                case ("formula", _):
                    made.value = "=1+1"
                case ("percent", share):
                    made.value, made.number_format = share, "0.0%"
                case str(text):
                    made.value, made.data_type = text, "s"
                case value:
                    made.value = value
    if is_merged and len(table) > 1:
        book.active.merge_cells(f"B2:B{1 + len(table)}")
        province = table[0][1]
        table = [(code, province, *others) for code, _, *others in table]
    book.save(path)
    return table


@pytest.mark.skipif(
    not shutil.which("soffice") and os.environ.get("DE06_REQUIRE_ALL") != "1",
    reason="LibreOffice is not installed",
)
@settings(max_examples=examples(1), deadline=None, phases=[Phase.generate])
@given(
    table=st.lists(
        st.tuples(NEEDED, NEEDED, *[st.one_of(TEXTS, NUMBERS, PERCENTS, DATES, EMPTY)] * 3),
        min_size=40,
        max_size=60,
    ),
    is_1904=st.booleans(),
)
def test_by_libreoffice(table: list[tuple[Written, ...]], is_1904: bool) -> None:
    """A workbook opened there and saved in each form it has. It computes formulas and knows its own
    errors, so there are none."""
    with TemporaryDirectory() as folder:
        source = Path(folder, "x.xlsx")
        table = _by_openpyxl(source, table, is_1904, is_merged=True)
        for form in ("ods", "xls", "xlsx"):
            out = Path(folder, form)
            profile = f"-env:UserInstallation={Path(folder, 'profile').as_uri()}"
            command = ["soffice", profile, "--headless", "--convert-to", form, "--outdir", str(out)]
            subprocess.run([*command, str(source)], check=True, capture_output=True, timeout=300)
            _check(out / f"x.{form}", table)


@settings(max_examples=examples(60), deadline=None)
@given(table=TABLES, in_memory=st.booleans(), is_1904=st.booleans())
def test_by_xlsxwriter(table: list[tuple[Written, ...]], in_memory: bool, is_1904: bool) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "x.xlsx")
        said = {"constant_memory": in_memory, "date_1904": is_1904}
        with xlsxwriter.Workbook(path, said) as book:
            sheet = book.add_worksheet()
            percent, day = (book.add_format({"num_format": f}) for f in ("0.0%", "dd/mm/yyyy"))
            sheet.write_row(0, 0, HEADER)
            for row, written in enumerate(table, start=1):
                for column, cell in enumerate(written):
                    match cell.value:
                        case ("error", text):
                            sheet.write_formula(row, column, "=X1", None, text)
                        case ("formula", _):
                            sheet.write_formula(row, column, "=1+1")
                        case ("percent", share):
                            sheet.write_number(row, column, share, percent)
                        case dt.date() as date:
                            sheet.write_datetime(row, column, date, day)
                        case str(text):
                            sheet.write_string(row, column, text)
                        case int(number):
                            sheet.write_number(row, column, number)
        _check(path, table)


@settings(max_examples=examples(60), deadline=None)
@given(table=TABLES, data=st.data())
def test_by_hand_as_opendocument(table: list[tuple[Written, ...]], data: st.DataObject) -> None:
    """Cells and rows that are equal may stand for all of their repetitions; provinces one by one, or
    once for all rows; whatever day the workbook counts from.
    """
    is_merged = len(table) > 1 and data.draw(st.booleans())
    cells = [[_opendocument(cell) for cell in written] for written in table]
    if is_merged:
        province = table[0][1]
        cells[0][1] |= {"rows_spanned": len(table)}
        for others in cells[1:]:
            others[1] = {"covered": True}
        table = [(code, province, *others) for code, _, *others in table]
    body = ods_kit.texts(*HEADER)
    for is_one, group in groupby(cells, key=lambda _: data.draw(st.booleans())):
        for content, same in groupby(group):
            times = len(list(same))
            runs = ((made, len(list(equal))) for made, equal in groupby(content))
            made = [
                ods_kit.cell(**kind, times=often)
                if is_one
                else "".join([ods_kit.cell(**kind)] * often)
                for kind, often in runs
            ]
            body += ods_kit.row(*made, times=times)
    with TemporaryDirectory() as folder:
        path = Path(folder, "x.ods")
        null_date = data.draw(st.sampled_from(["1899-12-30", "1904-01-01"]))
        said = f'<table:null-date table:date-value="{null_date}"/>'
        ods_kit.ods(
            path,
            body,
            before=f"<table:calculation-settings>{said}</table:calculation-settings>",
        )
        _check(path, table)


def _opendocument(cell: Written) -> dict[str, Any]:
    match cell.value:
        case ("error", text):
            return {"text": text, "kind": "string", "string_value": "", "formula": True}
        case ("formula", _):
            return {"formula": True}
        case ("percent", share):
            return {"text": "x", "kind": "percentage", "value": repr(share)}
        case dt.date() as day:
            return {"text": "x", "kind": "date", "date_value": str(day)}
        case int(number):
            return {"text": str(number), "kind": "float", "value": str(number)}
        case str(text):
            return {"text": text, "kind": "string"}
    return {}


@settings(max_examples=examples(60), deadline=None)
@given(table=TABLES, data=st.data())
def test_by_hand_as_binary(table: list[tuple[Written, ...]], data: st.DataObject) -> None:
    """Texts and numbers in each form that the format has for them; provinces one by one, or once for
    all rows; days counted from 1900 or 1904.
    """
    shared = list(HEADER)
    is_1904, is_merged = data.draw(st.booleans()), len(table) > 1 and data.draw(st.booleans())
    first = dt.date(1904, 1, 1) if is_1904 else FIRST_DAY
    body = xlsb_kit.row(1) + b"".join(map(xlsb_kit.shared_text, range(5), range(5)))
    for row, written in enumerate(table, start=2):
        body += xlsb_kit.row(row)
        for column, cell in enumerate(written):
            if not (is_merged and column == 1 and row > 2):
                body += _binary(column, cell, shared, first, data)
    with TemporaryDirectory() as folder:
        path = Path(folder, "x.xlsb")
        xlsb_kit.xlsb(
            path,
            body,
            last=(1 + len(table), len(HEADER) - 1),
            shared=shared,
            formats=["0.0%", "dd/mm/yyyy"],
            computes_on_load=True,
            is_1904=is_1904,
            merges=[(1, len(table), 1, 1)] if is_merged else [],
        )
        if is_merged:
            province = table[0][1]
            table = [(code, province, *others) for code, _, *others in table]
        _check(path, table)


def _binary(
    column: int, cell: Written, shared: list[str], first: dt.date, data: st.DataObject
) -> bytes:
    match cell.value:
        case ("error", text):
            return xlsb_kit.formula_text(column, text)
        case ("formula", _):
            return xlsb_kit.formula_number(column, 0)
        case ("percent", share):
            return xlsb_kit.number(column, share, 1)
        case dt.date() as day:
            number = (day - first).days
            short = data.draw(st.booleans())
            return (xlsb_kit.whole_number if short else xlsb_kit.number)(column, number, 2)
        case int(number):
            short = abs(number) < 1 << 29 and data.draw(st.booleans())
            return (xlsb_kit.whole_number if short else xlsb_kit.number)(column, number)
        case str(text):
            shared.append(text)
            return data.draw(
                st.sampled_from(
                    [
                        xlsb_kit.text(column, text),
                        xlsb_kit.rich_text(column, text),
                        xlsb_kit.formula_text(column, text),
                        xlsb_kit.shared_text(column, len(shared) - 1),
                    ]
                )
            )
    return data.draw(st.sampled_from([b"", xlsb_kit.blank(column)]))


def _check(path: Path, table: list[tuple[Written, ...]]) -> None:
    """Every row is read as it was written, and every bad cell is named."""
    result = read(path, path.parent, EXPECTED)
    width = len(result.header)
    assert [row[1 : 1 + len(HEADER)] for row in rows(result)] == [
        tuple(cell.read for cell in written)[:width] for written in table
    ]
    bad = [
        address(row, column)
        for row, written in enumerate(table, start=2)
        for column, cell in enumerate(written)
        if cell.is_bad
    ]
    assert dict(result.information).get("error_cells", 0) == len(bad)
    assert result.places["error_cells"] == tuple(bad[:MOST_NAMED])
