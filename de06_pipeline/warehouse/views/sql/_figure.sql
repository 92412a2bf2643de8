{# What every view of figures shares. A figure is f, its indicator i, its publication u. #}

{# The label at the place that a column holds. #}
{% macro label(column, labels) -%}
CASE {{ column }}{% for label in labels %} WHEN {{ loop.index0 }} THEN '{{ label }}'{% endfor %} END
{%- endmacro %}

{# A share reported as a percentage alone has no parts: what is stored is the percentage in ten
   thousandths. #}
{% macro is_percentage() -%}
i.kind = 'share' AND f.denominator IS NULL
{%- endmacro %}

{# `1.0 *` makes the arithmetic NUMERIC on PostgreSQL, with no overflow, and REAL on SQLite, which
   has no decimal type. #}
{% macro value() -%}
CASE
        WHEN {{ is_percentage() }} THEN 1.0 * f.numerator / 10000
        WHEN NOT i.is_quotient THEN 1.0 * f.numerator * i.value_multiplier / i.value_divisor
        WHEN f.denominator <> 0
        THEN 1.0 * f.numerator * i.value_multiplier / (1.0 * f.denominator * i.value_divisor)
      END
{%- endmacro %}

{# The columns of indicator_monthly and indicator_history. #}
{% macro columns() -%}
m.month AS month,
      s.period_type AS period_type,
      s.time_window AS time_window,
      a.level AS area_level,
      p.code AS province_code,
      p.name AS province_name,
      d.code AS district_code,
      d.name AS district_name,
      CASE WHEN a.level = 'commune' THEN a.code END AS commune_code,
      CASE WHEN a.level = 'commune' THEN a.name END AS commune_name,
      s.indicator_code AS indicator_code,
      s.breakdown AS breakdown,
      CAST(CASE WHEN {{ is_percentage() }} THEN NULL ELSE f.numerator END AS NUMERIC) AS numerator,
      CAST(f.denominator AS NUMERIC) AS denominator,
      {{ value() }} AS value,
      i.unit AS unit,
      {{ label("f.status", statuses) }} AS status,
      f.areas_expected AS areas_expected,
      f.areas_reported AS areas_reported,
      {{ label("f.bound", bounds) }} AS bound,
      f.revision AS revision,
      u.computed_at AS computed_at,
      u.run_id AS run_id,
      {{ label("f.basis", bases) }} AS basis
{%- endmacro %}

{# Province and district are found by code and month, not through the parent's id: a district keeps
   its own row when its province is renamed, and the name must be the one in force in the figure's
   month. #}
{% macro joins() -%}
JOIN series s ON s.series_id = f.series_id
    JOIN dim_indicator i ON i.code = s.indicator_code
    JOIN dim_month m ON m.month_id = f.month_id
    JOIN dim_area a ON a.area_id = f.area_id
    JOIN publication u ON u.publication_id = f.publication_id
    LEFT JOIN dim_area p ON p.level = 'province'
      AND p.code = CASE WHEN a.level = 'province' THEN a.code ELSE a.province_code END
      AND (p.valid_from IS NULL OR p.valid_from <= m.last_day)
      AND (p.valid_to IS NULL OR p.valid_to >= m.last_day)
    LEFT JOIN dim_area d ON d.level = 'district'
      AND d.area_id = CASE WHEN a.level = 'district' THEN a.area_id ELSE a.parent_id END
{%- endmacro %}
