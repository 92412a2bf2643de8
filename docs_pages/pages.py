"""All generated pages, and writing them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from de06_pipeline.contracts.load import load_contracts
from de06_pipeline.registry.load import load_registry
from de06_pipeline.settings import REPOSITORY
from de06_pipeline_tests.unit.contract_rows import breaking
from docs_pages.commands import commands_page
from docs_pages.datasets import dataset_pages
from docs_pages.indicators import indicator_pages
from docs_pages.lineage import lineage_page
from docs_pages.markdown import made_from
from docs_pages.settings import settings_page
from docs_pages.warehouse import warehouse_page

REFERENCE = Path("docs/reference")
DATA = REPOSITORY / "data_contracts"


def all_pages() -> dict[str, str]:
    """Path below ``docs/reference`` → Markdown."""
    contracts = load_contracts(DATA / "sources")
    registry = load_registry(DATA / "indicators")
    return {
        **dataset_pages(contracts, breaking),
        **indicator_pages(registry),
        "lineage.md": lineage_page(registry, contracts),
        "reference_data.md": _reference_data(),
        "warehouse.md": warehouse_page(registry),
        "commands.md": commands_page(),
        "settings.md": settings_page(),
    }


def _reference_data() -> str:
    """The README of the reference tables, which the site cannot reach where it stands."""
    source = "data_contracts/reference/README.md"
    title, _, rest = (REPOSITORY / source).read_text(encoding="utf-8").partition("\n")
    return f"{title}\n\n{made_from(f'`{source}`')}\n{rest}"


def write(pages: Mapping[str, str], project: Path = REPOSITORY) -> int:
    """Write the pages that differ and remove those no longer made; how many files were touched."""
    changed = stale(pages, project)
    for name in changed:
        path = project / REFERENCE / name
        if name in pages:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages[name], encoding="utf-8")
        else:
            path.unlink()
    return len(changed)


def stale(pages: Mapping[str, str], project: Path = REPOSITORY) -> list[str]:
    """The pages whose file is missing, differs, or should not be there."""
    folder = project / REFERENCE
    written = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.md")}
    return sorted(
        name
        for name in {*pages, *written}
        if name not in pages
        or name not in written
        or written[name].read_text(encoding="utf-8") != pages[name]
    )
