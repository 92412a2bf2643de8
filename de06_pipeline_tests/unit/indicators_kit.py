"""Rows, areas and one call from rows to figures, for the tests of the indicators."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.contracts.load import load_contracts
from de06_pipeline.contracts.sql_types import stored_columns
from de06_pipeline.duck.connection import DuckSettings
from de06_pipeline.indicators.cells.accepted_rows import AcceptedFile
from de06_pipeline.indicators.cells.build import CellsRequest, CellsResult, build_cells
from de06_pipeline.indicators.computation.request import FiguresRequest, Reporting
from de06_pipeline.indicators.computation.windows import periods_of, windows_of
from de06_pipeline.indicators.compute import compute_figures
from de06_pipeline.indicators.period import Period
from de06_pipeline.periods import Month
from de06_pipeline.registry.load import load_registry
from de06_pipeline.registry.model import PeriodType, Registry, Window
from de06_pipeline.settings import REPOSITORY

DATA = REPOSITORY / "data_contracts"
REFERENCE = DATA / "reference"
AREAS = AreaBook.load(REFERENCE)
CONTRACTS = load_contracts(DATA / "sources")
REGISTRY = load_registry(DATA / "indicators")
SETTINGS = DuckSettings(threads=1)

Row = Mapping[str, Any]
Figures = dict[tuple[Any, ...], dict[str, Any]]


def area(level: str, code: str, month: str) -> int:
    """The ``area_id`` of a code in a month."""
    unit = AREAS.by_code(level, code, Month.parse(month))
    assert unit is not None
    return unit.area_id


COUNTRY = AREAS.country.area_id
QUANG_NAM = area("province", "49", "2024-06")
LONG_AN = area("province", "80", "2024-06")
TAM_KY = area("district", "502", "2024-06")
HOI_AN = area("district", "503", "2024-06")
BEN_LUC = area("district", "803", "2024-06")


def at(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def dossier(
    received: str | None, finished: str | None = None, due: str | None = None, **more: Any
) -> dict[str, Any]:
    """A dossier in Tam Kỳ: at the counter, free of charge, of a service offered fully online.

    Its code is made from its receipt, so that a later month's dossier received then is the same.
    """
    row: dict[str, Any] = {
        "dossier_code": f"received {received}",
        "procedure_code": "1.004222",
        "sector": "Hộ tịch",
        "agency_level": "Huyện",
        "province_id": QUANG_NAM,
        "district_id": TAM_KY,
        "service_level": "Toàn trình",
        "channel": 1,
        "received_at": at(received),
        "due_at": at(due),
        "finished_at": at(finished),
        "status": 9 if finished else 4,
        "supplement_requests": 0,
        "supplement_days": 0,
        "fee_vnd": 0,
        "online_payment": 0,
    }
    return {**row, **more}


def procedure(code: str, **more: Any) -> dict[str, Any]:
    """A procedure of Quảng Nam's catalogue, province-wide at district offices."""
    row: dict[str, Any] = {
        "procedure_code": code,
        "agency_level": "Huyện",
        "province_id": QUANG_NAM,
        "service_level": "Toàn trình",
        "lead_agency": "Bộ Tư pháp",
        "deployed": False,
        "is_area_complete": True,
    }
    return {**row, **more}


def write_rows(path: Path, dataset: str, rows: Sequence[Row]) -> str:
    """Write accepted rows as the pipeline does; fields not given are NULL."""
    columns = {"file_no": "SMALLINT", "row_number": "BIGINT", **stored_columns(CONTRACTS[dataset])}
    for row in rows:
        assert set(row) <= set(columns), f"{dataset} has no {set(row) - set(columns)}"
    given = {
        name: pa.array(
            [None if row.get(name) is None else str(row[name]) for row in rows], pa.string()
        )
        for name in columns
    }
    given |= {"file_no": pa.array([1] * len(rows)), "row_number": pa.array(range(1, len(rows) + 1))}
    con = duckdb.connect()
    con.register("given", pa.table(given))
    typed = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in columns.items())
    path.parent.mkdir(parents=True, exist_ok=True)
    con.execute(f"COPY (SELECT {typed} FROM given) TO '{path}' (FORMAT parquet)")
    con.close()
    return str(path)


