"""The asm figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from de06_pipeline_tests.naive.deliveries import Row
from de06_pipeline_tests.naive.layouts import STAY_REASONS
from de06_pipeline_tests.naive.places import Places
from de06_pipeline_tests.naive.tallies import COUNTRY, Indicator, Place, Tally, labelled, places_of

LAST = ("establishments", "accounts")
_ONLINE = ("ASM", "Cổng DVC", "VNeID")

INDICATORS = (
    Indicator("asm.establishments", ("establishments",), breakdowns=("site_group", "site_type")),
    Indicator("asm.accounts", ("accounts",), breakdowns=("site_group", "site_type")),
    Indicator("asm.account_rate", ("accounts",), ("establishments",), ("site_group",)),
    Indicator(
        "asm.notices",
        ("notices",),
        breakdowns=("site_group", "site_type", "channel", "stay_reason", "guest"),
    ),
    Indicator("asm.notice_online_rate", ("online",), ("notices",), ("site_group",)),
    Indicator("asm.on_time_rate", ("on_time",), ("on_time", "late"), ("site_group",)),
    Indicator("asm.notices_timeliness", ("notices",), breakdowns=("site_group", "class")),
    Indicator("asm.guest_nights", ("nights",), breakdowns=("site_group", "guest")),
)


def count_establishments(rows: Iterable[Row]) -> Tally:
    """Establishments in scope, and those with an account."""
    tally = Tally()
    for row in rows:
        values = row.values
        if values["status"] == "Hoạt động":
            labels = labelled(site_group=values["site_group"], site_type=values["site_type"])
            tally.add("establishments", 1, places_of(values), labels)
            tally.add("accounts", int(bool(values["has_account"])), places_of(values), labels)
    return tally


def count_notices(rows: Iterable[Row]) -> Tally:
    """Notices, their nights and their timeliness."""
    tally = Tally()
    for values in counted(rows):
        timeliness = class_of(values)
        labels = labelled(
            **{name: values[name] for name in ("site_group", "site_type", "channel")},
            stay_reason=STAY_REASONS[values["stay_reason"]],
            guest="domestic" if values["nationality"] == "VNM" else "foreign",
        )
        tally.add("notices", 1, places_of(values), [*labels, f"class={timeliness}"])
        tally.add("nights", nights(values), places_of(values), labels)
        tally.add(timeliness, 1, places_of(values), labels)
        tally.add("online", int(values["channel"] in _ONLINE), places_of(values), labels)
    return tally


def counted(rows: Iterable[Row]) -> list[Mapping[str, Any]]:
    """Notices that count."""
    return [row.values for row in rows if row.values["status"] == "Đã tiếp nhận"]


def nights(values: Mapping[str, Any]) -> int:
    """Nights of a stay; at least one, and one where the departure is not known."""
    departure = values["departure_on"]
    return max(1, (departure - values["arrival_at"].date()).days) if departure else 1


def class_of(values: Mapping[str, Any]) -> str:
    """on_time, undetermined or late: by 23:00 of the day of arrival, or by 08:00 of the next where
    it was 23:00 or later.
    """
    arrival, notified = values["arrival_at"], values["notified_at"]
    midnight = datetime(arrival.year, arrival.month, arrival.day)
    evening, morning = midnight + timedelta(hours=23), midnight + timedelta(hours=32)
    if values["arrival_at_has_time"]:
        return "on_time" if notified <= (evening if arrival < evening else morning) else "late"
    if notified <= evening:
        return "on_time"
    return "undetermined" if notified <= morning else "late"


def reporting(register: Iterable[Row], notices: Iterable[Row]) -> Tally:
    """Accounts in scope, and those of them that sent at least one notice."""
    senders = {values["establishment_id"] for values in counted(notices)}
    tally = Tally()
    for row in register:
        values = row.values
        if values["status"] == "Hoạt động" and values["has_account"]:
            labels = labelled(site_group=values["site_group"])
            tally.add("accounts", 1, places_of(values), labels)
            tally.add(
                "senders", int(values["establishment_id"] in senders), places_of(values), labels
            )
    return tally


def districts_deployed(
    register: Iterable[Row], provinces: Sequence[str], month: str, places: Places
) -> dict[tuple[Place, str], tuple[int, int]]:
    """Districts with an account in scope, of those in force, by province and in all."""
    with_account: dict[tuple[Place, str], set[str]] = {}
    for row in register:
        values = row.values
        if values["status"] == "Hoạt động" and values["has_account"] and values["district"]:
            for label in labelled(site_group=values["site_group"]):
                with_account.setdefault((("province", values["province"]), label), set()).add(
                    values["district"]
                )
                with_account.setdefault((COUNTRY, label), set()).add(values["district"])
    all_of = {("province", p): len(places.districts(p, month)) for p in provinces}
    # Reading: of the country, the districts of provinces that delivered, since the figure is made
    # from its parts.
    all_of[COUNTRY] = sum(all_of.values())
    return {
        (place, label): (len(accounts), all_of[place])
        for (place, label), accounts in with_account.items()
    }
