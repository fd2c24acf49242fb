"""Authorities: a country's services, which place mobile teams every month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.agents.allocation import budget_after, place_teams, remembered
from sim.agents.memory import Memory
from sim.agents.mesa_compat import Agent
from sim.draws import What, name_address, subkey, uniform, words_at
from sim.world.parameters import Parameters, services_of
from sim.world.world import World

if TYPE_CHECKING:
    from sim.kernels.arrays import PostArrays
    from sim.model import CorridorModel

Floats = NDArray[np.float64]

REVIEW_WEEKS = 4
"""Weeks between two allocations of the mobile teams."""


class Authority(Agent):
    """The services of one country: a view on its rows."""

    model: CorridorModel

    def __init__(self, model: CorridorModel, row: int) -> None:
        super().__init__(model)
        self.row = row

    @property
    def country(self) -> str:
        """Country, ISO 3166 alpha-2."""
        return self.model.world.countries[self.row]

    @property
    def rule(self) -> str:
        """How it places its mobile teams."""
        return services_of(self.model.in_force.scenario, self.country).allocation

    @property
    def teams(self) -> dict[str, int]:
        """Mobile teams by post."""
        posts, placed = self.model.world.posts, self.model.memory.teams
        mine = np.flatnonzero((self.model.world.base_posts.country == self.row) & (placed > 0))
        return {posts[p].post_id: int(placed[p]) for p in mine}


def allocate(
    memory: Memory, world: World, values: Parameters, in_force: PostArrays, key: int, week: int
) -> None:
    """Place every country's mobile teams for the month that begins with `week`."""
    fit = in_force.manned & ~in_force.is_patrol
    traffic = in_force.trucks_per_h + in_force.cars_per_h + in_force.units_per_h
    memory.expected_finds[:] = remembered(memory.expected_finds, memory.month_finds)
    memory.month_finds[:] = 0.0
    memory.teams[:] = 0
    for c, country in enumerate(world.countries):
        most = round(float(values.country["mobile_teams"][c]))
        posts = np.flatnonzero((in_force.country == c) & fit & (traffic > 0.0))
        if most == 0 or posts.size == 0:
            continue
        rule = services_of(world.scenario, country).allocation
        memory.funded_teams[c] = budget_after(
            min(float(most), memory.funded_teams[c]),
            float(most),
            memory.month_recorded_kg[c],
            memory.usual_recorded_kg[c],
        )
        weight = traffic[posts] / traffic[posts].sum()
        hours = 168.0 * REVIEW_WEEKS * np.maximum(values.post["inspections_per_h"][posts], 1e-9)
        memory.teams[posts] = place_teams(
            rule,
            most,
            weight,
            memory.expected_finds[posts] / hours,
            _noise(key, country, week, most, [world.posts[p].post_id for p in posts], rule),
            float(values.country["explore_share"][c]),
            float(memory.funded_teams[c]),
        )
        usual, month = memory.usual_recorded_kg[c], memory.month_recorded_kg[c]
        memory.usual_recorded_kg[c] = month if usual == 0.0 else float(remembered(usual, month))
    memory.month_recorded_kg[:] = 0.0


def _noise(key: int, country: str, week: int, n_teams: int, post_ids: list[str], rule: str) -> Floats:
    """Gumbel noise of each team and post, (n_teams, n_posts); zeros where the rule draws nothing."""
    noise = np.zeros((n_teams, len(post_ids)))
    if rule not in ("random", "explore_exploit"):
        return noise
    mine = np.uint64(subkey(key, f"authority {country}"))
    for i, post_id in enumerate(post_ids):
        address = np.uint64(name_address(post_id))
        for team in range(n_teams):
            high, low, _, _ = words_at(mine, np.uint64(week), address, np.uint64(team), What.ALLOCATION)
            noise[team, i] = -np.log(-np.log(uniform(high, low)))
    return noise
