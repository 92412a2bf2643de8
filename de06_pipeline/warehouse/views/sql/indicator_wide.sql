{# The main indicators of an area and month side by side; beside each rate what it is a rate of. #}
    SELECT
      month,
      area_level,
      COALESCE(commune_code, district_code, province_code, 'VN') AS area_code,
      COALESCE(commune_name, district_name, province_name, 'Việt Nam') AS area_name,
      province_code,
      province_name,
{% for one in columns %}
      CAST(MAX(CASE WHEN indicator_code = '{{ one.code }}' AND time_window = '{{ one.window }}'
        THEN value END) AS DOUBLE PRECISION) AS {{ one.name }}
      {{- "," if one.has_denominator or not loop.last }}
{% if one.has_denominator %}
      CAST(MAX(CASE WHEN indicator_code = '{{ one.code }}' AND time_window = '{{ one.window }}'
        THEN 1.0 * denominator / {{ one.divisor }} END) AS DOUBLE PRECISION)
        AS {{ one.name }}_denominator
      {{- "," if not loop.last }}
{% endif %}
{% endfor %}
    FROM indicator_monthly
    WHERE period_type = 'month' AND breakdown = '' AND value IS NOT NULL
      AND status <> 'withdrawn' AND indicator_code IN ({{ texts(codes) }})
    GROUP BY month, area_level, province_code, province_name, district_code, district_name,
      commune_code, commune_name
