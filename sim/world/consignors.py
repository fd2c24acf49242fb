"""Organisations and flows: who sends what from where to where, and how each decides."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.scenario.quantity import Quantity
from sim.scenario.schema import Scenario, Tier
from sim.world.faults import WorldError
from sim.world.parts import Corridor, Place
from sim.world.tables import Tables
from sim.world.world import FlowTable, TraffickerTable

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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


def consignors(
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
        total_o = math.fsum(q.value for q in supply.origins.values())
        total_m = math.fsum(q.value for q in supply.markets.values())
        season = [12.0 * s / math.fsum(supply.season) for s in supply.season]
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
                    share = tier_share[groups[i].tier] / math.fsum(tier_share.values())
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
