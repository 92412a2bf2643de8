"""Cells: a pure function of a month's accepted rows."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path
from typing import Any

import duckdb
import pytest

from de06_pipeline.errors import ContractError
from de06_pipeline.indicators.cells import build
from de06_pipeline.indicators.cells.accepted_rows import AcceptedFile, create_rows_view
from de06_pipeline.indicators.cells.build import write_ordered
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import PeriodType
from de06_pipeline_tests.unit.indicators_kit import (
    AREAS,
    CONTRACTS,
    LONG_AN,
    QUANG_NAM,
    REGISTRY,
    TAM_KY,
    World,
    day,
    dossier,
    numbers,
    write_rows,
)

JUNE = Month(2024, 6)


def many(folder: Path) -> World:
    """A month whose rows make several hundred cells."""
    world = World(folder, "dvc")
    rows = [
        dossier(
            f"2024-06-{1 + i % 28:02d} 08:00",
            f"2024-06-{1 + i % 28:02d} {9 + i % 12:02d}:{i % 60:02d}",
            procedure_code=f"1.{i % 300:06d}",
        )
        for i in range(600)
    ]
    world.deliver("dvc_dossiers", "2024-06", rows)
    return world


def test_the_same_rows_give_the_same_bytes_whatever_the_threads(tmp_path: Path) -> None:
    first = many(tmp_path / "a").cells(JUNE, threads=1)
    second = many(tmp_path / "b").cells(JUNE, threads=4)
    assert first.content_hash == second.content_hash
    assert set(first.files) == {
        "dossiers.parquet",
        "dossiers.edges.parquet",
        "processing_times.parquet",
    }
    assert all(
        (first.folder / name).read_bytes() == (second.folder / name).read_bytes()
        for name in first.files
    )
    assert first.row_counts["dossiers"] > 200


def test_several_row_groups_are_the_same_bytes_whatever_threads_and_memory(tmp_path: Path) -> None:
    ordered = "SELECT i AS number, md5(i::VARCHAR) AS text FROM range(400000) AS r(i) ORDER BY text"
    written = set()
    for threads, memory in ((1, "1GB"), (2, "1GB"), (4, "1GB"), (4, "100MB")):
        con = duckdb.connect(config={"threads": threads, "memory_limit": memory})
        con.execute(f"SET temp_directory = '{tmp_path / 'spill'}'")
        path = tmp_path / f"{threads}-{memory}.parquet"
        assert write_ordered(con, ordered, path, {"cells": "x"}) == 400_000
        written.add(path.read_bytes())
    assert len(written) == 1


def test_what_is_carried_over_is_the_same_bytes_whatever_the_threads(tmp_path: Path) -> None:
    world = World(tmp_path, "dvc")
    for place in range(2):
        received = [f"2024-06-{1 + i % 28:02d} {8 + place:02d}:{i // 28:02d}" for i in range(600)]
        world.deliver("dvc_dossiers", "2024-06", [dossier(moment) for moment in received])
    for path in world.accepted["dvc_dossiers", JUNE]:
        rows = duckdb.read_parquet(str(path)).to_arrow_table()
        duckdb.execute(
            "COPY (SELECT * REPLACE (dossier_code || i AS dossier_code, "
            "CASE WHEN i % 7 = 0 THEN 3 ELSE status END::SMALLINT AS status) "
            f"FROM rows, range(300) AS r(i)) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 50000)"
        )
        assert rows.num_rows == 600
    written = []
    for threads in (1, 2, 4):
        built = world.cells(JUNE, threads=threads)
        edges = built.folder / "dossiers.edges.parquet"
        written.append(edges.read_bytes())
        groups = duckdb.execute(f"SELECT num_row_groups FROM parquet_file_metadata('{edges}')")
        assert groups.fetchall() == [(3,)]
        shutil.rmtree(built.folder)
    assert len(set(written)) == 1


def test_what_is_carried_over_is_written_beside_the_counts_of_several_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writers: list[str] = []

    def noting(con: duckdb.DuckDBPyConnection, sql: str, path: Path, *about: Any) -> int:
        writers.append(f"{path.name} {threading.current_thread().name}")
        return write_ordered(con, sql, path, *about)

    monkeypatch.setattr(f"{build.__name__}.write_ordered", noting)
    for threads in (1, 2):
        many(tmp_path / f"{threads}").cells(JUNE, threads=threads)
    # In an administrative month, whose cells may be made in a thread already, by none of its own.
    many(tmp_path / "report").cells(JUNE, threads=2, type_=PeriodType.REPORT_MONTH)
    assert [each for each in writers if "edges" in each] == [
        "dossiers.edges.parquet MainThread",
        "dossiers.edges.parquet beside",
        "dossiers.edges.parquet MainThread",
    ]


def test_what_is_carried_over_fails_the_cells_with_its_own_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def keyless(_: object) -> None:
        return None

    world = many(tmp_path)
    monkeypatch.setattr(f"{build.__name__}.key_sql", keyless)
    for threads in (1, 2):
        with pytest.raises(ContractError, match="'opening' and 'closing' need records"):
            world.cells(JUNE, threads=threads)
        assert _nothing_goes_on(tmp_path)


def test_what_is_carried_over_is_not_waited_for_where_the_counts_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def endless(con: duckdb.DuckDBPyConnection, *_: object) -> None:
        begun.set()
        con.execute("SELECT count(*) FROM range(1000000000000) WHERE hash(range) = 1")

    def fails(*_: object) -> None:
        begun.wait()
        raise ContractError("counts")

    world = many(tmp_path)
    monkeypatch.setattr(f"{build.__name__}._write_edges", endless)
    monkeypatch.setattr(f"{build.__name__}.write_ordered", fails)
    with pytest.raises(ContractError, match="counts"):
        world.cells(JUNE, threads=2)
    assert _nothing_goes_on(tmp_path)


def _nothing_goes_on(folder: Path) -> bool:
    return "beside" not in {thread.name for thread in threading.enumerate()} and not list(
        folder.rglob(".building-*")
    )


def test_building_again_changes_nothing_and_leaves_nothing_behind(tmp_path: Path) -> None:
    world = many(tmp_path)
    first, second = world.cells(JUNE), world.cells(JUNE)
    assert first.folder == second.folder
    assert [path.name for path in first.folder.parent.iterdir()] == [first.content_hash]


def test_a_row_more_is_another_content(tmp_path: Path) -> None:
    world = World(tmp_path, "dvc")
    world.deliver("dvc_dossiers", "2024-06", [dossier("2024-06-03")])
    before = world.cells(JUNE)
    world.deliver("dvc_dossiers", "2024-06", [dossier("2024-06-03")])
    assert world.cells(JUNE).content_hash != before.content_hash


def test_measures_are_whole_numbers_and_say_what_they_count(tmp_path: Path) -> None:
    built = many(tmp_path).cells(JUNE)
    path = built.folder / "dossiers.parquet"
    con = duckdb.connect()
    types = {
        str(row[0]): str(row[1])
        for row in con.execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall()
    }
    measures = REGISTRY.sources["dvc"].measures_of("dossiers")
    assert {types[measure.column] for measure in measures} == {"BIGINT"}
    note = con.execute(
        f"SELECT value FROM parquet_kv_metadata('{path}') WHERE key = 'de06'"
    ).fetchone()
    assert note is not None
    assert json.loads(note[0])["measures"][measures[0].column]["where"] == measures[0].where
    received = next(
        measure for measure in REGISTRY.sources["dvc"].indicators["dvc.received"].numerator
    )
    assert con.execute(f"SELECT sum({received.column}) FROM '{path}'").fetchone() == (600,)


def test_a_dataset_that_nobody_delivered_has_no_cells(tmp_path: Path) -> None:
    world = World(tmp_path, "asm")
    world.deliver("asm_establishments", "2024-06", [])
    assert world.cells(JUNE).files == ()


def test_rows_accepted_under_an_older_contract_are_refused(tmp_path: Path) -> None:
    world = World(tmp_path, "dvc")
    duckdb.connect().execute(
        f"COPY (SELECT 1 AS province_id) TO '{tmp_path / 'old.parquet'}' (FORMAT parquet)"
    )
    world.accepted["dvc_dossiers", JUNE] = [str(tmp_path / "old.parquet")]
    with pytest.raises(
        ContractError,
        match=r"dvc_dossiers: the accepted rows have no .*received_at.*de06 rebuild A",
    ):
        world.cells(JUNE)


def test_cells_made_with_another_formula_are_refused(tmp_path: Path) -> None:
    from de06_pipeline.registry.load import load_registry
    from de06_pipeline_tests.unit.indicators_kit import registry_with

    world = World(tmp_path, "dvc")
    world.deliver("dvc_dossiers", "2024-06", [dossier("2024-06-03")])
    old = world.cells(JUNE)
    path = registry_with(
        tmp_path, "dvc", "count: is_not_accepted", "count: is_not_accepted and channel = 2"
    )
    world.registry = load_registry(path.parent)
    world.cells = lambda month, **_: old  # type: ignore[method-assign]
    with pytest.raises(
        ContractError,
        match=r"dvc 2024-06: its cells were built with an older registry; run the month again",
    ):
        world.figures()


def test_a_year_without_holidays_is_refused(tmp_path: Path) -> None:
    world = World(tmp_path, "cccd")
    world.deliver(
        "cccd_issuance",
        "2019-06",
        [{"province_id": 1, "received_on": day("2019-06-03")}],
        provinces=(),
    )
    with pytest.raises(ContractError, match=r"holidays\.csv: has no holidays of 2019"):
        world.cells(Month(2019, 6))


def test_rows_of_several_suppliers_add_up(tmp_path: Path) -> None:
    world = World(tmp_path, "dvc")
    for _ in range(3):
        world.deliver("dvc_dossiers", "2024-06", [dossier("2024-06-03")])
    assert numbers(world.figures(), "dvc.received", TAM_KY, "2024-06") == (3, None, "reported")


def test_a_national_report_counts_beside_other_indicators_of_a_province(tmp_path: Path) -> None:
    def report(code: str, province: int, number: int) -> dict[str, object]:
        return {"indicator_code": code, "province_id": province, "numerator": number}

    dataset = "agency_reports"
    own = write_rows(tmp_path / "own.parquet", dataset, [report("models.planned", QUANG_NAM, 5)])
    everywhere = [
        report(code, province, 1)
        for code in ("models.planned", "models.deployed")
        for province in (QUANG_NAM, LONG_AN)
    ]
    national = write_rows(tmp_path / "national.parquet", dataset, everywhere)
    contract, month = CONTRACTS[dataset], Month(2024, 6)
    files = [
        AcceptedFile(own, month),
        AcceptedFile(national, month, frozenset({QUANG_NAM}), (own,), contract.national_beside),
    ]
    with duckdb.connect() as con:
        create_rows_view(con, contract, files, AREAS)
        rows = con.execute(
            f"SELECT indicator_code, province_id, CAST(numerator AS INTEGER) FROM {dataset}"
        ).fetchall()
    assert sorted(rows) == sorted(
        [
            ("models.planned", QUANG_NAM, 5),
            ("models.deployed", QUANG_NAM, 1),
            ("models.planned", LONG_AN, 1),
            ("models.deployed", LONG_AN, 1),
        ]
    )
