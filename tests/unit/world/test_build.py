"""A world is built whole or refused with every reason, each at its place in the file."""

import numpy as np
import pytest

from sim.scenario.faults import ScenarioError
from sim.scenario.load import load_scenario
from sim.scenario.overlay import Intervention
from sim.world import size
from sim.world.build import build_world, world_in_place
from sim.world.faults import WorldError
from sim.world.size import expected_loads, too_large

BAD = """\
extends: tutorial
name: bad
traffickers:
  networks: {home: XX, origins: [sprng]}
countries:
  QQ: {sharing: 0.3}
"""


@pytest.fixture(scope="module")
def tutorial():
    return build_world(load_scenario("tutorial").scenario)


def test_what_the_tables_lack_is_told_where_it_stands(tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text(BAD, encoding="utf-8")
    with pytest.raises(ScenarioError) as refused:
        world_in_place(load_scenario(file), ())
    places = [(f.line, f.where) for f in refused.value.faults]
    assert places == [
        (4, "traffickers.networks.home"),
        (4, "traffickers.networks.origins"),
        (6, "countries.QQ"),
    ]
    assert "did you mean 'spring'?" in str(refused.value)


def test_a_supply_that_nobody_carries_is_refused():
    scenario = load_scenario("tutorial").scenario
    groups = {
        name: group.model_copy(update={"markets": ("hub",)}) for name, group in scenario.traffickers.items()
    }
    with pytest.raises(WorldError, match="none from spring to market"):
        build_world(scenario.model_copy(update={"traffickers": groups}))


def test_a_run_that_would_not_fit_is_refused_with_the_figure(monkeypatch):
    scenario = load_scenario("tutorial").scenario
    assert too_large(scenario, 11) == []
    monkeypatch.setattr(size, "machine_bytes", lambda: 100_000.0)
    (misfit,) = too_large(scenario, 11)
    assert misfit.path == "supply"
    assert f"{expected_loads(scenario):,.0f} loads" in misfit.got
    with pytest.raises(WorldError, match=r"a run that fits in 0\.0 GiB"):
        build_world(scenario)


def test_many_traffickers_are_what_does_not_fit(monkeypatch):
    scenario = load_scenario("tutorial", sets=["traffickers.networks.count=9999"]).scenario
    monkeypatch.setattr(size, "machine_bytes", lambda: 10_000_000.0)
    assert too_large(scenario, 11)[0].path == "traffickers"


def test_expected_loads_are_those_sent(tutorial):
    """The estimate counts what a run sends, to a factor of two."""
    import sim

    sent = int(sim.run(tutorial, key=1).weekly["sent_loads"].sum())
    years = (tutorial.scenario.burn_in_weeks + tutorial.scenario.weeks) / tutorial.scenario.weeks
    assert 0.5 < expected_loads(tutorial.scenario) / (years * sent) < 2.0


def test_rows_are_sorted_by_name_and_options_lie_on_their_flows(tutorial):
    assert list(tutorial.traffickers.names) == sorted(tutorial.traffickers.names)
    assert [p.post_id for p in tutorial.posts] == sorted(p.post_id for p in tutorial.posts)
    first = tutorial.flow_arrays.first
    for f, name in enumerate(tutorial.flows.names):
        routes = tutorial.option_arrays.route[first[f] : first[f + 1]]
        origin, market = name.split("|")[2:]
        assert routes.size > 0
        assert {(tutorial.routes[r].origin, tutorial.routes[r].market) for r in routes} == {(origin, market)}


def test_supply_is_split_whole(tutorial):
    """What flows carry in a year adds up to the supply, and to each tier's share of it."""
    flows = tutorial.flows
    assert flows.g_per_year.sum() == pytest.approx(6_000_000.0)
    tier = np.array([tutorial.traffickers.tiers[t] for t in flows.trafficker])
    tiers = tutorial.scenario.tiers
    share = tiers.small.supply_share.value / (
        tiers.small.supply_share.value + tiers.wholesale.supply_share.value
    )
    assert flows.g_per_year[tier == "small"].sum() == pytest.approx(6_000_000.0 * share)


def test_checks_of_a_way_are_the_posts_of_its_route(tutorial):
    options = tutorial.options
    for row in range(options.flow.size):
        way = options.way[row]
        posts = options.check[options.first[way] : options.first[way + 1]] // 9
        route = tutorial.routes[tutorial.option_arrays.route[options.option[row]]]
        met = [p for step in route.steps for p in step.posts]
        assert [tutorial.posts[p].post_id for p in posts] == met


def test_patrols_thin_out_in_the_mountains_and_far_from_posts():
    met = {}
    for name, change in {
        "as it is": [],
        "more patrols": ["countries.*.posts.green_border.patrols_per_day=2"],
        "easier terrain": ["green_border.hard_terrain_factor=1"],
        "fences": ["countries.*.posts.green_border.barrier_h=4"],
        "fences at posts": ["countries.*.posts.frontier_road.barrier_h=4"],
    }.items():
        world = build_world(load_scenario("tutorial", sets=change).scenario)
        patrol = np.flatnonzero(world.base_posts.is_patrol)
        met[name] = float(world.base_posts.select[patrol, 0].max())
    assert 0.0 < met["as it is"] < met["easier terrain"] < 1.0
    assert met["as it is"] < met["more patrols"]
    assert met["as it is"] == met["fences at posts"]


def test_fences_add_hours_in_the_zone():
    """1 - exp(-rate (t + 4)), the rate being that of 1 - exp(-rate t)."""
    met, hours = {}, {}
    for barrier_h in (0, 4):
        changes = [f"countries.*.posts.green_border.barrier_h={barrier_h}"]
        world = build_world(load_scenario("tutorial", sets=changes).scenario)
        patrol = world.base_posts.is_patrol
        met[barrier_h] = world.base_posts.select[patrol, 0]
        hours[barrier_h] = world.route_arrays.minutes
    scenario = load_scenario("tutorial").scenario
    speeds = scenario.travel.foot_kmh.value, scenario.travel.track_kmh.value
    held = np.log1p(-met[4]) / np.log1p(-met[0])
    expected = [1.0 + 4.0 / (scenario.green_border.zone_km.value / speed) for speed in speeds]
    assert held.size and all(np.isclose(expected, ratio, rtol=1e-12).any() for ratio in held)
    assert np.array_equal(hours[0], hours[4])  # loads are not slower for it


def intervention(**parts):
    changes = ({"what": "tir_fear", "where": "country=KZ", "to": 0.1},)
    given = {"name": "trust", "sentence": "officers may open sealed trucks", "changes": changes, **parts}
    return Intervention.model_validate(given)


def test_a_scenario_that_sends_nothing_is_refused_where_it_says_so():
    with pytest.raises(ScenarioError, match="supply: expected something that is sent"):
        loaded = load_scenario("tutorial", sets=["supply.heroin.kg_per_year=0"])
        world_in_place(loaded, ())


def test_an_intervention_given_twice_is_refused():
    with pytest.raises(WorldError, match="expected once"):
        build_world(load_scenario("tutorial").scenario, [intervention(), intervention()])


@pytest.mark.parametrize("start", ["1900-01-01", "2000-01-01", "2100-01-01"])
def test_a_start_off_the_clock_is_refused(start):
    with pytest.raises(ScenarioError, match="start: expected a start"):
        load_scenario("tutorial", sets=[f"start={start}"])
