"""Scanners that break and are repaired, dogs that tire and recover, and licit flow that varies: closed
forms.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.kernels.arrays import DOG, HOURS, SCAN, PostState
from sim.kernels.post_hours import post_hours, wait_table
from tests.statistics.stated import ALPHA, chi_square_pvalue, needs_compiled, spread, z_pvalue
from tests.unit.kernels.small_world import NO_SWING, SWING, numbers, post_arrays, rested, week_shape

pytestmark = needs_compiled

WAITS = wait_table(1)


def weeks_of(posts, n_weeks, normal=NO_SWING, state=None, key=5):
    """Hours of each week, and the state at its end, week after week."""
    n = posts.address.size
    state, shape = rested(n) if state is None else state, week_shape(n)
    for week in range(n_weeks):
        hours, state = post_hours(np.uint64(key), HOURS * week, 0, HOURS, posts, shape, state, WAITS, normal)
        yield hours, state


# Scanners


FAIL, REPAIR = 0.02, 0.1


@pytest.fixture(scope="module")
def scanners():
    """State of 1,000 scanners in each of 120 weeks' hours, (weeks, posts, hours), from a stationary start."""
    posts = post_arrays(
        [f"post {p}" for p in range(1000)],
        trucks_per_h=1.0,
        scanner_share=1.0,
        fail_prob=FAIL,
        repair_prob=REPAIR,
    )
    start = rested(1000)._replace(
        scanner_up=numbers("scanners at the start", 1000) < REPAIR / (FAIL + REPAIR)
    )
    return np.array([hours.met[:, :, SCAN] > 0 for hours, _ in weeks_of(posts, 120, state=start)])


def test_scanners_are_up_as_long_as_they_should_be(scanners):
    """Null: up share = repair / (fail + repair), two-state chain. 2e7 hours, alpha = 1e-6; finds 0.5 %.

    Planted: scanners that are repaired an hour late or early.
    """
    share = REPAIR / (FAIL + REPAIR)
    n = scanners.size
    kept = 1.0 - FAIL - REPAIR  # correlation of two hours in turn
    error = math.sqrt(share * (1 - share) / n * (1 + kept) / (1 - kept))
    assert spread() * error / share < 0.005
    assert z_pvalue(scanners.mean(), share, error) > ALPHA
    late = 1.0 / FAIL / (1.0 / FAIL + 1.0 / REPAIR + 1.0)
    assert z_pvalue(scanners.mean(), late, error) < ALPHA
    early = 1.0 / FAIL / (1.0 / FAIL + 1.0 / REPAIR - 1.0)
    assert z_pvalue(scanners.mean(), early, error) < ALPHA


def spells(up, state, n):
    """Lengths of the first n whole spells of `state` in a long history."""
    changes = np.flatnonzero(np.diff(up)) + 1
    starts, lengths = changes[:-1], np.diff(changes)
    found = lengths[up[starts] == state][:n]
    assert found.size == n
    return found


@pytest.mark.parametrize(
    ("state", "prob"), [(False, REPAIR), (True, FAIL)], ids=["outages", "spells of work"]
)
def test_outages_are_geometric(scanners, state, prob):
    """Null: the length of an outage is geometric with mean 1 / repair, of a spell of work with mean 1 /
    fail.

    The first 250 of each of 1,000 histories; mean and chi-square over lengths, n = 250,000, alpha = 1e-6;
    finds 1.7 % of the mean. Planted: lengths an hour off, and the spells that hold a random hour
    (inspection paradox).
    """
    history = scanners.transpose(1, 0, 2).reshape(1000, -1)
    length = np.concatenate([spells(up, state, 250) for up in history])
    n, mean, error = length.size, 1.0 / prob, math.sqrt(1 - prob) / prob / math.sqrt(length.size)
    assert spread() * error / mean < 0.017
    assert z_pvalue(length.mean(), mean, error) > ALPHA
    most = round(4 * mean)
    share = prob * (1 - prob) ** np.arange(most - 1)
    counts = np.bincount(np.minimum(length, most), minlength=most + 1)[1:]
    expected = np.append(share, 1 - share.sum()) * n
    assert chi_square_pvalue(counts, expected) > ALPHA
    assert z_pvalue(length.mean() + 1, mean, error) < ALPHA
    assert chi_square_pvalue(np.roll(counts, 1), expected) < ALPHA
    met = (length.astype(np.float64) ** 2).sum() / length.sum()
    assert math.isclose(met, (2 - prob) / prob, rel_tol=0.02)
    assert z_pvalue(met, mean, error) < ALPHA


def test_failure_does_not_depend_on_the_flow_of_the_hour():
    """Null: flow and scanner use different bits of a word. n = 840,000 hours, alpha = 1e-6; finds a
    correlation of 0.009.
    """
    posts = post_arrays(
        [f"post {p}" for p in range(500)],
        trucks_per_h=1.0,
        traffic_cv=0.3,
        scanner_share=1.0,
        teams=1.0,
        dog_per_h=0.5,
        fail_prob=0.5,
        repair_prob=0.5,
    )
    up, flow = [], []
    for hours, _ in weeks_of(posts, 10, SWING):
        up.append(hours.met[:, 1:, SCAN] > 0)  # the turn of an hour shows in the next
        flow.append(hours.met[:, :-1, DOG])  # the share searched falls with the flow
    up, flow = np.concatenate(up).ravel(), np.concatenate(flow).ravel()
    assert flow.std() > 0.1
    assert spread() / math.sqrt(up.size) < 0.009
    z = np.corrcoef(up, flow)[0, 1] * math.sqrt(up.size)
    assert z_pvalue(z, 0.0, 1.0) > ALPHA


