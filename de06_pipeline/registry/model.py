"""The indicator registry as plain immutable values.

A source's registry names the *rows* that are counted (a dataset with named conditions and
dimensions), the *cells* that are made from them each month, and the *indicators* that are made from
cells. Formulas stay text here; they are read by :mod:`de06_pipeline.registry.formulas`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from de06_pipeline.contracts.reader import Reader
from de06_pipeline.periods import Month


class Kind(StrEnum):
    """What an indicator measures, and thereby how its value is made from numerator and denominator."""

    COUNT = "count"
    """Of the period (or, for states, at its end): the numerator."""
    RATIO = "ratio"
    """100 × numerator / denominator, in %."""
    STOCK = "stock"
    """Cumulative at the month's end: latest opening balance plus the flows since."""
    MEAN = "mean"
    """Sum / (count × ``per``)."""
    MEDIAN = "median"
    """The median itself / ``per``; the denominator is how many values there were."""
    SHARE = "share"
    """As reported by an agency: 100 × numerator / denominator, or a percentage alone (numerator in
    ten thousandths, no denominator).
    """
    AMOUNT = "amount"
    """As reported by an agency: the numerator / ``per``."""
    SCORE = "score"
    """Composed from other indicators: points / ``per``; the denominator is how many there could
    have been.
    """


REPORTED_KINDS = (Kind.SHARE, Kind.AMOUNT)
"""Taken from agencies as they are."""


class OverTime(StrEnum):
    """How a measure's value for a longer window is made from its months."""

    SUM = "sum"
    """A flow."""
    FIRST = "first"
    """An opening state."""
    LAST = "last"
    """A closing state."""
    DISTINCT = "distinct"
    """Recounted over the window."""
    NONE = "none"
    """Has no meaning over a longer window."""


