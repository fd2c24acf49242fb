"""Arms that branch from one run are the arms run whole, bit for bit, and none writes into another."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

import numpy as np
import pytest

from experiments.branches import (
    Branch,
    branches_of,
    first_day,
    first_hour,
    run_branches,
    shared_weeks,
)
from experiments.displacement import carried, ways_of
from experiments.outcomes import Opening, told_of
from experiments.plan import with_replacement
from sim.agents.mesa_compat import release
from sim.model import CorridorModel
from sim.scenario.overlay import Intervention
from sim.scenario.schema import Scenario
from sim.trial import world_of
from sim.world.world import World
from tests.pairing.small_runs import START, change, tutorial

WEEKS, BURN_IN, KEY = 6, 3, 11


def day(weeks: float) -> Any:
    """First day so many weeks after the first reported one."""
    return START + timedelta(days=round(7 * weeks))


ARMS: dict[str, tuple[Intervention, ...]] = {
    "baseline": (),
    "inside the burn-in": (change("inspect_share", day(-2), to=0.8, name="early"),),
    "within a week of it": (change("tip_prob", day(-1) + timedelta(days=3), by=20.0, name="midweek"),),
    "at its end": (change("inspect_share", day(0), to=0.7, name="at_end"),),
    "later": (change("inspect_share", day(2), to=0.9, name="later", ramp_weeks=2),),
    "with the last week": (change("inspect_share", day(WEEKS - 1), to=0.9, name="last"),),
    "at the horizon": (change("inspect_share", day(WEEKS), to=0.9, name="after"),),
    "of no strength": (change("inspect_share", day(1), to=0.9, name="nothing", strength=0.0),),
    "before the run": (change("corruption", day(-9), to=0.9, name="before"),),
    "together": (
        change("inspect_share", day(2), to=0.9, name="later", ramp_weeks=2),
        change("tip_prob", day(3), by=20.0, name="more_tips"),
    ),
}
LEAVES = {
    "baseline": (None, 0),
    "inside the burn-in": ("baseline", 1),
    "within a week of it": ("baseline", 2),
    "at its end": ("baseline", 3),
    "later": ("baseline", 5),
    "with the last week": ("baseline", 8),
    "at the horizon": ("baseline", 9),
    "of no strength": ("baseline", 9),
    "before the run": (None, 0),
    "together": ("later", 6),
}
"""Of whom each arm leaves, and at the start of which week; the portfolio leaves the arm that it extends."""


@cache
def scenario() -> Scenario:
    return tutorial(
        weeks=WEEKS,
        burn_in_weeks=BURN_IN,
        country={"cooperate_prob": 0.5, "protection_prob": 0.3, "return_share": 0.3},
        post={"find_prob": 0.6, "inspect_share": 0.3},
        **{"supply.heroin.kg_per_year": 12000.0},
    )


@cache
def worlds() -> dict[str, World]:
    return {name: world_of(scenario(), laid) for name, laid in ARMS.items()}


def told(name: str, model: CorridorModel, opening: Opening) -> dict[str, Any]:
    """Everything that a comparison asks of a run, and all its arrays, as bytes."""
    state = {part: array.tobytes() for part, array in model.state().items()}
    return {**told_of(model, opening), "carried": carried(model, ways_of(model.world)), "state": state}


@cache
def whole(name: str) -> dict[str, Any]:
    """The arm run on its own from the first week."""
    return run_branches([Branch(name, worlds()[name], None, 0)], KEY, told)[name]


@cache
def branched() -> dict[str, dict[str, Any]]:
    return run_branches(branches_of(worlds()), KEY, told)


def test_arms_leave_at_the_last_week_before_they_differ():
    assert {b.name: (b.parent, b.week) for b in branches_of(worlds())} == LEAVES


@pytest.mark.parametrize("name", list(ARMS))
def test_a_branch_is_the_arm_run_whole(name: str):
    assert branched()[name]["log"] == whole(name)["log"]
    assert branched()[name] == whole(name)


def test_arms_that_act_are_other_runs():
    """Control: what is compared above is not one run told ten times."""
    logs = {name: told["log"] for name, told in branched().items()}
    same = {name for name, log in logs.items() if log == logs["baseline"]}
    assert same == {"baseline", "at the horizon", "of no strength"}
    assert len(set(logs.values())) == len(logs) - 2


def test_a_branch_that_leaves_too_late_is_another_run():
    """Control: the week at which a branch leaves matters."""
    made = branches_of(worlds())
    late = [b if b.name != "at its end" else Branch(b.name, b.world, b.parent, b.week + 1) for b in made]
    assert run_branches(late, KEY, told)["at its end"] != whole("at its end")


def test_the_order_of_arms_does_not_matter():
    backwards = dict(reversed(worlds().items()))
    assert run_branches(branches_of(backwards), KEY, told) == branched()


def test_branches_do_not_write_into_each_other(monkeypatch: pytest.MonkeyPatch):
    """A snapshot that hands out references would let one branch spoil the next; copies are made of it."""
    taken: list[dict[str, np.ndarray]] = []
    state = CorridorModel.state

    def kept(self: CorridorModel) -> dict[str, np.ndarray]:
        found = state(self)
        taken.append({name: array.copy() for name, array in found.items()})
        snapshots.append(found)
        return found

    snapshots: list[dict[str, np.ndarray]] = []
    monkeypatch.setattr(CorridorModel, "state", kept)
    run_branches(branches_of(worlds()), KEY, lambda *_: None)
    assert len(snapshots) >= 5
    for found, then in zip(snapshots, taken, strict=True):
        assert all(np.array_equal(found[name], then[name]) for name in then)


def test_another_share_of_replacement_counts_from_the_first_reported_week():
    own = {"baseline": worlds()["baseline"], "early": worlds()["inside the burn-in"]}
    late = worlds()["later"]
    full = {f"{name} at 1": with_replacement(world, 1.0) for name, world in {**own, "late": late}.items()}
    made = branches_of({**own, **full})
    assert {b.name: (b.parent, b.week) for b in made if b.name in full} == {
        "baseline at 1": ("baseline", BURN_IN),
        "early at 1": ("early", BURN_IN),
        "late at 1": ("baseline at 1", BURN_IN + 2),
    }
    first = CorridorModel(own["baseline"], rng=KEY)
    for _ in range(BURN_IN):
        first.step()
    by_hand = CorridorModel.from_state(full["baseline at 1"], first.state())
    by_hand.run_model()
    logs = {name: told["log"] for name, told in run_branches(made, KEY, told).items()}
    assert logs["baseline at 1"] == by_hand.tally.log_sha256
    assert logs["baseline at 1"] != logs["baseline"]
    assert logs["late at 1"] != logs["baseline at 1"]
    release(first)
    release(by_hand)


def test_nothing_that_is_built_depends_on_replacement():
    """The share is swapped in a world that was built with another."""
    market = scenario().market
    share = market.replacement_share.model_copy(update={"value": 1.0})
    other = scenario().model_copy(update={"market": market.model_copy(update={"replacement_share": share})})
    built, swapped = world_of(other), with_replacement(world_of(scenario()), 1.0)
    for name in built.__dataclass_fields__:
        one, two = getattr(built, name), getattr(swapped, name)
        if name != "scenario":
            assert repr(one) == repr(two), name
    assert swapped.scenario.market.replacement_share.value == 1.0


def test_worlds_that_are_built_otherwise_share_nothing():
    world = worlds()["baseline"]
    for other in (
        tutorial(weeks=WEEKS, burn_in_weeks=BURN_IN, post={"find_prob": 0.5}),
        scenario().model_copy(update={"weeks": WEEKS + 1}),
    ):
        assert shared_weeks(world, world_of(other)) == 0
    assert shared_weeks(world, world_of(scenario())) == WEEKS + BURN_IN  # control


def test_portfolios_in_another_order_share_only_what_comes_before_them():
    one = change("inspect_share", day(1), to=0.5, name="one")
    two = change("inspect_share", day(2), by=1.5, name="two")
    forth, back = world_of(scenario(), (one, two)), world_of(scenario(), (two, one))
    assert shared_weeks(forth, forth) == WEEKS + BURN_IN
    assert forth.interventions != back.interventions
    assert shared_weeks(forth, back) == BURN_IN + 1


def test_the_first_day_in_force():
    world = worlds()["baseline"]
    late = change("inspect_share", day(2) + timedelta(days=1), to=0.9)
    assert first_day([late], world) == day(2) + timedelta(days=1)
    assert first_day([late, change("tip_prob", day(-1), by=2.0)], world) == day(-1)
    assert first_day([change("tip_prob", day(-50), by=2.0)], world) == day(-BURN_IN)
    assert first_day([change("tip_prob", day(-50), by=2.0, end=day(-40))], world) is None
    assert first_hour([change("tip_prob", day(WEEKS), by=2.0)], world) is None
    assert first_hour([], world) is None
