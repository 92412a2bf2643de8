"""The 49 rules of the dossiers for Great Expectations' pandas engine, written by hand as its
documentation shows, and what breaks them.

A cell that broke a rule is masked: shown where it cannot be personal, else its shape alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from benchmarks.plain_values import CODE_ENUMS, TEXT_ENUMS, TIMES, TRUTHS, YES_NO


@dataclass(frozen=True)
class Rule:
    """One rule: the column it looks at, and the values that break it (``never``) or that alone do
    not (``only``); else a minimum of 0.
    """

    name: str
    column: str
    never: str = ""
    only: bool | None = None
    fields: tuple[str, ...] = ()
    is_warning: bool = False


def _states(names: Iterable[str], state: str) -> list[Rule]:
    """Rules about one field: none of its cells may be in a state."""
    return [
        Rule(name, f"{field}_state", never=state, fields=(field,))
        for name in names
        for field in [name.partition(".")[0]]
    ]


AREAS = ("province", "district", "commune")
REQUIRED = [
    "dossier_code",
    "procedure_code",
    "agency_name",
    "agency_level",
    "province",
    "service_level",
    "status",
]
AMOUNTS = ["supplement_requests", "supplement_days", "fee_vnd"]
RULES = [
    *_states([f"{field}.required" for field in REQUIRED], "empty"),
    *_states([f"{field}.shape" for field in ("dossier_code", "procedure_code")], "bad"),
    *_states(
        [
            f"{f}.enum"
            for f in (
                "agency_level",
                "service_level",
                "channel",
                "status",
                "online_payment",
                "applicant_type",
            )
        ],
        "bad",
    ),
    *_states([f"{field}.parse" for field in (*TIMES, *AMOUNTS, *YES_NO)], "bad"),
    *[Rule(f"{field}.range", field, fields=(field,)) for field in AMOUNTS],
    *_states(["province.area"], "unknown"),
    *_states(["province.coverage"], "outside"),
    Rule("district.area", "district_state", never="unknown", fields=("district", "province")),
    Rule(
        "commune.area", "commune_state", never="unknown", fields=("commune", "district", "province")
    ),
    Rule(
        "applicant_id.shape",
        "is_applicant_id_valid",
        only=True,
        fields=("applicant_id",),
        is_warning=True,
    ),
    Rule(
        "applicant_id.padded",
        "applicant_id_state",
        never="padded",
        fields=("applicant_id",),
        is_warning=True,
    ),
    Rule(
        "received_at.required", "has_received_at", only=True, fields=("received_at", "submitted_at")
    ),
    Rule("submitted_at.required", "has_submitted_at", only=True, fields=("submitted_at", "status")),
    Rule(
        "dates.order",
        "is_in_date_order",
        only=True,
        fields=("received_at", "finished_at", "returned_at"),
    ),
    Rule("finished_at.closed", "closed_has_end", only=True, fields=("status", "finished_at")),
    Rule("finished_at.open", "open_has_no_end", only=True, fields=("status", "finished_at")),
    Rule(
        "dates.alive",
        "is_alive_in_month",
        only=True,
        fields=("submitted_at", "received_at", "finished_at", "status"),
    ),
    Rule(
        "dossier_code.date",
        "is_code_date_near",
        only=True,
        fields=("dossier_code", "submitted_at", "received_at"),
        is_warning=True,
    ),
    Rule(
        "procedure_code.known",
        "is_procedure_known",
        only=True,
        fields=("procedure_code",),
        is_warning=True,
    ),
    Rule("area.parent", "is_area_consistent", only=True, fields=AREAS),
    Rule("area.carried", "is_area_current", only=True, fields=AREAS, is_warning=True),
    Rule("area.dropped", "is_area_complete", only=True, fields=AREAS, is_warning=True),
]
LISTED_ROWS = 50_000
"""A warning of more rows is counted and not listed."""

TIME = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2})?(?:Z|\+07:?00)?)?"
DAY = r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
DATE = rf"\d{{1,2}}[/.\-]\d{{1,2}}[/.\-](?:\d{{2}}|[12]\d{{3}}){TIME}|[12]\d{{3}}[/.\-]\d{{1,2}}[/.\-]\d{{1,2}}{TIME}"
DATE += rf"|{DAY}(?:(?:[01]\d|2[0-3])[0-5]\d[0-5]\d)?|[2-7]\d{{4}}(?:[.,]\d{{1,3}})?"
NUMBER = r"-?(?:\d{1,8}|\d{1,3}(?:[.,]\d{3}){1,2})(?:[.,]\d{1,4})?(?: ?(?:nghìn|triệu|tỷ|tỉ))?"
NO_NUMBER = r"(?:\d\D*){9}|^(?:19|20)\d{6}$|^[0-3]\d[01]\d(?:19|20)\d{2}$"
CODE = r"[A-Za-z0-9._/\-]{1,60}"
NO_CODE = r"^\D*$|\d{7}|[A-Za-z]{5}|^[^A-Za-z]*(?:\d[^A-Za-z0-9]*){8}$"
SHOWN = {
    **dict.fromkeys(("dossier_code", "procedure_code"), (CODE, NO_CODE)),
    **dict.fromkeys(TIMES, (DATE, "")),
    **dict.fromkeys(("supplement_requests", "supplement_days", "fee_vnd"), (NUMBER, NO_NUMBER)),
    **dict.fromkeys(("province", "district", "commune"), (r"\d{1,5}", "")),
}
"""What a cell of these fields may look like to be shown, and what it must not hold.

