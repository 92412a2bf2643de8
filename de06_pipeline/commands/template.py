"""``de06 template``: a workbook for a supplier to fill in, with headers, lists to choose from,
notes and an example row.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from de06_pipeline.commands.console import console
from de06_pipeline.commands.names import supplier_named
from de06_pipeline.errors import UsageError
from de06_pipeline.monthly.workspace import Workspace
from de06_pipeline.periods import Month, vietnam_today
from de06_pipeline.reports.template_lists import Units, units_of
from de06_pipeline.reports.template_workbook import write_template
from de06_pipeline.settings import Settings


def template(
    workspace: Workspace, dataset: str, out: Path, supplier: str = "", month: Month | None = None
) -> None:
    """Write the template of a dataset.

    Args:
        supplier: whose provinces, districts and communes to offer; '' for none.
        month: in which those units are in force; by default the last finished month.

    Raises:
        UsageError: the dataset or supplier is unknown, or the file is there already: it may have
        been filled in.
    """
    contract = workspace.contract(dataset)
    if out.suffix.lower() != ".xlsx":
        raise UsageError(
            f"Tên tệp mẫu phải có đuôi .xlsx: {out}. / A template's name must end in .xlsx: {out}."
        )
    if out.exists():
        raise UsageError(
            f"Đã có tệp {out}; chọn tên khác bằng --out. / {out} is there already; choose another name with --out."
        )
    units: Units = {}
    about = ""
    if supplier:
        month = month or Month.of(vietnam_today()).plus(-1)
        office = supplier_named(workspace.suppliers, supplier, month)
        units, about = (
            units_of(office, workspace.areas, month),
            f"{office.title}, địa bàn theo tháng {month}",
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    write_template(contract, units, about, out)


def command(
    dataset: Annotated[str, typer.Option(help="Which dataset, for example dvc_dossiers.")],
    out: Annotated[
        Path | None, typer.Option(help="The workbook to write; by default <dataset>.xlsx here.")
    ] = None,
    supplier: Annotated[
        str, typer.Option(help="Offer this supplier's provinces, districts and communes.")
    ] = "",
    month: Annotated[
        str,
        typer.Option(
            help="The month whose units to offer, YYYY-MM; by default the last finished one."
        ),
    ] = "",
) -> None:
    """Write an Excel template of a dataset, with lists to choose from, notes and an example row."""
    path = out or Path(f"{dataset}.xlsx")
    template(Workspace(Settings()), dataset, path, supplier, Month.parse(month) if month else None)
    console.print(escape(f"Mẫu đã ghi vào {path} / template written to {path}"), soft_wrap=True)
