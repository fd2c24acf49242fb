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


class Dispatched(NamedTuple):
    """Loads sent in a week, in order of flow, then slot."""

    flow: np.ndarray  # (n,) int64
    slot: np.ndarray  # (n,) int64
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


def _dispatch(week, week_min, flows, options, stock_g, route_haste, cover_haste, route_start, loss_prob):
    """Loads of every flow until its stock does not cover the next one.

    `route_haste` (n_options,) and `cover_haste` (n_option_covers,) are inf where a choice is shut. A load
    is as heavy as its draw, its tier and its cover allow; what does not fit stays in stock.
    """
    room = 1024
    out_flow, out_slot, out_mass = (
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
    )
    out_route, out_cover, out_choice = (
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
    )
    out_minute, out_lost = np.empty(room, np.int64), np.empty(room, np.int64)
    m = 0
    for f in range(flows.key.size):
        key, left = flows.key[f], stock_g[f]
        for slot in range(MOST_SLOTS):
            if left <= 0:
                break
            who = np.uint64((week << SIXTEEN_BITS) | slot)
            w0, w1, w2, w3 = words_at(key, who, np.uint64(0), 0, What.DISPATCH)
            option = preferred(
                key, who, What.ROUTE, options.address, route_haste, flows.first[f], flows.first[f + 1]
            )
            if option < 0:
                break
            choice = preferred(
                key,
                who,
                What.COVER,
                options.cover_address,
                cover_haste,
                options.first[option],
                options.first[option + 1],
            )
            mass = min(mass_g(w0, w1, flows.mu[f], flows.sigma[f]), flows.most_g[f], options.most_g[choice])
            if mass > left:
                break
            left -= mass
            if m == room:
                room *= 2
                out_flow, out_slot, out_mass = (
                    longer(out_flow, room),
                    longer(out_slot, room),
                    longer(out_mass, room),
                )
                out_route, out_cover = longer(out_route, room), longer(out_cover, room)
                out_choice = longer(out_choice, room)
                out_minute, out_lost = longer(out_minute, room), longer(out_lost, room)
            route = options.route[option]
            out_flow[m], out_slot[m], out_mass[m] = f, slot, mass
            out_route[m], out_cover[m], out_choice[m] = route, options.cover[choice], choice
            out_minute[m] = week_min + below(w2, WEEK_MIN)
            out_lost[m] = -1
            if happens(w3, loss_prob[route]):
                word, _, _, _ = words_at(key, who, np.uint64(0), 0, What.WHERE_LOST)
                out_lost[m] = route_start[route] + below(word, route_start[route + 1] - route_start[route])
            m += 1
    return Dispatched(
        out_flow[:m],
        out_slot[:m],
        out_mass[:m],
        out_route[:m],
        out_cover[:m],
        out_choice[:m],
        out_minute[:m],
        out_lost[:m],
    )


dispatch = njit(cache=True, nogil=True)(_dispatch)
