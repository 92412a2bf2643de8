"""Marked personal values for exports, and a search for them in everything a home holds.

Every marker is invented. Names carry a word that is in no list of names, numbers a sequence of
digits that is in nobody's ID.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import duckdb

NAMES = ("Zzmarker Thị Đặng", "ZZMÁRKÊR VĂN Ậ", "zz­marker nguyễn")
IDS = (
    "049099735791",
    "49099735791",
    "0490997357915",
    "049.099.735.791",
    "O49O99735791",
    "049 099 735 791",
)
PHONES = ("0912735791", "+84 912.735.791", "0912-735-791", "912735791")
PASSPORT = "C9735791"
BIRTH_DATES = ("17/11/1937", "1937-11-17", "19371117")

_WORDS = ("zzmarker", "c9735791")
_NUMBERS = ("99735791", "912735791", "17111937", "19371117")
_SEPARATORS = re.compile(r"(?<=\d)[\s.,\-_/]{1,2}(?=\d)")
_ESCAPE = re.compile(r"\\+u([0-9a-fA-F]{4})")


def markers_in(text: str) -> set[str]:
    """The markers a text shows, in any letter case, with or without diacritics, escapes, and
    separators between digits.
    """
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text).replace("\u00ad", "")
    # Markers are ASCII: all else goes, not only diacritics, which are slow to tell one by one.
    folded = unicodedata.normalize("NFD", text.lower()).encode("ascii", "ignore").decode("ascii")
    together = _SEPARATORS.sub("", folded.replace("o", "0"))
    return {word for word in _WORDS if word in folded} | {
        number for number in _NUMBERS if number in together
    }


def markers_below(folder: Path, besides: Path) -> dict[str, set[str]]:
    """Place → markers, for every byte below ``folder`` but those below ``besides``; what is packed
    is unpacked.
    """
    by_file: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_relative_to(besides):
            continue
        for place, text in _texts(path):
            if markers := markers_in(text):
                by_file.setdefault(f"{path.relative_to(folder)}{place}", set()).update(markers)
        if markers := markers_in(str(path.relative_to(folder))):
            by_file[f"the name {path.relative_to(folder)}"] = markers
    return by_file


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    yield "", path.read_bytes().decode("utf-8", "replace")
    if path.suffix == ".parquet":
        with duckdb.connect() as con:
            rows = con.execute(
                "SELECT t::VARCHAR FROM read_parquet(?) AS t", [str(path)]
            ).fetchall()
            metadata = con.execute(
                "SELECT key::VARCHAR, value::VARCHAR FROM parquet_kv_metadata(?)", [str(path)]
            ).fetchall()
        yield " (rows)", "\n".join(row for (row,) in rows)
        yield " (metadata)", repr(metadata)
    elif path.read_bytes()[:15] == b"SQLite format 3":
        with contextlib.closing(sqlite3.connect(path)) as con:
            tables = [
                name
                for (name,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            ]
            for table in tables:
                yield (
                    f" table {table}",
                    "\n".join(map(repr, con.execute(f'SELECT * FROM "{table}"'))),
                )
