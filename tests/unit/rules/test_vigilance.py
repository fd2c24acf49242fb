"""What dulls a post: rare finds, heat, hours on task, false alarms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.agents.vigilance import (
    attention,
    heat_factor,
    missed_share,
    on_task_factor,
    training_factor,
    willingness,
)

WOLFE = (0.07, 0.16, 0.30)
"""Missed at 50, 10 and 1 % prevalence: Wolfe, Horowitz & Kenner 2005."""


@pytest.mark.parametrize(("prevalence", "missed"), [(0.5, 0.07), (0.1, 0.16), (0.01, 0.30)])
def test_misses_are_the_published_ones(prevalence, missed):
    assert math.isclose(missed_share(np.array([prevalence]), *WOLFE)[0], missed, rel_tol=1e-12)
    hits = attention(np.array([prevalence]), *WOLFE)[0]
    assert math.isclose(hits, (1 - missed) / 0.93, rel_tol=1e-12)


def test_misses_are_held_beyond_what_was_measured():
    assert np.allclose(
        missed_share(np.array([0.0, 1e-9, 0.009, 0.5, 0.7, 1.0]), *WOLFE), [0.30] * 3 + [0.07] * 3, rtol=1e-12
    )


def test_misses_are_linear_in_the_logarithm():
    middle = 10.0 ** np.array([-1.5, (math.log10(0.5) - 1) / 2])
    assert np.allclose(missed_share(middle, *WOLFE), [(0.30 + 0.16) / 2, (0.16 + 0.07) / 2], rtol=1e-12)


@given(st.floats(0, 1), st.floats(0, 1))
def test_attention_rises_with_prevalence(a, b):
    low, high = attention(np.array(sorted([a, b])), *WOLFE)
    assert 0.0 < low <= high <= 1.0 + 1e-15


def test_without_an_effect_of_prevalence_attention_is_full():
    assert np.allclose(attention(np.array([0.0, 0.02, 0.9]), 0.1, 0.1, 0.1), 1.0, rtol=1e-15)


def heat(celsius, humidity=0.0, humidity_c=0.0, shade=0.0, onset=25.0, loss=0.02):
    columns = [np.array([float(x)]) for x in (humidity, humidity_c, shade, onset, loss)]
    return heat_factor(np.full((1, 24), float(celsius)), *columns)


@given(st.floats(-40, 25))
def test_heat_costs_nothing_below_its_onset(celsius):
    assert (heat(celsius) == 1.0).all()


def test_each_degree_above_the_onset_costs_a_share():
    assert np.allclose(heat(35.0), 0.8, rtol=1e-14)
    assert np.allclose(heat(35.0, humidity=0.5, humidity_c=10.0), 0.7, rtol=1e-14)
    assert np.allclose(heat(35.0, shade=4.0), 0.88, rtol=1e-14)
    assert (heat(200.0) == 0.0).all()
    assert (heat(200.0, loss=0.0) == 1.0).all()


@given(st.floats(-40, 60), st.floats(0, 20))
def test_more_heat_never_helps(celsius, more):
    assert (heat(celsius + more) <= heat(celsius)).all()
    assert ((heat(celsius) >= 0) & (heat(celsius) <= 1)).all()


def test_heat_is_by_post_and_hour():
    temperature = np.vstack([np.linspace(10, 33, 24), np.full(24, 30.0)])
    factor = heat_factor(
        temperature, np.zeros(2), np.zeros(2), np.zeros(2), np.array([25.0, 28.0]), np.full(2, 0.1)
    )
    assert factor.shape == (2, 24)
    assert (factor[0, :15] == 1.0).all()
    assert np.allclose(factor[1], 0.8, rtol=1e-14)
    assert np.isclose(factor[0, 23], 0.2, rtol=1e-12)


def test_training_lies_between_simulant_and_real():
    assert np.allclose(
        training_factor(np.array([0.0, 0.25, 1.0]), np.full(3, 0.6)), [0.6, 0.7, 1.0], rtol=1e-15
    )
    assert training_factor(np.array([0.4]), np.array([1.0]))[0] == 1.0


def test_time_on_task_is_off_without_a_loss():
    assert (on_task_factor(np.array([8.0, 24.0]), np.zeros(2)) == 1.0).all()


def test_time_on_task_counts_from_eight_to_the_end_of_the_shift():
    factor = on_task_factor(np.array([4.0]), np.array([0.1]))[0]
    assert np.allclose(factor[[8, 9, 11, 12, 20, 7]], [1.0, 0.9, 0.7, 0.6, 0.6, 0.6], rtol=1e-14)
    assert (on_task_factor(np.array([24.0]), np.array([0.5])) >= 0.0).all()


def test_willingness_falls_with_false_alarms():
    willing = willingness(
        np.array([0.5, 0.5, 0.5, 0.0]), np.array([0.0, 2.0, 30.0, 9.0]), np.array([10.0, 10.0, 10.0, 10.0])
    )
    assert np.allclose(willing, [1.0, 0.9, 0.5, 1.0], rtol=1e-15)


def test_nothing_inspected_leaves_willingness_whole():
    assert willingness(np.array([0.9]), np.array([0.0]), np.array([0.0])).tolist() == [1.0]