@dataclass
class World:
    """Deliveries of one source, and the figures they give.

    ``deliver`` records a delivery of a dataset and month; ``figures`` builds what cells are missing
        and computes the figures of ``windows``.
    """

    folder: Path
    source: str
    expected: frozenset[int] = frozenset({QUANG_NAM})
    registry: Registry = REGISTRY
    period: PeriodType = PeriodType.MONTH
    codes: frozenset[str] | None = None
    windows: frozenset[Window] = frozenset(Window)
    accepted: dict[tuple[str, Month], list[str]] = field(default_factory=dict)
    snapshots: dict[tuple[str, Month], list[AcceptedFile]] = field(default_factory=dict)
    references: dict[str, list[AcceptedFile]] = field(default_factory=dict)
    reporting: dict[tuple[str, Month], Reporting] = field(default_factory=dict)
    _built: dict[object, Path] = field(default_factory=dict)

    def deliver(
        self,
        dataset: str,
        month: str,
        rows: Iterable[Row],
        provinces: Iterable[int] = (QUANG_NAM,),
        lacking: Iterable[str] = (),
    ) -> None:
        """``lacking``: fields that the provinces delivered without a column for."""
        when = Month.parse(month)
        number = len(list(self.folder.glob("*.parquet")))
        path = write_rows(self.folder / f"{dataset}-{when}-{number}.parquet", dataset, list(rows))
        if CONTRACTS[dataset].source == "reference":
            self.references.setdefault(dataset, []).append(AcceptedFile(path, when))
            return
        if CONTRACTS[dataset].snapshot:
            self.snapshots.setdefault((dataset, when), []).append(AcceptedFile(path, when))
        else:
            self.accepted.setdefault((dataset, when), []).append(path)
        self._report(dataset, when, provinces, lacking)

    def carry(self, dataset: str, origin: str, month: str) -> None:
        """The snapshot of ``origin`` is in force in ``month`` too."""
        before, when = Month.parse(origin), Month.parse(month)
        self.snapshots.setdefault((dataset, when), []).extend(self.snapshots[dataset, before])
        self._report(
            dataset,
            when,
            [
                successor.area_id
                for each in self.reporting[dataset, before].delivered
                if (successor := AREAS.successor_in(each, when))
            ],
        )

    def _report(
        self,
        dataset: str,
        month: Month,
        provinces: Iterable[int],
        lacking: Iterable[str] = (),
    ) -> None:
        known = self.reporting.get((dataset, month), Reporting(self._expected(month), frozenset()))
        without = dict(known.lacking)
        for name in lacking:
            without[name] = without.get(name, frozenset()) | frozenset(provinces)
        self.reporting[dataset, month] = Reporting(
            known.expected, known.delivered | frozenset(provinces), without
        )

    def _expected(self, month: Month) -> frozenset[int]:
        return frozenset(
            successor.area_id
            for origin in self.expected
            if (successor := AREAS.successor_in(origin, month))
        )

    def cells(
        self, month: Month, threads: int = 1, type_: PeriodType = PeriodType.MONTH
    ) -> CellsResult:
        period = Period(type_, month)
        accepted = {
            dataset: [
                AcceptedFile(path, when)
                for when in period.months
                for path in self.accepted.get((dataset, when), ())
            ]
            for dataset in {dataset for dataset, _ in self.accepted}
        }
        out_dir = self.folder / "cells" / str(type_) / str(month)
        source = self.registry.sources[self.source]
        settings = DuckSettings(threads=threads)
        return build_cells(
            CellsRequest(source, period, accepted, CONTRACTS, AREAS, REFERENCE, out_dir, settings)
        )

    def _cells_folder(self, month: Month, type_: PeriodType = PeriodType.MONTH) -> Path:
        """The cells that figures are made from, built anew only after a delivery."""
        # A file is written once, so that its path stands for its rows.
        paths = [path for paths in self.accepted.values() for path in paths]
        key = (type_, month, id(self.registry), tuple(sorted(paths)))
        if key not in self._built:
            self._built[key] = self.cells(month, type_=type_).folder
        return self._built[key]

    def table(self, *months: str) -> Any:
        """The figures as a pyarrow table, all windows."""
        existing = sorted(
            {month for _, month in self.accepted} | {month for _, month in self.snapshots}
        )
        wanted = [
            (month, windows_of(month) & self.windows)
            for month in (map(Month.parse, months) if months else existing)
        ]
        source = self.registry.sources[self.source]
        nobody = {
            (dataset, month): Reporting(self._expected(month), frozenset())
            for dataset in source.datasets
            for month in existing
        }
        request = FiguresRequest(
            source=source,
            contracts=CONTRACTS,
            areas=AREAS,
            reference=REFERENCE,
            months=wanted,
            cells={month: self._cells_folder(month) for month in existing},
            report_cells=self._report_cells(wanted),
            rows={
                dataset: [
                    AcceptedFile(path, month)
                    for (each, month), paths in self.accepted.items()
                    if each == dataset
                    for path in paths
                ]
                for dataset, _ in self.accepted
            },
            reporting={**nobody, **self.reporting},
            snapshots=self.snapshots,
            references=self.references,
            duck=SETTINGS,
            period=self.period,
            codes=self.codes,
        )
        return compute_figures(request)

    def _report_cells(self, wanted: Iterable[tuple[Month, frozenset[Window]]]) -> dict[Month, Path]:
        if self.period is PeriodType.MONTH:
            return {}
        touched = {
            period.month
            for month, windows in wanted
            for window in windows
            for period in periods_of(self.period, window, month)
        }
        return {month: self._cells_folder(month, self.period) for month in touched}

    def figures(self, *months: str) -> Figures:
        """The figures by (code, area_id, breakdown, window, month)."""
        by_key: Figures = {}
        for row in self.table(*months).to_pylist():
            key = (
                row["indicator_code"],
                row["area_id"],
                row["breakdown"],
                row["time_window"],
                str(Month.of(row["month"])),
            )
            assert key not in by_key, f"twice: {key}"
            by_key[key] = row
        return by_key


