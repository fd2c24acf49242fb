"""Frames of a finished run, from its tally and its book of loads."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.codes import Cover, Fate, Means
from sim.results.book import LoadBook
from sim.results.tally import CENTRAL_ASIA, MASS, Tally
from sim.world.calendar import HOURS_PER_WEEK, MINUTES_PER_WEEK, moments_of
from sim.world.world import World

Ints = NDArray[np.int64]

TRANSIT = "KZ"
CENTRAL_ASIA_AREA = "central_asia"


class Ended(NamedTuple):
    """What of a finished run the frames are made of."""

    world: World
    tally: Tally
    book: LoadBook
    courier_ids: NDArray[np.str_]  # (n_loads,)
    corruption: NDArray[np.float64]  # (n_posts,) at the end
    used: NDArray[np.bool_]  # (n_options,) routes used in the reported period


def frames(ended: Ended) -> dict[str, pd.DataFrame]:
    """Every frame of a run's result, by name; they cover the reported period."""
    kept = np.flatnonzero(ended.book["kept"])
    return {
        "weekly": _weekly(ended),
        "mass": _mass(ended),
        "markets": _markets(ended, kept),
        "posts": _posts(ended),
        "traffickers": _traffickers(ended, kept),
        "seizures": _seizures(ended),
        "loads": _loads(ended, kept),
        "countries": _countries(ended),
        "interdiction": _interdiction(ended),
        "flows": _flows(ended, kept),
    }


def _reported(world: World) -> slice:
    return slice(world.scenario.burn_in_weeks, world.n_weeks)


def _week_starts(world: World) -> NDArray[np.datetime64]:
    weeks = np.arange(world.scenario.burn_in_weeks, world.n_weeks)
    return moments_of(60 * (world.start_hour + HOURS_PER_WEEK * weeks))


def _weekly(ended: Ended) -> pd.DataFrame:
    world, tally, span = ended.world, ended.tally, _reported(ended.world)
    kg = tally.mass_g[span].sum(axis=2) / 1000.0
    mass = {f"{name}_kg": kg[:, i] for i, name in enumerate(MASS) if name != "opening"}
    week = {name: values[span] for name, values in tally.week.items()}
    money = {
        f"{n}_usd": week.pop(n) / 100.0 for n in ("bribes", "wages", "profit", "liability", "public_cost")
    }
    sent = mass["sent_kg"]
    share = np.divide(mass["seized_kg"], sent, out=np.full(sent.size, np.nan), where=sent > 0)
    return pd.DataFrame(
        {
            "week": np.arange(world.scenario.weeks),
            "start": _week_starts(world),
            **mass,
            **week,
            **money,
            "delay_cost_usd": week["delay_vehicle_h"] * world.scenario.market.delay_usd_per_h.value,
            "expected_seized_kg": tally.expected_seized_g[span].sum(axis=1) / 1000.0,
            "interdiction_share": share,
        }
    )


def _mass(ended: Ended) -> pd.DataFrame:
    world, tally, span = ended.world, ended.tally, _reported(ended.world)
    n = len(world.commodities)
    kg = tally.mass_g[span] / 1000.0
    return pd.DataFrame(
        {
            "week": np.repeat(np.arange(world.scenario.weeks), n),
            "commodity": np.tile(np.array(world.commodities), world.scenario.weeks),
            **{f"{name}_kg": kg[:, i].ravel() for i, name in enumerate(MASS)},
            "expected_seized_kg": tally.expected_seized_g[span].ravel() / 1000.0,
        }
    )


def _ended_in_period(ended: Ended, kept: Ints, *fates: Fate) -> Ints:
    """Kept loads of these fates."""
    return kept[np.isin(ended.book["fate"][kept], fates)]


