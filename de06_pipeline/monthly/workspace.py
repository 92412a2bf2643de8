"""Everything a step works with, opened once and only when needed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.areas.suppliers import SupplierBook
from de06_pipeline.contracts.load import contract_of, load_contracts
from de06_pipeline.contracts.model import Contract
from de06_pipeline.duck.connection import DuckSettings
from de06_pipeline.errors import De06Error
from de06_pipeline.monthly.lake import Lake
from de06_pipeline.monthly.lake_store import LakeStore
from de06_pipeline.monthly.prepared import PreparedFigures
from de06_pipeline.periods import Month
from de06_pipeline.registry.dimension import dim_rows
from de06_pipeline.registry.load import load_registry
from de06_pipeline.registry.model import Indicator, Kind, Registry
from de06_pipeline.reports.monthly.facts import WINDOWS
from de06_pipeline.reports.monthly.plan import read_plan, read_units
from de06_pipeline.settings import Settings
from de06_pipeline.warehouse.comments import write_comments
from de06_pipeline.warehouse.migrate import check_schema, migrate
from de06_pipeline.warehouse.readers import grant_readers
from de06_pipeline.warehouse.reference import sync_reference
from de06_pipeline.warehouse.store import Warehouse
from de06_pipeline.warehouse.views.dashboards import Terms, WideColumn, create_dashboard_views
from de06_pipeline.warehouse.views.forms import FormView, create_form_views

_SYNCED: set[tuple[str, str, str]] = set()
"""(warehouse, version of the area tables, version of the registry) that this process has seen to
agree.
"""


class Workspace:
    """One home folder with its contracts, registry, area tables and warehouse."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.prepared: dict[str, PreparedFigures] = {}
        """By source, figures of administrative months that a step left to the one that publishes them."""
        self._checked: set[tuple[str, frozenset[tuple[str, str]]]] = set()

    @cached_property
    def contracts(self) -> Mapping[str, Contract]:
        return load_contracts(self.settings.contracts / "sources")

    @cached_property
    def registry(self) -> Registry:
        return load_registry(self.settings.contracts / "indicators")

    @cached_property
    def areas(self) -> AreaBook:
        return AreaBook.load(self.reference)

    @cached_property
    def suppliers(self) -> SupplierBook:
        return SupplierBook.load(self.reference, self.areas)

    @cached_property
    def warehouse(self) -> Warehouse:
        """The warehouse, whose schema must be this program's.

        Raises:
            SchemaError: it is not; ``de06 init`` is the remedy.
        """
        warehouse = Warehouse.open(self.settings.warehouse_url)
        check_schema(warehouse)
        return warehouse

    def close(self) -> None:
        """Close the connections of the warehouse: a file may be put back from a backup while nobody has
        it open.
        """
        if "warehouse" in vars(self):
            self.warehouse.close()

    @cached_property
    def has_warehouse(self) -> bool:
        """Whether there is a warehouse of this program's version to ask; creates nothing."""
        scheme, _, path = self.settings.warehouse_url.partition(":///")
        if scheme.startswith("sqlite") and not Path(path).is_file():
            return False
        try:
            return self.warehouse is not None
        except De06Error:
            return False

    @property
    def reference(self) -> Path:
        return self.settings.contracts / "reference"

    @property
    def lake(self) -> Path:
        """The lake's folder, or this machine's copy where the lake is on an object store."""
        if self._lake_is_remote:
            return self.settings.lake_copy
        return Path(self.settings.lake).resolve()

    @property
    def _lake_is_remote(self) -> bool:
        return "://" in self.settings.lake

    @cached_property
    def lake_store(self) -> LakeStore | None:
        """The object store that the lake is on; None where it is a folder.

        Raises:
            UsageError: no library for this kind of store is installed.
        """
        return LakeStore(self.settings.lake) if self._lake_is_remote else None

    @property
    def lake_files(self) -> Lake:
        """The lake for reading: every file is checked against what was recorded."""
        return Lake(self.lake, self.lake_store)

    def duck(self, spill_root: Path | None = None) -> DuckSettings:
        """What a DuckDB connection may use; a database in memory spills under ``spill_root``."""
        return DuckSettings(self.settings.memory_limit, self.settings.threads, spill_root)

    def contracts_in(self, month: Month) -> Mapping[str, Contract]:
        """By dataset, the version of its contract in force in a month."""
        return {dataset: contract.in_force(month) for dataset, contract in self.contracts.items()}

    def check_source(self, source: str, month: Month) -> None:
        """See that the registry's formulas of a source work on the contracts in force in a month;
        once for each set of versions.

        Raises:
            ContractError: one does not.
        """
        from de06_pipeline.indicators.check import check_source

        contracts = self.contracts_in(month)
        versions = frozenset((name, contract.version) for name, contract in contracts.items())
        if (source, versions) not in self._checked:
            check_source(self.registry.sources[source], contracts)
            self._checked.add((source, versions))

    def contract(self, dataset: str) -> Contract:
        """A dataset's contract: the newest version, which knows the earlier ones.

        Raises:
            UsageError: there is no such dataset; names those there are.
        """
        return contract_of(self.contracts, dataset)

    def own_contracts(self, source: str) -> list[Contract]:
        """The contracts of a source's own datasets; populations and opening balances, which other
        sources read too, are not among them.
        """
        used = map(self.contract, self.registry.sources[source].datasets)
        return [contract for contract in used if contract.source == source]

    def own_datasets(self, source: str) -> list[str]:
        """The names of the same."""
        return [contract.dataset for contract in self.own_contracts(source)]

    def create_warehouse(self) -> None:
        """Create or upgrade the warehouse and bring its dimension tables up to the reference data
        and registry.
        """
        warehouse = Warehouse.open(self.settings.warehouse_url)
        migrate(warehouse)
        self.sync(warehouse)
        create_form_views(
            warehouse,
            [
                FormView(f.view, f.breakdown, {c.name: c.codes for c in f.columns})
                for f in self.registry.forms
            ],
        )
        self._create_dashboard_views(warehouse)
        write_comments(
            warehouse,
            {c.name: f"({c.number}) {c.name_vi}" for f in self.registry.forms for c in f.columns},
        )
        grant_readers(warehouse, self.settings.reader_roles)

    def _create_dashboard_views(self, warehouse: Warehouse) -> None:
        plan = read_plan(self.settings.contracts, self.registry)
        main = dict.fromkeys([*plan.headline, *plan.units, *plan.trends])
        create_dashboard_views(
            warehouse,
            [
                Terms(indicator.code, indicator.target, indicator.thresholds)
                for indicator in self.registry
                if indicator.target is not None or indicator.thresholds
            ],
            {unit: name.vi for unit, name in read_units(self.reference).items() if name.vi != unit},
            [self._wide_column(self.registry.indicator(code)) for code in main],
        )

    @staticmethod
    def _wide_column(indicator: Indicator) -> WideColumn:
        windows = {str(window) for window in indicator.windows}
        window = next(window for window in WINDOWS if window in windows)
        divisor = indicator.per if indicator.kind is Kind.SCORE else 1
        return WideColumn(indicator.code, window, indicator.has_denominator, divisor)

    def sync(self, warehouse: Warehouse) -> None:
        """Bring the dimension tables up to the area tables and the registry; writes nothing where
        they agree.

        Looked at once a process and version: comparing fourteen thousand areas takes half a second,
        and a month publishes four times.
        """
        state = (self.settings.warehouse_url, self.areas.version, self.registry.version)
        if state not in _SYNCED:
            sync_reference(warehouse, self.areas.dim_rows(), dim_rows(self.registry), months=())
            _SYNCED.add(state)
