"""The baseline's world with interventions of the library laid over it, and what its parts are told then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.agents.memory import Memory
from sim.agents.mesa_compat import release
from sim.kernels.arrays import Dealings, PostArrays, PostHours, PostState, WeekShape
from sim.kernels.post_hours import post_hours
from sim.model import CorridorModel
from sim.opening import opening_memory, run_keys
from sim.results.run_result import RunResult
from sim.scenario.load import Loaded, load_intervention, load_scenario
from sim.scenario.overlay import Intervention, hour_of, placed
from sim.scenario.schema import Scenario
from sim.trial import result_of, world_of
from sim.week import Mechanisms, dealings_of_week, shape_of_week
from sim.world.parameters import Parameters
from sim.world.parts import Post
from sim.world.world import World
from tests.pairing.small_runs import encounters_of

LIBRARY = (
    "audit",
    "caricc_sharing",
    "carrier_fund",
    "close_korday",
    "controlled_deliveries",
    "customs_back_kyrgyzstan",
    "customs_back_russia",
    "customs_leaves_kyrgyzstan",
    "customs_leaves_russia",
    "dog_real_training",
    "dog_rotation",
    "dog_shade",
    "fixed_allocation",
    "green_border_barriers",
    "green_border_patrols",
    "informants",
    "joint_posts",
    "liaison_officers",
    "mobile_scanners",
    "more_dog_teams",
    "new_posts",
    "officer_pay",
    "officer_rotation",
    "operator_training",
    "programme_2012",
    "protection_reform",
    "rail_inspection",
    "random_allocation",
    "regional_unit",
    "regional_unit_closed",
    "scanner_maintenance",
    "scanner_upgrade",
    "tir_reform",
    "trusted_carriers",
)

SUMMER = hour_of(date(2014, 7, 4))
"""An hour at which every ramp of the library is over, in July."""

WINTER = hour_of(date(2015, 1, 9))


class Told(NamedTuple):
    """What kernels are told in a week, and what a week of licit traffic makes of it."""

    values: Parameters
    posts: PostArrays
    shape: WeekShape
    dealings: Dealings
    hours: PostHours
    state: PostState


@cache
def scenario() -> Loaded[Scenario]:
    """The baseline, shorter."""
    return load_scenario("northern_route_2010", sets=["weeks=10", "burn_in_weeks=2"])


@cache
def base() -> World:
    """World of the baseline without any intervention."""
    return world_of(scenario())


@cache
def named(name: str) -> Intervention:
    """An intervention of the library."""
    return load_intervention(name)


def given(*names: str, strength: float = 1.0) -> tuple[Intervention, ...]:
    """Interventions of the library; the last one at some strength."""
    found = [named(name) for name in names]
    if found:
        found[-1] = found[-1].model_copy(update={"strength": strength})
    return tuple(found)


@cache
def laid(*names: str) -> World:
    """The baseline's world with interventions of the library laid over it."""
    if "new_posts" in names:
        alone = world_of(scenario(), [named("new_posts")]) if names == ("new_posts",) else laid("new_posts")
        return replace(alone, interventions=placed(given(*names), base().scenario.start))
    return replace(base(), interventions=placed(given(*names), base().scenario.start))


def told(*names: str, hour: int = SUMMER, past: Callable[[Memory], None] | None = None) -> Told:
    """What is told in the week from an hour on, after the baseline's opening or what `past` makes of it."""
    world = laid(*names)
    keys = run_keys(world, 1)
    stretch = Mechanisms(world).stretches(hour)[0]
    memory = opening_memory(world, keys, world.base)
    if past is not None:
        past(memory)
    shape = shape_of_week(stretch.world, stretch.values, memory, hour)
    state = PostState(memory.backlog, memory.exertion, memory.scanner_up)
    hours, after = post_hours(
        np.uint64(keys.posts), hour, 0, 168, stretch.posts, shape, state, world.waits, world.normal
    )
    dealings = dealings_of_week(stretch.world, stretch.values, memory)
    return Told(stretch.values, stretch.posts, shape, dealings, hours, after)


class Ended(NamedTuple):
    """A run at its end: its result, every encounter by name, the memory, teams after each week."""

    result: RunResult
    log: pd.DataFrame
    memory: Memory
    teams: np.ndarray  # (n_weeks, n_posts) int64


def ended(world: World) -> Ended:
    """Run a world to its horizon with key 1."""
    model = CorridorModel(world, rng=1)
    model.keep_encounters = True
    teams = []
    while model.running:
        model.step()
        teams.append(model.memory.teams.copy())
    run = Ended(result_of(model), encounters_of(model), model.memory, np.array(teams))
    release(model)
    return run


@cache
def ran(*names: str) -> Ended:
    """The baseline with interventions of the library, run to its horizon with key 1."""
    return ended(laid(*names))


def at(fits: Callable[[Post], bool], world: World | None = None) -> np.ndarray:
    """Which posts fit, (n_posts,) bool."""
    return np.array([fits(post) for post in (world or base()).posts])


def in_kz(*classes: str) -> np.ndarray:
    """Kazakh posts of some classes, or all but patrols, (n_posts,) bool."""
    return at(
        lambda p: (
            p.country == "KZ" and (p.klass.name in classes if classes else p.klass.name != "GREEN_BORDER")
        )
    )


def country(code: str) -> int:
    """Row of a country."""
    return base().countries.index(code)


def grows_only(after: np.ndarray, before: np.ndarray, where: np.ndarray) -> None:
    """Assert that numbers grow in every row meant, and that all others stay what they are, to the bit."""
    assert where.any() and (~where).any()
    assert (after[where] > before[where]).all()
    np.testing.assert_array_equal(after[~where], before[~where])
