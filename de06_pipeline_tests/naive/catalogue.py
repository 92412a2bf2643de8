"""The figures of the catalogue of procedures: services offered, and the essential ones among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from de06_pipeline_tests.naive.deliveries import Row
from de06_pipeline_tests.naive.places import last_day
from de06_pipeline_tests.naive.rules import NOT_RECEIVED
from de06_pipeline_tests.naive.tallies import COUNTRY, Place, labelled, places_of

SIZES = {"QĐ06": 25, "QĐ422": 28, "QĐ206": 23}
POLICE = "Bộ Công an"


def valid(rows: Iterable[Row], month: str) -> list[dict[str, Any]]:
    """Entries that are valid at the month's end."""
    day = last_day(month)
    return [
        row.values
        for row in rows
        if (row.values["effective_from"] is None or row.values["effective_from"] <= day)
        and (row.values["effective_to"] is None or row.values["effective_to"] >= day)
    ]


def police_codes(rows: Iterable[Row], listed: Iterable[str]) -> set[tuple[str, str]]:
    """Provinces and codes whose lead agency is Bộ Công an.

    Reading: a dossier's catalogue is that of its province; a code that it lacks is the police's where
    the portal lists it so (``listed``), for provinces that have a catalogue.
    """
    entries = [(r.values["province"], r.values["procedure"], r.values["lead_agency"]) for r in rows]
    known = {(province, code) for province, code, _ in entries}
    police = {(province, code) for province, code, agency in entries if agency == POLICE}
    provinces = {province for province, _, _ in entries}
    return police | ({(p, code) for p in provinces for code in listed} - known)


def of_place(
    entries: Iterable[dict[str, Any]], place: Place, province_of: dict[str, str]
) -> list[dict[str, Any]]:
    """Entries that an area offers: its own, and those for the whole province at a level that it
    has.
    """
    level, code = place
    if level == "country":
        return list(entries)
    if level == "province":
        return [e for e in entries if e["province"] == code]
    return [
        e
        for e in entries
        if e["province"] == province_of[code]
        and (e["district"] == code or (not e["district"] and e["agency_level"] in ("Huyện", "Xã")))
    ]


def services(entries: Sequence[dict[str, Any]], place: Place) -> dict[str, int]:
    """Breakdown → number of procedures; in the country each code once."""
    counted: dict[str, list[str]] = {}
    for entry in entries:
        level, service = entry["agency_level"], entry["service_level"]
        labels = labelled(agency_level=level, service_level=service)
        if service:
            labels.append(f"agency_level={level};service_level={service}")
        for label in labels:
            counted.setdefault(label, []).append(entry["procedure"])
    return {
        label: len(set(codes)) if place == COUNTRY else len(codes)
        for label, codes in counted.items()
    }


def led_by_police(entries: Iterable[dict[str, Any]], essential_list: str) -> tuple[int, int]:
    """Essential services of a list that the police lead, of all of the list."""
    numbers = {
        e["essential_no"]
        for e in entries
        if e["essential_list"] == essential_list
        and e["lead_agency"] == POLICE
        and e["essential_no"]
    }
    return len(numbers), SIZES[essential_list]


def deployed(
    offered: Iterable[dict[str, Any]],
    entries: Iterable[dict[str, Any]],
    essential_list: str,
    received: set[str],
) -> tuple[int, int]:
    """Essential services of a list that are deployed or have been asked for this year, of all of
    the list.

    Args:
        offered: entries of the area.
        entries: all entries of its province, by which a dossier received there is known to be for
            an essential service.
    """
    numbers = {
        e["essential_no"]
        for e in offered
        if e["deployed"] and e["essential_list"] == essential_list
    }
    numbers |= {
        e["essential_no"]
        for e in entries
        if e["procedure"] in received and e["essential_list"] == essential_list
    }
    return len(numbers - {None}), SIZES[essential_list]


def received_codes(rows_of: Mapping[str, Iterable[Row]], place: Place) -> set[str]:
    """Procedures of dossiers received in an area in some months.

    Reading: a month's own delivery says what it received.

    Args:
        rows_of: month → its rows.
    """
    return {
        row.values["procedure"]
        for month, rows in rows_of.items()
        for row in rows
        if row.values["status"] not in NOT_RECEIVED
        and f"{row.values['received_at']:%Y-%m}" == month
        and place in places_of(row.values)
    }
