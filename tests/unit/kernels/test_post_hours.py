"""Hours of a post: licit flow, queue, hours of opening, selection, scanner, dogs, and what must not
matter.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.codes import Fate
from sim.kernels.arrays import DOG, HOURS, SCALE, SCAN, SHUT, WAIT, PostState
from sim.kernels.carry import carry
from sim.kernels.post_hours import (
    erlang_c,
    exertion_after,
    hours_shut,
    post_hours,
    queue_wait_h,
    scanner_turns,
    share_served,
    wait_table,
)
from tests.unit.kernels.small_world import (
    NO_SWING,
    SWING,
    carry_rules,
    dealings,
    load_arrays,
    numbers,
    post_arrays,
    rested,
    route_arrays,
    rows_of,
    same,
    week_shape,
    wholes,
)

WAITS = wait_table(12)
KEY = np.uint64(11)
NAMES = ["alfa", "bravo", "charlie", "delta", "echo"]


def run(posts, shape=None, state=None, from_h=0, to_h=HOURS, first_hour=0, key=KEY, normal=NO_SWING):
    n = posts.address.size
    return post_hours(
        key,
        first_hour,
        from_h,
        to_h,
        posts,
        week_shape(n, first_hour) if shape is None else shape,
        rested(n) if state is None else state,
        WAITS,
        normal,
    )


# Erlang C


def erlang_c_by_sums(lanes, rho):
    """Erlang's formula as it is written: the last term of the sum over the whole, in fractions."""
    load = Fraction(rho).limit_denominator(10**6) * lanes
    terms = [load**k / math.factorial(k) for k in range(lanes)]
    last = load**lanes / math.factorial(lanes) * lanes / (lanes - load)
    return float(last / (sum(terms) + last))


@pytest.mark.parametrize("lanes", [1, 2, 3, 5, 8, 12])
@pytest.mark.parametrize("rho", [0.05, 0.5, 0.8, 0.95, 0.98])
def test_erlang_c_is_the_sum_formula(lanes, rho):
    assert math.isclose(erlang_c(lanes, rho), erlang_c_by_sums(lanes, rho), rel_tol=1e-12)


def test_erlang_c_of_one_lane_is_the_utilisation():
    for rho in (0.0, 0.1, 0.5, 0.9):
        assert math.isclose(erlang_c(1, rho), rho, rel_tol=1e-12)


def mean_wait_of_the_chain(lanes, rho, most=3000):
    """Mean wait, in mean services, from the stationary chain of vehicles at the post and Little's law."""
    arrivals = rho * lanes
    logs = np.cumsum([0.0] + [math.log(arrivals / min(k, lanes)) for k in range(1, most)])
    share = np.exp(logs - logs.max())
    share /= share.sum()
    waiting = np.maximum(np.arange(most) - lanes, 0)
    return float((share * waiting).sum()) / arrivals


@pytest.mark.parametrize("lanes", [1, 2, 3, 5, 8, 12])
@pytest.mark.parametrize("rho", [0.5, 0.8, 0.95])
def test_queue_wait_is_that_of_the_stationary_chain(lanes, rho):
    """Oracle: birth and death of a queue with c servers, solved state by state; within 1 %."""
    service_h = 0.25
    wait = queue_wait_h(WAITS[lanes], service_h / lanes, rho)
    assert math.isclose(wait, service_h * mean_wait_of_the_chain(lanes, rho), rel_tol=0.01)


@pytest.mark.parametrize("lanes", [1, 2, 12])
def test_queue_wait_between_the_points_of_the_table(lanes):
    """Within 1 % of the formula up to 0.978, from where on the table bends towards its last value."""
    for rho in np.linspace(0.01, 0.978, 1171):
        formula = erlang_c(lanes, rho) * 0.25 / (lanes * (1.0 - rho))
        wait = queue_wait_h(WAITS[lanes], 0.25 / lanes, rho)
        assert math.isclose(wait, formula, rel_tol=0.01, abs_tol=1e-5)


