"""The monthly report as one page of HTML: nothing is loaded from elsewhere, everything but sorting
and the explorer works without a script, Vietnamese first and English at a touch.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from de06_pipeline import __version__
from de06_pipeline.contracts.model import Message
from de06_pipeline.periods import vietnam_time
from de06_pipeline.reports.monthly import drawing, sections
from de06_pipeline.reports.monthly.facts import Facts, ReportDelivery, ReportFigure, ReportUnit
from de06_pipeline.reports.monthly.numbers import STATUS, TONES, number, places_of, value_of
from de06_pipeline.reports.monthly.plan import ReportPlan
from de06_pipeline.reports.official_page import VERDICTS
from de06_pipeline.reports.templates import page_templates

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER = Path(__file__).parent
_ENGLISH_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
REVISIONS_SHOWN = 20

WINDOWS = {
    "month": Message("Trong tháng", "Month"),
    "quarter": Message("Trong quý", "Quarter"),
    "ytd": Message("Từ đầu năm", "Year to date"),
    "stock": Message("Lũy kế", "Cumulative"),
}
STATES = {
    "accepted": Message("được chấp nhận", "accepted"),
    "refused": Message("bị từ chối", "refused"),
    "missing": Message("mất tệp", "files gone"),
    "overdue": Message("chưa gửi", "not delivered"),
    "carried": Message("dùng số kỳ trước", "carried"),
}
UNITS_TITLE = {
    "district": Message("Theo huyện", "By district"),
    "commune": Message("Theo xã, phường", "By commune"),
    "province": Message("Theo tỉnh, thành phố", "By province"),
}
_STATUS_LETTERS = {
    "not_reported": "x",
    "no_denominator": "o",
    "incomplete": "i",
    "withdrawn": "w",
    "suppressed": "s",
}


@dataclass(frozen=True, slots=True)
class Links:
    """Where a page's links lead, relative to the page.

    Attributes:
        front: of all reports.
        root: the folder of all reports, for suppliers' reports; ends in ``/``.
        unit: the report of a unit below, where it is written; empty where there is none.
        why: the page that says what the figures were made from.
    """

    xlsx: str
    docx: str
    front: str
    root: str
    published: str
    unit: Callable[[ReportUnit], str]
    why: str


def report_page(facts: Facts, plan: ReportPlan, links: Links) -> str:
    """The page as text. The same facts give the same page: it names no run and no clock of its own."""
    return _environment().get_template("report.html").render(**_context(facts, plan, links))


@cache
def _environment() -> Environment:
    environment = page_templates(_FOLDER)
    environment.globals.update(
        version=__version__, tones=TONES, states=STATES, verdicts=VERDICTS, windows=WINDOWS
    )
    return environment


@cache
def _style() -> str:
    return (_FOLDER / "report.css").read_text(encoding="utf-8")


@cache
def _script() -> str:
    return (_FOLDER / "report.js").read_text(encoding="utf-8")


def _context(facts: Facts, plan: ReportPlan, links: Links) -> dict[str, Any]:
    from markupsafe import Markup

    cards = sections.cards(facts, plan)
    trends = sections.trends(facts, plan)
    columns, rows = sections.unit_table(facts, plan)
    sorted_by = _sorted_column(columns)
    ordered = _ordered(rows, sorted_by, columns)
    placed = drawing.place_units(facts.units)
    mapped = _mapped(facts, plan, trends)
    window = facts.window_of(mapped.code)
    other = sections.other_systems(facts, plan)
    revisions = _revisions(facts, plan)
    total = facts.registry.indicator("q766.total")
    rank = facts.registry.indicator("q766.rank")

    def on_map(unit: ReportUnit) -> sections.Shown:
        return sections.shown(facts, plan, mapped, facts.figure(mapped.code, window, unit.area_id))

    return {
        "facts": facts,
        "plan": plan,
        "area": facts.area,
        "month": facts.month,
        "english_month": f"{_ENGLISH_MONTHS[facts.month.month - 1]} {facts.month.year}",
        "published_at": _clock(facts.published_at),
        "files": {"xlsx": links.xlsx, "docx": links.docx},
        "front": links.front,
        "why": links.why,
        "published_page": links.published,
        "report_link": lambda path: links.root + path,
        "link_of": links.unit,
        "style": Markup(_style()),
        "script": Markup(_script()),
        "payload": Markup(_payload(facts, plan, placed)),
        "contents": _contents(facts),
        "highlights": sections.highlights(facts, plan, cards),
        "cards": cards,
        "unit_columns": columns,
        "unit_rows": ordered,
        "unit_sorted": sorted_by,
        "units_title": UNITS_TITLE[facts.units[0].level] if facts.units else Message("", ""),
        "area_cells": [
            sections.shown(facts, plan, indicator, facts.figure(indicator.code, w))
            for indicator, w in columns
        ],
        "placed": placed,
        "islands": facts.area.level == "country" or any(dot.inset for dot in placed),
        "map_indicator": mapped,
        "map_svg": Markup(
            drawing.dot_map(placed, on_map, Message(mapped.name_vi, mapped.name_en))
            if placed
            else ""
        ),
        "trends": trends,
        "forms": [
            {
                "form": form,
                "columns": sorted(form.columns, key=lambda column: column.number),
                "tables": sections.form_tables(facts, form),
            }
            for form in facts.registry.forms
        ],
        "scores": sections.scorecard(facts, plan),
        "score_total": sections.shown(facts, plan, total, facts.figure(total.code, "month")),
        "score_rank": sections.shown(facts, plan, rank, facts.figure(rank.code, "month")),
        "is_place": sections.is_place,
        "band": sections.band_name(facts),
        "funnels": [
            {
                "funnel": funnel,
                "steps": sections.funnel_steps(facts, plan, funnel),
                "beside": sections.lines(facts, plan, funnel.beside),
            }
            for funnel in plan.funnels
        ],
        "systems": [(card, parts) for card, parts in other if card.shown.is_known or parts],
        "systems_silent": [
            card.indicator for card, parts in other if not card.shown.is_known and not parts
        ],
        "deliveries": sorted(
            facts.deliveries,
            key=lambda delivery: (_URGENCY[delivery.state], delivery.dataset, delivery.supplier),
        ),
        "effect_of": effect_of,
        "unavailable": sections.unavailable(facts, plan),
        "revisions": revisions[:REVISIONS_SHOWN],
        "revision_count": len(revisions),
        "agreements": [_agreement(facts, agreement) for agreement in facts.agreements],
        "agreement_counts": _verdict_counts(facts),
        "definitions": list(facts.registry),
        "short": lambda indicator: plan.short_names.get(
            indicator.code, Message(indicator.name_vi, indicator.name_en)
        ),
        "names": lambda unit: facts.unit_names.get(unit, Message(unit, unit)),
        "num": number,
        "plain": lambda value: number(value, 0 if float(value).is_integer() else 1),
        "spark": lambda values, width=96, height=24: Markup(
            drawing.sparkline(values, width, height)
        ),
        "trend": lambda card, months: Markup(drawing.trend_chart(card, months)),
    }


_URGENCY = {"refused": 0, "missing": 1, "overdue": 2, "carried": 3, "accepted": 4}


def _contents(facts: Facts) -> list[tuple[str, Message]]:
    return [
        ("headline", Message("Chỉ tiêu chính", "Headline")),
        (
            "units",
            UNITS_TITLE[facts.units[0].level] if facts.units else Message("Địa bàn", "Areas"),
        ),
        ("map", Message("Bản đồ", "Map")),
        ("trends", Message("Xu hướng", "Trends")),
        ("form", Message("Biểu II.06a", "Form II.06a")),
        ("scorecard", Message("QĐ 766", "QĐ 766")),
        ("funnels", Message("ASM, căn cước, VNeID", "ASM, ID, VNeID")),
        ("systems", Message("Hệ thống khác", "Other systems")),
        ("data", Message("Dữ liệu", "Data")),
        *([("published", Message("Đã công bố", "Published"))] if facts.agreements else []),
        ("explorer", Message("Tra cứu", "Explore")),
        ("definitions", Message("Định nghĩa", "Definitions")),
    ]


def _clock(moment: Any) -> str:
    return vietnam_time(moment).strftime("%H:%M %d/%m/%Y") if moment else ""


def _sorted_column(columns: list[tuple[Any, str]]) -> int:
    """The column the table opens sorted by: the first rate with a direction."""
    return next(
        (
            at
            for at, (indicator, _) in enumerate(columns)
            if indicator.direction != "none" and indicator.unit == "%"
        ),
        0,
    )


def _ordered(
    rows: list[sections.UnitRow], column: int, columns: list[tuple[Any, str]]
) -> list[sections.UnitRow]:
    if not columns:
        return rows
    sign = 1 if columns[column][0].direction == "lower" else -1

    def key(row: sections.UnitRow) -> tuple[bool, float]:
        standing = row.cells[column].standing
        return standing is None, sign * (standing or 0.0)

    return sorted(rows, key=key)


def _mapped(facts: Facts, plan: ReportPlan, trends: list[sections.Card]) -> Any:
    """What the map shows first: the first rate of the trends that some unit has a figure for."""
    for card in trends:
        code = card.indicator.code
        if card.indicator.unit == "%" and any(
            facts.value(code, card.window, unit.area_id) is not None for unit in facts.units
        ):
            return card.indicator
    return trends[0].indicator if trends else facts.registry.indicator(plan.trends[0])


def effect_of(delivery: ReportDelivery) -> Message:
    """What a delivery's state does to the figures, in a sentence."""
    count = len(delivery.codes)
    if delivery.state == "accepted":
        if delivery.rows_read and delivery.rows_quarantined:
            kept = number(
                100
                * delivery.rows_accepted
                / max(delivery.rows_read - delivery.rows_superseded, 1),
                1,
            )
            return Message(f"tính trên {kept} % số dòng", f"made from {kept} % of the rows")
        return Message("tính đầy đủ", "complete")
    if delivery.stands:
        return Message(
            f"{count} chỉ tiêu vẫn theo lần gửi được chấp nhận trước đó",
            f"{count} indicators stand on the delivery accepted before",
        )
    if delivery.state == "carried" and delivery.carried_from:
        month = delivery.carried_from
        return Message(
            f"{count} chỉ tiêu dùng số của tháng {month.month}/{month.year}",
            f"{count} indicators use {month}",
        )
    return Message(
        f"{count} chỉ tiêu không có hoặc thiếu số liệu",
        f"{count} indicators have no figure, or a partial one",
    )


