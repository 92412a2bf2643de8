"""Reading what people write into an area column: a GSO code, a name, or ``code - name``.

Names are compared by a key that treats as equal what officials themselves mix, even inside one
official list: letter case, NFC and NFD, the place of the tone mark (``Hòa``, ``Hoà``), ``i`` and
``y`` (``Mỹ``, ``Mĩ``, ``Quy``, ``Qui``), the spellings of highland names (``Đắk``, ``Đăk``,
``Đak``, ``Đắc``), and spaces, hyphens and apostrophes (``A Vương``, ``Avương``). Tones and vowels
themselves always count: wards with nearly the same name are different wards.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass

from de06_pipeline.areas.model import Level

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_LOOKALIKES = str.maketrans(
    {"ð": "đ", "ɖ": "đ", "'": "", "’": "", "‘": "", "ʼ": "", "`": "", "´": ""}
)
_SEPARATORS = re.compile(r"[\s.,/()\-‐‑‒–—_]+")
_FINAL_Y = re.compile(r"^(qu|[bdhklmstv])y$")
_HIGHLAND = re.compile(r"^(?:(.*)[aăâ]k|([đlp])ăc)$")
_CODE = re.compile(r"^(\d+)$")
_CODE_AND_NAME = re.compile(r"^(\d+)\s*[-–—:]\s*(.+)$")
_LETTER_AND_NUMBER = re.compile(r"^([qp])(\d+)$")


@functools.lru_cache(maxsize=8192)
def _syllable_key(syllable: str) -> str:
    """One syllable with its tone mark at the end, so that its place no longer matters."""
    if syllable.isdigit():
        return syllable.lstrip("0") or "0"
    decomposed = unicodedata.normalize("NFD", syllable)
    tone = "".join(mark for mark in decomposed if mark in _TONES)
    base = unicodedata.normalize("NFC", "".join(mark for mark in decomposed if mark not in _TONES))
    base = _FINAL_Y.sub(r"\1i", base)
    if highland := _HIGHLAND.match(base):
        return f"{highland[1] or highland[2] or ''}ak"
    return base + tone


def syllable_keys(text: str) -> tuple[str, ...]:
    """The comparable syllables of a text."""
    lowered = unicodedata.normalize("NFC", text).casefold().translate(_LOOKALIKES)
    return tuple(_syllable_key(part) for part in _SEPARATORS.split(lowered) if part)


_PREFIXES: dict[Level, dict[str, tuple[str, ...]]] = {
    Level.PROVINCE: {"thành phố": ("thành phố", "tp", "t p"), "tỉnh": ("tỉnh", "t")},
    Level.DISTRICT: {
        "thành phố": ("thành phố", "tp", "t p"),
        "thị xã": ("thị xã", "tx"),
        "quận": ("quận", "q"),
        "huyện": ("huyện", "h"),
    },
    Level.COMMUNE: {
        "thị trấn": ("thị trấn", "tt"),
        "đặc khu": ("đặc khu", "đk"),
        "phường": ("phường", "p"),
        "xã": ("xã", "x"),
    },
}
# "CA" alone is no prefix: a commune is called Ca Thành. It counts glued to a type ("CAH") or
# followed by one.
_OFFICES = ("ubnd", "ủy ban nhân dân", "công an")


def _prefix_table(level: Level) -> list[tuple[tuple[str, ...], str]]:
    """Syllables of a prefix and the kind of unit it says; longest first."""
    table = [
        (syllable_keys(spelling), kind)
        for kind, spellings in _PREFIXES.get(level, {}).items()
        for spelling in spellings
    ]
    table += [(("ca" + "".join(spelling),), kind) for spelling, kind in table if len(spelling) == 1]
    table += [
        (("ca", *spelling), kind) for spelling, kind in table if not spelling[0].startswith("ca")
    ]
    return sorted(table, key=lambda entry: -len(entry[0]))


_PREFIX_TABLES = {level: _prefix_table(level) for level in Level}
_OFFICE_KEYS = tuple(syllable_keys(office) for office in _OFFICES)


@dataclass(frozen=True, slots=True)
class NameReading:
    """One way to read a name: ``kind`` is empty where the text does not say the kind of unit."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class AreaText:
    """What a text may mean. With a code and names, a unit must fit both."""

    code: str
    names: tuple[NameReading, ...]


def _without(prefix: tuple[str, ...], syllables: tuple[str, ...]) -> tuple[str, ...]:
    """The syllables after the prefix; empty if it is not there or nothing follows."""
    return syllables[len(prefix) :] if syllables[: len(prefix)] == prefix else ()


def name_readings(text: str, level: Level) -> tuple[NameReading, ...]:
    """Every way to read a name at a level, from the most literal to the one with all prefixes taken
    off.
    """
    syllables = syllable_keys(text)
    readings = [NameReading("", "".join(syllables))] if syllables else []
    for office in _OFFICE_KEYS:
        if rest := _without(office, syllables):
            syllables = rest
            readings.append(NameReading("", "".join(rest)))
            break
    if syllables and (glued := _LETTER_AND_NUMBER.match(syllables[0])):
        syllables = (glued[1], glued[2].lstrip("0") or "0", *syllables[1:])
    for prefix, kind in _PREFIX_TABLES[level]:
        if rest := _without(prefix, syllables):
            readings.append(NameReading(kind, "".join(rest)))
            break
    return tuple(readings)


def read_area_text(text: str, level: Level) -> AreaText:
    """Read a cell of an area column.

    A number wider than the level's GSO code belongs to another list (the guest-notice template
    numbers provinces ``511 - Khánh Hòa`` and communes ``101900565 - Xã Gia Lâm``): only the name
    beside it counts. Leading zeros that Excel dropped are put back.
    """
    text = text.strip()
    if number := _CODE.match(text):
        return AreaText(_gso_code(number[1], level), ())
    if both := _CODE_AND_NAME.match(text):
        return AreaText(_gso_code(both[1], level), name_readings(both[2], level))
    return AreaText("", name_readings(text, level))


def _gso_code(digits: str, level: Level) -> str:
    return digits.zfill(level.code_width) if len(digits) <= level.code_width else ""


@functools.cache
def bare_key(full_name: str, kind: str) -> str:
    """The key of a unit's name without its prefix; of ``Quận 1`` it is ``1``.

    For names of the area tables: each stays in memory.
    """
    return "".join(
        _without(syllable_keys(kind), syllable_keys(full_name)) or syllable_keys(full_name)
    )
