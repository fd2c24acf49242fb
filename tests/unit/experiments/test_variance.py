"""What pairing and the conditional estimator gain: ratios, their intervals, and the command."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import f as f_law
from typer.testing import CliRunner

from experiments.cli import app
from experiments.variance import BEHAVIOURS, CONDITIONAL, PAIRED, REFERENCE, ratio_of, variance_frame
from sim.draws import blocks

N = 400


def normal(name: int) -> np.ndarray:
    """Addressed normal numbers, (N,)."""
    from statistics import NormalDist

    rows = np.arange(N, dtype=np.uint64)
    words = blocks(np.full(N, 5, np.uint64), rows, np.full(N, name, np.uint64), 0, 0)[:, 0]
    return np.array([NormalDist().inv_cdf((float(w) + 0.5) / 2.0**32) for w in words])


def test_a_ratio_is_that_of_the_variances_and_its_interval_holds_the_truth():
    """Independent normal samples, standard deviations 3, 1 and 1: ratio 10; intervals of the F law."""
    above, also, below = 3.0 * normal(1), normal(2), normal(3)
    ratio = ratio_of([above, also], below)
    assert ratio.value == pytest.approx((above.var(ddof=1) + also.var(ddof=1)) / below.var(ddof=1))
    assert ratio.low < 10.0 < ratio.high
    alone = ratio_of([above], below)
    low, high = (alone.value / f_law.ppf(q, N - 1, N - 1) for q in (0.975, 0.025))
    assert alone.low == pytest.approx(low, rel=0.05) and alone.high == pytest.approx(high, rel=0.05)


def test_a_constant_is_without_ratio():
    assert np.isinf(ratio_of([normal(1)], np.zeros(N)).value)


@pytest.fixture(scope="module")
def frame():
    return variance_frame("tutorial", keys=8, workers=1)


def test_every_ratio_is_there_once(frame):
    rows = frame.groupby(["behaviour", "gain", "arm", "outcome"]).size()
    assert (rows == 1).all()
    assert len(rows) == len(BEHAVIOURS) * (len(REFERENCE) * len(PAIRED) + len(CONDITIONAL))
    assert (frame["ratio"] > 0).all() and (frame["low"] <= frame["ratio"]).all()


def test_the_command_prints_them():
    told = CliRunner().invoke(app, ["variance", "tutorial", "--keys", "8", "--workers", "1", "-q"])
    assert told.exit_code == 0, told.output
    for word in (*REFERENCE, *BEHAVIOURS, "conditional", "8 keys"):
        assert word in told.output
    assert CliRunner().invoke(app, ["variance", "tutorail", "-q"]).exit_code == 2
