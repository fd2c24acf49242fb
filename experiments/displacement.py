"""Where loads went in a run, by route, mode, border and crossing; and where they went instead in an arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.paired import mean_interval
from experiments.pairs import BASELINE, Pairs
from sim.codes import NO_POST, PostClass

if TYPE_CHECKING:
    import pandas as pd

    from sim.model import CorridorModel
    from sim.world.world import World

Ints = NDArray[np.int64]

BY = ("mode", "border", "crossing", "route")
GRAMS_PER_KG = 1000.0


class Ways(NamedTuple):
    """Where on its routes a world counts what passes."""

    modes: tuple[str, ...]
    mode: Ints  # (n_routes,) row of the mode
    borders: tuple[str, ...]  # from and to, as KZ-RU
    border_leg: Ints  # rows of steps that cross a border
    border: Ints  # row of the border of each
    crossings: tuple[str, ...]
    crossing_stop: Ints  # stops at which a route comes to a crossing
    crossing: Ints  # row of the crossing of each
    end: Ints  # (n_stops,) one past the last stop of the route


def ways_of(world: World) -> Ways:
    """Where routes of a world come to borders and crossings; made once for many runs."""
    routes, steps = world.route_arrays, world.steps
    modes = tuple(sorted({route.mode_class for route in world.routes}))
    legs = [world.corridor.legs[name] for name in world.legs]
    places = world.corridor.places
    ends = [(places[leg.from_id].country, places[leg.to_id].country) for leg in legs]
    named = [f"{one}-{other}" if one != other else "" for one, other in ends]
    borders = tuple(sorted(set(named) - {""}))
    border_of_leg = np.array([borders.index(name) if name else -1 for name in named], np.int64)
    over = np.flatnonzero(border_of_leg[steps.leg] >= 0)
    at_post = ["" if p.klass == PostClass.INLAND else p.crossing_id for p in world.posts]
    crossings = tuple(sorted(set(at_post) - {""}))
    of_post = np.array([crossings.index(name) if name else -1 for name in at_post], np.int64)
    of_stop = np.where(routes.post == NO_POST, -1, of_post[routes.post])
    before = np.append(-1, of_stop[:-1])  # a route ends at a place, so none begins behind a crossing
    first = np.flatnonzero((of_stop >= 0) & (of_stop != before))
    return Ways(
        modes=modes,
        mode=np.array([modes.index(route.mode_class) for route in world.routes], np.int64),
        borders=borders,
        border_leg=over,
        border=border_of_leg[steps.leg[over]],
        crossings=crossings,
        crossing_stop=first,
        crossing=of_stop[first],
        end=np.repeat(routes.start[1:], np.diff(routes.start)),
    )


def carried(model: CorridorModel, ways: Ways) -> dict[str, dict[str, int]]:
    """Grams carried in the reported weeks of a finished run: over each leg, and by everything in `BY`.

    A load counts on the legs, borders and crossings that it came to, and as a whole on its route and mode.
    What nothing was carried on is left out.
    """
    world, book = model.world, model.book
    kept = np.flatnonzero(book["kept"])
    grams, route, came_to = book.mass_g[kept].sum(axis=1), book["route"][kept], book["came_to"][kept]
    on_route = _sums(route, grams, len(world.routes))
    begun = came_to >= world.route_arrays.start[route]
    at = _sums(came_to[begun], grams[begun], ways.end.size)
    behind = np.append(np.cumsum(at[::-1])[::-1], 0)
    reaching = behind[:-1] - behind[ways.end]
    over_leg = reaching[world.steps.stop]
    return {
        "leg": _named(world.legs, _sums(world.steps.leg, over_leg, len(world.legs))),
        "mode": _named(ways.modes, _sums(ways.mode, on_route, len(ways.modes))),
        "border": _named(ways.borders, _sums(ways.border, over_leg[ways.border_leg], len(ways.borders))),
        "crossing": _named(
            ways.crossings, _sums(ways.crossing, reaching[ways.crossing_stop], len(ways.crossings))
        ),
        "route": _named([r.route_id for r in world.routes], on_route),
    }


def displacement_frame(pairs: Pairs) -> pd.DataFrame:
    """Kilograms by mode, border, crossing and route of each arm against the baseline, with intervals."""
    import pandas as pd

    parts = [_gaps(pairs, arm, by).assign(by=by) for arm in pairs.arms for by in BY]
    frame = pd.concat(parts, ignore_index=True)
    return frame[["arm", "by", "name", "baseline_kg", "mean_kg", "difference_kg", "low", "high"]]


def legs_frame(pairs: Pairs) -> pd.DataFrame:
    """Kilograms over each leg of each arm against the baseline, with intervals."""
    import pandas as pd

    frame = pd.concat([_gaps(pairs, arm, "leg") for arm in pairs.arms], ignore_index=True)
    named = frame.rename(columns={"name": "leg_id"})
    return named[["arm", "leg_id", "baseline_kg", "difference_kg", "low", "high"]]


def _gaps(pairs: Pairs, arm: str, by: str) -> pd.DataFrame:
    """Realised differences of one arm, the largest first; names that no run of any arm used are left out."""
    import pandas as pd

    names = sorted({n for told in pairs.told.values() for one in told for n in one["carried"][by]})

    def kilograms(one: Mapping[str, Any]) -> Sequence[float]:
        grams = one["carried"][by]
        return [grams.get(name, 0) / GRAMS_PER_KG for name in names]

    here, there = pairs.stack(arm, kilograms), pairs.stack(BASELINE, kilograms)
    difference, low, high = mean_interval(here - there)
    frame = pd.DataFrame(
        {
            "arm": arm,
            "name": names,
            "baseline_kg": there.mean(axis=0),
            "mean_kg": here.mean(axis=0),
            "difference_kg": difference,
            "low": low,
            "high": high,
        }
    )
    return frame.sort_values("difference_kg", key=abs, ascending=False, kind="stable", ignore_index=True)


def _sums(rows: Ints, grams: Ints, n: int) -> Ints:
    sums = np.zeros(n, np.int64)
    np.add.at(sums, rows, grams)
    return sums


def _named(names: Sequence[str], grams: Ints) -> dict[str, int]:
    return {names[row]: int(grams[row]) for row in np.flatnonzero(grams).tolist()}
