"""Cheapest way for every crossing by which Kazakhstan is entered and every crossing by which it is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.world.ways import AFTER, BEFORE, INSIDE, Floats, Ints, Way, Ways, shortest_paths, trace

ROUND_THE_COUNTRY = -1


class Gate(NamedTuple):
    """A crossing of the frontier between two states; '' where none is crossed."""

    crossing: str
    tail: int
    head: int
    hours: float


class Cell(NamedTuple):
    """The cheapest way of a class by one entry and one exit."""

    hours: float
    entry: str
    out: str
    way_in: int  # row among the ways in, or ROUND_THE_COUNTRY
    gate: Gate  # where the way leaves the country, or ends


class Gates:
    """Ways of one mode class, found once for all origins, entries, exits and markets.

    What lies before the entry, inside, and after the exit is found by itself; the cheapest join of the
    three is the way of an (entry, exit) pair. '' stands for no crossing: a market in Kazakhstan is not
    left, and a way may go round the country.
    """

    def __init__(self, ways: Ways) -> None:
        self.ways = ways
        self.exits: dict[str, list[Gate]] = {}
        for gate in self._gates(INSIDE, AFTER):
            self.exits.setdefault(gate.crossing, []).append(gate)
        self.ways_in: list[tuple[int, str, dict[int, Gate]]] = []  # origin row, crossing, gates by head
        entries = self._gates(BEFORE, INSIDE)
        for origin, start in enumerate(ways.start):
            here: dict[str, dict[int, Gate]] = {}
            if ways.layer[start] == INSIDE:
                here[""] = {start: Gate("", start, start, 0.0)}
            for gate in entries:
                hours = float(ways.cost[origin, gate.tail]) + gate.hours
                heads = here.setdefault(gate.crossing, {})
                if hours < (heads[gate.head].hours if gate.head in heads else np.inf):
                    heads[gate.head] = gate._replace(hours=hours)
            self.ways_in += [(origin, crossing, heads) for crossing, heads in here.items() if heads]
        self.inside, self.before = self._inside()
        self.tables: dict[str, tuple[Floats, Ints, list[list[Gate]]]] = {}
        self.ways_to: dict[tuple[int, int], Way] = {}
        self.ways_on: dict[tuple[str, int], Way] = {}

    def _gates(self, tail_layer: int, head_layer: int) -> list[Gate]:
        """Cheapest gate of each crossing between each two states."""
        ways = self.ways
        gates: dict[tuple[str, int, int], Gate] = {}
        for edge in np.flatnonzero(
            (ways.layer[ways.tail] == tail_layer) & (ways.layer[ways.head] == head_layer)
        ):
            tail, head = int(ways.tail[edge]), int(ways.head[edge])
            for hours, move in ways.options[tail, head]:
                gates.setdefault((move.crossing, tail, head), Gate(move.crossing, tail, head, hours))
        return list(gates.values())

    def _inside(self) -> tuple[Floats, Ints]:
        """Cost from each way in to every state inside, and the state before."""
        ways, n_in = self.ways, len(self.ways_in)
        within = (ways.layer[ways.tail] == INSIDE) & (ways.layer[ways.head] == INSIDE)
        links = [(i, gate) for i, (_, _, heads) in enumerate(self.ways_in) for gate in heads.values()]
        return shortest_paths(
            np.concatenate([ways.tail[within], np.array([ways.n + i for i, _ in links], np.int64)]),
            np.concatenate([ways.head[within], np.array([gate.head for _, gate in links], np.int64)]),
            np.concatenate([ways.weight[within], np.array([gate.hours for _, gate in links])]),
            ways.n + n_in,
            range(ways.n, ways.n + n_in),
        )

    def _table(self, market: str) -> tuple[Floats, Ints, list[list[Gate]]]:
        """Cost and best gate of every way in (rows) by every exit (columns) to a market, and the gates."""
        if market not in self.tables:
            if self.ways.in_transit_country(market):
                options = [[Gate("", row, row, 0.0) for row in self.ways.arrivals(market, INSIDE)]]
                onward = np.zeros(self.ways.n)
            else:
                options = list(self.exits.values())
                onward = self.ways.onward[0][self.ways.markets.index(market)]
            hours = np.full((len(self.ways_in), len(options)), np.inf)
            best = np.zeros(hours.shape, np.int64)
            for j, gates in enumerate(options):
                if gates:
                    after = np.array([g.hours + onward[g.head] for g in gates])
                    through = self.inside[:, [g.tail for g in gates]] + after
                    hours[:, j], best[:, j] = through.min(axis=1), through.argmin(axis=1)
            self.tables[market] = hours, best, options
        return self.tables[market]

    def cells(
        self, origin: str, market: str, ceiling: float, is_sound: Callable[[Way], bool]
    ) -> dict[tuple[str, str], Cell]:
        """Ways by entry and exit, cheapest first, from the first sound one up to `ceiling` times its cost."""
        hours, best, options = self._table(market)
        source = self.ways.origins.index(origin)
        mine = [i for i, (o, _, _) in enumerate(self.ways_in) if o == source]
        block = hours[mine]
        order: NDArray[np.int64] = np.argsort(block, axis=None, kind="stable")

        def cell(k: int) -> Cell:
            i, j = divmod(k, block.shape[1])
            gate = options[j][best[mine[i], j]]
            return Cell(float(block[i, j]), self.ways_in[mine[i]][1], gate.crossing, mine[i], gate)

        found = [c for c in self._round(source, market) if is_sound(self.way(source, market, c))]
        least = min((c.hours for c in found), default=np.inf)
        for k in order.tolist():
            if block.flat[k] >= least:
                break
            if is_sound(self.way(source, market, cell(k))):
                least = float(block.flat[k])
        if not np.isfinite(least):
            return {}
        kept = order[(block.flat[order] >= least) & (block.flat[order] <= ceiling * least)]
        found = [c for c in found if c.hours <= ceiling * least] + [cell(k) for k in kept.tolist()]
        return {(c.entry, c.out): c for c in sorted(found)}

    def _round(self, source: int, market: str) -> list[Cell]:
        """The cheapest way that does not touch Kazakhstan, if there is any."""
        if self.ways.in_transit_country(market):
            return []
        arrivals = [(float(self.ways.cost[source, row]), row) for row in self.ways.arrivals(market, BEFORE)]
        hours, row = min(arrivals, default=(np.inf, 0))
        return [Cell(hours, "", "", ROUND_THE_COUNTRY, Gate("", row, row, 0.0))] if np.isfinite(hours) else []

    def way(self, source: int, market: str, cell: Cell) -> Way:
        """Moves of a way that `cells` found."""
        if cell.way_in == ROUND_THE_COUNTRY:
            return self.ways.follow(self.ways.back_to_origin(source, cell.gate.tail))
        inward = self._way_to(cell.way_in, cell.gate.tail)
        if not cell.out:
            return inward
        leaving = self.ways.follow((cell.gate.tail, cell.gate.head), lambda m: m.crossing == cell.out)
        key = market, cell.gate.head
        if key not in self.ways_on:
            self.ways_on[key] = self.ways.follow(self.ways.on_to_market(*key))
        return inward + leaving + self.ways_on[key]

    def _way_to(self, way_in: int, row: int) -> Way:
        """Moves from an origin, by its entry, to a state inside."""
        if (way_in, row) not in self.ways_to:
            source, entry, gates = self.ways_in[way_in]
            rows = trace(self.before[way_in], row)[-2::-1]
            way = self.ways.follow(rows)
            if entry:
                gate = gates[rows[0]]
                entering = self.ways.follow((gate.tail, gate.head), lambda m: m.crossing == entry)
                way = self.ways.follow(self.ways.back_to_origin(source, gate.tail)) + entering + way
            self.ways_to[way_in, row] = way
        return self.ways_to[way_in, row]
