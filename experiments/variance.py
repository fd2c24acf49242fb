"""What pairing and the conditional estimator gain, against fixed traffickers and against those who learn.

`paired`: variance of the mean difference from unpaired runs over that from pairs. `conditional`: variance of
what was realised over that of its conditional expectation. Both say how many times fewer runs the same
precision takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.paired import t_quantile
from experiments.pairs import BASELINE

if TYPE_CHECKING:
    import pandas as pd

    from experiments.progress import Tell

Floats = NDArray[np.float64]

REFERENCE = ("audit", "dog_real_training", "green_border_patrols")
"""Interventions whose ratios are followed: on officers, on sensors, and on the green border."""

BEHAVIOURS = ("non_adaptive", "adaptive")
PAIRED = ("delivered_kg", "seized_kg")
CONDITIONAL = ("seized_kg", "seizures", "seized_KZ_kg", "delivered_kg")
KEYS = 64


class Ratio(NamedTuple):
    """A ratio of variances with its 95 % interval, by jackknife over keys in the logarithm."""

    value: float
    low: float
    high: float


def ratio_of(above: Sequence[Floats], below: Floats) -> Ratio:
    """Sum of the variances of some samples over that of another, all on the same keys, (n_keys,) each.

    Source: Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapter 11 (jackknife).
    """
    n = below.size
    whole = _log_ratio([x[None, :] for x in above], below[None, :])[0]
    left_out = ~np.eye(n, dtype=np.bool_)

    def without_one(x: Floats) -> Floats:
        return np.broadcast_to(x, (n, n))[left_out].reshape(n, n - 1)

    if not np.isfinite(whole):
        return Ratio(float(np.exp(whole)), np.nan, np.nan)
    parts = _log_ratio([without_one(x) for x in above], without_one(below))
    error = float(np.sqrt((n - 1) / n * ((parts - parts.mean()) ** 2).sum()))
    half = t_quantile(n - 1.0) * error
    return Ratio(*(float(np.exp(end)) for end in (whole, whole - half, whole + half)))


def _log_ratio(above: Sequence[Floats], below: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        logs: Floats = np.log(sum(x.var(axis=1, ddof=1) for x in above)) - np.log(below.var(axis=1, ddof=1))
    return logs


def variance_frame(
    scenario: str = "northern_route_2010",
    *,
    keys: int = KEYS,
    workers: int | None = None,
    progress: Tell | None = None,
) -> pd.DataFrame:
    """Ratios of the reference interventions and of the baseline, one a row.

    Columns: behaviour, gain ('paired' or 'conditional'), arm, outcome, ratio, low, high, pairs.
    """
    import pandas as pd

    from experiments.effects import compare
    from sim.scenario.load import load_scenario

    load_scenario(scenario)
    effects = compare(
        scenario,
        REFERENCE,
        keys=keys,
        sets=[f"tiers.{tier}.behaviour={BEHAVIOURS[0]}" for tier in ("tonne", "wholesale", "small")],
        behaviours=BEHAVIOURS[1:],
        replacement=False,
        workers=workers,
        progress=progress,
    )
    rows = []
    for behaviour, those in ((BEHAVIOURS[0], effects), *effects.others.items()):
        of_arm = {arm: frame.sort_values("key") for arm, frame in those.pairs.groupby("arm")}
        base = of_arm[BASELINE]
        for outcome in PAIRED:
            column = f"expected_{outcome}"
            for arm in REFERENCE:
                here, there = of_arm[arm][column].to_numpy(), base[column].to_numpy()
                rows.append((behaviour, "paired", arm, outcome, *ratio_of([here, there], here - there), keys))
        for outcome in CONDITIONAL:
            told, meant = base[outcome].to_numpy(), base[f"expected_{outcome}"].to_numpy()
            rows.append((behaviour, "conditional", BASELINE, outcome, *ratio_of([told], meant), keys))
    head = ["behaviour", "gain", "arm", "outcome", "ratio", "low", "high", "pairs"]
    return pd.DataFrame(rows, columns=head)


def variance_text(frame: pd.DataFrame) -> str:
    """The ratios as a table for the terminal."""
    lines = [
        "How many times fewer runs the same precision takes, with 95 % intervals (jackknife over keys)",
        "paired: against unpaired runs, of expected outcomes; conditional: against realised outcomes",
        "",
        f"{'traffickers':<14}{'gain':<13}{'arm':<22}{'outcome':<14}{'ratio':>10}  interval",
    ]
    for row in frame.itertuples(index=False):
        span = f"{row.low:,.1f} to {row.high:,.1f}"
        lines.append(
            f"{row.behaviour:<14}{row.gain:<13}{row.arm:<22}{row.outcome:<14}{row.ratio:>10,.1f}  {span}"
        )
    return "\n".join([*lines, f"{frame['pairs'].iloc[0]} keys"])
