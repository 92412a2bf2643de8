"""The big national export for benchmarks."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from de06_pipeline.errors import UsageError
from de06_pipeline.periods import Month
from de06_pipeline.samples import write_bulk_dossiers
from de06_pipeline.settings import REPOSITORY

REFERENCE = REPOSITORY / "data_contracts" / "reference"
JUNE = Month(2024, 6)
ROWS = 40_000


@pytest.fixture(scope="module")
def bulk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bulk_dossiers(
        tmp_path_factory.mktemp("bulk") / "SYNTHETIC_all.csv",
        ROWS,
        JUNE,
        seed=6,
        reference=REFERENCE,
    )


def _bad(bulk: Path) -> int:
    """How many rows break a critical rule."""
    good = """try_cast(received_at AS TIMESTAMP) < TIMESTAMP '2024-07-01'
              AND (finished_at IS NULL) = (status = '4') AND status IN ('4', '9', '10')
              AND coalesce(try_cast(finished_at AS TIMESTAMP) >= greatest(try_cast(received_at AS TIMESTAMP), TIMESTAMP '2024-06-01'), true)
              AND district IS DISTINCT FROM 'Huyện Không Có Thật' AND fee_vnd <> '1,234.5' AND national_sync IN ('0', '1')
              AND try_cast(submitted_at AS TIMESTAMP) <= try_cast(received_at AS TIMESTAMP)"""
    table = f"read_csv('{bulk}', delim=';', header=true, all_varchar=true)"
    query = f"SELECT count(*) FROM {table} WHERE NOT coalesce({good}, false)"
    return int(duckdb.sql(query).fetchall()[0][0])


def test_bulk_covers_the_country_with_unique_codes_and_one_per_cent_of_defects(bulk: Path) -> None:
    table = f"read_csv('{bulk}', delim=';', header=true, all_varchar=true)"
    ((rows, codes, provinces, districts),) = duckdb.sql(
        f"SELECT count(*), count(DISTINCT dossier_code), count(DISTINCT province), count(DISTINCT district) FROM {table}"
    ).fetchall()
    assert rows == codes == ROWS
    assert provinces == 63
    assert districts == 705 + 1, "705 districts in force in June 2024, and one that does not exist"
    assert 0.008 * ROWS < _bad(bulk) < 0.012 * ROWS


def test_bulk_without_faults_has_none(tmp_path: Path) -> None:
    clean = tmp_path / "SYNTHETIC_clean.csv"
    write_bulk_dossiers(clean, ROWS, JUNE, seed=6, reference=REFERENCE, with_faults=False)
    assert _bad(clean) == 0


def test_bulk_is_reproducible(bulk: Path, tmp_path: Path) -> None:
    again = write_bulk_dossiers(
        tmp_path / "SYNTHETIC_again.csv", ROWS, JUNE, seed=6, reference=REFERENCE
    )
    other = write_bulk_dossiers(
        tmp_path / "SYNTHETIC_other.csv", ROWS, JUNE, seed=7, reference=REFERENCE
    )
    assert again.read_bytes() == bulk.read_bytes()
    assert other.read_bytes() != bulk.read_bytes()


def test_bulk_refuses_an_unmarked_name_and_a_month_without_districts(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="SYNTHETIC_"):
        write_bulk_dossiers(tmp_path / "all.csv", 10, JUNE, reference=REFERENCE)
    with pytest.raises(UsageError, match="districts"):
        write_bulk_dossiers(tmp_path / "SYNTHETIC_all.csv", 10, Month(2025, 7), reference=REFERENCE)
