"""Where the monthly reports lie, and what they are called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from de06_pipeline.near_names import unaccented
from de06_pipeline.periods import Month

FOLDER = "monthly"
_OTHER = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class MonthlyFiles:
    """The three files of one report, and the page that says what its figures were made from."""

    html: Path
    xlsx: Path
    docx: Path
    why: Path

    @property
    def written(self) -> bool:
        return self.html.is_file()


def monthly_report(reports: Path, month: Month, code: str, name: str) -> MonthlyFiles:
    """``<reports>/monthly/<month>/<code>-<name>.html``, ``.xlsx``, ``.docx`` and ``.why.html``."""
    stem = f"{code}-{slug(name)}"
    folder = reports / FOLDER / str(month)
    return MonthlyFiles(
        *(folder / f"{stem}.{kind}" for kind in ("html", "xlsx", "docx", "why.html"))
    )


def slug(name: str) -> str:
    """A name without accents for file names and addresses: Quảng Nam → quang-nam."""
    return _OTHER.sub("-", unaccented(name)).strip("-")
