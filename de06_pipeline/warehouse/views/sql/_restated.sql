{% import "_figure.sql" as figure with context %}
{# Figures on other boundaries than their own month's.

   Numerators and denominators are added up by the shares of area_share, ratios are made from the
   sums, and what cannot be added up is taken only from units that did not change, and from
   rebased_figure, where it was counted anew. Every key column is grouped by, so that a reader's
   conditions reach the tables below. #}

{# A column's sum over the parts: a whole number where no unit was cut. #}
{% macro added(column) -%}
SUM(CASE WHEN w.part = {{ whole }} THEN CAST(f.{{ column }} AS NUMERIC)
          ELSE 1.0 * f.{{ column }} * w.part / {{ whole }} END)
{%- endmacro %}

{# The label of parts that agree; of parts that differ the last one, "about" or "mixed". #}
{% macro merged(name, labels) -%}
{{ figure.label(
      "CASE WHEN f." ~ name ~ " = COALESCE(f.least_" ~ name ~ ", f." ~ name ~ ") THEN f." ~ name
      ~ " ELSE " ~ (labels | length - 1) ~ " END", labels) }}
{%- endmacro %}

{# A stock is never a smaller number because a part of it is not known. #}
{% macro is_incomplete() -%}
(f.own_status IS NULL AND (f.is_incomplete = 1
        OR (f.time_window = 'stock' AND f.areas_reported < f.areas_expected)))
{%- endmacro %}

{% macro status() -%}
CASE
        WHEN f.own_status IS NOT NULL THEN f.own_status
        WHEN {{ is_incomplete() }} THEN {{ status_of.incomplete }}
        WHEN f.numerator IS NULL THEN {{ status_of.not_reported }}
        WHEN i.is_quotient AND (f.lacks_denominator = 1 OR COALESCE(f.denominator, 0) = 0)
        THEN {{ status_of.no_denominator }}
        WHEN f.is_partial = 1 OR f.areas_reported < f.areas_expected THEN {{ status_of.partial }}
        WHEN f.numerator = 0 THEN {{ status_of.reported_zero }}
        ELSE {{ status_of.reported }}
      END
{%- endmacro %}

{# The query; chosen is the SQL of one boundaries_id, by default all that are kept. #}
{% macro on_boundaries(chosen="") -%}
SELECT
      b.month AS boundaries,
      f.month AS month,
      f.period_type AS period_type,
      f.time_window AS time_window,
      CASE WHEN f.level = 'district' AND f.valid_to < f.last_day THEN '{{ former_district }}'
        ELSE f.level END AS area_level,
      f.province_code AS province_code,
      f.province_name AS province_name,
      CASE WHEN f.level = 'district' THEN f.code END AS district_code,
      CASE WHEN f.level = 'district' THEN f.name END AS district_name,
      CASE WHEN f.level = 'commune' THEN f.code END AS commune_code,
      CASE WHEN f.level = 'commune' THEN f.name END AS commune_name,
      f.indicator_code AS indicator_code,
      f.breakdown AS breakdown,
      CASE WHEN {{ is_incomplete() }} OR {{ figure.is_percentage() }}
        THEN NULL ELSE f.numerator END AS numerator,
      CASE WHEN {{ is_incomplete() }} OR f.lacks_denominator = 1
        THEN NULL ELSE f.denominator END AS denominator,
      CASE WHEN NOT {{ is_incomplete() }}
        AND (f.lacks_denominator = 0 OR NOT i.is_quotient OR i.kind = 'share')
        THEN {{ figure.value() }} END AS value,
      i.unit AS unit,
      {{ figure.label(status(), statuses) }} AS status,
      f.areas_expected AS areas_expected,
      f.areas_reported AS areas_reported,
      {{ merged("bound", bounds) }} AS bound,
      f.revision AS revision,
      u.computed_at AS computed_at,
      u.run_id AS run_id,
      {{ merged("basis", bases) }} AS basis,
      f.is_estimated AS is_estimated
    FROM (
      -- Added up. The unit on the boundaries is joined before grouping, so that a reader's level or
      -- province limits what is added up (0.5 instead of 7.8 s). CROSS JOIN tells SQLite the order:
      -- month and series first, then figures and shares by their keys. To PostgreSQL it says
      -- nothing.
      SELECT w.boundaries_id, f.month_id, m.month, m.last_day, f.series_id, s.indicator_code,
        s.breakdown, s.period_type, s.time_window,
        a.level, a.code, a.name, a.valid_to, p.code AS province_code, p.name AS province_name,
        {{ added("numerator") }} AS numerator,
        {{ added("denominator") }} AS denominator,
        MAX(CASE WHEN f.numerator IS NOT NULL AND f.denominator IS NULL THEN 1 ELSE 0 END)
          AS lacks_denominator,
        MAX(CASE WHEN f.status IN ({{ status_of.partial }}, {{ status_of.not_reported }})
          THEN 1 ELSE 0 END) AS is_partial,
        MAX(CASE WHEN f.status = {{ status_of.incomplete }} THEN 1 ELSE 0 END) AS is_incomplete,
        MAX(CASE WHEN w.is_same THEN f.status END) AS own_status,
        MAX(f.areas_expected) AS areas_expected,
        -- Who reported a breakdown is who reported its total: a value that does not occur in a unit
        -- has no row there. Of what agencies report breakdowns make no total: each is reported by
        -- itself. A part without a figure (nobody was to deliver it) did not report.
        (
          SELECT MIN(COALESCE(t.areas_reported, 0))
          FROM area_share v
          JOIN series z ON z.indicator_code = s.indicator_code
            AND z.breakdown = CASE WHEN i.kind = 'amount' THEN s.breakdown ELSE '' END
            AND z.period_type = s.period_type AND z.time_window = s.time_window
          LEFT JOIN figure t ON t.month_id = f.month_id AND t.series_id = z.series_id
            AND t.area_id = v.area_id AND t.status <> {{ status_of.withdrawn }}
          WHERE v.boundaries_id = w.boundaries_id AND v.to_id = w.to_id
            AND f.month_id BETWEEN v.first_month AND v.last_month
        ) AS areas_reported,
        MAX(f.bound) AS bound,
        MIN(CASE WHEN f.bound > 0 THEN f.bound END) AS least_bound,
        MAX(f.basis) AS basis,
        MIN(CASE WHEN f.basis > 0 THEN f.basis END) AS least_basis,
        MIN(w.part) < {{ whole }} AS is_estimated,
        MAX(f.revision) AS revision,
        MAX(f.publication_id) AS publication_id
      FROM dim_month m
      CROSS JOIN series s
      CROSS JOIN figure f
      CROSS JOIN area_share w
      JOIN dim_area a ON a.area_id = w.to_id
      LEFT JOIN dim_area p ON p.area_id = w.province_id
      JOIN dim_indicator i ON i.code = s.indicator_code
      WHERE f.month_id = m.month_id AND f.series_id = s.series_id
        AND f.status <> {{ status_of.withdrawn }}
        AND w.area_id = f.area_id AND f.month_id BETWEEN w.first_month AND w.last_month
        AND (i.over_space = 'sum' OR w.is_same)
{% if chosen %}
        AND w.boundaries_id = ({{ chosen }})
{% endif %}
      GROUP BY w.to_id, w.boundaries_id, f.month_id, m.month, m.last_day, f.series_id,
        s.indicator_code, s.breakdown, s.period_type, s.time_window,
        a.level, a.code, a.name, a.valid_to, p.code, p.name, i.kind
      UNION ALL
      -- Counted anew.
      SELECT r.boundaries_id, r.month_id, m.month, m.last_day, r.series_id, s.indicator_code,
        s.breakdown, s.period_type, s.time_window,
        a.level, a.code, a.name, a.valid_to, p.code AS province_code, p.name AS province_name,
        CAST(r.numerator AS NUMERIC), CAST(r.denominator AS NUMERIC), 0, 0, 0, r.status,
        r.areas_expected, r.areas_reported, r.bound, NULL, r.basis, NULL, FALSE, 1,
        r.publication_id
      FROM rebased_figure r
      JOIN series s ON s.series_id = r.series_id
      JOIN dim_month m ON m.month_id = r.month_id
      JOIN dim_area a ON a.area_id = r.area_id
      LEFT JOIN dim_area p ON p.area_id = (
        SELECT MAX(w.province_id) FROM area_share w
        WHERE w.boundaries_id = r.boundaries_id AND w.to_id = r.area_id)
{% if chosen %}
      WHERE r.boundaries_id = ({{ chosen }})
{% endif %}
    ) f
    JOIN boundaries b ON b.boundaries_id = f.boundaries_id
    JOIN dim_indicator i ON i.code = f.indicator_code
    JOIN publication u ON u.publication_id = f.publication_id
{%- endmacro %}
