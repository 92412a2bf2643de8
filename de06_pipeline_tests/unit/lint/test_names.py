"""The house's own check of names finds what says nothing, however it is bound, and nothing else."""

from __future__ import annotations

import pytest

from lint.names import (
    names_that_say_nothing,
    template_names_that_say_nothing,
    twins,
)


@pytest.mark.parametrize(
    "text",
    [
        "found = 1",
        "found: int = 1",
        "for one in range(3): pass",
        "sums = [one + 1 for one in range(3)]",
        "key = lambda one: one",
        "def read(a, *, one): ...",
        "def found(): ...",
        "class _Found: ...",
        "class Heading:\n    one: int",
        "self.found = 1",
        "if (found := 1): pass",
        "with open('x') as found: pass",
        "import json as found",
        "try: ...\nexcept OSError as one: ...",
        "match 1:\n    case one: ...",
        "match [1]:\n    case [*found]: ...",
    ],
)
def test_a_name_that_says_nothing_is_found(text: str) -> None:
    assert [name.strip("_").lower() for _, name in names_that_say_nothing(text)] in (
        ["one"],
        ["found"],
    )


@pytest.mark.parametrize(
    "text",
    ["figure = 1", "rows = query.one()", "text = 'one'  # found", "founded = 1", "call(one=1)"],
)
def test_other_uses_of_the_words_pass(text: str) -> None:
    assert names_that_say_nothing(text) == []


def test_the_line_is_told() -> None:
    assert names_that_say_nothing("a = 1\n\nfound = a\n") == [(3, "found")]


@pytest.mark.parametrize(
    "other",
    [
        "class Figure: ...",
        "class _Figure: ...",
        "Figure = tuple[int, str]",
        "def f():\n    class Figure: ...",
    ],
)
def test_types_of_one_name_are_found_with_their_places(other: str) -> None:
    texts = [("a.py", "class Figure: ..."), ("b.py", f"\n{other}")]
    line = 3 if "def" in other else 2
    assert twins(texts) == [("Figure", ["a.py:1", f"b.py:{line}"])]


def test_constants_and_variables_are_no_types() -> None:
    text = "FIGURE = 1\nfigure = 2\nclass Figure: ..."
    assert twins([("a.py", text), ("b.py", text.replace("class Figure: ...", ""))]) == []


@pytest.mark.parametrize(
    "text",
    [
        "{% for one in rows %}{{ one.name }}{% endfor %}",
        "{% for key, found in rows %}{% endfor %}",
        "{% macro shown(one) %}{% endmacro %}",
        "{% set found = 1 %}",
    ],
)
def test_a_name_of_a_template_that_says_nothing_is_found(text: str) -> None:
    assert [line for line, _ in template_names_that_say_nothing(text)] == [1]


def test_other_names_of_a_template_pass() -> None:
    text = "{% for row in rows %}{{ row.one }} found one {{ one }}{% endfor %}"
    assert template_names_that_say_nothing(text) == []
