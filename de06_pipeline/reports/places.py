"""Where the two files of a supplier's report lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from de06_pipeline.periods import Month


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

    A supplier's name is the name of a folder, so it is that of a file too.
    """
    folder = reports / "suppliers" / dataset / str(month)
    return ReportFiles(folder / f"{supplier}.html", folder / f"{supplier}.csv")
