"""What is asked of Great Expectations (GX): the rules as expectations over the step's own
DuckDB database.

GX answers twice for each rule: how many rows it evaluated and how many failed, counted by GX
itself; and the SQL condition it counted with, from which :mod:`de06_pipeline.quality.judge` counts
again and takes the failing rows.

Both are asked of GX's metrics, which its validation results are made of. Of the time that
``Batch.validate`` takes for some dozens of rules two thirds go into putting results together (a
second for each delivery), of which nothing but these counts would be kept.

Importing GX costs seconds and 250 MB, so it happens inside functions, in a step that needs it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import duckdb

from de06_pipeline.contracts.model import Rule
from de06_pipeline.duck.rows import column_types
from de06_pipeline.errors import ContractError, no_values_leave
from de06_pipeline.quality.gx_library import library
from de06_pipeline.quality.rules import ROW_EXPECTATIONS, Looks, evaluated_columns

_PLANS: dict[tuple[Any, ...], tuple[dict[str, dict[str, Any]], list[Any]]] = {}
"""By rules: what GX is asked for, and its graph of what that depends on. To make them took a third of
a small batch's time in GX; they depend on no batch.
"""
_PLANS_KEPT = 64

_CONDITIONS: dict[tuple[str, ...], str] = {}
"""GX's conditions by expectation, arguments and column types, all they depend on: the suppliers of
a dataset share them.
"""


@dataclass(frozen=True, slots=True)
class Examined:
    """One rule as GX saw it.

    Attributes:
        evaluated: rows that pass the row condition and are not left out as null.
        failed: rows among them that break the rule.
    """

    evaluated: int
    failed: int


def examine(
    con: duckdb.DuckDBPyConnection, view: str, rules: Sequence[Rule], conditions: Mapping[str, str]
) -> list[Examined]:
    """Let GX count the rules over a table or view of the step's database.

    Args:
        con: the step's connection. GX works on a second cursor over the same database, so ``view``
            must be neither temporary nor part of an open transaction.
        conditions: rule id → boolean column of ``view`` that holds the rule's row condition; absent
            where it has none.

    Returns:
        one entry a rule, in the order of ``rules``.

    Raises:
        ContractError: GX cannot build or evaluate a rule, for example because its column does not
        exist. StepFailed: GX failed otherwise; its message is withheld.
    """
    with _quiet(), no_values_leave("counting rules with Great Expectations"):
        gx = library()
        with _batch(gx, con, view) as engine:
            asked, edges = _plan(gx, engine, rules, conditions)
            metrics_found = _resolve(
                gx,
                engine,
                {rule_id: list(metrics.values()) for rule_id, metrics in asked.items()},
                edges,
            )
        return [_counted(asked[rule.id], metrics_found) for rule in rules]


def _plan(
    gx: SimpleNamespace, engine: Any, rules: Sequence[Rule], conditions: Mapping[str, str]
) -> tuple[dict[str, dict[str, Any]], list[Any]]:
    """The metrics of each rule, and GX's graph of all they depend on."""
    key = tuple((rule.id, conditions.get(rule.id), *_argument_key(rule)) for rule in rules)
    if key not in _PLANS:
        asked = {rule.id: _count_metrics(gx, rule, conditions.get(rule.id)) for rule in rules}
        edges = _edges(gx, engine, [m for metrics in asked.values() for m in metrics.values()])
        if len(_PLANS) == _PLANS_KEPT:
            _PLANS.clear()
        _PLANS[key] = asked, edges
    return _PLANS[key]


def broken_conditions(
    con: duckdb.DuckDBPyConnection, table: str, rules: Sequence[Rule]
) -> list[str]:
    """GX's condition for a row that breaks the rule as SQL text, one a rule, without row condition
    and null rule of pairs.

    Raises:
        ContractError, StepFailed: as :func:`examine`.
    """
    types = column_types(con, table)
    keys = {rule.id: _condition_key(rule, types) for rule in rules}
    unknown = [rule for rule in rules if keys[rule.id] not in _CONDITIONS]
    if unknown:
        with _quiet(), no_values_leave("building rules with Great Expectations"):
            gx = library()
            asked = {rule.id: [_metrics(gx, rule, None, "condition")] for rule in unknown}
            with _batch(gx, con, table) as engine:
                edges = _edges(gx, engine, [metric for (metric,) in asked.values()])
                metrics = _resolve(gx, engine, asked, edges)
                dialect = engine.engine.dialect
            for rule in unknown:
                condition = metrics[asked[rule.id][0].id][0]
                _CONDITIONS[keys[rule.id]] = str(
                    condition.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
                )
    return [_CONDITIONS[keys[rule.id]] for rule in rules]


def _condition_key(rule: Rule, types: Mapping[str, str]) -> tuple[str, ...]:
    columns = (types.get(column, "") for column in evaluated_columns(rule))
    return (*_argument_key(rule), *columns)


def _argument_key(rule: Rule) -> tuple[str, str]:
    return rule.expectation, json.dumps(dict(rule.kwargs), sort_keys=True, default=repr)


