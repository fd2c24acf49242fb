"""The model as a Mesa user meets it: arguments, steps, agents, collected data, batch runs, and an end."""

from __future__ import annotations

import gc
import multiprocessing
import tracemalloc
import warnings
import weakref
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import numpy as np
import pytest

from sim.agents.authority import Authority
from sim.agents.border_post import BorderPost
from sim.agents.courier import CourierState
from sim.agents.mesa_compat import release
from sim.agents.trafficker import Trafficker
from sim.codes import Cover
from sim.model import CorridorModel
from sim.scenario.faults import ScenarioError
from sim.scenario.load import load_scenario
from sim.trial import result_of, world_of
from sim.world.faults import WorldError

MESA_3_3 = version("mesa").startswith("3.3.")
SHORT = {"weeks": 2, "burn_in_weeks": 1}


@pytest.fixture
def model() -> Iterator[CorridorModel]:
    made = CorridorModel("tutorial", rng=7, weeks=4, burn_in_weeks=2)
    yield made
    release(made)


def test_every_argument_has_a_default():
    made = CorridorModel()
    assert made.world.scenario.name == "tutorial"
    assert (made.n_weeks, made.week, made.running) == (60, 0, True)
    release(made)


def test_a_step_is_a_week(model: CorridorModel):
    for week in range(1, 7):
        assert model.running
        model.step()
        assert (model.week, model.steps) == (week, week)
    assert not model.running
    model.step()  # nothing is left to do
    assert model.week == model.n_weeks == 6
    assert len(model.datacollector.get_model_vars_dataframe()) == 6


def test_run_model_ends_at_the_horizon(model: CorridorModel):
    model.run_model()
    assert (model.week, model.running) == (6, False)
    model.run_model()
    assert model.week == 6


def test_agents_are_those_of_the_world(model: CorridorModel):
    world = model.world
    counts = {
        Trafficker: len(world.traffickers.names),
        BorderPost: len(world.posts),
        Authority: len(world.countries),
    }
    assert counts == {Trafficker: 5, BorderPost: 11, Authority: 3}
    assert {kind: len(agents) for kind, agents in model.agents_by_type.items()} == counts
    assert len(model.agents) == sum(counts.values())
    assert set(model.agent_types) == set(counts)
    assert sorted(model.agents.get("unique_id")) == list(range(1, len(model.agents) + 1))
    assert all(agent.model is model for agent in model.agents)


def test_agents_can_be_selected_asked_and_added_up(model: CorridorModel):
    model.run_model()
    posts = model.agents_by_type[BorderPost]
    kazakh = posts.select(lambda post: post.country == "KZ")
    assert 0 < len(kazakh) < len(posts)
    assert set(kazakh.get("country")) == {"KZ"}
    assert posts.get("corruption") == pytest.approx(model.memory.corruption.tolist())
    assert posts.agg("corruption", max) == pytest.approx(model.memory.corruption.max())
    traffickers = model.agents_by_type[Trafficker]
    assert traffickers.agg("stock_kg", sum) == pytest.approx(model.memory.stock_g.sum() / 1000)
    assert traffickers.get(["name", "tier"])[0] == ["networks_1", "small"]
    grouped = {klass: len(agents) for klass, agents in posts.groupby("klass")}
    assert grouped == {"frontier_road": 6, "frontier_rail": 2, "inland": 1, "green_border": 2}


def test_an_agent_is_a_view_on_the_memory(model: CorridorModel):
    for _ in range(4):
        model.step()
    memory, world = model.memory, model.world
    for trafficker in model.agents_by_type[Trafficker]:
        row = world.traffickers.names.index(trafficker.name)
        assert trafficker.tier == world.traffickers.tiers[row]
        assert trafficker.behaviour == "adaptive"
        assert trafficker.alarm == memory.alarm[row]
        assert trafficker.is_lying_low == (memory.alarm[row] > world.traffickers.alarm_level[row])
        assert 1 <= trafficker.n_routes <= 5
        believed = trafficker.believed_risk("hub_inland_kz", Cover.CAR)
        hub = model.post_row("hub_inland_kz")
        caught, trips = memory.caught[row, hub, Cover.CAR], memory.trips[row, hub, Cover.CAR]
        assert believed == pytest.approx((caught + 5 * world.prior_hit) / (trips + 5))
    for post in model.agents_by_type[BorderPost]:
        row = model.post_row(post.post_id)
        assert (post.exertion, post.queue, post.teams) == (
            memory.exertion[row],
            memory.backlog[row],
            memory.teams[row],
        )
        assert post.is_scanner_up == memory.scanner_up[row]
        assert post.klass == world.posts[row].klass.name.lower()
    memory.corruption[model.post_row("bridge_gate_kz")] = 0.75
    bridge = model.agents_by_type[BorderPost].select(lambda post: post.post_id == "bridge_gate_kz")
    assert bridge.get("corruption") == [0.75]
    for authority in model.agents_by_type[Authority]:
        assert authority.rule == "static"
        assert all(post_id.endswith(authority.country.lower()) for post_id in authority.teams)
    assert sum(sum(a.teams.values()) for a in model.agents_by_type[Authority]) == memory.teams.sum() == 6


