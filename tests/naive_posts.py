"""Posts of the plain twin, hour by hour: sections 9.1-9.3, 9.16-9.18 and 9.23 of sim/MODEL.md."""

from __future__ import annotations

import math
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from statistics import NormalDist
from types import SimpleNamespace as Row

from tests.naive_draws import POST_HOUR, between_points, clip, log10, scanner_turns, words_at

SHUT = -1
TIR_TRUCK = 0
NORMAL = [NormalDist().inv_cdf((i + 0.5) / 1024) for i in range(1024)]


def calendar(first_hour):
    """(hour of day, weekday from Monday, month from January) of each hour of a week."""
    days = [date(2000, 1, 1) + timedelta(days=(first_hour + h) // 24) for h in range(168)]
    return [((first_hour + h) % 24, day.weekday(), day.month - 1) for h, day in enumerate(days)]


# 9.23 Interventions


def strength_at(intervention, hour):
    if intervention.end is not None and hour >= intervention.end:
        return 0.0
    if intervention.start is None:
        return intervention.strength
    if hour < intervention.start:
        return 0.0
    steps = intervention.ramp_weeks + 1
    n = min((hour - intervention.start) // 168, intervention.ramp_weeks) + 1
    return intervention.strength if n == steps else intervention.strength * n / steps


def strengths_at(interventions, hour):
    """Strength of each; what undoes one leaves it 1 - its own."""
    own = {i.name: strength_at(i, hour) for i in interventions}
    for i in interventions:
        for name in i.undoes:
            if name in own:
                own[name] *= 1.0 - strength_at(i, hour)
    return [own[i.name] for i in interventions]


def edges(interventions, from_hour, to_hour):
    """The two hours and those between them at which a strength may change, in order."""
    cuts = {from_hour, to_hour}
    for i in interventions:
        end = to_hour if i.end is None else i.end
        steps = [] if i.start is None else [i.start + 168 * n for n in range(i.ramp_weeks + 1)]
        cuts.update(hour for hour in [*(s for s in steps if s < end), end] if from_hour < hour < to_hour)
    return sorted(cuts)


def stretches(given, first_hour):
    """Stretches of a week: hours, values in force, posts; cut only where a strength changes."""
    cuts = edges(given.interventions, first_hour, first_hour + 168)
    made, before = [], None
    for a, b in pairwise(cuts):
        strengths = strengths_at(given.interventions, a)
        if strengths == before:
            made[-1].to_h = b - first_hour
            continue
        before = strengths
        post, country = values_at(given, a)
        made.append(Row(from_h=a - first_hour, to_h=b - first_hour, v=post, c=country))
        made[-1].posts = [post_in_force(given, post, country, p) for p in range(len(given.posts))]
        redirect(given, made[-1].posts)
    return made


def values_at(given, hour):
    """Values of posts and of countries in force at an hour: what is set first, then factors, then amounts."""
    post = {name: list(values) for name, values in given.post_values.items()}
    country = {name: list(values) for name, values in given.country_values.items()}
    strength = dict(
        zip([i.name for i in given.interventions], strengths_at(given.interventions, hour), strict=True)
    )
    by_name = sorted(given.interventions, key=lambda i: i.name)
    for kind in ("set", "factor", "amount"):
        for i in by_name:
            for change in i.changes:
                if kind_of(change) == kind:
                    before = given.post_values if change.of_posts else given.country_values
                    values = (post if change.of_posts else country)[change.what]
                    for row in change.rows:
                        target = target_of(change, values[row], before[change.what], row)
                        values[row] = laid_over(values[row], target, change, strength[i.name])
    return post, country


def kind_of(change):
    if change.to is not None or change.alike is not None:
        return "set"
    return "amount" if change.by is None else "factor"


def target_of(change, value, before, row):
    """Value at full strength; `like` takes the mean, before any intervention, of those of the same class."""
    if change.alike is not None:
        same = [before[i] for i in change.alike if change.classes[i] == change.classes[row]]
        return math.fsum(same) / len(same)
    if change.to is not None:
        return change.to
    if change.by is not None:
        return value * change.by
    return value + (change.shared / len(change.rows) if change.plus is None else change.plus)


def laid_over(base, target, change, strength):
    if strength == 0.0:
        return base
    value = target if strength == 1.0 else base + strength * (target - base)
    if value == base:
        return base
    value = clip(
        value,
        -math.inf if change.least is None else change.least,
        math.inf if change.most is None else change.most,
    )
    return float(round(value)) if change.whole else value


# 9.1 From parameters to posts


def post_in_force(given, values, of_countries, p):
    """Numbers of one post under values in force."""
    post, v = given.posts[p], {name: column[p] for name, column in values.items()}
    c = {name: column[post.country] for name, column in of_countries.items()}
    open_seal = 1.0 - v["tir_fear"]
    met = patrol_prob(given, post, v["patrols_per_day"], v["barrier_h"])
    by_hand = 1.0 if post.is_patrol else v["search_share"]
    up = v["scanner.uptime_share"]
    row = Row(
        v=v, country=post.country, is_patrol=post.is_patrol, lanes=max(1, post.lanes), open_seal=open_seal
    )
    row.manned, row.inspect_share = v["manned"] > 0.0, v["inspect_share"] * v["manned"]
    row.is_closed = row.manned and int(v["open_hours"]) == 0
    row.trucks_per_h, row.cars_per_h = post.trucks_per_day / 48.0, post.cars_per_day / 48.0
    row.units_per_h = post.rail_units_per_day / 48.0
    row.service_h, row.inspect_h, row.search_h = (
        v[f"{n}_min"] / 60.0 for n in ("service", "inspect", "search")
    )
    row.fail_prob = min(1.0, (1.0 - up) / up / v["scanner.repair_h"])
    row.repair_prob = 1.0 / v["scanner.repair_h"]
    row.spared_share = spared_share(c)
    row.select, row.open_on_alarm, row.find_cold = [], [], []
    for k, cover in enumerate(given.covers):
        sealed = k == TIR_TRUCK
        select = min(1.0, row.inspect_share * cover.select_factor)
        select = select * v["tir_select_factor"] if sealed else select
        row.select.append(met * v["manned"] if post.is_patrol else select)
        row.open_on_alarm.append(v["find_on_alarm_prob"] * (open_seal if sealed else 1.0))
        row.find_cold.append(by_hand * v["find_prob"] * (open_seal if sealed else 1.0) * cover.find_factor)
    return row


def spared_share(country):
    return country["trusted_share"] * (1.0 - country["trusted_check_factor"])


def redirect(given, rows):
    """Licit traffic of closed crossings goes by the open ones of its side of the border and its mode."""
    shut = {
        (post.crossing_id, *post.modes) for post, row in zip(given.posts, rows, strict=True) if row.is_closed
    }
    is_shut = [(post.crossing_id, *post.modes) in shut for post in given.posts]
    side = [(p.country, p.neighbour, *p.modes) if p.neighbour else None for p in given.posts]
    for kind in ("trucks_per_h", "cars_per_h", "units_per_h"):
        closed, taking = dict.fromkeys(side, 0.0), dict.fromkeys(side, 0.0)
        for row, name, gone in zip(rows, side, is_shut, strict=True):
            (closed if gone else taking)[name] += getattr(row, kind)
        for row, name, gone in zip(rows, side, is_shut, strict=True):
            more = closed[name] / taking[name] if name and taking[name] > 0.0 else 0.0
            setattr(row, kind, 0.0 if gone else getattr(row, kind) * (1.0 + more))


def patrol_prob(given, post, per_day, barrier_h):
    green, travel = given.green_border, given.travel
    reach = 2.0 * green.reach_km / (green.reach_km + post.gap_km / 4.0)
    is_hard = "mountain" in post.terrain or post.terrain == "desert"
    rate = per_day / 24.0 * reach * (green.hard_terrain_factor if is_hard else 1.0)
    speed = travel.foot_kmh if post.on_foot else travel.track_kmh
    return -math.expm1(-rate * green.zone_km / speed - rate * barrier_h)


# 9.2 Hours of a post


def post_hours(given, key, first_hour, days, stretch, p, state):
    """Hours of one post through a stretch: what a load meets by hour of the week, and what is counted.

    `state` has backlog, exertion and up, and is changed; scan_hit, dog_hit, willing and extra stand still.
    """
    post = stretch.posts[p]
    seen = Row(met={}, vehicles=0.0, delay_h=0.0, inspected=0.0, false_alarms=0.0, opened_clean=0.0)
    for h in range(stretch.from_h, stretch.to_h):
        if post.is_patrol:
            wait = SHUT if post.is_closed else 0
            seen.met[h] = wait, given.daily[3][days[h][0]], 0.0, 0.0
        else:
            seen.met[h] = one_hour(given, key, first_hour + h, days[h], post, state, seen)
    return seen


def one_hour(given, key, hour, day, post, state, seen):
    """(wait, scale, scan, dog) in one hour, steps 1 to 21; a wait of SHUT - n opens in n hours."""
    v, (hod, weekday, month) = post.v, day
    address, hours_per_truck = state.address, post.service_h / post.lanes
    word = hour_words(key, hour >> 2, address)[hour & 3]
    if not post.manned or post.is_closed:
        state.backlog = 0.0
    if not post.manned:
        state.up = scanner_turns(word, post.fail_prob if state.up else post.repair_prob) != state.up
        state.exertion = exertion_after(state.exertion, 0.0, v)
        return 0, 0.0, 0.0, 0.0
    swing = max(0.0, 1.0 + v["traffic_cv"] * NORMAL[word >> 22])
    shape = [given.monthly[i][month] * given.weekly[i][weekday] * given.daily[i][hod] for i in range(3)]
    trucks = post.trucks_per_h * shape[0] * swing
    cars = post.cars_per_h * shape[1] * swing
    units = post.units_per_h * shape[2] * swing
    flow = trucks + cars + units
    work = trucks + v["car_share_of_truck"] * cars + units
    mean_work = post.trucks_per_h + v["car_share_of_truck"] * post.cars_per_h + post.units_per_h
    mean_flow = post.trucks_per_h + post.cars_per_h + post.units_per_h
    vehicles_per_work = mean_flow / mean_work if mean_work > 0.0 else 1.0
    seen.vehicles += flow
    shut_h = hours_shut(hod, int(v["open_from_h"]), int(v["open_hours"]))
    if shut_h == SHUT:
        return SHUT, 0.0, 0.0, 0.0
    if shut_h > 0:
        state.backlog += work
        seen.delay_h += state.backlog * vehicles_per_work
        state.exertion = exertion_after(state.exertion, 0.0, v)
        return SHUT - shut_h, 0.0, 0.0, 0.0
    state.backlog = max(0.0, state.backlog + work - post.lanes / post.service_h)
    queue_h = state.backlog * hours_per_truck
    steady_h = queue_wait_h(post.lanes, hours_per_truck, work * hours_per_truck)

    spared = post.spared_share * trucks
    wanted = post.inspect_share * (flow - spared)
    part = served(v["inspections_per_h"], wanted) * state.willing
    if queue_h > v["wave_through_h"]:
        part *= v["wave_through_share"]
    if state.extra > 0.0:
        part += max(0.0, min(state.extra, flow - wanted * part)) / max(wanted, 1e-12)
    looked_at = wanted * part
    seen.inspected += looked_at

    scanned = 0.0
    if state.up:
        scanned = v["scanner.present_share"] * served(
            v["scanner.scans_per_h"], looked_at * v["scanner.present_share"]
        )
        state.up = not scanner_turns(word, post.fail_prob)
    else:
        state.up = scanner_turns(word, post.repair_prob)

    duty = v["dogs.teams"] * clip(v["dogs.shift_h"] - (hod - 8) % 24, 0.0, 1.0)
    dogged, searches = 0.0, 0.0
    if duty > 0.0:
        dogged = served(duty * v["dogs.searches_per_h"], looked_at) * min(1.0, duty)
        searches = looked_at * dogged / duty
    dog = dogged * state.dog_hit[hod] / (1.0 + v["dogs.exertion_loss"] * state.exertion)
    state.exertion = exertion_after(state.exertion, searches, v)

    no_alarm = (1.0 - scanned * v["scanner.false_alarm_prob"]) * (1.0 - dogged * v["dogs.false_alarm_prob"])
    alarm_share = 1.0 - no_alarm
    alarms = looked_at * alarm_share
    seen.false_alarms += alarms
    sealed_opened = post.inspect_share * v["sealed_share"] * post.open_seal
    seen.opened_clean += sealed_opened * (trucks - spared) * part * alarm_share
    waiting = (state.backlog + steady_h * work) * vehicles_per_work
    seen.delay_h += waiting + looked_at * post.inspect_h + alarms * post.search_h
    return math.floor(60.0 * (queue_h + steady_h)), part, scanned * state.scan_hit, dog


def mean_met(met):
    """Means over the open hours of a stretch of scale, scan and dog, added up hour by hour."""
    hours = [row[1:] for row in met.values() if row[0] >= 0.0]
    total = [0.0, 0.0, 0.0]
    for row in hours:
        total = [t + x for t, x in zip(total, row, strict=True)]
    return [t / max(len(hours), 1) for t in total]


@cache
def hour_words(key, quarter, address):
    return words_at(key, quarter, address, 0, POST_HOUR)


def hours_shut(hod, open_from, open_hours):
    if open_hours >= 24:
        return 0
    if open_hours <= 0:
        return SHUT
    since = (hod - open_from + 24) % 24
    return 0 if since < open_hours else 24 - since


def served(capacity, wanted):
    return 1.0 if wanted <= capacity else capacity / wanted


def exertion_after(exertion, searches, v):
    return (1.0 - v["dogs.recovery_per_h"]) * exertion + v["dogs.exertion_per_search"] * searches


# 9.3 Wait in a queue


@cache
def wait_of_lanes(lanes):
    row = []
    for i in range(514):
        rho = min(i / 512, 0.98)
        row.append(erlang_c(lanes, rho) / (1.0 - rho))
    return row


def erlang_c(lanes, rho):
    if rho == 0.0:
        return 0.0
    offered, inverse = rho * lanes, 1.0
    for k in range(1, lanes + 1):
        inverse = 1.0 + inverse * k / offered
    blocked = 1.0 / inverse
    return blocked / (1.0 - rho * (1.0 - blocked))


def queue_wait_h(lanes, hours_per_truck, rho):
    table = wait_of_lanes(lanes)
    x = min(rho, 1.0) * 512
    i = int(x)
    return (table[i] + (x - i) * (table[i + 1] - table[i])) * hours_per_truck


# 9.16 Prevalence and attention, 9.17 dogs, 9.18 willingness


def attention(prevalence, planted_share, finds, looks):
    seen = (finds / looks if looks > 0.0 else 0.0) + planted_share
    points = [-2.0, -1.0, log10(0.5)]
    misses = [prevalence.misses_at_hundredth, prevalence.misses_at_tenth, prevalence.misses_at_half]
    missed = between_points(log10(clip(seen, 0.01, 0.5)), points, misses)
    return (1.0 - missed) / (1.0 - prevalence.misses_at_half)


def scan_hit(v, attention):
    return v["scanner.quality"] * v["scanner.operator_skill"] * attention


def dog_hits(v, attention, temperature_c, humidity):
    """Chance of an indication by hour of day, for the temperatures and the humidity of one month."""
    trained = (
        v["dogs.real_training_share"] + (1.0 - v["dogs.real_training_share"]) * v["dogs.simulant_factor"]
    )
    hits = []
    for hod in range(24):
        felt = temperature_c[hod] + (v["dogs.humidity_c"] * humidity - v["dogs.shade_c"])
        heat = clip(1.0 - v["dogs.heat_loss_per_c"] * max(0.0, felt - v["dogs.heat_onset_c"]), 0.0, 1.0)
        into = min(float((hod - 8) % 24), v["dogs.shift_h"])
        tired = clip(1.0 - v["dogs.time_on_task_loss_per_h"] * into, 0.0, 1.0)
        hits.append(v["dogs.detect_prob"] * trained * attention * heat * tired)
    return hits


def willingness(reluctance, false_alarms, inspected):
    share = false_alarms / inspected if inspected > 0.0 else 0.0
    return 1.0 - reluctance * min(1.0, share)
