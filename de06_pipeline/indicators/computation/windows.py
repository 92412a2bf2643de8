"""Which months a window is made of, and which figures a change of one month reaches."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from de06_pipeline.indicators.period import Period
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import LONGER_WINDOWS, PeriodType, Window

MONTHS_A_QUARTER = 3


def months_of(window: Window, month: Month) -> tuple[Month, ...]:
    """The months that a window ending in ``month`` is made of."""
    if window is Window.YTD:
        return year_to(month)
    if window is Window.QUARTER:
        return tuple(month.plus(-before) for before in reversed(range(MONTHS_A_QUARTER)))
    return (month,)


@lru_cache(maxsize=1024)
def periods_of(type_: PeriodType, window: Window, month: Month) -> tuple[Period, ...]:
    """The same as periods: an administrative year begins on 15 December (NĐ 09/2019/NĐ-CP)."""
    return tuple(Period(type_, each) for each in months_of(window, month))


@lru_cache(maxsize=1024)
def touched_months(type_: PeriodType, window: Window, month: Month) -> tuple[Month, ...]:
    """The calendar months whose deliveries a window rests on, in order."""
    return tuple(
        sorted({each for period in periods_of(type_, window, month) for each in period.months})
    )


def windows_of(month: Month) -> frozenset[Window]:
    """The windows that end with a month."""
    ends_quarter = month.month % MONTHS_A_QUARTER == 0
    return frozenset(window for window in Window if ends_quarter or window is not Window.QUARTER)


def year_to(month: Month) -> tuple[Month, ...]:
    """January to ``month`` of its year."""
    return tuple(Month(month.year, number) for number in range(1, month.month + 1))


def affected(
    month: Month,
    existing: Iterable[Month],
    carried: Mapping[Month, Collection[Month]] | None = None,
    *,
    over_year: bool = False,
) -> list[tuple[Month, frozenset[Window]]]:
    """The months and windows to recompute when ``month`` is published, in calendar order; the shape
    of ``FiguresRequest.months``.

    Args:
        existing: the source's months that have cells.
        carried: for later months, the months that their snapshots in force come from.
        over_year: some indicator of the source looks at the year so far even in a month's own
            figure, so that the later months of the year change with this one.

    Returns:
        ``month`` itself with all windows; quarters and years to date of later months that contain
        it; stocks of all later months; and the months that rely on a snapshot carried from
        ``month``, with the quarters and years to date that contain those.
    """
    changed = _changed(month, carried)
    by_month: dict[Month, frozenset[Window]] = {}
    for later in sorted({*existing, month}):
        if later >= month:
            windows = {Window.STOCK} | _longer(PeriodType.MONTH, later, changed)
            if later in changed or (over_year and later.year == month.year):
                windows.add(Window.MONTH)
            by_month[later] = frozenset(windows)
    return list(by_month.items())


def affected_reports(
    month: Month,
    existing: Collection[Month],
    carried: Mapping[Month, Collection[Month]] | None = None,
) -> list[tuple[Month, frozenset[Window]]]:
    """The administrative months and windows to recompute when calendar ``month`` is published;
    arguments as for :func:`affected`.

    Returns:
        The administrative months that end and begin in ``month`` or in a month that relies on a
        snapshot carried from it, the quarters and years to date that contain one of those, and the
        stocks from ``month`` on. Only months that exist: the newest calendar month has begun an
        administrative month whose second half is not in yet.
    """
    changed = _changed(month, carried)
    by_month: dict[Month, frozenset[Window]] = {}
    for later in sorted({*existing, month}):
        windows = _longer(PeriodType.REPORT_MONTH, later, changed)
        windows |= {Window.STOCK} if later >= month else set()
        if later in changed or later.plus(-1) in changed:
            windows.add(Window.MONTH)
        if windows:
            by_month[later] = frozenset(windows)
    return list(by_month.items())


def _changed(month: Month, carried: Mapping[Month, Collection[Month]] | None) -> set[Month]:
    """The months whose own figures a change of ``month`` reaches."""
    return {month} | {
        later for later, origins in (carried or {}).items() if month in origins and later > month
    }


def _longer(type_: PeriodType, month: Month, changed: set[Month]) -> set[Window]:
    """The longer windows ending with a month that rest on one of the changed ones."""
    return {
        window
        for window in LONGER_WINDOWS
        if window in windows_of(month)
        and changed.intersection(touched_months(type_, window, month))
    }


def affected_by_reference(
    existing: Iterable[Month], since: Month
) -> list[tuple[Month, frozenset[Window]]]:
    """The stocks to recompute when opening balances or populations with a first ``as_of`` in month
    ``since`` have arrived.
    """
    return [(month, frozenset({Window.STOCK})) for month in sorted(set(existing)) if month >= since]
