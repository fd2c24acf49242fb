"""Worth of routes, wages of couriers, and values that choice follows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.agents.choice import best_only, haste, log_sum_exp, risk_premium, salient_value
from tests.unit.kernels.small_world import numbers, wholes

ONE = np.zeros(1, np.int64)
FINITE = st.floats(-50, 50)


def value_of(gain, loss, risk, salience, group=None):
    gain = np.asarray(gain, float)
    group = np.zeros(gain.size, np.int64) if group is None else np.asarray(group)
    return salient_value(
        gain, np.asarray(loss, float), np.asarray(risk, float), group, np.broadcast_to(salience, gain.shape)
    )


# Premium


def test_premium_of_a_riskless_trip_is_one():
    assert risk_premium(np.zeros(1), np.array([0.2]), np.array([2.0]))[0] == 1.0


def test_premium_doubles_at_the_reference_and_grows_by_its_power():
    premium = risk_premium(np.array([0.2, 0.4]), np.full(2, 0.2), np.array([2.0, 2.0]))
    assert np.allclose(premium, [2.0, 5.0], rtol=1e-14)


def test_premium_falls_back_when_the_risk_does():
    """No ratchet: the wage depends on the risk of the day alone."""
    risk = np.array([0.1, 0.5, 0.9, 0.5, 0.1])
    premium = risk_premium(risk, np.full(5, 0.3), np.full(5, 2.0))
    assert premium[0] == premium[4]
    assert premium[1] == premium[3]
    assert premium[0] < premium[1] < premium[2]


# Salience


@given(st.lists(st.tuples(FINITE, FINITE, st.floats(0, 1)), min_size=1, max_size=8))
def test_salience_1_is_the_expected_value_exactly(rows):
    gain, loss, risk = np.array(rows).T
    assert np.array_equal(value_of(gain, loss, risk, 1.0), (1.0 - risk) * gain + risk * loss)


def test_known_answer_of_salience():
    """Two routes, gains 4 and 2, losses -1 and -1: the gain stands out, and the loss counts half."""
    value = value_of([4.0, 2.0], [-1.0, -1.0], [0.2, 0.2], 0.5)
    assert np.allclose(value, [(0.8 * 4 - 0.1) / 0.9, (0.8 * 2 - 0.1) / 0.9], rtol=1e-14)


def test_a_loss_that_stands_out_weighs_more():
    value = value_of([2.0, 2.0], [-1.0, -9.0], [0.2, 0.2], 0.5)
    assert np.allclose(value, [(0.4 * 2 - 0.2) / 0.6, (0.4 * 2 - 1.8) / 0.6], rtol=1e-14)


def test_ties_go_to_the_gain():
    value = value_of([3.0], [-2.0], [0.5], 0.4)
    assert np.isclose(value[0], (0.5 * 3 - 0.2 * 2) / 0.7, rtol=1e-14)


@given(st.floats(0, 100), st.floats(-100, 0), st.floats(0.3, 1.0))
def test_a_certain_outcome_is_worth_itself(gain, loss, salience):
    assert np.allclose(value_of([gain, gain], [loss, loss], [0.0, 1.0], salience), [gain, loss], atol=1e-12)


@given(st.floats(0.01, 0.98), st.floats(0.3, 1.0))
def test_more_risk_is_worth_less(risk, salience):
    value = value_of([2.0, 2.0], [-1.0, -1.0], [risk, risk + 0.01], salience)
    assert value[1] < value[0]


def test_sets_of_choice_do_not_meet():
    gain, loss, risk = 5 * numbers("gain", 6), -3 * numbers("loss", 6), numbers("risk", 6)
    group = np.array([0, 2, 0, 2, 2, 0])
    together = value_of(gain, loss, risk, 0.5, group)
    for g in (0, 2):
        mine = group == g
        assert np.array_equal(together[mine], value_of(gain[mine], loss[mine], risk[mine], 0.5))


# Values of routes


def test_log_sum_exp_by_hand():
    values, starts = np.log([1.0, 2.0, 3.0, 10.0, 0.5, 0.5]), np.array([0, 3, 4])
    assert np.allclose(log_sum_exp(values, starts), np.log([6.0, 10.0, 1.0]), rtol=1e-14, atol=1e-15)


@given(st.lists(FINITE, min_size=1, max_size=9), st.sampled_from([1e6, -1e6, 800.0, -800.0]))
def test_log_sum_exp_moves_with_its_values_and_never_overflows(values, shift):
    values = np.array(values)
    base = log_sum_exp(values, ONE)[0]
    assert math.isclose(log_sum_exp(values + shift, ONE)[0], base + shift, rel_tol=1e-12, abs_tol=1e-8)
    assert values.max() <= base <= values.max() + math.log(values.size) + 1e-12


def test_best_only_leaves_the_first_of_the_best():
    values, starts = np.array([1.0, 5.0, 5.0, -2.0, -3.0, 7.0]), np.array([0, 3, 5])
    assert best_only(values, starts).tolist() == [-np.inf, 0.0, -np.inf, 0.0, -np.inf, 0.0]
    assert best_only(np.full(3, -np.inf), np.array([0, 1])).tolist() == [0.0, 0.0, -np.inf]


def test_haste_is_one_for_the_best_and_the_odds_for_others():
    values, starts = np.array([0.0, math.log(2.0), -np.inf, 3.0]), np.array([0, 3])
    assert np.allclose(haste(values, starts), [2.0, 1.0, np.inf, 1.0], rtol=1e-14)


@given(st.lists(FINITE, min_size=1, max_size=9), st.floats(-1000, 1000))
def test_haste_does_not_move_with_its_values(values, shift):
    values = np.array(values)
    assert np.allclose(haste(values + shift, ONE), haste(values, ONE), rtol=1e-9)


@pytest.mark.parametrize("gap", [700.0, 710.0, 1e4, 1e300])
def test_an_alternative_far_behind_overflows_nothing(gap):
    rates = haste(np.array([0.0, -gap]), ONE)
    assert rates[0] == 1.0
    assert rates[1] > 1e300


def test_haste_of_shut_alternatives_is_endless():
    rates = haste(best_only(np.array([1.0, 2.0, 0.0]), ONE), ONE)
    assert rates.tolist() == [np.inf, 1.0, np.inf]


def test_runs_of_any_length_are_told_apart():
    lengths = wholes("lengths", 1, 6, 40)
    starts = np.cumsum(lengths) - lengths
    values = 4 * numbers("values", int(lengths.sum()))
    parts = np.split(values, starts[1:])
    assert np.allclose(log_sum_exp(values, starts), [math.log(np.exp(p).sum()) for p in parts], rtol=1e-13)
    assert np.allclose(
        haste(values, starts), np.concatenate([np.exp(p.max() - p) for p in parts]), rtol=1e-13
    )
