"""A landing zone of random exports: two offices, some months, six datasets, every kind of defect."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from pathlib import Path

from de06_pipeline_tests.naive.layouts import LAYOUTS
from de06_pipeline_tests.naive.months import SNAPSHOTS
from de06_pipeline_tests.naive.random_balances import (
    draw_balances,
    draw_population,
    write_balances,
    write_population,
)
from de06_pipeline_tests.naive.random_cards import accounts, cards
from de06_pipeline_tests.naive.random_dossiers import catalogue, dossiers
from de06_pipeline_tests.naive.random_files import Texts, write_delivery
from de06_pipeline_tests.naive.random_forms import Forms
from de06_pipeline_tests.naive.random_lodging import establishments, notices
from de06_pipeline_tests.naive.random_places import PROVINCES, Province
from de06_pipeline_tests.naive.stocks import Balance, Population

MONTHS = ("2024-12", "2025-01", "2025-02")
_ROWS = 160

_OPTIONAL = {
    "dvc_dossiers": ("procedure_name", "returned_at", "phone", "updated_at"),
    "dvc_procedures": ("procedure_name", "has_fee"),
    "asm_establishments": ("establishment_name", "commune"),
    "asm_notices": ("room", "gender"),
    "cccd_issuance": ("gender", "receiving_unit", "updated_at"),
    "eid_accounts": ("commune", "updated_at", "birth_date"),
}
"""Columns that some file may lack with the same figures.

What becomes of figures that need a missing column is in unit/indicators/test_absent_columns.py.
"""


def write_exports(
    landing: Path, seed: int, months: Sequence[str], datasets: Collection[str]
) -> tuple[list[Balance], list[Population]]:
    """Write the landing zone of a seed.

    Returns the opening balances and populations that are in it.
    """
    rng = random.Random(seed)
    balances, people = draw_balances(rng, months[0]), draw_population(rng, months[0])
    write_balances(landing, months[0], balances)
    write_population(landing, months[0], people)
    for month in months:
        for province in PROVINCES:
            for dataset, rows in _month(Forms(rng), province, month).items():
                # Registers and catalogues are delivered every other month; in between they are
                # carried.
                if dataset not in datasets or (dataset in SNAPSHOTS and month not in months[::2]):
                    continue
                folder = landing / dataset / month / province.supplier
                rows = _with_repeats(rows, dataset, Forms(rng))
                write_delivery(
                    folder,
                    dataset,
                    [_with_defects(row, dataset, Forms(rng)) for row in rows],
                    rng,
                    _OPTIONAL[dataset],
                )
    return balances, people


def _month(forms: Forms, province: Province, month: str) -> dict[str, list[Texts]]:
    return {
        "dvc_procedures": catalogue(forms, province, month),
        "dvc_dossiers": dossiers(forms, province, month, _ROWS),
        "asm_establishments": establishments(forms, province, month),
        "asm_notices": notices(forms, province, month, _ROWS),
        "cccd_issuance": cards(forms, province, month, _ROWS),
        "eid_accounts": accounts(forms, province, month, _ROWS),
    }


def _with_repeats(rows: Sequence[Texts], dataset: str, forms: Forms) -> list[Texts]:
    """The same records again: as they are, with another time of update, or with another value."""
    repeated = list(rows)
    for row in rows:
        while forms.often(0.08):
            again = dict(row)
            if "updated_at" in again:
                again["updated_at"] = forms.rng.choice(
                    ("", again["updated_at"], forms.rng.choice(rows)["updated_at"])
                )
            for name in ("status", "agency_level", "site_group", "venue", "level"):
                if name in again and forms.often(0.5):
                    again[name] = forms.rng.choice(rows)[name]
            repeated.insert(forms.rng.randrange(len(repeated)), again)
    return repeated


def _with_defects(row: Texts, dataset: str, forms: Forms) -> Texts:
    """A row with one or two values spoilt or emptied, now and then."""
    spoilt = dict(row)
    while forms.often(0.07):
        field = forms.rng.choice(LAYOUTS[dataset])
        spoilt[field.name] = (
            "" if forms.often(0.3) else forms.spoilt(field, spoilt.get(field.name, ""))
        )
    return spoilt