def _revisions(facts: Facts, plan: ReportPlan) -> list[dict[str, Any]]:
    """Largest change first: what a reader of the earlier publication must know."""
    rows = []
    for revision in facts.revisions:
        before = sections.shown(facts, plan, revision.indicator, revision.before)
        now = sections.shown(facts, plan, revision.indicator, revision.now)
        scale = max(abs(before.value or 0), abs(now.value or 0)) or 1
        rows.append(
            {
                "unit": revision.unit,
                "indicator": revision.indicator,
                "window": revision.window,
                "before": before,
                "now": now,
                "at": _clock(revision.revised_at),
                "weight": (
                    revision.unit.area_id != facts.area.area_id,
                    -abs((now.value or 0) - (before.value or 0)) / scale,
                ),
            }
        )
    return sorted(rows, key=lambda each: each["weight"])


def _agreement(facts: Facts, agreement: Any) -> dict[str, Any]:
    indicator = next((i for i in facts.registry if i.code == agreement.indicator_code), None)
    name = Message(agreement.indicator_code, agreement.indicator_code)
    unit = Message("", "")
    places = 0
    if indicator is not None:
        name = Message(indicator.name_vi, indicator.name_en)
        unit = facts.unit_names.get(indicator.unit, Message(indicator.unit, indicator.unit))
        places = places_of(indicator)
    return {
        "row": agreement,
        "name": name,
        "unit": unit,
        "published": number(agreement.published, places),
        "computed": number(agreement.computed, places),
    }


