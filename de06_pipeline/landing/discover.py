"""Finding deliveries in the landing zone: ``<landing>/<dataset>/<YYYY-MM>/<supplier>/…``.

Nothing is changed there.

The landing zone is a local folder, listed with the operating system, or any fsspec URL.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from de06_pipeline.errors import LandingError
from de06_pipeline.landing.names import shown_name, told_apart
from de06_pipeline.landing.store import (
    LOOP,
    NO_TIME,
    UNREADABLE,
    Entry,
    is_local,
    is_system_file,
    is_there,
    list_folder,
)
from de06_pipeline.landing.versions import (
    BESIDE_CORRECTED,
    NO_ORDER,
    Folders,
    beside_corrected,
    version_of,
    without_order,
)
from de06_pipeline.periods import Month

NATIONAL = "all"
"""The supplier of a file that lies directly in the month's folder: a national export."""

_MONTH_FOLDER = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_DEEPEST = 16
"""Folders below each other; links between folders could lead round for ever."""


@dataclass(frozen=True, slots=True)
class LandedFile:
    """One complete file.

    Attributes:
        name: relative to the supplier's folder, ``/`` separated, NFC; unique within a delivery.
        url: a local path, or an fsspec URL.
        modified_at: UTC; the start of 1970 where the store does not say.
        trouble: why it cannot be read at all (:data:`~de06_pipeline.landing.store.TROUBLES`), or
            may not be (:data:`~de06_pipeline.landing.versions.NO_ORDER`,
            :data:`~de06_pipeline.landing.versions.BESIDE_CORRECTED`), if so.
    """

    name: str
    url: str
    bytes: int
    modified_at: datetime
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """All that one supplier handed over for one dataset and month.

    Attributes:
        version: number of the highest ``vN`` folder; 0 for files that lie in none.
        files: the files in force, sorted by name.
        replaced: files of earlier versions, sorted by name.
        passed_over: names of files that an operating system or Excel left there, sorted; they are
            no part of the delivery.
    """

    dataset: str
    month: Month
    supplier: str
    version: int
    files: tuple[LandedFile, ...]
    replaced: tuple[LandedFile, ...]
    passed_over: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Changes when a file in force is added, removed, resized or written again."""
        return _digest(
            f"{file.name}\0{file.bytes}\0{file.modified_at.isoformat()}"
            # A file that can be read again, after its rights were put right, is news.
            + (f"\0{file.trouble}" if file.trouble else "")
            for file in self.files
        )


def find_deliveries(landing: str, dataset: str, month: Month) -> list[Delivery]:
    """The deliveries of a dataset and month, sorted by supplier; [] where there is no such folder.

    Names that end in ``.part`` or ``.tmp`` or begin with ``.`` or ``~$`` are not complete yet and
    are passed over, folders too. So are ``Thumbs.db``, ``desktop.ini`` and ``.DS_Store``, and these
    and ``~$`` files are named in the delivery. Any other file belongs to the delivery, whatever its
    kind: what cannot be read is refused by name, not dropped. A ``vN`` folder counts as soon as it
    holds a complete file; then files of lower numbers, and files in no ``vN`` folder, are replaced.
    Files of which nothing tells what they replace are in force, and in trouble.

    Raises:
        LandingError: the landing zone cannot be listed.
    """
    files: dict[str, list[tuple[int, LandedFile]]] = {}
    for entry in list_folder(landing, dataset, str(month)):
        if entry.is_folder:
            # Files of the month's folder and of a folder 'all' are one delivery; the prefix keeps
            # their names apart.
            prefix = f"{NATIONAL}/" if entry.name == NATIONAL else ""
            files.setdefault(shown_name(entry.name), []).extend(
                _supplier_files(landing, (dataset, str(month), entry.name), prefix)
            )
        else:
            files.setdefault(NATIONAL, []).append((0, _landed(entry, entry.name)))
    deliveries = (
        _delivery(dataset, month, supplier, landed) for supplier, landed in sorted(files.items())
    )
    return [delivery for delivery in deliveries if delivery.files]


def months_present(landing: str, dataset: str) -> list[Month]:
    """The months with at least one complete file, in order."""
    months = {
        month
        for entry in list_folder(landing, dataset)
        if entry.is_folder and (month := month_of_folder(entry.name))
    }
    return [month for month in sorted(months) if find_deliveries(landing, dataset, month)]


def month_of_folder(name: str) -> Month | None:
    """The month that a folder's name says as ``YYYY-MM``, None where it says none.

    Digits of other scripts and of full width make another folder, in which nothing is looked for.
    """
    return Month.parse(name) if _MONTH_FOLDER.fullmatch(name) else None


def _delivery(
    dataset: str, month: Month, supplier: str, landed: list[tuple[int, LandedFile]]
) -> Delivery:
    in_order = sorted(landed, key=lambda item: (item[1].name, item[1].url))
    names = told_apart([file.name for _, file in in_order])
    by_name = [
        (version, replace(file, name=name))
        for (version, file), name in zip(in_order, names, strict=True)
    ]
    delivered = [(version, file) for version, file in by_name if not _is_system(file)]
    newest = max((version for version, _ in delivered), default=0)
    unclear = without_order([(version, _folders(file, supplier)) for version, file in delivered])
    in_force: list[LandedFile] = []
    replaced: list[LandedFile] = []
    for (version, file), is_unclear in zip(delivered, unclear, strict=True):
        if is_unclear:
            in_force.append(replace(file, trouble=file.trouble or NO_ORDER))
        else:
            (in_force if version == newest else replaced).append(file)
    corrections = beside_corrected([_place(file) for file in in_force])
    return Delivery(
        dataset,
        month,
        supplier,
        newest,
        files=tuple(
            replace(file, trouble=file.trouble or BESIDE_CORRECTED) if is_correction else file
            for file, is_correction in zip(in_force, corrections, strict=True)
        ),
        replaced=tuple(replaced),
        passed_over=tuple(file.name for _, file in by_name if _is_system(file)),
    )


def _folders(file: LandedFile, supplier: str) -> Folders:
    """The folders that a file lies in below its supplier's."""
    folders, _ = _place(file)
    return folders[1:] if supplier == NATIONAL and folders[:1] == (NATIONAL,) else folders