def test_queue_wait_is_held_beyond_98_percent():
    at_98 = erlang_c(2, 0.98) * 0.125 / 0.02
    for rho in (0.981, 1.0, 1.5, 40.0):
        assert math.isclose(queue_wait_h(WAITS[2], 0.125, rho), at_98, rel_tol=1e-12)
    assert math.isclose(queue_wait_h(WAITS[2], 0.125, 0.98), at_98, rel_tol=0.02)
    assert queue_wait_h(WAITS[2], 0.125, 0.0) == 0.0


# Small parts


@given(st.floats(0, 100), st.floats(0, 50), st.floats(0, 1), st.floats(0, 1))
def test_exertion_builds_with_searches_and_recovers(before, searches, gain, recovery):
    after = exertion_after(before, searches, gain, recovery)
    assert math.isclose(after, before - recovery * before + gain * searches, rel_tol=1e-9, abs_tol=1e-9)


def test_exertion_recovers_by_powers():
    """x0 (1 - r)^t to 1e-12, in steps or at once."""
    x = 3.7
    for _ in range(500):
        x = exertion_after(x, 0.0, 0.4, 0.013)
    assert math.isclose(x, 3.7 * (1 - 0.013) ** 500, rel_tol=1e-12)


@pytest.mark.parametrize(
    ("hour", "open_from", "open_hours", "shut"),
    [
        (0, 0, 24, 0),
        (23, 5, 24, 0),
        (7, 8, 10, 1),
        (8, 8, 10, 0),
        (17, 8, 10, 0),
        (18, 8, 10, 14),
        (3, 8, 10, 5),
        (23, 22, 4, 0),
        (1, 22, 4, 0),
        (2, 22, 4, 20),
        (12, 0, 0, -1),
    ],
)
def test_hours_until_a_post_opens(hour, open_from, open_hours, shut):
    assert hours_shut(hour, open_from, open_hours) == shut


@given(st.integers(0, 23), st.integers(0, 23), st.integers(1, 24))
def test_a_post_is_open_when_the_wait_is_over(hour, open_from, open_hours):
    wait = hours_shut(hour, open_from, open_hours)
    assert hours_shut((hour + wait) % 24, open_from, open_hours) == 0
    assert all(hours_shut((hour + h) % 24, open_from, open_hours) > 0 for h in range(int(wait)))


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_capacity_serves_what_it_can(capacity, wanted):
    assert math.isclose(share_served(capacity, wanted) * wanted, min(capacity, wanted), rel_tol=1e-12)


@given(st.integers(0, 2**32 - 1))
def test_a_scanner_never_turns_at_chance_0_and_always_at_1(word):
    assert not scanner_turns(np.uint64(word), 0.0)
    assert scanner_turns(np.uint64(word), 1.0)
    assert scanner_turns(np.uint64(word), 0.25) == (word % 2**22 < 2**20)


# The queue by hand


def test_backlog_and_wait_by_hand():
    """Two lanes, half an hour each: 4 trucks an hour pass; 7, 6, 0, 1 and 0 arrive, cars count a quarter."""
    posts = post_arrays(["alfa"], lanes=2, service_h=0.5, trucks_per_h=1.0, cars_per_h=1.0, car_share=0.25)
    trucks, cars = np.zeros(HOURS), np.zeros(HOURS)
    trucks[:5], cars[:5] = [6, 5, 0, 1, 0], [4, 4, 0, 0, 0]
    shape = week_shape(1, truck_shape=trucks, car_shape=cars)
    held = 60 * queue_wait_h(WAITS[2], 0.25, 1.5)  # arrivals above the capacity
    quiet = 60 * queue_wait_h(WAITS[2], 0.25, 0.25)
    hours, _ = run(posts, shape)
    expected = [60 * 3 / 4 + held, 60 * 5 / 4 + held, 60 * 1 / 4, quiet, 0]
    assert hours.met[0, :5, WAIT].tolist() == [int(w) for w in expected]
    backlogs = []
    state = rested(1)
    for h in range(5):
        _, state = run(posts, shape, state, h, h + 1)
        backlogs.append(float(state.backlog[0]))
    assert backlogs == [3.0, 5.0, 1.0, 0.0, 0.0]
    assert hours.vehicles.tolist() == [20.0]
    # delay counts vehicles: a truck's worth of work is 2 / 1.25 vehicles of the mean flow
    waiting = (3 + 5 + 1 + (held * 7 + held * 6 + quiet) / 60) * 2 / 1.25
    assert math.isclose(hours.delay_h[0], waiting, rel_tol=1e-12)


