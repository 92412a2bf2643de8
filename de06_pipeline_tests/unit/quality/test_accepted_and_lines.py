"""Accepted rows and quarantine lines, written and read back."""

from __future__ import annotations

import dataclasses
import json

import duckdb
import pytest

from de06_pipeline.contracts.model import (
    Classification,
    Contract,
    EnumValue,
    Field,
    FieldType,
    Message,
    Rule,
    Severity,
)
from de06_pipeline.duck.connection import DuckSettings, memory_database
from de06_pipeline.duck.relations import Relation
from de06_pipeline.errors import AccountingError, ContractError
from de06_pipeline.ingest.inputs import BROKEN
from de06_pipeline.ingest.judged import JUDGED
from de06_pipeline.quality.accepted import gather_accepted, select_accepted
from de06_pipeline.quality.accepted import write_accepted as write_selected
from de06_pipeline.quality.accepted_long import ROWS_TOGETHER
from de06_pipeline.quality.judge import VIOLATION
from de06_pipeline.quality.lines import (
    QUARANTINE,
    NumberedFile,
    Unlisted,
    count_lines,
    create_files,
    write_lines,
)
from de06_pipeline_tests.unit.quality_kit import lines_of

LINE = Relation("line", QUARANTINE.columns)

NOTHING = Message("", "")


def rule(topic: str, *fields: str) -> Rule:
    return Rule(
        f"sample.{topic}",
        "expect_column_values_to_be_null",
        {"column": fields[0]},
        Severity.CRITICAL,
        fields,
        NOTHING,
    )


FIELDS = (
    Field("code", FieldType.CODE, "Code of the dossier.", strip_suffix=r"\.H\d\d"),
    Field("province", FieldType.PROVINCE, "Province."),
    Field(
        "channel",
        FieldType.ENUM,
        "Channel.",
        enum=(EnumValue(1, "Trực tiếp"), EnumValue(2, "Trực tuyến")),
    ),
    Field("fee_vnd", FieldType.DECIMAL, "Fee.", unit="đồng"),
    Field("received_at", FieldType.TIMESTAMP, "When it was taken."),
    Field("applicant", FieldType.TEXT, "Name.", classification=Classification.PII),
    Field("note", FieldType.TEXT, "Note.", stored=False),
    Field("days", FieldType.INTEGER, "Days taken.", derived=True),
)
RULES = (
    rule("code.shape", "code"),
    rule("province.area", "province"),
    rule("dates.order", "received_at", "code"),
    rule("name.form", "applicant"),
)
CONTRACT = Contract(
    "sample",
    "1.2.0",
    "dvc",
    NOTHING,
    "",
    "",
    5,
    0.02,
    False,
    False,
    FIELDS,
    RULES,
    path="sample.odcs.yaml",
)


@pytest.fixture
def con():
    with duckdb.connect() as connection:
        connection.execute("""
            CREATE TABLE judged AS FROM (VALUES
              (2::SMALLINT, 2::BIGINT, 'H57-240101-0002', NULL, '.H22', 7::INTEGER, 'Quảng Nam', 1::SMALLINT, 12500.5::DECIMAL(18,4),
               TIMESTAMP '2024-06-01 08:00:00', NULL, 'Nguyễn Văn A', 'ghi chú', 3::INTEGER),
              (1, 5, NULL, '0912345678', NULL, 7, 'Huyện Núi Thành', 2, 0, TIMESTAMP '2024-06-02', NULL, 'Trần B', NULL, 4),
              (1, 2, '1.004222', NULL, NULL, NULL, '80', 2, NULL, NULL, '31/02/2024', 'Lê C', NULL, NULL))
            AS t(file_no, row_number, code, code_raw, code_suffix, province_id, province_text, channel, fee_vnd,
                 received_at, received_at_raw, applicant, note, days)""")
        connection.execute(
            "CREATE TABLE violation (file_no SMALLINT, row_number BIGINT, rule_id VARCHAR)"
        )
        connection.execute(
            "CREATE TABLE broken (file_no SMALLINT, row_number BIGINT, reason VARCHAR, shape VARCHAR)"
        )
        yield connection


