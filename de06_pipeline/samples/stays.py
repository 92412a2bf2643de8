"""Stays that establishments notify: one row a guest, by the day of arrival.

Long An brings ASM into use in February 2024: its January delivery is a nil return, and the
published number of notices from health sites (S3-23) lies in February to July.
"""

from __future__ import annotations

import numpy as np

from de06_pipeline.periods import Month
from de06_pipeline.samples import people
from de06_pipeline.samples.draw import Integers, Text, Times, pick, stream
from de06_pipeline.samples.establishments import (
    HEALTH,
    LODGING,
    LONG_AN_BEGINS,
    OTHER,
    PLANS,
    Plan,
    sites,
)
from de06_pipeline.samples.layouts import Table, rows, stack, text
from de06_pipeline.samples.places import LONG_AN, QUANG_NAM, Office
from de06_pipeline.samples.registrations import NEW_CARD_FROM
from de06_pipeline.samples.targets import LONG_AN_HEALTH_REPORTING, S3_ASM_END, flow, season

_USUAL = {
    QUANG_NAM.supplier: {LODGING: 5_200, HEALTH: 640, OTHER: 160},
    LONG_AN.supplier: {LODGING: 1_900, HEALTH: 0, OTHER: 120},
}
"""Notices of an average month at scale 1, where nothing is published."""

_CHANNELS = ("ASM", "Cổng DVC", "VNeID", "Trực tiếp", "Điện thoại")
_ALL_ONLINE, _MOSTLY_ONLINE = (0.7, 0.18, 0.12, 0.0, 0.0), (0.62, 0.14, 0.1, 0.11, 0.03)
_REASONS = ((1, 0.55), (2, 0.16), (3, 0.04), (5, 0.03), (6, 0.12), (19, 0.06), (20, 0.04))
_MEDICAL = 18
_COUNTRIES = (
    "KOR - Korea",
    "FRA - France",
    "D - Germany",
    "GBD - British",
    "USA - United States",
    "JPN - Japan",
    "AUS - Australia",
)
_OF_THE_SITE = (
    "establishment_id",
    "establishment_name",
    "site_group",
    "site_type",
    "province",
    "district",
)
_HOUR = 3_600


def notices(seed: int, scale: float, office: Office, month: Month) -> Table:
    """Stays that begin in the month. No rows where ASM is not in use yet."""
    if office is LONG_AN and month < LONG_AN_BEGINS:
        some = notices(seed, scale, office, LONG_AN_BEGINS)
        return rows(some, np.zeros(0, dtype=np.int64))
    parts = []
    for plan in PLANS[office.supplier]:
        published = flow("asm.notices", office.province_code, f"site_group={plan.group}")
        wanted = (
            published.in_month(month)
            if published
            else round(_USUAL[office.supplier][plan.group] * scale * season(month))
        )
        if wanted:
            parts.append(
                _of_group(seed, office, plan, month, wanted, all_accepted=published is not None)
            )
    return stack(parts)


def _of_group(
    seed: int, office: Office, plan: Plan, month: Month, size: int, *, all_accepted: bool
) -> Table:
    rng = stream(seed, "notices", office.supplier, month, plan.group)
    register = sites(office, plan, month)
    chosen, arrival = _reporting_sites(rng, office, plan, month, size), _arrivals(rng, month, size)
    # By site and time: neighbours then never share an identity number, which is part of the key.
    order = np.lexsort([arrival, chosen])
    chosen, arrival = chosen[order], arrival[order]
    table = {name: register[name][chosen] for name in _OF_THE_SITE}
    table |= _guests(rng, office, plan.group, arrival)
    nights = rng.integers(1, 12 if plan.group == HEALTH else 5, size=size).astype("timedelta64[D]")
    late = rng.random(size) < 0.06
    delay = np.where(
        late,
        rng.integers(10 * _HOUR, 40 * _HOUR, size=size),
        rng.integers(300, 3 * _HOUR, size=size),
    )
    table["arrival_at"] = arrival
    table["departure_on"] = np.where(
        rng.random(size) < 0.03, np.datetime64("NaT"), arrival.astype("datetime64[D]") + nights
    )
    table["room"] = text([str(room) for room in rng.integers(101, 520, size=size)])
    table["stay_reason"] = _reasons(rng, plan.group, size)
    table["notified_at"] = arrival + delay
    online = _ALL_ONLINE if office is QUANG_NAM and plan.group == LODGING else _MOSTLY_ONLINE
    table["channel"] = text(_CHANNELS)[pick(rng, size, online)]
    outcomes = (1.0, 0.0, 0.0) if all_accepted else (0.975, 0.01, 0.015)
    table["status"] = text(["Đã tiếp nhận", "Từ chối", "Đã hủy"])[pick(rng, size, outcomes)]
    return table


def _reporting_sites(
    rng: np.random.Generator, office: Office, plan: Plan, month: Month, size: int
) -> Integers:
    """Positions of the sites that notify, each at least once where there are enough notices; never
    a site without an account.

    Until July 2024 the same 24 health sites of Long An do, all with an account since February
    (S3-22).
    """
    accounts = plan.accounts_at(month)
    reporting = round(accounts * 0.86)
    if office is LONG_AN and plan.group == HEALTH:
        growth = max(0, (month.year - S3_ASM_END.year) * 12 + month.month - S3_ASM_END.month)
        reporting = min(LONG_AN_HEALTH_REPORTING + 3 * growth, accounts)
    chosen = rng.integers(reporting, size=size)
    chosen[:reporting] = np.arange(reporting)[:size]
    return chosen


def _arrivals(rng: np.random.Generator, month: Month, size: int) -> Times:
    """Mostly in the afternoon, some late in the evening."""
    days = (month.plus(1).first_day - month.first_day).days
    minutes = rng.integers(days, size=size) * 1440 + np.clip(
        rng.normal(16.5, 3.4, size=size) * 60, 0, 1439
    ).astype(np.int64)
    arrivals: Times = np.datetime64(month.start, "s") + minutes * 60
    return arrivals


def _reasons(rng: np.random.Generator, group: str, size: int) -> Integers:
    """Medical treatment at health sites; a few lodging sites give it too, which is a warning."""
    if group == HEALTH:
        return np.full(size, _MEDICAL)
    codes, shares = zip(*_REASONS, strict=True)
    reasons = np.array(codes)[pick(rng, size, shares)]
    if group == LODGING:
        reasons[rng.random(size) < 0.003] = _MEDICAL
    return reasons


def _guests(rng: np.random.Generator, office: Office, group: str, arrival: Times) -> Table:
    size = len(arrival)
    births = people.births(rng, arrival, rng.integers(15, 80, size=size))
    women = rng.random(size) < 0.48
    foreign = rng.random(size) < (0.24 if office is QUANG_NAM and group == LODGING else 0.01)
    ids = people.citizen_ids(rng, office.province_code, births, women)
    new_card = (rng.random(size) < 0.25) & (arrival >= NEW_CARD_FROM)
    country: Text = text(_COUNTRIES)[rng.integers(len(_COUNTRIES), size=size)]
    return {
        "guest_name": text(people.names(rng, size)),
        "birth_date": births,
        "gender": text(["M - Nam", "F - Nữ"])[women.astype(np.int64)],
        "nationality": np.where(foreign, country, "VNM - Viet Nam"),
        "document_type": np.where(foreign, 4, np.where(new_card, 8, 1)),
        "document_number": np.where(foreign, text([f"X{i[-9:]}" for i in ids]), text(ids)),
        "phone": text(people.phones(rng, size)),
    }