def test_an_unknown_post_is_named(model: CorridorModel):
    with pytest.raises(KeyError, match="nowhere_kz"):
        model.post_row("nowhere_kz")


def test_one_row_is_collected_each_week(model: CorridorModel):
    assert len(model.datacollector.get_model_vars_dataframe()) == 0
    model.run_model()
    rows = model.datacollector.get_model_vars_dataframe()
    assert rows["week"].tolist() == [1, 2, 3, 4, 5, 6]
    weekly = result_of(model).weekly
    for column in ("sent_kg", "delivered_kg", "seized_kg", "delay_vehicle_h"):
        assert rows[column].tolist()[2:] == weekly[column].tolist(), column
    assert rows["mean_corruption"].tolist()[2:] == pytest.approx(weekly["mean_corruption"].tolist())
    assert (rows["sent_kg"] > 0).all()


def test_couriers_can_be_met_one_by_one(model: CorridorModel):
    model.run_model()
    couriers = model.couriers
    first = couriers[0]
    assert first.trafficker in model.world.traffickers.names
    assert first.unique_id == f"{first.trafficker}#{first.number}" and first.number == 0
    assert first.home in ("KG", "KZ")
    travelling = couriers.select(state=CourierState.TRAVELLING)
    assert len(travelling) == len(model.memory.load_courier)
    assert {courier.load for courier in travelling} == set(model.memory.load_number.tolist())
    assert couriers.agg("trips", np.sum) == sum(courier.trips for courier in couriers)
    assert couriers.agg("wages_usd", np.sum) == pytest.approx(sum(courier.wages_usd for courier in couriers))
    mine = couriers.select(trafficker=first.trafficker, home=first.home)
    assert mine.rows[0] == 0 and len(mine) < len(couriers)


@pytest.mark.parametrize("key", [0, 1, 2**63, 2**64 - 1])
def test_any_key_of_64_bits_serves(key: int):
    made = CorridorModel("tutorial", rng=key, **SHORT)
    made.run_model()
    assert made.key == key
    release(made)


@pytest.mark.parametrize("key", [-1, 2**64])
def test_a_key_beyond_64_bits_is_refused(key: int):
    with pytest.raises(ValueError, match=r"from 0 to 2\*\*64 - 1"):
        CorridorModel("tutorial", rng=key)


def test_seed_is_another_name_for_rng():
    one, two = CorridorModel("tutorial", seed=5, **SHORT), CorridorModel("tutorial", rng=5, **SHORT)
    for made in (one, two):
        made.run_model()
    assert one.tally.log_sha256 == two.tally.log_sha256
    with pytest.raises(ValueError, match="not both"):
        CorridorModel("tutorial", rng=5, seed=5)
    with pytest.raises(ValueError, match="not both"):
        CorridorModel("tutorial", rng=0, seed=0)
    for made in (one, two):
        release(made)


def test_a_key_that_is_not_given_is_drawn_and_recorded():
    one, two = CorridorModel("tutorial", **SHORT), CorridorModel("tutorial", **SHORT)
    assert one.key != two.key
    one.run_model()
    again = CorridorModel("tutorial", rng=one.key, **SHORT)
    again.run_model()
    assert again.tally.log_sha256 == one.tally.log_sha256
    assert result_of(one).manifest["key"] == one.key
    for made in (one, two, again):
        release(made)


def test_the_science_draws_nothing_from_mesa(model: CorridorModel):
    idle = CorridorModel("tutorial", rng=7, weeks=4, burn_in_weeks=2)
    while model.running:
        model.random.random()
        model.rng.random(3)
        model.agents.shuffle()
        model.step()
        idle.step()
    assert model.tally.log_sha256 == idle.tally.log_sha256
    assert idle.random.random() == CorridorModel("tutorial", rng=7).random.random()  # seeded from the key
    assert idle.random.random() != CorridorModel("tutorial", rng=8).random.random()


def test_overrides_are_flat():
    made = CorridorModel(
        "tutorial", rng=1, market__replacement_share=0.2, tiers__small__behaviour="random", **SHORT
    )
    assert made.world.scenario.market.replacement_share.value == 0.2
    assert {"random", "adaptive"} == set(made.world.traffickers.behaviour)
    release(made)


def test_a_wrong_override_is_named():
    with pytest.raises(ScenarioError, match="replacement_share"):
        CorridorModel("tutorial", market__replacement_shre=0.2)
    with pytest.raises(ScenarioError, match="weeks"):
        CorridorModel("tutorial", weeks=0)


