"""The monthly partitions every asset shares."""

from __future__ import annotations

import dagster as dg

from de06_pipeline.periods import FIRST_MONTH, TIMEZONE, Month

# end_offset=0: the newest partition is the last finished month; an unfinished month has no figures
# yet.
MONTHS = dg.MonthlyPartitionsDefinition(
    start_date=f"{FIRST_MONTH}-01", timezone=TIMEZONE, end_offset=0
)


def month_of(context: dg.AssetExecutionContext) -> Month:
    """The month of the step's partition."""
    return Month.parse(context.partition_key)
