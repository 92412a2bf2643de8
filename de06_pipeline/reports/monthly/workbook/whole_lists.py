"""The sheets that leave nothing out: every figure and breakdown, the state of the data, definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from de06_pipeline.official_figures.agreement import Verdict
from de06_pipeline.reports.monthly import sections
from de06_pipeline.reports.monthly.facts import Facts
from de06_pipeline.reports.monthly.numbers import STATUS, value_of
from de06_pipeline.reports.monthly.page import STATES, WINDOWS, effect_of
from de06_pipeline.reports.monthly.plan import ReportPlan
from de06_pipeline.reports.monthly.workbook.sheet import (
    ReportSheet,
    parts_of,
    remark_on,
    rounded,
    unit_of,
)
from de06_pipeline.reports.official_page import VERDICTS

if TYPE_CHECKING:
    pass


def every_figure(sheet: ReportSheet, facts: Facts) -> None:
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
                        rounded(indicator, value),
                        *parts_of(indicator, figure),
                        unit_of(facts, indicator),
                        STATUS[figure.status].vi,
                        figure.revision,
                    ]
                )
    head = ["Địa bàn", "Mã", "Mã chỉ tiêu", "Chỉ tiêu", "Kỳ", "Dấu", "Giá trị", "Tử số", "Mẫu số"]
    head += ["Đơn vị", "Trạng thái", "Lần công bố"]
    sheet.data(head, rows, [24, 8, 30, 50, 13, 6, 14, 14, 14, 14, 18, 10])


def breakdowns(sheet: ReportSheet, facts: Facts) -> None:
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
                    figure.bound,
                    rounded(indicator, value),
                    *parts_of(indicator, figure),
                    unit_of(facts, indicator),
                    STATUS[figure.status].vi,
                ]
            )
    head = ["Mã chỉ tiêu", "Chỉ tiêu", "Kỳ", "Phân tổ", "Dấu", "Giá trị", "Tử số", "Mẫu số"]
    sheet.data([*head, "Đơn vị", "Trạng thái"], rows, [30, 50, 13, 44, 6, 14, 14, 14, 14, 18])


def data_state(sheet: ReportSheet, facts: Facts, plan: ReportPlan) -> None:
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
            [[indicator.name_vi, remark_on(shown)] for indicator, shown in missing],
            [],
        )
    if facts.revisions:
        sheet.heading("Số liệu đã điều chỉnh sau lần công bố đầu")
        rows = [
            [
                revision.unit.full_name,
                revision.indicator.name_vi,
                WINDOWS[revision.window].vi,
                rounded(
                    revision.indicator,
                    value_of(
                        revision.indicator, revision.before.numerator, revision.before.denominator
                    ),
                ),
                rounded(
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


def definitions(sheet: ReportSheet, facts: Facts) -> None:
    rows: list[list[Any]] = [
        [
            (indicator.name_vi, "bold"),
            indicator.name_en,
            indicator.code,
            unit_of(facts, indicator),
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
