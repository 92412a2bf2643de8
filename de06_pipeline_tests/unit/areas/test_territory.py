"""The ground under the units: who is the same unit under another name."""

from __future__ import annotations

import pytest

from de06_pipeline.areas.territory import Territory
from de06_pipeline_tests.unit.indicators_kit import AREAS, REFERENCE, area


@pytest.mark.parametrize(
    ("level", "code", "then", "now"),
    [
        ("province", "46", "2024-12", "2025-01"),  # Thừa Thiên Huế becomes the city of Huế
        ("province", "75", "2026-03", "2026-04"),  # Đồng Nai becomes a city
        ("district", "476", "2024-12", "2025-01"),  # Phong Điền becomes a town
        ("district", "502", "2022-01", "2025-06"),  # Tam Kỳ stays what it is
    ],
)
def test_a_unit_that_only_changed_its_name_or_kind_began_as_the_former(
    level: str, code: str, then: str, now: str
) -> None:
    territory = Territory.load(REFERENCE, AREAS)
    assert territory.first_of(area(level, code, now)) == area(level, code, then)


@pytest.mark.parametrize(
    ("level", "code", "month"),
    [
        ("province", "48", "2025-07"),  # Đà Nẵng with Quảng Nam
        ("district", "509", "2025-01"),  # Quế Sơn with Nông Sơn
    ],
)
def test_a_merged_unit_begins_anew(level: str, code: str, month: str) -> None:
    merged = area(level, code, month)
    assert Territory.load(REFERENCE, AREAS).first_of(merged) == merged
