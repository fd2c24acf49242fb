"""What traffickers believe of posts: a decayed beta-binomial with an honest prior (MODELS 3.1)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PRIOR_WEIGHT = 5.0
"""Trips that the prior counts for: a + b of MODELS 3.1."""


def believed_risk(caught: Floats, trips: Floats, prior_hit: float) -> Floats:
    """Perceived chance of loss at a post under a cover, same shape as `caught`.

    rho = (S + a) / (N + a + b), a = weight x prior, the same for tried and untried posts.
    """
    return (caught + PRIOR_WEIGHT * prior_hit) / (trips + PRIOR_WEIGHT)


def learned(old: Floats, own: Floats, forget: Floats, others: Floats) -> Floats:
    """Counts after a week: S <- theta S + own + eta (everybody's - own).

    Parameters
    ----------
    old, own : (n_traffickers, n_posts, n_covers) float64
        Decayed count so far, and the week's own events.
    forget, others : (n_traffickers,) float64
        theta, the share left after a week, and eta, the weight of other traffickers' events.
    """
    heard = own.sum(axis=0, keepdims=True) - own
    counts: Floats = forget[:, None, None] * old + own + others[:, None, None] * heard
    return counts
