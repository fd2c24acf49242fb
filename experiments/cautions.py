"""What a careful analyst would say beside a comparison's figures."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from experiments.outcomes import HEADLINE, Outcome, estimated
from experiments.paired import gap_of, pairs_needed
from experiments.pairs import BASELINE, Pairs

if TYPE_CHECKING:
    import pandas as pd

    from experiments.ranking import Flip

GONE = 0.005
"""Share of licit traffic whose absence from posts is told."""

AGREE = 0.9
"""Share of keys that must agree in sign before an effect is said to have one."""


def cautions(
    table: pd.DataFrame, starts: Mapping[str, date | None], flips: Sequence[Flip]
) -> tuple[str, ...]:
    """Warnings about a table of effects, the arms in their order.

    Parameters
    ----------
    starts
        First day on which each arm is in force; None if that is never in the run.
    flips
        Rankings that turn round inside the parameter ranges.
    """
    found: list[str] = []
    for arm, start in starts.items():
        rows: dict[Any, Any] = {row.outcome: row for row in table[table["arm"] == arm].itertuples()}
        if start is None:
            found.append(f"{arm}: acts on no day of the run, so that every difference is zero")
        else:
            found += _of_arm(arm, rows)
    return (*found, *(str(flip) for flip in flips))


def not_narrow(pairs: Pairs, outcome: Outcome, share: float | None) -> list[str]:
    """A note for each arm whose interval is wider than the share of the baseline mean that was asked for."""
    if share is None:
        return []
    read = estimated(outcome)
    baseline = pairs.column(BASELINE, read)
    level = abs(float(baseline.mean()))
    gaps = {arm: gap_of(pairs.column(arm, read), baseline) for arm in pairs.arms}
    return [
        f"{arm}: the interval of {outcome.name} is ±{gap.half_width:,.3g} {outcome.unit} after "
        f"{_pairs(len(pairs.keys))}, wider than the {100 * share:.2g} % of the baseline asked for, which "
        f"would take about {_pairs(pairs_needed(gap.spread, share * level))}"
        for arm, gap in gaps.items()
        if not gap.half_width <= share * level
    ]


def _of_arm(arm: str, rows: Mapping[str, Any]) -> Iterator[str]:
    delivered, seized = rows[HEADLINE], rows["seized_kg"]
    traffic = rows["licit_vehicles"]
    if traffic.baseline and traffic.difference < -GONE * traffic.baseline:
        yield (
            f"{arm}: {-100 * traffic.difference / traffic.baseline:.2g} % fewer licit vehicles at posts: "
            f"what stays away, or passes where nobody checks, is in no bill of delay, nor is a longer way"
        )
    if seized.low > 0.0 and delivered.difference > 0.0:
        yield (
            f"{arm}: more is seized ({seized.difference:+,.0f} kg) and more is delivered "
            f"({delivered.difference:+,.0f} kg): seizures are no measure of success"
        )
    if delivered.low == delivered.high == 0.0:
        return
    half = (delivered.high - delivered.low) / 2.0
    if math.isnan(half):
        yield f"{arm}: one pair has no interval; how sure its effects are cannot be told"
    elif not abs(delivered.difference) > half:
        yield (
            f"{arm}: the effect on {HEADLINE} ({delivered.difference:+,.0f} kg) is smaller than its Monte "
            f"Carlo error (±{half:,.0f} kg from {_pairs(delivered.pairs)}); to tell its sign would "
            f"take about {_pairs(delivered.pairs_for_sign)}"
        )
    if delivered.sign_agree < AGREE and delivered.outcome_low < 0.0 < delivered.outcome_high:
        yield (
            f"{arm}: the effect on {HEADLINE} changes its sign over keys; "
            f"{100 * delivered.sign_agree:.0f} % of single years agree with the mean"
        )


def _pairs(n: float) -> str:
    return f"{n:,.0f} pair{'' if n == 1 else 's'}"
