"""The world of a run: what a scenario means, as names and as the arrays that kernels read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.kernels.arrays import CarryRules, PostArrays, RouteArrays
from sim.kernels.dispatch import FlowArrays, OptionArrays
from sim.scenario.overlay import Intervention
from sim.scenario.schema import Scenario
from sim.world.parameters import Parameters
from sim.world.parts import Corridor, Post, Route
from sim.world.tables import Tables

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TraffickerTable:
    """One row per organisation: what it is and how it decides."""

    names: tuple[str, ...]
    tiers: tuple[str, ...]
    homes: tuple[str, ...]
    behaviour: tuple[str, ...]
    precision: Floats  # (n,) 1
    time_cost: Floats  # (n,) share of the margin a day
    salience: Floats  # (n,) 1
    forget: Floats  # (n,) share of a belief left after a week
    others: Floats  # (n,) weight of others' outcomes
    offer: Floats  # (n,) P(bribe offered at a post)
    bribe_cents: Ints  # (n,) offered at a post
    exposure: Floats  # (n,) 1
    protection: Floats  # (n,) 1
    wage_cents: Ints  # (n,) a trip
    premium_power: Floats  # (n,) 1
    premium_risk: Floats  # (n,) 1
    penalty_cents: Ints  # (n,) a seizure
    median_g: Floats  # (n,) mass of a median load
    alarm_hit: Floats  # (n,) per loss of a usual week's mass
    alarm_left: Floats  # (n,) share of alarm left after a week
    alarm_level: Floats  # (n,) above it nothing is sent
    tolerance_low: Floats  # (n,) loss / value
    tolerance_high: Floats  # (n,) loss / value
    first_routes: Ints  # (n,) per flow
    most_routes: Ints  # (n,) per flow
    upkeep_cents: Ints  # (n,) a route and week


@dataclass(frozen=True, slots=True)
class FlowTable:
    """One row per flow: what one organisation sends from one origin to one market."""

    names: tuple[str, ...]
    trafficker: Ints  # (n,) row
    stream: tuple[str, ...]
    origin: tuple[str, ...]
    market: tuple[str, ...]
    g_per_year: Floats  # (n,) g
    season: Floats  # (n, 12) mean 1
    mix: Floats  # (n, n_commodities) share of a load
    median_g: Floats  # (n,) g
    buy_cents_per_kg: Ints  # (n,) of a load as mixed, at the origin
    sell_cents_per_kg: Ints  # (n,) at the market


@dataclass(frozen=True, slots=True)
class OptionTable:
    """One row per cover of a route of a flow: what an organisation weighs."""

    flow: Ints  # (n,) row
    option: Ints  # (n,) row of the route among the options
    load_g: Floats  # (n,) g, a typical load under the cover
    transport_cents: Floats  # (n,)
    gain: Floats  # (n,) of a load that gets through, before the wage, in units of the margin
    loss: Floats  # (n,) of one that does not, in units of the margin
    wage: Floats  # (n,) riskless wage, in units of the margin
    way: Ints  # (n,) route and cover, whoever uses them
    first: Ints  # (n_ways + 1,) first check of each way
    check: Ints  # (n_checks,) post row * N_COVERS + cover at that post
    outbound: NDArray[np.bool_]  # (n_checks,) the post's country is being left


@dataclass(frozen=True, slots=True)
class StepTable:
    """One row per leg of a route: a load has travelled it when it comes to the stop named here."""

    route: Ints  # (n_steps,) row
    leg: Ints  # (n_steps,) row of `World.legs`
    stop: Ints  # (n_steps,) first stop on or after the leg


@dataclass(frozen=True, slots=True)
class LastingStops:
    """Stops of routes but those at new posts."""

    start: Ints  # (n_routes + 1,) first of each route among them
    row: Ints  # (n,) row among the stops of `RouteArrays`


@dataclass(frozen=True, slots=True)
class Profiles:
    """What calendar and climate do, from tables."""

    daily: Floats  # (4, 24) trucks, cars, units, patrols; mean 1
    weekly: Floats  # (3, 7) Monday first; mean 1
    monthly: Floats  # (3, 12) mean 1
    temperature_c: Floats  # (n_posts, 12, 24)
    humidity: Floats  # (n_posts, 12) share


@dataclass(frozen=True, slots=True)
class World:
    """Everything that a run needs but the key; rows are sorted by name."""

    scenario: Scenario
    interventions: tuple[Intervention, ...]  # each with the day on which it starts
    tables: Tables
    corridor: Corridor
    start_hour: int  # absolute hour at which the run, burn-in included, begins
    n_weeks: int  # burn-in included
    commodities: tuple[str, ...]
    countries: tuple[str, ...]
    posts: tuple[Post, ...]
    routes: tuple[Route, ...]
    base: Parameters
    base_posts: PostArrays  # before any intervention
    route_arrays: RouteArrays
    steps: StepTable
    legs: tuple[str, ...]
    is_new: NDArray[np.bool_]  # (n_posts,) brought by an intervention, unmanned before any is in force
    lasting: LastingStops
    loss_prob: Floats  # (n_routes,) abandoned or spoilt on the way
    traffickers: TraffickerTable
    flows: FlowTable
    flow_arrays: FlowArrays  # keys left at zero: they belong to a run
    option_arrays: OptionArrays
    options: OptionTable
    rules: CarryRules
    profiles: Profiles
    waits: Floats  # (lanes + 1, steps + 2) of `wait_table`
    normal: Floats  # (1024,) quantiles
    prior_hit: float  # prior mean risk of one post, the honest prior set per route
