"""What a run of a month imports, for the process that programs of tests are forked from; nothing is
opened and no thread started.
"""

from __future__ import annotations

import dagster
import duckdb
import great_expectations
import pandas
import pyarrow.parquet

import de06_pipeline.cli
import de06_pipeline.commands.month_run
import de06_pipeline.commands.run
import de06_pipeline.definitions
import de06_pipeline.defs.instance
import de06_pipeline.monthly.workspace
from de06_pipeline.areas.book import AreaBook
from de06_pipeline.settings import REPOSITORY

__all__ = ["dagster", "de06_pipeline", "duckdb", "great_expectations", "pandas", "pyarrow"]

# Read by every run, and kept by what reads it.
AREAS = AreaBook.load(REPOSITORY / "data_contracts" / "reference")
