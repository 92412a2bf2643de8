"""What the cells of a window's months are joined with: who delivered, and what areas have become."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import date

from de06_pipeline.duck.rows import parquet_columns
from de06_pipeline.errors import ContractError
from de06_pipeline.indicators.cells.accepted_rows import DELIVERED
from de06_pipeline.indicators.computation.calculation import Calculation
from de06_pipeline.indicators.computation.relations import UNIT_CROSSWALK, WINDOW_PROVINCE
from de06_pipeline.indicators.period import Period
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import Rows, SnapshotLookup

_ProvinceRow = tuple[int, date, int, int, bool, bool, int, int]

WINDOW_PROVINCE_JOIN = (
    f"JOIN {WINDOW_PROVINCE} AS p ON p.period_no = c.period_no AND p.month = c.{DELIVERED} "
    "AND p.from_id = c.province_id "
    f"LEFT JOIN {UNIT_CROSSWALK} AS u ON u.month = c.{DELIVERED} AND u.from_id = c.unit_id"
)
"""Carries cells ``c`` to the areas of the calc, as ``p.to_id`` and ``u.to_id``."""


HAS_INNER_SEAMS = "has_inner_seams"
"""Whether some province of :data:`WINDOW_PROVINCE` has anything from more than one period."""


def lookup_join(lookup: SnapshotLookup) -> str:
    """The join that finds a lookup's value for cells ``c``: by the catalogue of the month that a
    cell's rows were delivered for, so that procedures that changed hands in March do not move
    January's dossiers.
    """
    name = f"l_{lookup.name}"
    return (
        f"LEFT JOIN lookup_{lookup.name} AS {name} ON {name}.month = c.{DELIVERED} "
        f"AND {name}.province_id = c.province_id AND {name}.lookup_key = c.{lookup.dimension}"
    )


def check_columns(calc: Calculation, path: str, needed: Sequence[str], period: Period) -> None:
    """See that a file of cells has the columns that figures need.

    Raises:
        ContractError: the registry has changed since it was made.
    """
    if not parquet_columns(calc.con, path).issuperset(needed):
        raise older_registry(calc, period)


def older_registry(calc: Calculation, period: Period) -> ContractError:
    """The error of cells that the present registry cannot read."""
    return ContractError(
        f"{calc.request.source.source} {period.month}: its cells were built with an older registry; run the month again."
    )


def create_window_province(calc: Calculation, dataset: str) -> None:
    """Create :data:`WINDOW_PROVINCE` for the provinces that delivered a dataset, unless it is there."""
    if calc.holds(WINDOW_PROVINCE.name, dataset, calc.periods):
        return
    rows = _window_provinces(calc, dataset)
    WINDOW_PROVINCE.create(calc.con, rows)
    calc.tables[HAS_INNER_SEAMS] = _have_inner_seams(rows)


def what_is_added_up(calc: Calculation, rows: Rows) -> Hashable:
    """What the sums of a window over some rows depend on: windows of a request for which this is
    equal have the same ones.

    Nearly always those are the month and a year to date of which nothing earlier was delivered. Where
    a province has something from two periods, what is corrected at their seam is counted over the
    whole window.
    """
    month = (calc.month, calc.crosswalk.month, calc.needed)
    if rows.snapshot:
        return month
    provinces = _window_provinces(calc, rows.dataset)
    last = len(calc.periods) - 1
    counted_back = tuple((number - last, *rest) for number, *rest in provinces)
    return (*month, counted_back, calc.periods if _have_inner_seams(provinces) else None)


def months_delivered(calc: Calculation, dataset: str) -> set[Month]:
    """The months of a window that anything was delivered for."""
    return {month for month in calc.months if calc.delivered(dataset, month)}


def _have_inner_seams(provinces: Sequence[_ProvinceRow]) -> bool:
    return any(last_ordinal for *_, last_ordinal in provinces)


def _window_provinces(calc: Calculation, dataset: str) -> Sequence[_ProvinceRow]:
    """The rows of :data:`WINDOW_PROVINCE`, worked out once for a calculation."""
    name = (_window_provinces, dataset, calc.needed)
    if name not in calc.known:
        delivered = {month: calc.delivered(dataset, month) for month in calc.months}
        periods = calc.periods
        calc.known[name] = [
            row
            for province in calc.request.areas.in_force("province", calc.crosswalk.month)
            for row in _of_province(calc, periods, delivered, province.area_id)
        ]
    known: Sequence[_ProvinceRow] = calc.known[name]
    return known


def _of_province(
    calc: Calculation,
    periods: Sequence[Period],
    delivered: Mapping[Month, frozenset[int]],
    province_id: int,
) -> list[_ProvinceRow]:
    areas, crosswalk = calc.request.areas, calc.crosswalk
    here = {
        month: crosswalk.origins(province_id, month) & there for month, there in delivered.items()
    }
    by_period = [
        {month: here[month] for month in period.months if here[month]} for period in periods
    ]
    numbers = [number for number, months in enumerate(by_period) if months]
    origins = [frozenset[int]().union(*by_period[number].values()) for number in numbers]
    rows: list[_ProvinceRow] = []
    for ordinal, number in enumerate(numbers):
        for origin in sorted(origins[ordinal]):
            earlier = any(origin in each for each in origins[:ordinal])
            later = any(origin in each for each in origins[ordinal + 1 :])
            is_first = not earlier and any(
                areas.get(origin).in_force(m) for m in by_period[numbers[0]]
            )
            is_last = not later and any(
                areas.get(origin).in_force(m) for m in by_period[numbers[-1]]
            )
            rows += [
                (
                    number,
                    month.first_day,
                    origin,
                    province_id,
                    is_first,
                    is_last,
                    ordinal,
                    len(numbers) - 1,
                )
                for month, there in by_period[number].items()
                if origin in there
            ]
    return rows
