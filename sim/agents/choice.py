"""What a route is worth to a trafficker, and how choice follows worth (MODELS 3.3-3.5)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


MOST_BEHIND = 700.0
"""Gap of values beyond which a choice never happens; larger ones would overflow the exponential."""


def risk_premium(risk: Floats, reference: Floats, power: Floats) -> Floats:
    """Wage of a courier relative to a riskless trip: 1 + (risk / reference)^power.

    Source: Caulkins, Crawford & Reuter 1993 in the form of MODELS 3.5: no ratchet, the wage falls again
    when the risk does.
    """
    return 1.0 + (risk / reference) ** power


def salient_value(gain: Floats, loss: Floats, risk: Floats, group: Ints, salience: Floats) -> Floats:
    """Value of a gamble that brings `gain` or costs `loss`, weighted by salience, (n,) float64.

    Parameters
    ----------
    gain, loss : (n,) float64
        Payoffs if the load gets through or not, in units of the margin.
    risk : (n,) float64 in [0, 1]
        Perceived chance that it does not.
    group : (n,) int64
        Choice set of each row; salience compares a payoff with the mean of its set.
    salience : (n,) float64 in (0, 1]
        Weight of the less salient outcome; 1 gives the expected value exactly.

    Notes
    -----
    Source: Bordalo, Gennaioli & Shleifer 2012, with the corrections of MODELS 3.3. Ties go to the gain.
    """
    size = np.bincount(group)
    mean_gain = (np.bincount(group, gain) / np.maximum(size, 1))[group]
    mean_loss = (np.bincount(group, loss) / np.maximum(size, 1))[group]
    stands_out_gain = np.abs(mean_gain - gain) / (np.abs(mean_gain) + np.abs(gain) + 1.0)
    stands_out_loss = np.abs(mean_loss - loss) / (np.abs(mean_loss) + np.abs(loss) + 1.0)
    loss_first = stands_out_loss > stands_out_gain
    weight_gain = np.where(loss_first, salience, 1.0)
    weight_loss = np.where(loss_first, 1.0, salience)
    through = 1.0 - risk
    total = through * weight_gain + risk * weight_loss
    return (through * weight_gain * gain + risk * weight_loss * loss) / total


def log_sum_exp(values: Floats, starts: Ints) -> Floats:
    """Logarithm of the summed exponentials of each run of `values`, (n_runs,); runs begin at `starts`."""
    top = np.maximum.reduceat(values, starts)
    spread = np.repeat(top, np.diff(np.append(starts, values.size)))
    return np.log(np.add.reduceat(np.exp(values - spread), starts)) + top


def best_only(values: Floats, starts: Ints) -> Floats:
    """0 at the best of each run (the first of equals), -inf elsewhere: the limit of endless precision."""
    top = np.maximum.reduceat(values, starts)
    best = np.flatnonzero(values == np.repeat(top, np.diff(np.append(starts, values.size))))
    out = np.full(values.size, -np.inf)
    out[best[np.searchsorted(best, starts)]] = 0.0
    return out


def haste(values: Floats, starts: Ints) -> Floats:
    """Mean time of each alternative in a race whose winner follows the logit, (n,) float64 >= 1.

    exp(best - value) within each run; a constant added to all values changes nothing but rounding.
    """
    top = np.maximum.reduceat(values, starts)
    behind = np.repeat(top, np.diff(np.append(starts, values.size))) - values
    return np.exp(np.minimum(behind, MOST_BEHIND)) + np.where(np.isinf(behind), np.inf, 0.0)
