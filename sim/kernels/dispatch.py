"""Dispatch the loads of a week: mass, route, cover, minute; one flow of one trafficker after another."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from sim.draws import What, below, happens, uniform, words_at
from sim.kernels.carry import longer

WEEK_MIN = 10080
MOST_SLOTS = 65536
SIXTEEN_BITS = 16


class FlowArrays(NamedTuple):
    """One row per flow: what one trafficker sends from one origin to one market."""

    key: np.ndarray  # (n_flows,) uint64, subkey of the flow's name
    mu: np.ndarray  # (n_flows,) float64, mean of ln(mass in g)
    sigma: np.ndarray  # (n_flows,) float64
    most_g: np.ndarray  # (n_flows,) int64, largest load of the tier
    first: np.ndarray  # (n_flows + 1,) int64, first option of each flow


class OptionArrays(NamedTuple):
    """Routes open to a flow; and the covers open on each."""

    route: np.ndarray  # (n_options,) int64, route row
    address: np.ndarray  # (n_options,) uint64, from the route's name
    first: np.ndarray  # (n_options + 1,) int64, first cover of each option
    cover: np.ndarray  # (n_option_covers,) int64
    cover_address: np.ndarray  # (n_option_covers,) uint64, from the names of route and cover
    most_g: np.ndarray  # (n_option_covers,) int64, largest load under the cover


class Planned(NamedTuple):
    """Load that each flow has planned but has not the stock for yet."""

    who: np.ndarray  # (n_flows,) int64, week << 16 | slot in which it was planned; -1: none
    mass_g: np.ndarray  # (n_flows,) int64


class Dispatched(NamedTuple):
    """Loads sent in a week, in order of flow, then of planning."""

    flow: np.ndarray  # (n,) int64
    who: np.ndarray  # (n,) int64, week << 16 | slot in which it was planned
    mass_g: np.ndarray  # (n,) int64
    route: np.ndarray  # (n,) int64
    cover: np.ndarray  # (n,) int64
    choice: np.ndarray  # (n,) int64, row among the option covers
    minute: np.ndarray  # (n,) int64, of dispatch
    lost_stop: np.ndarray  # (n,) int64, row of the stop never reached, or -1


def _mass_g(word_a, word_b, mu, sigma):
    """Lognormal mass in grams, at least 1, from two words (Box & Muller 1958)."""
    radius = math.sqrt(-2.0 * math.log((np.float64(word_a) + 0.5) * 2.0**-32))
    z = radius * math.cos(2.0 * math.pi * (np.float64(word_b) + 0.5) * 2.0**-32)
    return max(1, int(math.exp(mu + sigma * z)))


mass_g = njit(cache=True, nogil=True)(_mass_g)


def _preferred(key, who, what, addresses, haste, first, after):
    """Row of the alternative that wins an exponential race with rates 1 / haste; -1 where all are shut (inf).

    With haste = exp(-value) this is the choice of the largest value + Gumbel noise, so that the shares are
    those of the logit (Gumbel 1954, Yellott 1977), at half the logarithms. One draw per (chooser,
    alternative name): a new alternative moves nobody else's.
    """
    best, soonest = -1, np.inf
    for a in range(first, after):
        if haste[a] == np.inf:
            continue
        w0, w1, _, _ = words_at(key, who, addresses[a], 0, what)
        time = -math.log(uniform(w0, w1)) * haste[a]
        if time < soonest:
            best, soonest = a, time
    return best


preferred = njit(cache=True, nogil=True)(_preferred)


def _choose(key, who, options, route_haste, cover_haste, first, after):
    """(option, cover of an option) that a load takes; (-1, -1) where all are shut."""
    option = preferred(key, who, What.ROUTE, options.address, route_haste, first, after)
    if option < 0:
        return option, option
    return option, preferred(
        key,
        who,
        What.COVER,
        options.cover_address,
        cover_haste,
        options.first[option],
        options.first[option + 1],
    )


choose = njit(cache=True, nogil=True)(_choose)


def _lost_stop(key, who, word, prob, start, after):
    """Stop that a load never reaches because it is abandoned or spoilt on the way; -1 for none."""
    if not happens(word, prob):
        return -1
    where, _, _, _ = words_at(key, who, np.uint64(0), 0, What.WHERE_LOST)
    return start + below(where, after - start)


lost_stop_of = njit(cache=True, nogil=True)(_lost_stop)


def _dispatch(
    week, week_min, flows, options, stock_g, planned, route_haste, cover_haste, route_start, loss_prob
):
    """Loads of every flow until its stock does not cover the next one planned, and those left planned.

    A load is planned with its mass: drawn, and no more than the tier sends. It waits, as the load that it is,
    until the stock covers it; then it takes a route and a cover, and leaves behind what the cover does not
    hold. `route_haste` (n_options,) and `cover_haste` (n_option_covers,) are inf where a choice is shut.
    """
    room = 1024
    out_flow, out_who, out_mass = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    out_route, out_cover, out_choice = (
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
    )
    out_minute, out_lost = np.empty(room, np.int64), np.empty(room, np.int64)
    next_who, next_mass = planned.who.copy(), planned.mass_g.copy()
    m = 0
    for f in range(flows.key.size):
        key, left, slot = flows.key[f], stock_g[f], 0
        while slot < MOST_SLOTS and left > 0:
            if next_who[f] < 0:
                next_who[f] = (week << SIXTEEN_BITS) | slot
                slot += 1
                w0, w1, _, _ = words_at(key, np.uint64(next_who[f]), np.uint64(0), 0, What.MASS)
                next_mass[f] = min(mass_g(w0, w1, flows.mu[f], flows.sigma[f]), flows.most_g[f])
            if next_mass[f] > left:
                break
            who = np.uint64(next_who[f])
            option, choice = choose(
                key, who, options, route_haste, cover_haste, flows.first[f], flows.first[f + 1]
            )
            if choice < 0:
                break
            if m == room:
                room *= 2
                out_flow, out_who, out_mass = (
                    longer(out_flow, room),
                    longer(out_who, room),
                    longer(out_mass, room),
                )
                out_route, out_cover = longer(out_route, room), longer(out_cover, room)
                out_choice = longer(out_choice, room)
                out_minute, out_lost = longer(out_minute, room), longer(out_lost, room)
            route, mass = options.route[option], min(next_mass[f], options.most_g[choice])
            _, _, minute_word, loss_word = words_at(key, who, np.uint64(0), 0, What.DISPATCH)
            out_flow[m], out_who[m], out_mass[m] = f, next_who[f], mass
            out_route[m], out_cover[m], out_choice[m] = route, options.cover[choice], choice
            out_minute[m] = week_min + below(minute_word, WEEK_MIN)
            out_lost[m] = lost_stop_of(
                key, who, loss_word, loss_prob[route], route_start[route], route_start[route + 1]
            )
            m += 1
            left -= mass
            next_who[f] = -1
    sent = Dispatched(
        out_flow[:m],
        out_who[:m],
        out_mass[:m],
        out_route[:m],
        out_cover[:m],
        out_choice[:m],
        out_minute[:m],
        out_lost[:m],
    )
    return sent, Planned(next_who, next_mass)


dispatch = njit(cache=True, nogil=True)(_dispatch)
