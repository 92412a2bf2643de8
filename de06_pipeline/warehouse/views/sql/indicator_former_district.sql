{% import "_restated.sql" as restated with context %}
-- Figures of districts for months that no longer had them: analytical, estimated by residents.
    SELECT *
    FROM (
    {{ restated.on_boundaries(
      "SELECT MAX(l.boundaries_id) FROM boundaries l WHERE l.boundaries_id < " ~ first_communes) }}
    ) d
    WHERE area_level = '{{ former_district }}'
