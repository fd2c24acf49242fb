"""Offers, refusals, turning back and trying again: fates against an absorbing Markov chain.

A load at stop s on its v-th try is a state; the fates are absorbing. With Q the chances between states
and R those of the fates, B = (I - Q)^-1 R, and the mean number of encounters is (I - Q)^-1 1. The law of
one visit is the enumeration of `encounter_law`, written apart from the kernels.
"""

from __future__ import annotations

import numpy as np
import pytest

from sim.codes import Fate, Outcome
from sim.kernels.carry import carry
from tests.statistics.stated import ALPHA, needs_compiled, share_pvalue, smallest_bias, spread, z_pvalue
from tests.unit.kernels.encounter_law import Visit, chance_of
from tests.unit.kernels.small_world import (
    WEEK_MIN,
    carry_rules,
    dealings,
    load_arrays,
    numbers,
    post_arrays,
    route_arrays,
    still_hours,
    wholes,
)

pytestmark = needs_compiled

ENDS = [Fate.DELIVERED, Fate.SEIZED, Fate.DIVERTED]
PASSED = (Outcome.NOT_INSPECTED, Outcome.BRIBED, Outcome.MISSED, Outcome.RELEASED)
N_GRAPHS, CHUNK = 20, 50_000


class Graph:
    """A random line of one to six posts with everything that can happen at them; at most 30 states."""

    def __init__(self, name: str) -> None:
        self.n = n = int(wholes(name + " posts", 1, 6, 1)[0])
        self.tries = int(wholes(name + " tries", 1, 5, 1)[0])
        self.turn_back = float(numbers(name + " turn back", 1)[0])

        def chances(what: str) -> np.ndarray:
            return numbers(f"{name} {what}", n)

        self.is_patrol = chances("patrol") < 0.2
        self.tip, self.offer, self.accept = 0.3 * chances("tip"), chances("offer"), 0.7 * chances("accept")
        self.tip_factor, self.scale, self.scan = 0.4, 1.5 * chances("scale"), chances("scan")
        self.select, self.refused_select, self.dog = (
            chances("select"),
            chances("refused"),
            0.5 * chances("dog"),
        )
        self.find_on_tip, self.open_on_alarm = 0.5 + 0.5 * chances("on tip"), chances("open")
        self.find_cold, self.release, self.goes_on = (
            0.5 * chances("cold"),
            0.5 * chances("release"),
            chances("on"),
        )

    def visit(self, post: int, nth: int) -> Visit:
        values = {f: getattr(self, f) for f in Visit._fields}
        here = {f: v[post] if isinstance(v, np.ndarray) else v for f, v in values.items()}
        return Visit(**here)._replace(turn_back=self.turn_back if nth + 1 < self.tries else 0.0)

    def closed_form(self) -> tuple[np.ndarray, float]:
        """Chances of delivered, seized, diverted; mean number of encounters."""
        size = self.n * self.tries
        moves, ends = np.zeros((size, size)), np.zeros((size, 3))
        for post in range(self.n):
            for nth in range(self.tries):
                state, visit = post * self.tries + nth, self.visit(post, nth)
                ends[state, 1] = chance_of(visit, Outcome.SEIZED)
                ends[state, 2] = chance_of(visit, Outcome.RELEASED_DIVERTED)
                if nth + 1 < self.tries:
                    moves[state, state + 1] = chance_of(visit, Outcome.TURNED_BACK)
                passes = chance_of(visit, *PASSED)
                if post + 1 < self.n:
                    moves[state, (post + 1) * self.tries] = passes
                else:
                    ends[state, 0] = passes
        stays = np.linalg.inv(np.eye(size) - moves)
        return (stays @ ends)[0], float(stays[0].sum())

    def carried(self, n_loads: int, key: int) -> tuple[np.ndarray, np.ndarray, float]:
        """Fates and encounters of each load, and the sum of their chances of seizure, through the kernels."""
        n = self.n
        posts = post_arrays(
            [f"post {p}" for p in range(n)],
            country=np.arange(n),
            **{f: getattr(self, f) for f in ("select", "open_on_alarm", "find_cold")},
            **{f: getattr(self, f) for f in ("is_patrol", "refused_select", "find_on_tip")},
        )
        hours = still_hours(n, scale=self.scale, scan=self.scan, dog=self.dog)
        deals = dealings(
            n,
            n,
            **{f: getattr(self, f) for f in ("offer", "accept", "tip", "tip_factor", "release", "goes_on")},
        )
        rules = carry_rules(turn_back=self.turn_back, most_tries=self.tries, turn_back_min=7)
        routes = route_arrays([range(n)], minutes=11)
        fates, visits, expected = [], [], 0.0
        for first in range(0, n_loads, CHUNK):
            who = np.arange(first, min(first + CHUNK, n_loads))
            loads = load_arrays(routes, np.zeros(who.size, np.int64), key, who=who)
            ended, log = carry(0, WEEK_MIN, loads, routes, posts, hours, deals, rules)
            fates.append(ended.fate)
            visits.append(np.bincount(log.load, minlength=who.size))
            expected += log.seize_prob.sum()
        return np.concatenate(fates), np.concatenate(visits), expected


