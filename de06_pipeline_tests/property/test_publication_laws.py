"""What stands after deliveries, corrections, reference files (corrected and withdrawn too) and a
changed registry, each published alone and in any order, is what computing everything at once gives.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Row, text

from de06_pipeline.monthly.build_cells import build_month_cells
from de06_pipeline.monthly.find_gaps import basis_of, note_figures
from de06_pipeline.monthly.find_stale import stale_reasons
from de06_pipeline.monthly.in_force import AcceptedInForce, accepted_for
from de06_pipeline.monthly.publish_month import publish_month
from de06_pipeline.monthly.publish_report_month import publish_report_month
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import PeriodType, Registry
from de06_pipeline.settings import Settings
from de06_pipeline.warehouse.deliveries.accepted import all_accepted
from de06_pipeline.warehouse.deliveries.record import confirm_missing, record_delivery
from de06_pipeline.warehouse.deliveries.records import (
    AcceptedRowsRecord,
    DeliveryRecord,
    FileRecord,
)
from de06_pipeline.warehouse.figures.cells import cells
from de06_pipeline.warehouse.schema import WITHDRAWN
from de06_pipeline_tests.integration.home import known_in_step
from de06_pipeline_tests.laws import examples
from de06_pipeline_tests.unit.indicators_kit import (
    BEN_LUC,
    CONTRACTS,
    DATA,
    HOI_AN,
    LONG_AN,
    QUANG_NAM,
    TAM_KY,
    dossier,
    procedure,
    registry_of,
    registry_with,
    write_rows,
)

MONTHS = [Month(2024, 1), Month(2024, 2), Month(2024, 3)]
SUPPLIERS = {"quang-nam": (QUANG_NAM, (TAM_KY, HOI_AN)), "long-an": (LONG_AN, (BEN_LUC,))}
NOON = datetime(2024, 6, 1, 12, tzinfo=UTC)
IN_FORCE = text("""
    SELECT f.month_id, s.period_type, s.time_window, s.indicator_code, s.breakdown, f.area_id,
      f.numerator, f.denominator, f.status, f.bound, f.areas_expected, f.areas_reported, f.basis
    FROM figure AS f JOIN series AS s ON s.series_id = f.series_id
    WHERE f.status <> :withdrawn
    ORDER BY 1, 2, 3, 4, 5, 6""")


FEW = {
    "dvc": (
        *("dvc.received", "dvc.carried_over", "dvc.finished", "dvc.pending"),
        *("dvc.processing_days_median", "dvc.essential_deployed", "dvc.services"),
    ),
    "cccd": (
        *("cccd.received", "cccd.issued_stock", "cccd.coverage"),
        "cccd.within_limit_rate",
    ),
}
"""Indicators of each kind: all of them cost five times as much."""


@dataclass(frozen=True)
class Delivery:
    """Rows of one dataset, month and supplier; they replace those delivered before. None: what was
    delivered is withdrawn.
    """

    dataset: str
    month: Month
    supplier: str
    rows: tuple[dict[str, Any], ...] | None

    @property
    def source(self) -> str:
        return {"dvc": "dvc"}.get(self.dataset.split("_")[0], "cccd")


@st.composite
def dossiers(draw: st.DrawFn, month: Month, supplier: str) -> tuple[dict[str, Any], ...]:
    province, districts = SUPPLIERS[supplier]
    rows = []
    for number in draw(st.lists(st.integers(0, 5), max_size=4, unique=True)):
        received = month.plus(-draw(st.integers(0, 1))).first_day.replace(day=5 + number)
        finished = draw(st.none() | st.integers(1, 28).map(lambda on: f"{month}-{on:02d} 09:00"))
        row = dossier(f"{received} 08:00", finished, channel=draw(st.sampled_from([1, 2])))
        place = {"province_id": province, "district_id": draw(st.sampled_from(districts))}
        rows.append(row | place | {"dossier_code": f"{supplier} {number}"})
    return tuple(rows)


@st.composite
def procedures(draw: st.DrawFn, month: Month, supplier: str) -> tuple[dict[str, Any], ...]:
    level = draw(st.sampled_from(["Toàn trình", "Một phần"]))
    place = {"province_id": SUPPLIERS[supplier][0], "service_level": level}
    essential = {"essential_list": "QĐ06", "essential_no": 1}
    return (procedure("1.004222", **place, **draw(st.sampled_from([{}, essential]))),)


@st.composite
def cards(draw: st.DrawFn, month: Month, supplier: str) -> tuple[dict[str, Any], ...]:
    province, districts = SUPPLIERS[supplier]
    return tuple(
        {
            "application_id": f"{supplier} {month} {number}",
            "product": "CCCD",
            "request_type": draw(st.sampled_from(["Cấp mới", "Cấp đổi"])),
            "province_id": province,
            "district_id": draw(st.sampled_from(districts)),
            "received_on": month.first_day,
            "issued_on": month.first_day.replace(day=draw(st.integers(1, 28))),
            "status": "Đã cấp",
        }
        for number in range(draw(st.integers(0, 3)))
    )


def card(month: Month, received: date, issued: date) -> Delivery:
    row = {
        "application_id": "1",
        "product": "CCCD",
        "request_type": "Cấp mới",
        "province_id": QUANG_NAM,
        "district_id": TAM_KY,
        "received_on": received,
        "issued_on": issued,
        "status": "Đã cấp",
    }
    return Delivery("cccd_issuance", month, "quang-nam", (row,))


@st.composite
def balances(draw: st.DrawFn, month: Month, supplier: str) -> tuple[dict[str, Any], ...]:
    as_of = draw(st.sampled_from([date(2023, 12, 31), date(2024, 1, 31), date(2024, 2, 29)]))
    place = {"province_id": SUPPLIERS[supplier][0], "as_of": as_of}
    value = draw(st.integers(0, 9))
    return ({"indicator_code": "cccd.issued_stock", "value": value, **place},)


@st.composite
def populations(draw: st.DrawFn, month: Month, supplier: str) -> tuple[dict[str, Any], ...]:
    number = draw(st.integers(1, 9))
    counted = {"population": number, "population_14_plus": number}
    as_of = month.plus(-draw(st.integers(0, 2))).first_day
    return ({"province_id": SUPPLIERS[supplier][0], "as_of": as_of, **counted},)


ROWS = {
    "dvc_dossiers": dossiers,
    "dvc_procedures": procedures,
    "cccd_issuance": cards,
    "opening_balances": balances,
    "population": populations,
}


@st.composite
def deliveries(draw: st.DrawFn, datasets: Sequence[str]) -> Delivery:
    dataset = draw(st.sampled_from(datasets))
    month, supplier = draw(st.sampled_from(MONTHS)), draw(st.sampled_from(sorted(SUPPLIERS)))
    if draw(st.integers(0, 3)) == 0:
        return Delivery(dataset, month, supplier, None)
    return Delivery(dataset, month, supplier, draw(ROWS[dataset](month, supplier)))


@contextmanager
def workspace_in(
    folder: Path, contracts: Path = DATA, lacking: Collection[str] = ()
) -> Iterator[Workspace]:
    """A home without deliveries.

    Args:
        lacking: indicators that the registry does not have yet.
    """
    folder.mkdir(exist_ok=True)
    path = folder / "warehouse.sqlite"
    is_new = not path.exists()
    if is_new:
        path.write_bytes(_empty_warehouse())
    workspace = Workspace(Settings(home=folder, contracts=contracts, threads=1))
    if is_new and contracts == DATA:
        known_in_step(workspace)
    registry = workspace.registry
    known = {name: [code for code in codes if code not in lacking] for name, codes in FEW.items()}
    workspace.__dict__["registry"] = Registry(
        {
            name: registry_of(*codes, registry=registry).sources[name]
            for name, codes in known.items()
        },
        f"without {' '.join(lacking)}" if lacking else registry.version,
    )
    try:
        yield workspace
    finally:
        workspace.warehouse.close()


@cache
def _empty_warehouse() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        Workspace(Settings(home=Path(folder))).create_warehouse()
        path = Path(folder) / "warehouse.sqlite"
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path.read_bytes()


def put_in_force(workspace: Workspace, delivery: Delivery) -> None:
    """What an accepted delivery leaves: rows in the lake, and what is recorded of it; or what its
    withdrawal leaves.
    """
    key = (delivery.dataset, delivery.month, delivery.supplier)
    if delivery.rows is None:
        confirm_missing(workspace.warehouse, *key, "r")
        return
    place = f"accepted/{delivery.dataset}/{delivery.month}/{delivery.supplier}"
    file = Path(write_rows(workspace.lake / place / "new.parquet", delivery.dataset, delivery.rows))
    content = hashlib.sha256(file.read_bytes()).hexdigest()
    kept = workspace.lake / place / content[:16] / "rows.parquet"
    kept.parent.mkdir(exist_ok=True)
    file.replace(kept)
    rows = AcceptedRowsRecord(str(kept.relative_to(workspace.lake)), content, len(delivery.rows))
    file_record = FileRecord("rows.csv", 0, 1, NOON, content)
    version = CONTRACTS[delivery.dataset].version
    record_delivery(
        workspace.warehouse,
        DeliveryRecord(*key, content, version, "r", (file_record,), accepted=rows),
    )


def publish(workspace: Workspace, source: str, month: Month) -> None:
    """What a run of a month does after its ingests."""
    build_month_cells(workspace, source, month, "r")
    basis = basis_of(workspace, source, month)
    publish_month(workspace, source, month, "r")
    note_figures(workspace.warehouse, source, PeriodType.MONTH, month, basis, "r")
    if workspace.registry.sources[source].has_report_months:
        publish_report_month(workspace, source, month, "r")
        note_figures(workspace.warehouse, source, PeriodType.REPORT_MONTH, month, basis, "r")


def step_by_step(workspace: Workspace, source: str, steps: Sequence[Delivery]) -> None:
    """Deliveries one after another, each published before the next."""
    for delivery in steps:
        put_in_force(workspace, delivery)
        publish(workspace, source, delivery.month)


def figures(workspace: Workspace) -> list[Row[Any]]:
    with workspace.warehouse.reading() as connection:
        return list(connection.execute(IN_FORCE, {"withdrawn": WITHDRAWN}))


def computed_at_once(
    folder: Path, source: str, standing: Sequence[Delivery], also: Sequence[Month] = ()
) -> Any:
    """The figures of a new home in which all that stands was delivered before anything was
    computed.

    Args:
        also: months that are published though nothing of them stands.
    """
    contracts = folder.parent / "contracts"
    with workspace_in(folder, contracts if contracts.exists() else DATA) as workspace:
        for delivery in standing:
            put_in_force(workspace, delivery)
        for month in sorted({*also, *(delivery.month for delivery in standing)}):
            publish(workspace, source, month)
        return figures(workspace)


def look_up_alike(workspace: Workspace, datasets: Sequence[str]) -> None:
    """Rows in force read once for all months are those read month by month."""
    contracts = [workspace.contract(dataset) for dataset in datasets]
    read_once = AcceptedInForce(workspace.warehouse, workspace.suppliers, contracts)
    for month in [*MONTHS, Month(2024, 4), Month(2025, 8)]:
        expected = [
            accepted_for(workspace.warehouse, workspace.suppliers, contract, month)
            for contract in contracts
        ]
        assert [read_once.of(dataset, month) for dataset in datasets] == expected


SETTINGS = settings(
    max_examples=examples(3),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.generate],
)
DOSSIERS = ("dvc_dossiers", "dvc_dossiers", "dvc_procedures")
CARDS = ("cccd_issuance", "cccd_issuance", "opening_balances", "population")


def agree(source: str, datasets: Sequence[str], steps: Sequence[Delivery]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        last: dict[tuple[str, Month, str], Delivery] = {}
        with workspace_in(Path(folder) / "step-by-step") as workspace:
            for delivery in steps:
                last[delivery.dataset, delivery.month, delivery.supplier] = delivery
                put_in_force(workspace, delivery)
                publish(workspace, source, delivery.month)
            assert stale_reasons(workspace, source) == {}, "what is named is what was used"
            look_up_alike(workspace, sorted(set(datasets)))
            standing = [delivery for delivery in last.values() if delivery.rows is not None]
            assert len(all_accepted(workspace.warehouse, datasets)) == len(standing)
            stand = figures(workspace)
        months = [delivery.month for delivery in steps]
        at_once = computed_at_once(Path(folder) / "at-once", source, standing, months)
    assert stand == at_once


LATE_JANUARY = [
    Delivery(
        "dvc_procedures",
        MONTHS[2],
        "quang-nam",
        (procedure("1.004222", essential_list="QĐ06", essential_no=1),),
    ),
    Delivery("dvc_dossiers", MONTHS[2], "quang-nam", ()),
    Delivery("dvc_dossiers", MONTHS[0], "quang-nam", (dossier("2024-01-05 08:00"),)),
]
"""A dossier of January, delivered after March: a service of the list is deployed in March too."""


EVERY_MONTH = [
    Delivery("dvc_dossiers", month, "quang-nam", (dossier(f"{month}-05 08:00"),))
    for month in MONTHS
]
CATALOGUES = [
    Delivery("dvc_procedures", month, "quang-nam", (procedure("1.004222", lead_agency=lead),))
    for month, lead in zip(MONTHS, ["Bộ Tư pháp", "Bộ Công an"], strict=False)
]
"""January's, and a wrong one of February, carried to March."""
NATIONAL_CATALOGUE = Delivery(
    "dvc_procedures",
    MONTHS[1],
    "all",
    tuple(procedure(f"1.00422{number}") for number in range(3)),
)


