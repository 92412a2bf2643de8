"""Reading and checking ``data_contracts/reference/areas.csv`` and ``area_aliases.csv``."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from operator import itemgetter
from pathlib import Path

from de06_pipeline.areas.model import Area, Level
from de06_pipeline.errors import ContractError

AREAS_FILE = "areas.csv"
ALIASES_FILE = "area_aliases.csv"
TERRITORY_FILE = "area_ground.csv"
NATIONAL_POPULATION_FILE = "national_population.csv"


def csv_rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a reference table with their line numbers.

    Raises:
        ContractError: the file is missing or lacks one of ``columns``.
    """
    records = csv_records(path, columns)
    _, names = next(records)
    for line, fields in records:
        yield line, dict(zip(names, fields, strict=True))


def csv_records(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    """The header of a reference table and its records, with their line numbers; what a record lacks
    at its end is empty. For large tables: making a mapping of each record costs twice the reading.

    Raises:
        ContractError: the file is missing or lacks one of ``columns``.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            # Not csv.DictReader: it takes three times as long, and every process reads 14,000 areas.
            reader = csv.reader(file)
            names = next(reader, [])
            if missing := [column for column in columns if column not in names]:
                raise ContractError(
                    f"{path.name}:1: column {', '.join(missing)} is missing; see README.md beside it."
                )
            yield 1, names
            width = len(names)
            for fields in reader:
                if len(fields) > width:
                    raise ContractError(
                        f"{path.name}:{reader.line_num}: more fields than columns; quote a text that holds a comma."
                    )
                if fields:
                    yield reader.line_num, fields + [""] * (width - len(fields))
    except FileNotFoundError:
        raise ContractError(
            f"{path.name} is missing in {path.parent}; it is part of the project's reference tables."
        ) from None


_AREA_COLUMNS = (
    "area_id",
    "level",
    "code",
    "name",
    "full_name",
    "type",
    "province_code",
    "parent_id",
    "valid_from",
    "valid_to",
    "successor_id",
)
"""In the order of the attributes of :class:`Area`."""

_LEVELS = {level.value: (level, level.code_width) for level in Level}


def read_areas(path: Path) -> tuple[Area, ...]:
    """All versions of all units, in file order.

    Raises:
        ContractError: a row cannot be read, or contradicts another one (see :func:`_check`).
    """
    records = csv_records(path, _AREA_COLUMNS)
    _, names = next(records)
    values = itemgetter(*map(names.index, _AREA_COLUMNS))
    areas: dict[int, Area] = {}
    lines: dict[int, int] = {}
    for line, fields in records:
        try:
            area = _area(*values(fields))
        except ValueError as error:
            raise ContractError(f"{path.name}:{line}: {error}.") from None
        if area.area_id in areas:
            raise ContractError(
                f"{path.name}:{line}: area_id {area.area_id} is taken by line {lines[area.area_id]}; use the next free number."
            )
        areas[area.area_id] = area
        lines[area.area_id] = line
    _check(areas, lines, path.name)
    return tuple(areas.values())


def _area(
    area_id: str,
    level_name: str,
    code: str,
    name: str,
    full_name: str,
    kind: str,
    province_code: str,
    parent_id: str,
    valid_from: str,
    valid_to: str,
    successor_id: str,
) -> Area:
    # What is no level is refused by Level itself.
    level, width = _LEVELS.get(level_name) or (Level(level_name), 0)
    if width and not (len(code) == width and code.isdigit()):
        raise ValueError(f"code '{code}' is not {width} digits")
    return Area(
        int(area_id),
        level,
        code,
        name,
        full_name,
        kind,
        province_code,
        int(parent_id) if parent_id else None,
        day_or_none(valid_from),
        day_or_none(valid_to),
        int(successor_id) if successor_id else None,
    )


@lru_cache(maxsize=1024)  # fourteen thousand areas began and ended on a few hundred days
def day_or_none(text: str) -> date | None:
    """The day in a cell, None where it is empty.

    Raises:
        ValueError: it is no day.
    """
    return date.fromisoformat(text) if text else None


def _check(areas: Mapping[int, Area], lines: Mapping[int, int], file: str) -> None:
    """Parents and successors exist and fit in time, and a code means one unit at a time."""
    # Level by level: in a mapping, a level costs more than all else that is looked at.
    by_level: dict[Level, list[Area]] = {level: [] for level in Level}
    for area in areas.values():
        by_level[area.level].append(area)
    for level, units in by_level.items():
        last_by_code: dict[str, Area] = {}
        for area in sorted(units, key=lambda unit: unit.valid_from or date.min):
            before = last_by_code.get(area.code)
            if complaint := _contradiction(area, level, areas) or _overlap(area, before, lines):
                raise ContractError(f"{file}:{lines[area.area_id]}: {area.full_name}: {complaint}")
            last_by_code[area.code] = area


def _contradiction(area: Area, level: Level, areas: Mapping[int, Area]) -> str:
    """What is wrong with a unit, its parent or its successor; empty where nothing is."""
    valid_from, valid_to = area.valid_from, area.valid_to
    if valid_from and valid_to and valid_to < valid_from:
        return "valid_to lies before valid_from."
    parent = areas.get(area.parent_id) if area.parent_id is not None else None
    if parent is None and level is not Level.COUNTRY:
        return "parent_id names no row."
    if area.province_code != _expected_province_code(area, parent):
        return "province_code is not that of its parent."
    if area.successor_id is not None:
        successor = areas.get(area.successor_id)
        if successor is None or successor.level is not level:
            return f"successor_id names no {level}."
        if valid_to is None or not _in_force_after(successor, valid_to):
            return "its successor is not in force on the day after valid_to."
    return ""


def _overlap(area: Area, before: Area | None, lines: Mapping[int, int]) -> str:
    """The complaint that a code means another unit still; empty where it does not."""
    if before is None or (
        before.valid_to and area.valid_from and before.valid_to < area.valid_from
    ):
        return ""
    return f"code {area.code} is in force twice at a time; see line {lines[before.area_id]}."


def _expected_province_code(area: Area, parent: Area | None) -> str:
    if parent is None:
        return ""
    return area.code if area.level is Level.PROVINCE else parent.province_code


def _in_force_after(area: Area, day: date) -> bool:
    return (area.valid_from is None or (area.valid_from - day).days <= 1) and (
        area.valid_to is None or area.valid_to > day
    )


def read_aliases(path: Path) -> dict[tuple[Level, str], tuple[str, ...]]:
    """Further names of the units with a code, whatever their version: ``(level, code) → names``.

    Raises:
        ContractError: the file is missing or a level is not one.
    """
    aliases: dict[tuple[Level, str], tuple[str, ...]] = {}
    for line, row in csv_rows(path, ("level", "code", "alias")):
        if row["level"] not in Level.__members__.values():
            raise ContractError(f"{path.name}:{line}: '{row['level']}' is not a level.")
        key = (Level(row["level"]), row["code"])
        aliases[key] = (*aliases.get(key, ()), row["alias"])
    return aliases