def _markets(ended: Ended, kept: Ints) -> pd.DataFrame:
    world, book = ended.world, ended.book
    places = sorted(set(world.flows.market))
    market_row = np.array([places.index(m) for m in world.flows.market])
    done = _ended_in_period(ended, kept, Fate.DELIVERED, Fate.SEIZED, Fate.DIVERTED)
    arrived = book["fate"][done] == Fate.DELIVERED
    at = market_row[book["flow"][done]]
    shape = (len(places), len(world.commodities))
    realised, expected, loads = np.zeros(shape, np.int64), np.zeros(shape), np.zeros(shape, np.int64)
    np.add.at(realised, at[arrived], book.mass_g[done[arrived]])
    np.add.at(loads, at[arrived], (book.mass_g[done[arrived]] > 0).astype(np.int64))
    through = 1.0 - book["expected_share"][done] - book["diverted_share"][done]
    np.add.at(expected, at, book.mass_g[done] * through[:, None])
    return pd.DataFrame(
        {
            "commodity": np.tile(np.array(world.commodities), len(places)),
            "market": np.repeat(np.array(places), len(world.commodities)),
            "country": np.repeat([world.corridor.places[p].country for p in places], len(world.commodities)),
            "delivered_kg": realised.ravel() / 1000.0,
            "delivered_loads": loads.ravel(),
            "expected_delivered_kg": expected.ravel() / 1000.0,
        }
    )


def _posts(ended: Ended) -> pd.DataFrame:
    world, post = ended.world, ended.tally.post
    hours = np.maximum(post["hours"], 1.0)
    by_means = post["by_means"]
    frame = pd.DataFrame(
        {
            "post_id": [p.post_id for p in world.posts],
            "name": [p.name for p in world.posts],
            "crossing_id": [p.crossing_id for p in world.posts],
            "country": [p.country for p in world.posts],
            "agency": [p.agency for p in world.posts],
            "klass": [p.klass.name.lower() for p in world.posts],
            "lat": [p.lat for p in world.posts],
            "lon": [p.lon for p in world.posts],
            **{n: post[n] for n in ("encounters", "inspected", "seizures", "released", "bribed", "refused")},
            "seized_kg": post["seized_g"] / 1000.0,
            "expected_seized_kg": post["expected_seized_g"] / 1000.0,
            "bribes_usd": post["bribes_cents"] / 100.0,
            **{n: post[n] for n in ("licit_vehicles", "delay_vehicle_h", "false_alarms")},
            "mean_wait_h": post["wait_h"] / hours,
            "scanner_up_share": post["up_hours"] / hours,
            "corruption": ended.corruption,
            **{f"seized_by_{m.name.lower()}": by_means[:, m] for m in Means if m != Means.NONE},
        }
    )
    return frame[~world.is_new | (post["hours"] > 0.0)].reset_index(drop=True)


def _traffickers(ended: Ended, kept: Ints) -> pd.DataFrame:
    world, book, table = ended.world, ended.book, ended.world.traffickers
    n = len(table.names)
    kg = book.mass_g[kept].sum(axis=1) / 1000.0
    owner = world.flows.trafficker[book["flow"][kept]]
    begun = book["dispatched"][kept] >= 60 * (
        world.start_hour + HOURS_PER_WEEK * world.scenario.burn_in_weeks
    )
    fate = book["fate"][kept]
    option_owner = world.flows.trafficker[
        np.repeat(np.arange(len(world.flows.names)), np.diff(world.flow_arrays.first))
    ]

    def total(mask: NDArray[np.bool_]) -> NDArray[Any]:
        return np.bincount(owner[mask], kg[mask], minlength=n)

    money = ended.tally.trafficker
    return pd.DataFrame(
        {
            "trafficker_id": table.names,
            "tier": table.tiers,
            "behaviour": table.behaviour,
            "home": table.homes,
            "sent_kg": total(begun),
            "sent_loads": np.bincount(owner[begun], minlength=n),
            "delivered_kg": total(fate == Fate.DELIVERED),
            "seized_kg": total(fate == Fate.SEIZED),
            "profit_usd": money["profit"] / 100.0,
            "bribes_usd": money["bribes"] / 100.0,
            "wages_usd": money["wages"] / 100.0,
            "couriers_arrested": money["arrests"],
            "active_routes": np.bincount(option_owner[ended.used], minlength=n),
            "weeks_lying_low": money["lying_low"],
        }
    )


def _load_ids(world: World, book: LoadBook, loads: Ints) -> list[str]:
    names = world.flows.names
    return [
        f"{names[f]}@{who >> 16}.{who & 0xFFFF}"
        for f, who in zip(book["flow"][loads].tolist(), book["who"][loads].tolist(), strict=True)
    ]


def _text(names: Any, rows: Ints) -> NDArray[Any]:  # noqa: ANN401
    """Names at rows, (n,) object; a row of -1 gives ''."""
    return np.array([*names, ""], object)[rows]


