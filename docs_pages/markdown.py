"""Pieces of Markdown that all pages use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


def made_from(what: str) -> str:
    """The line every generated page begins with, below its title."""
    return f"*Made from {what} by `make reference`: change that, not this page.*"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table; a cell may hold anything."""
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(cell_text(value) for value in row) + " |"


def facts(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A table of two columns without a heading; rows without a text are left out."""
    yield from table(("", ""), (row for row in rows if row[1]))


def cell_text(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    """A span of code; with longer quotes where the text holds the usual one."""
    flat = " ".join(text.split())
    return f"`` {flat} ``" if "`" in flat else f"`{flat}`"


def fenced(text: str, language: str) -> Iterator[str]:
    yield f"```{language}"
    yield from text.splitlines()
    yield "```"


def folded(title: str, lines: Iterable[str]) -> Iterator[str]:
    """Lines that are shown when their title is opened, on a forge and on the site."""
    yield '<details markdown="1">'
    yield f"<summary>{title}</summary>"
    yield ""
    yield from lines
    yield ""
    yield "</details>"


def page(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"
