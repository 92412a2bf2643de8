"""The contracts hold exactly the agreed fields: written by hand, so that a lost field, need or
class is a failing test.
"""

from __future__ import annotations

import pytest

from de06_pipeline.contracts.model import FieldType, Severity
from de06_pipeline_tests.unit.contract_rows import CONTRACTS

# Marks: k part of the key, r column required, p personal.
FIELDS = {
    "dvc_dossiers": """
        dossier_code:kr procedure_code:r procedure_name sector agency_code agency_name:r agency_level:r province:r district commune
        service_level:r channel submitted_at received_at due_at finished_at returned_at status:r supplement_requests supplement_days
        fee_vnd online_payment processed_online components_digitised electronic_result data_reused national_sync applicant_type
        applicant_name:p applicant_id:p phone:p updated_at""",
    "dvc_procedures": """
        procedure_code:kr procedure_name sector agency_level:kr province:kr district:k service_level lead_agency essential_list
        essential_no has_fee deployed effective_from effective_to""",
    "dvc_catalogue": "procedure_code:kr name:r issued_by carried_out_by sector",
    "asm_establishments": """
        establishment_id:kr establishment_name site_group site_type province:r district commune has_account account_created_on status:r""",
    "asm_notices": """
        establishment_id:kr establishment_name site_group:r site_type province:r district commune guest_name:p birth_date:p phone:p
        address_detail:p gender nationality:r document_type:r document_number:krp arrival_at:r departure_on room:p stay_reason:r
        notified_at:r channel:r status:r""",
    "cccd_issuance": """
        application_id:kr citizen_id:p full_name:p birth_date:p gender product request_type province:r district commune receiving_unit
        venue received_on:r issued_on:r handed_over_on:r status:r updated_at""",
    "eid_accounts": """
        application_id:kr citizen_id:p birth_date:p level province:r district commune received_on:r created_on:r activated_on:r status:r
        updated_at""",
    "population": "province:kr district:k commune:k as_of:kr population:r population_14_plus households source",
    "opening_balances": "indicator_code:kr breakdown:k province:kr district:k as_of:kr value:r source",
    "agency_reports": """
        indicator_code:kr indicator_name breakdown:k province:kr district:k commune:k numerator:r denominator bound as_of reported_by
        note""",
}
HEADERS = {
    "dvc_dossiers": """
        Mã hồ sơ|Mã TTHC|Tên TTHC|Lĩnh vực|Mã đơn vị|Đơn vị xử lý|Cấp thực hiện|Tỉnh/Thành
        phố|Quận/Huyện|Phường/Xã|Mức độ DVC|Kênh thực hiện|Ngày nộp|Ngày tiếp nhận|Ngày hẹn trả|Ngày kết thúc xử
        lý|Ngày trả kết quả|Trạng thái|Số lần yêu cầu bổ sung|Số ngày chờ bổ sung|Phí, lệ phí (đồng)|Thanh toán trực
        tuyến|Xử lý trên môi trường điện tử|Số hóa thành phần hồ sơ|Kết quả điện tử|Khai thác dữ liệu số hóa|Đồng bộ
        Cổng DVCQG|Đối tượng|Chủ hồ sơ|Số định danh|Số điện thoại|Thời điểm cập nhật""",
    "dvc_procedures": """
        Mã TTHC|Tên TTHC|Lĩnh vực|Cấp thực hiện|Mức độ DVC|Cơ quan chủ trì|Nhóm DVC thiết yếu|STT thiết yếu|Có phí|Đã
        triển khai|Ngày hiệu lực|Ngày hết hiệu lực""",
    "dvc_catalogue": "Mã số|Tên|Cơ quan ban hành|Cơ quan thực hiện|Lĩnh vực",
    "asm_establishments": "Mã cơ sở|Tên cơ sở|Nhóm cơ sở|Loại hình|Có tài khoản ASM|Ngày cấp tài khoản|Tình trạng",
    "asm_notices": """
        Mã cơ sở|Tên cơ sở|Nhóm cơ sở|Loại hình|Họ tên|Ngày sinh|Số điện thoại|Địa chỉ chi tiết|Giới tính|Quốc
        tịch|Loại giấy tờ|Số giấy tờ|Thời điểm đến|Ngày đến|Ngày đi dự kiến|Số phòng/Khoa|Lý do cư trú|Thời điểm gửi
        thông báo|Kênh|Trạng thái""",
    "cccd_issuance": """
        Mã hồ sơ|Số định danh|Họ tên|Ngày sinh|Giới tính|Loại thẻ|Loại đề nghị|Đơn vị thu nhận|Nơi thu nhận|Ngày thu
        nhận|Ngày cấp|Ngày trả thẻ|Trạng thái|Thời điểm cập nhật""",
    "eid_accounts": "Mã hồ sơ|Số định danh|Ngày sinh|Mức độ|Ngày thu nhận|Ngày tạo lập|Ngày kích hoạt|Trạng thái|Thời điểm cập nhật",
    "population": "Tỉnh/Thành phố|Quận/Huyện|Phường/Xã|Thời điểm|Dân số|Dân số từ 14 tuổi|Số hộ|Nguồn",
    "opening_balances": "Mã chỉ tiêu|Phân tổ|Tính đến ngày|Số liệu|Nguồn",
    "agency_reports": "Mã chỉ tiêu|Tên chỉ tiêu|Phân tổ|Số liệu|Tử số|Mẫu số|Toán tử|Tính đến ngày|Đơn vị báo cáo",
}
# source, due day, nil return, snapshot
TERMS = {
    "dvc_dossiers": ("dvc", 5, False, False),
    "dvc_procedures": ("dvc", 5, False, True),
    "dvc_catalogue": ("reference", 10, False, True),
    "asm_establishments": ("asm", 5, False, True),
    "asm_notices": ("asm", 5, True, False),
    "cccd_issuance": ("cccd", 5, True, False),
    "eid_accounts": ("eid", 5, True, False),
    "population": ("reference", 10, False, True),
    "opening_balances": ("reference", 10, False, True),
    "agency_reports": ("reported", 5, True, False),
}
# Warnings; every other rule is critical.
WARNINGS = {
    "dvc_dossiers": "applicant_id.padded applicant_id.shape area.carried area.dropped dossier_code.date procedure_code.known",
    "dvc_procedures": "area.carried area.dropped",
    "dvc_catalogue": "",
    "asm_establishments": "area.carried area.dropped",
    "asm_notices": "area.carried area.dropped document_number.padded establishment_id.known stay_reason.health_site",
    "cccd_issuance": """area.carried area.dropped citizen_id.birth_year citizen_id.century citizen_id.gender citizen_id.padded
        citizen_id.prefix citizen_id.shape""",
    "eid_accounts": """area.carried area.dropped citizen_id.birth_year citizen_id.century citizen_id.padded citizen_id.prefix
        citizen_id.shape""",
    "population": "population_14_plus.low population_14_plus.share",
    "opening_balances": "",
    "agency_reports": "as_of.recent commune.level denominator.amount numerator.fraction",
}
ENUMS = {
    "dvc_dossiers": {
        "agency_level": ["Tỉnh", "Huyện", "Xã"],
        "service_level": ["Toàn trình", "Một phần", "Còn lại"],
        "channel": [1, 2, 3],
        "status": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
        "online_payment": [0, 1, 2],
        "applicant_type": ["Công dân", "Doanh nghiệp", "Cơ quan"],
    },
    "dvc_procedures": {
        "agency_level": ["Tỉnh", "Huyện", "Xã"],
        "service_level": ["Toàn trình", "Một phần", "Còn lại"],
        "essential_list": ["QĐ06", "QĐ422", "QĐ206"],
    },
    "dvc_catalogue": {},
    "asm_establishments": {
        "site_group": ["Lưu trú", "Khám chữa bệnh", "Khác"],
        "status": ["Hoạt động", "Tạm ngừng", "Đóng cửa"],
    },
    "asm_notices": {
        "site_group": ["Lưu trú", "Khám chữa bệnh", "Khác"],
        "gender": ["Nam", "Nữ"],
        "document_type": list(range(1, 10)),
        "stay_reason": list(range(1, 21)),
        "channel": ["ASM", "Cổng DVC", "VNeID", "Trực tiếp", "Điện thoại"],
        "status": ["Đã tiếp nhận", "Từ chối", "Đã hủy"],
    },
    "cccd_issuance": {
        "gender": ["Nam", "Nữ"],
        "product": ["CCCD", "Căn cước", "Giấy chứng nhận căn cước"],
        "request_type": ["Cấp mới", "Cấp đổi", "Cấp lại"],
        "venue": ["Trụ sở", "Lưu động", "Tại nhà", "Cơ sở tập trung"],
        "status": ["Đang xử lý", "Đã cấp", "Đã trả", "Từ chối"],
    },
    "eid_accounts": {
        "level": [1, 2],
        "status": ["Đang xử lý", "Đã tạo lập", "Đã kích hoạt", "Từ chối", "Khóa"],
    },
    "population": {},
    "opening_balances": {
        "indicator_code": [
            "asm.notices_stock",
            "cccd.received_stock",
            "cccd.issued_stock",
            "cccd.handed_over_stock",
            "eid.received_stock",
            "eid.created_stock",
            "eid.activated_stock",
        ]
    },
    "agency_reports": {
        "indicator_code": [
            "civil_status.digitised_rate",
            "land.parcels_digitised",
            "land.parcels_surveyed_rate",
            "health.qr_reader_rate",
            "health.cccd_site_rate",
            "health.cccd_use_rate",
            "health.record_on_vneid",
            "social.cashless_rate",
            "education.cashless_school_rate",
            "tax.code_synced_rate",
            "population_data.cleaned",
            "criminal_record.digitised_rate",
            "labour.digitised_rate",
            "models.planned",
            "models.deployed",
            "crime_report.vneid",
            "budget.allocated",
            "q766.published_score",
            "q766.national_rank",
            "feedback.on_time_rate",
            "feedback.satisfaction_rate",
            "procedure.published_on_time_rate",
            "procedure.complete_rate",
        ],
        "bound": [">", "<", "≈"],
    },
}
KEYS = {
    "dvc_dossiers": ["dossier_code"],
    "dvc_procedures": [
        "procedure_code",
        "agency_level",
        "province",
        "district",
        "is_area_complete",
    ],
    "dvc_catalogue": ["procedure_code"],
    "asm_establishments": ["establishment_id"],
    "asm_notices": ["establishment_id", "document_number", "arrival_on"],
    "cccd_issuance": ["application_id"],
    "eid_accounts": ["application_id"],
    "population": ["province", "district", "commune", "as_of"],
    "opening_balances": ["indicator_code", "breakdown", "province", "district", "as_of"],
    "agency_reports": ["indicator_code", "breakdown", "province", "district", "commune"],
}
every_dataset = pytest.mark.parametrize("dataset", list(FIELDS))


