"""Statuses, windows and areas: what a figure says about who reported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from de06_pipeline.errors import AccountingError
from de06_pipeline.indicators.computation.windows import (
    affected,
    affected_by_reference,
    windows_of,
)
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import PeriodType, Window
from de06_pipeline_tests.unit.indicators_kit import (
    AREAS,
    BEN_LUC,
    COUNTRY,
    HOI_AN,
    LONG_AN,
    QUANG_NAM,
    TAM_KY,
    World,
    area,
    day,
    dossier,
    numbers,
    registry_with,
)

BOTH = frozenset({QUANG_NAM, LONG_AN})
ALL, YTD, STOCK = frozenset(Window), frozenset({Window.YTD}), frozenset({Window.STOCK})


def counts(
    figures: Any, code: str, area_id: int, month: str, window: str = "month"
) -> tuple[int, int]:
    row = figures[code, area_id, "", window, month]
    return row["areas_expected"], row["areas_reported"]


def test_who_did_not_report_is_said_and_makes_the_country_partial(tmp_path: Path) -> None:
    world = World(tmp_path, "dvc", expected=BOTH)
    world.deliver("dvc_dossiers", "2024-06", [dossier("2024-06-03", channel=2)])
    figures = world.figures()
    assert numbers(figures, "dvc.received", QUANG_NAM, "2024-06") == (1, None, "reported")
    assert numbers(figures, "dvc.received", HOI_AN, "2024-06") == (0, None, "reported_zero")
    assert numbers(figures, "dvc.online_rate", HOI_AN, "2024-06") == (0, 0, "no_denominator")
    assert numbers(figures, "dvc.received", LONG_AN, "2024-06") == (None, None, "not_reported")
    assert numbers(figures, "dvc.online_rate", LONG_AN, "2024-06") == (None, None, "not_reported")
    assert numbers(figures, "dvc.received", COUNTRY, "2024-06") == (1, None, "partial")
    assert numbers(figures, "dvc.services", COUNTRY, "2024-06") == (None, None, "not_reported"), (
        "nobody delivered a catalogue"
    )
    assert counts(figures, "dvc.received", COUNTRY, "2024-06") == (2, 1)
    assert counts(figures, "dvc.received", LONG_AN, "2024-06") == (1, 0)
    assert not [key for key in figures if key[1] == BEN_LUC], (
        "an area that did not deliver has no district figures"
    )
    assert {row["bound"] for row in figures.values()} == {""}
    assert {row["period_type"] for row in figures.values()} == {"month"}


def test_a_nil_return_is_a_reported_zero(tmp_path: Path) -> None:
    world = World(tmp_path, "eid")
    world.deliver("eid_accounts", "2024-06", [])
    assert numbers(world.figures(), "eid.received", TAM_KY, "2024-06") == (0, None, "reported_zero")


def test_nothing_delivered_means_no_figures(tmp_path: Path) -> None:
    world = World(tmp_path, "eid")
    world.deliver("eid_accounts", "2024-06", [], provinces=())
    assert world.figures() == {}


def test_every_district_in_force_has_totals_and_only_those(tmp_path: Path) -> None:
    world = World(tmp_path, "dvc")
    for month in ("2024-12", "2025-01", "2025-07"):
        row = dossier(
            f"{month}-03",
            province_id=area("province", "49" if month < "2025-07" else "48", month),
            district_id=None,
        )
        world.deliver("dvc_dossiers", month, [row], [row["province_id"]])
    figures = world.figures()
    for month, level, number in (
        ("2024-12", "district", 18),
        ("2025-01", "district", 17),
        ("2025-07", "commune", 94),
    ):
        units = [
            key[1]
            for key in figures
            if key[0] == "dvc.received" and key[2:] == ("", "month", month)
        ]
        assert sum(AREAS.get(unit).level == level for unit in units) == number
        assert len(units) == number + 2


@pytest.mark.parametrize("period", PeriodType)
@pytest.mark.parametrize(
    "delivered",
    [
        {"2024-06": [QUANG_NAM]},
        {"2024-05": [QUANG_NAM], "2024-06": [QUANG_NAM, LONG_AN]},
        {"2024-02": [LONG_AN], "2024-06": [QUANG_NAM]},
        {"2024-02": [QUANG_NAM], "2024-04": [LONG_AN], "2024-06": [QUANG_NAM, LONG_AN]},
    ],
    ids=["June", "May, June", "February elsewhere, June", "February, April, June"],
)
def test_windows_computed_together_are_those_computed_alone(
    tmp_path: Path, delivered: dict[str, list[int]], period: PeriodType
) -> None:
    """Of windows that rest on the same deliveries the sums are made once."""
    world = World(tmp_path, "dvc", expected=BOTH, period=period)
    districts = {QUANG_NAM: TAM_KY, LONG_AN: BEN_LUC}
    for month, provinces in delivered.items():
        rows = [
            dossier(
                f"{month}-{day}", finished, province_id=province, district_id=districts[province]
            )
            for province in provinces
            for day, finished in (("03", f"{month}-07"), ("05", f"{month}-06"), ("20", None))
        ]
        if month == "2024-05":
            # June no longer has it: in the quarter it was carried in, in the year received.
            rows.append(dossier("2024-02-10"))
        world.deliver("dvc_dossiers", month, rows, provinces)
    together = world.figures("2024-06")
    alone = {}
    for window in Window:
        world.windows = frozenset({window})
        alone |= world.figures("2024-06")
    assert len({key[3] for key in together}) == 3
    assert together == alone


def test_a_year_to_date_with_a_missing_month_is_partial(tmp_path: Path) -> None:
    world = World(tmp_path, "dvc", expected=BOTH)
    for month in ("2024-01", "2024-02", "2024-03"):
        delivered = [QUANG_NAM] if month == "2024-02" else [QUANG_NAM, LONG_AN]
        rows = [dossier(f"{month}-03", f"{month}-04")]
        if LONG_AN in delivered:
            rows.append(
                dossier(f"{month}-03", f"{month}-04", province_id=LONG_AN, district_id=BEN_LUC)
            )
        world.deliver("dvc_dossiers", month, rows, delivered)
    figures = world.figures()
    assert numbers(figures, "dvc.received", QUANG_NAM, "2024-03", window="ytd") == (
        3,
        None,
        "reported",
    )
    assert numbers(figures, "dvc.received", BEN_LUC, "2024-03", window="ytd") == (
        2,
        None,
        "partial",
    )
    assert numbers(figures, "dvc.received", COUNTRY, "2024-03", window="ytd") == (
        5,
        None,
        "partial",
    )
    assert counts(figures, "dvc.received", COUNTRY, "2024-03", "ytd") == (2, 1)
    assert numbers(figures, "dvc.received", LONG_AN, "2024-02", window="ytd") == (
        1,
        None,
        "partial",
    )


def test_communes_have_no_whole_year_in_2025(tmp_path: Path) -> None:
    world = World(tmp_path, "eid")
    da_nang = area("province", "48", "2025-07")
    commune = AREAS.children(da_nang, "commune", Month(2025, 7))[0].area_id
    for number in range(1, 8):
        month = f"2025-{number:02d}"
        old = [area("province", code, month) for code in ("48", "49")] if number < 7 else []
        place = (
            {"province_id": QUANG_NAM}
            if number < 7
            else {"province_id": da_nang, "commune_id": commune}
        )
        world.deliver(
            "eid_accounts",
            month,
            [{**place, "level": 2, "received_on": day(f"{month}-03")}],
            old or [da_nang],
        )
    figures = world.figures("2025-07")
    assert numbers(figures, "eid.received", da_nang, "2025-07", window="ytd") == (
        7,
        None,
        "reported",
    )
    assert numbers(figures, "eid.received", commune, "2025-07", window="ytd") == (
        1,
        None,
        "partial",
    )


def test_closing_states_of_a_merged_province_are_not_counted_twice(tmp_path: Path) -> None:
    world = World(tmp_path, "dvc")
    da_nang = area("province", "48", "2025-07")
    for number in range(1, 8):
        month = f"2025-{number:02d}"
        old = [area("province", code, month) for code in ("48", "49")] if number < 7 else []
        row = dossier(
            "2025-01-05",
            due="2026-01-01",
            province_id=old[1] if old else da_nang,
            district_id=None,
            agency_level="Tỉnh",
        )
        world.deliver("dvc_dossiers", month, [row], old or [da_nang])
    figures = world.figures("2025-07")
    assert numbers(figures, "dvc.on_time_rate", da_nang, "2025-07", window="ytd") == (
        1,
        1,
        "reported",
    )


def test_figures_are_typed_and_each_there_once(tmp_path: Path) -> None:
    world = World(tmp_path, "eid")
    world.deliver("eid_accounts", "2024-06", [])
    table = world.table()
    assert table.schema.names[:6] == [
        "month",
        "period_type",
        "time_window",
        "area_id",
        "indicator_code",
        "breakdown",
    ]
    assert table.schema.names[6:] == [
        "numerator",
        "denominator",
        "status",
        "bound",
        "areas_expected",
        "areas_reported",
        "basis",
    ]
    assert (table.schema.field("month").type, table.schema.field("area_id").type) == (
        pa.date32(),
        pa.int32(),
    )
    assert (table.schema.field("numerator").type, table.schema.field("denominator").type) == (
        pa.int64(),
        pa.int64(),
    )
    named = table.schema.names[:6]
    assert table.group_by(named).aggregate([]).num_rows == len(table)
    key = [(name, "ascending") for name in named]
    assert table.sort_by(key).equals(world.table().sort_by(key))


def test_an_identity_that_does_not_hold_stops_the_publication(tmp_path: Path) -> None:
    from de06_pipeline.registry.load import load_registry

    path = registry_with(
        tmp_path, "dvc", "right: [dvc.finished, dvc.pending]", "right: [dvc.finished]"
    )
    world = World(tmp_path, "dvc", registry=load_registry(path.parent))
    world.deliver("dvc_dossiers", "2024-06", [dossier("2024-06-03")])
    with pytest.raises(
        AccountingError, match=r"dvc.received \+ dvc.carried_over differs from dvc.finished in"
    ):
        world.figures()


def test_an_indicator_has_figures_only_while_it_is_valid(tmp_path: Path) -> None:
    from de06_pipeline.registry.load import load_registry

    path = registry_with(
        tmp_path,
        "dvc",
        "count: is_not_accepted",
        "count: is_not_accepted\n    valid_from: 2024-07-01",
    )
    world = World(tmp_path, "dvc", registry=load_registry(path.parent))
    world.deliver("dvc_dossiers", "2024-06", [dossier("2024-06-03")])
    world.deliver("dvc_dossiers", "2024-07", [dossier("2024-06-03")])
    assert {key[4] for key in world.figures() if key[0] == "dvc.not_accepted"} == {"2024-07"}


def test_what_a_published_month_changes() -> None:
    existing = [Month(2024, 5), Month(2024, 6), Month(2024, 11), Month(2025, 1)]
    assert affected(Month(2024, 6), existing) == [
        (Month(2024, 6), ALL),
        (Month(2024, 11), YTD | STOCK),
        (Month(2025, 1), STOCK),
    ]
    carried = {Month(2024, 11): [Month(2024, 11)], Month(2025, 1): [Month(2024, 6)]}
    assert affected(Month(2024, 6), existing, carried)[-1] == (
        Month(2025, 1),
        windows_of(Month(2025, 1)),
    )
    # A quarter is published for its last month, whichever of its months has changed.
    assert Window.QUARTER in dict(affected(Month(2024, 5), existing))[Month(2024, 6)]
    assert affected_by_reference(existing, Month(2024, 11)) == [
        (Month(2024, 11), STOCK),
        (Month(2025, 1), STOCK),
    ]


def test_figures_that_look_over_the_year_follow_every_earlier_month_of_it():
    """Backfilling March changed nothing of `dvc.essential_deployed` for May, so that the order of
    backfilling mattered.
    """
    existing = [Month(2024, 3), Month(2024, 5), Month(2025, 1)]
    windows = dict(affected(Month(2024, 3), existing, over_year=True))
    assert Window.MONTH in windows[Month(2024, 5)]
    assert Window.MONTH not in windows[Month(2025, 1)]
    assert Window.MONTH not in dict(affected(Month(2024, 3), existing))[Month(2024, 5)]
