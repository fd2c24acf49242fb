"""When a sequence of keys is long enough."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.stopping import BLOCK, FIRST, MOST, enough, is_narrow, looks, share_of, skewness
from sim.scenario.faults import ScenarioError
from tests.unit.experiments.test_paired import normals

LEVEL = 100.0


def test_looks_begin_late_and_come_in_blocks():
    assert looks(MOST)[:3] == [FIRST, FIRST + BLOCK, FIRST + 2 * BLOCK]
    assert looks(MOST)[-1] == MOST
    assert looks(50) == [32, 48, 50]
    assert looks(10) == [10]


def test_a_steady_effect_stops_at_the_second_look():
    baseline = LEVEL + normals(MOST, "level")
    assert enough(baseline, [baseline - 3.0], 0.01, MOST) == FIRST + BLOCK


def test_a_noisy_effect_runs_on_until_it_is_narrow_twice():
    baseline = LEVEL + normals(MOST, "level")
    arm = baseline + 6.0 * normals(MOST, "noise")
    n = enough(baseline, [arm], 0.01, MOST)
    assert n is not None
    assert 120 < n < 300
    assert is_narrow(baseline[:n], [arm[:n]], 0.01)
    assert is_narrow(baseline[: n - BLOCK], [arm[: n - BLOCK]], 0.01)
    assert not is_narrow(baseline[: n - 2 * BLOCK], [arm[: n - 2 * BLOCK]], 0.01)


def test_every_arm_must_be_narrow():
    baseline = LEVEL + normals(MOST, "level")
    steady, noisy = baseline + 1.0, baseline + 6.0 * normals(MOST, "noise")
    both = enough(baseline, [steady, noisy], 0.01, MOST)
    assert both == enough(baseline, [noisy], 0.01, MOST)
    assert both is not None
    assert both > FIRST + BLOCK


def test_the_answer_waits_for_its_keys_and_looks_at_no_more():
    baseline = LEVEL + normals(MOST, "level")
    arm = baseline + 6.0 * normals(MOST, "noise")
    n = enough(baseline, [arm], 0.01, MOST)
    assert n is not None
    assert enough(baseline[: n - 1], [arm[: n - 1]], 0.01, MOST) is None
    assert enough(baseline[:n], [arm[:n]], 0.01, MOST) == n
    assert enough(baseline[: n + 7], [arm[: n + 7]], 0.01, MOST) == n


def test_all_the_keys_there_are_end_it():
    baseline = LEVEL + normals(64, "level")
    wild = baseline + 500.0 * normals(64, "noise")
    assert enough(baseline, [wild], 0.01, 64) == 64
    assert enough(baseline[:63], [wild[:63]], 0.01, 64) is None


def test_skewed_differences_need_more_keys():
    baseline = np.full(64, LEVEL)
    spike = np.where(np.arange(64) == 5, 1.0, 0.0)
    assert skewness(spike) > np.sqrt(64 / 25)
    assert not is_narrow(baseline, [baseline + spike], 0.01)
    assert is_narrow(baseline, [baseline + normals(64, "noise")], 0.01)
    assert skewness(np.zeros(5)) == 0.0


@pytest.mark.parametrize("text", ["2%", "2 %", "0.02", 0.02])
def test_a_precision_is_a_share_or_per_cent(text: str | float):
    assert share_of(text) == pytest.approx(0.02)


@pytest.mark.parametrize("text", ["two", "0", "-1%", "100%", "nan", "", 1.0, "inf"])
def test_any_other_precision_is_refused(text: str | float):
    with pytest.raises(ScenarioError, match="expected a share of the baseline mean"):
        share_of(text)
