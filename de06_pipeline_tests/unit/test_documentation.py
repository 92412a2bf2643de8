"""Prose that people write: its lines, its links, and that it names what there is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

from de06_pipeline.settings import REPOSITORY

PAGES = sorted(
    [
        *(REPOSITORY / "docs").glob("*.md"),
        *REPOSITORY.glob("*.md"),
        *(REPOSITORY / "data_contracts").rglob("*.md"),
        *(REPOSITORY / "deploy").rglob("*.md"),
    ]
)
PACKAGES = sorted(path.parent for path in (REPOSITORY / "de06_pipeline").rglob("__init__.py"))
COLUMNS = 100


def prose(text: str) -> list[tuple[int, str]]:
    """Numbered lines outside code and tables, without links' addresses."""
    lines, fenced = [], False
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced and not line.startswith("    ") and not line.lstrip().startswith("|"):
            lines.append((number, re.sub(r"\]\([^)]*\)", "]()", line)))
    return lines


# The changelog has one entry a line, because branches are merged in it line by line.
@pytest.mark.parametrize(
    "page", [p for p in PAGES if p.name != "CHANGELOG.md"], ids=lambda page: page.name
)
def test_prose_is_wrapped(page: Path) -> None:
    wide = [number for number, line in prose(page.read_text("utf-8")) if len(line) > COLUMNS]
    assert wide == [], f"{page.name}: lines of more than {COLUMNS} columns"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_files_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_every_package_says_what_belongs_in_it_and_what_does_not() -> None:
    silent = []
    for package in PACKAGES:
        tree = ast.parse((package / "__init__.py").read_text("utf-8"))
        says = " ".join((ast.get_docstring(tree) or "").split())
        if "Not here" not in says and package.name != "de06_pipeline":
            silent.append(package.relative_to(REPOSITORY).as_posix())
    assert silent == []


def test_the_architecture_names_every_room_and_no_other() -> None:
    text = (REPOSITORY / "docs" / "architecture.md").read_text("utf-8")
    drawn = text.partition("```text\nde06_pipeline/\n")[2].partition("```")[0]
    named = set(re.findall(r"([a-z_]+)/(?=\s)", drawn.partition("\n\n")[0]))
    rooms = {package.name for package in PACKAGES} - {"de06_pipeline", "migrations", "versions"}
    assert {room for room in rooms if room != "lint"} == named - {"lint"}
    guide = text.partition("## Where to begin reading")[2]
    tops = {package.name for package in PACKAGES if package.parent.name == "de06_pipeline"}
    assert [room for room in sorted(tops) if f"{room}/" not in guide] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_modules_that_prose_names_exist(page: Path) -> None:
    """`landing/read.py`, `de06_pipeline.quality.gx` and the like."""
    text = page.read_text("utf-8")
    files = {
        path.relative_to(REPOSITORY).as_posix()
        for folder in ("de06_pipeline", "de06_pipeline_tests", "docs_pages", "benchmarks", "lint")
        for path in (REPOSITORY / folder).rglob("*.*")
    }
    named = set(re.findall(r"`((?:[a-z_]+/)*[a-z_]+\.(?:py|sql))`", text))
    missing = [name for name in named if not any(f"/{file}".endswith(f"/{name}") for file in files)]
    dotted = set(re.findall(r"\b((?:de06_pipeline|docs_pages)(?:\.[a-z_0-9]+)+)", text))
    missing += [name for name in dotted if not _is_module(name, files)]
    assert missing == []


def _is_module(name: str, files: set[str]) -> bool:
    """Whether a dotted name is a module, or what one holds."""
    path = name.replace(".", "/")
    if {f"{path}.py", f"{path}/__init__.py"} & files:
        return True
    module, _, held = path.rpartition("/")
    source = next(
        (place for place in (f"{module}.py", f"{module}/__init__.py") if place in files),
        None,
    )
    return source is not None and held in (REPOSITORY / source).read_text("utf-8")


def test_hooks_before_a_commit_are_the_projects_own_tools() -> None:
    text = (REPOSITORY / ".pre-commit-config.yaml").read_text("utf-8")
    repositories = yaml.safe_load(text)["repos"]
    assert [repository["repo"] for repository in repositories] == ["local"]
    for hook in repositories[0]["hooks"]:
        assert hook["language"] == "system"
        assert ".venv/bin/" in hook["entry"]


def _rows_of(title: str) -> list[list[str]]:
    text = (REPOSITORY / "docs" / "index.md").read_text("utf-8").partition(f"## {title}")[2]
    lines = [line for line in text.partition("\n## ")[0].splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def test_the_index_names_places_that_exist_and_what_stands_in_them() -> None:
    """``what | where | how``: the first quoted path of *where* exists, and the names quoted beside
    it occur there.
    """
    rows = _rows_of("I want to change")
    assert len(rows) >= 12
    for what, where, _ in rows:
        quoted = re.findall(r"`([^`]+)`", where)
        path = next(name for name in quoted if "/" in name)
        pattern = re.sub(r"<[^>]+>", "*", path)
        paths = list(REPOSITORY.glob(pattern.rstrip("/")))
        assert paths or "@" in path, f"{what}: {path}"
        for name in quoted:
            if name != path and not {"<", "/"} & set(name) and paths and paths[0].is_file():
                assert any(name in each.read_text("utf-8") for each in paths), f"{what}: {name}"
