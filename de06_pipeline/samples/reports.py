"""What the agencies of each office report already counted, in the words they use: ``hơn 1,4
triệu``, ``gần 80%``, ``60,2 tỷ``.

Every figure that a document published (its id stands beside it, as in ``published_figures.csv``) is
reported as published, or just inside its bound; the others are invented. They are states that stay
the same from month to month; only crimes are counted by the month.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from de06_pipeline.periods import Month
from de06_pipeline.samples.layouts import Table, same, text
from de06_pipeline.samples.places import QUANG_NAM, Office
from de06_pipeline.samples.targets import season

TAM_KY, CAN_GIUOC = "502", "807"


@dataclass(frozen=True, slots=True)
class Report:
    """One line: an indicator of the province or of one district, as the agency writes it."""

    code: str
    number: str
    of: str = ""
    bound: str = ""
    district: str = ""
    breakdown: str = ""
    agency: str = ""


QUANG_NAM_REPORTS = (
    Report("health.qr_reader_rate", "100%", agency="Sở Y tế"),  # S0-08
    Report("models.planned", "43 mô hình", agency="Công an tỉnh"),  # S0-13
    Report("models.deployed", "38 mô hình", agency="Công an tỉnh"),
    Report(
        "tax.code_synced_rate", "10.378", "10.378", district=TAM_KY, agency="Chi cục Thuế khu vực"
    ),  # S1-08
    Report("health.cccd_site_rate", "100%", district=TAM_KY, agency="Trung tâm Y tế"),  # S1-09
    Report("q766.published_score", "80 điểm", agency="UBND tỉnh"),  # S4-01
    Report("q766.national_rank", "31", agency="UBND tỉnh"),
    Report("health.record_on_vneid", "104.958", agency="Sở Y tế"),  # S4-02
    Report(
        "civil_status.digitised_rate", "hơn 1.400.600", "5.600.000", agency="Sở Tư pháp"
    ),  # S4-03
    Report(
        "land.parcels_digitised",
        "646.312 thửa",
        breakdown="phase=1",
        agency="Sở Tài nguyên và Môi trường",
    ),  # S4-04
    Report(
        "land.parcels_surveyed_rate",
        "14.060",
        "1 triệu",
        ">",
        breakdown="phase=2",
        agency="Sở Tài nguyên và Môi trường",
    ),  # S4-05
    Report(
        "budget.allocated", "21,4 tỷ", bound=">", breakdown="level=Tỉnh", agency="Sở Tài chính"
    ),  # S4-08a
    Report(
        "budget.allocated",
        "60,2 tỷ đồng",
        bound=">",
        breakdown="level=Huyện",
        agency="Sở Tài chính",
    ),  # S4-08b
    Report("budget.allocated", "2 tỷ", breakdown="level=Công an", agency="Công an tỉnh"),  # S4-08c
    Report("criminal_record.digitised_rate", "khoảng 62,5 %", agency="Sở Tư pháp"),
    Report("procedure.published_on_time_rate", "182", "187", agency="Văn phòng UBND tỉnh"),
    Report("procedure.complete_rate", "1.842", "1.901", agency="Văn phòng UBND tỉnh"),
    Report("feedback.on_time_rate", "94,3%", agency="Văn phòng UBND tỉnh"),
    Report("feedback.satisfaction_rate", "97,1%", agency="Văn phòng UBND tỉnh"),
)

LONG_AN_REPORTS = (
    Report(
        "health.cccd_use_rate", "80%", bound="≈", district=CAN_GIUOC, agency="Trung tâm Y tế huyện"
    ),  # S3-11
    Report(
        "education.cashless_school_rate",
        "100%",
        district=CAN_GIUOC,
        agency="Phòng Giáo dục và Đào tạo",
    ),  # S3-12
    Report("social.cashless_rate", "100%", district=CAN_GIUOC, agency="Phòng Lao động"),  # S3-13
    *(
        Report(
            "population_data.cleaned",
            number,
            bound=">",
            district=CAN_GIUOC,
            breakdown=f"group={group}",
            agency="Công an huyện",
        )
        for group, number in (  # S3-19a to S3-19g
            ("Trẻ em", "30.118"),
            ("Hội viên nông dân", "15.207"),
            ("Cựu chiến binh", "1.804"),
            ("Người cao tuổi", "18.822"),
            ("Hội Chữ thập đỏ", "2.306"),
            ("Người lao động", "104.811"),
            ("Người có công", "1.303"),
        )
    ),
    Report(
        "labour.digitised_rate", "718.400", "902.000", agency="Sở Lao động - Thương binh và Xã hội"
    ),
    Report("civil_status.digitised_rate", "khoảng 1,1 triệu", "2.130.000", agency="Sở Tư pháp"),
    Report("feedback.on_time_rate", "412", "431", agency="Văn phòng UBND tỉnh"),
    Report("models.planned", "40 mô hình", agency="Công an tỉnh"),
)

_CRIMES_A_MONTH = {"quang-nam": 46, "long-an": 58}


def reports(office: Office, month: Month) -> Table:
    """One office's reports of a month, dated its last day."""
    events = Report(
        "crime_report.vneid",
        str(round(_CRIMES_A_MONTH[office.supplier] * season(month))),
        agency="Công an tỉnh",
    )
    stated = [*(QUANG_NAM_REPORTS if office is QUANG_NAM else LONG_AN_REPORTS), events]
    return {
        "indicator_code": text([report.code for report in stated]),
        "breakdown": text([report.breakdown for report in stated]),
        "province": same(office.province_code, len(stated)),
        "district": text([report.district for report in stated]),
        "numerator": text([report.number for report in stated]),
        "denominator": text([report.of for report in stated]),
        "bound": text([report.bound for report in stated]),
        "as_of": np.full(len(stated), np.datetime64(month.last_day), dtype="datetime64[D]"),
        "reported_by": text([report.agency for report in stated]),
    }
