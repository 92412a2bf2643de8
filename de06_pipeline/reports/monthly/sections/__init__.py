"""The report's sections as tables and lists that a page, a workbook and a document show alike.

Not here: what they look like (``page.py``, ``workbook/``, ``document.py``).
"""

from __future__ import annotations

from de06_pipeline.reports.monthly.sections.cards import (
    Card,
    Shown,
    UnitRow,
    card,
    cards,
    is_place,
    lines,
    shown,
    trends,
    unit_table,
)
from de06_pipeline.reports.monthly.sections.funnels import funnel_steps
from de06_pipeline.reports.monthly.sections.highlights import highlights
from de06_pipeline.reports.monthly.sections.official_form import form_tables
from de06_pipeline.reports.monthly.sections.other_systems import other_systems
from de06_pipeline.reports.monthly.sections.scorecard import band_name, scorecard
from de06_pipeline.reports.monthly.sections.unavailable import unavailable

__all__ = [
    "Card",
    "Shown",
    "UnitRow",
    "band_name",
    "card",
    "cards",
    "form_tables",
    "funnel_steps",
    "highlights",
    "is_place",
    "lines",
    "other_systems",
    "scorecard",
    "shown",
    "trends",
    "unavailable",
    "unit_table",
]
