"""``reports/changes/<month>.html``: what a month's figures were before, what they are now, and why;
nothing is loaded from elsewhere. Beside it a CSV with every revision.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from de06_pipeline import __version__
from de06_pipeline.contracts.model import Message
from de06_pipeline.periods import Month
from de06_pipeline.reports.monthly.numbers import number
from de06_pipeline.reports.templates import page_templates
from de06_pipeline.reports.whole import whole_file, write_whole

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = "changes"
CSV_COLUMNS = (
    *("published_at", "source", "indicator_code", "period_type", "time_window", "breakdown"),
    *("area_level", "area_code", "area_name", "province_name", "unit", "revision"),
    *("numerator_before", "denominator_before", "value_before", "status_before"),
    *("numerator", "denominator", "value", "status", "difference"),
)
_PUBLICATION = re.compile(r'<meta name="publication" content="(\d+)">')
_HEAD = 2000
"""Characters of a page within which its publication stands."""


@dataclass(frozen=True, slots=True)
class Side:
    """One revision as people read it. ``value``: None where there is none; ``parts``: numerator and
    denominator.
    """

    text: str
    parts: str
    status: Message
    value: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """A figure before and after. ``difference`` in the figure's unit, '' where one of them has no
    value; ``cells``: the line of the CSV.
    """

    place: str
    scope: Message
    before: Side
    after: Side
    difference: str
    cells: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class ChangedIndicator:
    """An indicator's revised figures of one publication, totals and large areas first."""

    code: str
    name: Message
    unit: Message
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class ChangedIn:
    """What one publication revised. ``published_at`` in Vietnamese time."""

    source: str
    published_at: str
    run_id: str
    causes: tuple[Message, ...]
    indicators: tuple[ChangedIndicator, ...]

    @property
    def count(self) -> int:
        return sum(len(indicator.changes) for indicator in self.indicators)

    @property
    def places(self) -> int:
        """How many areas have a revised figure."""
        return len({change.place for indicator in self.indicators for change in indicator.changes})


@dataclass(frozen=True, slots=True)
class MonthChanges:
    """Everything that was revised of a month, the newest publication first.

    Attributes:
        publication: number of the last publication that revised a figure of the month.
    """

    month: Month
    publication: int
    publications: tuple[ChangedIn, ...]


@dataclass(frozen=True, slots=True)
class ChangesFiles:
    """Where a month's page and table lie."""

    html: Path
    csv: Path


def changes_files(reports: Path, month: Month) -> ChangesFiles:
    folder = reports / FOLDER
    return ChangesFiles(folder / f"{month}.html", folder / f"{month}.csv")


def publication_shown(path: Path) -> int | None:
    """The number of the publication up to which a page tells; None where there is no such page."""
    if not path.is_file():
        return None
    with path.open(encoding="utf-8") as file:
        match = _PUBLICATION.search(file.read(_HEAD))
    return int(match[1]) if match else None


def write_changes(files: ChangesFiles, content: MonthChanges) -> None:
    """Write both files in place of earlier ones; the page, which says up to which publication it
    tells, last.
    """
    with whole_file(files.csv) as part, part.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(CSV_COLUMNS)
        for published in content.publications:
            for indicator in published.indicators:
                table.writerows(change.cells for change in indicator.changes)
    write_whole(files.html, changes_page(content, files.csv.name))


def changes_page(content: MonthChanges, table: str) -> str:
    """The page as text. ``table``: the name of the CSV beside it."""
    return (
        _environment()
        .get_template("page.html")
        .render(content=content, table=table, version=__version__, num=number, first=_first)
    )


_SHOWN = 15
"""Figures of an indicator that the page lists; the CSV has all."""


def _first(changes: Sequence[Change]) -> Sequence[Change]:
    return changes[:_SHOWN]


@cache
def _environment() -> Environment:
    return page_templates(Path(__file__).parent)
