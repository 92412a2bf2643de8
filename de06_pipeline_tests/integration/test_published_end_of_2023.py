"""The samples' first months: what Quảng Nam published of 2023 is computed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from de06_pipeline.commands.sample import EARLY_DATASETS, EARLY_MONTH
from de06_pipeline.monthly.compare_official import compare_official
from de06_pipeline.official_figures.agreement import Verdict
from de06_pipeline.periods import Month
from de06_pipeline.samples import write_samples
from de06_pipeline_tests.integration.whole_months import new_workspace, run_months

_DATASETS = (
    "opening_balances",
    "dvc_procedures",
    "dvc_dossiers",
    "asm_establishments",
    "asm_notices",
    "cccd_issuance",
    "eid_accounts",
    "agency_reports",
)


def test_no_published_figure_of_the_end_of_2023_is_missing(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "home", tmp_path / "landing")
    write_samples(tmp_path / "landing", [Month(2023, 12)], scale=0.1, reference=workspace.reference)
    run_months(workspace, ["2023-12"], _DATASETS, ["dvc", "asm", "cccd", "eid", "reported"])
    compared = {
        agreement.official.id: (agreement.verdict, agreement.month)
        for agreement in compare_official(workspace).agreements
        if agreement.official.document == "S0" and agreement.official.as_of.month == 12
    }
    assert len(compared) == 13
    missing = {id for id, (verdict, _) in compared.items() if verdict is Verdict.NOT_COMPUTABLE}
    assert missing == set()
    assert {month for _, month in compared.values()} == {Month(2023, 12)}
    wrong = {id for id, (verdict, _) in compared.items() if verdict is Verdict.CONTRADICTED}
    assert wrong == set()


def test_the_published_figure_of_june_is_computed_from_the_little_that_it_takes(
    tmp_path: Path,
) -> None:
    workspace = new_workspace(tmp_path / "home", tmp_path / "landing")
    write_samples(
        tmp_path / "landing",
        [EARLY_MONTH],
        scale=0.1,
        reference=workspace.reference,
        datasets=EARLY_DATASETS,
    )
    run_months(workspace, [str(EARLY_MONTH)], EARLY_DATASETS, ["cccd"])
    (early,) = (
        agreement
        for agreement in compare_official(workspace).agreements
        if agreement.official.as_of == date(2023, 6, 22)
    )
    assert (early.official.id, early.official.bound, early.official_value) == ("S0-11", ">", 1.4e6)
    assert early.verdict is Verdict.INSIDE_BOUND
    assert (early.numerator, early.month, early.synthetic) == (1_400_104, Month(2023, 5), True)
