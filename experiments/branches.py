"""Arms of one key as branches of one run: what they share is run once.

An arm is its baseline until the first hour at which their interventions differ. So it leaves the baseline's
run at the start of that week, from a snapshot of everything that changes in a run, and comes to the same
bytes as when it is run whole. Arms whose worlds are built otherwise (more posts, other routes) share nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

import numpy as np

from experiments.outcomes import Opening, opening_of
from sim.agents.mesa_compat import release
from sim.model import CorridorModel
from sim.scenario.overlay import FIRST_DAY, Intervention, cut_hours, strength_at
from sim.scenario.schema import Scenario
from sim.world.calendar import HOURS_PER_WEEK
from sim.world.world import World

Told = TypeVar("Told")
Take = Callable[[str, CorridorModel, Opening], Told]


@dataclass(frozen=True, slots=True)
class Branch:
    """A run that leaves another, its `parent`, at the start of a week; without one it is run whole."""

    name: str
    world: World
    parent: str | None
    week: int


def branches_of(worlds: Mapping[str, World]) -> list[Branch]:
    """Branches of some worlds: each leaves that one before it with which it shares most weeks.

    Parameters
    ----------
    worlds
        By name. Scenarios may differ in `market.replacement_share`, which then counts from the first
        reported week on; what else differs in them makes runs that share nothing.
    """
    found: list[Branch] = []
    for name, world in worlds.items():
        best = Branch(name, world, None, 0)
        for other in found:
            week = shared_weeks(world, other.world)
            if week > best.week:
                best = Branch(name, world, other.name, week)
        found.append(best)
    return found


def shared_weeks(world: World, other: World) -> int:
    """Weeks from the start over which runs of two worlds on one key are the same."""
    if not (_built_alike(world, other) and _but_for_replacement(world) == _but_for_replacement(other)):
        return 0
    weeks = [world.n_weeks]
    hour = first_hour(_apart(world.interventions, other.interventions), world)
    if hour is not None:
        weeks.append((hour - world.start_hour) // HOURS_PER_WEEK)
    if world.scenario.market.replacement_share.value != other.scenario.market.replacement_share.value:
        weeks.append(world.scenario.burn_in_weeks)
    return min(weeks)


def first_hour(interventions: Iterable[Intervention], world: World) -> int | None:
    """First hour of a world's runs at which any of these is in force; None if none ever is."""
    laid = list(interventions)
    end = world.start_hour + HOURS_PER_WEEK * world.n_weeks
    hours = [world.start_hour, *cut_hours(laid, world.start_hour, end)]
    return next((hour for hour in hours if any(strength_at(i, hour) > 0.0 for i in laid)), None)


def first_day(interventions: Iterable[Intervention], world: World) -> date | None:
    """First day of a world's runs on which any of these is in force; None if none ever is."""
    hour = first_hour(interventions, world)
    return None if hour is None else FIRST_DAY + timedelta(hours=hour)


def run_branches(branches: Sequence[Branch], key: int, take: Take[Told]) -> dict[str, Told]:
    """Run every branch on a key.

    Parameters
    ----------
    branches
        Parents before their children.
    take
        Called with the name, the finished model and its opening; what it gives is kept. The model is
        dropped afterwards.
    """
    told: dict[str, Told] = {}
    for branch in branches:
        if branch.parent is None:
            _grow(branch, CorridorModel(branch.world, rng=key), None, branches, take, told)
    return {branch.name: told[branch.name] for branch in branches}


def _grow(
    branch: Branch,
    model: CorridorModel,
    opening: Opening | None,
    branches: Sequence[Branch],
    take: Take[Told],
    told: dict[str, Told],
) -> None:
    """Run a branch to its end, and on the way the branches that leave it."""
    try:
        state: dict[str, Any] = {}
        taken_at = -1
        for child in sorted((b for b in branches if b.parent == branch.name), key=lambda b: b.week):
            opening = _advance(model, child.week, opening)
            if taken_at != child.week:
                state, taken_at = model.state(), child.week
            _grow(child, CorridorModel.from_state(child.world, state), opening, branches, take, told)
        opening = _advance(model, model.n_weeks, opening)
        assert opening is not None
        told[branch.name] = take(branch.name, model, opening)
    finally:
        release(model)


def _advance(model: CorridorModel, week: int, opening: Opening | None) -> Opening | None:
    """Step to the start of a week; gives the opening once the first reported week begins."""
    burn_in = model.world.scenario.burn_in_weeks
    while True:
        if model.week == burn_in and opening is None:
            opening = opening_of(model)
        if model.week >= week:
            return opening
        model.step()


def _apart(these: Sequence[Intervention], those: Sequence[Intervention]) -> list[Intervention]:
    """Interventions that one of two portfolios lacks; all of them where the rest stand in another order."""
    here, there = [i for i in these if i in those], [i for i in those if i in these]
    if here != there:
        return [*these, *those]
    return [*(i for i in these if i not in those), *(i for i in those if i not in these)]


def _but_for_replacement(world: World) -> Scenario:
    any_share = type(world.scenario.market)().replacement_share
    plain = world.scenario.market.model_copy(update={"replacement_share": any_share})
    return world.scenario.model_copy(update={"market": plain})


def _built_alike(world: World, other: World) -> bool:
    """Whether a state of one world's run fits the other: the same rows of everything that has rows."""
    same_names = (
        world.commodities == other.commodities
        and world.countries == other.countries
        and [p.post_id for p in world.posts] == [p.post_id for p in other.posts]
        and [r.route_id for r in world.routes] == [r.route_id for r in other.routes]
        and world.traffickers.names == other.traffickers.names
        and world.flows.names == other.flows.names
    )
    return (
        same_names
        and (world.start_hour, world.n_weeks) == (other.start_hour, other.n_weeks)
        and np.array_equal(world.option_arrays.route, other.option_arrays.route)
        and np.array_equal(world.option_arrays.address, other.option_arrays.address)
        and np.array_equal(world.route_arrays.post, other.route_arrays.post)
    )
