"""What every table, view and column of the warehouse means, for people.

A column's own comment in the schema comes first; here stand the meanings that many columns share
(``month``, ``run_id`` …), those of views, and a line for each table. A test holds that nothing is
without a text.
"""

from __future__ import annotations

import re

TABLES = {
    "indicator_monthly": "Every figure in force, on the units of its own month: what dashboards read.",
    "indicator_history": "Every revision of every figure.",
    "indicator_latest": "The figures of each indicator's newest month with a report.",
    "indicator_dashboard": "A figure of a calendar month with names, numbers in the unit shown, target, "
    "band, the months before and its place among its siblings: for BI tools.",
    "indicator_wide": "The main indicators (`monthly_report.yaml`) of an area and month side by side.",
    "indicator_rebased": "Every month's figures on the units of the latest month that has figures.",
    "indicator_former_district": "Figures from 2025-07 on for the districts of 2025-06. For analysis "
    "only: the level was abolished.",
    "indicator_on_boundaries": "Every month's figures on each set of boundaries that is kept.",
    "dim_area": "Administrative units, a row for each time a unit stayed as it was.",
    "dim_indicator": "The registry's indicators.",
    "dim_month": "Months.",
    "delivery": "Every attempt to take delivery of a file, newest and past.",
    "quality_result": "How often each rule was broken, by delivery and run.",
    "quarantine": "Rows that were set aside, once for each rule they break: the first 50,000 of a rule and delivery.",
    "file_information": "What was left out of a file or put right in it, counted.",
    "cross_month_result": "What a delivery says against the month before, and its volume.",
    "plausibility_finding": "Figures outside their band, or that contradict each other.",
    "published_comparison": "Figures that offices published, beside ours.",
    "accepted": "The accepted rows in force of a dataset, month and supplier: a pointer into the lake.",
    "cells": "The cells in force of a source and month: a pointer into the lake.",
    "publication": "One transaction that published figures of a source.",
    "series": "Indicator, breakdown, period and window: what figures of all months and areas share.",
    "figure": "The figures in force, in integers; read `indicator_monthly` instead.",
    "figure_past": "Revisions no longer in force; read `indicator_history` instead.",
    "landing_removed": "Deliveries whose files were taken out of the landing zone after the time they are kept.",
    "published_basis": "What the last complete publication or ingest of a month rested on.",
    "boundaries": "Sets of boundaries that are kept for other months' figures.",
    "area_share": "Which part of a unit lies in which unit on other boundaries.",
    "rebased_figure": "Medians and distinct counts of units put together, counted anew.",
    "rebased_month": "What recounted figures of a month were made from.",
    "alembic_version": "The schema's version.",
}
"""Table or view → what a row is."""

FORM = "An official form: a row an area, month and kind of agency; the columns add up counts."
"""What a view ``form_…`` is."""

