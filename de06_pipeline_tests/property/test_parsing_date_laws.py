"""Laws of dates, against a parser written without SQL and without regular expressions."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from de06_pipeline.parsing.macros import create_macros
from de06_pipeline_tests.laws import examples
from de06_pipeline_tests.unit.parsing_kit import PreparedTexts

CON = duckdb.connect()
create_macros(CON)
TIMESTAMPS = PreparedTexts(CON, "vi_moment(t, vi_timestamp_common(t))")


def parsed(texts: list[str]) -> list[datetime | None]:
    return [moment for (moment,) in TIMESTAMPS.rows(texts)]


def whole(text: str, *widths: int) -> int | None:
    """A number of ASCII digits of one of the widths."""
    return (
        int(text)
        if len(text) in widths and all("0" <= character <= "9" for character in text)
        else None
    )


def naive(text: str) -> datetime | None:
    moment = naive_serial(text) or naive_text(text)
    return moment if moment and 1900 <= moment.year <= 2100 else None


def naive_serial(text: str) -> datetime | None:
    days_text, _, fraction = text.replace(",", ".").partition(".")
    days = whole(days_text, 5)
    if days is None or (("." in text or "," in text) and whole(fraction, *range(1, 40)) is None):
        return None
    if not date(1927, 5, 18) <= date(1899, 12, 30) + timedelta(days=days) <= date(2100, 12, 31):
        return None
    return datetime(1899, 12, 30) + timedelta(
        seconds=round((days + float(f"0.{fraction or 0}")) * 86400)
    )


def naive_text(text: str) -> datetime | None:
    if whole(text, 14) is not None:
        text = f"{text[:8]} {text[8:10]}:{text[10:12]}:{text[12:]}"
    at = min((text.index(mark) for mark in " T" if mark in text), default=len(text))
    day, rest = naive_day(text[:at]), text[at + 1 :]
    if day is None or (at < len(text) and not rest):
        return None
    if not rest:
        return datetime.combine(day[0], datetime.min.time())
    clock_end = next(
        (index for index, character in enumerate(rest) if character in " Z+-"), len(rest)
    )
    clock, offset = naive_clock(rest[:clock_end]), naive_offset(rest[clock_end:])
    if clock is None or offset is None or (rest[clock_end:] and not day[1]):
        return None
    return datetime.combine(day[0], datetime.min.time()) + clock + offset


def naive_day(text: str) -> tuple[date, bool] | None:
    """The day, and whether its year comes first (only then may an offset follow)."""
    if whole(text, 8) is not None:
        year, month, day, year_first = text[:4], text[4:6], text[6:], True
    else:
        mark = next((mark for mark in "/-." if mark in text), "-")
        parts = text.split(mark)
        if len(parts) != 3:
            return None
        year_first = mark == "-" and len(parts[0]) == 4
        year, month, day = parts if year_first else reversed(parts)
    numbers = whole(year, 4), whole(month, 1, 2), whole(day, 1, 2)
    if None in numbers:
        return None
    try:
        return date(*numbers), year_first  # type: ignore[arg-type]
    except ValueError:
        return None


def naive_clock(text: str) -> timedelta | None:
    head, *fraction = text.replace(",", ".").split(".")
    parts = head.split(":")
    if not 2 <= len(parts) <= 3 or len(fraction) > 1 or (fraction and len(parts) == 2):
        return None
    numbers = [whole(parts[0], 1, 2), *(whole(part, 2) for part in parts[1:])]
    if None in numbers or (fraction and whole(fraction[0], *range(1, 10)) is None):
        return None
    hour, minute, second = (*numbers, 0)[:3]
    if hour > 23 or minute > 59 or second > 59:  # type: ignore[operator]
        return None
    microseconds = int((fraction[0] if fraction else "").ljust(6, "0")[:6])
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=microseconds)  # type: ignore[arg-type]


def naive_offset(text: str) -> timedelta | None:
    """What to add to make it Vietnam's time."""
    if not text:
        return timedelta()
    text = text.removeprefix(" ")
    if text in ("", "Z"):
        return timedelta(hours=7) if text else timedelta()
    digits = text[1:].replace(":", "", 1) if text[3:4] == ":" else text[1:]
    if (
        text[0] not in "+-"
        or whole(digits, 2, 4) is None
        or (text[3:4] == ":" and len(digits) != 4)
    ):
        return None
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    if hours > 14 or minutes > 59:
        return None
    return timedelta(hours=7) - (1 if text[0] == "+" else -1) * timedelta(
        hours=hours, minutes=minutes
    )


MOMENTS = st.datetimes(datetime(1900, 1, 2), datetime(2100, 12, 30)).map(
    lambda moment: moment.replace(microsecond=0)
)
DAYS = ("%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d", "%Y%m%d")
CLOCKS = ("", " %H:%M", "T%H:%M", " %H:%M:%S", "T%H:%M:%S")


