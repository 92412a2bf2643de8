"""All of the lake against the ledger: which files in force are missing or not what was recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from de06_pipeline.duck.scratch import scratch_folder
from de06_pipeline.monthly.lake import Lake
from de06_pipeline.monthly.lake_store import LakeError
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.deliveries.accepted import accepted, months_accepted
from de06_pipeline.warehouse.figures.cells import cells


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of looking.

    Attributes:
        checked: how many pointers were followed.
        damage: months with what is wrong in each, in order.
        unused: files of the lake that no pointer in force names; harmless.
    """

    checked: int
    damage: tuple[tuple[Month, str], ...]
    unused: int


def verify_lake(workspace: Workspace, say: Callable[[str], None] = lambda _: None) -> Verified:
    """Hash every file in force and compare with what was recorded.

    A lake on an object store is fetched into an empty folder: what is looked at is the store, not
    this machine's copy.

    Args:
        say: told what is looked at, for a line of progress.
    """
    if workspace.lake_store is None:
        return _verify(workspace, workspace.lake_files, say)
    with scratch_folder(workspace.settings.scratch) as fetched:
        return _verify(workspace, Lake(fetched, workspace.lake_store), say)


def _verify(workspace: Workspace, lake: Lake, say: Callable[[str], None]) -> Verified:
    warehouse = workspace.warehouse
    damage: list[tuple[Month, str]] = []
    used: set[str] = set()
    checked = 0
    for dataset in sorted(workspace.contracts):
        for month in months_accepted(warehouse, dataset):
            say(f"{dataset} {month}")
            for pointer in accepted(warehouse, dataset, month):
                checked += 1
                used.add(pointer.path)
                try:
                    lake.rows(pointer)
                except LakeError as error:
                    damage.append((month, str(error)))
    for source in sorted(workspace.registry.sources):
        for month, cell_pointer in cells(warehouse, source).items():
            say(f"{source} {month}")
            checked += 1
            try:
                lake.cells(cell_pointer)
            except LakeError as error:
                damage.append((month, str(error)))
            folder = lake.root / cell_pointer.path
            used.update(path.relative_to(lake.root).as_posix() for path in folder.glob("*"))
    unused = len(lake.parquet_files() - used)
    return Verified(checked, tuple(sorted(damage, key=lambda damaged: damaged[0])), unused)
