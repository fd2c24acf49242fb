"""Interventions on the line: posts that go, come back, close or are new; patrols, barriers, programmes."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from sim.kernels.arrays import DOG, SCAN
from sim.scenario.overlay import hour_of
from sim.week import open_options
from tests.unit.library.worlds import at, base, country, grows_only, laid, ran, told

SOUTH = ("KG", "TM", "UZ")
SOUTHERN_PATROLS = at(lambda p: p.country == "KZ" and p.klass.name == "GREEN_BORDER" and p.neighbour in SOUTH)
GONE = {
    "customs_leaves_russia": at(
        lambda p: p.country == "KZ" and p.neighbour == "RU" and p.klass.name != "GREEN_BORDER"
    ),
    "customs_leaves_kyrgyzstan": at(lambda p: p.border == "KG-KZ" and p.klass.name != "GREEN_BORDER"),
}
POSTS = {"customs_leaves_russia": 37, "customs_leaves_kyrgyzstan": 16}
"""How many posts stand on each border, as the files that restore them say."""


def reported(log: pd.DataFrame) -> pd.DataFrame:
    """Encounters in the reported weeks."""
    return log[log["minute"] >= 60 * hour_of(base().scenario.start)]


@pytest.mark.parametrize("name", GONE)
def test_where_customs_left_nobody_is_looked_at(name: str):
    before, after, gone = told(), told(name), GONE[name]
    assert gone.sum() == POSTS[name] and before.posts.manned.all()
    np.testing.assert_array_equal(~after.posts.manned, gone)
    for count in ("inspected", "delay_h", "false_alarms"):
        now, then = getattr(after.hours, count), getattr(before.hours, count)
        assert not now[gone].any() and (then[gone] > 0.0).all()
        np.testing.assert_array_equal(now[~gone], then[~gone])
    ids = {post.post_id for post, is_gone in zip(base().posts, gone, strict=True) if is_gone}
    assert reported(ran().log)["post_id"].isin(ids).any()
    assert not reported(ran(name).log)["post_id"].isin(ids).any()
    delay, formerly = (run.result.weekly["delay_vehicle_h"].sum() for run in (ran(name), ran()))
    assert delay < formerly


@pytest.mark.parametrize("name", GONE)
def test_customs_comes_back_over_half_a_year(name: str):
    back, gone = name.replace("leaves", "back"), GONE[name]
    before, after = told(), told(name, back)
    for a, b in zip(after.posts, before.posts, strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(after.hours.inspected, before.hours.inspected)
    midway = told(name, back, hour=hour_of(date(2010, 4, 2)))  # week 13 of 26
    half = told(hour=hour_of(date(2010, 4, 2)))
    assert midway.posts.manned.all()
    share = midway.posts.inspect_share[gone] / half.posts.inspect_share[gone]
    np.testing.assert_allclose(share, 14 / 26)
    assert 0.4 < midway.hours.inspected[gone].sum() / half.hours.inspected[gone].sum() < 0.7


def test_nobody_passes_korday():
    world, before, after = base(), told(), told("close_korday")
    korday = at(lambda p: p.crossing_id == "korday")
    assert korday.sum() == 2
    was_open, is_open = open_options(world, before.posts), open_options(world, after.posts)
    stops = world.route_arrays
    passes = np.add.reduceat((np.append(korday, False)[stops.post]).astype(int), stops.start[:-1]) > 0
    np.testing.assert_array_equal(was_open & ~is_open, passes[world.option_arrays.route])
    assert passes.any()
    others = at(lambda p: p.border == "KG-KZ" and p.klass.name == "FRONTIER_ROAD") & ~korday
    assert not after.hours.vehicles[korday].any()
    assert (after.hours.vehicles[others] > before.hours.vehicles[others]).all()
    assert after.hours.delay_h[others].sum() > before.hours.delay_h[others].sum()
    shut = reported(ran("close_korday").log)
    shut = shut[shut["post_id"].isin(["korday_kz", "korday_kg"])]
    assert set(shut["outcome"]) <= {"shut_out"}


@pytest.mark.parametrize("name", ["green_border_patrols", "green_border_barriers"])
def test_whoever_goes_round_the_posts_of_the_south_is_met_more_often(name: str):
    before, after = told().posts.select, told(name).posts.select
    assert SOUTHERN_PATROLS.sum() > 5
    for cover in range(before.shape[1]):
        grows_only(after[:, cover], before[:, cover], SOUTHERN_PATROLS)


def test_loads_meet_the_new_posts():
    world, log = laid("new_posts"), reported(ran("new_posts").log)
    new = [p for p in world.posts if "new_posts" in p.programmes]
    assert (sum(p.post_id.endswith("_trucks") for p in new), len(new)) == (15, 25)
    assert all(p.country == "KZ" and p.klass.name == "INLAND" for p in new)
    met = log[log["post_id"].isin([p.post_id for p in new if p.post_id.endswith("_trucks")])]
    assert len(met) > 300 and met["post_id"].nunique() > 10 and (met["seize_prob"] > 0.0).any()
    on_a_route = {world.posts[row].post_id for row in set(world.route_arrays.post) - {-1}}
    assert {p.post_id for p in new} <= on_a_route  # few loads go by train, any of which would meet them
    week, is_new = told("new_posts"), np.array([p in new for p in world.posts])
    assert (week.hours.inspected[is_new] > 0.0).all()
    by_rail = np.array([p.post_id.endswith("_trains") for p in world.posts])[is_new]
    np.testing.assert_array_equal(week.posts.inspect_share[is_new], np.where(by_rail, 0.05, 0.1))
    known = {p.post_id for p in base().posts}
    assert known == {p.post_id for p in world.posts} - {p.post_id for p in new}


def test_the_programme_of_2012_acts_as_its_budget_was_split():
    before, after = told(), told("programme_2012")
    grows_only(after.posts.select[:, 0], before.posts.select[:, 0], SOUTHERN_PATROLS)
    met = [-np.log1p(-t.posts.select[SOUTHERN_PATROLS, 0]) for t in (before, after)]
    travel, zone_km = base().scenario.travel, base().scenario.green_border.zone_km.value
    longer = {round(1.5 * (1.0 + v.value / zone_km), 9) for v in (travel.foot_kmh, travel.track_kmh)}
    assert set(np.round(met[1] / met[0], 9)) <= longer  # half as many patrols more, an hour longer
    posts = at(lambda p: p.country == "KZ" and p.klass.name.startswith("FRONTIER") and p.neighbour in SOUTH)
    road = posts & at(lambda p: p.klass.name == "FRONTIER_ROAD")
    assert (after.posts.scanner_share - before.posts.scanner_share)[road].sum() == pytest.approx(3.0)
    more = after.hours.met.sum(axis=1), before.hours.met.sum(axis=1)
    scanned = before.hours.met[:, :, SCAN].sum(axis=1) > 0.0
    grows_only(more[0][:, SCAN], more[1][:, SCAN], road & scanned)
    grows_only(more[0][:, DOG], more[1][:, DOG], posts)
    kz = country("KZ")
    np.testing.assert_allclose(after.dealings.tip[:, kz], 1.25 * before.dealings.tip[:, kz], rtol=0.05)


def test_the_programme_of_2012_comes_over_three_years():
    a_third = told("programme_2012", hour=hour_of(date(2010, 12, 24)))  # week 52 of 156
    before, whole = told(), told("programme_2012")
    tip = [t.dealings.tip[:, country("KZ")] for t in (before, a_third, whole)]
    np.testing.assert_allclose((tip[1] - tip[0]) / (tip[2] - tip[0]), 1 / 3, rtol=0.02)
