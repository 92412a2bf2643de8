"""Rates of deliveries, whatever opens and closes: never above 100 %, and zero, not reported and no
denominator kept apart.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.areas.model import Area, Level
from de06_pipeline.areas.suppliers import SupplierBook
from de06_pipeline.contracts.load import load_contracts
from de06_pipeline.indicators.computation.figure import FinishedFigure
from de06_pipeline.indicators.computation.ledger import (
    Ledger,
    areas_delivered,
    rows_accepted,
    rule_failures,
)
from de06_pipeline.monthly.publish_quality import ledger_of
from de06_pipeline.periods import Month
from de06_pipeline.registry.load import load_registry
from de06_pipeline.settings import REPOSITORY
from de06_pipeline.warehouse.deliveries.ledger import LedgerEntry

FIRST = Month(2024, 1)
CONTRACTS = load_contracts(REPOSITORY / "data_contracts" / "sources")
REGISTRY = load_registry(REPOSITORY / "data_contracts" / "indicators")
EXPECTED_DATASETS = sorted(d for d, c in CONTRACTS.items() if c.source in REGISTRY.sources)

Figures = Mapping[tuple[int, str], FinishedFigure]


@dataclass(frozen=True)
class World:
    """Random provinces that open and close, suppliers that come and go, and what they delivered for
    one month.
    """

    month: Month
    areas: tuple[Area, ...]
    suppliers: tuple[tuple[str, str, Month, Month | None], ...]
    entries: tuple[LedgerEntry, ...]

    def ledger(self) -> Ledger:
        areas = AreaBook(self.areas, {}, "random")
        with tempfile.TemporaryDirectory() as folder:
            with (Path(folder) / "suppliers.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                writer.writerow(("supplier", "title", "province_codes", "from_month", "to_month"))
                writer.writerows(
                    (name, name, codes, first, last or "")
                    for name, codes, first, last in self.suppliers
                )
            suppliers = SupplierBook.load(Path(folder), areas)
        return ledger_of(CONTRACTS, REGISTRY, areas, suppliers, self.month, self.entries)

    def expected(self) -> set[int]:
        """By the day-by-day meaning of the words, without the books."""
        day = self.month.last_day
        open_now = {
            a.code: a.area_id
            for a in self.areas
            if (a.valid_from or day) <= day <= (a.valid_to or day) and a.level == "province"
        }
        listed = [
            codes
            for _, codes, first, last in self.suppliers
            if first <= self.month and (last is None or self.month <= last)
        ]
        return {
            area_id
            for code, area_id in open_now.items()
            if any(codes == "*" or code in codes.split(";") for codes in listed)
        }


@st.composite
def worlds(draw: st.DrawFn) -> World:
    months = st.integers(0, 11).map(FIRST.plus)
    areas = [
        Area(1, Level.COUNTRY, "VN", "Việt Nam", "Việt Nam", "quốc gia", "", None, None, None, None)
    ]
    suppliers: list[tuple[str, str, Month, Month | None]] = []
    for number in range(draw(st.integers(0, 6))):
        code, first = f"{10 + number}", draw(st.none() | months)
        later = [month for month in map(FIRST.plus, range(12)) if first is None or first < month]
        last = draw(st.sampled_from([None, *later]))
        valid_from = first.first_day if first else None
        valid_to = last.last_day if last else None
        name = f"province {code}"
        areas.append(
            Area(
                10 + number,
                Level.PROVINCE,
                code,
                name,
                name,
                "tỉnh",
                code,
                1,
                valid_from,
                valid_to,
                None,
            )
        )
        if draw(st.booleans()):
            suppliers.append((f"office-{code}", code, first or FIRST, last))
    if draw(st.booleans()):
        suppliers.append(("everyone", "*", FIRST, draw(st.none() | months)))
    names = st.sampled_from(["all", "nobody", *(name for name, *_ in suppliers)])
    keys = draw(
        st.lists(st.tuples(st.sampled_from(sorted(CONTRACTS)), names), unique=True, max_size=12)
    )
    return World(
        draw(months),
        tuple(areas),
        tuple(suppliers),
        tuple(draw(_entry(dataset, name)) for dataset, name in keys),
    )


@st.composite
def _entry(draw: st.DrawFn, dataset: str, supplier: str) -> LedgerEntry:
    read = draw(st.integers(0, 5))
    superseded = draw(st.integers(0, read))
    accepted = draw(st.integers(0, read - superseded))
    arrived = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=draw(st.integers(0, 24 * 500)))
    failures = {f"{dataset}.some.rule": draw(st.integers(1, 3))} if draw(st.booleans()) else {}
    return LedgerEntry(dataset, supplier, read, accepted, superseded, arrived, failures)


def _by_place(figures: list[FinishedFigure]) -> Figures:
    by_place = {(one.area_id, one.breakdown): one for one in figures}
    assert len(by_place) == len(figures)
    return by_place


@given(worlds())
def test_no_rate_is_above_the_whole_and_nobody_is_counted_who_was_not_expected(
    world: World,
) -> None:
    ledger = world.ledger()
    found = _by_place(list(areas_delivered(ledger, "rate")))
    in_time = _by_place(list(areas_delivered(ledger, "rate", in_time=True)))
    assert ledger.expected == world.expected()
    assert found[1, ""].denominator == len(world.expected()) * len(EXPECTED_DATASETS)
    for key, one in found.items():
        assert one.numerator is not None
        assert one.denominator is not None
        assert 0 <= one.numerator <= one.denominator
        assert (in_time[key].numerator or 0) <= one.numerator
        assert in_time[key].denominator == one.denominator
        assert one.status == (
            "no_denominator"
            if not one.denominator
            else "reported"
            if one.numerator
            else "reported_zero"
        )


@given(worlds())
def test_the_country_is_the_sum_of_its_provinces_and_the_total_that_of_its_datasets(
    world: World,
) -> None:
    found = _by_place(list(areas_delivered(world.ledger(), "rate")))
    for dataset in ("", *(f"dataset={name}" for name in EXPECTED_DATASETS)):
        provinces = [
            one for (area, breakdown), one in found.items() if area != 1 and breakdown == dataset
        ]
        assert found[1, dataset].numerator == sum(one.numerator or 0 for one in provinces)
        assert found[1, dataset].denominator == sum(one.denominator or 0 for one in provinces)
    assert found[1, ""].numerator == sum(
        one.numerator or 0 for (area, text), one in found.items() if area == 1 and text
    )


@given(worlds())
def test_zero_not_reported_and_no_denominator_are_three_things(world: World) -> None:
    ledger = world.ledger()
    for one in rows_accepted(ledger, "rate"):
        if one.status == "not_reported":
            assert (one.numerator, one.denominator, one.reported) == (None, None, 0)
            continue
        assert one.reported > 0
        assert one.numerator is not None
        assert one.denominator is not None
        assert 0 <= one.numerator <= one.denominator
        assert (one.status == "no_denominator") == (one.denominator == 0)
        assert (one.status == "reported_zero") == (
            one.denominator > 0 and one.numerator == 0 and one.reported == one.expected
        )
    for one in rule_failures(ledger, "count"):
        assert (one.status == "not_reported") == (one.reported == 0) == (one.numerator is None)
        assert one.status != "reported_zero" or one.numerator == 0


def test_due_days_count_in_vietnam() -> None:
    """The 5th ends at 17:00 UTC."""
    world = World(FIRST, _one_province(), (("office", "10", FIRST, None),), ())
    due = datetime(2024, 2, 5, 16, 59, tzinfo=UTC)
    for arrived, count in ((due, 1), (due + timedelta(minutes=1), 0)):
        entry = LedgerEntry("dvc_dossiers", "office", 1, 1, 0, arrived, {})
        found = _by_place(
            list(
                areas_delivered(
                    World(world.month, world.areas, world.suppliers, (entry,)).ledger(),
                    "rate",
                    in_time=True,
                )
            )
        )
        assert found[10, "dataset=dvc_dossiers"].numerator == count


def _one_province() -> tuple[Area, ...]:
    country = Area(
        1, Level.COUNTRY, "VN", "Việt Nam", "Việt Nam", "quốc gia", "", None, None, None, None
    )
    return country, Area(
        10, Level.PROVINCE, "10", "A", "Tỉnh A", "tỉnh", "10", 1, date(2020, 1, 1), None, None
    )
