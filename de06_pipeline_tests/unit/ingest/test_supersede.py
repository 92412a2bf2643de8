"""View ``judged``: which columns it keeps, and who wins among repeats of a key."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from de06_pipeline.areas.attach import AreaJoin
from de06_pipeline.contracts.model import Contract, Field, FieldType, Message, Rule, Severity
from de06_pipeline.errors import AccountingError, ContractError
from de06_pipeline.ingest.judged import create_judged
from de06_pipeline.ingest.supersede import supersede
from de06_pipeline.parsing.typed import TypedInput, create_cells
from de06_pipeline.periods import Month
from de06_pipeline_tests.laws import examples

FIELDS = (
    Field("code", FieldType.CODE, "", key=True),
    Field("name", FieldType.TEXT, "", stored=False),
    Field("identity", FieldType.TEXT, "", stored=False),
    Field("phone", FieldType.TEXT, "", stored=False),
    Field("updated_at", FieldType.TIMESTAMP, "", stored=False),
    Field("has_phone", FieldType.YES_NO, "", derived=True, transform="phone IS NOT NULL"),
)
RULE = Rule(
    "sample.identity.given",
    "expect_column_values_to_not_be_null",
    {"column": "identity"},
    Severity.WARNING,
    ("identity",),
    Message("", ""),
)
CONTRACT = Contract(
    "sample", "1.0.0", "dvc", Message("", ""), "", "", 5, 0.02, True, False, FIELDS, (RULE,), supersede_by="updated_at"
)  # fmt: skip


def test_texts_are_kept_of_rows_that_break_a_rule_alone(tmp_path: Path) -> None:
    """A derived column may have been made from one; a rule, or what chooses between repeats, keeps
    it.
    """
    records = tmp_path / "records"
    records.write_text(
        "2\x1fD1\x1fTên\x1f1\x1f090\x1f2024-06-01\n3\x1fD2\x1fHọ\x1f\x1f091\x1f?\n",
        encoding="utf-8",
    )
    delivered = [field.name for field in FIELDS if not field.derived]
    positions = {name: position for position, name in enumerate(delivered)}
    with duckdb.connect() as con:
        create_cells(con, CONTRACT, [TypedInput(1, (records,), 2, len(delivered), positions)], {})
        judged = create_judged(
            con, CONTRACT, Month(2024, 6), AreaJoin("", (), ()), tmp_path / "judged.parquet"
        )
        columns = {name for name, *_ in con.execute("DESCRIBE all_rows").fetchall()}
        kept = con.execute("SELECT code, has_phone, cells FROM all_rows ORDER BY code").fetchall()
        every = "SELECT file_no, row_number FROM all_rows"
        rows = judged.with_texts(["code", "name", "phone", "updated_at", "has_phone"], every)
        with_texts = con.execute(
            f"SELECT row_number, code, name, phone, updated_at_raw, has_phone FROM {rows}"
        ).fetchall()
        of_flag = con.execute(f"SELECT * FROM {judged.with_texts(['has_phone'], every)}")
        behind_flag = {column for column, *_ in of_flag.description or ()}
        others = judged.with_texts(["code"], f"{every} WHERE row_number = 2")
        of_others = con.execute(f"SELECT * FROM {others}").fetchall()
    assert kept == [("D1", True, None), ("D2", True, ["D2", "Họ", None, "091", "?"])]
    assert with_texts == [(3, "D2", "Họ", "091", "?", True)]
    assert of_others == [], "it breaks no rule"
    assert {"has_phone", "phone"} <= behind_flag
    assert not behind_flag & {"name", "updated_at"}
    assert {"code", "identity", "updated_at", "has_phone"} <= columns
    assert not columns & {"name", "phone"}


def test_a_condition_that_cannot_be_evaluated_is_the_contracts_fault_and_quotes_nothing(
    tmp_path: Path,
) -> None:
    records = tmp_path / "records"
    records.write_text("2\x1fD1\x1fNguyễn\x1f\x1f\x1f\n", encoding="utf-8")
    delivered = [field.name for field in FIELDS if not field.derived]
    positions = {name: position for position, name in enumerate(delivered)}
    casting = replace(CONTRACT, rules=(replace(RULE, row_condition="name::INTEGER > 1"),))
    with duckdb.connect() as con:
        create_cells(con, casting, [TypedInput(1, (records,), 1, len(delivered), positions)], {})
        with pytest.raises(ContractError, match="casts or compares") as failure:
            create_judged(
                con, casting, Month(2024, 6), AreaJoin("", (), ()), tmp_path / "judged.parquet"
            )
    assert failure.value.__cause__ is None
    assert failure.value.__context__ is None
    assert "Nguy" not in str(failure.value)


def test_a_record_that_duckdb_rejects_is_our_fault_whatever_the_rules_are(tmp_path: Path) -> None:
    records = tmp_path / "records"
    records.write_text("2\x1fD1\x1fTên\x1f1\x1f090\n", encoding="utf-8")
    delivered = [field.name for field in FIELDS if not field.derived]
    positions = {name: position for position, name in enumerate(delivered)}
    with duckdb.connect() as con:
        create_cells(con, CONTRACT, [TypedInput(1, (records,), 1, len(delivered), positions)], {})
        with pytest.raises(AccountingError, match="rejects a record"):
            create_judged(
                con, CONTRACT, Month(2024, 6), AreaJoin("", (), ()), tmp_path / "judged.parquet"
            )


def key_rule(field: str, *states: str) -> Rule:
    """The field's part of the key can be read."""
    return Rule(
        f"sample.{field}.readable",
        "expect_column_values_to_not_be_in_set",
        {"column": f"{field}_state", "value_set": list(states)},
        Severity.CRITICAL,
        (field,),
        Message("", ""),
        is_key=True,
    )


