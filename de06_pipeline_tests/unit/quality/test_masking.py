"""What is shown of a value in which field; the laws are in property/test_quality_masking_laws.py."""

from __future__ import annotations

import pytest

from de06_pipeline.contracts.model import Classification, EnumValue, Field, FieldType
from de06_pipeline.quality.masking import masked

CHANNEL = Field(
    "channel",
    FieldType.ENUM,
    "",
    enum=(EnumValue(1, "Trực tiếp"), EnumValue(2, "Trực tuyến", ("qua mạng",))),
)
CODE = Field("dossier_code", FieldType.CODE, "")
DAY = Field("received_at", FieldType.TIMESTAMP, "")
FEE = Field("fee_vnd", FieldType.INTEGER, "")
FLAG = Field("data_reused", FieldType.YES_NO, "")
PROVINCE = Field("province", FieldType.PROVINCE, "")
NAME = Field("agency_name", FieldType.TEXT, "")
PERSONAL_CODE = Field("applicant_id", FieldType.CODE, "", classification=Classification.PII)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (CHANNEL, "2"),
        (CHANNEL, "Trực tuyến"),
        (CHANNEL, "TRỰC TUYẾN"),
        (CHANNEL, "2 - Trực tuyến"),
        (CHANNEL, "Qua mạng"),
        (CODE, "000.00.19.H47-260105-0001"),
        (CODE, "H57.132-260804-0583"),
        (CODE, "1.004222"),
        (DAY, "31/02/2024"),
        (DAY, "2024-01-05 07:30:00"),
        (DAY, "20240105073000"),
        (DAY, "45292,5"),
        (FEE, "12.500.000"),
        (FEE, "-5"),
        (FEE, "1,4 triệu"),
        (FLAG, "Có"),
        (PROVINCE, "80"),
    ],
)
def test_shown_as_delivered(field, text):
    assert masked(field, text) == text


@pytest.mark.parametrize(
    "field", [None, CHANNEL, CODE, DAY, FEE, FLAG, PROVINCE, NAME, PERSONAL_CODE]
)
@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("012345678901", "9×12"),
        ("0912345678", "9×10"),
        ("123456789", "9×9"),
        ("+84 912 345 678", "+9×2 9×3 9×3 9×3"),
        ("079.099.001.234", "9×3.9×3.9×3.9×3"),
        ("Nguyễn Văn A", "A×6 A×3 A×1"),
        ("TRAN THI B 1990", "A×4 A×3 A×1 9×4"),
        ("B1234567", "A×1·9×7"),
        ("12/3 Lê Lợi, P.5", "9×2/9×1 A×2 A×3, A×1.9×1"),
        ("a@b.vn", "A×1@A×1.A×2"),
    ],
)
def test_what_a_shifted_row_brings_is_masked_in_every_field(field, text, shape):
    assert masked(field, text) == shape


@pytest.mark.parametrize(
    ("field", "text", "shape"),
    [
        (CODE, "19900102", "9×8"),
        (CODE, "01-02-1990", "9×2-9×2-9×4"),
        (CODE, "H57 132", "A×1·9×2 9×3"),
        (FEE, "19900102", "9×8"),
        (FEE, "01021990", "9×8"),
        (DAY, "202401050730", "9×12"),
        (CHANNEL, "4", "9×1"),
        (NAME, "UBND", "A×4"),
        (PERSONAL_CODE, "1.004222", "9×1.9×6"),
        (PROVINCE, "Quảng Nam", "A×5 A×3"),
    ],
)
def test_in_doubt_masked(field, text, shape):
    assert masked(field, text) == shape


def test_a_long_text_is_described_up_to_a_limit():
    assert masked(None, "x" * 500) == "A×60…"


def test_the_empty_text_has_the_empty_mask():
    assert masked(CODE, "") == ""


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (CHANNEL, "Qua bưu điện"),
        (DAY, "ngày 31 tháng 2"),
        (DAY, "2024-13-45 25h61"),
        (FEE, "mười nghìn"),
        (FLAG, "có lẽ"),
        (PROVINCE, "Quảng Nma"),
    ],
)
def test_a_supplier_is_shown_its_own_wrong_values_and_others_their_shape(field, text):
    assert masked(field, text, own=True) == text
    assert masked(field, text) != text
