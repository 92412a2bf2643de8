{% import "_figure.sql" as figure with context %}
-- The newest month of each indicator and window in which somebody reported it: a row a figure.
    SELECT
      {{ figure.columns() }}
    FROM (
      -- Series of totals by month: a few thousand look-ups that nearly always end at the country's
      -- figure, the first one. Ranks have none, and a stock no number where a province is missing.
      SELECT t.indicator_code, t.period_type, t.time_window, MAX(n.month_id) AS month_id
      FROM series t
      CROSS JOIN dim_month n
      WHERE t.breakdown = '' AND EXISTS (
        SELECT 1 FROM figure c
        WHERE c.month_id = n.month_id AND c.series_id = t.series_id AND c.status IN (
          {{ status_of.reported }}, {{ status_of.reported_zero }}, {{ status_of.partial }}
        )
      )
      GROUP BY t.indicator_code, t.period_type, t.time_window
    ) newest
    JOIN series o ON o.indicator_code = newest.indicator_code
      AND o.period_type = newest.period_type AND o.time_window = newest.time_window
    JOIN figure f ON f.month_id = newest.month_id AND f.series_id = o.series_id
      AND f.status <> {{ status_of.withdrawn }}
    {{ figure.joins() }}
