"""The house's own check of names finds what says nothing, however it is bound, and nothing else."""

from __future__ import annotations

import pytest

from lint.names import names_that_say_nothing


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
