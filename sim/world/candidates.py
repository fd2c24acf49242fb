"""Candidate routes: what a trafficker may choose from.

Per origin and market, the cheapest way by each entry, exit and mode class, a detour round each post of
the best ways, and the routes that the sources name. Plain k-shortest paths would give near-duplicates
through one crossing and hide displacement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from sim.codes import Mode, covers_of
from sim.world.faults import WorldError, did_you_mean
from sim.world.gates import Cell, Gates
from sim.world.parts import TRANSIT_COUNTRY, Corridor, Route
from sim.world.rows import NamedRouteRow
from sim.world.ways import (
    AFTER,
    BEFORE,
    INSIDE,
    MODE_CLASSES,
    TravelCosts,
    Way,
    Ways,
    class_of,
    length_km,
    moves_of,
)

__all__ = ["Route", "TravelCosts", "candidate_routes"]

Pair = tuple[str, str]
Cells = dict[tuple[str, str], Cell]


def candidate_routes(
    corridor: Corridor,
    named_routes: Sequence[NamedRouteRow],
    origins_to_markets: Mapping[str, Sequence[str]],
    costs: TravelCosts,
    ceiling: float = 1.6,
    most_per_pair: int = 100,
) -> tuple[Route, ...]:
    """Candidate routes of every origin to each of its markets, by route_id.

    A way that takes more than `ceiling` times the hours or the km of the cheapest of its mode class between
    the same places is left out, and so is a class whose cheapest way is that much longer than the others'.
    Where more than `most_per_pair` remain, the named ones go first, then the cheapest of each class, of
    each entry and of each exit, then detours, then the rest by cost.

    Raises
    ------
    WorldError
        For every unknown place and every market that cannot be reached.
    """
    faults = [
        f"expected a known place (got {place!r}){did_you_mean(place, corridor.places)}"
        for origin, markets in origins_to_markets.items()
        for place in (origin, *markets)
        if place not in corridor.places
    ]
    if faults:
        raise WorldError(dict.fromkeys(faults))
    search = _Search(corridor, named_routes, origins_to_markets, costs, ceiling)
    routes = [route for pair in search.pairs for route in search.routes_of(pair, most_per_pair)]
    reached = {(r.origin, r.market) for r in routes}
    lost = [f"no route leads from {o} to {m}" for o, m in search.pairs if (o, m) not in reached]
    if lost:
        raise WorldError(lost)
    return tuple(sorted(routes, key=lambda r: r.route_id))


class _Search:
    """Ways between all pairs, class by class, and the choice among them."""

    def __init__(
        self,
        corridor: Corridor,
        named_routes: Sequence[NamedRouteRow],
        origins_to_markets: Mapping[str, Sequence[str]],
        costs: TravelCosts,
        ceiling: float,
    ) -> None:
        self.costs, self.ceiling = costs, ceiling
        self.country = {p: place.country for p, place in corridor.places.items()}
        self.moves = moves_of(corridor, costs)
        self.pairs: list[Pair] = [
            (o, m) for o, markets in origins_to_markets.items() for m in markets if o != m
        ]
        ends = list(origins_to_markets), sorted({m for _, m in self.pairs})
        self.gates = {
            name: Gates(Ways(corridor, self.moves, mode_class, ends, costs.transfer_h))
            for name, mode_class in MODE_CLASSES.items()
        }
        self.longest_km: dict[tuple[str, Pair], float] = {}
        self.known: dict[tuple[str, Pair, Cell], Way] = {}
        self.cells: dict[Pair, dict[str, Cells]] = {}
        for pair in self.pairs:
            found = {name: gates.cells(*pair, ceiling, self.is_sound) for name, gates in self.gates.items()}
            self.cells[pair] = self._within_reach(pair, {name: some for name, some in found.items() if some})
        self.detours = self._detours()
        self.named = self._named(named_routes)

    def _within_reach(self, pair: Pair, found: dict[str, Cells]) -> dict[str, Cells]:
        """Classes whose cheapest way is not far longer than that of the shortest other than by air."""
        km = {name: length_km(self.way(name, pair, _first(some))) for name, some in found.items()}
        least = min((km[name] for name in km if name != "air"), default=np.inf)
        self.longest_km |= {(name, pair): self.ceiling * length for name, length in km.items()}
        return {name: some for name, some in found.items() if km[name] <= self.ceiling * least}

    def way(self, name: str, pair: Pair, cell: Cell) -> Way:
        """Cheapest way of a class by an entry and an exit, empty if it is not sound or too long."""
        key = (name, pair, cell)
        if key not in self.known:
            gates = self.gates[name]
            way = gates.way(gates.ways.origins.index(pair[0]), pair[1], cell)
            fits = self.is_sound(way) and length_km(way) <= self.longest_km.get((name, pair), np.inf)
            self.known[key] = way if fits else ()
        return self.known[key]

    def least(self, pair: Pair, name: str) -> float:
        """Cost of the cheapest way of a class."""
        return _first(self.cells[pair][name]).hours

    def is_sound(self, way: Way) -> bool:
        """No place twice, Kazakhstan entered once, and no way through it back to a country left before it."""
        places = [way[0].leg.from_id, *(move.leg.to_id for move in way)]
        if len(set(places)) < len(places):
            return False
        countries = [self.country[p] for p in places]
        if TRANSIT_COUNTRY not in countries:
            return True
        first = countries.index(TRANSIT_COUNTRY)
        last = len(countries) - countries[::-1].index(TRANSIT_COUNTRY)
        inside = set(countries[first:last])
        return inside == {TRANSIT_COUNTRY} and not set(countries[:first]) & set(countries[last:])

    def hours(self, way: Way) -> float:
        """Generalised cost: travel, borders, and a transfer wherever the carrier changes."""
        changes = sum(a.carrier != b.carrier for a, b in pairwise(way))
        return sum(move.hours for move in way) + changes * self.costs.transfer_h

    def _detours(self) -> dict[Pair, list[tuple[str, str, Way]]]:
        """Cheapest ways round each control on the best way of each class."""
        wanted: dict[tuple[str, str], list[Pair]] = {}
        for pair, by_class in self.cells.items():
            for name, some in by_class.items():
                best = self.way(name, pair, _first(some))
                for control in {c for move in best for c in move.controls}:
                    wanted.setdefault((name, control), []).append(pair)
        detours: dict[Pair, list[tuple[str, str, Way]]] = {pair: [] for pair in self.pairs}
        for (name, control), pairs in sorted(wanted.items()):
            for pair, way in self.gates[name].ways.avoiding(control, pairs).items():
                if self.is_sound(way) and self._dearness(pair, name, way) <= self.ceiling:
                    detours[pair].append((name, control, way))
        return detours

    def _named(self, named_routes: Sequence[NamedRouteRow]) -> dict[Pair, list[tuple[str, Way]]]:
        """Named routes with the cheapest ways to them and on to a market.

        A named route goes to every pair for which it stays under the ceiling, and in any case to the pair
        for which it is the least dear relative to the cheapest way of its class.
        """
        named: dict[Pair, list[tuple[str, Way]]] = {pair: [] for pair in self.pairs}
        for row in named_routes:
            ways = [
                (self._dearness(pair, _class_of(way), way), pair, way) for pair, way in self._extended(row)
            ]
            best = min(ways, default=None, key=lambda w: w[:2])
            for dearness, pair, way in ways:
                if dearness <= self.ceiling or (best and (dearness, pair) == best[:2]):
                    named[pair].append((row.route_id, way))
        return named

    def _dearness(self, pair: Pair, name: str, way: Way) -> float:
        """Hours or km, whichever is worse, relative to the cheapest way of a class for the same pair."""
        if name not in self.cells[pair]:
            return np.inf
        by_km = self.ceiling * length_km(way) / self.longest_km[name, pair]
        return max(self.hours(way) / self.least(pair, name), by_km)

    def _extended(self, row: NamedRouteRow) -> Iterator[tuple[Pair, Way]]:
        """A named route from each origin to each market that it can serve."""
        steps = zip(pairwise(row.path_on_legs), row.leg_modes, strict=True)
        legs = [f"{a}__{b}__{mode}" for (a, b), mode in steps]
        if any(leg not in self.moves for leg in legs):
            return
        core = tuple(self.moves[leg][0] for leg in legs)
        classes = ("road_rail",) if any(move.leg.mode == Mode.RAIL for move in core) else ("road", "sea")
        for origin, market in self.pairs:
            for name in classes:
                ways = self.gates[name].ways
                before, after = self._to(origin, core, ways), self._on(core, market, ways)
                if before is not None and after is not None:
                    way = _joined(before, core) + after
                    if self.is_sound(way):
                        yield (origin, market), way
                        break

    def _to(self, origin: str, core: Way, ways: Ways) -> Way | None:
        """Cheapest way from an origin to the start of a named route."""
        first = core[0].leg.from_id
        if origin == first:
            return ()
        source, best, least = ways.origins.index(origin), None, np.inf
        for carrier in ways.mode_class.carriers:
            row = ways.state.get((ways.first_layer(first), first, carrier, ways.mode_class.must is None))
            if row is not None:
                wait = self.costs.transfer_h * (carrier != core[0].carrier)
                if ways.cost[source, row] + wait < least:
                    best, least = row, ways.cost[source, row] + wait
        return None if best is None else ways.follow(ways.back_to_origin(source, best))

    def _on(self, core: Way, market: str, ways: Ways) -> Way | None:
        """Cheapest way from the end of a named route to a market."""
        last = core[-1].leg.to_id
        if last == market:
            return ()
        been = any(move.crossing for move in core)
        layer = INSIDE if ways.in_transit_country(last) else AFTER if been else BEFORE
        row = ways.state.get((layer, last, core[-1].carrier, ways.mode_class.must is None))
        if row is None or not np.isfinite(ways.onward[0][ways.markets.index(market), row]):
            return None
        return ways.follow(ways.on_to_market(market, row))

    def routes_of(self, pair: Pair, most: int) -> list[Route]:
        """Routes of one pair, the ones to keep first in front, cut at `most`."""
        kept: dict[tuple[int, ...], Route] = {}
        named: dict[tuple[int, ...], list[str]] = {}
        for label, way in self.named[pair]:
            named.setdefault(_identity(way), []).append(label)
        for name, label, way in self._in_order_of_keeping(pair):
            if len(kept) >= most:
                break
            identity = _identity(way)
            if identity not in kept:
                kept[identity] = self._route(pair, name, label, way, ";".join(named.get(identity, [])))
        return list(kept.values())

    def _in_order_of_keeping(self, pair: Pair) -> Iterator[tuple[str, str, Way]]:
        """Ways of a pair with their class, and a label if they may not be the cheapest by entry and exit."""
        yield from ((_class_of(way), label, way) for label, way in self.named[pair])
        ranked = sorted(
            (cell.hours / self.least(pair, name), name, cell)
            for name, some in self.cells[pair].items()
            for cell in some.values()
        )
        for told in ("class", "entry", "exit"):
            seen: set[str] = set()
            for _, name, cell in ranked:
                what = {"class": name, "entry": cell.entry, "exit": cell.out}[told]
                if what not in seen and (way := self.way(name, pair, cell)):
                    seen.add(what)
                    yield name, "", way
        yield from ((name, f"round_{control}", way) for name, control, way in self.detours[pair])
        for _, name, cell in ranked:
            if way := self.way(name, pair, cell):
                yield name, "", way

    def _route(self, pair: Pair, name: str, label: str, way: Way, named: str) -> Route:
        entry = next((m.crossing for m in way if m.crossing and self.is_home(m.leg.to_id)), "")
        out = next((m.crossing for m in way if m.crossing and self.is_home(m.leg.from_id)), "")
        cell = self.cells[pair].get(name, {}).get((entry, out))
        is_cheapest = cell is not None and _identity(self.way(name, pair, cell)) == _identity(way)
        parts = [*pair, name, entry or "-", out or "-", *([] if is_cheapest or not label else [label])]
        return Route(
            route_id="~".join(parts),
            origin=pair[0],
            market=pair[1],
            steps=tuple(move.step for move in way),
            mode_class=_class_of(way),
            entry=entry,
            exit=out,
            km=length_km(way),
            hours=self.hours(way),
            named=named,
            covers=covers_of(_modes(way), any(move.carrier == "foot" for move in way)),
        )

    def is_home(self, place: str) -> bool:
        """Whether a place lies in Kazakhstan."""
        return self.country[place] == TRANSIT_COUNTRY


def _first(cells: Cells) -> Cell:
    return next(iter(cells.values()))


def _modes(way: Way) -> frozenset[Mode]:
    return frozenset(move.leg.mode for move in way)


def _class_of(way: Way) -> str:
    return class_of(_modes(way))


def _identity(way: Way) -> tuple[int, ...]:
    """The same for two ways exactly if they take the same legs and pass the same posts; moves are shared."""
    return tuple(map(id, way))


def _joined(before: Way, core: Way) -> Way:
    """A way to a named route and the route, joined at the first place that they share."""
    places = [core[0].leg.from_id, *(move.leg.to_id for move in core)]
    for i, move in enumerate(before):
        if move.leg.to_id in places[:-1]:
            return before[: i + 1] + core[places.index(move.leg.to_id) :]
    return before + core
