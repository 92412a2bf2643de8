"""The scorecard of QĐ 766/QĐ-TTg: points of its components, their total, what could be measured of
it, band and rank.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from de06_pipeline.indicators.computation.calculation import Calculation
from de06_pipeline.indicators.computation.figure import FinishedFigure
from de06_pipeline.indicators.computation.finished import insert
from de06_pipeline.indicators.computation.labels import Labels
from de06_pipeline.indicators.methods.points import (
    Score,
    ScoreComponent,
    band_of,
    bands_in_force,
    components_in_force,
    ranks,
    score,
    total,
)
from de06_pipeline.registry.breakdowns import breakdown_text
from de06_pipeline.registry.model import TOTAL, Indicator

Scores = dict[int, Score]
"""By area."""


def add_component(calc: Calculation, indicator: Indicator, labels: Labels) -> None:
    """Points of one component, of its maximum.

    An area whose rate has no value gets the rate's status and no points.
    """
    component = next(
        (
            component
            for component in _components(calc, indicator)
            if component.code == indicator.code
        ),
        None,
    )
    if component is None:
        return
    scores = _scores(calc, component)
    figures = _figures(indicator, scores)
    for rate in _rates(calc).get(component.rate, ()):
        if rate.area_id not in scores:
            counts = (rate.expected, rate.reported)
            figures.append(
                FinishedFigure(
                    rate.area_id, indicator.code, TOTAL, None, None, rate.status, "", *counts
                )
            )
    _insert(calc, indicator, figures)


def add_total(calc: Calculation, indicator: Indicator, labels: Labels) -> None:
    """``q766.total``: the points of the components that could be measured, of the points that these
    have.
    """
    _insert(calc, indicator, _figures(indicator, _totals(calc, indicator)))


def add_measurable_points(calc: Calculation, indicator: Indicator, labels: Labels) -> None:
    """``q766.measurable_points``: how many of the 100 points could be measured."""
    totals = _totals(calc, indicator)
    _insert(
        calc,
        indicator,
        [
            _plain(indicator, area_id, area_score, area_score.measurable)
            for area_id, area_score in totals.items()
        ],
    )


def add_band(calc: Calculation, indicator: Indicator, labels: Labels) -> None:
    """``q766.band``: the grade of the share of measurable points, and again as the breakdown that
    names it.
    """
    bands = bands_in_force(_path(calc, indicator, "bands"), calc.month.last_day)
    figures = []
    for area_id, area_score in _totals(calc, indicator).items():
        band = band_of(area_score.share, bands)
        figures += [
            _plain(indicator, area_id, area_score, band.grade, breakdown=text)
            for text in (TOTAL, breakdown_text({"band": band.label}))
        ]
    _insert(calc, indicator, figures)


def add_rank(calc: Calculation, indicator: Indicator, labels: Labels) -> None:
    """``q766.rank``: provinces within the country, units within their province; the denominator is
    how many are ranked.
    """
    totals = _totals(calc, indicator)
    peers: dict[int | None, dict[int, Fraction]] = defaultdict(dict)
    for area_id, area_score in totals.items():
        level = calc.request.areas.get(area_id).level
        if level != "country":
            # Of the month: a unit can be older than its province as it is now (Huế, Đồng Nai).
            areas, is_unit = calc.request.areas, level != "province"
            province = areas.province_of(area_id, calc.month) if is_unit else None
            peers[province.area_id if province else None][area_id] = area_score.share
    figures = []
    for shares in peers.values():
        ranked = ranks(shares).items()
        figures += [
            _plain(indicator, area_id, totals[area_id], rank, len(shares))
            for area_id, rank in ranked
        ]
    _insert(calc, indicator, figures)


def _components(calc: Calculation, indicator: Indicator) -> tuple[ScoreComponent, ...]:
    return components_in_force(_path(calc, indicator, "components"), calc.month.last_day)


def _path(calc: Calculation, indicator: Indicator, name: str) -> Path:
    assert indicator.parameters is not None
    return calc.request.reference / str(indicator.parameters[name])


def _scores(calc: Calculation, component: ScoreComponent) -> Scores:
    """The points of a component; worked out once for its own figures and for those of the whole."""
    scores: Scores | None = calc.known.get(component)
    if scores is None:
        rates = _rates(calc).get(component.rate, ())
        scores = {rate.area_id: measured for rate in rates if (measured := score(component, rate))}
        calc.known[component] = scores
    return scores


def _rates(calc: Calculation) -> Mapping[str, Sequence[FinishedFigure]]:
    """The published totals of the calc's month, by indicator."""
    rates: dict[str, list[FinishedFigure]] | None = calc.known.get("rates")
    if rates is None:
        rates = defaultdict(list)
        for rate in calc.request.composition.get(calc.month, ()):
            rates[rate.code].append(rate)
        calc.known["rates"] = rates
    return rates


def _totals(calc: Calculation, indicator: Indicator) -> Scores:
    components = _components(calc, indicator)
    totals: Scores | None = calc.known.get(components)
    if totals is None:
        by_area: dict[int, list[Score]] = defaultdict(list)
        for component in components:
            for area_id, points in _scores(calc, component).items():
                by_area[area_id].append(points)
        totals = {area_id: whole for area_id, scores in by_area.items() if (whole := total(scores))}
        calc.known[components] = totals
    return totals


def _figures(indicator: Indicator, scores: Scores) -> list[FinishedFigure]:
    return [
        FinishedFigure(
            area_id,
            indicator.code,
            TOTAL,
            area_score.points,
            area_score.measurable,
            area_score.status,
            area_score.bound,
            area_score.expected,
            area_score.reported,
        )
        for area_id, area_score in scores.items()
    ]


def _plain(
    indicator: Indicator,
    area_id: int,
    score: Score,
    number: int,
    denominator: int | None = None,
    breakdown: str = TOTAL,
) -> FinishedFigure:
    """A figure about a score that is no score itself: exact, and never zero."""
    status = "partial" if score.status == "partial" else "reported"
    return FinishedFigure(
        area_id,
        indicator.code,
        breakdown,
        number,
        denominator,
        status,
        "",
        score.expected,
        score.reported,
    )


def _insert(calc: Calculation, indicator: Indicator, figures: list[FinishedFigure]) -> None:
    insert(
        calc,
        [
            figure
            for figure in figures
            if calc.request.areas.get(figure.area_id).level in indicator.levels
        ],
    )