def withdrawal(delivery: Delivery) -> Delivery:
    return replace(delivery, rows=None)


@SETTINGS
@given(st.lists(deliveries(DOSSIERS), min_size=2, max_size=5))
@example(LATE_JANUARY)
@example([CATALOGUES[0], *EVERY_MONTH, CATALOGUES[1]])
@example([CATALOGUES[0], *EVERY_MONTH, NATIONAL_CATALOGUE])
@example([CATALOGUES[0], *EVERY_MONTH, CATALOGUES[1], withdrawal(CATALOGUES[1])])
@example([CATALOGUES[0], *EVERY_MONTH, withdrawal(EVERY_MONTH[1])])
def test_dossiers_and_catalogues_in_any_order(steps: list[Delivery]) -> None:
    agree("dvc", DOSSIERS, steps)


def test_a_newer_national_catalogue_counts_and_the_provinces_own_in_its_month() -> None:
    def services(*steps: Delivery) -> list[int]:
        with (
            tempfile.TemporaryDirectory() as folder,
            workspace_in(Path(folder) / "home") as workspace,
        ):
            step_by_step(workspace, "dvc", steps)
            return [
                row.numerator
                for row in figures(workspace)
                if (row.indicator_code, row.breakdown, row.area_id)
                == ("dvc.services", "", QUANG_NAM)
                and (row.period_type, row.time_window) == ("month", "month")
            ]

    own = Delivery("dvc_procedures", MONTHS[1], "quang-nam", CATALOGUES[0].rows)
    assert services(CATALOGUES[0], *EVERY_MONTH, NATIONAL_CATALOGUE) == [1, 3, 3]
    assert services(NATIONAL_CATALOGUE, own, *EVERY_MONTH[1:]) == [1, 1]