def _place(file: LandedFile) -> tuple[Folders, str]:
    """The folders of a file's name, and what is left of it."""
    *folders, name = file.name.split("/")
    return tuple(folders), name


def _is_system(file: LandedFile) -> bool:
    return is_system_file(file.name.rpartition("/")[2])


def _supplier_files(
    landing: str, folder: tuple[str, ...], prefix: str
) -> Iterator[tuple[int, LandedFile]]:
    """The files under a supplier's folder with the number of their version."""
    for entry in _entries(landing, folder):
        if not entry.is_folder:
            yield 0, _landed(entry, prefix + entry.name)
            continue
        version = version_of(entry.name)
        for file in _files_below(landing, (*folder, entry.name), f"{prefix}{entry.name}/"):
            yield version, file


def _files_below(landing: str, folder: tuple[str, ...], prefix: str) -> Iterator[LandedFile]:
    for entry in _entries(landing, folder):
        if entry.is_folder:
            yield from _files_below(landing, (*folder, entry.name), f"{prefix}{entry.name}/")
        else:
            yield _landed(entry, prefix + entry.name)


def _entries(landing: str, folder: tuple[str, ...]) -> list[Entry]:
    """The entries of a supplier's folder, or of one below it.

    One that cannot be listed is a file in trouble: the supplier's, where the month's folder can be.
    """
    try:
        if len(folder) > _DEEPEST:
            return [Entry("…", "/".join(folder), False, 0, NO_TIME, LOOP)]
        return list_folder(landing, *folder)
    except LandingError:
        if not is_local(landing) or not is_there(landing, *folder[:2]):
            raise
        return [Entry("…", "/".join(folder), False, 0, NO_TIME, UNREADABLE)]


def _landed(entry: Entry, name: str) -> LandedFile:
    return LandedFile(shown_name(name), entry.url, entry.bytes, entry.modified_at, entry.trouble)


def _digest(lines: Iterator[str] | Sequence[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()