COLUMNS = {
    "month": "first day of the month",
    "month_id": "the month as yyyymm",
    "period_type": "`month`: the calendar month; `report_month`: the 15th of the month before through the 14th",
    "time_window": "`month`; `quarter`: the quarter that ends with this month; `ytd`: the year up to "
    "this month; `stock`: the state at its end",
    "reporting_period": "`month`, `quarter`, `half_year`, `nine_months` or `year`; `month` is its last",
    "area_level": "`country`, `province`, `district`, `commune`",
    "province_code": "code of the province in that month; null for the country",
    "province_name": "name of the province in that month",
    "area_code": "code of the area; `VN` for the country",
    "area_name": "name of the area",
    "last_day": "last day of the month",
    "indicator_vi": "name in Vietnamese",
    "indicator_en": "name in English",
    "unit_vi": "unit of the value in Vietnamese",
    "band": "`good`: target reached, or best band; `low`: worst band; `fair`: between; null without either",
    "value_month_before": "value of the month before; null where there is none, and for a year to date "
    "in January",
    "value_year_before": "value of the same month of the year before",
    "change_on_month": "value less that of the month before, in the unit (points for rates)",
    "change_on_year": "value less that of the year before",
    "rank_among_siblings": "place among provinces, or among the units of one province; equal ones share it; of "
    "scores by the share of the points that could be measured",
    "siblings_with_value": "how many have a value",
    "is_additive": "1: values of areas may be added up",
    "district_code": "null above the district, and after 2025-06",
    "district_name": "name of the district",
    "commune_code": "null above the commune",
    "commune_name": "name of the commune",
    "indicator_code": "the indicator, `<source>.<name>`",
    "breakdown": "empty for the total; else `name=value`, several joined by `;`",
    "numerator": "the counted part, or the number itself; null where the kind has none",
    "denominator": "what the numerator is a part of; null where the kind has none",
    "value": "the figure as shown: a ratio in %, from 0 to 100",
    "unit": "unit of the value",
    "status": "whether and how completely it was reported: `reported`, `reported_zero`, `partial`, "
    "`not_reported`, `no_denominator`, `incomplete`, `withdrawn`; of a delivery: `accepted`, "
    "`refused`, `replaced`, `missing`",
    "areas_expected": "provinces at or below this area that should have delivered",
    "areas_reported": "those that did",
    "bound": "`>`, `<`, `≈` of a figure reported with a bound; else empty",
    "revision": "1 for the first figure; one more each time numerator, denominator, status or bound change",
    "computed_at": "when it was published",
    "published_at": "when that was",
    "superseded_at": "when the next revision was published; null for the one in force",
    "run_id": "the Dagster run that wrote it",
    "basis": "what a population denominator rests on: a delivered population, or the census of 2019 with national growth",
    "boundaries": "first month with the units that the figure is put on",
    "boundaries_id": "the set of boundaries",
    "is_estimated": "a unit was divided, and its parts taken by residents",
    "area_id": "the unit, a row of `dim_area`",
    "name": "name without its kind (`Tam Kỳ`)",
    "full_name": "name with its kind (`Thành phố Tam Kỳ`)",
    "parent_id": "the unit above it",
    "code": "the code",
    "source": "the source of indicators: `dvc`, `asm` …",
    "name_vi": "name in Vietnamese",
    "name_en": "name in English",
    "kind": "count, ratio, mean, median, stock, share, amount, score",
    "formula": "as the registry states it",
    "breakdowns": "dimensions it can be broken down by",
    "legal_basis": "the legal text that defines it",
    "direction": "which is better: `higher`, `lower`, `none`",
    "target": "target of the value",
    "thresholds": "of the legend, ascending, as JSON",
    "valid_from": "first day it holds; null: from the beginning",
    "valid_to": "last day it holds; null: still",
    "disclosure_class": "`public` or `sensitive`",
    "value_multiplier": "see `is_quotient`",
    "value_divisor": "see `is_quotient`",
    "year": "the year",
    "quarter": "1 to 4",
    "month_of_year": "1 to 12",
    "delivery_id": "number of the row",
    "dataset": "the dataset",
    "supplier": "who delivered, as in `suppliers.csv`",
    "bytes": "size of the file",
    "received_at": "when the file arrived: its time of change",
    "format": "`csv`, `xlsx`, `xls`, `xlsb`, `ods`, `parquet`",
    "encoding": "of a text file",
    "contract_version": "the contract's version that judged it",
    "rows_read": "records of the file, broken ones included",
    "rows_accepted": "records kept",
    "rows_quarantined": "records set aside by a critical rule",
    "rows_superseded": "records replaced by another of the same key",
    "recorded_at": "when the attempt was recorded",
    "rule_id": "the rule, `<dataset>.<field or topic>.<check>`",
    "severity": "`critical`: the row is set aside; `warning`: it is kept and counted",
    "evaluated": "rows the rule looked at",
    "failed": "rows that break it",
    "tolerance": "share of rows that may be set aside before the delivery is refused",
    "success": "whether no row breaks it",
    "checked_at": "when it was checked",
    "quarantine_id": "number of the row",
    "file_name": "relative to the supplier's folder",
    "row_number": "line or row in the file",
    "masked_value": "a shape of the value (`9×11`: eleven digits), or the value where it cannot be personal",
    "occurrences": "how often",
    "message_vi": "the message in Vietnamese",
    "message_en": "the message in English",
    "low": "lower end of the band",
    "high": "upper end of the band",
    "path": "the file or folder in the lake",
    "content_hash": "of what lies there",
    "input_hash": "of what it was made from",
    "inputs": "what it was made from",
    "row_count": "how many rows",
    "fingerprint": "of the delivered files' names, sizes and times",
    "accepted_at": "when it was accepted",
    "built_at": "when they were made",
    "finding_id": "number of the row",
    "accepted_on": "when it was reviewed",
    "reason": "why it is right all the same",
    "publication_id": "the publication that wrote it",
    "code_version": "the program that made the figures",
    "new_count": "figures that were new",
    "changed_count": "figures that got a new revision",
    "withdrawn_count": "figures that were withdrawn",
    "id": "the published figure's number in the list",
    "document": "where it was published",
    "place": "the unit it was published for",
    "as_of": "the day it was published for",
    "published": "the published value",
    "computed": "ours; null where it cannot be computed",
    "period_end": "last day of our period",
    "reason_en": "the reason in English",
    "series_id": "the series",
    "last_month": "yyyymm; the last month of figures that the share holds for",
    "version_num": "number of the newest migration that was run",
}
"""Column → meaning, wherever its own comment in the schema does not say it."""


_MAIN_INDICATOR = re.compile(
    r"(?P<source>dvc|asm|cccd|eid|q766)_(?P<name>.+?)(?P<of>_denominator)?"
)


def table_text(name: str) -> str:
    """What a row of a table or view is.

    Raises:
        LookupError: nothing says it.
    """
    if name.startswith("form_"):
        return FORM
    if name not in TABLES:
        raise LookupError(f"say what a row of '{name}' is, in warehouse/descriptions.py: TABLES")
    return TABLES[name]


def column_text(column: str, comment: str | None = None) -> str:
    """What a column means, by its own comment or by what columns of that name mean.

    Raises:
        LookupError: nothing says it.
    """
    if not comment and (main := _MAIN_INDICATOR.fullmatch(column)):
        # A column of indicator_wide: named by its indicator's code.
        what = "what the value is a rate of" if main["of"] else "value"
        return f"{what}, `{main['source']}.{main['name']}`"
    if not comment and column not in COLUMNS:
        raise LookupError(
            f"say what '{column}' means, in the schema or in warehouse/descriptions.py"
        )
    return comment or COLUMNS[column]