@st.composite
def renderings(draw: st.DrawFn) -> tuple[str, datetime]:
    """A text in one of the forms of the exports, and the moment it means."""
    moment = draw(MOMENTS)
    kind = draw(st.sampled_from(["parts", "parts", "compact", "offset", "short"]))
    if kind == "compact":
        return moment.strftime("%Y%m%d%H%M%S"), moment
    if kind == "offset":
        minutes = draw(st.integers(-12 * 60, 14 * 60))
        there = moment - timedelta(hours=7) + timedelta(minutes=minutes)
        offset = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
        return there.strftime("%Y-%m-%dT%H:%M:%S") + offset, moment
    if kind == "short":
        return f"{moment.day}/{moment.month}/{moment.year} {moment.hour}:{moment:%M:%S}", moment
    clock = draw(st.sampled_from(CLOCKS))
    known = (
        moment.replace(hour=0, minute=0, second=0)
        if not clock
        else moment
        if "%S" in clock
        else moment.replace(second=0)
    )
    return moment.strftime(draw(st.sampled_from(DAYS)) + clock), known


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A rendering or a serial number with a few characters changed, put in or left out."""
    text = draw(
        st.one_of(
            renderings().map(lambda pair: pair[0]),
            st.floats(15000, 80000).map(lambda serial: f"{serial:.{4}f}"),
        )
    )
    for _ in range(draw(st.integers(1, 2))):
        at = draw(st.integers(0, len(text)))
        text = (
            text[:at]
            + draw(st.sampled_from([*"0123456789/-:,.TZ+e ", ""]))
            + text[at + draw(st.integers(0, 1)) :]
        )
    # As reading leaves cells: no space at an end, no two in a row.
    return " ".join(text.split())


@settings(max_examples=examples(30))
@given(st.lists(renderings(), min_size=1, max_size=30))
def test_every_rendering_reads_back(pairs: list[tuple[str, datetime]]) -> None:
    assert parsed([text for text, _ in pairs]) == [moment for _, moment in pairs]


@settings(max_examples=examples(60))
@given(st.lists(damaged(), min_size=1, max_size=40))
def test_damaged_dates_mean_what_they_say_or_nothing(texts: list[str]) -> None:
    for text, moment in zip(texts, parsed(texts), strict=True):
        assert moment == naive(text), text


@st.composite
def digits_of_full_width(draw: st.DrawFn) -> str:
    """Digits in the places of a usual form: mostly no day of any calendar."""
    day = draw(st.sampled_from(["yyyy-MM-dd", "dd/MM/yyyy", "dd-MM-yyyy"]))
    form = day + draw(st.sampled_from(["", " HH:mm", " HH:mm:ss"]))
    year = draw(st.sampled_from(["0001", "1899", "1900", "2024", "2100", "2101", "9999"]))
    digits = "".join(
        draw(st.sampled_from("0123" if at < 1 or char == "M" else "0123456789"))
        if char.isalpha()
        else char
        for at, char in enumerate(form)
    )
    place = form.index("yyyy")
    return digits[:place] + year + digits[place + 4 :]


@settings(max_examples=examples(60))
@given(st.lists(digits_of_full_width(), min_size=1, max_size=60))
def test_digits_in_a_usual_form_are_its_moment_or_none(texts: list[str]) -> None:
    for text, moment in zip(texts, parsed(texts), strict=True):
        assert moment == naive(text), text


@settings(max_examples=examples(60))
@given(
    st.lists(st.text(max_size=25).filter(lambda text: "\x00" not in text), min_size=1, max_size=40)
)
def test_junk_is_null(texts: list[str]) -> None:
    cleaned = [" ".join(text.split()) for text in texts]
    assert parsed(cleaned) == [naive(text) for text in cleaned]


@settings(max_examples=examples(40))
@given(
    st.lists(MOMENTS.filter(lambda moment: moment.year >= 1928), min_size=1, max_size=40),
    st.sampled_from([",", "."]),
)
def test_serial_numbers_are_exact_to_the_second(moments: list[datetime], mark: str) -> None:
    serials = [(moment - datetime(1899, 12, 30)) / timedelta(days=1) for moment in moments]
    assert parsed([f"{serial:.10f}".replace(".", mark) for serial in serials]) == moments


def test_a_cast_takes_what_strptime_takes_and_nothing_more() -> None:
    """Every pair of characters in every place of the form that is cast."""
    form, characters = "2024-06-12 21:12:00", [*map(chr, range(32, 127)), "é"]
    texts = [
        form[:at] + first + other + form[at + 2 :]
        for at in range(len(form) - 1)
        for first in characters
        for other in characters
    ]
    texts += ["2024-02-30 10:00:00", "2024-06-12 24:00:00", "2024-06-12 23:59:60"]
    # As reading leaves cells. The form with T is one of its own.
    texts = [text for text in texts if text == " ".join(text.split()) and text[10] != "T"]
    differing = CON.execute(
        """
        SELECT * FROM (
          SELECT t, vi_timestamp_common(t) AS common, try_strptime(t, '%Y-%m-%d %H:%M:%S') AS read
          FROM (SELECT unnest($texts::VARCHAR[]) AS t))
        WHERE t[5] = '-' AND common IS DISTINCT FROM read""",
        {"texts": texts},
    ).fetchall()
    assert differing == []
