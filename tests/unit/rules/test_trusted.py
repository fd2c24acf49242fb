"""Trusted carriers: who rides along, how much less such trucks are checked, and what a record is."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.agents.trusted import TRUCKS, abused_share, record_after, remember, truck_selection
from sim.codes import Cover, Outcome

SHARES = st.floats(0, 1)
RECORDS = st.floats(0, 1e6)
HALVES = st.floats(0.01, 1e3)


def abused(clean: float, enrolled: float = 0.5, abuse: float = 0.3, half: float = 10.0) -> float:
    columns = [np.array([x]) for x in (enrolled, abuse, half)]
    return float(abused_share(np.array([[clean]]), *columns)[0, 0])


def selection(share: float, factor: float) -> np.ndarray:
    return truck_selection(np.array([[share]]), np.array([factor]))[0, 0]


def test_half_of_the_share_at_half_of_the_record():
    assert abused(0.0) == 0.0
    assert math.isclose(abused(10.0), 0.15, rel_tol=1e-15)
    assert math.isclose(abused(1e12), 0.3, rel_tol=1e-9)


@given(RECORDS, SHARES, SHARES, HALVES, SHARES)
def test_without_a_programme_nothing_is_abused(clean, _, abuse, half, factor):
    assert abused(clean, 0.0, abuse, half) == 0.0
    assert selection(abused(clean, 0.0, abuse, half), factor).tolist() == [1.0] * 9


@given(RECORDS, SHARES, HALVES)
def test_how_many_others_are_enrolled_does_not_matter(clean, abuse, half):
    assert abused(clean, 1e-9, abuse, half) == abused(clean, 1.0, abuse, half)


@given(RECORDS, RECORDS, SHARES, HALVES)
def test_a_longer_record_opens_more(a, b, abuse, half):
    low, high = (abused(clean, 0.5, abuse, half) for clean in sorted([a, b]))
    assert 0.0 <= low <= high <= abuse


@given(SHARES, SHARES)
def test_trucks_alone_are_checked_less(share, factor):
    relative = selection(share, factor)
    trucks = [Cover.TIR_TRUCK, Cover.PRODUCE_TRUCK, Cover.OTHER_TRUCK]
    assert TRUCKS.tolist() == trucks
    assert np.allclose(relative[trucks], (1 - share) + share * factor, rtol=1e-12, atol=1e-15)
    assert (np.delete(relative, trucks) == 1.0).all()


def test_each_organisation_is_trusted_in_each_country_by_its_record_there():
    shares = abused_share(
        np.array([[0.0, 4.0], [1.0, 0.0]]), np.array([0.1, 0.0]), np.full(2, 0.5), np.array([1.0, 4.0])
    )
    assert shares.tolist() == [[0.0, 0.0], [0.25, 0.0]]
    relative = truck_selection(shares, np.array([0.2, 0.0]))
    assert relative.shape == (2, 2, 9)
    assert math.isclose(relative[1, 0, Cover.OTHER_TRUCK], 0.8, rel_tol=1e-15)


@given(RECORDS, st.integers(0, 100), st.integers(0, 3))
def test_a_find_ends_a_record(clean, passages, finds):
    after = float(record_after(np.array(clean), np.array(float(passages)), np.array(float(finds))))
    assert after == (0.0 if finds else clean + passages)


def remembered(cover: Cover, outcome: Outcome, before: float = 5.0) -> float:
    """Record of two organisations in three countries after an encounter of the second in the third."""
    memory: Any = SimpleNamespace(clean=np.full((2, 3), before))
    columns = [np.array([x]) for x in (1, 2, int(cover), int(outcome))]
    remember(memory, *columns)
    elsewhere = np.delete(memory.clean.ravel(), 5)
    assert (elsewhere == before).all()
    return float(memory.clean[1, 2])


def test_what_becomes_of_a_truck_is_remembered():
    after = {outcome: remembered(Cover.PRODUCE_TRUCK, outcome) for outcome in Outcome}
    passed, found = 6.0, 0.0
    assert after == {
        Outcome.NOT_INSPECTED: passed,
        Outcome.BRIBED: passed,
        Outcome.TURNED_BACK: 5.0,
        Outcome.MISSED: passed,
        Outcome.SEIZED: found,
        Outcome.RELEASED: found,
        Outcome.RELEASED_DIVERTED: found,
        Outcome.SHUT_OUT: 5.0,
    }


def test_no_other_cover_is_remembered():
    trucks = {Cover.TIR_TRUCK, Cover.PRODUCE_TRUCK, Cover.OTHER_TRUCK}
    for cover in Cover:
        moved = [remembered(cover, outcome) != 5.0 for outcome in (Outcome.MISSED, Outcome.SEIZED)]
        assert moved == [cover in trucks] * 2


def test_a_week_adds_up():
    memory: Any = SimpleNamespace(clean=np.zeros((1, 2)))
    country, cover = np.array([0, 0, 0, 1, 1]), np.full(5, int(Cover.TIR_TRUCK))
    outcome = np.array([Outcome.MISSED] * 3 + [Outcome.SEIZED, Outcome.MISSED])
    remember(memory, np.zeros(5, np.int64), country, cover, outcome)
    assert memory.clean.tolist() == [[3.0, 0.0]]
