"""Everything Dagster and nothing else: what runs when, what depends on what, what the UI shows.

No data logic.

The data work is called through :mod:`de06_pipeline.monthly`; definitions are put together in
:mod:`de06_pipeline.definitions`.
"""
