"""What a contract looks like in the UI: table schema, column lineage, links.

Made from the contract, never written twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import dagster as dg

from de06_pipeline.contracts.model import Contract, Field
from de06_pipeline.defs.keys import landing_key
from de06_pipeline.quality.accepted import accepted_columns
from de06_pipeline.settings import REPOSITORY

# Words of an expression; those that are no column find nothing below. Parsing it would load a
# parser for half a second at import.
_WORD = re.compile(r"[a-z_][a-z0-9_]*")
_TEXT_LITERAL = re.compile(r"'[^']*'")


def contract_link(contract: Contract) -> dg.MetadataValue:
    """Where the contract is written, relative to the checkout where possible."""
    path = Path(contract.path)
    return dg.MetadataValue.path(
        path.relative_to(REPOSITORY) if path.is_relative_to(REPOSITORY) else path
    )


def column_schema(contract: Contract) -> dg.TableSchema:
    """The columns of the accepted rows with unit and description."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                c.name,
                type=c.type,
                description=f"{c.description} [{c.unit}]" if c.unit else c.description,
            )
            for c in accepted_columns(contract)
        ]
    )


def delivered_sources(contract: Contract) -> Mapping[str, tuple[str, ...]]:
    """Accepted column → the delivered fields it is made from, personal ones included: a derived
    column may rest on them.
    """
    delivered = {f.name for f in contract.delivered_fields}
    sources: dict[str, tuple[str, ...]] = {}
    for field in contract.fields:
        sources[field.name] = tuple(sorted(_reads(field, sources, delivered)))
    by_column: dict[str, tuple[str, ...]] = {}
    for field in contract.stored_fields:
        by_column[f"{field.name}_id" if field.is_area else field.name] = sources[field.name]
        if field.strip_suffix:
            by_column[f"{field.name}_suffix"] = sources[field.name]
    return by_column


def _reads(field: Field, earlier: Mapping[str, tuple[str, ...]], delivered: set[str]) -> set[str]:
    own = {field.name} if field.name in delivered else set()
    names: set[str] = set()
    if field.lookup:
        names = {field.lookup.column}
    elif field.transform:
        names = set(_WORD.findall(_TEXT_LITERAL.sub("", field.transform)))
    for name in names:
        base = next(
            (
                name.removesuffix(s)
                for s in ("_state", "_id", "_has_time", "_suffix")
                if name.removesuffix(s) in delivered
            ),
            name,
        )
        own |= {base} if base in delivered else set(earlier.get(name, ()))
    return own


def column_lineage(contract: Contract) -> dg.TableColumnLineage:
    """Column lineage of the accepted rows, for Dagster+ and other consumers of the metadata."""
    return dg.TableColumnLineage(
        deps_by_column={
            column: [
                dg.TableColumnDep(asset_key=landing_key(contract.dataset), column_name=name)
                for name in names
            ]
            for column, names in delivered_sources(contract).items()
        }
    )


def lineage_markdown(contract: Contract) -> dg.MetadataValue:
    """The same lineage as a table, because the open-source UI does not draw it; says which columns
    rest on personal data.
    """
    personal = {f.name for f in contract.fields if f.is_personal}
    lines = ["| column | made from | headers in the file |", "|---|---|---|"]
    for column, names in delivered_sources(contract).items():
        shown = ", ".join(f"`{n}`{' (personal)' if n in personal else ''}" for n in names)
        headers = ", ".join(contract.field(n).header_vi for n in names)
        lines.append(f"| `{column}` | {shown} | {headers} |")
    return dg.MetadataValue.md("\n".join(lines))
