"""Sparklines, trends and maps as hand-written SVG: a few hundred bytes each, sharp on paper, read
aloud by their labels. Colours and fonts come from the page's style.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import numpy.typing as npt

from de06_pipeline.contracts.model import Message
from de06_pipeline.periods import Month
from de06_pipeline.reports.monthly.facts import ReportUnit
from de06_pipeline.reports.monthly.numbers import number, places_of
from de06_pipeline.reports.monthly.sections import Card, Shown

MAP_WIDTH, MAP_HEIGHT = 560, 460
_Points = npt.NDArray[np.float64]
_MARGIN = 26
_LEAST_SPAN = 6.0
"""Points of per cent that the axis of a rate spans at least."""


def sparkline(values: Sequence[float | None], width: int = 96, height: int = 24) -> str:
    """A line through the months that have a value, with gaps where there is none, and a dot at the
    last month; nothing where fewer than two have one.
    """
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    xs, ys = _scaled(values, width, height, 3)
    dot = ""
    if values[-1] is not None:
        dot = f'<circle cx="{xs[-1]:.1f}" cy="{ys[-1]:.1f}" r="2.2"/>'
    return (
        f'<svg class="spark" viewBox="0 0 {width} {height}" width="{width}" height="{height}" aria-hidden="true">'
        f'<path d="{_path(xs, ys)}"/>{dot}</svg>'
    )


def _scaled(
    values: Sequence[float | None], width: float, height: float, pad: float
) -> tuple[list[float], list[float | None]]:
    known = [value for value in values if value is not None]
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    step = (width - 2 * pad) / max(len(values) - 1, 1)
    xs = [pad + step * place for place in range(len(values))]
    ys = [
        None if value is None else height - pad - (height - 2 * pad) * (value - low) / span
        for value in values
    ]
    return xs, ys


def _path(xs: Sequence[float], ys: Sequence[float | None]) -> str:
    parts, pen_up = [], True
    for x, y in zip(xs, ys, strict=True):
        if y is None:
            pen_up = True
            continue
        parts.append(f"{'M' if pen_up else 'L'}{x:.1f} {y:.1f}")
        pen_up = False
    return "".join(parts)


def trend_chart(card: Card, months: Sequence[Month]) -> str:
    """Thirteen months of one indicator: the line, the target, a point a month that says its value,
    numerator and denominator; points of few cases are hollow.
    """
    width, height, left, right, top, bottom = 340, 150, 48, 12, 10, 24
    values = [point.value for point in card.trend]
    low, high, ticks = _axis(values, card)
    places = places_of(card.indicator)
    inner_w, inner_h = width - left - right, height - top - bottom

    def y_of(value: float) -> float:
        return top + inner_h * (1 - (value - low) / ((high - low) or 1))

    step = inner_w / max(len(months) - 1, 1)
    xs = [left + step * place for place in range(len(months))]
    ys: list[float | None] = [None if value is None else y_of(value) for value in values]
    parts = [
        f'<svg class="trend" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(_spoken(card, months))}">'
    ]
    for tick in ticks:
        at = y_of(tick)
        label = _short(tick)
        parts.append(
            f'<line class="grid" x1="{left}" x2="{width - right}" y1="{at:.1f}" y2="{at:.1f}"/>'
            f'<text class="n" x="{left - 6}" y="{at + 3.5:.1f}" text-anchor="end">{label}</text>'
        )
    target = card.indicator.target
    if target is not None and low <= target <= high:
        at = y_of(target)
        parts.append(
            f'<line class="target" x1="{left}" x2="{width - right}" y1="{at:.1f}" y2="{at:.1f}"/>'
        )
    parts.append(f'<path class="line" d="{_path(xs, ys)}"/>')
    for x, y, month, point in zip(xs, ys, months, card.trend, strict=True):
        if y is None:
            continue
        kind = "few" if point.small or point.partial else "full"
        parts.append(
            f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="3"><title>{escape(_said(month, point, places))}</title></circle>'
        )
    for place in sorted({0, len(months) // 2, len(months) - 1}):
        anchor = "start" if place == 0 else "end" if place == len(months) - 1 else "middle"
        month = months[place]
        parts.append(
            f'<text x="{xs[place]:.1f}" y="{height - 6}" text-anchor="{anchor}">{month.month:02d}/{month.year}</text>'
        )
    parts.append("</svg>")
    return "".join(parts)


def _axis(values: Sequence[float | None], card: Card) -> tuple[float, float, list[float]]:
    """The ends of the axis and its ticks: round numbers around the values, from zero for counts, and
    never above 100 for a rate that does not pass it.
    """
    known = [value for value in values if value is not None]
    is_rate = card.indicator.unit == "%"
    low, high = min(known), max(known)
    if not is_rate:
        low = min(low, 0.0)
    target = card.indicator.target
    if target is not None and is_rate and abs(target - high) < 25:
        high = max(high, target)
    if is_rate and high - low < _LEAST_SPAN:
        # Hundredths of a point would look like a slope.
        middle = (high + low) / 2
        low, high = middle - _LEAST_SPAN / 2, middle + _LEAST_SPAN / 2
        if high > 100 >= max(known):
            low, high = 100 - _LEAST_SPAN, 100.0
    step = _round_step((high - low) / 3 or abs(high) / 3 or 1.0)
    first = math.floor(low / step) * step
    if is_rate:
        first = max(first, 0.0)
    last = math.ceil(high / step - 1e-9) * step
    if is_rate and high <= 100 and first < 100:
        last = min(last, 100.0)
    if last <= first:
        last = first + step
    count = math.floor((last - first) / step + 1e-9)
    return first, last, [first + step * place for place in range(count + 1)]


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * nice for nice in (1, 2, 2.5, 5, 10) if power * nice >= rough - 1e-12)


def _short(value: float) -> str:
    if abs(value) >= 1_000_000:
        return number(value / 1_000_000, 1).removesuffix(",0") + " tr"
    places = 0 if float(value).is_integer() else 1
    return number(value, places)


def _said(month: Month, point: Shown, places: int) -> str:
    parts = f" ({point.parts[0]}/{point.parts[1]})" if point.parts else ""
    return f"{month.month:02d}/{month.year}: {point.text} {point.unit.vi}{parts}"


def _spoken(card: Card, months: Sequence[Month]) -> str:
    known = [
        (month, point) for month, point in zip(months, card.trend, strict=True) if point.is_known
    ]
    ends = "; ".join(
        _said(month, point, 1) for month, point in ([known[0], known[-1]] if known else [])
    )
    return f"{card.indicator.name_vi} / {card.indicator.name_en}: {ends}"


# Maps


@dataclass(frozen=True, slots=True)
class Placed:
    """A unit on the map. ``inset``: it lies far off, in a box of its own at the side."""

    unit: ReportUnit
    x: float
    y: float
    inset: bool = False


def place_units(units: Sequence[ReportUnit]) -> list[Placed]:
    """Units at their centres, fitted to the map and pushed apart so that no dot hides another;
    islands far off stand in boxes at the right.
    """
    located = [unit for unit in units if unit.longitude is not None and unit.latitude is not None]
    if not located:
        return []
    points = np.array([[unit.longitude, unit.latitude] for unit in located], dtype=float)
    middle = np.median(points, axis=0)
    squeeze = math.cos(math.radians(float(middle[1])))
    flat = np.column_stack([(points[:, 0] - middle[0]) * squeeze, points[:, 1] - middle[1]])
    distance = np.hypot(flat[:, 0], flat[:, 1])
    usual = float(np.quantile(distance, 0.9)) or 1.0
    far = distance > max(2.2 * usual, 0.6)
    near = flat[~far]
    side = 96 if far.any() else 0
    room_w, room_h = MAP_WIDTH - 2 * _MARGIN - side, MAP_HEIGHT - 2 * _MARGIN
    low, high = near.min(axis=0), near.max(axis=0)
    span = np.maximum(high - low, 1e-6)
    scale = min(room_w / span[0], room_h / span[1]) if len(near) > 1 else 1.0
    offset = np.array([room_w, room_h]) / 2 - (high - low) * scale / 2
    placed = np.column_stack([near[:, 0] - low[0], high[1] - near[:, 1]]) * scale + offset + _MARGIN
    placed = _pushed_apart(placed, _radius(len(near)), room_w, room_h)
    dots: list[Placed] = []
    inner = iter(placed)
    outside = 0
    for unit, is_far in zip(located, far, strict=True):
        if is_far:
            dots.append(Placed(unit, MAP_WIDTH - 58, 60 + 92 * outside, True))
            outside += 1
        else:
            x, y = next(inner)
            dots.append(Placed(unit, float(x), float(y)))
    return dots


def _radius(count: int) -> float:
    """The radius of the largest dot: what leaves room for all of them."""
    return max(5.0, min(16.0, 62.0 / math.sqrt(max(count, 1))))


def radius_for(placed: Sequence[Placed]) -> float:
    """The largest dot's radius on a map of these units."""
    return _radius(sum(not dot.inset for dot in placed))


