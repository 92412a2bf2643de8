"""What a template offers to choose from: the values of enumerations, yes and no, and a supplier's
administrative units.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.areas.model import Area, Level
from de06_pipeline.areas.suppliers import Supplier
from de06_pipeline.contracts.model import Contract, EnumValue, Field, FieldType
from de06_pipeline.periods import Month

Units = Mapping[Level, Sequence[str]]
"""For each level, how the units may be written, in the order of the official list."""

YES_NO = ("Có", "Không")


def units_of(supplier: Supplier, areas: AreaBook, month: Month) -> Units:
    """The provinces a supplier covers in a month and what lies in them; no districts from 2025-07
    on.
    """
    provinces = [
        area for area in areas.in_force(Level.PROVINCE, month) if supplier.covers(area.area_id)
    ]
    units = {Level.PROVINCE: provinces}
    for level in (Level.DISTRICT, Level.COMMUNE):
        units[level] = [
            unit
            for province in provinces
            for unit in areas.children(province.area_id, level, month)
        ]
    return {level: _written(listed) for level, listed in units.items()}


def choices(contract: Contract, units: Units) -> dict[str, Sequence[str]]:
    """Field → the texts to choose from, for the delivered fields that have such a list."""
    lists = {field.name: _choices(field, units) for field in contract.delivered_fields}
    return {name: texts for name, texts in lists.items() if texts}


def written_value(value: EnumValue) -> str:
    """A value of an enumeration as the list shows it: ``2 - Trực tuyến``, or the label where that
    is the value.
    """
    return value.label if value.value == value.label else f"{value.value} - {value.label}"


def _choices(field: Field, units: Units) -> Sequence[str]:
    if field.type is FieldType.ENUM:
        return [written_value(value) for value in field.enum]
    if field.type is FieldType.YES_NO:
        return YES_NO
    if field.is_area:
        return units.get(Level(field.type.value), ())
    return ()


def _written(areas: Iterable[Area]) -> list[str]:
    """Full names, with the code where two units share a name."""
    units = list(areas)
    names = Counter(area.full_name for area in units)
    return [
        area.full_name if names[area.full_name] == 1 else f"{area.code} - {area.full_name}"
        for area in units
    ]
