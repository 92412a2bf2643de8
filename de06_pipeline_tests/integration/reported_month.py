"""Two provinces' February and March of 2024 with reports: March's dossiers of Long An are refused, so
that something is missing; and one of Quảng Nam's months is corrected after publication.
"""

from __future__ import annotations

from pathlib import Path

from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.monthly.write_front_page import write_front_page
from de06_pipeline.monthly.write_reports import WrittenReport, write_reports
from de06_pipeline.periods import Month
from de06_pipeline_tests.integration import tiny_exports, whole_months

MARCH = Month(2024, 3)
DATASETS = (
    *("dvc_procedures", "dvc_dossiers", "asm_establishments", "asm_notices"),
    *("cccd_issuance", "eid_accounts"),
)
SOURCES = ("dvc", "asm", "cccd", "eid")


def reported_month(folder: Path) -> tuple[Workspace, list[WrittenReport]]:
    """A workspace with its reports of March written: Quảng Nam, Long An and the country."""
    landing = folder / "landing"
    for month in ("2024-02", "2024-03"):
        for dataset in DATASETS:
            for supplier in tiny_exports.SUPPLIERS:
                deliver(landing, dataset, month, supplier)
    workspace = whole_months.new_workspace(folder / "home", landing)
    whole_months.run_months(workspace, ["2024-02", "2024-03"], DATASETS, SOURCES)
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