def numbers(
    figures: Figures,
    code: str,
    area_id: int,
    month: str,
    breakdown: str = "",
    window: str = "month",
) -> tuple[Any, Any, str]:
    """Numerator, denominator and status of one figure."""
    row = figures[code, area_id, breakdown, window, month]
    return row["numerator"], row["denominator"], row["status"]


def day(text: str) -> date:
    return date.fromisoformat(text)


def registry_with(folder: Path, source: str, old: str, new: str) -> Path:
    """A copy of the registry in which one text of a source is replaced."""
    shutil.copytree(DATA / "indicators", folder / "indicators")
    path = folder / "indicators" / f"{source}.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"'{old}' stands {text.count(old)} times in {source}.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def registry_of(*codes: str, registry: Registry = REGISTRY) -> Registry:
    """A registry with only these indicators, of one source, and the cells they are made from."""
    [name] = {registry.indicator(code).source for code in codes}
    source = registry.sources[name]
    indicators = {code: source.indicators[code] for code in codes}
    used = {indicator.cells for indicator in indicators.values()}
    return Registry(
        {
            name: replace(
                source,
                indicators=indicators,
                cells={
                    cells: cell_set for cells, cell_set in source.cells.items() if cells in used
                },
                identities=(),
                forms=(),
            )
        },
        registry.version,
    )