def break_rules(con, *violations):
    con.executemany("INSERT INTO violation VALUES (?, ?, ?)", violations)


def write_accepted(con, contract, table, path):
    return write_selected(
        con,
        select_accepted(con, contract, table),
        "(file_no, row_number) NOT IN (SELECT (file_no, row_number) FROM violation)",
        path,
    )


def write_quarantine(con, contract, file_names, path, broken=BROKEN):
    create_files(con, [NumberedFile(number, 4, name) for number, name in file_names.items()])
    lines_of(con, contract, LINE, VIOLATION, JUDGED, broken)
    return write_lines(con, LINE, 4, path)


def rows(con, path):
    return con.execute("FROM read_parquet(?)", [str(path)]).fetchall()


def columns(con, path):
    return [
        (name, kind)
        for name, kind, *_ in con.execute("DESCRIBE FROM read_parquet(?)", [str(path)]).fetchall()
    ]


def test_accepted_rows_are_the_stored_fields_in_file_order(con, tmp_path):
    break_rules(con, (1, 5, "sample.code.shape"), (1, 5, "sample.province.area"))
    assert write_accepted(con, CONTRACT, JUDGED, tmp_path / "rows.parquet") == 2
    assert [row[:6] for row in rows(con, tmp_path / "rows.parquet")] == [
        (1, 2, "1.004222", None, None, 2),
        (2, 2, "H57-240101-0002", ".H22", 7, 1),
    ]
    assert columns(con, tmp_path / "rows.parquet") == [
        ("file_no", "SMALLINT"),
        ("row_number", "BIGINT"),
        ("code", "VARCHAR"),
        ("code_suffix", "VARCHAR"),
        ("province_id", "INTEGER"),
        ("channel", "SMALLINT"),
        ("fee_vnd", "DECIMAL(18,4)"),
        ("received_at", "TIMESTAMP"),
        ("days", "BIGINT"),  # INTEGER in the table: the contract's type decides
    ]


def test_no_personal_value_is_in_the_accepted_file(con, tmp_path):
    write_accepted(con, CONTRACT, JUDGED, tmp_path / "rows.parquet")
    content = (tmp_path / "rows.parquet").read_bytes()
    assert "Nguyễn".encode() not in content
    assert b"applicant" not in content


def test_the_file_describes_itself(con, tmp_path):
    write_accepted(con, CONTRACT, JUDGED, tmp_path / "rows.parquet")
    [(text,)] = con.execute(
        f"SELECT decode(value) FROM parquet_kv_metadata('{tmp_path / 'rows.parquet'}') WHERE decode(key) = 'de06'"
    ).fetchall()
    metadata = json.loads(text)
    assert (metadata["dataset"], metadata["contract_version"]) == ("sample", "1.2.0")
    assert [column["name"] for column in metadata["columns"]] == [
        name for name, *_ in con.execute(f"DESCRIBE FROM '{tmp_path / 'rows.parquet'}'").fetchall()
    ]
    fee = next(column for column in metadata["columns"] if column["name"] == "fee_vnd")
    assert (fee["type"], fee["unit"], fee["description"]) == ("DECIMAL(18,4)", "đồng", "Fee.")


def test_the_same_rows_give_the_same_bytes(tmp_path):
    """Whatever the order they lie in, and however many threads write them; over several row groups."""
    contents = []
    for order, threads in (("i", 1), ("hash(i)", 2), ("i DESC", 4)):
        with duckdb.connect(config={"threads": threads}) as con:
            con.execute(f"""CREATE TABLE judged AS SELECT (i % 3)::SMALLINT AS file_no, i AS row_number, 'H' || hash(i) % 9999 AS code
                FROM range(300_000) AS t(i) ORDER BY {order}""")
            con.execute(
                "CREATE TABLE violation AS SELECT file_no, row_number, 'r' AS rule_id FROM judged WHERE row_number % 100 = 0"
            )
            path = tmp_path / f"{threads}.parquet"
            contract = dataclasses.replace(CONTRACT, fields=(Field("code", FieldType.CODE, ""),))
            assert write_accepted(con, contract, JUDGED, path) == 297_000
            contents.append(path.read_bytes())
    assert contents[0] == contents[1] == contents[2]


