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
    by_place = {(figure.area_id, figure.breakdown): figure for figure in figures}
    assert len(by_place) == len(figures)
    return by_place


@given(worlds())
def test_no_rate_is_above_the_whole_and_nobody_is_counted_who_was_not_expected(
    world: World,
) -> None:
    ledger = world.ledger()
    figures = _by_place(list(areas_delivered(ledger, "rate")))
    in_time = _by_place(list(areas_delivered(ledger, "rate", in_time=True)))
    assert ledger.expected == world.expected()
    assert figures[1, ""].denominator == len(world.expected()) * len(EXPECTED_DATASETS)
    for key, figure in figures.items():
        assert figure.numerator is not None
        assert figure.denominator is not None
        assert 0 <= figure.numerator <= figure.denominator
        assert (in_time[key].numerator or 0) <= figure.numerator
        assert in_time[key].denominator == figure.denominator
        assert figure.status == (
            "no_denominator"
            if not figure.denominator
            else "reported"
            if figure.numerator
            else "reported_zero"
        )


@given(worlds())
def test_the_country_is_the_sum_of_its_provinces_and_the_total_that_of_its_datasets(
    world: World,
) -> None:
    figures = _by_place(list(areas_delivered(world.ledger(), "rate")))
    for dataset in ("", *(f"dataset={name}" for name in EXPECTED_DATASETS)):
        provinces = [
            figure
            for (area, breakdown), figure in figures.items()
            if area != 1 and breakdown == dataset
        ]
        assert figures[1, dataset].numerator == sum(figure.numerator or 0 for figure in provinces)
        assert figures[1, dataset].denominator == sum(
            figure.denominator or 0 for figure in provinces
        )
    assert figures[1, ""].numerator == sum(
        figure.numerator or 0 for (area, text), figure in figures.items() if area == 1 and text
    )


@given(worlds())
def test_zero_not_reported_and_no_denominator_are_three_things(world: World) -> None:
    ledger = world.ledger()
    for figure in rows_accepted(ledger, "rate"):
        if figure.status == "not_reported":
            assert (figure.numerator, figure.denominator, figure.reported) == (None, None, 0)
            continue
        assert figure.reported > 0
        assert figure.numerator is not None
        assert figure.denominator is not None
        assert 0 <= figure.numerator <= figure.denominator
        assert (figure.status == "no_denominator") == (figure.denominator == 0)
        assert (figure.status == "reported_zero") == (
            figure.denominator > 0 and figure.numerator == 0 and figure.reported == figure.expected
        )
    for figure in rule_failures(ledger, "count"):
        assert (
            (figure.status == "not_reported")
            == (figure.reported == 0)
            == (figure.numerator is None)
        )
        assert figure.status != "reported_zero" or figure.numerator == 0


def test_due_days_count_in_vietnam() -> None:
    """The 5th ends at 17:00 UTC."""
    world = World(FIRST, _one_province(), (("office", "10", FIRST, None),), ())
    due = datetime(2024, 2, 5, 16, 59, tzinfo=UTC)
    for arrived, count in ((due, 1), (due + timedelta(minutes=1), 0)):
        entry = LedgerEntry("dvc_dossiers", "office", 1, 1, 0, arrived, {})
        figures = _by_place(
            list(
                areas_delivered(
                    World(world.month, world.areas, world.suppliers, (entry,)).ledger(),
                    "rate",
                    in_time=True,
                )
            )
        )
        assert figures[10, "dataset=dvc_dossiers"].numerator == count


def _one_province() -> tuple[Area, ...]:
    country = Area(
        1, Level.COUNTRY, "VN", "Việt Nam", "Việt Nam", "quốc gia", "", None, None, None, None
    )
    return country, Area(
        10, Level.PROVINCE, "10", "A", "Tỉnh A", "tỉnh", "10", 1, date(2020, 1, 1), None, None
    )
