"""Everything that knows Great Expectations (GX): the rules as expectations over the step's own
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

import functools
import json
import logging
import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Literal

import duckdb

from de06_pipeline.contracts.model import Rule
from de06_pipeline.errors import ContractError, no_values_leave
from de06_pipeline.interruption import end_if_interrupted
from de06_pipeline.quality.late_imports import put_off
from de06_pipeline.quality.rules import ROW_EXPECTATIONS, Looks, evaluated_columns

# GX finds a datasource again by its name and would open its own connection; the step's engine waits
# here.
_ENGINES: dict[str, Any] = {}

_NOT_NEEDED = ("altair", "boto3", "jsonschema", "scipy.stats")
"""What GX imports for charts, clouds, schemas and distributions: half of the time of its import, and
no rule needs it.
"""

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
        gx = _library()
        asked = {rule.id: _count_metrics(gx, rule, conditions.get(rule.id)) for rule in rules}
        with _batch(gx, con, view) as engine:
            metrics_found = _resolve(
                gx, engine, {rule_id: list(metrics.values()) for rule_id, metrics in asked.items()}
            )
        return [_counted(rule, asked[rule.id], metrics_found) for rule in rules]


def broken_conditions(
    con: duckdb.DuckDBPyConnection, table: str, rules: Sequence[Rule]
) -> list[str]:
    """GX's condition for a row that breaks the rule as SQL text, one a rule, without row condition
    and null rule of pairs.

    Raises:
        ContractError, StepFailed: as :func:`examine`.
    """
    types = {name: kind for name, kind, *_ in con.execute(f"DESCRIBE {table}").fetchall()}
    keys = {rule.id: _condition_key(rule, types) for rule in rules}
    unknown = [rule for rule in rules if keys[rule.id] not in _CONDITIONS]
    if unknown:
        with _quiet(), no_values_leave("building rules with Great Expectations"):
            gx = _library()
            asked = {rule.id: [_metrics(gx, rule, None, "condition")] for rule in unknown}
            with _batch(gx, con, table) as engine:
                metrics = _resolve(gx, engine, asked)
                dialect = engine.engine.dialect
            for rule in unknown:
                condition = metrics[asked[rule.id][0].id][0]
                _CONDITIONS[keys[rule.id]] = str(
                    condition.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
                )
    return [_CONDITIONS[keys[rule.id]] for rule in rules]


def _condition_key(rule: Rule, types: Mapping[str, str]) -> tuple[str, ...]:
    columns = (types.get(column, "") for column in evaluated_columns(rule))
    return (rule.expectation, json.dumps(dict(rule.kwargs), sort_keys=True, default=str), *columns)


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


def _counted(rule: Rule, asked: Mapping[str, Any], metrics: Mapping[Any, Any]) -> Examined:
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


def _resolve(
    gx: SimpleNamespace, engine: Any, asked: Mapping[str, Sequence[Any]]
) -> Mapping[Any, Any]:
    """Compute metrics; one that was asked for and is missing fails its rule."""
    calculator = gx.MetricsCalculator(execution_engine=engine, show_progress_bars=False)
    computed, _ = calculator.compute_metrics(
        metric_configurations=[metric for metrics in asked.values() for metric in metrics]
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
    name = f"step_{secrets.token_hex(4)}"
    _ENGINES[name] = engine = gx.engine_over(con)
    context = gx.context
    try:
        asset = context.data_sources.add_duckdb(name=name).add_table_asset(
            name=view, table_name=view
        )
        batch = asset.add_batch_definition_whole_table("all rows").get_batch()
        engine.batch_manager.load_batch_list([batch])
        yield engine
    finally:
        context.data_sources.delete(name)
        del _ENGINES[name]
        engine.close()


def as_json(data: Any, whole: Callable[[Any], Any]) -> Any:
    """What GX makes of the arguments of a metric before it hashes them, as it does a thousand times
    a batch. Its own way asks of each value whether it is one of numpy's, pandas' and Spark's: a third
    of all time spent in GX.

    Args:
        whole: GX's own way, for what is not plainly a text, a whole number, a truth value, nothing,
            or lists and dicts of these.
    """
    kind = type(data)
    if kind is str or kind is int or kind is bool or data is None:
        return data
    if kind is list or kind is tuple:
        return [as_json(value, whole) for value in data]
    if kind is dict and all(type(key) is str for key in data):
        return {key: as_json(value, whole) for key, value in data.items()}
    return whole(data)


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
    _library()


@functools.cache
def _library() -> SimpleNamespace:
    """GX with the parts that make it speak DuckDB.

    Once a process: defining a class registers it with GX.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read once, on import
    put_off(*_NOT_NEEDED)
    import duckdb_sqlalchemy
    import great_expectations
    import great_expectations.core.id_dict
    import sqlalchemy
    from great_expectations.core.id_dict import IDDict
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )
    from great_expectations.datasource.fluent import SQLDatasource
    from great_expectations.execution_engine import SqlAlchemyExecutionEngine
    from great_expectations.expectations.metrics.map_metric_provider import (
        ColumnMapMetricProvider,
        column_condition_partial,
    )
    from great_expectations.expectations.registry import get_expectation_impl, get_metric_kwargs
    from great_expectations.expectations.row_conditions import Column
    from great_expectations.validator.metric_configuration import MetricConfiguration
    from great_expectations.validator.metrics_calculator import MetricsCalculator

    id_dict = great_expectations.core.id_dict
    id_dict.convert_to_json_serializable = functools.partial(
        as_json, whole=id_dict.convert_to_json_serializable
    )

    class StepEngine(SqlAlchemyExecutionEngine):  # type: ignore[misc]
        """Keeps one connection (GX fetches after it has closed its own) that commits each statement
        (else one rule that fails makes all later ones fail)."""

        kept: Any = None

        @contextmanager
        def get_connection(self) -> Iterator[Any]:
            if self.kept is None:
                self.kept = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            yield self.kept

        def close(self) -> None:
            if self.kept is not None:
                self.kept.close()
                self.kept = None
            self.engine.dispose()

    class MatchRegex(ColumnMapMetricProvider):  # type: ignore[misc]
        """PostgreSQL's ``~``, which the dialect would inherit, matches the whole text in DuckDB."""

        condition_metric_name = "column_values.match_regex"
        condition_value_keys = ("regex",)

        @column_condition_partial(engine=StepEngine)  # type: ignore[untyped-decorator]
        def _duckdb(cls, column: Any, regex: str, **_: Any) -> Any:
            return sqlalchemy.func.regexp_matches(column, sqlalchemy.literal(regex))

    class NotMatchRegex(ColumnMapMetricProvider):  # type: ignore[misc]
        condition_metric_name = "column_values.not_match_regex"
        condition_value_keys = ("regex",)

        @column_condition_partial(engine=StepEngine)  # type: ignore[untyped-decorator]
        def _duckdb(cls, column: Any, regex: str, **_: Any) -> Any:
            return sqlalchemy.not_(
                sqlalchemy.func.regexp_matches(column, sqlalchemy.literal(regex))
            )

    class StepDatasource(SQLDatasource):  # type: ignore[misc]
        type: Literal["duckdb"] = "duckdb"
        connection_string: str = "duckdb://"
        create_temp_table: bool = False

        @property
        def execution_engine_type(self) -> Any:
            return StepEngine

        def get_execution_engine(self) -> Any:
            return _ENGINES[self.name]

        def get_engine(self) -> Any:
            return _ENGINES[self.name].engine

    def engine_over(con: duckdb.DuckDBPyConnection) -> StepEngine:
        engine = sqlalchemy.create_engine(
            "duckdb://",
            creator=lambda: duckdb_sqlalchemy.ConnectionWrapper(con.cursor()),
            poolclass=sqlalchemy.pool.StaticPool,
        )
        # GX asks again, up to three times, for what it could not compute.
        sqlalchemy.event.listen(engine, "before_cursor_execute", lambda *_: end_if_interrupted())
        # Without this GX first copies all rows into a temporary table.
        return StepEngine(engine=engine, create_temp_table=False)

    def new_context() -> Any:
        """Everything in memory: no docs site and its folder, no analytics, no progress bars."""
        config = DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            progress_bars=ProgressBarsConfig(globally=False),
            analytics_enabled=False,
        )
        return great_expectations.get_context(mode="ephemeral", project_config=config)

    return SimpleNamespace(
        Column=Column,
        IDDict=IDDict,
        MetricConfiguration=MetricConfiguration,
        MetricsCalculator=MetricsCalculator,
        engine_over=engine_over,
        get_expectation_impl=get_expectation_impl,
        get_metric_kwargs=get_metric_kwargs,
        context=new_context(),
    )
