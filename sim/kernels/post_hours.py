"""Hours of a post: licit flow, queue, scanner, dogs; and what a load would meet in each hour."""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.draws import What, words_at
from sim.kernels.arrays import DOG, HOURS, SCALE, SCAN, SHUT, WAIT, PostHours, PostState

DAY = 24
FULLEST = 0.98
RHO_STEPS = 512
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


def wait_table(most_lanes: int) -> np.ndarray:
    """Mean wait in a steady M/M/c queue, in lane times over c: C(c, rho) / (1 - rho).

    Shape (most_lanes + 1, RHO_STEPS + 2), rho = i / RHO_STEPS, held at its value at 0.98 beyond.
    """
    table = np.zeros((most_lanes + 1, RHO_STEPS + 2))
    for lanes in range(1, most_lanes + 1):
        for i in range(RHO_STEPS + 2):
            rho = min(i / RHO_STEPS, FULLEST)
            table[lanes, i] = erlang_c(lanes, rho) / (1.0 - rho)
    return table


def _queue_wait_h(waits, hours_per_truck, rho):
    """Mean wait in a steady M/M/c queue, hours: C(c, rho) / (c mu (1 - rho)), by its row of the table."""
    place = min(rho, 1.0) * RHO_STEPS
    i = np.uint64(place)
    return (waits[i] + (place - i) * (waits[i + np.uint64(1)] - waits[i])) * hours_per_truck


queue_wait_h = njit(cache=True, nogil=True)(_queue_wait_h)


def _exertion_after(exertion, searches, gain, recovery):
    """Exertion of a team one hour on: x' = (1 - r) x + g w."""
    return (1.0 - recovery) * exertion + gain * searches


exertion_after = njit(cache=True, nogil=True)(_exertion_after)


def _hours_shut(hour_of_day, open_from, open_hours):
    """Hours until the post is open, 0 when it is; SHUT when it never opens."""
    if open_hours >= DAY:
        return 0
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


