"""Carry loads to the end of a call: from stop to stop, encounter by encounter."""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.codes import NO_POST, Fate, Outcome
from sim.kernels.arrays import SHUT, Carried, Encounters
from sim.kernels.encounter import dog_prob, encounter, found_prob, scan_prob

GROWTH = 2


def _longer(array, n):
    """Copy of `array` with room for n entries."""
    out = np.empty(n, array.dtype)
    out[: array.size] = array
    return out


longer = njit(cache=True, nogil=True)(_longer)


def _carry(week_min, to_min, loads, routes, posts, hours, dealings, rules):
    """Carry every load until it ends or its next arrival lies at or after `to_min`.

    `week_min` is the minute at which the week of `hours` begins. Loads are independent: the order of
    rows changes nothing but the order of the log.
    """
    n = loads.key.size
    stop, visit, minute = loads.stop.copy(), loads.visit.copy(), loads.minute.copy()
    fate = np.empty(n, np.int64)
    room = 8 * n + 64
    log_load, log_post, log_minute = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    log_visit, log_cover = np.empty(room, np.int64), np.empty(room, np.int64)
    log_outcome, log_means = np.empty(room, np.int64), np.empty(room, np.int64)
    log_seize, log_divert = np.empty(room, np.float64), np.empty(room, np.float64)
    m = 0
    for i in range(n):
        key, who, trafficker, cover = loads.key[i], np.uint64(loads.who[i]), loads.trafficker[i], loads.cover[i]
        last = routes.start[loads.route[i] + 1] - 1
        s, v, t, f = stop[i], visit[i], minute[i], np.int64(Fate.UNDER_WAY)
        while t < to_min:
            if s == loads.lost_stop[i]:
                f = np.int64(Fate.LOST)
                break
            p = routes.post[s]
            if p == NO_POST:
                f = np.int64(Fate.DELIVERED)
                break
            h = (t - week_min) // 60
            wait = hours.wait_min[p, h]
            if m == room:
                room *= GROWTH
                log_load, log_post, log_minute = longer(log_load, room), longer(log_post, room), longer(log_minute, room)
                log_visit, log_cover = longer(log_visit, room), longer(log_cover, room)
                log_outcome, log_means = longer(log_outcome, room), longer(log_means, room)
                log_seize, log_divert = longer(log_seize, room), longer(log_divert, room)
            here = rules.cover_on_mode[cover, routes.mode[s]]
            log_load[m], log_post[m], log_minute[m], log_visit[m], log_cover[m] = i, p, t, v, here
            if wait == SHUT:
                log_outcome[m], log_means[m] = np.int64(Outcome.SHUT_OUT), np.int64(0)
                log_seize[m], log_divert[m] = 0.0, 0.0
                m += 1
                v += 1
                t += rules.turn_back_min
                if v * rules.turn_back_min > rules.patience_min:
                    f = np.int64(Fate.LOST)
                    break
                continue
            country = posts.country[p]
            scale = hours.scale[p, h]
            if routes.outbound[s]:
                scale *= posts.outbound_share[p]
            scan = scan_prob(hours.scan[p, h], rules.image[here], loads.bulk[i])
            dog = dog_prob(hours.dog[p, h], rules.odour[here])
            tip, offer = dealings.tip[trafficker, country], dealings.offer[trafficker, p]
            accept, release = dealings.accept[trafficker, p], dealings.release[trafficker, country]
            turn_back = rules.turn_back
            if v + 1 >= rules.most_tries:
                turn_back = 0.0
            outcome, means = encounter(
                key, who, posts.address[p], v, tip, offer, accept, dealings.tip_factor, turn_back, posts.select[p, here],
                scale, posts.refused_select[p], scan, dog, posts.find_on_tip[p], posts.open_on_alarm[p, here],
                posts.find_cold[p, here], release, dealings.goes_on[country], posts.is_patrol[p],
            )
            found = found_prob(
                tip, offer, accept, dealings.tip_factor, turn_back, posts.select[p, here], scale,
                posts.refused_select[p], scan, dog, posts.find_on_tip[p], posts.open_on_alarm[p, here],
                posts.find_cold[p, here],
            )
            log_outcome[m], log_means[m] = outcome, means
            log_seize[m] = found * (1.0 - release)
            log_divert[m] = found * release * (1.0 - dealings.goes_on[country])
            m += 1
            if outcome == Outcome.SEIZED:
                f = np.int64(Fate.SEIZED)
                break
            if outcome == Outcome.RELEASED_DIVERTED:
                f = np.int64(Fate.DIVERTED)
                break
            if outcome == Outcome.TURNED_BACK:
                v += 1
                t += rules.turn_back_min
                continue
            s += 1
            v = 0
            t += wait + routes.minutes[s]
        if s > last:
            s = last
        stop[i], visit[i], minute[i], fate[i] = s, v, t, f
    log = Encounters(
        log_load[:m], log_post[:m], log_minute[:m], log_visit[:m], log_cover[:m], log_outcome[:m], log_means[:m],
        log_seize[:m], log_divert[:m],
    )
    return Carried(stop, visit, minute, fate), log


carry = njit(cache=True, nogil=True)(_carry)
