"""What is hashed in place of Great Expectations' own way is the same."""

from __future__ import annotations

import functools
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from de06_pipeline.quality.gx_library import as_json
from de06_pipeline_tests.laws import examples

_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.dates(date(2000, 1, 1)),
    st.integers(0, 9).map(np.int64),
)
_ARGUMENTS = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner, max_size=3)
    ),
    max_leaves=8,
)


_DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=2).map(Decimal)


@given(st.dictionaries(st.text(), _ARGUMENTS, max_size=4))
def test_arguments_of_any_kind_are_written_as_great_expectations_writes_them(
    data: dict[str, Any],
) -> None:
    _check(data)


@settings(max_examples=examples(25))
@given(st.dictionaries(st.text(), _DECIMALS | st.lists(_DECIMALS, max_size=2), max_size=2))
def test_decimals_too(data: dict[str, Any]) -> None:
    """By themselves: Great Expectations looks through the whole stack for each, 50 ms here."""
    _check(data)


def _check(data: dict[str, Any]) -> None:
    from great_expectations.util import convert_to_json_serializable

    own = functools.partial(as_json, whole=convert_to_json_serializable)
    assert own(data=data) == convert_to_json_serializable(data)
    assert type(own(data=data)) is dict
