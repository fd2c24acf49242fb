"""Arrays that travel together through the kernels, with shape and unit on the line."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

N_COVERS = 9
HOURS = 168


class RouteArrays(NamedTuple):
    """Candidate routes as flat lists of stops; a stop is a post, the last one of a route its market."""

    start: np.ndarray  # (n_routes + 1,) int64, first stop of each route
    post: np.ndarray  # (n_stops,) int32, post row, NO_POST at the market
    minutes: np.ndarray  # (n_stops,) int32, travel from the stop before
    mode: np.ndarray  # (n_stops,) int8, codes.Mode of the leg on which the stop lies
    outbound: np.ndarray  # (n_stops,) bool, the post's country is being left
    nth: np.ndarray  # (n_stops,) int8, how often the route has met this post before


class PostArrays(NamedTuple):
    """One row per post: what holds for a whole stretch of the run."""

    address: np.ndarray  # (n_posts,) uint64, from the post's name, not its row
    country: np.ndarray  # (n_posts,) int64, country row
    is_patrol: np.ndarray  # (n_posts,) bool, green border: met by patrols, no queue
    trucks_per_h: np.ndarray  # (n_posts,) float64, mean licit trucks towards the post
    cars_per_h: np.ndarray  # (n_posts,) float64
    units_per_h: np.ndarray  # (n_posts,) float64, wagon groups, flights, ships
    car_share: np.ndarray  # (n_posts,) float64, lane time of a car / truck
    traffic_cv: np.ndarray  # (n_posts,) float64, of the hourly flow
    lanes: np.ndarray  # (n_posts,) int64, >= 1
    service_h: np.ndarray  # (n_posts,) float64, lane time of a truck, hours
    open_from: np.ndarray  # (n_posts,) int64, hour of day
    open_hours: np.ndarray  # (n_posts,) int64, 0 = closed
    manned: np.ndarray  # (n_posts,) bool, False: everybody passes, nothing is looked at
    inspect_share: np.ndarray  # (n_posts,) float64, inspections / vehicles wanted by policy
    inspections_per_h: np.ndarray  # (n_posts,) float64, officers' capacity
    wave_h: np.ndarray  # (n_posts,) float64, queue above which selection is relaxed, hours
    wave_share: np.ndarray  # (n_posts,) float64
    outbound_share: np.ndarray  # (n_posts,) float64
    scanner_share: np.ndarray  # (n_posts,) float64, selected vehicles with a scanner at hand
    scans_per_h: np.ndarray  # (n_posts,) float64
    scan_false: np.ndarray  # (n_posts,) float64, P(alarm | empty)
    fail_prob: np.ndarray  # (n_posts,) float64, scanner goes down in an hour
    repair_prob: np.ndarray  # (n_posts,) float64, scanner comes back in an hour
    teams: np.ndarray  # (n_posts,) float64, dog teams on the roster
    dog_per_h: np.ndarray  # (n_posts,) float64, searches of a team in an hour
    dog_false: np.ndarray  # (n_posts,) float64
    exertion_gain: np.ndarray  # (n_posts,) float64, per search of a team
    recovery: np.ndarray  # (n_posts,) float64, share lost in an hour
    exertion_loss: np.ndarray  # (n_posts,) float64
    on_duty: np.ndarray  # (n_posts, 24) float64, 1 where dogs are on duty
    search_share: np.ndarray  # (n_posts,) float64, inspected vehicles searched without an alarm
    inspect_h: np.ndarray  # (n_posts,) float64, an inspected vehicle is held
    search_h: np.ndarray  # (n_posts,) float64, a vehicle is held after an alarm
    sealed_share: np.ndarray  # (n_posts,) float64, licit trucks under TIR seal
    open_seal: np.ndarray  # (n_posts,) float64, P(seal broken | alarm)
    select: np.ndarray  # (n_posts, N_COVERS) float64, selection before the hour's scale, by cover
    refused_select: np.ndarray  # (n_posts,) float64, selection after a refused bribe
    open_on_alarm: np.ndarray  # (n_posts, N_COVERS) float64, P(opened and found | alarm)
    find_cold: np.ndarray  # (n_posts, N_COVERS) float64, P(searched and found | inspected, no alarm)
    find_on_tip: np.ndarray  # (n_posts,) float64
    spared_share: np.ndarray  # (n_posts,) float64, checks of licit trucks that trusted carriers are spared


class WeekShape(NamedTuple):
    """What the calendar does to a week: prepared from profiles, climate and last week's finds."""

    hour_of_day: np.ndarray  # (HOURS,) int64
    truck_shape: np.ndarray  # (HOURS,) float64, mean 1 over a year
    car_shape: np.ndarray  # (HOURS,) float64
    unit_shape: np.ndarray  # (HOURS,) float64
    patrol_shape: np.ndarray  # (HOURS,) float64, patrols by hour
    scan_hit: np.ndarray  # (n_posts,) float64, P(alarm | loaded, scanned, fully visible)
    dog_hit: np.ndarray  # (n_posts, 24) float64, P(alarm | loaded, searched, rested)
    willing: np.ndarray  # (n_posts,) float64, selection left after reluctance
    extra_inspections: np.ndarray  # (n_posts,) float64, mobile teams, per hour


