{% import "_restated.sql" as restated with context %}
-- Figures on the boundaries in force at the latest month that has figures.
    {{ restated.on_boundaries(
      "SELECT MAX(l.boundaries_id) FROM boundaries l"
      ~ " WHERE l.boundaries_id <= (SELECT MAX(month_id) FROM figure)") }}
