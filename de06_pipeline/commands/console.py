"""Where commands print: results to standard output, progress and errors to standard error."""

from __future__ import annotations

from rich.console import Console

console = Console(highlight=False)
err_console = Console(stderr=True, highlight=False)


def number(value: int) -> str:
    """An integer as Vietnamese reports write it: 1.234.567."""
    return f"{value:,}".replace(",", ".")


def decimal(value: float, places: int = 1) -> str:
    """A decimal as Vietnamese reports write it: 1.234,5."""
    return f"{value:,.{places}f}".translate(str.maketrans(",.", ".,"))