def hour_by_hour(posts, shape, state, normal, n=HOURS):
    """Backlog after each hour, and work that arrived in it, by one call an hour."""
    backlogs, parts = [], []
    for h in range(n):
        part, state = run(posts, shape, state, h, h + 1, normal=normal)
        backlogs.append(state.backlog.copy())
        parts.append(part)
    return np.array(backlogs), parts


def test_what_arrives_leaves_or_waits():
    """Cumulative flow: backlog = before + arrivals - departures, departures <= capacity, and no lane
    idles.
    """
    posts = post_arrays(
        NAMES, lanes=[1, 2, 3, 4, 5], service_h=0.5, trucks_per_h=[1.9, 4, 6.3, 7, 12], traffic_cv=0.4
    )
    backlog, parts = hour_by_hour(posts, week_shape(5), rested(5), SWING)
    arrived = np.array([part.vehicles for part in parts])
    before = np.vstack([np.zeros(5), backlog[:-1]])
    departed = before + arrived - backlog
    capacity = np.array([2.0, 4, 6, 8, 10])
    assert (departed <= capacity + 1e-9).all()
    busy = backlog > 0
    assert busy.any()
    assert not busy.all()
    assert np.allclose(departed[busy], np.broadcast_to(capacity, busy.shape)[busy], rtol=1e-12)
    assert np.allclose(arrived.sum(axis=0), departed.sum(axis=0) + backlog[-1], rtol=1e-12)


def test_littles_law_of_a_wave():
    """All who wait in a wave wait in sum as long as the backlog lasts in sum (Little).

    A wave of 5 h of 30 trucks meets 10 an hour: backlog 20, 40 .. 100, then down to 0 after 10 h more. Its
    sum over hours is 1,000 truck-hours; by first come, first served the k-th truck waits k/10 - k/30 h.
    """
    posts = post_arrays(["alfa"], lanes=10, service_h=1.0, trucks_per_h=30.0)
    wave = np.zeros(HOURS)
    wave[:5] = 1.0
    shape = week_shape(1, truck_shape=wave)
    hours, _ = run(posts, shape)
    trucks = (np.arange(150) + 0.5) / 1.0
    waits = trucks / 10 - trucks / 30
    steady = 5 * 30 * queue_wait_h(WAITS[10], 0.1, 3.0)
    assert math.isclose(hours.delay_h[0] - steady, 1000 * 0.75, rel_tol=1e-9)
    assert math.isclose(hours.delay_h[0] - steady, waits.sum(), rel_tol=0.01)


# Shut


def test_a_shut_post_lets_the_queue_grow_until_it_opens():
    posts = post_arrays(["alfa"], lanes=4, service_h=1.0, trucks_per_h=1.0, open_from=8, open_hours=12)
    hours, _ = run(posts)
    wait = hours.met[0, :, WAIT]
    assert (SHUT - wait[:8]).tolist() == [8, 7, 6, 5, 4, 3, 2, 1]
    assert wait[8] == int(60 * ((8 + 1 - 4) / 4 + queue_wait_h(WAITS[4], 0.25, 0.25)))
    assert wait[12] == int(60 * queue_wait_h(WAITS[4], 0.25, 0.25))
    assert (SHUT - wait[20:24]).tolist() == [12, 11, 10, 9]
    _, state = run(posts, to_h=8)
    assert state.backlog.tolist() == [8.0]


