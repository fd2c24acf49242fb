"""The model against its plain twin: the same run, number for number.

Worlds and keys are fixed. Everything is compared for equality, week by week, but for sums of floats that
settle nothing. A planted fault on either side must show within the worlds of the quick suite.
"""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import fields
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import sim.model
from sim.agents.memory import Memory
from sim.agents.mesa_compat import release
from sim.model import CorridorModel
from sim.scenario.load import load_scenario
from sim.world.build import build_world
from tests import naive, naive_choice, naive_encounter, naive_learn, naive_posts, naive_settle
from tests.naive_given import given
from tests.properties.random_worlds import WIDE_EVERY, random_world

TESTS = Path(__file__).parents[1]
QUICK, ALL = 30, 200
LOG = ("post", "minute", "visit", "cover", "outcome", "means")
CHANCES = ("seize_prob", "divert_prob")
LOADS = {"load_key": "key", "load_who": "who", "load_visit": "visit", "load_minute": "minute", "load_g": "g"}
LICIT = {"licit_vehicles": "vehicles", "delay_vehicle_h": "delay_h", "false_alarms": "false_alarms"}
UNUSED = {"week", "used"}
STATE = [f.name for f in fields(Memory) if f.name not in UNUSED and not f.name.startswith("load_")]


def difference(world, key, seen=None):
    """First week and part in which model and twin differ, or nothing; counts what happens in `seen`."""
    model, twin = CorridorModel(world, rng=key), naive.Twin(given(world, key))
    model.keep_encounters = True
    seen = Counter() if seen is None else seen
    try:
        while model.running:
            model.step()
            twin.step()
            count(twin, seen)
            parts = differing(model, twin)
            if parts:
                return f"week {twin.week - 1}: {', '.join(parts)}"
        return ""
    finally:
        release(model)


def differing(model, twin):
    """Parts of the week just done, and of the state after it, in which model and twin differ."""
    week, log = twin.week - 1, model.encounters[-1]
    who, flow = model.book["who"][log["load"]], model.book["flow"][log["load"]]
    columns = {"key": model.keys.flows[flow], "who": who, **{name: log[name] for name in LOG}}
    twins = {name: [getattr(e, name) for e in twin.events] for name in (*LOG, *CHANCES)}
    twins |= {name: [getattr(e.load, name) for e in twin.events] for name in ("key", "who")}
    equal = {f"log.{name}": values.tolist() == twins[name] for name, values in columns.items()}
    equal["digest"] = model.tally.log_sha256 == twin.digest.hex()
    equal |= {f"log.{name}": close(log[name], twins[name], 0.0) for name in CHANCES}
    equal |= {name: np.array_equal(getattr(model.memory, name), getattr(twin, name)) for name in STATE}
    equal |= {
        ours: getattr(model.memory, ours).tolist() == [getattr(load, theirs) for load in twin.loads]
        for ours, theirs in LOADS.items()
    }
    equal["mass"] = model.tally.mass_g[week].tolist() == twin.mass_g
    equal["money"] = model.tally.accounts[week].tolist() == twin.accounts
    equal["couriers"] = list(model.couriers.counts()) == [*twin.people, 0]
    equal["expected mass"] = close(model.tally.expected_seized_g[week], twin.expected_g)
    equal |= {ours: close(model.tally.week[ours][week], twin.licit[theirs]) for ours, theirs in LICIT.items()}
    return [name for name, is_equal in equal.items() if not is_equal]


def close(a, b, relative=1e-12):
    """Equal to 1e-12, or to 1e-12 of themselves."""
    return np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=relative, atol=1e-12)


def count(twin, seen):
    """What a week brought, by name."""
    seen.update(f"outcome {e.outcome}" for e in twin.events)
    seen.update(f"means {e.means}" for e in twin.events)
    seen.update(f"fate {load.fate}" for load in {id(e.load): e.load for e in twin.events}.values())
    seen["loads under way"] += len(twin.loads)
    seen["arrested"] += sum(e.arrested for e in twin.events)
    seen["cooperating"] += sum(e.cooperates for e in twin.events)
    seen["recorded"] += sum(e.recorded for e in twin.events)
    seen["controlled"] += sum(e.controlled for e in twin.events)
    trusted = [deal.trusted for s in twin.stretches for mine in s.deals for deal in mine]
    seen["trusted"] += any(factor < 1.0 for factor in trusted)
    seen["replaced"] += sum(map(sum, twin.due_g)) > 0
    seen["cut weeks"] += len(twin.stretches) > 1
    seen["teams out"] += sum(twin.teams) > 0
    seen["months recorded"] += sum(twin.usual_recorded_kg) > 0.0
    seen["programmes paid"] += naive_settle.programme_cents(twin) > 0
    alarms = zip(twin.alarm, twin.given.organisations, strict=True)
    seen["lying low"] += any(alarm > t.alarm_level for alarm, t in alarms)
    seen["closed"] += any(post.v["open_hours"] == 0.0 for post in twin.stretches[-1].posts)
    posts = list(zip(twin.given.posts, twin.stretches[-1].posts, strict=True))
    seen["unmanned"] += any(not row.manned for post, row in posts if not post.is_new)
    seen["new posts"] += any(row.manned for post, row in posts if post.is_new)
    seen["new posts unmanned"] += any(not row.manned for post, row in posts if post.is_new)
    seen["encounters at new posts"] += sum(twin.given.posts[e.post].is_new for e in twin.events)
    seen["shut at night"] += any(0.0 < post.v["open_hours"] < 24.0 for post in twin.stretches[-1].posts)


