"""Small worlds for the kernels: routes as lists of post rows, posts as plain numbers, hours that stand still.

Whatever is not named is neutral: no tips, no bribes, no releases, nothing lost; a load that is selected
and searched is found, and selection is by the chance in `select` alone.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np

from sim.codes import COVER_ON_MODE, NO_POST, Cover, Mode
from sim.draws import blocks, name_address, name_addresses
from sim.kernels.arrays import (
    DOG,
    HOURS,
    N_COVERS,
    SCALE,
    SCAN,
    WAIT,
    Carried,
    CarryRules,
    Dealings,
    Encounters,
    LoadArrays,
    PostArrays,
    PostHours,
    PostState,
    RouteArrays,
    WeekShape,
)
from sim.kernels.carry import carry
from sim.kernels.post_hours import NORMAL_STEPS

WEEK_MIN = 60 * HOURS
ENDLESS_MIN = np.int64(2**40)

_WHOLE = {"country", "lanes", "open_from", "open_hours"}
_BY_COVER = {"select", "open_on_alarm", "find_cold"}
_NEUTRAL = {
    "lanes": 1,
    "service_h": 1.0,
    "open_hours": 24,
    "wave_h": 1e9,
    "wave_share": 1.0,
    "outbound_share": 1.0,
    "inspect_share": 1.0,
    "inspections_per_h": 1e9,
    "scans_per_h": 1e9,
    "dog_per_h": 1e9,
    "car_share": 1.0,
    "repair_prob": 1.0,
    "on_duty": 1.0,
    "select": 1.0,
    "open_on_alarm": 1.0,
    "find_cold": 1.0,
    "find_on_tip": 1.0,
    "manned": 1,
}


def numbers(name: str, *shape: int) -> np.ndarray:
    """Numbers in [0, 1) that depend on the name alone."""
    n = int(np.prod(shape))
    at = np.arange(n, dtype=np.uint64)
    words = blocks(np.full(n, name_address(name), np.uint64), at, np.zeros(n, np.uint64), 0, 0)
    return (words[:, 0].astype(np.float64) * 2.0**-32).reshape(shape)


def wholes(name: str, low: int, high: int, *shape: int) -> np.ndarray:
    """Whole numbers low..high that depend on the name alone."""
    return low + (numbers(name, *shape) * (high - low + 1)).astype(np.int64)


def post_arrays(names: Sequence[str], **columns: Any) -> PostArrays:
    """Posts of these names; a column is one number for all, a number a post, or the whole array."""
    n = len(names)
    arrays = {"address": name_addresses(list(names))}
    for field in PostArrays._fields[1:]:
        value = np.asarray(columns.pop(field, _NEUTRAL.get(field, 0)))
        dtype = np.bool_ if field in ("is_patrol", "manned") else np.int64 if field in _WHOLE else np.float64
        width = N_COVERS if field in _BY_COVER else 24 if field == "on_duty" else 0
        if width and value.ndim == 1:
            value = value[:, None]
        arrays[field] = np.array(np.broadcast_to(value, (n, width) if width else (n,)), dtype, order="C")
    assert not columns, columns
    return PostArrays(**arrays)


def rows_of(posts: PostArrays, rows: Sequence[int]) -> PostArrays:
    """The same posts in another order, or some of them."""
    return PostArrays(*(np.ascontiguousarray(column[rows]) for column in posts))


def route_arrays(
    routes: Sequence[Sequence[int]], minutes: int = 30, mode: int = Mode.ROAD, outbound: Sequence[int] = ()
) -> RouteArrays:
    """Routes as lists of post rows, each ended by its market; `outbound` are posts met while leaving."""
    stops = [[*posts, NO_POST] for posts in routes]
    start = np.cumsum([0, *map(len, stops)])
    post = np.array([p for route in stops for p in route], np.int32)
    return RouteArrays(
        start=start.astype(np.int64),
        post=post,
        minutes=np.full(post.size, minutes, np.int32),
        mode=np.full(post.size, int(mode), np.int8),
        outbound=np.isin(post, list(outbound)),
        nth=np.array([route[:i].count(p) for route in stops for i, p in enumerate(route)], np.int8),
    )


def load_arrays(routes: RouteArrays, route: np.ndarray, key: int = 1, **columns: Any) -> LoadArrays:
    """Loads on these routes, at their first stop at minute 0, unless a column says otherwise."""
    n = route.size
    arrays = {
        "key": key,
        "who": np.arange(n),
        "trafficker": 0,
        "route": route,
        "cover": Cover.OTHER_TRUCK,
        "stop": routes.start[route],
        "visit": 0,
        "minute": 0,
        "lost_stop": -1,
        "mass_g": 1000.0,
        **columns,
    }
    types_of = {"key": np.uint64, "mass_g": np.float64}
    return LoadArrays(
        **{f: np.array(np.broadcast_to(v, n), types_of.get(f, np.int64)) for f, v in arrays.items()}
    )


def some_loads(loads: LoadArrays, rows: np.ndarray) -> LoadArrays:
    """These rows of the loads."""
    return LoadArrays(*(np.ascontiguousarray(column[rows]) for column in loads))


def as_carried(loads: LoadArrays, carried: Carried) -> LoadArrays:
    """Loads as a call left them."""
    return loads._replace(stop=carried.stop, visit=carried.visit, minute=carried.minute)


def still_hours(n_posts: int, **columns: Any) -> PostHours:
    """A week in which every hour is alike: scale 1, no wait, no scanner, no dogs, unless a column says
    otherwise.

    `wait`, `scale`, `scan` and `dog` are one number, a number a post, or (n_posts, HOURS).
    """
    met = np.zeros((n_posts, HOURS, 4))
    for at, name, neutral in (
        (WAIT, "wait", 0.0),
        (SCALE, "scale", 1.0),
        (SCAN, "scan", 0.0),
        (DOG, "dog", 0.0),
    ):
        value = np.asarray(columns.pop(name, neutral), np.float64)
        met[:, :, at] = value[:, None] if value.ndim == 1 else value
    assert not columns, columns
    return PostHours(met, **{field: np.zeros(n_posts) for field in PostHours._fields[1:]})


def dealings(n_posts: int, n_countries: int = 1, n_traffickers: int = 1, **columns: Any) -> Dealings:
    """What stands between traffickers and services; nothing, unless a column says otherwise."""
    shapes = {
        "offer": (n_traffickers, n_posts),
        "accept": (n_traffickers, n_posts),
        "tip": (n_traffickers, n_countries),
        "release": (n_traffickers, n_countries),
        "goes_on": (n_countries,),
        "trusted": (n_traffickers, n_countries, N_COVERS),
    }
    factor = float(columns.pop("tip_factor", 0.0))
    columns.setdefault("trusted", 1.0)
    arrays = {f: np.array(np.broadcast_to(columns.pop(f, 0.0), s), np.float64) for f, s in shapes.items()}
    assert not columns, columns
    return Dealings(tip_factor=factor, **arrays)


def carry_rules(**columns: Any) -> CarryRules:
    """Rules of the way: loads are fully visible, and nobody turns back."""
    arrays = {
        "image": np.ones(N_COVERS),
        "image_half_g": np.zeros(N_COVERS),
        "odour": np.ones(N_COVERS),
        "cover_on_mode": np.array(COVER_ON_MODE, np.int64),
        "turn_back": 0.0,
        "turn_back_min": 60,
        "most_tries": 4,
        "patience_min": 10_000,
        **columns,
    }
    return CarryRules(**arrays)


def carry_endlessly(
    loads: LoadArrays,
    routes: RouteArrays,
    posts: PostArrays,
    hours: PostHours,
    deals: Dealings,
    rules: CarryRules,
) -> tuple[Carried, Encounters]:
    """Carry loads week after week of the same hours until none is under way; the log in order of load,
    then time.
    """
    logs, fate = [], np.zeros(loads.key.size, np.int64)
    stop, visit, minute = loads.stop.copy(), loads.visit.copy(), loads.minute.copy()
    week = 0
    while (active := np.flatnonzero(fate == 0)).size:
        now = some_loads(loads._replace(stop=stop, visit=visit, minute=minute), active)
        carried, log = carry(week * WEEK_MIN, (week + 1) * WEEK_MIN, now, routes, posts, hours, deals, rules)
        stop[active], visit[active], minute[active] = carried.stop, carried.visit, carried.minute
        fate[active] = carried.fate
        logs.append(log._replace(load=active[log.load]))
        week += 1
    return Carried(stop, visit, minute, fate), joined(logs)


def joined(logs: Sequence[Encounters]) -> Encounters:
    """Logs one after another, in order of load, then time."""
    whole = Encounters(*map(np.concatenate, zip(*logs, strict=True)))
    order = np.lexsort((whole.minute, whole.load))
    return Encounters(*(column[order] for column in whole))


def week_shape(n_posts: int, first_hour: int = 0, **columns: Any) -> WeekShape:
    """A week in which no hour differs from another; scanners and dogs never err."""
    shapes = {
        "scan_hit": (n_posts,),
        "dog_hit": (n_posts, 24),
        "willing": (n_posts,),
        "extra_inspections": (n_posts,),
    }
    arrays = {"hour_of_day": (first_hour + np.arange(HOURS, dtype=np.int64)) % 24}
    for field in WeekShape._fields[1:]:
        value = np.asarray(columns.pop(field, 0.0 if field == "extra_inspections" else 1.0))
        arrays[field] = np.array(np.broadcast_to(value, shapes.get(field, (HOURS,))), np.float64)
    assert not columns, columns
    return WeekShape(**arrays)


def rested(n_posts: int, up: bool = True) -> PostState:
    """Nobody waits, dogs are fresh, scanners work."""
    return PostState(np.zeros(n_posts), np.zeros(n_posts), np.full(n_posts, up))


NO_SWING = np.zeros(NORMAL_STEPS)
"""Quantiles for posts whose flow never varies."""

SWING = np.array([NormalDist().inv_cdf((i + 0.5) / NORMAL_STEPS) for i in range(NORMAL_STEPS)])
"""Quantiles of the normal distribution, as the world prepares them."""


def plain(function: types.FunctionType, **replaced: Any) -> Callable[..., Any]:
    """The Python behind a kernel, with some of the names it uses standing for something else."""
    return types.FunctionType(function.__code__, {**function.__globals__, **replaced}, function.__name__)


def same(a: Any, b: Any) -> bool:
    """Whether two named tuples of arrays hold the same numbers, to the last bit."""
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))
