"""Names that say nothing, and names that say two things: ``python -m lint.names``.

A variable, parameter, field or function is called by what it holds (``figure``, ``area``,
``delivery``), never ``one`` or ``found``. A class or type of the package has a name of its own:
who reads ``Figure`` need not look up which.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from jinja2 import Environment, nodes

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("de06_pipeline", "de06_pipeline_tests", "benchmarks", "docs_pages", "lint")
"""Whose names are looked at."""
PACKAGE = "de06_pipeline"
"""Whose classes and types have names of their own."""
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


def template_names_that_say_nothing(text: str) -> list[tuple[int, str]]:
    """The same of a page's template: variables of loops, parameters of macros, what is set."""
    return sorted(
        (name.lineno, name.name)
        for name in Environment().parse(text).find_all(nodes.Name)
        if name.ctx in ("store", "param") and name.name.strip("_").lower() in SAY_NOTHING
    )


def type_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """``(line, name)`` of the classes of a file and of the types it gives a name to, such as
    ``Key = tuple[int, str]``. Names with a leading underscore count as those without.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.lineno, node.name.strip("_")
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                bare = name.strip("_")
                if bare[:1].isupper() and not bare.isupper() and "_" not in bare:
                    yield statement.lineno, bare


def twins(texts: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Names of classes and types that occur more than once, with their places.

    Args:
        texts: of files, with their names.
    """
    places: dict[str, list[str]] = defaultdict(list)
    for path, text in texts:
        for line, name in type_names(ast.parse(text)):
            places[name].append(f"{path}:{line}")
    return sorted((name, at) for name, at in places.items() if len(at) > 1)


def files(*folders: str) -> Iterator[Path]:
    """The Python files of some folders of the repository, but migrations."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.parent.name != AS_THEY_RAN:
                yield path


def main() -> int:
    texts = [
        (str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")) for path in files(*FOLDERS)
    ]
    faults = [
        f"{path}:{line}: '{name}' says nothing; name it by what it holds"
        for path, text in texts
        for line, name in names_that_say_nothing(text)
    ]
    faults += [
        f"{path.relative_to(ROOT)}:{line}: '{name}' says nothing; name it by what it holds"
        for path in sorted((ROOT / PACKAGE).rglob("*.html"))
        for line, name in template_names_that_say_nothing(path.read_text(encoding="utf-8"))
    ]
    faults += [
        f"'{name}' is the name of {len(places)} types: {', '.join(places)}"
        for name, places in twins(
            (path, text) for path, text in texts if path.startswith(f"{PACKAGE}/")
        )
    ]
    print("\n".join(faults) or "Names: each says what it holds, each type has its own.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
