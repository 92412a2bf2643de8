"""Headers as suppliers write them."""

from __future__ import annotations

import unicodedata

import pytest

from de06_pipeline.contracts.load import load_contracts
from de06_pipeline.contracts.model import Field, FieldType
from de06_pipeline.errors import ContractError
from de06_pipeline.parsing.headers import match_header, nearest_field
from de06_pipeline.settings import REPOSITORY
from de06_pipeline_tests.unit.parsing_kit import contract

CODE = Field(
    "dossier_code",
    FieldType.CODE,
    "",
    header_vi="Mã hồ sơ",
    aliases=("MaHoSo",),
    column_required=True,
)
DIGITISED = Field("components_digitised", FieldType.YES_NO, "", header_vi="Số hóa thành phần hồ sơ")
DERIVED = Field("is_open", FieldType.YES_NO, "", derived=True, transform="true")
SAMPLE = contract(CODE, DIGITISED, DERIVED)


@pytest.mark.parametrize(
    "text",
    [
        "dossier_code",
        "DOSSIER_CODE",
        "Dossier Code",
        "Mã hồ sơ",
        " MÃ  HỒ\nSƠ (*) ",
        "Mã hồ sơ*",
        "Mã hồ sơ ( * )",
        "mahoso",
        unicodedata.normalize("NFD", "Mã hồ sơ"),
    ],
)
def test_finds_a_field(text: str) -> None:
    match = match_header(SAMPLE, ["STT", text])
    assert match.positions == {"dossier_code": 1}
    assert match.unknown == ("STT",)
    assert (match.missing_required, match.missing_optional, match.repeated) == (
        (),
        (DIGITISED,),
        (),
    )


@pytest.mark.parametrize(
    "text", ["Số hoá thành phần hồ sơ", "SỐ HOÁ THÀNH PHẦN HỒ SƠ", "Số hóa thành phần hồ sơ"]
)
def test_the_place_of_tone_marks_does_not_matter(text: str) -> None:
    assert match_header(SAMPLE, [text]).positions == {"components_digitised": 0}


def test_other_texts_are_unknown_and_columns_without_text_are_not_listed() -> None:
    match = match_header(SAMPLE, ["Ma ho so", "", "is_open", " ", "Ghi chú", "Ghi chú"])
    assert match.positions == {}
    assert match.unknown == ("Ma ho so", "is_open", "Ghi chú", "Ghi chú")
    assert match.missing_required == (CODE,)


def test_a_field_found_twice_is_given_with_all_its_texts() -> None:
    match = match_header(SAMPLE, ["Mã hồ sơ", "Số hoá thành phần hồ sơ", "dossier_code"])
    assert match.repeated == ("Mã hồ sơ", "dossier_code")
    assert match.positions == {"dossier_code": 0, "components_digitised": 1}


def test_the_widest_sheet() -> None:
    header = [f"Cột {number}" for number in range(16_383)] + ["Mã hồ sơ"]
    match = match_header(SAMPLE, header)
    assert match.positions == {"dossier_code": 16_383}
    assert len(match.unknown) == 16_383


def test_a_contract_with_one_header_for_two_fields_is_wrong() -> None:
    ambiguous = contract(CODE, Field("code", FieldType.TEXT, "", header_vi="MÃ HỒ SƠ"))
    with pytest.raises(ContractError, match=r"sample\.yaml.*dossier_code.*code"):
        match_header(ambiguous, [])


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Hình thức nộp hồ sơ", "channel"),
        ("Kênh thực hịên", "channel"),
        ("Kenh thuc hien", "channel"),
        ("Thực hiện kênh", "channel"),
        ("KÊNH THỰC HIÊN (*)", "channel"),
        ("kenh_thuc_hien", "channel"),
        ("Ngày hẹn trả kq", "due_at"),
        ("Phí lệ phí", "fee_vnd"),
        ("channnel", "channel"),
        ("STT", None),
        ("Tỉnh", None),
        ("Ghi chú nội bộ", None),
        ("Ngày", None),
        ("Họ và tên cán bộ thụ lý", None),
    ],
)
def test_a_header_that_is_nearly_one_of_ours_is_proposed(text: str, field: str | None) -> None:
    dossiers = load_contracts(REPOSITORY / "data_contracts" / "sources")["dvc_dossiers"]
    nearest = nearest_field(text, dossiers.optional_fields)
    assert (nearest.name if nearest else None) == field
