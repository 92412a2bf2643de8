"""What was delivered for a month, and the rates made from it. Pure values; nothing is read here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from de06_pipeline.indicators.computation.figure import FinishedFigure
from de06_pipeline.registry.breakdowns import breakdown_text
from de06_pipeline.registry.model import TOTAL


@dataclass(frozen=True, slots=True)
class DeliveryInForce:
    """One accepted delivery of a dataset.

    Attributes:
        area_ids: the provinces that its supplier covers in the month.
        in_time: its first accepted version was there by the due day.
        rows_judged: rows read − superseded.
        failures: rows that break a rule, by rule; rules that all rows keep are left out.
    """

    dataset: str
    area_ids: frozenset[int]
    in_time: bool
    rows_judged: int
    rows_accepted: int
    failures: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ledger:
    """One month.

    Attributes:
        country_id: the country's ``area_id``.
        datasets: those expected every month.
        expected: the provinces in force in the month that some supplier should deliver for.
    """

    country_id: int
    datasets: tuple[str, ...]
    expected: frozenset[int]
    deliveries: tuple[DeliveryInForce, ...]

    def delivered(self, dataset: str, in_time: bool = False) -> frozenset[int]:
        """The expected provinces that delivered a dataset.

        A delivery for an area that nobody expects adds to no rate.
        """
        areas = (
            d.area_ids
            for d in self.deliveries
            if d.dataset == dataset and (d.in_time or not in_time)
        )
        return frozenset[int]().union(*areas) & self.expected

    def places(self) -> Iterator[tuple[int, frozenset[int]]]:
        """Every area that has figures, with the provinces at or below it."""
        yield self.country_id, self.expected
        for province in sorted(self.expected):
            yield province, frozenset({province})


def areas_delivered(ledger: Ledger, code: str, in_time: bool = False) -> Iterator[FinishedFigure]:
    """Areas that delivered / areas expected: of all datasets together, each area counted once a
    dataset, and of each dataset.

    Never above 100 %, because what is counted is a part of what was expected. Nobody delivered is
    zero, a reported one; nobody expected is a rate without a denominator.
    """
    delivered = {dataset: ledger.delivered(dataset, in_time) for dataset in ledger.datasets}
    for area_id, below in ledger.places():
        by_dataset = {dataset: len(provinces & below) for dataset, provinces in delivered.items()}
        sums = [(TOTAL, sum(by_dataset.values()), len(below) * len(by_dataset))]
        sums += [
            (breakdown_text({"dataset": dataset}), count, len(below))
            for dataset, count in by_dataset.items()
        ]
        for breakdown, numerator, denominator in sums:
            status = (
                "no_denominator"
                if not denominator
                else "reported"
                if numerator
                else "reported_zero"
            )
            yield FinishedFigure(
                area_id, code, breakdown, numerator, denominator, status, "", denominator, numerator
            )


def rows_accepted(ledger: Ledger, code: str) -> Iterator[FinishedFigure]:
    """Rows accepted / rows judged of the deliveries in force.

    Nothing delivered is not reported; a nil return has no denominator.
    """
    yield from _over_deliveries(ledger, code, lambda d: d.rows_accepted, lambda d: d.rows_judged)


def rule_failures(ledger: Ledger, code: str) -> Iterator[FinishedFigure]:
    """Rows that break a rule, added up over rules and by rule.

    Nothing delivered is not reported; no failure is a reported zero.
    """
    yield from _over_deliveries(ledger, code, lambda d: sum(d.failures.values()), None)
    for area_id, below in ledger.places():
        for dataset in ledger.datasets:
            expected, reported = _coverage(ledger, below, (dataset,))
            status = "reported" if reported == expected else "partial"
            by_rule: Counter[str] = Counter()
            for delivery in _of(ledger, below, (dataset,)):
                by_rule.update(delivery.failures)
            for rule, failed in sorted(by_rule.items()):
                yield FinishedFigure(
                    area_id,
                    code,
                    breakdown_text({"rule": rule}),
                    failed,
                    None,
                    status,
                    "",
                    expected,
                    reported,
                )


_Count = Callable[[DeliveryInForce], int]


def _over_deliveries(
    ledger: Ledger, code: str, top: _Count, bottom: _Count | None
) -> Iterator[FinishedFigure]:
    for area_id, below in ledger.places():
        parts = [
            (TOTAL, ledger.datasets),
            *((breakdown_text({"dataset": dataset}), (dataset,)) for dataset in ledger.datasets),
        ]
        for breakdown, datasets in parts:
            expected, reported = _coverage(ledger, below, datasets)
            deliveries = _of(ledger, below, datasets)
            if not reported:
                yield FinishedFigure(
                    area_id, code, breakdown, None, None, "not_reported", "", expected, 0
                )
            elif deliveries:
                numerator = sum(map(top, deliveries))
                denominator = sum(map(bottom, deliveries)) if bottom else None
                status = (
                    "no_denominator"
                    if denominator == 0
                    else "partial"
                    if reported < expected
                    else ""
                )
                status = status or ("reported" if numerator else "reported_zero")
                yield FinishedFigure(
                    area_id, code, breakdown, numerator, denominator, status, "", expected, reported
                )


def _of(ledger: Ledger, below: frozenset[int], datasets: Sequence[str]) -> list[DeliveryInForce]:
    """The deliveries whose rows all lie in an area.

    Those of a delivery for several provinces are known for the country only.
    """
    return [
        d
        for d in ledger.deliveries
        if d.dataset in datasets and d.area_ids & below and (d.area_ids & ledger.expected) <= below
    ]


def _coverage(ledger: Ledger, below: frozenset[int], datasets: Sequence[str]) -> tuple[int, int]:
    """Areas expected and areas that delivered, each counted once a dataset."""
    return len(below) * len(datasets), sum(
        len(ledger.delivered(dataset) & below) for dataset in datasets
    )
