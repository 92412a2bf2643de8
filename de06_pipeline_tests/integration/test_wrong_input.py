"""Wrong input, and what people are told about it: the essential words, the exit code, and what
stands afterwards.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from de06_pipeline.periods import Month
from de06_pipeline_tests.integration.home import Home, Printed, PublishedHome, copy_of
from de06_pipeline_tests.integration.tiny_exports import LONG_AN, QUANG_NAM, csv_text, rows

DATASET = "eid_accounts"
MONTH = "2024-01"
OLE_HEADER = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)


def _rows(supplier: str = QUANG_NAM, count: int | None = None) -> list[dict[str, str]]:
    return rows(DATASET, supplier, Month.parse(MONTH), count)


def _validate(
    home: Home, path: Path, *more: str, dataset: str = DATASET, supplier: str = QUANG_NAM
) -> Printed:
    return home.de06(
        "validate", str(path), "--dataset", dataset, "--month", MONTH, "--supplier", supplier, *more
    )


@pytest.fixture(scope="module")
def assorted(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Printed]:
    """One month in which nearly every office sends something else that is wrong, and one run over
    it.
    """
    home = copy_of(empty_home, tmp_path_factory.mktemp("assorted") / "home")
    elsewhere = {"district": "", "commune": ""}
    home.put(
        DATASET, MONTH, QUANG_NAM, csv_text(DATASET, _rows(), without=["province"]), "thieu_cot.csv"
    )
    home.put(DATASET, MONTH, LONG_AN, b"", "rong.csv")
    home.put(DATASET, MONTH, "ha-noi", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "bao_cao.csv")
    home.put(DATASET, MONTH, "cao-bang", OLE_HEADER, "bao_cao.xls")
    home.put(DATASET, MONTH, "cong-ty-[la]", csv_text(DATASET, _rows()))
    home.put(DATASET, MONTH, "ha-giang", csv_text(DATASET, []))
    home.put(
        DATASET,
        MONTH,
        "son-la",
        b"\xfe\xff"
        + csv_text(DATASET, [row | elsewhere | {"province": "Sơn La"} for row in _rows()]).encode(
            "utf-16-be"
        ),
    )
    home.put("population", MONTH, QUANG_NAM, csv_text("population", []))
    return home, home.de06(
        "run", MONTH, "--no-reports", "--dataset", DATASET, "--dataset", "population"
    )


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(
            (
                "thieu_cot.csv: required columns are missing: “Tỉnh/Thành phố” (province)",
                "thiếu cột bắt buộc",
            ),
            id="missing column",
        ),
        pytest.param(
            ("rong.csv: the file is empty", "a file with the header line alone"), id="empty file"
        ),
        pytest.param(
            ("bao_cao.csv: the name ends in .csv but the content is a PDF document", "CSV (UTF-8)"),
            id="renamed PDF",
        ),
        pytest.param(
            (
                "bao_cao.xls: the name ends in .xls but the content is an old Office file",
                "save it as .xlsx",
            ),
            id="XLS",
        ),
        pytest.param(
            ("'cong-ty-[la]' is not a supplier in 2024-01", "suppliers.csv"), id="unknown supplier"
        ),
        pytest.param(("population readable", "takes no nil return"), id="nil return not allowed"),
    ],
)
def test_a_refusal_names_file_cause_and_remedy(
    assorted: tuple[Home, Printed], words: tuple[str, ...]
) -> None:
    _, printed = assorted
    assert printed.code == 3
    assert printed.says(*words), printed.text


def test_a_good_file_beside_wrong_ones_counts_whatever_its_encoding(
    assorted: tuple[Home, Printed],
) -> None:
    home, _ = assorted
    rows = home.query(
        "SELECT encoding, rows_read, rows_accepted, status FROM delivery WHERE supplier = 'son-la'"
    )
    assert rows == [("utf-16-be", 12, 12, "accepted")]
    assert home.figures("eid.received", MONTH)["14"] == (12, None)


def test_a_nil_return_is_a_reported_zero(assorted: tuple[Home, Printed]) -> None:
    home, _ = assorted
    assert home.query("SELECT rows_read, status FROM delivery WHERE supplier = 'ha-giang'") == [
        (0, "accepted")
    ]
    assert home.statuses("eid.received", MONTH)["02"] == "reported_zero"
    assert home.statuses("eid.received", MONTH)["49"] == "not_reported"


def test_status_lists_every_refused_delivery_with_what_to_do(
    assorted: tuple[Home, Printed],
) -> None:
    home, _ = assorted
    printed = home.de06("status", MONTH)
    assert printed.code == 0
    refused = [QUANG_NAM, LONG_AN, "ha-noi", "cao-bang", "cong-ty-[la]"]
    lines = [
        line
        for line in printed.out.splitlines()
        if DATASET in line and "send the supplier its report" in line
    ]
    assert sorted(line.split("│")[3].strip() for line in lines) == sorted(refused)


def test_an_unclosed_quote_in_a_hundred_thousand_lines_costs_one_record(
    home: Home, tmp_path: Path
) -> None:
    lines = csv_text(DATASET, _rows(count=99_999)).splitlines()
    broken = f'DD-A,"{lines[50_000].partition(",")[2]}'
    path = tmp_path / "dd.csv"
    path.write_text("\n".join([*lines[:50_000], broken, *lines[50_000:]]) + "\n", encoding="utf-8")
    printed = _validate(home, path)
    assert printed.code == 1
    assert printed.says(
        "đã đọc 100.000 = chấp nhận 99.999 + cách ly 1 + bị thay thế 0", "dd.csv dòng 50001"
    ), printed.text


def test_an_unknown_district_is_named_by_row_column_and_rule(home: Home, tmp_path: Path) -> None:
    records = _rows()
    records[4] |= {"district": "Huyện Không Có Thật"}
    path = tmp_path / "dd.csv"
    path.write_text(csv_text(DATASET, records), encoding="utf-8")
    printed = _validate(home, path)
    assert printed.code == 1
    assert printed.says("dd.csv dòng 6, cột Quận/Huyện", "eid_accounts.district.area"), printed.text
    page, table = (tmp_path / "ket-qua-kiem-tra" / name for name in ("dd.html", "dd.csv"))
    assert (
        'dd.csv,6,"Quận/Huyện, Tỉnh/Thành phố",eid_accounts.district.area,critical,'
        in table.read_text(encoding="utf-8-sig")
    )
    for own in (printed.text, page.read_text("utf-8"), table.read_text("utf-8-sig")):
        assert "Huyện Không Có Thật" in own, "an office sees its own value as it wrote it"
    arrived = home.put(DATASET, MONTH, QUANG_NAM, path.read_bytes(), "dd.csv")
    told = home.de06("validate", str(arrived))
    assert told.says("eid_accounts.district.area")
    assert "Thật" not in told.text, "a text in an area column may be a name"


def test_validate_ends_with_0_for_a_clean_file_and_2_for_an_unreadable_one(
    home: Home, tmp_path: Path
) -> None:
    clean, unreadable = tmp_path / "dd.csv", tmp_path / "dd.xls"
    clean.write_text(csv_text(DATASET, _rows()), encoding="utf-8")
    unreadable.write_bytes(OLE_HEADER)
    assert _validate(home, clean).code == 0
    printed = _validate(home, unreadable)
    assert printed.code == 2
    assert printed.says("CHƯA GỬI ĐƯỢC", "dd.xls", "lưu thành .xlsx")
    assert _validate(home, unreadable, "--lang", "en").says("DO NOT SEND YET", "save it as .xlsx")
    assert home.table("delivery") == [], "a check before sending records nothing"


def test_vanished_files_keep_their_figures_until_somebody_confirms(
    published_home: PublishedHome, tmp_path: Path
) -> None:
    home = published_home(tmp_path / "home", DATASET, [MONTH], [QUANG_NAM, LONG_AN])
    (home.landing / DATASET / MONTH / LONG_AN / "export.csv").unlink()

    printed = home.de06("run", MONTH, "--no-reports", "--dataset", DATASET)
    assert printed.code == 1
    assert printed.says(
        "eid_accounts 2024-01 long-an", "files have disappeared", "--accept-missing"
    )
    assert home.figures("eid.received", MONTH)["80"] == (12, None)
    assert home.de06("status").says("missing", "put the files back")

    printed = home.de06("run", MONTH, "--no-reports", "--dataset", DATASET, "--accept-missing")
    assert printed.code == 0, printed.text
    assert home.statuses("eid.received", MONTH)["80"] == "not_reported"
    assert home.statuses("eid.received", MONTH)["VN"] == "partial"
    assert home.figures("eid.received", MONTH)["49"] == (12, None)


def test_vanished_files_that_are_put_back_count_as_delivered_though_a_copy_is_younger(
    published_home: PublishedHome, tmp_path: Path
) -> None:
    home = published_home(tmp_path / "home", DATASET, [MONTH], [QUANG_NAM, LONG_AN])
    gone = home.landing / DATASET / MONTH / LONG_AN / "export.csv"
    content = gone.read_bytes()
    gone.unlink()
    other = gone.with_name("other.csv")
    other.write_bytes(content)
    assert home.de06("run", MONTH, "--no-reports", "--dataset", DATASET).says(
        "files have disappeared"
    ), "another file is not the one that is gone"

    other.unlink()
    gone.write_bytes(content)
    printed = home.de06("run", MONTH, "--no-reports", "--dataset", DATASET)
    assert printed.code == 0, printed.text
    assert home.figures("eid.received", MONTH)["80"] == (12, None)


def test_a_correction_makes_a_new_revision_and_keeps_the_past(
    published_home: PublishedHome, tmp_path: Path
) -> None:
    home = published_home(tmp_path / "home", DATASET, [MONTH])
    home.deliver(DATASET, MONTH, QUANG_NAM, _rows(count=14), "v2/export.csv")
    assert home.de06("run", MONTH, "--no-reports", "--dataset", DATASET).code == 0
    history = home.query(
        "SELECT revision, numerator, superseded_at IS NULL FROM indicator_history WHERE indicator_code = 'eid.received' "
        "AND period_type = 'month' AND time_window = 'month' AND breakdown = '' "
        "AND area_level = 'province' AND province_code = '49' ORDER BY revision"
    )
    assert history == [(1, 12, 0), (2, 14, 1)]
    assert home.de06("why", "--indicator", "eid.received", "--month", MONTH, "--area", "49").says(
        "v2/export.csv", "revision 1: 12"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "2099-01"), ("No figures are made for 2099-01", "the last finished one")),
        (("run", "2021-12"), ("No figures are made for 2021-12", "2022-01")),
        (("run", "2024-13"), ("'2024-13' is not a month", "YYYY-MM")),
        (("run", "2024-03..2024-01"), ("ends before it begins",)),
        (("run", MONTH, "--dataset", "ho_so"), ("'ho_so' is not a dataset", DATASET)),
        (("run", MONTH, "--dataset", "[/x]"), ("'[/x]' is not a dataset",)),
        (("status", "--dataset", "ho_so"), ("'ho_so' is not a dataset",)),
        (
            ("why", "--indicator", "eid.nothing", "--month", MONTH, "--area", "49"),
            ("'eid.nothing' is not an indicator",),
        ),
    ],
    ids=lambda value: (
        " ".join(value[:3])
        if isinstance(value, tuple) and value[0] in ("run", "status", "validate", "why")
        else ""
    ),
)
def test_a_wrong_argument_ends_with_2_and_a_sentence(
    home: Home, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    printed = home.de06(*arguments)
    assert printed.code == 2
    assert printed.says(*words), printed.text
    assert "Traceback" not in printed.text


def test_a_supplier_that_is_none_in_the_month_is_told_so(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "dd.csv"
    path.write_text(csv_text(DATASET, _rows()), encoding="utf-8")
    for lang, words in (
        ("en", "'cong-ty-la' is not a supplier in 2024-01"),
        ("vi", "“cong-ty-la” không phải đơn vị gửi trong tháng 2024-01"),
    ):
        printed = _validate(home, path, "--lang", lang, supplier="cong-ty-la")
        assert printed.code == 2
        assert printed.says(words, "suppliers.csv")
