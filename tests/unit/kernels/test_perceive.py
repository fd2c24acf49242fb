"""Chance to get through a route, as believed and as it is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.codes import Outcome
from sim.kernels.arrays import N_COVERS
from sim.kernels.perceive import actual, believed
from tests.unit.kernels.encounter_law import Visit, chance_of
from tests.unit.kernels.small_world import carry_rules, dealings, numbers, post_arrays

ROWS = np.array([0, 2, 3])
WHO = np.array([0, 1, 0])
FIRST = np.array([0, 2, 3, 3, 6])
CHECK = np.array([0 * 9 + 3, 1 * 9 + 3, 2 * 9 + 1, 2 * 9 + 8, 0 * 9 + 0, 1 * 9 + 4])


def test_belief_is_a_product_over_the_posts_of_a_route():
    risk = numbers("risk", 2, 3 * N_COVERS)
    through = believed(ROWS, WHO, FIRST, CHECK, risk)
    last = (1 - risk[0, 26]) * (1 - risk[0, 0]) * (1 - risk[0, 13])
    assert np.allclose(through, [(1 - risk[0, 3]) * (1 - risk[0, 12]), 1.0, last], rtol=1e-15)


def test_only_the_rows_asked_for_are_weighed_each_by_its_own_belief():
    risk = numbers("risk", 2, 3 * N_COVERS)
    one = believed(np.array([3]), np.array([1]), FIRST, CHECK, risk)
    assert math.isclose(one[0], np.prod(1 - risk[1, CHECK[3:]]), rel_tol=1e-15)
    assert believed(np.zeros(0, np.int64), np.zeros(0, np.int64), FIRST, CHECK, risk).size == 0


def real_chances(**changes):
    n = 3
    return {
        "posts": post_arrays(
            ["alfa", "bravo", "charlie"],
            country=[0, 1, 1],
            select=0.9 * numbers("select", 3, 9),
            refused_select=0.4,
            open_on_alarm=numbers("open", 3, 9),
            find_cold=numbers("cold", 3, 9),
            find_on_tip=0.8,
            outbound_share=0.5,
        ),
        "outbound": np.array([True, False, False, True, False, False]),
        "load_g": np.array([900.0, 5000.0, 7000.0, 20_000.0]),
        "scale": np.array([0.5, 1.7, 0.9]),
        "scan": np.array([0.3, 0.8, 0.0]),
        "dog": np.array([0.2, 0.0, 0.6]),
        "deals": dealings(
            n,
            2,
            2,
            tip=[[0.1, 0.2], [0, 0]],
            offer=0.5,
            accept=0.3,
            tip_factor=0.5,
            release=[[0.4, 0.1], [0, 0]],
            goes_on=[0.5, 0.9],
            trusted=0.2 + 0.8 * numbers("trusted", 2, 2, 9),
        ),
        "rules": carry_rules(
            image=numbers("image", 9), odour=numbers("odour", 9), image_half_g=np.arange(9) * 900.0
        ),
        **changes,
    }


def visit_of(given, row, who, k):
    """Chances that meet when a load of a row comes to its k-th check."""
    posts, deals, rules = given["posts"], given["deals"], given["rules"]
    p, here = divmod(CHECK[k], 9)
    c, mass, half = posts.country[p], given["load_g"][row], rules.image_half_g[here]
    return Visit(
        tip=deals.tip[who, c],
        offer=deals.offer[who, p],
        accept=deals.accept[who, p],
        tip_factor=deals.tip_factor,
        turn_back=rules.turn_back,
        select=posts.select[p, here],
        scale=given["scale"][p]
        * (posts.outbound_share[p] if given["outbound"][k] else 1.0)
        * deals.trusted[who, c, here],
        refused_select=posts.refused_select[p],
        scan=given["scan"][p] * rules.image[here] * mass / (mass + half),
        dog=given["dog"][p] * rules.odour[here],
        find_on_tip=posts.find_on_tip[p],
        open_on_alarm=posts.open_on_alarm[p, here],
        find_cold=posts.find_cold[p, here],
        release=deals.release[who, c],
        goes_on=deals.goes_on[c],
        is_patrol=bool(posts.is_patrol[p]),
    )


def through_by_law(given, row, who):
    """Chance that a load which comes again as often as it may is held at no post of its route."""
    through = 1.0
    for k in range(FIRST[row], FIRST[row + 1]):
        visit, held, comes = visit_of(given, row, who, k), 0.0, 1.0
        for nth in range(given["rules"].most_tries):
            if nth + 1 == given["rules"].most_tries:
                visit = visit._replace(turn_back=0.0)
            held += comes * chance_of(visit, Outcome.SEIZED, Outcome.RELEASED_DIVERTED)
            comes *= chance_of(visit, Outcome.TURNED_BACK)
        through *= 1.0 - held
    return through


def as_it_is(given):
    return actual(
        ROWS,
        WHO,
        FIRST,
        CHECK,
        given["outbound"],
        given["load_g"][ROWS],
        given["posts"],
        given["scale"],
        given["scan"],
        given["dog"],
        given["deals"],
        given["rules"],
    )


def test_the_truth_is_the_law_of_the_encounter_at_every_post():
    given = real_chances()
    expected = [through_by_law(given, row, who) for row, who in zip(ROWS, WHO, strict=True)]
    assert np.allclose(as_it_is(given), expected, rtol=1e-13)
    assert as_it_is(given)[1] == 1.0  # a route without posts


@pytest.mark.parametrize("tries", [1, 2, 5])
@pytest.mark.parametrize("turn_back", [0.7, 1.0])
@pytest.mark.parametrize("patrol", [False, True])
def test_a_courier_who_turns_back_comes_again(tries, turn_back, patrol):
    given = real_chances(rules=carry_rules(turn_back=turn_back, most_tries=tries))
    given["posts"] = given["posts"]._replace(is_patrol=np.full(3, patrol))
    expected = [through_by_law(given, row, who) for row, who in zip(ROWS, WHO, strict=True)]
    assert np.allclose(as_it_is(given), expected, rtol=1e-13)


def test_where_all_are_refused_and_all_turn_round_the_last_try_decides():
    given = real_chances(rules=carry_rules(turn_back=1.0), deals=dealings(3, 2, 2, offer=1.0))
    once = real_chances(rules=carry_rules(turn_back=0.0), deals=dealings(3, 2, 2, offer=1.0))
    assert np.allclose(as_it_is(given), as_it_is(once), rtol=1e-13)


def test_a_closed_post_lets_nobody_through():
    given = real_chances()
    closed = given["posts"]._replace(open_hours=np.array([24, 0, 24]))
    assert as_it_is(real_chances(posts=closed)).tolist() == [0.0, 1.0, 0.0]
