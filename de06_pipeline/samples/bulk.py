"""One big national export of dossiers, for benchmarks: every district of the country in one CSV.

Made by DuckDB from the row number and the seed alone (no random state), so that any number of rows
is written at the speed of the disk and the same arguments give the same bytes.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.errors import UsageError
from de06_pipeline.landing.synthetic import SYNTHETIC_PREFIX
from de06_pipeline.periods import Month
from de06_pipeline.samples.catalogue import procedures
from de06_pipeline.samples.places import QUANG_NAM

_DRAWS = "CREATE TEMP MACRO draw(i, salt, size) AS CAST((hash(i * 64 + salt, {seed}) // 1024) % size AS BIGINT)"

# Seven faults in 700 draws: 1 % of the rows break a critical rule.
_ROWS = """
WITH drawn AS (
  SELECT i,
         draw(i, 1, {districts}) AS district_no,
         draw(i, 2, {procedures}) AS procedure_no,
         TIMESTAMP '{start}' - INTERVAL 20 DAY + to_minutes(draw(i, 3, {minutes})) AS received,
         draw(i, 4, 30) AS limit_days,
         draw(i, 5, 1000) AS luck,
         draw(i, 6, 700) AS fault,
         draw(i, 7, 1000000000) AS flags,
         draw(i, 8, 100000000) AS person
  FROM range({rows}) AS numbers(i)
), lived AS (
  SELECT *, greatest(received + INTERVAL 90 MINUTE + to_hours((limit_days * luck * 26) // 1000), TIMESTAMP '{start}') AS finished
  FROM drawn
), seen AS (
  SELECT *, finished < TIMESTAMP '{end}' AS is_closed FROM lived
)
SELECT d.agency || '-' || strftime(received, '%y%m%d') || '-' || (100000 + i) AS dossier_code,
       p.code AS procedure_code,
       p.sector AS sector,
       d.agency AS agency_code,
       CASE WHEN p.level = 'Tỉnh' THEN 'UBND tỉnh' ELSE 'UBND ' || d.full_name END AS agency_name,
       p.level AS agency_level,
       d.province_code AS province,
       CASE WHEN fault = 0 THEN 'Huyện Không Có Thật' WHEN p.level <> 'Tỉnh' THEN d.code END AS district,
       p.service_level AS service_level,
       CASE WHEN flags % 100 < 68 THEN '2' WHEN flags % 100 < 96 THEN '1' END AS channel,
       received - to_minutes(1 + luck) AS submitted_at,
       CASE WHEN fault = 1 THEN '2024-02-31 08:00:00' ELSE received::VARCHAR END AS received_at,
       date_trunc('day', received) + INTERVAL 17 HOUR + to_days(limit_days::INTEGER) AS due_at,
       CASE WHEN fault = 2 THEN received - INTERVAL 40 DAY WHEN is_closed AND fault <> 3 THEN finished END AS finished_at,
       CASE WHEN is_closed AND luck % 2 = 0 AND fault NOT IN (2, 3) THEN finished + to_minutes(luck) END AS returned_at,
       CASE WHEN fault = 4 THEN '17' WHEN fault = 3 THEN '9' WHEN NOT is_closed THEN '4' WHEN luck % 2 = 1 THEN '9' ELSE '10' END AS status,
       CASE WHEN luck < 50 THEN '1' ELSE '0' END AS supplement_requests,
       CASE WHEN luck < 50 THEN '1,5' END AS supplement_days,
       CASE WHEN fault = 5 THEN '1,234.5' WHEN flags % 7 < 3 THEN '20.000' ELSE '0' END AS fee_vnd,
       CASE WHEN flags % 7 < 2 THEN '1' ELSE '0' END AS online_payment,
       CASE WHEN flags % 11 < 10 THEN '1' ELSE '0' END AS processed_online,
       CASE WHEN flags % 13 < 10 THEN '1' ELSE '0' END AS components_digitised,
       CASE WHEN is_closed THEN CASE WHEN flags % 17 < 13 THEN '1' ELSE '0' END END AS electronic_result,
       CASE WHEN flags % 19 < 4 THEN '1' ELSE '0' END AS data_reused,
       CASE WHEN fault = 6 THEN 'có lẽ' WHEN flags % 23 < 15 THEN '1' ELSE '0' END AS national_sync,
       'Công dân' AS applicant_type,
       'Nguyễn Văn Mẫu' AS applicant_name,
       '0' || d.province_code || (person % 2) || (50 + person % 49) || (999000 + person % 1000) AS applicant_id,
       '010' || (1000000 + person % 9000000) AS phone,
       CASE WHEN is_closed THEN finished ELSE received END + INTERVAL 5 MINUTE AS updated_at
FROM seen s
JOIN districts d ON d.number = s.district_no
JOIN catalogue p ON p.number = s.procedure_no
"""


def write_bulk_dossiers(
    path: Path,
    rows: int,
    month: Month,
    seed: int = 6,
    *,
    reference: Path,
    memory_limit: str = "1GB",
) -> Path:
    """Write a national ``dvc_dossiers`` export of one month (for the supplier ``all``), about 280
    bytes a row.

    UTF-8 with semicolons, canonical headers, codes and ISO dates; all districts in force in the
    month are equally frequent; 1 % of the rows break one critical rule each. The procedures are
    those of Quảng Nam's catalogue.

    Args:
        path: the file; its name must begin with ``SYNTHETIC_``.
        reference: folder of the reference tables.

    Raises:
        UsageError: another file name, or a month without districts (from 2025-07 on).
    """
    if not path.name.startswith(SYNTHETIC_PREFIX):
        raise UsageError(
            f"The name of a sample file begins with {SYNTHETIC_PREFIX}; choose such a name for the bulk export."
        )
    districts = AreaBook.load(reference).in_force("district", month)
    if not districts:
        raise UsageError(
            f"There are no districts in {month}; choose a month up to 2025-06 for the bulk export."
        )
    units = [(n, _agency(n), d.code, d.full_name, d.province_code) for n, d in enumerate(districts)]
    listed = [
        (n, p.code, p.sector, p.agency_level, p.service_level)
        for n, p in enumerate(p for p in procedures(QUANG_NAM, month) if p.weight)
    ]
    # Received from 20 days before the month to its end.
    minutes = ((month.end - month.start).days + 20) * 1440
    body = _ROWS.format(
        start=month.start,
        end=month.end,
        minutes=minutes,
        rows=int(rows),
        districts=len(units),
        procedures=len(listed),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.part")
    with duckdb.connect(config={"memory_limit": memory_limit}) as con:
        con.execute("SET enable_progress_bar = false")
        con.execute(_DRAWS.format(seed=int(seed)))
        con.execute(
            "CREATE TEMP TABLE districts (number BIGINT, agency TEXT, code TEXT, full_name TEXT, province_code TEXT)"
        )
        con.executemany("INSERT INTO districts VALUES (?, ?, ?, ?, ?)", units)
        con.execute(
            "CREATE TEMP TABLE catalogue (number BIGINT, code TEXT, sector TEXT, level TEXT, service_level TEXT)"
        )
        con.executemany("INSERT INTO catalogue VALUES (?, ?, ?, ?, ?)", listed)
        con.execute(f"COPY ({body}) TO '{unfinished}' (FORMAT csv, DELIMITER ';', HEADER)")
    unfinished.replace(path)
    return path


def _agency(number: int) -> str:
    """A well-formed agency code (QĐ 20/2020/QĐ-TTg) for the district with this number."""
    return f"H{number % 63 + 1:02d}.{number // 63 + 1}"
