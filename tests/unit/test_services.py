"""Trusted carriers, controlled deliveries, rotation and planted finds in a run: each wire from end to end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.agents.mesa_compat import release
from sim.codes import Cover
from sim.model import CorridorModel
from sim.trial import run, world_of
from sim.week import Mechanisms, dealings_of_week, shape_of_week
from sim.world.world import World
from tests.pairing.small_runs import NO_PREVALENCE, STILL, differing, joined, run_of, tutorial

WEEKS = 6
TRUCKS = ("tir_truck", "produce_truck", "other_truck")
OPERATIONS = {
    "tier": {"bribe_offer_prob": 0.0},
    "country": {"tip_prob": 0.3, "protection_prob": 0.0, "controlled_share": 1.0},
    "supply.heroin.kg_per_year": 30000.0,
}


def after(key: int = 5, **changes: Any) -> CorridorModel:
    """A model of the tutorial, with numbers changed, at the end of its weeks."""
    model = CorridorModel(tutorial(weeks=WEEKS, burn_in_weeks=0, **changes), rng=key)
    model.keep_encounters = True
    model.run_model()
    release(model)
    return model


def of_first_week(world: World) -> Any:
    return Mechanisms(world).stretches(world.start_hour)[0].values


# Trusted carriers


def test_records_are_those_of_the_log():
    """Weekly: trucks that passed are added up by organisation and country, a find sets them to 0."""
    model = after(country={"tip_prob": 0.08})
    world, flow = model.world, model.book["flow"]
    expected, found_once = np.zeros_like(model.memory.clean), 0
    for week in model.encounters:
        country, is_truck = world.base_posts.country[week["post"]], week["cover"] <= Cover.OTHER_TRUCK
        owner = world.flows.trafficker[flow[week["load"]]]
        for t, c in np.ndindex(expected.shape):
            outcome = week["outcome"][is_truck & (owner == t) & (country == c)]
            has_find = np.isin(outcome, [4, 5, 6]).any()
            expected[t, c] = 0.0 if has_find else expected[t, c] + np.isin(outcome, [0, 1, 3]).sum()
            found_once += has_find
    assert np.array_equal(model.memory.clean, expected)
    assert expected.max() > 5 and found_once > 2  # control: both happen


def test_a_programme_makes_trucks_with_a_record_less_selected():
    enrolled = {"trusted_share": 0.5, "trusted_abuse_share": 0.8, "trusted_check_factor": 0.0}
    model = after(country={"tip_prob": 0.0, **enrolled})
    dealings = dealings_of_week(model.world, of_first_week(model.world), model.memory)
    clean = model.memory.clean
    trucks = 1.0 - 0.8 * (clean / (clean + 10.0))
    for cover in Cover:
        expected = trucks if cover.name.lower() in TRUCKS else np.ones_like(trucks)
        np.testing.assert_allclose(dealings.trusted[:, :, cover], expected, rtol=1e-12)
    assert trucks.min() < 0.6 and trucks.max() == 1.0


def test_trusted_trucks_pass_and_all_others_are_looked_at_as_before():
    """Nobody learns or tires: the programme moves the outcomes of trucks alone."""
    still = joined(STILL, {"supply.heroin.kg_per_year": 40000.0, "country": {"trusted_clean_loads": 0.01}})
    enrolled = {"country": {"trusted_share": 1e-9, "trusted_abuse_share": 1.0, "trusted_check_factor": 0.0}}
    logs = [run_of(tutorial(**joined(still, part)), 3).log for part in ({}, enrolled)]
    key = ["load_id", "post_id", "visit", "cover", "minute"]
    both = logs[0].merge(logs[1], on=key, suffixes=("", "_trusted"))
    moved = both[
        (both["outcome"] != both["outcome_trusted"]) | (both["seize_prob"] > both["seize_prob_trusted"])
    ]
    assert len(moved) > 30 and set(moved["cover"]) <= set(TRUCKS)
    assert (both["cover"] == "car").sum() > 30  # control: others are there


def test_licit_trucks_of_trusted_carriers_free_officers():
    keen = {"post": {"inspections_per_h": 1e6, "inspect_share": 0.5}}
    enrolled = {"country": {"trusted_share": 0.6, "trusted_abuse_share": 0.0}}
    plain = run(tutorial(weeks=2, **keen), key=1)
    eased = run(tutorial(weeks=2, **joined(keen, enrolled)), key=1)
    assert eased.weekly["public_cost_usd"].sum() < 0.95 * plain.weekly["public_cost_usd"].sum()
    assert eased.weekly["delay_vehicle_h"].sum() < plain.weekly["delay_vehicle_h"].sum()


def test_without_a_programme_its_other_numbers_do_nothing():
    others = {"trusted_check_factor": 0.0, "trusted_abuse_share": 1.0, "trusted_clean_loads": 0.5}
    plain = run(tutorial(), key=1)
    assert differing(plain, run(tutorial(country=others), key=1)) == []
    assert differing(plain, run(tutorial(country={**others, "trusted_share": 1e-9}), key=1))  # control


# Controlled deliveries


def test_operations_follow_seizures_on_a_tip():
    ran = run_of(tutorial(**OPERATIONS), 2)
    on_tip = ran.result.seizures
    on_tip = on_tip[(on_tip["means"] == "tip") & ~on_tip["released"]]
    counted = ran.result.weekly["controlled_deliveries"]
    by_week = on_tip.groupby("week").size().reindex(range(len(counted)), fill_value=0)
    assert counted.tolist() == by_week.tolist() and counted.sum() > 10
    half = run(tutorial(**joined(OPERATIONS, {"country": {"controlled_share": 0.5}})), key=2)
    assert 0.2 < half.weekly["controlled_deliveries"].sum() / counted.sum() < 0.8
    none = run(tutorial(**joined(OPERATIONS, {"country": {"tip_prob": 0.0}})), key=2)
    assert none.weekly["seized_loads"].sum() > 0 and not none.weekly["controlled_deliveries"].any()


def test_what_an_operation_brings_to_light():
    """One week without couriers who talk: exposure per operation, less in a larger organisation."""
    silent = joined(OPERATIONS, {"country": {"cooperate_prob": 0.0, "controlled_exposure": 4.0}})
    model = CorridorModel(tutorial(weeks=1, burn_in_weeks=0, **silent), rng=8)
    model.step()
    release(model)
    owner = model.world.flows.trafficker[model.book["flow"]]
    seized = owner[np.isin(model.book["fate"], [2])]
    operations = int(model.tally.week["controlled_deliveries"][0])
    gain = model.world.scenario.market.informant_gain.value
    np.testing.assert_allclose(model.memory.informants.sum(), 4.0 * gain * operations, rtol=1e-12)
    assert operations > 2 and set(np.flatnonzero(model.memory.informants)) <= set(seized)
    talking = joined(
        OPERATIONS, {"country": {"cooperate_prob": 1.0, "arrest_prob": 1.0, "controlled_exposure": 4.0}}
    )
    other = CorridorModel(tutorial(weeks=1, burn_in_weeks=0, **talking), rng=8)
    other.step()
    release(other)
    arrests = int(other.tally.week["arrests"][0])
    np.testing.assert_allclose(other.memory.informants.sum(), gain * (4.0 * operations + arrests), rtol=1e-12)


def test_an_operation_seizes_and_arrests_no_more():
    """Exposure alone follows: in the first week nothing else differs."""
    both = []
    for share in (0.0, 1.0):
        model = CorridorModel(
            tutorial(
                weeks=1, burn_in_weeks=0, **joined(OPERATIONS, {"country": {"controlled_share": share}})
            ),
            rng=8,
        )
        model.step()
        release(model)
        both.append((model.tally.log_sha256, model.tally.mass_g.tolist(), model.couriers.counts(), model))
    assert both[0][:3] == both[1][:3]
    assert both[1][3].memory.informants.sum() > both[0][3].memory.informants.sum() + 1.0  # control


# Rotation


def test_rotation_makes_the_posts_of_a_country_alike_and_breaks_relations():
    bribes = {"tier": {"bribe_offer_prob": 1.0}, "country": {"corruption": 0.5, "turnover_per_year": 0.0}}
    spread = {"country": {"corruption_per_bribe": 0.02, "audits_per_year": 0.0}}
    stay = after(**joined(bribes, spread))
    move = after(**joined(bribes, spread, {"country": {"rotation_per_year": 40.0}}))
    country = stay.world.base_posts.country
    for c in range(len(stay.world.countries)):
        here = country == c
        assert np.ptp(move.memory.corruption[here]) <= 0.75 * np.ptp(stay.memory.corruption[here])
    assert np.ptp(stay.memory.corruption[country == 1]) > 0.01
    assert move.memory.relation.sum() < 0.5 * stay.memory.relation.sum()


def test_officers_of_one_country_stay_in_it():
    moved = after(
        country={"audits_per_year": 0.0, "turnover_per_year": 0.0, "rotation_per_year": 1e6},
        **{"countries.KZ.corruption": 0.7},
    )
    country = moved.world.base_posts.country
    assert all(np.ptp(moved.memory.corruption[country == c]) < 1e-12 for c in range(3))


# Planted finds


@pytest.mark.parametrize(("planted", "missed"), [(0.0, 0.3), (0.1, 0.16), (0.5, 0.07)])
def test_planted_finds_keep_a_post_awake(planted: float, missed: float):
    """Hits of scanners and dogs follow the misses at the planted prevalence (Wolfe et al. 2005)."""
    world = world_of(tutorial(post={"planted_share": planted}))
    model = CorridorModel(world, rng=1)
    release(model)
    values = of_first_week(world)
    shape = shape_of_week(world, values, model.memory, world.start_hour)
    skill = values.post["scanner.quality"] * values.post["scanner.operator_skill"]
    np.testing.assert_allclose(shape.scan_hit, skill * (1 - missed) / 0.93, rtol=1e-12)
    awake = world_of(tutorial(post={"planted_share": 0.5}))
    full = shape_of_week(awake, of_first_week(awake), model.memory, world.start_hour)
    np.testing.assert_allclose(shape.dog_hit * 0.93, full.dog_hit * (1 - missed), rtol=1e-12)


def test_planted_finds_belong_to_their_posts():
    world = world_of(tutorial(**{"countries.*.posts.inland.planted_share": 0.5}))
    model = CorridorModel(world, rng=1)
    release(model)
    values = of_first_week(world)
    shape = shape_of_week(world, values, model.memory, world.start_hour)
    skill = values.post["scanner.quality"] * values.post["scanner.operator_skill"]
    inland = np.array([p.klass.name == "INLAND" for p in world.posts])
    np.testing.assert_allclose(shape.scan_hit, skill * np.where(inland, 1.0, 0.7 / 0.93), rtol=1e-12)
    assert 0 < inland.sum() < inland.size


def test_planted_finds_do_nothing_where_prevalence_does_not_matter():
    plain = run(tutorial(**NO_PREVALENCE), key=1)
    assert differing(plain, run(tutorial(post={"planted_share": 0.4}, **NO_PREVALENCE), key=1)) == []