def _post_hours(key, first_hour, from_h, to_h, posts, shape, state, wait_of_lanes, normal):
    """Run every post from hour `from_h` to `to_h` of a week that begins at absolute `first_hour`.

    Returns the hours of the week (rows outside the call are left at zero) and the state at its end.
    """
    n = posts.address.size
    met = np.empty((n, HOURS, 4), np.float64)
    met[:, :from_h] = 0.0
    met[:, to_h:] = 0.0
    vehicles, delay_h, inspected = np.zeros(n), np.zeros(n), np.zeros(n)
    false_alarms, opened_clean, up_hours = np.zeros(n), np.zeros(n), np.zeros(n)
    hours = np.zeros(n)
    backlogs, exertions, ups = state.backlog.copy(), state.exertion.copy(), state.scanner_up.copy()
    for p in range(n):
        manned = posts.manned[p]
        if manned:
            hours[p] = to_h - from_h
        if posts.is_patrol[p]:
            for h in range(from_h, to_h):
                met[p, h, WAIT], met[p, h, SCALE] = 0.0, shape.patrol_shape[h]
                met[p, h, SCAN], met[p, h, DOG] = 0.0, 0.0
                if posts.open_hours[p] == 0:
                    met[p, h, WAIT] = SHUT
            continue
        # everything of a post in locals: arrays may alias, so the compiler would load them anew each hour
        address, lanes, service_h = posts.address[p], posts.lanes[p], posts.service_h[p]
        capacity = lanes / service_h
        hours_per_truck = service_h / lanes
        trucks_per_h, cars_per_h, units_per_h = (
            posts.trucks_per_h[p],
            posts.cars_per_h[p],
            posts.units_per_h[p],
        )
        car_share, cv = posts.car_share[p], posts.traffic_cv[p]
        open_from, open_hours = posts.open_from[p], posts.open_hours[p]
        if not manned or open_hours <= 0:
            backlogs[p] = 0.0
        inspect_share, officers, extra = (
            posts.inspect_share[p],
            posts.inspections_per_h[p],
            shape.extra_inspections[p],
        )
        willing, wave_h, wave_share = shape.willing[p], posts.wave_h[p], posts.wave_share[p]
        scanner_share, scans, scan_hit = posts.scanner_share[p], posts.scans_per_h[p], shape.scan_hit[p]
        scan_false, fail_prob, repair_prob = posts.scan_false[p], posts.fail_prob[p], posts.repair_prob[p]
        teams, dog_per_h, dog_false = posts.teams[p], posts.dog_per_h[p], posts.dog_false[p]
        gain, recovery, exertion_loss = posts.exertion_gain[p], posts.recovery[p], posts.exertion_loss[p]
        sealed_opened = inspect_share * posts.sealed_share[p] * posts.open_seal[p]
        spared_share = posts.spared_share[p]
        mean_work = trucks_per_h + car_share * cars_per_h + units_per_h
        vehicles_per_work = 1.0
        if mean_work > 0.0:
            vehicles_per_work = (trucks_per_h + cars_per_h + units_per_h) / mean_work
        inspect_h, search_h = posts.inspect_h[p], posts.search_h[p]
        duty, dog_hit, waits = posts.on_duty[p], shape.dog_hit[p], wait_of_lanes[lanes]
        row = met[p]
        backlog, exertion, up = backlogs[p], exertions[p], ups[p]
        n_vehicles, n_delay_h, n_inspected, n_alarms, n_opened, n_up = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
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
            if not manned:
                row[h, WAIT], row[h, SCALE], row[h, SCAN], row[h, DOG] = 0.0, 0.0, 0.0, 0.0
                up = scanner_turns(word, fail_prob if up else repair_prob) != up
                exertion = exertion_after(exertion, 0.0, gain, recovery)
                continue
            swing = max(0.0, 1.0 + cv * normal[word >> FLOW_SHIFT])
            trucks = trucks_per_h * shape.truck_shape[h] * swing
            cars = cars_per_h * shape.car_shape[h] * swing
            units = units_per_h * shape.unit_shape[h] * swing
            flow = trucks + cars + units
            work = trucks + car_share * cars + units
            hod = shape.hour_of_day[h]
            shut_h = hours_shut(hod, open_from, open_hours)
            n_vehicles += flow
            if shut_h != 0:
                row[h, SCALE], row[h, SCAN], row[h, DOG] = 0.0, 0.0, 0.0
                if shut_h == SHUT:
                    row[h, WAIT] = SHUT
                else:
                    backlog += work
                    row[h, WAIT] = SHUT - shut_h
                    n_delay_h += backlog * vehicles_per_work
                    exertion = exertion_after(exertion, 0.0, gain, recovery)
                continue
            backlog = max(0.0, backlog + work - capacity)
            queue_h = backlog * hours_per_truck
            steady_h = queue_wait_h(waits, hours_per_truck, work * hours_per_truck)
            row[h, WAIT] = np.floor(60.0 * (queue_h + steady_h))

            spared = spared_share * trucks
            wanted = inspect_share * (flow - spared)
            part = share_served(officers, wanted) * willing
            if queue_h > wave_h:
                part *= wave_share
            if extra > 0.0:
                part += max(0.0, min(extra, flow - wanted * part)) / max(wanted, 1e-12)
            row[h, SCALE] = part
            looked_at = wanted * part
            n_inspected += looked_at

            scanned_share = 0.0
            if up:
                n_up += 1.0
                scanned_share = scanner_share * share_served(scans, looked_at * scanner_share)
                up = not scanner_turns(word, fail_prob)
            else:
                up = scanner_turns(word, repair_prob)
            row[h, SCAN] = scanned_share * scan_hit

            on_duty = teams * duty[hod]
            dog_share, searches = 0.0, 0.0
            if on_duty > 0.0:
                dog_share = share_served(on_duty * dog_per_h, looked_at) * min(1.0, on_duty)
                searches = looked_at * dog_share / on_duty
            row[h, DOG] = dog_share * dog_hit[hod] / (1.0 + exertion_loss * exertion)
            exertion = exertion_after(exertion, searches, gain, recovery)

            alarm_share = 1.0 - (1.0 - scanned_share * scan_false) * (1.0 - dog_share * dog_false)
            alarms = looked_at * alarm_share
            n_alarms += alarms
            n_opened += sealed_opened * (trucks - spared) * part * alarm_share
            waiting = (backlog + steady_h * work) * vehicles_per_work
            n_delay_h += waiting + looked_at * inspect_h + alarms * search_h
        vehicles[p], delay_h[p], inspected[p] = n_vehicles, n_delay_h, n_inspected
        false_alarms[p], opened_clean[p], up_hours[p] = n_alarms, n_opened, n_up
        backlogs[p], exertions[p], ups[p] = backlog, exertion, up
    result = PostHours(met, vehicles, delay_h, inspected, false_alarms, opened_clean, up_hours, hours)
    return result, PostState(backlogs, exertions, ups)


post_hours = njit(cache=True, nogil=True)(_post_hours)
