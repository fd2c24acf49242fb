"""From a scenario to the world of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.codes import NO_POST
from sim.kernels.arrays import RouteArrays
from sim.kernels.post_hours import NORMAL_STEPS, wait_table
from sim.scenario.complete import ANY
from sim.scenario.load import Loaded, ScenarioError
from sim.scenario.overlay import Intervention, hour_of, in_order, placed
from sim.scenario.schema import Scenario
from sim.world.calendar import HOURS_PER_WEEK
from sim.world.candidates import candidate_routes
from sim.world.consignors import consignors
from sim.world.corridor import build_corridor
from sim.world.faults import Misfit, WorldError
from sim.world.in_force import world_in_force
from sim.world.new_posts import brought_posts, with_new_posts
from sim.world.options import options_of
from sim.world.parameters import base_parameters
from sim.world.parts import Corridor, Post, Route
from sim.world.portfolio import change_faults, portfolio_faults
from sim.world.post_table import post_arrays
from sim.world.rules import carry_rules
from sim.world.size import too_large
from sim.world.tables import Tables, read_tables, tables_folder
from sim.world.ways import TravelCosts
from sim.world.world import LastingStops, Profiles, StepTable, World

MOST_MEETINGS = 3
"""Times that a route may have met a post before it meets it again: draws have room for no more."""

ROUTE_PRIOR = 0.1
"""Mean of the honest prior, per route of median length (MODELS 3.1)."""

Ints = NDArray[np.int64]


def world_in_place(
    loaded: Loaded[Any], interventions: Sequence[Intervention], also: Sequence[Intervention] = ()
) -> World:
    """World of a scenario just read; what does not fit the tables is told where it stands in the file.

    For `also` see `build_world`.

    Raises
    ------
    ScenarioError
        For faults that lie in the scenario; WorldError for those of the tables.
    """
    try:
        return build_world(loaded.scenario, interventions, also)
    except WorldError as error:
        if not error.misfits:
            raise
        raise ScenarioError([loaded.fault(*misfit) for misfit in error.misfits]) from None


def build_world(
    scenario: Scenario, interventions: Sequence[Intervention] = (), also: Sequence[Intervention] = ()
) -> World:
    """World of a scenario and the interventions laid over it.

    The posts that interventions bring are there from the beginning, unmanned. So are those that the
    interventions in `also` bring, which are not laid over it otherwise: runs of worlds with the same posts
    can be branched from one another, and nothing but the rows of their arrays is other than without.

    Raises
    ------
    WorldError
        If the tables or the scenario describe a world that cannot be: all faults at once.
    """
    tables = read_tables(tables_folder(scenario.tables))
    corridor = build_corridor(tables, scenario.start)
    new = brought_posts([*interventions, *also], corridor, tables.climate)
    posts = tuple(sorted([*corridor.posts.values(), *new], key=lambda p: p.post_id))
    countries = tuple(sorted({p.country for p in corridor.places.values()} | {p.country for p in posts}))
    laid = placed(interventions, scenario.start)
    misfits = [*_misfits(scenario, corridor, countries), *too_large(scenario, len(posts))]
    if misfits:
        raise WorldError(misfits=misfits)
    pairs = _pairs(scenario)
    travel = scenario.travel
    costs = TravelCosts(
        road_kmh=travel.road_kmh.value,
        rail_kmh=travel.rail_kmh.value,
        sea_kmh=travel.sea_kmh.value,
        air_kmh=travel.air_kmh.value,
        green_foot_kmh=travel.foot_kmh.value,
        green_vehicle_kmh=travel.track_kmh.value,
        transfer_h=travel.transfer_h.value,
        border_h=travel.border_h.value,
    )
    routes = tuple(
        sorted(
            candidate_routes(
                corridor, tables.named_routes, pairs, costs, travel.cost_ceiling, travel.most_per_pair
            ),
            key=lambda r: r.route_id,
        )
    )
    prior_hit = _prior_hit(routes)
    corridor, routes = with_new_posts(corridor, routes, new)
    base = base_parameters(scenario, posts, countries)
    post_row = {p.post_id: i for i, p in enumerate(posts)}
    legs = tuple(sorted(corridor.legs))
    route_arrays, steps = _route_arrays(routes, corridor, post_row, legs, costs)
    faults = change_faults(laid, base, posts, countries)
    if faults := faults or portfolio_faults(laid, base, posts, countries):
        raise WorldError(faults)
    base_posts = post_arrays(base, posts, countries, scenario, corridor)
    commodities = tuple(sorted({c for supply in scenario.supply.values() for c in supply.mix}))
    flows, traffickers = consignors(scenario, corridor, tables, commodities)
    if not flows.names:
        raise WorldError(misfits=[Misfit("supply", "something that is sent to some market", "nothing")])
    flow_arrays, option_arrays, options = options_of(
        scenario, flows, traffickers, routes, route_arrays, base_posts.manned & ~base_posts.is_patrol
    )
    per_day = travel.loss_per_day.value
    is_new = np.array([bool(p.programmes) for p in posts])
    world = World(
        scenario=scenario,
        interventions=laid,
        tables=tables,
        corridor=corridor,
        start_hour=hour_of(scenario.start) - scenario.burn_in_weeks * HOURS_PER_WEEK,
        n_weeks=scenario.burn_in_weeks + scenario.weeks,
        commodities=commodities,
        countries=countries,
        posts=posts,
        routes=routes,
        base=base,
        base_posts=base_posts,
        route_arrays=route_arrays,
        steps=steps,
        legs=legs,
        is_new=is_new,
        lasting=lasting_stops(route_arrays, is_new),
        loss_prob=np.array([1.0 - (1.0 - per_day) ** (r.hours / 24.0) for r in routes]),
        traffickers=traffickers,
        flows=flows,
        flow_arrays=flow_arrays,
        option_arrays=option_arrays,
        options=options,
        rules=carry_rules(scenario),
        profiles=_profiles(tables, posts),
        waits=wait_table(max(1, *(p.lanes for p in posts))),
        normal=np.array([NormalDist().inv_cdf((i + 0.5) / NORMAL_STEPS) for i in range(NORMAL_STEPS)]),
        prior_hit=prior_hit,
    )
    world_in_force(world, in_order(laid, [1.0] * len(laid)))
    return world


def _pairs(scenario: Scenario) -> dict[str, list[str]]:
    """Markets that each origin ships to."""
    pairs: dict[str, set[str]] = {}
    for supply in scenario.supply.values():
        for group in scenario.traffickers.values():
            for origin in set(group.origins) & set(supply.origins):
                pairs.setdefault(origin, set()).update(set(group.markets) & set(supply.markets))
    return {origin: sorted(markets) for origin, markets in sorted(pairs.items())}


def _misfits(scenario: Scenario, corridor: Corridor, countries: Sequence[str]) -> list[Misfit]:
    """What the scenario asks for that the tables do not have."""
    places = tuple(sorted(corridor.places))
    named = [
        (f"traffickers.{name}.{part}", place)
        for name, group in scenario.traffickers.items()
        for part in ("origins", "markets")
        for place in getattr(group, part)
    ]
    named += [
        (f"supply.{name}.{part}.{place}", place)
        for name, supply in scenario.supply.items()
        for part in ("origins", "markets")
        for place in getattr(supply, part)
    ]
    known = corridor.places
    found = [Misfit(path, "a place of the tables", p, places) for path, p in named if p not in known]
    served = {(o, m) for g in scenario.traffickers.values() for o in g.origins for m in g.markets}
    found += [
        Misfit(f"supply.{name}", "a trafficker for every origin and market", f"none from {o} to {m}")
        for name, supply in scenario.supply.items()
        for o in supply.origins
        for m in supply.markets
        if (o, m) not in served
    ]
    found += [
        Misfit(f"countries.{c}", "a country of the tables", c, tuple(countries))
        for c in sorted(set(scenario.countries) - {ANY} - set(countries))
    ]
    homes = {name: group.home for name, group in scenario.traffickers.items()}
    found += [
        Misfit(f"traffickers.{name}.home", "a country of the tables", home, tuple(countries))
        for name, home in homes.items()
        if home not in countries
    ]
    return found


def _prior_hit(routes: Sequence[Route]) -> float:
    """Risk of one post under the prior: a route of median length is held to have mean 0.1."""
    n = float(np.median([max(1, sum(len(s.posts) for s in r.steps)) for r in routes]))
    hit: float = 1.0 - (1.0 - ROUTE_PRIOR) ** (1.0 / n)
    return hit


def _route_arrays(
    routes: Sequence[Route],
    corridor: Corridor,
    post_row: Mapping[str, int],
    legs: Sequence[str],
    costs: TravelCosts,
) -> tuple[RouteArrays, StepTable]:
    """Stops of every route: a leg's posts lie halfway, then the place at its end counts for the next leg.

    A post that a programme brings divides the minutes to the stop behind it and leaves their sum as it was.
    """
    leg_row = {leg: i for i, leg in enumerate(legs)}
    start: list[int] = [0]
    post: list[int] = []
    minutes: list[int] = []
    mode: list[int] = []
    outbound: list[bool] = []
    nth: list[int] = []
    step_route: list[int] = []
    step_leg: list[int] = []
    step_stop: list[int] = []
    for r, route in enumerate(routes):
        waiting, told, met = 0.0, 0, Counter[str]()
        for step in route.steps:
            leg = corridor.legs[step.leg_id]
            travel = 60.0 * leg.km / costs.speed_kmh(leg.mode, leg.vehicle)
            lasting = [post_id for post_id in step.posts if not corridor.posts[post_id].programmes]
            before = travel / 2.0 if lasting else travel
            halfway = waiting + travel / 2.0
            waiting += before
            step_route.append(r)
            step_leg.append(leg_row[step.leg_id])
            step_stop.append(len(post))
            for post_id in step.posts:
                p = corridor.posts[post_id]
                post.append(post_row[post_id])
                so_far = round(halfway if p.programmes and not lasting else waiting)
                minutes.append(so_far - told)
                mode.append(int(leg.mode))
                nth.append(met[post_id])
                met[post_id] += 1
                outbound.append(
                    p.country == corridor.places[leg.from_id].country
                    and p.country != corridor.places[leg.to_id].country
                )
                told = so_far if p.programmes else 0
                waiting = waiting if p.programmes else 0.0
            waiting += travel - before
        post.append(NO_POST)
        minutes.append(round(waiting) - told)
        mode.append(int(corridor.legs[route.steps[-1].leg_id].mode))
        outbound.append(False)
        nth.append(0)
        start.append(len(post))
    if max(nth) > MOST_MEETINGS:
        raise WorldError([f"routes: a route meets one post more than {MOST_MEETINGS + 1} times"])
    arrays = RouteArrays(
        np.array(start, np.int64),
        np.array(post, np.int32),
        np.array(minutes, np.int32),
        np.array(mode, np.int8),
        np.array(outbound, np.bool_),
        np.array(nth, np.int8),
    )
    steps = StepTable(
        np.array(step_route, np.int64), np.array(step_leg, np.int64), np.array(step_stop, np.int64)
    )
    return arrays, steps


def lasting_stops(routes: RouteArrays, is_new: NDArray[np.bool_]) -> LastingStops:
    """Stops at which a load can be lost, whatever posts a programme brings: all but new posts, (n_posts,)."""
    lasts = (routes.post == NO_POST) | ~is_new[routes.post]
    so_far = np.append(0, np.cumsum(lasts))
    return LastingStops(start=so_far[routes.start], row=np.flatnonzero(lasts))


def _profiles(tables: Tables, posts: Sequence[Post]) -> Profiles:
    """Calendar and climate of the tables, by post where they differ."""
    hours = np.arange(24)
    swing = np.cos(2.0 * np.pi * (hours - 15) / 24.0)
    climate = [tables.climate[p.climate_zone] for p in posts]
    mean = np.array([[m.mean_temp_c for m in zone] for zone in climate])
    daily_range = np.array([[m.diurnal_range_c for m in zone] for zone in climate])
    return Profiles(
        daily=tables.daily,
        weekly=tables.weekly,
        monthly=tables.monthly,
        temperature_c=mean[:, :, None] + 0.5 * daily_range[:, :, None] * swing,
        humidity=np.array([[m.humidity_share for m in zone] for zone in climate]),
    )
