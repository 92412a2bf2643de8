"""Laws of carrying figures to other boundaries, over the units of any two months."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.areas.model import Level
from de06_pipeline.areas.shares import WHOLE, apportion, first_month_of, last_change, shares, spans
from de06_pipeline.areas.territory import Territory
from de06_pipeline.periods import Month
from de06_pipeline.settings import REPOSITORY
from de06_pipeline_tests.laws import examples

REFERENCE = REPOSITORY / "data_contracts" / "reference"
BOOK = AreaBook.load(REFERENCE)
TERRITORY = Territory.load(REFERENCE, BOOK)
MONTHS = st.integers(0, 58).map(Month(2022, 1).plus)

districts = {
    Month(2022, 1): 705,
    Month(2024, 8): 705,
    Month(2024, 9): 704,
    Month(2024, 12): 701,
    Month(2025, 1): 696,
    Month(2025, 6): 696,
}


@pytest.mark.parametrize(
    ("month", "count"),
    [*districts.items(), (Month(2025, 7), 3321), (Month(2026, 10), 3321)],
    ids=str,
)
def test_the_ground_of_every_unit_in_force_is_known(month: Month, count: int) -> None:
    level = TERRITORY.unit_level(month)
    assert set(TERRITORY.holders(level, month)) == {
        unit.area_id for unit in BOOK.in_force(level, month)
    }
    assert len(set(TERRITORY.holders(level, month))) == count
    assert set(TERRITORY.holders(Level.PROVINCE, month)) == {
        unit.area_id for unit in BOOK.in_force("province", month)
    }


@settings(max_examples=examples(12))
@given(MONTHS, MONTHS)
def test_nothing_is_lost_or_added_on_any_boundaries(month: Month, boundaries: Month) -> None:
    split = shares(TERRITORY, BOOK, month, boundaries)
    values = {share.area_id: share.area_id * 7919 % 10_000 - 5_000 for share in split}
    carried: dict[Level, int] = defaultdict(int)
    parts: dict[int, int] = defaultdict(int)
    for share in split:
        parts[share.area_id] += share.part
        carried[BOOK.get(share.area_id).level] += values[share.area_id] * share.part
    assert set(parts.values()) == {WHOLE}
    for level, total in carried.items():
        assert total == WHOLE * sum(
            value for area_id, value in values.items() if BOOK.get(area_id).level is level
        )
    assert {share.to_id for share in split} == {
        unit.area_id
        for level in ("country", "province", TERRITORY.unit_level(boundaries))
        for unit in BOOK.in_force(level, boundaries)
    }


@settings(max_examples=examples(12))
@given(MONTHS, MONTHS)
def test_provinces_go_forward_whole_and_along_their_successors(
    month: Month, boundaries: Month
) -> None:
    month, boundaries = sorted((month, boundaries))
    for share in shares(TERRITORY, BOOK, month, boundaries):
        successor = BOOK.successor_in(share.area_id, boundaries)
        if BOOK.get(share.area_id).level is Level.PROVINCE:
            assert (share.part, successor and successor.area_id) == (WHOLE, share.to_id)
        elif (
            successor is not None
            and successor.level is BOOK.get(share.area_id).level
            and share.to_id == successor.area_id
        ):
            # What the area tables call a successor took in all of it, but for ground that left an
            # existing district.
            assert share.part == WHOLE or BOOK.get(share.area_id).in_force(boundaries)


@settings(max_examples=examples(12))
@given(MONTHS)
def test_spans_are_the_shares_of_every_month(boundaries: Month) -> None:
    kept = spans(TERRITORY, BOOK, boundaries, last_change(BOOK))
    assert first_month_of(BOOK, boundaries) <= boundaries
    for month in (
        Month(2022, 1),
        Month(2024, 9),
        Month(2024, 12),
        Month(2025, 1),
        Month(2025, 7),
        Month(2026, 10),
    ):
        of_month = {span.share for span in kept if span.first <= month <= span.last}
        assert of_month == set(shares(TERRITORY, BOOK, month, boundaries))


@given(
    st.integers(0, 10**6),
    st.dictionaries(st.integers(), st.integers(1, 10**7), min_size=1, max_size=20),
)
def test_apportioned_parts_add_up_and_are_near_their_share(
    total: int, weights: dict[int, int]
) -> None:
    parts = apportion(total, weights)
    assert sum(parts.values()) == total
    assert all(
        abs(parts[key] - total * weight / sum(weights.values())) < 1
        for key, weight in weights.items()
    )
