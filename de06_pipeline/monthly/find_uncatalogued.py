"""Values that a month's rows use and the catalogue in force does not have."""

from __future__ import annotations

from dataclasses import dataclass

from de06_pipeline.duck.connection import memory_database
from de06_pipeline.duck.relations import Relation
from de06_pipeline.duck.rows import parquet_sql
from de06_pipeline.indicators.computation.crosswalk import Crosswalk
from de06_pipeline.monthly.in_force import accepted_for
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.figures.cells import cells

CARRIED = Relation("carried_province", (("then_id", "INTEGER"), ("now_id", "INTEGER")))
"""Provinces of the months that the catalogues are of, and what has become of each."""


@dataclass(frozen=True, slots=True)
class Uncatalogued:
    """Of one province: how many values its rows use, and those that its catalogue lacks, in order."""

    area_id: int
    used: int
    unknown: tuple[str, ...]


def uncatalogued(
    workspace: Workspace, source: str, lookup: str, month: Month
) -> tuple[Uncatalogued, ...]:
    """Provinces whose cells of a month use values that the catalogue of a registry's lookup lacks.

    A province without any catalogue is not looked at: it would lack everything, which the arrival
    check says better.
    """
    registry = workspace.registry.sources[source]
    catalogued = registry.lookups[lookup]
    pointer = cells(workspace.warehouse, source).get(month)
    paths = [
        str(path)
        for name, each in registry.cells.items()
        if pointer and any(d.name == catalogued.dimension for d in each.stored_dimensions)
        if (path := workspace.lake_files.cells(pointer) / f"{name}.parquet").exists()
    ]
    catalogue = accepted_for(
        workspace.warehouse, workspace.suppliers, workspace.contract(catalogued.dataset), month
    )
    if not paths or not catalogue:
        return ()
    crosswalk = Crosswalk.to(workspace.areas, month)
    with memory_database(workspace.duck()) as con:
        provinces = {
            area.area_id
            for origin in {p.month for p in catalogue}
            for area in workspace.areas.in_force("province", origin)
        }
        carried = [
            (area_id, now)
            for area_id in sorted(provinces)
            if (now := crosswalk.province(area_id)) is not None
        ]
        CARRIED.create(con, carried)
        rows = con.execute(f"""
            WITH known AS (
              SELECT DISTINCT c.now_id AS province_id, CAST(r.{catalogued.key} AS VARCHAR) AS value
              FROM {parquet_sql(workspace.lake_files.rows(p) for p in catalogue)} AS r JOIN {CARRIED} AS c ON c.then_id = r.province_id
            ), used AS (
              SELECT DISTINCT province_id, CAST({catalogued.dimension} AS VARCHAR) AS value
              FROM {parquet_sql(paths)} WHERE {catalogued.dimension} IS NOT NULL
            )
            SELECT used.province_id, count(*), list(used.value ORDER BY used.value) FILTER (known.value IS NULL)
            FROM used LEFT JOIN known USING (province_id, value)
            WHERE used.province_id IN (SELECT province_id FROM known)
            GROUP BY used.province_id HAVING count(*) FILTER (known.value IS NULL) > 0 ORDER BY used.province_id""").fetchall()
    return tuple(Uncatalogued(area_id, used, tuple(unknown)) for area_id, used, unknown in rows)
