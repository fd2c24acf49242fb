"""Posts without staff: nobody is checked there, nobody reckons with them, and new ones are not noticed."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from sim.model import CorridorModel
from sim.scenario.load import load_scenario
from sim.scenario.overlay import Intervention, hour_of
from sim.scenario.selectors import parse_selector
from sim.trial import world_of
from sim.week import Mechanisms, dealings_of_week, decide
from sim.world.build import build_world
from sim.world.parameters import means
from sim.world.world import World
from tests.pairing.small_runs import START, STILL, Ran, change, differing, joined, run_of, tutorial
from tests.properties.random_worlds import Lot, random_interventions, random_scenario
from tests.unit.world.test_new_posts import SIX, new_post, programme

DAY = START + timedelta(days=17)
LAST = ("bridge_gate_kz", "hill_gate_kz", "kg_kz__spring__east_town_kz")
LONG_AGO = date(2001, 1, 1)


@pytest.fixture(scope="module")
def plain() -> Ran:
    return run_of(tutorial(weeks=8), 41)


@pytest.fixture(scope="module")
def lifted() -> Ran:
    return run_of(tutorial(weeks=8), 41, [change("manned", DAY, to=0.0, where="country=KZ;neighbour=KG")])


def since(log: pd.DataFrame) -> pd.Series:
    return log["minute"] >= 60 * hour_of(DAY)


def before(log: pd.DataFrame) -> pd.DataFrame:
    return log[~since(log)].reset_index(drop=True)


def test_nothing_happens_at_an_unmanned_post(plain: Ran, lifted: Ran):
    there = [ran.log["post_id"].isin(LAST) for ran in (plain, lifted)]
    assert not (there[1] & since(lifted.log)).any()
    assert (there[0] & since(plain.log)).sum() > 10  # control: otherwise they are met
    pd.testing.assert_frame_equal(before(plain.log), before(lifted.log))
    posts = [ran.result.posts.set_index("post_id") for ran in (plain, lifted)]
    weeks = 17 / 7 / 8
    for name in LAST[:2]:
        part = posts[1].loc[name, "licit_vehicles"] / posts[0].loc[name, "licit_vehicles"]
        assert part == pytest.approx(weeks, rel=0.1)
        assert 0.0 < posts[1].loc[name, "delay_vehicle_h"] < 0.5 * posts[0].loc[name, "delay_vehicle_h"]
        assert posts[1].loc[name, "mean_wait_h"] <= 1.5 * posts[0].loc[name, "mean_wait_h"] + 1e-4
    other = [frame.loc["north_gate_kz", "licit_vehicles"] for frame in posts]
    assert other[0] == other[1]  # whoever passes freely does not go elsewhere


def test_a_load_passes_an_unmanned_post_without_luck_or_wait():
    """It comes to the next post as it would, less the wait; whom the post caught comes there too."""
    many = {"supply.heroin.kg_per_year": 40000.0, "market.replacement_share": 0.0}
    scenario = tutorial(weeks=8, **joined(STILL, many))
    base = run_of(scenario, 42)
    free = run_of(scenario, 42, [change("manned", LONG_AGO, to=0.0, where="post_id=bridge_gate_kz")])
    assert not (free.log["post_id"] == "bridge_gate_kz").any()
    met = base.log.merge(free.log, on=["load_id", "post_id", "visit"], suffixes=("", "_free"))
    met = met[met["post_id"].isin(["north_gate_kz", "hub_inland_kz"])]
    met = met[met["load_id"].isin(base.log.loc[base.log["post_id"] == "bridge_gate_kz", "load_id"])]
    assert len(met) > 100
    assert (met["outcome"] == met["outcome_free"]).all()
    gap = met["minute"] - met["minute_free"]
    assert (gap >= 0).all() and (gap == 0).mean() > 0.9
    caught = base.log[(base.log["post_id"] == "bridge_gate_kz") & (base.log["outcome"] == "seized")]
    on = free.log["load_id"].isin(caught["load_id"]) & (free.log["post_id"] == "hub_inland_kz")
    assert len(caught) > 5 and on.sum() >= len(caught) - 1


def test_nobody_reckons_with_an_unmanned_post():
    for behaviour in ("adaptive", "best_response"):
        scenario = tutorial(weeks=4, tier={"behaviour": behaviour, "bribe_offer_prob": 0.5})
        model = CorridorModel(world_of(scenario, [change("manned", START, to=0.0)]), rng=1)
        for _ in range(2):
            model.step()
            assert (last_through(model) < 1.0).all()  # control: while there are posts
        model.step()
        assert (last_through(model) == 1.0).all()


def last_through(model: CorridorModel) -> np.ndarray:
    """Chance to get through of the covers weighed in a week like the last."""
    first_hour = model.world.start_hour + 168 * (model.week - 1)
    stretch = Mechanisms(model.world).stretches(first_hour)[0]
    state = model.memory.backlog, model.memory.exertion, model.memory.scanner_up
    hours = model._post_hours(first_hour, [stretch])[0]
    model.memory.backlog, model.memory.exertion, model.memory.scanner_up = state
    dealings = dealings_of_week(stretch.world, stretch.values, model.memory)
    return decide(stretch.world, model.memory, stretch.posts, hours, dealings, review=False).through


def test_a_crossing_that_nobody_mans_cannot_be_closed():
    both = [
        change(what, LONG_AGO, to=0.0, where="crossing_id=hill_gate") for what in ("open_hours", "manned")
    ]
    scenario = tutorial(weeks=4)
    shut, free = (run_of(scenario, 43, laid) for laid in (both[:1], both))
    taken = [ran.loads["route_id"].str.contains("hill_gate").sum() for ran in (shut, free)]
    assert taken[0] == 0 < taken[1]
    assert (free.loads.loc[free.loads["route_id"].str.contains("hill_gate"), "fate"] == "delivered").any()


def test_bribes_are_not_reckoned_with_where_nobody_stands():
    world = world_of(tutorial(), [change("manned", LONG_AGO, to=0.0, where="klass=frontier_road")])
    now = Mechanisms(world).stretches(world.start_hour)[0].world.options
    routes = [world.routes[r] for r in world.option_arrays.route[now.option]]
    n_gone = np.array(
        [sum("gate" in p and "rail" not in p for s in r.steps for p in s.posts) for r in routes]
    )
    t = world.flows.trafficker[now.flow]
    margin = np.maximum(
        now.load_g / 1000.0 * (world.flows.sell_cents_per_kg - world.flows.buy_cents_per_kg)[now.flow], 1.0
    )
    saved = n_gone * world.traffickers.offer[t] * world.traffickers.bribe_cents[t] / margin
    np.testing.assert_allclose(now.gain - world.options.gain, saved, atol=1e-12)
    assert (saved > 0.0).any()


def test_a_part_of_the_staff_looks_at_a_part():
    half = world_of(tutorial(), [change("manned", LONG_AGO, to=0.5, where="country=KZ")])
    now = Mechanisms(half).stretches(half.start_hour)[0].posts
    mine = now.country == half.countries.index("KZ")
    assert now.manned.all()
    for got, full in (
        (now.select, half.base_posts.select),
        (now.inspect_share, half.base_posts.inspect_share),
    ):
        np.testing.assert_allclose(got[mine], 0.5 * full[mine])
        assert (got[~mine] == full[~mine]).all() and full[mine].max() > 0.0


def test_a_queue_goes_with_the_staff_or_the_crossing():
    for what in ("manned", "open_hours"):
        laid = change(what, START, to=0.0, where="crossing_id=bridge_gate", end=DAY)
        scenario = tutorial(weeks=4, post={"service_min": 90.0})
        model = CorridorModel(world_of(scenario, [laid]), rng=1)
        row = model.post_row("bridge_gate_kz")
        queues = []
        while model.running:
            model.step()
            queues.append(float(model.memory.backlog[row]))
        assert queues[1] > 100.0 and queues[2:4] == [0.0, 0.0] and queues[5] > 10.0


def test_no_team_is_sent_to_an_unmanned_post():
    laid = change("manned", LONG_AGO, to=0.0, where="klass=inland")
    where = []
    for interventions in ([], [laid]):
        scenario = tutorial(country={"mobile_teams": 9.0})
        model = CorridorModel(world_of(scenario, interventions), rng=1)
        for _ in range(4):
            model.step()
        where.append(int(model.memory.teams[model.post_row("hub_inland_kz")]))
        assert model.memory.teams.sum() == 27
    assert where[0] > 0 and where[1] == 0


def test_new_posts_that_nobody_mans_are_not_noticed(plain: Ran):
    scenario = tutorial(weeks=8)
    for world in (
        build_world(scenario, also=[programme(*SIX)]),
        world_of(scenario, [programme(*SIX, strength=0.0)]),
        world_of(scenario, [programme(*SIX, start=START + timedelta(weeks=8))]),
    ):
        assert world.is_new.sum() == 6
        assert differing(plain.result, run_of(world, 41).result) == []
    manned = world_of(scenario, [programme(*SIX)])
    assert differing(plain.result, run_of(manned, 41).result)  # control


@pytest.mark.parametrize("n", [*range(12), 19, 39])
def test_new_posts_that_nobody_mans_are_not_noticed_in_any_world(n: int):
    lot = Lot(n)
    scenario, key = random_scenario(lot), lot.bits("key")
    laid = random_interventions(lot, scenario)
    without = run_of(build_world(scenario, laid), key)
    everywhere = posts_everywhere(without.world)
    beside = run_of(build_world(scenario, laid, [everywhere]), key)
    assert beside.world.is_new.sum() >= len(everywhere.new_posts) > 3
    assert differing(without.result, beside.result) == []


def posts_everywhere(world: World) -> Intervention:
    """A post in every town and at every station, first and last by name in turn."""
    legs = world.corridor.legs.values()
    towns = {(leg.to_id, mode) for leg in legs if (mode := leg.mode.name.lower()) in ("road", "rail")}
    return programme(
        *(new_post(f"{'az'[i % 2]}_{t}_{mode}", t, mode) for i, (t, mode) in enumerate(sorted(towns)))
    )


def test_new_posts_that_nobody_mans_are_not_noticed_on_the_northern_route():
    """Many loads are under way at its end, between a new post and the next stop."""
    scenario = load_scenario("northern_route_2010", sets=["burn_in_weeks=1", "weeks=3"]).scenario
    without = run_of(scenario, 44)
    beside = run_of(build_world(scenario, also=[posts_everywhere(without.world)]), 44)
    assert differing(without.result, beside.result) == []
    assert (without.result.loads["fate"] == "under_way").sum() > 20


def test_a_new_post_is_there_from_its_day_on(plain: Ran):
    ran = run_of(tutorial(weeks=8), 41, [programme(*SIX, start=DAY)])
    pd.testing.assert_frame_equal(before(plain.log), before(ran.log))
    for name in ("weekly", "mass"):
        old, new = plain.result.frame(name), ran.result.frame(name)
        pd.testing.assert_frame_equal(old[old["week"] < 2], new[new["week"] < 2])
    there = ran.log["post_id"].isin([row["post_id"] for row in SIX])
    assert there.sum() > 20 and since(ran.log)[there].all()
    posts = ran.result.posts.set_index("post_id")
    assert posts.loc["z_hub", "licit_vehicles"] == pytest.approx(
        posts.loc["hub_inland_kz", "licit_vehicles"] * 39 / 56, rel=0.1
    )
    assert len(posts) == len(plain.result.posts) + 6
    legs = ran.result.flows.set_index("leg_id")
    assert (legs["kg"] >= 0.0).all() and legs["seized_kg"].sum() > 0.0


def test_border_leg_and_neighbour_say_which_posts():
    world = world_of(tutorial())

    def meant(text: str) -> set[str]:
        return {p.post_id for p in world.posts if means(parse_selector(text), p)}

    assert meant("border=KG-KZ;country=KZ") == set(LAST) == meant("neighbour=KG")
    assert meant("neighbour=RU") == {"north_gate_kz", "north_gate_rail_kz"}
    assert meant("leg=hub__market__rail") == {"north_gate_rail_kz", "north_gate_rail_ru"}
    assert meant("leg=west_town__hub__road") == {"hub_inland_kz"}
    assert meant("neighbour!=RU,KG,KZ") == {"hub_inland_kz"}
