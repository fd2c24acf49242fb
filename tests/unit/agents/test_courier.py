"""Couriers: who is taken, the ledger of people, names that do not move, and room for a million."""

from __future__ import annotations

import time
import tracemalloc
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.agents.courier import COLUMNS, NO_LOAD, CourierSet, CourierState

NORTH, SOUTH = 0, 1
FREE, TRAVELLING, ARRESTED, COOPERATING, EXITED = CourierState


def two_traffickers() -> CourierSet:
    return CourierSet(["north", "south"], ["KZ", "TJ", "UZ"], homes=[1, 2])


def test_first_loads_recruit_and_later_loads_take_the_lowest_free_number():
    couriers = two_traffickers()
    first = couriers.take([NORTH, SOUTH, NORTH, NORTH], [10, 11, 12, 13])
    assert couriers.ids(first).tolist() == ["north#0", "south#0", "north#1", "north#2"]
    couriers.give_back(first[[3, 2]], [500, 700])
    second = couriers.take([SOUTH, NORTH, NORTH, NORTH], [14, 15, 16, 17])
    assert couriers.ids(second).tolist() == ["south#1", "north#1", "north#2", "north#3"]
    assert couriers.counts() == (6, 0, 6, 0, 0, 0)


def test_a_courier_shows_what_the_arrays_hold():
    couriers = two_traffickers()
    rows = couriers.take([SOUTH, NORTH], [8, 9])
    courier = couriers[int(rows[0])]
    assert (courier.trafficker, courier.number, courier.home) == ("south", 0, "UZ")
    assert (courier.trips, courier.wages_usd, courier.state, courier.load) == (0, 0.0, TRAVELLING, 8)
    couriers.give_back(rows, [12_345, 1])
    assert (courier.trips, courier.wages_usd, courier.state, courier.load) == (1, 123.45, FREE, None)
    assert courier.unique_id == "south#0"
    assert repr(courier) == "<Courier south#0: free>"


def test_views_stay_true_while_the_arrays_grow():
    couriers = two_traffickers()
    rows = couriers.take([NORTH], [3])
    courier = couriers[0]
    couriers.grow(1000, SOUTH)
    couriers.give_back(rows, [100])
    assert (courier.trips, courier.wages_usd) == (1, 1.0)
    assert courier == couriers[0] and courier != couriers[1] and len({courier, couriers[0]}) == 1
    assert couriers[-1].unique_id == "south#999"
    with pytest.raises(IndexError, match="courier 1001 of 1001"):
        couriers[1001]


def test_the_arrested_and_the_dismissed_never_carry_again():
    couriers = two_traffickers()
    rows = couriers.take([NORTH] * 4, [0, 1, 2, 3])
    couriers.arrest(rows[:2], [False, True])
    couriers.give_back(rows[2:], [0, 0])
    couriers.dismiss(rows[3])
    assert couriers.column("state").tolist() == [ARRESTED, COOPERATING, FREE, EXITED]
    assert couriers.column("trips").tolist() == [0, 0, 1, 1]
    assert couriers.ids(couriers.take([NORTH, NORTH], [4, 5])).tolist() == ["north#2", "north#4"]
    assert couriers.counts() == (5, 0, 2, 1, 1, 1)
    assert couriers.counts_by_trafficker().tolist() == [[0, 2, 1, 1, 1], [0, 0, 0, 0, 0]]


def test_grow_makes_couriers_of_many_traffickers_at_once():
    couriers = two_traffickers()
    couriers.grow(2, SOUTH, 0)
    rows = couriers.grow(4, [SOUTH, NORTH, SOUTH, NORTH], [0, 1, 2, 0])
    assert couriers.ids(rows).tolist() == ["south#2", "north#0", "south#3", "north#1"]
    assert [couriers[int(row)].home for row in rows] == ["KZ", "TJ", "UZ", "KZ"]


def test_one_more_trafficker_renames_nobody():
    def history(names: list[str], extra_loads: int) -> dict[int, str]:
        couriers = CourierSet(names, ["KZ"], homes=0)
        carried = {}
        for week in range(3):
            owner = [names.index("north")] * 3 + [names.index("south")] * 2 + [0] * extra_loads
            loads = [week * 100 + slot for slot in range(len(owner))]
            rows = couriers.take(owner, loads)
            carried.update(zip(loads[:5], couriers.ids(rows[:5]).tolist(), strict=True))
            couriers.give_back(rows[[0, 4]], 0)
        return carried

    before = history(["north", "south"], extra_loads=0)
    after = history(["another", "north", "south"], extra_loads=4)
    assert before == after
    moved = history(["north", "south"], extra_loads=4)  # control: more loads of one's own do rename
    assert moved != before


