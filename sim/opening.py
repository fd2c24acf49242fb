"""How a run opens: the keys of its draws and the memory of its first week."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.agents.memory import Memory
from sim.agents.trafficker import choice_values, flow_of_option, risk_matrix, utilities
from sim.draws import CERTAIN, What, blocks, subkey, subkeys
from sim.kernels.arrays import N_COVERS
from sim.kernels.perceive import believed
from sim.world.parameters import Parameters
from sim.world.world import World


class RunKeys(NamedTuple):
    """Keys of a run's draws, from its key and names alone."""

    posts: int
    flows: NDArray[np.uint64]  # (n_flows,)


def run_keys(world: World, key: int) -> RunKeys:
    """Keys of the posts' and of every flow's draws in a run with `key`."""
    return RunKeys(subkey(key, "posts"), subkeys(key, list(world.flows.names)))


def opening_memory(world: World, keys: RunKeys, values: Parameters) -> Memory:
    """Memory before the first week, under the parameters then in force: priors, first routes, no queues."""
    t, p, f = len(world.traffickers.names), len(world.posts), len(world.flows.names)
    options, c = world.option_arrays.route.size, len(world.countries)
    country = world.base_posts.country
    post_keys = np.full(p, keys.posts, np.uint64)
    words = blocks(post_keys, np.zeros(p, np.uint64), world.base_posts.address, 0, What.SCANNER_START)[:, 0]
    nothing = np.zeros(0, np.int64)
    memory = Memory(
        week=np.zeros(1, np.int64),
        caught=np.zeros((t, p, N_COVERS)),
        trips=np.zeros((t, p, N_COVERS)),
        alarm=np.zeros(t),
        informants=np.zeros(t),
        relation=np.zeros((t, p)),
        clean=np.zeros((t, c)),
        held=np.zeros(options, np.bool_),
        used=np.zeros(options, np.bool_),
        loss_average=np.zeros(f),
        value_average=np.zeros(f),
        stock_g=np.zeros(f, np.int64),
        planned_who=np.full(f, -1, np.int64),
        planned_g=np.zeros(f, np.int64),
        owed_g=np.zeros(f),
        due_g=np.zeros((f, world.scenario.market.replacement_lag_weeks), np.int64),
        backlog=np.zeros(p),
        exertion=np.zeros(p),
        scanner_up=words.astype(np.float64) < values.post["scanner.uptime_share"] * CERTAIN,
        corruption=values.country["corruption"][country].copy(),
        finds=np.zeros(p),
        looks=np.zeros(p),
        willing=np.ones(p),
        teams=np.zeros(p, np.int64),
        expected_finds=np.zeros(p),
        month_finds=np.zeros(p),
        funded_teams=values.country["mobile_teams"].copy(),
        month_recorded_kg=np.zeros(c),
        usual_recorded_kg=np.zeros(c),
        load_key=np.zeros(0, np.uint64),
        load_who=nothing,
        load_flow=nothing,
        load_route=nothing,
        load_cover=nothing,
        load_stop=nothing,
        load_visit=nothing,
        load_minute=nothing,
        load_lost_stop=nothing,
        load_courier=nothing,
        load_number=nothing,
        load_wage_cents=nothing,
        load_g=np.zeros((0, len(world.commodities)), np.int64),
    )
    memory.held[:] = first_routes(world, memory, keys, values.post["manned"] > 0.0)
    return memory


def first_routes(world: World, memory: Memory, keys: RunKeys, manned: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Routes that each flow holds at the start: a logit draw without repeats under the prior, (n_options,).

    The best `first_routes` by value plus Gumbel noise (Gumbel top-k); a new candidate moves nobody's noise.
    `manned` (n_posts,) are the posts that anybody reckons with.
    """
    rows = np.arange(world.options.flow.size)
    who = world.flows.trafficker[world.options.flow]
    options = world.options
    through = believed(options.way, who, options.first, options.check, risk_matrix(world, memory, manned))
    value, _ = choice_values(world, rows, utilities(world, rows, through))
    flow = flow_of_option(world)
    words = blocks(
        keys.flows[flow], np.zeros(flow.size, np.uint64), world.option_arrays.address, 0, What.HELD_ROUTE
    )
    noisy = value - np.log(-np.log((words[:, 0].astype(np.float64) + 0.5) / CERTAIN))
    first = world.flow_arrays.first
    held = np.zeros(flow.size, np.bool_)
    for f in range(first.size - 1):
        order = np.argsort(-noisy[first[f] : first[f + 1]], kind="stable")
        held[first[f] + order[: world.traffickers.first_routes[world.flows.trafficker[f]]]] = True
    return held
