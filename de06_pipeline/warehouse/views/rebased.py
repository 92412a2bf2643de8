"""The views of figures on other boundaries than their own month's.

Numerators and denominators are added up by the shares of ``area_share``, ratios are made from the
sums, and what cannot be added up is taken only from units that did not change, and from
``rebased_figure``, where it was counted anew. The SQL is one text for SQLite and PostgreSQL. Every
key column is grouped by, so that a reader's conditions reach the tables below.
"""

from __future__ import annotations

from de06_pipeline.areas.shares import WHOLE
from de06_pipeline.areas.territory import FIRST_COMMUNES
from de06_pipeline.warehouse.reference import month_id
from de06_pipeline.warehouse.schema import BASES, BOUNDS, STATUSES, WITHDRAWN
from de06_pipeline.warehouse.views.expressions import IS_PERCENTAGE, VALUE, label

FORMER_DISTRICT = "former_district"
"""The level of a district that its figure's month no longer had: analytical, never one of the
districts in force.
"""

_REPORTED, _ZERO, _NOT_REPORTED, _NO_DENOMINATOR, _PARTIAL, _INCOMPLETE = (
    STATUSES.index(one)
    for one in (
        "reported",
        "reported_zero",
        "not_reported",
        "no_denominator",
        "partial",
        "incomplete",
    )
)


def _sum(column: str) -> str:
    """A column's sum over the parts: a whole number where no unit was cut."""
    return f"SUM(CASE WHEN w.part = {WHOLE} THEN CAST(f.{column} AS NUMERIC) ELSE 1.0 * f.{column} * w.part / {WHOLE} END)"


# Who reported a breakdown is who reported its total: a value that does not occur in a unit has no
# row there.
_LEAST_REPORTED = """
        COALESCE((
          SELECT MIN(t.areas_reported) FROM area_share v
          JOIN series z ON z.indicator_code = s.indicator_code AND z.breakdown = ''
            AND z.period_type = s.period_type AND z.time_window = s.time_window
          JOIN figure t ON t.month_id = f.month_id AND t.series_id = z.series_id AND t.area_id = v.area_id
          WHERE s.breakdown <> '' AND v.boundaries_id = w.boundaries_id AND v.to_id = w.to_id
            AND f.month_id BETWEEN v.first_month AND v.last_month
        ), MIN(f.areas_reported))"""

# The unit on the boundaries. Joined before grouping, so that a reader's level or province limits
# what is added up (0.5 instead of 7.8 s).
_AREA = "a.level, a.code, a.name, a.valid_to, p.code AS province_code, p.name AS province_name"

# CROSS JOIN tells SQLite the order: month and series first, then figures and shares by their keys.
# To PostgreSQL it says nothing.
_ADDED = f"""
      SELECT w.boundaries_id, f.month_id, m.month, m.last_day, f.series_id, s.indicator_code, s.breakdown, s.period_type, s.time_window,
        {_AREA},
        {_sum("numerator")} AS numerator,
        {_sum("denominator")} AS denominator,
        MAX(CASE WHEN f.numerator IS NOT NULL AND f.denominator IS NULL THEN 1 ELSE 0 END) AS lacks_denominator,
        MAX(CASE WHEN f.status IN ({_PARTIAL}, {_NOT_REPORTED}) THEN 1 ELSE 0 END) AS is_partial,
        MAX(CASE WHEN f.status = {_INCOMPLETE} THEN 1 ELSE 0 END) AS is_incomplete,
        MAX(CASE WHEN w.is_same THEN f.status END) AS own_status,
        MAX(f.areas_expected) AS areas_expected,{_LEAST_REPORTED} AS areas_reported,
        MAX(f.bound) AS bound, MIN(CASE WHEN f.bound > 0 THEN f.bound END) AS least_bound,
        MAX(f.basis) AS basis, MIN(CASE WHEN f.basis > 0 THEN f.basis END) AS least_basis,
        MIN(w.part) < {WHOLE} AS is_estimated,
        MAX(f.revision) AS revision, MAX(f.publication_id) AS publication_id
      FROM dim_month m
      CROSS JOIN series s
      CROSS JOIN figure f
      CROSS JOIN area_share w
      JOIN dim_area a ON a.area_id = w.to_id
      LEFT JOIN dim_area p ON p.area_id = w.province_id
      JOIN dim_indicator i ON i.code = s.indicator_code
      WHERE f.month_id = m.month_id AND f.series_id = s.series_id AND f.status <> {WITHDRAWN}
        AND w.area_id = f.area_id AND f.month_id BETWEEN w.first_month AND w.last_month
        AND (i.over_space = 'sum' OR w.is_same){{which}}
      GROUP BY w.to_id, w.boundaries_id, f.month_id, m.month, m.last_day,
        f.series_id, s.indicator_code, s.breakdown, s.period_type, s.time_window, a.level, a.code, a.name, a.valid_to, p.code, p.name"""

