{% import "_restated.sql" as restated with context %}
-- Figures on all boundaries that are kept.
    {{ restated.on_boundaries() }}
