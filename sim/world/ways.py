"""Cheapest ways through the corridor by one class of modes: a layered graph and its shortest paths.

A state is where a traveller stands: before, in or after Kazakhstan, at which place, carried by what, and
whether the mode that gives the class its name has been used. A layer is never re-entered, so a way
enters Kazakhstan at most once.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from sim.codes import Mode, PostClass
from sim.world.parts import TRANSIT_COUNTRY, Corridor, Leg, Step

BEFORE, INSIDE, AFTER = 0, 1, 2
NOTHING = "nothing"
TIE_H = 1e-6
"""Largest hours added to a leg by its name, so that no two ways cost exactly the same."""
NO_STATE = -9999

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TravelCosts:
    """Speeds and waits that make the generalised cost of a way, in hours."""

    road_kmh: float
    rail_kmh: float
    sea_kmh: float
    air_kmh: float
    green_foot_kmh: float
    green_vehicle_kmh: float
    transfer_h: float
    border_h: float

    def speed_kmh(self, mode: Mode, vehicle: str = "") -> float:
        """Speed on a leg, stops included."""
        if mode == Mode.GREEN:
            return self.green_foot_kmh if vehicle == "foot_horse" else self.green_vehicle_kmh
        return {
            Mode.ROAD: self.road_kmh,
            Mode.RAIL: self.rail_kmh,
            Mode.SEA: self.sea_kmh,
            Mode.AIR: self.air_kmh,
        }[mode]


class Move(NamedTuple):
    """A leg travelled with one choice among its controls."""

    leg: Leg
    step: Step
    hours: float
    carrier: str  # what carries the traveller; a change of carrier is a transfer
    crossing: str  # crossing of Kazakhstan that the leg passes, or ''
    controls: frozenset[str]  # crossings and inland posts met


Way = tuple[Move, ...]


class ModeClass(NamedTuple):
    """Modes that a class of ways may use, by where a leg lies, and the one that it must use."""

    modes: frozenset[Mode]
    must: Mode | None
    entering: frozenset[Mode]  # modes on legs into Kazakhstan
    within: frozenset[Mode]
    leaving: frozenset[Mode]
    boards: bool  # trains are boarded at hubs of Kazakhstan, and not left inside it
    carriers: tuple[str, ...]  # what may carry a traveller


def _class(
    modes: set[Mode],
    must: Mode | None = None,
    at_border: tuple[Mode, Mode] | None = None,
    boards: bool = False,
) -> ModeClass:
    """A class; `at_border` gives the modes of entry and exit where they are fixed."""
    by_mode = [m.name.lower() for m in sorted(modes) if m != Mode.GREEN]
    carriers = (NOTHING, *by_mode, *(["foot"] if Mode.GREEN in modes else []))
    entering, leaving = ({at_border[0]}, {at_border[1]}) if at_border else (modes, modes)
    within = entering | leaving
    return ModeClass(
        frozenset(modes), must, frozenset(entering), frozenset(within), frozenset(leaving), boards, carriers
    )


MODE_CLASSES: Mapping[str, ModeClass] = {
    "road": _class({Mode.ROAD}),
    "rail": _class({Mode.RAIL}),
    "road_rail": _class({Mode.ROAD, Mode.RAIL}, at_border=(Mode.RAIL, Mode.RAIL)),
    "road_then_rail": _class({Mode.ROAD, Mode.RAIL}, Mode.RAIL, (Mode.ROAD, Mode.RAIL), boards=True),
    "green": _class({Mode.ROAD, Mode.GREEN}, Mode.GREEN),
    "sea": _class({Mode.ROAD, Mode.SEA}, Mode.SEA),
    "air": _class({Mode.ROAD, Mode.AIR}, Mode.AIR),
}
"""Classes that are searched one by one. Two are of mode class road_rail: `road_rail` crosses all of
Kazakhstan by train, `road_then_rail` enters it by road and boards at a hub. Without such rules the cheapest
mix would be the road and one short hop by train."""


def class_of(modes: frozenset[Mode]) -> str:
    """Class of a way that uses these modes."""
    for mode, name in ((Mode.AIR, "air"), (Mode.SEA, "sea"), (Mode.GREEN, "green")):
        if mode in modes:
            return name
    return "road_rail" if modes == {Mode.ROAD, Mode.RAIL} else "rail" if Mode.RAIL in modes else "road"


def length_km(way: Way) -> float:
    """Length of a way."""
    return sum(move.leg.km for move in way)


def moves_of(corridor: Corridor, costs: TravelCosts) -> dict[str, tuple[Move, ...]]:
    """Moves along each leg, one for each choice among its controls."""

    def move(leg: Leg, control: tuple[str, ...]) -> Move:
        ends = {corridor.places[leg.from_id].country, corridor.places[leg.to_id].country}
        met = [corridor.posts[post] for post in control]
        gates = [p.crossing_id for p in met if p.country == TRANSIT_COUNTRY and p.klass != PostClass.INLAND]
        hours = leg.km / costs.speed_kmh(leg.mode, leg.vehicle)
        if len(ends) > 1 and leg.mode != Mode.GREEN:
            hours += costs.border_h
        carrier = "foot" if leg.vehicle == "foot_horse" else "road" if leg.vehicle else leg.mode.name.lower()
        crossing = gates[0] if gates and len(ends) > 1 else ""
        return Move(
            leg, Step(leg.leg_id, control), hours, carrier, crossing, frozenset(p.crossing_id for p in met)
        )

    return {leg.leg_id: tuple(move(leg, c) for c in leg.controls or ((),)) for leg in corridor.legs.values()}


State = tuple[int, str, str, bool]
"""Layer, place, carrier, and whether the mode that the class must use has been used."""


class Ways:
    """Cheapest ways of one mode class from several origins to several markets."""

    def __init__(
        self,
        corridor: Corridor,
        moves: Mapping[str, tuple[Move, ...]],
        mode_class: ModeClass,
        ends: tuple[Sequence[str], Sequence[str]],
        transfer_h: float,
    ) -> None:
        self.mode_class, self.transfer_h = mode_class, transfer_h
        self.at_home = {p: place.country == TRANSIT_COUNTRY for p, place in corridor.places.items()}
        self.hubs = {p for p, place in corridor.places.items() if place.role == "hub"}
        self.allowed = {
            (False, False): mode_class.modes,
            (False, True): mode_class.entering,
            (True, True): mode_class.within,
            (True, False): mode_class.leaving,
        }
        self.origins, self.markets = list(ends[0]), list(ends[1])
        self.state: dict[State, int] = {}
        self.options: dict[tuple[int, int], list[tuple[float, Move]]] = {}
        for choices in moves.values():
            self._lay(choices)
        self.start = [
            self._row((self.first_layer(o), o, NOTHING, mode_class.must is None)) for o in self.origins
        ]
        self.sink = {market: len(self.state) + i for i, market in enumerate(self.markets)}
        self.n = len(self.state) + len(self.sink)
        self.ends: dict[tuple[str, int], list[int]] = {
            (m, la): [] for m in self.markets for la in (BEFORE, INSIDE, AFTER)
        }
        for (layer, place, carrier, done), row in self.state.items():
            if place in self.sink and done and carrier != NOTHING:
                self.ends[place, layer].append(row)
                self.options[row, self.sink[place]] = [(TIE_H, _ARRIVED)]
        self.layer = np.array([s[0] for s in self.state] + [AFTER + 1] * len(self.sink))
        self.tail = np.array([t for t, _ in self.options], np.int64)
        self.head = np.array([h for _, h in self.options], np.int64)
        self.weight = np.array([options[0][0] for options in self.options.values()])
        self.cost, self.before = self._from(self.start, self.weight)

    def in_transit_country(self, place: str) -> bool:
        """Whether a place lies in Kazakhstan."""
        return self.at_home[place]

    def first_layer(self, place: str) -> int:
        """Layer of a place where a way begins."""
        return INSIDE if self.at_home[place] else BEFORE

    def arrivals(self, market: str, layer: int) -> list[int]:
        """States in which a way to a market may end."""
        return self.ends[market, layer]

    def _row(self, state: State) -> int:
        return self.state.setdefault(state, len(self.state))

    def _lay(self, choices: tuple[Move, ...]) -> None:
        """States at the ends of a leg, and the moves between them."""
        leg, carrier, must = choices[0].leg, choices[0].carrier, self.mode_class.must
        home = self.at_home[leg.from_id], self.at_home[leg.to_id]
        if leg.mode not in self.allowed[home]:
            return
        hours = choices[0].hours + TIE_H * zlib.crc32(leg.leg_id.encode()) / 2**32
        moving = [(hours, choice) for choice in choices]
        waiting = [(hours + self.transfer_h, choice) for choice in choices]
        for tail_layer, head_layer in _LAYERS[home]:
            for done in (True,) if must is None else (False, True):
                head = self._row((head_layer, leg.to_id, carrier, done or leg.mode == must))
                for came_by in self.mode_class.carriers:
                    if tail_layer == INSIDE and not self._may_change(came_by, carrier, leg.from_id):
                        continue
                    tail = self._row((tail_layer, leg.from_id, came_by, done))
                    here = moving if came_by in (NOTHING, carrier) else waiting
                    kept = self.options.get((tail, head))
                    self.options[tail, head] = here if kept is None else sorted(kept + here, key=_hours)

    def _may_change(self, came_by: str, carrier: str, place: str) -> bool:
        """Whether a traveller in Kazakhstan may go on by a carrier."""
        if not self.mode_class.boards or came_by in (NOTHING, carrier):
            return True
        return carrier == "rail" and place in self.hubs

    def _from(self, sources: Sequence[int], weight: Floats) -> tuple[Floats, Ints]:
        return shortest_paths(self.tail, self.head, weight, self.n, sources)

    @cached_property
    def onward(self) -> tuple[Floats, Ints]:
        """Cost from every state to each market, and the state that comes next."""
        return shortest_paths(self.head, self.tail, self.weight, self.n, list(self.sink.values()))

    @cached_property
    def edges_of(self) -> dict[str, list[int]]:
        """Edges on which each control stands."""
        edges: dict[str, list[int]] = {}
        for edge, options in enumerate(self.options.values()):
            for control in {c for _, move in options for c in move.controls}:
                edges.setdefault(control, []).append(edge)
        return edges

    def follow(self, rows: Sequence[int], fits: Callable[[Move], bool] | None = None) -> Way:
        """Moves along states, the cheapest that fit."""
        choices = [self.options[pair] for pair in pairwise(rows)]
        if fits is None:
            moves = [options[0][1] for options in choices]
        else:
            moves = [next(m for _, m in options if fits(m)) for options in choices]
        return tuple(moves[:-1] if moves and moves[-1] is _ARRIVED else moves)

    def back_to_origin(self, origin: int, row: int) -> list[int]:
        """States from an origin to a state."""
        return trace(self.before[origin], row)[::-1]

    def on_to_market(self, market: str, row: int) -> list[int]:
        """States from a state to a market."""
        return trace(self.onward[1][self.markets.index(market)], row)

    def avoiding(self, control: str, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Way]:
        """Cheapest ways between pairs that do not pass a control, where there are any."""
        origins = sorted({o for o, _ in pairs})
        weight = self.weight.copy()
        for edge in self.edges_of.get(control, []):
            options = self.options[int(self.tail[edge]), int(self.head[edge])]
            weight[edge] = next((w for w, m in options if control not in m.controls), np.inf)
        cost, before = self._from([self.start[self.origins.index(o)] for o in origins], weight)
        found = {}
        for origin, market in pairs:
            source = origins.index(origin)
            if np.isfinite(cost[source, self.sink[market]]):
                rows = trace(before[source], self.sink[market])[::-1]
                found[origin, market] = self.follow(rows, lambda move: control not in move.controls)
        return found


def _hours(option: tuple[float, Move]) -> float:
    return option[0]


def _nowhere() -> Move:
    leg = Leg("", "", "", Mode.ROAD, 0.0, "", "", ())
    return Move(leg, Step("", ()), 0.0, NOTHING, "", frozenset())


_ARRIVED = _nowhere()
_LAYERS = {
    (False, False): ((BEFORE, BEFORE), (AFTER, AFTER)),
    (False, True): ((BEFORE, INSIDE),),
    (True, True): ((INSIDE, INSIDE),),
    (True, False): ((INSIDE, AFTER),),
}
"""Layers of the two ends of a leg, by whether they lie in Kazakhstan."""


def shortest_paths(
    tail: Ints, head: Ints, weight: Floats, n: int, sources: Sequence[int]
) -> tuple[Floats, Ints]:
    """Cost from each source to every row, and the row before it on the cheapest way."""
    if not sources:
        return np.zeros((0, n)), np.zeros((0, n), np.int64)
    graph = csr_matrix((weight, (tail, head)), shape=(n, n))
    cost, before = dijkstra(graph, indices=np.asarray(sources), return_predecessors=True)
    return cost, before.astype(np.int64)


def trace(before: Ints, row: int) -> list[int]:
    """Rows from a state back to the source of its cheapest way."""
    rows = [row]
    while (row := int(before[row])) != NO_STATE:
        rows.append(row)
    return rows
