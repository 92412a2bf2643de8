"""Some consecutive months: what was delivered, whose rows count, and which areas there are."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path

from de06_pipeline_tests.naive.deliveries import Delivery, Row, read_delivery
from de06_pipeline_tests.naive.places import Places
from de06_pipeline_tests.naive.stocks import Balance, Population
from de06_pipeline_tests.naive.tallies import COUNTRY, Place

SNAPSHOTS = ("dvc_procedures", "asm_establishments")


class Months:
    """Deliveries of some datasets and suppliers in consecutive months."""

    def __init__(
        self,
        landing: Path,
        reference: Path,
        months: Sequence[str],
        datasets: Sequence[str],
        suppliers: Sequence[str],
        balances: Sequence[Balance] = (),
        people: Sequence[Population] = (),
    ) -> None:
        self.landing, self.reference, self.months, self.datasets, self.suppliers = (
            landing,
            reference,
            months,
            datasets,
            suppliers,
        )
        self.balances, self.people = balances, people
        self.places = Places(reference)

    @cached_property
    def deliveries(self) -> dict[tuple[str, str, str], Delivery]:
        """Every delivery by dataset, month and supplier."""
        return {
            (dataset, month, supplier): read_delivery(
                self.landing / dataset / month / supplier, dataset, month, supplier, self.places
            )
            for dataset in self.datasets
            for month in self.months
            for supplier in self.suppliers
            if (self.landing / dataset / month / supplier).is_dir()
        }

    def rows(self, dataset: str, month: str) -> list[Row]:
        """Accepted rows of a month; a snapshot that was not delivered is carried from the
        supplier's last.
        """
        collected: list[Row] = []
        for supplier in self.suppliers:
            months = [
                m for m in self.months if m <= month and (dataset, m, supplier) in self.deliveries
            ]
            if months and (months[-1] == month or dataset in SNAPSHOTS):
                collected += self._carried(
                    self.deliveries[dataset, months[-1], supplier].accepted, months[-1], month
                )
        return collected

    def _carried(self, rows: list[Row], origin: str, month: str) -> list[Row]:
        """Rows of an older snapshot, whose districts are what they have become since."""
        if origin == month:
            return rows
        return [
            replace(
                row,
                values=row.values
                | {
                    "district": self.places.later(
                        row.values["province"], row.values["district"], origin, month
                    )
                },
            )
            for row in rows
        ]

    def year_to(self, month: str) -> list[str]:
        """The delivered months of a month's year, up to it."""
        return [m for m in self.months if m[:4] == month[:4] and m <= month]

    def quarter_to(self, month: str) -> list[str]:
        """The delivered months of the quarter that ends with a month."""
        first = f"{month[:5]}{int(month[5:]) - 2:02d}"
        return [m for m in self.months if first <= m <= month]

    def areas(self, month: str) -> list[Place]:
        """The country, the provinces that deliver, and their districts in force."""
        return [
            COUNTRY,
            *self.provinces,
            *(part for province in self.provinces for part in self.parts_of(province, month)),
        ]

    @cached_property
    def provinces(self) -> list[Place]:
        """The provinces that deliver."""
        return [
            ("province", code)
            for s in self.suppliers
            for code in sorted(self.places.covered(s, self.months[0]))
        ]

    def parts_of(self, place: Place, month: str) -> Sequence[Place]:
        """All areas in force below an area, whether they deliver or not."""
        if place == COUNTRY:
            return [("province", code) for code in self.places.provinces(month)]
        return [("district", unit.code) for unit in self.places.districts(place[1], month)]

    @cached_property
    def portal_police(self) -> set[str]:
        """Codes that the national portal lists as issued by Bộ Công an."""
        rows = self._table("procedures_portal")
        return {r["procedure_code"] for r in rows if r["issued_by"] == "Bộ Công an"}

    @cached_property
    def procedure_groups(self) -> dict[str, str]:
        """Procedure code → its reviewed group."""
        return {r["procedure_code"]: r["group"] for r in self._table("procedure_groups")}

    @cached_property
    def sectors(self) -> set[str]:
        """Reviewed sectors."""
        return {r["sector"] for r in self._table("sectors")}

    @cached_property
    def holidays(self) -> set[date]:
        """Public holidays and days off."""
        return {date.fromisoformat(r["date"]) for r in self._table("holidays")}

    def _table(self, name: str) -> list[dict[str, str]]:
        with (self.reference / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))
