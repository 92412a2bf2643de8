"""Opening balances, of the province itself for one office, of its districts for the other; and
populations.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from de06_pipeline_tests.naive.layouts import ACCOUNT_LEVELS, PRODUCTS, SITE_GROUPS
from de06_pipeline_tests.naive.random_places import LONG_AN, QUANG_NAM
from de06_pipeline_tests.naive.rules import month_start
from de06_pipeline_tests.naive.stocks import FIRST_ISSUES, Balance, Population
from de06_pipeline_tests.naive.tallies import Place

_LONG_AN_DISTRICTS = [str(code) for code in range(794, 809)]
"""All of them: a province whose balance is to be the sum of its districts' needs every one."""

_AREA = ("Tỉnh/Thành phố", "Quận/Huyện")

_BREAKDOWNS = {
    **{
        f"cccd.{event}_stock": [f"product={p}" for p in PRODUCTS]
        for event in ("received", "issued", "handed_over")
    },
    FIRST_ISSUES[0]: [FIRST_ISSUES[1], *(f"product={p}" for p in PRODUCTS)],
    **{
        f"eid.{event}_stock": [f"level={p}" for p in ACCOUNT_LEVELS]
        for event in ("received", "created", "activated")
    },
    "asm.notices_stock": [f"site_group={p}" for p in SITE_GROUPS],
}


def draw_balances(rng: random.Random, month: str) -> list[Balance]:
    """Balances of every stock, total and breakdowns, from the eve of a month on; some of Quảng Nam
    twice, within a month or at its end.
    """
    eve = month_start(month).date() - timedelta(days=1)
    balances = []
    for indicator, breakdowns in _BREAKDOWNS.items():
        dates = {eve, eve + timedelta(days=rng.choice((0, 15, 31)))}
        for breakdown in ("", *breakdowns):
            for district in _LONG_AN_DISTRICTS:
                balances.append(
                    Balance(indicator, breakdown, ("district", district), eve, rng.randrange(9000))
                )
            for as_of in sorted(dates):
                balances.append(
                    Balance(
                        indicator,
                        breakdown,
                        ("province", QUANG_NAM.code),
                        as_of,
                        rng.randrange(90000),
                    )
                )
    return balances


def draw_population(rng: random.Random, month: str) -> list[Population]:
    """Residents aged 14 or more, in both provinces and all districts of Long An; of Quảng Nam
    counted again in the second month.
    """
    records = [
        Population(("province", p.code), date(2024, 4, 1), rng.randrange(1, 900000))
        for p in (QUANG_NAM, LONG_AN)
    ]
    records += [
        Population(("district", code), date(2024, 4, 1), rng.randrange(1, 90000))
        for code in _LONG_AN_DISTRICTS
    ]
    again = month_start(month).date() + timedelta(days=45)
    return [*records, Population(("province", QUANG_NAM.code), again, rng.randrange(1, 900000))]


def write_balances(landing: Path, month: str, balances: Iterable[Balance]) -> None:
    """A national delivery of balances: a file that lies directly in the month's folder."""
    header = ("Mã chỉ tiêu", "Phân tổ", *_AREA, "Tính đến ngày", "Số liệu", "Nguồn")
    rows = (
        (b.indicator, b.breakdown, *_texts(b.place), f"{b.as_of:%d/%m/%Y}", b.value, "sổ theo dõi")
        for b in balances
    )
    _write(landing / "opening_balances" / month, header, rows)


def write_population(landing: Path, month: str, people: Iterable[Population]) -> None:
    """A national delivery of populations."""
    header = (*_AREA, "Thời điểm", "Dân số", "Dân số từ 14 tuổi", "Nguồn")
    rows = (
        (*_texts(p.place), f"{p.as_of:%d/%m/%Y}", p.aged_14 * 2, p.aged_14, "niên giám")
        for p in people
    )
    _write(landing / "population" / month, header, rows)


def _texts(place: Place) -> tuple[str, str]:
    return (LONG_AN.code, place[1]) if place[0] == "district" else (place[1], "")


def _write(folder: Path, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    folder.mkdir(parents=True)
    with (folder / "ca-nuoc.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(header)
        writer.writerows(rows)