def _verdict_counts(facts: Facts) -> list[tuple[str, int]]:
    return [
        (kind, count)
        for kind in VERDICTS
        if (count := sum(agreement.verdict == kind for agreement in facts.agreements))
    ]


def _payload(facts: Facts, plan: ReportPlan, placed: list[drawing.Placed]) -> str:
    """What the explorer needs: every indicator with the area's thirteen months, its units' month and
    trends, and its breakdowns. Integers as stored, so that the page computes what the warehouse does.
    """
    spots = {dot.unit.area_id: dot for dot in placed}
    figures: dict[str, dict[str, Any]] = {}
    for indicator in facts.registry:
        for window in map(str, indicator.windows):
            packed = _figures_of(facts, indicator, window)
            if packed:
                figures[f"{indicator.code}|{window}"] = packed
    deliveries: dict[str, list[str]] = {}
    for each in facts.deliveries:
        deliveries.setdefault(each.dataset, []).append(
            f"{each.supplier_title}: {STATES[each.state].vi}"
        )
    content = {
        "month": str(facts.month),
        "months": [str(month) for month in facts.months],
        "area": facts.area.code,
        "first": plan.headline[0],
        "small": plan.small_denominator,
        "whole": list(plan.whole_lists),
        "units": [[unit.code, unit.name, unit.full_name] for unit in facts.units],
        "places": [
            [round(spot.x, 1), round(spot.y, 1), int(spot.inset)]
            if (spot := spots.get(unit.area_id))
            else None
            for unit in facts.units
        ]
        if placed
        else [],
        "radius": drawing.radius_for(placed),
        "mapSize": [drawing.MAP_WIDTH, drawing.MAP_HEIGHT],
        "unitNames": {key: [name.vi, name.en] for key, name in facts.unit_names.items()},
        "deliveries": {
            dataset: states if len(states) <= 4 else [*states[:3], f"… +{len(states) - 3}"]
            for dataset, states in deliveries.items()
        },
        "words": {
            "status": {
                letter: [STATUS[name].vi, STATUS[name].en]
                for name, letter in _STATUS_LETTERS.items()
            },
            "tones": {name: [words.vi, words.en] for name, words in TONES.items()},
            "windows": {name: [words.vi, words.en] for name, words in WINDOWS.items()},
            "breakdowns": {name: [words.vi, words.en] for name, words in plan.breakdowns.items()},
        },
        "indicators": {
            indicator.code: [
                *(
                    indicator.name_vi,
                    indicator.name_en,
                    indicator.unit,
                    places_of(indicator),
                    indicator.per,
                ),
                *(
                    indicator.value_multiplier,
                    int(indicator.is_quotient),
                    indicator.kind.value,
                    indicator.direction,
                ),
                *(
                    indicator.target,
                    list(indicator.thresholds),
                    indicator.formula,
                    indicator.legal_basis,
                ),
                *(list(indicator.datasets), _windows_of(facts, indicator.code)),
            ]
            for indicator in facts.registry
        },
        "figures": figures,
    }
    # "</script>" inside a text would end the element.
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _windows_of(facts: Facts, code: str) -> list[str]:
    first = facts.window_of(code)
    return [first, *(str(w) for w in facts.registry.indicator(code).windows if w != first)]


