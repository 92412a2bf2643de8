"""Texts from outside in Markdown that Dagster's UI shows."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

_MEANT = str.maketrans(
    {
        "|": "\\|",
        "<": "&lt;",
        ">": "&gt;",
        "&": "&amp;",
        "`": "\\`",
        "[": "\\[",
        "]": "\\]",
        "\n": " ",
        "\r": " ",
    }
)


def plain(text: object) -> str:
    """A text that Markdown and HTML show as it is: file and folder names may hold anything."""
    return str(text).translate(_MEANT)


def as_text(markdown: str) -> str:
    """What :func:`plain` was given, for a terminal."""
    return html.unescape(re.sub(r"\\([|`\[\]])", r"\1", markdown))


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table, its cells shown as they are."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(plain(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)
