"""A contract that changes in the middle of a year: each month keeps the rules it was delivered
under, and figures go across.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from de06_pipeline.settings import REPOSITORY
from de06_pipeline_tests.integration.home import Home, copy_of
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM
from de06_pipeline_tests.integration.whole_months import finish_months

JANUARY, FEBRUARY = "2024-01", "2024-02"

# From February a new column says where the dossier was received, and level 1 is no longer issued.
NEW_FIELD = """      - name: desk
        businessName: Quầy tiếp nhận
        description: The desk that received the dossier.
        logicalType: string
        physicalType: text
        classification: public
        customProperties: [{property: absentColumn, value: {means: unknown}}]
      - name: level
"""
NEW_RULE = """      - name: eid_accounts.level.withdrawn
        type: custom
        engine: greatExpectations
        severity: error
        description: Level 1 is no longer issued. Write 2.
        implementation: {type: expect_column_values_to_not_be_in_set, kwargs: {column: level, value_set: [1]}}
        customProperties:
          - {property: messageVi, value: Mức 1 không còn được cấp. Ghi 2.}
          - {property: fields, value: [level]}
"""
NEW_INDICATOR = """
  - code: eid.received_at_desk
    name_vi: Hồ sơ tiếp nhận tại quầy
    name_en: Received at a desk
    unit: dossier
    kind: count
    cells: accounts
    count: is_received and desk is not null
    windows: [month, ytd]
"""


def _contracts(tmp_path: Path) -> Path:
    folder = tmp_path / "data_contracts"
    shutil.copytree(REPOSITORY / "data_contracts", folder)
    first = folder / "sources" / "eid_accounts.odcs.yaml"
    text = first.read_text(encoding="utf-8")
    version = next(line for line in text.splitlines() if line.startswith("version:"))
    text = text.replace(version, "version: 2.0.0", 1)
    text = text.replace(
        "\ncustomProperties:\n",
        "\ncustomProperties:\n  - {property: validFrom, value: 2024-02}\n",
        1,
    )
    text = text.replace("      - name: level\n", NEW_FIELD, 1)
    text = text.rstrip("\n") + "\n" + NEW_RULE
    (folder / "sources" / f"eid_accounts@{FEBRUARY}.odcs.yaml").write_text(text, encoding="utf-8")
    registry = folder / "indicators" / "eid.yaml"
    before, marker, after = registry.read_text(encoding="utf-8").partition("\nidentities:")
    registry.write_text(before.rstrip("\n") + NEW_INDICATOR + marker + after, encoding="utf-8")
    return folder


def _row(code: str, month: str, level: str, **more: str) -> dict[str, str]:
    day = f"05/{month[5:]}/{month[:4]}"
    common = {
        "citizen_id": "049099000001",
        "birth_date": "01/02/1999",
        "status": "Đang xử lý",
        "province": "Quảng Nam",
        "district": "Tam Kỳ",
    }
    return {
        "application_id": code,
        "level": level,
        "received_on": day,
        "created_on": "",
        "activated_on": "",
        **common,
        **more,
    }


def _csv(rows: list[dict[str, str]]) -> str:
    """Rows under canonical headers, the new column among them where a row has it."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return (
        "\n".join(
            [",".join(names), *(",".join(row.get(name, "") for name in names) for row in rows)]
        )
        + "\n"
    )


def _home(empty_home: Path, tmp_path: Path) -> Home:
    home = copy_of(empty_home, tmp_path / "home", _contracts(tmp_path))
    home.put(
        "eid_accounts",
        JANUARY,
        QUANG_NAM,
        _csv([_row("A1", JANUARY, "1"), _row("A2", JANUARY, "2")]),
    )
    rows = [
        _row("B1", FEBRUARY, "1", desk="Q1"),
        _row("B2", FEBRUARY, "2", desk="Q1"),
        *(_row(f"B{n}", FEBRUARY, "2", desk="") for n in range(3, 90)),
    ]
    home.put("eid_accounts", FEBRUARY, QUANG_NAM, _csv(rows))
    return home


def test_each_month_is_checked_by_the_version_in_force_in_it(
    empty_home: Path, tmp_path: Path
) -> None:
    home = _home(empty_home, tmp_path)
    finish_months(home.workspace(), [JANUARY, FEBRUARY], ["eid_accounts"])
    old = home.query(
        "SELECT contract_version, rows_accepted, rows_quarantined FROM delivery WHERE month = ?",
        f"{JANUARY}-01",
    )
    new = home.query(
        "SELECT contract_version, rows_accepted, rows_quarantined FROM delivery WHERE month = ?",
        f"{FEBRUARY}-01",
    )
    assert (old[0][1:], new) == ((2, 0), [("2.0.0", 88, 1)])
    assert old[0][0] != "2.0.0"
    assert home.query("SELECT DISTINCT rule_id FROM quarantine") == [
        ("eid_accounts.level.withdrawn",)
    ]

    # A field that only the new version has is empty before, and the year goes across both.
    assert home.figures("eid.received", FEBRUARY, "ytd")["502"] == (90, None)
    assert home.figures("eid.received_at_desk", JANUARY)["502"] == (0, None)
    assert home.figures("eid.received_at_desk", FEBRUARY, "ytd")["502"] == (1, None)

    # The old month run again under its old rules gives its old figures, and the new contract makes
    # it no staler.
    before = home.table("indicator_history")
    finish_months(home.workspace(), [JANUARY], ["eid_accounts"], "again")
    assert home.table("indicator_history") == before
    assert not home.de06("status").says("stale")


def test_validate_takes_the_version_of_the_month(empty_home: Path, tmp_path: Path) -> None:
    home = _home(empty_home, tmp_path)
    file = str(home.landing / "eid_accounts" / JANUARY / QUANG_NAM / "export.csv")
    arguments = ["validate", file, "--dataset", "eid_accounts", "--supplier", QUANG_NAM, "--month"]
    assert home.de06(*arguments, JANUARY).code == 0
    assert home.de06(*arguments, FEBRUARY).code == 1
