{% import "_figure.sql" as figure with context %}
-- The newest month of each indicator and window in which somebody reported it: a row a figure.
    SELECT
      {{ figure.columns() }}
    FROM (
      -- Series of totals by month at the country's figure: a few thousand look-ups, no scan.
      SELECT t.indicator_code, t.period_type, t.time_window, MAX(n.month_id) AS month_id
      FROM series t
      CROSS JOIN dim_month n
      JOIN figure c ON c.month_id = n.month_id AND c.series_id = t.series_id
        AND c.area_id = (SELECT MIN(v.area_id) FROM dim_area v WHERE v.level = 'country')
      WHERE t.breakdown = '' AND (
        c.status IN (
          {{ status_of.reported }}, {{ status_of.reported_zero }}, {{ status_of.partial }}
        )
        -- A stock, or what agencies report, has no sum where a province is missing.
        OR c.status = {{ status_of.incomplete }} AND c.areas_reported > 0
      )
      GROUP BY t.indicator_code, t.period_type, t.time_window
    ) newest
    JOIN series o ON o.indicator_code = newest.indicator_code
      AND o.period_type = newest.period_type AND o.time_window = newest.time_window
    JOIN figure f ON f.month_id = newest.month_id AND f.series_id = o.series_id
      AND f.status <> {{ status_of.withdrawn }}
    {{ figure.joins() }}
