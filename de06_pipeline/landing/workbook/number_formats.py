"""What a cell's number format makes of the number in it (ECMA-376 part 1, 18.8.31).

A workbook stores 94,3 % as 0.943 and a format that shows it as percent. Whoever takes the number
alone is wrong by a factor that a person in front of the sheet cannot see. Four things are read from
a format: a percent sign, a word for thousands or millions beside the number, one that bounds it
(``hơn``) before it, and leading zeros. Of two more nothing tells what the number is: digits that the
format writes beside it (``0",000"``), and thousands that it hides (``0,``) under a unit.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from de06_pipeline.contracts.stated import BOUND_WORDS, SCALE_WORDS
from de06_pipeline.landing.table.units import scale_of_cell
from de06_pipeline.landing.workbook.cells import LONG, text_of_number

BUILT_IN = {"9": "0%", "10": "0.00%"}
"""Formats that a workbook uses by number without saying them (18.8.30), as far as they matter here;
the numbers are those of XLS and XLSB too."""

_DAYS = (14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 55), 57, 58)
"""Of those that a workbook does not say, the ones that show a day."""

_PIECE = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_.|\*(?:(?P<filled>[0-9])|.)|\[\$(?P<currency>[^\]-]*)[^\]]*\]'
    r"|\[(?P<bracket>[^\]]*)\]|(?P<end>;)|(?P<general>general)|(?P<plain>.)",
    re.DOTALL | re.IGNORECASE,
)
_CONDITION = re.compile(r"^(<=|>=|<>|<|>|=)\s*(-?[0-9.]+)$")
_BOUNDS = frozenset(word for words in BOUND_WORDS.values() for word in words)
_SHORT_SCALE = re.compile(
    r"(?:k|m|tr|ng|th|t)\.?(?:\s?đ(?:ồng)?)?\.?|(?:k|tr|ngh?)\b(?!\.?\s?h(?:ợp)?\b).{1,20}|‰"
)
"""Letters beside a number that may multiply it (``105 k``, ``105 tr hồ sơ``); what they mean, nothing
tells. ``tr. hợp`` is no million."""
_AROUND_SCALE = " ()[]:;.,*–-"
_DIGIT = re.compile("[0-9]")
_DAY_LETTERS, _CLOCK_LETTERS = frozenset("dy"), frozenset("hs")
_PLACEHOLDERS = frozenset("0#?@")
DAY_ZERO, DAY_ZERO_1904 = dt.date(1899, 12, 30), dt.date(1904, 1, 1)
"""The days with the number 0. In the older count 1900 has a 29 February, so its numbers are right
from 61 on (18.17.4.1)."""
_LAST_DAY = 2_950_000
_DIGITS = 15
"""A double has so many certain digits: 0.943 times a hundred is 94.3, not 94.30000000000001."""


@dataclass(frozen=True, slots=True)
class _Section:
    """One of the up to four parts of a format, for positive, negative, zero and text."""

    condition: tuple[str, float] | None
    is_percent: bool
    scale_word: str
    zeros: int
    bound: str = ""
    is_unclear: bool = False
    hides_thousands: bool = False

    def holds(self, number: float) -> bool:
        assert self.condition is not None
        sign, bound = self.condition
        return {
            "<": number < bound,
            "<=": number <= bound,
            ">": number > bound,
            ">=": number >= bound,
            "=": number == bound,
            "<>": number != bound,
        }[sign]

    @property
    def is_plain(self) -> bool:
        return not (
            self.is_percent
            or self.scale_word
            or self.zeros
            or self.bound
            or self.is_unclear
            or self.hides_thousands
        )


@dataclass(frozen=True, slots=True)
class UnclearNumber:
    """A number of which nothing tells whether it is the one stored or the one shown.

    Attributes:
        code: of its format.
        only_under_unit: the number is the one stored, unless a unit of the table or the column
            multiplies what is shown.
    """

    code: str
    only_under_unit: bool


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """A format that shows another number than is stored; see :func:`number_format`.

    Attributes:
        code: as the workbook has it.
    """

    sections: tuple[_Section, ...]
    code: str

    def shown(self, number: float) -> str | None:
        """The number as a person reads it in the cell, in the form that the parser reads: ``94,3 %``,
        ``105 nghìn``, ``hơn 105``, ``0012``. Letters that may multiply it stay with it (``105 k``), so
        that the field's rule refuses what nothing explains. None where the number is all there is to
        read.
        """
        section = self._section(number)
        if section.is_unclear or section.hides_thousands or (section.zeros and number >= LONG):
            return None
        before = f"{section.bound} " if section.bound else ""
        if section.is_percent:
            return f"{before}{text_of_number(_hundredfold(number))} %"
        if section.scale_word:
            return f"{before}{text_of_number(number)} {section.scale_word}"
        text = text_of_number(number)
        if before:
            return before + text
        return text.zfill(section.zeros) if section.zeros and text.isdigit() else text

    def is_percent(self, number: float) -> bool:
        return self._section(number).is_percent

    def unclear(self, number: float) -> UnclearNumber | None:
        """What the format leaves open of a number."""
        section = self._section(number)
        if section.is_unclear or section.hides_thousands:
            return UnclearNumber(self.code, only_under_unit=not section.is_unclear)
        return None

    def _section(self, number: float) -> _Section:
        sections = self.sections
        if any(section.condition for section in sections[:2]):
            for section in sections[:3]:
                if section.condition is None or section.holds(number):
                    return section
            return sections[-1]
        if number < 0 and len(sections) > 1:
            return sections[1]
        return sections[2] if number == 0 and len(sections) > 2 else sections[0]


@dataclass(frozen=True, slots=True)
class DayFormat:
    """A format that shows a whole number as the day with that number."""

    is_1904: bool

    def shown(self, number: float) -> dt.date | float:
        """The day; the number itself where Excel knows no day of it, or one that never was."""
        least, first = (0, DAY_ZERO_1904) if self.is_1904 else (61, DAY_ZERO)
        if number != int(number) or not least <= number <= _LAST_DAY:
            return number
        return first + dt.timedelta(days=int(number))

    def is_percent(self, _number: float) -> bool:
        return False

    def unclear(self, _number: float) -> UnclearNumber | None:
        return None


def shows_days(code: str, number: int) -> bool:
    """Whether a format code, or the built-in format of that number, shows days."""
    plain = "".join(piece["plain"] or "" for piece in _PIECE.finditer(code)).casefold()
    return (
        number in _DAYS
        or not _DAY_LETTERS.isdisjoint(plain)
        or ("m" in plain and _CLOCK_LETTERS.isdisjoint(plain))
    )


def number_format(code: str) -> NumberFormat | None:
    """What a format code says; None for one that shows the number as it is, or a date."""
    sections = _sections(unicodedata.normalize("NFC", code))
    return None if all(section.is_plain for section in sections) else NumberFormat(sections, code)


def _sections(code: str) -> tuple[_Section, ...]:
    sections: list[_Section] = []
    condition: tuple[str, float] | None = None
    plain, before, literal = "", "", ""
    for piece in _PIECE.finditer(code + ";"):
        if piece["end"]:
            # The last of several may be that of texts, and says nothing of numbers.
            if not (sections and "@" in plain):
                sections.append(_section(condition, plain, before, literal))
            condition, plain, before, literal = None, "", "", ""
        elif piece["bracket"] is not None:
            said = _CONDITION.match(piece["bracket"])
            condition = (said[1], float(said[2])) if said else condition
        else:
            plain += "0" if piece["general"] else piece["plain"] or ""
            quoted = (
                piece["quoted"] or piece["escaped"] or piece["currency"] or piece["filled"] or ""
            )
            if _PLACEHOLDERS.isdisjoint(plain):
                before += quoted or piece["plain"] or ""
            else:
                literal += quoted
    return tuple(sections)


def _section(
    condition: tuple[str, float] | None, plain: str, before: str, literal: str
) -> _Section:
    behind = " ".join(literal.casefold().split())
    bound = " ".join(before.casefold().split())
    scale_word = next((word for text in (behind, bound) if (word := _scale_word(text))), "")
    # Commas behind the last digit show the thousands or millions of the number: what stands beside it
    # then says what is shown, and the number is already whole.
    shown = plain.rstrip(" .")
    hidden = 3 * (len(shown) - len(shown.rstrip(",")))
    # Zeros before a number are none of its digits. "@" is for texts: whether numbers show by it too,
    # programs disagree.
    has_digits = bool(_DIGIT.search(behind) or (_DIGIT.search(bound) and bound.strip("0 ")))
    is_unclear = has_digits or bool(scale_word and "@" in plain)
    if hidden:
        is_unclear = bool(scale_word or has_digits) and hidden != _zeros(scale_word or behind)
    return _Section(
        condition,
        is_percent="%" in plain,
        scale_word="" if hidden else scale_word,
        zeros=len(plain)
        if len(plain) > 1 and set(plain) == {"0"} and not (literal or before)
        else 0,
        bound=bound if bound in _BOUNDS else "",
        is_unclear=is_unclear,
        hides_thousands=hidden > 0,
    )


def _scale_word(text: str) -> str:
    """What stands beside a number and multiplies it, or may, without the signs around it: ``nghìn``,
    ``tỷ đồng``, ``k``; '' for anything else.
    """
    word = text.strip(_AROUND_SCALE)
    if scale_of_cell(word) or _SHORT_SCALE.fullmatch(word):
        return word if word.partition(" ")[0] in SCALE_WORDS else text
    return ""


def _zeros(text: str) -> int:
    """The zeros that a word for a scale stands for, or that are written: ``nghìn đồng``, ``,000``."""
    words = text.split()
    return SCALE_WORDS.get(" ".join(words[:2])) or SCALE_WORDS.get(words[0]) or text.count("0")


def _hundredfold(number: float) -> float:
    return float(f"{Decimal(repr(number)) * 100:.{_DIGITS}g}")
