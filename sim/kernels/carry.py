"""Carry loads to the end of a call: from stop to stop, encounter by encounter."""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.codes import NO_POST, Fate, Means, Outcome
from sim.kernels.arrays import DOG, SCALE, SCAN, SHUT, WAIT, Carried, Encounters
from sim.kernels.encounter import bulk_of, dog_prob, encounter, found_prob, scan_prob

GROWTH = 2
TRIES = 16384  # more than a load ever makes at one stop
SEIZED, DIVERTED = int(Outcome.SEIZED), int(Outcome.RELEASED_DIVERTED)
TURNED_BACK = int(Outcome.TURNED_BACK)


def _longer(array, n):
    """Copy of `array` with room for n entries."""
    out = np.empty(n, array.dtype)
    out[: array.size] = array
    return out


longer = njit(cache=True, nogil=True)(_longer)


def _carry_load(i, m, s, v, t, week_min, to_min, loads, routes, posts, hours, dealings, rules, log):
    """Carry load `i` from stop `s`, tried `v` times, reached at minute `t`; log its encounters from row m.

    Gives (fate, stop, tries, minute, rows of the log in use).
    """
    key, who, trafficker, cover = loads.key[i], np.uint64(loads.who[i]), loads.trafficker[i], loads.cover[i]
    mass_g, lost_stop = loads.mass_g[i], loads.lost_stop[i]
    while t < to_min:
        if s == lost_stop:
            return np.int64(Fate.LOST), s, v, t, m
        p = routes.post[s]
        if p == NO_POST:
            return np.int64(Fate.DELIVERED), s, v, t, m
        if not posts.manned[p]:
            s += 1
            v = 0
            t += routes.minutes[s]
            continue
        h = (t - week_min) // 60
        wait = hours.met[p, h, WAIT]
        if wait < SHUT:
            t += 60 * np.int64(SHUT - wait) - (t - week_min) % 60
            continue
        here = rules.cover_on_mode[cover, routes.mode[s]]
        log.load[m], log.post[m], log.minute[m], log.visit[m], log.cover[m] = i, p, t, v, here
        if wait == SHUT:
            log.outcome[m], log.means[m] = np.int64(Outcome.SHUT_OUT), np.int64(Means.NONE)
            log.seize_prob[m], log.divert_prob[m] = 0.0, 0.0
            m += 1
            v += 1
            t += rules.turn_back_min
            if v * rules.turn_back_min > rules.patience_min:
                return np.int64(Fate.LOST), s, v, t, m
            continue
        country = posts.country[p]
        scale = hours.met[p, h, SCALE]
        if routes.outbound[s]:
            scale *= posts.outbound_share[p]
        scale *= dealings.trusted[trafficker, country, here]
        scan = scan_prob(hours.met[p, h, SCAN], rules.image[here], bulk_of(mass_g, rules.image_half_g[here]))
        dog = dog_prob(hours.met[p, h, DOG], rules.odour[here])
        tip, offer = dealings.tip[trafficker, country], dealings.offer[trafficker, p]
        accept, release = dealings.accept[trafficker, p], dealings.release[trafficker, country]
        goes_on, turn_back = dealings.goes_on[country], rules.turn_back
        if v + 1 >= rules.most_tries:
            turn_back = 0.0
        outcome, means = encounter(
            key,
            who,
            posts.address[p],
            v + TRIES * np.int64(routes.nth[s]),
            tip,
            offer,
            accept,
            dealings.tip_factor,
            turn_back,
            posts.select[p, here],
            scale,
            posts.refused_select[p],
            scan,
            dog,
            posts.find_on_tip[p],
            posts.open_on_alarm[p, here],
            posts.find_cold[p, here],
            release,
            goes_on,
            posts.is_patrol[p],
        )
        found = found_prob(
            tip,
            offer,
            accept,
            dealings.tip_factor,
            turn_back,
            posts.is_patrol[p],
            posts.select[p, here],
            scale,
            posts.refused_select[p],
            scan,
            dog,
            posts.find_on_tip[p],
            posts.open_on_alarm[p, here],
            posts.find_cold[p, here],
        )
        log.outcome[m], log.means[m] = outcome, means
        log.seize_prob[m] = found * (1.0 - release)
        log.divert_prob[m] = found * release * (1.0 - goes_on)
        m += 1
        if outcome == SEIZED:
            return np.int64(Fate.SEIZED), s, v, t, m
        if outcome == DIVERTED:
            return np.int64(Fate.DIVERTED), s, v, t, m
        if outcome == TURNED_BACK:
            v += 1
            t += rules.turn_back_min
        else:
            s += 1
            v = 0
            t += np.int64(wait) + routes.minutes[s]
    return np.int64(Fate.UNDER_WAY), s, v, t, m


carry_load = njit(cache=True, nogil=True, inline="always")(_carry_load)


def _room_for(n):
    """Empty log of n rows."""
    return Encounters(
        np.empty(n, np.int32),
        np.empty(n, np.int32),
        np.empty(n, np.int64),
        np.empty(n, np.int32),
        np.empty(n, np.int8),
        np.empty(n, np.int8),
        np.empty(n, np.int8),
        np.empty(n, np.float64),
        np.empty(n, np.float64),
    )


room_for = njit(cache=True, nogil=True)(_room_for)


def _carry(week_min, to_min, loads, routes, posts, hours, dealings, rules):
    """Carry every load until it ends or its next arrival lies at or after `to_min`.

    `week_min` is the minute at which the week of `hours` begins. Loads are independent: the order of
    rows changes nothing but the order of the log.
    """
    n = loads.key.size
    stop, visit, minute = loads.stop.copy(), loads.visit.copy(), loads.minute.copy()
    fate = np.empty(n, np.int64)
    tries = max(rules.most_tries, rules.patience_min // rules.turn_back_min + 2)
    room, m = 4 * n + 256, 0
    log = room_for(room)
    for i in range(n):
        need = (routes.start[loads.route[i] + 1] - stop[i]) * tries
        if m + need > room:
            room = GROWTH * (room + need)
            log = Encounters(
                longer(log.load, room),
                longer(log.post, room),
                longer(log.minute, room),
                longer(log.visit, room),
                longer(log.cover, room),
                longer(log.outcome, room),
                longer(log.means, room),
                longer(log.seize_prob, room),
                longer(log.divert_prob, room),
            )
        fate[i], stop[i], visit[i], minute[i], m = carry_load(
            i,
            m,
            stop[i],
            visit[i],
            minute[i],
            week_min,
            to_min,
            loads,
            routes,
            posts,
            hours,
            dealings,
            rules,
            log,
        )
    kept = Encounters(
        log.load[:m],
        log.post[:m],
        log.minute[:m],
        log.visit[:m],
        log.cover[:m],
        log.outcome[:m],
        log.means[:m],
        log.seize_prob[:m],
        log.divert_prob[:m],
    )
    return Carried(stop, visit, minute, fate), kept


carry = njit(cache=True, nogil=True)(_carry)
