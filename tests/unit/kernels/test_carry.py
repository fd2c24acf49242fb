"""Loads go from stop to stop: limits, timing, losing, waiting at closed posts, and what must not matter."""

from __future__ import annotations

import numpy as np
import pytest

from sim.codes import Cover, Fate, Means, Mode, Outcome
from sim.kernels.arrays import DOG, HOURS, SCALE, SCAN, SHUT
from sim.kernels.carry import carry
from tests.unit.kernels.encounter_law import Visit, chance_of
from tests.unit.kernels.small_world import (
    WEEK_MIN,
    as_carried,
    carry_endlessly,
    carry_rules,
    dealings,
    joined,
    load_arrays,
    numbers,
    post_arrays,
    route_arrays,
    rows_of,
    same,
    some_loads,
    still_hours,
    wholes,
)

NAMES = ["alfa", "bravo", "charlie", "delta", "echo", "foxtrot"]


def carried(loads, routes, posts, hours=None, deals=None, rules=None, to_min=WEEK_MIN, week_min=0):
    n = posts.address.size
    return carry(
        week_min,
        to_min,
        loads,
        routes,
        posts,
        still_hours(n) if hours is None else hours,
        dealings(n) if deals is None else deals,
        carry_rules() if rules is None else rules,
    )


def lively(n=400, name="lively"):
    """Loads on six routes over six posts where everything happens: tips, bribes, refusals, releases,
    delays.
    """
    routes = route_arrays(
        [[0, 1, 2], [3], [2, 4, 5], [5, 0], [], [1, 3, 4, 0, 2]], minutes=47, outbound=[0, 4]
    )
    posts = post_arrays(
        NAMES,
        country=[0, 0, 1, 1, 2, 2],
        select=numbers(name + " select", 6, 9),
        refused_select=0.8,
        open_on_alarm=0.3 + 0.5 * numbers(name + " alarm", 6, 9),
        find_cold=0.3 * numbers(name + " cold", 6, 9),
        find_on_tip=0.9,
        outbound_share=[0.5, 1, 1, 1, 0.2, 1],
        is_patrol=[0, 0, 0, 0, 0, 1],
    )
    hours = still_hours(
        6,
        wait=wholes(name + " wait", 0, 400, 6, HOURS),
        scale=numbers(name + " scale", 6, HOURS),
        scan=numbers(name + " scan", 6, HOURS),
        dog=0.5 * numbers(name + " dog", 6, HOURS),
    )
    deals = dealings(
        6,
        n_countries=3,
        n_traffickers=2,
        tip=[[0.05, 0.1, 0.0], [0.2, 0.0, 0.1]],
        offer=[[0.7], [0.4]],
        accept=numbers(name + " accept", 2, 6),
        tip_factor=0.3,
        release=[[0.5, 0.1, 0.3], [0.0, 0.9, 0.2]],
        goes_on=[0.5, 0.2, 0.8],
        trusted=0.4 + 0.6 * numbers(name + " trusted", 2, 3, 9),
    )
    rules = carry_rules(turn_back=0.6, turn_back_min=390, most_tries=4, image_half_g=np.arange(9) * 1000.0)
    loads = load_arrays(
        routes,
        wholes(name + " route", 0, 5, n),
        key=wholes(name + " key", 1, 3, n),
        trafficker=wholes(name + " trafficker", 0, 1, n),
        cover=wholes(name + " cover", 0, 3, n),
        minute=wholes(name + " minute", 0, WEEK_MIN - 1, n),
        mass_g=1.0 + 9000.0 * numbers(name + " mass", n),
    )
    lost = numbers(name + " lost", n) < 0.1
    loads = loads._replace(lost_stop=np.where(lost, loads.stop, -1))
    return loads, routes, posts, hours, deals, rules


def test_the_lively_world_has_every_outcome_and_fate():
    ended, log = carried(*lively())
    assert set(np.unique(log.outcome)) == set(Outcome) - {Outcome.SHUT_OUT}
    assert set(np.unique(ended.fate)) == set(Fate)
    assert set(np.unique(log.means)) == set(Means)


# Limits


