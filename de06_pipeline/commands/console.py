"""Where commands print: results to standard output, progress and errors to standard error."""

from __future__ import annotations

from rich.console import Console

# In a pipe or a log there is no terminal width to keep to; 80 columns would cut every table.
_WIDTH_OF_LOGS = 180


def _console(*, stderr: bool) -> Console:
    probe = Console(stderr=stderr)
    return Console(
        stderr=stderr,
        highlight=False,
        emoji=False,  # ":100:" within what is printed is no picture
        width=None if probe.is_terminal else _WIDTH_OF_LOGS,
    )


console = _console(stderr=False)
err_console = _console(stderr=True)


def number(value: int) -> str:
    """An integer as Vietnamese reports write it: 1.234.567."""
    return f"{value:,}".replace(",", ".")


def decimal(value: float, places: int = 1) -> str:
    """A decimal as Vietnamese reports write it: 1.234,5."""
    return f"{value:,.{places}f}".translate(str.maketrans(",.", ".,"))
