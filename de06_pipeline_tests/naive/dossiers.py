"""The dvc figures that rows of dossiers give."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

from de06_pipeline_tests.naive.deliveries import Row
from de06_pipeline_tests.naive.rules import NOT_RECEIVED, month_end, month_start
from de06_pipeline_tests.naive.tallies import Indicator, Place, Tally, labelled, places_of

Values = Mapping[str, Any]
Period = tuple[datetime, datetime]
"""The first instant, and the first one after it."""

FIRST = ("carried_over",)
LAST = ("pending", "pending_in_time", "pending_overdue")

_SAME = ("agency_level", "agency_group", "sector")
_IN_TIME = ("finished_early", "finished_on_time", "pending_in_time")

INDICATORS = (
    Indicator("dvc.received", ("received",), breakdowns=(*_SAME, "procedure")),
    *(
        Indicator(f"dvc.{name}", (name,), breakdowns=_SAME)
        for name in (
            *(
                "carried_over",
                "finished",
                "pending",
                "received_online",
                "received_counter",
                "received_post",
            ),
            *(
                "finished_early",
                "finished_on_time",
                "finished_overdue",
                "pending_in_time",
                "pending_overdue",
            ),
        )
    ),
    Indicator("dvc.no_due_date", ("no_due_date",)),
    Indicator("dvc.not_accepted", ("not_accepted",), breakdowns=("agency_level",)),
    Indicator(
        "dvc.online_rate",
        ("received_online",),
        ("received",),
        (*_SAME, "procedure", "service_level"),
    ),
    Indicator("dvc.online_rate_of_online_services", ("online_of_online",), ("of_online",)),
    Indicator("dvc.online_rate_of_full_services", ("online_of_full",), ("of_full",)),
    Indicator("dvc.processed_online_rate", ("processed_online",), ("received",)),
    Indicator("dvc.online_payment_rate", ("paid_online",), ("with_fee",)),
    Indicator("dvc.sync_rate", ("synced",), ("received",)),
    Indicator("dvc.digitised_input_rate", ("digitised_input",), ("received",)),
    Indicator("dvc.digitised_output_rate", ("digitised_output",), ("finished",)),
    Indicator("dvc.digitised_rate", ("digitised",), ("finished",)),
    Indicator("dvc.data_reused_rate", ("reused",), ("received",)),
    Indicator("dvc.on_time_rate", _IN_TIME, ("received", "carried_over"), (*_SAME, "procedure")),
    Indicator(
        "dvc.processing_days_mean", ("seconds",), ("finished",), ("agency_level", "procedure")
    ),
)


def period_of(months: Sequence[str]) -> Period:
    """From the first of some months to the end of the last."""
    return month_start(months[0]), month_end(months[-1])


def disputed(rows_of: Mapping[str, Sequence[Row]], same: Callable[[Row, str], object]) -> set[str]:
    """Codes of dossiers that one month leaves pending and the next does not carry over, or the
    other way round, or with another area, office or procedure.

    Args:
        rows_of: month → its rows, in order; every supplier delivered each.
        same: what of a row, delivered for a month, must not differ.
    """
    contradicting: set[str] = set()
    for before, after in pairwise(rows_of):
        pending = {
            (row.values["dossier_code"], same(row, before))
            for row in rows_of[before]
            if "pending" in measures(row.values, period_of([before]))
        }
        carried = {
            (row.values["dossier_code"], same(row, after))
            for row in rows_of[after]
            if "carried_over" in measures(row.values, period_of([after]))
        }
        contradicting |= {code for code, _ in pending ^ carried}
    return contradicting


def count_dossiers(
    rows: Iterable[Row],
    period: Period,
    police: set[tuple[str, str]],
    groups: Mapping[str, str],
    sectors: set[str],
) -> Tally:
    """All measures of a period.

    Args:
        police: provinces and procedure codes whose lead agency is Bộ Công an.
        groups: procedure code → its reviewed group.
        sectors: reviewed sectors; any other counts as Khác.
    """
    tally = Tally()
    for row in rows:
        values = row.values
        code = values["procedure"]
        everywhere = labelled(
            agency_level=values["agency_level"],
            agency_group="Công an" if (values["province"], code) in police else "Khác",
            service_level=values["service_level"],
        )
        above = [
            *labelled(
                sector=values["sector"] if values["sector"] in sectors else "Khác", procedure=code
            )[1:]
        ]
        above += [f"procedure={groups[code]}"] if code in groups else []
        for measure, amount in measures(values, period).items():
            tally.add(measure, amount, places_of(values), everywhere)
            tally.add(measure, amount, places_of(values)[:2], above)
    return tally


def measures(values: Values, period: Period) -> dict[str, int]:
    """What one dossier adds to each measure."""
    if values["status"] in NOT_RECEIVED:
        return {"not_accepted": 1} if values["status"] == "3" else {}
    start, end = period
    finished = (
        values["finished_at"] if values["finished_at"] and values["finished_at"] < end else None
    )
    numbers = {"received": 1} if values["received_at"] >= start else {"carried_over": 1}
    if not values["due_at"]:
        numbers["no_due_date"] = 1
    if "received" in numbers:
        numbers |= _received(values)
    return numbers | (_finished(values) if finished else _pending(values, end))


def _received(values: Values) -> dict[str, int]:
    is_online = values["channel"] == "2"
    paid = values["online_payment"] in ("1", "2")
    flags = {
        "received_online": is_online,
        "received_counter": values["channel"] == "1",
        "received_post": values["channel"] == "3",
        "of_online": values["service_level"] != "Còn lại",
        "online_of_online": is_online and values["service_level"] != "Còn lại",
        "of_full": values["service_level"] == "Toàn trình",
        "online_of_full": is_online and values["service_level"] == "Toàn trình",
        "processed_online": values["processed_online"],
        "with_fee": values["fee_vnd"] > 0,
        # Reading: a payment online counts where there is a fee to pay, since a ratio's numerator is
        # part of its denominator.
        "paid_online": paid and values["fee_vnd"] > 0,
        "synced": values["national_sync"],
        "digitised_input": values["components_digitised"],
        "reused": values["data_reused"],
    }
    return {name: 1 for name, holds in flags.items() if holds}


def _finished(values: Values) -> dict[str, int]:
    effective, due = effective_end(values), values["due_at"]
    if values["supplement_requests"] > 1 or (due and effective > due):
        outcome = "finished_overdue"
    elif due and effective.date() < due.date():
        outcome = "finished_early"
    else:
        outcome = "finished_on_time"
    numbers = {"finished": 1, outcome: 1, "seconds": int(seconds(values))}
    if values["electronic_result"]:
        numbers["digitised_output"] = 1
        if values["components_digitised"]:
            numbers["digitised"] = 1
    return numbers


def _pending(values: Values, end: datetime) -> dict[str, int]:
    is_overdue = values["supplement_requests"] > 1 or (values["due_at"] and values["due_at"] < end)
    return {"pending": 1, "pending_overdue" if is_overdue else "pending_in_time": 1}


def effective_end(values: Values) -> Any:
    """When a finished dossier would have been finished without waiting for supplements."""
    return values["finished_at"] - _waited(values)


def seconds(values: Values) -> Decimal:
    """Processing time."""
    return Decimal((effective_end(values) - values["received_at"]).total_seconds())


def _waited(values: Values) -> timedelta:
    return timedelta(seconds=int(Decimal(values["supplement_days"]) * 86400))


def median_seconds(
    rows_of: Iterable[tuple[Period, Sequence[Row]]],
) -> dict[tuple[Place, str], tuple[int, int]]:
    """Median processing time of the dossiers finished in some periods, in whole seconds, and their
    number.

    Args:
        rows_of: periods, each with its rows.
    """
    times: dict[tuple[Place, str], list[Decimal]] = defaultdict(list)
    for period, rows in rows_of:
        for row in rows:
            if "finished" in measures(row.values, period):
                for place in places_of(row.values):
                    for breakdown in labelled(agency_level=row.values["agency_level"]):
                        times[place, breakdown].append(seconds(row.values))
    return {
        key: (_whole(statistics.median(durations)), len(durations))
        for key, durations in times.items()
    }


def _whole(number: Decimal) -> int:
    """Reading: half a second between the two in the middle is rounded up."""
    return int(number.quantize(Decimal(1), ROUND_HALF_UP))
