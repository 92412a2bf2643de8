"""Are the published figures believable?

Looked at after a publication, for every month it touched; always a warning.

Rules are in ``data_contracts/plausibility.yaml``, what a review has found right in
``data_contracts/reference/accepted_outliers.csv``. What is in force is in the table
``plausibility_finding``.
"""

from __future__ import annotations

import math
import textwrap
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from de06_pipeline.areas.tables import csv_rows
from de06_pipeline.areas.territory import Territory
from de06_pipeline.contracts.model import Message
from de06_pipeline.errors import ContractError
from de06_pipeline.monthly.find_uncatalogued import uncatalogued
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month
from de06_pipeline.plausibility.accepted import Acceptance, FindingKey, load_accepted
from de06_pipeline.plausibility.history import (
    band_of,
    fell_from,
    is_outlier,
    months_compared_with,
    months_judged_by,
    rate_band_of,
)
from de06_pipeline.plausibility.rules import (
    FILE,
    AtMost,
    Catalogue,
    Fall,
    Outlier,
    PlausibilityRules,
    RateOutlier,
    Share,
    load_rules,
)
from de06_pipeline.registry.model import Indicator, Registry
from de06_pipeline.reports.wording import number
from de06_pipeline.warehouse.figures.plausibility import (
    Counted,
    PlausibilityFinding,
    counts_of,
    figures_above,
    months_published,
    record_findings,
    shares_above_whole,
    stored_findings,
)
from de06_pipeline.warehouse.figures.read import COUNTRY

PORTAL_FILE = "procedures_portal.csv"
_CODES_SHOWN = 5
"""How many unknown values a message names."""
_NAME_SHOWN = 60
"""Characters of a procedure's name; some take half a page."""
_YEARS_LOOKED_AT = 10
"""Years of which the same month is looked at."""


@dataclass(frozen=True, slots=True)
class Plausibility:
    """What stands about a month's figures.

    ``rules``: how many were looked at; ``other_months``: open findings about later months.
    """

    rules: int
    findings: tuple[PlausibilityFinding, ...]
    other_months: int

    @property
    def open(self) -> tuple[PlausibilityFinding, ...]:
        return tuple(f for f in self.findings if f.accepted_by is None)


def rules_of(registry: Registry, folder: Path, source: str) -> PlausibilityRules:
    """The rules about a source.

    Raises:
        ContractError: the file of rules is wrong; with its line.
    """
    codes = {name: tuple(each.indicators) for name, each in registry.sources.items()}
    rules = load_rules(folder / FILE, source, codes)
    for rule in rules.catalogues:
        if rule.lookup not in (known := registry.sources[source].lookups):
            raise ContractError(
                f"{FILE}: '{rule.lookup}' is not a lookup of {source}; there are {', '.join(known) or 'none'}."
            )
    return rules


def check_plausibility(
    workspace: Workspace, source: str, month: Month, touched: Collection[Month], run_id: str
) -> Plausibility:
    """Look at the figures of the months that a publication touched and of those compared with them,
    and record what is found.

    Args:
        month: the month published.
        touched: every month that the publication recomputed.

    Raises:
        ContractError: the rules or the reviewed list are wrong; with file and line.
    """
    rules = rules_of(workspace.registry, workspace.settings.contracts, source)
    looker = _Looker(workspace, source, rules, load_accepted(workspace.reference))
    months = looker.affected({month, *touched})
    record_findings(workspace.warehouse, source, months, looker.findings(months), run_id)
    stored = stored_findings(workspace.warehouse, source, month)
    others = sum(
        f.month != month
        for f in stored_findings(workspace.warehouse, source, open_only=True)
        if f.month in months
    )
    return Plausibility(len(rules.rule_ids), stored, others)


