"""From a scenario to the world of a run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from sim.codes import COVER_ON_MODE, NO_POST, Cover, Mode, PostClass
from sim.draws import name_addresses
from sim.kernels.arrays import N_COVERS, CarryRules, PostArrays, RouteArrays
from sim.kernels.dispatch import FlowArrays, OptionArrays
from sim.kernels.post_hours import NORMAL_STEPS, wait_table
from sim.scenario.complete import ANY
from sim.scenario.overlay import Intervention, hour_of
from sim.scenario.quantity import Quantity
from sim.scenario.schema import CoverSpec, Scenario, Tier
from sim.world.calendar import HOURS_PER_WEEK
from sim.world.candidates import candidate_routes
from sim.world.corridor import build_corridor
from sim.world.faults import WorldError
from sim.world.parameters import Parameters, base_parameters, changed
from sim.world.parts import Corridor, Place, Post, Route
from sim.world.tables import Tables, read_tables, tables_folder
from sim.world.ways import TravelCosts
from sim.world.world import FlowTable, OptionTable, Profiles, StepTable, TraffickerTable, World

ROUTE_PRIOR = 0.1
"""Mean of the honest prior, per route of median length (MODELS 3.1)."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def build_world(scenario: Scenario, interventions: Sequence[Intervention] = ()) -> World:
    """World of a scenario and the interventions laid over it.

    Raises
    ------
    WorldError
        If the tables or the scenario describe a world that cannot be: all faults at once.
    """
    tables = read_tables(tables_folder(scenario.tables))
    corridor = build_corridor(tables, scenario.start)
    pairs = _pairs(scenario, corridor)
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
    posts = tuple(sorted(corridor.posts.values(), key=lambda p: p.post_id))
    countries = tuple(sorted({p.country for p in corridor.places.values()} | {p.country for p in posts}))
    _refuse_unknown_countries(scenario, countries)
    base = base_parameters(scenario, posts, countries)
    post_row = {p.post_id: i for i, p in enumerate(posts)}
    legs = tuple(sorted(corridor.legs))
    route_arrays, steps = _route_arrays(routes, corridor, post_row, legs, costs)
    changed(base, [(change, 1.0) for i in interventions for change in i.changes], posts, countries)
    base_posts = post_arrays(base, posts, countries, scenario, corridor)
    commodities = tuple(sorted({c for supply in scenario.supply.values() for c in supply.mix}))
    flows, traffickers = _traffickers(scenario, corridor, tables, commodities)
    flow_arrays, option_arrays, options = _options(
        scenario, flows, traffickers, routes, route_arrays, base_posts.is_patrol
    )
    per_day = travel.loss_per_day.value
    prior_hit = _prior_hit(routes)
    return World(
        scenario=scenario,
        interventions=tuple(interventions),
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
        loss_prob=np.array([1.0 - (1.0 - per_day) ** (r.hours / 24.0) for r in routes]),
        traffickers=traffickers,
        flows=flows,
        flow_arrays=flow_arrays,
        option_arrays=option_arrays,
        options=options,
        rules=_rules(scenario),
        profiles=_profiles(tables, posts),
        waits=wait_table(max(1, *(p.lanes for p in posts))),
        normal=np.array([NormalDist().inv_cdf((i + 0.5) / NORMAL_STEPS) for i in range(NORMAL_STEPS)]),
        prior_hit=prior_hit,
    )


def _pairs(scenario: Scenario, corridor: Corridor) -> dict[str, list[str]]:
    """Markets that each origin ships to; unknown places are refused."""
    pairs: dict[str, set[str]] = {}
    faults = []
    for name, group in scenario.traffickers.items():
        for place in (*group.origins, *group.markets):
            if place not in corridor.places:
                faults.append(f"traffickers.{name}: {place!r} is no place of the tables")
    for name, supply in scenario.supply.items():
        for place in (*supply.origins, *supply.markets):
            if place not in corridor.places:
                faults.append(f"supply.{name}: {place!r} is no place of the tables")
        for group in scenario.traffickers.values():
            for origin in set(group.origins) & set(supply.origins):
                pairs.setdefault(origin, set()).update(set(group.markets) & set(supply.markets))
        served = {(o, m) for g in scenario.traffickers.values() for o in g.origins for m in g.markets}
        faults += [
            f"supply.{name}: no trafficker carries from {o!r} to {m!r}"
            for o in supply.origins
            for m in supply.markets
            if (o, m) not in served
        ]
    if faults:
        raise WorldError(faults)
    return {origin: sorted(markets) for origin, markets in sorted(pairs.items())}