@pytest.mark.parametrize("file", sorted(TESTS.glob("naive*.py")), ids=lambda file: file.name)
def test_the_twin_borrows_nothing(file):
    """But for `naive_given`, which hands it its inputs, no file of the twin imports the model or numba."""
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    modules = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    modules += [node.module for node in nodes if isinstance(node, ast.ImportFrom)]
    borrowed = {module.partition(".")[0] for module in modules} & {"sim", "numba"}
    assert borrowed == ({"sim"} if file.name == "naive_given.py" else set())


@cache
def outcome_of(n):
    """(difference, counts) of random world n."""
    world, key = random_world(n)
    seen = Counter()
    seen.update(world.traffickers.behaviour)
    return difference(world, key, seen), seen


@pytest.mark.parametrize(
    "n", [n if n < QUICK else pytest.param(n, marks=pytest.mark.long) for n in range(ALL)]
)
def test_random_worlds(n):
    assert outcome_of(n)[0] == ""


def test_random_worlds_reach_every_part():
    """Control: a part of the model that no world reaches would be equal whatever it did."""
    reached = sum((outcome_of(n)[1] for n in range(QUICK)), Counter())
    parts = [f"outcome {i}" for i in range(8)] + [f"means {i}" for i in range(6)]
    parts += [f"fate {i}" for i in range(5)]
    parts += ["adaptive", "non_adaptive", "random", "best_response"]
    parts += ["loads under way", "arrested", "cooperating", "recorded", "replaced", "cut weeks", "teams out"]
    parts += ["controlled", "trusted"]
    parts += ["months recorded", "programmes paid", "lying low", "closed", "shut at night", "unmanned"]
    parts += ["new posts", "new posts unmanned", "encounters at new posts"]
    assert {part: reached[part] for part in parts if reached[part] < 3} == {}


def test_a_year_of_the_tutorial():
    world = build_world(load_scenario("tutorial").scenario)
    assert world.n_weeks >= 52
    assert difference(world, 20100101) == ""


def keener(*args):
    """Chances with a selection a thousandth too high."""
    c = CHANCES_OF(*args)
    c.plain = min(1.0, c.plain * 1.001)
    return c


CHANCES_OF, FOUND_PROB, HASTE = naive_encounter.chances, naive_encounter.found_prob, naive_choice.haste
PATROL_PROB, ATTENTION = naive_posts.patrol_prob, naive_posts.attention
FAULTS = {
    "one chance off by 1e-9": (
        naive_encounter,
        "found_prob",
        lambda c, back: FOUND_PROB(c, back) * (1 + 1e-9),
    ),
    "selection a thousandth too keen": (naive_encounter, "chances", keener),
    "officers without end": (naive_posts, "served", lambda capacity, wanted: 1.0),
    "posts never shut": (naive_posts, "hours_shut", lambda hod, start, n: 0 if n else naive_posts.SHUT),
    "dogs that never tire": (naive_posts, "exertion_after", lambda exertion, searches, v: 0.0),
    "scanners that never turn": (naive_posts, "scanner_turns", lambda word, prob: False),
    "no steady wait": (naive_posts, "queue_wait_h", lambda lanes, hours, rho: 0.0),
    "full strength at once": (naive_posts, "strength_at", lambda i, hour: i.strength),
    "nothing stands out": (naive_choice, "stands_out", lambda mean, x: 0.0),
    "haste of a hundredth more": (naive_choice, "haste", lambda behind: HASTE(behind * 1.01)),
    "bribes always taken": (naive_choice, "accept_prob", lambda *args: 1.0),
    "routes never reviewed": (naive_choice, "reviewed", lambda held, *args: held),
    "beliefs without others": (naive_learn, "learned", lambda old, own, total, t: t.forget * old + own),
    "officers never reluctant": (naive_learn, "willingness", lambda *args: 1.0),
    "alarm from this week's mass": (naive_learn, "usual_g", lambda twin: [1e6] * len(twin.alarm)),
    "trust without end": (naive_choice, "truck_selection", lambda clean, country: 1.0 - 1e-9),
    "records without finds": (naive_learn, "record_after", lambda clean, passed, is_found: clean + passed),
    "officers who stay": (naive_learn, "moved_share", lambda per_year: 0.0),
    "fences that stop nobody": (naive_posts, "patrol_prob", lambda *args: PATROL_PROB(*args[:-1], 0.0)),
    "nothing planted": (naive_posts, "attention", lambda p, planted, *seen: ATTENTION(p, 0.0, *seen)),
    "nothing followed to its end": (naive_settle, "is_followed", lambda event, word, share: False),
    "nobody enrolled is spared": (naive_posts, "spared_share", lambda country: 0.0),
    "programmes for nothing": (naive_settle, "programme_cents", lambda twin: 0),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_twin_is_noticed(fault, monkeypatch):
    monkeypatch.setattr(*FAULTS[fault])
    narrow = (n for n in range(QUICK) if n % WIDE_EVERY != WIDE_EVERY - 1)
    assert any(difference(*random_world(n)) for n in narrow)


def test_a_tampered_kernel_is_noticed(monkeypatch):
    """One wait of a post a minute too long, and one load in a log of the week under another cover."""
    post_hours, carry = sim.model.post_hours, sim.model.carry
    world, key = random_world(0)

    def longer_wait(*args):
        hours, state = post_hours(*args)
        hours.met[:, 30:40, 0] += hours.met[:, 30:40, 0] >= 0.0
        return hours, state

    def other_cover(*args):
        carried, log = carry(*args)
        log.cover[:1] ^= 1
        return carried, log

    assert difference(world, key) == ""
    monkeypatch.setattr(sim.model, "post_hours", longer_wait)
    assert difference(world, key) != ""
    monkeypatch.setattr(sim.model, "post_hours", post_hours)
    monkeypatch.setattr(sim.model, "carry", other_cover)
    assert "log.cover" in difference(world, key)