def of_cards(dataset: str, number: int, **row: Any) -> Delivery:
    """A delivery of Quảng Nam's for one of ``MONTHS``, by number; without a row it is withdrawn."""
    rows = ({"province_id": QUANG_NAM, **row},) if row else None
    return Delivery(dataset, MONTHS[number], "quang-nam", rows)


NO_CARDS = [Delivery("cccd_issuance", month, "quang-nam", ()) for month in MONTHS]
FIRST_CARDS = {"indicator_code": "cccd.issued_stock", "value": 5, "as_of": date(2023, 12, 31)}
ONE_BALANCE = [*NO_CARDS, of_cards("opening_balances", 2, **FIRST_CARDS)]
ONE_POPULATION = [
    *NO_CARDS,
    of_cards("opening_balances", 0, **FIRST_CARDS, breakdown="request_type=Cấp mới"),
    of_cards("population", 2, as_of=date(2024, 1, 1), population=10, population_14_plus=10),
]
LATER = {
    "balance": of_cards("opening_balances", 2, **FIRST_CARDS | {"as_of": date(2024, 2, 29)}),
    "population": of_cards(
        "population", 2, as_of=date(2024, 3, 1), population=10, population_14_plus=10
    ),
}
"""The same as of a later day: January's figures do not rest on it any more."""


