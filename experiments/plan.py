"""What a comparison runs on each key: all arms; and again where no loss is replaced, and where each is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple

from experiments.arms import Arm
from experiments.branches import Branch, branches_of, run_branches
from experiments.displacement import Ways, carried, ways_of
from experiments.outcomes import Opening, told_of
from experiments.pairs import BASELINE
from sim.model import CorridorModel
from sim.scenario.canonical import resolved, unplaced
from sim.scenario.overlay import Intervention
from sim.scenario.schema import Scenario
from sim.trial import code_digest, data_digest, versions, world_of
from sim.world.world import World

REPLACEMENT_SHARES = (0.0, 1.0)
"""Shares of a loss that are sent again, shown beside the scenario's own: none and all of it."""


@dataclass(frozen=True)
class Plan:
    """A comparison but for its keys; equal plans have equal digests."""

    scenario: Scenario = field(compare=False)
    base: tuple[Intervention, ...] = field(compare=False)
    arms: tuple[Arm, ...] = field(compare=False)
    shares: tuple[float, ...] = field(compare=False)  # of replacement, beside the scenario's own
    digest: str

    @property
    def laid(self) -> dict[str, tuple[Intervention, ...]]:
        """Interventions of the baseline and of every arm, by name."""
        return {BASELINE: self.base, **{arm.name: (*self.base, *arm.interventions) for arm in self.arms}}


class Prepared(NamedTuple):
    """A plan with its worlds built."""

    branches: list[Branch]
    alone: list[Branch]  # those at the scenario's own share of replacement
    shares: Mapping[str, tuple[str, float | None]]  # arm and share of replacement by name of branch
    ways: Mapping[str, Ways]  # by arm


def plan_of(
    scenario: Scenario, base: Sequence[Intervention], arms: Sequence[Arm], *, replacement: bool
) -> Plan:
    """Plan of a comparison; its digest tells scenario, interventions, tables, code and packages."""
    own = scenario.market.replacement_share.value
    shares = tuple(share for share in REPLACEMENT_SHARES if share != own) if replacement else ()
    defining = {
        "scenario": unplaced(resolved(scenario)),
        "base": unplaced([resolved(i) for i in base]),
        "arms": [[arm.name, unplaced([resolved(i) for i in arm.interventions])] for arm in arms],
        "shares": shares,
        "code": [code_digest(), code_digest("experiments")],
        "data": data_digest(scenario.tables),
        "versions": versions(),
    }
    digest = hashlib.blake2b(json.dumps(defining, sort_keys=True).encode(), digest_size=16).hexdigest()
    return Plan(scenario, tuple(base), tuple(arms), shares, digest)


def run_key(plan: Plan, key: int, replaced: bool = True) -> dict[str, Any]:
    """What every run of a plan came to on a key; without `replaced`, at the scenario's own share alone.

    `runs` holds outcomes and masses carried of the baseline and each arm; `replacement` holds, by share,
    the realised and expected outcomes of each.
    """
    made = prepared(plan)

    def take(name: str, model: CorridorModel, opening: Opening) -> dict[str, Any]:
        told = told_of(model, opening)
        arm, share = made.shares[name]
        if share is None:
            told["carried"] = carried(model, made.ways[arm])
            return told
        return {part: told[part] for part in ("realised", "expected")}

    every = run_branches(made.branches if replaced else made.alone, key, take)
    shares = plan.shares if replaced else ()
    found: dict[str, Any] = {"runs": {}, "replacement": {str(share): {} for share in shares}}
    for name, told in every.items():
        arm, share = made.shares[name]
        (found["runs"] if share is None else found["replacement"][str(share)])[arm] = told
    return found


@lru_cache(maxsize=1)
def prepared(plan: Plan) -> Prepared:
    """Worlds of a plan and how their runs branch; built once in each process.

    Raises
    ------
    WorldError
        If interventions do not fit the scenario or one another.
    """
    worlds: dict[str, World] = {}
    shares: dict[str, tuple[str, float | None]] = {}
    bringing = [i for laid in plan.laid.values() for i in laid if i.new_posts]
    for arm, laid in plan.laid.items():
        worlds[arm], shares[arm] = world_of(plan.scenario, laid, bringing), (arm, None)
    for share in plan.shares:
        for arm in plan.laid:
            name = f"{arm} at {share}"
            worlds[name], shares[name] = with_replacement(worlds[arm], share), (arm, share)
    ways = {arm: ways_of(worlds[arm]) for arm in plan.laid}
    alone = branches_of({arm: worlds[arm] for arm in plan.laid})
    return Prepared(branches_of(worlds) if plan.shares else alone, alone, shares, ways)


def with_replacement(world: World, share: float) -> World:
    """The world with another share of losses that are sent again; nothing that is built depends on it."""
    scenario = world.scenario
    old = scenario.market.replacement_share
    new = old.model_copy(update={"value": share, "low": None, "high": None, "status": "assumed"})
    market = scenario.market.model_copy(update={"replacement_share": new})
    return replace(world, scenario=scenario.model_copy(update={"market": market}))


def with_behaviour(scenario: Scenario, behaviour: str) -> Scenario:
    """The scenario with traffickers of every tier deciding in one way."""
    tiers = scenario.tiers
    changed = {
        name: getattr(tiers, name).model_copy(update={"behaviour": behaviour})
        for name in type(tiers).model_fields
    }
    return scenario.model_copy(update={"tiers": tiers.model_copy(update=changed)})


def behaviour_of(scenario: Scenario) -> str:
    """How traffickers of every tier decide, or `mixed`."""
    tiers = scenario.tiers
    found = {getattr(tiers, name).behaviour for name in type(tiers).model_fields}
    return str(found.pop()) if len(found) == 1 else "mixed"
