"""Interventions at the lane: scanners, dogs, seals, carriers and trains act on what meets a load there."""

from __future__ import annotations

import numpy as np
import pytest

from sim.agents.memory import Memory
from sim.codes import Cover
from sim.kernels.arrays import DOG, SCAN
from tests.unit.library.worlds import WINTER, at, base, country, grows_only, in_kz, ran, told

TRUCKS = [Cover.TIR_TRUCK, Cover.PRODUCE_TRUCK, Cover.OTHER_TRUCK]
ALL_DAY = in_kz()
ROAD = in_kz("FRONTIER_ROAD")


def week_of(column: int, *names: str) -> np.ndarray:
    """A chance at every post, added up over the hours of a week, (n_posts,)."""
    return told(*names).hours.met[:, :, column].sum(axis=1)


def is_up() -> np.ndarray:
    """Posts with a scanner that works in some hour of the week."""
    return (week_of(SCAN) > 0.0) | (told("mobile_scanners").hours.met[:, :, SCAN].sum(axis=1) > 0.0)


def test_a_scanner_upgrade_shows_loads_as_in_russia():
    before, after = told(), told("scanner_upgrade")
    russian = at(lambda p: p.country == "RU" and p.klass.name == "FRONTIER_ROAD")
    grows_only(after.shape.scan_hit, before.shape.scan_hit, ROAD)
    assert set(after.shape.scan_hit[ROAD]) == set(before.shape.scan_hit[russian])
    grows_only(week_of(SCAN, "scanner_upgrade"), week_of(SCAN), ROAD & (week_of(SCAN) > 0.0))


def test_maintained_scanners_work_in_nine_hours_of_ten():
    before, after = told(), told("scanner_maintenance")
    here = in_kz("FRONTIER_ROAD", "PORT")
    grows_only(after.posts.repair_prob, before.posts.repair_prob, here)
    up = after.posts.repair_prob / (after.posts.repair_prob + after.posts.fail_prob)
    np.testing.assert_allclose(up[here], 0.9, rtol=1e-9)
    assert after.hours.up_hours[here].sum() > 1.02 * before.hours.up_hours[here].sum()
    np.testing.assert_array_equal(after.hours.up_hours[~here], before.hours.up_hours[~here])
    assert week_of(SCAN, "scanner_maintenance")[here].sum() > 1.02 * week_of(SCAN)[here].sum()


def test_trained_operators_see_more():
    before, after = told(), told("operator_training")
    here = in_kz("FRONTIER_ROAD", "PORT")
    grows_only(after.shape.scan_hit, before.shape.scan_hit, here)
    gain = after.shape.scan_hit[here] / before.shape.scan_hit[here]
    skill = 0.8 / before.values.post["scanner.operator_skill"][here]
    assert (gain > 1.03 * skill).all()  # more than skill alone: planted finds keep them awake
    grows_only(week_of(SCAN, "operator_training"), week_of(SCAN), here & (week_of(SCAN) > 0.0))


def test_three_mobile_scanners_are_shared_by_the_crossings_of_the_south():
    before, after = told(), told("mobile_scanners")
    here = at(
        lambda p: (
            p.country == "KZ"
            and p.klass.name == "FRONTIER_ROAD"
            and p.region in ("Turkistan", "Kyzylorda", "Almaty", "Zhambyl")
        )
    )
    assert 10 <= here.sum() <= 20
    more = after.posts.scanner_share - before.posts.scanner_share
    assert more[here].sum() == pytest.approx(3.0) and not more[~here].any()
    grows_only(week_of(SCAN, "mobile_scanners"), week_of(SCAN), here & (week_of(SCAN) > 0.0))


def test_rotated_dogs_are_rested_and_search_less():
    before, after = told(), told("dog_rotation")
    used = before.state.exertion > 0.0
    grows_only(-after.state.exertion, -before.state.exertion, ALL_DAY & used)
    assert (after.state.exertion[ALL_DAY & used] < 0.6 * before.state.exertion[ALL_DAY & used]).all()
    assert (after.hours.false_alarms <= before.hours.false_alarms).all()
    assert after.hours.false_alarms[ALL_DAY].sum() < before.hours.false_alarms[ALL_DAY].sum()
    quiet = ALL_DAY & (after.hours.false_alarms == before.hours.false_alarms) & used
    assert quiet.any()  # where few are searched, rested dogs find more
    assert (week_of(DOG, "dog_rotation")[quiet] > week_of(DOG)[quiet]).all()


def test_shade_helps_in_summer_and_not_in_winter():
    before, after = told(), told("dog_shade")
    hot = (before.shape.dog_hit.max(axis=1) > before.shape.dog_hit.min(axis=1) * (1.0 + 1e-9)) & ALL_DAY
    assert (hot & at(lambda p: p.region == "Turkistan")).any()
    grows_only(after.shape.dog_hit.sum(axis=1), before.shape.dog_hit.sum(axis=1), hot)
    grows_only(week_of(DOG, "dog_shade"), week_of(DOG), hot & (week_of(DOG) > 0.0))
    cold = told(hour=WINTER).shape.dog_hit
    np.testing.assert_array_equal(told("dog_shade", hour=WINTER).shape.dog_hit, cold)


