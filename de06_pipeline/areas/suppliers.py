"""Who delivers, for which provinces, from when to when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from de06_pipeline.areas.book import AreaBook, content_hash
from de06_pipeline.areas.model import Level
from de06_pipeline.areas.tables import csv_rows
from de06_pipeline.errors import ContractError, UsageError
from de06_pipeline.near_names import unaccented
from de06_pipeline.periods import Month

SUPPLIERS_FILE = "suppliers.csv"
NATIONAL = "all"
"""The supplier of a file that lies directly in the month's folder: a national export that covers
every area.
"""
_EVERYWHERE = "*"
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Supplier:
    """A supplier as it is in one month.

    Attributes:
        name: the folder's name in the landing zone.
        title: for people.
        area_ids: the provinces it covers in that month.
        is_national: it covers every area.
    """

    name: str
    title: str
    area_ids: frozenset[int]
    is_national: bool = False

    def covers(self, area_id: int) -> bool:
        """Whether a province belongs to this supplier in its month."""
        return area_id in self.area_ids


@dataclass(frozen=True, slots=True)
class FormerSupplier:
    """A supplier that had ended by a month.

    Attributes:
        name: the folder's name it had.
        last: its last month.
        successors: the names of those that cover its provinces in the month; empty where these were
            split.
    """

    name: str
    last: Month
    successors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _SupplierLine:
    """One line of the table; an empty ``codes`` covers every province."""

    name: str
    title: str
    codes: tuple[str, ...]
    first: Month
    last: Month | None

    def in_force(self, month: Month) -> bool:
        return self.first <= month and (self.last is None or month <= self.last)


class SupplierBook:
    """The suppliers of ``suppliers.csv``. Immutable."""

    def __init__(self, entries: tuple[_SupplierLine, ...], areas: AreaBook, version: str) -> None:
        self._entries = entries
        self._areas = areas
        self.version = version
        """Content hash of the table."""
        self._by_month: dict[Month, dict[str, Supplier]] = {}
        self._national: dict[Month, Supplier] = {}

    @classmethod
    def load(cls, reference: Path, areas: AreaBook) -> SupplierBook:
        """Read ``suppliers.csv``; once per process and content.

        Raises:
            ContractError: a line cannot be read, names no province of its months, or overlaps
            another of the same name.
        """
        return _load(reference, areas, content_hash(reference, (SUPPLIERS_FILE,)))

    def get(self, name: str, month: Month) -> Supplier | None:
        """The supplier of that name in a month, ``all`` included; None where it is not listed for
        the month.
        """
        if name == NATIONAL:
            if month not in self._national:
                self._national[month] = self._supplier(NATIONAL, "Toàn quốc", (), month)
            return self._national[month]
        return self._in_force(month).get(name)

    def spoken_for(self, name: str, given: Month, month: Month) -> frozenset[int]:
        """The provinces of a month of which what a supplier delivered for an earlier one says
        everything: Đà Nẵng's register of 2025-06 says nothing about the Quảng Nam that joined it in
        2025-07.
        """
        before, now = self.get(name, given), self.get(name, month)
        if before is None or now is None:
            return frozenset()
        if self._areas.boundary_version(given) == self._areas.boundary_version(month):
            return now.area_ids & before.area_ids
        become = {
            province.area_id: self._areas.successor_in(province.area_id, month)
            for province in self._areas.in_force(Level.PROVINCE, given)
        }
        untold = {
            later.area_id
            for area_id, later in become.items()
            if later is not None and not before.covers(area_id)
        }
        return now.area_ids - untold

    def in_force(self, month: Month) -> tuple[Supplier, ...]:
        """The suppliers listed for a month, in file order.

        ``all`` is not listed: it delivers in place of others.
        """
        return tuple(self._in_force(month).values())

    def _in_force(self, month: Month) -> dict[str, Supplier]:
        """The same by name, made once a month: figures ask thousands of times."""
        if month not in self._by_month:
            self._by_month[month] = {
                entry.name: self._supplier(entry.name, entry.title, entry.codes, month)
                for entry in self._entries
                if entry.in_force(month)
            }
        return self._by_month[month]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all suppliers of any month, sorted; ``all`` is not among them."""
        return tuple(sorted({entry.name for entry in self._entries}))

    def former(self, name: str, month: Month) -> FormerSupplier | None:
        """The supplier of that name whose months ended before this one; accents, letter case and what
        stands between words do not matter. None where there is none, or it goes on.
        """
        wanted = "-".join(_WORD.findall(unaccented(name)))
        lines = [entry for entry in self._entries if entry.name == wanted]
        ended = [entry for entry in lines if entry.last is not None and entry.last < month]
        if not ended or any(entry.in_force(month) for entry in lines):
            return None
        latest = max(ended, key=lambda entry: entry.first)
        last = latest.last
        assert last is not None
        provinces = self._supplier(latest.name, latest.title, latest.codes, last).area_ids
        now = [self._areas.successor_in(area_id, month) for area_id in provinces]
        return FormerSupplier(
            latest.name,
            last,
            tuple(
                supplier.name
                for supplier in self.in_force(month)
                if any(area is not None and supplier.covers(area.area_id) for area in now)
            ),
        )

    def _supplier(self, name: str, title: str, codes: tuple[str, ...], month: Month) -> Supplier:
        provinces = self._areas.in_force(Level.PROVINCE, month)
        covered = frozenset(area.area_id for area in provinces if not codes or area.code in codes)
        return Supplier(name, title, covered, is_national=not codes)


@lru_cache(maxsize=4)
def _load(reference: Path, areas: AreaBook, version: str) -> SupplierBook:
    entries: list[_SupplierLine] = []
    for line, row in csv_rows(
        reference / SUPPLIERS_FILE,
        ("supplier", "title", "province_codes", "from_month", "to_month"),
    ):
        place = f"{SUPPLIERS_FILE}:{line}"
        try:
            last = Month.parse(row["to_month"]) if row["to_month"] else None
            entry = _SupplierLine(
                row["supplier"],
                row["title"],
                _codes(row["province_codes"]),
                Month.parse(row["from_month"]),
                last,
            )
        except UsageError as error:
            raise ContractError(f"{place}: {error}") from None
        _check(entry, entries, areas, place)
        entries.append(entry)
    return SupplierBook(tuple(entries), areas, version)


def _codes(text: str) -> tuple[str, ...]:
    return () if text.strip() == _EVERYWHERE else tuple(code.strip() for code in text.split(";"))


def _check(entry: _SupplierLine, before: list[_SupplierLine], areas: AreaBook, place: str) -> None:
    if not entry.name or entry.name == NATIONAL:
        raise ContractError(
            f"{place}: a supplier needs a name other than '{NATIONAL}', which is built in."
        )
    for month in {entry.first, entry.last or entry.first}:
        for code in entry.codes:
            if areas.by_code(Level.PROVINCE, code, month) is None:
                raise ContractError(
                    f"{place}: {entry.name}: no province has the code '{code}' in {month}."
                )
    for other in before:
        overlaps = (other.last is None or entry.first <= other.last) and (
            entry.last is None or other.first <= entry.last
        )
        if other.name == entry.name and overlaps:
            raise ContractError(
                f"{place}: {entry.name} is listed twice for {max(entry.first, other.first)}."
            )
