"""The rules of the dossiers for Great Expectations' pandas engine, written by hand as its documentation shows."""

from __future__ import annotations

from typing import Any

import pandas as pd

REQUIRED = ["dossier_code", "procedure_code", "agency_name", "agency_level", "province_id", "service_level", "status"]
FLAGS = ["is_in_date_order", "is_alive_in_month", "has_received_at", "has_submitted_at", "closed_has_end", "open_has_no_end"]
WARNINGS = ["is_code_date_near", "is_applicant_id_valid"]
AMOUNTS = ["supplement_requests", "supplement_days", "fee_vnd"]
COUNTS = {"result_format": "BASIC", "partial_unexpected_count": 0}
ROWS = {"result_format": "COMPLETE", "partial_unexpected_count": 0}


def critical_violations(rows: pd.DataFrame) -> pd.DataFrame:
    """Judge the rows: ``row_number`` and ``rule_id`` for each critical rule that a row breaks. Warnings are counted only.

    Raises:
        RuntimeError: Great Expectations could not evaluate a rule.
    """
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    batch = (
        context.data_sources.add_pandas("dossiers")
        .add_dataframe_asset("rows")
        .add_batch_definition_whole_dataframe("all")
        .get_batch({"dataframe": rows})
    )
    found = []
    for expectations, result_format in ((_critical(gx, rows), ROWS), (_warnings(gx), COUNTS)):
        results = batch.validate(gx.ExpectationSuite(name="rules", expectations=expectations), result_format=result_format).results
        for result in results:
            rule_id = result.expectation_config.meta["rule_id"]
            if result.exception_info.get("raised_exception") or "unexpected_count" not in result.result:
                raise RuntimeError(f"Great Expectations could not evaluate {rule_id}.")
            if result_format is ROWS and result.result["unexpected_count"]:
                found.append(pd.DataFrame({"row_number": result.result["unexpected_index_list"], "rule_id": rule_id}))
    if not found:
        return pd.DataFrame({"row_number": pd.Series(dtype="int64"), "rule_id": pd.Series(dtype="str")})
    return pd.concat(found, ignore_index=True).sort_values(["row_number", "rule_id"], ignore_index=True)


def _critical(gx: Any, rows: pd.DataFrame) -> list[Any]:
    of = gx.expectations
    bad = [column for column in rows.columns if column.endswith("_bad")]
    rules = [of.ExpectColumnValuesToBeInSet(column=c, value_set=[False], meta={"rule_id": f"{c.removesuffix('_bad')}.parse"}) for c in bad]
    rules += [of.ExpectColumnValuesToBeInSet(column=c, value_set=[True], meta={"rule_id": c}) for c in FLAGS]
    rules += [of.ExpectColumnValuesToNotBeNull(column=c, meta={"rule_id": f"{c}.required"}) for c in REQUIRED]
    rules += [of.ExpectColumnValuesToBeBetween(column=c, min_value=0, meta={"rule_id": f"{c}.range"}) for c in AMOUNTS]
    return rules


def _warnings(gx: Any) -> list[Any]:
    return [gx.expectations.ExpectColumnValuesToBeInSet(column=c, value_set=[True], meta={"rule_id": c}) for c in WARNINGS]