def test_no_loads():
    routes, posts = route_arrays([[0]]), post_arrays(["alfa"])
    ended, log = carried(load_arrays(routes, np.zeros(0, np.int64)), routes, posts)
    assert ended.fate.size == 0
    assert all(column.size == 0 for column in log)


def test_a_route_without_posts_delivers():
    routes, posts = route_arrays([[]], minutes=90), post_arrays(["alfa"])
    ended, log = carried(load_arrays(routes, np.zeros(5, np.int64), minute=90), routes, posts)
    assert (ended.fate == Fate.DELIVERED).all()
    assert (ended.minute == 90).all()
    assert log.load.size == 0


@pytest.mark.parametrize(("select", "fate"), [(1.0, Fate.SEIZED), (0.0, Fate.DELIVERED)])
def test_chance_0_and_chance_1_are_certain(select, fate):
    routes, posts = route_arrays([[0, 1]]), post_arrays(["alfa", "bravo"], select=[select, select])
    ended, log = carried(load_arrays(routes, np.zeros(1000, np.int64)), routes, posts)
    assert (ended.fate == fate).all()
    assert log.load.size == (1000 if select else 2000)
    assert (log.seize_prob == select).all()


def test_a_bribe_that_is_always_taken_lets_everything_through():
    routes, posts = route_arrays([[0]]), post_arrays(["alfa"])
    deals = dealings(1, offer=1.0, accept=1.0)
    ended, log = carried(load_arrays(routes, np.zeros(500, np.int64)), routes, posts, deals=deals)
    assert (ended.fate == Fate.DELIVERED).all()
    assert (log.outcome == Outcome.BRIBED).all()
    assert (log.seize_prob == 0.0).all()


@pytest.mark.parametrize(
    ("goes_on", "fate", "outcome"),
    [(1.0, Fate.DELIVERED, Outcome.RELEASED), (0.0, Fate.DIVERTED, Outcome.RELEASED_DIVERTED)],
)
def test_a_release_goes_on_or_is_diverted(goes_on, fate, outcome):
    routes, posts = route_arrays([[0]]), post_arrays(["alfa"])
    deals = dealings(1, release=1.0, goes_on=goes_on)
    ended, log = carried(load_arrays(routes, np.zeros(500, np.int64)), routes, posts, deals=deals)
    assert (ended.fate == fate).all()
    assert (log.outcome == outcome).all()
    assert (log.seize_prob == 0.0).all()
    assert (log.divert_prob == 1.0 - goes_on).all()


# Time


def test_a_load_takes_the_time_of_its_way_and_its_waits():
    routes, posts = route_arrays([[0, 1]], minutes=100), post_arrays(["alfa", "bravo"], select=0.0)
    hours = still_hours(2, wait=[17, 200])
    ended, log = carried(load_arrays(routes, np.zeros(1, np.int64), minute=50), routes, posts, hours)
    assert log.minute.tolist() == [50, 50 + 17 + 100]
    assert ended.minute.tolist() == [50 + 17 + 100 + 200 + 100]


def test_the_hour_of_arrival_is_the_hour_that_is_met():
    routes, posts = route_arrays([[0]]), post_arrays(["alfa"])
    scale = np.zeros((1, HOURS))
    scale[0, 3] = 1.0
    loads = load_arrays(routes, np.zeros(4, np.int64), minute=[179, 180, 239, 240])
    ended, _ = carried(loads, routes, posts, still_hours(1, scale=scale))
    assert ended.fate.tolist() == [Fate.DELIVERED, Fate.SEIZED, Fate.SEIZED, Fate.DELIVERED]
    later, _ = carried(
        loads._replace(minute=loads.minute + 3 * WEEK_MIN),
        routes,
        posts,
        still_hours(1, scale=scale),
        to_min=4 * WEEK_MIN,
        week_min=3 * WEEK_MIN,
    )
    assert (later.fate == ended.fate).all()


