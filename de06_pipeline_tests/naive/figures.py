"""All figures of a source, as a dictionary, and which of them must have been published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from de06_pipeline_tests.naive import cards, catalogue, dossiers, lodging
from de06_pipeline_tests.naive.deliveries import Row
from de06_pipeline_tests.naive.months import Months
from de06_pipeline_tests.naive.stocks import FIRST_ISSUES, Flow, Ledger, population, ratio
from de06_pipeline_tests.naive.tallies import (
    COUNTRY,
    UNKNOWN,
    Indicator,
    Place,
    Tally,
    figure,
    labelled,
    places_of,
    year_to_date,
)

Key = tuple[str, str, str, Place, str]
"""Month, window, indicator, area, breakdown."""

Numbers = tuple[int, int | None]
"""Numerator, and denominator (None for a count)."""

Counted = Iterator[tuple[tuple[str, Place, str], Numbers]]

_REPORTING = Indicator("asm.reporting_rate", ("senders",), ("accounts",), ("site_group",))
_SERVICES = ("agency_level", "service_level", "agency_level;service_level")
_BREAKDOWNS = {
    **{
        i.code: i.breakdowns
        for i in (
            *dossiers.INDICATORS,
            *lodging.INDICATORS,
            *cards.CARD_INDICATORS,
            *cards.ACCOUNT_INDICATORS,
        )
    },
    "dvc.services": _SERVICES,
    "dvc.processing_days_median": ("agency_level",),
    "dvc.essential_led_by_police": ("essential_list",),
    "dvc.essential_deployed": ("essential_list",),
    "asm.reporting_rate": ("site_group",),
    "asm.districts_deployed": ("site_group",),
    "cccd.coverage": (),
    "eid.coverage": (),
}
_STATES = {
    *("dvc.no_due_date", "dvc.processing_days_median"),
    *(
        "dvc.essential_led_by_police",
        "dvc.essential_deployed",
        "asm.establishments",
        "asm.accounts",
        "asm.account_rate",
    ),
    "asm.districts_deployed",
}
"""Without a quarter or year to date of their own."""
_NOT_OF_DISTRICTS = {"dvc.essential_led_by_police", "asm.districts_deployed"}


def figures_of(months: Months, source: str) -> dict[Key, Numbers]:
    """Every figure with something to count. Others are zero, or nothing over nothing."""
    figures: dict[Key, Numbers] = {}
    for month in months.months:
        windows = [("month", [month]), ("ytd", months.year_to(month))]
        if month.endswith(("-03", "-06", "-09", "-12")):
            windows.append(("quarter", months.quarter_to(month)))
        for window, span in windows:
            figures |= {
                (month, window, *rest): numbers
                for rest, numbers in _BY_SOURCE[source](months, span)
            }
        figures |= {
            (month, "stock", *rest): numbers for rest, numbers in _stocks(months, source, month)
        }
    return figures


def must_exist(key: Key, numbers: Numbers) -> bool:
    """Whether a figure must have been published: not zero, and of a level, window and breakdown
    that its indicator has.
    """
    _, window, code, (level, _), breakdown = key
    names = ";".join(part.split("=")[0] for part in breakdown.split(";")) if breakdown else ""
    if UNKNOWN in breakdown or (level == "district" and code in _NOT_OF_DISTRICTS):
        return False
    if not (numbers[0] if code.startswith("dvc.essential") else any(numbers)):
        # An essential list of which nothing is in the catalogue need not occur.
        return False
    if window == "stock":
        return True
    if window in ("ytd", "quarter"):
        return (
            code not in _STATES
            and code != "dvc.services"
            and names in ("", *({"agency_level", "agency_group"} & {*_BREAKDOWNS[code]}))
        )
    return names in ("", *_BREAKDOWNS[code])


def _tallied(indicators: Iterable[Indicator], tally: Tally, areas: Iterable[Place]) -> Counted:
    occurring = tally.breakdowns()
    for place in areas:
        for indicator in indicators:
            for breakdown in set().union(
                *(
                    occurring.get((m, place), ())
                    for m in (*indicator.numerator, *indicator.denominator)
                )
            ):
                yield (indicator.code, place, breakdown), figure(indicator, tally, place, breakdown)


def _dvc(months: Months, span: Sequence[str]) -> Counted:
    rows_of = {m: months.rows("dvc_dossiers", m) for m in span}
    police = {
        m: catalogue.police_codes(
            months.rows("dvc_procedures", m), months.portal_police if m >= "2025-03" else ()
        )
        for m in span
    }

    def same(row: Row, month: str) -> object:
        values = row.values
        district = months.places.later(values["province"], values["district"], month, span[-1])
        is_police = (values["province"], values["procedure"]) in police[month]
        office = (values["agency_level"], values["service_level"], values["sector"])
        return (values["province"], district, values["procedure"], is_police, *office)

    def counted(rows: Sequence[Row], period: dossiers.Period, month: str) -> Tally:
        return dossiers.count_dossiers(
            rows, period, police[month], months.procedure_groups, months.sectors
        )

    doubtful = dossiers.disputed(rows_of, same)
    latest = {r.values["dossier_code"]: (m, r) for m, rows in rows_of.items() for r in rows}
    # The dossiers that deliveries agree about by month, the others by their latest delivery.
    by_month = [
        (m, dossiers.period_of([m]), [r for r in rows if r.values["dossier_code"] not in doubtful])
        for m, rows in rows_of.items()
    ]
    anew = [
        (
            m,
            dossiers.period_of(span),
            [r for code, (at, r) in latest.items() if at == m and code in doubtful],
        )
        for m in span
    ]
    tally = year_to_date(
        [counted(rows, period, m) for m, period, rows in by_month], dossiers.FIRST, dossiers.LAST
    )
    for m, period, rows in anew:
        tally.numbers.update(counted(rows, period, m).numbers)
    areas = months.areas(span[-1])
    yield from _tallied(dossiers.INDICATORS, tally, areas)
    finished = [(period, rows) for _, period, rows in (*by_month, *anew)]
    for (place, breakdown), numbers in dossiers.median_seconds(finished).items():
        yield ("dvc.processing_days_median", place, breakdown), numbers
    yield from _catalogue(
        months, span[-1], {m: months.rows("dvc_dossiers", m) for m in months.year_to(span[-1])}
    )


def _catalogue(months: Months, month: str, rows_of: Mapping[str, Sequence[Row]]) -> Counted:
    entries = catalogue.valid(months.rows("dvc_procedures", month), month)
    province_of = {
        code: p for _, p in months.provinces for _, code in months.parts_of(("province", p), month)
    }
    for place in months.areas(month):
        offered = catalogue.of_place(entries, place, province_of)
        yield from (
            (("dvc.services", place, b), (n, None))
            for b, n in catalogue.services(offered, place).items()
        )
        received = catalogue.received_codes(rows_of, place)
        of_province = [
            e
            for e in entries
            if place == COUNTRY or e["province"] == province_of.get(place[1], place[1])
        ]
        led = {size: catalogue.led_by_police(offered, size) for size in catalogue.SIZES}
        deployed = {
            size: catalogue.deployed(offered, of_province, size, received)
            for size in catalogue.SIZES
        }
        for code, by_list in (
            ("dvc.essential_led_by_police", led),
            ("dvc.essential_deployed", deployed),
        ):
            yield from (
                ((code, place, f"essential_list={listed}"), numbers)
                for listed, numbers in by_list.items()
            )
            # Reading: over all lists, the services of each are added up.
            yield (
                (code, place, ""),
                (sum(n for n, _ in by_list.values()), sum(d for _, d in by_list.values())),
            )


def _asm(months: Months, span: Sequence[str]) -> Counted:
    register = months.rows("asm_establishments", span[-1])
    notices = [row for m in span for row in months.rows("asm_notices", m)]
    areas = months.areas(span[-1])
    tally = lodging.count_establishments(register)
    tally.numbers.update(lodging.count_notices(notices).numbers)
    yield from _tallied(lodging.INDICATORS, tally, areas)
    yield from _tallied((_REPORTING,), lodging.reporting(register, notices), areas)
    codes = [code for _, code in months.provinces]
    for (place, breakdown), numbers in lodging.districts_deployed(
        register, codes, span[-1], months.places
    ).items():
        if len(span) == 1:
            yield ("asm.districts_deployed", place, breakdown), numbers


def _cccd(months: Months, span: Sequence[str]) -> Counted:
    tallies = [cards.count_cards(months.rows("cccd_issuance", m), m, months.holidays) for m in span]
    return _tallied(cards.CARD_INDICATORS, year_to_date(tallies, (), ()), months.areas(span[-1]))


def _eid(months: Months, span: Sequence[str]) -> Counted:
    tallies = [cards.count_accounts(months.rows("eid_accounts", m), m) for m in span]
    return _tallied(cards.ACCOUNT_INDICATORS, year_to_date(tallies, (), ()), months.areas(span[-1]))


_BY_SOURCE: Mapping[str, Callable[[Months, Sequence[str]], Counted]] = {
    "dvc": _dvc,
    "asm": _asm,
    "cccd": _cccd,
    "eid": _eid,
}

_RATES = {
    "cccd": ("cccd.handover_rate", "cccd.handed_over_stock"),
    "eid": ("eid.activation_rate", "eid.activated_stock"),
}
_COVERED = {"cccd": FIRST_ISSUES, "eid": ("eid.created_stock", "level=2")}


def _stocks(months: Months, source: str, month: str) -> Counted:
    ledger = Ledger(months.balances, list(_flows(months, source)), months.parts_of)
    begun = sorted(
        {
            (b.indicator, b.breakdown)
            for b in months.balances
            if b.indicator.startswith(f"{source}.")
        }
    )
    for place in months.areas(month):
        for code, breakdown in begun:
            if (number := ledger.stock(code, place, breakdown, month)) is not None:
                yield (code, place, breakdown), (number, None)
            if source in _RATES and code == _RATES[source][1]:
                below = f"{source}.received_stock"
                if numbers := ratio(
                    ledger.stock(part, place, breakdown, month) for part in (code, below)
                ):
                    yield (_RATES[source][0], place, breakdown), numbers
        if (
            source in _COVERED
            and (number := ledger.stock(_COVERED[source][0], place, _COVERED[source][1], month))
            is not None
        ):
            yield (
                (f"{source}.coverage", place, ""),
                (number, population(months.people, place, month)),
            )


def _flows(months: Months, source: str) -> Iterator[Flow]:
    for month in months.months:
        if source == "cccd":
            for event, day, values in cards.events_of(
                months.rows("cccd_issuance", month), month, cards.CARD_EVENTS
            ):
                labels = labelled(product=values["product"], request_type=values["request_type"])
                yield Flow(f"cccd.{event}_stock", day, tuple(places_of(values)), tuple(labels))
        elif source == "eid":
            for event, day, values in cards.events_of(
                months.rows("eid_accounts", month), month, cards.ACCOUNT_EVENTS
            ):
                yield Flow(
                    f"eid.{event}_stock",
                    day,
                    tuple(places_of(values)),
                    tuple(labelled(level=values["level"])),
                )
        elif source == "asm":
            for values in lodging.counted(months.rows("asm_notices", month)):
                day, labels = values["arrival_at"].date(), labelled(site_group=values["site_group"])
                yield Flow("asm.notices_stock", day, tuple(places_of(values)), tuple(labels))
