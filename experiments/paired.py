"""Effects of an arm against a baseline from runs on the same keys: pure arithmetic on arrays.

Means and their intervals are of the pairs' differences; what single keys may bring is told by quantiles.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Floats = NDArray[np.float64]
Better = Literal["lower", "higher", ""]
Interval = Literal["paired", "welch"]

CONFIDENCE = 0.95
"""Coverage of every interval of a mean."""

OUTCOME_QUANTILES = (0.025, 0.975)
"""Ends of the interval of realised differences."""

PRECISION = 0.01
"""Half-width, as a share of the baseline mean, for which the table says how many pairs it takes."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One outcome of an arm against the baseline; shares are of the baseline mean, NaN where that is 0."""

    baseline: float  # mean over keys
    mean: float
    difference: float  # mean over pairs
    low: float
    high: float
    relative: float
    relative_low: float
    relative_high: float
    outcome_low: float  # quantiles of the realised differences of single keys
    outcome_high: float
    prob_better: float  # share of keys whose realised outcome is better; NaN where none is better
    sign_agree: float  # share of keys whose realised difference has the sign of `difference`
    pairs: int
    variance_ratio: float  # unpaired over paired; NaN where nothing varies
    interval: Interval
    pairs_for_1pct: float
    pairs_for_sign: float


@dataclass(frozen=True, slots=True)
class Gap:
    """Mean difference of two samples with its standard error and degrees of freedom."""

    difference: float
    error: float
    freedom: float
    interval: Interval
    variance_ratio: float
    spread: float  # standard deviation of one pair's difference, as the interval takes it

    @property
    def half_width(self) -> float:
        """Half of the interval of the mean difference; NaN from fewer than two pairs."""
        return 0.0 if self.error == 0.0 else t_quantile(self.freedom) * self.error


def effect(arm: Floats, baseline: Floats, arm_told: Floats, baseline_told: Floats, better: Better) -> Effect:
    """Effect of an arm.

    Parameters
    ----------
    arm, baseline : (n_keys,) float64
        What means are taken of: conditional expectations where there are any. Same keys in the same order.
    arm_told, baseline_told : (n_keys,) float64
        What was realised.
    """
    gap = gap_of(arm, baseline)
    relative, relative_error = _relative(arm, baseline, gap)
    half, relative_half = gap.half_width, t_quantile(gap.freedom) * relative_error
    realised = arm_told - baseline_told
    wins = {"lower": realised < 0, "higher": realised > 0}.get(better)
    ends = np.quantile(realised, OUTCOME_QUANTILES)
    level = float(baseline.mean())
    return Effect(
        baseline=level,
        mean=float(arm.mean()),
        difference=gap.difference,
        low=gap.difference - half,
        high=gap.difference + half,
        relative=relative,
        relative_low=relative - relative_half,
        relative_high=relative + relative_half,
        outcome_low=float(ends[0]),
        outcome_high=float(ends[1]),
        prob_better=math.nan if wins is None else float(wins.mean()),
        sign_agree=float((np.sign(realised) == np.sign(gap.difference)).mean()),
        pairs=arm.size,
        variance_ratio=gap.variance_ratio,
        interval=gap.interval,
        pairs_for_1pct=pairs_needed(gap.spread, PRECISION * abs(level)),
        pairs_for_sign=pairs_needed(gap.spread, abs(gap.difference)),
    )


def gap_of(arm: Floats, baseline: Floats) -> Gap:
    """Mean difference of paired samples, (n_keys,) each, with the interval that fits them.

    Where pairs differ no less than strangers would (a variance ratio below 1), the samples are taken as
    independent (Welch). Where that comes of arms that clearly move against each other (a correlation below
    0 at the 2.5 % level), Welch's interval would be too narrow, and the pairs' own stays.

    Source: Welch 1947, Biometrika 34, 28-35; Satterthwaite's degrees of freedom.
    """
    n = arm.size
    differences = arm - baseline
    mean = float(differences.mean())
    if n < 2:
        return Gap(mean, math.nan, math.nan, "paired", math.nan, math.nan)
    a, b, d = (float(np.var(x, ddof=1)) for x in (arm, baseline, differences))
    ratio = (a + b) / d if d > 0 else math.inf if a + b > 0 else math.nan
    if not ratio < 1.0 or _opposed(a, b, d, n):
        return Gap(mean, math.sqrt(d / n), n - 1.0, "paired", ratio, math.sqrt(d))
    freedom = (n - 1) * (a + b) ** 2 / (a * a + b * b)
    return Gap(mean, math.sqrt((a + b) / n), freedom, "welch", ratio, math.sqrt(a + b))


def mean_interval(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean over the first axis and its t interval, (n_keys, ...) to three of (...)."""
    n = values.shape[0]
    mean: Floats = values.mean(axis=0)
    if n < 2:
        nothing = np.full(mean.shape, math.nan)
        return mean, nothing, nothing
    half = t_quantile(n - 1.0) * values.std(axis=0, ddof=1) / math.sqrt(n)
    return mean, mean - half, mean + half


def pairs_needed(spread: float, half_width: float) -> float:
    """Fewest pairs whose t interval is no wider than this on either side; infinite where none suffices.

    Parameters
    ----------
    spread
        Standard deviation of one pair's difference, held to stay what it is.
    """
    if not (math.isfinite(spread) and math.isfinite(half_width)):
        return math.nan
    if half_width <= 0.0:
        return math.inf
    n = max(2, math.ceil((t_quantile(math.inf) * spread / half_width) ** 2))
    while t_quantile(n - 1.0) * spread > half_width * math.sqrt(n):
        n += 1
    return float(n)


def t_quantile(freedom: float) -> float:
    """Quantile of Student's t that leaves half of what `CONFIDENCE` lacks above it."""
    return float(stdtrit(min(freedom, 1e12), 0.5 + CONFIDENCE / 2)) if freedom > 0 else math.nan


def _relative(arm: Floats, baseline: Floats, gap: Gap) -> tuple[float, float]:
    """Relative change of the mean and its standard error, to first order in the errors of both means."""
    level = float(baseline.mean())
    if level == 0.0 or not math.isfinite(level):
        return math.nan, math.nan
    change, n = gap.difference / level, arm.size
    if n < 2:
        return change, math.nan
    if gap.interval == "paired":
        spread = float(np.var(arm - (1.0 + change) * baseline, ddof=1))
    else:
        spread = float(np.var(arm, ddof=1) + (1.0 + change) ** 2 * np.var(baseline, ddof=1))
    return change, math.sqrt(spread / n) / abs(level)


def _opposed(a: float, b: float, d: float, n: int) -> bool:
    """Whether samples with these variances, `d` that of their differences, are clearly negatively related."""
    if n < 3 or a == 0.0 or b == 0.0:
        return False
    correlation = max(-1.0, (a + b - d) / (2.0 * math.sqrt(a * b)))
    if correlation <= -1.0:
        return True
    return correlation * math.sqrt((n - 2) / (1.0 - correlation**2)) < -t_quantile(n - 2.0)
