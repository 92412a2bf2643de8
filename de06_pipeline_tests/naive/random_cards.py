"""Random ID-card and e-ID dossiers."""

from __future__ import annotations

from datetime import datetime, timedelta

from de06_pipeline_tests.naive import layouts
from de06_pipeline_tests.naive.random_forms import Forms
from de06_pipeline_tests.naive.random_places import Province
from de06_pipeline_tests.naive.rules import month_end, month_start

Texts = dict[str, str]


def cards(forms: Forms, province: Province, month: str, count: int) -> list[Texts]:
    """Card dossiers with an event in the month, most of them."""
    return [_card(forms, province, month, number) for number in range(count)]


def accounts(forms: Forms, province: Province, month: str, count: int) -> list[Texts]:
    """Account dossiers with an event in the month, most of them."""
    return [_account(forms, province, month, number) for number in range(count)]


def _events(forms: Forms, month: str, *names: str) -> tuple[Texts, datetime]:
    rng = forms.rng
    day = forms.time_between(
        month_start(month) - timedelta(days=rng.choice((0, 0, 10, 40))), month_end(month)
    )
    texts, first = {}, day
    for name in names:
        texts[name] = forms.day(day) if forms.often(0.85) else ""
        day += timedelta(days=rng.choice((0, 1, 3, 9, 12, -1 if forms.often(0.1) else 5)))
        if forms.often(0.25):
            break
    return texts, first


def _birth(forms: Forms, day: datetime) -> str:
    if forms.often(0.05):
        return ""
    age = forms.rng.choice((3, 5, 6, 13, 14, 20, 24, 25, 33, 39, 40, 50, 59, 60, 80))
    shift = timedelta(days=forms.rng.choice((0, 0, -1, 1, 100)))
    birth = day.replace(year=day.year - age, day=min(day.day, 28)) + shift
    if (birth.month, birth.day) == (2, 29):
        # Whether a birthday on 29 February falls on the 28th or on 1 March in other years is not
        # said anywhere.
        birth += timedelta(days=1)
    return forms.day(datetime(2008, 2, 29) if forms.often(0.05) else birth)


def _person(forms: Forms, province: Province, number: int) -> Texts:
    return {
        "citizen_id": forms.rng.choice(
            (f"0{province.code}301{number:06d}", f"{province.code}301{number:06d}", "7,9E+10", "")
        ),
        "updated_at": forms.moment(datetime(2025, 3, 1) + timedelta(hours=forms.rng.randrange(50)))
        if forms.often(0.7)
        else "",
    }


def _card(forms: Forms, province: Province, month: str, number: int) -> Texts:
    events, first = _events(forms, month, "received_on", "issued_on", "handed_over_on")
    return {
        "application_id": f"CC-{province.code}-{month}-{number:05d}" if forms.often(0.98) else "",
        **_person(forms, province, number),
        "full_name": forms.noisy("Lê Thị Thử"),
        "birth_date": _birth(forms, first),
        "gender": forms.rng.choice(("", forms.any_of(layouts.GENDERS))),
        "product": forms.choice(
            forms.rng.choices(list(layouts.PRODUCTS), (1, 12, 3))[0], layouts.PRODUCTS
        ),
        "request_type": forms.any_of(layouts.REQUEST_TYPES) if forms.often(0.95) else "",
        **province.texts(forms),
        "receiving_unit": "Công an",
        "venue": forms.any_of(layouts.VENUES) if forms.often(0.9) else "",
        **events,
        "status": forms.any_of(layouts.CARD_STATUSES),
    }


def _account(forms: Forms, province: Province, month: str, number: int) -> Texts:
    events, first = _events(forms, month, "received_on", "created_on", "activated_on")
    return {
        "application_id": f"TK-{province.code}-{month}-{number:05d}" if forms.often(0.98) else "",
        **_person(forms, province, number),
        "birth_date": _birth(forms, first),
        "level": forms.any_of(layouts.ACCOUNT_LEVELS) if forms.often(0.95) else "",
        **province.texts(forms),
        **events,
        "status": forms.any_of(layouts.ACCOUNT_STATUSES),
    }
