"""Hours of a post: licit flow, queue, scanner, dogs; and what a load would meet in each hour."""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.draws import What, words_at
from sim.kernels.arrays import HOURS, SHUT, PostHours, PostState

DAY = 24
FULLEST = 0.98
RHO_STEPS = 64
NORMAL_STEPS = 1024
FLOW_SHIFT = np.uint64(22)  # the upper ten bits of an hour's word pick the licit flow,
SCANNER_MASK = np.uint64(2**22 - 1)  # the other 22 decide about the scanner
SCANNER_CERTAIN = 2.0**22


def erlang_c(lanes: int, rho: float) -> float:
    """Chance that an arrival waits in an M/M/c queue at utilisation `rho` in [0, 1).

    Source: Erlang 1917; computed from the inverse Erlang B recursion, which does not overflow.
    """
    if rho <= 0.0:
        return 0.0
    offered = rho * lanes
    inverse = 1.0
    for k in range(1, lanes + 1):
        inverse = 1.0 + inverse * k / offered
    blocked = 1.0 / inverse
    return blocked / (1.0 - rho * (1.0 - blocked))


def erlang_table(most_lanes: int) -> np.ndarray:
    """`erlang_c` for 1..most_lanes lanes at rho = i / RHO_STEPS, (most_lanes + 1, RHO_STEPS + 1) float64."""
    table = np.zeros((most_lanes + 1, RHO_STEPS + 1))
    for lanes in range(1, most_lanes + 1):
        for i in range(RHO_STEPS):
            table[lanes, i] = erlang_c(lanes, i / RHO_STEPS)
        table[lanes, RHO_STEPS] = 1.0
    return table


def _queue_wait_h(erlang, lanes, service_h, rho):
    """Mean wait in a steady M/M/c queue, hours: C(c, rho) / (c mu (1 - rho)); rho is held below 0.98."""
    rho = min(rho, FULLEST)
    place = rho * RHO_STEPS
    i = int(place)
    waits = erlang[lanes, i] + (place - i) * (erlang[lanes, i + 1] - erlang[lanes, i])
    return waits * service_h / (lanes * (1.0 - rho))


queue_wait_h = njit(cache=True, nogil=True)(_queue_wait_h)


def _exertion_after(exertion, searches, gain, recovery):
    """Exertion of a team one hour on: x' = (1 - r) x + g w."""
    return (1.0 - recovery) * exertion + gain * searches


exertion_after = njit(cache=True, nogil=True)(_exertion_after)


def _hours_shut(hour_of_day, open_from, open_hours):
    """Hours until the post is open, 0 when it is; SHUT when it never opens."""
    if open_hours <= 0:
        return SHUT
    since = (hour_of_day - open_from + DAY) % DAY
    if since < open_hours:
        return 0
    return DAY - since


hours_shut = njit(cache=True, nogil=True)(_hours_shut)


def _share_served(capacity, wanted):
    """Share of `wanted` that `capacity` allows, in [0, 1]."""
    if wanted <= capacity:
        return 1.0
    return capacity / wanted


share_served = njit(cache=True, nogil=True)(_share_served)


def _scanner_turns(word, prob):
    """Whether the scanner changes its state in an hour, from the lower 22 bits of the hour's word."""
    return np.float64(word & SCANNER_MASK) < prob * SCANNER_CERTAIN


scanner_turns = njit(cache=True, nogil=True)(_scanner_turns)


