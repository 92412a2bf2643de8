"""How each office writes each export: format, encoding, headers, dates, words for yes and no.

The forms differ on purpose, so that the samples show the range of what arrives: CSV with commas,
semicolons and tabs; UTF-8 with and without BOM, UTF-16 and Windows-1258; Vietnamese and canonical
headers; names and codes of areas; Parquet.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from de06_pipeline.samples.layouts import LAYOUTS, Column, Table
from de06_pipeline.samples.places import Office


@dataclass(frozen=True, slots=True)
class SampleForm:
    """A way of writing a table.

    Attributes:
        style: ``office``: Vietnamese headers, dd/MM/yyyy, names of areas, ``code - text``;
            ``system``: canonical headers, ISO dates, codes.
        dates_only: time columns of which the office writes only the date.
    """

    container: Literal["csv", "parquet"] = "csv"
    style: Literal["office", "system"] = "office"
    delimiter: str = ";"
    encoding: str = "utf-8-sig"
    newline: str = "\r\n"
    yes_no: tuple[str, str] = ("Có", "Không")
    dates_only: tuple[str, ...] = ()

    @property
    def suffix(self) -> str:
        return self.container


OFFICE = SampleForm()
SYSTEM = SampleForm(
    style="system", delimiter=",", encoding="utf-8", newline="\n", yes_no=("1", "0")
)
PARQUET = replace(SYSTEM, container="parquet")

_FORMS = {
    ("quang-nam", "asm_establishments"): replace(OFFICE, encoding="cp1258"),
    ("quang-nam", "asm_notices"): replace(OFFICE, encoding="utf-8", newline="\n"),
    ("quang-nam", "eid_accounts"): replace(OFFICE, delimiter="\t", encoding="utf-8"),
    ("quang-nam", "dvc_procedures"): replace(OFFICE, yes_no=("x", "")),
    ("long-an", "dvc_procedures"): PARQUET,
    ("long-an", "asm_establishments"): replace(
        OFFICE, delimiter="\t", encoding="utf-16", yes_no=("C", "K")
    ),
    ("long-an", "asm_notices"): replace(SYSTEM, dates_only=("arrival_at",)),
    ("long-an", "cccd_issuance"): PARQUET,
    ("long-an", "population"): replace(OFFICE, delimiter=","),
}


_TONES = "\u0300\u0301\u0303\u0309\u0323"
"""Grave, acute, tilde, hook above, dot below."""


def form_of(office: Office, dataset: str) -> SampleForm:
    usual = OFFICE if office.supplier == "quang-nam" else SYSTEM
    return _FORMS.get((office.supplier, dataset), usual)


def header(dataset: str, form: SampleForm) -> list[str]:
    return [column.header if form.style == "office" else column.name for column in LAYOUTS[dataset]]


def as_text(
    dataset: str, table: Table, form: SampleForm, names: Mapping[str, str]
) -> list[list[str]]:
    """The rows of a table as the texts of a CSV file.

    Args:
        names: full name of each area, by its code (the widths of the codes of the levels differ).
    """
    columns = [
        _column_as_text(column, table[column.name], form, names) for column in LAYOUTS[dataset]
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def write_csv(path: Path, dataset: str, lines: Sequence[Sequence[str]], form: SampleForm) -> None:
    """Write header and rows.

    A row may have another number of fields than the header: some samples do.
    """
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=form.delimiter, lineterminator=form.newline)
    writer.writerow(header(dataset, form))
    writer.writerows(lines)
    content = text.getvalue()
    path.write_bytes(
        _cp1258(content) if form.encoding == "cp1258" else content.encode(form.encoding)
    )


def write_parquet(path: Path, dataset: str, table: Table) -> None:
    """Write a typed file: dates as dates, choices as their integer codes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = {column.name: _arrow(column, table[column.name]) for column in LAYOUTS[dataset]}
    pq.write_table(pa.table(arrays), path, compression="zstd")


def _column_as_text(
    column: Column, values: NDArray[Any], form: SampleForm, names: Mapping[str, str]
) -> list[str]:
    yes, no = form.yes_no
    match column.kind:
        case "text":
            return list(values)
        case "choice":
            named = form.style == "office"
            words = {
                code: f"{code} - {label}" if named and label else str(code)
                for code, label in column.choices.items()
            }
            return [words.get(code, "") for code in values.tolist()]
        case "yes_no":
            return [("" if value < 0 else yes if value else no) for value in values.tolist()]
        case "integer":
            return ["" if value < 0 else str(value) for value in values.tolist()]
        case "decimal":
            return [
                "" if value != value else f"{value:g}".replace(".", ",")
                for value in values.tolist()
            ]
        case "date":
            return _dates(values.astype("datetime64[D]"), form)
        case "time":
            return (
                _dates(values.astype("datetime64[D]"), form)
                if column.name in form.dates_only
                else _times(values, form)
            )
        case "province" | "district" | "commune":
            return [
                names.get(code, "") if form.style == "office" else code for code in values.tolist()
            ]


def _dates(values: NDArray[np.datetime64], form: SampleForm) -> list[str]:
    iso = np.datetime_as_string(values).tolist()
    if form.style == "system":
        return ["" if day == "NaT" else day for day in iso]
    return ["" if day == "NaT" else f"{day[8:10]}/{day[5:7]}/{day[:4]}" for day in iso]


def _times(values: NDArray[np.datetime64], form: SampleForm) -> list[str]:
    iso = np.datetime_as_string(values.astype("datetime64[s]")).tolist()
    if form.style == "system":
        return ["" if time == "NaT" else time.replace("T", " ") for time in iso]
    return [
        "" if time == "NaT" else f"{time[8:10]}/{time[5:7]}/{time[:4]} {time[11:16]}"
        for time in iso
    ]


def _arrow(column: Column, values: NDArray[Any]) -> Any:
    import pyarrow as pa

    match column.kind:
        case "choice" | "integer":
            return pa.array(values, type=pa.int64(), mask=values < 0)
        case "yes_no":
            return pa.array(values > 0, type=pa.bool_(), mask=values < 0)
        case "decimal":
            return pa.array(values, type=pa.float64(), from_pandas=True)
        case "date":
            return pa.array(values.astype("datetime64[D]"), type=pa.date32())
        case "time":
            return pa.array(values.astype("datetime64[us]"), type=pa.timestamp("us"))
        case _:
            return pa.array([value or None for value in values.tolist()], type=pa.string())


def _cp1258(content: str) -> bytes:
    """Windows-1258 has no single character for a vowel with circumflex, breve or horn and a tone:
    the tone follows apart.
    """
    split = {
        ord(character): _tone_apart(character)
        for character in set(content)
        if not _is_cp1258(character)
    }
    return content.translate(split).encode("cp1258")


def _is_cp1258(character: str) -> bool:
    try:
        character.encode("cp1258")
    except UnicodeEncodeError:
        return False
    return True


def _tone_apart(character: str) -> str:
    parts = unicodedata.normalize("NFD", character)
    vowel, marks = parts[0], parts[1:]
    tones = "".join(mark for mark in marks if mark in _TONES)
    shape = "".join(mark for mark in marks if mark not in _TONES)
    return unicodedata.normalize("NFC", vowel + shape) + tones