def _pushed_apart(points: _Points, radius: float, room_w: float, room_h: float) -> _Points:
    """Dots moved as little as it takes until none covers another's middle."""
    moved = points.copy()
    least = 1.75 * radius
    for _ in range(60):
        difference = moved[:, None, :] - moved[None, :, :]
        distance = np.hypot(difference[..., 0], difference[..., 1])
        np.fill_diagonal(distance, np.inf)
        overlap = np.maximum(least - distance, 0.0)
        if not (overlap > 0.1).any():
            break
        direction = difference / np.where(distance < 1e-6, 1.0, distance)[..., None]
        moved += (direction * overlap[..., None]).sum(axis=1) * 0.25
        moved += (points - moved) * 0.02
    # Where dots were pushed over the edge the whole picture is drawn in.
    low, high = moved.min(axis=0), moved.max(axis=0)
    room = np.array([room_w, room_h])
    shrink = min(1.0, float((room / np.maximum(high - low, 1e-6)).min()))
    moved = (moved - (low + high) / 2) * shrink + (low + high) / 2
    shift = np.minimum(_MARGIN + room - moved.max(axis=0), 0) + np.maximum(
        _MARGIN - moved.min(axis=0), 0
    )
    return np.asarray(moved + shift)


def dot_map(
    placed: Sequence[Placed], value_of: Callable[[ReportUnit], Shown], name: Message
) -> str:
    """One dot a unit: its colour the band, its size the denominator (the count, for counts); hollow
    where there is no figure.
    """
    figures = [(dot, value_of(dot.unit)) for dot in placed]
    sizes = [_size(shown) for _, shown in figures]
    largest = max([size for size in sizes if size] or [1.0])
    radius = radius_for(placed)
    parts = [
        f'<svg class="map" viewBox="0 0 {MAP_WIDTH} {MAP_HEIGHT}" role="img" aria-label="{escape(name.vi)} / {escape(name.en)}">'
    ]
    order = sorted(range(len(figures)), key=lambda at: -(sizes[at] or 0))
    boxes: list[tuple[float, float, float, float]] = [
        (dot.x - 6, dot.y - 6, dot.x + 6, dot.y + 6) for dot in placed
    ]
    labels = []
    for at in order:
        dot, shown = figures[at]
        size = sizes[at]
        r = radius * (0.45 + 0.55 * math.sqrt(size / largest)) if size else radius * 0.4
        tone = shown.tone if shown.is_known else "void"
        if dot.inset:
            parts.append(
                f'<rect class="inset" x="{dot.x - 46:.0f}" y="{dot.y - 40:.0f}" width="92" height="84" rx="6"/>'
            )
            labels.append(
                f'<text x="{dot.x:.0f}" y="{dot.y + 34:.0f}" text-anchor="middle">{escape(dot.unit.name)}</text>'
            )
        parts.append(
            f'<circle class="t-{tone}" cx="{dot.x:.1f}" cy="{dot.y:.1f}" r="{r:.1f}" data-unit="{escape(dot.unit.code)}">'
            f"<title>{escape(_dot_said(dot.unit, shown))}</title></circle>"
        )
        if not dot.inset:
            label = _label(dot, r, boxes)
            if label:
                labels.append(label)
    return "".join([*parts, *labels, "</svg>"])


