"""Official forms: numbered columns made from counts of the registry, and the equations that the
form itself promises.

A form is an entry of ``forms`` in its source's file; the warehouse shows it as a view, one row an
area, month and agency.
"""

from __future__ import annotations

from collections.abc import Mapping

from de06_pipeline.contracts.reader import Reader
from de06_pipeline.registry.model import (
    LONGER_WINDOWS,
    FormColumn,
    Identity,
    Indicator,
    Kind,
    ReportForm,
)

_FORM = frozenset({"code", "name_vi", "name_en", "breakdown", "rows", "columns", "identities"})
_COLUMN = frozenset({"number", "name", "name_vi", "codes", "sum_of"})


def form_of(entry: Reader, indicators: Mapping[str, Indicator]) -> ReportForm:
    """Read one form.

    Raises:
        ContractError: a column is made from what is not a count with the form's breakdown, or an
        equation names no column.
    """
    entry.only(_FORM)
    breakdown = entry.need("breakdown", str)
    columns: dict[int, FormColumn] = {}
    for given in entry.each("columns"):
        column = _column(given, columns)
        for code in column.codes:
            indicator = indicators.get(code)
            if (
                indicator is None
                or indicator.kind is not Kind.COUNT
                or breakdown not in indicator.ytd_breakdowns
                or not set(LONGER_WINDOWS) <= set(indicator.windows)
            ):
                raise given.error(
                    f"'{code}' is not a count of this source with quarters, years to date and the breakdown '{breakdown}'.",
                    "codes",
                )
        columns[column.number] = column
    return ReportForm(
        code=entry.need("code", str),
        name_vi=entry.need("name_vi", str),
        name_en=entry.need("name_en", str),
        breakdown=breakdown,
        columns=tuple(columns[number] for number in sorted(columns)),
        identities=tuple(_identity(given, columns) for given in entry.each("identities")),
        rows=entry.texts("rows"),
    )


def _column(given: Reader, columns: Mapping[int, FormColumn]) -> FormColumn:
    given.only(_COLUMN)
    codes = given.texts("codes")
    if given.has("sum_of"):
        codes = tuple(
            code for number in _numbers(given, "sum_of", columns) for code in columns[number].codes
        )
    if not codes:
        raise given.error(
            "a column needs 'codes', or 'sum_of' with the numbers of columns above it.", "number"
        )
    return FormColumn(
        given.need("number", int), given.need("name", str), given.need("name_vi", str), codes
    )


def _identity(given: Reader, columns: Mapping[int, FormColumn]) -> Identity:
    given.only(frozenset({"left", "right"}))
    sides = [
        tuple(code for number in _numbers(given, side, columns) for code in columns[number].codes)
        for side in ("left", "right")
    ]
    return Identity(*sides)


def _numbers(given: Reader, name: str, columns: Mapping[int, FormColumn]) -> list[int]:
    numbers: list[int] = given.get(name, list, [])
    if strange := [number for number in numbers if number not in columns]:
        raise given.error(f"'{name}' names column {strange[0]}, which is not above.", name)
    return numbers
