"""What lint looks at, and what it says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from de06_pipeline.contracts.model import Contract, Field, Rule
from de06_pipeline.contracts.reader import Reader
from de06_pipeline.contracts.yaml_file import YamlKey, line_of
from de06_pipeline.errors import ContractError

_PLACED = re.compile(r"^(?P<path>.*?):(?P<line>\d+): (?P<text>.*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One mistake, as ``file:line: text [kind]``.

    Attributes:
        kind: short stable name of the check.
        text: what is wrong, and the remedy.
    """

    kind: str
    path: str
    line: int
    text: str

    @classmethod
    def of_error(cls, path: Path, error: ContractError) -> LintFinding:
        placed = _PLACED.match(str(error))
        return (
            cls("load", str(path), int(placed["line"]), placed["text"])
            if placed
            else cls("load", str(path), 1, str(error))
        )

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text} [{self.kind}]"


@dataclass(frozen=True)
class ContractSource:
    """A contract together with the file it was read from, entry by entry."""

    path: Path
    contract: Contract

    @cached_property
    def file(self) -> Reader:
        return Reader.of_file(self.path)

    @cached_property
    def table(self) -> Reader:
        return next(self.file.each("schema"))

    @cached_property
    def fields(self) -> list[tuple[Field, Reader]]:
        return list(zip(self.contract.fields, self.table.each("properties"), strict=True))

    @cached_property
    def rules(self) -> list[tuple[Rule, Reader]]:
        """Rules with their entries, in the order in which the loader reads them."""
        entries = [rule for _, field in self.fields for rule in field.each("quality")]
        return list(zip(self.contract.rules, [*entries, *self.table.each("quality")], strict=True))

    def finding(
        self, kind: str, text: str, entry: Reader | None = None, *keys: YamlKey
    ) -> LintFinding:
        """A finding at an entry of the file, or at the file's top."""
        place = (*entry.place, *keys) if entry else keys
        return LintFinding(kind, str(self.path), line_of(self.path, place), text)
