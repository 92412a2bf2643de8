"""Files in the landing zone that belong to no delivery because of where they lie, each with the
nearest right place.

Only what finding deliveries passes over: a supplier's folder of an unknown name is a delivery, and
refused by its name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from de06_pipeline.landing.discover import NATIONAL, month_of_folder
from de06_pipeline.landing.store import is_system_file, list_folder
from de06_pipeline.near_names import unaccented
from de06_pipeline.periods import FIRST_MONTH, Month, vietnam_today

_DEEPEST = 8
_YEAR_FIRST = re.compile(
    r"(?<![0-9])(20[0-9]{2})[\W_]*(?:thang|t|m)?[\W_]*(0?[1-9]|1[0-2])(?![0-9])"
)
_MONTH_FIRST = re.compile(r"(?<![0-9])(0?[1-9]|1[0-2])[\W_]*(?:nam)?[\W_]*(20[0-9]{2})(?![0-9])")
_NO_YEAR = re.compile(r"(?:thang|\bt|^[0-9]{4}[\W_])[\W_]*(0?[1-9]|1[0-2])(?![0-9])")
"""Also behind a year that cannot be meant (``2204-06``)."""


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A file, or a folder with all files below it, that belongs to no delivery.

    Attributes:
        place: relative to the landing zone; a folder ends in ``/``.
        files: how many files there are.
        nearest: the folder where they probably belong; ``<…>`` stands for what cannot be told.
    """

    place: str
    files: int
    nearest: str


def find_misplaced(
    landing: str,
    datasets: Collection[str],
    suppliers: Collection[str],
    this_month: Month | None = None,
) -> list[Misplaced]:
    """What lies beside ``<dataset>/<YYYY-MM>/``, in the order of places; also in a month of which
    there can be no figures: before the first, or not begun and not the next.

    Args:
        suppliers: the names of all suppliers, of any month.
        this_month: by default the one of today.

    Raises:
        LandingError: the landing zone cannot be listed.
    """
    this_month = this_month or Month.of(vietnam_today())
    # An administrative month begins in the calendar month before.
    months = (Month.parse(FIRST_MONTH), this_month.plus(1))
    guess = _Guess(tuple(sorted(datasets)), tuple(sorted(suppliers)), months)
    misplaced: list[Misplaced] = []
    for dataset in ("", *sorted(datasets)):
        folder = (dataset,) if dataset else ()
        for entry in list_folder(landing, *folder):
            name = unicodedata.normalize("NFC", entry.name)
            parts = (*folder, name)
            if not entry.is_folder:
                if not is_system_file(entry.name):
                    misplaced.append(Misplaced("/".join(parts), 1, guess.place_of(parts)))
            elif not _is_right(dataset, name, datasets, months):
                below = list(_files_below(landing, (*folder, entry.name)))
                if below:
                    place = guess.place_of((*parts, *_shared(below)))
                    misplaced.append(Misplaced("/".join(parts) + "/", len(below), place))
    return sorted(misplaced, key=lambda each: each.place)


def nearest_suppliers(name: str, suppliers: Sequence[str]) -> tuple[str, ...]:
    """The suppliers that a folder's name may mean: without accents, small letters, hyphens; its
    initials; a letter or two off. At most three.
    """
    wanted = _plain(name, "-")
    if wanted in suppliers:
        return (wanted,)
    initials = [
        supplier
        for supplier in suppliers
        if "".join(part[0] for part in supplier.split("-")) == wanted
    ]
    return tuple(initials[:3] or get_close_matches(wanted, suppliers, 3, 0.8))


def _is_right(
    dataset: str, name: str, datasets: Collection[str], months: tuple[Month, Month]
) -> bool:
    if not dataset:
        return name in datasets
    month = month_of_folder(name)
    return month is not None and months[0] <= month <= months[1]


def _files_below(landing: str, folder: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The files below a folder, each as the parts of its path from there."""
    if len(folder) > _DEEPEST:
        return
    for entry in list_folder(landing, *folder):
        if entry.is_folder:
            for path in _files_below(landing, (*folder, entry.name)):
                yield (unicodedata.normalize("NFC", entry.name), *path)
        elif not is_system_file(entry.name):
            yield (unicodedata.normalize("NFC", entry.name),)


def _shared(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The parts that all paths begin with; of a single file its name too."""
    first = paths[0]
    length = next(
        (
            place
            for place in range(len(first))
            if any(len(path) <= place or path[place] != first[place] for path in paths)
        ),
        len(first),
    )
    return first[:length]


@dataclass(frozen=True, slots=True)
class _Guess:
    """``months``: the first and the last that can be meant."""

    datasets: tuple[str, ...]
    suppliers: tuple[str, ...]
    months: tuple[Month, Month]

    def place_of(self, parts: Sequence[str]) -> str:
        """``<dataset>/<YYYY-MM>/<supplier>`` as far as the parts of a path say it, folders before
        the file's name.
        """
        texts = [_plain(part, " ") for part in parts]
        dataset = next((part for text in texts if (part := self._dataset(text))), "<dataset>")
        named = [self._month(text) for text in (*texts, " ".join(texts))]
        # A month with its year in the file's name tells more than a folder without one.
        whole = next((part for part in named if part and not part.startswith("<")), "")
        month = whole or next(filter(None, named), "<YYYY-MM>")
        supplier = next((part for text in texts if (part := self._supplier(text))), "<supplier>")
        return f"{dataset}/{month}/{supplier}/"

    def _dataset(self, text: str) -> str:
        named = [dataset for dataset in self.datasets if _plain(dataset, " ") in text]
        close = get_close_matches(text, [_plain(dataset, " ") for dataset in self.datasets], 1, 0.8)
        return max(named, key=len) if named else close[0].replace(" ", "_") if close else ""

    def _supplier(self, text: str) -> str:
        words = f" {text} "
        named = [supplier for supplier in self.suppliers if f" {_plain(supplier, ' ')} " in words]
        if named and (longest := max(named, key=len)) != NATIONAL:
            return longest
        near = nearest_suppliers(text, self.suppliers) if len(text) > 4 else ()
        return near[0] if near else ""

    def _month(self, text: str) -> str:
        month = None
        if match := _YEAR_FIRST.search(text):
            month = Month(int(match[1]), int(match[2]))
        elif match := _MONTH_FIRST.search(text):
            month = Month(int(match[2]), int(match[1]))
        elif match := _NO_YEAR.search(text):
            return f"<YYYY>-{int(match[1]):02d}"
        if month is None:
            return ""
        first, last = self.months
        return str(month) if first <= month <= last else f"<YYYY>-{month.month:02d}"


def _plain(text: str, between: str) -> str:
    """Small letters without accents and digits of usual width, words joined by ``between``."""
    bare = unaccented(unicodedata.normalize("NFKC", text))
    return between.join(re.findall(r"[a-z0-9]+", bare))
