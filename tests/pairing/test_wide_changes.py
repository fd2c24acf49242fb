"""Changes of tiers, market, covers, supply and rules by date: the run goes on as one so changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sim.agents.authority import Authority
from sim.model import CorridorModel
from sim.scenario.schema import Scenario
from sim.trial import result_of, run, world_of
from sim.world.faults import WorldError
from tests.pairing.small_runs import START, change, differing, tutorial

WIDE: dict[str, dict[str, Any]] = {
    "tiers.small.bribe_offer_prob": {"to": 0.9},
    "tiers.wholesale.penalty_usd": {"to": 400000.0},
    "tiers.small.precision": {"to": 1.0},
    "tiers.small.load_kg": {"to": 9.0},
    "tiers.small.others_weight": {"to": 1.0},
    "market.replacement_share": {"to": 1.0},
    "market.tip_bribe_factor": {"to": 0.0},
    "market.relation_gain": {"to": 1.0},
    "prevalence.misses_at_hundredth": {"to": 0.6},
    "covers.car.image_factor": {"to": 0.1},
    "covers.car.usd_per_km": {"to": 5.0},
    "covers.other_truck.find_factor": {"to": 0.2},
    "green_border.zone_km": {"to": 60.0},
    "supply.heroin.kg_per_year": {"to": 50000.0},
}
BURN_IN, WEEKS, BUSY = 3, 8, {"supply.heroin.kg_per_year": 30000.0, "country": {"corruption": 0.5}}


def scenario(**paths: Any) -> Scenario:
    return tutorial(weeks=WEEKS, burn_in_weeks=BURN_IN, **{**BUSY, **paths})


def unlike(first: Any, second: Any) -> list[str]:
    """What differs, programme names and the scenario's own text apart."""
    return [name for name in differing(first, second) if not name.startswith("manifest")]


@pytest.mark.parametrize("path", list(WIDE))
def test_from_before_the_run_it_is_the_scenario_with_that_number(path: str):
    long_ago = change(path, START - timedelta(weeks=BURN_IN), **WIDE[path])
    other = run(scenario(**{path: WIDE[path]["to"]}), key=3)
    assert unlike(run(scenario(), key=3, interventions=[long_ago]), other) == []
    assert unlike(run(scenario(), key=3), other)  # control


@pytest.mark.parametrize("path", list(WIDE))
def test_from_a_week_on_it_goes_on_as_the_scenario_with_that_number(path: str):
    day = START + timedelta(weeks=2)
    dated = run(scenario(), key=4, interventions=[change(path, day, **WIDE[path])])
    model = CorridorModel(scenario(), rng=4)
    while model.week < BURN_IN + 2:
        model.step()
    goes_on = CorridorModel.from_state(scenario(**{path: WIDE[path]["to"]}), model.state())
    goes_on.run_model()
    assert unlike(dated, result_of(goes_on)) == []


def test_it_acts_from_the_first_week_that_begins_after_its_hour():
    what = {"to": 0.05, "where": "tier=small,wholesale,tonne"}
    in_the_week = run(
        scenario(), key=5, interventions=[change("bribe_offer_prob", START + timedelta(days=3), **what)]
    )
    at_its_end = run(
        scenario(), key=5, interventions=[change("bribe_offer_prob", START + timedelta(days=7), **what)]
    )
    assert unlike(in_the_week, at_its_end) == []


def test_a_rule_of_allocation_is_in_force_from_its_week_on():
    laid = change("allocation", START + timedelta(weeks=1), to="random", where="country=KZ")
    model = CorridorModel(world_of(scenario(), [laid]), rng=1)
    kz = next(a for a in model.agents if isinstance(a, Authority) and a.country == "KZ")
    rules = []
    while model.running:
        model.step()
        rules.append(kz.rule)
    assert rules == ["static"] * (BURN_IN + 1) + ["random"] * (WEEKS - 1)
    whole = {"countries.KZ.allocation": "random"}
    assert (
        unlike(
            run(
                scenario(),
                key=1,
                interventions=[laid.model_copy(update={"start": START - timedelta(weeks=9)})],
            ),
            run(scenario(**whole), key=1),
        )
        == []
    )


@pytest.mark.parametrize("path", [*WIDE, "allocation"])
def test_without_strength_it_gives_the_same_bytes(path: str):
    what = WIDE.get(path, {"to": "random"})
    assert (
        differing(
            run(scenario(), key=6),
            run(
                scenario(),
                key=6,
                interventions=[change(path, START + timedelta(weeks=1), strength=0.0, ramp_weeks=2, **what)],
            ),
        )
        == []
    )


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        ("tiers.small.first_routes", {"to": 3.0}, "a number that can change in a run"),
        ("supply.opium.kg_per_year", {"to": 3.0}, "a number of the scenario"),
        ("supply.heroin.kg_per_year", {"to": 0.0}, "leave every flow"),
        ("market.replacement_share", {"to": 0.5, "where": "country=KZ"}, "belongs to no post or country"),
        ("penalty_usd", {"to": 0.5, "where": "tier=tone"}, "did you mean 'tonne'"),
        ("penalty_usd", {"shared": 0.5, "where": "tier=tonne"}, "to, by or plus"),
        ("allocation", {"to": "rndom"}, "one of"),
    ],
)
def test_what_cannot_change_by_date_is_refused(path: str, fields: dict[str, Any], said: str):
    with pytest.raises((WorldError, ValueError)) as told:
        world_of(scenario(), [change(path, START, **fields)])
    assert said in str(told.value) or path == "allocation"
