"""Paired effects against numbers worked by hand and against scipy's own tests."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from experiments.paired import effect, gap_of, mean_interval, pairs_needed, t_quantile
from sim.draws import blocks, name_address


def normals(n: int, name: str) -> np.ndarray:
    """Standard normal numbers that belong to a name, (n,) float64."""
    who = np.arange(n, dtype=np.uint64)
    where = np.full(n, name_address(name), np.uint64)
    words = blocks(np.full(n, 7, np.uint64), who, where, 0, 0)
    return stats.norm.ppf((words[:, 0].astype(np.float64) + 0.5) * 2.0**-32)


ARM, BASELINE = np.array([4.0, 7.0, 9.0, 12.0]), np.array([6.0, 8.0, 10.0, 16.0])


def test_an_effect_by_hand():
    found = effect(ARM, BASELINE, ARM, BASELINE, "lower")
    assert (found.baseline, found.mean, found.difference, found.pairs) == (10.0, 8.0, -2.0, 4)
    # differences -2, -1, -1, -4: variance 2; t(3) at 97.5 % is 3.182446
    half = 3.182446305 * math.sqrt(2.0 / 4.0)
    assert (found.low, found.high) == (pytest.approx(-2 - half), pytest.approx(-2 + half))
    assert found.variance_ratio == pytest.approx((34 / 3 + 56 / 3) / 2.0)
    assert found.interval == "paired"
    # relative -0.2: residuals arm - 0.8 baseline = -0.8, 0.6, 1.0, -0.8, variance 0.88
    assert found.relative == pytest.approx(-0.2)
    spread = math.sqrt(0.88 / 4.0) / 10.0
    assert found.relative_high - found.relative == pytest.approx(3.182446305 * spread)
    assert found.relative - found.relative_low == pytest.approx(3.182446305 * spread)


def test_single_keys_are_told_by_what_was_realised():
    told, base = np.array([1.0, 2.0, 3.0, 9.0]), np.array([2.0, 2.0, 5.0, 4.0])
    found = effect(ARM, BASELINE, told, base, "lower")
    assert found.prob_better == 0.5  # -1 and -2; 0 is no better
    assert found.sign_agree == 0.5  # the mean difference, -2, is negative
    assert found.outcome_low == pytest.approx(np.quantile([-1, 0, -2, 5], 0.025))
    assert found.outcome_high == pytest.approx(np.quantile([-1, 0, -2, 5], 0.975))
    assert effect(ARM, BASELINE, told, base, "higher").prob_better == 0.25
    assert math.isnan(effect(ARM, BASELINE, told, base, "").prob_better)


@pytest.mark.parametrize("shared", [0.0, 0.5, 3.0])
def test_intervals_are_those_of_scipy(shared: float):
    common = shared * normals(40, "common")
    a, b = common + normals(40, "a") + 0.3, common + 2.0 * normals(40, "b")
    gap = gap_of(a, b)
    paired = gap.interval == "paired"
    oracle = stats.ttest_rel(a, b) if paired else stats.ttest_ind(a, b, equal_var=False)
    interval = oracle.confidence_interval(0.95)
    assert gap.difference - gap.half_width == pytest.approx(interval.low)
    assert gap.difference + gap.half_width == pytest.approx(interval.high)
    assert paired == (gap.variance_ratio >= 1.0)


def test_strangers_get_the_interval_of_strangers_and_opposed_arms_keep_their_own():
    a, b = normals(60, "stranger"), normals(60, "another")
    some = {sign: gap_of(a, sign * b) for sign in (1.0, -1.0)}
    assert {gap.interval for gap in some.values()} == {"paired", "welch"}  # one of the two correlates below 0
    opposed = gap_of(a, -a + 0.5 * b)
    assert opposed.variance_ratio < 1.0
    assert opposed.interval == "paired"
    own = stats.ttest_rel(a, -a + 0.5 * b).confidence_interval(0.95)
    assert opposed.half_width == pytest.approx((own.high - own.low) / 2)
    assert gap_of(np.array([1.0, 2.0, 3.0]), np.array([3.0, 2.0, 1.0])).interval == "paired"


def test_an_arm_that_changes_nothing_has_no_effect_and_no_error():
    found = effect(ARM, ARM, ARM, ARM, "lower")
    assert (found.difference, found.low, found.high) == (0.0, 0.0, 0.0)
    assert (found.relative, found.relative_low, found.relative_high) == (0.0, 0.0, 0.0)
    assert (found.prob_better, found.sign_agree) == (0.0, 1.0)
    assert found.variance_ratio == math.inf
    assert found.pairs_for_sign == math.inf


def test_what_cannot_be_said_is_nan():
    one = effect(ARM[:1], BASELINE[:1], ARM[:1], BASELINE[:1], "lower")
    assert (one.difference, one.relative) == (-2.0, pytest.approx(-1 / 3))
    assert all(map(math.isnan, (one.low, one.high, one.relative_low, one.variance_ratio, one.pairs_for_1pct)))
    nothing = np.zeros(4)
    still = effect(nothing, nothing, nothing, nothing, "lower")
    assert math.isnan(still.relative)
    assert math.isnan(still.variance_ratio)
    assert math.isnan(effect(ARM, nothing, ARM, nothing, "lower").relative_low)
    lost = np.array([1.0, math.nan, 2.0, 3.0])
    assert math.isnan(effect(lost, BASELINE, lost, BASELINE, "").low)


@pytest.mark.parametrize("spread", [0.1, 1.0, 37.0])
@pytest.mark.parametrize("half", [0.05, 1.0, 20.0])
def test_the_pairs_needed_are_the_fewest_that_suffice(spread: float, half: float):
    n = pairs_needed(spread, half)
    assert n >= 2
    assert t_quantile(n - 1) * spread / math.sqrt(n) <= half
    if n > 2:
        assert t_quantile(n - 2) * spread / math.sqrt(n - 1) > half


def test_the_table_says_how_many_pairs_it_takes():
    found = effect(ARM, BASELINE, ARM, BASELINE, "lower")
    assert found.pairs_for_1pct == pairs_needed(math.sqrt(2.0), 0.1)  # 1 % of 10
    assert found.pairs_for_sign == pairs_needed(math.sqrt(2.0), 2.0)
    assert found.pairs_for_sign == 5.0
    assert pairs_needed(1.0, 0.0) == math.inf
    assert math.isnan(pairs_needed(math.nan, 1.0))


def test_intervals_of_many_things_at_once():
    values = np.stack([ARM, BASELINE, ARM * 0.0], axis=1)
    mean, low, high = mean_interval(values)
    for column in range(2):
        t = stats.ttest_1samp(values[:, column], 0.0).confidence_interval(0.95)
        assert (low[column], high[column]) == (pytest.approx(t.low), pytest.approx(t.high))
    assert (mean[2], low[2], high[2]) == (0.0, 0.0, 0.0)
    assert np.isnan(mean_interval(values[:1])[1]).all()
