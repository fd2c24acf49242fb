"""Alarm that fades, averages that remember, and routes taken up and given up."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.agents.organisation import SMOOTHING, alarm_after, reviewed_routes, smoothed


def one(x):
    return np.array([x], float)


@given(st.floats(0, 100, allow_subnormal=False), st.floats(7, 400))
def test_two_half_weeks_of_calm_are_one_week(alarm, halflife):
    """dt and dt / 2 agree to 1e-12."""
    week, half = 2.0 ** (-7.0 / halflife), 2.0 ** (-3.5 / halflife)
    calm = one(0.0)
    once = alarm_after(one(alarm), one(week), one(0.5), calm)
    twice = alarm_after(alarm_after(one(alarm), one(half), one(0.5), calm), one(half), one(0.5), calm)
    assert np.allclose(once, twice, rtol=1e-12, atol=0)


def test_alarm_is_halved_in_its_half_life():
    alarm = one(0.8)
    for _ in range(6):
        alarm = alarm_after(alarm, one(2.0 ** (-7.0 / 42.0)), one(0.5), one(0.0))
    assert math.isclose(alarm[0], 0.4, rel_tol=1e-12)


def test_the_pause_after_a_hit_is_that_of_the_formula():
    """From rest a hit of 2 times the level keeps an organisation low for one half-life, of 8 times for
    three.
    """
    level, halflife = 0.5, 28.0
    for hit, expected in ((1.0, 28.0), (4.0, 84.0)):
        alarm, weeks = one(hit), 0
        while alarm[0] > level * (1 + 1e-12):
            alarm, weeks = alarm_after(alarm, one(2.0 ** (-7.0 / halflife)), one(0.5), one(0.0)), weeks + 1
        assert 7 * weeks == expected


def test_losses_add_to_alarm():
    after = alarm_after(
        np.array([0.2, 0.2]), np.array([0.5, 0.5]), np.array([0.5, 2.0]), np.array([0.0, 3.0])
    )
    assert np.allclose(after, [0.1, 6.1], rtol=1e-15)


def test_averages_follow_and_forget():
    average = one(0.0)
    for week in range(1, 60):
        average = smoothed(average, one(8.0))
        assert math.isclose(average[0], 8.0 * (1 - (1 - SMOOTHING) ** week), rel_tol=1e-12)
    assert smoothed(one(3.0), one(3.0))[0] == 3.0


FIRST = np.array([0, 4, 7])
WORTH = np.array([1.0, 4.0, 3.0, 2.0, 5.0, 6.0, 7.0])


def review(held, worth=WORTH, growing=(False, False), shrinking=(False, False)):
    held = np.array(held, bool)
    before = held.copy()
    after = reviewed_routes(held, np.asarray(worth, float), FIRST, np.array(growing), np.array(shrinking))
    assert np.array_equal(held, before)
    return after.astype(int).tolist()


def test_between_the_tolerances_nothing_changes():
    assert review([1, 0, 1, 0, 0, 1, 0]) == [1, 0, 1, 0, 0, 1, 0]


def test_a_growing_flow_takes_up_the_best_it_does_not_hold():
    assert review([1, 0, 0, 0, 0, 0, 1], growing=(True, True)) == [1, 1, 0, 0, 0, 1, 1]


def test_a_growing_flow_that_holds_everything_stays_as_it_is():
    assert review([1, 1, 1, 1, 0, 0, 1], growing=(True, False)) == [1, 1, 1, 1, 0, 0, 1]


def test_a_growing_flow_takes_up_no_shut_route():
    worth = [1.0, -np.inf, 3.0, 2.0, 5.0, 6.0, 7.0]
    assert review([1, 0, 0, 0, 0, 0, 1], worth, growing=(True, False)) == [1, 0, 1, 0, 0, 0, 1]
    none_open = [1.0, -np.inf, -np.inf, -np.inf, 5.0, 6.0, 7.0]
    assert review([1, 0, 0, 0, 0, 0, 1], none_open, growing=(True, False)) == [1, 0, 0, 0, 0, 0, 1]


def test_a_shrinking_flow_gives_up_the_worst():
    assert review([1, 1, 1, 0, 1, 1, 0], shrinking=(True, True)) == [0, 1, 1, 0, 0, 1, 0]


def test_the_last_open_route_is_kept():
    assert review([1, 0, 0, 0, 0, 0, 1], shrinking=(True, True)) == [1, 0, 0, 0, 0, 0, 1]
    worth = [1.0, -np.inf, -np.inf, 2.0, 5.0, 6.0, 7.0]
    assert review([1, 1, 1, 0, 0, 0, 1], worth, shrinking=(True, False)) == [1, 1, 1, 0, 0, 0, 1]


@given(
    st.lists(st.booleans(), min_size=7, max_size=7),
    st.lists(st.one_of(st.floats(-9, 9), st.just(-math.inf)), min_size=7, max_size=7),
    st.lists(st.booleans(), min_size=2, max_size=2),
    st.lists(st.booleans(), min_size=2, max_size=2),
)
def test_a_review_moves_one_route_and_never_loses_the_last_open_one(held, worth, growing, shrinking):
    after = np.array(review(held, worth, growing, shrinking), bool)
    is_open = np.isfinite(worth)
    for f in range(2):
        mine = slice(FIRST[f], FIRST[f + 1])
        was, now = np.array(held)[mine], after[mine]
        assert (was != now).sum() <= (growing[f] or shrinking[f])
        if (was & is_open[mine]).any():
            assert (now & is_open[mine]).any()
        if growing[f] and is_open[mine].any():
            assert (now & is_open[mine]).any()
            assert now.sum() >= was.sum()


@pytest.mark.parametrize("flow", [0, 1])
def test_flows_are_reviewed_apart(flow):
    growing = np.arange(2) == flow
    after = review([1, 0, 0, 0, 0, 0, 1], growing=growing)
    other = slice(FIRST[1 - flow], FIRST[2 - flow])
    assert after[other] == [1, 0, 0, 0, 0, 0, 1][other]
