"""Invented people: well-formed numbers that cannot be a real person's, and events in order."""

from __future__ import annotations

import re

import numpy as np
import pytest

from de06_pipeline.periods import Month
from de06_pipeline.samples import people, registrations, stays
from de06_pipeline.samples.draw import apportion, evenly, running_number, stream
from de06_pipeline.samples.places import LONG_AN, QUANG_NAM, Office
from de06_pipeline.samples.targets import FLOWS

JULY = Month(2024, 7)


def fits(number: str, birth: np.datetime64, woman: bool) -> bool:
    """PPP G YY NNNNNN: even G men, odd G women; 0 and 1 born before 2000, 2 and 3 from 2000."""
    year = birth.astype("datetime64[Y]").astype(int) + 1970
    return bool(
        re.fullmatch(r"0\d{2}[0-3]\d{2}999\d{3}", number)
        and int(number[3]) == (2 if year >= 2000 else 0) + woman
        and int(number[4:6]) == year % 100
    )


@pytest.mark.parametrize("office", [QUANG_NAM, LONG_AN], ids=["quang-nam", "long-an"])
def test_identity_numbers_are_well_formed_and_of_the_synthetic_range(office: Office) -> None:
    cards = registrations.card_cohort(6, 0.1, office, JULY)
    persons = zip(cards["citizen_id"], cards["birth_date"], cards["gender"], strict=True)
    assert all(fits(number, birth, gender == "Nữ") for number, birth, gender in persons)


def test_telephone_numbers_have_a_prefix_that_is_not_in_use() -> None:
    assert all(re.fullmatch(r"010\d{7}", phone) for phone in people.phones(stream(1, "x"), 500))


def test_births_give_the_wanted_age() -> None:
    ages = np.arange(14, 90)
    on = np.full(len(ages), np.datetime64("2024-07-15"))
    born = people.births(stream(1, "births"), on, ages)
    years = 2024 - (born.astype("datetime64[Y]").astype(int) + 1970)
    birthday_to_come = np.array([str(b)[5:] > "07-15" for b in born])
    assert (years - birthday_to_come == ages).all()


@pytest.mark.parametrize("office", [QUANG_NAM, LONG_AN], ids=["quang-nam", "long-an"])
def test_card_events_are_in_order_and_the_product_is_of_its_time(office: Office) -> None:
    cohorts = [
        registrations.card_cohort(6, 0.1, office, JULY.plus(-age))
        for age in range(registrations.COHORTS)
    ]
    table = registrations.card_delivery(cohorts, JULY)
    for earlier, later in (("received_on", "issued_on"), ("issued_on", "handed_over_on")):
        assert not (table[later] < table[earlier]).any()
    first, after = np.datetime64("2024-07-01"), np.datetime64("2024-08-01")
    events = [
        (table[name] >= first) & (table[name] < after)
        for name in ("received_on", "issued_on", "handed_over_on")
    ]
    assert np.logical_or.reduce(events).all()
    assert not any(
        (table[name] >= after).any() for name in ("received_on", "issued_on", "handed_over_on")
    )
    issued_after = table["issued_on"] >= first
    assert set(table["product"][issued_after]) == {"Căn cước"}
    assert set(table["product"][table["issued_on"] < first]) == {"CCCD"}


def test_the_life_of_registrations_ends_within_the_cohorts_that_a_delivery_looks_at() -> None:
    for make, last in (
        (registrations.card_cohort, "handed_over_on"),
        (registrations.account_cohort, "activated_on"),
    ):
        table = make(6, 0.1, LONG_AN, JULY)
        assert not (table[last] >= np.datetime64(JULY.plus(registrations.COHORTS).first_day)).any()


def test_stays_have_keys_of_their_own_and_leave_after_they_arrive() -> None:
    table = stays.notices(6, 1.0, LONG_AN, JULY)
    days = table["arrival_at"].astype("datetime64[D]")
    keys = set(zip(table["establishment_id"], table["document_number"], days, strict=True))
    assert len(keys) == len(days)
    assert not (table["departure_on"] < days).any()
    assert (table["notified_at"] > table["arrival_at"]).all()


@pytest.mark.parametrize("flow", FLOWS, ids=[flow.ids for flow in FLOWS])
def test_the_months_of_a_published_flow_add_up(flow: object) -> None:
    from de06_pipeline.samples.targets import Flow

    assert isinstance(flow, Flow)
    months = [flow.first]
    while months[-1] < flow.last:
        months.append(months[-1].plus(1))
    assert sum(flow.in_month(month) for month in months) == flow.made
    bound, number = flow.published[0], float(flow.published.lstrip("<>"))
    assert (
        flow.made > number
        if bound == ">"
        else flow.made < number
        if bound == "<"
        else flow.made == number
    )


def test_draws() -> None:
    assert apportion(10, [1, 1, 1]) == [4, 3, 3]
    assert sum(apportion(2_222, [1.02, 0.78, 1.08, 1.02, 1.0])) == 2_222
    flags = evenly(1_000, 0.771)
    assert all(abs(flags[:n].sum() - n * 0.771) <= 0.5 for n in range(1_001))
    groups = np.array(["a", "b", "a", "a", "b"])
    assert running_number(groups, np.zeros(5)).tolist() == [1, 1, 2, 3, 2]
