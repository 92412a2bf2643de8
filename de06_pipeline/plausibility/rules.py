"""From ``data_contracts/plausibility.yaml`` to plain values.

Which indicators exist is checked against the registry's codes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from de06_pipeline.contracts.model import Message
from de06_pipeline.contracts.reader import Reader
from de06_pipeline.plausibility.bands import BandRule, RateBandRule
from de06_pipeline.registry.entry import levels_of

FILE = "plausibility.yaml"

_SECTIONS = {
    "at_most": {"left", "right"},
    "shares": {"indicators"},
    "catalogues": {"indicator", "lookup"},
    "outliers": {
        "indicators",
        "levels",
        "floor",
        "deviations",
        "smallest_factor",
        "years_needed",
        "months_needed",
        "months_looked_at",
    },
    "falls": {"indicators", "levels", "floor", "months_looked_at"},
    "rates": {
        "indicators",
        "levels",
        "floor",
        "deviations",
        "smallest_points",
        "months_needed",
        "months_looked_at",
    },
}
_SEVERAL = ("shares", "outliers", "falls", "rates")
"""The sections whose rules are about several indicators each."""
_COMMON = {"name", "remedy_vi", "remedy_en"}


@dataclass(frozen=True, slots=True)
class AtMost:
    """``left`` may not be more than ``right``, in any area, breakdown and month."""

    rule_id: str
    left: str
    right: str
    remedy: Message


@dataclass(frozen=True, slots=True)
class Share:
    """A ratio that needs an explanation above 100 %."""

    rule_id: str
    indicator: str
    remedy: Message


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Values that a month's rows use must be in the catalogue in force; ``lookup`` is the
    registry's, of the source of ``indicator``.
    """

    rule_id: str
    indicator: str
    lookup: str
    remedy: Message


@dataclass(frozen=True, slots=True)
class Outlier:
    """A count must lie within the band of its own past.

    Attributes:
        levels: of the areas looked at.
        floor: nothing is said where both the figure and the median are smaller.
        years: of the same calendar month of earlier years.
        months: of the months just before, where there are too few years.
        months_looked_at: how many months before count for the latter.
    """

    rule_id: str
    indicator: str
    levels: tuple[str, ...]
    floor: int
    years: BandRule
    months: BandRule
    months_looked_at: int
    remedy: Message


@dataclass(frozen=True, slots=True)
class Fall:
    """A rate may not become 0 or 100 %, nor a count 0, where the last month's was not.

    Attributes:
        floor: nothing is said of a rate of fewer, or of a count whose last one was smaller.
        months_looked_at: how many months back the last figure may lie.
    """

    rule_id: str
    indicator: str
    levels: tuple[str, ...]
    floor: int
    months_looked_at: int
    remedy: Message


@dataclass(frozen=True, slots=True)
class RateOutlier:
    """A rate must lie within the band of the months just before. ``floor``: nothing is said of a
    rate of fewer, and it is no part of a past.
    """

    rule_id: str
    indicator: str
    levels: tuple[str, ...]
    floor: int
    months: RateBandRule
    months_looked_at: int
    remedy: Message


@dataclass(frozen=True, slots=True)
class PlausibilityRules:
    """The rules of one source. ``version``: hash of the file."""

    at_most: tuple[AtMost, ...]
    shares: tuple[Share, ...]
    catalogues: tuple[Catalogue, ...]
    outliers: tuple[Outlier, ...]
    falls: tuple[Fall, ...]
    rates: tuple[RateOutlier, ...]
    version: str

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """Every rule once, in the order of the file."""
        rules: tuple[AtMost | Share | Catalogue | Outlier | Fall | RateOutlier, ...] = (
            *self.at_most,
            *self.shares,
            *self.catalogues,
            *self.outliers,
            *self.falls,
            *self.rates,
        )
        return tuple(dict.fromkeys(rule.rule_id for rule in rules))