def test_a_post_closed_for_good_is_shut_in_every_hour():
    posts = post_arrays(["alfa", "bravo"], open_hours=0, is_patrol=[False, True], trucks_per_h=2.0)
    hours, state = run(posts)
    assert (hours.met[:, :, WAIT] == SHUT).all()
    assert state.backlog.tolist() == [0.0, 0.0]
    assert hours.delay_h.tolist() == [0.0, 0.0]


def test_a_load_that_comes_at_night_is_inspected_when_the_post_opens():
    """A post that inspects every vehicle inspects those that waited for it to open, too."""
    posts = post_arrays(["alfa"], trucks_per_h=0.1, open_from=8, open_hours=12)
    hours, _ = run(posts)
    routes = route_arrays([[0]])
    minute = np.arange(0, 60 * 160, 7)
    loads = load_arrays(routes, np.zeros(minute.size, np.int64), minute=minute)
    ended, log = carry(0, 60 * HOURS, loads, routes, posts, hours, dealings(1), carry_rules())
    assert (ended.fate == Fate.SEIZED).all()
    hour = log.minute % 1440 / 60
    assert ((hour >= 8) & (hour < 20)).all()
    by_day = (minute % 1440 >= 480) & (minute % 1440 < 1200)
    assert np.array_equal(log.minute[by_day], minute[by_day])
    opens = np.where(minute % 1440 < 480, 480, 1440 + 480) + minute // 1440 * 1440
    assert np.array_equal(log.minute[~by_day], opens[~by_day])


# Selection


def test_officers_look_at_no_more_than_they_can():
    posts = post_arrays(
        ["alfa"], trucks_per_h=20.0, lanes=12, service_h=0.1, inspect_share=0.5, inspections_per_h=4.0
    )
    hours, _ = run(posts, to_h=1)
    assert math.isclose(hours.met[0, 0, SCALE], 0.4, rel_tol=1e-12)
    assert math.isclose(hours.inspected[0], 4.0, rel_tol=1e-12)


def test_reluctance_and_waves_relax_selection():
    posts = post_arrays(["alfa"], trucks_per_h=20.0, inspect_share=0.5, wave_h=10.0, wave_share=0.3)
    hours, _ = run(posts, week_shape(1, willing=0.5), to_h=2)
    assert np.allclose(hours.met[0, :2, SCALE], [0.15, 0.15])  # one truck an hour passes: 19 h are waiting
    calm, _ = run(posts._replace(wave_h=np.array([1e9])), week_shape(1, willing=0.5), to_h=2)
    assert np.allclose(calm.met[0, :2, SCALE], [0.5, 0.5])


def test_mobile_teams_add_inspections():
    posts = post_arrays(["alfa"], trucks_per_h=20.0, lanes=12, service_h=0.1, inspect_share=0.25)
    hours, _ = run(posts, week_shape(1, extra_inspections=3.0), to_h=1)
    assert math.isclose(hours.met[0, 0, SCALE], 1 + 3 / 5, rel_tol=1e-12)
    assert math.isclose(hours.inspected[0], 8.0, rel_tol=1e-12)


def test_mobile_teams_look_at_no_more_than_there_is():
    posts = post_arrays(["alfa"], trucks_per_h=20.0, lanes=12, service_h=0.1, inspect_share=0.9)
    hours, _ = run(posts, week_shape(1, extra_inspections=30.0), to_h=1)
    assert math.isclose(hours.inspected[0], 20.0, rel_tol=1e-12)


