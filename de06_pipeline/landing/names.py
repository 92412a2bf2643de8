"""Names of delivered files and folders as they are shown and kept.

A name reaches the warehouse, logs and reports, so it is cleaned like a cell: what cannot be printed
is made visible, and numbers that are a person's are masked.
"""

from __future__ import annotations

import re
import unicodedata

_UNPRINTABLE = "\ufffd"
_DATE_TIME = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{4}|\d{6})?")
_PERSONAL = re.compile(
    r"(?<!\d)(?:"
    r"\d{3}([ .])\d{3}\1\d{3}(?:\1\d{3})?"  # an ID number in groups
    r"|0\d{2,3}([ .])\d{3}\2\d{3,4}"  # a telephone number in groups
    r"|\d{9,}"
    r")(?!\d)"
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def shown_name(name: str) -> str:
    """The name in NFC, printable, and without identity numbers, telephone numbers and mail addresses:
    ``dan_049099000001.csv`` is ``dan_9×12.csv``, as a masked value is written.

    A date with a time is left (``20240601123000``). Names of people cannot be told from other words;
    docs/privacy.md says so.
    """
    text = unicodedata.normalize(
        "NFC", name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    )
    printable = "".join(
        _UNPRINTABLE if unicodedata.category(letter) in _NOT_SHOWN else letter for letter in text
    )
    return _PERSONAL.sub(_masked, _MAIL.sub("a@a", printable))


_NOT_SHOWN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Control and format characters (also those that turn the direction of text), and line ends."""


def _masked(match: re.Match[str]) -> str:
    if _DATE_TIME.fullmatch(match[0]):
        return match[0]
    return f"9×{sum(letter.isdigit() for letter in match[0])}"


def told_apart(names: list[str]) -> list[str]:
    """The names, those that were given before with a number: ``a.csv``, ``a (2).csv``."""
    seen: set[str] = set()
    result = []
    for name in names:
        stem, dot, ending = name.rpartition(".")
        number, unique = 1, name
        while unique in seen:
            number += 1
            unique = f"{stem} ({number}){dot}{ending}" if dot else f"{ending} ({number})"
        seen.add(unique)
        result.append(unique)
    return result