def _count_metrics(gx: SimpleNamespace, rule: Rule, condition_column: str | None) -> dict[str, Any]:
    """What GX counts for a rule: ``failed``, ``rows``, and what tells the evaluated rows from all."""
    failed = _metrics(gx, rule, condition_column, "unexpected_count")
    domain = failed.metric_domain_kwargs
    rows = {
        key: value
        for key, value in domain.items()
        if not key.startswith(("column", "ignore_row_if"))
    }
    metrics = {
        "failed": failed,
        "rows": gx.MetricConfiguration("table.row_count", gx.IDDict(rows), gx.IDDict()),
    }
    match ROW_EXPECTATIONS[rule.expectation]:
        case Looks.AT_VALUES:
            metrics["null"] = gx.MetricConfiguration(
                "column_values.nonnull.unexpected_count", domain, gx.IDDict()
            )
        case Looks.AT_FULL_PAIRS:
            name = f"{gx.get_expectation_impl(rule.expectation).map_metric}.filtered_row_count"
            metrics["full"] = gx.MetricConfiguration(name, domain, gx.IDDict())
    return metrics


def _counted(asked: Mapping[str, Any], metrics: Mapping[Any, Any]) -> Examined:
    numbers = {name: metrics[metric.id] for name, metric in asked.items()}
    rows = int(numbers["rows"])
    evaluated = int(numbers["full"]) if "full" in numbers else rows - int(numbers.get("null") or 0)
    # Over no rows at all GX's sum of failures is null.
    return Examined(evaluated, int(numbers["failed"]) if rows else 0)


def _metrics(gx: SimpleNamespace, rule: Rule, condition_column: str | None, part: str) -> Any:
    """A metric of the rule's expectation, with the arguments that GX makes of the rule's."""
    expectation = _expectation(gx, rule, condition_column)
    name = f"{expectation.map_metric}.{part}"
    kwargs = gx.get_metric_kwargs(metric_name=name, configuration=expectation.configuration)
    return gx.MetricConfiguration(
        name, kwargs["metric_domain_kwargs"], kwargs["metric_value_kwargs"]
    )


def _edges(gx: SimpleNamespace, engine: Any, metrics: Sequence[Any]) -> list[Any]:
    """GX's graph of what some metrics depend on."""
    calculator = gx.MetricsCalculator(execution_engine=engine, show_progress_bars=False)
    edges: list[Any] = calculator.build_metric_dependency_graph(metrics).edges
    return edges


def _resolve(
    gx: SimpleNamespace,
    engine: Any,
    asked: Mapping[str, Sequence[Any]],
    edges: Sequence[Any],
) -> Mapping[Any, Any]:
    """Compute metrics; one that was asked for and is missing fails its rule."""
    calculator = gx.MetricsCalculator(execution_engine=engine, show_progress_bars=False)
    computed, _ = calculator.resolve_validation_graph_and_handle_aborted_metrics_info(
        gx.ValidationGraph(execution_engine=engine, edges=list(edges))
    )
    missing = [
        rule_id
        for rule_id, metrics in asked.items()
        if any(metric.id not in computed for metric in metrics)
    ]
    if missing:
        raise _not_evaluable(missing)
    resolved: Mapping[Any, Any] = computed
    return resolved


def _expectation(gx: SimpleNamespace, rule: Rule, condition_column: str | None) -> Any:
    # GX 1.24 knows only simple comparisons as row conditions, a contract writes SQL: the view holds
    # it as a column.
    condition = None if condition_column is None else gx.Column(condition_column) == True  # noqa: E712
    try:
        expectation_class = gx.get_expectation_impl(rule.expectation)
        return expectation_class(**rule.kwargs, row_condition=condition, meta={"rule_id": rule.id})
    except Exception:
        failure = ContractError(
            f"Rule {rule.id}: Great Expectations does not take '{rule.expectation}' with these arguments; "
            "compare them with its documentation."
        )
    raise failure


def _not_evaluable(rule_ids: Sequence[str]) -> ContractError:
    return ContractError(
        f"Great Expectations could not evaluate {', '.join(sorted(rule_ids))}: "
        "check that the rule's columns exist and that its values have their type. Its own message is withheld because it may quote a row."
    )


@contextmanager
def _batch(gx: SimpleNamespace, con: duckdb.DuckDBPyConnection, view: str) -> Iterator[Any]:
    """A GX engine whose one batch is ``view``; it ends with the block, the step's connection does
    not.
    """
    # GX writes out all of its configuration whenever a datasource or a table is added, and
    # SQLAlchemy keeps what it compiled with the engine: both stay for the process.
    source = gx.idle_sources.pop() if gx.idle_sources else gx.new_source()
    try:
        yield source.engine_over(con, view)
    finally:
        source.let_go()
    # One that something failed on is not used again.
    gx.idle_sources.append(source)


@contextmanager
def _quiet() -> Iterator[None]:
    """GX logs exceptions in full, and these may quote a row: it says nothing while it works."""
    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)


def load() -> None:
    """Import GX now, where there is time to: it takes seconds."""
    library()
