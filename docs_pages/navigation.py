"""A hook of MkDocs: an entry of the navigation that is a folder stands for the pages in it, so that a
new dataset needs no line in ``mkdocs.yml``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any


def on_config(config: Any) -> Any:
    config.nav = with_folders(config.nav, Path(config.docs_dir))
    return config


def with_folders(nav: Any, docs: Path) -> Any:
    """The navigation with each folder (``reference/datasets/``) replaced by its pages, the index
    first.
    """
    if isinstance(nav, list):
        return [with_folders(entry, docs) for entry in nav]
    if isinstance(nav, dict):
        return {title: with_folders(entry, docs) for title, entry in nav.items()}
    if not nav.endswith("/"):
        return nav
    pages = sorted((docs / nav).glob("*.md"), key=lambda page: (page.name != "index.md", page.name))
    return [page.relative_to(docs).as_posix() for page in pages]
