"""Names as people type them after a command: areas by code or name, indicators, suppliers; what is
not known is answered with what is nearest.
"""

from __future__ import annotations

from collections.abc import Sequence

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.areas.model import Area, Level
from de06_pipeline.areas.names import read_area_text
from de06_pipeline.areas.suggestions import ended
from de06_pipeline.areas.suppliers import NATIONAL, Supplier, SupplierBook
from de06_pipeline.errors import UsageError
from de06_pipeline.near_names import do_you_mean, nearest, unaccented
from de06_pipeline.periods import Month
from de06_pipeline.registry.model import Registry
from de06_pipeline.warehouse.figures.read import COUNTRY

_LEVELS = (Level.PROVINCE, Level.DISTRICT, Level.COMMUNE)
_COUNTRY_NAMES = frozenset({"vn", "viet nam", "ca nuoc", "toan quoc"})
_LISTED = 6
"""Units of one name that are listed to choose from."""


def indicator_named(registry: Registry, code: str) -> str:
    """A code of the registry.

    Raises:
        UsageError: it is not one; names the nearest.
    """
    codes = [indicator.code for indicator in registry]
    if code in codes:
        return code
    hint = do_you_mean(code, codes)
    raise UsageError(
        f"'{code}' is not an indicator.{hint} They are listed in data_contracts/indicators."
    )


def supplier_named(suppliers: SupplierBook, name: str, month: Month) -> Supplier:
    """A supplier of a month.

    Raises:
        UsageError: there is none of that name; names who came after it, or the nearest.
    """
    known = suppliers.get(name, month)
    if known is not None:
        return known
    near = nearest(name, [*(supplier.name for supplier in suppliers.in_force(month)), NATIONAL])
    hint_vi, hint_en = (f" Có phải “{near}”?", f" Do you mean '{near}'?") if near else ("", "")
    if former := suppliers.former(name, month):
        hint = ended(former)
        last = f"--month {former.last}"
        hint_vi, hint_en = f" {hint.vi} Tháng cuối: {last}.", f" {hint.en} Its last month: {last}."
    raise UsageError.in_two_languages(
        f"“{name}” không phải đơn vị gửi trong tháng {month}.{hint_vi} Xem data_contracts/reference/suppliers.csv.",
        f"'{name}' is not a supplier in {month}.{hint_en} See data_contracts/reference/suppliers.csv.",
    )


def area_named(areas: AreaBook, text: str, month: Month, levels: Sequence[Level] = _LEVELS) -> Area:
    """The unit in force in a month that a code or a name means, the highest level first; accents may
    be missing. ``Châu Thành, Long An`` names a unit of one province.

    Raises:
        UsageError: no unit is meant, or several of one level; names them.
    """
    text = text.strip()
    if unaccented(text) in _COUNTRY_NAMES:
        return areas.country
    name, _, province_name = (part.strip() for part in text.partition(","))
    province = area_named(areas, province_name, month, [Level.PROVINCE]) if province_name else None
    for level in levels:
        units = _of_level(areas, name, month, level)
        if province is not None:
            units = [unit for unit in units if unit.province_code == province.code]
        if len(units) == 1:
            return units[0]
        if units:
            listed = ", ".join(_in_words(areas, unit, month) for unit in units[:_LISTED])
            more = f" and {len(units) - _LISTED} more" if len(units) > _LISTED else ""
            raise UsageError(
                f"'{name}' is the name of {len(units)} units in {month}: {listed}{more}. Give the code."
            )
    raise UsageError(
        f"'{text}' is no area in force in {month}; give its code or name, or {COUNTRY} for the country."
        f"{_nearest_area(areas, name, month, levels, province)}"
    )


def province_named(areas: AreaBook, text: str, month: Month) -> Area:
    """The province that a code or a name means in a month.

    Raises:
        UsageError: there is none.
    """
    area = area_named(areas, text, month, [Level.PROVINCE])
    if area.level is Level.COUNTRY:
        raise UsageError(f"'{text}' is the country; give the code or name of a province.")
    return area


def code_of(area: Area) -> str:
    """What commands and queries call an area by: its code, ``VN`` for the country."""
    return COUNTRY if area.level is Level.COUNTRY else area.code


def _of_level(areas: AreaBook, text: str, month: Month, level: Level) -> list[Area]:
    """The units of a level that a text may mean. A code of another level's width is none of it."""
    if text.isdigit():
        if max(len(text), Level.PROVINCE.code_width) != level.code_width:
            return []
        unit = areas.by_code(level, text, month)
        return [unit] if unit else []
    index = areas.index(level, month)
    exact = index.find(read_area_text(text, level), lambda area: True)
    if exact:
        return list(exact)
    key = unaccented(text)
    return [
        area for area in index.areas if key in (unaccented(area.name), unaccented(area.full_name))
    ]


def _in_words(areas: AreaBook, area: Area, month: Month) -> str:
    province = areas.province_of(area.area_id, month)
    where = f", {province.name}" if province and province.area_id != area.area_id else ""
    return f"{area.full_name}{where} ({area.code})"


def _nearest_area(
    areas: AreaBook, text: str, month: Month, levels: Sequence[Level], province: Area | None
) -> str:
    """A question naming the nearest unit of the highest level that has a near one; of a number none
    is near.
    """
    if text.isdigit():
        return ""
    for level in levels:
        units: dict[str, Area] = {}
        for area in areas.in_force(level, month):
            if province is None or area.province_code == province.code:
                units.setdefault(area.full_name, area)
                units.setdefault(area.name, area)
        near = nearest(text, units)
        if near:
            return f" Do you mean {_in_words(areas, units[near], month)}?"
    return ""