def _kg_columns(world: World, mass_g: Ints) -> dict[str, NDArray[np.float64]]:
    columns = {f"{c}_kg": mass_g[:, i] / 1000.0 for i, c in enumerate(world.commodities)}
    return {**columns, "total_kg": mass_g.sum(axis=1) / 1000.0}


def _seizures(ended: Ended) -> pd.DataFrame:
    world, book, s = ended.world, ended.book, ended.tally.seizure_columns()
    load, post = s["load"], s["post"]
    owner = world.flows.trafficker[book["flow"][load]]
    agency = _text([p.agency for p in world.posts], post)
    recorded = s["recorded"].astype(np.bool_)
    kg = _kg_columns(world, book.mass_g[load])
    first = 60 * (world.start_hour + HOURS_PER_WEEK * world.scenario.burn_in_weeks)
    return pd.DataFrame(
        {
            "time": moments_of(s["minute"]),
            "week": (s["minute"] - first) // MINUTES_PER_WEEK,
            "load_id": np.array(_load_ids(world, book, load), object),
            "post_id": _text([p.post_id for p in world.posts], post),
            "country": _text([p.country for p in world.posts], post),
            "agency": agency,
            "klass": _text([p.klass.name.lower() for p in world.posts], post),
            "means": _text([m.name.lower() for m in Means], s["means"]),
            "trafficker_id": _text(world.traffickers.names, owner),
            "tier": _text(world.traffickers.tiers, owner),
            "cover": _text([c.name.lower() for c in Cover], s["cover"]),
            "route_id": _text([r.route_id for r in world.routes], book["route"][load]),
            **kg,
            "released": s["released"].astype(np.bool_),
            "recorded": recorded,
            "recorded_by": np.where(recorded, agency, ""),
            "recorded_kg": np.where(recorded, kg["total_kg"], 0.0),
        }
    )


def _loads(ended: Ended, kept: Ints) -> pd.DataFrame:
    world, book = ended.world, ended.book
    flow, route, fate = book["flow"][kept], book["route"][kept], book["fate"][kept]
    owner = world.flows.trafficker[flow]
    ended_at = moments_of(book["ended"][kept])
    ended_at[fate == Fate.UNDER_WAY] = np.datetime64("NaT")
    bit = world.countries.index(TRANSIT) if TRANSIT in world.countries else -1
    stops, start = world.route_arrays, world.route_arrays.start
    post_country = np.append(np.where(world.is_new, -1, world.base_posts.country), -1)[stops.post]
    passes = np.add.reduceat((post_country == bit).astype(np.int64), start[:-1]) > 0
    kg = _kg_columns(world, book.mass_g[kept])
    return pd.DataFrame(
        {
            "load_id": np.array(_load_ids(world, book, kept), object),
            "trafficker_id": _text(world.traffickers.names, owner),
            "tier": _text(world.traffickers.tiers, owner),
            "courier": ended.courier_ids[kept].astype(object),
            "dispatched": moments_of(book["dispatched"][kept]),
            "route_id": _text([r.route_id for r in world.routes], route),
            "origin": _text(world.flows.origin, flow),
            "market": _text(world.flows.market, flow),
            "mode_class": _text([r.mode_class for r in world.routes], route),
            "cover": _text([c.name.lower() for c in Cover], book["cover"][kept]),
            **kg,
            "fate": _text([f.name.lower() for f in Fate], fate),
            "fate_time": ended_at,
            "fate_post": _text([p.post_id for p in world.posts], book["post"][kept]),
            "encounters": book["encounters"][kept],
            "expected_seized_kg": book["expected_share"][kept] * kg["total_kg"],
            "through_kz": passes[route],
            "entered_kz": _met(ended, kept, (TRANSIT,)),
            "entered_ca": _met(ended, kept, CENTRAL_ASIA),
        }
    )


def _met(ended: Ended, kept: Ints, countries: tuple[str, ...]) -> NDArray[np.bool_]:
    """Kept loads that came to a post of any of these countries."""
    bits = sum(1 << ended.world.countries.index(c) for c in countries if c in ended.world.countries)
    met: NDArray[np.bool_] = (ended.book["reached"][kept] & bits) != 0
    return met


