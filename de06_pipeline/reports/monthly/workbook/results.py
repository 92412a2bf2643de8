"""The sheets of results: one a section of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from de06_pipeline.reports.monthly import sections
from de06_pipeline.reports.monthly.facts import Facts
from de06_pipeline.reports.monthly.numbers import TONES, tone_of
from de06_pipeline.reports.monthly.page import UNITS_TITLE, WINDOWS
from de06_pipeline.reports.monthly.plan import ReportPlan
from de06_pipeline.reports.monthly.workbook.sheet import (
    WIDTH_OF_NAMES,
    ReportSheet,
    parts_of,
    remark_on,
    rounded,
    unit_of,
)

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook


def overview(sheet: ReportSheet, facts: Facts, plan: ReportPlan) -> None:
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
                rounded(indicator, shown.value),
                *parts_of(indicator, shown.figure),
                unit_of(facts, indicator),
                card.month_change.vi if card.month_change else "",
                card.year_change.vi if card.year_change else "",
                (indicator.target, "0") if indicator.target is not None else "",
                (TONES[tone].vi, tone) if tone != "none" else "",
                f"{card.rank[0]}/{card.rank[1]}" if card.rank else "",
                remark_on(shown),
            ]
        )
    head = ["Chỉ tiêu", "Kỳ", "Giá trị", "Tử số", "Mẫu số", "Đơn vị", "So với tháng trước"]
    head += ["So với cùng kỳ", "Mục tiêu", "Mức", "Hạng", "Ghi chú"]
    sheet.table(head, rows, [WIDTH_OF_NAMES, 12, 12, 14, 14, 14, 16, 16, 10, 10, 8, 34])


def by_unit(
    book: Workbook, formats: dict[str, Format], where: str, facts: Facts, plan: ReportPlan
) -> None:
    if not facts.units:
        return
    title = UNITS_TITLE[facts.units[0].level].vi
    sheet = ReportSheet(book, title, formats, f"{title} – {where}")
    # Forty columns on one sheet of paper cannot be read: three across, each with the names.
    sheet.sheet.fit_to_pages(3, 0)
    sheet.sheet.repeat_columns(0)
    columns, rows = sections.unit_table(facts, plan)
    head = ["Địa bàn", "Mã"]
    for indicator, _ in columns:
        short = plan.short_names.get(indicator.code)
        name = f"{short.vi if short else indicator.name_vi} ({unit_of(facts, indicator)})"
        head += [name]
        if indicator.has_denominator:
            head += [f"{short.vi if short else indicator.name_vi}: tử số", "mẫu số"]
        head += ["hạng"] if indicator.direction != "none" else []
    table = []
    for row in rows:
        cells: list[Any] = [(row.unit.full_name, "bold"), row.unit.code]
        for (indicator, _), cell, rank in zip(columns, row.cells, row.ranks, strict=True):
            cells.append(
                rounded(indicator, cell.value)
                if cell.is_known
                else (cell.why.vi if cell.why else "")
            )
            if indicator.has_denominator:
                cells += parts_of(indicator, cell.figure)
            if indicator.direction != "none":
                cells.append(rank or "")
        table.append(cells)
    sheet.table(head, table, [28, 9, *[13] * (len(head) - 2)])


def official_form(sheet: ReportSheet, facts: Facts) -> None:
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


def scorecard(sheet: ReportSheet, facts: Facts, plan: ReportPlan) -> None:
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
                rounded(rate, row.rate.value) if rate and row.rate and row.rate.is_known else "",
                *(parts_of(rate, row.rate.figure) if rate and row.rate else ["", ""]),
                (row.threshold or 100.0, "0") if row.got else "",
            ]
        )
    head = ["Mục", "Thành phần", "Điểm", "Tối đa", "Tỷ lệ (%)", "Tử số", "Mẫu số", "Đủ điểm từ (%)"]
    sheet.table(head, rows, [8, 60, 10, 10, 12, 12, 12, 14])


def funnels(sheet: ReportSheet, facts: Facts, plan: ReportPlan) -> None:
    rows = []
    for funnel in plan.funnels:
        for step in sections.funnel_steps(facts, plan, funnel):
            rows.append(
                [
                    funnel.name.vi,
                    (step.name.vi, "bold"),
                    (step.shown.value, "0") if step.shown.is_known else remark_on(step.shown),
                    step.shown.unit.vi,
                    (step.of_before, "1") if step.of_before is not None else "",
                    (step.of_first, "1") if step.of_first is not None else "",
                    "",
                    "",
                    remark_on(step.shown),
                ]
            )
        for card in sections.lines(facts, plan, funnel.beside):
            shown = card.shown
            rows.append(
                [
                    funnel.name.vi,
                    card.indicator.name_vi,
                    rounded(card.indicator, shown.value) if shown.is_known else "",
                    shown.unit.vi,
                    "",
                    "",
                    *parts_of(card.indicator, shown.figure),
                    remark_on(shown),
                ]
            )
    head = ["Nhóm", "Bước hoặc chỉ tiêu", "Giá trị", "Đơn vị", "% của bước trước"]
    head += ["% của bước đầu", "Tử số", "Mẫu số", "Ghi chú"]
    sheet.table(head, rows, [30, 50, 14, 14, 12, 12, 14, 14, 34])


def other_systems(sheet: ReportSheet, facts: Facts, plan: ReportPlan) -> None:
    rows: list[list[Any]] = []
    for card, parts in sections.other_systems(facts, plan):
        shown, indicator = card.shown, card.indicator
        rows.append(
            [
                (indicator.name_vi, "bold"),
                "",
                shown.figure.bound if shown.figure else "",
                rounded(indicator, shown.value) if shown.is_known else "",
                *parts_of(indicator, shown.figure),
                shown.unit.vi,
                "" if shown.is_known else "theo phân tổ" if parts else remark_on(shown),
            ]
        )
        for label, each in parts:
            rows.append(
                [
                    indicator.name_vi,
                    label.vi,
                    each.figure.bound if each.figure else "",
                    rounded(indicator, each.value),
                    *parts_of(indicator, each.figure),
                    each.unit.vi,
                    "",
                ]
            )
    head = ["Chỉ tiêu", "Phân tổ", "Dấu", "Giá trị", "Tử số", "Mẫu số", "Đơn vị", "Ghi chú"]
    sheet.table(head, rows, [56, 26, 6, 14, 14, 14, 14, 26])


def trends(sheet: ReportSheet, facts: Facts, plan: ReportPlan) -> None:
    rows = []
    for card in sections.trends(facts, plan):
        for what in ("giá trị", "tử số", "mẫu số"):
            if what != "giá trị" and not card.indicator.has_denominator:
                continue
            cells: list[Any] = []
            for point in card.trend:
                if what == "giá trị":
                    cells.append(rounded(card.indicator, point.value) if point.is_known else "")
                else:
                    cells.append(parts_of(card.indicator, point.figure)[what == "mẫu số"])
            rows.append([(card.indicator.name_vi, "bold"), what, card.shown.unit.vi, *cells])
    head = ["Chỉ tiêu", "Số", "Đơn vị", *(f"{m.month:02d}/{m.year}" for m in facts.months)]
    sheet.table(head, rows, [WIDTH_OF_NAMES, 10, 12, *[12] * len(facts.months)])
