"""The census of 2019 scaled by the country's growth, for any unit and month."""

from __future__ import annotations

from pathlib import Path

import pytest

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.areas.population import CensusPopulation
from de06_pipeline.areas.territory import Territory
from de06_pipeline.errors import ContractError
from de06_pipeline.periods import Month
from de06_pipeline.settings import REPOSITORY

REFERENCE = REPOSITORY / "data_contracts" / "reference"
BOOK = AreaBook.load(REFERENCE)
CENSUS = CensusPopulation.load(REFERENCE, BOOK)


def of(level: str, code: str, month: Month, field: str = "population_14_plus") -> int:
    area = BOOK.by_code(level, code, month)
    assert area is not None
    return CENSUS.of(field, month)[area.area_id]


def test_grows_evenly_between_two_days_and_stays_after_the_last() -> None:
    # Tam Kỳ: 95,237 aged 14 or more; the country had 100,309,200 on 2023-07-01 and 101,112,656 on
    # 2024-04-01, 275 days later.
    factor = (100_309_200 + 803_456 * 214 / 275) / 96_208_984
    assert of("district", "502", Month(2024, 1)) == pytest.approx(95_237 * factor, abs=3)
    assert of("district", "502", Month(2024, 4)) == of("district", "502", Month(2025, 6))
    assert of("district", "502", Month(2024, 4), "population") == pytest.approx(
        122_374 * 101_112_656 / 96_208_984, abs=3
    )


def test_every_level_and_every_boundaries_add_up_to_the_same_country() -> None:
    for before, after in ((Month(2024, 8), Month(2025, 7)), (Month(2024, 12), Month(2026, 9))):
        totals = {
            sum(
                CENSUS.of("population", month)[area.area_id] for area in BOOK.in_force(level, month)
            )
            for month in (before, after)
            for level in ("province", Territory.load(REFERENCE, BOOK).unit_level(month))
        }
        assert len(totals) == 1
        assert totals.pop() == pytest.approx(101_112_656, abs=200)


def test_a_merged_unit_has_the_people_of_its_parts() -> None:
    old, new = Month(2025, 6), Month(2025, 7)
    assert of("province", "48", new) == of("province", "48", old) + of("province", "49", old)
    assert of("district", "509", old) == of("district", "509", Month(2024, 12)) + of(
        "district", "519", Month(2024, 12)
    )


def test_a_field_the_census_lacks_is_not_known() -> None:
    assert CENSUS.of("households", Month(2024, 1)) == {}


@pytest.mark.parametrize(
    "rows", ["2020-07-01,5\n2019-04-01,4\n", "yesterday,5\n", "2019-04-01,many\n", ""]
)
def test_national_totals_that_cannot_be(tmp_path: Path, rows: str) -> None:
    for name in ("areas.csv", "area_aliases.csv", "area_ground.csv"):
        (tmp_path / name).symlink_to(REFERENCE / name)
    (tmp_path / "national_population.csv").write_text(f"as_of,population\n{rows}")
    with pytest.raises(ContractError, match=r"national_population\.csv"):
        CensusPopulation.load(tmp_path, BOOK)
