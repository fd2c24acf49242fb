"""What every statistical test states: how often it cries wolf, and the smallest fault it is bound to see."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest
from scipy.stats import binom, chi2, norm

ALPHA = 1e-6
POWER = 0.999

needs_compiled = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT),
    reason="counts millions of draws; uncompiled kernels are tested on small worlds",
)


def spread(alpha: float = ALPHA) -> float:
    """Standard errors by which a quantity must be off to be found with the stated power at level `alpha`."""
    return float(norm.isf(alpha / 2) + norm.isf(1.0 - POWER))


def smallest_bias(prob: float, n: int, alpha: float = ALPHA) -> float:
    """Smallest relative error of a chance `prob` that n independent trials find with the stated power."""
    return spread(alpha) * math.sqrt((1.0 - prob) / (prob * n))


def share_pvalue(hits: int, n: int, prob: float) -> float:
    """Two-sided p-value of `hits` among n trials under chance `prob`: twice the smaller binomial tail."""
    return min(1.0, 2.0 * float(min(binom.cdf(hits, n, prob), binom.sf(hits - 1, n, prob))))


def chi_square_pvalue(observed: np.ndarray, expected: np.ndarray) -> float:
    """Pearson's chi-square of counts against expected counts with the same sum."""
    assert math.isclose(observed.sum(), expected.sum(), rel_tol=1e-9)
    return float(chi2.sf(((observed - expected) ** 2 / expected).sum(), expected.size - 1))


def z_pvalue(value: float, mean: float, error: float) -> float:
    """Two-sided p-value of a value with this mean and standard error under the null."""
    return 2.0 * float(norm.sf(abs(value - mean) / error))