@SETTINGS
@given(st.lists(deliveries(CARDS), min_size=2, max_size=5))
@example([*ONE_BALANCE, LATER["balance"]])
@example([*ONE_BALANCE, of_cards("opening_balances", 2)])
@example([*ONE_POPULATION, LATER["population"]])
@example([*ONE_POPULATION, of_cards("population", 2)])
def test_cards_balances_and_populations_in_any_order(steps: list[Delivery]) -> None:
    agree("cccd", CARDS, steps)


def test_a_correction_is_whole_also_where_the_rows_before_it_are_lost(tmp_path: Path) -> None:
    """A lake that was put back from a backup may hold nothing but what is in force."""
    steps = [*ONE_BALANCE, LATER["balance"]]
    with workspace_in(tmp_path / "step-by-step") as workspace:
        for delivery in steps:
            if delivery == LATER["balance"]:
                shutil.rmtree(workspace.lake / "accepted" / "opening_balances")
            put_in_force(workspace, delivery)
            publish(workspace, "cccd", delivery.month)
        stand = figures(workspace)
    assert stand == computed_at_once(tmp_path / "at-once", "cccd", [*NO_CARDS, LATER["balance"]])


TEN_CARDS = tuple(
    {
        "application_id": f"quang-nam {number}",
        "product": "CCCD",
        "request_type": "Cấp mới",
        "province_id": QUANG_NAM,
        "district_id": TAM_KY,
        "received_on": date(2024, 2, 1),
        "issued_on": date(2024, 2, 1 + number),
        "status": "Đã cấp",
    }
    for number in range(10)
)
A_MONTH_IN_BETWEEN = [
    NO_CARDS[0],
    of_cards("opening_balances", 1, **FIRST_CARDS),
    NO_CARDS[2],
    Delivery("cccd_issuance", MONTHS[1], "quang-nam", TEN_CARDS),
]
"""February's ten cards come last: until they are counted, March's stock is not known."""


