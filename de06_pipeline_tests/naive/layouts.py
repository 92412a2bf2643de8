"""Fields, headers and coded values of each dataset, as the description of the exports has them."""

from __future__ import annotations

from dataclasses import dataclass, field


def _same(*labels: str) -> dict[str, str]:
    return {label: label for label in labels}


def _numbered(*labels: str, start: int = 1) -> dict[str, str]:
    return {str(number): label for number, label in enumerate(labels, start)}


LEVELS = _same("Tỉnh", "Huyện", "Xã")
SERVICE_LEVELS = _same("Toàn trình", "Một phần", "Còn lại")
CHANNELS = _numbered("Trực tiếp", "Trực tuyến", "Bưu chính công ích")
DOSSIER_STATUSES = _numbered(
    *(
        "Mới đăng ký",
        "Được tiếp nhận",
        "Không được tiếp nhận",
        "Đang xử lý",
        "Yêu cầu bổ sung giấy tờ",
    ),
    *(
        "Yêu cầu thực hiện nghĩa vụ tài chính",
        "Công dân yêu cầu rút hồ sơ",
        "Dừng xử lý",
        "Đã xử lý xong",
        "Đã trả kết quả",
    ),
)
PAYMENTS = _numbered("không", "Cổng DVCQG", "cổng tỉnh", start=0)
APPLICANTS = _same("Công dân", "Doanh nghiệp", "Cơ quan")
ESSENTIAL_LISTS = _same("QĐ06", "QĐ422", "QĐ206")
SITE_GROUPS = _same("Lưu trú", "Khám chữa bệnh", "Khác")
SITE_STATUSES = _same("Hoạt động", "Tạm ngừng", "Đóng cửa")
GENDERS = {"M": "Nam", "F": "Nữ"}
DOCUMENTS = _numbered(
    *(
        "Thẻ CCCD",
        "CMND",
        "GPLX",
        "Hộ chiếu",
        "Giấy khai sinh",
        "Thẻ BHYT",
        "TB số ĐDCN",
        "Thẻ Căn Cước",
        "Giấy tờ khác",
    )
)
STAY_REASONS = _numbered(
    *(
        "Du lịch",
        "Công tác",
        "Học tập",
        "Thăm viếng",
        "Hội nghị",
        "Thăm thân",
        "Từ thiện",
        "Tổ chức quốc tế",
        "Kết hôn",
        "Lãnh sự quán",
    ),
    *(
        "Viện trợ",
        "Đại sứ quán",
        "Định cư",
        "Tiếp thị",
        "Báo chí",
        "Thương mại",
        "Gia hạn thị thực",
        "Chữa bệnh",
        "Lao động",
        "Mục đích khác",
    ),
)
NOTICE_CHANNELS = _same("ASM", "Cổng DVC", "VNeID", "Trực tiếp", "Điện thoại")
NOTICE_STATUSES = _same("Đã tiếp nhận", "Từ chối", "Đã hủy")
PRODUCTS = _same("CCCD", "Căn cước", "Giấy chứng nhận căn cước")
REQUEST_TYPES = _same("Cấp mới", "Cấp đổi", "Cấp lại")
VENUES = _same("Trụ sở", "Lưu động", "Tại nhà", "Cơ sở tập trung")
CARD_STATUSES = _same("Đang xử lý", "Đã cấp", "Đã trả", "Từ chối")
ACCOUNT_LEVELS = _same("1", "2")
ACCOUNT_STATUSES = _same("Đang xử lý", "Đã tạo lập", "Đã kích hoạt", "Từ chối", "Khóa")
NATIONALITIES = {
    "VNM": "Viet Nam",
    "KOR": "Korea",
    "USA": "United States",
    "FRA": "France",
    "D": "Germany",
    "RKS": "Kosovo",
    "UNO": "UN",
}


@dataclass(frozen=True)
class Field:
    """One column. ``kind``: text, area, moment, date, integer, decimal, yes_no, choice, payment."""

    name: str
    header: str
    kind: str = "text"
    needed: bool = False
    choices: dict[str, str] = field(default_factory=dict)


def _choice(name: str, header: str, choices: dict[str, str], needed: bool = False) -> Field:
    return Field(name, header, "choice", needed, choices)


_PLACES = (
    Field("province", "Tỉnh/Thành phố", "area", needed=True),
    Field("district", "Quận/Huyện", "area"),
    Field("commune", "Phường/Xã", "area"),
)
_UPDATED = Field("updated_at", "Thời điểm cập nhật", "moment")