def _refuse_unknown_countries(scenario: Scenario, countries: Sequence[str]) -> None:
    unknown = sorted(set(scenario.countries) - {ANY} - set(countries))
    if unknown:
        raise WorldError([f"countries.{c}: no place or post of the tables lies there" for c in unknown])


def _prior_hit(routes: Sequence[Route]) -> float:
    """Risk of one post under the prior: a route of median length is held to have mean 0.1."""
    n = float(np.median([max(1, sum(len(s.posts) for s in r.steps)) for r in routes]))
    return 1.0 - (1.0 - ROUTE_PRIOR) ** (1.0 / n)


def _route_arrays(
    routes: Sequence[Route],
    corridor: Corridor,
    post_row: Mapping[str, int],
    legs: Sequence[str],
    costs: TravelCosts,
) -> tuple[RouteArrays, StepTable]:
    """Stops of every route: a leg's posts lie halfway, then the place at its end counts for the next leg."""
    leg_row = {leg: i for i, leg in enumerate(legs)}
    start, post, minutes, mode, outbound = [0], [], [], [], []
    step_route, step_leg, step_stop = [], [], []
    for r, route in enumerate(routes):
        waiting = 0.0
        for step in route.steps:
            leg = corridor.legs[step.leg_id]
            travel = 60.0 * leg.km / costs.speed_kmh(leg.mode, leg.vehicle)
            before = travel / 2.0 if step.posts else travel
            waiting += before
            step_route.append(r)
            step_leg.append(leg_row[step.leg_id])
            step_stop.append(len(post))
            for post_id in step.posts:
                p = corridor.posts[post_id]
                post.append(post_row[post_id])
                minutes.append(round(waiting))
                mode.append(int(leg.mode))
                outbound.append(
                    p.country == corridor.places[leg.from_id].country
                    and p.country != corridor.places[leg.to_id].country
                )
                waiting = 0.0
            waiting += travel - before
        post.append(NO_POST)
        minutes.append(round(waiting))
        mode.append(int(corridor.legs[route.steps[-1].leg_id].mode))
        outbound.append(False)
        start.append(len(post))
    arrays = RouteArrays(
        np.array(start, np.int64),
        np.array(post, np.int64),
        np.array(minutes, np.int64),
        np.array(mode, np.int64),
        np.array(outbound, np.bool_),
    )
    steps = StepTable(
        np.array(step_route, np.int64), np.array(step_leg, np.int64), np.array(step_stop, np.int64)
    )
    return arrays, steps