def worst_pvalue(fates, visits, chances, mean_visits):
    """Smallest p-value of the shares of the fates and of the mean number of encounters."""
    found = [
        share_pvalue(int((fates == end).sum()), fates.size, p) for end, p in zip(ENDS, chances, strict=True)
    ]
    error = visits.std() / np.sqrt(visits.size)
    if error > 0:
        found.append(z_pvalue(visits.mean(), mean_visits, error))
    return min(found)


@pytest.mark.parametrize("number", range(N_GRAPHS))
def test_fates_are_those_of_the_absorbing_chain(number):
    """Null: B = (I - Q)^-1 R. Binomial and z, n = 100,000 loads a graph, alpha = 1e-6 for 80 tests; finds
    a bias of 4 % where half of the loads are seized.
    """
    graph = Graph(f"graph {number}")
    fates, visits, expected = graph.carried(100_000, key=40 + number)
    chances, mean_visits = graph.closed_form()
    assert smallest_bias(0.5, fates.size, ALPHA / 80) < 0.04
    assert np.isclose(chances.sum(), 1.0)
    assert worst_pvalue(fates, visits, chances, mean_visits) > ALPHA / 80
    assert np.isclose(expected / fates.size, chances[1], rtol=0.05)


@pytest.mark.long
def test_all_graphs_together_are_unbiased():
    """Null as above, 600,000 loads a graph. Sum over graphs of seizures, alpha = 1e-6; finds a bias of
    0.5 %.
    """
    n, hits, mean, variance = 600_000, 0, 0.0, 0.0
    for number in range(N_GRAPHS):
        graph = Graph(f"graph {number}")
        fates, _, _ = graph.carried(n, key=90 + number)
        chance = graph.closed_form()[0][1]
        hits += int((fates == Fate.SEIZED).sum())
        mean += n * chance
        variance += n * chance * (1 - chance)
    assert spread() * np.sqrt(variance) / mean < 0.005
    assert z_pvalue(hits, mean, np.sqrt(variance)) > ALPHA
    assert z_pvalue(1.005 * hits, mean, np.sqrt(variance)) < ALPHA


def test_the_chain_knows_what_it_should():
    """One post, two tries, always refused and always back: seized with the chance of the second visit."""
    graph = Graph("by hand")
    graph.n, graph.tries, graph.turn_back, graph.is_patrol = 1, 2, 1.0, np.array([False])
    graph.tip, graph.offer, graph.accept = np.zeros(1), np.ones(1), np.zeros(1)
    graph.select, graph.scale, graph.refused_select = np.zeros(1), np.ones(1), np.array([0.4])
    graph.find_cold, graph.open_on_alarm, graph.release = np.array([0.5]), np.array([0.5]), np.zeros(1)
    chances, visits = graph.closed_form()
    assert np.allclose(chances, [0.8, 0.2, 0.0])
    assert visits == 2.0


@pytest.mark.parametrize(
    "fault", [{"tries": 1}, {"turn_back": 0.0}, {"tip_factor": 1.0}], ids=["tries", "turning back", "tips"]
)
def test_a_planted_fault_is_found(fault):
    """A chain that forgets one thing that the kernels do is told apart on some of the graphs, and here on
    one.
    """
    graph = Graph("graph 1")
    graph.n, graph.tries, graph.turn_back = min(graph.n, 3), 4, 0.8
    graph.tip, graph.accept = graph.tip + 0.2, graph.accept + 0.2
    fates, visits, _ = graph.carried(100_000, key=77)
    assert worst_pvalue(fates, visits, *graph.closed_form()) > ALPHA
    for name, value in fault.items():
        setattr(graph, name, value)
    assert worst_pvalue(fates, visits, *graph.closed_form()) < ALPHA
