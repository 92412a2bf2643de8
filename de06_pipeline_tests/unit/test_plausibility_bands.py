"""The volume band: what earlier months say about a delivery's size."""

from __future__ import annotations

import pytest

from de06_pipeline.monthly.cross_month import volume_band


def test_two_months_say_nothing():
    assert volume_band([100, 100]) is None


def test_steady_months_allow_half_and_double():
    low, high = volume_band([999, 999, 999, 999])
    assert (low, high) == (499, 1999)


@pytest.mark.parametrize("count", [400, 2500])
def test_a_tenfold_or_halved_volume_of_a_steady_supplier_is_outside(count):
    low, high = volume_band([1000, 1010, 990, 1005, 995])
    assert not low <= count <= high


def test_one_wild_month_does_not_widen_the_band():
    assert volume_band([1000, 1000, 1000, 1000, 90_000]) == volume_band([1000, 1000, 1000, 1000, 1000])


def test_restless_months_widen_it():
    low, high = volume_band([100, 1000, 10_000, 300, 3000])
    assert low < 100
    assert high > 10_000