def post_arrays(
    values: Parameters, posts: Sequence[Post], countries: Sequence[str], scenario: Scenario, corridor: Corridor
) -> PostArrays:
    """What the kernels read of posts under given parameters."""
    v = values.post
    row = {c: i for i, c in enumerate(countries)}
    is_patrol = np.array([p.klass == PostClass.GREEN_BORDER for p in posts])
    covers = [getattr(scenario.covers, c.name.lower()) for c in Cover]
    factor = np.array([c.select_factor.value for c in covers])
    find = np.array([c.find_factor.value for c in covers])
    select = np.minimum(1.0, v["inspect_share"][:, None] * factor[None, :])
    sealed = np.array([c == Cover.TIR_TRUCK for c in Cover])
    select[:, sealed] *= v["tir_select_factor"][:, None]
    met = _patrol_prob(v["patrols_per_day"], posts, scenario, corridor)
    select[is_patrol] = met[is_patrol, None]
    open_seal = 1.0 - v["tir_fear"]
    opened = np.where(sealed[None, :], open_seal[:, None], 1.0)
    by_hand = np.where(is_patrol, 1.0, v["search_share"])
    up, repair_h = v["scanner.uptime_share"], v["scanner.repair_h"]
    hours = np.arange(24)
    return PostArrays(
        address=name_addresses([p.post_id for p in posts]),
        country=np.array([row[p.country] for p in posts], np.int64),
        is_patrol=is_patrol,
        trucks_per_h=np.array([p.trucks_per_day / 48.0 for p in posts]),
        cars_per_h=np.array([p.cars_per_day / 48.0 for p in posts]),
        units_per_h=np.array([p.rail_units_per_day / 48.0 for p in posts]),
        car_share=v["car_share_of_truck"],
        traffic_cv=v["traffic_cv"],
        lanes=np.array([max(1, p.lanes) for p in posts], np.int64),
        service_h=v["service_min"] / 60.0,
        open_from=v["open_from_h"].astype(np.int64),
        open_hours=v["open_hours"].astype(np.int64),
        inspect_share=v["inspect_share"],
        inspections_per_h=v["inspections_per_h"],
        wave_h=v["wave_through_h"],
        wave_share=v["wave_through_share"],
        outbound_share=v["outbound_share"],
        scanner_share=v["scanner.present_share"],
        scans_per_h=v["scanner.scans_per_h"],
        scan_false=v["scanner.false_alarm_prob"],
        fail_prob=np.minimum(1.0, (1.0 - up) / up / repair_h),
        repair_prob=1.0 / repair_h,
        teams=v["dogs.teams"],
        dog_per_h=v["dogs.searches_per_h"],
        dog_false=v["dogs.false_alarm_prob"],
        exertion_gain=v["dogs.exertion_per_search"],
        recovery=v["dogs.recovery_per_h"],
        exertion_loss=v["dogs.exertion_loss"],
        on_duty=np.clip(v["dogs.shift_h"][:, None] - (hours[None, :] - 8) % 24, 0.0, 1.0),
        search_share=v["search_share"],
        inspect_h=v["inspect_min"] / 60.0,
        search_h=v["search_min"] / 60.0,
        sealed_share=v["sealed_share"],
        open_seal=open_seal,
        select=select,
        refused_select=v["refusal_select_prob"],
        open_on_alarm=v["find_on_alarm_prob"][:, None] * opened,
        find_cold=(by_hand * v["find_prob"])[:, None] * opened * find[None, :],
        find_on_tip=v["find_on_tip_prob"],
    )


def _patrol_prob(per_day: Floats, posts: Sequence[Post], scenario: Scenario, corridor: Corridor) -> Floats:
    """Chance that a crossing of the green border is met by a patrol: 1 - exp(-rate x time in the zone).

    Patrols thin out with distance from the next post and in hard terrain.
    """
    green = scenario.green_border
    vehicle = {
        post_id: leg.vehicle
        for leg in corridor.legs.values()
        if leg.mode == Mode.GREEN
        for control in leg.controls
        for post_id in control
    }
    met = np.zeros(len(posts))
    for i, p in enumerate(posts):
        if p.klass != PostClass.GREEN_BORDER:
            continue
        on_foot = vehicle.get(p.post_id) == "foot_horse"
        speed = scenario.travel.foot_kmh.value if on_foot else scenario.travel.track_kmh.value
        distance_km = p.gap_km / 4.0
        reach = 2.0 * green.reach_km.value / (green.reach_km.value + distance_km)
        terrain = green.hard_terrain_factor.value if "mountain" in p.terrain or p.terrain == "desert" else 1.0
        rate = per_day[i] / 24.0 * reach * terrain
        met[i] = -math.expm1(-rate * green.zone_km.value / speed)
    return met


def _rules(scenario: Scenario) -> CarryRules:
    covers: list[CoverSpec] = [getattr(scenario.covers, c.name.lower()) for c in Cover]
    travel = scenario.travel
    return CarryRules(
        image=np.array([c.image_factor.value for c in covers]),
        image_half_g=np.array([1000.0 * c.image_half_kg.value for c in covers]),
        odour=np.array([c.odour_factor.value for c in covers]),
        cover_on_mode=np.array(COVER_ON_MODE, np.int64),
        turn_back=travel.turn_back_prob.value,
        turn_back_min=round(60 * travel.turn_back_h.value),
        most_tries=travel.most_tries,
        patience_min=round(60 * travel.patience_h.value),
    )


