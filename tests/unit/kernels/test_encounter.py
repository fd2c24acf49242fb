"""Each stage of the encounter, the chain they make, and its integral over all stages."""

from __future__ import annotations

import inspect
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.codes import Means, Outcome
from sim.draws import What, name_address
from sim.kernels import encounter as chain
from tests.unit.kernels.encounter_law import Visit, chance_of, law
from tests.unit.kernels.small_world import plain

PROBS = st.floats(0.0, 1.0)
VISITS = st.builds(Visit, *[PROBS] * 6, st.floats(0.0, 3.0), *[PROBS] * 8, st.booleans())
SURE, NEVER = 0, 2**32 - 1


def taken(function, visit):
    """The chances that a function asks for, by name."""
    asked = inspect.signature(function).parameters
    return {name: value for name, value in visit._asdict().items() if name in asked}


def found_prob(visit):
    return chain.found_prob(**taken(chain._found_prob, visit))


def encountered(visit, key=1, who=2, address=3, nth=0, function=chain.encounter):
    chances = taken(chain._encounter, visit)
    assert len(chances) == len(visit)
    outcome, means = function(np.uint64(key), np.uint64(who), np.uint64(address), nth, **chances)
    return Outcome(outcome), Means(means)


def with_words(visit, **words):
    """Outcome and means of a visit whose words are given; a word that is not given makes nothing happen."""
    names = {
        What.ARRIVAL: ("tip", "bribe", "select", "scan"),
        What.INSPECTION: ("dog", "search", "release", "goes_on"),
        What.REFUSAL: ("turn", "", "", ""),
    }

    def chosen(_key, _who, _where, _visit, what):
        return tuple(np.uint64(words.get(name, NEVER)) for name in names[what])

    return encountered(visit, function=plain(chain._encounter, words_at=chosen))


# Stages


def test_a_tip_is_as_likely_as_it_says():
    assert chain.is_tipped(np.uint64(2**30), 0.26)
    assert not chain.is_tipped(np.uint64(2**30), 0.25)


def test_a_tip_makes_a_bribe_harder():
    assert chain.accept_prob(0.5, 0.2, False) == 0.5
    assert chain.accept_prob(0.5, 0.2, True) == 0.1


@pytest.mark.parametrize(("word", "answer"), [(0.0, 1), (0.19, 1), (0.21, -1), (0.39, -1), (0.41, 0)])
def test_one_word_decides_offer_and_answer(word, answer):
    assert chain.bribe_answer(np.uint64(word * 2**32), 0.4, 0.5) == answer


@pytest.mark.parametrize(
    ("tipped", "refused", "patrol", "scale", "expected"),
    [
        (True, False, False, 0.5, 1.0),
        (False, False, False, 0.5, 0.1),
        (False, False, False, 9.0, 1.0),
        (False, True, False, 0.5, 0.6),
        (False, True, False, 4.0, 0.8),
        (False, False, True, 0.5, 1.0),
    ],
)
def test_selection_by_tip_patrol_refusal_or_policy(tipped, refused, patrol, scale, expected):
    assert chain.select_prob(tipped, refused, patrol, 0.2, scale, 0.6) == expected


@pytest.mark.parametrize(
    ("patrol", "scale", "expected"), [(False, 0.5, 1.0), (True, 0.5, 0.1), (True, 9.0, 1.0)]
)
def test_a_patrol_is_met_by_chance(patrol, scale, expected):
    assert chain.met_prob(patrol, 0.2, scale) == expected


def test_half_the_image_at_half_the_mass():
    assert chain.bulk_of(3000.0, 3000.0) == 0.5
    assert chain.bulk_of(1000.0, 3000.0) == 0.25
    assert chain.bulk_of(5.0, 0.0) == 1.0


def test_scanner_and_dog_are_products():
    assert chain.scan_prob(0.8, 0.5, 0.25) == 0.1
    assert chain.dog_prob(0.8, 0.25) == 0.2


@pytest.mark.parametrize(
    ("tipped", "alarm", "expected"),
    [(True, True, 0.9), (True, False, 0.9), (False, True, 0.7), (False, False, 0.2)],
)
def test_search_after_tip_alarm_or_neither(tipped, alarm, expected):
    assert chain.search_prob(tipped, alarm, 0.9, 0.7, 0.2) == expected


@pytest.mark.parametrize(
    ("tipped", "scanned", "smelt", "patrol", "means"),
    [
        (True, True, True, True, Means.TIP),
        (False, True, True, True, Means.PATROL),
        (False, True, True, False, Means.SCANNER),
        (False, False, True, False, Means.DOG),
        (False, False, False, False, Means.SEARCH),
    ],
)
def test_credit_goes_to_the_first_that_saw_it(tipped, scanned, smelt, patrol, means):
    assert chain.means_of(tipped, scanned, smelt, patrol) == means


# The chain with chosen words

ALL_HALF = Visit(*[0.5] * 15, False)


