"""Stylised facts: those that the model shows, each with a control without it, and those that it does not.

Means over 8 keys of paired differences on the northern route, nothing sent again. One-sided t tests at
alpha = 0.01 on 7 degrees of freedom (t = 3.00). An effect of 4.41 standard errors is found with a power of
0.9; the errors are in MODEL.md, section 13. Controls state how far from nothing they may be.
"""

from __future__ import annotations

import pytest
from scipy.stats import t

from tests.statistics.stated import needs_compiled
from tests.statistics.stylised import (
    KEYS,
    bend,
    chord_gap,
    effect,
    kg_per_seizure,
    mean,
    moved_kg,
    outcome,
)

pytestmark = [pytest.mark.long, needs_compiled]

CRITICAL = float(t.ppf(0.99, len(KEYS) - 1))


@pytest.mark.parametrize("name", ["delivered_kg", "profit_usd"])
def test_hardening_a_few_routes_does_little(name: str):
    """S1: the effect of half the posts lies below the chord; traffickers who keep their routes lie on it."""
    whole = mean(effect("adaptive", "all", name))
    assert whole.z < -CRITICAL
    assert chord_gap("adaptive", name).z < -CRITICAL
    fixed = mean(effect("non_adaptive", "all", name))
    assert abs(chord_gap("non_adaptive", name).value) < 0.01 * abs(fixed.value)


def test_adaptation_eats_a_part_of_the_effect():
    gap = effect("adaptive", "all", "delivered_kg") - effect("non_adaptive", "all", "delivered_kg")
    assert mean(gap).z > CRITICAL


def test_random_teams_find_more_than_fixed_ones():
    """S2; most of it is where the teams stand, so that the control gains too: see MODEL.md."""
    assert mean(effect("adaptive", "random", "seized_kg", "fixed")).z > CRITICAL
    assert mean(effect("non_adaptive", "random", "seized_kg", "fixed")).z > CRITICAL


def test_returns_diminish():
    """S4: each further unit of the chance to find brings less; on fixed routes it brings as much."""
    assert bend("adaptive", "seized_kg").z < -CRITICAL
    late = outcome("non_adaptive", "all 0.8", "seized_kg") - outcome("non_adaptive", "all 0.4", "seized_kg")
    assert abs(bend("non_adaptive", "seized_kg").value) < 0.02 * late.mean() / 0.4


def test_flows_move_to_other_crossings():
    """S9: what shuns the hardened crossing comes to its neighbours; on fixed routes nothing moves."""
    here, others = moved_kg("adaptive")
    assert here.z < -CRITICAL and others.z > CRITICAL
    here, others = moved_kg("non_adaptive")
    assert here.value == 0.0
    assert abs(others.value) < 0.001 * outcome("non_adaptive", "baseline", "sent_kg").mean()


@pytest.mark.parametrize("arm", ["tips", "all"])
def test_the_mass_of_a_seizure_does_not_fall_here(arm: str):
    """S5 is not shown: more loads are seized, but those that are seized are heavier; see MODEL.md."""
    assert mean(effect("adaptive", arm, "seizures")).z > CRITICAL
    assert kg_per_seizure("adaptive", arm).z > CRITICAL


def test_the_footprint_does_not_grow_here():
    """S10 is not shown: no more routes are used under pressure; see MODEL.md."""
    assert mean(effect("adaptive", "all", "active_routes")).z < CRITICAL
