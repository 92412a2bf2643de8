"""``de06 why`` of a figure that was corrected, whose supplier then sent a bad file: what is in force,
what was refused, and why the figure is no longer what it was.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from de06_pipeline.periods import Month
from de06_pipeline_tests.integration.home import Home, Printed, copy_of
from de06_pipeline_tests.integration.tiny_exports import LONG_AN, QUANG_NAM, rows

DATASET, MONTH = "eid_accounts", "2024-01"


@pytest.fixture(scope="module")
def corrected(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Two suppliers; Quảng Nam's numbers corrected, then a file without a column."""
    home = copy_of(empty_home, tmp_path_factory.mktemp("why") / "home")
    home.deliver(DATASET, MONTH, QUANG_NAM)
    home.deliver(DATASET, MONTH, LONG_AN)
    home.run(MONTH, datasets=[DATASET])
    more = rows(DATASET, QUANG_NAM, Month.parse(MONTH), count=14)
    home.deliver(DATASET, MONTH, QUANG_NAM, more, "v2/export.csv")
    home.run(MONTH, datasets=[DATASET])
    home.put(DATASET, MONTH, QUANG_NAM, "a,b\n1,2\n", "v3/export.csv")
    home.run(MONTH, datasets=[DATASET])
    return home


def _why(home: Home, area: str) -> Printed:
    return home.de06("why", "--indicator", "eid.received", "--month", MONTH, "--area", area)


def test_a_refused_correction_is_told_and_what_stands(corrected: Home) -> None:
    printed = _why(corrected, "quang nam")
    assert printed.code == 0, printed.text
    assert printed.says("made of 14", "v2/export.csv", "attempt 3 was refused on")
    assert printed.says("the delivery above stays in force", "quang-nam.html"), printed.text
    assert "v3/export.csv" not in printed.text


def test_an_earlier_revision_has_its_value_and_what_made_the_next(corrected: Home) -> None:
    printed = _why(corrected, "49")
    assert printed.says(
        "revision 1: 12 = 12,00",
        "revision 2 because: eid_accounts 2024-01 quang-nam: new files v2/export.csv",
    ), printed.text
    assert "cause was not recorded" not in printed.text


def test_only_suppliers_that_bear_on_the_area_are_named(corrected: Home) -> None:
    of_long_an = _why(corrected, "Bến Lức")
    assert of_long_an.code == 0, of_long_an.text
    assert of_long_an.says("long-an")
    assert "quang-nam" not in of_long_an.text
    assert "long-an" not in _why(corrected, "Tam Kỳ").text
    assert _why(corrected, "VN").says("long-an", "quang-nam")
