"""What a cell's number format makes of the number in it (ECMA-376 part 1, 18.8.31).

A workbook stores 94,3 % as 0.943 and a format that shows it as percent. Whoever takes the number
alone is wrong by a factor that a person in front of the sheet cannot see. Four things are read from
a format: a percent sign, a word for thousands or millions behind the number, one that bounds it
(``hơn``) before it, and leading zeros.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal

from de06_pipeline.contracts.stated import BOUND_WORDS, SCALE_WORDS
from de06_pipeline.landing.workbook.cells import text_of_number

BUILT_IN = {"9": "0%", "10": "0.00%"}
"""Formats that a workbook uses by number without saying them (18.8.30), as far as they matter here;
the numbers are those of XLS and XLSB too."""

_DAYS = (14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 55), 57, 58)
"""Of those that a workbook does not say, the ones that show a day."""

_PIECE = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]|(?P<end>;)|(?P<plain>.)',
    re.DOTALL,
)
_CONDITION = re.compile(r"^(<=|>=|<>|<|>|=)\s*(-?[0-9.]+)$")
_BOUNDS = frozenset(word for words in BOUND_WORDS.values() for word in words)
_SHORT_SCALE = re.compile(r"(?:k|m|tr|ng|th|t)\.?(?:\s?đ(?:ồng)?)?\.?")
"""Letters beside a number that may multiply it (``105 k``); what they mean, nothing tells."""
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
        return not (self.is_percent or self.scale_word or self.zeros or self.bound)


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """A format that shows another number than is stored; see :func:`number_format`."""

    sections: tuple[_Section, ...]

    def shown(self, number: float) -> str:
        """The number as a person reads it in the cell, in the form that the parser reads: ``94,3 %``,
        ``105 nghìn``, ``hơn 105``, ``0012``. Letters that may multiply it stay with it (``105 k``), so
        that the field's rule refuses what nothing explains.
        """
        section = self._section(number)
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
    sections = _sections(code)
    return None if all(section.is_plain for section in sections) else NumberFormat(sections)


def _sections(code: str) -> tuple[_Section, ...]:
    sections: list[_Section] = []
    condition: tuple[str, float] | None = None
    plain, before, literal = "", "", ""
    for piece in _PIECE.finditer(code + ";"):
        if piece["end"]:
            sections.append(_section(condition, plain, before, literal))
            condition, plain, before, literal = None, "", "", ""
        elif piece["bracket"] is not None:
            said = _CONDITION.match(piece["bracket"])
            condition = (said[1], float(said[2])) if said else condition
        else:
            plain += piece["plain"] or ""
            quoted = piece["quoted"] or piece["escaped"] or ""
            if _PLACEHOLDERS.isdisjoint(plain):
                before += quoted or piece["plain"] or ""
            else:
                literal += quoted
    return tuple(sections)


def _section(
    condition: tuple[str, float] | None, plain: str, before: str, literal: str
) -> _Section:
    word = " ".join(literal.casefold().split())
    bound = " ".join(before.casefold().split())
    return _Section(
        condition,
        is_percent="%" in plain,
        # Commas behind the last digit show the thousands or millions of the number: the word then
        # says what is shown, and the number is already whole.
        scale_word=word if _is_scale(word) and not plain.rstrip(" .").endswith(",") else "",
        zeros=len(plain)
        if len(plain) > 1 and set(plain) == {"0"} and not (literal or before)
        else 0,
        bound=bound if bound in _BOUNDS else "",
    )


def _is_scale(word: str) -> bool:
    """Whether what stands behind a number multiplies it, or may: ``nghìn``, ``tỷ đồng``, ``k``."""
    return word.partition(" ")[0] in SCALE_WORDS or bool(_SHORT_SCALE.fullmatch(word))


def _hundredfold(number: float) -> float:
    return float(f"{Decimal(repr(number)) * 100:.{_DIGITS}g}")
