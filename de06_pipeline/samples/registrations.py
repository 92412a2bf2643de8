"""Identity cards and electronic identities: dossiers received in a month and what becomes of them.

Both have the same shape (received, made, given) and the same rule of delivery: a dossier is in the
export of every month in which one of its three events lies. None lives longer than ``COHORTS - 1``
months after its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from de06_pipeline.periods import Month
from de06_pipeline.samples import people
from de06_pipeline.samples.draw import Integers, Times, exactly, pick, stream
from de06_pipeline.samples.layouts import Table, rows, same, size_of, stack, text
from de06_pipeline.samples.places import District, Office
from de06_pipeline.samples.targets import Flow, flow, season

COHORTS = 4
NEW_CARD_FROM = np.datetime64("2024-07-01")
"""Luật Căn cước 26/2023/QH15: what is issued from this day on is a ``Căn cước``, before it a
``CCCD``.
"""

_CARDS_PER_PERSON = 0.0022
_ACCOUNTS_PER_PERSON = 0.003
_LEVEL_1_TO_LEVEL_2 = 0.06
_NEVER = np.datetime64("NaT", "D")
_VENUES = ("Trụ sở", "Lưu động", "Cơ sở tập trung", "Tại nhà")
_REQUESTS = ("Cấp mới", "Cấp đổi", "Cấp lại")
_REQUEST_AGES = ((14, 30), (25, 90), (16, 80))


def card_cohort(seed: int, scale: float, office: Office, month: Month) -> Table:
    """Card dossiers received in a month, with ``refused`` and all later days."""
    return stack(
        [_cards_of(seed, scale, office, district, month) for district in office.districts_in(month)]
    )


def account_cohort(seed: int, scale: float, office: Office, month: Month) -> Table:
    """e-ID dossiers received in a month, with ``refused`` and all later days."""
    return stack(
        [
            _accounts_of(seed, scale, office, district, month)
            for district in office.districts_in(month)
        ]
    )


def card_delivery(cohorts: Sequence[Table], month: Month) -> Table:
    """Card dossiers with an event in the month, as they stood at its end."""
    table = _seen(stack(cohorts), ("received_on", "issued_on", "handed_over_on"), month)
    in_progress = np.isnat(table["issued_on"])
    new_card = np.where(
        in_progress,
        np.datetime64(month.last_day) >= NEW_CARD_FROM,
        table["issued_on"] >= NEW_CARD_FROM,
    )
    table["product"] = text(["CCCD", "Căn cước"])[new_card.astype(np.int64)]
    done = 2 - in_progress.astype(np.int64) - np.isnat(table["handed_over_on"]).astype(np.int64)
    state = np.where(table["refused"], 3, done)
    table["status"] = text(["Đang xử lý", "Đã cấp", "Đã trả", "Từ chối"])[state]
    return table


def account_delivery(cohorts: Sequence[Table], month: Month) -> Table:
    """e-ID dossiers with an event in the month, as they stood at its end."""
    table = _seen(stack(cohorts), ("received_on", "created_on", "activated_on"), month)
    done = (
        2
        - np.isnat(table["created_on"]).astype(np.int64)
        - np.isnat(table["activated_on"]).astype(np.int64)
    )
    state = np.where(table["refused"], 3, done)
    table["status"] = text(["Đang xử lý", "Đã tạo lập", "Đã kích hoạt", "Từ chối"])[state]
    return table


def _seen(table: Table, events: tuple[str, str, str], month: Month) -> Table:
    first, after = np.datetime64(month.first_day), np.datetime64(month.plus(1).first_day)
    in_month = np.zeros(size_of(table), dtype=np.bool_)
    for event in events:
        in_month |= (table[event] >= first) & (table[event] < after)
    seen = rows(table, in_month)
    latest = seen[events[0]]
    for event in events:
        seen[event] = np.where(seen[event] < after, seen[event], _NEVER)
        latest = np.where(np.isnat(seen[event]), latest, seen[event])
    seen["updated_at"] = latest.astype("datetime64[s]") + np.timedelta64(17 * 3600, "s")
    return seen


def _cards_of(seed: int, scale: float, office: Office, district: District, month: Month) -> Table:
    rng = stream(seed, "cards", office.supplier, month, district.code)
    published = flow("cccd.received", district.code)
    size = (
        published.in_month(month)
        if published
        else round(district.population * _CARDS_PER_PERSON * scale * season(month))
    )
    if (law := flow("cccd.received", district.code, "product=Căn cước")) is not None:
        size = law.in_month(month)
    received = _days_in(rng, month, size)
    request = pick(rng, size, (0.42, 0.36, 0.22))
    youngest, oldest = np.array(_REQUEST_AGES).T
    ages = rng.integers(youngest[request], oldest[request])
    refused = rng.random(size) < 0.01
    issued = np.busday_offset(
        received,
        np.where(
            rng.random(size) < 0.93, rng.integers(2, 8, size=size), rng.integers(8, 16, size=size)
        ),
    )
    handed = np.where(rng.random(size) < 0.05, _NEVER, issued + rng.integers(1, 28, size=size))
    table = _people(rng, office, district, received, ages)
    table |= {
        "application_id": text(
            [f"CC{district.code}{str(month).replace('-', '')}{n:05d}" for n in range(1, size + 1)]
        ),
        "full_name": text(people.names(rng, size)),
        "request_type": text(_REQUESTS)[request],
        "receiving_unit": same(f"Công an {district.named_in_text}", size),
        "venue": text(_VENUES)[_venues(rng, district, month, size)],
        "received_on": received,
        "issued_on": np.where(refused, _NEVER, issued),
        "handed_over_on": np.where(refused, _NEVER, handed),
        "refused": refused,
    }
    return table


def _venues(rng: np.random.Generator, district: District, month: Month, size: int) -> Integers:
    """Positions in ``_VENUES``; exact numbers where they are published (S1-15, S1-16)."""
    at_site, at_home = (
        flow("cccd.received", district.code, f"venue={venue}") for venue in _VENUES[2:]
    )
    sited = at_site.in_month(month) if at_site else round(size * 0.02)
    homed = at_home.in_month(month) if at_home else round(size * 0.01)
    venues = np.where(exactly(rng, size, round(size * 0.12)), 1, 0)
    special = rng.permutation(size)[: sited + homed]
    venues[special[:sited]] = 2
    venues[special[sited:]] = 3
    return venues


def _accounts_of(
    seed: int, scale: float, office: Office, district: District, month: Month
) -> Table:
    rng = stream(seed, "accounts", office.supplier, month, district.code)
    levels = _levels(
        scale,
        district,
        month,
        flow("eid.received", district.code),
        flow("eid.received", district.code, "level=2"),
    )
    level = rng.permutation(np.repeat([1, 2], levels))
    size = len(level)
    received = _days_in(rng, month, size)
    refused = rng.random(size) < 0.008
    created = received + np.where(
        level == 1, rng.integers(0, 2, size=size), rng.integers(1, 9, size=size)
    )
    activated = np.where(rng.random(size) < 0.11, _NEVER, created + rng.integers(0, 45, size=size))
    table = _people(rng, office, district, received, rng.integers(14, 80, size=size))
    table |= {
        "application_id": text(
            [f"DD{district.code}{str(month).replace('-', '')}{n:05d}" for n in range(1, size + 1)]
        ),
        "level": level,
        "received_on": received,
        "created_on": np.where(refused, _NEVER, created),
        "activated_on": np.where(refused, _NEVER, activated),
        "refused": refused,
    }
    return table


def _levels(
    scale: float, district: District, month: Month, every_level: Flow | None, level_2: Flow | None
) -> tuple[int, int]:
    """Dossiers of level 1 and of level 2 received in the month."""
    if level_2 is not None:
        second = level_2.in_month(month)
        return round(second * _LEVEL_1_TO_LEVEL_2), second
    total = (
        every_level.in_month(month)
        if every_level
        else round(district.population * _ACCOUNTS_PER_PERSON * scale * season(month))
    )
    first = round(total * _LEVEL_1_TO_LEVEL_2)
    return first, total - first


def _people(
    rng: np.random.Generator, office: Office, district: District, received: Times, ages: Integers
) -> Table:
    size = len(received)
    births = people.births(rng, received, ages)
    women = rng.random(size) < 0.5
    return {
        "citizen_id": text(people.citizen_ids(rng, office.province_code, births, women)),
        "birth_date": births,
        "gender": text(["Nam", "Nữ"])[women.astype(np.int64)],
        "province": same(office.province_code, size),
        "district": same(district.code, size),
    }


def _days_in(rng: np.random.Generator, month: Month, size: int) -> Times:
    """Working days of the month, in order."""
    days = np.arange(
        np.datetime64(month.first_day, "D"), np.datetime64(month.plus(1).first_day, "D")
    )
    working = days[np.is_busday(days)]
    return np.sort(working[rng.integers(len(working), size=size)])