def test_trusted_trucks_leave_room_for_the_others():
    """Of 20 trucks and 10 cars an hour 8 trucks' checks are spared; 11 of 22 are wanted, 9 can be made."""
    posts = post_arrays(
        ["alfa"],
        trucks_per_h=20.0,
        cars_per_h=10.0,
        lanes=12,
        service_h=0.1,
        inspect_share=0.5,
        inspections_per_h=9.0,
        spared_share=0.4,
        scanner_share=1.0,
        scan_false=0.5,
        sealed_share=0.5,
        open_seal=1.0,
    )
    hours, _ = run(posts, to_h=1)
    assert math.isclose(hours.met[0, 0, SCALE], 9 / 11, rel_tol=1e-12)
    assert math.isclose(hours.inspected[0], 9.0, rel_tol=1e-12)
    assert math.isclose(hours.opened_clean[0], 0.5 * 0.5 * 12 * 9 / 11 * 0.5, rel_tol=1e-12)
    rich, _ = run(posts._replace(inspections_per_h=np.array([1e9])), to_h=1)
    assert math.isclose(rich.inspected[0], 11.0, rel_tol=1e-12)
    assert rich.met[0, 0, SCALE] == 1.0
    nobody, _ = run(posts._replace(spared_share=np.zeros(1)), to_h=1)
    assert math.isclose(nobody.met[0, 0, SCALE], 9 / 15, rel_tol=1e-12)  # control


def test_a_patrol_has_no_queue_and_its_own_hours():
    posts = post_arrays(["alfa"], is_patrol=True, trucks_per_h=5.0, teams=1.0, scanner_share=1.0)
    shape = week_shape(1, patrol_shape=numbers("patrol", HOURS))
    hours, state = run(posts, shape)
    assert (hours.met[0, :, SCALE] == shape.patrol_shape).all()
    assert not hours.met[0, :, [WAIT, SCAN, DOG]].any()
    assert hours.vehicles.tolist() == [0.0]
    assert same(state, rested(1))


# Scanner and dogs


def test_a_scanner_serves_as_many_as_it_can():
    posts = post_arrays(
        ["alfa"], trucks_per_h=8.0, lanes=12, service_h=0.1, scanner_share=0.5, scans_per_h=1.0
    )
    hours, _ = run(posts, week_shape(1, scan_hit=0.8), to_h=1)
    assert math.isclose(hours.met[0, 0, SCAN], 0.5 * (1.0 / 4.0) * 0.8, rel_tol=1e-12)


def test_a_broken_scanner_sees_nothing_until_it_is_repaired():
    posts = post_arrays(["alfa"], trucks_per_h=1.0, scanner_share=1.0, repair_prob=0.0)
    hours, state = run(posts, state=rested(1, up=False))
    assert not hours.met[0, :, SCAN].any()
    assert hours.up_hours.tolist() == [0.0]
    assert not state.scanner_up[0]
    repaired, state = run(posts._replace(repair_prob=np.ones(1)), state=rested(1, up=False))
    assert repaired.met[0, :, SCAN].tolist() == [0.0] + [1.0] * (HOURS - 1)
    assert repaired.up_hours.tolist() == [HOURS - 1]
    assert state.scanner_up[0]


def test_dogs_work_on_duty_and_tire():
    duty = np.zeros((1, 24))
    duty[0, 8:16] = 1.0
    posts = post_arrays(
        ["alfa"],
        trucks_per_h=6.0,
        lanes=12,
        service_h=0.1,
        teams=2.0,
        dog_per_h=10.0,
        on_duty=duty,
        exertion_gain=0.1,
        recovery=0.5,
        exertion_loss=0.7,
    )
    hours, state = run(posts, week_shape(1, dog_hit=0.9), to_h=24)
    dog = hours.met[0, :24, DOG]
    assert not dog[:8].any()
    assert not dog[16:].any()
    exertion, expected = 0.0, []
    for _ in range(8):
        expected.append(0.9 / (1 + 0.7 * exertion))
        exertion = 0.5 * exertion + 0.1 * 3.0
    assert np.allclose(dog[8:16], expected, rtol=1e-12)
    assert math.isclose(state.exertion[0], exertion * 0.5**8, rel_tol=1e-12)


def test_dogs_search_no_more_than_they_can():
    posts = post_arrays(["alfa"], trucks_per_h=20.0, lanes=12, service_h=0.1, teams=2.0, dog_per_h=3.0)
    hours, _ = run(posts, to_h=1)
    assert math.isclose(hours.met[0, 0, DOG], 6.0 / 20.0, rel_tol=1e-12)


