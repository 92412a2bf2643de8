"""Names that say nothing: ``python -m lint.names``.

A variable, parameter, field or function is called by what it holds (``figure``, ``area``,
``delivery``), never ``one`` or ``found``.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("de06_pipeline", "benchmarks", "docs_pages", "lint")
"""Whose names are looked at."""
AS_THEY_RAN = "versions"
"""The folder of migrations: what has run on somebody's warehouse is not edited."""
SAY_NOTHING = frozenset({"one", "found"})


def bound_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """``(line, name)`` of everything a file gives a name to, in no order."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.arg(arg=name):
                yield node.lineno, name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield node.lineno, name
            case ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.alias(asname=str(name)):
                yield node.lineno, name
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                yield node.lineno, name
            case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                yield node.lineno, name


def names_that_say_nothing(text: str) -> list[tuple[int, str]]:
    """``(line, name)`` of each in the text of one file, from the top."""
    return sorted(
        (line, name)
        for line, name in bound_names(ast.parse(text))
        if name.strip("_").lower() in SAY_NOTHING
    )


def files(*folders: str) -> Iterator[Path]:
    """The Python files of some folders of the repository, but migrations."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.parent.name != AS_THEY_RAN:
                yield path


def main() -> int:
    faults = [
        f"{path.relative_to(ROOT)}:{line}: '{name}' says nothing; name it by what it holds"
        for path in files(*FOLDERS)
        for line, name in names_that_say_nothing(path.read_text(encoding="utf-8"))
    ]
    print("\n".join(faults) or "Names: every one says what it holds.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
