{% import "_figure.sql" as figure with context %}
-- One row a figure in force.
    SELECT
      {{ figure.columns() }}
    FROM figure f
    {{ figure.joins() }}
