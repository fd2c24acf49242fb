"""The corridor as a Mesa model: one step is one week.

Interventions in force -> authorities and traffickers decide -> post hours -> loads are carried ->
books are settled -> everybody learns.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents import authority, border_post, trafficker, trusted
from sim.agents.authority import Authority
from sim.agents.border_post import BorderPost
from sim.agents.courier import CourierSet
from sim.agents.memory import Memory
from sim.agents.mesa_compat import DataCollector, Model
from sim.agents.trafficker import Trafficker
from sim.codes import Fate, Outcome, among
from sim.inputs import as_key, as_world
from sim.kernels.arrays import N_COVERS, Dealings, Encounters, PostHours, PostState
from sim.kernels.carry import carry
from sim.kernels.dispatch import Planned, dispatch
from sim.kernels.post_hours import post_hours
from sim.opening import opening_memory, run_keys
from sim.reporters import (
    delay_vehicle_h,
    delivered_kg,
    key_of,
    mean_corruption,
    seized_kg,
    sent_kg,
    weeks_done,
)
from sim.results.book import LoadBook
from sim.results.tally import Tally
from sim.scenario.schema import Scenario
from sim.settle import Happened, Records, settle
from sim.week import (
    Decisions,
    Mechanisms,
    Stretch,
    dealings_of_week,
    decide,
    loads_under_way,
    offers,
    programme_cents,
    sending_stock,
    shape_of_week,
    supply_of_week,
)
from sim.world.calendar import HOURS_PER_WEEK
from sim.world.parameters import Parameters
from sim.world.world import World

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class CorridorModel(Model):
    """Traffickers, couriers, border posts and authorities on a corridor; `step()` is a week.

    Parameters
    ----------
    scenario
        Name or path of a scenario, a `Scenario`, or a `World` already built; the tutorial by default.
    rng, seed : int
        Root of all luck (the *key* everywhere else); drawn and recorded when neither is given.
    **kwargs
        Overrides of the scenario, `section__field=value`.

    Attributes
    ----------
    key : int
        The root of luck of this run.
    world : World
        What the scenario means.
    in_force : World
        The same with the tiers, market, rules and options of this week.
    memory : Memory
        What agents remember, as arrays.
    couriers : CourierSet
        All couriers; `couriers[i]` is one.
    """

    def __init__(
        self,
        scenario: str | Path | Scenario | World | None = None,
        *,
        rng: Any = None,  # noqa: ANN401 (Mesa's form)
        seed: Any = None,  # noqa: ANN401 (Mesa's form)
        **kwargs: Any,  # noqa: ANN401 (Mesa's form)
    ) -> None:
        if seed is not None:
            if rng is not None:
                raise ValueError("pass rng or seed, not both")
            rng = seed
        key = as_key(rng)
        super().__init__(rng=key & 0xFFFFFFFF)
        self.key = key
        self.world = as_world(scenario, kwargs)
        self.keys = run_keys(self.world, key)
        world = self.world
        self._mechanisms = Mechanisms(world)
        opening = self._mechanisms.stretches(world.start_hour)[0]
        self.in_force = opening.world
        self.memory = opening_memory(opening.world, self.keys, opening.values)
        homes = [world.countries.index(h) for h in world.traffickers.homes]
        self.couriers = CourierSet(world.traffickers.names, world.countries, homes)
        self.book = LoadBook(len(world.commodities))
        self.tally = Tally(
            world.n_weeks,
            len(world.posts),
            len(world.commodities),
            len(world.traffickers.names),
            len(world.countries),
        )
        self.keep_encounters = False
        self.encounters: list[dict[str, NDArray[Any]]] = []
        for row in range(len(world.traffickers.names)):
            Trafficker(self, row)
        for row in range(len(world.posts)):
            BorderPost(self, row)
        for row in range(len(world.countries)):
            Authority(self, row)
        self.datacollector = DataCollector(
            model_reporters={
                "key": key_of,
                "week": weeks_done,
                "sent_kg": sent_kg,
                "delivered_kg": delivered_kg,
                "seized_kg": seized_kg,
                "delay_vehicle_h": delay_vehicle_h,
                "mean_corruption": mean_corruption,
            }
        )
        self.running = world.n_weeks > 0

    @property
    def week(self) -> int:
        """Weeks done since the start of the burn-in."""
        return int(self.memory.week[0])

    @property
    def n_weeks(self) -> int:
        """Weeks of the whole run, burn-in included."""
        return self.world.n_weeks

    def post_row(self, post_id: str) -> int:
        """Row of a post; raises KeyError with the name when there is none."""
        for row, post in enumerate(self.world.posts):
            if post.post_id == post_id:
                return row
        raise KeyError(post_id)

    def run_model(self) -> None:
        """Step until the horizon."""
        while self.running:
            self.step()

    def step(self) -> None:
        """One week."""
        if not self.running:
            return
        memory, week = self.memory, self.week
        first_hour = self.world.start_hour + HOURS_PER_WEEK * week
        stretches = self._mechanisms.stretches(first_hour)
        world = self.in_force = stretches[0].world
        values = stretches[0].values
        review = (first_hour // HOURS_PER_WEEK) % authority.REVIEW_WEEKS == 0
        if review:
            authority.allocate(
                memory, world, values, stretches[0].posts, self.key, first_hour // HOURS_PER_WEEK
            )
        foreseen = self._foreseen(first_hour, stretches)
        hours = self._post_hours(first_hour, stretches)
        dealings = [dealings_of_week(world, stretch.values, memory) for stretch in stretches]
        decisions = decide(
            world, memory, stretches[0].posts, foreseen or hours[0], dealings[0], review=review
        )
        happened = self._move(first_hour, stretches, hours, dealings, decisions)
        reported = week >= world.scenario.burn_in_weeks
        records = settle(
            world, memory, self.couriers, self.book, self.tally, week, happened, reported=reported
        )
        self._learn(first_hour // HOURS_PER_WEEK, week, values, happened, records)
        memory.keep_loads(happened.fate == Fate.UNDER_WAY)
        memory.week[0] += 1
        self.running = self.week < self.n_weeks
        self.datacollector.collect(self)

    def _foreseen(self, first_hour: int, stretches: Sequence[Stretch]) -> PostHours | None:
        """Hours of the week as they would be without its changes: decisions react from the next week on."""
        if len(stretches) == 1:
            return None
        memory = self.memory
        before = memory.backlog, memory.exertion, memory.scanner_up
        whole = self._post_hours(first_hour, [stretches[0]._replace(to_h=HOURS_PER_WEEK)])
        memory.backlog, memory.exertion, memory.scanner_up = before
        return whole[0]

    def _post_hours(self, first_hour: int, stretches: Sequence[Stretch]) -> list[PostHours]:
        """Hours of every post through the week, stretch by stretch; the posts' state runs on."""
        memory, hours = self.memory, []
        for stretch in stretches:
            shape = shape_of_week(self.in_force, stretch.values, memory, first_hour)
            state = PostState(memory.backlog, memory.exertion, memory.scanner_up)
            part, state = post_hours(
                np.uint64(self.keys.posts),
                first_hour,
                stretch.from_h,
                stretch.to_h,
                stretch.posts,
                shape,
                state,
                self.in_force.waits,
                self.in_force.normal,
            )
            memory.backlog, memory.exertion, memory.scanner_up = state
            hours.append(part)
        return hours

    def _move(
        self,
        first_hour: int,
        stretches: Sequence[Stretch],
        hours: Sequence[PostHours],
        dealings: Sequence[Dealings],
        decisions: Decisions,
    ) -> Happened:
        """Send what is in stock and carry everything to the end of the week."""
        memory = self.memory
        opening_g = memory.load_g.sum(axis=0)
        opening_stock = memory.stock_g.copy()
        received = supply_of_week(self.in_force, memory, first_hour)
        memory.stock_g += received
        before = memory.load_key.size
        purchase, transport = self._send(first_hour, decisions)
        fate = np.full(memory.load_key.size, Fate.UNDER_WAY, np.int64)
        logs = []
        for stretch, part, dealt in zip(stretches, hours, dealings, strict=True):
            active = np.flatnonzero(fate == Fate.UNDER_WAY)
            loads = loads_under_way(self.in_force, memory)
            loads = type(loads)(*(column[active] for column in loads))
            carried, log = carry(
                60 * first_hour,
                60 * (first_hour + stretch.to_h),
                loads,
                self.in_force.route_arrays,
                stretch.posts,
                part,
                dealt,
                self.in_force.rules,
            )
            memory.load_stop[active], memory.load_visit[active] = carried.stop, carried.visit
            memory.load_minute[active], fate[active] = carried.minute, carried.fate
            logs.append(log._replace(load=active[log.load]))
        log = logs[0] if len(logs) == 1 else Encounters(*map(np.concatenate, zip(*logs, strict=True)))
        if self.keep_encounters:
            self._keep(log)
        return Happened(
            log=log,
            fate=fate,
            sent=np.arange(before, fate.size),
            opening_g=opening_g,
            opening_stock_g=opening_stock,
            received_g=received,
            purchase_cents=purchase,
            transport_cents=transport,
            programme_cents=programme_cents(self.in_force, first_hour),
            stretches=stretches,
            hours=hours,
            first_minute=60 * first_hour,
        )

    def _send(self, first_hour: int, decisions: Decisions) -> tuple[Ints, Ints]:
        """Dispatch loads with their couriers; gives what traffickers pay for goods and transport, cents."""
        world, memory = self.in_force, self.memory
        stock = sending_stock(world, memory)
        sent, planned = dispatch(
            first_hour // HOURS_PER_WEEK,
            60 * first_hour,
            *offers(world, decisions, self.keys.flows),
            stock,
            Planned(memory.planned_who, memory.planned_g),
            decisions.route_haste,
            decisions.cover_haste,
            world.lasting.start,
            world.loss_prob,
        )
        memory.planned_who, memory.planned_g = planned
        row = decisions.rows[sent.choice]
        np.subtract.at(memory.stock_g, sent.flow, sent.mass_g)
        owner = world.flows.trafficker[sent.flow]
        mass = trafficker.mixed_load(sent.mass_g, world.flows.mix[sent.flow])
        number = self.book.add(
            mass, flow=sent.flow, who=sent.who, route=sent.route, cover=sent.cover, dispatched=sent.minute
        )
        courier = self.couriers.take(owner, number)
        self.book["courier"][number] = courier
        self.book["post"][number] = -1
        wage = trafficker.wage_cents(world, owner, decisions.through[sent.choice])
        stop = world.route_arrays.start[sent.route]
        memory.add_loads(
            load_key=self.keys.flows[sent.flow],
            load_who=sent.who,
            load_flow=sent.flow,
            load_route=sent.route,
            load_cover=sent.cover,
            load_stop=stop,
            load_visit=np.zeros(stop.size, np.int64),
            load_minute=sent.minute + world.route_arrays.minutes[stop],
            load_lost_stop=np.where(sent.lost_stop < 0, -1, world.lasting.row[sent.lost_stop]),
            load_courier=courier,
            load_number=number,
            load_wage_cents=wage,
            load_g=mass,
        )
        if self.week >= world.scenario.burn_in_weeks:
            memory.used[world.options.option[row]] = True
        purchase, transport = np.zeros((2, len(world.traffickers.names)), np.int64)
        np.add.at(purchase, owner, sent.mass_g * world.flows.buy_cents_per_kg[sent.flow] // 1000)
        np.add.at(transport, owner, np.rint(world.options.transport_cents[row]).astype(np.int64))
        return purchase, transport

    def _learn(
        self,
        absolute_week: int,
        week: int,
        values: Parameters,
        happened: Happened,
        records: Records,
    ) -> None:
        """What the week's encounters change in everybody's memory; next week acts on it."""
        world, memory, log = self.in_force, self.memory, happened.log
        shape = memory.caught.shape
        owner = world.flows.trafficker[memory.load_flow]
        cell = (owner[log.load] * shape[1] + log.post) * N_COVERS + log.cover
        came_by = ~among(log.outcome, (Outcome.TURNED_BACK, Outcome.SHUT_OUT))
        gone = (log.outcome == Outcome.SEIZED) | (log.outcome == Outcome.RELEASED_DIVERTED)
        size = int(np.prod(shape))
        tried = np.bincount(cell[came_by], minlength=size).reshape(shape).astype(np.float64)
        caught = np.bincount(cell[gone], minlength=size).reshape(shape).astype(np.float64)
        trafficker.learn(memory, world, caught, tried)
        trafficker.remember_deals(memory, world, owner[log.load], log.post, log.outcome == Outcome.BRIBED)
        trafficker.hear_of_informants(memory, world, owner[log.load[records.event]], records.worth)
        trusted.remember(memory, owner[log.load], world.base_posts.country[log.post], log.cover, log.outcome)
        lost = among(happened.fate, (Fate.SEIZED, Fate.DIVERTED, Fate.LOST))
        lost_g = np.zeros(len(world.flows.names), np.int64)
        np.add.at(lost_g, memory.load_flow[lost], memory.load_g[lost].sum(axis=1))
        sent_g = np.zeros(len(world.flows.names), np.int64)
        np.add.at(sent_g, memory.load_flow[happened.sent], memory.load_g[happened.sent].sum(axis=1))
        trafficker.order_replacement(memory, world, lost_g, week)
        if week >= world.scenario.burn_in_weeks:
            self.tally.trafficker["lying_low"] += trafficker.lies_low(world, memory)
        trafficker.react(memory, world, lost_g, sent_g)
        n = len(world.posts)
        found = among(log.outcome, (Outcome.SEIZED, Outcome.RELEASED, Outcome.RELEASED_DIVERTED))
        finds = np.bincount(log.post[found], minlength=n).astype(np.float64)
        memory.month_finds += finds
        border_post.after_week(
            memory,
            world,
            values,
            self.keys.posts,
            absolute_week,
            np.bincount(log.post[log.outcome == Outcome.BRIBED], minlength=n).astype(np.float64),
            finds,
            sum((h.inspected for h in happened.hours), np.zeros(n)),
            sum((h.false_alarms for h in happened.hours), np.zeros(n)),
        )
        manned = happened.stretches[0].posts.manned
        self.tally.week["mean_corruption"][week] = memory.corruption[manned].mean() if manned.any() else 0.0

    def _keep(self, log: Encounters) -> None:
        """Remember a week's encounters by name, for those who ask for the whole log."""
        memory = self.memory
        self.encounters.append(
            {
                "load": memory.load_number[log.load],
                **{name: getattr(log, name) for name in log._fields if name != "load"},
            }
        )

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything that changes in a run, as named arrays; `from_state` goes on from it, bit for bit."""
        parts = {
            "memory": self.memory.arrays(),
            "couriers": self.couriers.state_arrays(),
            "book": self.book.arrays(),
            "tally": self.tally.arrays(),
        }
        return {f"{part}.{name}": a for part, arrays in parts.items() for name, a in arrays.items()} | {
            "key": np.array([self.key], np.uint64)
        }

    @classmethod
    def from_state(cls, scenario: Any, state: dict[str, NDArray[Any]]) -> CorridorModel:  # noqa: ANN401
        """Model of a scenario (or world) that stands where `state` was taken."""

        def part(name: str) -> dict[str, NDArray[Any]]:
            return {k.split(".", 1)[1]: v for k, v in state.items() if k.startswith(name + ".")}

        model = cls(scenario, rng=int(state["key"][0]))
        model.memory = Memory.of(part("memory"))
        couriers = model.couriers
        homes = [model.world.countries.index(h) for h in model.world.traffickers.homes]
        model.couriers = CourierSet.from_state(
            couriers.traffickers, couriers.countries, homes, part("couriers")
        )
        model.book = LoadBook.of(part("book"))
        model.tally.restore(part("tally"))
        model.running = model.week < model.n_weeks
        return model
