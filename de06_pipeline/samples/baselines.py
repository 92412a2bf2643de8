"""Opening balances and population: where cumulative indicators begin, and what they are divided by.

An opening balance of a published stock is the published number less the sample's own flows up to
the day it speaks of. The other balances are in proportion to the population. Both are written for
January (the balances for January 2024 only) and stand at the end of the month before. The one of
S0-11 stands at the end of April 2023.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from de06_pipeline.periods import Month
from de06_pipeline.samples.draw import apportion
from de06_pipeline.samples.establishments import HEALTH, LODGING, OTHER
from de06_pipeline.samples.layouts import Table, same, text
from de06_pipeline.samples.places import QUANG_NAM, TAM_KY, District, Office
from de06_pipeline.samples.targets import BASELINE, EARLY_STOCK, S1_END, STOCKS, stock

CardExport = Callable[[Office, Month], Table]
"""The cards (or accounts) export of an office and month."""

_SOURCE = "Số liệu mẫu"
_FIRST_ISSUES_TAM_KY = 86_940
_GROWTH = 0.008


@dataclass(frozen=True, slots=True)
class _Event:
    """One event of a registration export and how many there had been at the baseline, a head of
    those aged 14 and over.
    """

    indicator: str
    column: str
    per_head: float


_CARD_EVENTS = (
    _Event("cccd.received_stock", "received_on", 1.27),
    _Event("cccd.issued_stock", "issued_on", 1.245),
    _Event("cccd.handed_over_stock", "handed_over_on", 1.16),
)
_ACCOUNT_EVENTS = (
    _Event("eid.received_stock", "received_on", 0.7),
    _Event("eid.created_stock", "created_on", 0.66),
    _Event("eid.activated_stock", "activated_on", 0.57),
)
_LEVEL_1_SHARE = 0.05
_BESIDE_PUBLISHED = {
    ("cccd.issued_stock", "502"): 88_650,
    ("cccd.handed_over_stock", "502"): 83_900,
    ("cccd.received_stock", "803"): 138_400,
    ("cccd.handed_over_stock", "803"): 129_700,
    ("cccd.issued_stock", "807"): 186_900,
    ("eid.created_stock", "502"): 54_100,
    ("eid.activated_stock", "502"): 47_300,
    ("eid.received_stock", "803"): 88_700,
    ("eid.activated_stock", "803"): 74_200,
    ("eid.created_stock", "807"): 115_900,
}
"""Balances of districts whose neighbouring balance is published, so that received ≥ made ≥ given
holds.
"""


def population(office: Office, month: Month, first_issues_tam_ky: int) -> Table:
    """Inhabitants of each district on 1 January: the census of 2019 with 0.8 % a year.

    Tam Kỳ's population aged 14 and over equals its first issues at the end of May 2024, since S1-10
    says "100 % công dân đủ điều kiện".
    """
    districts = office.districts_in(month)
    factor = (1 + _GROWTH) ** (month.year - 2019)
    total = np.array([round(d.population * factor) for d in districts])
    adults = np.array([round(d.population_14_plus * factor) for d in districts])
    if month.year == S1_END.year:
        adults[[d.code == TAM_KY for d in districts]] = first_issues_tam_ky
    size = len(districts)
    return {
        "province": same(office.province_code, size),
        "district": text([d.code for d in districts]),
        "commune": same("", size),
        "as_of": np.full(size, np.datetime64(month.first_day)),
        "population": total,
        "population_14_plus": adults,
        "households": (total / 3.6).astype(np.int64),
        "source": same(_SOURCE, size),
    }


def early_balances(office: Office, cards: CardExport) -> Table:
    """Cards issued in each district by the end of the month before :data:`EARLY_STOCK`'s, so that
    the province has that many at the end of its month.
    """
    month = EARLY_STOCK.at
    table = cards(office, month)
    during = int(_falls(table["issued_on"], month).sum())
    adults = [district.population_14_plus for district in office.districts]
    values = apportion(EARLY_STOCK.made - during, adults)
    lines = [
        (EARLY_STOCK.indicator, "", district.code, value)
        for district, value in zip(office.districts, values, strict=True)
    ]
    return _balances(office, lines, month.plus(-1))


def opening_balances(office: Office, cards: CardExport, accounts: CardExport) -> Table:
    """All balances of an office at the end of 2023."""
    lines: list[tuple[str, str, str, int]] = []
    for event in _CARD_EVENTS:
        for code, value in _totals(office, event, cards).items():
            lines += [
                (event.indicator, "", code, value),
                (event.indicator, "product=CCCD", code, value),
            ]
            lines.append((event.indicator, "product=Căn cước", code, 0))
            if event.column == "issued_on":
                lines.append(
                    (
                        event.indicator,
                        "request_type=Cấp mới",
                        code,
                        first_issues(office.district(code), value),
                    )
                )
    for event in _ACCOUNT_EVENTS:
        for code, value in _totals(office, event, accounts).items():
            first = round(value * _LEVEL_1_SHARE)
            exact = stock(event.indicator, code, "level=2")
            second = (
                exact.made - _flow(office, accounts, event.column, code, exact.at, level_2=True)
                if exact
                else value - first
            )
            lines += [
                (event.indicator, "", code, first + second),
                (event.indicator, "level=1", code, first),
            ]
            lines.append((event.indicator, "level=2", code, second))
    for district in office.districts:
        for group, per_head in ((LODGING, 0.4), (HEALTH, 0.04), (OTHER, 0.01)):
            notices = round(district.population * per_head) if office is QUANG_NAM else 0
            lines.append(("asm.notices_stock", f"site_group={group}", district.code, notices))
        total = sum(
            value
            for indicator, _, code, value in lines
            if indicator == "asm.notices_stock" and code == district.code
        )
        lines.append(("asm.notices_stock", "", district.code, total))
    return _balances(office, lines, BASELINE)


def _balances(office: Office, lines: Sequence[tuple[str, str, str, int]], at: Month) -> Table:
    """The table of balances: indicator, breakdown, district and value at the end of ``at``."""
    indicators, breakdowns, districts, values = zip(*lines, strict=True)
    size = len(lines)
    return {
        "indicator_code": text(indicators),
        "breakdown": text(breakdowns),
        "province": same(office.province_code, size),
        "district": text(districts),
        "as_of": np.full(size, np.datetime64(at.last_day)),
        "value": np.array(values),
        "source": same(_SOURCE, size),
    }


def first_issues(district: District, issued: int) -> int:
    """First issues among the cards issued until the baseline."""
    if district.code == TAM_KY:
        return _FIRST_ISSUES_TAM_KY
    return min(round(district.population_14_plus * 0.97), round(issued * 0.94))


def first_issues_of_tam_ky_by_may(cards: CardExport) -> int:
    """First issues in Tam Kỳ at the end of May 2024."""
    count = _FIRST_ISSUES_TAM_KY
    for month in _months_to(S1_END):
        table = cards(QUANG_NAM, month)
        first = (table["district"] == TAM_KY) & (table["request_type"] == "Cấp mới")
        count += int((first & _falls(table["issued_on"], month)).sum())
    return count


def _totals(office: Office, event: _Event, deliveries: CardExport) -> dict[str, int]:
    """The balance of each district: exact where a stock of the district, or of the province, is
    published.
    """
    exact = {
        code: value
        for (indicator, code), value in _BESIDE_PUBLISHED.items()
        if indicator == event.indicator and _has(office, code)
    }
    for target in STOCKS:
        if (
            target.indicator == event.indicator
            and _has(office, target.area)
            and target.breakdown != "level=2"
        ):
            only_cccd = target.breakdown == "product=CCCD"
            exact[target.area] = target.made - _flow(
                office, deliveries, event.column, target.area, target.at, only_cccd=only_cccd
            )
    rest = [d for d in office.districts if d.code not in exact]
    whole = stock(event.indicator, office.province_code)
    usual = [d.population_14_plus * event.per_head for d in rest]
    wanted = whole.made - sum(exact.values()) if whole else round(sum(usual))
    return exact | dict(zip([d.code for d in rest], apportion(wanted, usual), strict=True))


def _has(office: Office, district: str) -> bool:
    return any(d.code == district for d in office.districts)


def _flow(
    office: Office,
    deliveries: CardExport,
    column: str,
    district: str,
    until: Month,
    *,
    only_cccd: bool = False,
    level_2: bool = False,
) -> int:
    """Events of a district from January 2024 through ``until``."""
    count = 0
    for month in _months_to(until):
        table = deliveries(office, month)
        counted = (table["district"] == district) & _falls(table[column], month)
        if only_cccd:
            counted &= table["product"] == "CCCD"
        if level_2:
            counted &= table["level"] == 2
        count += int(counted.sum())
    return count


def _falls(days: NDArray[np.datetime64], month: Month) -> NDArray[np.bool_]:
    falls: NDArray[np.bool_] = (days >= np.datetime64(month.first_day)) & (
        days < np.datetime64(month.plus(1).first_day)
    )
    return falls


def _months_to(last: Month) -> list[Month]:
    months = [BASELINE.plus(1)]
    while months[-1] < last:
        months.append(months[-1].plus(1))
    return months
