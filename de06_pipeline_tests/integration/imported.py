"""What a run of a month imports, for the process that programs of tests are forked from; nothing is
opened and no thread started.
"""

from __future__ import annotations

import dagster
import duckdb
import great_expectations
import pandas
import pyarrow.parquet

import de06_pipeline.commands.month_run
import de06_pipeline.defs.instance
import de06_pipeline.monthly.workspace

__all__ = ["dagster", "de06_pipeline", "duckdb", "great_expectations", "pandas", "pyarrow"]
