"""How many keys are enough: run until the interval of every arm is as narrow as was asked.

The rule of Chow and Robbins (1965, Ann. Math. Statist. 36, 457-462), looked at after `FIRST` keys and then
after each `BLOCK` more. To stop at the first narrow interval is to stop at lucky small spreads, and skewed
differences come with both; so the rule must hold at two looks in a row, and keys must be at least 25 times
the squared skewness of the differences (Cochran 1977, Sampling Techniques, p. 42). With it, a nominal 95 %
covers 93.1 to 95.0 % (20,000 sequences each of skewness 0, 1 and 2 that ideally stop at 30 to 250 keys);
without, 91.0 to 94.9 %.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from experiments.paired import Floats, gap_of
from sim.scenario.faults import Place, ScenarioError, fault_at
from sim.scenario.leaf import shown

FIRST, BLOCK = 32, 16
MOST = 512
"""Keys at which the search for a narrow interval ends."""
AUTO = 0.01
"""Half-width that `keys='auto'` asks for, as a share of the baseline mean."""


def looks(most: int) -> list[int]:
    """Numbers of keys at which the rule is looked at, the last being all there are."""
    return [*range(FIRST, most, BLOCK), most]


def is_narrow(baseline: Floats, arms: Sequence[Floats], share: float) -> bool:
    """Whether the interval of every arm's difference is narrow enough, and its samples not too skewed for it.

    Parameters
    ----------
    baseline, arms : (n_keys,) float64 each
        The outcome by key.
    share
        Half-width asked for, as a share of the baseline mean.
    """
    target = share * abs(float(baseline.mean()))
    return all(
        gap_of(arm, baseline).half_width <= target and arm.size >= 25.0 * skewness(arm - baseline) ** 2
        for arm in arms
    )


def enough(baseline: Floats, arms: Sequence[Floats], share: float, most: int) -> int | None:
    """Number of keys at which to stop, from the keys so far; None if more must be run.

    It depends on the first keys alone, so that it is the same in whatever order they were finished.
    """
    n, met = baseline.size, 0
    for look in looks(most):
        if look > n:
            return None
        met = met + 1 if is_narrow(baseline[:look], [arm[:look] for arm in arms], share) else 0
        if met == 2 or look == most:
            return look
    return None


def skewness(values: Floats) -> float:
    """Third central moment over the cubed standard deviation; 0 where nothing varies."""
    gaps = values - values.mean()
    spread = float(np.sqrt((gaps**2).mean()))
    return float((gaps**3).mean()) / spread**3 if spread > 0.0 else 0.0


def share_of(text: str | float) -> float:
    """A precision as a share, from '2%' or 0.02; raises ScenarioError for anything but 0 < share < 1."""
    words = str(text).strip()
    try:
        share = float(words.removesuffix("%")) / (100.0 if words.endswith("%") else 1.0)
    except ValueError:
        share = float("nan")
    if not 0.0 < share < 1.0:
        expected = "a share of the baseline mean, such as 2% or 0.02"
        raise ScenarioError([fault_at(Place("--until", 1, 1), "until", expected, shown(words))])
    return share
