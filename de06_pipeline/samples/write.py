"""Write sample exports into a landing zone.

Every file's name begins with ``SYNTHETIC_``: that is how the product knows, and shows, that figures
made from it say nothing about real offices. The same (seed, scale) gives the same bytes, and a
month's files do not depend on which months are written with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from de06_pipeline.errors import UsageError
from de06_pipeline.periods import Month
from de06_pipeline.samples import forms
from de06_pipeline.samples.defects import defective
from de06_pipeline.samples.exports import DATASETS, Exports
from de06_pipeline.samples.layouts import Table, rows, size_of
from de06_pipeline.samples.places import OFFICES, QUANG_NAM, Office, require_sample_month

SYNTHETIC_PREFIX = "SYNTHETIC_"
"""Beginning of the name of every sample file."""

_CORRECTED = (QUANG_NAM.supplier, "eid_accounts", Month(2024, 4))
"""A delivery sent twice: the first, in ``v1``, lacks half of its rows; ``v2`` counts."""


@dataclass(frozen=True, slots=True)
class SampleFile:
    """One written file.

    Attributes:
        path: relative to the landing zone.
        rows: data records in it, of which ``defective`` break a critical rule and ``repeated`` are
            earlier versions of a record of the same delivery.
        counts: false for a version that a later one replaces.
    """

    dataset: str
    month: Month
    supplier: str
    path: str
    rows: int
    defective: int
    repeated: int
    counts: bool = True


def is_synthetic(file_name: str) -> bool:
    """Whether a landed file (its name, or its path within the supplier's folder) is a sample."""
    return file_name.rpartition("/")[2].startswith(SYNTHETIC_PREFIX)


def write_samples(
    landing: Path,
    months: Sequence[Month],
    scale: float = 1.0,
    seed: int = 6,
    *,
    reference: Path | None = None,
    progress: Callable[[int, int, SampleFile], None] | None = None,
) -> list[SampleFile]:
    """Write the exports of Quảng Nam and Long An for the given months.

    Args:
        scale: multiplies the volumes that no published figure fixes; 0 < scale.
        reference: unused folder of reference tables.
        progress: called after each file with (deliveries done, deliveries in all, file).

    Raises:
        UsageError: a month without samples, or a scale that is not positive.
    """
    if not scale > 0:
        raise UsageError("The scale of the samples must be a positive number, for example 0.1.")
    for month in months:
        require_sample_month(month)
    exports = Exports(seed, scale)
    wanted = [(month, office, dataset) for month in sorted(set(months)) for office in OFFICES for dataset in DATASETS]
    written: list[SampleFile] = []
    for done, (month, office, dataset) in enumerate(wanted, start=1):
        for file in _write_delivery(landing, exports, dataset, month, office):
            written.append(file)
            if progress:
                progress(done, len(wanted), file)
    return written


def _write_delivery(landing: Path, exports: Exports, dataset: str, month: Month, office: Office) -> list[SampleFile]:
    export = exports.of(dataset, office, month)
    if export is None:
        return []
    if (office.supplier, dataset, month) == _CORRECTED:
        half = rows(export, np.arange(size_of(export)) % 2 == 0)
        first = _write_file(landing, dataset, month, office, half, None, "", "v1/")
        return [SampleFile(*_fields(first), counts=False), _write_file(landing, dataset, month, office, export, None, "", "v2/")]
    repeats = exports.repeats(dataset, office, month)
    if dataset == "dvc_dossiers" and office is QUANG_NAM:
        provincial = export["agency_level"] == "Tỉnh"
        return [
            _write_file(landing, dataset, month, office, rows(export, provincial), None, "_so-nganh"),
            _write_file(landing, dataset, month, office, rows(export, ~provincial), repeats, "_huyen-xa"),
        ]
    return [_write_file(landing, dataset, month, office, export, repeats, "")]


def _write_file(
    landing: Path, dataset: str, month: Month, office: Office, table: Table, repeats: Table | None, part: str, version: str = ""
) -> SampleFile:
    form = forms.form_of(office, dataset)
    name = f"{version}{SYNTHETIC_PREFIX}{dataset}_{office.supplier}_{month}{part}.{form.container}"
    path = f"{dataset}/{month}/{office.supplier}/{name}"
    target = landing / path
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.part")
    bad: list[list[str]] = []
    repeated = size_of(repeats) if repeats else 0
    if form.container == "parquet":
        forms.write_parquet(unfinished, dataset, table)
        repeated = 0
    else:
        good = forms.as_text(dataset, table, form)
        bad = defective(dataset, good, month)
        again = forms.as_text(dataset, repeats, form) if repeats else []
        forms.write_csv(unfinished, dataset, _spread(good, bad) + again, form)
    unfinished.replace(target)
    return SampleFile(dataset, month, office.supplier, path, size_of(table) + len(bad) + repeated, len(bad), repeated)


def _spread(good: list[list[str]], bad: list[list[str]]) -> list[list[str]]:
    """The bad records among the good ones, at even distances."""
    if not bad:
        return good
    step = len(good) // len(bad)
    result: list[list[str]] = []
    for number, line in enumerate(bad):
        result += good[number * step : (number + 1) * step]
        result.append(line)
    return result + good[len(bad) * step :]


def _fields(file: SampleFile) -> tuple[str, Month, str, str, int, int, int]:
    return file.dataset, file.month, file.supplier, file.path, file.rows, file.defective, file.repeated
