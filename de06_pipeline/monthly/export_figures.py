"""Figures as a file with a ``datapackage.json`` (Frictionless Data Package 1.0) beside it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from de06_pipeline import __version__
from de06_pipeline.errors import UsageError
from de06_pipeline.warehouse.descriptions import column_text

if TYPE_CHECKING:
    import pandas as pd

ROWS_OF_A_SHEET = 1_048_575
_TYPES = {"datetime": "date", "Float": "number", "Int": "integer", "bool": "boolean"}


@dataclass(frozen=True, slots=True)
class WrittenExport:
    data: Path
    package: Path


def write_export(folder: Path, frame: pd.DataFrame, format: str, months: str) -> WrittenExport:
    """Write ``figures.<format>`` and ``datapackage.json`` into a folder.

    CSV is UTF-8 with byte-order mark, dates and times as ISO 8601, decimal points; a workbook has
    typed cells. Times are UTC.

    Raises:
        UsageError: more rows than a sheet holds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"figures.{format}"
    partial = folder / f"figures.part.{format}"
    if format == "csv":
        times = frame["computed_at"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        frame.assign(computed_at=times).to_csv(
            partial, index=False, encoding="utf-8-sig", date_format="%Y-%m-%d"
        )
    elif format == "parquet":
        frame.to_parquet(partial, index=False)
    else:
        if len(frame) > ROWS_OF_A_SHEET:
            raise UsageError(
                f"A sheet holds {ROWS_OF_A_SHEET} rows and these are {len(frame)}: choose csv or parquet, or fewer months."
            )
        _write_workbook(partial, frame)
    partial.replace(path)
    package = folder / "datapackage.json"
    package.write_text(
        json.dumps(_package(path, frame, format, months), ensure_ascii=False, indent=2) + "\n",
        encoding="utf-8",
    )
    return WrittenExport(path, package)


def _write_workbook(path: Path, frame: pd.DataFrame) -> None:
    import pandas as pd

    # What a cell of a workbook says is a day or a time, and knows no time zone.
    frame = frame.assign(
        month=frame["month"].dt.date,
        last_day=frame["last_day"].dt.date,
        computed_at=frame["computed_at"].dt.tz_localize(None),
    )
    options = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
    with pd.ExcelWriter(
        path,
        engine="xlsxwriter",
        date_format="dd/mm/yyyy",
        datetime_format="dd/mm/yyyy hh:mm",
        engine_kwargs=options,
    ) as writer:
        frame.to_excel(writer, sheet_name="figures", index=False, freeze_panes=(1, 0))
        sheet = writer.sheets["figures"]
        sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)
        sheet.set_column(0, len(frame.columns) - 1, 16)


def _package(path: Path, frame: pd.DataFrame, format: str, months: str) -> dict[str, Any]:
    content = path.read_bytes()
    media = {
        "csv": "text/csv",
        "parquet": "application/vnd.apache.parquet",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
    return {
        "profile": "tabular-data-package" if format == "csv" else "data-package",
        "name": "de06-figures",
        "title": f"Số liệu Đề án 06, {months} / Figures of Đề án 06, {months}",
        "created_by": f"de06_pipeline {__version__}",
        "resources": [
            {
                "name": "figures",
                "path": path.name,
                "format": format,
                "mediatype": media[format],
                "encoding": "utf-8",
                "bytes": len(content),
                "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
                "schema": {
                    "fields": [
                        {
                            "name": name,
                            "type": _type(str(frame[name].dtype)),
                            "description": column_text(name),
                        }
                        for name in frame.columns
                    ],
                    "primaryKey": [
                        *("month", "time_window", "area_level", "area_code"),
                        *("indicator_code", "breakdown"),
                    ],
                },
            }
        ],
    }


def _type(dtype: str) -> str:
    if dtype.startswith("datetime") and "UTC" in dtype:
        return "datetime"
    return next((kind for start, kind in _TYPES.items() if dtype.startswith(start)), "string")
