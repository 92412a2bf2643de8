"""``de06 check``: the page in a real browser, and who else may not reach it."""

from __future__ import annotations

import http.client
import stat
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import openpyxl
import pytest

from de06_pipeline.commands.check import check_server
from de06_pipeline.periods import Month
from de06_pipeline_tests.integration import chromium
from de06_pipeline_tests.integration.home import Home
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM, csv_text, rows

DATASET, MONTH = "eid_accounts", "2024-01"
NAME = "Tài khoản T1 'sửa'.csv"


def _wrong() -> str:
    """Two wrong cells: a day that is none, a status that is not listed."""
    records = rows(DATASET, QUANG_NAM, Month.parse(MONTH))
    records[1] |= {"created_on": "99/99/2024"}
    records[3] |= {"status": "gì đó"}
    return csv_text(DATASET, records)


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The page on a computer where nothing is set up; at the end nothing of it is left there."""
    temporary = tmp_path / "temp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    home = Home(tmp_path / "nowhere")
    with home.active():
        server, address = check_server(home.workspace(), "vi")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield address
        server.shutdown()
        thread.join()
        server.server_close()
    assert list(temporary.iterdir()) == [], "nothing is kept"
    assert not home.path.exists()


def _ask(
    address: str, method: str, path: str, body: bytes = b"", **headers: str
) -> tuple[int, str]:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 0, timeout=60)
    connection.request(method, path, body, {"Host": parts.netloc, **headers})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def test_only_who_knows_the_address_and_calls_it_by_its_name_is_answered(address: str) -> None:
    parts = urlsplit(address)
    assert parts.hostname == "127.0.0.1"
    assert len(parts.path) > 30
    assert _ask(address, "GET", parts.path)[0] == 200
    assert _ask(address, "GET", "/")[0] == 404
    assert _ask(address, "GET", parts.path, Host="evil.example")[0] == 404
    assert _ask(address, "POST", "/check?name=a.csv", b"x")[0] == 404
    assert (
        _ask(address, "POST", f"{parts.path}check?name=a.csv", b"x", Host="evil.example")[0] == 404
    )


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("name=", "không có tên"),
        (f"name=..%2F..%2Fa.csv&dataset={DATASET}&month=2024-13&supplier=all", "2024-13"),
        (f"name=a.csv&dataset={DATASET}&month={MONTH}&supplier=nowhere", "nowhere"),
        (f"name=a.csv&dataset=none&month={MONTH}&supplier=all", "none"),
    ],
)
def test_what_cannot_be_checked_is_told(address: str, query: str, words: str) -> None:
    status, text = _ask(address, "POST", f"{urlsplit(address).path}check?{query}", b"x")
    assert status == 200
    assert "error" in text
    assert words in text.encode().decode("unicode_escape", "ignore") or words in text


@pytest.mark.browser
def test_a_file_is_dropped_checked_and_given_back_marked(address: str, tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_text(_wrong(), encoding="utf-8")
    asked: list[str] = []
    errors: list[str] = []
    with chromium.opened() as browser:
        page = browser.new_page()
        page.set_default_timeout(120_000)
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.goto(address)
        page.select_option("#dataset", DATASET)
        page.fill("#month", MONTH)
        page.select_option("#supplier", QUANG_NAM)
        page.set_input_files("#file", str(path))
        page.locator("#files a").first.wait_for()
        assert NAME in page.inner_text("#said")
        report = page.frame_locator("#report")
        report.get_by_text("99/99/2024").first.wait_for()
        with page.expect_download() as download:
            page.get_by_text("Tải tệp đã đánh dấu").click()
        marked = tmp_path / download.value.suggested_filename
        download.value.save_as(marked)
        page.get_by_role("button", name="Kết thúc").click()
        page.get_by_text("Đã kết thúc").wait_for()
    assert [url for url in asked if not url.startswith((address, "blob:", "about:"))] == []
    assert errors == []
    _see_marks(marked)


def _see_marks(path: Path) -> None:
    """The cells are as written, the wrong ones have a comment without a value of the file."""
    records = rows(DATASET, QUANG_NAM, Month.parse(MONTH))
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    comments = {cell.value: cell.comment.text for row in sheet for cell in row if cell.comment}
    assert comments.keys() == {"99/99/2024", "gì đó"}
    assert "không phải ngày" in comments["99/99/2024"]
    assert sheet.max_row == len(records) + 1
    assert not [cell for row in sheet for cell in row if cell.data_type == "f"]
    assert book.sheetnames[-1] == "Kết quả kiểm tra"


def _marked(home: Home, path: Path) -> list[Path]:
    about = ("--dataset", DATASET, "--month", MONTH, "--supplier", QUANG_NAM)
    assert home.de06("validate", str(path), *about, "--mark").code == 1
    return sorted(path.parent.glob("ket-qua-kiem-tra/*.xlsx"))


def test_a_workbook_keeps_its_sheets_and_its_values_and_is_read_again_as_before(
    tmp_path: Path,
) -> None:
    """The table begins in column C under a title; a comment of the office's own stays."""
    home = Home(tmp_path / "nowhere")
    lines = [line.split(",") for line in _wrong().lstrip("\ufeff").splitlines()]
    book = openpyxl.Workbook()
    book.active.title = "Tháng 1"
    book.active["C1"] = "BÁO CÁO"
    for row, cells in enumerate(lines, start=4):
        for column, text in enumerate(cells, start=3):
            book.active.cell(row, column, text)
    wrong = next(cell for row in book.active for cell in row if cell.value == "99/99/2024")
    wrong.comment = openpyxl.comments.Comment("của phòng", "x")
    book.create_sheet("Ghi chú")["A1"] = "=1+1"
    path = tmp_path / "a.xlsx"
    book.save(path)
    (marked,) = _marked(home, path)
    assert stat.S_IMODE(marked.stat().st_mode) == 0o600
    again = openpyxl.load_workbook(marked)
    assert again.sheetnames == ["Tháng 1", "Ghi chú", "Kết quả kiểm tra"]
    assert again["Ghi chú"]["A1"].value == "=1+1"
    values = {cell.coordinate: cell.value for row in again.active for cell in row if cell.value}
    assert values == {c.coordinate: c.value for row in book.active for c in row if c.value}
    comment = again.active[wrong.coordinate].comment.text
    assert comment.startswith("của phòng")
    assert "không phải ngày" in comment
    listed = again["Kết quả kiểm tra"]
    assert listed["A2"].value == wrong.row
    assert listed["A2"].hyperlink.location == f"'Tháng 1'!{wrong.coordinate}"
    assert "99/99/2024" not in str(list(listed.values)), "findings name no value"
    about = ("--dataset", DATASET, "--month", MONTH, "--supplier", QUANG_NAM)
    printed = home.de06("validate", str(marked), *about, "--report", str(tmp_path / "again"))
    assert printed.says("đã đọc 12 = chấp nhận 10")


def test_a_clean_file_comes_back_without_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        csv_text(DATASET, rows(DATASET, QUANG_NAM, Month.parse(MONTH))), encoding="utf-8"
    )
    about = ("--dataset", DATASET, "--month", MONTH, "--supplier", QUANG_NAM)
    assert Home(tmp_path / "nowhere").de06("validate", str(path), *about, "--mark").code == 0
    assert list(tmp_path.rglob("*.xlsx")) == []
