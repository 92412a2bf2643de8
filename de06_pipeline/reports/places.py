"""Where the two files of a supplier's report lie."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from de06_pipeline.periods import Month

_LONGEST_STEM = 200
"""Bytes; file systems take 255, and endings and marks of unfinished files are added."""


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """The page for people and the table for machines."""

    html: Path
    csv: Path

    @property
    def written(self) -> bool:
        return self.html.is_file()


def supplier_report(reports: Path, dataset: str, month: Month, supplier: str) -> ReportFiles:
    """The report on the delivery last read:
    ``<reports>/suppliers/<dataset>/<month>/<supplier>.html`` and ``.csv``.

    A supplier's name is the name of a folder, so it is that of a file too, cut where the endings
    would make it too long.
    """
    folder = reports / "suppliers" / dataset / str(month)
    name = file_stem(supplier)
    return ReportFiles(folder / f"{name}.html", folder / f"{name}.csv")


def file_stem(name: str) -> str:
    """A name to which endings can be added; a long one is cut and told apart by its hash."""
    if len(name.encode()) <= _LONGEST_STEM:
        return name
    kept = name.encode()[: _LONGEST_STEM - 17].decode("utf-8", "ignore")
    return f"{kept}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