def test_rows_of_some_deliveries_have_the_same_bytes_from_their_own_table(tmp_path):
    """Up to a whole row group, whatever lies between them, with a column that has to be cast."""
    contract = dataclasses.replace(
        CONTRACT,
        fields=(
            Field("code", FieldType.CODE, ""),
            Field("fee_vnd", FieldType.DECIMAL, "Fee.", unit="đồng"),
        ),
    )
    rows_of = {1: ROWS_TOGETHER, 2: 5_000, 3: 12, 4: 70_000}
    with memory_database(DuckSettings(threads=2)) as con:
        con.execute(f"""CREATE TABLE judged AS
            SELECT delivery_no::SMALLINT AS delivery_no, (10 * delivery_no + i % 2)::SMALLINT AS file_no, i AS row_number,
              'H' || hash(i) % 9999 AS code, i::DECIMAL(9, 2) / 7 AS fee_vnd, i % 100 = 99 AS is_broken
            FROM (SELECT * FROM (VALUES {", ".join(map(str, rows_of.items()))}) AS d(delivery_no, rows)),
              range(rows + rows // 99) AS t(i)
            ORDER BY hash(i // 1000, delivery_no), i""")
        accepted = select_accepted(con, contract, JUDGED)
        kept = "NOT is_broken"
        direct = {}
        for number, rows in rows_of.items():
            path = tmp_path / f"direct-{number}"
            own = f"delivery_no = {number} AND {kept}"
            assert write_selected(con, accepted, own, path, 10 * number - 1) == rows
            direct[number] = path.read_bytes()
        together = gather_accepted(con, accepted, kept, [1, 2, 4])
        con.execute("SET threads = 1")
        for number in (4, 1, 2):
            path = tmp_path / f"together-{number}"
            write_selected(con, together, f"delivery_no = {number}", path, 10 * number - 1)
            assert path.read_bytes() == direct[number]
        assert write_selected(con, together, "delivery_no = 3", tmp_path / "none") == 0


def test_a_missing_column_is_the_contracts_fault(con, tmp_path):
    contract = dataclasses.replace(
        CONTRACT, fields=(*FIELDS, Field("closed_on", FieldType.DATE, "", derived=True))
    )
    with pytest.raises(ContractError, match="lack closed_on"):
        write_accepted(con, contract, JUDGED, tmp_path / "rows.parquet")


def test_a_value_that_does_not_fit_its_type_is_the_contracts_fault_and_is_not_quoted(con, tmp_path):
    """'1.004222' would become 1 and 'H57-…' nothing: neither may happen in silence."""
    contract = dataclasses.replace(CONTRACT, fields=(Field("code", FieldType.INTEGER, ""),))
    with pytest.raises(
        ContractError, match=r"sample\.odcs\.yaml: code has 2 values that do not fit BIGINT"
    ) as failure:
        write_accepted(con, contract, JUDGED, tmp_path / "rows.parquet")
    assert "H57" not in str(failure.value)


def test_a_quotient_is_rounded_to_the_decimals_of_its_type(con, tmp_path):
    con.execute("ALTER TABLE judged ADD COLUMN share DOUBLE DEFAULT (1 / 3)")
    contract = dataclasses.replace(
        CONTRACT, fields=(Field("share", FieldType.DECIMAL, "", derived=True),)
    )
    write_accepted(con, contract, JUDGED, tmp_path / "rows.parquet")
    assert {str(row[2]) for row in rows(con, tmp_path / "rows.parquet")} == {"0.3333"}