def test_a_scenario_or_a_world_serves_as_well():
    scenario = load_scenario("tutorial", sets=["weeks=2", "burn_in_weeks=1"]).scenario
    digests = set()
    for given in (scenario, world_of(scenario)):
        made = CorridorModel(given, rng=3)
        made.run_model()
        digests.add(made.tally.log_sha256)
        release(made)
        with pytest.raises(ValueError, match="overrides need"):
            CorridorModel(given, weeks=3)
    assert len(digests) == 1


def test_an_unknown_scenario_is_refused():
    with pytest.raises((ScenarioError, WorldError)):
        CorridorModel("tutorail")


def batch(
    number_processes: int = 1, iterations: int | None = None, **parameters: Any
) -> list[dict[str, Any]]:
    import mesa

    started_by = multiprocessing.get_start_method(allow_none=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # later Mesa would rather have `rng=`
            more = {"iterations": iterations} if iterations else {}
            return mesa.batch_run(
                CorridorModel,
                {"scenario": "tutorial", "weeks": 2, "burn_in_weeks": 0, **parameters},
                number_processes=number_processes,
                display_progress=False,
                **more,
            )
    finally:
        multiprocessing.set_start_method(started_by, force=True)  # Mesa sets it for the whole process


def told(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    names = ("rng", "week", "sent_kg", "delivered_kg", "seized_kg", "delay_vehicle_h")
    return sorted((row["iteration"], *(row[n] for n in names)) for row in rows)


def test_batch_run_varies_keys_and_overrides():
    rows = batch(rng=[1, 2], market__replacement_share=[0.0, 1.0])
    assert len(rows) == 4 and {row["week"] for row in rows} == {2}
    by_key = {row["rng"]: row["sent_kg"] for row in rows}
    assert by_key[1] != by_key[2]
    for row in rows:
        made = CorridorModel(
            "tutorial",
            rng=row["rng"],
            weeks=2,
            burn_in_weeks=0,
            market__replacement_share=row["market__replacement_share"],
        )
        made.run_model()
        last = made.datacollector.get_model_vars_dataframe().iloc[-1]
        assert (last["sent_kg"], last["delay_vehicle_h"]) == (row["sent_kg"], row["delay_vehicle_h"])
        release(made)


def test_batch_run_gives_the_same_in_one_process_and_in_two():
    alone = batch(rng=[1, 2])
    assert told(batch(rng=[1, 2])) == told(alone)
    assert told(batch(number_processes=2, rng=[1, 2])) == told(alone)


def test_batch_run_draws_a_key_for_each_iteration_that_is_given_none():
    rows = batch(iterations=3)
    assert len(rows) == 3
    assert len({row["delay_vehicle_h"] for row in rows}) == 3


def test_batch_run_repeats_a_given_key_in_every_iteration():
    rows = batch(iterations=2, rng=[1, 2])
    assert {row["iteration"] for row in rows} == {0, 1}
    assert [r[1:] for r in told(rows)][:2] == [r[1:] for r in told(rows)][2:]


@pytest.mark.skipif(MESA_3_3, reason="Mesa 3.3 has no rng argument of batch_run")
def test_batch_run_hands_its_own_keys_on():
    import mesa

    parameters = {"scenario": "tutorial", "weeks": 2, "burn_in_weeks": 0}
    rows = mesa.batch_run(CorridorModel, parameters, rng=[1, 2], display_progress=False)
    assert [row["delay_vehicle_h"] for row in rows] == [row["delay_vehicle_h"] for row in batch(rng=[1, 2])]


def test_a_finished_model_is_freed():
    made = CorridorModel("tutorial", rng=1, **SHORT)
    made.run_model()
    seen = weakref.ref(made)
    release(made)
    del made
    gc.collect()
    assert seen() is None


def held_bytes(n: int, *, released: bool) -> int:
    """Memory that n models more leave behind, bytes."""
    world = world_of(load_scenario("tutorial", sets=["weeks=2", "burn_in_weeks=0"]).scenario)
    kept = []
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    for key in range(n):
        made = CorridorModel(world, rng=key)
        made.run_model()
        kept.append(weakref.ref(made))
        if released:
            release(made)
        del made
    gc.collect()
    after = tracemalloc.get_traced_memory()[0]
    for alive in filter(None, (one() for one in kept)):
        release(alive)
    return after - before


def test_many_models_take_no_more_memory_than_one():
    tracemalloc.start()
    try:
        held_bytes(5, released=True)  # caches fill
        assert held_bytes(50, released=True) < 500_000  # Numba's tables grow to a bound, about 250 kB
        if MESA_3_3:
            assert held_bytes(10, released=False) > 1_000_000  # control: what Mesa keeps is seen
    finally:
        tracemalloc.stop()
