"""No random number serves twice: the kernels run uncompiled, and every word that decides something is
noted.

A word is used up by one stage of one encounter, one part of one dispatch, or one post-hour (whose flow
and scanner have their own bits). Three flows send loads for 21 weeks, posts open and close, loads stay
under way from week to week, and weeks are cut at odd hours: 45,000 words, none twice.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from sim import draws
from sim.codes import Cover, Fate
from sim.draws import What, name_addresses, subkey, subkeys
from sim.kernels import carry as carry_module
from sim.kernels import dispatch as dispatch_module
from sim.kernels import encounter as encounter_module
from sim.kernels import post_hours as post_hours_module
from sim.kernels.arrays import LoadArrays, PostHours
from sim.kernels.dispatch import FlowArrays, OptionArrays, Planned
from sim.kernels.post_hours import wait_table
from tests.unit.kernels.small_world import (
    SWING,
    WEEK_MIN,
    as_carried,
    carry_rules,
    dealings,
    plain,
    post_arrays,
    rested,
    route_arrays,
    some_loads,
    week_shape,
)


class Drawn(int):
    """A word that knows where it was drawn."""

    at: tuple[int, ...]
    note: Counter


class Noted:
    """Kernels in plain Python that note every word they use."""

    def __init__(self) -> None:
        self.used: Counter[tuple] = Counter()
        self.blocks: Counter[tuple] = Counter()
        parts = {"words_at": self.words_at, "happens": self.happens}
        encounter = plain(
            encounter_module._encounter, is_tipped=self.happens, bribe_answer=self.bribe_answer, **parts
        )
        load = plain(carry_module._carry_load, encounter=encounter)
        self.carry = plain(carry_module._carry, carry_load=load)
        self.post_hours = plain(
            post_hours_module._post_hours, words_at=self.words_at_hour, scanner_turns=self.scanner_turns
        )
        preferred = plain(dispatch_module._preferred, words_at=self.words_at, uniform=self.uniform)
        choose = plain(dispatch_module._choose, preferred=preferred)
        lost = plain(dispatch_module._lost_stop, below=self.below, **parts)
        self.dispatch = plain(
            dispatch_module._dispatch,
            choose=choose,
            lost_stop_of=lost,
            mass_g=self.mass_g,
            below=self.below,
            words_at=self.words_at,
        )

    def words_at(self, *address):
        self.blocks[tuple(map(int, address))] += 1
        return self.words_at_hour(*address)

    def words_at_hour(self, *address):
        """The same for post hours, which draw a block anew where a call begins inside it."""
        whole = tuple(map(int, address))
        words = []
        for i, value in enumerate(draws.words_at(*map(np.uint64, whole))):
            word = HourWord(value) if whole[4] == What.POST_HOUR else Drawn(value)
            word.at, word.note = (*whole, i), self.used
            words.append(word)
        return words

    def use(self, *words):
        self.used.update(word.at for word in words)

    def happens(self, word, prob):
        if 0.0 < prob < 1.0:  # what is certain uses nothing up
            self.use(word)
        return draws._happens(int(word), prob)

    def bribe_answer(self, word, offer, accept):
        self.use(word)
        return encounter_module._bribe_answer(np.uint64(word), offer, accept)

    def scanner_turns(self, word, prob):
        self.used[(*word.at, "scanner")] += 1
        return post_hours_module._scanner_turns(np.uint64(int(word)), prob)

    def uniform(self, high, low):
        self.use(high, low)
        return draws._uniform(int(high), int(low))

    def mass_g(self, word_a, word_b, mu, sigma):
        self.use(word_a, word_b)
        return dispatch_module._mass_g(int(word_a), int(word_b), mu, sigma)

    def below(self, word, n):
        self.use(word)
        return draws._below(int(word), n)

    def repeats(self):
        """Words used twice and blocks drawn twice."""
        return [at for counts in (self.used, self.blocks) for at, n in counts.items() if n > 1]


class HourWord(Drawn):
    """A word of a post-hour: its upper bits are used by shifting."""

    def __rshift__(self, other):
        self.note[(*self.at, "flow")] += 1
        return int(self) >> int(other)


ROUTES = [[0, 1, 2], [3], [2, 4, 5], [5, 0], [1, 3, 4, 0, 2]]


def run_of_weeks(noted, routes=ROUTES, keys=None, weeks=range(522, 543)):
    """Dispatch, post hours and carrying week after week; gives the fates of all loads that ended."""
    names = [f"flow {f}" for f in "abc"]
    flows = FlowArrays(
        key=subkeys(7, names) if keys is None else keys,
        mu=np.log([20_000.0, 9000, 5000]),
        sigma=np.full(3, 0.5),
        most_g=np.full(3, 60_000),
        first=np.array([0, 2, 4, 5]),
    )
    options = OptionArrays(
        route=np.arange(5),
        address=name_addresses([f"route {r}" for r in range(5)]),
        first=np.arange(6) * 2,
        cover=np.tile([int(Cover.CAR), int(Cover.OTHER_TRUCK)], 5),
        cover_address=name_addresses([f"route {r}|{c}" for r in range(5) for c in ("car", "other_truck")]),
        most_g=np.full(10, 60_000),
    )
    way = route_arrays(routes, minutes=900)
    posts = post_arrays(
        list("abcdef"),
        country=[0, 0, 1, 1, 0, 1],
        is_patrol=[0, 0, 0, 0, 0, 1],
        trucks_per_h=0.8,
        traffic_cv=0.3,
        select=0.5,
        refused_select=0.9,
        open_on_alarm=0.6,
        find_cold=0.2,
        find_on_tip=0.9,
        scanner_share=0.5,
        fail_prob=0.1,
        repair_prob=0.3,
        open_hours=[24, 24, 24, 24, 10, 24],
    )
    deals = dealings(6, 2, 3, tip=0.1, offer=0.6, accept=0.4, tip_factor=0.2, release=0.5, goes_on=[0.5, 0.5])
    rules = carry_rules(turn_back=0.7, turn_back_min=400)
    state, loads, fates = rested(6), None, []
    stock, planned = np.zeros(3, np.int64), Planned(np.full(3, -1), np.zeros(3, np.int64))
    for week in weeks:
        stock += np.array([300_000, 150_000, 4000])
        sent, planned = noted.dispatch(
            week,
            week * WEEK_MIN,
            flows,
            options,
            stock,
            planned,
            np.ones(5),
            np.ones(10),
            way.start,
            np.full(5, 0.1),
        )
        np.subtract.at(stock, sent.flow, sent.mass_g)
        new = LoadArrays(
            key=flows.key[sent.flow],
            who=sent.who,
            trafficker=sent.flow,
            route=sent.route,
            cover=sent.cover,
            stop=way.start[sent.route],
            visit=np.zeros(sent.flow.size, np.int64),
            minute=sent.minute + 900,
            lost_stop=sent.lost_stop,
            mass_g=sent.mass_g.astype(np.float64),
        )
        loads = new if loads is None else LoadArrays(*map(np.concatenate, zip(loads, new, strict=True)))
        for from_h, to_h in ((0, 57), (57, 168)):
            shut = posts._replace(open_hours=np.where(np.arange(6) == 1, 0, posts.open_hours))
            here = shut if week == 524 else posts
            hours, state = noted.post_hours(
                np.uint64(subkey(7, "posts")),
                168 * week,
                from_h,
                to_h,
                here,
                week_shape(6),
                state,
                wait_table(1),
                SWING,
            )
            assert isinstance(hours, PostHours)
            ended, _ = noted.carry(
                week * WEEK_MIN, week * WEEK_MIN + 60 * to_h, loads, way, here, hours, deals, rules
            )
            fates.extend(ended.fate[ended.fate != Fate.UNDER_WAY].tolist())
            loads = some_loads(as_carried(loads, ended), np.flatnonzero(ended.fate == Fate.UNDER_WAY))
    return fates, loads


@pytest.fixture(scope="module")
def many_weeks():
    noted = Noted()
    fates, under_way = run_of_weeks(noted)
    return noted, fates, under_way


def test_no_word_is_used_twice(many_weeks):
    noted, fates, under_way = many_weeks
    assert noted.repeats() == []
    assert len(noted.used) > 45_000
    assert set(fates) == {Fate.DELIVERED, Fate.SEIZED, Fate.DIVERTED, Fate.LOST}
    assert under_way.key.size > 0


def test_every_kind_of_draw_of_the_kernels_was_made(many_weeks):
    noted, _, _ = many_weeks
    drawn = {What(at[4]) for at in noted.used}
    kinds = [
        "ARRIVAL",
        "MASS",
        "INSPECTION",
        "REFUSAL",
        "DISPATCH",
        "WHERE_LOST",
        "ROUTE",
        "COVER",
        "POST_HOUR",
    ]
    assert drawn == {What[kind] for kind in kinds}
    visits = {at[3] for at in noted.used if at[4] == What.ARRIVAL}
    assert visits >= {0, 1, 2, 3}


def test_every_post_hour_uses_one_word(many_weeks):
    noted, _, _ = many_weeks
    flows = [at for at in noted.used if at[4] == What.POST_HOUR and at[6] == "flow"]
    assert len(flows) == 21 * 168 * 5  # weeks, hours, posts with a queue


@pytest.mark.parametrize(
    "fault",
    [
        {"keys": np.full(3, 7, np.uint64)},  # flows without keys of their own
        {"weeks": [522, 522]},  # the week left out of the load's number
    ],
    ids=["flows share a key", "weeks share numbers"],
)
def test_addresses_that_serve_twice_are_seen(fault):
    noted = Noted()
    run_of_weeks(noted, **{"weeks": [522], **fault})
    assert noted.repeats() != []


def test_a_post_met_twice_on_a_route_has_luck_for_both():
    """A port or an airport is met on the way in and on the way out."""
    noted = Noted()
    run_of_weeks(noted, routes=[[0, 1, 0], [3, 3], [2, 4, 5], [5, 0], [1, 3]], weeks=[522, 523])
    assert noted.repeats() == []
