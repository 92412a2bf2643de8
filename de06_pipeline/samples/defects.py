"""What is wrong with the samples, on purpose.

Defective records are added to the good ones, as altered copies under keys of their own. None of
them can pass the rules, so that no figure depends on how many there are; and there are fewer than
1 % of them in any delivery, well below the tolerance of 2 %. Only CSV deliveries hold any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from de06_pipeline.periods import Month
from de06_pipeline.samples.layouts import LAYOUTS

Record = dict[str, str]
Defect = Callable[[Record, Month], None]

SHARE = 0.006
_LONG_AGO = "01/01/2019"


def _put(**values: str) -> Defect:
    def alter(record: Record, month: Month) -> None:
        record.update(values)

    return alter


def _impossible_day(field: str) -> Defect:
    return _put(**{field: "31/02/2024"})


def _before_its_time(field: str) -> Defect:
    return _put(**{field: _LONG_AGO})


def _shifted(dataset: str) -> Defect:
    """A cell was deleted and the rest of the row moved left."""
    names = [column.name for column in LAYOUTS[dataset]]

    def alter(record: Record, month: Month) -> None:
        values = [record[name] for name in names]
        record.update(zip(names[1:], [*values[2:], ""], strict=True))

    return alter


def _next_month(field: str) -> Defect:
    def alter(record: Record, month: Month) -> None:
        day = month.plus(1).first_day
        record[field] = day.strftime("%d/%m/%Y")

    return alter


DEFECTS: Mapping[str, Mapping[str, Defect]] = {
    "dvc_dossiers": {
        "impossible day": _impossible_day("received_at"),
        "finished before receipt": _put(status="9", finished_at=_LONG_AGO, returned_at=""),
        "closed without an end": _put(status="9", finished_at="", returned_at=""),
        "unknown district": _put(district="Huyện Không Có Thật"),
        "unknown status": _put(status="14"),
        "shifted cells": _shifted("dvc_dossiers"),
        "English number": _put(fee_vnd="1,234.5"),
        "no agency level": _put(agency_level=""),
    },
    "asm_notices": {
        "impossible day": _impossible_day("arrival_at"),
        "leaves before arrival": _before_its_time("departure_on"),
        "arrival in another month": _next_month("arrival_at"),
        "unknown reason": _put(stay_reason="77"),
        "shifted cells": _shifted("asm_notices"),
    },
    "cccd_issuance": {
        "impossible day": _impossible_day("received_on"),
        "issued before receipt": _before_its_time("issued_on"),
        "unknown product": _put(product="CMND 9 số"),
        "unknown district": _put(district="Huyện Không Có Thật"),
    },
    "eid_accounts": {
        "impossible day": _impossible_day("received_on"),
        "created before receipt": _before_its_time("created_on"),
        "unknown level": _put(level="3"),
    },
}
"""By dataset and by name: what is done to a copy of a good record."""

_KEYS = {"dvc_dossiers": "dossier_code", "asm_notices": "document_number"}


def defective(dataset: str, lines: list[list[str]], month: Month) -> list[list[str]]:
    """Defective records for a delivery with these good ``lines``, and one that is cut short."""
    kinds = DEFECTS.get(dataset, {})
    count = int(len(lines) * SHARE)
    if not kinds or not count:
        return []
    names = [column.name for column in LAYOUTS[dataset]]
    step = len(lines) // count
    result = []
    for number in range(count):
        record = dict(zip(names, lines[number * step], strict=True))
        key = _KEYS.get(dataset, "application_id")
        record[key] = _key_of_its_own(dataset, record[key], number)
        list(kinds.values())[number % len(kinds)](record, month)
        result.append([record[name] for name in names])
    result[-1] = result[-1][: len(names) // 2]
    return result


def _key_of_its_own(dataset: str, key: str, number: int) -> str:
    """A well-formed key that no good record has."""
    if dataset == "dvc_dossiers":
        return f"{key.rpartition('-')[0]}-{90_001 + number}"
    if dataset == "asm_notices":
        return f"{key[:-6]}{998_000 + number % 1000}"
    return f"{key[:-5]}{90_001 + number}"
