{# A form: one row an area, calendar month and value of its breakdown; a count without a row is
   zero. LIKE would need a percent sign, which psycopg takes for a parameter. #}
    SELECT
      {{ areas | join(", ") }},
{% for name, codes in columns.items() %}
      CAST(SUM(
        CASE WHEN indicator_code IN ({{ texts(codes) }}) THEN numerator ELSE 0 END
      ) AS NUMERIC) AS {{ name }},
{% endfor %}
      CASE WHEN MAX(CASE WHEN status = 'partial' THEN 1 ELSE 0 END) = 1 THEN 'partial'
        ELSE 'reported' END AS status
    FROM indicator_monthly
    WHERE period_type = 'month' AND time_window = 'month'
      AND indicator_code IN ({{ texts(every) }})
      AND numerator IS NOT NULL AND status <> 'withdrawn'
      AND (breakdown = '' OR substr(breakdown, 1, {{ prefix | length }}) = '{{ prefix }}')
    GROUP BY {{ areas | join(", ") }}
