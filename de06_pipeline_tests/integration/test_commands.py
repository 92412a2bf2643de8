"""The command line: what each command says and how it ends, and that creating a home is safe to
repeat and to race.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from de06_pipeline.commands import status
from de06_pipeline.commands.tables import deliveries_by_dataset
from de06_pipeline.monthly.find_attention import Attention
from de06_pipeline.periods import Month
from de06_pipeline_tests.integration import tiny_exports
from de06_pipeline_tests.integration.home import Home, copy_of
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM
from de06_pipeline_tests.integration.whole_months import run_months

MONTH = "2024-01"
COMMANDS = (
    "init",
    "sample",
    "run",
    "status",
    "validate",
    "template",
    "why",
    "changes",
    "rebase",
    "rebuild",
    "verify",
    "compare",
    "demo",
    "ui",
)


@pytest.fixture(scope="module")
def one_month(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = copy_of(empty_home, tmp_path_factory.mktemp("one") / "home")
    home.deliver("eid_accounts", MONTH, QUANG_NAM)
    printed = home.de06("run", MONTH, "--dataset", "eid_accounts")
    assert printed.code == 0, printed.text
    return home


def test_help_names_every_command(home: Home) -> None:
    printed = home.de06("--help")
    assert printed.code == 0
    assert printed.says(*COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(home: Home, command: str) -> None:
    printed = home.de06(command, "--help")
    assert printed.code == 0
    assert printed.says("Usage", command)


def test_init_again_says_the_same_and_changes_nothing(one_month: Home) -> None:
    tables = ("figure", "delivery", "dim_area", "dim_indicator", "publication")
    before = {table: one_month.table(table) for table in tables}
    first, second = one_month.de06("init"), one_month.de06("init")
    assert first == second
    assert first.code == 0
    assert first.says(str(one_month.path), "warehouse.sqlite", "dagster")
    assert {table: one_month.table(table) for table in tables} == before


def test_init_from_several_processes_at_once_makes_one_whole_home(
    tmp_path: Path, new_home: Callable[[str], Home]
) -> None:
    """Fresh processes: forked from one that has imported everything, they passed without any lock."""
    home = Home(tmp_path / "fresh")
    command = [sys.executable, "-c", "from de06_pipeline.cli import main; main()", "init"]
    environment = {"PATH": "/usr/bin:/bin", **home.environment()}
    started = [
        subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for _ in range(3)
    ]
    ended = [(process.communicate()[0], process.returncode) for process in started]
    assert [code for _, code in ended] == [0, 0, 0], "\n".join(text for text, _ in ended)
    assert len(home.table("dim_area")) == len(new_home("other").table("dim_area")) > 10_000
    with home.instance() as instance:
        assert instance.get_runs_count() == 0


def test_status_of_an_empty_home_says_where_files_belong(home: Home) -> None:
    printed = home.de06("status")
    assert printed.code == 0
    assert printed.says(
        "Nothing has been recorded yet", str(home.landing), "Nothing needs attention"
    )


def test_status_after_a_run_shows_where_the_rows_went(one_month: Home) -> None:
    printed = one_month.de06("status")
    assert printed.code == 0
    assert printed.says(f"eid_accounts │ {MONTH} │ quang-nam │ 12 │ 12 │ 0 │ 0 │", "accepted"), (
        printed.text
    )


def test_status_of_a_month_without_deliveries_speaks_of_that_month(one_month: Home) -> None:
    printed = one_month.de06("status", "2024-02", "--dataset", "eid_accounts")
    assert printed.code == 0
    assert printed.says("Nothing has been recorded of eid_accounts 2024-02."), printed.text


def test_a_month_of_which_nothing_is_known_has_no_report(one_month: Home) -> None:
    printed = one_month.de06("report", "2030-01")
    assert printed.code == 1
    assert printed.says("Nothing is known of 2030-01"), printed.text
    assert not list(one_month.path.glob("reports/monthly/2030-01/*"))


def test_rows_add_up_in_the_table_of_several_months(empty_home: Path, tmp_path: Path) -> None:
    """One row twice: 13 read, 12 used, 1 superseded."""
    home = copy_of(empty_home, tmp_path / "home")
    records = tiny_exports.rows("dvc_dossiers", QUANG_NAM, Month.parse(MONTH), count=12)
    home.deliver("dvc_dossiers", MONTH, QUANG_NAM, [*records, records[0]])
    run_months(home.workspace(), [MONTH], ["dvc_dossiers"], [])
    table = deliveries_by_dataset(home.workspace().warehouse, [Month.parse(MONTH)])
    (row,) = zip(*(column.cells for column in table.columns), strict=True)
    assert row == ("dvc_dossiers", "1", "0", "0", "13", "12", "0", "1")
    assert table.columns[-1].header == "superseded"


def test_why_explains_a_figure_down_to_its_file(one_month: Home) -> None:
    printed = one_month.de06(
        "why", "--indicator", "eid.activation_rate", "--month", MONTH, "--area", "502"
    )
    assert printed.code == 0
    ((sha256,),) = one_month.query("SELECT sha256 FROM delivery")
    assert printed.says(
        "eid.activation_rate",
        "Tam Kỳ",
        "made of",
        "formula",
        "export.csv",
        sha256[:16],
        "revision 1",
    ), printed.text


def test_why_of_a_figure_that_is_not_there_ends_with_1(one_month: Home) -> None:
    printed = one_month.de06(
        "why", "--indicator", "eid.received", "--month", "2023-12", "--area", "502"
    )
    assert printed.code == 1
    assert printed.says("There is no figure of eid.received for 502 in 2023-12")


def test_a_run_of_a_month_without_files_says_where_they_belong(home: Home) -> None:
    printed = home.de06("run", "2024-02", "--dataset", "eid_accounts")
    assert printed.code == 1
    assert printed.says("2024-02: nothing has been delivered", "<dataset>/2024-02/<supplier>/")


def test_a_warehouse_that_was_never_created_is_said_with_its_remedy(tmp_path: Path) -> None:
    printed = Home(tmp_path / "nowhere").de06("status")
    assert printed.code == 2
    assert printed.says("de06 init")
    assert "Traceback" not in printed.text


@pytest.mark.parametrize(
    "arguments",
    [("status",), ("verify",), ("changes", MONTH), ("report", MONTH), ("export", MONTH)],
    ids=lambda arguments: arguments[0],
)
def test_a_slip_in_the_place_of_the_home_makes_no_home(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    home = Home(tmp_path / "slip")
    printed = home.de06(*arguments)
    assert printed.code == 2
    assert printed.says("de06 init"), printed.text
    assert not any(home.path.rglob("*"))


def test_square_brackets_in_a_name_or_a_remedy_are_printed(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    point = Attention("eid", MONTH, "", "figures [1] to look at", "see x[product=Căn cước]")
    monkeypatch.setattr(status, "attention", lambda _workspace: [point])
    assert home.de06("status").says("figures [1] to look at", "see x[product=Căn cước]")
    printed = home.de06("status", DE06_LANDING=str(home.path / "[red]landing"))
    assert printed.says("[red]landing/<dataset>"), printed.text


def test_a_file_in_no_place_of_a_delivery_is_named_by_status(home: Home) -> None:
    path = home.landing / "eid_accounts" / "2024-1" / QUANG_NAM / "x.csv"
    path.parent.mkdir(parents=True)
    path.write_text("x", encoding="utf-8")
    for arguments in ((), ("2024-06",)):
        printed = home.de06("status", *arguments, COLUMNS="200")
        assert printed.says(
            "eid_accounts/2024-1/", "1 file in no place", "eid_accounts/2024-01/quang-nam/"
        )
