"""How an organisation reacts to losses: lie low, add routes, give routes up (MODELS 3.6-3.7)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SMOOTHING = 0.25
"""Weight of a week in the moving averages of loss and value (about two months of memory)."""


def alarm_after(alarm: Floats, left: Floats, hit: Floats, lost_loads: Floats) -> Floats:
    """Alarm a week on: r <- r 2^(-dt/h) + hit x losses, losses counted in median loads.

    Source: Jensen & Dignum 2019 in the step-free form of MODELS 3.7.
    """
    return alarm * left + hit * lost_loads


def smoothed(average: Floats, week: Floats) -> Floats:
    """Moving average one week on."""
    return average + SMOOTHING * (week - average)


def reviewed_routes(
    held: Bools, value: Floats, first: Ints, loss_share: Floats, low: Floats, high: Floats, most: Ints
) -> Bools:
    """Routes held after a review: one is added above `high`, the worst is given up below `low`.

    Between the two tolerances nothing changes (hysteresis). At least one open route is kept; where none
    of those held is open, the best open one is taken up.

    Parameters
    ----------
    held, value : (n_options,)
        Whether an option is held, and what it is worth (-inf where shut).
    first : (n_flows + 1,) int64
        First option of each flow.
    loss_share, low, high, most : (n_flows,)
        Loss as a share of value sent; tolerances; most routes held.
    """
    after = held.copy()
    for f in range(first.size - 1):
        options = slice(first[f], first[f + 1])
        mine, worth = held[options], value[options]
        is_open = np.isfinite(worth)
        grow = loss_share[f] > high[f] and mine.sum() < most[f]
        if grow or not (mine & is_open).any():
            fresh = np.flatnonzero(~mine & is_open)
            if fresh.size:
                after[first[f] + fresh[np.argmax(worth[fresh])]] = True
        elif loss_share[f] < low[f] and (mine & is_open).sum() > 1:
            kept = np.flatnonzero(mine & is_open)
            after[first[f] + kept[np.argmin(worth[kept])]] = False
    return after
