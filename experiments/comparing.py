"""How a comparison is carried out: keys run until there are enough, put in pairs, and told."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from experiments.arms import Arm
from experiments.branches import first_day
from experiments.cautions import cautions, not_narrow
from experiments.declared_costs import declared_span
from experiments.displacement import displacement_frame, legs_frame
from experiments.effect_tables import (
    costs_frame,
    fates_frame,
    pairs_frame,
    replacement_frame,
    table_frame,
    weekly_frame,
)
from experiments.effect_text import refuse_another
from experiments.effects import KEYS, Effects
from experiments.outcomes import HEADLINE, Outcome, estimated, outcomes_of
from experiments.pairs import BASELINE, Pairs, Row, checked_keys, paired
from experiments.plan import Plan, behaviour_of, plan_of, prepared, run_key, with_behaviour
from experiments.pool import Pool
from experiments.progress import Counter, Tell
from experiments.ranking import Flip, delivered_elsewhere, flips_of, points_near
from experiments.record import Record
from experiments.stopping import AUTO, MOST, enough, share_of
from sim.scenario.canonical import resolved
from sim.scenario.faults import Place, ScenarioError, fault_at, nearest
from sim.scenario.leaf import shown
from sim.scenario.load import Loaded
from sim.scenario.overlay import Intervention
from sim.scenario.schema import Scenario
from sim.trial import code_digest, data_digest, statuses, versions, warmup, world_of
from sim.world.world import World

REPLACED = 24
"""Most keys, the first ones, on which other shares of replacement are run as well."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be compared, and how well; see `experiments.compare`."""

    loaded: Loaded[Any]
    base: tuple[Intervention, ...]
    arms: tuple[Arm, ...]
    keys: int | Sequence[int] | Literal["auto"] | None
    until: str | float | None
    outcome: str
    behaviours: tuple[str, ...]
    replacement: bool
    folder: Path | None
    robust: int
    fixed: frozenset[str]


class Precision(NamedTuple):
    """Keys that may be run, and how narrow the interval must be for fewer."""

    keys: tuple[int, ...]
    share: float | None


class Ran(NamedTuple):
    """One plan that was run: its pairs, those of other shares of replacement, and what is to be noted."""

    plan: Plan
    pairs: Pairs
    by_share: Mapping[float, Pairs]
    notes: tuple[str, ...]


class About(NamedTuple):
    """What a comparison's tables say beside numbers."""

    world: World  # of the baseline
    starts: dict[str, date | None]
    costs: dict[str, tuple[float, float]]  # USD below and above the declared costs of an arm
    outcomes: Mapping[str, Outcome]


def answer(asked: Asked, workers: int | None, tell: Tell | None) -> Effects:
    """Carry a comparison out."""
    scenario: Scenario = asked.loaded.scenario
    precision = _precision(asked)
    world, starts, costs = _checked(asked)
    if asked.folder is not None:
        refuse_another(asked.folder, _defining(scenario, asked.base, asked.arms))
    outcomes = outcomes_of(world)
    if asked.outcome not in outcomes:
        expected = f"one of {', '.join(outcomes)}"
        place, hint = Place("--outcome", 1, 1), nearest(asked.outcome, outcomes)
        raise ScenarioError([fault_at(place, "outcome", expected, shown(asked.outcome), hint)])
    own = behaviour_of(scenario)
    behaviours = [b for b in asked.behaviours if b != own]
    points = points_near(scenario, asked.robust, asked.fixed) if asked.robust else []
    try:
        with Pool(workers) as pool:
            if pool.workers > 1:
                warmup()
            counter = Counter(tell, len(precision.keys) * (1 + len(behaviours)) + len(points))
            main = _run(pool, asked, scenario, precision, outcomes[asked.outcome], counter)
            counter.expect((len(precision.keys) - len(main.pairs.keys)) * (1 + len(behaviours)))
            same = Precision(main.pairs.keys, None)
            others = {
                b: _run(pool, asked, with_behaviour(scenario, b), same, outcomes[asked.outcome], counter)
                for b in behaviours
            }
            read = estimated(outcomes[HEADLINE])
            here = {arm: main.pairs.column(arm, read) for arm in (BASELINE, *main.pairs.arms)}
            plans = [plan_of(point, asked.base, asked.arms, replacement=False) for point in points]
            flips = flips_of(here, delivered_elsewhere(pool, plans, counter))
    finally:
        prepared.cache_clear()
    about = About(world, starts, costs, outcomes)
    told = {b: _effects(ran, b, about, ran.notes) for b, ran in others.items()}
    notes = (*main.notes, *not_narrow(main.pairs, outcomes[asked.outcome], precision.share))
    return _effects(main, own, about, notes, flips, told)


def _precision(asked: Asked) -> Precision:
    if isinstance(asked.keys, str) and asked.keys == "auto":
        return Precision(checked_keys(MOST), share_of(AUTO if asked.until is None else asked.until))
    keys = asked.keys
    if asked.until is not None:
        return Precision(checked_keys(MOST if keys is None else keys), share_of(asked.until))
    return Precision(checked_keys(KEYS if keys is None else keys), None)