def _price_cents(tables: Tables, mix: Mapping[str, float], place: Place) -> tuple[int, list[str]]:
    """Wholesale price of a kilogram of a mix at a place: the place's own, or its country's."""
    cents, faults = 0.0, []
    for commodity, share in mix.items():
        row = tables.prices.get((commodity, place.place_id), tables.prices.get((commodity, place.country)))
        if row is None:
            faults.append(f"prices: expected a price of {commodity!r} in {place.country} or {place.place_id}")
        else:
            cents += 100.0 * share * row.usd_per_kg
    return round(cents), faults


def _traffickers(
    scenario: Scenario, corridor: Corridor, tables: Tables, commodities: Sequence[str]
) -> tuple[FlowTable, TraffickerTable]:
    """Organisations of every group and what each sends; supply is split by tier, then by weight."""
    members = sorted(
        (f"{name}_{i + 1}", name) for name, group in scenario.traffickers.items() for i in range(group.count)
    )
    names = tuple(m for m, _ in members)
    groups = [scenario.traffickers[g] for _, g in members]
    tiers: list[Tier] = [getattr(scenario.tiers, g.tier) for g in groups]

    rows: list[tuple[str, int, str, str, str, float, list[float], list[float], int, int]] = []
    faults: list[str] = []
    for stream, supply in sorted(scenario.supply.items()):
        total_o = sum(q.value for q in supply.origins.values())
        total_m = sum(q.value for q in supply.markets.values())
        season = [12.0 * s / sum(supply.season) for s in supply.season]
        for origin, weight_o in sorted(supply.origins.items()):
            for market, weight_m in sorted(supply.markets.items()):
                g = 1000.0 * supply.kg_per_year.value * weight_o.value / total_o * weight_m.value / total_m
                serving = [i for i, gr in enumerate(groups) if origin in gr.origins and market in gr.markets]
                tier_share = {groups[i].tier: tiers[i].supply_share.value for i in serving}
                tier_weight: dict[str, float] = {}
                for i in serving:
                    tier_weight[groups[i].tier] = tier_weight.get(groups[i].tier, 0.0) + groups[i].weight
                buy, f1 = _price_cents(tables, supply.mix, corridor.places[origin])
                sell, f2 = _price_cents(tables, supply.mix, corridor.places[market])
                faults += f1 + f2
                for i in serving:
                    share = tier_share[groups[i].tier] / sum(tier_share.values())
                    part = share * groups[i].weight / tier_weight[groups[i].tier]
                    mix = [supply.mix.get(c, 0.0) for c in commodities]
                    name = f"{names[i]}|{stream}|{origin}|{market}"
                    rows.append((name, i, stream, origin, market, g * part, season, mix, buy, sell))
    if faults:
        raise WorldError(sorted(set(faults)))
    rows = sorted(r for r in rows if r[5] > 0)
    flow_trafficker = np.array([r[1] for r in rows], np.int64)
    median_g = np.array([1000.0 * t.load_kg.value for t in tiers])
    sell_cents = np.array([r[9] for r in rows], np.int64)
    flows = FlowTable(
        names=tuple(r[0] for r in rows),
        trafficker=flow_trafficker,
        stream=tuple(r[2] for r in rows),
        origin=tuple(r[3] for r in rows),
        market=tuple(r[4] for r in rows),
        g_per_year=np.array([r[5] for r in rows]),
        season=np.array([r[6] for r in rows]),
        mix=np.array([r[7] for r in rows]),
        median_g=median_g[flow_trafficker],
        buy_cents_per_kg=np.array([r[8] for r in rows], np.int64),
        sell_cents_per_kg=sell_cents,
    )
    best_price = np.zeros(len(names))
    np.maximum.at(best_price, flow_trafficker, sell_cents.astype(np.float64))

    def column(part: str) -> Floats:
        quantities: list[Quantity] = [getattr(t, part) for t in tiers]
        return np.array([q.value for q in quantities])

    def cents(part: str) -> Ints:
        return np.rint(100.0 * column(part)).astype(np.int64)

    table = TraffickerTable(
        names=names,
        tiers=tuple(g.tier for g in groups),
        homes=tuple(g.home for g in groups),
        behaviour=tuple(t.behaviour for t in tiers),
        precision=column("precision"),
        time_cost=column("time_cost_per_day"),
        salience=column("salience"),
        forget=2.0 ** (-7.0 / column("belief_halflife_days")),
        others=column("others_weight"),
        offer=column("bribe_offer_prob"),
        bribe_cents=np.rint(column("bribe_share") * best_price * median_g / 1000.0).astype(np.int64),
        exposure=column("exposure"),
        protection=column("protection"),
        wage_cents=cents("wage_usd"),
        premium_power=column("premium_power"),
        premium_risk=column("premium_risk"),
        penalty_cents=cents("penalty_usd"),
        median_g=median_g,
        alarm_hit=column("lie_low_hit"),
        alarm_left=2.0 ** (-7.0 / column("lie_low_halflife_days")),
        alarm_level=column("lie_low_level"),
        tolerance_low=column("tolerance_low"),
        tolerance_high=column("tolerance_high"),
        first_routes=column("first_routes").astype(np.int64),
        most_routes=column("most_routes").astype(np.int64),
        upkeep_cents=cents("upkeep_usd"),
    )
    return flows, table


