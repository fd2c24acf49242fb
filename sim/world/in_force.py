"""The world as interventions have made it at some hour: its scenario, organisations, options and posts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from pydantic import BaseModel

from sim.scenario.change import RULE, Change
from sim.scenario.change_fits import limits_of_change
from sim.scenario.overlay import overlay
from sim.scenario.quantity import Quantity
from sim.scenario.schema import Scenario
from sim.world.consignors import consignors
from sim.world.faults import WorldError
from sim.world.options import options_of
from sim.world.parameters import services_of
from sim.world.rules import carry_rules
from sim.world.world import World

Part = TypeVar("Part")


def scenario_in_force(
    scenario: Scenario, changes: Sequence[tuple[Change, float]], countries: Sequence[str]
) -> Scenario:
    """The scenario under wide changes: numbers of tiers, market and covers, and countries' rules.

    A rule is in force at any strength above 0. Raises WorldError if a path leads nowhere.
    """
    for change, strength in changes:
        if not change.is_wide or strength == 0.0:
            continue
        if change.what == RULE:
            meant = [c for c in countries if change.selector.matches({"country": c})]
            if not meant:
                raise WorldError([f"change of {RULE!r}: expected a country (got {change.where!r})"])
            services = {c: services_of(scenario, c).model_copy(update={RULE: change.to}) for c in meant}
            scenario = scenario.model_copy(update={"countries": {**scenario.countries, **services}})
        for path in change.paths:
            scenario = _changed_at(scenario, path.split("."), change, strength)
    return scenario


def _changed_at(part: Part, steps: Sequence[str], change: Change, strength: float) -> Part:
    """A part of the scenario with the number at the end of `steps` changed."""
    new: Any
    if not steps:
        assert isinstance(part, Quantity)
        value = overlay(part.value, change, strength, limits_of_change(change))
        new = part.model_copy(update={"value": value})
    elif isinstance(part, BaseModel) and steps[0] in type(part).model_fields:
        inner = _changed_at(getattr(part, steps[0]), steps[1:], change, strength)
        new = part.model_copy(update={steps[0]: inner})
    elif isinstance(part, Mapping) and steps[0] in part:
        new = {**part, steps[0]: _changed_at(part[steps[0]], steps[1:], change, strength)}
    else:
        raise WorldError([f"change of {change.what!r}: expected a number of the scenario"])
    found: Part = new
    return found


def world_in_force(world: World, changes: Sequence[tuple[Change, float]]) -> World:
    """The world under wide changes; posts, routes and the order of every row stay what they are.

    Raises
    ------
    WorldError
        If a change would add or remove flows or options, which nothing in the middle of a run can.
    """
    scenario = scenario_in_force(world.scenario, changes, world.countries)
    if scenario is world.scenario:
        return world
    flows, traffickers = consignors(scenario, world.corridor, world.tables, world.commodities)
    staffed = world.base_posts.manned & ~world.base_posts.is_patrol
    flow_arrays, option_arrays, options = options_of(
        scenario, flows, traffickers, world.routes, world.route_arrays, staffed
    )
    if flows.names != world.flows.names or not np.array_equal(options.option, world.options.option):
        raise WorldError(["changes: expected numbers that leave every flow and every option in place"])
    return replace(
        world,
        scenario=scenario,
        flows=flows,
        traffickers=traffickers,
        flow_arrays=flow_arrays,
        option_arrays=option_arrays,
        options=options,
        rules=carry_rules(scenario),
    )
