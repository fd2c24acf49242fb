"""Tips shared among countries, exposure, and orders to release."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.agents.intelligence import exposure_of, release_prob, tip_prob

SHARES = st.floats(0, 1)
THREE = st.lists(SHARES, min_size=3, max_size=3)


def tips(own, sharing, exposure=1.0):
    return tip_prob(np.array(own, float), np.array(sharing, float), np.array([exposure]))[0]


def by_enumeration(own, sharing, country):
    """Sum over who knows and who passes it on: tipped if the country knows, or another that knows passes
    it on.
    """
    chance = 0.0
    for knows in product([True, False], repeat=3):
        for passes in product([True, False], repeat=3):
            p = 1.0
            for c in range(3):
                p *= own[c] if knows[c] else 1 - own[c]
                p *= sharing[c] if passes[c] else 1 - sharing[c]
            heard = any(knows[c] and passes[c] for c in range(3) if c != country)
            chance += p * (knows[country] or heard)
    return chance


@given(THREE, THREE)
def test_a_tip_is_the_enumeration_over_who_knows_and_who_shares(own, sharing):
    expected = [by_enumeration(own, sharing, c) for c in range(3)]
    assert np.allclose(tips(own, sharing), expected, atol=1e-9)


def test_without_sharing_each_country_knows_its_own():
    assert np.allclose(tips([0.1, 0.5, 0.0], [0, 0, 0]), [0.1, 0.5, 0.0], atol=1e-15)


def test_with_full_sharing_all_know_alike():
    assert np.allclose(tips([0.1, 0.5, 0.2], [1, 1, 1]), 1 - 0.9 * 0.5 * 0.8, rtol=1e-14)


def test_a_country_that_shares_gains_nothing_itself():
    silent, open_handed = tips([0.3, 0.1, 0.1], [0, 0.5, 0.5]), tips([0.3, 0.1, 0.1], [1, 0.5, 0.5])
    assert np.isclose(silent[0], open_handed[0], rtol=1e-14)
    assert (open_handed[1:] > silent[1:]).all()


@pytest.mark.parametrize("certain", range(3))
def test_certain_knowledge_that_is_shared_reaches_all(certain):
    own, sharing = [0.2, 0.2, 0.2], [0.5, 0.5, 0.5]
    own[certain], sharing[certain] = 1.0, 1.0
    assert tips(own, sharing).tolist() == [1.0, 1.0, 1.0]
    sharing[certain] = 0.0
    assert (np.delete(tips(own, sharing), certain) < 1.0).all()


@given(THREE, THREE, st.floats(0, 20))
def test_tips_are_probabilities_and_rise_with_exposure(own, sharing, exposure):
    seen = tips(own, sharing, exposure)
    assert (seen >= -1e-15).all()
    assert (seen <= 1.0 + 1e-15).all()
    assert (tips(own, sharing, exposure + 1.0) >= seen - 1e-9).all()
    assert not tips(own, sharing, 0.0).any()


def test_exposure_scales_what_each_country_knows():
    assert np.allclose(tips([0.1, 0.4, 0.0], [0, 0, 0], 2.5), [0.25, 1.0, 0.0], rtol=1e-15)


def test_organisations_are_seen_apart():
    both = tip_prob(np.array([0.1, 0.3]), np.array([0.5, 0.2]), np.array([0.0, 2.0]))
    assert not both[0].any()
    assert np.allclose(both[1], [1 - 0.8 * (1 - 0.2 * 0.6), 1 - 0.4 * (1 - 0.5 * 0.2)], rtol=1e-14)


def test_informants_raise_exposure_in_proportion():
    assert exposure_of(np.array([0.5, 2.0]), np.array([0.0, 3.0])).tolist() == [0.5, 8.0]


def test_release_needs_protection_and_an_order():
    chance = release_prob(np.array([0.0, 0.5, 1.0]), np.array([0.0, 0.4]))
    assert np.allclose(chance, [[0, 0], [0, 0.2], [0, 0.4]], rtol=1e-15)
