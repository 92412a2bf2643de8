"""Communes of the sample districts, from the area tables: which one a record names, and what it is
called.
"""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np

from de06_pipeline.areas.book import AreaBook
from de06_pipeline.periods import Month
from de06_pipeline.samples.draw import Text
from de06_pipeline.samples.layouts import text
from de06_pipeline.samples.places import OFFICES

_KNOWN_AT = Month(2025, 6)
"""The reviewed list of communes is the one of the day before the reform; earlier communes are not
in it.
"""


class Communes:
    """Draws communes for records, in proportion to nothing: each of a district's is as likely as
    another.
    """

    def __init__(self, reference: Path) -> None:
        book = AreaBook.load(reference)
        self._codes: dict[str, list[str]] = {}
        self.names: dict[str, str] = {}
        """Full name by code."""
        for district in (d for office in OFFICES for d in office.districts_in(_KNOWN_AT)):
            area = book.by_code("district", district.code, _KNOWN_AT)
            communes = book.children(area.area_id, "commune", _KNOWN_AT) if area else ()
            self._codes[district.code] = [commune.code for commune in communes]
            self.names |= {commune.code: commune.full_name for commune in communes}

    def for_records(self, districts: Text, keys: Text) -> Text:
        """A commune code for each record, fixed by its key; empty outside a known district."""
        choices = [self._codes.get(district, []) for district in districts]
        numbers = (zlib.crc32(str(key).encode()) for key in keys)
        return text(
            [
                codes[number % len(codes)] if codes else ""
                for codes, number in zip(choices, numbers, strict=True)
            ]
        )

    def named_in_text(self, codes: Text) -> Text:
        """Names as in the middle of a sentence: ``xã Tam Thanh``."""
        lower = {code: name[0].lower() + name[1:] for code, name in self.names.items()}
        return np.array([lower.get(code, "") for code in codes], dtype=object)
