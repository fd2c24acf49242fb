"""Where the licit traffic of closed crossings goes."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from sim.trial import run, world_of
from sim.week import Mechanisms
from sim.world.closures import AWAY_FROM_BORDERS, closed_crossings, redirected, sides_of_borders
from tests.pairing.small_runs import START, change, tutorial

SIDE = np.array([0, 0, 0, 3, 3, AWAY_FROM_BORDERS])
FLOW = np.array([10.0, 30.0, 60.0, 5.0, 7.0, 9.0])


def closed(*rows: int) -> np.ndarray:
    return np.isin(np.arange(SIDE.size), rows)


def test_nothing_closed_changes_nothing():
    assert redirected(FLOW, SIDE, closed()) is FLOW


def test_the_open_take_what_the_closed_had_in_proportion():
    got = redirected(FLOW, SIDE, closed(0))
    np.testing.assert_allclose(got, [0.0, 30.0 + 10.0 / 3, 60.0 + 20.0 / 3, 5.0, 7.0, 9.0], rtol=1e-14)
    assert got[:3].sum() == pytest.approx(FLOW[:3].sum(), rel=1e-14)
    assert got[3:].tolist() == FLOW[3:].tolist()  # other borders, and posts away from them, bit for bit


def test_what_nobody_open_can_take_stays_away():
    assert redirected(FLOW, SIDE, closed(0, 1, 2)).tolist() == [0.0, 0.0, 0.0, 5.0, 7.0, 9.0]
    trucks = np.where(closed(0), FLOW, 0.0)  # the others of the border have no such traffic
    assert redirected(trucks, SIDE, closed(0)).sum() == 0.0
    assert redirected(FLOW, SIDE, closed(5)).tolist() == [*FLOW[:5], 0.0]


def test_a_crossing_is_closed_by_either_side_and_for_its_mode_alone():
    posts = world_of(tutorial()).posts
    ids = [p.post_id for p in posts]

    def shut_with(post_id: str) -> set[str]:
        return {
            i
            for i, is_shut in zip(ids, closed_crossings(posts, np.isin(ids, post_id)), strict=True)
            if is_shut
        }

    assert shut_with("bridge_gate_kg") == {"bridge_gate_kg", "bridge_gate_kz"}
    assert shut_with("north_gate_rail_ru") == {"north_gate_rail_kz", "north_gate_rail_ru"}
    assert shut_with("hub_inland_kz") == {"hub_inland_kz"}
    assert shut_with("") == set()


def test_posts_stand_in_for_those_of_their_country_border_and_mode():
    posts = world_of(tutorial()).posts
    side = dict(zip([p.post_id for p in posts], sides_of_borders(posts).tolist(), strict=True))
    assert side["bridge_gate_kz"] == side["hill_gate_kz"] != side["hill_gate_kg"] == side["bridge_gate_kg"]
    assert side["north_gate_kz"] not in (side["north_gate_rail_kz"], side["bridge_gate_kz"])
    assert side["hub_inland_kz"] == AWAY_FROM_BORDERS


@pytest.mark.parametrize("where", ["crossing_id=hill_gate", "post_id=hill_gate_kg"])
def test_a_closed_crossing_costs_licit_trade_delay_at_the_others(where: str):
    day = START + timedelta(weeks=2)
    scenario = tutorial(weeks=6, post={"service_min": 25.0})
    plain = run(scenario, key=1)
    shut = run(scenario, key=1, interventions=[change("open_hours", day, to=0.0, where=where)])
    before, after = (frame.posts.set_index("post_id") for frame in (plain, shut))
    for country in ("kg", "kz"):
        here, there = f"hill_gate_{country}", f"bridge_gate_{country}"
        moved = before.loc[here, "licit_vehicles"] - after.loc[here, "licit_vehicles"]
        assert moved == pytest.approx(before.loc[here, "licit_vehicles"] * 4 / 6, rel=0.1)
        gained = after.loc[there, "licit_vehicles"] - before.loc[there, "licit_vehicles"]
        assert gained == pytest.approx(moved, rel=0.1)  # each post has its own luck of the hours
        assert after.loc[there, "delay_vehicle_h"] > 1.5 * before.loc[there, "delay_vehicle_h"]
    late = [float(frame.weekly["delay_vehicle_h"][3:].sum()) for frame in (plain, shut)]
    assert late[1] > late[0]
    assert after.loc["north_gate_kz", "licit_vehicles"] == before.loc["north_gate_kz", "licit_vehicles"]


def test_traffic_comes_back_when_a_crossing_opens_again():
    day = START + timedelta(weeks=1)
    laid = change("open_hours", day, to=0.0, where="crossing_id=hill_gate", end=day + timedelta(days=3))
    world = world_of(tutorial(weeks=4), [laid])
    row = [p.post_id for p in world.posts].index("hill_gate_kz")
    told = [
        s.posts for w in range(world.n_weeks) for s in Mechanisms(world).stretches(world.start_hour + 168 * w)
    ]
    assert [p.cars_per_h[row] for p in told] == [*[200 / 48.0] * 3, 0.0, *[200 / 48.0] * 3]
    assert told[0] is told[-1] is world.base_posts