def test_every_contract_is_described_here() -> None:
    assert set(CONTRACTS) == set(FIELDS)


@every_dataset
def test_fields_needs_and_classes(dataset: str) -> None:
    contract = CONTRACTS[dataset]
    expected = {
        name: set(marks)
        for name, _, marks in (entry.partition(":") for entry in FIELDS[dataset].split())
    }
    fields = {
        field.name: {
            mark
            for mark, holds in (
                ("k", field.key),
                ("r", field.column_required),
                ("p", field.is_personal),
            )
            if holds
        }
        for field in contract.delivered_fields
    }
    assert fields == expected
    assert [field.name for field in contract.key_fields] == KEYS[dataset]


@every_dataset
def test_headers(dataset: str) -> None:
    accepted = {
        header
        for field in CONTRACTS[dataset].delivered_fields
        for header in (field.header_vi, *field.aliases)
    }
    assert {" ".join(header.split()) for header in HEADERS[dataset].split("|")} <= accepted


@every_dataset
def test_terms_of_delivery(dataset: str) -> None:
    contract = CONTRACTS[dataset]
    assert (contract.source, contract.due_day, contract.nil_return, contract.snapshot) == TERMS[
        dataset
    ]
    assert contract.tolerance == 0.02
    has_update = any(field.name == "updated_at" for field in contract.fields)
    latest = "as_of" if dataset == "agency_reports" else "updated_at" if has_update else ""
    assert contract.supersede_by == latest


@every_dataset
def test_enumerations(dataset: str) -> None:
    delivered = [
        field for field in CONTRACTS[dataset].delivered_fields if field.type is FieldType.ENUM
    ]
    assert {field.name: [value.value for value in field.enum] for field in delivered} == ENUMS[
        dataset
    ]


@every_dataset
def test_warnings_are_the_agreed_ones(dataset: str) -> None:
    warnings = [
        rule.id.removeprefix(f"{dataset}.")
        for rule in CONTRACTS[dataset].rules
        if rule.severity is Severity.WARNING
    ]
    assert sorted(warnings) == sorted(WARNINGS[dataset].split())


@every_dataset
def test_no_personal_field_is_stored(dataset: str) -> None:
    stored = {field.name for field in CONTRACTS[dataset].stored_fields}
    personal = {
        entry.partition(":")[0]
        for entry in FIELDS[dataset].split()
        if "p" in entry.partition(":")[2]
    }
    assert not stored & personal


@every_dataset
def test_every_rule_speaks_both_languages(dataset: str) -> None:
    for rule in CONTRACTS[dataset].rules:
        assert rule.message.vi.endswith("."), rule.id
        assert rule.message.en.endswith("."), rule.id
        assert rule.message.vi != rule.message.en