DOSSIERS = (
    Field("dossier_code", "Mã hồ sơ", needed=True),
    Field("procedure_code", "Mã TTHC", needed=True),
    Field("procedure_name", "Tên TTHC"),
    Field("sector", "Lĩnh vực"),
    Field("agency_code", "Mã đơn vị"),
    Field("agency_name", "Đơn vị xử lý", needed=True),
    _choice("agency_level", "Cấp thực hiện", LEVELS, needed=True),
    *_PLACES,
    _choice("service_level", "Mức độ DVC", SERVICE_LEVELS, needed=True),
    _choice("channel", "Kênh thực hiện", CHANNELS),
    Field("submitted_at", "Ngày nộp", "moment"),
    Field("received_at", "Ngày tiếp nhận", "moment"),
    Field("due_at", "Ngày hẹn trả", "moment"),
    Field("finished_at", "Ngày kết thúc xử lý", "moment"),
    Field("returned_at", "Ngày trả kết quả", "moment"),
    _choice("status", "Trạng thái", DOSSIER_STATUSES, needed=True),
    Field("supplement_requests", "Số lần yêu cầu bổ sung", "integer"),
    Field("supplement_days", "Số ngày chờ bổ sung", "decimal"),
    Field("fee_vnd", "Phí, lệ phí (đồng)", "integer"),
    Field("online_payment", "Thanh toán trực tuyến", "payment", choices=PAYMENTS),
    Field("processed_online", "Xử lý trên môi trường điện tử", "yes_no"),
    Field("components_digitised", "Số hóa thành phần hồ sơ", "yes_no"),
    Field("electronic_result", "Kết quả điện tử", "yes_no"),
    Field("data_reused", "Khai thác dữ liệu số hóa", "yes_no"),
    Field("national_sync", "Đồng bộ Cổng DVCQG", "yes_no"),
    _choice("applicant_type", "Đối tượng", APPLICANTS),
    Field("applicant_name", "Chủ hồ sơ"),
    Field("applicant_id", "Số định danh"),
    Field("phone", "Số điện thoại"),
    _UPDATED,
)

PROCEDURES = (
    Field("procedure_code", "Mã TTHC", needed=True),
    Field("procedure_name", "Tên TTHC"),
    Field("sector", "Lĩnh vực"),
    _choice("agency_level", "Cấp thực hiện", LEVELS, needed=True),
    *_PLACES[:2],
    _choice("service_level", "Mức độ DVC", SERVICE_LEVELS),
    Field("lead_agency", "Cơ quan chủ trì"),
    _choice("essential_list", "Nhóm DVC thiết yếu", ESSENTIAL_LISTS),
    Field("essential_no", "STT thiết yếu", "integer"),
    Field("has_fee", "Có phí", "yes_no"),
    Field("deployed", "Đã triển khai", "yes_no"),
    Field("effective_from", "Ngày hiệu lực", "date"),
    Field("effective_to", "Ngày hết hiệu lực", "date"),
)

ESTABLISHMENTS = (
    Field("establishment_id", "Mã cơ sở", needed=True),
    Field("establishment_name", "Tên cơ sở"),
    _choice("site_group", "Nhóm cơ sở", SITE_GROUPS),
    Field("site_type", "Loại hình"),
    *_PLACES,
    Field("has_account", "Có tài khoản ASM", "yes_no"),
    Field("account_created_on", "Ngày cấp tài khoản", "date"),
    _choice("status", "Tình trạng", SITE_STATUSES, needed=True),
)

NOTICES = (
    Field("establishment_id", "Mã cơ sở", needed=True),
    Field("establishment_name", "Tên cơ sở"),
    _choice("site_group", "Nhóm cơ sở", SITE_GROUPS, needed=True),
    Field("site_type", "Loại hình"),
    *_PLACES,
    Field("guest_name", "Họ tên"),
    Field("birth_date", "Ngày sinh"),
    Field("phone", "Số điện thoại"),
    Field("address_detail", "Địa chỉ chi tiết"),
    _choice("gender", "Giới tính", GENDERS),
    _choice("nationality", "Quốc tịch", NATIONALITIES, needed=True),
    _choice("document_type", "Loại giấy tờ", DOCUMENTS, needed=True),
    Field("document_number", "Số giấy tờ", needed=True),
    Field("arrival_at", "Thời điểm đến", "moment", needed=True),
    Field("departure_on", "Ngày đi dự kiến", "date"),
    Field("room", "Số phòng/Khoa"),
    _choice("stay_reason", "Lý do cư trú", STAY_REASONS, needed=True),
    Field("notified_at", "Thời điểm gửi thông báo", "moment", needed=True),
    _choice("channel", "Kênh", NOTICE_CHANNELS, needed=True),
    _choice("status", "Trạng thái", NOTICE_STATUSES, needed=True),
)

CARDS = (
    Field("application_id", "Mã hồ sơ", needed=True),
    Field("citizen_id", "Số định danh"),
    Field("full_name", "Họ tên"),
    Field("birth_date", "Ngày sinh", "date"),
    _choice("gender", "Giới tính", GENDERS),
    _choice("product", "Loại thẻ", PRODUCTS),
    _choice("request_type", "Loại đề nghị", REQUEST_TYPES),
    *_PLACES,
    Field("receiving_unit", "Đơn vị thu nhận"),
    _choice("venue", "Nơi thu nhận", VENUES),
    Field("received_on", "Ngày thu nhận", "date"),
    Field("issued_on", "Ngày cấp", "date"),
    Field("handed_over_on", "Ngày trả thẻ", "date"),
    _choice("status", "Trạng thái", CARD_STATUSES, needed=True),
    _UPDATED,
)

ACCOUNTS = (
    Field("application_id", "Mã hồ sơ", needed=True),
    Field("citizen_id", "Số định danh"),
    Field("birth_date", "Ngày sinh", "date"),
    _choice("level", "Mức độ", ACCOUNT_LEVELS),
    *_PLACES,
    Field("received_on", "Ngày thu nhận", "date"),
    Field("created_on", "Ngày tạo lập", "date"),
    Field("activated_on", "Ngày kích hoạt", "date"),
    _choice("status", "Trạng thái", ACCOUNT_STATUSES, needed=True),
    _UPDATED,
)

LAYOUTS = {
    "dvc_dossiers": DOSSIERS,
    "dvc_procedures": PROCEDURES,
    "asm_establishments": ESTABLISHMENTS,
    "asm_notices": NOTICES,
    "cccd_issuance": CARDS,
    "eid_accounts": ACCOUNTS,
}
