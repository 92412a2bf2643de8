"""The register of establishments that take guests or patients (ASM).

The register grows by plan, not by chance, so that a month's register needs no other month's. Long
An brings ASM into use in February 2024, Quảng Nam long before the samples begin.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from de06_pipeline.periods import Month
from de06_pipeline.samples.draw import Booleans, Integers, Text, Times, apportion, pick, stream
from de06_pipeline.samples.layouts import Table, same, stack, text
from de06_pipeline.samples.places import LONG_AN, NONG_SON, NONG_SON_GOES_TO, QUANG_NAM, Office
from de06_pipeline.samples.targets import (
    FIRST,
    HEALTH_ACCOUNTS,
    LODGING_ACCOUNTS,
    LODGING_SITES,
    LONG_AN_HEALTH_ACCOUNTS,
    S3_ASM_END,
)

LODGING, HEALTH, OTHER = "Lưu trú", "Khám chữa bệnh", "Khác"
ALWAYS = Month(2021, 1)
LONG_AN_BEGINS = Month(2024, 2)


@dataclass(frozen=True, slots=True)
class Plan:
    """How the sites of one group and office come and register.

    Attributes:
        active: sites in operation until ``grows_from``; ``opening`` more each month after it.
        accounts: those of them with an account at ``grows_from``; ``joining`` more each month after
            it, up to ``most``.
        idle: further sites, suspended or closed; half of them had an account.
        in_use_from: nobody has an account before.
    """

    group: str
    active: int
    opening: int
    accounts: int
    joining: int
    most: int
    idle: int
    in_use_from: Month
    grows_from: Month

    def active_at(self, month: Month) -> int:
        return self.active + self.opening * max(0, _months_between(self.grows_from, month))

    def accounts_at(self, month: Month) -> int:
        if month < self.in_use_from:
            return 0
        return min(
            self.most,
            self.accounts + self.joining * max(0, _months_between(self.grows_from, month)),
        )


def _months_between(first: Month, last: Month) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


_HEALTH_JOINING = 4
PLANS = {
    QUANG_NAM.supplier: (
        Plan(LODGING, LODGING_SITES, 2, LODGING_ACCOUNTS, 4, 1_330, 38, ALWAYS, FIRST),
        Plan(HEALTH, 268, 0, HEALTH_ACCOUNTS, 2, 240, 3, ALWAYS, FIRST),
        Plan(OTHER, 61, 0, 22, 1, 55, 2, ALWAYS, FIRST),
    ),
    LONG_AN.supplier: (
        Plan(LODGING, 612, 1, 310, 30, 585, 21, LONG_AN_BEGINS, LONG_AN_BEGINS),
        Plan(
            HEALTH,
            205,
            0,
            LONG_AN_HEALTH_ACCOUNTS - _HEALTH_JOINING * _months_between(LONG_AN_BEGINS, S3_ASM_END),
            _HEALTH_JOINING,
            190,
            2,
            LONG_AN_BEGINS,
            LONG_AN_BEGINS,
        ),
        Plan(OTHER, 34, 0, 6, 1, 30, 1, LONG_AN_BEGINS, LONG_AN_BEGINS),
    ),
}

_TYPES = {
    LODGING: (("khách sạn", 0.34), ("nhà nghỉ", 0.36), ("homestay", 0.2), ("nhà cho thuê", 0.1)),
    HEALTH: (("bệnh viện", 0.14), ("trung tâm y tế", 0.26), ("phòng khám", 0.6)),
    OTHER: (("ký túc xá", 0.7), ("tàu du lịch", 0.3)),
}
_LETTERS = {LODGING: "LT", HEALTH: "KB", OTHER: "KH"}
_TOURISM = {"503": 9.0, "507": 3.0, "502": 2.5, "794": 3.0, "802": 2.0}
"""How many times as many lodging sites a district has as its population would give."""
_STATES = ("Hoạt động", "Tạm ngừng", "Đóng cửa")
_MOST_SITES = 4_000
_FIRST_IDLE = 90_000
_DAYS_OF_2021 = 360


def register(office: Office, month: Month) -> Table:
    """The register of establishments at the month's end."""
    return stack([sites(office, plan, month) for plan in PLANS[office.supplier]])


def sites(office: Office, plan: Plan, month: Month) -> Table:
    """The sites of one group: first those with an account, then the other active ones, then the
    idle ones.
    """
    active = plan.active_at(month)
    position = np.arange(active + plan.idle)
    idle = position >= active
    # Idle sites have a range of their own, so that a growing register never gives one site's number
    # to another.
    number = np.where(idle, _FIRST_IDLE + position - active, position + 1)
    kinds, shares = zip(*_TYPES[plan.group], strict=True)
    kind = text(kinds)[
        pick(stream(0, "sites", office.supplier, plan.group), _MOST_SITES, shares)[
            number % _MOST_SITES
        ]
    ]
    holds = (position < plan.accounts_at(month)) | (
        idle & (position % 2 == 0) & (month >= plan.in_use_from)
    )
    created = np.where(holds, _account_days(plan, position, idle), np.datetime64("NaT", "D"))
    return {
        "establishment_id": text(
            [f"{office.agency}-{_LETTERS[plan.group]}-{n:05d}" for n in number]
        ),
        "establishment_name": text(
            [f"{k.capitalize()} Mẫu {n}" for k, n in zip(kind, number, strict=True)]
        ),
        "site_group": same(plan.group, len(number)),
        "site_type": kind,
        "province": same(office.province_code, len(number)),
        "district": _districts(office, plan.group, month)[(number - 1) % _MOST_SITES],
        "has_account": holds.astype(np.int8),
        "account_created_on": created,
        "status": text(_STATES)[np.where(idle, 1 + position % 2, 0)],
    }


def _districts(office: Office, group: str, month: Month) -> Text:
    """District of the site with each number.

    The first sites lie in one district each, so that none is without (S3-20).
    """
    districts = office.districts
    weights = [
        d.population * (_TOURISM.get(d.code, 1.0) if group == LODGING else 1.0) for d in districts
    ]
    rest = np.repeat(np.arange(len(districts)), apportion(_MOST_SITES - len(districts), weights))
    shuffled = stream(0, "site districts", office.supplier, group).permutation(rest)
    in_force = {d.code for d in office.districts_in(month)}
    codes = text(
        [
            NONG_SON_GOES_TO if d.code == NONG_SON and NONG_SON not in in_force else d.code
            for d in districts
        ]
    )
    placed: Text = codes[np.concatenate([np.arange(len(districts)), shuffled])]
    return placed


def _account_days(plan: Plan, position: Integers, idle: Booleans) -> Times:
    """The day each site's account was given: the first ones over 2021, or over the first month of
    use; then month by month.
    """
    first_days = 25 if plan.in_use_from == plan.grows_from else _DAYS_OF_2021
    early = np.datetime64(plan.in_use_from.first_day) + (position * 7 % first_days).astype(
        "timedelta64[D]"
    )
    months_later = (position - plan.accounts) // plan.joining + 1
    joined = np.datetime64(str(plan.grows_from), "M") + months_later.astype("timedelta64[M]")
    later = joined.astype("datetime64[D]") + (position * 5 % 27).astype("timedelta64[D]")
    days: Times = np.where(idle | (position < plan.accounts), early, later)
    return days
