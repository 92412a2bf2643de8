"""Computed figures in the integers that the warehouse keeps: months, series and places in lists of
words instead of texts.

Texts are encoded once, column by column, and everything else goes by their numbers: half a million
figures have some thousand distinct series.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from de06_pipeline.errors import AccountingError
from de06_pipeline.periods import Month
from de06_pipeline.warehouse.reference import month_id
from de06_pipeline.warehouse.schema import BASES, BOUNDS, STATUSES, WITHDRAWN

if TYPE_CHECKING:
    import pyarrow as pa


class SeriesKey(NamedTuple):
    """What a series is of."""

    indicator_code: str
    breakdown: str
    period_type: str
    time_window: str


class CodedFigures:
    """A table of computed figures with the distinct months, series and areas in it.

    Args:
        figures: columns as for a publication.

    Attributes:
        series: the distinct ones; ``months`` likewise.
    """

    def __init__(self, figures: pa.Table) -> None:
        self.table = figures
        self._months, first_days = _encoded(figures["month"])
        self.months = [Month.of(day) for day in first_days]
        columns = [_encoded(figures[name]) for name in SeriesKey._fields]
        self._series, combined = _combined([places for places, _ in columns])
        words = [values for _, values in columns]
        self.series = [
            SeriesKey(*(str(values[place]) for values, place in zip(words, places, strict=True)))
            for places in combined
        ]

    def series_by_month(self) -> list[tuple[Month, SeriesKey]]:
        """The distinct months and series."""
        _, combined = _combined([self._months, self._series])
        return [(self.months[month], self.series[series]) for month, series in combined]

    def areas_by_month(self) -> list[tuple[Month, int]]:
        """The distinct months and areas."""
        areas, ids = _encoded(self.table["area_id"])
        _, combined = _combined([self._months, areas])
        return [(self.months[month], ids[area]) for month, area in combined]

    def as_integers(self, ids: Mapping[SeriesKey, int]) -> pa.Table:
        """The figures in the columns and the order of ``figure``, which is the order they are stored
        in.

        Args:
            ids: of every series of the figures.

        Raises:
            AccountingError: two figures are for the same month, series and area; one has a status,
            bound or basis that does not exist; or there are more months, series and areas than a
            number tells apart.
        """
        import numpy as np
        import pyarrow as pa

        table, rows = self.table, self.table.num_rows
        months = np.array([month_id(month) for month in self.months], np.int32)
        series = np.array([ids[key] for key in self.series], np.int32)
        key = {
            "month_id": months[self._months],
            "series_id": series[self._series],
            "area_id": table["area_id"].to_numpy(),
        }
        numbers, _ = _as_one_number(key.values())
        order = np.argsort(numbers)
        _check_distinct(numbers[order])
        basis = (
            _places(table["basis"], BASES)
            if "basis" in table.column_names
            else pa.repeat(pa.scalar(BASES.index(""), pa.int32()), rows)
        )
        columns = {
            **{name: pa.array(values, pa.int32()) for name, values in key.items()},
            "numerator": table["numerator"],
            "denominator": table["denominator"],
            "status": _places(table["status"], STATUSES),
            "bound": _places(table["bound"], BOUNDS),
            "areas_expected": table["areas_expected"],
            "areas_reported": table["areas_reported"],
            "basis": basis,
        }
        return pa.table(columns).take(pa.array(order))


def _encoded(column: pa.ChunkedArray) -> tuple[Any, list[Any]]:
    """Each row's place among the distinct values of a column, and those values."""
    import pyarrow as pa

    whole = column.combine_chunks()
    coded = whole if pa.types.is_dictionary(whole.type) else whole.dictionary_encode()
    return coded.indices.to_numpy(), coded.dictionary.to_pylist()


def _combined(columns: Iterable[Any]) -> tuple[Any, list[tuple[int, ...]]]:
    """Each row's place among the distinct combinations of several columns of places, and those
    combinations.
    """
    import pyarrow as pa

    numbers, sizes = _as_one_number(columns)
    coded = pa.array(numbers).dictionary_encode()
    distinct = coded.dictionary.to_numpy()
    return coded.indices.to_numpy(), list(
        zip(*(places.tolist() for places in _taken_apart(distinct, sizes)), strict=True)
    )


def _as_one_number(columns: Iterable[Any]) -> tuple[Any, list[int]]:
    """Several columns of numbers from 0 on as one that has their order, and the size of each.

    Sorting one takes an eighth of sorting by several.

    Raises:
        AccountingError: it would not fit 64 bits.
    """
    import numpy as np

    parts = [column.astype(np.int64) for column in columns]
    sizes = [int(part.max(initial=0)) + 1 for part in parts]
    if math.prod(sizes) > 2**63:
        raise AccountingError("More months, series and areas than can be told apart by a number.")
    numbers = np.zeros_like(parts[0])
    for part, size in zip(parts, sizes, strict=True):
        numbers = numbers * size + part
    return numbers, sizes


def _taken_apart(numbers: Any, sizes: list[int]) -> list[Any]:
    """The places that combined numbers were made from."""
    places = []
    for size in reversed(sizes):
        places.append(numbers % size)
        numbers = numbers // size
    return list(reversed(places))


def _check_distinct(ordered: Any) -> None:
    """See that no two neighbours among ordered keys are the same.

    Raises:
        AccountingError: two are.
    """
    if (ordered[1:] == ordered[:-1]).any():
        raise AccountingError(
            "The figures to publish hold two rows for one month, window, area, indicator and breakdown."
        )


def _places(labels: pa.ChunkedArray, known: tuple[str, ...]) -> pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    words = labels.cast(pa.string())
    if known is BOUNDS and words.null_count:
        words = pc.fill_null(words, "")
    places = pc.index_in(words, pa.array(known))
    if places.null_count:
        raise AccountingError(
            f"A figure to publish has a status, bound or basis that is none of {', '.join(map(repr, known))}."
        )
    if known is STATUSES and pc.any(pc.equal(places, WITHDRAWN)).as_py():
        raise AccountingError(
            "A figure to publish has the status 'withdrawn': leave it out instead."
        )
    return places
