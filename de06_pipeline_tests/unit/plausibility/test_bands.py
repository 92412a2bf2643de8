"""The band of a count: what earlier counts say about the next."""

from __future__ import annotations

import pytest

from de06_pipeline.plausibility.bands import BandRule, RateBandRule, rate_band, robust_band

RULE = BandRule()


def test_two_months_say_nothing():
    assert robust_band([100, 100], RULE) is None


def test_steady_months_allow_half_and_double():
    band = robust_band([999, 999, 999, 999], RULE)
    assert (band.low, band.middle, band.high) == (499, 999, 1999)


@pytest.mark.parametrize("count", [400, 2500])
def test_a_tenfold_or_halved_volume_of_a_steady_supplier_is_outside(count):
    assert not robust_band([1000, 1010, 990, 1005, 995], RULE).holds(count)


def test_one_wild_month_does_not_widen_the_band():
    assert robust_band([1000, 1000, 1000, 1000, 90_000], RULE) == robust_band(
        [1000, 1000, 1000, 1000, 1000], RULE
    )


def test_restless_months_widen_it():
    band = robust_band([100, 1000, 10_000, 300, 3000], RULE)
    assert band.low < 100
    assert band.high > 10_000


def test_the_distance_counts_what_is_too_much_or_too_little():
    band = robust_band([999, 999, 999], RULE)
    assert (band.distance(1999), band.distance(2009), band.distance(490)) == (0, 10, 9)


def test_a_steady_rate_has_a_band_of_points_that_ends_at_0_and_100():
    band = rate_band([97.0, 98.0, 99.0], RateBandRule())
    assert (band.low, band.high) == (78.0, 100.0)
    assert rate_band([97.0, 98.0], RateBandRule()) is None


def test_a_rate_that_always_moved_has_a_wider_band():
    band = rate_band([40.0, 50.0, 60.0, 50.0, 70.0], RateBandRule(smallest_points=5.0))
    assert (round(band.low, 1), round(band.high, 1)) == (5.5, 94.5)
