{# A form: one row an area, reporting period and value of its breakdown; a count without a row is
   zero. LIKE would need a percent sign, which psycopg takes for a parameter. #}
    SELECT
      {{ areas | join(", ") }}, breakdown,
{% for name, codes in columns.items() %}
      CASE WHEN MIN({{ name }}_areas) = MIN(every_area) THEN CAST(SUM(
        CASE WHEN indicator_code IN ({{ texts(codes) }}) THEN numerator ELSE 0 END
      ) AS NUMERIC) END AS {{ name }},
{% endfor %}
      CASE WHEN MAX(CASE WHEN status = 'partial' THEN 1 ELSE 0 END) = 1 THEN 'partial'
        ELSE 'reported' END AS status
    FROM (
      -- Beside each count, from how many areas the column was reported, and from how many any was.
      SELECT {{ areas | join(", ") }}, breakdown, indicator_code, numerator, status,
{% for name, codes in columns.items() %}
        MIN(CASE WHEN breakdown = '' AND indicator_code IN ({{ texts(codes) }})
          THEN CASE WHEN numerator IS NULL THEN -1 ELSE areas_reported END END)
          OVER (PARTITION BY {{ areas | join(", ") }}) AS {{ name }}_areas,
{% endfor %}
        MAX(CASE WHEN breakdown = '' THEN areas_reported END)
          OVER (PARTITION BY {{ areas | join(", ") }}) AS every_area
      FROM (
        SELECT *, CASE WHEN time_window <> 'ytd' THEN time_window
          WHEN substr(CAST(month AS TEXT), 6, 2) = '06' THEN 'half_year'
          WHEN substr(CAST(month AS TEXT), 6, 2) = '09' THEN 'nine_months'
          WHEN substr(CAST(month AS TEXT), 6, 2) = '12' THEN 'year' END AS reporting_period
        FROM indicator_monthly
      ) AS every_window
      WHERE reporting_period IS NOT NULL
        AND indicator_code IN ({{ texts(every) }})
        AND (breakdown = '' OR substr(breakdown, 1, {{ prefix | length }}) = '{{ prefix }}')
        AND status <> 'withdrawn'
    ) AS counted
    GROUP BY {{ areas | join(", ") }}, breakdown
    HAVING COUNT(numerator) > 0