@SETTINGS
@given(
    st.lists(deliveries(("cccd_issuance", "opening_balances")), min_size=1, max_size=4),
    deliveries(("cccd_issuance",)).filter(lambda delivery: delivery.rows is not None),
)
@example(A_MONTH_IN_BETWEEN[:-1], A_MONTH_IN_BETWEEN[-1])
def test_rows_that_are_in_no_cells_yet_change_nothing(
    steps: list[Delivery], accepted_only: Delivery
) -> None:
    """A run that broke off after its ingest leaves them; other months are published meanwhile."""
    with (
        tempfile.TemporaryDirectory() as folder,
        workspace_in(Path(folder) / "home") as workspace,
    ):
        step_by_step(workspace, "cccd", steps)
        before = figures(workspace)
        put_in_force(workspace, accepted_only)
        for month in {*cells(workspace.warehouse, "cccd")} - {accepted_only.month}:
            publish(workspace, "cccd", month)
        assert figures(workspace) == before


@SETTINGS
@given(st.lists(deliveries(("cccd_issuance",)), min_size=1, max_size=2), st.randoms())
def test_a_changed_registry(steps: list[Delivery], order: Any) -> None:
    """Months published under another registry, which counts receipts by another day and has other
    breakdowns, are run again, in any order.
    """
    with tempfile.TemporaryDirectory() as folder:
        contracts = Path(folder) / "contracts"
        contracts.mkdir()
        registry = registry_with(
            contracts,
            "cccd",
            "is_received: received_on >= period_start and received_on < period_end",
            "is_received: issued_on >= period_start and issued_on < period_end",
        )
        other = registry.read_text(encoding="utf-8").replace(
            "breakdowns: [product, request_type, venue, age_band_received]",
            "breakdowns: [product, venue]",
        )
        registry.write_text(other, encoding="utf-8")
        for name in ("sources", "reference"):
            (contracts / name).symlink_to(DATA / name)
        for file in DATA.glob("*.yaml"):
            shutil.copy(file, contracts)
        home = Path(folder) / "step-by-step"
        standing = {(delivery.month, delivery.supplier): delivery for delivery in steps}
        with workspace_in(home) as workspace:
            step_by_step(workspace, "cccd", steps)
        with workspace_in(home, contracts) as workspace:
            months = sorted(cells(workspace.warehouse, "cccd"))
            order.shuffle(months)
            for month in months:
                publish(workspace, "cccd", month)
            stand = figures(workspace)
        at_once = computed_at_once(Path(folder) / "at-once", "cccd", list(standing.values()))
    assert stand == at_once


