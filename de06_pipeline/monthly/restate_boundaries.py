"""Keep figures on other boundaries than those of their own month up to date.

Most of it is a view: sums by the shares of ``area_share``. What cannot be added up is counted anew
from cells where units were put together whole, on boundaries that keep the level; the rest is left
out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from de06_pipeline import __version__
from de06_pipeline.areas.book import AreaBook
from de06_pipeline.areas.model import Level
from de06_pipeline.areas.shares import first_month_of, last_change, merged_whole, spans
from de06_pipeline.areas.suppliers import SupplierBook
from de06_pipeline.areas.territory import FIRST_COMMUNES, Territory
from de06_pipeline.duck.scratch import scratch_folder
from de06_pipeline.indicators.computation.crosswalk import Crosswalk
from de06_pipeline.indicators.computation.request import FiguresRequest, Reporting
from de06_pipeline.indicators.computation.windows import windows_of, year_to
from de06_pipeline.indicators.compute import compute_figures
from de06_pipeline.monthly.figures_request import figures_request
from de06_pipeline.monthly.in_force import (
    AcceptedInForce,
    counted_in,
    expected_provinces,
)
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.registry.boundaries import RECOUNT, boundary_rule
from de06_pipeline.registry.model import Indicator, PeriodType, Window
from de06_pipeline.warehouse.deliveries.records import CellsPointer
from de06_pipeline.warehouse.figures.cells import cells
from de06_pipeline.warehouse.figures.restated import (
    Boundaries,
    drop_boundaries,
    keep_boundaries,
    kept_boundaries,
    latest_month,
    put_recounted,
    recounted_months,
)

LAST_DISTRICTS = FIRST_COMMUNES.plus(-1)
"""The last month with districts: the boundaries of the series of former districts."""


@dataclass(frozen=True, slots=True)
class Rebased:
    """What a refresh did.

    Attributes:
        boundaries: the first months of the boundaries kept, the latest ones last.
        renewed: those whose shares were written.
        recounted: lines for people: boundaries, source and months counted anew.
    """

    boundaries: tuple[Month, ...]
    renewed: tuple[Month, ...]
    recounted: tuple[str, ...]


def refresh_rebased(
    workspace: Workspace, sources: Collection[str] = (), also: Sequence[Month] = ()
) -> Rebased:
    """Bring figures on other boundaries up to date with the figures in force; does nothing where
    they are.

    Kept are the boundaries of the latest month with figures, those of 2025-06 once there are later
    months, and those once asked for.

    Args:
        sources: whose figures to count anew where they cannot be added up; all by default.
        also: months whose boundaries are to be kept from now on.
    """
    warehouse, areas = workspace.warehouse, workspace.areas
    sources = sources or tuple(workspace.registry.sources)
    with warehouse.exclusive("rebased"):
        kept = kept_boundaries(warehouse)
        asked = {boundaries.first for boundaries in kept if boundaries.is_asked_for} | {
            first_month_of(areas, month) for month in also
        }
        own = {
            first_month_of(areas, month) for month in _months_of_interest(latest_month(warehouse))
        }
        wanted = [Boundaries(first, areas.version, first in asked) for first in sorted(own | asked)]
        drop_boundaries(warehouse, {boundaries.first for boundaries in kept} - own - asked)
        territory = Territory.load(workspace.reference, areas)
        renewed = [boundaries for boundaries in wanted if boundaries not in kept]
        for boundaries in renewed:
            keep_boundaries(
                warehouse, boundaries, spans(territory, areas, boundaries.first, last_change(areas))
            )
        lines = [
            line
            for boundaries in wanted
            for line in _recount(workspace, territory, boundaries.first, sources)
        ]
    return Rebased(
        tuple(boundaries.first for boundaries in wanted),
        tuple(boundaries.first for boundaries in renewed),
        tuple(lines),
    )


def _months_of_interest(latest: Month | None) -> tuple[Month, ...]:
    """The months whose boundaries everybody wants: the latest, and the last one with districts once
    it is over.
    """
    if latest is None:
        return ()
    return (LAST_DISTRICTS, latest) if latest > LAST_DISTRICTS else (latest,)


def _recount(
    workspace: Workspace, territory: Territory, first: Month, sources: Collection[str]
) -> list[str]:
    """Count anew, for one set of boundaries, the months whose figures are not there or were made
    from something else.
    """
    lines = []
    for source in sources:
        indicators = [
            indicator
            for indicator in workspace.registry.sources[source].indicators.values()
            if boundary_rule(indicator).way == RECOUNT
        ]
        if not indicators:
            continue
        pointers = cells(workspace.warehouse, source)
        before = recounted_months(workspace.warehouse, first, source)
        targets = {
            month: merged_whole(territory, workspace.areas, month, first) for month in pointers
        }
        inputs = _inputs(workspace, source, pointers) if any(targets.values()) else {}
        now = {
            month: _hash(workspace, [inputs[behind] for behind in _months_behind(month)], first)
            for month in pointers
            if targets[month]
        }
        stale: dict[Month, str | None] = {
            month: made for month, made in now.items() if before.get(month) != made
        }
        stale |= dict.fromkeys(set(before) - set(now))
        if stale:
            _count(workspace, source, first, indicators, stale, targets)
            lines.append(f"{first} {source}: {', '.join(map(str, sorted(stale)))}")
    return lines


def _inputs(
    workspace: Workspace, source: str, pointers: Mapping[Month, CellsPointer]
) -> dict[Month, list[object]]:
    """What each month's own part of a recounted figure is made from: its cells, the deliveries in
    them and the snapshots in force.
    """
    months = {earlier for month in pointers for earlier in _months_behind(month)}
    own = workspace.own_contracts(source)
    in_force = AcceptedInForce(workspace.warehouse, workspace.suppliers, own)
    cell_datasets = workspace.registry.sources[source].cell_datasets
    return {
        month: [
            str(month),
            pointers[month].content_hash if month in pointers else "",
            [
                pointer.content_hash
                for pointer in counted_in(
                    pointers.get(month), cell_datasets, in_force.of_all(month)
                )
            ],
        ]
        for month in sorted(months)
    }


def _months_behind(month: Month) -> tuple[Month, ...]:
    """The months that figures of a month may rest on: its year so far, and December, in which the
    administrative year begins.
    """
    return (Month(month.year - 1, 12), *year_to(month))


def _hash(workspace: Workspace, parts: Sequence[object], first: Month) -> str:
    content = [
        parts,
        str(first),
        workspace.areas.version,
        workspace.suppliers.version,
        workspace.registry.version,
        __version__,
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


def _count(
    workspace: Workspace,
    source: str,
    first: Month,
    indicators: Sequence[Indicator],
    stale: Mapping[Month, str | None],
    targets: Mapping[Month, frozenset[int]],
) -> None:
    import pyarrow as pa

    codes = frozenset(indicator.code for indicator in indicators)
    scope = [
        (month, windows_of(month) - {Window.STOCK}) for month, made in sorted(stale.items()) if made
    ]
    with scratch_folder(workspace.settings.scratch) as scratch:
        pointers = cells(workspace.warehouse, source)
        requests = [
            figures_request(workspace, source, scope, pointers, scratch, period)
            for period in PeriodType
        ]
        concerned = [
            (month, windows)
            for month, windows in scope
            if any(
                _may_have_figures(workspace.areas, first, area_id, requests)
                for area_id in targets[month]
            )
        ]
        figures = pa.concat_tables(
            [
                compute_figures(
                    replace(_on(workspace.suppliers, request, first, codes), months=concerned)
                )
                for request in requests
            ]
        )
    wanted = pa.table(
        {
            "month": pa.array(
                [month.first_day for month, _ in scope for _ in targets[month]], pa.date32()
            ),
            "area_id": pa.array(
                [area_id for month, _ in scope for area_id in targets[month]], pa.int32()
            ),
        }
    )
    put_recounted(
        workspace.warehouse,
        first,
        source,
        codes,
        stale,
        figures.join(wanted, ["month", "area_id"], join_type="left semi"),
    )


def _may_have_figures(
    areas: AreaBook, first: Month, area_id: int, requests: Sequence[FiguresRequest]
) -> bool:
    """Whether an area of the boundaries may have figures of the months of some requests.

    A province has some where it was expected; a unit none where its province delivered nothing. Most
    changes are about units of provinces that are not here: counting all months anew for them took
    half as long as the month in which it came up.
    """
    area = areas.get(area_id)
    province = areas.by_code(Level.PROVINCE, area.province_code, first)
    if area.level is Level.PROVINCE or province is None:
        return True
    origins = Crosswalk.to(areas, first).origins
    return any(
        origins(province.area_id, month) & reporting.delivered
        for request in requests
        for (_, month), reporting in request.reporting.items()
    )


def _on(
    suppliers: SupplierBook, request: FiguresRequest, first: Month, codes: frozenset[str]
) -> FiguresRequest:
    """The same request for some indicators, on other boundaries: their provinces are those expected
    to report.
    """
    datasets = request.source.datasets
    there = {
        (dataset, first): Reporting(expected_provinces(suppliers, first), frozenset())
        for dataset in datasets
    }
    return replace(request, boundaries=first, codes=codes, reporting={**there, **request.reporting})