def test_a_load_that_arrives_at_the_end_of_the_call_waits_for_the_next():
    routes, posts = route_arrays([[0]], minutes=60), post_arrays(["alfa"])
    loads = load_arrays(routes, np.zeros(2, np.int64), minute=[599, 600])
    ended, log = carried(loads, routes, posts, to_min=600)
    assert ended.fate.tolist() == [Fate.SEIZED, Fate.UNDER_WAY]
    assert log.load.tolist() == [0]
    assert ended.minute[1] == 600


def test_the_log_is_in_order_of_load_then_time():
    _, log = carried(*lively())
    order = np.lexsort((log.minute, log.load))
    assert (order == np.arange(order.size)).all()


def test_a_long_log_is_kept_whole():
    """Room is made for 64 events and 8 a load at first; here are 40 a load."""
    posts = post_arrays([f"post {i}" for i in range(40)], select=0.0)
    routes = route_arrays([list(range(40))], minutes=1)
    ended, log = carried(load_arrays(routes, np.zeros(30, np.int64)), routes, posts)
    assert log.load.tolist() == np.repeat(np.arange(30), 40).tolist()
    assert (log.minute == np.tile(np.arange(40), 30)).all()
    assert (ended.fate == Fate.DELIVERED).all()


def test_the_longest_log_there_can_be_is_kept_whole():
    """Every minute a new try, first at a closed post, then refusals."""
    routes, posts = route_arrays([[0, 1, 2]], minutes=1), post_arrays(NAMES[:3], select=0.0)
    wait = np.zeros((3, HOURS))
    wait[:, :2] = SHUT
    rules = carry_rules(turn_back=1.0, turn_back_min=1, patience_min=5000, most_tries=3000)
    deals = dealings(3, offer=1.0)
    loads = load_arrays(routes, np.zeros(20, np.int64))
    ended, log = carried(loads, routes, posts, still_hours(3, wait=wait), deals, rules)
    assert (np.bincount(log.load) == 3 * 3000).all()
    assert (np.bincount(log.outcome)[Outcome.SHUT_OUT]) == 20 * 120
    assert (ended.fate == Fate.DELIVERED).all()


def test_the_longest_log_at_a_closed_post_is_kept_whole():
    routes, posts = route_arrays([[0]]), post_arrays(["alfa"])
    rules = carry_rules(turn_back_min=1, patience_min=3000, most_tries=1)
    loads = load_arrays(routes, np.zeros(20, np.int64))
    ended, log = carried(loads, routes, posts, still_hours(1, wait=SHUT), rules=rules)
    assert (np.bincount(log.load) == 3001).all()
    assert (ended.fate == Fate.LOST).all()


# Turning back, waiting, losing


def test_a_refused_courier_comes_back_until_the_last_try():
    routes, posts = route_arrays([[0]]), post_arrays(["alfa"], select=0.0)
    rules = carry_rules(turn_back=1.0, turn_back_min=300, most_tries=3)
    deals = dealings(1, offer=1.0, accept=0.0)
    ended, log = carried(load_arrays(routes, np.zeros(2, np.int64)), routes, posts, deals=deals, rules=rules)
    turned, passed = Outcome.TURNED_BACK, Outcome.NOT_INSPECTED
    assert log.outcome.tolist() == [turned, turned, passed] * 2
    assert log.visit.tolist() == [0, 1, 2] * 2
    assert log.minute.tolist() == [0, 300, 600] * 2
    assert (ended.fate == Fate.DELIVERED).all()
    assert (ended.visit == 0).all()


def test_with_one_try_nobody_turns_back():
    routes, posts = route_arrays([[0]]), post_arrays(["alfa"], select=0.0)
    rules = carry_rules(turn_back=1.0, most_tries=1)
    _, log = carried(
        load_arrays(routes, np.zeros(9, np.int64)), routes, posts, deals=dealings(1, offer=1.0), rules=rules
    )
    assert (log.outcome == Outcome.NOT_INSPECTED).all()


def test_a_tip_leaves_no_time_to_turn_back():
    routes, posts = route_arrays([[0]]), post_arrays(["alfa"], select=0.0)
    deals = dealings(1, offer=1.0, tip=1.0)
    _, log = carried(
        load_arrays(routes, np.zeros(9, np.int64)),
        routes,
        posts,
        deals=deals,
        rules=carry_rules(turn_back=1.0),
    )
    assert (log.outcome == Outcome.SEIZED).all()
    assert (log.means == Means.TIP).all()


