"""``de06 validate`` on a supplier's computer: any folder, any file name, nothing set up, nothing
left behind but the report.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
import sys
import tempfile
from pathlib import Path

import pytest

from de06_pipeline import cli
from de06_pipeline.commands.file_check import Subject, said_by_path
from de06_pipeline.periods import Month
from de06_pipeline_tests.integration.home import Home
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM, csv_text, rows
from de06_pipeline_tests.integration.whole_months import run_months

DATASET, MONTH = "eid_accounts", "2024-01"
ABOUT = ("--dataset", DATASET, "--month", MONTH, "--supplier", QUANG_NAM)


def _clean() -> str:
    return csv_text(DATASET, rows(DATASET, QUANG_NAM, Month.parse(MONTH)))


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("vung/eid_accounts/2024-01/quang-nam/a.csv", Subject(DATASET, MONTH, QUANG_NAM)),
        ("vung/eid_accounts/2024-01/quang-nam/v2/a.csv", Subject(DATASET, MONTH, QUANG_NAM)),
        ("vung/eid_accounts/2024-01/a.csv", Subject(DATASET, MONTH, "all")),
        ("vung/eid_accounts/2024-01/v2/a.csv", Subject(DATASET, MONTH, "all")),
        ("vung/eid_accounts/2024-13/quang-nam/a.csv", Subject("", "", "")),
        ("vung/a.csv", Subject("", "", "")),
    ],
)
def test_the_folders_of_a_file_say_what_it_is(tmp_path: Path, path: str, said: Subject) -> None:
    assert said_by_path(tmp_path / path, [DATASET]) == said


def test_a_computer_with_nothing_set_up_gets_an_answer_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names with spaces, Vietnamese letters and an apostrophe, the temporary folder's too."""
    temporary = tmp_path / "Người dùng d'Artagnan" / "Temp"
    temporary.mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    path = tmp_path / "Báo cáo của 'Phòng 1'" / "Tài khoản tháng 1 (đã sửa).csv"
    path.parent.mkdir()
    path.write_text(_clean(), encoding="utf-8")
    home = Home(tmp_path / "nowhere")
    printed = home.de06("validate", str(path), *ABOUT)
    assert printed.code == 0, printed.text
    assert printed.says("GỬI ĐƯỢC", "đã đọc 12 = chấp nhận 12")
    report = path.parent / "ket-qua-kiem-tra"
    assert sorted(p.name for p in report.iterdir()) == [f"{path.stem}.csv", f"{path.stem}.html"]
    assert str(report / f"{path.stem}.html") in printed.text
    assert not home.path.exists(), "no home, no warehouse, no Dagster instance"
    assert list(temporary.iterdir()) == []


def test_a_file_in_the_landing_zone_needs_no_options_and_gets_no_report_beside_it(
    home: Home,
) -> None:
    path = home.put(DATASET, MONTH, QUANG_NAM, _clean(), "v2/a.csv")
    before = sorted(p for p in home.landing.rglob("*") if p.is_file())
    printed = home.de06("validate", str(path), "--lang", "en")
    assert printed.code == 0, printed.text
    assert printed.says(
        "READY TO SEND", "supplier: Quảng Nam", str(home.path / "reports" / "validate" / "a.html")
    )
    refused = home.de06("validate", str(path), "--report", str(path.parent), "--lang", "en")
    assert refused.code == 2
    assert refused.says("must not be written", "--report")
    assert sorted(p for p in home.landing.rglob("*") if p.is_file()) == before