def _size(shown: Shown) -> float | None:
    figure = shown.figure
    if not shown.is_known or figure is None:
        return None
    return float(figure.denominator if figure.denominator is not None else figure.numerator or 0)


def _dot_said(unit: ReportUnit, shown: Shown) -> str:
    if not shown.is_known:
        return f"{unit.full_name}: {shown.why.vi if shown.why else '–'}"
    parts = f" ({shown.parts[0]}/{shown.parts[1]})" if shown.parts else ""
    return f"{unit.full_name}: {shown.text} {shown.unit.vi}{parts}"


def _label(dot: Placed, r: float, boxes: list[tuple[float, float, float, float]]) -> str:
    """The unit's name beside its dot, where it covers neither a dot nor another name."""
    width, height = 5.6 * len(dot.unit.name), 11.0
    tries = (
        (dot.x + r + 3, dot.y + 3.5, "start"),
        (dot.x - r - 3, dot.y + 3.5, "end"),
        (dot.x, dot.y - r - 4, "middle"),
        (dot.x, dot.y + r + 11, "middle"),
    )
    for x, y, anchor in tries:
        left = x if anchor == "start" else x - width if anchor == "end" else x - width / 2
        box = (left, y - height + 2, left + width, y + 2)
        if left < 2 or box[2] > MAP_WIDTH - 2 or box[1] < 2 or box[3] > MAP_HEIGHT - 2:
            continue
        if any(
            box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
            for other in boxes
        ):
            continue
        boxes.append(box)
        return (
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(dot.unit.name)}</text>'
        )
    return ""
