"""The monthly report as a workbook: one sheet a section, typed cells in Vietnamese number formats,
headings that stay in sight. Every rate has its numerator and denominator in columns of their own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from de06_pipeline.official_figures.agreement import Verdict
from de06_pipeline.reports.monthly import sections
from de06_pipeline.reports.monthly.facts import Facts, ReportFigure
from de06_pipeline.reports.monthly.numbers import STATUS, TONES, places_of, tone_of, value_of
from de06_pipeline.reports.monthly.page import STATES, UNITS_TITLE, WINDOWS, effect_of
from de06_pipeline.reports.monthly.plan import ReportPlan
from de06_pipeline.reports.official_page import VERDICTS

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook

    from de06_pipeline.registry.model import Indicator

# The codes of a workbook are the American ones; a Vietnamese Excel shows 1.234,5 for them.
_INTEGER = "#,##0"
_DECIMALS = {0: _INTEGER, 1: "#,##0.0", 2: "#,##0.00"}
_WIDTH_OF_NAMES = 46


class _ReportSheet:
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


def write_workbook(path: Path, facts: Facts, plan: ReportPlan) -> None:
    """Write the workbook; a reader never sees half of it. The same facts give the same bytes."""
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".xlsx.part")
    book = xlsxwriter.Workbook(
        str(partial), {"in_memory": True, "default_date_format": "dd/mm/yyyy"}
    )
    # Its own clock would make every copy another file.
    moment = facts.published_at.replace(tzinfo=None) if facts.published_at else None
    book.set_properties(
        {
            "title": f"Báo cáo Đề án 06 – {facts.area.full_name} – {facts.month}",
            "author": "de06_pipeline",
            **({"created": moment} if moment else {}),
        }
    )
    formats = _formats(book)
    where = f"{facts.area.full_name}, tháng {facts.month.month}/{facts.month.year}"
    _overview(
        _ReportSheet(book, "Chỉ tiêu chính", formats, f"Chỉ tiêu chính – {where}"), facts, plan
    )
    _by_unit(book, formats, where, facts, plan)
    _form(_ReportSheet(book, "Biểu II.06a", formats, f"Biểu II.06a/VPCP/KSTT – {where}"), facts)
    _score(_ReportSheet(book, "QĐ 766", formats, f"Bộ chỉ số QĐ 766/QĐ-TTg – {where}"), facts, plan)
    _funnels(
        _ReportSheet(
            book, "ASM, căn cước, VNeID", formats, f"Lưu trú, căn cước, định danh – {where}"
        ),
        facts,
        plan,
    )
    _systems(
        _ReportSheet(book, "Hệ thống khác", formats, f"Các hệ thống khác – {where}"), facts, plan
    )
    _trends(_ReportSheet(book, "Xu hướng", formats, f"Xu hướng – {where}"), facts, plan)
    _everything(_ReportSheet(book, "Mọi chỉ tiêu", formats, f"Mọi chỉ tiêu – {where}"), facts)
    _breakdowns(_ReportSheet(book, "Phân tổ", formats, f"Theo phân tổ – {where}"), facts)
    _data(
        _ReportSheet(book, "Tình trạng dữ liệu", formats, f"Tình trạng dữ liệu – {where}"),
        facts,
        plan,
    )
    _definitions(_ReportSheet(book, "Định nghĩa", formats, "Định nghĩa và căn cứ"), facts)
    book.close()
    partial.replace(path)


def _formats(book: Workbook) -> dict[str, Format]:
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


def _rounded(indicator: Indicator, value: float | None) -> tuple[float | None, str]:
    return value, str(places_of(indicator))


def _parts(indicator: Indicator, figure: ReportFigure | None) -> list[Any]:
    """Numerator and denominator as numbers in the unit shown."""
    if figure is None or not figure.is_known or figure.denominator is None:
        return ["", ""]
    if not indicator.has_denominator or figure.numerator is None:
        return ["", ""]
    top = figure.numerator if indicator.per == 1 else figure.numerator / indicator.per
    below = figure.denominator / indicator.per if indicator.kind == "score" else figure.denominator
    return [top, int(below) if below == int(below) else below]


def _remark(shown: sections.Shown) -> str:
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
    if shown.basis:
        remarks.append(f"dân số: {shown.basis}")
    return "; ".join(remarks)


def _unit(facts: Facts, indicator: Indicator) -> str:
    named = facts.unit_names.get(indicator.unit)
    return named.vi if named else indicator.unit


def _overview(sheet: _ReportSheet, facts: Facts, plan: ReportPlan) -> None:
    if facts.synthetic:
        sheet.note("DỮ LIỆU MẪU: tính từ tệp mẫu do phần mềm tạo ra, không phải số liệu thật.")
    for highlight in sections.highlights(facts, plan, sections.cards(facts, plan)):
        sheet.note(f"• {highlight.text.vi}")
    sheet.row += 1
    rows = []
    for code in dict.fromkeys([*plan.headline, *plan.trends]):
        card = sections.card(facts, plan, code)
        indicator, shown = card.indicator, card.shown
        tone = tone_of(indicator, shown.value)
        rows.append(
            [
                (indicator.name_vi, "bold"),
                WINDOWS[card.window].vi,
                _rounded(indicator, shown.value),
                *_parts(indicator, shown.figure),
                _unit(facts, indicator),
                card.month_change.vi if card.month_change else "",
                card.year_change.vi if card.year_change else "",
                (indicator.target, "0") if indicator.target is not None else "",
                (TONES[tone].vi, tone) if tone != "none" else "",
                f"{card.rank[0]}/{card.rank[1]}" if card.rank else "",
                _remark(shown),
            ]
        )
    head = ["Chỉ tiêu", "Kỳ", "Giá trị", "Tử số", "Mẫu số", "Đơn vị", "So với tháng trước"]
    head += ["So với cùng kỳ", "Mục tiêu", "Mức", "Hạng", "Ghi chú"]
    sheet.table(head, rows, [_WIDTH_OF_NAMES, 12, 12, 14, 14, 14, 16, 16, 10, 10, 8, 34])


def _by_unit(
    book: Workbook, formats: dict[str, Format], where: str, facts: Facts, plan: ReportPlan
) -> None:
    if not facts.units:
        return
    title = UNITS_TITLE[facts.units[0].level].vi
    sheet = _ReportSheet(book, title, formats, f"{title} – {where}")
    columns, rows = sections.unit_table(facts, plan)
    head = ["Địa bàn", "Mã"]
    for indicator, _ in columns:
        short = plan.short_names.get(indicator.code)
        name = f"{short.vi if short else indicator.name_vi} ({_unit(facts, indicator)})"
        head += [name]
        if indicator.has_denominator:
            head += [f"{short.vi if short else indicator.name_vi}: tử số", "mẫu số"]
        head += ["hạng"] if indicator.direction != "none" else []
    table = []
    for row in rows:
        cells: list[Any] = [(row.unit.full_name, "bold"), row.unit.code]
        for (indicator, _), cell, rank in zip(columns, row.cells, row.ranks, strict=True):
            cells.append(
                _rounded(indicator, cell.value)
                if cell.is_known
                else (cell.why.vi if cell.why else "")
            )
            if indicator.has_denominator:
                cells += _parts(indicator, cell.figure)
            if indicator.direction != "none":
                cells.append(rank or "")
        table.append(cells)
    sheet.table(head, table, [28, 9, *[13] * (len(head) - 2)])


def _form(sheet: _ReportSheet, facts: Facts) -> None:
    for form in facts.registry.forms:
        columns = sorted(form.columns, key=lambda column: column.number)
        for at, table in enumerate(sections.form_tables(facts, form)):
            if at:
                sheet.heading(table.title.vi)
            else:
                sheet.note(table.title.vi + " – đơn vị: hồ sơ")
            head = [
                "Cấp giải quyết",
                *(f"({column.number}) {column.name_vi}" for column in columns),
            ]
            rows = [
                [(label or "Tổng số", "bold" if not label else "text"), *cells]
                for label, cells in table.rows
            ]
            sheet.table(head, rows, [18, *[13] * len(columns)])
            for month in table.missing:
                sheet.note(f"Chưa có đủ số liệu của tháng {month.month:02d}/{month.year}.")
            if table.difference:
                sheet.note(
                    f"(3) khác (7) + (11): chênh {table.difference}, do các lần gửi không thống nhất về hồ sơ còn mở."
                )


def _score(sheet: _ReportSheet, facts: Facts, plan: ReportPlan) -> None:
    total = facts.registry.indicator("q766.total")
    score = sections.shown(facts, plan, total, facts.figure(total.code, "month"))
    band = sections.band_name(facts)
    if score.parts:
        text = f"{score.text} / {score.parts[1]} điểm đo được" + (
            f"; xếp loại {band}" if band else ""
        )
        sheet.note(text + ". Thành phần chưa đo được không bị tính là 0 điểm.")
    rows = []
    for row in sections.scorecard(facts, plan):
        rate = row.rate_indicator
        rows.append(
            [
                row.item,
                (row.name.vi if row.got else f"Chưa đo được: {row.name.vi}", "text"),
                (row.got.value, "2") if row.got and row.got.is_known else "",
                row.points if row.points % 1 else int(row.points),
                _rounded(rate, row.rate.value) if rate and row.rate and row.rate.is_known else "",
                *(_parts(rate, row.rate.figure) if rate and row.rate else ["", ""]),
                (row.threshold or 100.0, "0") if row.got else "",
            ]
        )
    head = ["Mục", "Thành phần", "Điểm", "Tối đa", "Tỷ lệ (%)", "Tử số", "Mẫu số", "Đủ điểm từ (%)"]
    sheet.table(head, rows, [8, 60, 10, 10, 12, 12, 12, 14])


def _funnels(sheet: _ReportSheet, facts: Facts, plan: ReportPlan) -> None:
    rows = []
    for funnel in plan.funnels:
        for step in sections.funnel_steps(facts, plan, funnel):
            rows.append(
                [
                    funnel.name.vi,
                    (step.name.vi, "bold"),
                    (step.shown.value, "0") if step.shown.is_known else _remark(step.shown),
                    step.shown.unit.vi,
                    (step.of_before, "1") if step.of_before is not None else "",
                    (step.of_first, "1") if step.of_first is not None else "",
                    "",
                    "",
                    _remark(step.shown),
                ]
            )
        for card in sections.lines(facts, plan, funnel.beside):
            shown = card.shown
            rows.append(
                [
                    funnel.name.vi,
                    card.indicator.name_vi,
                    _rounded(card.indicator, shown.value) if shown.is_known else "",
                    shown.unit.vi,
                    "",
                    "",
                    *_parts(card.indicator, shown.figure),
                    _remark(shown),
                ]
            )
    head = ["Nhóm", "Bước hoặc chỉ tiêu", "Giá trị", "Đơn vị", "% của bước trước"]
    head += ["% của bước đầu", "Tử số", "Mẫu số", "Ghi chú"]
    sheet.table(head, rows, [30, 50, 14, 14, 12, 12, 14, 14, 34])


def _systems(sheet: _ReportSheet, facts: Facts, plan: ReportPlan) -> None:
    rows: list[list[Any]] = []
    for card, parts in sections.other_systems(facts, plan):
        shown, indicator = card.shown, card.indicator
        rows.append(
            [
                (indicator.name_vi, "bold"),
                "",
                shown.figure.bound if shown.figure else "",
                _rounded(indicator, shown.value) if shown.is_known else "",
                *_parts(indicator, shown.figure),
                shown.unit.vi,
                "" if shown.is_known else "theo phân tổ" if parts else _remark(shown),
            ]
        )
        for label, each in parts:
            rows.append(
                [
                    indicator.name_vi,
                    label.vi,
                    each.figure.bound if each.figure else "",
                    _rounded(indicator, each.value),
                    *_parts(indicator, each.figure),
                    each.unit.vi,
                    "",
                ]
            )
    head = ["Chỉ tiêu", "Phân tổ", "Dấu", "Giá trị", "Tử số", "Mẫu số", "Đơn vị", "Ghi chú"]
    sheet.table(head, rows, [56, 26, 6, 14, 14, 14, 14, 26])


def _trends(sheet: _ReportSheet, facts: Facts, plan: ReportPlan) -> None:
    rows = []
    for card in sections.trends(facts, plan):
        for what in ("giá trị", "tử số", "mẫu số"):
            if what != "giá trị" and not card.indicator.has_denominator:
                continue
            cells: list[Any] = []
            for point in card.trend:
                if what == "giá trị":
                    cells.append(_rounded(card.indicator, point.value) if point.is_known else "")
                else:
                    cells.append(_parts(card.indicator, point.figure)[what == "mẫu số"])
            rows.append([(card.indicator.name_vi, "bold"), what, card.shown.unit.vi, *cells])
    head = ["Chỉ tiêu", "Số", "Đơn vị", *(f"{m.month:02d}/{m.year}" for m in facts.months)]
    sheet.table(head, rows, [_WIDTH_OF_NAMES, 10, 12, *[12] * len(facts.months)])


def _everything(sheet: _ReportSheet, facts: Facts) -> None:
    rows: list[list[Any]] = []
    for unit in (facts.area, *facts.units):
        for indicator in facts.registry:
            for window in map(str, indicator.windows):
                figure = facts.figure(indicator.code, window, unit.area_id)
                if figure is None:
                    continue
                value = (
                    value_of(indicator, figure.numerator, figure.denominator)
                    if figure.is_known
                    else None
                )
                rows.append(
                    [
                        unit.full_name,
                        unit.code,
                        indicator.code,
                        indicator.name_vi,
                        WINDOWS[window].vi,
                        figure.bound,
                        _rounded(indicator, value),
                        *_parts(indicator, figure),
                        _unit(facts, indicator),
                        STATUS[figure.status].vi,
                        figure.revision,
                    ]
                )
    head = ["Địa bàn", "Mã", "Mã chỉ tiêu", "Chỉ tiêu", "Kỳ", "Dấu", "Giá trị", "Tử số", "Mẫu số"]
    head += ["Đơn vị", "Trạng thái", "Lần công bố"]
    sheet.data(head, rows, [24, 8, 30, 50, 13, 6, 14, 14, 14, 14, 18, 10])


def _breakdowns(sheet: _ReportSheet, facts: Facts) -> None:
    rows: list[list[Any]] = []
    for (code, window), labels in sorted(facts.breakdowns.items()):
        indicator = facts.registry.indicator(code)
        for label, figure in sorted(labels.items()):
            if not figure.is_known:
                continue
            value = value_of(indicator, figure.numerator, figure.denominator)
            rows.append(
                [
                    code,
                    indicator.name_vi,
                    WINDOWS[window].vi,
                    label,
                    _rounded(indicator, value),
                    *_parts(indicator, figure),
                    _unit(facts, indicator),
                ]
            )
    head = ["Mã chỉ tiêu", "Chỉ tiêu", "Kỳ", "Phân tổ", "Giá trị", "Tử số", "Mẫu số", "Đơn vị"]
    sheet.data(head, rows, [30, 50, 13, 44, 14, 14, 14, 14])


def _data(sheet: _ReportSheet, facts: Facts, plan: ReportPlan) -> None:
    rows: list[list[Any]] = [
        [
            (delivery.title.vi, "bold"),
            delivery.supplier_title,
            (STATES[delivery.state].vi, "good" if delivery.state == "accepted" else "low"),
            delivery.received_on or "",
            delivery.late_days or "",
            delivery.rows_read,
            delivery.rows_accepted,
            delivery.rows_quarantined,
            delivery.rows_superseded,
            effect_of(delivery).vi,
        ]
        for delivery in facts.deliveries
    ]
    head = ["Dữ liệu", "Đơn vị gửi", "Tình trạng", "Ngày nhận", "Trễ (ngày)", "Dòng nhận"]
    head += ["Được dùng", "Bị loại", "Bị thay thế", "Ảnh hưởng"]
    sheet.table(head, rows, [40, 20, 18, 12, 10, 12, 12, 10, 11, 50])
    missing = sections.unavailable(facts, plan)
    if missing:
        sheet.heading("Chỉ tiêu chưa có hoặc chưa đủ số liệu")
        sheet.table(
            ["Chỉ tiêu", "Vì sao"],
            [[indicator.name_vi, _remark(shown)] for indicator, shown in missing],
            [],
        )
    if facts.revisions:
        sheet.heading("Số liệu đã điều chỉnh sau lần công bố đầu")
        rows = [
            [
                revision.unit.full_name,
                revision.indicator.name_vi,
                WINDOWS[revision.window].vi,
                _rounded(
                    revision.indicator,
                    value_of(
                        revision.indicator, revision.before.numerator, revision.before.denominator
                    ),
                ),
                _rounded(
                    revision.indicator,
                    value_of(revision.indicator, revision.now.numerator, revision.now.denominator),
                ),
            ]
            for revision in facts.revisions
        ]
        sheet.table(["Địa bàn", "Chỉ tiêu", "Kỳ", "Trước", "Nay"], rows, [])
    if facts.agreements:
        sheet.heading("So với số liệu đã công bố")
        rows = [
            [
                agreement.place,
                agreement.indicator_code,
                agreement.breakdown,
                agreement.as_of,
                agreement.bound,
                (agreement.published, "1"),
                (agreement.computed, "1"),
                VERDICTS[Verdict(agreement.verdict)].vi,
                agreement.reason.vi if agreement.reason else "",
            ]
            for agreement in facts.agreements
        ]
        head = ["Địa bàn", "Chỉ tiêu", "Phân tổ", "Đến ngày", "Dấu", "Đã công bố", "Tính được"]
        sheet.table([*head, "Kết luận", "Lý do"], rows, [])


def _definitions(sheet: _ReportSheet, facts: Facts) -> None:
    rows: list[list[Any]] = [
        [
            (indicator.name_vi, "bold"),
            indicator.name_en,
            indicator.code,
            _unit(facts, indicator),
            indicator.formula,
            indicator.legal_basis,
            (indicator.target, "0") if indicator.target is not None else "",
            indicator.target_source,
            ", ".join(indicator.datasets),
        ]
        for indicator in facts.registry
    ]
    head = ["Chỉ tiêu", "Tên tiếng Anh", "Mã", "Đơn vị", "Công thức", "Căn cứ", "Mục tiêu"]
    sheet.table(
        [*head, "Căn cứ của mục tiêu", "Từ dữ liệu"], rows, [44, 40, 30, 12, 60, 36, 10, 40, 30]
    )