def _checked(asked: Asked) -> tuple[World, dict[str, date | None], dict[str, tuple[float, float]]]:
    """World of the baseline, and first day and span of cost of every arm; refuses what does not fit."""
    bare = Loaded(asked.loaded.scenario, asked.loaded.origins)
    baseline = world_of(bare, asked.base)
    starts, costs = {}, {}
    for arm in asked.arms:
        world = world_of(bare, (*asked.base, *arm.interventions))
        own = [i for i in world.interventions if i not in baseline.interventions]
        starts[arm.name] = first_day(own, world)
        costs[arm.name] = declared_span(world, own)
    return baseline, starts, costs


def _run(
    pool: Pool, asked: Asked, scenario: Scenario, precision: Precision, outcome: Outcome, counter: Counter
) -> Ran:
    """Run keys until there are enough, those on record left out."""
    plan = plan_of(scenario, asked.base, asked.arms, replacement=asked.replacement)
    record = Record(asked.folder, plan.digest, behaviour_of(scenario)) if asked.folder is not None else None
    replaced = frozenset(precision.keys[:REPLACED] if plan.shares else ())
    finished = record.finished if record is not None else {}
    told = {key: run for key, run in finished.items() if run["replacement"] or key not in replaced}
    wanted = [key for key in precision.keys if key not in told]
    counter.add(len(precision.keys) - len(wanted))
    tasks = ((key, (plan, key, key in replaced)) for key in wanted)
    n = _enough(plan, told, precision, outcome)
    with closing(pool.each(run_key, tasks, name="key")) as results:
        while n is None:
            key, found = next(results)
            told[key] = found
            if record is not None:
                record.add(key, found)
            counter.add()
            n = _enough(plan, told, precision, outcome)
    keys = precision.keys[:n]
    some = keys[:REPLACED]
    by_share = {
        share: _paired(plan, some, {key: told[key]["replacement"][str(share)] for key in some})
        for share in plan.shares
    }
    pairs = _paired(plan, keys, {key: told[key]["runs"] for key in keys})
    return Ran(plan, pairs, by_share, record.notes if record is not None else ())


def _paired(plan: Plan, keys: Sequence[int], told: Mapping[int, Mapping[str, Any]]) -> Pairs:
    rows = [Row(arm, key, plan.digest, run) for key, runs in told.items() for arm, run in runs.items()]
    return paired(rows, [arm.name for arm in plan.arms], keys, plan.digest)


def _enough(plan: Plan, told: Mapping[int, Any], precision: Precision, outcome: Outcome) -> int | None:
    """Keys that are enough, if the first of them are done; None if more must be run."""
    done = next((n for n, key in enumerate(precision.keys) if key not in told), len(precision.keys))
    most = len(precision.keys)
    if precision.share is None:
        return most if done == most else None
    read = estimated(outcome)
    columns = {
        name: np.array([read(told[key]["runs"][name]) for key in precision.keys[:done]]) for name in plan.laid
    }
    baseline = columns.pop(BASELINE)
    return enough(baseline, list(columns.values()), precision.share, most)


def _effects(
    ran: Ran,
    behaviour: str,
    about: About,
    notes: Sequence[str],
    flips: Sequence[Flip] = (),
    others: Mapping[str, Effects] | None = None,
) -> Effects:
    plan, pairs = ran.plan, ran.pairs
    scenario = plan.scenario
    own = scenario.market.replacement_share.value
    table = table_frame(pairs, about.outcomes)
    return Effects(
        scenario=scenario.name,
        arms=pairs.arms,
        keys=pairs.keys,
        behaviour=behaviour,
        starts=dict(about.starts),
        table=table,
        replacement=replacement_frame({own: pairs, **ran.by_share}, own, about.outcomes[HEADLINE]),
        displacement=displacement_frame(pairs),
        legs=legs_frame(pairs),
        weekly=weekly_frame(pairs, about.world),
        fates=fates_frame(pairs),
        costs=costs_frame(table, about.costs),
        pairs=pairs_frame(pairs, about.outcomes),
        others=dict(others or {}),
        warnings=(*cautions(table, about.starts, flips), *notes),
        manifest=_manifest(ran, behaviour),
    )


def _manifest(ran: Ran, behaviour: str) -> dict[str, Any]:
    """Enough to make a comparison again: what defines it, and on what it was made."""
    plan, pairs = ran.plan, ran.pairs
    logs = hashlib.sha256()
    for arm in (BASELINE, *pairs.arms):
        for told in pairs.told[arm]:
            logs.update(bytes.fromhex(told["log"]))
    return {
        "name": plan.scenario.name,
        **_defining(plan.scenario, plan.base, plan.arms),
        "keys": list(pairs.keys),
        "behaviour": behaviour,
        "replacement_shares": list(plan.shares),
        "digest": plan.digest,
        "event_logs_sha256": logs.hexdigest(),
        "code": code_digest(),
        "data": data_digest(plan.scenario.tables),
        "statuses": statuses(plan.scenario),
        "versions": versions(),
        "platform": f"{platform.system()} {platform.machine()}",
    }


def _defining(scenario: Scenario, base: Sequence[Intervention], arms: Sequence[Arm]) -> dict[str, Any]:
    """What makes it this comparison, and no other."""
    return {
        "scenario": resolved(scenario),
        "base": [resolved(i) for i in base],
        "arms": {arm.name: [resolved(i) for i in arm.interventions] for arm in arms},
    }
