"""The page of the command line: what ``de06 --help`` says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer.main

from de06_pipeline.cli import app
from docs_pages.markdown import code, made_from, page, table


def commands_page() -> str:
    return page(_lines())


def _lines() -> Iterator[str]:
    # Typer carries its own copy of click; its types are not public.
    group: Any = typer.main.get_command(app)
    yield "# Commands"
    yield ""
    yield made_from("the commands themselves (`de06_pipeline/commands`)")
    yield ""
    yield "Every command has `--help`. An error meant for people is printed without a traceback and"
    yield "ends the command with exit code 2."
    yield ""
    yield from table(
        ("command", "does"),
        (
            (f"[de06 {name}](#de06-{name})", _first_sentence(command.help or ""))
            for name, command in group.commands.items()
        ),
    )
    for name, command in group.commands.items():
        yield from _command(f"de06 {name}", command)


def _command(name: str, command: Any) -> Iterator[str]:
    context = command.make_context(name, [], resilient_parsing=True)
    yield ""
    yield f"## {name}"
    yield ""
    yield from (command.help or "").strip().splitlines()
    yield ""
    yield "    " + " ".join(command.get_usage(context).removeprefix("Usage:").split())
    rows = [record for param in command.params if (record := param.get_help_record(context))]
    if rows:
        yield ""
        yield from table(("", ""), ((code(names), text) for names, text in rows))


def _first_sentence(text: str) -> str:
    flat = " ".join(text.split())
    return flat.partition(". ")[0].rstrip(".")