def _options(
    scenario: Scenario,
    flows: FlowTable,
    traffickers: TraffickerTable,
    routes: Sequence[Route],
    arrays: RouteArrays,
    is_patrol: NDArray[np.bool_],
) -> tuple[FlowArrays, OptionArrays, OptionTable]:
    """Routes of each flow, covers of each route, posts of each under each cover."""
    of_pair: dict[tuple[str, str], list[int]] = {}
    for r, route in enumerate(routes):
        of_pair.setdefault((route.origin, route.market), []).append(r)
    covers: list[CoverSpec] = [getattr(scenario.covers, c.name.lower()) for c in Cover]
    allowed = {
        name: {Cover[c.upper()] for c in group.covers} or set(Cover)
        for name, group in scenario.traffickers.items()
    }
    checks_of: dict[tuple[int, int], Ints] = {}
    on_mode = np.array(COVER_ON_MODE, np.int64)
    flow_first, option_route, option_first = [0], [], [0]
    cover_of, cover_most = [], []
    op_flow, op_option, op_load, op_cost, op_days, op_first, op_checks = [], [], [], [], [], [0], []
    op_outbound = []
    faults = []
    for f, name in enumerate(flows.names):
        trafficker = int(flows.trafficker[f])
        group = traffickers.names[trafficker].rsplit("_", 1)[0]
        for r in of_pair.get((flows.origin[f], flows.market[f]), []):
            usable = [c for c in routes[r].covers if c in allowed[group]]
            if not usable:
                continue
            first, after = arrays.start[r], arrays.start[r + 1] - 1
            for c in usable:
                if (r, c) not in checks_of:
                    here = on_mode[c, arrays.mode[first:after]]
                    checks_of[r, c] = arrays.post[first:after] * N_COVERS + here
                most_g = 1000.0 * covers[c].most_kg.value
                cover_of.append(int(c))
                cover_most.append(round(most_g))
                op_flow.append(f)
                op_option.append(len(option_route))
                op_load.append(min(float(flows.median_g[f]), most_g))
                op_cost.append(100.0 * covers[c].usd_per_km.value * routes[r].km)
                op_days.append(routes[r].hours / 24.0)
                op_checks.append(checks_of[r, c])
                op_outbound.append(arrays.outbound[first:after])
                op_first.append(op_first[-1] + checks_of[r, c].size)
            option_route.append(r)
            option_first.append(len(cover_of))
        flow_first.append(len(option_route))
        if flow_first[-1] == flow_first[-2]:
            faults.append(f"{name}: no route and cover lead from {flows.origin[f]} to {flows.market[f]}")
    if faults:
        raise WorldError(faults)
    tiers: list[Tier] = [getattr(scenario.tiers, t) for t in traffickers.tiers]
    route_address = name_addresses([r.route_id for r in routes])
    cover_address = {
        (r, int(c)): address
        for r, route in enumerate(routes)
        for c, address in zip(
            route.covers, name_addresses([f"{route.route_id}|{c.name.lower()}" for c in route.covers]), strict=True
        )
    }
    option_of = np.repeat(np.arange(len(option_route)), np.diff(option_first))
    flow_arrays = FlowArrays(
        key=np.zeros(len(flows.names), np.uint64),
        mu=np.log(flows.median_g),
        sigma=np.array([tiers[t].load_sigma.value for t in flows.trafficker]),
        most_g=np.array([round(1000.0 * tiers[t].most_kg.value) for t in flows.trafficker], np.int64),
        first=np.array(flow_first, np.int64),
    )
    option_arrays = OptionArrays(
        route=np.array(option_route, np.int64),
        address=route_address[np.array(option_route, np.int64)],
        first=np.array(option_first, np.int64),
        cover=np.array(cover_of, np.int64),
        cover_address=np.array(
            [cover_address[option_route[o], c] for o, c in zip(option_of, cover_of, strict=True)], np.uint64
        ),
        most_g=np.array(cover_most, np.int64),
    )
    flow_of, load_g, transport, first_check = (
        np.array(op_flow, np.int64),
        np.array(op_load),
        np.array(op_cost),
        np.array(op_first, np.int64),
    )
    checks = np.concatenate(op_checks)
    staffed = np.add.reduceat(~is_patrol[checks // N_COVERS], first_check[:-1], dtype=np.int64)
    staffed[np.diff(first_check) == 0] = 0
    gain, loss, wage = _payoffs(flows, traffickers, flow_of, load_g, transport, np.array(op_days), staffed)
    table = OptionTable(
        flow=flow_of,
        option=np.array(op_option, np.int64),
        load_g=load_g,
        transport_cents=transport,
        gain=gain,
        loss=loss,
        wage=wage,
        first=first_check,
        check=checks,
        outbound=np.concatenate(op_outbound),
    )
    return flow_arrays, option_arrays, table


def _payoffs(
    flows: FlowTable,
    traffickers: TraffickerTable,
    flow: Ints,
    load_g: Floats,
    transport_cents: Floats,
    days: Floats,
    staffed: Ints,
) -> tuple[Floats, Floats, Floats]:
    """Gain before the wage, loss and riskless wage of each cover of each option, in units of its margin."""
    who = flows.trafficker[flow]
    buy = load_g / 1000.0 * flows.buy_cents_per_kg[flow]
    sell = load_g / 1000.0 * flows.sell_cents_per_kg[flow]
    margin = np.maximum(sell - buy, 1.0)
    bribes = staffed * traffickers.offer[who] * traffickers.bribe_cents[who]
    gain = (sell - buy - transport_cents - bribes) / margin - traffickers.time_cost[who] * days
    loss = (buy + transport_cents + traffickers.penalty_cents[who]) / margin
    return gain, loss, traffickers.wage_cents[who] / margin


def _profiles(tables: Tables, posts: Sequence[Post]) -> Profiles:
    """Calendar and climate of the tables, scaled to mean 1 where they are shapes."""

    def shape(rows: Floats) -> Floats:
        return rows / rows.mean(axis=1, keepdims=True)

    hours = np.arange(24)
    swing = np.cos(2.0 * np.pi * (hours - 15) / 24.0)
    climate = [tables.climate[p.climate_zone] for p in posts]
    mean = np.array([[m.mean_temp_c for m in zone] for zone in climate])
    daily_range = np.array([[m.diurnal_range_c for m in zone] for zone in climate])
    return Profiles(
        daily=shape(tables.daily),
        weekly=shape(tables.weekly),
        monthly=shape(tables.monthly),
        temperature_c=mean[:, :, None] + 0.5 * daily_range[:, :, None] * swing,
        humidity=np.array([[m.humidity_share for m in zone] for zone in climate]),
    )
