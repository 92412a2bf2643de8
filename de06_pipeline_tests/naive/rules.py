"""What a record must satisfy beyond readable values, dataset by dataset: its key, what is filled
in, and the critical rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from de06_pipeline_tests.naive.places import last_day

Values = dict[str, Any]

_DOSSIER_CODE = re.compile(
    r"^(?:\d{3}\.\d{2}\.\d{2}\.H\d{2}|H\d{2}(?:\.\d{1,3})*|G\d{2}(?:\.\d{1,3})*)-\d{6}-\d{4,}$"
)
_PROCEDURE_CODE = re.compile(r"^(\d\.\d{6})(?:\.\d{3}\.\d{2}\.\d{2}\.H\d{2})?$")
_SCIENTIFIC = re.compile(r"^\d[.,]?\d*[eE]\+\d+$")

NOT_RECEIVED = ("1", "3")
"""Statuses of dossiers that were never taken."""
_CLOSED = ("7", "8", "9", "10")
_CARD_LAW = date(2024, 7, 1)
"""From this day on cards are called Căn cước."""


def month_start(month: str) -> datetime:
    return datetime.strptime(month, "%Y-%m")


def month_end(month: str) -> datetime:
    """The first moment after a month."""
    return datetime.combine(last_day(month), datetime.min.time()) + timedelta(days=1)


def _dossier_key(values: Values, problems: set[str]) -> Any:
    code = values["dossier_code"]
    return code if code and _DOSSIER_CODE.match(code) else None


def _procedure_key(values: Values, problems: set[str]) -> Any:
    if problems & {
        "procedure_code",
        "agency_level",
        "province",
        "area",
    } or not _PROCEDURE_CODE.match(values["procedure_code"]):
        return None
    return (
        _PROCEDURE_CODE.match(values["procedure_code"])[1],
        values["province"],
        values["agency_level"],
        values["district"],
    )


def _establishment_key(values: Values, problems: set[str]) -> Any:
    return values["establishment_id"]


def _notice_key(values: Values, problems: set[str]) -> Any:
    establishment, number, arrival = (
        values["establishment_id"],
        values["document_number"],
        values["arrival_at"],
    )
    if not establishment or not number or not arrival or _SCIENTIFIC.match(number):
        return None
    return establishment, f"0{number}" if re.match(r"^\d{11}$", number) else number, arrival.date()


def _application_key(values: Values, problems: set[str]) -> Any:
    return values["application_id"]


def _fill_dossier(values: Values) -> None:
    if values["status"] not in NOT_RECEIVED and "status" in values:
        values["received_at"] = values["received_at"] or values["submitted_at"]
    if values["due_at"] and not values["due_at_has_time"]:
        values["due_at"] += timedelta(days=1, seconds=-1)
    values["channel"] = values["channel"] or "1"
    for name in ("supplement_requests", "supplement_days", "fee_vnd"):
        values[name] = values[name] or 0
    if match := _PROCEDURE_CODE.match(values["procedure_code"] or ""):
        values["procedure"] = match[1]


def _fill_procedure(values: Values) -> None:
    if match := _PROCEDURE_CODE.match(values["procedure_code"] or ""):
        values["procedure"] = match[1]


def _nothing(values: Values) -> None:
    """Nothing is filled in."""


def _in_order(*moments: Any) -> bool:
    given = [m for m in moments if m]
    return given == sorted(given)


def _dossier_rules(values: Values, problems: set[str], month: str) -> set[str]:
    broken = set()
    received, finished, status = values["received_at"], values["finished_at"], values["status"]
    unread = problems & {"received_at", "submitted_at", "finished_at", "status"}
    if "procedure" not in values:
        broken.add("procedure_code")
    if not _in_order(received, finished, values["returned_at"]):
        broken.add("dates")
    if unread:
        return broken
    if status in NOT_RECEIVED:
        submitted = values["submitted_at"]
        return (
            broken
            if submitted and month_start(month) <= submitted < month_end(month)
            else broken | {"in_month"}
        )
    if (status in _CLOSED) != (finished is not None):
        broken.add("finished_at")
    if received is None:
        return broken | {"received_at"}
    if received >= month_end(month) or (finished and finished < month_start(month)):
        broken.add("in_month")
    return broken


def _procedure_rules(values: Values, problems: set[str], month: str) -> set[str]:
    broken = set() if _in_order(values["effective_from"], values["effective_to"]) else {"dates"}
    # Reading: a number that names no list is outside every list.
    last = {"QĐ06": 25, "QĐ422": 28, "QĐ206": 23}.get(values["essential_list"], 0)
    if values["essential_no"] is not None and not 1 <= values["essential_no"] <= last:
        broken.add("essential_no")
    return broken


def _establishment_rules(values: Values, problems: set[str], month: str) -> set[str]:
    created = values["account_created_on"]
    broken = set()
    if created and not values["has_account"]:
        broken.add("account")
    if created and created > last_day(month):
        broken.add("account_created_on")
    return broken


def _notice_rules(values: Values, problems: set[str], month: str) -> set[str]:
    broken = set()
    arrival, departure = values["arrival_at"], values["departure_on"]
    if f"{arrival:%Y-%m}" != month:
        broken.add("in_month")
    if departure and departure < arrival.date():
        broken.add("dates")
    return broken


def _events_rules(*names: str) -> Callable[[Values, set[str], str], set[str]]:
    def rules(values: Values, problems: set[str], month: str) -> set[str]:
        dates = [values[name] for name in names]
        broken = set() if _in_order(*dates) else {"dates"}
        if not any(day and f"{day:%Y-%m}" == month for day in dates):
            broken.add("in_month")
        issued, product = values.get("issued_on"), values.get("product")
        if issued and (
            (product == "CCCD" and issued >= _CARD_LAW)
            or (product == "Căn cước" and issued < _CARD_LAW)
        ):
            broken.add("product")
        return broken

    return rules


KEYS: Mapping[str, Callable[[Values, set[str]], Any]] = {
    "dvc_dossiers": _dossier_key,
    "dvc_procedures": _procedure_key,
    "asm_establishments": _establishment_key,
    "asm_notices": _notice_key,
    "cccd_issuance": _application_key,
    "eid_accounts": _application_key,
}

OWN_DATE: Mapping[str, tuple[str, ...]] = {
    "dvc_dossiers": ("received_at", "submitted_at"),
    "dvc_procedures": (),
    "asm_establishments": (),
    "asm_notices": ("arrival_at",),
    "cccd_issuance": ("received_on", "issued_on", "handed_over_on"),
    "eid_accounts": ("received_on", "created_on", "activated_on"),
}

PREPARE: Mapping[str, Callable[[Values], None]] = {
    "dvc_dossiers": _fill_dossier,
    "dvc_procedures": _fill_procedure,
    "asm_establishments": _nothing,
    "asm_notices": _nothing,
    "cccd_issuance": _nothing,
    "eid_accounts": _nothing,
}

RULES: Mapping[str, Callable[[Values, set[str], str], set[str]]] = {
    "dvc_dossiers": _dossier_rules,
    "dvc_procedures": _procedure_rules,
    "asm_establishments": _establishment_rules,
    "asm_notices": _notice_rules,
    "cccd_issuance": _events_rules("received_on", "issued_on", "handed_over_on"),
    "eid_accounts": _events_rules("received_on", "created_on", "activated_on"),
}