@given(
    st.lists(st.tuples(st.sampled_from(["take", "give_back", "arrest", "dismiss"]), st.integers(0, 2**20)))
)
def test_people_are_kept_as_a_plain_book_keeps_them(events: list[tuple[str, int]]):
    """The same history in lists: lowest number first, and every courier in exactly one state."""
    couriers = CourierSet(["a", "b", "c"], ["KZ"], homes=0)
    book: list[list[CourierState]] = [[], [], []]
    trips: Counter[str] = Counter()
    next_load = 0
    for what, pick in events:
        ids = couriers.ids(np.arange(len(couriers)))
        wanted_state = FREE if what == "dismiss" else TRAVELLING
        named = np.flatnonzero(couriers.column("state") == wanted_state)[pick % 3 :: 2]
        if what == "take":
            owner = [(pick >> (2 * i)) % 3 for i in range(pick % 6)]
            rows = couriers.take(owner, range(next_load, next_load + len(owner)))
            next_load += len(owner)
            expected = []
            for who in owner:
                number = next((i for i, s in enumerate(book[who]) if s == FREE), len(book[who]))
                book[who][number : number + 1] = [TRAVELLING]
                expected.append(f"{'abc'[who]}#{number}")
            assert couriers.ids(rows).tolist() == expected
            continue
        talks = [bool(pick >> i & 1) for i in range(named.size)]
        if what == "give_back":
            couriers.give_back(named, 100)
            trips.update(ids[named].tolist())
            ends = [FREE] * named.size
        elif what == "arrest":
            couriers.arrest(named, talks)
            ends = [COOPERATING if t else ARRESTED for t in talks]
        else:
            couriers.dismiss(named)
            ends = [EXITED] * named.size
        for courier_id, end in zip(ids[named], ends, strict=True):
            name, number = courier_id.split("#")
            book["abc".index(name)][int(number)] = end

    states = Counter(state for row in book for state in row)
    counts = couriers.counts()
    assert counts == (sum(states.values()), *(states[state] for state in CourierState))
    assert counts.recruited == sum(counts[1:]) == len(couriers)
    assert {c.unique_id: c.trips for c in couriers if c.trips} == dict(trips)
    assert couriers.agg("wages_cents", np.sum) == 100 * sum(trips.values())
    carrying = couriers.select(state=TRAVELLING).get("load")
    assert np.unique(carrying).size == carrying.size == counts.travelling
    assert (couriers.select(couriers.column("state") != TRAVELLING).get("load") == NO_LOAD).all()


def test_a_book_with_a_forgotten_courier_does_not_balance():
    couriers = two_traffickers()
    couriers.grow(3, NORTH)
    couriers._n -= 1  # a courier dropped from the arrays
    counts = couriers.counts()
    assert counts.recruited == 3 and sum(counts[1:]) == 2


def test_select_and_agg_ask_the_whole_set():
    couriers = two_traffickers()
    rows = couriers.take([NORTH, NORTH, SOUTH, SOUTH], [0, 1, 2, 3])
    couriers.give_back(rows[1:], [100, 200, 300])
    free_south = couriers.select(trafficker="south", state=FREE)
    assert [c.unique_id for c in free_south] == ["south#0", "south#1"]
    assert free_south.agg("wages_usd", np.sum) == 5.0
    assert couriers.select(couriers.column("trips") > 0, home="TJ").rows.tolist() == [1]
    assert len(free_south.select(free_south.get("wages_cents") > 200)) == 1
    assert free_south[1].wages_usd == 3.0
    assert couriers.agg("trips", np.sum) == 3 and len(couriers.select(load=0)) == 1
    with pytest.raises(ValueError, match="no trafficker is called 'east'; there are north, south"):
        couriers.select(trafficker="east")
    with pytest.raises(KeyError, match="couriers have no 'colour'"):
        couriers.agg("colour", np.sum)
    with pytest.raises(ValueError, match="mask must hold 4 bools"):
        couriers.select([0, 1])


def test_columns_cannot_be_written_to():
    couriers = two_traffickers()
    couriers.grow(2, NORTH)
    with pytest.raises(ValueError, match="read-only"):
        couriers.column("trips")[0] = 5
    couriers.give_back(couriers.take([NORTH], [1]), 0)
    assert couriers.column("trips").tolist() == [1, 0]