Names and personal numbers are in none.
"""
LISTED = {
    field: {
        text for value, others in texts.items() for text in (value, f"{value} - {value}", *others)
    }
    for field, texts in TEXT_ENUMS.items()
}
LISTED |= {
    field: {
        text
        for code, names in codes.items()
        for text in (str(code), *names, f"{code} - {names[0]}")
    }
    for field, codes in CODE_ENUMS.items()
}
LISTED |= {field: set(TRUTHS) for field in YES_NO}
LISTED = {
    field: {
        case for text in texts for case in (text, text.lower(), text.upper(), text.capitalize())
    }
    for field, texts in LISTED.items()
}
RUN = re.compile(r"([0-9]+)|([!-/:-@\[-`{-~ ·]+)|[^0-9!-/:-@\[-`{-~ ·]+")


def judge(rows: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, list[int]]]:
    """Judge the rows by all rules.

    Returns:
        evaluated and failed rows of each rule, and the rows that break it, by its name.

    Raises:
        RuntimeError: Great Expectations could not evaluate a rule.
    """
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("dossiers").add_dataframe_asset("rows")
    # Only what the rules look at: Great Expectations copies the frame for each metric of each
    # expectation.
    looked_at = rows[list(dict.fromkeys(rule.column for rule in RULES))]
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": looked_at})
    suite = gx.ExpectationSuite(
        name="dossiers", expectations=[_expectation(gx, rule) for rule in RULES]
    )
    rule_of = {rule.name: rule for rule in RULES}
    counts, broken = [], {}
    for judged in batch.validate(suite, result_format={"result_format": "COMPLETE"}).results:
        rule, result = rule_of[judged.expectation_config.meta["rule"]], judged.result
        if judged.exception_info.get("raised_exception") or "unexpected_count" not in result:
            raise RuntimeError(f"Great Expectations could not evaluate {rule.name}.")
        failed = result["unexpected_count"]
        counts.append(
            (f"dvc_dossiers.{rule.name}", result["element_count"] - result["missing_count"], failed)
        )
        if failed and not (rule.is_warning and failed > LISTED_ROWS):
            broken[rule.name] = result["unexpected_index_list"]
    return pd.DataFrame(counts, columns=["rule_id", "evaluated", "failed"]), broken


def _expectation(gx: Any, rule: Rule) -> Any:
    of, meta = gx.expectations, {"rule": rule.name}
    if rule.never:
        return of.ExpectColumnValuesToNotBeInSet(
            column=rule.column, value_set=[rule.never], meta=meta
        )
    if rule.only is not None:
        return of.ExpectColumnValuesToBeInSet(column=rule.column, value_set=[rule.only], meta=meta)
    return of.ExpectColumnValuesToBeBetween(column=rule.column, min_value=0, meta=meta)


def masked(field: str, text: str) -> str:
    """``Huyện 12`` as ``A×5 9×2``; a letter and a digit that touch get a dot between them, a long
    text ends in ``…``.
    """
    if text in LISTED.get(field, ()):
        return text
    may, must_not = SHOWN.get(field, ("", ""))
    if (
        may
        and re.fullmatch(may, text, re.ASCII)
        and not (must_not and re.search(must_not, text, re.ASCII))
    ):
        return text
    parts: list[str] = []
    was_sign = True
    for run in RUN.finditer(text[:60]):
        if not (was_sign or run[2]):
            parts.append("·")
        was_sign = bool(run[2])
        parts.append(run[2] or f"{'9' if run[1] else 'A'}×{len(run[0])}")
    return "".join(parts) + ("…" if len(text) > 60 else "")


def findings(raw: pd.DataFrame, broken: dict[str, list[int]], warnings: bool) -> pd.DataFrame:
    """One line for each row and rule it breaks: the critical ones, or the warnings."""
    parts = []
    for rule in RULES:
        if rule.is_warning is warnings and rule.name in broken:
            cells = (
                raw.reindex(broken[rule.name])
                .reindex(columns=list(rule.fields))
                .astype("str")
                .fillna("")
            )
            first, *others = (
                cells[field].map({text: masked(field, text) for text in cells[field].unique()})
                for field in rule.fields
            )
            value = sum((", " + other for other in others), start=first)
            parts.append(_lines(cells.index, ",".join(rule.fields), rule.name, value))
    if not parts:
        return _lines(raw.index[:0], "", "", "")
    return pd.concat(parts).sort_values(["row_number", "rule_id"], ignore_index=True)


def superseded_lines(row_numbers: pd.Index) -> pd.DataFrame:
    """One line for each row that a later one of the same dossier replaced."""
    return _lines(row_numbers, "dossier_code", "record.superseded", "")


def _lines(row_numbers: pd.Index, field: str, rule: str, value: pd.Series | str) -> pd.DataFrame:
    lines = {
        "row_number": row_numbers,
        "field": field,
        "rule_id": f"dvc_dossiers.{rule}",
        "masked_value": value,
    }
    return pd.DataFrame(lines, index=row_numbers).astype(
        {"field": "str", "rule_id": "str", "masked_value": "str"}
    )
