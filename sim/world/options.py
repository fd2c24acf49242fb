"""Options of every flow: its routes, the covers open on each, the posts each meets, and what it would pay."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.codes import COVER_ON_MODE, Cover
from sim.draws import name_addresses
from sim.kernels.arrays import N_COVERS, RouteArrays
from sim.kernels.dispatch import FlowArrays, OptionArrays
from sim.scenario.schema import CoverSpec, Scenario, Tier
from sim.world.faults import WorldError
from sim.world.parts import Route
from sim.world.world import FlowTable, OptionTable, TraffickerTable

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def options_of(
    scenario: Scenario,
    flows: FlowTable,
    traffickers: TraffickerTable,
    routes: Sequence[Route],
    arrays: RouteArrays,
    is_staffed: NDArray[np.bool_],
) -> tuple[FlowArrays, OptionArrays, OptionTable]:
    """Routes of each flow, covers of each route, posts of each under each cover.

    `is_staffed` (n_posts,) are the posts at which a bribe is reckoned with: manned, and no patrols.
    """
    option_route, flow_first, rows = _listed(scenario, flows, traffickers, routes)
    flow, option, cover = np.array(rows, np.int64).reshape(-1, 3).T
    route = option_route[option]
    covers: list[CoverSpec] = [getattr(scenario.covers, c.name.lower()) for c in Cover]
    most_g = np.array([round(1000.0 * c.most_kg.value) for c in covers], np.int64)[cover]
    usd_per_km = np.array([c.usd_per_km.value for c in covers])[cover]
    load_g = np.minimum(flows.median_g[flow], most_g)
    transport_cents = 100.0 * usd_per_km * np.array([r.km for r in routes])[route]
    days = np.array([r.hours for r in routes])[route] / 24.0

    way_of, way = np.unique(route * len(Cover) + cover, return_inverse=True)
    way_route, way_cover = np.divmod(way_of, len(Cover))
    n_checks = (np.diff(arrays.start) - 1)[way_route]
    first_check = np.append(0, np.cumsum(n_checks))
    way_of_check = np.repeat(np.arange(way_of.size), n_checks)
    stop = arrays.start[way_route][way_of_check] + np.arange(first_check[-1]) - first_check[way_of_check]
    here = np.array(COVER_ON_MODE, np.int64)[way_cover[way_of_check], arrays.mode[stop]]
    staffed = np.bincount(way_of_check, is_staffed[arrays.post[stop]], minlength=way_of.size)[way]
    gain, loss, wage = _payoffs(flows, traffickers, flow, load_g, transport_cents, days, staffed)

    tiers: list[Tier] = [getattr(scenario.tiers, t) for t in traffickers.tiers]
    first = np.searchsorted(option, np.arange(option_route.size + 1))
    flow_arrays = FlowArrays(
        key=np.zeros(len(flows.names), np.uint64),
        mu=np.log(flows.median_g),
        sigma=np.array([tiers[t].load_sigma.value for t in flows.trafficker]),
        most_g=np.array([round(1000.0 * tiers[t].most_kg.value) for t in flows.trafficker], np.int64),
        first=flow_first,
    )
    option_arrays = OptionArrays(
        route=option_route,
        address=name_addresses([r.route_id for r in routes])[option_route],
        first=first,
        cover=cover,
        cover_address=_cover_addresses(routes)[route, cover],
        most_g=most_g,
    )
    table = OptionTable(
        flow=flow,
        option=option,
        load_g=load_g,
        transport_cents=transport_cents,
        gain=gain,
        loss=loss,
        wage=wage,
        way=way,
        first=first_check,
        check=(arrays.post[stop] * N_COVERS + here).astype(np.int32),
        outbound=arrays.outbound[stop],
    )
    return flow_arrays, option_arrays, table


def _listed(
    scenario: Scenario, flows: FlowTable, traffickers: TraffickerTable, routes: Sequence[Route]
) -> tuple[Ints, Ints, list[tuple[int, int, int]]]:
    """Route of each option; first option of each flow; flow, option and cover of each option's covers."""
    of_pair: dict[tuple[str, str], list[int]] = {}
    for r, route in enumerate(routes):
        of_pair.setdefault((route.origin, route.market), []).append(r)
    allowed = {
        name: {Cover[c.upper()] for c in group.covers} or set(Cover)
        for name, group in scenario.traffickers.items()
    }
    option_route: list[int] = []
    flow_first: list[int] = [0]
    rows: list[tuple[int, int, int]] = []
    faults: list[str] = []
    for f, name in enumerate(flows.names):
        mine = allowed[traffickers.names[flows.trafficker[f]].rsplit("_", 1)[0]]
        for r in of_pair.get((flows.origin[f], flows.market[f]), []):
            usable = [int(c) for c in routes[r].covers if c in mine]
            rows += [(f, len(option_route), c) for c in usable]
            option_route += [r] if usable else []
        flow_first.append(len(option_route))
        if flow_first[-1] == flow_first[-2]:
            faults.append(f"{name}: no route and cover lead from {flows.origin[f]} to {flows.market[f]}")
    if faults:
        raise WorldError(faults)
    return np.array(option_route, np.int64), np.array(flow_first, np.int64), rows


def _cover_addresses(routes: Sequence[Route]) -> NDArray[np.uint64]:
    """Address of each cover on each route, (n_routes, n_covers); 0 where it cannot be used."""
    pairs = [(r, int(c)) for r, route in enumerate(routes) for c in route.covers]
    names = [f"{routes[r].route_id}|{Cover(c).name.lower()}" for r, c in pairs]
    table = np.zeros((len(routes), len(Cover)), np.uint64)
    table[tuple(np.array(pairs).T)] = name_addresses(names)
    return table


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
