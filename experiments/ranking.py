"""Whether arms keep their order elsewhere in the parameter ranges: a quick look at a few points."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import combinations

import numpy as np

from experiments.baseline import at_point, declared, dimensions, quantiles, read_record
from experiments.outcomes import HEADLINE
from experiments.paired import Floats, gap_of
from experiments.pairs import BASELINE, checked_keys
from experiments.plan import Plan, run_key
from experiments.pool import Pool
from experiments.progress import Counter
from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario

POINT_KEYS = 8
"""Keys on which every arm is run at each point."""

RECORDED = "northern_route_2010"
"""Scenario whose points are recorded, with those that come near the published figures."""
RECORD, POINTS = f"{RECORDED}_values.json", f"{RECORDED}_points.csv"

Delivered = Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class Flip:
    """Two arms that change places."""

    less: str  # delivers less in the scenario
    more: str
    turned: int  # points at which it clearly delivers more
    points: int

    def __str__(self) -> str:
        """Say it in a sentence."""
        where = f"at {self.turned} of {self.points} other points of the parameter ranges"
        if BASELINE in (self.less, self.more):
            arm, turns = (self.more, "less") if self.less == BASELINE else (self.less, "more")
            return f"{arm}: the sign of its effect on {HEADLINE} flips; {turns} is delivered {where}"
        both = f"{self.less} and {self.more}: their ranking by {HEADLINE} flips"
        return f"{both}; {self.more} delivers less {where}"


def points_near(scenario: Scenario, n: int, fixed: Collection[str] = ()) -> list[Scenario]:
    """The scenario at up to `n` other points of its declared ranges.

    For the scenario whose choice is recorded these are the first recorded points that landed in the bands
    of published figures; for any other they are drawn in the same way.

    Parameters
    ----------
    fixed
        Paths of quantities that stay as they are.
    """
    if scenario.name == RECORDED:
        record = json.loads(files("scenarios").joinpath(RECORD).read_text(encoding="utf-8"))
        landed = [o.point for o in read_record(files("scenarios").joinpath(POINTS)) if o.lands]
        key, chosen = record["key"], [point for point in landed if point != record["medoid"]][:n]
        source = load_scenario(record["declared"]).scenario
    else:
        key, chosen, source = 1, list(range(n)), scenario
    names, u = dimensions(source), quantiles(source, key, max(chosen, default=-1) + 1)
    ranges = {path: quantity for path, quantity in declared(source).items() if path not in fixed}
    return [
        at_point(scenario, dict(zip(names, u[point].tolist(), strict=True)), f"point {point}", ranges)
        for point in chosen
    ]


def delivered_at(plan: Plan, keys: Sequence[int]) -> dict[str, list[float]]:
    """Expected deliveries of the baseline and every arm of a plan on some keys, kg."""
    told = [run_key(plan, key)["runs"] for key in keys]
    return {name: [runs[name]["expected"][HEADLINE] for runs in told] for name in plan.laid}


def delivered_elsewhere(pool: Pool, plans: Sequence[Plan], counter: Counter) -> list[dict[str, Floats]]:
    """What `delivered_at` gives for each of some plans, on the first keys."""
    keys = checked_keys(POINT_KEYS)
    tasks = ((point, (plan, keys)) for point, plan in enumerate(plans))
    there: dict[int, dict[str, Floats]] = {}
    for point, delivered in pool.each(delivered_at, tasks, name="point"):
        there[point] = {arm: np.array(kg) for arm, kg in delivered.items()}
        counter.add()
    return [there[point] for point in sorted(there)]


def flips_of(here: Delivered, there: Sequence[Delivered]) -> list[Flip]:
    """Pairs of arms, the baseline among them, whose order at other points is clearly not that at this one.

    Parameters
    ----------
    here : (n_keys,) float64 by arm
        Deliveries in the scenario.
    there
        The same at other points; a difference counts where its interval does not hold zero.
    """
    found = []
    for one, other in combinations(here, 2):
        less, more = (one, other) if here[one].mean() <= here[other].mean() else (other, one)
        if np.array_equal(here[less], here[more]):
            continue
        gaps = [gap_of(np.asarray(at[less]), np.asarray(at[more])) for at in there]
        turned = sum(gap.difference > gap.half_width for gap in gaps)
        if turned:
            found.append(Flip(less, more, turned, len(there)))
    return found