def _post_hours(key, first_hour, from_h, to_h, posts, shape, state, erlang, normal):
    """Run every post from hour `from_h` to `to_h` of a week that begins at absolute `first_hour`.

    Returns the hours of the week (rows outside the call are left at zero) and the state at its end.
    """
    n = posts.address.size
    wait_min = np.zeros((n, HOURS), np.int64)
    scale = np.zeros((n, HOURS))
    scan = np.zeros((n, HOURS))
    dog = np.zeros((n, HOURS))
    vehicles, delay_h, inspected = np.zeros(n), np.zeros(n), np.zeros(n)
    false_alarms, opened_clean, up_hours = np.zeros(n), np.zeros(n), np.zeros(n)
    hours = np.zeros(n)
    backlogs, exertions, ups = state.backlog.copy(), state.exertion.copy(), state.scanner_up.copy()
    for p in range(n):
        hours[p] = to_h - from_h
        if posts.is_patrol[p]:
            for h in range(from_h, to_h):
                scale[p, h] = shape.patrol_shape[h]
                if posts.open_hours[p] == 0:
                    wait_min[p, h] = SHUT
            continue
        address = posts.address[p]
        capacity = posts.lanes[p] / posts.service_h[p]
        officers, extra = posts.inspections_per_h[p], shape.extra_inspections[p]
        scans, dog_rate, teams = posts.scans_per_h[p], posts.dog_per_h[p], posts.teams[p]
        backlog, exertion, up = backlogs[p], exertions[p], ups[p]
        w0, w1, w2, w3 = words_at(key, np.uint64((first_hour + from_h) >> 2), address, 0, What.POST_HOUR)
        for h in range(from_h, to_h):
            hour = first_hour + h
            nth = hour & 3
            if nth == 0:
                w0, w1, w2, w3 = words_at(key, np.uint64(hour >> 2), address, 0, What.POST_HOUR)
                word = w0
            elif nth == 1:
                word = w1
            elif nth == 2:
                word = w2
            else:
                word = w3
            swing = max(0.0, 1.0 + posts.traffic_cv[p] * normal[word >> FLOW_SHIFT])
            trucks = posts.trucks_per_h[p] * shape.truck_shape[h] * swing
            cars = posts.cars_per_h[p] * shape.car_shape[h] * swing
            units = posts.units_per_h[p] * shape.unit_shape[h] * swing
            flow = trucks + cars + units
            work = trucks + posts.car_share[p] * cars + units
            shut_h = hours_shut(shape.hour_of_day[h], posts.open_from[p], posts.open_hours[p])
            vehicles[p] += flow
            if shut_h != 0:
                if shut_h == SHUT:
                    wait_min[p, h] = SHUT
                else:
                    backlog += work
                    wait_min[p, h] = int(60.0 * (shut_h + backlog / capacity))
                    delay_h[p] += backlog
                    exertion = exertion_after(exertion, 0.0, posts.exertion_gain[p], posts.recovery[p])
                continue
            backlog = max(0.0, backlog + work - capacity)
            queue_h = backlog / capacity
            wait_h = queue_h + queue_wait_h(erlang, posts.lanes[p], posts.service_h[p], work / capacity)
            wait_min[p, h] = int(60.0 * wait_h)

            wanted = posts.inspect_share[p] * flow
            part = share_served(officers, wanted) * shape.willing[p]
            if queue_h > posts.wave_h[p]:
                part *= posts.wave_share[p]
            if extra > 0.0:
                part += min(extra, flow) / max(wanted, 1e-12)
            scale[p, h] = part
            looked_at = wanted * part
            inspected[p] += looked_at

            scanned_share = 0.0
            if up:
                up_hours[p] += 1.0
                scanned_share = posts.scanner_share[p] * share_served(scans, looked_at * posts.scanner_share[p])
                up = not scanner_turns(word, posts.fail_prob[p])
            else:
                up = scanner_turns(word, posts.repair_prob[p])
            scan[p, h] = scanned_share * shape.scan_hit[p]

            hod = shape.hour_of_day[h]
            on_duty = teams * posts.on_duty[p, hod]
            dog_share, searches = 0.0, 0.0
            if on_duty > 0.0:
                dog_share = share_served(on_duty * dog_rate, looked_at) * min(1.0, on_duty)
                searches = looked_at * dog_share / on_duty
            dog[p, h] = dog_share * shape.dog_hit[p, hod] / (1.0 + posts.exertion_loss[p] * exertion)
            exertion = exertion_after(exertion, searches, posts.exertion_gain[p], posts.recovery[p])

            alarms = looked_at * (
                1.0 - (1.0 - scanned_share * posts.scan_false[p]) * (1.0 - dog_share * posts.dog_false[p])
            )
            false_alarms[p] += alarms
            sealed = posts.sealed_share[p] * trucks / max(flow, 1e-12)
            opened_clean[p] += alarms * sealed * posts.open_seal[p]
            delay_h[p] += backlog + (wait_h - queue_h) * work
            delay_h[p] += looked_at * posts.inspect_h[p] + alarms * posts.search_h[p]
        backlogs[p], exertions[p], ups[p] = backlog, exertion, up
    result = PostHours(
        wait_min, scale, scan, dog, vehicles, delay_h, inspected, false_alarms, opened_clean, up_hours, hours
    )
    return result, PostState(backlogs, exertions, ups)


post_hours = njit(cache=True, nogil=True)(_post_hours)