def load_rules(
    path: Path, source: str, sources: Mapping[str, Collection[str]]
) -> PlausibilityRules:
    """The rules about one source's indicators.

    Args:
        sources: source → its indicator codes, from the registry.

    Raises:
        ContractError: a key, an indicator or a level is not known, two sources are compared, or two
        rules share a name; with file and line.
    """
    file = Reader.of_file(path)
    source_of = {code: name for name, codes in sources.items() for code in codes}
    if unknown := set(file.values) - set(_SECTIONS):
        raise file.error(
            f"'{sorted(unknown)[0]}' is not known here; known are {', '.join(_SECTIONS)}.",
            sorted(unknown)[0],
        )
    entries: dict[str, list[tuple[Reader, str, str]]] = {section: [] for section in _SECTIONS}
    names: set[str] = set()
    for section, keys in _SECTIONS.items():
        for entry in file.each(section):
            name = _checked(entry, keys | _COMMON, names)
            for code in _codes(entry, section):
                if code not in source_of:
                    raise entry.error(f"there is no indicator '{code}' in the registry.")
                if source_of[code] == source:
                    entries[section].append((entry, f"{source}.plausibility.{name}", code))
            if section == "at_most":
                _same_source(entry, source_of)
    return PlausibilityRules(
        at_most=tuple(
            AtMost(rule_id, left, entry.need("right", str), _remedy(entry))
            for entry, rule_id, left in entries["at_most"]
            if left == entry.need("left", str)
        ),
        shares=tuple(
            Share(rule_id, code, _remedy(entry)) for entry, rule_id, code in entries["shares"]
        ),
        catalogues=tuple(
            Catalogue(rule_id, code, e.need("lookup", str), _remedy(e))
            for e, rule_id, code in entries["catalogues"]
        ),
        outliers=tuple(
            _outlier(entry, rule_id, code) for entry, rule_id, code in entries["outliers"]
        ),
        falls=tuple(
            Fall(
                rule_id,
                code,
                levels_of(entry),
                entry.need("floor", int),
                entry.need("months_looked_at", int),
                _remedy(entry),
            )
            for entry, rule_id, code in entries["falls"]
        ),
        rates=tuple(_rate(entry, rule_id, code) for entry, rule_id, code in entries["rates"]),
        version=hashlib.sha256(path.read_bytes()).hexdigest()[:16],
    )


def _checked(entry: Reader, known: set[str], names: set[str]) -> str:
    if unknown := set(entry.values) - known:
        raise entry.error(
            f"'{sorted(unknown)[0]}' is not known here; known are {', '.join(sorted(known))}.",
            sorted(unknown)[0],
        )
    name = entry.need("name", str)
    if name in names:
        raise entry.error(f"the rule '{name}' is given twice; choose another name.", "name")
    names.add(name)
    return name


def _codes(entry: Reader, section: str) -> tuple[str, ...]:
    if section == "at_most":
        return entry.need("left", str), entry.need("right", str)
    return entry.texts("indicators") if section in _SEVERAL else (entry.need("indicator", str),)


def _same_source(entry: Reader, source_of: Mapping[str, str]) -> None:
    left, right = entry.need("left", str), entry.need("right", str)
    if source_of[left] != source_of[right]:
        raise entry.error(
            f"'{left}' and '{right}' are of different sources, which are published apart; compare figures of one source."
        )


def _remedy(entry: Reader) -> Message:
    return Message(entry.need("remedy_vi", str), entry.need("remedy_en", str))


def _outlier(entry: Reader, rule_id: str, code: str) -> Outlier:
    deviations, factor = entry.need("deviations", float), entry.need("smallest_factor", float)
    levels = levels_of(entry)
    if deviations <= 0 or factor <= 1:
        raise entry.error(
            "'deviations' must be above 0 and 'smallest_factor' above 1, or every figure is an outlier."
        )
    return Outlier(
        rule_id=rule_id,
        indicator=code,
        levels=levels,
        floor=entry.need("floor", int),
        years=BandRule(deviations, factor, entry.need("years_needed", int)),
        months=BandRule(deviations, factor, entry.need("months_needed", int)),
        months_looked_at=entry.need("months_looked_at", int),
        remedy=_remedy(entry),
    )


def _rate(entry: Reader, rule_id: str, code: str) -> RateOutlier:
    deviations, points = entry.need("deviations", float), entry.need("smallest_points", float)
    if deviations <= 0 or points <= 0:
        raise entry.error(
            "'deviations' and 'smallest_points' must be above 0, or every figure is an outlier."
        )
    return RateOutlier(
        rule_id=rule_id,
        indicator=code,
        levels=levels_of(entry),
        floor=entry.need("floor", int),
        months=RateBandRule(deviations, points, entry.need("months_needed", int)),
        months_looked_at=entry.need("months_looked_at", int),
        remedy=_remedy(entry),
    )
