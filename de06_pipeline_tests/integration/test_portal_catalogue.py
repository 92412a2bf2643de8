"""The national portal's own list of procedures: read as it is exported, and what it knows is no
unknown procedure.
"""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook

from de06_pipeline.periods import Month
from de06_pipeline.settings import REPOSITORY
from de06_pipeline_tests.integration.home import Home, copy_of
from de06_pipeline_tests.integration.tiny_exports import QUANG_NAM, rows
from de06_pipeline_tests.integration.whole_months import run_months

MONTH = "2024-01"
DATASET = "dvc_catalogue"
RULE = "dvc_dossiers.procedure_code.known"
SHIPPED = "1.015027"
"""A code of the list that is shipped, in no catalogue of the tests."""
NEW = "1.099999"
"""A code that only a delivered list holds."""
EXPORTED = (
    ("1.015027", "Xét hưởng chế độ trợ cấp", "Bộ Công an", "Ủy ban nhân dân cấp xã", "Chính sách"),
    (
        "1.003197",
        "Xóa đăng ký thường trú",
        "Bộ Công an",
        "Ủy ban nhân dân cấp xã\nCông an cấp Xã",
        "Đăng ký, quản lý cư trú",
    ),
    (
        "1.014981",
        "Đề nghị cấp giấy chứng nhận huấn luyện",
        "Bộ Công an",
        "Phòng cảnh sát quản lý hành chính về trật tự xã hội\n",
        "Quản lý vũ khí, vật liệu nổ, công cụ hỗ trợ và pháo",
    ),
    ("1.000757", "Cấp lại thẻ căn cước", "Bộ Công an", "", "Cấp, quản lý căn cước"),
)


def _exported(*more: tuple[str, ...]) -> bytes:
    """A list as the portal writes it: the State's heading in one merged cell, then the table."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Danh sách TTHC"
    sheet["A1"] = (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập – Tự do – Hạnh phúc\n----------\n\n"
        "DANH SÁCH THỦ TỤC HÀNH CHÍNH\n\n\n"
    )
    sheet.merge_cells("A1:E1")
    sheet.append(["Mã số", "Tên", "Cơ quan ban hành", "Cơ quan thực hiện", "Lĩnh vực"])
    for row in (*EXPORTED, *more):
        sheet.append(row)
    stored = BytesIO()
    book.save(stored)
    return stored.getvalue()


def _national(home: Home, content: bytes) -> None:
    path = home.landing / DATASET / MONTH / "danh-sach-tthc.xlsx"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)


def _dossiers(home: Home, *codes: str) -> None:
    some = rows("dvc_dossiers", QUANG_NAM, Month.parse(MONTH), len(codes))
    home.deliver(
        "dvc_dossiers",
        MONTH,
        QUANG_NAM,
        [row | {"procedure_code": code} for row, code in zip(some, codes, strict=True)],
    )


def _ingest(home: Home, *datasets: str) -> None:
    run_months(home.workspace(), [MONTH], datasets, [])


def _judged(home: Home) -> tuple[int, int]:
    """Rows that the rule has looked at, and those it objects to."""
    (rows,) = home.query(
        "SELECT evaluated, failed FROM quality_result WHERE rule_id = ?",
        RULE,
    )
    return rows


def test_the_portal_s_export_is_ready_to_send_and_accepted_as_the_nation_s(home: Home) -> None:
    _national(home, _exported())
    path = home.landing / DATASET / MONTH / "danh-sach-tthc.xlsx"
    printed = home.de06("validate", str(path))
    assert printed.code == 0, printed.text
    assert printed.says("GỬI ĐƯỢC", "Toàn quốc", "đã đọc 4 = chấp nhận 4")
    (run,) = home.run(MONTH, datasets=[DATASET])
    assert home.query("SELECT supplier, status, rows_accepted FROM delivery") == [
        ("all", "accepted", 4)
    ]
    arrival = next(c for c in home.evaluations(run.run_id) if c.check_name == "arrival")
    assert arrival.passed, "no province owes the nation's list"


def test_a_code_of_the_portal_s_list_is_known_without_the_province_s_catalogue(home: Home) -> None:
    home.deliver("dvc_procedures", MONTH, QUANG_NAM)
    _dossiers(home, "1.004222", SHIPPED, NEW, "1.088888")
    _ingest(home, "dvc_procedures", "dvc_dossiers")
    assert _judged(home) == (4, 2)


def test_a_delivered_list_adds_to_the_one_that_is_shipped(home: Home) -> None:
    """One ministry's list does not take the others' codes away."""
    _national(home, _exported((NEW, "Thủ tục mới", "Bộ Công an", "", "Chính sách")))
    home.deliver("dvc_procedures", MONTH, QUANG_NAM)
    _dossiers(home, "1.004222", "1.000005", NEW, "1.088888")
    _ingest(home, DATASET, "dvc_procedures", "dvc_dossiers")
    assert _judged(home) == (4, 1)


def test_the_portal_s_list_alone_judges_nothing(home: Home) -> None:
    """It lacks most ministries: without a province's catalogue, a code that it does not know says
    nothing.
    """
    _national(home, _exported())
    _dossiers(home, "1.004222", "1.088888")
    _ingest(home, DATASET, "dvc_dossiers")
    assert _judged(home) == (0, 0)


def test_a_missing_reference_table_is_named(home: Home, tmp_path: Path) -> None:
    contracts = tmp_path / "contracts"
    shutil.copytree(REPOSITORY / "data_contracts", contracts)
    (contracts / "reference" / "procedures_portal.csv").unlink()
    other = copy_of(home.path, tmp_path / "other", contracts)
    _dossiers(other, "1.004222")
    (run,) = other.run(MONTH, datasets=["dvc_dossiers"])
    assert not run.success
    assert any("procedures_portal.csv: is missing" in text for text in run.failures.values())