def _countries(ended: Ended) -> pd.DataFrame:
    world, post, seizures = ended.world, ended.tally.post, ended.tally.seizure_columns()
    n = len(world.countries)
    country = world.base_posts.country

    def total(values: NDArray[Any]) -> NDArray[Any]:
        return np.bincount(country, values, minlength=n)

    recorded = seizures["recorded"] == 1
    kg = ended.book.mass_g[seizures["load"][recorded]].sum(axis=1) / 1000.0
    seized, entered = total(post["seized_g"]) / 1000.0, ended.tally.entered_g[:-1].sum(axis=1) / 1000.0
    return pd.DataFrame(
        {
            "country": world.countries,
            "seized_kg": seized,
            "seizures": total(post["seizures"]).astype(np.int64),
            "expected_seized_kg": total(post["expected_seized_g"]) / 1000.0,
            "recorded_kg": np.bincount(country[seizures["post"][recorded]], kg, minlength=n),
            "entered_kg": entered,
            "interdiction_share": np.divide(seized, entered, out=np.full(n, np.nan), where=entered > 0),
        }
    )


def _interdiction(ended: Ended) -> pd.DataFrame:
    world, tally = ended.world, ended.tally
    areas, n = [*world.countries, CENTRAL_ASIA_AREA], len(world.commodities)
    entered, expected = tally.entered_g.ravel() / 1000.0, tally.area_expected_g.ravel() / 1000.0
    seized = tally.area_seized_g.ravel() / 1000.0

    def share(kg: NDArray[Any]) -> NDArray[Any]:
        shares: NDArray[Any] = np.divide(kg, entered, out=np.full(entered.size, np.nan), where=entered > 0)
        return shares

    return pd.DataFrame(
        {
            "area": np.repeat(np.array(areas, object), n),
            "commodity": np.tile(np.array(world.commodities, object), len(areas)),
            "entered_kg": entered,
            "seized_kg": seized,
            "expected_seized_kg": expected,
            "interdiction_share": share(seized),
            "expected_share": share(expected),
        }
    )


def _last_lasting(world: World) -> Ints:
    """The stop itself, or before a new post the last that is none, (n_stops,): what a load has behind it."""
    row = np.full(world.route_arrays.post.size, -1, np.int64)
    row[world.lasting.row] = world.lasting.row
    last: Ints = np.maximum.accumulate(row)
    return last


def _flows(ended: Ended, kept: Ints) -> pd.DataFrame:
    """Mass over each directed leg: of the loads that came to the stop at or behind it."""
    world, book, steps = ended.world, ended.book, ended.world.steps
    n_stops = world.route_arrays.post.size
    kg = book.mass_g[kept].sum(axis=1) / 1000.0
    came_to, fate = book["came_to"][kept], book["fate"][kept]
    passed_on = np.isin(fate, (Fate.UNDER_WAY, Fate.LOST)) & (came_to >= 0)
    came_to[passed_on] = _last_lasting(world)[came_to[passed_on]]
    begun = came_to >= world.route_arrays.start[book["route"][kept]]
    seized = begun & (fate == Fate.SEIZED)

    def passing(weights: NDArray[Any] | None, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
        at = np.bincount(came_to[mask], None if weights is None else weights[mask], minlength=n_stops)
        after = np.append(np.cumsum(at[::-1])[::-1], 0.0)
        end = np.append(world.route_arrays.start[1:], n_stops)[
            np.searchsorted(world.route_arrays.start, np.arange(n_stops), side="right") - 1
        ]
        passed: NDArray[np.float64] = after[:-1] - after[end]
        return passed

    reaching, loads = passing(kg, begun), passing(None, begun)
    there = np.bincount(came_to[seized], kg[seized], minlength=n_stops)
    posts_on = np.array([len(step.posts) for route in world.routes for step in route.steps])
    so_far = np.append(0.0, np.cumsum(there))
    on_leg = so_far[steps.stop + posts_on] - so_far[steps.stop]
    n = len(world.legs)
    ids = [world.corridor.legs[leg] for leg in world.legs]
    frame = pd.DataFrame(
        {
            "leg_id": world.legs,
            "mode": [leg.mode.name.lower() for leg in ids],
            "from_id": [leg.from_id for leg in ids],
            "to_id": [leg.to_id for leg in ids],
            "kg": np.bincount(steps.leg, reaching[steps.stop], minlength=n),
            "loads": np.rint(np.bincount(steps.leg, loads[steps.stop], minlength=n)).astype(np.int64),
            "seized_kg": np.bincount(steps.leg, on_leg, minlength=n),
        }
    )
    return frame[frame["loads"] > 0].reset_index(drop=True)