_RECOUNTED = f"""
      SELECT r.boundaries_id, r.month_id, m.month, m.last_day, r.series_id, s.indicator_code, s.breakdown, s.period_type, s.time_window,
        {_AREA},
        CAST(r.numerator AS NUMERIC), CAST(r.denominator AS NUMERIC), 0, 0, 0, r.status, r.areas_expected, r.areas_reported,
        r.bound, NULL, r.basis, NULL, FALSE, 1, r.publication_id
      FROM rebased_figure r
      JOIN series s ON s.series_id = r.series_id
      JOIN dim_month m ON m.month_id = r.month_id
      JOIN dim_area a ON a.area_id = r.area_id
      LEFT JOIN dim_area p ON p.area_id =
        (SELECT MAX(w.province_id) FROM area_share w WHERE w.boundaries_id = r.boundaries_id AND w.to_id = r.area_id)
      WHERE TRUE{{which}}"""

# A stock is never a smaller number because a part of it is not known.
_IS_INCOMPLETE = "(f.own_status IS NULL AND (f.is_incomplete = 1 OR (f.time_window = 'stock' AND f.areas_reported < f.areas_expected)))"
_LACKS_DENOMINATOR = (
    "(i.is_quotient AND (f.lacks_denominator = 1 OR COALESCE(f.denominator, 0) = 0))"
)

_STATUS = f"""
      CASE
        WHEN f.own_status IS NOT NULL THEN f.own_status
        WHEN {_IS_INCOMPLETE} THEN {_INCOMPLETE}
        WHEN f.numerator IS NULL THEN {_NOT_REPORTED}
        WHEN {_LACKS_DENOMINATOR} THEN {_NO_DENOMINATOR}
        WHEN f.is_partial = 1 OR f.areas_reported < f.areas_expected THEN {_PARTIAL}
        WHEN f.numerator = 0 THEN {_ZERO}
        ELSE {_REPORTED}
      END"""


def _merged(name: str, labels: tuple[str, ...]) -> str:
    """The label of parts that agree; of parts that differ the last one, "about" or "mixed"."""
    return label(
        f"CASE WHEN f.{name} = COALESCE(f.least_{name}, f.{name}) THEN f.{name} ELSE {len(labels) - 1} END",
        labels,
    )


def _on_boundaries(which: str = "") -> str:
    """The view's query; ``which`` is the SQL of one ``boundaries_id``, by default all that are
    kept.
    """
    added = _ADDED.format(which=f" AND w.boundaries_id = ({which})" if which else "")
    recounted = _RECOUNTED.format(which=f" AND r.boundaries_id = ({which})" if which else "")
    return f"""
    SELECT
      b.month AS boundaries,
      f.month AS month,
      f.period_type AS period_type,
      f.time_window AS time_window,
      CASE WHEN f.level = 'district' AND f.valid_to < f.last_day THEN '{FORMER_DISTRICT}' ELSE f.level END AS area_level,
      f.province_code AS province_code,
      f.province_name AS province_name,
      CASE WHEN f.level = 'district' THEN f.code END AS district_code,
      CASE WHEN f.level = 'district' THEN f.name END AS district_name,
      CASE WHEN f.level = 'commune' THEN f.code END AS commune_code,
      CASE WHEN f.level = 'commune' THEN f.name END AS commune_name,
      f.indicator_code AS indicator_code,
      f.breakdown AS breakdown,
      CASE WHEN {_IS_INCOMPLETE} OR {IS_PERCENTAGE} THEN NULL ELSE f.numerator END AS numerator,
      CASE WHEN {_IS_INCOMPLETE} OR f.lacks_denominator = 1 THEN NULL ELSE f.denominator END AS denominator,
      CASE WHEN NOT {_IS_INCOMPLETE} AND (f.lacks_denominator = 0 OR NOT i.is_quotient OR i.kind = 'share') THEN {VALUE} END AS value,
      i.unit AS unit,
      {label(_STATUS, STATUSES)} AS status,
      f.areas_expected AS areas_expected,
      f.areas_reported AS areas_reported,
      {_merged("bound", BOUNDS)} AS bound,
      f.revision AS revision,
      u.computed_at AS computed_at,
      u.run_id AS run_id,
      {_merged("basis", BASES)} AS basis,
      f.is_estimated AS is_estimated
    FROM ({added}
      UNION ALL{recounted}
    ) f
    JOIN boundaries b ON b.boundaries_id = f.boundaries_id
    JOIN dim_indicator i ON i.code = f.indicator_code
    JOIN publication u ON u.publication_id = f.publication_id
"""


COLUMNS = (
    *("boundaries", "month", "period_type", "time_window"),
    *(
        "area_level",
        "province_code",
        "province_name",
        "district_code",
        "district_name",
        "commune_code",
        "commune_name",
    ),
    *("indicator_code", "breakdown", "numerator", "denominator", "value", "unit", "status"),
    *(
        "areas_expected",
        "areas_reported",
        "bound",
        "revision",
        "computed_at",
        "run_id",
        "basis",
        "is_estimated",
    ),
)

_LATEST = "SELECT MAX(l.boundaries_id) FROM boundaries l WHERE l.boundaries_id <= (SELECT MAX(month_id) FROM figure)"
_OF_DISTRICTS = f"SELECT MAX(l.boundaries_id) FROM boundaries l WHERE l.boundaries_id < {month_id(FIRST_COMMUNES)}"

REBASED_VIEWS = {
    "indicator_on_boundaries": _on_boundaries(),
    "indicator_rebased": _on_boundaries(_LATEST),
    "indicator_former_district": f"SELECT * FROM ({_on_boundaries(_OF_DISTRICTS)}) d WHERE area_level = '{FORMER_DISTRICT}'",
}
