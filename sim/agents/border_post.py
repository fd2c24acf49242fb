"""Border posts: how sharp they are in a week, and how they change from week to week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.agents.corruption import corruption_after, moved_share, rotated
from sim.agents.memory import Memory
from sim.agents.mesa_compat import Agent
from sim.agents.vigilance import attention, heat_factor, on_task_factor, training_factor, willingness
from sim.draws import CERTAIN, What, blocks
from sim.world.parameters import Parameters
from sim.world.world import World

if TYPE_CHECKING:
    from sim.model import CorridorModel

Floats = NDArray[np.float64]

WEEKS_PER_YEAR = 365.25 / 7.0


class BorderPost(Agent):
    """One post: a view on its rows."""

    model: CorridorModel

    def __init__(self, model: CorridorModel, row: int) -> None:
        super().__init__(model)
        self.row = row

    @property
    def post_id(self) -> str:
        """Name of the post: the control of one country at a crossing, or an inland post."""
        return self.model.world.posts[self.row].post_id

    @property
    def country(self) -> str:
        """Country whose service it is."""
        return self.model.world.posts[self.row].country

    @property
    def klass(self) -> str:
        """Class of the post."""
        return self.model.world.posts[self.row].klass.name.lower()

    @property
    def corruption(self) -> float:
        """Share of its officers who take bribes."""
        return float(self.model.memory.corruption[self.row])

    @property
    def exertion(self) -> float:
        """Exertion of its dog teams."""
        return float(self.model.memory.exertion[self.row])

    @property
    def is_scanner_up(self) -> bool:
        """Whether its scanner works."""
        return bool(self.model.memory.scanner_up[self.row])

    @property
    def queue(self) -> float:
        """Trucks' worth of vehicles waiting."""
        return float(self.model.memory.backlog[self.row])

    @property
    def teams(self) -> int:
        """Mobile inspection teams placed here."""
        return int(self.model.memory.teams[self.row])


def scan_hits(world: World, values: Parameters, memory: Memory) -> Floats:
    """P(alarm | fully visible load scanned), (n_posts,): quality x skill x attention."""
    return (
        values.post["scanner.quality"]
        * values.post["scanner.operator_skill"]
        * _attention(world, values, memory)
    )


def dog_hits(world: World, values: Parameters, memory: Memory, month: int) -> Floats:
    """P(indication | load within reach of a rested dog), (n_posts, 24): training, attention, heat, hours."""
    v = values.post
    heat = heat_factor(
        world.profiles.temperature_c[:, month],
        world.profiles.humidity[:, month],
        v["dogs.humidity_c"],
        v["dogs.shade_c"],
        v["dogs.heat_onset_c"],
        v["dogs.heat_loss_per_c"],
    )
    tired = on_task_factor(v["dogs.shift_h"], v["dogs.time_on_task_loss_per_h"])
    trained = training_factor(v["dogs.real_training_share"], v["dogs.simulant_factor"])
    return (v["dogs.detect_prob"] * trained * _attention(world, values, memory))[:, None] * heat * tired


def _attention(world: World, values: Parameters, memory: Memory) -> Floats:
    p = world.scenario.prevalence
    seen = np.divide(memory.finds, memory.looks, out=np.zeros_like(memory.looks), where=memory.looks > 0.0)
    return attention(
        seen + values.post["planted_share"],
        p.misses_at_half.value,
        p.misses_at_tenth.value,
        p.misses_at_hundredth.value,
    )


def after_week(
    memory: Memory,
    world: World,
    values: Parameters,
    key: int,
    week: int,
    bribes: Floats,
    finds: Floats,
    licit_inspected: Floats,
    false_alarms: Floats,
) -> None:
    """Corruption, remembered prevalence and reluctance after a week, from its counts (n_posts,)."""
    country = world.base_posts.country
    weeks = np.full(len(world.posts), week, np.uint64)
    keys = np.full(len(world.posts), key, np.uint64)
    words = blocks(keys, weeks, world.base_posts.address, 0, What.AUDIT)[:, 0]
    audited = words.astype(np.float64) < values.country["audits_per_year"][country] / WEEKS_PER_YEAR * CERTAIN
    memory.corruption[:] = corruption_after(
        memory.corruption,
        values.country["corruption"][country],
        bribes,
        values.country["corruption_per_bribe"][country],
        -np.expm1(-values.country["turnover_per_year"][country] / WEEKS_PER_YEAR),
        audited,
        values.country["audit_effect"][country],
    )
    _rotate(memory, world, values)
    left = 2.0 ** (-7.0 / world.scenario.prevalence.memory_days.value)
    memory.finds[:] = left * memory.finds + finds
    memory.looks[:] = left * memory.looks + licit_inspected + finds
    memory.willing[:] = willingness(values.post["reluctance"], false_alarms, licit_inspected)


def _rotate(memory: Memory, world: World, values: Parameters) -> None:
    """Officers of manned posts change places within a country: relations break, habits come along."""
    country = world.base_posts.country
    moved = moved_share(values.country["rotation_per_year"][country], WEEKS_PER_YEAR)
    memory.relation *= 1.0 - moved
    staffed = values.post["manned"] > 0.0
    memory.corruption[staffed] = rotated(memory.corruption[staffed], country[staffed], moved[staffed])