def _figures_of(facts: Facts, indicator: Any, window: str) -> dict[str, Any]:
    own = [_packed(figure) for figure in facts.trend(indicator.code, window)]
    units = [facts.figure(indicator.code, window, unit.area_id) for unit in facts.units]
    packed: dict[str, Any] = {}
    if any(figure != "x" for figure in own):
        packed["a"] = own
    if any(figure is not None for figure in units):
        packed["u"] = [_packed(figure) for figure in units]
        places = places_of(indicator) + 1
        lines = []
        for unit in facts.units:
            values = [
                None
                if figure is None or not figure.is_known
                else _rounded(value_of(indicator, figure.numerator, figure.denominator), places)
                for figure in facts.trend(indicator.code, window, unit.area_id)
            ]
            lines.append(values if sum(value is not None for value in values) > 1 else 0)
        if window == facts.window_of(indicator.code) and any(lines):
            packed["t"] = lines
    labels: Mapping[str, ReportFigure] = facts.breakdowns.get((indicator.code, window), {})
    if labels:
        packed["b"] = {label: _packed(figure) for label, figure in sorted(labels.items())}
    return packed


def _rounded(value: float | None, places: int) -> float | int | None:
    if value is None:
        return None
    rounded = round(value, places)
    return int(rounded) if rounded == int(rounded) else rounded


def _packed(figure: ReportFigure | None) -> list[int | str | None] | str:
    if figure is None:
        return "x"
    if not figure.is_known:
        return _STATUS_LETTERS.get(figure.status, "x")
    packed: list[int | str | None] = [figure.numerator, figure.denominator]
    if figure.status == "partial":
        return [*packed, figure.bound, f"{figure.areas_reported}/{figure.areas_expected}"]
    return [*packed, figure.bound] if figure.bound else packed
