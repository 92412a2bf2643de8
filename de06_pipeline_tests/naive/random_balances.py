"""Opening balances, of the province itself for one office, of its districts for the other; and populations."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from de06_pipeline_tests.naive.layouts import ACCOUNT_LEVELS, PRODUCTS, SITE_GROUPS
from de06_pipeline_tests.naive.random_places import LONG_AN, QUANG_NAM
from de06_pipeline_tests.naive.stocks import FIRST_ISSUES, Balance, Population

_LONG_AN_DISTRICTS = [str(code) for code in range(794, 809)]
"""All of them: a province whose balance is to be the sum of its districts' needs every one."""

_BREAKDOWNS = {
    **{f"cccd.{event}_stock": [f"product={p}" for p in PRODUCTS] for event in ("received", "issued", "handed_over")},
    FIRST_ISSUES[0]: [FIRST_ISSUES[1], *(f"product={p}" for p in PRODUCTS)],
    **{f"eid.{event}_stock": [f"level={p}" for p in ACCOUNT_LEVELS] for event in ("received", "created", "activated")},
    "asm.notices_stock": [f"site_group={p}" for p in SITE_GROUPS],
}


def draw_balances(rng: random.Random) -> list[Balance]:
    """Balances of every stock, total and breakdowns; some of Quảng Nam at a day within a month, or twice."""
    found = []
    for indicator, breakdowns in _BREAKDOWNS.items():
        own = rng.choice((date(2024, 11, 30), date(2024, 12, 15), date(2025, 1, 31)))
        for breakdown in ("", *breakdowns):
            for district in _LONG_AN_DISTRICTS:
                found.append(Balance(indicator, breakdown, ("district", district), date(2024, 11, 30), rng.randrange(9000)))
            for as_of in (date(2024, 11, 30), own):
                balance = Balance(indicator, breakdown, ("province", QUANG_NAM.code), as_of, rng.randrange(90000))
                if balance.as_of not in [
                    b.as_of for b in found if (b.indicator, b.breakdown, b.place) == (indicator, breakdown, balance.place)
                ]:
                    found.append(balance)
    return found


def write_balances(landing: Path, month: str, balances: Sequence[Balance]) -> None:
    """One delivery of balances from each of the two offices."""
    for province in (QUANG_NAM, LONG_AN):
        folder = landing / "opening_balances" / month / province.supplier
        folder.mkdir(parents=True)
        own = {province.code, *(_LONG_AN_DISTRICTS if province is LONG_AN else ())}
        with (folder / "so-du.csv").open("w", encoding="utf-8", newline="") as lines:
            writer = csv.writer(lines)
            writer.writerow(("Mã chỉ tiêu", "Phân tổ", "province", "district", "Tính đến ngày", "Số liệu", "Nguồn"))
            for b in balances:
                if b.place[1] in own:
                    district = b.place[1] if b.place[0] == "district" else ""
                    writer.writerow((b.indicator, b.breakdown, province.code, district, f"{b.as_of:%d/%m/%Y}", b.value, "sổ theo dõi"))


def draw_population(rng: random.Random) -> list[Population]:
    """Residents aged 14 or more, in both provinces and all their districts; of Quảng Nam twice."""
    found = [Population(("province", p.code), date(2024, 4, 1), rng.randrange(1, 900000)) for p in (QUANG_NAM, LONG_AN)]
    found += [Population(("district", code), date(2024, 4, 1), rng.randrange(1, 90000)) for code in _LONG_AN_DISTRICTS]
    return [*found, Population(("province", QUANG_NAM.code), date(2025, 1, 20), rng.randrange(1, 900000))]


def write_population(landing: Path, month: str, people: Sequence[Population]) -> None:
    """One delivery of populations from each of the two offices."""
    for province in (QUANG_NAM, LONG_AN):
        folder = landing / "population" / month / province.supplier
        folder.mkdir(parents=True)
        own = {province.code, *(_LONG_AN_DISTRICTS if province is LONG_AN else ())}
        with (folder / "dan-so.csv").open("w", encoding="utf-8", newline="") as lines:
            writer = csv.writer(lines)
            writer.writerow(("province", "district", "Thời điểm", "Dân số", "Dân số từ 14 tuổi", "Nguồn"))
            for p in people:
                if p.place[1] in own:
                    district = p.place[1] if p.place[0] == "district" else ""
                    writer.writerow((province.code, district, f"{p.as_of:%d/%m/%Y}", p.aged_14 * 2, p.aged_14, "niên giám"))
