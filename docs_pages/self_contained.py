"""``python -m docs_pages.self_contained build/site``: that a built site loads nothing from elsewhere.

Links that a reader may follow are no matter; scripts, styles, fonts and pictures are, and diagrams
in Mermaid, whose program the theme would fetch.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

_TAG = re.compile(r"<(?:script|img|iframe|source|link|object|embed)\b[^>]*>", re.IGNORECASE)
_ADDRESS = re.compile(r"\b(?:src|href|data)\s*=\s*[\"']?((?:https?:)?//[^\"'\s>]+)", re.IGNORECASE)
_HARMLESS = re.compile(r"\brel=[\"']?(?:canonical|prev|next|alternate)\b", re.IGNORECASE)
_DIAGRAM = re.compile(r"<pre class=[\"']?(mermaid)\b")
_IN_STYLE = re.compile(r"(?:url\(|@import\s+)[\"']?((?:https?:)?//[^\"')\s]+)", re.IGNORECASE)


def loaded_from_elsewhere(site: Path) -> Iterator[tuple[Path, str]]:
    """Every address that opening a page of the site would fetch from another host."""
    for path in sorted(site.rglob("*")):
        if path.suffix == ".html":
            text = path.read_text(encoding="utf-8")
            yield from ((path, diagram) for diagram in _DIAGRAM.findall(text))
            for tag in _TAG.findall(text):
                if not _HARMLESS.search(tag):
                    yield from ((path, address) for address in _ADDRESS.findall(tag))
        if path.suffix in {".html", ".css"}:
            text = path.read_text(encoding="utf-8")
            yield from ((path, address) for address in _IN_STYLE.findall(text))


def main(site: Path) -> int:
    faults = list(loaded_from_elsewhere(site))
    for path, address in faults:
        print(f"{path}: loads {address}", file=sys.stderr)
    pages = len(list(site.rglob("*.html")))
    print(f"{site}: {pages} pages, {len(faults)} addresses elsewhere", file=sys.stderr)
    return 1 if faults or not pages else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
