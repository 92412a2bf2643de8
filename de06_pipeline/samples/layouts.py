"""The columns of each export, as the offices write them.

Written from the description of the exports and not from the contracts, on purpose: samples made
from the contracts would pass them whatever they say.

A table is a dict of equally long columns. What a column holds, by kind:

========== ====================================== =====================
kind       values                                 empty
========== ====================================== =====================
text       str                                    ``""``
choice     int, a key of ``choices``              ``-1``
time       datetime64[s], local time of Vietnam   NaT
date       datetime64[D]                          NaT
integer    int64, not negative                    ``-1``
decimal    float64                                NaN
yes_no     int8, 0 or 1                           ``-1``
province   str, the code
district   str, the code                          ``""``
commune    str, the code                          ``""``
========== ====================================== =====================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

ValueKind = Literal[
    "text",
    "choice",
    "time",
    "date",
    "integer",
    "decimal",
    "yes_no",
    "province",
    "district",
    "commune",
]
Table = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    header: str
    kind: ValueKind = "text"
    choices: Mapping[int, str] = field(default_factory=dict)


CHANNELS = {1: "Trực tiếp", 2: "Trực tuyến", 3: "Bưu chính công ích"}
STATUSES = {
    1: "Mới đăng ký",
    2: "Được tiếp nhận",
    3: "Không được tiếp nhận",
    4: "Đang xử lý",
    5: "Yêu cầu bổ sung giấy tờ",
    6: "Yêu cầu thực hiện nghĩa vụ tài chính",
    7: "Công dân yêu cầu rút hồ sơ",
    8: "Dừng xử lý",
    9: "Đã xử lý xong",
    10: "Đã trả kết quả",
}
PAYMENTS = {0: "Không", 1: "Cổng DVCQG", 2: "Cổng tỉnh"}
DOCUMENT_TYPES = {
    1: "Thẻ CCCD",
    2: "CMND",
    3: "GPLX",
    4: "Hộ chiếu",
    5: "Giấy khai sinh",
    8: "Thẻ Căn Cước",
    9: "Giấy tờ khác",
}
STAY_REASONS = {1: "Du lịch", 2: "Công tác", 3: "Học tập", 5: "Hội nghị", 6: "Thăm thân"}
STAY_REASONS |= {18: "Chữa bệnh", 19: "Lao động", 20: "Mục đích khác"}
EID_LEVELS = {1: "", 2: ""}
"""Levels have no name but their number."""

_PROVINCE = Column("province", "Tỉnh/Thành phố", "province")
_DISTRICT = Column("district", "Quận/Huyện", "district")
_COMMUNE = Column("commune", "Phường/Xã", "commune")
_AREAS = (_PROVINCE, _DISTRICT, _COMMUNE)
_UPDATED = Column("updated_at", "Thời điểm cập nhật", "time")

LAYOUTS: Mapping[str, Sequence[Column]] = {
    "dvc_dossiers": (
        Column("dossier_code", "Mã hồ sơ"),
        Column("procedure_code", "Mã TTHC"),
        Column("procedure_name", "Tên TTHC"),
        Column("sector", "Lĩnh vực"),
        Column("agency_code", "Mã đơn vị"),
        Column("agency_name", "Đơn vị xử lý"),
        Column("agency_level", "Cấp thực hiện"),
        *_AREAS,
        Column("service_level", "Mức độ DVC"),
        Column("channel", "Kênh thực hiện", "choice", CHANNELS),
        Column("submitted_at", "Ngày nộp", "time"),
        Column("received_at", "Ngày tiếp nhận", "time"),
        Column("due_at", "Ngày hẹn trả", "time"),
        Column("finished_at", "Ngày kết thúc xử lý", "time"),
        Column("returned_at", "Ngày trả kết quả", "time"),
        Column("status", "Trạng thái", "choice", STATUSES),
        Column("supplement_requests", "Số lần yêu cầu bổ sung", "integer"),
        Column("supplement_days", "Số ngày chờ bổ sung", "decimal"),
        Column("fee_vnd", "Phí, lệ phí (đồng)", "integer"),
        Column("online_payment", "Thanh toán trực tuyến", "choice", PAYMENTS),
        Column("processed_online", "Xử lý trên môi trường điện tử", "yes_no"),
        Column("components_digitised", "Số hóa thành phần hồ sơ", "yes_no"),
        Column("electronic_result", "Kết quả điện tử", "yes_no"),
        Column("data_reused", "Khai thác dữ liệu số hóa", "yes_no"),
        Column("national_sync", "Đồng bộ Cổng DVCQG", "yes_no"),
        Column("applicant_type", "Đối tượng"),
        Column("applicant_name", "Chủ hồ sơ"),
        Column("applicant_id", "Số định danh"),
        Column("phone", "Số điện thoại"),
        _UPDATED,
    ),
    "dvc_procedures": (
        Column("procedure_code", "Mã TTHC"),
        Column("procedure_name", "Tên TTHC"),
        Column("sector", "Lĩnh vực"),
        Column("agency_level", "Cấp thực hiện"),
        _PROVINCE,
        _DISTRICT,
        Column("service_level", "Mức độ DVC"),
        Column("lead_agency", "Cơ quan chủ trì"),
        Column("essential_list", "Nhóm DVC thiết yếu"),
        Column("essential_no", "STT thiết yếu", "integer"),
        Column("has_fee", "Có phí", "yes_no"),
        Column("deployed", "Đã triển khai", "yes_no"),
        Column("effective_from", "Ngày hiệu lực", "date"),
        Column("effective_to", "Ngày hết hiệu lực", "date"),
    ),
    "asm_establishments": (
        Column("establishment_id", "Mã cơ sở"),
        Column("establishment_name", "Tên cơ sở"),
        Column("site_group", "Nhóm cơ sở"),
        Column("site_type", "Loại hình"),
        *_AREAS,
        Column("has_account", "Có tài khoản ASM", "yes_no"),
        Column("account_created_on", "Ngày cấp tài khoản", "date"),
        Column("status", "Tình trạng"),
    ),
    "asm_notices": (
        Column("establishment_id", "Mã cơ sở"),
        Column("establishment_name", "Tên cơ sở"),
        Column("site_group", "Nhóm cơ sở"),
        Column("site_type", "Loại hình"),
        *_AREAS,
        Column("guest_name", "Họ tên"),
        Column("birth_date", "Ngày sinh", "date"),
        Column("gender", "Giới tính"),
        Column("nationality", "Quốc tịch"),
        Column("document_type", "Loại giấy tờ", "choice", DOCUMENT_TYPES),
        Column("document_number", "Số giấy tờ"),
        Column("phone", "Số điện thoại"),
        Column("arrival_at", "Thời điểm đến", "time"),
        Column("departure_on", "Ngày đi dự kiến", "date"),
        Column("room", "Số phòng/Khoa"),
        Column("stay_reason", "Lý do cư trú", "choice", STAY_REASONS),
        Column("notified_at", "Thời điểm gửi thông báo", "time"),
        Column("channel", "Kênh"),
        Column("status", "Trạng thái"),
    ),
    "cccd_issuance": (
        Column("application_id", "Mã hồ sơ"),
        Column("citizen_id", "Số định danh"),
        Column("full_name", "Họ tên"),
        Column("birth_date", "Ngày sinh", "date"),
        Column("gender", "Giới tính"),
        Column("product", "Loại thẻ"),
        Column("request_type", "Loại đề nghị"),
        *_AREAS,
        Column("receiving_unit", "Đơn vị thu nhận"),
        Column("venue", "Nơi thu nhận"),
        Column("received_on", "Ngày thu nhận", "date"),
        Column("issued_on", "Ngày cấp", "date"),
        Column("handed_over_on", "Ngày trả thẻ", "date"),
        Column("status", "Trạng thái"),
        _UPDATED,
    ),
    "eid_accounts": (
        Column("application_id", "Mã hồ sơ"),
        Column("citizen_id", "Số định danh"),
        Column("birth_date", "Ngày sinh", "date"),
        Column("level", "Mức độ", "choice", EID_LEVELS),
        *_AREAS,
        Column("received_on", "Ngày thu nhận", "date"),
        Column("created_on", "Ngày tạo lập", "date"),
        Column("activated_on", "Ngày kích hoạt", "date"),
        Column("status", "Trạng thái"),
        _UPDATED,
    ),
    "agency_reports": (
        Column("indicator_code", "Mã chỉ tiêu"),
        Column("breakdown", "Phân tổ"),
        _PROVINCE,
        _DISTRICT,
        Column("numerator", "Số liệu"),
        Column("denominator", "Mẫu số"),
        Column("bound", "Toán tử"),
        Column("as_of", "Tính đến ngày", "date"),
        Column("reported_by", "Đơn vị báo cáo"),
    ),
    "population": (
        *_AREAS,
        Column("as_of", "Thời điểm", "date"),
        Column("population", "Dân số", "integer"),
        Column("population_14_plus", "Dân số từ 14 tuổi", "integer"),
        Column("households", "Số hộ", "integer"),
        Column("source", "Nguồn"),
    ),
    "opening_balances": (
        Column("indicator_code", "Mã chỉ tiêu"),
        Column("breakdown", "Phân tổ"),
        _PROVINCE,
        _DISTRICT,
        Column("as_of", "Tính đến ngày", "date"),
        Column("value", "Số liệu", "integer"),
        Column("source", "Nguồn"),
    ),
}


def text(values: Sequence[str] | NDArray[Any]) -> NDArray[Any]:
    """A text column."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def same(value: str, size: int) -> NDArray[Any]:
    """A text column with one value throughout."""
    return np.full(size, value, dtype=object)


def size_of(table: Table) -> int:
    return len(next(iter(table.values()))) if table else 0


def rows(table: Table, chosen: NDArray[Any]) -> Table:
    """The chosen rows (flags or positions)."""
    return {name: values[chosen] for name, values in table.items()}


def stack(tables: Sequence[Table]) -> Table:
    """Tables with the same columns, one below another."""
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}
