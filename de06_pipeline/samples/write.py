"""Write sample exports into a landing zone.

Every file's name begins with ``SYNTHETIC_``: that is how the product knows, and shows, that figures
made from it say nothing about real offices. The same (seed, scale) gives the same bytes, and a
month's files do not depend on which months are written with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from de06_pipeline.errors import UsageError
from de06_pipeline.landing.synthetic import SYNTHETIC_PREFIX
from de06_pipeline.periods import Month
from de06_pipeline.samples import forms
from de06_pipeline.samples.communes import Communes
from de06_pipeline.samples.defects import defective
from de06_pipeline.samples.exports import DATASETS, Exports
from de06_pipeline.samples.layouts import Table, rows, size_of
from de06_pipeline.samples.places import (
    AREA_NAMES,
    OFFICES,
    QUANG_NAM,
    Office,
    require_sample_month,
)

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


def write_samples(
    landing: Path,
    months: Sequence[Month],
    scale: float = 1.0,
    seed: int = 6,
    *,
    reference: Path,
    datasets: Sequence[str] = DATASETS,
    progress: Callable[[str, float], None] | None = None,
) -> list[SampleFile]:
    """Write the exports of Quảng Nam and Long An for the given months.

    Args:
        scale: multiplies the volumes that no published figure fixes; 0 < scale.
        reference: folder of the reference tables (area names).
        datasets: only these.
        progress: called after each delivery with what was written and the share done, 0 to 1.

    Raises:
        UsageError: a month without samples, or a scale that is not positive.
    """
    if not scale > 0:
        raise UsageError("The scale of the samples must be a positive number, for example 0.1.")
    for month in months:
        require_sample_month(month)
    communes = Communes(reference)
    exports = Exports(seed, scale, communes)
    writer = _Writer(landing, {**AREA_NAMES, **communes.names})
    wanted = [
        (month, office, dataset)
        for month in sorted(set(months))
        for office in OFFICES
        for dataset in datasets
    ]
    written: list[SampleFile] = []
    for done, (month, office, dataset) in enumerate(wanted, start=1):
        exports.forget_before(month)
        written += _write_delivery(writer, exports, dataset, month, office)
        if progress:
            progress(f"{dataset} {month} {office.supplier}", done / len(wanted))
    return written


def _write_delivery(
    writer: _Writer, exports: Exports, dataset: str, month: Month, office: Office
) -> list[SampleFile]:
    export = exports.of(dataset, office, month)
    if export is None:
        return []
    if (office.supplier, dataset, month) == _CORRECTED:
        half = rows(export, np.arange(size_of(export)) % 2 == 0)
        first = writer.write(dataset, month, office, half, folder="v1/")
        return [
            replace(first, counts=False),
            writer.write(dataset, month, office, export, folder="v2/"),
        ]
    repeats = exports.repeats(dataset, office, month)
    if dataset == "dvc_dossiers" and office is QUANG_NAM:
        provincial = export["agency_level"] == "Tỉnh"
        return [
            writer.write(dataset, month, office, rows(export, provincial), part="_so-nganh"),
            writer.write(
                dataset, month, office, rows(export, ~provincial), repeats, part="_huyen-xa"
            ),
        ]
    return [writer.write(dataset, month, office, export, repeats)]


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes files of a landing zone, each first under a name that no reader takes up."""

    landing: Path
    names: Mapping[str, str]

    def write(
        self,
        dataset: str,
        month: Month,
        office: Office,
        table: Table,
        repeats: Table | None = None,
        *,
        part: str = "",
        folder: str = "",
    ) -> SampleFile:
        form = forms.form_of(office, dataset)
        path = f"{dataset}/{month}/{office.supplier}/{folder}{SYNTHETIC_PREFIX}{dataset}_{office.supplier}_{month}{part}.{form.container}"
        target = self.landing / path
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f"{target.name}.part")
        bad: list[list[str]] = []
        again: list[list[str]] = []
        if form.container == "parquet":
            forms.write_parquet(unfinished, dataset, table)
        else:
            good = forms.as_text(dataset, table, form, self.names)
            bad = defective(dataset, good, month)
            again = forms.as_text(dataset, repeats, form, self.names) if repeats else []
            forms.write_csv(unfinished, dataset, _spread(good, bad) + again, form)
        unfinished.replace(target)
        return SampleFile(
            dataset,
            month,
            office.supplier,
            path,
            size_of(table) + len(bad) + len(again),
            len(bad),
            len(again),
        )


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
