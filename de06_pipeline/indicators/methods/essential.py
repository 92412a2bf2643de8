"""Essential public services (dịch vụ công thiết yếu): numbered lists of fixed length, whose entries
the catalogue carries.
"""

from __future__ import annotations

from de06_pipeline.duck.quoting import literal
from de06_pipeline.duck.rows import create_table
from de06_pipeline.indicators.computation.calculation import Calculation
from de06_pipeline.indicators.computation.labels import Labels
from de06_pipeline.indicators.computation.relations import RAW_FIGURE, SNAPSHOT_CROSSWALK
from de06_pipeline.indicators.computation.windows import year_to
from de06_pipeline.indicators.methods.catalogue import create_catalogue
from de06_pipeline.indicators.period import Period
from de06_pipeline.indicators.rollup.sums import figure_levels
from de06_pipeline.registry.model import Indicator, PeriodType

POLICE = "Bộ Công an"


def add_essential_led_by_police(calc: Calculation, indicator: Indicator, labels: Labels) -> None:
    """``dvc.essential_led_by_police``: services of a list that the police lead, of all services of
    the list.
    """
    create_catalogue(calc)
    _add(
        calc,
        indicator,
        f"SELECT level, area_id, essential_list, essential_no FROM catalogue_row WHERE lead_agency = '{POLICE}'",
    )


def add_essential_deployed(calc: Calculation, indicator: Indicator, labels: Labels) -> None:
    """``dvc.essential_deployed``: services of a list that are deployed, of all services of the
    list.

    Deployed: marked so in the catalogue for the area, or a dossier of one of its procedures was
    received in the area this year up to the period's end, whichever agency level the catalogue
    gives the procedure.
    """
    create_catalogue(calc)
    _create_received(calc)
    _add(
        calc,
        indicator,
        "SELECT level, area_id, essential_list, essential_no FROM catalogue_row WHERE deployed "
        "UNION ALL SELECT r.level, r.area_id, p.essential_list, p.essential_no FROM received_procedure AS r "
        "JOIN dvc_procedures AS p ON p.procedure_code = r.procedure_code AND p.province_id = r.province_id",
    )


def _create_received(calc: Calculation) -> None:
    """Create ``received_procedure(level, area_id, province_id, procedure_code)``: which procedures of
    the lists, some hundred of tens of thousands in use, were received this year in each area.
    """
    source = calc.request.source
    cells = source.cells["dossiers"]
    measure = source.indicators["dvc.received"].numerator[0]
    files = [
        (month, path)
        for month in year_to(calc.month)
        if (path := calc.cells_file(cells.file_name, Period(PeriodType.MONTH, month)))
    ]
    calc.crosswalk.create_snapshot_crosswalk(calc.con, [month for month, _ in files])
    parts = [
        f"SELECT DATE '{month.first_day}' AS month, province_id, unit_id, procedure AS procedure_code "
        f"FROM read_parquet({literal(path)}) WHERE {measure.column} > 0 AND procedure IN "
        "(SELECT procedure_code FROM dvc_procedures WHERE essential_list IS NOT NULL)"
        for month, path in files
    ]
    nothing = (
        "SELECT NULL::DATE AS month, NULL::INTEGER AS province_id, NULL::INTEGER AS unit_id, "
        "NULL::VARCHAR AS procedure_code WHERE FALSE"
    )
    calc.con.execute(f"""
CREATE OR REPLACE TEMP TABLE received_procedure AS
WITH received AS (
  SELECT DISTINCT p.to_id AS province_id, u.to_id AS unit_id, procedure_code FROM ({" UNION ALL ".join(parts) or nothing}) AS r
  JOIN {SNAPSHOT_CROSSWALK} AS p ON p.month = r.month AND p.from_id = r.province_id
  LEFT JOIN {SNAPSHOT_CROSSWALK} AS u ON u.month = r.month AND u.from_id = r.unit_id
)
SELECT 'country' AS level, {calc.request.areas.country.area_id} AS area_id, province_id, procedure_code FROM received
UNION ALL SELECT 'province', province_id, province_id, procedure_code FROM received
UNION ALL SELECT '{calc.crosswalk.unit_level}', unit_id, province_id, procedure_code FROM received WHERE unit_id IS NOT NULL
""")


def _add(calc: Calculation, indicator: Indicator, having: str) -> None:
    """Add the figures of every list in force: entries of the list that ``having`` gives, over the
    list's length.

    A list has a row of its own where the area's catalogue carries entries of it; the total is over
    all lists in force.
    """
    lists = [
        entry
        for entry in (indicator.parameters or {})["lists"]
        if entry["valid_from"] <= calc.month.last_day
    ]
    create_table(
        calc.con,
        "essential_list_size",
        [("label", "VARCHAR"), ("size", "BIGINT")],
        [(entry["label"], entry["size"]) for entry in lists],
    )
    levels = ", ".join(f"'{level}'" for level in figure_levels(calc, indicator))
    total = sum(entry["size"] for entry in lists)
    calc.con.execute(f"""
INSERT INTO {RAW_FIGURE}
WITH found AS (SELECT DISTINCT h.* FROM ({having}) AS h JOIN essential_list_size AS s ON s.label = h.essential_list
  WHERE h.essential_no BETWEEN 1 AND s.size),
carried AS (SELECT DISTINCT level, area_id, essential_list FROM catalogue_row
  UNION SELECT level, area_id, essential_list FROM found)
SELECT c.area_id, '{indicator.code}', 'essential_list=' || c.essential_list, COUNT(h.essential_no), MIN(s.size)
FROM carried AS c JOIN essential_list_size AS s ON s.label = c.essential_list
LEFT JOIN found AS h ON h.level = c.level AND h.area_id = c.area_id AND h.essential_list = c.essential_list
WHERE c.level IN ({levels}) GROUP BY ALL
UNION ALL
SELECT c.area_id, '{indicator.code}', '', COUNT(DISTINCT h.essential_list || h.essential_no), {total}
FROM (SELECT DISTINCT level, area_id FROM carried) AS c LEFT JOIN found AS h ON h.level = c.level AND h.area_id = c.area_id
WHERE c.level IN ({levels}) GROUP BY ALL
""")