@pytest.mark.parametrize("order", [MONTHS, [MONTHS[1], MONTHS[2], MONTHS[0]]])
def test_new_indicators(order: list[Month]) -> None:
    """Months published before some indicators were in the registry are run again, in any order: each
    needs cells of others, which have no columns for them yet.
    """
    standing = [
        Delivery("dvc_dossiers", month, "quang-nam", (one_dossier(month),)) for month in MONTHS
    ]
    new = ("dvc.pending", "dvc.carried_over", "dvc.processing_days_median")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "step-by-step"
        with workspace_in(home, lacking=new) as workspace:
            step_by_step(workspace, "dvc", standing)
        with workspace_in(home) as workspace:
            for number, month in enumerate(order, start=1):
                publish(workspace, "dvc", month)
                left = dict.fromkeys(order[number:], ("registry",))
                assert stale_reasons(workspace, "dvc") == left
            stand = figures(workspace)
        assert stand == computed_at_once(Path(folder) / "at-once", "dvc", standing)


def test_indicators_that_left() -> None:
    """What is no longer in the registry is withdrawn when its months are run again."""
    left = "dvc.processing_days_median"
    standing = [
        Delivery("dvc_dossiers", month, "quang-nam", (one_dossier(month),)) for month in MONTHS[:2]
    ]
    with tempfile.TemporaryDirectory() as folder:
        with workspace_in(Path(folder)) as workspace:
            step_by_step(workspace, "dvc", standing)
            before = figures(workspace)
        with workspace_in(Path(folder), lacking=[left]) as workspace:
            for delivery in standing:
                publish(workspace, "dvc", delivery.month)
            assert (
                figures(workspace)
                == [row for row in before if row.indicator_code != left]
                != before
            )


def one_dossier(month: Month) -> dict[str, Any]:
    received = dossier(f"{month}-05 08:00", f"{month.plus(1)}-03 09:00", channel=1)
    place = {"province_id": QUANG_NAM, "district_id": TAM_KY}
    return received | place | {"dossier_code": f"{month}"}


def test_corrected_holidays() -> None:
    """A holiday is added to the table and the months are run again: administrative months are
    counted by it too.
    """
    slow = card(Month(2024, 3), received=date(2024, 3, 1), issued=date(2024, 3, 13))
    standing = [Delivery("cccd_issuance", Month(2024, 2), "quang-nam", ()), slow]
    with tempfile.TemporaryDirectory() as folder:
        contracts = Path(folder) / "contracts"
        shutil.copytree(DATA, contracts)
        home = Path(folder) / "step-by-step"
        with workspace_in(home) as workspace:
            step_by_step(workspace, "cccd", standing)
            before = figures(workspace)
        holidays = contracts / "reference" / "holidays.csv"
        listed = holidays.read_text(encoding="utf-8").rstrip("\n")
        holidays.write_text(f"{listed}\n2024-03-04,,\n", encoding="utf-8")
        with workspace_in(home, contracts) as workspace:
            changed = {delivery.month: ("holidays",) for delivery in standing}
            assert stale_reasons(workspace, "cccd") == changed
            for delivery in standing:
                publish(workspace, "cccd", delivery.month)
            stand = figures(workspace)
            assert stale_reasons(workspace, "cccd") == {}
        at_once = computed_at_once(Path(folder) / "at-once", "cccd", standing)
    assert stand == at_once != before
