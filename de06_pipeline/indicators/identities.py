"""Whether counts that must add up do: the registry's identities, over the figures of one month and
window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from de06_pipeline.duck.quoting import literal
from de06_pipeline.errors import AccountingError
from de06_pipeline.indicators.computation.calculation import Calculation
from de06_pipeline.indicators.computation.relations import FIGURE
from de06_pipeline.indicators.needed_fields import fields_needed
from de06_pipeline.registry.model import TOTAL, Identity, Indicator


def check_identities(calc: Calculation) -> None:
    """See that the identities of the registry hold in every area of the calc's month and window,
    and in every breakdown that all their counts have.

    Units are left out where some month of the window keeps another level of them: what they carried
    in then has no unit.

    Raises:
        AccountingError: one does not; always a fault of this program or of the registry, since they
        hold by definition.
    """
    counted = {indicator.code: indicator for indicator in calc.indicators}
    identities = [
        identity
        for identity in calc.request.source.identities
        if set(_codes(identity)) <= set(counted)
        and _rests_on_same(calc, [counted[code] for code in _codes(identity)])
    ]
    if not identities:
        return
    broken = calc.con.execute(_broken_sql(calc, identities, counted)).fetchall()
    if broken:
        identity = identities[broken[0][0] - 1]
        where = ", ".join(
            f"{calc.request.areas.get(area_id).full_name} {breakdown}".strip()
            for place, area_id, breakdown in broken
            if place == broken[0][0]
        )
        raise AccountingError(
            f"{calc.month} {calc.window}: {' + '.join(identity.left)} differs from "
            f"{' + '.join(identity.right)} in {where}."
        )


def _codes(identity: Identity) -> list[str]:
    return sorted({*identity.left, *identity.right})


def _broken_sql(
    calc: Calculation, identities: Sequence[Identity], counted: Mapping[str, Indicator]
) -> str:
    """The query of three figures that break an identity: its place, from 1, the area and the
    breakdown. Of several identities those that break the first one.

    The counts are put side by side once: a statement for each identity went through all figures as
    often.
    """
    columns = {
        code: f"n{n}"
        for n, code in enumerate(sorted({code for each in identities for code in _codes(each)}))
    }
    same_level = all(calc.crosswalk.keeps_units(month) for month in calc.months)
    provinces = calc.request.areas.in_force("province", calc.crosswalk.month)
    above = ", ".join(str(area.area_id) for area in (calc.request.areas.country, *provinces))
    side_by_side = ", ".join(
        f"SUM(numerator) FILTER (indicator_code = {literal(code)}) AS {name}, "
        f"MAX(areas_reported) FILTER (indicator_code = {literal(code)}) AS {name}_reported"
        for code, name in columns.items()
    )
    comparable, broken = [], []
    for place, identity in enumerate(identities):
        names = [columns[code] for code in _codes(identity)]
        reported = ", ".join(f"{name}_reported" for name in names)
        known = " + ".join(f"({name} IS NOT NULL)::INTEGER" for name in names)
        there = " + ".join(f"({name}_reported IS NOT NULL)::INTEGER" for name in names)
        # A count that a column is missing for stands on fewer deliveries than the others.
        comparable.append(
            f"COALESCE(LEAST({reported}) = GREATEST({reported}), FALSE) "
            f"AND {known} IN (0, {there}) AS comparable_{place}"
        )
        shared = _shared_labels(calc, [counted[code] for code in _codes(identity)])
        labels = ", ".join(literal(label) for label in ("", *shared))
        left, right = (
            " + ".join(f"COALESCE({columns[code]}, 0)" for code in side)
            for side in (identity.left, identity.right)
        )
        broken.append(f"comparable_{place} AND label IN ({labels}) AND {left} <> {right}")
    return f"""
WITH counted AS MATERIALIZED (
  SELECT area_id, breakdown, split_part(breakdown, '=', 1) AS label, {side_by_side} FROM {FIGURE}
  WHERE month = DATE '{calc.month.first_day}' AND time_window = '{calc.window}'
    AND indicator_code IN ({", ".join(map(literal, columns))})
    {"" if same_level else f"AND area_id IN ({above})"}
  GROUP BY area_id, breakdown
),
comparable AS (SELECT area_id, {", ".join(comparable)} FROM counted WHERE breakdown = ''),
judged AS (
  SELECT list_position([{", ".join(broken)}], TRUE) AS place, area_id, breakdown
  FROM counted JOIN comparable USING (area_id)
)
SELECT place, area_id, breakdown FROM judged WHERE place > 0 ORDER BY ALL LIMIT 3"""


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