class PostState(NamedTuple):
    """State of posts that runs on from hour to hour."""

    backlog: np.ndarray  # (n_posts,) float64, trucks' worth of vehicles waiting
    exertion: np.ndarray  # (n_posts,) float64
    scanner_up: np.ndarray  # (n_posts,) bool


class PostHours(NamedTuple):
    """What a load meets at each post in each hour of a week, and what the week did there."""

    met: np.ndarray  # (n_posts, HOURS, 4) float64, columns WAIT, SCALE, SCAN, DOG
    vehicles: np.ndarray  # (n_posts,) float64, licit, in the call
    delay_h: np.ndarray  # (n_posts,) float64, vehicle-hours
    inspected: np.ndarray  # (n_posts,) float64, licit
    false_alarms: np.ndarray  # (n_posts,) float64
    opened_clean: np.ndarray  # (n_posts,) float64, sealed trucks opened and clean
    up_hours: np.ndarray  # (n_posts,) float64
    hours: np.ndarray  # (n_posts,) float64, in the call


WAIT = 0  # whole minutes; SHUT where the post stays closed, SHUT - n where it opens in n hours
SCALE = 1  # of selection
SCAN = 2  # P(alarm | inspected, fully visible load)
DOG = 3  # P(alarm | inspected, full odour)
SHUT = -1.0


class LoadArrays(NamedTuple):
    """Loads under way, one row each."""

    key: np.ndarray  # (n_loads,) uint64, subkey of the consignor's flow
    who: np.ndarray  # (n_loads,) int64, week << 16 | slot in which it was planned
    trafficker: np.ndarray  # (n_loads,) int64, row
    route: np.ndarray  # (n_loads,) int64, row
    cover: np.ndarray  # (n_loads,) int64, codes.Cover
    stop: np.ndarray  # (n_loads,) int64, row of the next stop
    visit: np.ndarray  # (n_loads,) int64, how often the next stop was tried
    minute: np.ndarray  # (n_loads,) int64, arrival at the next stop
    lost_stop: np.ndarray  # (n_loads,) int64, row of the stop it never reaches, or -1
    mass_g: np.ndarray  # (n_loads,) float64, g


class Dealings(NamedTuple):
    """What stands between traffickers and services this week."""

    offer: np.ndarray  # (n_traffickers, n_posts) float64, P(bribe offered)
    accept: np.ndarray  # (n_traffickers, n_posts) float64, P(accepted | offered)
    tip_factor: float  # acceptance under a tip relative to none
    tip: np.ndarray  # (n_traffickers, n_countries) float64, P(tip at a post)
    release: np.ndarray  # (n_traffickers, n_countries) float64, P(release | found)
    goes_on: np.ndarray  # (n_countries,) float64, P(goes on | released)
    trusted: np.ndarray  # (n_traffickers, n_countries, N_COVERS) float64, selection relative to others'


class CarryRules(NamedTuple):
    """Rules of the way that hold for every load."""

    image: np.ndarray  # (N_COVERS,) float64, image factor by cover
    image_half_g: np.ndarray  # (N_COVERS,) float64, mass that shows half as well as a very large one
    odour: np.ndarray  # (N_COVERS,) float64
    cover_on_mode: np.ndarray  # (N_COVERS, 5) int64, codes.COVER_ON_MODE
    turn_back: float  # P(turns back | bribe refused)
    turn_back_min: int  # wait before the next try, minutes
    most_tries: int
    patience_min: int  # longest wait at a closed post


class Carried(NamedTuple):
    """Where loads stand at the end of a call."""

    stop: np.ndarray  # (n_loads,) int64
    visit: np.ndarray  # (n_loads,) int64
    minute: np.ndarray  # (n_loads,) int64, arrival at the next stop, or when the load ended
    fate: np.ndarray  # (n_loads,) int64, codes.Fate


class Encounters(NamedTuple):
    """Event log of a call, in order of load, then time."""

    load: np.ndarray  # (n,) int32, row in the call's loads
    post: np.ndarray  # (n,) int32, post row
    minute: np.ndarray  # (n,) int64
    visit: np.ndarray  # (n,) int32
    cover: np.ndarray  # (n,) int8, cover under which the load stood before the post
    outcome: np.ndarray  # (n,) int8, codes.Outcome
    means: np.ndarray  # (n,) int8, codes.Means
    seize_prob: np.ndarray  # (n,) float64, P(final seizure | arrival), all stages integrated
    divert_prob: np.ndarray  # (n,) float64, P(released and diverted | arrival)