@pytest.mark.parametrize("out", ["kq.html", "kq.csv", "kq.htm"])
def test_the_report_goes_where_it_is_asked_for(home: Home, tmp_path: Path, out: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(_clean(), encoding="utf-8")
    assert (
        home.de06("validate", str(path), *ABOUT, "--out", str(tmp_path / "bao cao" / out)).code == 0
    )
    assert (tmp_path / "bao cao" / "kq.csv").read_bytes().startswith(b"\xef\xbb\xbffile,row")
    page = next((tmp_path / "bao cao").glob("kq.htm*"))
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_report_never_takes_the_place_of_the_file_it_is_about(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(_clean(), encoding="utf-8")
    printed = home.de06("validate", str(path), *ABOUT, "--report", str(tmp_path / "a.html"))
    assert printed.code == 2
    assert path.read_text(encoding="utf-8") == _clean()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--month", MONTH), ("Thiếu --dataset", "eid_accounts (Tài khoản định danh điện tử)")),
        (("--dataset", DATASET), ("Thiếu --month", "YYYY-MM")),
    ],
)
def test_what_the_folders_do_not_say_is_asked_for_in_words(
    home: Home, tmp_path: Path, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(_clean(), encoding="utf-8")
    printed = home.de06("validate", str(path), *arguments)
    assert printed.code == 2
    assert printed.says(*words), printed.text
    missing = str(tmp_path / "b.csv")
    vietnamese = home.de06("validate", missing, *ABOUT)
    assert vietnamese.says("Không có tệp")
    assert "There is no" not in vietnamese.text
    english = home.de06("validate", missing, *ABOUT, "--lang", "en")
    assert english.says("There is no file")
    assert "Không có" not in english.text


@pytest.mark.parametrize(
    ("about", "vi", "en"),
    [
        (("tai_khoan", MONTH, QUANG_NAM), "không phải bộ dữ liệu", "is not a dataset"),
        ((DATASET, "01/2024", QUANG_NAM), "Có phải 2024-01?", "Do you mean 2024-01?"),
        ((DATASET, MONTH, "quangnam"), "Có phải “quang-nam”?", "Do you mean 'quang-nam'?"),
    ],
)
def test_what_is_wrong_with_the_question_is_said_in_the_language_asked_for(
    home: Home, tmp_path: Path, about: tuple[str, str, str], vi: str, en: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(_clean(), encoding="utf-8")
    options = ("--dataset", about[0], "--month", about[1], "--supplier", about[2])
    for lang, said, other in (("vi", vi, en), ("en", en, vi)):
        printed = home.de06("validate", str(path), *options, "--lang", lang)
        assert printed.code == 2
        assert printed.says(said), printed.text
        assert other not in printed.text


def test_without_a_file_everything_is_asked_for_and_a_wrong_answer_asked_again(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "tháng 1.csv"
    path.write_text(_clean(), encoding="utf-8")
    datasets = sorted(home.workspace().contracts)
    answers = [
        *("khong-co.csv", f"'{path}'"),
        *("99", str(datasets.index(DATASET) + 1)),
        *("1/2024", MONTH),
        *("quang nma", QUANG_NAM),
    ]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(answers) + "\n"))
    printed = home.de06("validate")
    assert printed.code == 0, printed.text
    assert printed.says(
        "Tệp cần kiểm tra", "Không có tệp", "“99” không phải bộ dữ liệu", "Có phải 2024-01?"
    ), printed.text
    assert printed.says("Có phải “quang-nam”?", "GỬI ĐƯỢC")


def test_own_wrong_values_are_shown_as_written_and_personal_ones_are_not(
    home: Home, tmp_path: Path
) -> None:
    records = rows(DATASET, QUANG_NAM, Month.parse(MONTH))
    records[0]["province"] = "Quảng Nma"
    day = next(name for name in records[1] if name.endswith(("_on", "_at")) and records[1][name])
    records[1][day] = "31/12/2099"
    content = csv_text(DATASET, records)
    path = tmp_path / "a.csv"
    path.write_text(content, encoding="utf-8")
    printed = home.de06("validate", str(path), *ABOUT)
    assert printed.says("[Quảng Nma", "31/12/2099"), printed.text
    assert "Quảng Nma" in (tmp_path / "ket-qua-kiem-tra" / "a.html").read_text(encoding="utf-8")
    arrived = home.put(DATASET, MONTH, QUANG_NAM, content)
    assert "Quảng Nma" not in home.de06("validate", str(arrived)).text


def test_a_console_that_knows_no_vietnamese_does_not_end_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(_clean(), encoding="utf-8")
    # As Python opens them on such a console.
    out = io.TextIOWrapper(io.BytesIO(), "ascii", "strict", write_through=True)
    err = io.TextIOWrapper(io.BytesIO(), "ascii", "backslashreplace", write_through=True)
    monkeypatch.setattr(sys, "argv", ["de06", "validate", str(path), *ABOUT])
    with (
        Home(tmp_path / "nowhere").active(),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        cli.main()
    said = out.buffer.getvalue(), err.buffer.getvalue()  # type: ignore[attr-defined]
    assert not ended.value.code, said
    assert b"Traceback" not in said[1]


def _dossiers(
    path: Path, month: str, *, online: bool = True, few_online: int = 0, header: str = ""
) -> Path:
    """Thirty dossiers, half of them online, or none or a few."""
    records = rows("dvc_dossiers", QUANG_NAM, Month.parse(month), 30)
    chosen = [row if online else row | {"channel": "1"} for row in records]
    chosen[:few_online] = [row | {"channel": "2"} for row in records[:few_online]]
    text = csv_text("dvc_dossiers", chosen)
    if header:
        text = text.replace("Kênh thực hiện", header)
    path.write_text(text, encoding="utf-8")
    return path


def test_what_would_be_published_is_shown_beside_the_last_month(home: Home, tmp_path: Path) -> None:
    """A clerk sees 0 % online before the file is sent."""
    workspace = home.workspace()
    months = ["2024-03", "2024-04", "2024-05"]
    for month in months:
        content = _dossiers(tmp_path / f"{month}.csv", month).read_text(encoding="utf-8")
        home.put("dvc_dossiers", month, QUANG_NAM, content)
    run_months(workspace, months, ["dvc_dossiers"], ["dvc"])
    about = ("--dataset", "dvc_dossiers", "--month", "2024-06", "--supplier", QUANG_NAM)
    said = {}
    for name, file in {
        "same": _dossiers(tmp_path / "same.csv", "2024-06"),
        "none": _dossiers(tmp_path / "none.csv", "2024-06", online=False),
        "few": _dossiers(tmp_path / "few.csv", "2024-06", online=False, few_online=3),
        "renamed": _dossiers(tmp_path / "renamed.csv", "2024-06", header="Hình thức nộp hồ sơ"),
    }.items():
        said[name] = home.de06("validate", str(file), *about, "--lang", "en", COLUMNS="240")
        assert said[name].code == 0, said[name].text
    assert said["same"].says("would publish for 2024-06 (in brackets: 2024-05)", "Tam Kỳ")
    assert said["same"].says("30 (30)", "50.0 % (50.0 %)")
    assert not said["same"].says("Online submission rate is")
    assert said["none"].says("0.0 % (50.0 %)")
    assert said["none"].says(
        "Warning: Tỉnh Quảng Nam: Online submission rate is 0 % (last month 50.0 %)"
    )
    assert said["few"].says(
        "Tỉnh Quảng Nam: Online submission rate is 10.0 %, outside 30.0-70.0 % of the months before"
    )
    assert said["renamed"].says("– (50.0 %)", "is it “Kênh thực hiện” (channel)?")
    assert not said["renamed"].says("Nothing is wrong")


def test_what_only_follows_from_another_finding_of_the_row_is_not_told(tmp_path: Path) -> None:
    """An unknown province leaves its district nowhere, a missing one makes it unknown: one finding
    each, and no warning is counted that nobody can see.
    """
    records = rows(DATASET, QUANG_NAM, Month.parse(MONTH))
    records[1] |= {"province": "Tỉnh nào đó"}
    records[2] |= {"province": ""}
    path = tmp_path / "a.csv"
    path.write_text(csv_text(DATASET, records), encoding="utf-8")
    assert Home(tmp_path / "nowhere").de06("validate", str(path), *ABOUT).code == 1
    report = tmp_path / "ket-qua-kiem-tra" / "a.csv"
    with report.open(encoding="utf-8-sig", newline="") as file:
        listed = {(line["row"], line["rule"]) for line in csv.DictReader(file) if line["row"]}
    assert listed == {
        ("3", f"{DATASET}.province.area"),
        ("4", f"{DATASET}.province.required"),
    }
    page = report.with_suffix(".html").read_text(encoding="utf-8")
    assert re.search(r"Warnings</span></dt><dd>0</dd>", page)
