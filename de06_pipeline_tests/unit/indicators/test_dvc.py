"""Public services: figures that can be checked by hand."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from de06_pipeline.periods import Month
from de06_pipeline_tests.unit.indicators_kit import (
    AREAS,
    COUNTRY,
    HOI_AN,
    LONG_AN,
    QUANG_NAM,
    TAM_KY,
    World,
    area,
    at,
    day,
    dossier,
    numbers,
    procedure,
)

JUNE = "2024-06"


def world(folder: Path, *rows: dict[str, Any], month: str = JUNE) -> World:
    made = World(folder, "dvc")
    made.deliver("dvc_dossiers", month, rows)
    return made


def by_case(
    folder: Path, rows: list[dict[str, Any]], names: tuple[str, ...]
) -> list[dict[str, int]]:
    """The counts of each row on its own: every row lies in a district of its own."""
    districts = [unit.area_id for unit in AREAS.children(QUANG_NAM, "district", Month.parse(JUNE))][
        : len(rows)
    ]
    assert len(districts) == len(rows)
    figures = world(
        folder,
        *({**row, "district_id": district} for row, district in zip(rows, districts, strict=True)),
    ).figures()
    return [
        {name: figures[f"dvc.{name}", district, "", "month", JUNE]["numerator"] for name in names}
        for district in districts
    ]


def test_what_is_received_carried_over_finished_and_pending(tmp_path: Path) -> None:
    names = ("received", "carried_over", "finished", "pending")
    cases = [
        (dossier("2024-06-01 00:00"), (1, 0, 0, 1)),
        (dossier("2024-05-31 23:59:59"), (0, 1, 0, 1)),
        (dossier("2024-06-30 23:59:59"), (1, 0, 0, 1)),
        (dossier("2024-05-01", "2024-06-01 00:00"), (0, 1, 1, 0)),
        (dossier("2024-06-03", "2024-06-30 23:59:59"), (1, 0, 1, 0)),
        (dossier("2024-06-03", "2024-07-01 00:00"), (1, 0, 0, 1)),
        (dossier("2024-06-03", status=1), (0, 0, 0, 0)),
        (dossier("2024-06-03", status=3), (0, 0, 0, 0)),
    ]
    figures = by_case(tmp_path, [row for row, _ in cases], names)
    assert figures == [dict(zip(names, expected, strict=True)) for _, expected in cases]


def test_early_on_time_and_overdue(tmp_path: Path) -> None:
    names = (
        "finished_early",
        "finished_on_time",
        "finished_overdue",
        "pending_in_time",
        "pending_overdue",
    )
    cases = [
        (dossier("2024-06-03", "2024-06-09 23:59", "2024-06-10 08:00"), "finished_early"),
        (dossier("2024-06-03", "2024-06-10 00:00", "2024-06-10 17:00"), "finished_on_time"),
        (dossier("2024-06-03", "2024-06-10 17:00", "2024-06-10 17:00"), "finished_on_time"),
        (dossier("2024-06-03", "2024-06-10 17:00:01", "2024-06-10 17:00"), "finished_overdue"),
        (dossier("2024-06-03", "2024-06-10"), "finished_on_time"),
        (
            dossier("2024-06-03", "2024-06-11 16:00", "2024-06-10 17:00", supplement_days=1),
            "finished_on_time",
        ),
        (
            dossier("2024-06-03", "2024-06-11 00:00", "2024-06-10 17:00", supplement_days="1.5"),
            "finished_early",
        ),
        (
            dossier("2024-06-03", "2024-06-04", "2024-06-10 17:00", supplement_requests=2),
            "finished_overdue",
        ),
        (
            dossier("2024-06-03", "2024-06-04", "2024-06-10 17:00", supplement_requests=1),
            "finished_early",
        ),
        (dossier("2024-06-03", None, "2024-06-30 23:59:59"), "pending_overdue"),
        (dossier("2024-06-03", None, "2024-07-01 00:00"), "pending_in_time"),
        (dossier("2024-06-03", None, None), "pending_in_time"),
        (dossier("2024-06-03", None, "2024-07-10", supplement_requests=2), "pending_overdue"),
    ]
    figures = by_case(tmp_path, [row for row, _ in cases], names)
    assert figures == [{name: int(name == outcome) for name in names} for _, outcome in cases]


def test_rates_keep_numerator_and_denominator(tmp_path: Path) -> None:
    figures = world(
        tmp_path,
        dossier(
            "2024-06-03",
            channel=2,
            processed_online=True,
            national_sync=True,
            components_digitised=True,
            fee_vnd=5,
            online_payment=1,
        ),
        dossier(
            "2024-06-04",
            channel=2,
            service_level="Còn lại",
            data_reused=True,
            fee_vnd=5,
            online_payment=2,
        ),
        dossier("2024-06-05", channel=None, service_level="Một phần", fee_vnd=5, online_payment=0),
        dossier(
            "2024-06-06",
            "2024-06-10",
            channel=3,
            components_digitised=True,
            electronic_result=True,
            online_payment=1,
        ),
        dossier("2024-05-06", "2024-06-11", channel=2, electronic_result=True),
        dossier(None, status=3, submitted_at=at("2024-06-20")),
        dossier(None, status=3, submitted_at=at("2024-05-20")),
    ).figures()

    def of(code: str, breakdown: str = "") -> tuple[Any, Any, str]:
        return numbers(figures, f"dvc.{code}", QUANG_NAM, JUNE, breakdown)

    assert of("received_online")[0] == 2
    assert of("received_counter")[0] == 1
    assert of("received_post")[0] == 1
    assert of("online_rate") == (2, 4, "reported")
    assert of("online_rate", "service_level=Còn lại") == (1, 1, "reported")
    assert of("online_rate", "service_level=Một phần") == (0, 1, "reported_zero")
    assert of("online_rate_of_online_services") == (1, 3, "reported")
    assert of("online_rate_of_full_services") == (1, 2, "reported")
    assert of("processed_online_rate") == (1, 4, "reported")
    assert of("online_payment_rate") == (2, 3, "reported")
    assert of("sync_rate") == (1, 4, "reported")
    assert of("digitised_input_rate") == (2, 4, "reported")
    assert of("digitised_output_rate") == (2, 2, "reported")
    assert of("digitised_rate") == (1, 2, "reported")
    assert of("data_reused_rate") == (1, 4, "reported")
    assert of("no_due_date") == (5, None, "reported")
    assert of("not_accepted") == (1, None, "reported")
    assert of("on_time_rate") == (5, 5, "reported")


def test_mean_and_median_in_whole_seconds(tmp_path: Path) -> None:
    figures = world(
        tmp_path,
        dossier("2024-06-03 08:00:00", "2024-06-03 08:00:01"),
        dossier("2024-06-03 08:00:00", "2024-06-03 08:00:04"),
        dossier(
            "2024-06-03 08:00:00", "2024-06-04 08:00:10", supplement_days=1, district_id=HOI_AN
        ),
        dossier(
            "2024-06-03 08:00:00", "2024-06-03 08:00:20", district_id=None, agency_level="Tỉnh"
        ),
    ).figures()
    assert numbers(figures, "dvc.processing_days_mean", QUANG_NAM, JUNE) == (35, 4, "reported")
    # 1, 4, 10, 20: between 4 and 10; 1, 4: midpoint 2.5 is rounded half up.
    assert numbers(figures, "dvc.processing_days_median", QUANG_NAM, JUNE) == (7, 4, "reported")
    assert numbers(figures, "dvc.processing_days_median", TAM_KY, JUNE) == (3, 2, "reported")
    assert numbers(figures, "dvc.processing_days_median", COUNTRY, JUNE, "agency_level=Tỉnh") == (
        20,
        1,
        "reported",
    )
    other = next(
        key
        for key in figures
        if key[0] == "dvc.processing_days_median"
        and key[1] not in (COUNTRY, QUANG_NAM, TAM_KY, HOI_AN)
    )
    assert (
        figures[other]["numerator"],
        figures[other]["denominator"],
        figures[other]["status"],
    ) == (None, 0, "no_denominator")


def test_one_absurd_number_does_not_end_a_month(tmp_path: Path) -> None:
    """As many days as a field holds: in seconds they outgrow its type."""
    days = Decimal("99999999999999.9999")
    figures = world(
        tmp_path,
        dossier("2024-06-03", "2024-06-04", "2024-06-05", supplement_days=days),
        dossier("2024-06-03"),
    ).figures()
    assert numbers(figures, "dvc.received", QUANG_NAM, JUNE) == (2, None, "reported")
    assert numbers(figures, "dvc.finished_early", QUANG_NAM, JUNE) == (1, None, "reported")


def test_agency_group_and_sector_and_procedures(tmp_path: Path) -> None:
    made = world(
        tmp_path,
        dossier("2024-06-03", procedure_code="1.004222", sector="Hộ tịch"),
        dossier("2024-06-03", procedure_code="1.001193", sector="Một lĩnh vực lạ"),
        dossier("2024-06-03", procedure_code="9.999901", sector=None),
    )
    made.deliver(
        "dvc_procedures",
        JUNE,
        [procedure("1.004222", lead_agency="Bộ Công an"), procedure("1.001193")],
    )
    figures = made.figures()

    def received(breakdown: str, area_id: int = QUANG_NAM) -> int:
        return int(figures["dvc.received", area_id, breakdown, "month", JUNE]["numerator"])

    assert received("agency_group=Công an") == 1
    assert received("agency_group=Khác", TAM_KY) == 2, "an unknown procedure is Khác"
    assert received("sector=Hộ tịch") == 1
    assert received("sector=Khác", COUNTRY) == 2
    assert received("procedure=1.004222") == 1
    assert received("procedure=thường trú") == 1
    assert received("procedure=con dấu") == 1
    assert ("dvc.received", TAM_KY, "sector=Khác", "month", JUNE) not in figures, (
        "sectors at country and province only"
    )
    assert ("dvc.finished", QUANG_NAM, "procedure=1.004222", "month", JUNE) not in figures


def test_the_portals_list_says_who_leads_what_a_provinces_catalogue_lacks(tmp_path: Path) -> None:
    """1.004222 is issued by Bộ Công an, 1.001193 by Bộ Tư pháp; the province's own word comes first.

    Of months before 2025-03 the list says nothing: driving licences were not yet the police's.
    """
    codes = ("1.004222", "1.001193", "1.004194", "1.999999")
    made = World(tmp_path, "dvc")
    for month in ("2025-02", "2025-03"):
        rows = [dossier(f"{month}-03", procedure_code=code) for code in codes]
        made.deliver("dvc_dossiers", month, rows)
        own = [procedure("1.004194", lead_agency="Bộ Tư pháp"), procedure("2.000001")]
        made.deliver("dvc_procedures", month, own)
    figures = made.figures()
    police = numbers(figures, "dvc.received", QUANG_NAM, "2025-03", "agency_group=Công an")
    assert police == (1, None, "reported")
    assert numbers(figures, "dvc.received", QUANG_NAM, "2025-03", "agency_group=Khác")[0] == 3
    assert numbers(figures, "dvc.received", QUANG_NAM, "2025-02", "agency_group=Khác")[0] == 4


def test_the_catalogue_of_another_province_is_not_asked(tmp_path: Path) -> None:
    made = world(tmp_path, dossier("2024-06-03"))
    made.deliver(
        "dvc_procedures",
        JUNE,
        [procedure("1.004222", lead_agency="Bộ Công an", province_id=LONG_AN)],
        [LONG_AN],
    )
    assert numbers(made.figures(), "dvc.received", QUANG_NAM, JUNE, "agency_group=Khác")[0] == 1


def test_year_to_date_adds_flows_and_keeps_opening_and_closing_states(tmp_path: Path) -> None:
    made = World(tmp_path, "dvc")
    open_one = dossier("2023-12-20", due="2024-12-31")
    late = dossier("2024-02-20", due="2024-03-05")
    made.deliver(
        "dvc_dossiers", "2024-01", [open_one, dossier("2024-01-05", "2024-01-06", "2024-01-10")]
    )
    made.deliver("dvc_dossiers", "2024-02", [open_one, late])
    made.deliver("dvc_dossiers", "2024-03", [open_one, late])
    figures = made.figures()
    assert numbers(figures, "dvc.received", TAM_KY, "2024-03", window="ytd") == (
        2,
        None,
        "reported",
    )
    # finished early 1 + still in time at the end of March 1, of received 2 + carried over into
    # January 1
    assert numbers(figures, "dvc.on_time_rate", TAM_KY, "2024-03", window="ytd") == (
        2,
        3,
        "reported",
    )
    assert numbers(figures, "dvc.on_time_rate", TAM_KY, "2024-02", window="ytd") == (
        3,
        3,
        "reported",
    )
    assert numbers(figures, "dvc.received", TAM_KY, "2024-03", "agency_level=Huyện", "ytd")[0] == 2
    opened, left = (
        numbers(figures, f"dvc.{code}", TAM_KY, "2024-03", window="ytd")[0]
        for code in ("carried_over", "pending")
    )
    assert (opened, left) == (1, 2)
    assert not [
        key
        for key in figures
        if key[3] == "ytd" and key[2].startswith(("sector", "procedure", "service_level"))
    ]


def test_a_month_groups_by_its_own_catalogue_within_a_year(tmp_path: Path) -> None:
    """Licences moved to the police in March 2025: what was received before stays where it was."""
    made = World(tmp_path, "dvc")
    for month, agency in (("2024-01", "Bộ Giao thông vận tải"), ("2024-02", "Bộ Công an")):
        made.deliver("dvc_dossiers", month, [dossier(f"{month}-10", procedure_code="3.000346")])
        made.deliver("dvc_procedures", month, [procedure("3.000346", lead_agency=agency)])
    figures = made.figures()
    for group in ("Công an", "Khác"):
        assert (
            numbers(figures, "dvc.received", QUANG_NAM, "2024-02", f"agency_group={group}", "ytd")[
                0
            ]
            == 1
        )


def test_services_of_the_catalogue(tmp_path: Path) -> None:
    made = world(tmp_path, dossier("2024-06-03"))
    made.deliver(
        "dvc_procedures",
        JUNE,
        [
            procedure("1.000001", agency_level="Tỉnh"),
            procedure("1.000002"),
            procedure("1.000003", agency_level="Xã", service_level="Một phần"),
            procedure("1.000002", agency_level="Xã"),
            procedure("1.000004", district_id=TAM_KY),
            procedure("1.000005", district_id=HOI_AN),
            procedure("1.000006", effective_from=day("2024-07-01")),
            procedure("1.000007", effective_to=day("2024-06-29")),
            procedure("1.000008", effective_from=day("2024-06-30"), effective_to=day("2024-06-30")),
        ],
    )
    figures = made.figures()

    def services(area_id: int, breakdown: str = "") -> int:
        return int(figures["dvc.services", area_id, breakdown, "month", JUNE]["numerator"])

    assert services(TAM_KY) == 5  # 2 Huyện, 3 Xã, 2 Xã, own 4, 8
    assert services(QUANG_NAM) == 7
    assert services(COUNTRY) == 6, "distinct codes"
    assert services(TAM_KY, "agency_level=Xã") == 2
    assert services(TAM_KY, "agency_level=Huyện;service_level=Toàn trình") == 3
    assert services(QUANG_NAM, "agency_level=Xã;service_level=Một phần") == 1
    assert ("dvc.services", TAM_KY, "agency_level=Tỉnh", "month", JUNE) not in figures


def test_essential_services(tmp_path: Path) -> None:
    made = World(tmp_path, "dvc")
    for month in ("2024-01", "2024-02"):
        made.deliver(
            "dvc_dossiers",
            month,
            [
                dossier(
                    f"{month}-10", procedure_code="1.000003" if month == "2024-01" else "1.004222"
                )
            ],
        )
        essential = {"essential_list": "QĐ06", "lead_agency": "Bộ Công an"}
        made.deliver(
            "dvc_procedures",
            month,
            [
                procedure("1.000001", essential_no=1, deployed=True, **essential),
                procedure(
                    "1.000002", essential_no=1, deployed=True, agency_level="Xã", **essential
                ),
                procedure("1.000003", essential_no=2, agency_level="Tỉnh", **essential),
                procedure("1.000004", essential_no=3, essential_list="QĐ06"),
                procedure(
                    "1.000005",
                    essential_no=3,
                    essential_list="QĐ422",
                    deployed=True,
                    district_id=HOI_AN,
                ),
            ],
        )
    figures = made.figures()
    led = "dvc.essential_led_by_police"
    assert numbers(figures, led, QUANG_NAM, "2024-02", "essential_list=QĐ06") == (2, 25, "reported")
    assert numbers(figures, led, QUANG_NAM, "2024-02", "essential_list=QĐ422") == (
        0,
        28,
        "reported_zero",
    )
    assert numbers(figures, led, COUNTRY, "2024-02") == (2, 76, "reported")
    assert (led, TAM_KY, "", "month", "2024-02") not in figures
    deployed = "dvc.essential_deployed"
    # number 2 through the dossier received in January, whatever the agency level in the catalogue
    assert numbers(figures, deployed, TAM_KY, "2024-02", "essential_list=QĐ06") == (
        2,
        25,
        "reported",
    )
    assert numbers(figures, deployed, TAM_KY, "2024-02", "essential_list=QĐ06", "ytd") == (
        2,
        25,
        "reported",
    )
    assert numbers(figures, deployed, HOI_AN, "2024-02", "essential_list=QĐ06") == (
        1,
        25,
        "reported",
    )
    assert numbers(figures, deployed, HOI_AN, "2024-02", "essential_list=QĐ422") == (
        1,
        28,
        "reported",
    )
    assert numbers(figures, deployed, QUANG_NAM, "2024-02") == (3, 76, "reported")


def test_dossiers_of_merged_provinces_count_for_their_successors_essential_services(
    tmp_path: Path,
) -> None:
    """A service that Quảng Nam used in May 2025 is deployed in Đà Nẵng in July, if its catalogue has
    the procedure; one used before this year is not.
    """
    made = World(tmp_path, "dvc")
    da_nang = area("province", "48", "2025-07")
    essential = {"essential_list": "QĐ06", "lead_agency": "Bộ Công an"}
    codes = ("1.000001", "1.000002", "1.000003")
    for number in range(1, 8):
        month = f"2025-{number:02d}"
        old = [area("province", code, month) for code in ("48", "49")] if number < 7 else [da_nang]
        rows = [
            dossier(
                f"{month}-05",
                procedure_code="1.000002" if number == 5 else "1.000001",
                province_id=old[-1],
                district_id=None,
                agency_level="Tỉnh",
            )
        ]
        made.deliver("dvc_dossiers", month, rows, old)
        catalogue = [
            procedure(code, essential_no=at_place, province_id=province, **essential)
            for province in old
            for at_place, code in enumerate(codes, start=1)
        ]
        made.deliver("dvc_procedures", month, catalogue, old)
    figures = made.figures("2025-07")
    deployed = numbers(figures, "dvc.essential_deployed", da_nang, "2025-07", "essential_list=QĐ06")
    assert deployed == (2, 25, "reported")


def test_the_lists_of_essential_services_begin_with_their_decisions(tmp_path: Path) -> None:
    made = world(tmp_path, dossier("2022-02-03"), month="2022-02")
    made.deliver(
        "dvc_procedures",
        "2022-02",
        [procedure("1.000001", essential_no=1, essential_list="QĐ06", lead_agency="Bộ Công an")],
    )
    assert numbers(made.figures(), "dvc.essential_led_by_police", QUANG_NAM, "2022-02") == (
        1,
        25,
        "reported",
    )


def test_a_sector_counts_by_whatever_name_its_decree_gave_it(tmp_path: Path) -> None:
    """All sectors of the portal's lists are listed or another name of one that is, in capitals and
    with the tone marks of either school too.
    """
    world = World(tmp_path, "dvc")
    names = (
        *("Chăn nuôi", "thú y", "Chăn nuôi và Thú y", "CHĂN NUÔI VÀ THÚ Y"),
        *("Thủy sản", "thuỷ sản", "Hải quan", "Chưa từng có"),
    )
    world.deliver("dvc_dossiers", "2024-06", [dossier("2024-06-03", sector=name) for name in names])
    figures = world.figures("2024-06")
    sectors = {
        key[2]: row["numerator"]
        for key, row in figures.items()
        if key[:2] == ("dvc.received", QUANG_NAM) and "sector=" in key[2] and key[3] == "month"
    }
    assert sectors == {
        "sector=Chăn nuôi và Thú y": 4,
        "sector=Thủy sản": 2,
        "sector=Hải quan": 1,
        "sector=Khác": 1,
    }
