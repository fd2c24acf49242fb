"""Tables of a comparison, from its pairs of runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from experiments.outcomes import FATES, HEADLINE, WEEKLY, Outcome, estimated, realised
from experiments.paired import Effect, Floats, effect, mean_interval
from experiments.pairs import BASELINE, Pairs
from sim.world.calendar import HOURS_PER_WEEK, moments_of
from sim.world.world import World

INTERVALS = ("baseline", "mean", "difference", "low", "high", "relative", "relative_low", "relative_high")


def effect_of(pairs: Pairs, arm: str, outcome: Outcome) -> Effect:
    """Effect of an arm on an outcome."""
    estimates = [pairs.column(name, estimated(outcome)) for name in (arm, BASELINE)]
    told = [pairs.column(name, realised(outcome.name)) for name in (arm, BASELINE)]
    return effect(estimates[0], estimates[1], told[0], told[1], outcome.better)


def table_frame(pairs: Pairs, outcomes: Mapping[str, Outcome]) -> pd.DataFrame:
    """Effects, one row an arm and outcome."""
    rows = [
        {
            "arm": arm,
            "outcome": outcome.name,
            "label": outcome.label,
            "unit": outcome.unit,
            "better": outcome.better,
            "estimator": outcome.estimator,
            **asdict(effect_of(pairs, arm, outcome)),
        }
        for arm in pairs.arms
        for outcome in outcomes.values()
    ]
    return pd.DataFrame(rows)


def replacement_frame(by_share: Mapping[float, Pairs], own: float, headline: Outcome) -> pd.DataFrame:
    """Effects on what is delivered by the share of losses that is sent again; `own` is the scenario's."""
    arms = next(iter(by_share.values())).arms
    rows = []
    for arm in arms:
        for share in sorted(by_share):
            found = asdict(effect_of(by_share[share], arm, headline))
            numbers = {name: found[name] for name in INTERVALS}
            rows.append(
                {
                    "arm": arm,
                    "replacement_share": share,
                    "default": share == own,
                    **numbers,
                    "pairs": found["pairs"],
                }
            )
    return pd.DataFrame(rows)


def weekly_frame(pairs: Pairs, world: World) -> pd.DataFrame:
    """Differences by week and added up so far, for the outcomes that are followed."""
    weeks = np.arange(world.scenario.weeks)
    first = world.start_hour + HOURS_PER_WEEK * world.scenario.burn_in_weeks
    starts = moments_of(60 * (first + HOURS_PER_WEEK * weeks))
    frames = []
    for arm in pairs.arms:
        for name in WEEKLY:
            gap = _weeks(pairs, arm, name) - _weeks(pairs, BASELINE, name)
            difference, low, high = mean_interval(gap)
            total, total_low, total_high = mean_interval(np.cumsum(gap, axis=1))
            columns = {
                "arm": arm,
                "week": weeks,
                "start": starts,
                "outcome": name,
                "difference": difference,
                "low": low,
                "high": high,
                "cumulative": total,
                "cumulative_low": total_low,
                "cumulative_high": total_high,
            }
            frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)


def fates_frame(pairs: Pairs) -> pd.DataFrame:
    """What became of the loads of the baseline and of each arm: mean kilograms, and shares of them all."""
    rows = []
    for arm in (BASELINE, *pairs.arms):
        kg = {fate: float(pairs.column(arm, _fate_of(fate)).mean()) for fate in FATES}
        whole = sum(kg.values())
        rows += [
            {"arm": arm, "fate": fate, "kg": mass, "share": mass / whole if whole else math.nan}
            for fate, mass in kg.items()
        ]
    return pd.DataFrame(rows)


def _fate_of(fate: str) -> Callable[[Mapping[str, Any]], float]:
    """Reads the kilograms of a fate from what was told of a run."""
    return lambda told: float(told["fates"][fate])


def costs_frame(table: pd.DataFrame, declared: Mapping[str, tuple[float, float]]) -> pd.DataFrame:
    """What each arm costs the state beside what it keeps off the market, both with intervals.

    The interval of cost is that of the mean, widened by the declared ranges of what interventions cost:
    `declared` holds, by arm, how far these reach below and above the declared values, USD.
    """
    rows = []
    for arm in dict.fromkeys(table["arm"]):
        of_arm = table[table["arm"] == arm].set_index("outcome")
        cost, delivered = of_arm.loc["public_cost_usd"], of_arm.loc[HEADLINE]
        kept = -float(delivered["difference"])
        below, above = declared.get(arm, (0.0, 0.0))
        low, high = float(cost["low"]) + below, float(cost["high"]) + above
        rows.append(
            {
                "arm": arm,
                "cost_usd": cost["difference"],
                "cost_low": low,
                "cost_high": high,
                "kept_off_kg": kept,
                "kept_off_low": -delivered["high"],
                "kept_off_high": -delivered["low"],
                "usd_per_kg": cost["difference"] / kept if kept > 0 else math.nan,
            }
        )
    return pd.DataFrame(rows)


def pairs_frame(pairs: Pairs, outcomes: Mapping[str, Outcome]) -> pd.DataFrame:
    """Every run: its arm, its key, what it came to, and what was expected where that is known."""
    rows: list[dict[str, Any]] = []
    for arm in (BASELINE, *pairs.arms):
        for key, told in zip(pairs.keys, pairs.told[arm], strict=True):
            row: dict[str, Any] = {"arm": arm, "key": key}
            for name, outcome in outcomes.items():
                row[name] = told["realised"][name]
                if outcome.estimator == "conditional":
                    row[f"expected_{name}"] = told["expected"][name]
            rows.append(row)
    return pd.DataFrame(rows)


def _weeks(pairs: Pairs, arm: str, name: str) -> Floats:
    def read(told: Mapping[str, Any]) -> Sequence[float]:
        weeks: Sequence[float] = told["weekly"][name]
        return weeks

    return pairs.stack(arm, read)
