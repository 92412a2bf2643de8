"""Great Expectations (GX) made to speak DuckDB over the connection of a step.

Not here: rules and counts, see :mod:`de06_pipeline.quality.gx`.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import duckdb

from de06_pipeline.collector import loading
from de06_pipeline.duck.connection import connection_beside
from de06_pipeline.interruption import end_if_interrupted
from de06_pipeline.late_imports import left_out, put_off
from de06_pipeline.quality.rules import ROW_EXPECTATIONS

_NOT_NEEDED = ("altair", "boto3", "jsonschema", "scipy.stats")
"""What GX imports for charts, clouds, schemas and distributions: half of the time of its import, and
no rule needs it.
"""
_NOT_FOR_RULES = (
    "botocore.client",
    "botocore.exceptions",
    "mistune",
    "psycopg2",
    "requests",
    "requests.adapters",
    "sqlalchemy.orm",
)
"""What GX takes classes from for clouds, messages, pages, other databases and tables it declares: no
rule needs it.
"""
_OTHER_SOURCES = ("*_datasource.py", "fabric.py")
_NEEDED_SOURCES = ("invalid_datasource", "sql_datasource")


def _never_used() -> list[str]:
    """Modules of GX's own that no rule needs: datasources but SQL, which are hundreds of models made
    for pandas' and Spark's readers, and expectations that no rule may name.
    """
    spec = importlib.util.find_spec("great_expectations")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    folder = Path(spec.submodule_search_locations[0])
    sources, expectations = folder / "datasource" / "fluent", folder / "expectations" / "core"
    files = [
        path
        for pattern in _OTHER_SOURCES
        for path in sources.glob(pattern)
        if path.stem not in _NEEDED_SOURCES
    ]
    files += [
        path
        for path in expectations.glob("*.py")
        if path.stem not in ROW_EXPECTATIONS and path.stem != "__init__"
    ]
    return [".".join(path.relative_to(folder.parent).with_suffix("").parts) for path in files]


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


@functools.cache
def library() -> SimpleNamespace:
    """GX, imported and made to speak DuckDB: once a process, since defining a class registers it."""
    with loading():
        return _imported()


def _imported() -> SimpleNamespace:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read once, on import
    put_off(*_NOT_NEEDED)
    with left_out(*_NOT_FOR_RULES, *_never_used()):
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
    from great_expectations.validator.validation_graph import ValidationGraph

    from de06_pipeline.quality.gx_dialect import StepConnection

    id_dict = great_expectations.core.id_dict
    id_dict.convert_to_json_serializable = functools.partial(
        as_json, whole=id_dict.convert_to_json_serializable
    )

    class StepEngine(SqlAlchemyExecutionEngine):  # type: ignore[misc]
        """Keeps one connection: GX fetches after it has closed its own."""

        kept: Any = None

        @contextmanager
        def get_connection(self) -> Iterator[Any]:
            if self.kept is None:
                self.kept = self.engine.connect()
            yield self.kept

        def close(self) -> None:
            if self.kept is not None:
                self.kept.close()
                self.kept = None

    class MatchRegex(ColumnMapMetricProvider):  # type: ignore[misc]
        """GX has regular expressions for the dialects that it knows alone."""

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
            return at_work[self.name].engine

        def get_engine(self) -> Any:
            return at_work[self.name].sql

    class KeptSource:
        """A GX datasource and its SQLAlchemy engine, over one step's database at a time."""

        def __init__(self) -> None:
            self.name = f"step_{secrets.token_hex(4)}"
            self.con: duckdb.DuckDBPyConnection | None = None
            self.engine: StepEngine | None = None
            self.sql = sqlalchemy.create_engine(
                "duckdb://",
                creator=self._connection,
                poolclass=sqlalchemy.pool.NullPool,
            )
            # GX asks again, up to three times, for what it could not compute.
            sqlalchemy.event.listen(
                self.sql, "before_cursor_execute", lambda *_: end_if_interrupted()
            )
            self.batches: dict[str, Any] = {}

        def _connection(self) -> Any:
            assert self.con is not None
            return StepConnection(connection_beside(self.con))

        def engine_over(self, con: duckdb.DuckDBPyConnection, view: str) -> StepEngine:
            self.con = con
            # Without create_temp_table=False GX first copies all rows into a temporary table.
            engine = self.engine = StepEngine(engine=self.sql, create_temp_table=False)
            at_work[self.name] = self
            if view not in self.batches:
                if not self.batches:
                    context.data_sources.add_duckdb(name=self.name)
                table = context.data_sources.get(self.name).add_table_asset(view, table_name=view)
                self.batches[view] = table.add_batch_definition_whole_table("all rows")
            engine.batch_manager.load_batch_list([self.batches[view].get_batch()])
            return engine

        def let_go(self) -> None:
            if self.engine is not None:
                self.engine.close()
            self.con = self.engine = None
            at_work.pop(self.name, None)

    # GX finds a datasource again by its name and would open its own connection.
    at_work: dict[str, KeptSource] = {}

    # Everything in memory: no docs site and its folder, no analytics, no progress bars.
    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    context = great_expectations.get_context(mode="ephemeral", project_config=config)
    return SimpleNamespace(
        Column=Column,
        IDDict=IDDict,
        MetricConfiguration=MetricConfiguration,
        MetricsCalculator=MetricsCalculator,
        ValidationGraph=ValidationGraph,
        idle_sources=[],
        new_source=KeptSource,
        get_expectation_impl=get_expectation_impl,
        get_metric_kwargs=get_metric_kwargs,
    )