def test_state_round_trip_goes_on_alike():
    couriers = two_traffickers()
    rows = couriers.take([NORTH, SOUTH, NORTH, SOUTH, SOUTH], [0, 1, 2, 3, 4])
    couriers.give_back(rows[:2], [100, 50])
    couriers.arrest(rows[2:4], [True, False])
    arrays = couriers.state_arrays()
    again = CourierSet.from_state(["north", "south"], ["KZ", "TJ", "UZ"], [1, 2], arrays)
    for name, dtype in COLUMNS.items():
        assert arrays[name].dtype == dtype
        np.testing.assert_array_equal(again.column(name), couriers.column(name))
    assert again.counts() == couriers.counts()
    wanted = [SOUTH, SOUTH, NORTH, NORTH]
    assert (
        again.ids(again.take(wanted, [5, 6, 7, 8])).tolist()
        == couriers.ids(couriers.take(wanted, [5, 6, 7, 8])).tolist()
    )


def test_state_arrays_are_copies():
    couriers = two_traffickers()
    rows = couriers.take([NORTH], [6])
    arrays = couriers.state_arrays()
    couriers.give_back(rows, [100])
    arrays["trips"][0] = 9
    assert (arrays["load"].tolist(), couriers.column("trips").tolist()) == ([6], [1])


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("number", [1, 0], "numbered from 0"),
        ("trafficker", [0, 2], "trafficker rows must lie in 0..1"),
        ("home", [0, -1], "home rows must lie in 0..2"),
        ("load", [NO_LOAD, 7], "only then"),
        ("state", [FREE, TRAVELLING], "only then"),
        ("state", [FREE, 5], "no courier state"),
        ("trips", [0, 0, 0], "of one length"),
    ],
)
def test_state_that_cannot_be_is_refused(name: str, values: list[int], message: str):
    couriers = two_traffickers()
    couriers.grow(2, NORTH)
    arrays = couriers.state_arrays() | {name: np.array(values, COLUMNS[name])}
    with pytest.raises((ValueError, IndexError), match=message):
        CourierSet.from_state(["north", "south"], ["KZ", "TJ", "UZ"], [1, 2], arrays)


def test_state_without_a_column_is_refused():
    arrays = two_traffickers().state_arrays()
    del arrays["home"]
    with pytest.raises(ValueError, match="couriers need arrays"):
        CourierSet.from_state(["north", "south"], ["KZ", "TJ", "UZ"], [1, 2], arrays)


def test_wrong_use_is_refused_and_changes_nothing():
    couriers = two_traffickers()
    rows = couriers.take([NORTH, NORTH], [0, 1])
    before = couriers.state_arrays()
    for wrong in (
        lambda: couriers.give_back([rows[0], rows[0]], 0),
        lambda: couriers.dismiss(rows),
        lambda: couriers.arrest([2], False),
        lambda: couriers.give_back([-1], 0),
        lambda: couriers.take([2], [5]),
        lambda: couriers.take([NORTH, SOUTH], [5]),
        lambda: couriers.take([NORTH], [NO_LOAD]),
        lambda: couriers.give_back(rows, [1, 2, 3]),
        lambda: couriers.give_back(rows, [1.5, 2.5]),
        lambda: couriers.give_back(rows, [1, -2]),
        lambda: couriers.grow(2, NORTH, 3),
        lambda: couriers.grow(2**31, NORTH),
    ):
        with pytest.raises((ValueError, IndexError, TypeError)):
            wrong()
        for name, values in before.items():
            np.testing.assert_array_equal(couriers.column(name), values)
    assert couriers.counts() == (2, 0, 2, 0, 0, 0)


def test_no_loads_and_no_couriers():
    couriers = two_traffickers()
    assert couriers.take([], []).size == 0
    couriers.give_back([], [])
    assert len(couriers) == 0 and couriers.counts() == (0,) * 6 and list(couriers.select()) == []
    assert couriers.ids([]).tolist() == []


def test_a_million_couriers_fit_and_are_made_in_a_second():
    tracemalloc.start()
    try:
        start = time.perf_counter()
        couriers = CourierSet([f"t{i}" for i in range(100)], ["KZ"], homes=0)
        couriers.grow(1_000_000, np.arange(1_000_000) % 100)
        elapsed_s = time.perf_counter() - start
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert elapsed_s < 1
    assert peak_bytes < 200e6
    assert couriers.nbytes <= 100 * len(couriers)
    assert couriers[999_999].unique_id == "t99#9999"


def test_recruiting_a_few_at_a_time_is_amortised():
    couriers = two_traffickers()
    moves = 0
    for _ in range(2000):
        held = couriers.nbytes
        couriers.grow(10, NORTH)
        moves += couriers.nbytes != held
    assert len(couriers) == 20_000 and moves < 30
    assert couriers.nbytes <= 100 * len(couriers)
