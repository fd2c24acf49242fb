"""Loads of a week: mass, route, cover and minute, the load that waits for stock, and what must not matter."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.agents.choice import best_only, haste
from sim.draws import What, name_address, name_addresses
from sim.kernels.dispatch import WEEK_MIN, FlowArrays, OptionArrays, Planned, dispatch, mass_g, preferred
from tests.unit.kernels.small_world import numbers, same

TOP = 2**32 - 1
INF = math.inf


# Mass


@given(st.integers(0, TOP), st.integers(0, TOP))
def test_mass_is_box_and_muller(word_a, word_b):
    a, b = (word_a + 0.5) / 2**32, (word_b + 0.5) / 2**32
    z = math.sqrt(-2 * math.log(a)) * math.cos(2 * math.pi * b)
    mass = mass_g(np.uint64(word_a), np.uint64(word_b), 9.0, 0.7)
    assert abs(mass - math.exp(9.0 + 0.7 * z)) <= 1.0 + 1e-6 * mass


def test_mass_is_at_least_a_gram_and_never_endless():
    assert mass_g(np.uint64(0), np.uint64(2**31), 0.0, 3.0) == 1
    largest = mass_g(np.uint64(0), np.uint64(0), 9.0, 1.0)
    assert math.isclose(math.log(largest), 9.0 + math.sqrt(2 * 33 * math.log(2)), rel_tol=1e-6)


# Choice


def chosen(addresses, rates, n=300, key=5, what=What.ROUTE):
    """Rows that n choosers prefer."""
    after = rates.size
    return np.array(
        [preferred(np.uint64(key), np.uint64(w), what, addresses, rates, 0, after) for w in range(n)]
    )


FIVE = name_addresses(["north", "south", "east", "west", "middle"])


def test_one_alternative_is_always_taken_and_none_never():
    assert (chosen(FIVE, np.array([INF, INF, 1.0, INF, INF])) == 2).all()
    assert (chosen(FIVE, np.full(5, INF)) == -1).all()
    assert preferred(np.uint64(1), np.uint64(1), What.ROUTE, FIVE, np.ones(5), 3, 3) == -1


def test_a_shut_alternative_is_never_taken_and_moves_only_those_who_took_it():
    open_all = chosen(FIVE, np.ones(5))
    shut = chosen(FIVE, np.array([1.0, 1, INF, 1, 1]))
    assert 2 in open_all
    assert 2 not in shut
    assert (shut == open_all)[open_all != 2].all()


def test_the_best_alone_is_taken_at_endless_precision():
    values = np.array([0.3, 0.9, -1.0, 0.9, 0.2])
    assert (chosen(FIVE, haste(best_only(values, np.zeros(1, np.int64)), np.zeros(1, np.int64))) == 1).all()


def test_order_of_alternatives_does_not_matter():
    rates = 0.5 + numbers("rates", 5)
    order = np.array([3, 1, 4, 0, 2])
    assert (order[chosen(FIVE[order], rates[order])] == chosen(FIVE, rates)).all()


def test_a_new_alternative_moves_only_choices_that_go_to_it():
    rates = 0.5 + numbers("rates", 5)
    before = chosen(FIVE, rates, 2000)
    after = chosen(np.append(name_address("new"), FIVE).astype(np.uint64), np.append(0.8, rates), 2000)
    assert (after == 0).any()
    assert (after[after > 0] - 1 == before[after > 0]).all()
    by_row = chosen(np.arange(6, dtype=np.uint64), np.append(0.8, rates), 2000)
    assert (by_row[by_row > 0] - 1 != chosen(np.arange(5, dtype=np.uint64), rates, 2000)[by_row > 0]).any()


# A week of dispatch


def nothing_planned(n):
    return Planned(np.full(n, -1), np.zeros(n, np.int64))


def week_and_plan(
    flows, options, stock, route_haste=None, cover_haste=None, loss=0.0, week=522, planned=None
):
    """Loads of a week, and those that are planned when it ends."""
    n_routes = int(options.route.max(initial=0)) + 1
    return dispatch(
        week,
        week * WEEK_MIN,
        flows,
        options,
        np.array(stock, np.int64),
        nothing_planned(flows.key.size) if planned is None else planned,
        np.ones(options.route.size) if route_haste is None else np.array(route_haste, np.float64),
        np.ones(options.cover.size) if cover_haste is None else np.array(cover_haste, np.float64),
        np.arange(n_routes + 1, dtype=np.int64) * 4,
        np.full(n_routes, loss),
    )


def week_of(*arguments, **options):
    return week_and_plan(*arguments, **options)[0]


def slot(sent):
    return sent.who & 0xFFFF


def three_flows():
    """Three flows with 2, 0 and 3 routes; two covers on each route, the second of which takes small loads
    only.
    """
    routes = ["r0", "r1", "r0", "r2", "r3"]
    covers = [f"{r}|{c}" for r in routes for c in ("car", "truck")]
    flows = FlowArrays(
        key=name_addresses(["a", "b", "c"]),
        mu=np.log([20_000.0, 5000, 3000]),
        sigma=np.array([0.5, 0.5, 0.8]),
        most_g=np.array([60_000, 60_000, 8000]),
        first=np.array([0, 2, 2, 5]),
    )
    options = OptionArrays(
        route=np.array([0, 1, 0, 2, 3]),
        address=np.array([name_address(r) for r in routes], np.uint64),
        first=np.arange(6) * 2,
        cover=np.tile([0, 2], 5),
        cover_address=np.array([name_address(c) for c in covers], np.uint64),
        most_g=np.tile([10**9, 15_000], 5),
    )
    return flows, options


def test_stock_is_sent_until_the_next_load_does_not_fit():
    flows, options = three_flows()
    options = options._replace(most_g=np.full(10, 10**9))
    stock = np.array([3_000_000, 3_000_000, 400_000])
    sent = week_of(flows, options, stock)
    mass = np.bincount(sent.flow, sent.mass_g, minlength=3).astype(np.int64)
    assert mass[1] == 0  # no route, nothing sent
    left = stock - mass
    assert (left >= 0).all()
    more = week_of(flows, options, mass)
    assert same(more, sent)  # exactly what was sent is enough
    one_short = week_of(flows, options, mass - np.array([1, 0, 1]))
    assert one_short.flow.size == sent.flow.size - 2


def test_nothing_in_stock_nothing_sent():
    flows, options = three_flows()
    assert week_of(flows, options, [0, 0, 0]).flow.size == 0
    assert week_of(flows, options, [-5, 0, 0]).flow.size == 0


def test_loads_are_in_order_of_flow_then_slot():
    flows, options = three_flows()
    sent = week_of(flows, options, [3_000_000, 0, 400_000])
    for f in (0, 2):
        slots = slot(sent)[sent.flow == f]
        assert slots.tolist() == list(range(slots.size))
    assert (np.diff(sent.flow) >= 0).all()
    assert (sent.who >> 16 == 522).all()


def test_a_load_waits_as_it_is_until_the_stock_covers_it():
    """Ten weeks of small supply: each load keeps the number and the mass with which it was planned."""
    flows, options = three_flows()
    stock, planned, weeks = np.zeros(3, np.int64), nothing_planned(3), []
    for week in range(522, 532):
        stock = stock + np.array([9000, 0, 1500])
        before = planned
        sent, planned = week_and_plan(flows, options, stock, week=week, planned=before)
        stock = stock - np.bincount(sent.flow, sent.mass_g, minlength=3).astype(np.int64)
        weeks.append(sent.flow.size)
        for f in (0, 2):
            mine = np.flatnonzero(sent.flow == f)
            if mine.size and before.who[f] >= 0:
                assert sent.who[mine[0]] == before.who[f]
                assert sent.mass_g[mine[0]] == min(before.mass_g[f], options.most_g[sent.choice[mine[0]]])
            if not mine.size and before.who[f] >= 0:
                assert (planned.who[f], planned.mass_g[f]) == (before.who[f], before.mass_g[f])
            assert planned.mass_g[f] > stock[f] or stock[f] == 0
        assert planned.who[1] >> 16 == -1 or planned.mass_g[1] <= 60_000
    assert 0 in weeks
    assert sum(weeks) > 5


def test_a_planned_load_waits_for_an_open_route():
    flows, options = three_flows()
    sent, planned = week_and_plan(flows, options, [900_000, 0, 0], np.full(5, INF))
    assert sent.flow.size == 0
    later, _ = week_and_plan(flows, options, [900_000, 0, 0], week=523, planned=planned)
    assert later.who[0] == 522 << 16
    assert (later.who[1:] >> 16 == 523).all()
    assert later.mass_g[0] == min(planned.mass_g[0], options.most_g[later.choice[0]])


def test_what_a_cover_does_not_hold_stays_in_stock():
    flows, options = three_flows()
    small = options._replace(most_g=np.full(10, 10))
    sent, planned = week_and_plan(flows, small, [60_000, 0, 0])
    assert sent.mass_g[0] == 10
    assert planned.mass_g[0] > 60_000 - sent.mass_g.sum()


def test_route_and_cover_belong_to_the_choice():
    flows, options = three_flows()
    sent = week_of(flows, options, [9_000_000, 0, 900_000])
    option = sent.choice // 2
    assert (sent.route == options.route[option]).all()
    assert (sent.cover == options.cover[sent.choice]).all()
    assert ((option >= flows.first[sent.flow]) & (option < flows.first[sent.flow + 1])).all()
    assert np.unique(sent.choice).size == 10


def test_mass_is_bounded_by_tier_and_cover():
    flows, options = three_flows()
    sent = week_of(flows, options, [90_000_000, 0, 9_000_000])
    assert (sent.mass_g >= 1).all()
    assert (sent.mass_g <= np.minimum(flows.most_g[sent.flow], options.most_g[sent.choice])).all()
    assert (sent.mass_g[sent.flow == 2] == 8000).any()
    assert (sent.mass_g[sent.cover == 2] == 15_000).any()


def test_minutes_lie_in_the_week():
    flows, options = three_flows()
    sent = week_of(flows, options, [90_000_000, 0, 9_000_000])
    minute = sent.minute - 522 * WEEK_MIN
    assert minute.min() >= 0
    assert minute.max() < WEEK_MIN
    assert np.unique(minute // 1440).size == 7


def test_a_shut_route_or_cover_is_not_used():
    flows, options = three_flows()
    route_haste = [1, INF, 1, 1, INF]
    cover_haste = np.tile([INF, 1.0], 5)
    sent = week_of(flows, options, [9_000_000, 0, 900_000], route_haste, cover_haste)
    assert set(sent.route) == {0, 2}
    assert set(sent.cover) == {2}
    none = week_of(flows, options, [9_000_000, 0, 900_000], np.full(5, INF))
    assert none.flow.size == 0


@pytest.mark.parametrize(("loss", "lost"), [(0.0, 0.0), (1.0, 1.0)])
def test_loads_are_lost_never_or_always(loss, lost):
    flows, options = three_flows()
    sent = week_of(flows, options, [9_000_000, 0, 9_000_000], loss=loss)
    assert (sent.lost_stop >= 0).mean() == lost
    if lost:
        assert (sent.lost_stop // 4 == sent.route).all()
        assert set(sent.lost_stop % 4) == {0, 1, 2, 3}


def test_more_than_the_first_room_of_loads():
    flows, options = three_flows()
    sent = week_of(flows, options, [0, 0, 20_000_000])
    assert sent.flow.size > 3000
    few = week_of(flows, options, [0, 0, 200_000])
    assert same(few, type(sent)(*(c[: few.flow.size] for c in sent)))


def test_no_more_than_65536_slots():
    flows, options = three_flows()
    flows = flows._replace(mu=np.full(3, -50.0))
    sent = week_of(flows, options, [100_000, 0, 0])
    assert slot(sent).tolist() == list(range(65_536))
    assert (sent.mass_g == 1).all()


# What must not matter


def test_more_stock_only_adds_last_slots():
    flows, options = three_flows()
    few, many = week_of(flows, options, [500_000, 0, 0]), week_of(flows, options, [5_000_000, 0, 0])
    assert few.flow.size < many.flow.size
    assert same(few, type(many)(*(c[: few.flow.size] for c in many)))


def test_a_flow_alone_sends_what_it_sends_among_others():
    flows, options = three_flows()
    both = week_of(flows, options, [900_000, 0, 90_000])
    for f in (0, 2):
        alone = week_of(flows, options, np.where(np.arange(3) == f, [900_000, 0, 90_000], 0))
        assert same(alone, type(both)(*(c[both.flow == f] for c in both)))


def test_a_new_route_moves_only_loads_that_take_it():
    flows, options = three_flows()
    before = week_of(flows, options, [9_000_000, 0, 0])
    shifted = flows._replace(first=np.array([0, 3, 3, 6]))
    more = OptionArrays(
        route=np.append(4, options.route),
        address=np.append(np.uint64(name_address("r4")), options.address),
        first=np.arange(7) * 2,
        cover=np.append([0, 2], options.cover),
        cover_address=np.append(name_addresses(["r4|car", "r4|truck"]), options.cover_address),
        most_g=np.append([10**9, 15_000], options.most_g),
    )
    after = week_of(shifted, more, [9_000_000, 0, 0])
    n = min(before.flow.size, after.flow.size)
    stayed = after.route[:n] != 4
    assert 0 < stayed.sum() < n
    for field in ("who", "mass_g", "route", "cover", "minute"):
        assert (getattr(after, field)[:n] == getattr(before, field)[:n])[stayed].all(), field


def test_another_week_has_other_luck():
    flows, options = three_flows()
    one, other = (week_of(flows, options, [900_000, 0, 0], week=w) for w in (522, 523))
    assert (one.minute[:20] % WEEK_MIN != other.minute[:20] % WEEK_MIN).all()


def test_nothing_given_is_written_to():
    flows, options = three_flows()
    plan = nothing_planned(3)
    kept = [np.copy(c) for c in (*flows, *options)]
    stock = np.array([900_000, 0, 90_000])
    week_of(flows, options, stock, planned=plan)
    assert same(plan, nothing_planned(3))
    assert stock.tolist() == [900_000, 0, 90_000]
    assert all(np.array_equal(a, b) for a, b in zip(kept, (*flows, *options), strict=True))
