"""How an organisation reacts to losses: lie low, add routes, give routes up (MODELS 3.6-3.7)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SMOOTHING = 0.25
"""Weight of a week in the moving averages of loss and value (about two months of memory)."""


def alarm_after(alarm: Floats, left: Floats, hit: Floats, losses: Floats) -> Floats:
    """Alarm a week on: r <- r 2^(-dt/h) + hit x losses, losses counted in usual weeks' mass.

    Source: Jensen & Dignum 2019 in the step-free form of MODELS 3.7.
    """
    return alarm * left + hit * losses


def smoothed(average: Floats, week: Floats) -> Floats:
    """Moving average one week on."""
    return average + SMOOTHING * (week - average)


def reviewed_routes(held: Bools, worth: Floats, first: Ints, growing: Bools, shrinking: Bools) -> Bools:
    """Routes held after a review, (n_options,) bool.

    The best one is added where a flow grows, the worst is given up where it shrinks; between the two
    tolerances nothing changes (hysteresis).

    Parameters
    ----------
    held, worth : (n_options,)
        Whether an option is held, and what it is worth (-inf where shut). At least one open one is kept.
    first : (n_flows + 1,) int64
        First option of each flow.
    growing, shrinking : (n_flows,) bool
    """
    after = held.copy()
    for f in np.flatnonzero(growing | shrinking):
        options = slice(first[f], first[f + 1])
        mine, is_open = held[options], np.isfinite(worth[options])
        if growing[f]:
            choices = np.flatnonzero(~mine & is_open)
            if choices.size:
                after[first[f] + choices[np.argmax(worth[options][choices])]] = True
        elif (mine & is_open).sum() > 1:
            choices = np.flatnonzero(mine & is_open)
            after[first[f] + choices[np.argmin(worth[options][choices])]] = False
    return after