KEYED = Contract(
    "sample", "1.0.0", "dvc", Message("", ""), "", "", 5, 0.02, True, False,
    (
        Field("code", FieldType.CODE, "", key=True),
        Field("day", FieldType.DATE, "", key=True),
        Field("updated_at", FieldType.TIMESTAMP, ""),
    ),
    (key_rule("code", "bad", "empty"), key_rule("day", "bad")), supersede_by="updated_at",
)  # fmt: skip

DAY = "05/06/2024"
Row = tuple[str, str, str]
"""Cells: code, day, updated_at; the key is code and day, of which the day may be empty."""
Place = tuple[int, int]
"""File and row."""


def winners(
    files: Sequence[Sequence[Row]], contract: Contract = KEYED
) -> tuple[set[Place], dict[Place, Place]]:
    """The rows left to judge, and for each loser the row that was kept in its place."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as con:
        delivered = []
        for number, rows in enumerate(files, start=1):
            path = Path(folder, f"{number}.txt")
            lines = ["\x1f".join((str(place), *row)) for place, row in enumerate(rows, start=1)]
            path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            names = {"code": 0, "day": 1, "updated_at": 2}
            delivered.append(TypedInput(number, (path,), len(rows), 3, names))
        create_cells(con, contract, delivered, {})
        parquet = Path(folder, "judged.parquet")
        judged = create_judged(con, contract, Month(2024, 6), AreaJoin("", (), ()), parquet)
        winners = supersede(con, contract, judged.marks, judged.rows)
        left = con.execute(f"SELECT file_no, row_number FROM {winners.rows}").fetchall()
        superseded = con.execute(f"SELECT * FROM {winners.superseded}").fetchall()
    assert winners.lost == len(superseded)
    kept = {(file, row): (kept_file, kept_row) for file, row, kept_file, kept_row in superseded}
    return set(left), kept


def test_the_latest_update_wins_wherever_it_stands() -> None:
    first = [("D1", "", "05/06/2024 10:00"), ("D1", "", "04/06/2024 10:00")]
    assert winners([first, [("D1", "", "03/06/2024")]]) == (
        {(1, 1)},
        {(1, 2): (1, 1), (2, 1): (1, 1)},
    )


def test_an_empty_update_is_older_than_any() -> None:
    assert winners([[("D1", "", "01/01/1990")], [("D1", "", "")]]) == ({(1, 1)}, {(2, 1): (1, 1)})


def test_of_equal_updates_the_later_file_wins_then_the_later_row() -> None:
    same = ("D1", "", "05/06/2024")
    assert winners([[same, same], [same, same]])[0] == {(2, 2)}
    assert winners([[same, same], []])[0] == {(1, 2)}


def test_without_a_column_that_decides_the_later_file_wins_then_the_later_row() -> None:
    undecided = replace(KEYED, supersede_by="")
    older, newer = ("D1", "", "01/06/2024"), ("D1", "", "30/06/2024")
    assert winners([[newer, older], [older]], undecided)[0] == {(2, 1)}
    assert winners([[newer, older], []], undecided)[0] == {(1, 2)}


def test_an_empty_part_of_a_key_is_a_value_of_its_own() -> None:
    rows = [("D1", "", ""), ("D1", DAY, ""), ("D1", "", ""), ("D2", DAY, "")]
    assert winners([rows]) == ({(1, 2), (1, 3), (1, 4)}, {(1, 1): (1, 3)})


def test_rows_whose_key_cannot_be_read_take_nobodys_place_and_lose_to_nobody() -> None:
    rows = [("", DAY, "30/06/2024"), ("", DAY, "29/06/2024"), ("D1", DAY, "01/06/2024")]
    assert winners([rows]) == ({(1, 1), (1, 2), (1, 3)}, {})
    # An unreadable day is NULL like an empty one, and still no part of that key.
    assert winners([[("D1", "sai", "30/06/2024"), ("D1", "", "")]]) == ({(1, 1), (1, 2)}, {})


CELLS = st.tuples(
    st.sampled_from(["D1", "D2", ""]),
    st.sampled_from(["", DAY, "sai"]),
    st.sampled_from(["", "01/06/2024", "02/06/2024 08:00", "02/06/2024 09:00"]),
)


CASES = st.lists(st.lists(CELLS, max_size=6), min_size=1, max_size=3)


@st.composite
def side_by_side(draw: st.DrawFn) -> list[list[Row]]:
    """Four cases with keys of their own in the same files: a delivery takes as long as four."""
    files: list[list[Row]] = [[], [], []]
    for number, case in enumerate(draw(st.lists(CASES, min_size=4, max_size=4))):
        for file, rows in zip(files, case, strict=False):
            file += [(code and f"{code}-{number}", day, updated) for code, day, updated in rows]
    return files


@settings(max_examples=examples(10))
@given(side_by_side())
def test_one_winner_a_readable_key_and_every_row_is_accounted_for(files: list[list[Row]]) -> None:
    """Against the rule written out in Python."""
    best: dict[tuple[str, str], tuple[tuple[str, Place], Place]] = {}
    unreadable = set()
    for file, rows in enumerate(files, start=1):
        for row, (code, day, updated) in enumerate(rows, start=1):
            place = (file, row)
            if not code or day == "sai":
                unreadable.add(place)
                continue
            # As texts these times are in order, and the empty one is before them all.
            rank = (updated, place)
            if (code, day) not in best or rank > best[code, day][0]:
                best[code, day] = (rank, place)
    left, kept = winners(files)
    everything = {(f, r) for f, rows in enumerate(files, start=1) for r in range(1, len(rows) + 1)}
    assert left == unreadable | {place for _, place in best.values()}
    assert left | set(kept) == everything
    assert not left & set(kept)
    for loser, winner in kept.items():
        code, day, _ = files[loser[0] - 1][loser[1] - 1]
        assert winner == best[code, day][1]
