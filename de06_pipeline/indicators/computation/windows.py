"""Which months a window is made of, and which figures a change of one month reaches."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from de06_pipeline.periods import Half, Month, MonthPart
from de06_pipeline.registry.model import PeriodType, Window


def months_of(window: Window, month: Month) -> tuple[Month, ...]:
    """The calendar months that a window ending in ``month`` is made of."""
    if window is Window.YTD:
        return year_to(month)
    return (month,)


def parts_of(period: PeriodType, window: Window, month: Month) -> tuple[MonthPart, ...]:
    """The months and halves of months that a window ending in ``month`` is made of, one a calendar
    month, in order.

    An administrative month is the late half of the month before and the early half of its own; an
    administrative year begins on 15 December (NĐ 09/2019/NĐ-CP).
    """
    if period is PeriodType.MONTH:
        return tuple(MonthPart(one) for one in months_of(window, month))
    between = year_to(month)[:-1] if window is Window.YTD else ()
    first = between[0] if between else month
    return (
        MonthPart(first.plus(-1), Half.LATE),
        *(MonthPart(one) for one in between),
        MonthPart(month, Half.EARLY),
    )


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
        ``month`` itself with all windows; year-to-date of the later months of its year; stocks of
        all later months; and the months that rely on a snapshot carried from ``month``, with the
        year-to-date figures that contain them.
    """
    relying = {
        later for later, origins in (carried or {}).items() if month in origins and later > month
    }
    found: dict[Month, set[Window]] = {month: set(Window)}
    for later in sorted(set(existing)):
        if later <= month:
            continue
        windows = {Window.STOCK}
        if later in relying or (over_year and later.year == month.year):
            windows.add(Window.MONTH)
        if later.year == month.year or any(
            month_relying.year == later.year and month_relying <= later for month_relying in relying
        ):
            windows.add(Window.YTD)
        found[later] = windows
    return [(each, frozenset(found[each])) for each in sorted(found)]


def affected_reports(
    month: Month,
    existing: Collection[Month],
    carried: Mapping[Month, Collection[Month]] | None = None,
) -> list[tuple[Month, frozenset[Window]]]:
    """The administrative months and windows to recompute when calendar ``month`` is published;
    arguments as for :func:`affected`.

    Returns:
        The administrative months that end and begin in ``month`` or in a month that relies on a
        snapshot carried from it, the years to date that contain one of those, and the stocks from
        ``month`` on. Only months that exist: the newest calendar month has begun an administrative
        month whose second half is not in yet.
    """
    changed = {month} | {
        later for later, origins in (carried or {}).items() if month in origins and later > month
    }
    found: dict[Month, set[Window]] = {}
    for one in sorted({*existing, month}):
        windows = {Window.STOCK} if one >= month else set()
        if one in changed or one.plus(-1) in changed:
            windows.add(Window.MONTH)
        if changed & {part.month for part in parts_of(PeriodType.REPORT_MONTH, Window.YTD, one)}:
            windows.add(Window.YTD)
        if windows:
            found[one] = windows
    return [(one, frozenset(windows)) for one, windows in found.items()]


def affected_by_reference(
    existing: Iterable[Month], since: Month
) -> list[tuple[Month, frozenset[Window]]]:
    """The stocks to recompute when opening balances or populations with a first ``as_of`` in month
    ``since`` have arrived.
    """
    return [(month, frozenset({Window.STOCK})) for month in sorted(set(existing)) if month >= since]
