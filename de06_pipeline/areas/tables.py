"""Reading and checking ``data_contracts/reference/areas.csv`` and ``area_aliases.csv``."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from itertools import zip_longest
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
    try:
        with path.open(encoding="utf-8", newline="") as file:
            # Not csv.DictReader: it takes three times as long, and every process reads 14,000 areas.
            reader = csv.reader(file)
            names = next(reader, [])
            if missing := [column for column in columns if column not in names]:
                raise ContractError(
                    f"{path.name}:1: column {', '.join(missing)} is missing; see README.md beside it."
                )
            for fields in reader:
                if len(fields) > len(names):
                    raise ContractError(
                        f"{path.name}:{reader.line_num}: more fields than columns; quote a text that holds a comma."
                    )
                if fields:
                    yield reader.line_num, dict(zip_longest(names, fields, fillvalue=""))
    except FileNotFoundError:
        raise ContractError(
            f"{path.name} is missing in {path.parent}; it is part of the project's reference tables."
        ) from None


def read_areas(path: Path) -> tuple[Area, ...]:
    """All versions of all units, in file order.

    Raises:
        ContractError: a row cannot be read, or contradicts another one (see :func:`_check`).
    """
    columns = (
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
    areas: dict[int, Area] = {}
    lines: dict[int, int] = {}
    for line, row in csv_rows(path, columns):
        try:
            area = _area(row)
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


def _area(row: Mapping[str, str]) -> Area:
    level = Level(row["level"])
    if level.code_width and not (len(row["code"]) == level.code_width and row["code"].isdigit()):
        raise ValueError(f"code '{row['code']}' is not {level.code_width} digits")
    return Area(
        area_id=int(row["area_id"]),
        level=level,
        code=row["code"],
        name=row["name"],
        full_name=row["full_name"],
        kind=row["type"],
        province_code=row["province_code"],
        parent_id=_number(row["parent_id"]),
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        successor_id=_number(row["successor_id"]),
    )


def _number(text: str) -> int | None:
    return int(text) if text else None


@lru_cache(maxsize=1024)  # fourteen thousand areas began and ended on a few hundred days
def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _check(areas: Mapping[int, Area], lines: Mapping[int, int], file: str) -> None:
    """Parents and successors exist and fit in time, and a code means one unit at a time."""
    last_by_code: dict[tuple[Level, str], Area] = {}
    for area in sorted(areas.values(), key=lambda a: a.valid_from or date.min):
        place = f"{file}:{lines[area.area_id]}: {area.full_name}"
        if area.valid_from and area.valid_to and area.valid_to < area.valid_from:
            raise ContractError(f"{place}: valid_to lies before valid_from.")
        parent = areas.get(area.parent_id) if area.parent_id is not None else None
        if area.level is not Level.COUNTRY and parent is None:
            raise ContractError(f"{place}: parent_id names no row.")
        if area.province_code != _expected_province_code(area, parent):
            raise ContractError(f"{place}: province_code is not that of its parent.")
        if area.successor_id is not None:
            successor = areas.get(area.successor_id)
            if successor is None or successor.level is not area.level:
                raise ContractError(f"{place}: successor_id names no {area.level}.")
            if area.valid_to is None or not _in_force_after(successor, area.valid_to):
                raise ContractError(
                    f"{place}: its successor is not in force on the day after valid_to."
                )
        before = last_by_code.get((area.level, area.code))
        if before is not None and (
            before.valid_to is None or area.valid_from is None or area.valid_from <= before.valid_to
        ):
            raise ContractError(
                f"{place}: code {area.code} is in force twice at a time; see line {lines[before.area_id]}."
            )
        last_by_code[area.level, area.code] = area


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