@pytest.mark.parametrize(
    ("words", "outcome", "means"),
    [
        ({}, Outcome.NOT_INSPECTED, Means.NONE),
        ({"bribe": SURE}, Outcome.BRIBED, Means.NONE),
        ({"tip": SURE, "bribe": SURE}, Outcome.BRIBED, Means.NONE),
        ({"bribe": 0.4, "turn": SURE}, Outcome.TURNED_BACK, Means.NONE),
        ({"bribe": 0.4}, Outcome.NOT_INSPECTED, Means.NONE),
        ({"bribe": 0.4, "select": 0.4}, Outcome.MISSED, Means.NONE),
        ({"select": 0.4}, Outcome.NOT_INSPECTED, Means.NONE),  # 0.4 is below 0.5 but not below 0.5 x 0.5
        ({"select": 0.2, "search": SURE}, Outcome.SEIZED, Means.SEARCH),
        ({"select": 0.2, "scan": SURE, "dog": SURE, "search": SURE}, Outcome.SEIZED, Means.SCANNER),
        ({"select": 0.2, "dog": SURE, "search": SURE}, Outcome.SEIZED, Means.DOG),
        ({"tip": SURE, "search": SURE}, Outcome.SEIZED, Means.TIP),
        ({"tip": SURE}, Outcome.MISSED, Means.NONE),
        ({"tip": SURE, "bribe": 0.4, "turn": SURE, "search": SURE}, Outcome.SEIZED, Means.TIP),
        ({"tip": SURE, "search": SURE, "release": SURE}, Outcome.RELEASED_DIVERTED, Means.TIP),
        ({"tip": SURE, "search": SURE, "release": SURE, "goes_on": SURE}, Outcome.RELEASED, Means.TIP),
    ],
)
def test_words_lead_through_the_chain(words, outcome, means):
    given_words = {name: int(word * 2**32) for name, word in words.items()}
    assert with_words(ALL_HALF, **given_words) == (outcome, means)


def test_a_patrol_that_is_not_met_takes_no_bribe():
    patrol = ALL_HALF._replace(is_patrol=True)
    assert with_words(patrol, bribe=SURE) == (Outcome.NOT_INSPECTED, Means.NONE)
    assert with_words(patrol, bribe=SURE, select=SURE) == (Outcome.BRIBED, Means.NONE)
    assert with_words(patrol, search=SURE, select=SURE) == (Outcome.SEIZED, Means.PATROL)
    assert with_words(patrol, tip=SURE, bribe=SURE) == (Outcome.BRIBED, Means.NONE)


def test_a_search_needs_what_came_before():
    visit = Visit(select=1.0, scan=0.5, open_on_alarm=1.0, find_cold=0.0)
    assert with_words(visit, search=SURE) == (Outcome.MISSED, Means.NONE)
    assert with_words(visit, search=SURE, scan=SURE) == (Outcome.SEIZED, Means.SCANNER)


@given(VISITS, *[st.integers(0, 2**32 - 1)] * 5)
def test_outcomes_are_possible_ones(visit, key, who, nth, where_low, where_high):
    ended = encountered(visit, key, who, where_low | where_high << 32, nth % 65536)
    assert law(visit)[ended] > 0.0


def test_compiled_and_plain_chains_agree():
    visit = Visit(0.1, 0.4, 0.5, 0.3, 0.5, 0.6, 0.9, 0.7, 0.3, 0.2, 0.9, 0.8, 0.4, 0.3, 0.5)
    address = name_address("korday_kz")
    outcomes = set()
    for who in range(300):
        compiled = encountered(visit, 5, who, address, 1)
        assert compiled == encountered(visit, 5, who, address, 1, plain(chain._encounter))
        outcomes.add(compiled[0])
    assert len(outcomes) == 7


# The integral


@given(VISITS)
def test_chances_of_outcomes_add_to_one(visit):
    assert math.isclose(sum(law(visit).values()), 1.0, rel_tol=1e-12)


@given(VISITS)
def test_found_prob_is_the_sum_over_all_branches(visit):
    found = chance_of(visit, Outcome.SEIZED, Outcome.RELEASED, Outcome.RELEASED_DIVERTED)
    assert math.isclose(found_prob(visit), found, rel_tol=1e-12, abs_tol=1e-15)


@pytest.mark.parametrize(
    "field", ["tip", "select", "scan", "dog", "find_on_tip", "open_on_alarm", "find_cold"]
)
@given(visit=VISITS, more=PROBS)
def test_without_bribes_more_of_anything_finds_no_less(field, visit, more):
    visit = visit._replace(offer=0.0, find_on_tip=1.0, find_cold=min(visit.find_cold, visit.open_on_alarm))
    raised = visit._replace(**{field: max(getattr(visit, field), more)})
    if field == "find_cold":
        raised = raised._replace(find_cold=min(raised.find_cold, raised.open_on_alarm))
    assert found_prob(raised) >= found_prob(visit) - 1e-15


def test_an_alarm_that_leads_to_no_opening_hides_what_a_search_by_hand_would_find():
    """Where the seal is feared more after an alarm than in a search by hand, a better scanner finds less."""
    feared = Visit(find_cold=0.5, open_on_alarm=0.1)
    assert found_prob(feared._replace(scan=0.9)) < found_prob(feared._replace(scan=0.1))


@pytest.mark.parametrize(
    ("visit", "found"),
    [
        (Visit(select=0.0), 0.0),
        (Visit(), 1.0),
        (Visit(scale=0.0), 0.0),
        (Visit(offer=1.0, accept=1.0), 0.0),
        (Visit(tip=1.0, select=0.0), 1.0),
        (Visit(tip=1.0, offer=1.0, accept=1.0, tip_factor=0.25, find_on_tip=0.8), 0.6),
        (Visit(offer=1.0, select=0.0, refused_select=0.3), 0.3),
        (Visit(offer=1.0, turn_back=1.0, refused_select=1.0), 0.0),
        (Visit(select=0.5, scan=0.5, dog=0.5, open_on_alarm=0.8, find_cold=0.0), 0.3),
        (Visit(select=0.1, find_cold=0.5), 0.05),
        (Visit(select=0.1, find_cold=0.5, offer=1.0, accept=0.4, is_patrol=True), 0.03),
    ],
)
def test_limits_and_known_answers_of_found_prob(visit, found):
    assert math.isclose(found_prob(visit), found, rel_tol=1e-12)
