"""Figures that offices have published, as ``data_contracts/reference/published_figures.csv`` holds
them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from de06_pipeline.areas.tables import csv_rows
from de06_pipeline.errors import ContractError
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import REPORTED_KINDS, Indicator, Window

FIGURES_FILE = "published_figures.csv"
DOCUMENTS_FILE = "published_documents.csv"
BOUNDS = ("", ">", "<", "≈")

_COLUMNS = (
    *(
        "id",
        "document",
        "place",
        "province_code",
        "district_code",
        "period_start",
        "as_of",
        "indicator_code",
        "breakdown",
        "bound",
    ),
    *("numerator", "denominator", "value", "unit", "note"),
)


@dataclass(frozen=True, slots=True)
class OfficialDocument:
    """A document that published figures. ``dated`` is empty where the document bears no date."""

    document: str
    title_vi: str
    title_en: str
    dated: str
    note_vi: str
    note_en: str


@dataclass(frozen=True, slots=True)
class OfficialFigure:
    """One figure as published.

    Attributes:
        document: where it was published: a key of ``published_documents.csv``.
        place, province_code, district_code: the area; codes mean units in force at ``as_of``.
        period_start: first day of the period; None for a state at ``as_of``, or where the document
            names no beginning.
        as_of: last day of the period.
        bound: ``>`` (hơn), ``<`` (gần, dưới), ``≈`` (khoảng), or empty for a number given as exact.
        parts: numerator and denominator of a share published as "11 of 25"; else None.
        value: given otherwise, in ``unit``.
    """

    id: str
    document: str
    place: str
    province_code: str
    district_code: str
    period_start: date | None
    as_of: date
    indicator_code: str
    breakdown: str
    bound: str
    parts: tuple[Decimal, Decimal] | None
    value: Decimal | None
    unit: str
    note: str

    @property
    def area_code(self) -> str:
        return self.district_code or self.province_code

    def window_of(self, indicator: Indicator) -> Window | None:
        """The window of ours that speaks of the same period; None where there is none.

        From 1 January: year to date. From the first of the month of ``as_of``: the month; of its
        quarter: the quarter. Without a beginning: the stock, or for what has none the month, since a
        state published for a day is the closing state of its month.
        """
        if self.period_start is None:
            wanted = [Window.STOCK, Window.MONTH]
        elif self.period_start == date(self.as_of.year, 1, 1):
            # What an agency reports is of the period that the agency means; it has no year to date
            # of ours.
            wanted = [Window.MONTH] if indicator.kind in REPORTED_KINDS else [Window.YTD]
        elif self.period_start == self.as_of.replace(day=1):
            wanted = [Window.MONTH]
        elif self.period_start == _quarter_begins(self.as_of):
            wanted = [Window.QUARTER]
        else:
            wanted = []
        return next((window for window in wanted if window in indicator.windows), None)

    def months(self, window: Window, existing: list[Month]) -> list[Month]:
        """The months, newest first, whose figure of a window ends at or before ``as_of`` and begins
        where the published one does.
        """
        ended = [month for month in existing if month.last_day <= self.as_of]
        if window is Window.YTD:
            ended = [month for month in ended if month.year == self.as_of.year]
        elif self.period_start is not None:
            ended = [month for month in ended if month == Month.of(self.as_of)]
        return sorted(ended, reverse=True)


def read_official_figures(reference: Path) -> tuple[OfficialFigure, ...]:
    """The published figures, in file order.

    Raises:
        ContractError: the table is missing, or a line cannot be read or repeats an id; names file,
        line and column.
    """
    figures: list[OfficialFigure] = []
    documents = read_documents(reference)
    for line, row in csv_rows(reference / FIGURES_FILE, _COLUMNS):
        figure = _figure(row, f"{FIGURES_FILE}:{line}")
        if any(earlier.id == figure.id for earlier in figures):
            raise ContractError(
                f"{FIGURES_FILE}:{line}: the id '{figure.id}' is taken; every figure has its own."
            )
        if figure.document not in documents:
            raise ContractError(
                f"{FIGURES_FILE}:{line}: the document '{figure.document}' is not in {DOCUMENTS_FILE}; add it."
            )
        figures.append(figure)
    return tuple(figures)


def read_documents(reference: Path) -> dict[str, OfficialDocument]:
    """The documents by key, in file order."""
    names = ("document", "title_vi", "title_en", "dated", "note_vi", "note_en")
    rows = csv_rows(reference / DOCUMENTS_FILE, names)
    return {row["document"]: OfficialDocument(*(row[name] for name in names)) for _, row in rows}


def _figure(row: dict[str, str], place: str) -> OfficialFigure:
    if row["bound"] not in BOUNDS:
        raise ContractError(f"{place}: 'bound' is one of {', '.join(BOUNDS[1:])} or empty.")
    numerator, denominator, value = (
        _number(row, name, place) for name in ("numerator", "denominator", "value")
    )
    parts = (numerator, denominator) if numerator is not None and denominator else None
    if (parts is None) == (value is None):
        raise ContractError(
            f"{place}: give either a value, or a numerator with a denominator above zero."
        )
    return OfficialFigure(
        id=row["id"],
        document=row["document"],
        place=row["place"],
        province_code=row["province_code"],
        district_code=row["district_code"],
        period_start=_day(row, "period_start", place) if row["period_start"] else None,
        as_of=_day(row, "as_of", place),
        indicator_code=row["indicator_code"],
        breakdown=row["breakdown"],
        bound=row["bound"],
        parts=parts,
        value=value,
        unit=row["unit"],
        note=row["note"],
    )


def _quarter_begins(day: date) -> date:
    return date(day.year, day.month - (day.month - 1) % 3, 1)


def _day(row: dict[str, str], name: str, place: str) -> date:
    try:
        return date.fromisoformat(row[name])
    except ValueError:
        raise ContractError(f"{place}: '{name}' is not a day; write YYYY-MM-DD.") from None


def _number(row: dict[str, str], name: str, place: str) -> Decimal | None:
    if not row[name]:
        return None
    try:
        return Decimal(row[name])
    except InvalidOperation:
        raise ContractError(
            f"{place}: '{name}' is not a number; write digits with a decimal point."
        ) from None
