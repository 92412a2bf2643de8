"""Random establishments and notices of stays."""

from __future__ import annotations

from datetime import timedelta

from de06_pipeline_tests.naive import layouts
from de06_pipeline_tests.naive.random_forms import Forms
from de06_pipeline_tests.naive.random_places import Province
from de06_pipeline_tests.naive.rules import month_end, month_start

Texts = dict[str, str]

_TYPES = ("khách sạn", "nhà nghỉ", "homestay", "nhà cho thuê", "bệnh viện", "trung tâm y tế")
_ESTABLISHMENTS = 60


def _establishment_id(province: Province, number: int) -> str:
    return f"CS-{province.code}-{number:04d}"


def establishments(forms: Forms, province: Province, month: str) -> list[Texts]:
    """The register of a province."""
    return [_establishment(forms, province, month, number) for number in range(_ESTABLISHMENTS)]


def _establishment(forms: Forms, province: Province, month: str, number: int) -> Texts:
    has_account = forms.often(0.7)
    created = month_end(month) - timedelta(
        days=forms.rng.choice((-1, 1, 40, 400)) if forms.often(0.1) else 90
    )
    return {
        "establishment_id": _establishment_id(province, number) if forms.often(0.98) else "",
        "establishment_name": forms.noisy("Nhà nghỉ Đá, Mới"),
        "site_group": forms.any_of(layouts.SITE_GROUPS) if forms.often(0.9) else "",
        "site_type": forms.rng.choice(_TYPES),
        **province.texts(forms, in_force=month),
        "has_account": forms.yes_no(has_account),
        "account_created_on": forms.day(created) if has_account or forms.often(0.1) else "",
        "status": forms.choice(
            forms.rng.choices(list(layouts.SITE_STATUSES), (8, 1, 1))[0], layouts.SITE_STATUSES
        ),
    }


def notices(forms: Forms, province: Province, month: str, count: int) -> list[Texts]:
    """Notices of a month."""
    return [_notice(forms, province, month) for _ in range(count)]


def _notice(forms: Forms, province: Province, month: str) -> Texts:
    rng = forms.rng
    arrival = forms.time_between(
        month_start(month) - timedelta(hours=3 * forms.often(0.2)),
        month_end(month) + timedelta(hours=3 * forms.often(0.2)),
    )
    if forms.often(0.15):
        arrival = arrival.replace(hour=rng.choice((22, 23)), minute=rng.choice((0, 59)), second=0)
    evening = arrival.replace(hour=23, minute=0, second=0)
    notified = rng.choice(
        (
            arrival + timedelta(minutes=rng.randrange(900)),
            evening,
            evening + timedelta(hours=9),
            evening + timedelta(hours=4),
        )
    )
    number = f"0{province.code}3{rng.randrange(10):02d}{rng.randrange(40):06d}"
    document = rng.choice(("1", "1", "8", "4"))
    if document == "4":
        number = f"B{rng.randrange(300):07d}"
    elif forms.often(0.1):
        number = rng.choice((number[1:], number[1:], "4,9E+10"))
    return {
        "establishment_id": _establishment_id(province, rng.randrange(int(_ESTABLISHMENTS * 1.1)))
        if forms.often(0.98)
        else "",
        "establishment_name": "Nhà nghỉ",
        "site_group": forms.any_of(layouts.SITE_GROUPS),
        "site_type": rng.choice((*_TYPES, "")),
        **province.texts(forms),
        "guest_name": forms.noisy("Trần Thử Nghiệm"),
        "birth_date": forms.day(month_start(month) - timedelta(days=rng.randrange(1000, 30000))),
        "phone": "",
        "address_detail": "số 1; hẻm 2, ấp 3\ntổ 4" if forms.often(0.1) else "",
        "gender": forms.any_of(layouts.GENDERS),
        "nationality": rng.choice(
            ("VNM", "VNM - Viet Nam", "vnm", "KOR", "FRA", "D", "RKS", "UNO")
        ),
        "document_type": forms.choice(document, layouts.DOCUMENTS),
        "document_number": number,
        "arrival_at": forms.moment(arrival),
        "departure_on": forms.day(arrival + timedelta(days=rng.choice((-1, 0, 0, 1, 2, 2, 3, 9))))
        if forms.often(0.8)
        else "",
        "room": "101",
        "stay_reason": forms.any_of(layouts.STAY_REASONS),
        "notified_at": forms.moment(notified),
        "channel": forms.any_of(layouts.NOTICE_CHANNELS),
        "status": forms.retoned(
            forms.choice(
                rng.choices(list(layouts.NOTICE_STATUSES), (8, 1, 1))[0], layouts.NOTICE_STATUSES
            )
        ),
    }
