"""Laws of resolving areas, over every unit and every month."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.areas.model import Area, AreaState, Level, Resolution
from de06_pipeline.areas.names import bare_key, syllable_keys
from de06_pipeline.areas.resolve import Resolver
from de06_pipeline.periods import Month, month_range
from de06_pipeline.settings import REPOSITORY
from de06_pipeline_tests.laws import examples

BOOK = AreaBook.load(REPOSITORY / "data_contracts" / "reference")
MONTHS = month_range("2021-01..2026-12")
SHORT = {
    "thành phố": "TP.",
    "thị xã": "TX ",
    "huyện": "H. ",
    "quận": "Q.",
    "phường": "P. ",
    "xã": "X. ",
    "thị trấn": "TT ",
    "tỉnh": "T. ",
}
TONES = "\u0300\u0301\u0303\u0309\u0323"


@st.composite
def unit_and_month(draw: st.DrawFn) -> tuple[Area, Month]:
    month = draw(st.sampled_from(MONTHS))
    levels = [
        level
        for level in (Level.PROVINCE, Level.DISTRICT, Level.COMMUNE)
        if BOOK.in_force(level, month)
    ]
    return draw(st.sampled_from(BOOK.in_force(draw(st.sampled_from(levels)), month))), month


def moved_tones(text: str) -> str:
    """Every tone mark on the last vowel of its syllable instead of where the table has it."""
    return " ".join(_moved_tone(syllable) for syllable in text.split(" "))


def _moved_tone(syllable: str) -> str:
    decomposed = unicodedata.normalize("NFD", syllable)
    tone = "".join(mark for mark in decomposed if mark in TONES)
    letters = unicodedata.normalize(
        "NFC", "".join(mark for mark in decomposed if mark not in TONES)
    )
    vowels = [i for i, letter in enumerate(letters) if letter.lower() in "aăâeêioôơuưy"]
    if not vowels or not tone:
        return syllable
    last = vowels[-1] + 1
    return unicodedata.normalize("NFC", letters[:last] + tone + letters[last:])


def spellings(area: Area) -> st.SearchStrategy[str]:
    """Ways to write a unit that must all mean it."""
    named = [area.full_name, f"{area.code} - {area.full_name}", f"{area.code}–{area.full_name}"]
    if area.kind in SHORT and not area.name[-1].isdigit():
        named.append(SHORT[area.kind] + area.name)
    variant = st.sampled_from(
        [
            str,
            str.upper,
            str.lower,
            lambda text: unicodedata.normalize("NFD", text),
            moved_tones,
            lambda text: f"  {text} ",
            lambda text: text.replace(" - ", "–"),
        ]
    )
    names = st.builds(lambda text, change: change(text), st.sampled_from(named), variant)
    return st.one_of(st.just(area.code), st.just(str(int(area.code))), names)


def resolved(area: Area, text: str, month: Month) -> Resolution:
    """The unit written as ``text`` under its parents written by code."""
    if area.level is Level.PROVINCE:
        return Resolver(BOOK, month).resolve(text, None, None, None)
    province = area.province_code
    if area.level is Level.DISTRICT:
        return Resolver(BOOK, month).resolve(province, text, None, None)
    district = BOOK.parent_of(area.area_id, month) if BOOK.in_force(Level.DISTRICT, month) else None
    return Resolver(BOOK, month).resolve(province, district.code if district else None, text, None)


def result(resolution: Resolution, level: Level) -> tuple[int | None, AreaState]:
    return {
        Level.PROVINCE: (resolution.province_id, resolution.province_state),
        Level.DISTRICT: (resolution.district_id, resolution.district_state),
        Level.COMMUNE: (resolution.commune_id, resolution.commune_state),
    }[level]


@settings(max_examples=examples(300))
@given(st.data())
def test_every_unit_in_force_is_found_by_its_code_and_its_name_however_written(
    data: st.DataObject,
) -> None:
    area, month = data.draw(unit_and_month())
    text = data.draw(spellings(area))
    assert result(resolved(area, text, month), area.level) == (area.area_id, AreaState.OK)


def test_every_name_without_prefix_means_one_unit_except_these_pairs() -> None:
    """No two units under one parent share a name and a kind; and districts that share a name are
    known.
    """
    shared: set[str] = set()
    for level, months in (
        (Level.PROVINCE, MONTHS),
        (Level.DISTRICT, MONTHS),
        (Level.COMMUNE, month_range("2025-07..2026-12")),
    ):
        for month in {BOOK.boundary_version(month): month for month in months}.values():
            seen: dict[tuple[str, str], Area] = {}
            for area in BOOK.in_force(level, month):
                parent = "" if level is Level.PROVINCE else area.province_code
                other = seen.setdefault((parent, bare_key(area.full_name, area.kind)), area)
                if other is not area:
                    assert other.kind != area.kind
                    shared.add(area.name)
    assert shared == {"Kỳ Anh", "Cai Lậy", "Duyên Hải", "Cao Lãnh", "Hồng Ngự", "Long Mỹ"}


@settings(max_examples=examples(150))
@given(st.data())
def test_carried_units_are_in_force_and_hold_all_of_the_former_one(data: st.DataObject) -> None:
    area, own = data.draw(unit_and_month())
    month = data.draw(st.sampled_from([m for m in MONTHS if m >= own]))
    province = BOOK.province_of(area.area_id, own)
    assert province is not None
    district = (
        BOOK.parent_of(area.area_id, own)
        if area.level is Level.COMMUNE and BOOK.in_force(Level.DISTRICT, own)
        else None
    )
    resolution = Resolver(BOOK, month).resolve(
        province.full_name,
        area.full_name
        if area.level is Level.DISTRICT
        else district.full_name
        if district
        else None,
        area.full_name if area.level is Level.COMMUNE else None,
        own,
    )
    for area_id, state in (
        result(resolution, level) for level in (Level.PROVINCE, Level.DISTRICT, Level.COMMUNE)
    ):
        assert (area_id is not None) == (state in (AreaState.OK, AreaState.CARRIED))
        assert area_id is None or BOOK.get(area_id).in_force(month)
    # No grace is needed for a province: every one has an exact successor.
    assert resolution.province_state in (AreaState.OK, AreaState.CARRIED)
    area_id, state = result(resolution, area.level)
    assert state in (AreaState.OK, AreaState.CARRIED, AreaState.DROPPED)
    if state is AreaState.CARRIED:
        assert BOOK.successor_in(area.area_id, month) == BOOK.get(area_id or 0)


@settings(max_examples=examples(100))
@given(
    st.text(max_size=30),
    st.text(max_size=30),
    st.sampled_from(MONTHS),
    st.none() | st.sampled_from(MONTHS),
)
def test_any_text_gets_an_answer(first: str, other: str, month: Month, own: Month | None) -> None:
    for texts in ((first, other, first), ("Long An", first, other), ("80", "803", first)):
        resolution = Resolver(BOOK, month).resolve(*texts, own)
        assert resolution.province_state is not AreaState.OUTSIDE
        if not BOOK.in_force(Level.DISTRICT, month):
            assert resolution.district_id is None


@given(st.sampled_from(BOOK.areas))
def test_keys_do_not_depend_on_letter_case_composition_or_place_of_tone(area: Area) -> None:
    key = syllable_keys(area.full_name)
    assert key == syllable_keys(area.full_name.upper())
    assert key == syllable_keys(unicodedata.normalize("NFD", area.full_name))
    assert key == syllable_keys(moved_tones(area.full_name))


@settings(max_examples=examples(300))
@given(data=st.data())
def test_where_the_own_month_is_said_not_to_matter_it_does_not(data: st.DataObject) -> None:
    """Over units of any time, slips of the pen, and parents that may be of another time or wrong."""

    def text(level: Level) -> st.SearchStrategy[str | None]:
        units = [area for area in BOOK.areas if area.level is level]
        named = st.sampled_from(units).flatmap(
            lambda area: st.sampled_from([area.code, area.full_name, area.full_name + " hai"])
        )
        return st.none() | named

    province = data.draw(
        st.sampled_from(["49", "48", "92", "80", "Quảng Nam", "Đà Nẵng", "Nowhere"])
        | text(Level.PROVINCE)
    )
    texts = (province, data.draw(text(Level.DISTRICT)), data.draw(text(Level.COMMUNE)))
    month, own = data.draw(st.sampled_from(MONTHS)), data.draw(st.sampled_from(MONTHS))
    resolver = Resolver(BOOK, month)
    resolution = resolver.resolve(*texts, None)
    if not resolver.own_month_matters(texts, resolution):
        assert resolver.resolve(*texts, own) == resolution
