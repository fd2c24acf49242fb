"""One week in arrays: what the kernels are told, from the world, the parameters in force and the memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.agents import border_post
from sim.agents.corruption import accept_prob
from sim.agents.intelligence import exposure_of, release_prob, tip_prob
from sim.agents.memory import Memory
from sim.agents.trafficker import (
    flow_of_option,
    follows,
    grows,
    lies_low,
    race,
    risk_matrix,
    run_starts,
    utilities,
)
from sim.agents.trafficker import review as take_routes
from sim.agents.trusted import abused_share, truck_selection
from sim.kernels.arrays import DOG, SCALE, SCAN, WAIT, Dealings, LoadArrays, PostArrays, PostHours, WeekShape
from sim.kernels.dispatch import FlowArrays, OptionArrays
from sim.kernels.perceive import actual, believed
from sim.scenario.overlay import cut_hours, hour_of, in_order, strengths_at
from sim.world.calendar import HOURS_PER_WEEK, hours_of_week
from sim.world.in_force import world_in_force
from sim.world.options import options_of
from sim.world.parameters import Parameters, changed
from sim.world.post_table import post_arrays
from sim.world.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

CENTS_PER_USD = 100

Strengths = tuple[float, ...]
"""Strength of each intervention, in the order of `World.interventions`."""


class Stretch(NamedTuple):
    """Hours of a week between two changes of mechanism."""

    from_h: int  # hour of the week
    to_h: int
    values: Parameters
    posts: PostArrays
    world: World  # with what options are worth under these


class Decisions(NamedTuple):
    """What traffickers settled for a week."""

    rows: Ints  # (n_rows,) covers of options that may be chosen, rows of `World.options` in order
    through: Floats  # (n_rows,) perceived chance to get through
    route_haste: Floats  # (n_routes,) of each option among the rows, in the race of the alternatives
    cover_haste: Floats  # (n_rows,)


class Mechanisms:
    """What is in force at any hour, made once for each combination of strengths."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._wide = [any(change.is_wide for change in i.changes) for i in world.interventions]
        self._narrow = [not all(change.is_wide for change in i.changes) for i in world.interventions]
        self._worlds: dict[Strengths, World] = {}
        self._made: dict[tuple[Strengths, Strengths], tuple[Parameters, PostArrays, World]] = {}

    def _world_at(self, hour: int) -> World:
        """The world under the wide changes of an hour: tiers, market, covers, countries' rules."""
        strengths = self._strengths(hour, self._wide)
        if not any(strengths):
            return self._world
        if strengths not in self._worlds:
            laid = in_order(self._world.interventions, strengths)
            self._worlds[strengths] = world_in_force(self._world, laid)
        return self._worlds[strengths]

    def stretches(self, first_hour: int) -> list[Stretch]:
        """Stretches of the week that begins at an absolute hour, cut where a mechanism changes.

        Numbers of posts and countries change at their hour; wide ones hold from the week's first hour on.
        """
        cuts = cut_hours(self._world.interventions, first_hour, first_hour + HOURS_PER_WEEK)
        edges = sorted({first_hour, *cuts, first_hour + HOURS_PER_WEEK})
        found: list[Stretch] = []
        for a, b in pairwise(edges):
            values, posts, world = self._at(a, first_hour)
            if found and found[-1].values is values:
                found[-1] = found[-1]._replace(to_h=b - first_hour)
            else:
                found.append(Stretch(a - first_hour, b - first_hour, values, posts, world))
        return found

    def _strengths(self, hour: int, concerned: Sequence[bool]) -> Strengths:
        strengths = strengths_at(self._world.interventions, hour)
        return tuple(s if here else 0.0 for s, here in zip(strengths, concerned, strict=True))

    def _at(self, hour: int, first_hour: int) -> tuple[Parameters, PostArrays, World]:
        world = self._world
        strengths, wide = self._strengths(hour, self._narrow), self._strengths(first_hour, self._wide)
        if not any(strengths) and not any(wide):
            return world.base, world.base_posts, world
        if (strengths, wide) not in self._made:
            values = changed(
                world.base, in_order(world.interventions, strengths), world.posts, world.countries
            )
            here = self._world_at(first_hour)
            arrays = post_arrays(values, world.posts, world.countries, here.scenario, world.corridor)
            self._made[strengths, wide] = values, arrays, with_staff(here, arrays)
        return self._made[strengths, wide]