@dataclass(frozen=True, slots=True)
class _Looker:
    """What is needed to judge the figures of one source."""

    workspace: Workspace
    source: str
    rules: PlausibilityRules
    accepted: Mapping[FindingKey, Acceptance]
    known: dict[tuple[str, frozenset[Month]], Mapping[int, Mapping[Month, Counted]]] = field(
        default_factory=dict
    )

    def affected(self, touched: Collection[Month]) -> list[Month]:
        """The months to look at: those touched, and later ones that have one of them in their past."""
        published = months_published(
            self.workspace.warehouse, list(self.workspace.registry.sources[self.source].indicators)
        )
        later = {
            m
            for rule in self.rules.outliers
            for month in touched
            for m in months_judged_by(month, published, rule)
        }
        looked_at = {
            *(fall.months_looked_at for fall in self.rules.falls),
            *(rate.months_looked_at for rate in self.rules.rates),
        }
        later |= {
            m
            for back in looked_at
            for month in touched
            for m in months_compared_with(month, published, back)
        }
        return sorted(set(touched) | later)

    def findings(self, months: Collection[Month]) -> Iterator[PlausibilityFinding]:
        """What the rules find in some months, marked where a review has found it right."""
        for at_most in self.rules.at_most:
            yield from map(self._reviewed, self._above(at_most, months))
        for share in self.rules.shares:
            yield from map(self._reviewed, self._shares(share, months))
        for catalogue in self.rules.catalogues:
            yield from map(self._reviewed, self._unknown(catalogue, months))
        for outlier in self.rules.outliers:
            yield from map(self._reviewed, self._outliers(outlier, months))
        for fall in self.rules.falls:
            yield from map(self._reviewed, self._falls(fall, months))
        for rate in self.rules.rates:
            yield from map(self._reviewed, self._rates(rate, months))

    def _above(self, rule: AtMost, months: Collection[Month]) -> Iterator[PlausibilityFinding]:
        right = self._indicator(rule.right)
        for pair in figures_above(self.workspace.warehouse, rule.left, rule.right, months):
            what = Message(
                f"nhiều hơn {number(pair.limit)} ({right.name_vi})",
                f"is more than {pair.limit:,} ({right.name_en})",
            )
            place = (pair.month, pair.area_id, pair.time_window, pair.breakdown)
            yield self._finding(rule, rule.left, place, pair.value, (None, pair.limit), what)

    def _shares(self, rule: Share, months: Collection[Month]) -> Iterator[PlausibilityFinding]:
        for share in shares_above_whole(self.workspace.warehouse, rule.indicator, months):
            what = Message(
                f"nhiều hơn mẫu số {number(share.limit)}: trên 100 %",
                f"is more than the denominator {share.limit:,}: above 100 %",
            )
            place = (share.month, share.area_id, share.time_window, share.breakdown)
            limits = (None, share.limit)
            yield self._finding(rule, rule.indicator, place, share.value, limits, what)

    def _unknown(self, rule: Catalogue, months: Collection[Month]) -> Iterator[PlausibilityFinding]:
        names = self._portal_names
        for month in months:
            for area in uncatalogued(self.workspace, self.source, rule.lookup, month):
                shown = ", ".join(
                    f"{code} ({textwrap.shorten(names[code], _NAME_SHOWN, placeholder=' …')})"
                    if code in names
                    else code
                    for code in area.unknown[:_CODES_SHOWN]
                ) + (" …" if len(area.unknown) > _CODES_SHOWN else "")
                what = Message(
                    f"giá trị không có trong danh mục của tháng, trong {number(area.used)} giá trị đã dùng: {shown}",
                    f"values are not in the month's catalogue, of {area.used:,} in use: {shown}",
                )
                place = (month, area.area_id, "month", "")
                unknown = len(area.unknown)
                yield self._finding(rule, rule.indicator, place, unknown, (None, 0), what)

    def _outliers(self, rule: Outlier, months: Collection[Month]) -> Iterator[PlausibilityFinding]:
        for past in self._past(rule.indicator, rule.levels, months):
            counts = {each: figure.counted for each, figure in past.items()}
            for month in months:
                band = band_of(counts, month, rule) if month in counts else None
                if band is None or not is_outlier(counts[month], band, rule):
                    continue
                what = Message(
                    f"ngoài khoảng {number(band.low)} đến {number(band.high)} suy từ các kỳ trước (giữa là {number(band.middle)})",
                    f"is outside {band.low:,} to {band.high:,}, which earlier periods suggest (middle {band.middle:,})",
                )
                place = (month, past[month].area_id, "month", "")
                limits = (band.low, band.high)
                yield self._finding(rule, rule.indicator, place, counts[month], limits, what)

    def _falls(self, rule: Fall, months: Collection[Month]) -> Iterator[PlausibilityFinding]:
        for past in self._past(rule.indicator, rule.levels, months):
            for month in sorted(set(months) & past.keys()):
                last = fell_from(past, month, rule)
                if last is None:
                    continue
                now, before = past[month], past[last]
                was = _shown(before)
                what = Message(f"trong khi tháng {last} là {was.vi}", f"where {last} had {was.en}")
                if now.of is not None:
                    what = Message(
                        f"trên {number(now.of)} ({_shown(now).vi}), {what.vi}",
                        f"of {now.of:,} ({_shown(now).en}), {what.en}",
                    )
                place = (month, past[month].area_id, "month", "")
                yield self._finding(rule, rule.indicator, place, now.counted, (None, None), what)

    def _rates(self, rule: RateOutlier, months: Collection[Month]) -> Iterator[PlausibilityFinding]:
        for past in self._past(rule.indicator, rule.levels, months):
            for month in sorted(set(months) & past.keys()):
                now = past[month]
                band = rate_band_of(past, month, rule)
                if band is None or not now.of or now.rate is None or band.holds(now.rate):
                    continue
                shown = _shown(now)
                low, high = f"{band.low:.1f}", f"{band.high:.1f}"
                low_vi, high_vi = low.replace(".", ","), high.replace(".", ",")
                what = Message(
                    f"trên {number(now.of)} ({shown.vi}), ngoài khoảng {low_vi} đến {high_vi} % suy từ các kỳ trước",
                    f"of {now.of:,} ({shown.en}), outside {low} to {high} %, which earlier periods suggest",
                )
                limits = math.ceil(band.low * now.of / 100), math.floor(band.high * now.of / 100)
                place = (month, past[month].area_id, "month", "")
                yield self._finding(rule, rule.indicator, place, now.counted, limits, what)

    @property
    def _portal_names(self) -> Mapping[str, str]:
        """Procedure code → its name in the national portal's list."""
        columns = ("procedure_code", "name")
        rows = csv_rows(self.workspace.reference / PORTAL_FILE, columns)
        return {row["procedure_code"]: row["name"] for _, row in rows}

    def _past(
        self, indicator: str, levels: Collection[str], months: Collection[Month]
    ) -> Iterator[Mapping[Month, Counted]]:
        """An indicator's totals of the areas of some levels: of some months, and of all that any rule
        compares them with.
        """
        key = (indicator, frozenset(months))
        if key not in self.known:
            self.known[key] = self._fetched(indicator, months)
        for area_id, past in self.known[key].items():
            if self.workspace.areas.get(area_id).level in levels:
                yield past

    def _fetched(
        self, indicator: str, months: Collection[Month]
    ) -> Mapping[int, Mapping[Month, Counted]]:
        """By the area as it began: a province that becomes a city keeps its past. Fetched once for all
        rules about an indicator: there are up to three.
        """
        every: list[Outlier | Fall | RateOutlier] = [
            *self.rules.outliers,
            *self.rules.falls,
            *self.rules.rates,
        ]
        rules = [rule for rule in every if rule.indicator == indicator]
        back = max(rule.months_looked_at for rule in rules)
        wanted = {month.plus(-behind) for month in months for behind in range(back + 1)}
        if any(isinstance(rule, Outlier) for rule in rules):
            first = min(months).year - _YEARS_LOOKED_AT
            wanted |= {Month(year, m.month) for m in months for year in range(first, m.year)}
        levels = {level for rule in rules for level in rule.levels}
        past: dict[int, dict[Month, Counted]] = defaultdict(dict)
        territory = Territory.load(self.workspace.reference, self.workspace.areas)
        for figure in counts_of(self.workspace.warehouse, indicator, levels, wanted):
            past[territory.first_of(figure.area_id)][figure.month] = figure
        return past

    def _finding(
        self,
        rule: AtMost | Share | Catalogue | Outlier | Fall | RateOutlier,
        code: str,
        place: tuple[Month, int, str, str],
        value: int,
        limits: tuple[int | None, int | None],
        what: Message,
    ) -> PlausibilityFinding:
        """What a rule says of a figure.

        Args:
            code: of the indicator.
            place: month, ``area_id``, window and breakdown.
            limits: the lowest and the highest value that would be believed; None without one.
        """
        month, area_id, window, breakdown = place
        area, indicator = self.workspace.areas.get(area_id), self._indicator(code)
        part = f" [{breakdown}]" if breakdown else ""
        message = Message(
            f"{area.full_name}, {month}, {indicator.name_vi}{part}: {number(value)} {what.vi}. {rule.remedy.vi}",
            f"{area.full_name}, {month}, {indicator.name_en}{part}: {value:,} {what.en}. {rule.remedy.en}",
        )
        area_code = COUNTRY if area.level == "country" else area.code
        return PlausibilityFinding(
            self.source,
            month,
            rule.rule_id,
            code,
            area_id,
            area_code,
            area.full_name,
            window,
            breakdown,
            value,
            *limits,
            message,
        )

    def _reviewed(self, finding: PlausibilityFinding) -> PlausibilityFinding:
        """Accepted only where the review saw the figure that stands now."""
        key = FindingKey(
            finding.rule_id,
            finding.indicator_code,
            finding.area_code,
            finding.month,
            finding.breakdown,
        )
        review = self.accepted.get(key)
        if review is None or review.value != finding.value:
            return finding
        return replace(
            finding,
            accepted_by=review.accepted_by,
            accepted_on=review.accepted_on,
            reason=review.reason,
        )

    def _indicator(self, code: str) -> Indicator:
        return self.workspace.registry.sources[self.source].indicators[code]


def _shown(figure: Counted) -> Message:
    """A count or a rate as people read it."""
    if figure.rate is None:
        return Message(number(figure.counted), f"{figure.counted:,}")
    share = f"{figure.rate:.1f}"
    return Message(f"{share.replace('.', ',')} %", f"{share} %")
