"""The tables that the parts of a computation hand to each other, on the step's connection: what is
in each is said here, once.

A function that makes one for another returns its handle; the other takes it. Figures and what is
known of them before their status are gathered from many sides and have one table a request:
:data:`FIGURE`, :data:`FIGURE_BASIS`, :data:`RAW_FIGURE`. Not here: tables that stay within one file.
"""

from __future__ import annotations

from collections.abc import Iterable

from de06_pipeline.duck.relations import Relation

_OF_FIGURE = (("area_id", "INTEGER"), ("indicator_code", "VARCHAR"), ("breakdown", "VARCHAR"))
_NUMBERS = (("numerator", "BIGINT"), ("denominator", "BIGINT"))
_COUNTS = (("areas_expected", "INTEGER"), ("areas_reported", "INTEGER"))

FIGURE = Relation(
    "figure",
    (
        *(("month", "DATE"), ("period_type", "VARCHAR"), ("time_window", "VARCHAR")),
        *_OF_FIGURE,
        *_NUMBERS,
        *(("status", "VARCHAR"), ("bound", "VARCHAR")),
        *_COUNTS,
    ),
)
"""The figures of a request, as they are published; ``month`` is the first day."""
FIGURE_BASIS = Relation(
    "figure_basis",
    (
        *(("month", "DATE"), ("area_id", "INTEGER")),
        *(("indicator_code", "VARCHAR"), ("basis", "VARCHAR")),
    ),
)
"""What the denominators of the figures made with a population rest on."""
RAW_FIGURE = Relation("raw_figure", (*_OF_FIGURE, *_NUMBERS))
"""A window's figures before it is known who reported. NULL numerator: not known."""

FINISHED_FIGURE = Relation(
    "finished_figure",
    (*_OF_FIGURE, *_NUMBERS, ("status", "VARCHAR"), ("bound", "VARCHAR"), *_COUNTS),
)
"""Figures that were made together with their status and bound, on their way to :data:`FIGURE`."""
STOCK_FIGURE = Relation("stock_figure", (*_OF_FIGURE, *_NUMBERS, ("status", "VARCHAR"), *_COUNTS))
"""The same of stocks."""

PLACE = Relation(
    "place",
    (
        *(("need", "INTEGER"), ("area_id", "INTEGER"), ("level", "VARCHAR")),
        *(("expected", "INTEGER"), ("reported", "INTEGER")),
        *(("has_data", "BOOLEAN"), ("is_whole", "BOOLEAN")),
    ),
)
"""The areas that figures are for, and who reported there: see
:class:`~de06_pipeline.indicators.computation.coverage.Place`. ``need`` numbers what figures need.
"""
WANTED = Relation(
    "wanted",
    (
        *(("need", "INTEGER"), ("indicator_code", "VARCHAR"), ("level", "VARCHAR")),
        *(("has_denominator", "BOOLEAN"), ("zero", "BIGINT"), ("has_total", "BOOLEAN")),
    ),
)
"""Indicators by level; ``zero`` is the numerator where nothing was counted."""

IDENTITY_TERM = Relation(
    "identity_term",
    (
        *(("window_place", "INTEGER"), ("time_window", "VARCHAR"), ("identity", "INTEGER")),
        *(("indicator_code", "VARCHAR"), ("label", "VARCHAR")),
        *(("factor", "BIGINT"), ("has_units", "BOOLEAN")),
    ),
)
"""What the registry's identities add up in some windows of a month: ``identity`` is its place in the
registry, ``label`` the dimension of a breakdown that all its counts have (empty for totals),
``factor`` 1 on the left side and -1 on the right.
"""

_CARRIED = (("month", "DATE"), ("from_id", "INTEGER"), ("to_id", "INTEGER"))
UNIT_CROSSWALK = Relation("unit_crosswalk", _CARRIED)
"""Units kept in a month, and the unit of the computation's month that each has become."""
SNAPSHOT_CROSSWALK = Relation("snapshot_crosswalk", _CARRIED)
"""Provinces, and units of the level kept now, of a snapshot's month, and what each has become."""
WINDOW_PROVINCE = Relation(
    "window_province",
    (
        *(("period_no", "INTEGER"), *_CARRIED),
        *(("is_first", "BOOLEAN"), ("is_last", "BOOLEAN")),
        *(("ordinal", "INTEGER"), ("last_ordinal", "INTEGER")),
    ),
)
"""The provinces that delivered in the calendar months of a window's periods.

``is_first`` and ``is_last`` mark the periods whose opening and closing states are the window's: a
province's first and last one with a delivery, as long as it was in force in the first or last that
its present province has anything from. So the closing state of a province that has since been
merged is not counted again beside its successor's. ``ordinal`` numbers the periods that the present
province has anything from.
"""

BASE = Relation("base", (("province_id", "INTEGER"), ("unit_id", "INTEGER")))
"""A window's cells put together on the areas in force in the computation's month; besides, the
dimensions asked for and, under its ``window_column``, each measure.
"""


def label_of(dimension: str) -> Relation:
    """The labels of a dimension's values. ``part`` is the breakdown's ``name=label``; a value can
    have several (a procedure and its groups) or none.
    """
    return Relation(f"label_{dimension}", (("label_value", "VARCHAR"), ("part", "VARCHAR")))


def rollup_of(cells: str, measures: Iterable[str]) -> Relation:
    """Sums of a cell set by area and breakdown. ``dimensions`` is a breakdown as the registry names
    it, empty for totals; ``measures`` are named by their ``window_column``.
    """
    return Relation(
        f"rollup_{cells}",
        (
            *(("dimensions", "VARCHAR"), ("level", "VARCHAR")),
            *(("area_id", "INTEGER"), ("breakdown", "VARCHAR")),
            *((measure, "BIGINT") for measure in sorted(measures)),
        ),
    )


def medians_of(code: str) -> Relation:
    """An indicator's medians by area and breakdown; ``dimensions`` as in :func:`rollup_of`, ``total``
    how many values there were.
    """
    return Relation(
        f"median_{code.replace('.', '_')}",
        (
            *(("dimensions", "VARCHAR"), ("area_id", "INTEGER"), ("breakdown", "VARCHAR")),
            *(("middle", "DOUBLE"), ("total", "BIGINT")),
        ),
    )
