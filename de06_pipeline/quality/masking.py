"""What a person is shown of a quarantined value: the value itself where it cannot be personal, else
its shape.

A row whose columns are shifted puts a name, an ID number or a telephone number into any field, so
the field alone decides nothing: a value is shown only where its field is an enumeration, a yes/no,
a code, a date or a number *and* the text looks like one and like nothing else. In doubt it is
masked; file, row and field still find it.

Everything here exists twice, in Python and in SQL, from the same patterns. These are therefore
written for both Python's ``re`` and DuckDB's RE2: ASCII classes only, no look-around, no ``$``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from de06_pipeline.contracts.model import Field, FieldType
from de06_pipeline.contracts.stated import BOUND_WORDS, SCALE_WORDS
from de06_pipeline.duck.quoting import literal

SHOWN_LENGTH = 60
"""Characters of a text that a mask describes; ``…`` stands for the rest."""

_KEPT = "".join(rf"\{c}" for c in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") + " ·"
# A dot between a number and a word that touch, or "A×1" beside "9×7" would read as "A×19×7".
_TOUCHING = ((rf"([0-9])([^0-9{_KEPT}])", r"\1·\2"), (rf"([^0-9{_KEPT}])([0-9])", r"\1·\2"))
_RUN = rf"[0-9]+|[{_KEPT}]+|[^0-9{_KEPT}]+"

_TIME = r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:Z|\+07:?00)?)?"
_COMPACT_DAY = r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_DATE = "|".join(
    (
        r"[0-9]{1,2}[/.\-][0-9]{1,2}[/.\-](?:[0-9]{2}|[12][0-9]{3})" + _TIME,
        r"[12][0-9]{3}[/.\-][0-9]{1,2}[/.\-][0-9]{1,2}" + _TIME,
        _COMPACT_DAY,
        _COMPACT_DAY + r"(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]",
        # Excel's serial number of a day, from 1954 to 2119; 9 digits could be an ID
        r"[2-7][0-9]{4}(?:[.,][0-9]{1,3})?",
    )
)
_NUMBER = r"-?(?:[0-9]{1,8}|[0-9]{1,3}(?:[.,][0-9]{3}){1,2})(?:[.,][0-9]{1,4})?(?: ?(?:nghìn|triệu|tỷ|tỉ))?"
_NINE_DIGITS = r"(?:[0-9][^0-9]*){9}"
_NUMBER_OF_A_PERSON = r"[0-9]{9}|[A-Za-z][0-9]{7}"
_NOT_A_NUMBER = "|".join(
    (
        _NINE_DIGITS,  # an ID or telephone number
        r"^(?:19|20)[0-9]{6}\z",  # a birth date
        r"^[0-3][0-9][01][0-9](?:19|20)[0-9]{2}\z",
    )
)
_CODE = r"[A-Za-z0-9._/\-]{1,60}"
_NOT_A_CODE = "|".join(
    (
        r"^[^0-9]*\z",  # a word or a name
        r"[0-9]{7}",  # an ID, passport or telephone number
        r"[A-Za-z]{5}",  # a name written with a number
        # the same numbers, or a birth date, with dots or dashes
        r"^[^A-Za-z]*(?:[0-9][^A-Za-z0-9]*){8}\z",
    )
)
_AREA_CODE = r"[0-9]{1,5}"
_DATES = (FieldType.DATE, FieldType.TIMESTAMP)
_OWN = (
    *(FieldType.ENUM, FieldType.YES_NO, FieldType.INTEGER, FieldType.DECIMAL, FieldType.STATED),
    *(FieldType.PROVINCE, FieldType.DISTRICT, FieldType.COMMUNE, *_DATES),
)
"""Types of fields whose values their own supplier sees as written."""
_YES_NO = ("0", "1", "có", "không", "c", "k", "x", "true", "false")


@dataclass(frozen=True, slots=True)
class _ShownTexts:
    """Which texts of a field are shown: those listed, and those that match ``whole`` and hold no
    ``unless``.
    """

    texts: tuple[str, ...] = ()
    whole: str = ""
    unless: str = ""

    def includes(self, text: str) -> bool:
        if text in self.texts:
            return True
        if not self.whole or not re.fullmatch(self.whole, text):
            return False
        return not (self.unless and re.search(self.unless.replace(r"\z", r"\Z"), text))

    def includes_sql(self, expression: str) -> str:
        listed = ", ".join(literal(text) for text in self.texts)
        tests = [f"{expression} IN ({listed})"] if listed else []
        if self.whole:
            unless = (
                f" AND NOT regexp_matches({expression}, {literal(self.unless)})"
                if self.unless
                else ""
            )
            tests.append(f"(regexp_full_match({expression}, {literal(self.whole)}){unless})")
        return " OR ".join(tests)


def masked(field: Field | None, text: str, *, own: bool = False) -> str:
    """What may be shown of ``text`` delivered in ``field`` (None: the field is not known).

    Args:
        own: to the office whose file it is, on its own computer: enumerations, areas, numbers and
            dates are then shown as written, whatever they are, save what may be an ID,
            telephone or passport number. Personal fields stay masked.

    >>> masked(None, "Nguyễn Văn A, 0912345678")
    'A×6 A×3 A×1, 9×10'
    >>> masked(None, "B1234567")
    'A×1·9×7'
    """
    if field is not None and any(shown.includes(text) for shown in _all_shown(field, own)):
        return text
    start = text[:SHOWN_LENGTH]
    for pattern, parted in _TOUCHING:
        start = re.sub(pattern, parted, start)
    shape = "".join(_run_shape(run) for run in re.findall(_RUN, start))
    return shape + "…" if len(text) > SHOWN_LENGTH else shape


def masked_sql(field: Field | None, expression: str, *, own: bool = False) -> str:
    """:func:`masked` as SQL over a VARCHAR expression; null stays null."""
    start = f"left({expression}, {SHOWN_LENGTH})"
    for pattern, parted in _TOUCHING:
        start = f"regexp_replace({start}, {literal(pattern)}, {literal(parted)}, 'g')"
    shape = (
        f"array_to_string(list_transform(regexp_extract_all({start}, {literal(_RUN)}), lambda run: "
        "CASE WHEN regexp_matches(run, '^[0-9]') THEN '9×' || length(run) "
        f"WHEN regexp_matches(run, {literal(f'^[{_KEPT}]')}) THEN run "
        "ELSE 'A×' || length(run) END), '')"
        f" || CASE WHEN length({expression}) > {SHOWN_LENGTH} THEN '…' ELSE '' END"
    )
    tests = [] if field is None else _all_shown(field, own)
    shown = " OR ".join(filter(None, (each.includes_sql(expression) for each in tests)))
    return f"CASE WHEN {shown} THEN {expression} ELSE {shape} END" if shown else f"({shape})"


def _run_shape(run: str) -> str:
    if run[0] in "0123456789":
        return f"9×{len(run)}"
    if re.match(f"[{_KEPT}]", run):
        return run
    return f"A×{len(run)}"


def _all_shown(field: Field, own: bool) -> list[_ShownTexts]:
    """The texts of a field that anybody may see and, for its own supplier, those it sees besides."""
    shown = [_shown(field)]
    if own and not field.is_personal and field.type in _OWN:
        # A date and its clock have up to fourteen digits, apart.
        apart = "" if field.type in _DATES else f"|{_NINE_DIGITS}"
        shown.append(_ShownTexts(whole=r"(?s).+", unless=_NUMBER_OF_A_PERSON + apart))
    return shown


@cache
def _shown(field: Field) -> _ShownTexts:
    if field.is_personal:
        return _ShownTexts()
    match field.type:
        case FieldType.ENUM:
            return _ShownTexts(texts=_enumerated(field))
        case FieldType.YES_NO:
            return _ShownTexts(texts=_letter_cases(_YES_NO))
        case FieldType.CODE:
            return _ShownTexts(whole=_CODE, unless=_NOT_A_CODE)
        case FieldType.DATE | FieldType.TIMESTAMP:
            return _ShownTexts(whole=_DATE)
        case FieldType.INTEGER | FieldType.DECIMAL:
            return _ShownTexts(whole=_NUMBER, unless=_NOT_A_NUMBER)
        case FieldType.STATED:
            return _ShownTexts(whole=_stated(field), unless=_NOT_A_NUMBER)
        case FieldType.PROVINCE | FieldType.DISTRICT | FieldType.COMMUNE:
            return _ShownTexts(whole=_AREA_CODE)
        case FieldType.TEXT:
            return _ShownTexts()


def _stated(field: Field) -> str:
    """A number with the words that may stand around it."""
    bounds = _alternatives(*(word for words in BOUND_WORDS.values() for word in words))
    return f"(?i)(?:{bounds})? ?{_NUMBER}(?: ?(?:{_alternatives(*SCALE_WORDS)}))?(?: ?(?:{_alternatives(*field.unit_words)}))?"


def _alternatives(*words: str) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _enumerated(field: Field) -> tuple[str, ...]:
    texts: list[str] = []
    for value in field.enum:
        texts += [str(value.value), value.label, f"{value.value} - {value.label}", *value.aliases]
    return _letter_cases(texts)


def _letter_cases(texts: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return tuple(
        sorted(
            {
                case
                for text in texts
                for case in (text, text.lower(), text.upper(), text.capitalize())
            }
        )
    )
