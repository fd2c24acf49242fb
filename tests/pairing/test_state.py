"""A run cut in two is the run in one piece, bit for bit; a branch from the cut is the branch run whole."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.agents.mesa_compat import release
from sim.model import CorridorModel
from sim.results.run_result import RunResult
from sim.scenario.overlay import Intervention
from sim.scenario.schema import Scenario
from sim.trial import result_of, run, world_of
from tests.pairing.small_runs import START, change, differing, tutorial

WEEKS, BURN_IN = 8, 2
State = dict[str, NDArray[Any]]


def scenario() -> Scenario:
    """All that a state must carry: two commodities, replacement, deals, tips, reviews, mobile teams."""
    return tutorial(
        weeks=WEEKS,
        burn_in_weeks=BURN_IN,
        country={
            "allocation": "explore_exploit",
            "tip_prob": 0.02,
            "cooperate_prob": 0.5,
            "protection_prob": 0.2,
        },
        post={"find_prob": 0.6, "inspect_share": 0.3},
        **{"supply.heroin.mix": {"heroin": 0.5, "opium": 0.5}, "supply.heroin.kg_per_year": 12000.0},
    )


def stepped(model: CorridorModel, n: int) -> CorridorModel:
    for _ in range(n):
        model.step()
    return model


def ended(model: CorridorModel) -> RunResult:
    model.run_model()
    result = result_of(model)
    release(model)
    return result


def through_a_file(state: State) -> State:
    """A state as it comes back from a file that holds plain arrays only."""
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **state)
    file.seek(0)
    with np.load(file, allow_pickle=False) as read:
        return {name: read[name] for name in read.files}


@pytest.fixture(scope="module")
def whole() -> RunResult:
    return run(scenario(), key=41)


@pytest.mark.parametrize("cut", [0, 1, BURN_IN, 5, WEEKS + BURN_IN - 1, WEEKS + BURN_IN])
def test_a_run_cut_in_two_is_the_run_in_one_piece(whole: RunResult, cut: int):
    first = stepped(CorridorModel(scenario(), rng=41), cut)
    second = CorridorModel.from_state(scenario(), through_a_file(first.state()))
    assert (second.week, second.key, second.running) == (cut, 41, cut < WEEKS + BURN_IN)
    assert differing(ended(second), whole) == []
    assert differing(ended(first), whole) == []  # taking a state disturbs nothing
    assert whole.seizures.shape[0] > 5


def test_a_state_cut_again_and_again_is_the_run_in_one_piece(whole: RunResult):
    model = CorridorModel(scenario(), rng=41)
    for _ in range(WEEKS + BURN_IN):
        model = stepped(CorridorModel.from_state(scenario(), model.state()), 1)
    assert differing(ended(model), whole) == []


def test_a_state_serves_many_and_is_changed_by_none(whole: RunResult):
    state = stepped(CorridorModel(scenario(), rng=41), 4).state()
    kept = {name: array.copy() for name, array in state.items()}
    first = ended(CorridorModel.from_state(scenario(), state))
    second = ended(CorridorModel.from_state(scenario(), state))
    assert differing(first, second) == differing(first, whole) == []
    assert all(np.array_equal(state[name], kept[name]) for name in kept)


TAMPERED = {
    "corruption": 0.5,
    "caught": 5.0,
    "exertion": 5.0,
    "relation": 5.0,
    "stock_g": 50_000,
    "load_minute": 500,
    "held": True,
}


@pytest.mark.parametrize("name", list(TAMPERED))
def test_a_state_that_was_tampered_with_goes_elsewhere(whole: RunResult, name: str):
    """Control: what the state holds is what the run goes on from."""
    state = stepped(CorridorModel(scenario(), rng=41), 4).state()
    old = state[f"memory.{name}"]
    state[f"memory.{name}"] = ~old if old.dtype == np.bool_ else old + np.asarray(TAMPERED[name], old.dtype)
    assert differing(ended(CorridorModel.from_state(scenario(), state)), whole)


def test_a_state_that_lacks_a_name_is_refused():
    state = CorridorModel(scenario(), rng=41).state()
    del state["memory.corruption"]
    with pytest.raises(ValueError, match="state lacks corruption"):
        CorridorModel.from_state(scenario(), state)


@pytest.mark.parametrize("days", [21, 24], ids=["at a week's start", "within a week"])
def test_a_branch_from_the_cut_is_the_branch_run_whole(whole: RunResult, days: int):
    interventions: list[Intervention] = [
        change("inspect_share", START + timedelta(days=days), to=0.8, where="klass=frontier_road"),
        change("tip_prob", START + timedelta(days=days + 4), by=20.0, ramp_weeks=1),
    ]
    arm = run(scenario(), key=41, interventions=interventions)
    state = stepped(CorridorModel(scenario(), rng=41), BURN_IN + 3).state()
    branch = ended(CorridorModel.from_state(world_of(scenario(), interventions), state))
    assert differing(branch, arm) == []
    assert branch.manifest["digest"] == arm.manifest["digest"]
    assert "event log" in differing(arm, whole)  # control: the arm is another run


def test_states_of_two_keys_do_not_mix(whole: RunResult):
    other = stepped(CorridorModel(scenario(), rng=42), 4)
    again = CorridorModel.from_state(scenario(), other.state())
    assert again.key == 42
    result = ended(again)
    assert differing(result, run(scenario(), key=42)) == []
    assert "event log" in differing(result, whole)
