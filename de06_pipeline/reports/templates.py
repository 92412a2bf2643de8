"""How the templates of all pages are read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


def page_templates(folder: Path) -> Environment:
    """The templates beside a page's module, and those of ``page_parts``: every value is escaped, a
    name that is not given is an error. It keeps what it has compiled, so a page holds on to its own.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader([folder, Path(__file__).with_name("page_parts")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
