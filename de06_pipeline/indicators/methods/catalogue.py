"""Counting procedures of the catalogue."""

from __future__ import annotations

from de06_pipeline.duck.relations import Relation
from de06_pipeline.duck.rows import create_table
from de06_pipeline.indicators.computation.calculation import Calculation
from de06_pipeline.indicators.computation.labels import Labels
from de06_pipeline.indicators.computation.relations import RAW_FIGURE, label_of
from de06_pipeline.indicators.rollup.snapshots import create_snapshot
from de06_pipeline.indicators.rollup.sums import figure_levels
from de06_pipeline.registry.breakdowns import breakdown_text
from de06_pipeline.registry.model import TOTAL, Indicator

AGENCY_LEVELS = {"district": ("Huyện", "Xã"), "commune": ("Xã",)}
"""The agency levels that a unit of a level has; a province's rows are all its own."""


def create_catalogue(calc: Calculation) -> None:
    """Create ``catalogue_row(level, area_id, ...)``: for each area, the rows of the catalogue that
    are valid in it at the period's end.

    An area has its own rows, those of units below it, and the province-wide rows (without a
    district) of the agency levels that it has. A row whose district is no longer in force is the
    province's alone. ``effective_to`` is the last day of validity.
    """
    create_snapshot(calc, "dvc_procedures")
    last_day = f"DATE '{calc.month.last_day}'"
    level = calc.crosswalk.unit_level
    units = [
        (unit.area_id, unit.province_code)
        for unit in calc.request.areas.in_force(level, calc.crosswalk.month)
    ]
    provinces = {
        province.code: province.area_id
        for province in calc.request.areas.in_force("province", calc.crosswalk.month)
    }
    places = [(unit, provinces[code]) for unit, code in units]
    create_table(
        calc.con, "unit_place", [("unit_id", "INTEGER"), ("province_id", "INTEGER")], places
    )
    has_level = ", ".join(f"'{name}'" for name in AGENCY_LEVELS[level])
    fields = "procedure_code, agency_level, service_level, lead_agency, essential_list, essential_no, deployed"
    calc.con.execute(f"""
CREATE OR REPLACE TEMP TABLE catalogue_row AS
WITH valid AS (
  SELECT province_id, unit_id, district_id IS NULL AND is_area_complete AS is_province_wide, {fields} FROM dvc_procedures
  WHERE COALESCE(effective_from <= {last_day}, TRUE) AND COALESCE(effective_to >= {last_day}, TRUE)
)
SELECT 'country' AS level, {calc.request.areas.country.area_id} AS area_id, {fields} FROM valid
UNION ALL SELECT 'province', province_id, {fields} FROM valid
UNION ALL SELECT '{level}', unit_id, {fields} FROM valid WHERE unit_id IS NOT NULL
UNION ALL SELECT '{level}', u.unit_id, {fields} FROM valid JOIN unit_place AS u ON u.province_id = valid.province_id
  WHERE is_province_wide AND agency_level IN ({has_level})
""")


def add_catalogue_services(calc: Calculation, indicator: Indicator, labels: Labels) -> None:
    """``dvc.services``: procedures valid at the period's end.

    A procedure counts once for each agency level that carries it out in an area, however many of
    the area's offices do; in the country, once by its code.
    """
    create_catalogue(calc)
    wanted = figure_levels(calc, indicator)
    for breakdown in (TOTAL, *indicator.breakdowns):
        names = sorted(breakdown.split(";")) if breakdown else []
        joins = "".join(
            f" JOIN {_part_table(calc, name)} AS l_{name} ON l_{name}.label_value = c.{name}"
            for name in names
        )
        text = " || ';' || ".join(f"l_{name}.part" for name in names) or "''"
        for level in wanted:
            counted = (
                "c.procedure_code"
                if level == "country"
                else "c.procedure_code || ' ' || c.agency_level"
            )
            calc.con.execute(
                f"INSERT INTO {RAW_FIGURE} SELECT c.area_id, '{indicator.code}', {text}, COUNT(DISTINCT {counted}), NULL "
                f"FROM catalogue_row AS c{joins} WHERE c.level = '{level}' GROUP BY ALL"
            )


def _part_table(calc: Calculation, name: str) -> Relation:
    """The labels of a catalogue field's values, which are labels already."""
    values = calc.con.execute(
        f"SELECT DISTINCT {name} FROM catalogue_row WHERE {name} IS NOT NULL"
    ).fetchall()
    rows = [(value, breakdown_text({name: value})) for (value,) in values]
    labels = label_of(name)
    labels.create(calc.con, rows)
    return labels