# Dogs


GAIN, RECOVERY, MEAN, CV = 0.3, 0.15, 2.0, 0.25


def test_exertion_has_the_mean_and_variance_of_its_recursion():
    """Null: x' = (1 - r) x + g w has mean g E[w] / r and variance g^2 Var(w) / (1 - (1 - r)^2).

    Exertion at the end of 120 weeks of 500 posts, 60,000 numbers 168 h apart (correlation 1e-12). alpha =
    1e-6; finds 0.3 % of the mean and 5 % of the variance. Planted: dogs that do not recover for one hour
    in ten.
    """
    posts = post_arrays(
        [f"post {p}" for p in range(500)],
        trucks_per_h=MEAN,
        traffic_cv=CV,
        teams=1.0,
        exertion_gain=GAIN,
        recovery=RECOVERY,
    )
    swing = np.maximum(0.0, 1.0 + CV * SWING)
    searches, variance = MEAN * swing.mean(), MEAN**2 * swing.var()
    ends = np.array([state.exertion for _, state in weeks_of(posts, 121, SWING)])[1:].ravel()

    def pvalues(x, recovery):
        mean, var = GAIN * searches / recovery, GAIN**2 * variance / (1 - (1 - recovery) ** 2)
        n = x.size
        return z_pvalue(x.mean(), mean, math.sqrt(var / n)), z_pvalue(x.var(), var, var * math.sqrt(2.0 / n))

    n = ends.size
    assert (
        spread() * GAIN * math.sqrt(variance / (1 - (1 - RECOVERY) ** 2) / n)
        < 0.003 * GAIN * searches / RECOVERY
    )
    assert spread() * math.sqrt(2.0 / n) < 0.05
    assert min(pvalues(ends, RECOVERY)) > ALPHA
    assert pvalues(ends, 0.9 * RECOVERY)[0] < ALPHA
    assert pvalues(ends, 0.9 * RECOVERY)[1] < ALPHA


def test_exertion_at_rest_recovers_by_powers():
    """x0 (1 - r)^t to 1e-12 in a post whose dogs have nothing to search."""
    posts = post_arrays(["alfa", "bravo"], teams=[1.0, 0.0], recovery=[0.013, 0.3], exertion_gain=0.5)
    start = PostState(np.zeros(2), np.array([3.0, 8.0]), np.array([True, True]))
    for week, (_, state) in enumerate(weeks_of(posts, 4, state=start), start=1):
        expected = [3.0 * (1 - 0.013) ** (HOURS * week), 8.0 * 0.7 ** (HOURS * week)]
        assert np.allclose(state.exertion, expected, rtol=1e-12)


def test_exertion_lowers_detection_as_declared():
    """At a steady flow detection settles at hit / (1 + loss g w / r)."""
    posts = post_arrays(
        ["alfa"], trucks_per_h=2.0, teams=1.0, exertion_gain=0.1, recovery=0.2, exertion_loss=0.7
    )
    *_, (hours, _) = weeks_of(posts, 2)
    assert math.isclose(hours.met[0, -1, DOG], 1 / (1 + 0.7 * 0.1 * 2.0 / 0.2), rel_tol=1e-12)


# Licit flow


def test_licit_flow_has_its_mean_and_its_spread():
    """Null: hourly flow has the declared mean and, up to the 1,024 steps of the table, the declared cv.

    n = 1,680,000 hours, alpha = 1e-6; finds 0.25 % of the mean and 0.5 % of the spread.
    """
    posts = post_arrays([f"post {p}" for p in range(500)], trucks_per_h=3.0, traffic_cv=0.3, service_h=0.01)
    flow = []
    state, shape = rested(500), week_shape(500)
    for h in range(168 * 20):
        hours, state = post_hours(
            np.uint64(9), h // 168 * 168, h % 168, h % 168 + 1, posts, shape, state, WAITS, SWING
        )
        flow.append(hours.vehicles)
    flow = np.array(flow).ravel() / 3.0
    swing = np.maximum(0.0, 1.0 + 0.3 * SWING)
    n = flow.size
    assert math.isclose(swing.mean(), 1.0, rel_tol=1e-4)
    assert math.isclose(swing.std(), 0.3, rel_tol=0.005)
    assert spread() * swing.std() / math.sqrt(n) < 0.0025
    assert z_pvalue(flow.mean(), swing.mean(), swing.std() / math.sqrt(n)) > ALPHA
    kurtosis = ((swing - swing.mean()) ** 4).mean() / swing.var() ** 2
    assert z_pvalue(flow.var(), swing.var(), swing.var() * math.sqrt((kurtosis - 1) / n)) > ALPHA
    lag = np.corrcoef(flow.reshape(-1, 500)[:-1].ravel(), flow.reshape(-1, 500)[1:].ravel())[0, 1]
    assert z_pvalue(lag * math.sqrt(n), 0.0, 1.0) > ALPHA
