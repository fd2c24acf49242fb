"""Bribes taken, officers drawn in, replaced and audited."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.agents.corruption import accept_prob, corruption_after, moved_share, rotated

SHARES = st.floats(0, 1)


def accepted(corruption=0.4, amount=50_000, pay=50_000.0, multiple=1.0, audits=0.0, relation=0.0, gain=0.0):
    return float(
        accept_prob(
            np.array([corruption]),
            np.array([amount]),
            np.array([pay]),
            multiple,
            np.array([audits]),
            np.array([[relation]]),
            gain,
        )[0, 0]
    )


def after(corruption, base=0.3, bribes=0.0, per_bribe=0.0, turnover=0.0, audited=False, effect=0.0):
    columns = [np.array([float(x)]) for x in (corruption, base, bribes, per_bribe, turnover)]
    return float(corruption_after(*columns, np.array([audited]), np.array([float(effect)]))[0])


# Acceptance


def test_half_of_the_corrupt_take_an_amount_of_so_many_months_of_pay():
    assert accepted() == 0.2
    assert accepted(amount=150_000, multiple=3.0) == 0.2


def test_limits_of_acceptance():
    assert accepted(amount=0) == 0.0
    assert accepted(corruption=0.0) == 0.0
    assert math.isclose(accepted(amount=10**15), 0.4, rel_tol=1e-9)
    assert accepted(corruption=1.0, amount=10**15, relation=9.0, gain=5.0) == 1.0
    assert math.isclose(accepted(multiple=0.0), 0.4, rel_tol=1e-15)


def test_audits_raise_the_price_and_relations_ease_it():
    assert math.isclose(accepted(audits=1.0), 0.4 / 3, rel_tol=1e-15)
    assert math.isclose(accepted(relation=2.0, gain=0.25), 0.3, rel_tol=1e-15)


@given(SHARES, st.integers(1, 10**9), st.floats(1, 1e7), st.floats(0, 5), st.floats(0, 5), st.floats(0, 3))
def test_acceptance_is_a_probability_and_monotone(corruption, amount, pay, multiple, audits, relation):
    given_chances = {
        "corruption": corruption,
        "amount": amount,
        "pay": pay,
        "multiple": multiple,
        "audits": audits,
        "relation": relation,
        "gain": 0.2,
    }
    chance = accepted(**given_chances)
    assert 0.0 <= chance <= 1.0
    assert accepted(**{**given_chances, "amount": 2 * amount}) >= chance - 1e-15
    assert accepted(**{**given_chances, "pay": 2 * pay}) <= chance + 1e-15
    assert accepted(**{**given_chances, "audits": audits + 1}) <= chance + 1e-15
    assert accepted(**{**given_chances, "relation": relation + 1}) >= chance - 1e-15


def test_each_trafficker_meets_each_post():
    chance = accept_prob(
        np.array([0.1, 0.8]),
        np.array([100, 300, 900]),
        np.full(2, 100.0),
        1.0,
        np.zeros(2),
        np.zeros((3, 2)),
        0.0,
    )
    assert np.allclose(chance, np.outer([0.5, 0.75, 0.9], [0.1, 0.8]), rtol=1e-15)


# Spread


def test_nothing_happens_when_nothing_happens():
    assert math.isclose(after(0.45), 0.45, rel_tol=1e-15)


def test_known_answers():
    assert math.isclose(after(0.2, bribes=2, per_bribe=0.1), 1 - 0.8 * 0.81, rel_tol=1e-14)
    assert math.isclose(after(0.9, base=0.3, turnover=0.25), 0.75, rel_tol=1e-14)
    assert math.isclose(after(0.5, audited=True, effect=0.4), 0.3, rel_tol=1e-14)
    assert after(0.5, audited=False, effect=0.4) == 0.5
    assert after(0.5, base=0.3, turnover=1.0) == 0.3
    assert after(0.5, audited=True, effect=1.0) == 0.0


@given(SHARES, SHARES, st.integers(0, 500), SHARES, SHARES, st.booleans(), SHARES)
def test_corruption_stays_a_share_and_is_monotone(
    corruption, base, bribes, per_bribe, turnover, audited, effect
):
    share = after(corruption, base, bribes, per_bribe, turnover, audited, effect)
    assert -1e-15 <= share <= 1.0 + 1e-15
    assert after(corruption, base, bribes + 1, per_bribe, turnover, audited, effect) >= share - 1e-12
    assert after(corruption, base, bribes, per_bribe, turnover, True, effect) <= share + 1e-15
    assert (
        after(min(1.0, corruption + 0.1), base, bribes, per_bribe, turnover, audited, effect) >= share - 1e-12
    )


def test_turnover_alone_leads_back_to_the_country():
    share = 0.95
    for week in range(1, 400):
        share = after(share, base=0.3, turnover=0.02)
        assert math.isclose(share, 0.3 + 0.65 * 0.98**week, rel_tol=1e-9)


def test_bribes_one_by_one_or_together_draw_in_as_many():
    together = after(0.1, bribes=5, per_bribe=0.03)
    apart = 0.1
    for _ in range(5):
        apart = after(apart, bribes=1, per_bribe=0.03)
    assert math.isclose(together, apart, rel_tol=1e-13)


# Rotation


SIX = st.lists(SHARES, min_size=6, max_size=6)
COUNTRY = np.array([0, 0, 1, 0, 3, 1])  # a country without posts in between


def test_a_rate_is_a_share_of_a_week():
    moved = moved_share(np.array([0.0, 52.0, 1e6]), 52.0)
    assert moved[0] == 0.0 and moved[2] == 1.0
    assert math.isclose(moved[1], 1 - math.exp(-1), rel_tol=1e-15)


@given(SIX)
def test_nobody_moves_at_rate_0(shares):
    corruption = np.array(shares)
    assert rotated(corruption, COUNTRY, moved_share(np.zeros(6), 52.0)).tolist() == shares


@given(SIX, st.floats(0, 1))
def test_rotation_mixes_a_country_and_keeps_its_mean(shares, moved):
    before = np.array(shares)
    after_week = rotated(before, COUNTRY, np.full(6, moved))
    assert ((after_week >= -1e-15) & (after_week <= 1 + 1e-15)).all()
    for c in (0, 1, 3):
        here = c == COUNTRY
        assert math.isclose(after_week[here].mean(), before[here].mean(), rel_tol=1e-12, abs_tol=1e-12)
        assert math.isclose(np.ptp(after_week[here]), (1 - moved) * np.ptp(before[here]), abs_tol=1e-12)


def test_a_known_answer_of_rotation():
    got = rotated(np.array([0.0, 0.6]), np.array([0, 0]), np.array([0.5, 0.5]))
    assert np.allclose(got, [0.15, 0.45], rtol=1e-15)