@pytest.mark.parametrize(("lost_at", "encounters"), [(0, 0), (1, 1), (2, 2)])
def test_a_load_is_lost_at_its_stop_before_the_post_sees_it(lost_at, encounters):
    routes, posts = route_arrays([[0, 1]], minutes=60), post_arrays(["alfa", "bravo"], select=0.0)
    ended, log = carried(load_arrays(routes, np.zeros(1, np.int64), lost_stop=lost_at), routes, posts)
    assert ended.fate.tolist() == [Fate.LOST]
    assert ended.minute.tolist() == [60 * lost_at]
    assert log.load.size == encounters


def test_a_load_that_is_seized_first_is_not_lost():
    routes, posts = route_arrays([[0, 1]]), post_arrays(["alfa", "bravo"])
    ended, _ = carried(load_arrays(routes, np.zeros(1, np.int64), lost_stop=1), routes, posts)
    assert ended.fate.tolist() == [Fate.SEIZED]


def test_a_load_waits_at_a_closed_post_until_it_opens():
    routes, posts = route_arrays([[0]]), post_arrays(["alfa"], select=0.0)
    wait = np.zeros((1, HOURS), np.int64)
    wait[0, :10] = SHUT
    rules = carry_rules(turn_back_min=200, patience_min=10_000)
    ended, log = carried(
        load_arrays(routes, np.zeros(1, np.int64)), routes, posts, still_hours(1, wait=wait), rules=rules
    )
    assert log.outcome.tolist() == [Outcome.SHUT_OUT] * 3 + [Outcome.NOT_INSPECTED]
    assert log.minute.tolist() == [0, 200, 400, 600]
    assert log.seize_prob.tolist() == [0.0] * 4
    assert ended.fate.tolist() == [Fate.DELIVERED]


def test_a_load_at_a_post_that_will_open_waits_and_is_met_then():
    """No try is lost: it is the first visit, at the minute of opening, in the hour of opening."""
    routes, posts = route_arrays([[0, 1]], minutes=10), post_arrays(["alfa", "bravo"], select=[0.0, 1.0])
    wait = np.zeros((2, HOURS))
    wait[1, 2:5] = SHUT - np.array([3, 2, 1])
    scale = np.where(np.arange(HOURS) == 5, 1.0, 0.0) * np.ones((2, 1))
    loads = load_arrays(routes, np.zeros(3, np.int64), minute=[115, 179, 295])
    hours = still_hours(2, wait=wait, scale=scale)
    ended, log = carried(loads, routes, posts, hours)
    assert log.minute[log.post == 1].tolist() == [300, 300, 305]
    assert (log.visit == 0).all()
    assert (ended.fate == Fate.SEIZED).all()
    early, early_log = carried(loads, routes, posts, hours, to_min=300)
    assert early.minute.tolist() == [300, 300, 305]
    assert (early.fate == Fate.UNDER_WAY).all()
    assert (early_log.post == 0).all()


@pytest.mark.parametrize(("patience", "tries"), [(0, 1), (199, 1), (200, 2), (599, 3), (600, 4)])
def test_a_load_is_given_up_when_patience_ends(patience, tries):
    routes, posts = route_arrays([[0]]), post_arrays(["alfa"])
    rules = carry_rules(turn_back_min=200, patience_min=patience)
    ended, log = carried(
        load_arrays(routes, np.zeros(1, np.int64)), routes, posts, still_hours(1, wait=SHUT), rules=rules
    )
    assert ended.fate.tolist() == [Fate.LOST]
    assert log.outcome.tolist() == [Outcome.SHUT_OUT] * tries


# What a load is seen under


