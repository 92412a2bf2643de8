{% import "_figure.sql" as figure with context %}
{# A figure for a BI tool: names, code and name of its area in one column each, numbers in the unit
   shown, target and band, the months before, the place among its siblings. The registry's texts and
   limits come in as rows, so that the view needs no file. #}

{% macro known(alias) -%}
{{ alias }}.status IN (
        {{ status_of.reported }}, {{ status_of.reported_zero }}, {{ status_of.partial }})
{%- endmacro %}

{# The value of another month's figure of the same series and area. #}
{% macro value_of(alias) -%}
CASE WHEN {{ known(alias) }} THEN CASE
        WHEN g.kind = 'share' AND {{ alias }}.denominator IS NULL
        THEN 1.0 * {{ alias }}.numerator / 10000
        WHEN NOT g.is_quotient
        THEN 1.0 * {{ alias }}.numerator * g.value_multiplier / g.value_divisor
        WHEN {{ alias }}.denominator <> 0 THEN 1.0 * {{ alias }}.numerator * g.value_multiplier
          / (1.0 * {{ alias }}.denominator * g.value_divisor)
      END END
{%- endmacro %}
    SELECT
      g.month AS month,
      g.last_day AS last_day,
      g.time_window AS time_window,
      g.level AS area_level,
      g.area_code AS area_code,
      g.area_name AS area_name,
      g.province_code AS province_code,
      g.province_name AS province_name,
      g.source AS source,
      g.indicator_code AS indicator_code,
      g.name_vi AS indicator_vi,
      g.name_en AS indicator_en,
      g.breakdown AS breakdown,
      CAST(g.value AS DOUBLE PRECISION) AS value,
      CAST(CASE WHEN g.is_percentage = 0
        THEN 1.0 * g.numerator / g.value_divisor END AS DOUBLE PRECISION) AS numerator,
      CAST(CASE WHEN g.kind = 'score' THEN 1.0 * g.denominator / g.value_divisor
        ELSE g.denominator END AS DOUBLE PRECISION) AS denominator,
      g.unit AS unit,
      g.unit_vi AS unit_vi,
      {{ figure.label("g.status", statuses) }} AS status,
      {{ figure.label("g.bound", bounds) }} AS bound,
      CAST(g.target AS DOUBLE PRECISION) AS target,
      CASE
        WHEN g.value IS NULL OR g.sign = 0 OR g.target IS NULL AND g.limits = 0 THEN NULL
        WHEN g.target IS NOT NULL AND g.sign * g.value >= g.sign * g.target THEN 'good'
        WHEN g.target IS NULL AND g.passed = g.limits THEN 'good'
        WHEN g.passed > 0 THEN 'fair'
        ELSE 'low'
      END AS band,
      g.direction AS direction,
      CAST({{ value_of("b") }} AS DOUBLE PRECISION) AS value_month_before,
      CAST({{ value_of("y") }} AS DOUBLE PRECISION) AS value_year_before,
      CAST(g.value - {{ value_of("b") }} AS DOUBLE PRECISION) AS change_on_month,
      CAST(g.value - {{ value_of("y") }} AS DOUBLE PRECISION) AS change_on_year,
      CASE WHEN g.value IS NOT NULL AND g.sign <> 0 THEN g.place END AS rank_among_siblings,
      CASE WHEN g.sign <> 0 THEN g.siblings END AS siblings_with_value,
      g.is_additive AS is_additive,
      g.areas_expected AS areas_expected,
      g.areas_reported AS areas_reported,
      g.revision AS revision,
      g.computed_at AS computed_at
    FROM (
      -- Parted by what readers ask for (month, indicator …): their conditions reach the tables.
      SELECT v.*,
        RANK() OVER (
          PARTITION BY v.month, v.indicator_code, v.breakdown, v.time_window, v.level,
            v.siblings_of
          -- Of a score the share of what could be measured: what was not never counts as zero.
          -- Rounded: PostgreSQL works 1/53 and 190/10070 out to different lengths.
          ORDER BY CASE WHEN v.value IS NULL THEN 1 ELSE 0 END, -v.sign * ROUND(CASE
            WHEN v.kind = 'score' AND v.denominator <> 0 THEN 1.0 * v.numerator / v.denominator
            ELSE v.value END, 12)
        ) AS place,
        COUNT(v.value) OVER (
          PARTITION BY v.month, v.indicator_code, v.breakdown, v.time_window, v.level,
            v.siblings_of
        ) AS siblings,
        {% for limit in limits %}
        CASE WHEN v.sign * v.value >= v.sign * v.{{ limit }} THEN 1 ELSE 0 END
        {{- " +" if not loop.last else " AS passed" }}
        {% endfor %}
      FROM (
        SELECT f.*, m.month, m.last_day, m.month_of_year, s.indicator_code, s.breakdown,
          s.time_window, a.level,
          CASE WHEN a.level = 'country' THEN 'VN' ELSE a.code END AS area_code,
          a.name AS area_name, p.code AS province_code, p.name AS province_name,
          CASE WHEN a.level IN ('country', 'province') THEN '' ELSE a.province_code END
            AS siblings_of,
          i.source, i.name_vi, i.name_en, i.unit, i.kind, i.direction, i.is_quotient,
          i.value_multiplier, i.value_divisor, u.computed_at,
          CASE WHEN {{ figure.is_percentage() }} THEN 1 ELSE 0 END AS is_percentage,
          CASE WHEN {{ known("f") }} THEN {{ figure.value() }} END AS value,
          CASE i.direction WHEN 'higher' THEN 1 WHEN 'lower' THEN -1 ELSE 0 END AS sign,
          CASE WHEN i.over_space = 'sum' AND i.kind IN ('count', 'stock', 'amount')
            THEN 1 ELSE 0 END AS is_additive,
          CASE i.unit{% for unit, name in unit_names.items() %} WHEN '{{ unit }}'
            THEN '{{ name }}'{% endfor %} ELSE i.unit END AS unit_vi,
          t.target, COALESCE(t.limits, 0) AS limits,
          {% for limit in limits %}t.{{ limit }}{{ ", " if not loop.last }}{% endfor %}
        FROM figure f
        {{ figure.joins() }}
        LEFT JOIN (
{% for term in terms %}
          SELECT '{{ term.code }}' AS code, {{ term.target }} AS target,
            {{ term.limit_count }} AS limits,
            {% for limit in limits %}{{ term.limits[loop.index0] }} AS {{ limit }}
            {{- ", " if not loop.last }}{% endfor %}{{ " UNION ALL" if not loop.last }}
{% endfor %}
        ) t ON t.code = s.indicator_code
        WHERE s.period_type = 'month' AND f.status <> {{ status_of.withdrawn }}
      ) v
    ) g
    LEFT JOIN figure b ON b.series_id = g.series_id AND b.area_id = g.area_id
      AND b.month_id = g.month_id - CASE WHEN g.month_of_year = 1 THEN 89 ELSE 1 END
      -- In January the year to date begins anew; December's is another year's.
      AND NOT (g.time_window = 'ytd' AND g.month_of_year = 1)
    LEFT JOIN figure y ON y.series_id = g.series_id AND y.area_id = g.area_id
      AND y.month_id = g.month_id - 100
