"""Leaving out rows in which nothing is to be found changes nothing of what a sheet says."""

from __future__ import annotations

from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from de06_pipeline.landing.workbook import facts_xlsx
from de06_pipeline.landing.workbook.number_formats import number_format
from de06_pipeline_tests.laws import examples

PERCENT = number_format("0.0%")
assert PERCENT
FORMATS = {"7": PERCENT}
NUMBERED = '<row r="{row}">{cells}</row>'
ODD_ROWS = (
    '\n  <row r="{row}" spans="1:3">{cells}</row>',
    "<row>{cells}</row>",
    '<row spans="1:3" r="{row}">{cells}</row>',
    '<row r="{row}" />',
    '<row r="{row}">{cells}</row >',
    '<!-- </row> --><row r="{row}">{cells}</row>',
    '<row spans="1:3">{cells}</row>',
    '<row r="{row}"><!-- </row><row r="1"></row> -->{cells}</row>',
    '<row r="{row}">{cells}<extLst><ext><row r="1"></row></ext></extLst></row>',
    '<?x </row> ?><row r="{row}">{cells}</row>',
)
PLAIN = "<c><v>1</v></c>"
ODD_CELLS = (
    '<c r="C{row}"><v>2</v></c>',
    '<c t="inlineStr"><is><t>&lt;/row&gt;</t></is></c>',
    '<c t="e"><v>#N/A</v></c>',
    "<c r='D{row}' t='e'><v>#SPILL!</v></c>",
    "<c><f>A1</f></c>",
    '<c s="7"><v>0.5</v></c>',
    '<c t="&#101;"><v>#REF!</v></c>',
)
HEADS = ('<?xml version="1.0"?>', "", "<!-- </row> -->")


@st.composite
def sheets(draw: st.DrawFn) -> bytes:
    """Many numbered rows of plain cells, with few of one odd kind of row and few odd cells."""
    odd_row = draw(st.sampled_from(ODD_ROWS))
    gap = draw(st.integers(0, 3))
    rows = draw(st.lists(st.integers(0, 19), min_size=10, max_size=60))
    written = draw(st.sampled_from(HEADS)) + "<worksheet><sheetData>"
    for number, kind in enumerate(rows, start=1):
        cells = PLAIN * (kind % 3) + (draw(st.sampled_from(ODD_CELLS)) if kind > 16 else "")
        row = odd_row if kind in (0, 1, 2, 3, 17, 18) else NUMBERED
        place = str(number + gap * (number // 10))
        written += row.replace("{cells}", cells).replace("{row}", place)
    return (written + "</sheetData></worksheet>").encode()


@settings(deadline=None, max_examples=examples(400))
@given(content=sheets(), size=st.integers(20, 400))
def test_rows_without_a_sign_are_left_out_unnoticed(content: bytes, size: int) -> None:
    whole = facts_xlsx._XlsxScan(FORMATS, False)
    whole.read([content], ())
    part = facts_xlsx._XlsxScan(FORMATS, False)
    with mock.patch.object(facts_xlsx, "_SLICE_BYTES", size):
        part.read([content], facts_xlsx._signs(FORMATS))
    assert part.facts == whole.facts
    assert part.unknown_errors == whole.unknown_errors


def test_most_rows_are_left_out() -> None:
    row = '<row r="{}"><c r="A{}"><v>1</v></c></row>'
    plain = "".join(row.format(n, n) for n in range(1, 100_000))
    last = '<row r="100000"><c r="A100000" t="e"><v>#N/A</v></c></row>'
    content = f"<worksheet><sheetData>{plain}{last}</sheetData></worksheet>".encode()
    pieces = list(facts_xlsx._pieces([content], facts_xlsx._signs({})))
    assert sum(len(piece) for _, piece in pieces) < len(content) / 10
    scan = facts_xlsx._XlsxScan({}, False)
    scan.read([content], facts_xlsx._signs({}))
    assert scan.facts.errors == {100_000: {0: "#N/A"}}


@pytest.mark.parametrize("begin", ["<row>", '<row spans="1:3">'])
def test_rows_without_a_number_are_counted_from_one_that_has(begin: str) -> None:
    numbered = NUMBERED.replace("{row}", "7").replace("{cells}", PLAIN)
    unnumbered = f"{begin}{PLAIN}</row>"
    error = f'{begin}<c t="e"><v>#N/A</v></c></row>'
    content = f"<worksheet><sheetData>{numbered * 2}{unnumbered * 2}{error}</sheetData></worksheet>"
    for size in range(20, len(content)):
        scan = facts_xlsx._XlsxScan({}, False)
        with mock.patch.object(facts_xlsx, "_SLICE_BYTES", size):
            scan.read([content.encode()], facts_xlsx._signs({}))
        assert scan.facts.errors == {10: {0: "#N/A"}}