def test_cover_changes_with_the_mode_of_the_leg():
    routes = route_arrays([[0, 0, 0]])._replace(
        mode=np.array([Mode.ROAD, Mode.RAIL, Mode.GREEN, Mode.ROAD], np.int8)
    )
    posts = post_arrays(["alfa"], select=0.0)
    loads = load_arrays(routes, np.zeros(1, np.int64), cover=Cover.PASSENGER_TRAIN)
    _, log = carried(loads, routes, posts)
    assert log.cover.tolist() == [Cover.CAR, Cover.PASSENGER_TRAIN, Cover.FOOT_HORSE]


def test_each_cover_has_its_own_selection_image_and_odour():
    select = np.zeros((1, 9))
    select[0, Cover.CAR] = 1.0
    routes, posts = route_arrays([[0]]), post_arrays(["alfa"], select=select)
    loads = load_arrays(routes, np.zeros(2, np.int64), cover=[Cover.CAR, Cover.TIR_TRUCK])
    ended, _ = carried(loads, routes, posts)
    assert ended.fate.tolist() == [Fate.SEIZED, Fate.DELIVERED]
    image, odour = np.zeros(9), np.zeros(9)
    image[Cover.CAR], odour[Cover.TIR_TRUCK] = 1.0, 1.0
    posts = post_arrays(["alfa"], find_cold=0.0)
    hours = still_hours(1, scan=1.0, dog=1.0)
    _, log = carried(loads, routes, posts, hours, rules=carry_rules(image=image, odour=odour))
    assert log.means.tolist() == [Means.SCANNER, Means.DOG]


def test_a_small_load_gives_less_of_an_image():
    """Half at the cover's half mass; the cover is the one before the post."""
    half = np.zeros(9)
    half[Cover.FOOT_HORSE] = 3000.0
    routes, posts = route_arrays([[0]], mode=Mode.GREEN), post_arrays(["alfa"], find_cold=0.0)
    loads = load_arrays(routes, np.zeros(3, np.int64), mass_g=[9000, 3000, 1000], cover=Cover.PASSENGER_TRAIN)
    _, log = carried(loads, routes, posts, still_hours(1, scan=0.8), rules=carry_rules(image_half_g=half))
    assert np.allclose(log.seize_prob, [0.6, 0.4, 0.2], rtol=1e-15)


