"""Everything Dagster: assets, checks, jobs, the schedule, alerts; what runs when, what depends on
what, what the UI shows.

Definitions are put together in :mod:`de06_pipeline.definitions`. Not here: data work, which is called
through :mod:`de06_pipeline.monthly`.
"""