def with_staff(world: World, posts: PostArrays) -> World:
    """The world whose options reckon with bribes at the posts that are manned."""
    if np.array_equal(posts.manned, world.base_posts.manned):
        return world
    _, _, options = options_of(
        world.scenario,
        world.flows,
        world.traffickers,
        world.routes,
        world.route_arrays,
        posts.manned & ~posts.is_patrol,
    )
    return replace(world, options=options)


def shape_of_week(world: World, values: Parameters, memory: Memory, first_hour: int) -> WeekShape:
    """Calendar, climate, attention and mobile teams of a week."""
    hour, weekday, month = hours_of_week(first_hour)
    profiles = world.profiles
    licit = profiles.monthly[:, month] * profiles.weekly[:, weekday] * profiles.daily[:3, hour]
    return WeekShape(
        hour_of_day=hour,
        truck_shape=licit[0],
        car_shape=licit[1],
        unit_shape=licit[2],
        patrol_shape=profiles.daily[3, hour],
        scan_hit=border_post.scan_hits(world, values, memory),
        dog_hit=border_post.dog_hits(world, values, memory, int(month[0])),
        willing=memory.willing,
        extra_inspections=memory.teams * values.country["team_inspections_per_h"][world.base_posts.country],
    )


def dealings_of_week(world: World, values: Parameters, memory: Memory) -> Dealings:
    """Bribes, tips, protection and trust between every trafficker and every post or country."""
    t, country = world.traffickers, world.base_posts.country
    market = world.scenario.market
    abused = abused_share(
        memory.clean,
        values.country["trusted_share"],
        values.country["trusted_abuse_share"],
        values.country["trusted_clean_loads"],
    )
    return Dealings(
        offer=np.repeat(t.offer[:, None], len(world.posts), axis=1),
        accept=accept_prob(
            memory.corruption,
            t.bribe_cents,
            (CENTS_PER_USD * values.country["officer_pay_usd"])[country],
            market.pay_multiple.value,
            values.country["audits_per_year"][country],
            memory.relation,
            market.relation_gain.value,
        ),
        tip_factor=market.tip_bribe_factor.value,
        tip=tip_prob(
            values.country["tip_prob"], values.country["sharing"], exposure_of(t.exposure, memory.informants)
        ),
        release=release_prob(t.protection, values.country["protection_prob"]),
        goes_on=values.country["return_share"],
        trusted=truck_selection(abused, values.country["trusted_check_factor"]),
    )


def open_options(world: World, posts: PostArrays) -> Bools:
    """Options whose route has no closed post, (n_options,) bool."""
    stops = world.route_arrays
    closed = (stops.post >= 0) & (posts.manned & (posts.open_hours == 0))[stops.post]
    shut = np.add.reduceat(closed.astype(np.int64), stops.start[:-1]) > 0
    is_open: Bools = ~shut[world.option_arrays.route]
    return is_open


def decide(
    world: World, memory: Memory, posts: PostArrays, hours: PostHours, dealings: Dealings, *, review: bool
) -> Decisions:
    """Traffickers weigh their routes, and with `review` take routes up or give them up.

    They go by belief; `best_response` alone is shown the posts as they are, and would be all week without
    the changes of the week.
    """
    owner = world.flows.trafficker[flow_of_option(world)]
    is_open = open_options(world, posts)
    knows_all = (follows(world, "random") | follows(world, "best_response"))[owner]
    growing = grows(world, memory, is_open) if review else np.zeros(len(world.flows.names), np.bool_)
    weighed = (memory.held | knows_all | growing[flow_of_option(world)]) & is_open
    rows = np.flatnonzero(weighed[world.options.option])
    through = _through(world, memory, rows, posts, hours, dealings)
    worth = utilities(world, rows, through)
    if review:
        best = np.full(memory.held.size, -np.inf)
        np.maximum.at(best, world.options.option[rows], worth)
        take_routes(world, memory, best, growing)
        kept = ((memory.held | knows_all) & is_open)[world.options.option[rows]]
        rows, through, worth = rows[kept], through[kept], worth[kept]
    return Decisions(rows, through, *race(world, rows, worth))