def test_false_alarms_hold_and_open_licit_traffic():
    posts = post_arrays(
        ["alfa"],
        trucks_per_h=10.0,
        cars_per_h=10.0,
        lanes=12,
        service_h=0.01,
        inspect_share=0.5,
        scanner_share=1.0,
        scan_false=0.1,
        teams=1.0,
        dog_false=0.2,
        sealed_share=0.6,
        open_seal=0.5,
        inspect_h=0.25,
        search_h=2.0,
    )
    hours, _ = run(posts, to_h=1)
    alarms = 10.0 * (1 - 0.9 * 0.8)
    assert math.isclose(hours.false_alarms[0], alarms, rel_tol=1e-12)
    assert math.isclose(hours.opened_clean[0], alarms * 0.6 * 0.5 * 0.5, rel_tol=1e-12)
    queue = 20 * queue_wait_h(WAITS[12], 0.01 / 12, 20 * 0.01 / 12)
    assert math.isclose(hours.delay_h[0], queue + 10 * 0.25 + alarms * 2.0, rel_tol=1e-12)


def test_a_post_without_traffic_does_nothing():
    posts = post_arrays(
        ["alfa"], scanner_share=1.0, teams=1.0, inspect_share=0.3, sealed_share=1.0, open_seal=1.0
    )
    hours, _ = run(posts, week_shape(1, extra_inspections=2.0))
    for column in (hours.vehicles, hours.delay_h, hours.inspected, hours.false_alarms, hours.opened_clean):
        assert column.tolist() == [0.0]
    assert np.isfinite(hours.met).all()


# What must not matter


def busy(first_hour=5):
    """Five posts on which everything varies."""
    posts = post_arrays(
        NAMES,
        lanes=[1, 2, 3, 4, 5],
        service_h=0.5,
        trucks_per_h=[1.7, 3.5, 6.3, 7, 9],
        cars_per_h=[2.0, 1, 0, 3, 1],
        car_share=0.3,
        traffic_cv=0.4,
        inspect_share=0.4,
        inspections_per_h=2.5,
        wave_h=2.0,
        wave_share=0.5,
        open_from=[0, 6, 0, 20, 0],
        open_hours=[24, 14, 24, 9, 0],
        scanner_share=0.7,
        scans_per_h=1.5,
        scan_false=0.05,
        fail_prob=0.05,
        repair_prob=0.2,
        teams=[1, 2, 0, 0.5, 1],
        dog_per_h=2.0,
        dog_false=0.1,
        exertion_gain=0.2,
        recovery=0.1,
        exertion_loss=0.3,
        inspect_h=0.2,
        search_h=1.0,
        sealed_share=0.4,
        open_seal=0.5,
    )
    shape = week_shape(
        5,
        first_hour,
        truck_shape=0.5 + numbers("trucks", HOURS),
        car_shape=0.5 + numbers("cars", HOURS),
        scan_hit=0.8,
        dog_hit=numbers("dogs", 5, 24),
        willing=[1, 0.9, 0.8, 0.7, 0.6],
        extra_inspections=[0, 1, 0, 0, 2],
    )
    state = PostState(
        np.array([0.0, 3, 1, 0, 0]), np.array([0.5, 0, 0, 1, 0]), np.array([True, False, True, True, True])
    )
    return posts, shape, state


@pytest.mark.parametrize("first_hour", [5, 96_432, 96_433, 96_434, 96_435])
@pytest.mark.parametrize("hour", [0, 1, 2, 3, 4, 55, 57, 84, 166, 167, 168])
def test_a_call_in_two_parts_is_one_call(hour, first_hour):
    posts, shape, state = busy(first_hour)
    whole, end = run(posts, shape, state, first_hour=first_hour, normal=SWING)
    first, middle = run(posts, shape, state, 0, hour, first_hour, normal=SWING)
    second, last = run(posts, shape, middle, hour, HOURS, first_hour, normal=SWING)
    assert same(last, end)
    assert np.array_equal(np.where(np.arange(HOURS)[:, None] < hour, first.met, second.met), whole.met)
    for a, b, c in zip(first[1:], second[1:], whole[1:], strict=True):
        assert np.allclose(a + b, c, rtol=1e-12)


