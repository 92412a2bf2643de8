"""``reports/index.html``: one page that leads to all others; nothing is loaded from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from de06_pipeline import __version__
from de06_pipeline.contracts.model import Message
from de06_pipeline.periods import Month
from de06_pipeline.reports.monthly.numbers import number
from de06_pipeline.reports.monthly.sections import Shown
from de06_pipeline.reports.templates import page_templates

if TYPE_CHECKING:
    from jinja2 import Environment

FRONT_PAGE = "index.html"
LOOK = 2
"""The urgency of what only wants a look."""


@dataclass(frozen=True, slots=True)
class GridCell:
    """One dataset, supplier and month. ``state`` as in a report's :class:`Delivery`, or ``none``;
    ``link``: the supplier's report, relative; empty without one.
    """

    state: str
    said: Message
    link: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class GridRow:
    supplier: str
    cells: tuple[GridCell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A dataset's deliveries, a row a supplier and a column a month."""

    dataset: str
    title: Message
    rows: tuple[GridRow, ...]


@dataclass(frozen=True, slots=True)
class Todo:
    """Something that needs a person. ``urgency``: 0 stops figures, 1 makes them older, 2 to look at."""

    urgency: int
    what: Message
    where: str
    month: str
    remedy: Message
    link: str = ""


@dataclass(frozen=True, slots=True)
class BigChange:
    """A headline figure beside that of the month before."""

    place: str
    name: Message
    before: Shown
    now: Shown
    change: Message
    judged: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A month's reports: name and link each; the country's first."""

    month: Month
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FrontPage:
    """Everything on the page.

    Attributes:
        months: of the grid, oldest first.
        changed_month: the month that the changes are about; None without figures.
        revised: months with revised figures and the link to each one's page, newest first.
        published_at: when figures were published last, Vietnamese time; empty before.
    """

    months: tuple[Month, ...]
    grids: tuple[Grid, ...]
    todos: tuple[Todo, ...]
    changes: tuple[BigChange, ...]
    changed_month: Month | None
    reports: tuple[ReportRow, ...]
    published_at: str
    synthetic: bool
    published_page: str
    revised: tuple[tuple[Month, str], ...] = ()

    @property
    def urgent(self) -> list[Todo]:
        """What stops figures or makes them older."""
        return [todo for todo in self.todos if todo.urgency < LOOK]

    @property
    def to_look_at(self) -> list[Todo]:
        return [todo for todo in self.todos if todo.urgency >= LOOK]


STATES = {
    "accepted": Message("được chấp nhận", "accepted"),
    "refused": Message("bị từ chối", "refused"),
    "missing": Message("mất tệp", "files gone"),
    "overdue": Message("chưa gửi", "not delivered"),
    "carried": Message("dùng số kỳ trước", "carried from an earlier month"),
    "none": Message("không phải gửi", "nothing expected"),
}
SIGNS = {
    "accepted": "✓",
    "refused": "✕",
    "missing": "?",
    "overdue": "…",
    "carried": "↷",
    "none": "",
}


def front_page(content: FrontPage) -> str:
    """The page as text."""
    return (
        _environment()
        .get_template("index.html")
        .render(page=content, version=__version__, states=STATES, signs=SIGNS, num=number)
    )


@cache
def _environment() -> Environment:
    return page_templates(Path(__file__).parent)