def offers(world: World, decisions: Decisions, keys: NDArray[np.uint64]) -> tuple[FlowArrays, OptionArrays]:
    """Flows and options as `dispatch` reads them, with those alone that may be chosen; `keys` (n_flows,)."""
    every, rows = world.option_arrays, decisions.rows
    option = world.options.option[rows]
    starts = run_starts(option) if rows.size else rows
    options = OptionArrays(
        route=every.route[option[starts]],
        address=every.address[option[starts]],
        first=np.append(starts, rows.size),
        cover=every.cover[rows],
        cover_address=every.cover_address[rows],
        most_g=every.most_g[rows],
    )
    flow = world.options.flow[rows[starts]]
    first = np.searchsorted(flow, np.arange(len(world.flows.names) + 1))
    return world.flow_arrays._replace(key=keys, first=first), options


def _through(
    world: World, memory: Memory, rows: Ints, posts: PostArrays, hours: PostHours, dealings: Dealings
) -> Floats:
    """Perceived chance to get through of some covers of options, (n,); true chances for `best_response`."""
    who = world.flows.trafficker[world.options.flow[rows]]
    options = world.options
    through: Floats = believed(
        options.way[rows], who, options.first, options.check, risk_matrix(world, memory, posts.manned)
    )
    exact = follows(world, "best_response")[who]
    if exact.any():
        is_open = hours.met[:, :, WAIT] >= 0.0
        n_open = np.maximum(is_open.sum(axis=1), 1)
        met = np.where(is_open[:, :, None], hours.met, 0.0).sum(axis=1) / n_open[:, None]
        through[exact] = actual(
            options.way[rows[exact]],
            who[exact],
            options.first,
            options.check,
            options.outbound,
            options.load_g[rows[exact]],
            posts,
            met[:, SCALE],
            met[:, SCAN],
            met[:, DOG],
            dealings,
            world.rules,
        )
    return through


def sending_stock(world: World, memory: Memory) -> Ints:
    """Stock that may be sent this week, g: none where the organisation lies low, (n_flows,) int64."""
    return np.where(lies_low(world, memory)[world.flows.trafficker], 0, memory.stock_g)


def loads_under_way(world: World, memory: Memory) -> LoadArrays:
    """Loads of the memory as the kernels read them."""
    return LoadArrays(
        key=memory.load_key,
        who=memory.load_who,
        trafficker=world.flows.trafficker[memory.load_flow],
        route=memory.load_route,
        cover=memory.load_cover,
        stop=memory.load_stop,
        visit=memory.load_visit,
        minute=memory.load_minute,
        lost_stop=memory.load_lost_stop,
        mass_g=memory.load_g.sum(axis=1).astype(np.float64),
    )


def supply_of_week(world: World, memory: Memory, first_hour: int) -> Ints:
    """What reaches the origins this week, g: a season's share of the year, and replacement that is due.

    Changes the memory: fractions of a gram are owed, what was due is taken off.
    """
    _, _, month = hours_of_week(first_hour)
    wanted = world.flows.g_per_year * world.flows.season[:, int(month[0])] / border_post.WEEKS_PER_YEAR
    whole = np.floor(wanted + memory.owed_g)
    memory.owed_g[:] += wanted - whole
    slot = int(memory.week[0]) % memory.due_g.shape[1]
    due = memory.due_g[:, slot].copy()
    memory.due_g[:, slot] = 0
    return whole.astype(np.int64) + due


def programme_cents(world: World, first_hour: int) -> int:
    """What interventions cost the state this week, cents: capital at the start, running cost by hours.

    Capital of one in force from the beginning, or from before it, falls in the first week of the run.
    """
    total = 0.0
    last = first_hour + HOURS_PER_WEEK
    for intervention in world.interventions:
        concerned = [intervention, *(i for i in world.interventions if intervention.name in i.undoes)]
        edges = [first_hour, *cut_hours(concerned, first_hour, last), last]
        share = sum((b - a) * strengths_at(concerned, a)[0] for a, b in pairwise(edges)) / HOURS_PER_WEEK
        total += share * intervention.running_cost_usd_per_year.value / border_post.WEEKS_PER_YEAR
        start = max(world.start_hour, hour_of(intervention.start) if intervention.start else world.start_hour)
        is_over = intervention.end is not None and hour_of(intervention.end) <= start
        if first_hour <= start < last and not is_over:
            total += intervention.strength * intervention.capital_cost_usd.value
    return round(CENTS_PER_USD * total)
