"""The official form II.06a for the periods that a report shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from de06_pipeline.contracts.model import Message
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import OverTime, ReportForm
from de06_pipeline.reports.monthly.facts import Facts, ReportFigure


@dataclass(frozen=True, slots=True)
class FormTable:
    """Form II.06a for one period of some months.

    Attributes:
        rows: the label of each with one number a column; None where nothing is known.
        missing: months of the period that were not delivered whole.
        difference: (3) − (7) − (11) of the total; zero within one delivery, and over several months
            as far as the deliveries agree about what was open between them.
    """

    title: Message
    months: tuple[Month, ...]
    rows: list[tuple[str, list[int | None]]]
    missing: tuple[Month, ...]
    difference: int | None


def form_tables(facts: Facts, form: ReportForm) -> list[FormTable]:
    """A form for the month, the quarter so far and the year so far; periods of the same months are
    one table.

    Months, whole quarters and years to date are read as they are published (the form's view in the
    warehouse). A quarter that is not over is added up here, as are months before a merger.
    """
    month = facts.month
    first_of_quarter = Month(month.year, (month.month - 1) // 3 * 3 + 1)
    periods = [
        (Message(f"Tháng {month.month}/{month.year}", f"Month {month}"), month, "month"),
        (
            Message(
                f"Quý {_ROMAN[(month.month - 1) // 3]}/{month.year} "
                f"(tháng {first_of_quarter.month}–{month.month})",
                f"Quarter {(month.month + 2) // 3} of {month.year} to {month}",
            ),
            first_of_quarter,
            "quarter" if month.month % 3 == 0 else "",
        ),
        (
            Message(
                f"Lũy kế từ đầu năm {month.year} (tháng 1–{month.month})",
                f"Year to date, {month.year}-01 to {month}",
            ),
            Month(month.year, 1),
            "ytd",
        ),
    ]
    titles: dict[tuple[Month, ...], Message] = {}
    windows: dict[tuple[Month, ...], str] = {}
    for title, first, window in periods:
        months = tuple(_through(first, month))
        same = titles.get(months)
        windows[months] = windows.get(months) or window
        titles[months] = (
            Message(f"{same.vi}; {_lower(title.vi)}", f"{same.en}; {_lower(title.en)}")
            if same
            else title
        )
    return [
        _form_table(facts, form, title, months, windows[months]) for months, title in titles.items()
    ]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


_ROMAN = ("I", "II", "III", "IV")


def _through(first: Month, last: Month) -> Iterator[Month]:
    while first <= last:
        yield first
        first = first.plus(1)


def _form_table(
    facts: Facts, form: ReportForm, title: Message, months: tuple[Month, ...], window: str
) -> FormTable:
    """``window``: of the published figures; empty for months to be added up."""
    if len(months) > 1 and facts.predecessors:
        window = ""
    columns = sorted(form.columns, key=lambda column: column.number)
    total: list[int | None] = []
    for column in columns:
        parts = [
            _published_count(facts, code, window) if window else _over_months(facts, code, months)
            for code in column.codes
        ]
        known = [part for part in parts if part is not None]
        total.append(sum(known) if len(known) == len(parts) else None)
    rows = [("", total)]
    if window:
        rows += _form_breakdowns(facts, form, window, total)
    by_number = dict(zip((column.number for column in columns), total, strict=True))
    difference = None
    sides = [by_number.get(number_) for number_ in (3, 7, 11)]
    if all(side is not None for side in sides):
        difference = (sides[0] or 0) - (sides[1] or 0) - (sides[2] or 0)
    codes = {code for column in columns for code in column.codes}
    missing = tuple(
        month
        for month in months
        if not all(_is_whole(facts.figure(code, "month", month=month)) for code in codes)
    )
    return FormTable(title, months, rows, missing, difference)


def _published_count(facts: Facts, code: str, window: str) -> int | None:
    figure = facts.figure(code, window)
    return figure.numerator if figure is not None and figure.is_known else None


def _form_breakdowns(
    facts: Facts, form: ReportForm, window: str, total: Sequence[int | None]
) -> list[tuple[str, list[int | None]]]:
    """The rows under the total; a column without a total has no number in them either."""
    columns = sorted(form.columns, key=lambda column: column.number)
    labels = sorted(
        {
            label
            for column in columns
            for code in column.codes
            for label in facts.breakdowns.get((code, window), {})
            if label.startswith(f"{form.breakdown}=") and ";" not in label
        },
        key=lambda label: form.place_of(label.partition("=")[2]),
    )
    rows: list[tuple[str, list[int | None]]] = []
    for label in labels:
        cells: list[int | None] = []
        for column, whole in zip(columns, total, strict=True):
            figures = [facts.breakdowns.get((code, window), {}).get(label) for code in column.codes]
            # A count without a row is zero: rows exist for values that occur.
            known = sum(figure.numerator or 0 for figure in figures if figure is not None)
            cells.append(None if whole is None else known)
        rows.append((label.partition("=")[2], cells))
    return rows


def _over_months(facts: Facts, code: str, months: Sequence[Month]) -> int | None:
    """A count over several months by its own rule: flows added up, opening states of the first
    month, closing states of the last; None where a month that is needed has no number.
    """
    indicator = facts.registry.indicator(code)
    over_time = indicator.numerator[0].over_time if indicator.numerator else OverTime.SUM
    needed = (
        months[:1]
        if over_time is OverTime.FIRST
        else months[-1:]
        if over_time is OverTime.LAST
        else months
    )
    area = facts.area.area_id
    history = facts.series.get((code, "month", area), {})
    figures = [history.get(month) for month in needed]
    # A month that was not delivered is left out and named; with none there is no number.
    known = [figure.numerator for figure in figures if figure is not None and figure.is_known]
    if not known or (over_time is not OverTime.SUM and len(known) < len(needed)):
        return None
    return sum(count for count in known if count is not None)


def _is_whole(figure: ReportFigure | None) -> bool:
    return figure is not None and figure.status in ("reported", "reported_zero")