class Window(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    """The quarter that ends with the month; only its last month has it."""
    YTD = "ytd"
    STOCK = "stock"


LONGER_WINDOWS = (Window.QUARTER, Window.YTD)
"""Those that are put together from several months."""


class PeriodType(StrEnum):
    """What the month of a figure is; the text stored with it."""

    MONTH = "month"
    """The calendar month."""
    REPORT_MONTH = "report_month"
    """The administrative month: from the 15th of the month before through the 14th."""


LEVELS = ("country", "province", "district", "commune")
OPENING_BALANCES = "opening_balances"
POPULATION = "population"
TOTAL = ""
"""The breakdown of a figure that is not broken down."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """Something a figure can be broken down by.

    Attributes:
        name: how registry entries refer to it, and its column in the cells.
        label: its name in a breakdown's text (``age_band`` for ``age_band_received`` too).
        sql: scalar expression over the rows; empty where ``lookup`` gives the value.
        levels: the levels whose figures are broken down by it.
        other: label of values that are empty (or, with ``listed``, not on the list); empty: such
            rows have no breakdown row.
        listed: ``file.csv/column``: reviewed list of the values that have a figure of their own.
        renamed: ``file.csv``: columns ``name``, and one named like the list's: other names of a
            listed value, by decree and year.
        groups: ``file.csv``: columns ``group``, ``procedure_code``; each group is a further value
            beside those of its members.
        lookup: the lookup that gives the value.
        as_codes: show an enumeration's codes instead of its labels (``level=2``).
    """

    name: str
    label: str
    sql: str = ""
    levels: tuple[str, ...] = LEVELS
    other: str = ""
    listed: str = ""
    renamed: str = ""
    groups: str = ""
    lookup: str = ""
    as_codes: bool = False


@dataclass(frozen=True, slots=True)
class ListedValue:
    """A value from a reference table of the whole country, whose column is named like the lookup's
    key.

    Attributes:
        value: scalar expression over its columns, all texts; NULL where it says nothing.
        first: the first month that the table says anything about.
    """

    table: str
    value: str
    first: Month


@dataclass(frozen=True, slots=True)
class SnapshotLookup:
    """A value found through another dataset's snapshot in force in the cells' month, in the row's
    own province.

    Attributes:
        dataset: the snapshot.
        key: its field that is matched.
        dimension: the cells' dimension whose value is matched.
        value: scalar expression over the snapshot's fields. Where several rows match, the smallest
            value counts.
        otherwise: where the value comes from for keys that a province's snapshot does not have.
    """

    name: str
    dataset: str
    key: str
    dimension: str
    value: str
    entry: Reader = field(compare=False, repr=False)
    otherwise: ListedValue | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """A dataset's accepted rows with the conditions and dimensions that formulas may name.

    Attributes:
        snapshot: a state at the month's end that may be carried forward from an earlier month: its
            cells are made only when figures are, so that a month's stored cells depend on the
            month's own deliveries alone.
        opening, closing: conditions that are true of rows carried into the period and of rows
            carried out of it. What is carried out of one period is carried into the next one;
            where two deliveries disagree about that, longer windows count by the later one.
    """

    name: str
    dataset: str
    conditions: Mapping[str, str]
    dimensions: Mapping[str, Dimension]
    entry: Reader = field(compare=False, repr=False)
    snapshot: bool = False
    opening: str = ""
    closing: str = ""

    @property
    def edges_file(self) -> str:
        """The name, in a period's folder, of the list of what is carried in and out."""
        return f"{self.name}.edges.parquet"


@dataclass(frozen=True, slots=True)
class CellSet:
    """A period's finest groups of some rows, kept as ``<name>.parquet``.

    Attributes:
        where: boolean expression; only these rows are in the set.
        dimensions: the groups' columns, besides ``province_id`` and ``unit_id`` (district, or
            commune where there are none).
        day: date expression, a further column: the day of the event, for stocks.
        value: integer expression, a further column: the value whose frequency is counted, for
            medians.
        key: identifier, a further column, for distinct counts.
    """

    name: str
    rows: Rows
    entry: Reader = field(compare=False, repr=False)
    where: str = ""
    dimensions: tuple[Dimension, ...] = ()
    day: str = ""
    value: str = ""
    key: str = ""

    @property
    def file_name(self) -> str:
        """The name of its file in a period's folder."""
        return f"{self.name}.parquet"

    @property
    def stored_dimensions(self) -> tuple[Dimension, ...]:
        return tuple(dimension for dimension in self.dimensions if not dimension.lookup)


@dataclass(frozen=True, slots=True)
class Measure:
    """One integer column of a cell set: how many rows, or the sum of ``value`` over the rows, where
    ``where`` is true.
    """

    cells: str
    where: str
    value: str = ""
    over_time: OverTime = OverTime.SUM

    @property
    def column(self) -> str:
        """Column name made from the formula, so that cells made with another formula are never
        taken for this one.
        """
        return "m_" + hashlib.sha256(f"{self.where}\x1f{self.value}".encode()).hexdigest()[:12]

    @property
    def known_where(self) -> str:
        """The condition that a row counts and its ``value`` is known."""
        return f"({self.where}) and ({self.value}) is not null"

    @property
    def window_column(self) -> str:
        """Column name after the months of a window have been put together by ``over_time``."""
        return f"{self.column}_{self.over_time}"


@dataclass(frozen=True, slots=True)
class StockTerm:
    """Another indicator's stock, or one value of its breakdown."""

    code: str
    breakdown: str = TOTAL


@dataclass(frozen=True, slots=True)
class Indicator:
    """One entry of the registry.

    Attributes:
        numerator, denominator: measures that are added up.
        stock, stock_denominator: for stocks' ratios.
        population: field of the ``population`` dataset that is the denominator.
        cells: the cell set it is made from (empty for ratios of stocks and for methods).
        method: for counts that are not sums over cells: a function of ``indicators/methods``.
        parameters: of the method.
        breakdowns: names of dimensions; several joined by ``;`` are a crossing.
        ytd_breakdowns: those that figures of quarters and years to date have.
        report_breakdowns: those that have figures of administrative months.
        datasets: what must have been delivered for a figure to be complete.
        per: divisor of means, medians and amounts: the unit in seconds, in đồng, or 1.
        is_additive: of reported figures: those of districts may be added up to their province's.
        entry: where it stands in its file, for errors.
        target: of the value; target_source: who set it, for people; thresholds: of the legend,
            ascending.
    """

    code: str
    source: str
    name_vi: str
    name_en: str
    unit: str
    kind: Kind
    windows: tuple[Window, ...]
    datasets: tuple[str, ...]
    formula: str
    legal_basis: str
    direction: str
    disclosure: str
    entry: Reader = field(compare=False, repr=False)
    cells: str = ""
    numerator: tuple[Measure, ...] = ()
    denominator: tuple[Measure, ...] = ()
    stock: StockTerm | None = None
    stock_denominator: StockTerm | None = None
    population: str = ""
    method: str = ""
    parameters: Mapping[str, Any] | None = None
    breakdowns: tuple[str, ...] = ()
    ytd_breakdowns: tuple[str, ...] = ()
    report_breakdowns: tuple[str, ...] = ()
    levels: tuple[str, ...] = LEVELS
    per: int = 1
    is_additive: bool = True
    target: float | None = None
    target_source: str = ""
    thresholds: tuple[float, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def has_denominator(self) -> bool:
        return self.kind in (Kind.RATIO, Kind.MEAN, Kind.MEDIAN, Kind.SHARE, Kind.SCORE)

    @property
    def is_quotient(self) -> bool:
        return self.kind in (Kind.RATIO, Kind.MEAN, Kind.SHARE)

    @property
    def value_multiplier(self) -> int:
        return 100 if self.kind in (Kind.RATIO, Kind.SHARE) else 1

    def breakdowns_in(self, window: Window) -> tuple[str, ...]:
        return self.ytd_breakdowns if window in LONGER_WINDOWS else self.breakdowns

    def valid_in(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class Identity:
    """Counts whose sums must be equal in every area and month."""

    left: tuple[str, ...]
    right: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FormColumn:
    """One column.

    Attributes:
        number: as printed on the form, (3).
        name: in the warehouse.
        codes: the counts that are added up.
    """

    number: int
    name: str
    name_vi: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportForm:
    """One form of calendar months.

    Attributes:
        breakdown: its rows, besides the total, are the values of this dimension.
        rows: the order of those values on paper; others come after them.
        identities: the form's equations between columns, as sums of counts.
    """

    code: str
    name_vi: str
    name_en: str
    breakdown: str
    columns: tuple[FormColumn, ...]
    identities: tuple[Identity, ...]
    rows: tuple[str, ...] = ()

    def place_of(self, value: str) -> tuple[int, str]:
        """Sorts the values of the breakdown as the form lists them."""
        return (self.rows.index(value) if value in self.rows else len(self.rows), value)

    @property
    def view(self) -> str:
        """Name of its view in the warehouse."""
        return "form_" + self.code.replace(".", "_")


@dataclass(frozen=True, slots=True)
class SourceRegistry:
    """The registry of one source: one file of ``data_contracts/indicators``.

    Attributes:
        forms: official forms made from its counts.
        composed_of: sources whose published figures these are made from, instead of cells of its
            own.
        of_deliveries: they are made from the ledger of deliveries.
        headline: codes of the few figures that a person sees first.
    """

    source: str
    path: Path
    rows: Mapping[str, Rows]
    lookups: Mapping[str, SnapshotLookup]
    cells: Mapping[str, CellSet]
    indicators: Mapping[str, Indicator]
    identities: tuple[Identity, ...]
    composed_of: tuple[str, ...] = ()
    forms: tuple[ReportForm, ...] = ()
    of_deliveries: bool = False
    headline: tuple[str, ...] = ()

    def measures_of(self, cells: str) -> tuple[Measure, ...]:
        """The distinct measures that indicators take from a cell set, ordered by column."""
        measures = {
            m.column: m
            for i in self.indicators.values()
            for m in (*i.numerator, *i.denominator)
            if m.cells == cells
        }
        return tuple(measures[column] for column in sorted(measures))

    def dimensions_of(self, rows: Rows) -> tuple[Dimension, ...]:
        """The dimensions that the cell sets of some rows have, lookups included, by name."""
        dimensions = {
            dimension.name: dimension
            for cells in self.cells.values()
            if cells.rows.name == rows.name
            for dimension in cells.dimensions
        }
        return tuple(dimensions[name] for name in sorted(dimensions))

    def in_report_month(self, indicator: Indicator) -> bool:
        """Whether an indicator has figures of administrative months: what happens on a day and is
        counted by it.

        States known at a month's end only (registers, catalogues), counts of the year so far and
        what agencies report have none.
        """
        if indicator.kind is Kind.STOCK or indicator.stock:
            return True
        if indicator.method or indicator.kind in REPORTED_KINDS or not indicator.cells:
            return False
        return not self.cells[indicator.cells].rows.snapshot

    @property
    def formulas(self) -> frozenset[str]:
        """All formulas of its cells."""
        sets = self.cells.values()
        measures = [measure for cells in sets for measure in self.measures_of(cells.name)]
        dimensions = [dimension for cells in sets for dimension in cells.stored_dimensions]
        return frozenset(
            [
                *(
                    text
                    for cells in sets
                    for text in (cells.where, cells.day, cells.value, cells.key)
                ),
                *(text for cells in sets for text in cells.rows.conditions.values()),
                *(text for cells in sets for text in (cells.rows.opening, cells.rows.closing)),
                *(text for measure in measures for text in (measure.where, measure.value)),
                *(dimension.sql for dimension in dimensions),
            ]
        )

    @property
    def has_report_months(self) -> bool:
        """Whether any of its indicators has figures of administrative months."""
        return any(self.in_report_month(indicator) for indicator in self.indicators.values())

    @property
    def period_types(self) -> tuple[PeriodType, ...]:
        """The period types that it has figures of."""
        months = (PeriodType.MONTH,)
        return (*months, PeriodType.REPORT_MONTH) if self.has_report_months else months

    @property
    def report_cells(self) -> frozenset[str]:
        """The cell sets that administrative months have too.

        Stocks need none: their cells know the day.
        """
        return frozenset(
            indicator.cells
            for indicator in self.indicators.values()
            if self.in_report_month(indicator)
            and indicator.kind is not Kind.STOCK
            and indicator.cells
        )

    @property
    def datasets(self) -> tuple[str, ...]:
        """Every dataset that figures of this source are made from, sorted."""
        return tuple(sorted({*self.reporting_datasets, *self.reference_datasets}))

    @property
    def reporting_datasets(self) -> tuple[str, ...]:
        """Those that must be delivered for a month to have figures, sorted."""
        needed = {
            dataset for indicator in self.indicators.values() for dataset in indicator.datasets
        }
        return tuple(sorted(needed | {lookup.dataset for lookup in self.lookups.values()}))

    @property
    def reference_datasets(self) -> tuple[str, ...]:
        """Those of one date that figures of many months rest on: opening balances and populations."""
        has_stocks = any(indicator.kind is Kind.STOCK for indicator in self.indicators.values())
        has_population = any(indicator.population for indicator in self.indicators.values())
        return (OPENING_BALANCES,) * has_stocks + (POPULATION,) * has_population

    @property
    def cell_datasets(self) -> tuple[str, ...]:
        """The datasets whose accepted rows become stored cells, sorted."""
        return tuple(
            sorted({cells.rows.dataset for cells in self.cells.values() if not cells.rows.snapshot})
        )


@dataclass(frozen=True, slots=True)
class Registry:
    """All sources.

    Attributes:
        version: hash of the files; part of what makes cells and figures stale.
    """

    sources: Mapping[str, SourceRegistry]
    version: str

    def __iter__(self) -> Iterator[Indicator]:
        for source in self.sources.values():
            yield from source.indicators.values()

    @property
    def forms(self) -> tuple[ReportForm, ...]:
        """The official forms of all sources."""
        return tuple(form for source in self.sources.values() for form in source.forms)

    def indicator(self, code: str) -> Indicator:
        """The entry of a code; KeyError where there is none."""
        for source in self.sources.values():
            if code in source.indicators:
                return source.indicators[code]
        raise KeyError(code)