QUARANTINE_COLUMNS = [
    "file_name",
    "row_number",
    "field",
    "rule_id",
    "masked_value",
    "suggestion",
    "suggestion_en",
]


def test_one_quarantine_line_for_each_broken_rule(con, tmp_path):
    break_rules(
        con,
        (1, 5, "sample.province.area"),
        (1, 5, "sample.code.shape"),
        (1, 2, "sample.dates.order"),
        (2, 2, "sample.dates.order"),
        (2, 2, "sample.name.form"),
    )
    con.execute("INSERT INTO broken VALUES (1, 9, 'fields', '9×3;A×4')")
    assert write_quarantine(con, CONTRACT, {1: "b.csv", 2: "a.csv"}, tmp_path / "q.parquet") == 6
    assert [name for name, _ in columns(con, tmp_path / "q.parquet")] == QUARANTINE_COLUMNS
    assert rows(con, tmp_path / "q.parquet") == [
        (
            "a.csv",
            2,
            "received_at,code",
            "sample.dates.order",
            "2024-06-01 08:00:00, H57-240101-0002",
            "",
            "",
        ),
        ("a.csv", 2, "applicant", "sample.name.form", "A×6 A×3 A×1", "", ""),
        ("b.csv", 2, "received_at,code", "sample.dates.order", "31/02/2024, 1.004222", "", ""),
        ("b.csv", 5, "code", "sample.code.shape", "9×10", "", ""),
        ("b.csv", 5, "province", "sample.province.area", "A×5 A×3 A×5", "", ""),
        ("b.csv", 9, "", "sample.record.broken", "fields: 9×3;A×4", "", ""),
    ]


def test_lines_about_areas_carry_the_hint_of_their_row(con, tmp_path):
    con.execute(
        "ALTER TABLE judged ADD COLUMN area_suggestion_vi VARCHAR DEFAULT 'Gần nhất: Huyện Quế Sơn (509).'"
    )
    con.execute(
        "ALTER TABLE judged ADD COLUMN area_suggestion_en VARCHAR DEFAULT 'Is Huyện Quế Sơn (509) meant?'"
    )
    break_rules(con, (1, 5, "sample.province.area"), (1, 5, "sample.code.shape"))
    write_quarantine(con, CONTRACT, {1: "b.csv", 2: "a.csv"}, tmp_path / "q.parquet", broken=None)
    suggestions = {row[3]: row[5:] for row in rows(con, tmp_path / "q.parquet")}
    assert suggestions == {
        "sample.province.area": ("Gần nhất: Huyện Quế Sơn (509).", "Is Huyện Quế Sơn (509) meant?"),
        "sample.code.shape": ("", ""),
    }


def test_each_delivery_gets_its_own_lines(con, tmp_path):
    break_rules(con, (1, 5, "sample.code.shape"), (2, 2, "sample.name.form"))
    con.execute("INSERT INTO broken VALUES (2, 9, 'fields', '9×3')")
    create_files(con, [NumberedFile(1, 1, "x.csv"), NumberedFile(2, 2, "x.csv")])
    assert lines_of(con, CONTRACT, LINE, VIOLATION, JUDGED, BROKEN) == ()
    assert count_lines(con, LINE) == {1: 1, 2: 2}
    written = [write_lines(con, LINE, number, tmp_path / f"{number}") for number in (1, 2, 3)]
    assert written == [1, 2, 0]
    assert [row[:4] for row in rows(con, tmp_path / "2")] == [
        ("x.csv", 2, "applicant", "sample.name.form"),
        ("x.csv", 9, "", "sample.record.broken"),
    ]


