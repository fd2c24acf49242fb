"""What traffickers believe of posts: the prior, the posterior, forgetting and hearsay."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.agents.belief import PRIOR_WEIGHT, believed_risk, learned
from tests.unit.kernels.small_world import wholes

COUNTS = st.floats(0, 1e6)
PRIORS = st.floats(0.001, 0.5)
NOBODY = np.zeros((1, 1, 1))


def risk(caught, trips, prior):
    return float(believed_risk(np.array([caught]), np.array([trips]), prior)[0])


@given(PRIORS)
def test_the_untried_has_the_prior_risk(prior):
    assert abs(risk(0.0, 0.0, prior) - prior) < 1e-15


def test_known_answers():
    assert risk(1.0, 1.0, 0.1) == 1.5 / 6.0
    assert risk(2.0, 15.0, 0.1) == 2.5 / 20.0
    assert risk(0.0, 45.0, 0.1) == 0.5 / 50.0


@given(COUNTS, PRIORS)
def test_a_used_route_without_seizures_never_reads_above_an_untried_one(trips, prior):
    assert risk(0.0, trips, prior) <= risk(0.0, 0.0, prior)


@given(COUNTS, st.floats(0, 1), PRIORS)
def test_risk_is_a_probability_between_prior_and_share(trips, share, prior):
    believed = risk(share * trips, trips, prior)
    assert min(share, prior) - 1e-12 <= believed <= max(share, prior) + 1e-12


@given(COUNTS, COUNTS, PRIORS, st.floats(0.01, 100))
def test_risk_rises_with_losses_and_falls_with_passages(caught, passed, prior, more):
    believed = risk(caught, caught + passed, prior)
    assert risk(caught + more, caught + passed + more, prior) > believed - 1e-15
    assert risk(caught, caught + passed + more, prior) < believed + 1e-15


def test_much_evidence_leaves_nothing_of_the_prior():
    assert abs(risk(3e8, 1e9, 0.1) - 0.3) < 1e-8


def weeks(counts, forget, others, n=1):
    """Decayed counts after weeks of own events, (n_weeks, n_traffickers)."""
    total = np.zeros((n, 1, 1))
    for own in counts:
        total = learned(total, np.reshape(own, (n, 1, 1)), np.full(n, forget), np.full(n, others))
    return total[:, 0, 0]


def test_without_forgetting_or_hearsay_counts_are_exact():
    """theta = 1, eta = 0 is the Beta-Bernoulli posterior: S and N are the sums of 500 weeks, to the last
    unit.
    """
    caught, trips = wholes("caught", 0, 3, 500, 2), wholes("trips", 3, 900, 500, 2)
    total, tried = weeks(caught, 1.0, 0.0, 2), weeks(trips, 1.0, 0.0, 2)
    assert (total == caught.sum(axis=0)).all()
    assert (tried == trips.sum(axis=0)).all()
    a, b = PRIOR_WEIGHT * 0.1, PRIOR_WEIGHT * 0.9
    posterior = (caught.sum(axis=0) + a) / (trips.sum(axis=0) + a + b)
    assert np.array_equal(believed_risk(total, tried, 0.1), posterior)


def test_forgotten_counts_are_a_geometric_sum():
    own = wholes("own", 0, 9, 60)
    theta = 0.9
    expected = sum(x * theta ** (59 - week) for week, x in enumerate(own))
    assert np.isclose(weeks(own, theta, 0.0)[0], expected, rtol=1e-12)


def test_a_steady_count_settles_at_its_decayed_mean():
    assert np.isclose(weeks(np.full(400, 3.0), 0.9, 0.0)[0], 3.0 / (1 - 0.9), rtol=1e-12)


def test_two_half_weeks_forget_as_much_as_one():
    half = 2.0 ** (-3.5 / 30.0)
    old = np.full((1, 1, 1), 7.0)
    nothing = np.zeros(1)
    twice = learned(learned(old, NOBODY, np.array([half]), nothing), NOBODY, np.array([half]), nothing)
    once = learned(old, NOBODY, np.array([2.0 ** (-7.0 / 30.0)]), nothing)
    assert np.isclose(twice, once, rtol=1e-14).all()
    assert np.isclose(learned(old, NOBODY, np.array([2.0 ** (-30.0 / 30.0)]), nothing), 3.5, rtol=1e-14).all()


def test_unused_routes_drift_back_to_the_prior():
    caught, tried = np.full((1, 1, 1), 40.0), np.full((1, 1, 1), 50.0)
    for _ in range(200):
        caught, tried = (learned(x, NOBODY, np.array([0.8]), np.zeros(1)) for x in (caught, tried))
    assert np.isclose(believed_risk(caught, tried, 0.1), 0.1, rtol=1e-12).all()


def test_others_are_heard_in_part_and_oneself_in_full():
    own = np.array([1.0, 10.0, 100.0]).reshape(3, 1, 1)
    others = np.array([0.0, 0.5, 1.0])
    total = learned(np.zeros((3, 1, 1)), own, np.ones(3), others)[:, 0, 0]
    assert total.tolist() == [1.0, 10.0 + 0.5 * 101.0, 100.0 + 11.0]


def test_posts_and_covers_are_learned_apart():
    own = np.zeros((2, 3, 4))
    own[0, 1, 2] = 5.0
    total = learned(np.zeros((2, 3, 4)), own, np.ones(2), np.array([0.0, 0.1]))
    assert np.argwhere(total).tolist() == [[0, 1, 2], [1, 1, 2]]
    assert np.isclose(total[1, 1, 2], 0.5)
