"""The monthly report as a workbook: one sheet a section."""

from __future__ import annotations

from pathlib import Path

from de06_pipeline.reports.monthly.facts import Facts
from de06_pipeline.reports.monthly.plan import ReportPlan
from de06_pipeline.reports.monthly.workbook import results, whole_lists
from de06_pipeline.reports.monthly.workbook.sheet import ReportSheet, cell_formats


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
    formats = cell_formats(book)
    where = f"{facts.area.full_name}, tháng {facts.month.month}/{facts.month.year}"
    results.overview(
        ReportSheet(book, "Chỉ tiêu chính", formats, f"Chỉ tiêu chính – {where}"), facts, plan
    )
    results.by_unit(book, formats, where, facts, plan)
    results.official_form(
        ReportSheet(book, "Biểu II.06a", formats, f"Biểu II.06a/VPCP/KSTT – {where}"), facts
    )
    results.scorecard(
        ReportSheet(book, "QĐ 766", formats, f"Bộ chỉ số QĐ 766/QĐ-TTg – {where}"), facts, plan
    )
    results.funnels(
        ReportSheet(
            book, "ASM, căn cước, VNeID", formats, f"Lưu trú, căn cước, định danh – {where}"
        ),
        facts,
        plan,
    )
    results.other_systems(
        ReportSheet(book, "Hệ thống khác", formats, f"Các hệ thống khác – {where}"), facts, plan
    )
    results.trends(ReportSheet(book, "Xu hướng", formats, f"Xu hướng – {where}"), facts, plan)
    whole_lists.every_figure(
        ReportSheet(book, "Mọi chỉ tiêu", formats, f"Mọi chỉ tiêu – {where}"), facts
    )
    whole_lists.breakdowns(ReportSheet(book, "Phân tổ", formats, f"Theo phân tổ – {where}"), facts)
    whole_lists.data_state(
        ReportSheet(book, "Tình trạng dữ liệu", formats, f"Tình trạng dữ liệu – {where}"),
        facts,
        plan,
    )
    whole_lists.definitions(ReportSheet(book, "Định nghĩa", formats, "Định nghĩa và căn cứ"), facts)
    book.close()
    partial.replace(path)
