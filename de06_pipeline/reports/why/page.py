"""Why the figures of a report are what they are: formula and parts of each, the files and rules
behind them, what was refused, and what revised them. One HTML file, nothing loaded from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from de06_pipeline import __version__
from de06_pipeline.contracts.model import Message
from de06_pipeline.registry.model import Indicator
from de06_pipeline.reports.changes.page import MonthChanges
from de06_pipeline.reports.monthly import sections
from de06_pipeline.reports.monthly.facts import WINDOWS as WINDOWS_IN_ORDER
from de06_pipeline.reports.monthly.facts import Facts
from de06_pipeline.reports.monthly.numbers import number
from de06_pipeline.reports.monthly.page import WINDOWS
from de06_pipeline.reports.monthly.plan import ReportPlan
from de06_pipeline.reports.templates import page_templates

if TYPE_CHECKING:
    from jinja2 import Environment

CHANGES_SHOWN = 40
"""Revised figures a publication; the page of the month's changes has all."""


@dataclass(frozen=True, slots=True)
class FileBehind:
    """A file that figures in force were made from; ``sha256`` in full."""

    dataset: str
    month: str
    supplier: str
    name: str
    sha256: str
    contract_version: str
    received: str
    rows_read: int
    rows_accepted: int


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule that rows of the month's delivery in force broke."""

    dataset: str
    supplier: str
    rule_id: str
    severity: str
    rows: int
    of: int


@dataclass(frozen=True, slots=True)
class Overtaken:
    """A delivery that was refused or has disappeared; ``stands``: an earlier one is in force."""

    dataset: str
    supplier: str
    when: str
    what: Message
    stands: bool
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceBasis:
    """What the figures of one source rest on in the month, of suppliers that bear on the area.

    Attributes:
        parts: other sources it is composed of; their basis is its own.
        reports: (dataset, supplier) → link to the supplier's report, where it is written.
    """

    source: str
    title: Message
    parts: tuple[str, ...]
    files: tuple[FileBehind, ...]
    broken: tuple[BrokenRule, ...]
    overtaken: tuple[Overtaken, ...]
    reports: dict[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class ExplainedFigure:
    """A figure of the area, with its formula."""

    indicator: Indicator
    window: Message
    shown: sections.Shown
    revision: int


def why_page(
    facts: Facts,
    plan: ReportPlan,
    basis: tuple[SourceBasis, ...],
    changes: MonthChanges,
    report: str,
    all_changes: str,
) -> str:
    """The page as text.

    Args:
        report, all_changes: links to the report and, where it is written, to the page of all that
            was revised in the month.
    """
    return (
        _environment()
        .get_template("page.html")
        .render(
            facts=facts,
            sources=[
                (one_source, list(_figures(facts, plan, one_source.source))) for one_source in basis
            ],
            changes=changes,
            shown_changes=CHANGES_SHOWN,
            report=report,
            all_changes=all_changes,
            num=number,
            version=__version__,
        )
    )


def _figures(facts: Facts, plan: ReportPlan, source: str) -> Iterator[ExplainedFigure]:
    for indicator in facts.registry.sources[source].indicators.values():
        for window in WINDOWS_IN_ORDER:
            figure = facts.figure(indicator.code, window)
            if figure is not None:
                shown = sections.shown(facts, plan, indicator, figure)
                yield ExplainedFigure(indicator, WINDOWS[window], shown, figure.revision)


@cache
def _environment() -> Environment:
    return page_templates(Path(__file__).parent)
