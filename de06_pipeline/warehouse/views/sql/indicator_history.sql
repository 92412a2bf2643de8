{% import "_figure.sql" as figure with context %}
-- Every revision of every figure.
    SELECT
      {{ figure.columns() }},
      w.computed_at AS superseded_at
    FROM (
      SELECT month_id, series_id, area_id, numerator, denominator, status, bound,
        areas_expected, areas_reported, basis, revision, publication_id, NULL AS superseded_by
      FROM figure
      UNION ALL
      SELECT month_id, series_id, area_id, numerator, denominator, status, bound,
        areas_expected, areas_reported, basis, revision, publication_id, superseded_by
      FROM figure_past
    ) f
    {{ figure.joins() }}
    LEFT JOIN publication w ON w.publication_id = f.superseded_by
