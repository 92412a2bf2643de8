"""Names typed after a command: by code or by name, with or without accents; a slip is answered with
what is nearest.
"""

from __future__ import annotations

import pytest

from de06_pipeline.areas.model import Level
from de06_pipeline.commands.names import area_named, code_of, indicator_named, supplier_named
from de06_pipeline.errors import UsageError
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.settings import Settings

BEFORE, AFTER = Month.parse("2024-06"), Month.parse("2025-08")


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace(Settings())


@pytest.mark.parametrize(
    ("text", "month", "code"),
    [
        ("49", BEFORE, "49"),
        ("1", BEFORE, "01"),
        ("Quảng Nam", BEFORE, "49"),
        ("tinh quang nam", BEFORE, "49"),
        ("Đà Nẵng", AFTER, "48"),
        ("tp Tam Kỳ", BEFORE, "502"),
        ("tam ky", BEFORE, "502"),
        ("502", BEFORE, "502"),
        ("Quảng Ninh", BEFORE, "22"),
        ("Châu Thành, Long An", BEFORE, "808"),
        ("cả nước", BEFORE, "VN"),
        ("VN", AFTER, "VN"),
    ],
)
def test_an_area_is_found_by_code_and_by_name(
    workspace: Workspace, text: str, month: Month, code: str
) -> None:
    assert code_of(area_named(workspace.areas, text, month)) == code


@pytest.mark.parametrize(
    ("text", "month", "words"),
    [
        ("Quảng Nma", BEFORE, ("is no area in force in 2024-06", "Tỉnh Quảng Nam (49)?")),
        ("Quảng Nam", AFTER, ("Do you mean",)),
        ("49", AFTER, ("is no area in force in 2025-08",)),
        (
            "Châu Thành",
            BEFORE,
            ("is the name of", "Huyện Châu Thành, Long An (808)", "Give the code"),
        ),
        ("Tam Ky, Long An", BEFORE, ("is no area",)),
    ],
)
def test_an_area_that_is_none_or_several_is_told_with_the_nearest(
    workspace: Workspace, text: str, month: Month, words: tuple[str, ...]
) -> None:
    with pytest.raises(UsageError) as error:
        area_named(workspace.areas, text, month)
    assert all(word in str(error.value) for word in words), str(error.value)


def test_every_unit_in_force_is_found_by_its_code(workspace: Workspace) -> None:
    for month in (BEFORE, AFTER):
        for level in (Level.PROVINCE, Level.DISTRICT):
            for area in workspace.areas.in_force(level, month):
                assert area_named(workspace.areas, area.code, month) is area


def test_slips_in_indicators_suppliers_datasets_and_months_are_answered(
    workspace: Workspace,
) -> None:
    for call, meant in (
        (
            lambda: indicator_named(workspace.registry, "dvc.online_rat"),
            "Do you mean dvc.online_rate?",
        ),
        (
            lambda: supplier_named(workspace.suppliers, "quangnam", BEFORE),
            "Do you mean 'quang-nam'?",
        ),
        (
            lambda: supplier_named(workspace.suppliers, "quang-nam", AFTER),
            "its area belongs to da-nang since: deliver with da-nang. Its last month: --month 2025-06.",
        ),
        (lambda: workspace.contract("dvc_dossier"), "Do you mean dvc_dossiers?"),
        (lambda: Month.parse("2024-6"), "Do you mean 2024-06?"),
        (lambda: Month.parse("06/2024"), "Do you mean 2024-06?"),
        (lambda: Month.parse("15/06/2024"), "Do you mean 2024-06?"),
        (lambda: Month.parse("202406"), "Do you mean 2024-06?"),
    ):
        with pytest.raises(UsageError) as error:
            call()
        assert meant in str(error.value)
    with pytest.raises(UsageError) as error:
        Month.parse("2024-13")
    assert "Do you mean" not in str(error.value)
