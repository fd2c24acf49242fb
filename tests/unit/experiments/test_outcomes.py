"""Outcomes read from the books of a finished run are what the frames of its result add up to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from experiments.branches import Branch, run_branches
from experiments.displacement import carried, ways_of
from experiments.outcomes import FATES, WEEKLY, Opening, outcomes_of, told_of
from sim.codes import PostClass
from sim.model import CorridorModel
from sim.results.run_result import RunResult
from sim.scenario.load import load_scenario
from sim.trial import result_of, world_of
from sim.world.world import World
from tests.pairing.small_runs import tutorial

Run = tuple[World, RunResult, dict[str, Any], dict[str, dict[str, int]]]


def scenarios() -> dict[str, Any]:
    mixed = tutorial(
        weeks=12,
        burn_in_weeks=3,
        country={"protection_prob": 0.5, "return_share": 0.2},
        post={"find_prob": 0.6, "inspect_share": 0.3},
        **{"supply.heroin.mix": {"heroin": 0.5, "opium": 0.5}, "supply.heroin.kg_per_year": 12000.0},
    )
    short = load_scenario("northern_route_2010", sets=["weeks=3", "burn_in_weeks=3"]).scenario
    return {"tutorial": mixed, "northern route": short}


@pytest.fixture(scope="module", params=["tutorial", "northern route"])
def ran(request: pytest.FixtureRequest) -> Run:
    world = world_of(scenarios()[request.param])

    def take(_: str, model: CorridorModel, opening: Opening) -> Run:
        return world, result_of(model), told_of(model, opening), carried(model, ways_of(world))

    return run_branches([Branch("whole", world, None, 0)], 5, take)["whole"]


def close(value: float) -> Any:
    return pytest.approx(value, rel=1e-12, abs=1e-9)


def test_every_outcome_is_told_with_the_estimators_it_declares(ran: Run):
    world, _, told, _ = ran
    outcomes = outcomes_of(world)
    assert set(told["realised"]) == set(outcomes)
    assert set(told["expected"]) == {n for n, o in outcomes.items() if o.estimator == "conditional"}
    assert [outcomes[name].better for name in ("delivered_kg", "seized_kg", "seizures", "recorded_kg")] == [
        "lower",
        "",
        "",
        "",
    ]
    assert all(type(value) is float for value in told["realised"].values())


def test_realised_outcomes_are_those_of_the_frames(ran: Run):
    world, result, told, _ = ran
    totals = result.totals()
    names = {"seizures": "seized_loads", "recorded_kg": "recorded_seized_kg"}
    for name in outcomes_of(world):
        if not name.startswith(("delivered_", "seized_KZ")) or name == "delivered_kg":
            assert told["realised"][name] == close(totals[names.get(name, name)]), name
    of_country = result.markets.groupby("country")["delivered_kg"].sum()
    of_commodity = result.markets.groupby("commodity")["delivered_kg"].sum()
    for part, kg in {**of_country, **of_commodity}.items():
        assert told["realised"][f"delivered_{part}_kg"] == close(kg), part
    here = result.countries.set_index("country").loc["KZ"]
    assert told["realised"]["seized_KZ_kg"] == close(here["seized_kg"])
    assert told["expected"]["seized_KZ_kg"] == close(here["expected_seized_kg"])
    assert told["log"] == result.manifest["event_log_sha256"]
    assert totals["seized_kg"] > 0.0


def test_expected_outcomes_are_those_of_the_frames(ran: Run):
    world, result, told, _ = ran
    totals, expected = result.totals(), told["expected"]
    assert expected["seized_kg"] == close(totals["expected_seized_kg"])
    assert expected["seizures"] == close(totals["expected_seized_loads"])
    assert expected["interdiction_share"] == close(totals["expected_seized_kg"] / totals["sent_kg"])
    gone = {name: expected[name] - told["realised"][name] for name in ("seized_kg", "diverted_kg")}
    market = world.scenario.market
    again = market.replacement_share.value * max(0, 1 - market.replacement_lag_weeks / world.scenario.weeks)
    stays = 1.0 - again
    assert again > 0.0 or world.scenario.name != "tutorial"  # control: there losses are sent again in time
    assert expected["delivered_kg"] == close(told["realised"]["delivered_kg"] - stays * sum(gone.values()))
    columns = ["delivered_kg", "seized_kg", "diverted_kg", "expected_seized_kg"]
    for commodity, row in result.mass.groupby("commodity")[columns].sum().iterrows():
        luck = row["seized_kg"] + row["diverted_kg"] - row["expected_seized_kg"]
        most = row["delivered_kg"] + stays * luck
        found = expected[f"delivered_{commodity}_kg"]
        assert most - stays * expected["diverted_kg"] - 1e-9 <= found <= most + 1e-9


def test_parts_of_deliveries_add_up_to_all(ran: Run):
    """By market and by commodity they come from other books than the whole: loads, not weeks."""
    world, result, told, _ = ran
    countries = sorted(set(result.markets["country"]))
    for part in ("realised", "expected"):
        for names in (countries, world.commodities):
            whole = sum(told[part][f"delivered_{name}_kg"] for name in names)
            assert whole == pytest.approx(told[part]["delivered_kg"], rel=1e-9), (part, names)


def test_weeks_and_fates_are_those_of_the_frames(ran: Run):
    _, result, told, _ = ran
    weekly = result.weekly
    for name in ("sent_kg", "profit_usd", "delay_vehicle_h", "public_cost_usd"):
        assert told["weekly"][name] == close(weekly[name].tolist())
    assert told["weekly"]["seized_kg"] == close(weekly["expected_seized_kg"].tolist())
    assert set(told["weekly"]) == set(WEEKLY)
    assert sum(told["weekly"]["delivered_kg"]) == close(told["expected"]["delivered_kg"])
    opening = result.mass.groupby("week")["opening_kg"].sum().iloc[0]
    assert sum(told["fates"].values()) == close(weekly["sent_kg"].sum() + opening)
    assert list(told["fates"]) == list(FATES)


def kilograms(grams: Mapping[str, int]) -> dict[str, float]:
    return {name: g / 1000.0 for name, g in grams.items()}


def test_masses_on_legs_are_those_of_the_frames(ran: Run):
    _, result, _, masses = ran
    frame = result.flows.set_index("leg_id")["kg"]
    assert kilograms(masses["leg"]) == close(frame[frame > 0].to_dict())


def test_masses_by_route_and_mode_are_those_of_the_loads(ran: Run):
    _, result, _, masses = ran
    for by, column in (("route", "route_id"), ("mode", "mode_class")):
        kg = result.loads.groupby(column)["total_kg"].sum()
        assert kilograms(masses[by]) == close(kg[kg > 0].to_dict())


def test_masses_at_borders_and_crossings_are_those_of_each_load(ran: Run):
    """Load by load: the posts and legs of its route as far as it came."""
    world, result, _, masses = ran
    borders: dict[str, float] = {}
    crossings: dict[str, float] = {}
    routes = {route.route_id: route for route in world.routes}
    place, posts = world.corridor.places, world.corridor.posts
    ended = {"delivered": None, "seized": True, "diverted": True}
    for load in result.loads.itertuples():
        if load.fate not in ended:
            continue  # under way or lost: how far it came is not in the frame
        last, been, done = "", set(), False
        for step in routes[str(load.route_id)].steps:
            if done:
                break
            leg = world.corridor.legs[step.leg_id]
            ends = place[leg.from_id].country, place[leg.to_id].country
            if ends[0] != ends[1]:
                name = "-".join(ends)
                borders[name] = borders.get(name, 0.0) + float(load.total_kg)
            for post in step.posts:
                crossing = posts[post].crossing_id
                if posts[post].klass != PostClass.INLAND and crossing != last:
                    crossings[crossing] = crossings.get(crossing, 0.0) + float(load.total_kg)
                    been.add(crossing)
                last = crossing
                done = done or (bool(ended[str(load.fate)]) and post == load.fate_post)
                if done:
                    break
    rest = result.loads[~result.loads["fate"].isin(list(ended))]["total_kg"].sum()
    for by, found in (("border", borders), ("crossing", crossings)):
        for name, kg in found.items():
            assert kg - 1e-6 <= masses[by][name] / 1000.0 <= kg + rest + 1e-6, (by, name)
        assert sum(found.values()) > 0.0


def test_outcomes_carry_units_of_the_frames(ran: Run):
    world, result, _, _ = ran
    columns = result.columns("weekly")
    names = {"seizures": "seized_loads", "recorded_kg": "recorded_seized_kg"}
    for name, outcome in outcomes_of(world).items():
        column = name.replace("_KZ", "")
        column = "delivered_kg" if name.startswith("delivered_") else names.get(name, column)
        assert outcome.unit == columns[column].unit, name


def test_nothing_sent_has_no_interdiction_share():
    world = world_of(tutorial(weeks=1, burn_in_weeks=0, **{"supply.heroin.kg_per_year": 1.0}))
    told = run_branches([Branch("idle", world, None, 0)], 1, lambda _, m, o: told_of(m, o))["idle"]
    assert np.isnan(told["realised"]["interdiction_share"])
    assert np.isnan(told["expected"]["interdiction_share"])
    assert told["realised"]["sent_kg"] == told["expected"]["delivered_kg"] == 0.0
