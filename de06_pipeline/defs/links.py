"""Reports as the UI names them: links where they are served, else paths and the machine they lie on."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import dagster as dg

from de06_pipeline.defs.markdown import plain, table
from de06_pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class ReportLinks:
    """How files under ``folder`` are named. ``base_url``: where it is served; empty for nowhere."""

    folder: Path
    base_url: str

    def url(self, path: Path) -> str:
        """The address of a file; empty where it has none."""
        if not self.base_url or not path.is_relative_to(self.folder):
            return ""
        return f"{self.base_url}/{quote(path.relative_to(self.folder).as_posix())}"

    def value(self, path: Path) -> dg.MetadataValue:
        """A file as metadata of its own."""
        url = self.url(path)
        return dg.MetadataValue.url(url) if url else dg.MetadataValue.path(path)

    def cell(self, path: Path) -> str:
        """A file in Markdown."""
        url = self.url(path)
        return f"[{plain(path.name)}]({url})" if url else plain(path)

    def machine(self) -> dict[str, dg.MetadataValue]:
        """On which machine paths lie, for who looks from another one; nothing where links lead."""
        return (
            {} if self.base_url else {"files lie on": dg.MetadataValue.text(socket.gethostname())}
        )

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str | Path]]) -> str:
        """A table in Markdown whose paths are links."""
        lines = table(header, ()).splitlines()
        lines += [
            "| " + " | ".join(self.cell(c) if isinstance(c, Path) else plain(c) for c in row) + " |"
            for row in rows
        ]
        return "\n".join(lines)


def report_links(settings: Settings) -> ReportLinks:
    return ReportLinks(settings.reports, settings.reports_url)
