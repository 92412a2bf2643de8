"""Fields of a made-up contract, files of cells, and the typed columns they give."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from de06_pipeline.contracts.model import Contract, Field, Message
from de06_pipeline.duck.quoting import literal
from de06_pipeline.parsing.typed import (
    CELLS,
    TypedInput,
    create_cells,
    texts_of_fields,
    typed_sql,
)


def contract(*fields: Field) -> Contract:
    return Contract(
        dataset="sample", version="1.0.0", source="dvc", title=Message("Mẫu", "Sample"), description="", owner="", due_day=5,
        tolerance=0.02, nil_return=True, snapshot=False, fields=fields, rules=(), path="sample.yaml",
    )  # fmt: skip


def delivered(
    folder: Path,
    rows: Sequence[Sequence[str]],
    names: Sequence[str],
    file_no: int = 1,
    first: int = 2,
) -> TypedInput:
    """A file of rows with the numbers from ``first`` on."""
    path = folder / f"{file_no}.txt"
    path.write_text(
        "".join(
            "\x1f".join([str(number), *row]) + "\n" for number, row in enumerate(rows, start=first)
        ),
        encoding="utf-8",
    )
    return TypedInput(
        file_no, (path,), len(rows), len(names), {name: i for i, name in enumerate(names) if name}
    )


def create_parsed(
    con: duckdb.DuckDBPyConnection, contract: Contract, files: Sequence[TypedInput]
) -> str:
    """Name the typed rows of some files ``parsed()``, to ask for them more than once; returns the
    SQL for people to read.
    """
    few = texts_of_fields(files)
    shown = create_cells(con, contract, files, few)
    typed = typed_sql(contract, CELLS, few=few)
    con.execute(f"CREATE OR REPLACE MACRO parsed() AS TABLE\n{typed}")
    return shown


def parse_cells(
    con: duckdb.DuckDBPyConnection, folder: Path, field: Field, cells: Sequence[str]
) -> list[tuple[object, ...]]:
    """The field's columns for one row a cell; a second column keeps empty rows from being empty
    lines.
    """
    create_parsed(
        con, contract(field), [delivered(folder, [(cell, "-") for cell in cells], [field.name, ""])]
    )
    return con.execute(
        f'SELECT * EXCLUDE (delivery_no, file_no, row_number, "{field.name}__cell") FROM parsed() ORDER BY row_number'
    ).fetchall()


class PreparedTexts:
    """Expressions over a text ``t``, planned once: with all macros written out, planning takes ten
    times what the texts of one example do.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, *expressions: str) -> None:
        self._con = con
        # The texts are an argument, not rows of a table: what DuckDB knows of a table's values when
        # it plans would not hold for the next texts.
        con.execute(
            f"PREPARE of_texts AS SELECT {', '.join(expressions)} "
            "FROM (SELECT unnest($texts::VARCHAR[]) AS t)"
        )

    def rows(self, texts: Sequence[str]) -> list[tuple[Any, ...]]:
        """A row for each text, in their order; a text holds no NUL."""
        listed = ", ".join(literal(text) for text in texts)
        return self._con.execute(f"EXECUTE of_texts(texts := [{listed}])").fetchall()
