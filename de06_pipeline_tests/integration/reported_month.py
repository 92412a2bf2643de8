"""Two provinces' February and March of 2024 with reports: March's dossiers of Long An are refused, so
that something is missing; and one of Quảng Nam's months is corrected after publication.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.monthly.write_front_page import write_front_page
from de06_pipeline.monthly.write_reports import WrittenReport, write_reports
from de06_pipeline.periods import Month
from de06_pipeline_tests.integration import tiny_exports, whole_months

MARCH = Month(2024, 3)
MONTHS = ("2024-02", "2024-03")
DATASETS = (
    *("dvc_procedures", "dvc_dossiers", "asm_establishments", "asm_notices"),
    *("cccd_issuance", "eid_accounts"),
)
SOURCES = ("dvc", "asm", "cccd", "eid")


def publish_reported_months(folder: Path) -> None:
    """Publish both months from a landing zone in ``folder`` to a home beside it."""
    for month in MONTHS:
        for dataset in DATASETS:
            for supplier in tiny_exports.SUPPLIERS:
                deliver(folder / "landing", dataset, month, supplier)
    workspace = whole_months.new_workspace(folder / "home", folder / "landing")
    whole_months.run_months(workspace, MONTHS, DATASETS, SOURCES)
    workspace.warehouse.close()


def published_copy(published: Path, folder: Path) -> Workspace:
    """A workspace in ``folder`` with both months published, and no report written.

    Args:
        published: where both months have been published; only copied.
    """
    shutil.copytree(published, folder, dirs_exist_ok=True)
    return whole_months.workspace_of(folder / "home", folder / "landing")


def reported_month(published: Path, folder: Path) -> tuple[Workspace, list[WrittenReport]]:
    """The same with its reports of March written: Quảng Nam, Long An and the country."""
    workspace = published_copy(published, folder)
    written = write_reports(workspace, MARCH, country=True)
    write_front_page(workspace)
    return workspace, written


def deliver(landing: Path, dataset: str, month: str, supplier: str) -> None:
    count = {"2024-02": 40, "2024-03": 52}[month] if dataset == "dvc_dossiers" else None
    rows = tiny_exports.rows(dataset, supplier, Month.parse(month), count)
    if (dataset, month, supplier) == ("dvc_dossiers", "2024-03", tiny_exports.LONG_AN):
        rows = tiny_exports.spoiled(dataset, rows, len(rows) // 2)
    path = landing / dataset / month / supplier / "export.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(tiny_exports.csv_text(dataset, rows), encoding="utf-8")
