"""Values of figures, and how reports write them: Vietnamese number formats, units, changes, bands.

Numbers are written in the Vietnamese way; the page turns them into the English way by exchanging
points and commas when its language is switched.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from de06_pipeline.contracts.model import Message
from de06_pipeline.registry.model import Indicator, Kind

DASH = "–"

_WHOLE_UNITS = frozenset({"rank", "band"})

STATUS = {
    "reported": Message("đã có số liệu", "reported"),
    "reported_zero": Message("bằng 0", "zero"),
    "not_reported": Message("chưa gửi số liệu", "not delivered"),
    "no_denominator": Message("không phát sinh", "nothing occurred"),
    "partial": Message("chưa đủ số liệu", "partial"),
    "incomplete": Message("chưa tính được", "cannot be computed"),
    "withdrawn": Message("đã rút", "withdrawn"),
    "suppressed": Message("không công bố", "suppressed"),
}


BASIS = {
    "census 2019 × national growth": Message(
        "dân số ước tính từ Tổng điều tra 2019", "population estimated from the census of 2019"
    ),
    "mixed": Message(
        "dân số một phần ước tính từ Tổng điều tra 2019",
        "population in part estimated from the census of 2019",
    ),
}
"""What the population under a figure rests on where it was not delivered, by the warehouse's word."""


def value_of(indicator: Indicator, numerator: int | None, denominator: int | None) -> float | None:
    """The value in the indicator's unit, from what is stored; None where there is none.

    The same arithmetic as the views of the warehouse.
    """
    if numerator is None:
        return None
    if indicator.kind is Kind.SHARE and denominator is None:
        return numerator / 10000
    if not indicator.is_quotient:
        return numerator * indicator.value_multiplier / indicator.per
    if not denominator:
        return None
    return numerator * indicator.value_multiplier / (denominator * indicator.per)


def standing_of(
    indicator: Indicator, numerator: int | None, denominator: int | None
) -> float | None:
    """What a place among areas goes by: the value, but of a score the share of the points that could
    be measured, so that what was not measured never counts as zero.
    """
    if indicator.kind is Kind.SCORE and numerator is not None and denominator:
        return numerator / denominator
    return value_of(indicator, numerator, denominator)


def places_of(indicator: Indicator) -> int:
    """Decimal places that a value is written with."""
    if indicator.kind in (Kind.COUNT, Kind.STOCK) or indicator.unit in _WHOLE_UNITS:
        return 0
    if indicator.kind is Kind.AMOUNT and indicator.per == 1:
        return 0
    return 2 if indicator.kind is Kind.SCORE else 1


def number(value: float | int | Decimal | None, places: int = 0) -> str:
    """A number as Vietnamese reports write it, rounded half up: 1.234.567 or 98,7; – for none."""
    if value is None:
        return DASH
    step = Decimal(1).scaleb(-places)
    rounded = Decimal(repr(value) if isinstance(value, float) else value).quantize(
        step, ROUND_HALF_UP
    )
    if not rounded:
        rounded = abs(rounded)  # never "-0"
    text = f"{rounded:,.{places}f}"
    return text.translate(str.maketrans(",.", ".,"))


def places_for(indicator: Indicator, value: float | None) -> int:
    """Decimal places that one value is written with: more than usual, up to two, where a rate would
    read as 0 or 100 % or as its target without being it: 99,96 %, not 100,0 % with four late.
    """
    usual = places_of(indicator)
    if value is None or indicator.unit != "%":
        return usual
    limits = {0.0, 100.0, *([] if indicator.target is None else [indicator.target])}
    for places in range(usual, usual + 2):
        text = number(value, places)
        if not any(value != limit and text == number(limit, places) for limit in limits):
            return places
    return usual + 2


def signed(value: float, places: int) -> str:
    """With a sign, a real minus: +1,2, −0,4; ±0 where nothing is left after rounding."""
    text = number(abs(value), places)
    if not text.strip("0,."):
        return "±0"
    return ("+" if value > 0 else "−") + text


def parts_shown(
    indicator: Indicator, numerator: int | None, denominator: int | None
) -> tuple[str, str] | None:
    """Numerator and denominator in the unit shown (days, points), as text; None where a value has
    no parts.

    A mean of 3,1 days is 7.447,7 / 2.410, never 643.477.380 seconds; a median's denominator is how
    many values there were, so its numerator is the median itself.
    """
    if numerator is None or denominator is None or not indicator.has_denominator:
        return None
    top = number(numerator / indicator.per, 0 if indicator.per == 1 else 1)
    if indicator.kind is Kind.SCORE:
        below = number(denominator / indicator.per, 0)
        return number(numerator / indicator.per, places_of(indicator)), below
    return top, number(denominator)


TONES = {
    "good": Message("Đạt", "Met"),
    "fair": Message("Gần đạt", "Near"),
    "low": Message("Thấp", "Low"),
    "none": Message("", ""),
}


def tone_of(indicator: Indicator, value: float | None) -> str:
    """``good`` where the target is reached (or, without one, the best band), ``low`` in the worst
    band, ``fair`` between; ``none`` where the registry sets neither target nor bands.
    """
    thresholds = indicator.thresholds
    if (
        value is None
        or indicator.direction == "none"
        or (indicator.target is None and not thresholds)
    ):
        return "none"
    sign = 1 if indicator.direction == "higher" else -1
    if indicator.target is not None and sign * value >= sign * indicator.target:
        return "good"
    passed = sum(sign * value >= sign * limit for limit in thresholds)
    if indicator.target is None and passed == len(thresholds):
        return "good"
    return "fair" if passed else "low"


def band_of(indicator: Indicator, value: float | None) -> str:
    """The band of the legend that a value lies in, as text: ``≥ 95``, ``80–95``, ``< 80``; empty
    without bands.
    """
    limits = indicator.thresholds
    if value is None or not limits:
        return ""
    passed = sum(value >= limit for limit in limits)
    if passed == 0:
        return f"< {_plain(limits[0])}"
    if passed == len(limits):
        return f"≥ {_plain(limits[-1])}"
    return f"{_plain(limits[passed - 1])}–{_plain(limits[passed])}"


def _plain(limit: float) -> str:
    return f"{limit:g}".replace(".", ",")


_UNCHANGED = Message("không đổi", "unchanged")


def change(indicator: Indicator, now: float | None, before: float | None) -> Message | None:
    """How much a value has changed: points of per cent for rates, per cent for counts, the
    difference else; None where one of them is not known or a count was zero.
    """
    if now is None or before is None:
        return None
    if indicator.unit == "%":
        text = signed(now - before, 1)
        if text == "±0":
            return _UNCHANGED
        return Message(f"{text} điểm %", f"{text} points")
    if indicator.kind in (Kind.COUNT, Kind.STOCK, Kind.AMOUNT):
        if not before:
            return None
        text = signed(100 * (now - before) / before, 1)
        if now == before:
            return _UNCHANGED
        return Message(f"{text} %", f"{text} %")
    text = signed(now - before, places_of(indicator))
    return _UNCHANGED if text == "±0" else Message(text, text)


def is_better(indicator: Indicator, now: float | None, before: float | None) -> str:
    """``better``, ``worse`` or ``same`` by the indicator's direction."""
    if now is None or before is None or indicator.direction == "none":
        return "same"
    gain = (now - before) * (1 if indicator.direction == "higher" else -1)
    smallest = 0.5 * 10.0 ** -places_of(indicator)
    return "same" if abs(gain) < smallest else "better" if gain > 0 else "worse"
