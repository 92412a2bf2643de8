"""Whether counts that must add up do: the registry's identities, over the figures of a month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from de06_pipeline.errors import AccountingError
from de06_pipeline.indicators.computation.calculation import Calculation
from de06_pipeline.indicators.computation.relations import FIGURE, IDENTITY_TERM
from de06_pipeline.indicators.needed_fields import fields_needed
from de06_pipeline.registry.model import TOTAL, Identity, Indicator


def check_identities(calcs: Sequence[Calculation]) -> None:
    """See that the identities of the registry hold in every area of a month's windows, and in every
    breakdown that all their counts have.

    Units are left out where some month of the window keeps another level of them: what they carried
    in then has no unit.

    Args:
        calcs: of the same month.

    Raises:
        AccountingError: one does not; always a fault of this program or of the registry, since they
        hold by definition.
    """
    terms = [term for place, calc in enumerate(calcs) for term in _terms(calc, place)]
    if not terms:
        return
    IDENTITY_TERM.create(calcs[0].con, terms)
    broken = calcs[0].con.execute(_broken_sql(calcs[0])).fetchall()
    if broken:
        first = broken[0][:2]
        calc, identity = calcs[first[0]], calcs[first[0]].request.source.identities[first[1]]
        where = ", ".join(
            f"{calc.request.areas.get(area_id).full_name} {breakdown}".strip()
            for *place, area_id, breakdown in broken
            if tuple(place) == first
        )
        raise AccountingError(
            f"{calc.month} {calc.window}: {' + '.join(identity.left)} differs from "
            f"{' + '.join(identity.right)} in {where}."
        )


def _codes(identity: Identity) -> list[str]:
    return sorted({*identity.left, *identity.right})


def _terms(calc: Calculation, place: int) -> Iterable[tuple[object, ...]]:
    """The rows of :data:`IDENTITY_TERM` of one window."""
    counted = {indicator.code: indicator for indicator in calc.indicators}
    same_level = all(calc.crosswalk.keeps_units(month) for month in calc.months)
    for number, identity in enumerate(calc.request.source.identities):
        if not set(_codes(identity)) <= set(counted):
            continue
        indicators = [counted[code] for code in _codes(identity)]
        if not _rests_on_same(calc, indicators):
            continue
        for label in ("", *_shared_labels(calc, indicators)):
            for code in _codes(identity):
                factor = identity.left.count(code) - identity.right.count(code)
                yield place, str(calc.window), number, code, label, factor, same_level


def _broken_sql(calc: Calculation) -> str:
    """The query of three figures that break an identity: the places of its window and its own, the
    area and the breakdown. Of several identities those that break the first one.

    All windows and identities are judged at once, each figure once for every identity that it is a
    term of: with a column for each count, the statement took longer to plan than a small month's to
    run, and a statement for each identity went through all figures as often.
    """
    provinces = calc.request.areas.in_force("province", calc.crosswalk.month)
    above = ", ".join(str(area.area_id) for area in (calc.request.areas.country, *provinces))
    return f"""
WITH sums AS MATERIALIZED (
  SELECT t.window_place, t.identity, f.area_id, f.breakdown, SUM(t.factor * f.numerator) AS difference,
    MIN(f.areas_reported) = MAX(f.areas_reported) AND COUNT(f.numerator) IN (0, COUNT(f.areas_reported)) AS is_comparable
  FROM {FIGURE} AS f JOIN {IDENTITY_TERM} AS t ON t.time_window = f.time_window
    AND t.indicator_code = f.indicator_code AND t.label = split_part(f.breakdown, '=', 1)
  WHERE f.month = DATE '{calc.month.first_day}' AND (t.has_units OR f.area_id IN ({above}))
  GROUP BY ALL
)
SELECT window_place, identity, area_id, breakdown FROM sums AS s WHERE difference <> 0
  -- A count that a column is missing for stands on fewer deliveries than the others.
  AND EXISTS (FROM sums AS t WHERE t.breakdown = '' AND t.is_comparable AND t.window_place = s.window_place
    AND t.identity = s.identity AND t.area_id = s.area_id)
ORDER BY ALL LIMIT 3"""


def _rests_on_same(calc: Calculation, indicators: Sequence[Indicator]) -> bool:
    """Whether the counts of a window that touches several calendar months are made from the same
    ones: a count whose column one month's delivery does not have leaves out that month. Of a single
    calendar month the areas tell.
    """
    lacking = calc.request.fields_lacking(calc.months) if len(calc.months) > 1 else frozenset()
    source, contracts = calc.request.source, calc.request.contracts
    needed = {
        fields_needed(source, contracts, indicator, TOTAL) & lacking for indicator in indicators
    }
    return len(needed) == 1


def _shared_labels(calc: Calculation, indicators: Sequence[Indicator]) -> list[str]:
    """The names, in a breakdown's text, of the dimensions that all these counts are broken down by
    in the calc's window.
    """
    shared = set(calc.breakdowns_of(indicators[0])).intersection(
        *(calc.breakdowns_of(indicator) for indicator in indicators)
    )
    return [
        dimension.label
        for dimension in calc.request.source.cells[indicators[0].cells].dimensions
        if dimension.name in shared
    ]
