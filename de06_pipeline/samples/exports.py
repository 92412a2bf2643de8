"""What each office exports for a month: one table a dataset.

Months are made from cohorts, and cohorts are kept while samples are written, since the next month
shows most of them again.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from de06_pipeline.periods import Month
from de06_pipeline.samples import (
    baselines,
    catalogue,
    dossiers,
    establishments,
    registrations,
    reports,
    stays,
)
from de06_pipeline.samples.communes import Communes
from de06_pipeline.samples.draw import stream
from de06_pipeline.samples.layouts import Table, same, size_of, text
from de06_pipeline.samples.places import QUANG_NAM, Office
from de06_pipeline.samples.targets import BASELINE, EARLY, FIRST

DATASETS = (
    "opening_balances",
    "population",
    "dvc_procedures",
    "dvc_dossiers",
    "asm_establishments",
    "asm_notices",
    "cccd_issuance",
    "eid_accounts",
    "agency_reports",
)

_REPEATED = 0.006
_LARGE = ("dossiers", "dossier cohort")


class Exports:
    """The exports of both offices for one (seed, scale)."""

    def __init__(self, seed: int, scale: float, communes: Communes) -> None:
        self._seed = seed
        self._scale = scale
        self._communes = communes
        self._kept: dict[tuple[str, str, Month], Table] = {}

    def of(self, dataset: str, office: Office, month: Month) -> Table | None:
        """One export; None where the office sends none for the month."""
        match dataset:
            case "opening_balances":
                return self._balances(office, month)
            case "population":
                return (
                    self._population(office, month) if month.month == 1 and month >= FIRST else None
                )
            case "dvc_procedures":
                return catalogue_table(office, month)
            case "dvc_dossiers":
                return self._dossiers(office, month)
            case "asm_establishments":
                return self._with_communes(
                    establishments.register(office, month), "establishment_id"
                )
            case "asm_notices":
                return self._with_communes(
                    stays.notices(self._seed, self._scale, office, month), "establishment_id"
                )
            case "cccd_issuance":
                return self._cards(office, month)
            case "eid_accounts":
                return self._accounts(office, month)
            case "agency_reports":
                return reports.reports(office, month)
        raise KeyError(dataset)

    def forget_before(self, month: Month) -> None:
        """Drop the dossiers that no later month shows; cards and accounts stay, for the opening
        balances.
        """
        oldest = month.plus(1 - dossiers.COHORTS)
        self._kept = {
            key: table
            for key, table in self._kept.items()
            if key[0] not in _LARGE or key[2] >= oldest
        }

    def repeats(self, dataset: str, office: Office, month: Month) -> Table | None:
        """Earlier versions of some records, sent once more with the export."""
        if dataset != "dvc_dossiers":
            return None
        alive = self._dossiers(office, month)
        rng = stream(self._seed, "repeats", office.supplier, month)
        chosen = np.sort(rng.permutation(size_of(alive))[: int(size_of(alive) * _REPEATED)])
        return dossiers.earlier_versions(alive, chosen)

    def _dossiers(self, office: Office, month: Month) -> Table:
        return self._once(
            ("dossiers", office.supplier, month), lambda: self._make_dossiers(office, month)
        )

    def _make_dossiers(self, office: Office, month: Month) -> Table:
        cohorts = [
            self._dossier_cohort(office, month.plus(-age)) for age in range(dossiers.COHORTS)
        ]
        unaccepted = dossiers.not_accepted(
            self._seed, self._dossier_cohort(office, month), office, month
        )
        return dossiers.delivery(cohorts, unaccepted, month)

    def _dossier_cohort(self, office: Office, month: Month) -> Table:
        key = ("dossier cohort", office.supplier, month)
        return self._once(key, lambda: self._make_dossier_cohort(office, month))

    def _make_dossier_cohort(self, office: Office, month: Month) -> Table:
        """Dossiers of the commune level are handled by a commune."""
        table = self._with_communes(
            dossiers.cohort(self._seed, self._scale, office, month), "dossier_code"
        )
        of_commune = (table["agency_level"] == "Xã") & (table["commune"] != "")
        table["commune"] = np.where(of_commune, table["commune"], "")
        agency = np.where(table["by_police"], "Công an ", "UBND ") + self._communes.named_in_text(
            table["commune"]
        )
        table["agency_name"] = np.where(of_commune, agency, table["agency_name"])
        return table

    def _cards(self, office: Office, month: Month) -> Table:
        cohorts = self._cohorts("card cohort", registrations.card_cohort, office, month)
        return self._once(
            ("cards", office.supplier, month), lambda: registrations.card_delivery(cohorts, month)
        )

    def _accounts(self, office: Office, month: Month) -> Table:
        cohorts = self._cohorts("account cohort", registrations.account_cohort, office, month)
        return self._once(
            ("accounts", office.supplier, month),
            lambda: registrations.account_delivery(cohorts, month),
        )

    def _cohorts(
        self,
        kind: str,
        make: Callable[[int, float, Office, Month], Table],
        office: Office,
        month: Month,
    ) -> list[Table]:
        """Dossiers received in a month and those before it, each month's made once."""

        def cohort(received: Month) -> Table:
            return self._once(
                (kind, office.supplier, received),
                lambda: self._with_communes(
                    make(self._seed, self._scale, office, received), "application_id"
                ),
            )

        return [cohort(month.plus(-age)) for age in range(registrations.COHORTS)]

    def _balances(self, office: Office, month: Month) -> Table | None:
        if month == EARLY and office is QUANG_NAM:
            return baselines.early_balances(office, self._cards)
        if month in (BASELINE, FIRST):
            return baselines.opening_balances(office, self._cards, self._accounts)
        return None

    def _population(self, office: Office, month: Month) -> Table:
        return baselines.population(
            office, month, baselines.first_issues_of_tam_ky_by_may(self._cards)
        )

    def _with_communes(self, table: Table, key: str) -> Table:
        return table | {"commune": self._communes.for_records(table["district"], table[key])}

    def _once(self, key: tuple[str, str, Month], make: Callable[[], Table]) -> Table:
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]


def catalogue_table(office: Office, month: Month) -> Table:
    """The procedure catalogue as a table; one row a district where the office keeps it so."""
    listed = []
    for procedure in catalogue.procedures(office, month):
        places = (
            [d.code for d in office.districts_in(month)]
            if catalogue.lists_districts(office, procedure)
            else [""]
        )
        listed += [(procedure, place) for place in places]
    size = len(listed)
    offered = [procedure for procedure, _ in listed]
    return {
        "procedure_code": text([p.code for p in offered]),
        "procedure_name": text([p.name for p in offered]),
        "sector": text([p.sector for p in offered]),
        "agency_level": text([p.agency_level for p in offered]),
        "province": same(office.province_code, size),
        "district": text([place for _, place in listed]),
        "service_level": text([p.service_level for p in offered]),
        "lead_agency": text([p.lead_agency for p in offered]),
        "essential_list": text([p.essential_list for p in offered]),
        "essential_no": np.array([p.essential_no or -1 for p in offered]),
        "has_fee": np.array([p.fee_vnd > 0 for p in offered]).astype(np.int8),
        "deployed": np.array(
            [catalogue.is_deployed(office, p, place) for p, place in listed]
        ).astype(np.int8),
        "effective_from": np.array([p.effective_from for p in offered], dtype="datetime64[D]"),
        "effective_to": np.full(size, np.datetime64("NaT"), dtype="datetime64[D]"),
    }
