"""A sheet of the workbook, and how cells are formatted and worded."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from de06_pipeline.reports.monthly import sections
from de06_pipeline.reports.monthly.facts import Facts, ReportFigure
from de06_pipeline.reports.monthly.numbers import places_for

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook

    from de06_pipeline.registry.model import Indicator


# The codes of a workbook are the American ones; a Vietnamese Excel shows 1.234,5 for them.
_INTEGER = "#,##0"
_DECIMALS = {0: _INTEGER, 1: "#,##0.0", 2: "#,##0.00", 3: "#,##0.000"}
WIDTH_OF_NAMES = 46


class ReportSheet:
    """A sheet that is written from the top: title, notes, then tables with a frozen heading."""

    def __init__(self, book: Workbook, name: str, formats: dict[str, Format], title: str) -> None:
        self.sheet = book.add_worksheet(name)
        self.formats = formats
        self.row = 0
        self._frozen = False
        self.sheet.hide_gridlines(2)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_row(0, 24)
        self.sheet.write(0, 0, title, formats["title"])
        self.row = 1
        self._widths: Sequence[int] = ()

    def note(self, text: str) -> None:
        self.sheet.write(self.row, 0, text, self.formats["note"])
        self.row += 1

    def heading(self, text: str) -> None:
        self.row += 1
        self.sheet.write(self.row, 0, text, self.formats["heading"])
        self.row += 1

    def table(
        self, head: Sequence[str], rows: Iterable[Sequence[Any]], widths: Sequence[int]
    ) -> None:
        """Cells are values, or (value, format's name)."""
        first = self.row
        for column, text in enumerate(head):
            self.sheet.write(self.row, column, text, self.formats["head"])
        if not self._frozen:
            self.sheet.freeze_panes(self.row + 1, 1)
            self.sheet.repeat_rows(self.row)
            self._widths = widths
            for column, width in enumerate(widths):
                self.sheet.set_column(column, column, width)
        self._fit(head)
        self.row += 1
        for row in rows:
            self._fit([cell[0] if isinstance(cell, tuple) else cell for cell in row])
            for column, cell in enumerate(row):
                value, name = cell if isinstance(cell, tuple) else (cell, "")
                self._write(column, value, name)
            self.row += 1
        if not self._frozen and self.row > first + 1:
            self.sheet.autofilter(first, 0, self.row - 1, len(head) - 1)
        self._frozen = True

    def data(
        self, head: Sequence[str], rows: Iterable[Sequence[Any]], widths: Sequence[int]
    ) -> None:
        """A long table to filter and to calculate with: no borders and nothing in empty cells, which
        are half of the work of writing it. Cells are values, or (value, places).
        """
        sheet, formats = self.sheet, self.formats
        sheet.hide_gridlines(1)
        for column, text in enumerate(head):
            sheet.write(self.row, column, text, formats["head"])
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width, formats["plain"])
        sheet.freeze_panes(self.row + 1, 1)
        sheet.repeat_rows(self.row)
        first = self.row
        for row in rows:
            self.row += 1
            for column, cell in enumerate(row):
                value, places = cell if isinstance(cell, tuple) else (cell, "")
                if value is None or value == "":
                    continue
                if isinstance(value, int | float):
                    name = places or ("0" if isinstance(value, int) else "1")
                    sheet.write_number(self.row, column, value, formats[f"plain {name}"])
                else:
                    sheet.write_string(self.row, column, value)
        sheet.autofilter(first, 0, max(self.row, first + 1), len(head) - 1)
        self.row += 1

    def _fit(self, texts: Sequence[Any]) -> None:
        """The row as high as its longest text needs; not every program does that itself."""
        lines = 1
        for text, width in zip(texts, self._widths, strict=False):
            if isinstance(text, str) and text:
                lines = max(lines, math.ceil(len(text) * 1.12 / width))
        if lines > 1:
            self.sheet.set_row(self.row, 15 * lines)

    def _write(self, column: int, value: Any, name: str) -> None:
        if value is None or value == "":
            self.sheet.write_blank(self.row, column, None, self.formats[name or "text"])
        elif isinstance(value, int | float):
            self.sheet.write_number(
                self.row,
                column,
                value,
                self.formats[name or ("0" if isinstance(value, int) else "1")],
            )
        elif hasattr(value, "strftime"):
            self.sheet.write_datetime(self.row, column, value, self.formats[name or "date"])
        else:
            # As text, so that a name beginning with "=" is never a formula.
            self.sheet.write_string(self.row, column, str(value), self.formats[name or "text"])


def cell_formats(book: Workbook) -> dict[str, Format]:
    font = {"font_name": "Times New Roman", "font_size": 11, "valign": "top"}
    cell = {**font, "border": 1, "border_color": "#C5CED6"}
    numbers = {
        str(places): book.add_format({**cell, "num_format": code})
        for places, code in _DECIMALS.items()
    }
    plain = {"font_name": font["font_name"], "font_size": font["font_size"]}
    return {
        **numbers,
        "plain": book.add_format(plain),
        **{
            f"plain {places}": book.add_format({**plain, "num_format": code})
            for places, code in _DECIMALS.items()
        },
        "title": book.add_format({**font, "font_size": 15, "bold": True, "font_color": "#123F6B"}),
        "note": book.add_format({**font, "italic": True, "font_color": "#51606F"}),
        "heading": book.add_format({**font, "bold": True, "font_size": 12}),
        "head": book.add_format(
            {**cell, "bold": True, "bg_color": "#DCE6F0", "text_wrap": True, "valign": "vcenter"}
        ),
        "text": book.add_format({**cell, "text_wrap": True}),
        "bold": book.add_format({**cell, "bold": True, "text_wrap": True}),
        "date": book.add_format({**cell, "num_format": "dd/mm/yyyy", "align": "left"}),
        "good": book.add_format({**cell, "font_color": "#0B6B4F", "bg_color": "#E1F3EC"}),
        "fair": book.add_format({**cell, "font_color": "#8A5300", "bg_color": "#FDF0D9"}),
        "low": book.add_format({**cell, "font_color": "#A3261A", "bg_color": "#FBE6E3"}),
    }


def rounded(indicator: Indicator, value: float | None) -> tuple[float | None, str]:
    return value, str(places_for(indicator, value))


def parts_of(indicator: Indicator, figure: ReportFigure | None) -> list[Any]:
    """Numerator and denominator as numbers in the unit shown."""
    if figure is None or not figure.is_known or figure.denominator is None:
        return ["", ""]
    if not indicator.has_denominator or figure.numerator is None:
        return ["", ""]
    top = figure.numerator if indicator.per == 1 else figure.numerator / indicator.per
    below = figure.denominator / indicator.per if indicator.kind == "score" else figure.denominator
    return [top, int(below) if below == int(below) else below]


def remark_on(shown: sections.Shown) -> str:
    remarks = []
    if not shown.is_known and shown.why:
        remarks.append(shown.why.vi)
    if shown.partial:
        remarks.append(shown.partial.vi)
    if shown.small:
        remarks.append("mẫu số nhỏ")
    if shown.above:
        remarks.append("trên 100 %, nêu như đã tính")
    if shown.figure and shown.figure.bound:
        remarks.append(f"số báo cáo dạng “{shown.figure.bound}”")
    if shown.estimated:
        remarks.append(shown.estimated.vi)
    return "; ".join(remarks)


def unit_of(facts: Facts, indicator: Indicator) -> str:
    named = facts.unit_names.get(indicator.unit)
    return named.vi if named else indicator.unit