def test_the_first_rows_of_each_rule_and_delivery_are_listed_and_the_others_counted(con, tmp_path):
    """By the names of the files, not their numbers; broken records by their reason."""
    con.execute("""INSERT INTO judged
        SELECT file_no, i, judged.* EXCLUDE (file_no, row_number) FROM judged, range(100, 104) AS t(i)
        WHERE (file_no, row_number) IN ((1, 2), (2, 2))""")
    con.execute(
        "INSERT INTO judged SELECT 3, * EXCLUDE (file_no) FROM judged WHERE file_no = 1 AND row_number = 100"
    )
    con.execute(
        "INSERT INTO violation SELECT file_no, row_number, 'sample.code.shape' FROM judged WHERE row_number >= 100"
    )
    break_rules(con, (1, 100, "sample.name.form"), (2, 100, "sample.name.form"))
    con.execute(
        "INSERT INTO broken SELECT 1, 200 + i, if(i < 3, 'quote', 'field_count'), '9' FROM range(4) AS t(i)"
    )
    create_files(
        con,
        [NumberedFile(1, 1, "b.csv"), NumberedFile(2, 1, "a.csv"), NumberedFile(3, 2, "a.csv")],
    )
    unlisted = lines_of(con, CONTRACT, LINE, VIOLATION, JUDGED, BROKEN, most=2)
    assert unlisted == (
        Unlisted(1, "sample.code.shape", "", 4),
        Unlisted(2, "sample.code.shape", "", 2),
        Unlisted(1, "sample.record.broken", "quote", 1),
    )
    write_lines(con, LINE, 1, tmp_path / "1")
    assert [(*row[:2], row[3]) for row in rows(con, tmp_path / "1")] == [
        ("a.csv", 100, "sample.code.shape"),
        ("a.csv", 100, "sample.name.form"),
        ("a.csv", 101, "sample.code.shape"),
        ("b.csv", 100, "sample.name.form"),
        ("b.csv", 200, "sample.record.broken"),
        ("b.csv", 201, "sample.record.broken"),
        ("b.csv", 203, "sample.record.broken"),
    ]
    assert count_lines(con, LINE) == {1: 7, 2: 1}


def test_the_files_of_a_delivery_are_numbered_from_one(con, tmp_path):
    """Among other deliveries its files have other numbers; in its rows they must not show."""
    alone, among_others = tmp_path / "alone", tmp_path / "among"
    write_accepted(con, CONTRACT, JUDGED, alone)
    con.execute("UPDATE judged SET file_no = file_no + 7")
    write_selected(con, select_accepted(con, CONTRACT, JUDGED), "true", among_others, 7)
    assert among_others.read_bytes() == alone.read_bytes()


def test_nothing_to_quarantine(con, tmp_path):
    assert write_quarantine(con, CONTRACT, {1: "b.csv"}, tmp_path / "q.parquet") == 0
    assert [name for name, _ in columns(con, tmp_path / "q.parquet")] == QUARANTINE_COLUMNS


@pytest.mark.parametrize(
    ("violation", "said"),
    [
        ((1, 77, "sample.code.shape"), "1 rows and rules to quarantine, but 0"),
        ((3, 5, "sample.code.shape"), "1 rows and rules to quarantine, but 0"),
        ((1, 5, "sample.unheard.of"), r"not in the contract: sample\.unheard\.of"),
    ],
)
def test_a_violation_without_row_or_rule_is_an_accounting_error(con, tmp_path, violation, said):
    break_rules(con, violation)
    with pytest.raises(AccountingError, match=said):
        write_quarantine(con, CONTRACT, {1: "b.csv", 2: "a.csv"}, tmp_path / "q.parquet")


def test_a_violation_without_a_file_is_found_beside_rules_that_are_cut_short(con):
    break_rules(con, (1, 2, "sample.code.shape"), (1, 5, "sample.code.shape"))
    break_rules(con, (3, 5, "sample.code.shape"))
    create_files(con, [NumberedFile(1, 1, "b.csv")])
    with pytest.raises(AccountingError, match="2 rows and rules to quarantine, but 1"):
        lines_of(con, CONTRACT, LINE, VIOLATION, JUDGED, most=1)
