"""What the monthly report shows, and in which order: ``data_contracts/monthly_report.yaml``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from de06_pipeline.areas.tables import csv_rows
from de06_pipeline.contracts.model import Message
from de06_pipeline.contracts.reader import Reader
from de06_pipeline.registry.model import Registry

PLAN_FILE = "monthly_report.yaml"
UNITS_FILE = "units.csv"


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step of a funnel.

    Attributes:
        part: ``value``, or ``numerator`` where the step is the counted part of a rate.
        name: its own name; None for the indicator's.
        unit: its own unit, as in ``units.csv``; empty for the indicator's.
    """

    code: str
    part: str = "value"
    name: Message | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Funnel:
    """Steps each of which is a part of the one before, and figures to be read beside them."""

    id: str
    name: Message
    steps: tuple[PlannedStep, ...]
    beside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutlinePart:
    """A part of the report's official outline with the indicators that fill it."""

    name: Message
    indicators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportPlan:
    """The plan.

    Attributes:
        small_denominator: rates of fewer are shown with a remark.
        whole_lists: rates over a short list that is complete, for which the remark says nothing.
        months: of a trend, the report's own included.
        short_names: of indicators, for headings of tables.
        breakdowns: what the names of breakdowns are called.
        headline, units, trends: codes of indicators.
    """

    small_denominator: int
    whole_lists: tuple[str, ...]
    months: int
    short_names: Mapping[str, Message]
    breakdowns: Mapping[str, Message]
    headline: tuple[str, ...]
    units: tuple[str, ...]
    trends: tuple[str, ...]
    funnels: tuple[Funnel, ...]
    outline: tuple[OutlinePart, ...]


def read_plan(contracts: Path, registry: Registry) -> ReportPlan:
    """Read the plan beside the registry.

    Raises:
        ContractError: a key is missing, or a code is not in the registry; names file and line.
    """
    file = Reader.of_file(contracts / PLAN_FILE)
    known = {indicator.code for indicator in registry}
    return ReportPlan(
        small_denominator=file.need("small_denominator", int),
        whole_lists=_codes(file, "whole_lists", known),
        months=file.need("months", int),
        short_names={
            _known(file, code, known, "short_names"): name
            for code, name in _pairs(file, "short_names").items()
        },
        breakdowns=_pairs(file, "breakdowns"),
        headline=_codes(file, "headline", known),
        units=_codes(file, "units", known),
        trends=_codes(file, "trends", known),
        funnels=tuple(_funnel(funnel, known) for funnel in file.each("funnels")),
        outline=tuple(
            OutlinePart(_name(part), _codes(part, "indicators", known))
            for part in file.each("outline")
        ),
    )


def read_units(reference: Path) -> dict[str, Message]:
    """What the units of the registry are called; a unit that is not listed is shown as it is."""
    rows = csv_rows(reference / UNITS_FILE, ("unit", "name_vi", "name_en"))
    return {row["unit"]: Message(row["name_vi"], row["name_en"]) for _, row in rows}


def _funnel(given: Reader, known: Collection[str]) -> Funnel:
    steps = []
    for step in given.each("steps"):
        part = step.get("part", str, "value")
        if part not in ("value", "numerator"):
            raise step.error("'part' is value or numerator.", "part")
        steps.append(
            PlannedStep(
                _known(step, step.need("code", str), known, "code"),
                part,
                _name(step) if step.has("name_vi") else None,
                step.get("unit", str, ""),
            )
        )
    return Funnel(given.need("id", str), _name(given), tuple(steps), _codes(given, "beside", known))


def _name(given: Reader) -> Message:
    return Message(given.need("name_vi", str), given.need("name_en", str))


def _pairs(given: Reader, name: str) -> dict[str, Message]:
    """A mapping of names to [Vietnamese, English]."""
    inner = given.inner(name)
    pairs = {}
    for key in inner.values:
        texts = inner.texts(key)
        if len(texts) != 2:
            raise inner.error(f"'{key}' must be [Vietnamese, English].", key)
        pairs[key] = Message(*texts)
    return pairs


def _codes(given: Reader, name: str, known: Collection[str]) -> tuple[str, ...]:
    return tuple(_known(given, code, known, name) for code in given.texts(name))


def _known(given: Reader, code: str, known: Collection[str], *keys: str) -> str:
    if code not in known:
        raise given.error(f"'{code}' is not an indicator of the registry; correct it.", *keys)
    return code
