"""Rows of texts as CSV files: every delimiter, encoding, line end and header form, with records
that cannot be split.
"""

from __future__ import annotations

import csv
import random
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from de06_pipeline_tests.naive.layouts import LAYOUTS, Field
from de06_pipeline_tests.naive.random_forms import Forms

Texts = dict[str, str]

_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16")


def write_delivery(
    folder: Path, dataset: str, rows: Sequence[Texts], rng: random.Random, optional: Sequence[str]
) -> None:
    """Write rows into one to three files.

    Args:
        optional: columns of which some files lack one.
    """
    folder.mkdir(parents=True)
    count = rng.choice((1, 2, 3))
    parts: list[list[Texts]] = [[] for _ in range(count)]
    for row in rows:
        rng.choice(parts).append(row)
    for number, part in enumerate(parts):
        if part:
            (folder / f"{rng.choice('abc')}-{number}.csv").write_bytes(
                _file(part, LAYOUTS[dataset], rng, optional)
            )


def _file(
    rows: Sequence[Texts], layout: Sequence[Field], rng: random.Random, optional: Sequence[str]
) -> bytes:
    forms = Forms(rng)
    delimiter, line_end = rng.choice(",;\t"), rng.choice(("\n", "\r\n"))
    missing = rng.choice(optional) if optional and rng.random() < 0.3 else None
    fields = [f for f in layout if f.name != missing]
    if rng.random() < 0.5:
        rng.shuffle(fields)
    quotes_all = rng.random() < 0.3
    lines = [delimiter.join(_quoted(_header(f, forms), delimiter, quotes_all) for f in fields)]
    for row in rows:
        lines += _around(fields, delimiter, forms)
        lines.append(_line(fields, row, delimiter, quotes_all, forms))
    # Without the last line end the last record must be a whole one.
    is_whole = len(_split(lines[-1], delimiter)) == len(fields)
    text = line_end.join(lines) + ("" if is_whole and rng.random() < 0.2 else line_end)
    return text.encode(rng.choice(_ENCODINGS))


def _header(field: Field, forms: Forms) -> str:
    label = forms.rng.choice((field.name, field.header, field.header))
    label = forms.rng.choice((str, str, str, str.upper))(label)
    if label != field.name and forms.often(0.2):
        label = forms.rng.choice(
            (
                f"{label} (*)",
                f" {label} ",
                unicodedata.normalize("NFD", label),
                forms.retoned(label),
                label.replace(" ", "\n", 1),
            )
        )
    return label


def _split(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _line(
    fields: Sequence[Field], row: Texts, delimiter: str, quotes_all: bool, forms: Forms
) -> str:
    """One record; now and then one that cannot be split, or that spans lines.

    One that is cut short lacks a cell that no record leaves empty.

    Never both: whether lines whose quotes close but whose fields are too many are one broken record
    or several is not said anywhere.
    """
    texts = [row.get(f.name, "") for f in fields]
    written = [_quoted(text, delimiter, quotes_all) for text in texts]
    kind = forms.rng.randrange(60) if "\n" not in "".join(texts) else None
    if kind == 0:
        last_needed = max(place for place, f in enumerate(fields) if f.needed)
        del written[last_needed:]
    elif kind == 1:
        written.append("thừa")
    elif kind == 2:
        place = forms.rng.randrange(len(texts))
        written[place] = f'"{texts[place]} chưa đóng'
    return delimiter.join(written)


def _around(fields: Sequence[Field], delimiter: str, forms: Forms) -> list[str]:
    """What stands before a record: mostly nothing, sometimes a blank line."""
    if not forms.often(0.02):
        return []
    return [
        forms.rng.choice(
            ("", "   ", delimiter * (len(fields) - 1), "\u00a0" + delimiter * (len(fields) - 1))
        )
    ]


def _quoted(text: str, delimiter: str, always: bool) -> str:
    if always or any(c in text for c in (delimiter, '"', "\n")) or text != text.strip(" "):
        return '"' + text.replace('"', '""') + '"'
    return text
