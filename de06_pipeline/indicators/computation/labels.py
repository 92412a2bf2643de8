"""What the values of a dimension are called in a breakdown."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import duckdb

from de06_pipeline.contracts.model import Contract
from de06_pipeline.duck.relations import Relation
from de06_pipeline.errors import ContractError
from de06_pipeline.indicators.computation.relations import label_of
from de06_pipeline.registry.breakdowns import breakdown_text
from de06_pipeline.registry.model import Dimension


class Labels:
    """The labels of dimensions: from the contract's enumerations and the reviewed lists of
    ``data_contracts/reference``.
    """

    def __init__(self, contracts: Mapping[str, Contract], reference: Path) -> None:
        self._contracts = contracts
        self._reference = reference
        self._lists: dict[tuple[str, str], Mapping[str, str]] = {}
        self._groups: dict[str, Mapping[str, list[str]]] = {}

    def create(
        self,
        con: duckdb.DuckDBPyConnection,
        dimension: Dimension,
        dataset: str,
        relation: Relation | str,
    ) -> Relation:
        """Create the labels of a dimension for the values that occur in a table, or in what a text of
        SQL reads.
        """
        labels = label_of(dimension.name)
        values = con.execute(
            f"SELECT DISTINCT TRY_CAST({dimension.name} AS VARCHAR) FROM {relation}"
        ).fetchall()
        rows = [
            (value, breakdown_text({dimension.label: label}))
            for (value,) in values
            for label in self.of_value(dimension, dataset, value)
        ]
        labels.create(con, rows)
        return labels

    def of_value(self, dimension: Dimension, dataset: str, value: str | None) -> list[str]:
        """The labels of one value, given as text."""
        other = [dimension.other] if dimension.other else []
        if value is None:
            return other
        if dimension.listed:
            known = self._listed(dimension.listed, dimension.renamed).get(value.lower())
            return [known] if known else other
        if dimension.groups:
            return [value, *self._members(dimension.groups).get(value, ())]
        return [
            value if dimension.as_codes else self._enumerated(dimension, dataset).get(value, value)
        ]

    def _enumerated(self, dimension: Dimension, dataset: str) -> dict[str, str]:
        """Code to label, of every version of the contract; the newest wins."""
        newest = self._contracts[dataset]
        fields = [
            field
            for version in (*reversed(newest.earlier), newest)
            for field in version.fields
            if field.name == dimension.sql
        ]
        return {str(value.value): value.label for field in fields for value in field.enum}

    def _listed(self, listed: str, renamed: str) -> Mapping[str, str]:
        """The listed values and their other names, in small letters, with the listed value of each."""
        if (listed, renamed) not in self._lists:
            file, _, column = listed.partition("/")
            values = {row[column].lower(): row[column] for row in self._rows(file, column)}
            names = self._rows(renamed, "name", column) if renamed else []
            for row in names:
                if value := values.get(row[column].lower()):
                    values[row["name"].lower()] = value
            self._lists[listed, renamed] = values
        return self._lists[listed, renamed]

    def _members(self, file: str) -> Mapping[str, list[str]]:
        if file not in self._groups:
            members: dict[str, list[str]] = defaultdict(list)
            for row in self._rows(file, "group", "procedure_code"):
                if row["group"] not in members[row["procedure_code"]]:
                    members[row["procedure_code"]].append(row["group"])
            self._groups[file] = members
        return self._groups[file]

    def _rows(self, name: str, *columns: str) -> list[dict[str, str]]:
        path = self._reference / name
        try:
            with path.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
        except FileNotFoundError:
            raise ContractError(f"{path}: is missing; the registry names it.") from None
        if rows and (missing := [column for column in columns if column not in rows[0]]):
            raise ContractError(f"{path}: has no column '{missing[0]}'; the registry names it.")
        return rows