def test_the_log_carries_the_law_of_each_visit():
    """Chance of seizure and diversion of every entry, by enumeration from what meets there and then."""
    loads, routes, posts, hours, deals, rules = lively()
    _, log = carried(loads, routes, posts, hours, deals, rules)
    by_stop = {
        (loads.route[i], p): s for i in range(loads.key.size) for s, p in stops_of(routes, loads.route[i])
    }
    for i, p, minute, nth, here, seize, divert in zip(
        log.load, log.post, log.minute, log.visit, log.cover, log.seize_prob, log.divert_prob, strict=True
    ):
        who, c, met = loads.trafficker[i], posts.country[p], hours.met[p, minute // 60]
        leaves = routes.outbound[by_stop[loads.route[i], p]]
        visit = Visit(
            tip=deals.tip[who, c],
            offer=deals.offer[who, p],
            accept=deals.accept[who, p],
            tip_factor=deals.tip_factor,
            turn_back=rules.turn_back if nth + 1 < rules.most_tries else 0.0,
            select=posts.select[p, here],
            scale=met[SCALE] * (posts.outbound_share[p] if leaves else 1.0) * deals.trusted[who, c, here],
            refused_select=posts.refused_select[p],
            scan=met[SCAN] * loads.mass_g[i] / (loads.mass_g[i] + rules.image_half_g[here]),
            dog=met[DOG],
            find_on_tip=posts.find_on_tip[p],
            open_on_alarm=posts.open_on_alarm[p, here],
            find_cold=posts.find_cold[p, here],
            release=deals.release[who, c],
            goes_on=deals.goes_on[c],
            is_patrol=bool(posts.is_patrol[p]),
        )
        assert np.isclose(seize, chance_of(visit, Outcome.SEIZED), rtol=1e-12)
        assert np.isclose(divert, chance_of(visit, Outcome.RELEASED_DIVERTED), rtol=1e-12)


def stops_of(routes, route):
    """(row, post) of the stops of a route."""
    return [(s, int(routes.post[s])) for s in range(routes.start[route], routes.start[route + 1])]


def test_outbound_share_scales_selection_of_those_who_leave():
    posts = post_arrays(["alfa", "bravo"], select=0.8, outbound_share=0.25)
    routes = route_arrays([[0, 1]], outbound=[0])
    _, log = carried(load_arrays(routes, np.zeros(500, np.int64)), routes, posts)
    assert np.allclose(log.seize_prob, np.where(log.post == 0, 0.2, 0.8), rtol=1e-15)


def test_trust_scales_selection_of_its_organisation_country_and_cover():
    posts = post_arrays(["alfa", "bravo"], country=[0, 1], select=0.8)
    routes, trusted = route_arrays([[0, 1]]), np.ones((2, 2, 9))
    trusted[1, 1, Cover.TIR_TRUCK] = 0.25
    who = np.repeat([0, 1, 1], 200)
    cover = np.repeat([Cover.TIR_TRUCK, Cover.TIR_TRUCK, Cover.CAR], 200)
    loads = load_arrays(routes, np.zeros(600, np.int64), trafficker=who, cover=cover, key=np.arange(600))
    _, log = carried(loads, routes, posts, deals=dealings(2, 2, 2, trusted=trusted))
    rides = (who[log.load] == 1) & (cover[log.load] == Cover.TIR_TRUCK) & (log.post == 1)
    assert np.allclose(log.seize_prob, np.where(rides, 0.2, 0.8), rtol=1e-15)
    looked_at = [np.mean(log.outcome[rows] == Outcome.SEIZED) for rows in (rides, ~rides)]
    assert looked_at[0] < 0.45 < 0.7 < looked_at[1]  # control: what is drawn follows the chance


def test_a_tip_and_a_refused_bribe_override_trust():
    posts = post_arrays(["alfa"], select=0.8, refused_select=0.6)
    routes = route_arrays([[0]])
    loads = load_arrays(routes, np.zeros(50, np.int64), cover=Cover.TIR_TRUCK)
    for chances, found in (({"tip": 1.0}, 1.0), ({"offer": 1.0}, 0.6), ({}, 0.0)):
        _, log = carried(loads, routes, posts, deals=dealings(1, trusted=0.0, **chances))
        assert np.allclose(log.seize_prob, found, rtol=1e-15)


# What must not matter


def test_order_of_loads_changes_nothing():
    loads, *world = lively()
    ended, log = carried(loads, *world)
    order = np.argsort(numbers("an order", loads.key.size))
    moved, moved_log = carried(some_loads(loads, order), *world)
    assert same(moved, type(ended)(*(column[order] for column in ended)))
    assert same(joined([moved_log._replace(load=order[moved_log.load])]), log)


def test_luck_that_hangs_on_the_row_would_be_seen():
    loads, *world = lively()
    order = np.argsort(numbers("an order", loads.key.size))
    by_row = some_loads(loads, order)._replace(who=loads.who)
    assert (carried(by_row, *world)[0].fate != carried(loads, *world)[0].fate[order]).any()


def test_a_load_alone_has_the_fate_it_has_among_others():
    loads, *world = lively(60)
    ended, log = carried(loads, *world)
    for row in range(60):
        alone, alone_log = carried(some_loads(loads, np.array([row])), *world)
        assert same(alone, type(ended)(*(column[row : row + 1] for column in ended)))
        mine = log.load == row
        assert (alone_log.outcome == log.outcome[mine]).all()
        assert (alone_log.minute == log.minute[mine]).all()


def with_new_post(routes, posts, hours, deals):
    """The same world with another post in row 0, and another country in row 0."""
    shifted = routes._replace(post=np.where(routes.post < 0, routes.post, routes.post + 1).astype(np.int32))
    first = post_arrays(["aaa"], select=0.9)
    joined_posts = type(posts)(*map(np.concatenate, zip(first, posts, strict=True)))
    joined_posts = joined_posts._replace(country=np.concatenate([[0], posts.country + 1]))
    columns = dict(zip(hours._fields, hours, strict=True))
    more_hours = type(hours)(**{f: np.concatenate([c[:1], c]) for f, c in columns.items()})
    wider = {
        f: np.concatenate([getattr(deals, f)[:, :1], getattr(deals, f)], axis=1)
        for f in ("offer", "accept", "tip", "release", "trusted")
    }
    return shifted, joined_posts, more_hours, deals._replace(goes_on=np.append(0.1, deals.goes_on), **wider)


def test_a_new_post_elsewhere_moves_nobodys_luck():
    loads, routes, posts, hours, deals, rules = lively()
    ended, log = carried(loads, routes, posts, hours, deals, rules)
    new = with_new_post(routes, posts, hours, deals)
    again, again_log = carried(loads, *new, rules)
    assert same(again, ended)
    assert same(again_log, log._replace(post=log.post + 1))
    nameless = new[1]._replace(address=np.arange(7, dtype=np.uint64))
    before = carried(
        loads, routes, posts._replace(address=np.arange(6, dtype=np.uint64)), hours, deals, rules
    )
    after = carried(loads, new[0], nameless, *new[2:], rules)
    assert (after[0].fate != before[0].fate).any()  # rows in place of names would be seen


def test_posts_in_another_order_change_nothing():
    loads, routes, posts, hours, deals, rules = lively()
    ended, log = carried(loads, routes, posts, hours, deals, rules)
    order = np.array([4, 2, 0, 5, 1, 3])
    row = np.argsort(order)
    moved = routes._replace(post=np.where(routes.post < 0, routes.post, row[routes.post]).astype(np.int32))
    new_hours = type(hours)(*(np.ascontiguousarray(c[order]) for c in hours))
    new_deals = deals._replace(offer=deals.offer[:, order].copy(), accept=deals.accept[:, order].copy())
    again, again_log = carried(loads, moved, rows_of(posts, order), new_hours, new_deals, rules)
    assert same(again, ended)
    assert same(again_log._replace(post=order[again_log.post]), log)


@pytest.mark.parametrize("hour", [1, 2, 3, 24, 57, 83, 84, 120, 167])
def test_a_call_in_two_parts_is_one_call(hour):
    loads, *world = lively()
    ended, log = carried(loads, *world)
    first, first_log = carried(loads, *world, to_min=60 * hour)
    active = np.flatnonzero(first.fate == Fate.UNDER_WAY)
    assert active.size > 0
    second, second_log = carried(some_loads(as_carried(loads, first), active), *world)
    whole = type(ended)(*(column.copy() for column in first))
    for column, part in zip(whole, second, strict=True):
        column[active] = part
    assert same(whole, ended)
    assert same(joined([first_log, second_log._replace(load=active[second_log.load])]), log)


def test_a_visit_forgotten_between_parts_would_be_seen():
    loads, *world = lively()
    first, _ = carried(loads, *world, to_min=60 * 84)
    active = np.flatnonzero(first.fate == Fate.UNDER_WAY)
    assert (first.visit[active] > 0).any()
    rest = some_loads(as_carried(loads, first), active)
    _, log = carried(rest, *world)
    _, forgetful = carried(rest._replace(visit=np.zeros(active.size, np.int64)), *world)
    assert not same(log, forgetful)


def test_nothing_given_is_written_to():
    loads, *world = lively()
    given = [np.copy(column) for part in (loads, *world) for column in part]
    carried(loads, *world)
    kept = [column for part in (loads, *world) for column in part]
    assert all(np.array_equal(a, b) for a, b in zip(given, kept, strict=True))


def test_every_load_ends():
    ended, log = carry_endlessly(*lively())
    assert (ended.fate != Fate.UNDER_WAY).all()
    last = np.append(np.flatnonzero(np.diff(log.load)), log.load.size - 1)
    final = log.outcome[last]
    assert (ended.fate[log.load[last]][final == Outcome.SEIZED] == Fate.SEIZED).all()
    assert (ended.fate[log.load[last]][final == Outcome.RELEASED_DIVERTED] == Fate.DIVERTED).all()
    assert np.isin(ended.fate[log.load[last]][final < Outcome.SEIZED], [Fate.DELIVERED, Fate.LOST]).all()
