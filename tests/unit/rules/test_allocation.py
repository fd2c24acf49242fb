"""Where mobile teams go, and what a budget pays for."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.agents.allocation import MEMORY, budget_after, place_teams, remembered
from tests.unit.kernels.small_world import numbers

RULES = ["static", "random", "greedy", "explore_exploit", "budget_feedback", "cover"]
WEIGHT = np.array([0.1, 0.4, 0.3, 0.2])
FINDS = np.array([3.0, 0.0, 1.0, 2.0])


def placed(rule, n, weight=WEIGHT, finds=FINDS, noise=None, explore=0.0, wanted=99.0):
    noise = np.zeros((n, weight.size)) if noise is None else noise
    return place_teams(rule, n, weight, finds, noise, explore, wanted).tolist()


def gumbel(name, n, n_posts=4):
    return -np.log(-np.log(np.clip(numbers(name, n, n_posts), 1e-9, 1 - 1e-9)))


@pytest.mark.parametrize("rule", RULES)
@given(n=st.integers(0, 12), n_posts=st.integers(1, 5), explore=st.floats(0, 1))
def test_exactly_the_teams_there_are_go_out(rule, n, n_posts, explore):
    weight, finds = numbers("weight", n_posts), numbers("finds", n_posts)
    teams = placed(rule, n, weight, finds, gumbel("noise", n, n_posts), explore)
    assert sum(teams) == n
    assert min(teams) >= 0


@pytest.mark.parametrize("rule", RULES)
def test_no_teams_or_no_posts(rule):
    assert placed(rule, 0) == [0, 0, 0, 0]
    assert placed(rule, 3, np.zeros(0), np.zeros(0)) == []


@pytest.mark.parametrize("rule", ["static", "greedy", "budget_feedback", "cover", "explore_exploit"])
@pytest.mark.parametrize("n", [1, 3, 4, 5, 9])
def test_teams_spread_before_they_double_up(rule, n):
    teams = placed(rule, n)
    assert max(teams) - min(teams) <= 1


@pytest.mark.parametrize(
    ("rule", "order"), [("static", [1, 2, 3, 0]), ("greedy", [0, 3, 2, 1]), ("cover", [3, 0, 2, 1])]
)
def test_the_first_teams_go_where_the_rule_says(rule, order):
    finds = np.array([3.5, 0.0, 1.0, 2.0])
    for n in range(1, 5):
        teams = placed(rule, n, finds=finds)
        assert np.flatnonzero(teams).tolist() == sorted(order[:n])


def test_greedy_follows_the_finds():
    assert placed("greedy", 1, finds=np.array([0.0, 0.0, 5.0, 0.0])) == [0, 0, 1, 0]
    assert placed("greedy", 1, finds=np.zeros(4)) == [0, 1, 0, 0]  # no finds yet: traffic decides


def test_static_knows_nothing_of_finds_or_noise():
    assert placed("static", 2, finds=np.array([9.0, 0, 0, 9.0]), noise=50 * numbers("x", 2, 4)) == [
        0,
        1,
        1,
        0,
    ]


def test_random_follows_its_noise():
    noise = np.zeros((3, 4))
    noise[[0, 1, 2], [0, 0, 3]] = 50.0
    assert placed("random", 3, noise=noise) == [2, 0, 0, 1]


def test_random_is_weighted_by_traffic():
    """Null: a team stands at a post with the chance of its traffic share. 40,000 teams, alpha = 1e-6."""
    n = 40_000
    share = np.array(placed("random", n, noise=gumbel("teams at random", n))) / n
    assert (np.abs(share - WEIGHT) < 8.0 * np.sqrt(WEIGHT * (1 - WEIGHT) / n)).all()


def test_a_post_without_traffic_draws_no_random_team():
    weight = np.array([0.0, 0.5, 0.5, 0.0])
    teams = placed("random", 500, weight, noise=gumbel("no traffic", 500))
    assert teams[0] == teams[3] == 0


def test_a_share_explores_and_the_rest_exploits():
    noise = np.zeros((10, 4))
    noise[:, 2] = 50.0
    assert placed("explore_exploit", 10, noise=noise, explore=0.4)[2] >= 4
    assert placed("explore_exploit", 10, noise=noise, explore=1.0) == [0, 0, 10, 0]
    assert placed("explore_exploit", 10, noise=noise, explore=0.0) == placed("greedy", 10)


def test_a_team_keeps_its_place_when_another_comes():
    noise = gumbel("more teams", 6)
    for n in range(5):
        fewer, more = placed("random", n, noise=noise[:n]), placed("random", n + 1, noise=noise[: n + 1])
        assert sum(abs(a - b) for a, b in zip(fewer, more, strict=True)) == 1


def test_a_budget_sends_out_what_it_pays_for():
    assert sum(placed("budget_feedback", 5, wanted=2.3)) == 3
    assert sum(placed("budget_feedback", 5, wanted=0.0)) == 0
    assert sum(placed("budget_feedback", 5, wanted=50.0)) == 5
    assert placed("budget_feedback", 4, wanted=2.0) == placed("static", 2)


def test_expectations_remember_three_quarters():
    assert remembered(np.array([8.0, 0.0]), np.array([0.0, 4.0])).tolist() == [6.0, 1.0]
    expected = np.array([0.0])
    for month in range(1, 40):
        expected = remembered(expected, np.array([5.0]))
        assert math.isclose(expected[0], 5.0 * (1 - MEMORY**month), rel_tol=1e-12)


@pytest.mark.parametrize(
    ("teams", "recorded", "expected", "after"),
    [
        (4.0, 10.0, 10.0, 4.0),
        (4.0, 20.0, 10.0, 6.0),
        (4.0, 0.0, 10.0, 2.0),
        (4.0, 5.0, 0.0, 4.0),
        (4.0, 1e9, 1.0, 9.0),
        (1.0, 0.0, 10.0, 1.0),
    ],
)
def test_a_budget_follows_recorded_seizures(teams, recorded, expected, after):
    assert budget_after(teams, 9.0, recorded, expected) == after


@given(st.floats(1, 50), st.floats(1, 50), st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_budget_stays_between_one_and_all(teams, most, recorded, expected):
    assert 1.0 <= budget_after(min(teams, most), most, recorded, expected) <= most
