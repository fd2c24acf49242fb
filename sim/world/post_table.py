"""What the kernels read of posts, under given parameters."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.codes import Cover, Mode, PostClass
from sim.draws import name_addresses
from sim.kernels.arrays import PostArrays
from sim.scenario.schema import Scenario
from sim.world.closures import closed_crossings, redirected, sides_of_borders
from sim.world.parameters import Parameters
from sim.world.parts import Corridor, Post

Floats = NDArray[np.float64]


def post_arrays(
    values: Parameters,
    posts: Sequence[Post],
    countries: Sequence[str],
    scenario: Scenario,
    corridor: Corridor,
) -> PostArrays:
    """What the kernels read of posts under given parameters."""
    v = values.post
    row = {c: i for i, c in enumerate(countries)}
    manned = v["manned"] > 0.0
    is_patrol = np.array([p.klass == PostClass.GREEN_BORDER for p in posts])
    covers = [getattr(scenario.covers, c.name.lower()) for c in Cover]
    factor = np.array([c.select_factor.value for c in covers])
    find = np.array([c.find_factor.value for c in covers])
    inspect_share = v["inspect_share"] * v["manned"]
    select = np.minimum(1.0, inspect_share[:, None] * factor[None, :])
    sealed = np.array([c == Cover.TIR_TRUCK for c in Cover])
    select[:, sealed] *= v["tir_select_factor"][:, None]
    met = _patrol_prob(v["patrols_per_day"], v["barrier_h"], posts, scenario, corridor)
    select[is_patrol] = (met * v["manned"])[is_patrol, None]
    open_seal = 1.0 - v["tir_fear"]
    opened = np.where(sealed[None, :], open_seal[:, None], 1.0)
    by_hand = np.where(is_patrol, 1.0, v["search_share"])
    up, repair_h = v["scanner.uptime_share"], v["scanner.repair_h"]
    hours = np.arange(24)
    country = np.array([row[p.country] for p in posts], np.int64)
    spared_share = values.country["trusted_share"] * (1.0 - values.country["trusted_check_factor"])
    open_hours = v["open_hours"].astype(np.int64)
    side, is_closed = sides_of_borders(posts), closed_crossings(posts, manned & (open_hours == 0))
    return PostArrays(
        address=name_addresses([p.post_id for p in posts]),
        country=country,
        is_patrol=is_patrol,
        trucks_per_h=redirected(np.array([p.trucks_per_day / 48.0 for p in posts]), side, is_closed),
        cars_per_h=redirected(np.array([p.cars_per_day / 48.0 for p in posts]), side, is_closed),
        units_per_h=redirected(np.array([p.rail_units_per_day / 48.0 for p in posts]), side, is_closed),
        car_share=v["car_share_of_truck"],
        traffic_cv=v["traffic_cv"],
        lanes=np.array([max(1, p.lanes) for p in posts], np.int64),
        service_h=v["service_min"] / 60.0,
        open_from=v["open_from_h"].astype(np.int64),
        open_hours=open_hours,
        manned=manned,
        inspect_share=inspect_share,
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
        spared_share=spared_share[country],
    )


def _patrol_prob(
    per_day: Floats, barrier_h: Floats, posts: Sequence[Post], scenario: Scenario, corridor: Corridor
) -> Floats:
    """Chance that a crossing of the green border is met by a patrol: 1 - exp(-rate x time in the zone).

    Patrols thin out with distance from the next post and in hard terrain; barriers add to the time.
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
        met[i] = -math.expm1(-rate * green.zone_km.value / speed - rate * barrier_h[i])
    return met
