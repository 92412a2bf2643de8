"""Dossiers of the samples: their life, and what a month's delivery shows of it."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime

import numpy as np
import pytest

from de06_pipeline.periods import Month
from de06_pipeline.samples import dossiers
from de06_pipeline.samples.communes import Communes
from de06_pipeline.samples.exports import Exports
from de06_pipeline.samples.layouts import Table, rows
from de06_pipeline.samples.places import LONG_AN, QUANG_NAM, Office
from de06_pipeline.settings import REPOSITORY

REFERENCE = REPOSITORY / "data_contracts" / "reference"
JUNE = Month(2024, 6)
CODE = re.compile(r"(?:\d{3}\.\d{2}\.\d{2}\.H\d{2}|H\d{2}(?:\.\d{1,3})*)-(\d{6})-\d{4,}")


def day(month: Month) -> np.datetime64:
    return np.datetime64(month.start, "s")


@pytest.fixture(scope="module")
def cohorts() -> list[Table]:
    return [dossiers.cohort(6, 0.1, QUANG_NAM, JUNE.plus(-age)) for age in range(dossiers.COHORTS)]


@pytest.fixture(scope="module")
def exports() -> Exports:
    return Exports(6, 0.05, Communes(REFERENCE))


def test_a_cohort_is_received_in_its_month_and_ends_within_its_lifetime(
    cohorts: list[Table],
) -> None:
    june = cohorts[0]
    assert (june["received_at"] >= day(JUNE)).all()
    assert (june["received_at"] < day(JUNE.plus(1))).all()
    assert (june["submitted_at"] <= june["received_at"]).all()
    assert (june["received_at"] <= june["finished_at"]).all()
    returned = ~np.isnat(june["returned_at"])
    assert (june["finished_at"] <= june["returned_at"])[returned].all()
    assert (june["finished_at"] < day(JUNE.plus(dossiers.COHORTS))).all()


def test_codes_are_well_formed_unique_and_bear_the_day_of_receipt_but_for_a_few(
    cohorts: list[Table],
) -> None:
    codes = np.concatenate([cohort["dossier_code"] for cohort in cohorts])
    assert len(set(codes)) == len(codes)
    matches = [CODE.fullmatch(code) for code in cohorts[0]["dossier_code"]]
    assert all(matches)
    days = [datetime.strptime(match[1], "%y%m%d") for match in matches if match]
    received = cohorts[0]["received_at"].astype("datetime64[D]")
    away = Counter(
        int((at - np.datetime64(d.date())).astype(int))
        for d, at in zip(days, received, strict=True)
    )
    assert 0.99 * len(days) < away[0] < len(days)
    assert set(away) <= {0, 10}


def test_a_delivery_holds_exactly_the_dossiers_alive_in_the_month(cohorts: list[Table]) -> None:
    nobody = rows(
        dossiers.not_accepted(6, cohorts[0], QUANG_NAM, JUNE), np.zeros(0, dtype=np.int64)
    )
    delivered = dossiers.delivery(cohorts, nobody, JUNE)
    alive = {
        code
        for cohort in cohorts
        for code, received, finished in zip(
            cohort["dossier_code"], cohort["received_at"], cohort["finished_at"], strict=True
        )
        if received < day(JUNE.plus(1)) and finished >= day(JUNE)
    }
    assert set(delivered["dossier_code"]) == alive
    assert len(delivered["dossier_code"]) == len(alive)


@pytest.mark.parametrize("office", [QUANG_NAM, LONG_AN], ids=["quang-nam", "long-an"])
def test_a_delivery_shows_nothing_of_the_future(exports: Exports, office: Office) -> None:
    table = exports.of("dvc_dossiers", office, JUNE)
    assert table is not None
    end = day(JUNE.plus(1))
    for name in ("submitted_at", "received_at", "finished_at", "returned_at", "updated_at"):
        assert not (table[name] >= end).any(), name
    closed = np.isin(table["status"], (7, 8, 9, 10))
    assert (~np.isnat(table["finished_at"]) == closed).all()
    never_received = np.isin(table["status"], (1, 3))
    assert (np.isnat(table["received_at"]) == never_received).all()
    assert (table["submitted_at"][never_received] >= day(JUNE)).all()


def test_what_is_open_at_the_end_of_a_month_is_in_the_next(exports: Exports) -> None:
    may, june = (
        exports.of("dvc_dossiers", LONG_AN, JUNE.plus(-1)),
        exports.of("dvc_dossiers", LONG_AN, JUNE),
    )
    assert may is not None
    assert june is not None
    still_open = set(may["dossier_code"][np.isin(may["status"], (2, 4, 5, 6))])
    assert still_open
    assert still_open <= set(june["dossier_code"])


def test_repeated_records_are_older_than_the_ones_they_repeat(exports: Exports) -> None:
    table, repeats = (
        exports.of("dvc_dossiers", QUANG_NAM, JUNE),
        exports.repeats("dvc_dossiers", QUANG_NAM, JUNE),
    )
    assert table is not None
    assert repeats is not None
    last = dict(zip(table["dossier_code"], table["updated_at"], strict=True))
    assert len(repeats["dossier_code"]) > 10
    # Offices that write minutes must still show which one is older.
    older = [
        at.astype("datetime64[m]") < last[code].astype("datetime64[m]")
        for code, at in zip(repeats["dossier_code"], repeats["updated_at"], strict=True)
    ]
    assert all(older)


def test_dossiers_of_the_commune_level_name_a_commune_of_their_district(exports: Exports) -> None:
    table = exports.of("dvc_dossiers", QUANG_NAM, JUNE)
    assert table is not None
    tam_ky = (table["district"] == "502") & (table["agency_level"] == "Xã")
    assert {
        agency.split()[1]
        for agency in table["agency_name"][tam_ky & ~table["by_police"].astype(bool)]
    } <= {"phường", "xã"}
    assert set(table["commune"][tam_ky]) <= {
        "20335", "20341", "20344", "20347", "20350", "20353", "20356", "20359", "20362", "20371", "20375", "20389",
    }  # fmt: skip
    assert not table["commune"][table["agency_level"] == "Huyện"].any()


def test_districts_follow_the_month() -> None:
    before, after = (
        dossiers.units(QUANG_NAM, month, 1.0) for month in (Month(2024, 12), Month(2025, 1))
    )
    assert "519" in {unit.district for unit in before}
    assert "519" not in {unit.district for unit in after}
