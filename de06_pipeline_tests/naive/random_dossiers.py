"""Random dossiers and catalogues of procedures."""

from __future__ import annotations

from datetime import datetime, timedelta

from de06_pipeline_tests.naive import layouts
from de06_pipeline_tests.naive.random_forms import Forms
from de06_pipeline_tests.naive.random_places import Province
from de06_pipeline_tests.naive.rules import month_end, month_start

Texts = dict[str, str]

KNOWN = ("1.004222", "1.004194", "1.001193", "2.001159", "1.000377", "1.012345", "2.000998")
UNKNOWN = ("1.777777", "2.888888")
_POLICE = ("1.004222", "1.004194", "2.001159", "1.000377")
_SECTORS = ("Đăng ký, quản lý cư trú", "Cấp, quản lý căn cước", "Hộ tịch", "Lĩnh vực lạ", "")
_OPTIONAL_FLAGS = (
    "processed_online",
    "components_digitised",
    "electronic_result",
    "data_reused",
    "national_sync",
)


def dossiers(forms: Forms, province: Province, month: str, count: int) -> list[Texts]:
    """Dossiers of a month, most of them good."""
    return [_dossier(forms, province, month, number) for number in range(count)]


def _dossier(forms: Forms, province: Province, month: str, number: int) -> Texts:
    rng, start, end = forms.rng, month_start(month), month_end(month)
    received = forms.time_between(
        start - timedelta(days=rng.choice((5, 20, 60))) if forms.often(0.5) else start,
        end + timedelta(hours=2),
    )
    submitted = received - timedelta(hours=rng.choice((0, 1, 5, 30)))
    status = rng.choices(list(layouts.DOSSIER_STATUSES), (2, 4, 3, 4, 2, 1, 2, 2, 10, 10))[0]
    row = {
        "dossier_code": _code(forms, province, submitted, number),
        "procedure_code": rng.choice((*KNOWN, *KNOWN, *UNKNOWN))
        + rng.choice(("", "", f".000.00.00.{province.office}")),
        "procedure_name": forms.noisy("Đăng ký; cấp giấy, loại 1"),
        "sector": forms.noisy(rng.choice(_SECTORS)),
        "agency_code": f"000.00.19.{province.office}",
        "agency_name": forms.noisy("Công an huyện"),
        "agency_level": forms.any_of(layouts.LEVELS),
        **province.texts(forms),
        "service_level": forms.any_of(layouts.SERVICE_LEVELS),
        "channel": rng.choice((forms.any_of(layouts.CHANNELS), forms.any_of(layouts.CHANNELS), "")),
        "submitted_at": forms.moment(submitted) if forms.often(0.8) else "",
        "received_at": forms.moment(received)
        if status not in ("1", "3") and forms.often(0.9)
        else "",
        "status": forms.choice(status, layouts.DOSSIER_STATUSES),
        "supplement_requests": rng.choice(("", "0", "0", "1", "2")),
        "supplement_days": rng.choice(("", "", "0", "0,5", "1", "1,25", "3")),
        "fee_vnd": rng.choice(("", "0", forms.number(20000), forms.number(1250000))),
        "online_payment": rng.choice(
            ("", forms.any_of(layouts.PAYMENTS), forms.yes_no(True), forms.yes_no(False))
        ),
        **{name: forms.yes_no(forms.often(0.6)) for name in _OPTIONAL_FLAGS},
        "applicant_type": rng.choice(("", forms.any_of(layouts.APPLICANTS))),
        "applicant_name": forms.noisy('Nguyễn Thử Nghiệm, "chủ hộ"'),
        "applicant_id": rng.choice(("049301000012", "49301000012", "7,9E+10", "201234567", "")),
        "phone": "0900000000",
        "updated_at": forms.moment(end + timedelta(days=rng.randrange(5)))
        if forms.often(0.7)
        else "",
    }
    return row | _ending(forms, received, status, start, end)


def _code(forms: Forms, province: Province, submitted: datetime, number: int) -> str:
    if forms.often(0.02):
        return forms.rng.choice(("", "HS-1", f"{province.office}-0126-0001"))
    return (
        forms.rng.choice((f"000.00.19.{province.office}", f"{province.office}.132"))
        + f"-{submitted:%y%m%d}-{number:04d}"
    )


def _ending(forms: Forms, received: datetime, status: str, start: datetime, end: datetime) -> Texts:
    rng = forms.rng
    finished = forms.time_between(
        max(received, start),
        max(end, received + timedelta(days=1)) + timedelta(days=rng.choice((0, 0, 0, 3))),
    )
    due = rng.choice(
        (
            finished,
            received + timedelta(days=rng.randrange(1, 40)),
            finished + timedelta(days=2),
            end - timedelta(hours=3),
        )
    )
    texts = {"due_at": forms.moment(due) if forms.often(0.85) else ""}
    if status in ("7", "8", "9", "10") and forms.often(0.98):
        texts["finished_at"] = forms.moment(finished)
        if forms.often(0.4):
            texts["returned_at"] = forms.moment(finished + timedelta(days=rng.choice((0, 1, 4))))
    return texts


def catalogue(forms: Forms, province: Province, month: str) -> list[Texts]:
    """A catalogue: province-wide entries at every level, some entries of one district, some
    expired.
    """
    rows = []
    for number, code in enumerate((*KNOWN, "1.555001", "1.555002", "1.555003", "3.000001")):
        for level in layouts.LEVELS:
            if forms.often(0.7):
                rows.append(_entry(forms, province, code, number, level))
    for number in range(6):
        entry = _entry(
            forms,
            province,
            f"1.6{province.code}{number:03d}",
            20,
            forms.rng.choice(("Huyện", "Xã")),
        )
        place = province.texts(forms, always=True, in_force=month)
        rows.append(entry | {"province": place["province"], "district": place["district"]})
    return rows


def _entry(forms: Forms, province: Province, code: str, number: int, level: str) -> Texts:
    rng = forms.rng
    is_timed = code.startswith("1.555")
    return {
        "procedure_code": code,
        "procedure_name": forms.noisy("Thủ tục, thử"),
        "sector": "Hộ tịch",
        "agency_level": forms.choice(level, layouts.LEVELS),
        "province": province.text(forms),
        "district": "",
        "service_level": forms.any_of(layouts.SERVICE_LEVELS),
        "lead_agency": forms.noisy("Bộ Công an" if code in _POLICE else "Bộ Tư pháp"),
        "essential_list": forms.choice(
            ("QĐ06", "QĐ422", "QĐ206")[number % 3], layouts.ESSENTIAL_LISTS
        )
        if number < 9
        else "",
        "essential_no": str(number + 1) if number < 9 else "",
        "has_fee": forms.yes_no(True),
        "deployed": forms.yes_no(forms.often(0.3)),
        "effective_from": forms.day(rng.choice((datetime(2023, 5, 1), datetime(2025, 1, 20))))
        if is_timed
        else "",
        "effective_to": forms.day(
            rng.choice((datetime(2024, 12, 15), datetime(2025, 2, 10), datetime(2026, 1, 1)))
        )
        if is_timed
        else "",
    }