def test_dogs_trained_on_the_real_substance_find_more():
    before, after = told(), told("dog_real_training")
    v = before.values.post
    trained = v["dogs.real_training_share"] + (1 - v["dogs.real_training_share"]) * v["dogs.simulant_factor"]
    grows_only(after.shape.dog_hit.max(axis=1), before.shape.dog_hit.max(axis=1), ALL_DAY)
    np.testing.assert_allclose(
        after.shape.dog_hit[ALL_DAY], before.shape.dog_hit[ALL_DAY] / trained[ALL_DAY, None]
    )
    grows_only(week_of(DOG, "dog_real_training"), week_of(DOG), ALL_DAY & (week_of(DOG) > 0.0))


def test_more_dog_teams_are_on_duty():
    before, after = told(), told("more_dog_teams")
    here = in_kz("FRONTIER_ROAD", "FRONTIER_RAIL", "PORT")
    more = after.values.post["dogs.teams"] - before.values.post["dogs.teams"]
    assert more.sum() == pytest.approx(34.0)
    assert before.values.post["dogs.teams"][in_kz()].sum() == pytest.approx(18.0, abs=1.0)  # as the file says
    grows_only(week_of(DOG, "more_dog_teams"), week_of(DOG), here)


def test_the_tir_reform_opens_sealed_trucks():
    before, after = told(), told("tir_reform")
    here = in_kz("FRONTIER_ROAD", "INLAND", "PORT")
    tir = Cover.TIR_TRUCK
    for name in ("select", "open_on_alarm", "find_cold"):
        now, then = getattr(after.posts, name), getattr(before.posts, name)
        grows_only(now[:, tir], then[:, tir], here)
        np.testing.assert_array_equal(np.delete(now, tir, axis=1), np.delete(then, tir, axis=1))
    trucks = before.hours.opened_clean > 0.0
    grows_only(after.hours.opened_clean, before.hours.opened_clean, here & trucks)  # and is paid for


def test_a_carrier_fund_makes_officers_willing_and_carriers_whole():
    before, after = ran(), ran("carrier_fund")
    dulled = ALL_DAY & (before.memory.willing < 1.0)
    assert dulled.any()
    lost = (1.0 - after.memory.willing[dulled]) / (1.0 - before.memory.willing[dulled])
    np.testing.assert_allclose(lost, 0.2, rtol=0.25)
    paid, formerly = (run.result.weekly["liability_usd"].to_numpy() for run in (after, before))
    assert (paid > 1.5 * formerly).all()


def test_trusted_carriers_spare_officers_and_are_abused():
    kz = country("KZ")

    def long_record(memory: Memory) -> None:
        memory.clean[:, :] = 20.0

    before, after = told(past=long_record), told("trusted_carriers", past=long_record)
    assert (before.dealings.trusted == 1.0).all()
    v = after.values.country
    abused = v["trusted_abuse_share"][kz] * 20.0 / (20.0 + v["trusted_clean_loads"][kz])
    expected = np.ones_like(before.dealings.trusted)
    expected[:, kz, TRUCKS] = 1.0 - abused * (1.0 - v["trusted_check_factor"][kz])
    np.testing.assert_allclose(after.dealings.trusted, expected)
    assert expected.min() < 0.9
    trucks = ALL_DAY & (before.posts.trucks_per_h > 0.0)
    grows_only(-after.hours.inspected, -before.hours.inspected, trucks)
    grows_only(
        -after.hours.opened_clean, -before.hours.opened_clean, trucks & (before.hours.opened_clean > 0)
    )


def test_rail_inspection_looks_at_more_trains_with_dogs():
    before, after = told(), told("rail_inspection")
    here = at(lambda p: p.country == "KZ" and p.klass.name in ("FRONTIER_RAIL", "INLAND") and 1 in p.modes)
    assert here.sum() == 19  # as the file says
    grows_only(after.hours.inspected, before.hours.inspected, here)
    grows_only(after.posts.inspections_per_h, before.posts.inspections_per_h, here)
    np.testing.assert_allclose(after.hours.inspected[here], 3.0 * before.hours.inspected[here], rtol=0.15)
    grows_only(week_of(DOG, "rail_inspection"), week_of(DOG), here)
    wagon = Cover.FREIGHT_WAGON
    grows_only(after.posts.select[:, wagon], before.posts.select[:, wagon], here)


def test_joint_posts_look_more_and_share():
    before, after = told(), told("joint_posts")
    here = at(
        lambda p: p.country == "KZ" and p.klass.name.startswith("FRONTIER") and p.neighbour in ("KG", "UZ")
    )
    road = here & ROAD
    grows_only(after.hours.inspected, before.hours.inspected, here)
    grows_only(after.posts.inspections_per_h, before.posts.inspections_per_h, here)
    grows_only(after.shape.scan_hit, before.shape.scan_hit, road)
    assert (after.dealings.tip > before.dealings.tip).all()
    assert len(base().posts) == here.size
