"""Laws of numbers, against a parser written without SQL and without regular expressions."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from de06_pipeline.parsing.macros import create_macros
from de06_pipeline_tests.laws import examples

CON = duckdb.connect()
create_macros(CON)


def parsed(texts: list[str]) -> list[tuple[int | None, Decimal | None]]:
    return CON.execute(
        "SELECT vi_integer(t), vi_decimal(t) FROM (SELECT unnest($texts::VARCHAR[]) AS t)",
        {"texts": texts},
    ).fetchall()


def is_digits(text: str) -> bool:
    return text != "" and all("0" <= character <= "9" for character in text)


def naive(text: str) -> Decimal | None:
    """The exact value of a number in the Vietnamese format."""
    unsigned = text[1:] if text[:1] in ("+", "-") else text
    whole, comma, decimals = unsigned.partition(",")
    first, *groups = whole.split(".")
    grouped = not groups or (
        len(first) <= 3 and first[:1] != "0" and all(len(group) == 3 for group in groups)
    )
    if (
        not grouped
        or not all(map(is_digits, (first, *groups)))
        or (comma and not is_digits(decimals))
    ):
        return None
    value = Decimal(f"{first}{''.join(groups)}.{decimals or 0}")
    return value.copy_negate() if text.startswith("-") else value


def as_integer(value: Decimal | None) -> int | None:
    return (
        int(value)
        if value is not None and value == int(value) and -(2**63) <= value < 2**63
        else None
    )


def naive_count(text: str) -> int | None:
    """What a text means where a whole number is asked for. ``12,000``, twelve or twelve thousand, is
    none; what cannot be a thousand (``0,000``, ``1234,000``, ``1.234,000``) is.
    """
    whole, _, decimals = text.lstrip("+-").partition(",")
    if decimals == "000" and is_digits(whole) and len(whole) <= 3 and whole[0] != "0":
        return None
    return as_integer(naive(text))


def as_decimal(value: Decimal | None) -> Decimal | None:
    if value is None:
        return None
    rounded = value.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return rounded if abs(rounded) < 10**14 else None


def vietnamese(value: Decimal, grouped: bool) -> str:
    whole, _, decimals = str(abs(value)).partition(".")
    if grouped:
        whole = f"{int(whole):,}".replace(",", ".")
    return ("-" if value < 0 else "") + whole + ("," + decimals if decimals else "")


NUMBERS = (
    st.decimals(-(10**13), 10**13, places=2)
    | st.integers(-(10**6), 10**6).map(Decimal)
    | st.decimals(-100, 100, places=4)
)
RENDERED = st.builds(vietnamese, NUMBERS, st.booleans())


THREE_ZEROS = st.builds("{}{},000".format, st.sampled_from(["", "+", "-"]), st.integers(0, 2000))


@st.composite
def damaged(draw: st.DrawFn) -> str:
    text = draw(RENDERED)
    for _ in range(draw(st.integers(1, 2))):
        at = draw(st.integers(0, len(text)))
        text = (
            text[:at]
            + draw(st.sampled_from([*"0123456789.,+-eE_x% ", ""]))
            + text[at + draw(st.integers(0, 1)) :]
        )
    return " ".join(text.split())


@settings(max_examples=examples(60))
@given(st.lists(st.tuples(NUMBERS, st.booleans()), min_size=1, max_size=60))
def test_every_rendering_reads_back(numbers: list[tuple[Decimal, bool]]) -> None:
    answers = parsed([vietnamese(value, grouped) for value, grouped in numbers])
    assert [decimal for _, decimal in answers] == [value for value, _ in numbers]
    assert [integer for integer, _ in answers] == [as_integer(value) for value, _ in numbers]


@settings(max_examples=examples(200))
@given(st.lists(damaged() | RENDERED | THREE_ZEROS, min_size=1, max_size=80))
def test_damaged_numbers_mean_what_they_say_or_nothing(texts: list[str]) -> None:
    for text, (integer, decimal) in zip(texts, parsed(texts), strict=True):
        assert decimal == as_decimal(naive(text)), text
        # Decimals of a whole number must be zeros as written, so 12,00004 is none though its
        # DECIMAL(18, 4) is 12.
        assert integer == naive_count(text), text


@settings(max_examples=examples(60))
@given(
    st.lists(st.text(max_size=12).filter(lambda text: "\x00" not in text), min_size=1, max_size=40)
)
def test_junk_is_null(texts: list[str]) -> None:
    cleaned = [" ".join(text.split()) for text in texts]
    assert parsed(cleaned) == [(naive_count(text), as_decimal(naive(text))) for text in cleaned]