def test_state_forgotten_between_parts_would_be_seen():
    posts, shape, state = busy()
    whole, _ = run(posts, shape, state, normal=SWING)
    second, _ = run(posts, shape, state, 84, HOURS, normal=SWING)
    assert (second.met[:, 84:] != whole.met[:, 84:]).any()


def test_hours_outside_the_call_stay_empty():
    posts, shape, state = busy()
    hours, _ = run(posts, shape, state, 20, 30, normal=SWING)
    assert not hours.met[:, :20].any()
    assert not hours.met[:, 30:].any()
    assert hours.hours.tolist() == [10.0] * 5


def test_posts_in_another_order_change_nothing():
    posts, shape, state = busy()
    whole, end = run(posts, shape, state, normal=SWING)
    order = np.array([3, 0, 4, 2, 1])
    by_post = ("scan_hit", "dog_hit", "willing", "extra_inspections")
    moved = shape._replace(**{f: getattr(shape, f)[order].copy() for f in by_post})
    again, last = run(rows_of(posts, order), moved, PostState(*(c[order] for c in state)), normal=SWING)
    assert same(again, type(whole)(*(c[order] for c in whole)))
    assert same(last, PostState(*(c[order] for c in end)))


def test_a_new_post_elsewhere_moves_nobodys_luck():
    posts, shape, state = busy()
    whole, _ = run(posts, shape, state, normal=SWING)
    first = post_arrays(["aaa"], trucks_per_h=3.0)
    more = type(posts)(*map(np.concatenate, zip(first, posts, strict=True)))
    by_post = ("scan_hit", "dog_hit", "willing", "extra_inspections")
    wider = shape._replace(**{f: np.concatenate([getattr(shape, f)[:1], getattr(shape, f)]) for f in by_post})
    start = PostState(*(np.concatenate([c[:1], c]) for c in state))
    again, _ = run(more, wider, start, normal=SWING)
    assert same(type(whole)(*(c[1:] for c in again)), whole)
    by_row = posts._replace(address=np.arange(5, dtype=np.uint64))
    rows = more._replace(address=np.arange(6, dtype=np.uint64))
    before, _ = run(by_row, shape, state, normal=SWING)
    after, _ = run(rows, wider, start, normal=SWING)
    assert (after.met[1:] != before.met).any()  # rows in place of names would be seen


def test_the_swing_of_an_hour_depends_on_the_absolute_hour():
    posts = post_arrays(NAMES, trucks_per_h=1.0, traffic_cv=0.3, service_h=0.5)  # never full
    one, _ = run(posts, first_hour=1000, normal=SWING)
    other, _ = run(posts, first_hour=1010, normal=SWING)
    assert np.array_equal(one.met[:, 10:, WAIT], other.met[:, :-10, WAIT])
    assert not np.array_equal(one.met[:, :-10, WAIT], other.met[:, :-10, WAIT])


def test_nothing_given_is_written_to():
    posts, shape, state = busy()
    given_arrays = [np.copy(c) for part in (posts, shape, state) for c in part]
    run(posts, shape, state, normal=SWING)
    kept = [c for part in (posts, shape, state) for c in part]
    assert all(np.array_equal(a, b) for a, b in zip(given_arrays, kept, strict=True))


@pytest.mark.parametrize("hour", wholes("cuts", 1, 167, 6).tolist())
def test_closing_at_an_hour_changes_nothing_before(hour):
    posts, shape, state = busy()
    whole, _ = run(posts, shape, state, normal=SWING)
    first, middle = run(posts, shape, state, 0, hour, normal=SWING)
    closed, _ = run(
        posts._replace(open_hours=np.zeros(5, np.int64)), shape, middle, hour, HOURS, normal=SWING
    )
    assert np.array_equal(first.met[:, :hour], whole.met[:, :hour])
    assert (closed.met[:, hour:, WAIT] == SHUT).all()
