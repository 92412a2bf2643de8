"""The cccd and eid figures of a month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from de06_pipeline_tests.naive.deliveries import Row
from de06_pipeline_tests.naive.tallies import Indicator, Tally, labelled, places_of

CARD_EVENTS = {"received": "received_on", "issued": "issued_on", "handed_over": "handed_over_on"}
ACCOUNT_EVENTS = {"received": "received_on", "created": "created_on", "activated": "activated_on"}

_BANDS = ((6, "<6"), (14, "6-13"), (25, "14-24"), (40, "25-39"), (60, "40-59"))

CARD_INDICATORS = (
    *(
        Indicator(
            f"cccd.{event}", (event,), breakdowns=("product", "request_type", "venue", "age_band")
        )
        for event in CARD_EVENTS
    ),
    Indicator("cccd.processing_days", ("working_days",), ("with_both",), ("request_type",)),
    Indicator("cccd.within_limit_rate", ("within_limit",), ("issued",), ("request_type",)),
)
ACCOUNT_INDICATORS = tuple(
    Indicator(f"eid.{event}", (event,), breakdowns=("level",)) for event in ACCOUNT_EVENTS
)


def count_cards(rows: Iterable[Row], month: str, holidays: set[date]) -> Tally:
    """Card events of a month, and working days from receipt to issue."""
    tally = Tally()
    for row in rows:
        values = row.values
        for event, name in CARD_EVENTS.items():
            day = values[name]
            if not day or f"{day:%Y-%m}" != month:
                continue
            labels = labelled(
                **{name: values[name] for name in ("product", "request_type", "venue")},
                age_band=age_band(values["birth_date"], day),
            )
            tally.add(event, 1, places_of(values), labels)
            if event == "issued" and values["received_on"]:
                days = working_days(values["received_on"], day, holidays)
                tally.add("working_days", days, places_of(values), labels)
                tally.add("with_both", 1, places_of(values), labels)
                tally.add("within_limit", int(days <= 7), places_of(values), labels)
    return tally


def count_accounts(rows: Iterable[Row], month: str) -> Tally:
    """Account events of a month."""
    tally = Tally()
    for row in rows:
        for event, name in ACCOUNT_EVENTS.items():
            if row.values[name] and f"{row.values[name]:%Y-%m}" == month:
                tally.add(event, 1, places_of(row.values), labelled(level=row.values["level"]))
    return tally


def age_band(birth: date | None, day: date) -> str | None:
    """The band of a person's age in full years on a day."""
    if birth is None:
        return None
    age = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
    return next((label for limit, label in _BANDS if age < limit), "60+")


def working_days(received: date, issued: date, holidays: set[date]) -> int:
    """Days after receipt up to and including the issue that are neither weekend nor holiday."""
    days = (received + timedelta(days=n) for n in range(1, (issued - received).days + 1))
    return sum(day.weekday() < 5 and day not in holidays for day in days)


def events_of(
    rows: Iterable[Row], month: str, names: Mapping[str, str]
) -> list[tuple[str, date, Mapping[str, Any]]]:
    """Every event of a month: its kind, its day, and its row."""
    return [
        (event, row.values[name], row.values)
        for row in rows
        for event, name in names.items()
        if row.values[name] and f"{row.values[name]:%Y-%m}" == month
    ]
