"""Loads choose by the logit, weigh what their law says, leave at any minute and are lost as often as
declared.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from numba import njit
from scipy.stats import kstest, norm

from sim.agents.choice import haste, log_sum_exp
from sim.draws import What, name_address, name_addresses
from sim.kernels.dispatch import WEEK_MIN, FlowArrays, OptionArrays, Planned, dispatch, preferred
from tests.statistics.stated import (
    ALPHA,
    chi_square_pvalue,
    needs_compiled,
    share_pvalue,
    smallest_bias,
    spread,
    z_pvalue,
)

pytestmark = needs_compiled

N = 1_000_000
ONE_RUN = np.zeros(1, np.int64)
FIVE = name_addresses(["north", "south", "east", "west", "middle"])
VALUES = np.array([0.3, 1.2, -0.5, 0.9, 0.0])


@njit
def winners(key, what, addresses, rates, n):
    """Rows that choosers 0..n-1 prefer."""
    out = np.empty(n, np.int64)
    for who in range(n):
        out[who] = preferred(key, np.uint64(who), what, addresses, rates, 0, rates.size)
    return out


def choices(addresses, values, n=N, key=21):
    """Alternatives that n choosers take by these values."""
    return winners(np.uint64(key), What.ROUTE, addresses, haste(values, ONE_RUN), n)


def logit(values):
    return np.exp(values) / np.exp(values).sum()


def pvalue(chosen, shares):
    return chi_square_pvalue(np.bincount(chosen, minlength=shares.size), shares * chosen.size)


@pytest.fixture(scope="module")
def chosen():
    return choices(FIVE, VALUES)


def test_shares_are_those_of_the_logit(chosen):
    """Null: share = exp(v) / sum exp(v). Chi-square, n = 1,000,000, alpha = 1e-6; finds a bias of 1.3 %
    in a share of 0.3.

    Planted: values a twentieth off, and a proportional rule in place of the logit.
    """
    shares = logit(VALUES)
    assert smallest_bias(0.3, N) < 0.013
    assert pvalue(chosen, shares) > ALPHA
    assert pvalue(chosen, logit(1.05 * VALUES)) < ALPHA
    assert pvalue(chosen, (VALUES + 1) / (VALUES + 1).sum()) < ALPHA


def test_a_pair_keeps_its_ratio_whatever_else_there_is(chosen):
    """Independence of irrelevant alternatives: among those who take one of two, the shares are of the two
    alone.
    """
    first = chosen[np.isin(chosen, [1, 3])] == 1
    share = float(logit(VALUES[[1, 3]])[0])
    assert share_pvalue(int(first.sum()), first.size, share) > ALPHA
    pair = choices(FIVE[[1, 3]], VALUES[[1, 3]])
    assert share_pvalue(int((pair == 0).sum()), N, share) > ALPHA
    assert (pair[chosen == 1] == 0).all()
    assert (pair[chosen == 3] == 1).all()


def test_without_precision_all_are_alike():
    """Null: at precision 0 every share is 1/5. n = 1,000,000; finds a bias of 1.6 %. Planted: a tenth of
    one value.
    """
    assert smallest_bias(0.2, N) < 0.017
    chosen = choices(FIVE, 0.0 * VALUES)
    assert pvalue(chosen, np.full(5, 0.2)) > ALPHA
    assert pvalue(choices(FIVE, 0.1 * VALUES), np.full(5, 0.2)) < ALPHA


def test_at_endless_precision_the_best_is_taken():
    assert (choices(FIVE, 1000.0 * VALUES, 5000) == 1).all()


def test_a_value_added_to_all_changes_no_choice(chosen):
    """Exact, choice by choice, up to a shift of 1e6 (rounding moves one choice in 1e9)."""
    for shift in (1.0, -300.0, 1e6, -1e6):
        assert (choices(FIVE, VALUES + shift, 100_000) == chosen[:100_000]).all()


def test_a_new_alternative_moves_only_choices_that_go_to_it(chosen):
    """Exact: whoever does not take the new one takes what it took before; and its share is that of the
    logit.
    """
    more = choices(np.append(name_address("new"), FIVE).astype(np.uint64), np.append(0.7, VALUES))
    stayed = more > 0
    assert (more[stayed] - 1 == chosen[stayed]).all()
    share = float(logit(np.append(0.7, VALUES))[0])
    assert share_pvalue(int((~stayed).sum()), N, share) > ALPHA


def test_a_better_value_moves_choices_only_towards_it(chosen):
    better = VALUES.copy()
    better[2] += 0.8
    after = choices(FIVE, better)
    assert (after[after != 2] == chosen[after != 2]).all()
    assert (chosen[after != 2] != 2).all()


# A week of dispatch


N_ROUTES, STOPS = 3, 5


def a_flow(median_g=5000.0, sigma=0.6, most_g=10**12):
    flows = FlowArrays(
        key=name_addresses(["a flow"]),
        mu=np.log([median_g]),
        sigma=np.array([sigma]),
        most_g=np.array([most_g]),
        first=np.array([0, N_ROUTES]),
    )
    names = [f"r{r}" for r in range(N_ROUTES)]
    options = OptionArrays(
        route=np.arange(N_ROUTES),
        address=name_addresses(names),
        first=np.array([0, 1, 4, 6]),
        cover=np.array([3, 0, 1, 2, 2, 3]),
        cover_address=name_addresses(["r0|car", "r1|tir", "r1|p", "r1|o", "r2|o", "r2|car"]),
        most_g=np.full(6, 10**12),
    )
    return flows, options


def weeks_of_dispatch(n_weeks=5, median_g=5000.0, sigma=0.6, cover_value=None, loss=(0.0, 0.0, 0.0)):
    """Loads of some weeks in which all slots are used: 65,536 a week."""
    flows, options = a_flow(median_g, sigma)
    value = np.zeros(6) if cover_value is None else cover_value
    starts = options.first[:-1]
    route_haste = haste(log_sum_exp(value, starts), ONE_RUN)
    nothing = Planned(np.full(1, -1), np.zeros(1, np.int64))
    sent = [
        dispatch(
            week,
            week * WEEK_MIN,
            flows,
            options,
            np.array([10**15]),
            nothing,
            route_haste,
            haste(value, starts),
            np.arange(N_ROUTES + 1) * STOPS,
            np.array(loss),
        )[0]
        for week in range(500, 500 + n_weeks)
    ]
    return type(sent[0])(*map(np.concatenate, zip(*sent, strict=True)))


def test_route_and_cover_together_follow_the_logit():
    """Null: the share of a row is exp(v) over the sum of all rows of the flow: log sum exp of a route,
    then its covers.

    Chi-square, n = 327,680, alpha = 1e-6; finds a bias of 4 % in a share of 0.1. Planted: routes chosen
    by their best cover.
    """
    value = np.array([0.5, -0.3, 0.1, 0.9, 0.0, -1.0])
    sent = weeks_of_dispatch(cover_value=value)
    counts = np.bincount(sent.choice, minlength=6)
    assert smallest_bias(0.1, sent.flow.size) < 0.045
    assert chi_square_pvalue(counts, logit(value) * counts.sum()) > ALPHA
    best = logit(np.array([0.5, 0.9, 0.0]))
    nested = np.concatenate([b * logit(v) for b, v in zip(best, np.split(value, [1, 4]), strict=True)])
    assert chi_square_pvalue(counts, nested * counts.sum()) < ALPHA


def test_masses_are_lognormal():
    """Null: ln(mass) is normal. Kolmogorov-Smirnov, n = 327,680, alpha = 1e-6; finds a distance of 0.01
    at any quantile.

    Masses of tonnes, so that whole grams do not matter. Planted: a sigma and a median 3 % off.
    """
    sent = weeks_of_dispatch(median_g=5e6, sigma=0.6)
    z = (np.log(sent.mass_g) - math.log(5e6)) / 0.6
    assert kstest(z, norm.cdf).pvalue > ALPHA
    assert kstest(z * 1.03, norm.cdf).pvalue < ALPHA
    assert kstest(z + 0.03, norm.cdf).pvalue < ALPHA
    assert z_pvalue((z**2).sum(), z.size, math.sqrt(2 * z.size)) > ALPHA
    assert abs(np.corrcoef(z[:-1], z[1:])[0, 1]) * math.sqrt(z.size) < spread()


def test_loads_that_wait_for_stock_are_as_heavy_as_drawn():
    """Null: with half a load's supply a week, the first eight loads of a flow have the declared law of mass.

    Kolmogorov-Smirnov, 2,000 flows, n = 16,000, alpha = 1e-6; finds a distance of 0.043. Planted: a load that
    does not fit is drawn anew in the next week, which favours small ones.
    """
    n, names = 2000, [f"flow {f}" for f in range(2000)]
    flows = FlowArrays(
        key=name_addresses(names),
        mu=np.full(n, math.log(5e6)),
        sigma=np.full(n, 0.6),
        most_g=np.full(n, 10**12),
        first=np.arange(n + 1),
    )
    options = OptionArrays(
        route=np.zeros(n, np.int64),
        address=name_addresses(names),
        first=np.arange(n + 1),
        cover=np.full(n, 3),
        cover_address=name_addresses(names),
        most_g=np.full(n, 10**12),
    )

    def first_loads(*, forgetful):
        stock, planned = np.zeros(n, np.int64), Planned(np.full(n, -1), np.zeros(n, np.int64))
        masses = [[] for _ in range(n)]
        for week in range(500, 545):
            stock += 3_000_000
            if forgetful:
                planned = Planned(np.full(n, -1), np.zeros(n, np.int64))
            sent, planned = dispatch(
                week,
                week * WEEK_MIN,
                flows,
                options,
                stock,
                planned,
                np.ones(n),
                np.ones(n),
                np.array([0, 5]),
                np.zeros(1),
            )
            np.subtract.at(stock, sent.flow, sent.mass_g)
            for f, g in zip(sent.flow, sent.mass_g, strict=True):
                masses[f].append(g)
        assert min(map(len, masses)) >= 8
        return (np.log([m[:8] for m in masses]).ravel() - math.log(5e6)) / 0.6

    assert kstest(first_loads(forgetful=False), norm.cdf).pvalue > ALPHA
    assert kstest(first_loads(forgetful=True), norm.cdf).pvalue < ALPHA


def test_loads_leave_at_any_minute_of_the_week():
    """Null: the minute is uniform. Chi-square over 168 hours, n = 327,680, alpha = 1e-6; finds a bias of
    18 % in an hour.
    """
    sent = weeks_of_dispatch()
    hour = (sent.minute % WEEK_MIN) // 60
    expected = np.full(168, hour.size / 168)
    assert smallest_bias(1 / 168, hour.size) < 0.19
    assert chi_square_pvalue(np.bincount(hour, minlength=168), expected) > ALPHA
    assert chi_square_pvalue(np.bincount(hour // 2 * 2, minlength=168), expected) < ALPHA


def test_loads_are_lost_as_often_as_declared_at_any_stop():
    """Null: lost with the chance of the route, at each of its stops alike. Binomial and chi-square, alpha
    = 1e-6.

    n = about 109,000 a route; finds a bias of 8 % in a chance of 0.1. Planted: losses of the neighbouring
    route.
    """
    loss = np.array([0.02, 0.1, 0.5])
    sent = weeks_of_dispatch(loss=tuple(loss))
    for route in range(N_ROUTES):
        mine = sent.route == route
        lost = sent.lost_stop[mine] >= 0
        n = int(mine.sum())
        assert share_pvalue(int(lost.sum()), n, loss[route]) > ALPHA / 3
        assert share_pvalue(int(lost.sum()), n, loss[route - 1]) < ALPHA
        stops = sent.lost_stop[mine][lost] - STOPS * route
        assert (
            chi_square_pvalue(np.bincount(stops, minlength=STOPS), np.full(STOPS, stops.size / STOPS))
            > ALPHA / 3
        )
    assert smallest_bias(0.1, 90_000) < 0.09
