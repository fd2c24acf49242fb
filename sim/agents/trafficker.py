"""Traffickers: organisations that choose routes and covers, learn, lie low, expand and consolidate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.agents.belief import believed_risk, learned
from sim.agents.choice import best_only, haste, log_sum_exp, risk_premium, salient_value
from sim.agents.memory import Memory
from sim.agents.mesa_compat import Agent
from sim.agents.organisation import alarm_after, reviewed_routes, smoothed
from sim.world.world import World

if TYPE_CHECKING:
    from sim.model import CorridorModel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Trafficker(Agent):
    """One organisation: a view on its rows."""

    model: CorridorModel

    def __init__(self, model: CorridorModel, row: int) -> None:
        super().__init__(model)
        self.row = row

    @property
    def name(self) -> str:
        """Name of the organisation."""
        return self.model.world.traffickers.names[self.row]

    @property
    def tier(self) -> str:
        """tonne, wholesale or small."""
        return self.model.world.traffickers.tiers[self.row]

    @property
    def behaviour(self) -> str:
        """How it decides: adaptive, non_adaptive, random or best_response."""
        return self.model.world.traffickers.behaviour[self.row]

    @property
    def alarm(self) -> float:
        """Alarm after losses; above its level the organisation lies low."""
        return float(self.model.memory.alarm[self.row])

    @property
    def is_lying_low(self) -> bool:
        """Whether it sends nothing this week."""
        return bool(lies_low(self.model.world, self.model.memory)[self.row])

    @property
    def stock_kg(self) -> float:
        """Mass that waits at its origins, kg."""
        mine = self.model.world.flows.trafficker == self.row
        return float(self.model.memory.stock_g[mine].sum()) / 1000.0

    @property
    def n_routes(self) -> int:
        """Routes it holds, over all its flows."""
        owner = self.model.world.flows.trafficker[flow_of_option(self.model.world)]
        return int(self.model.memory.held[owner == self.row].sum())

    def believed_risk(self, post_id: str, cover: int) -> float:
        """Perceived chance to lose a load at a post under a cover (codes.Cover)."""
        post = self.model.post_row(post_id)
        memory = self.model.memory
        risk = believed_risk(
            memory.caught[self.row, post], memory.trips[self.row, post], self.model.world.prior_hit
        )
        return float(risk[cover])


def flow_of_option(world: World) -> Ints:
    """Flow of each route option, (n_options,) int64."""
    return np.repeat(np.arange(len(world.flows.names)), np.diff(world.flow_arrays.first))


def follows(world: World, behaviour: str) -> Bools:
    """Traffickers that follow a behaviour, (n_traffickers,) bool."""
    return np.array([b == behaviour for b in world.traffickers.behaviour])


def lies_low(world: World, memory: Memory) -> Bools:
    """Traffickers that send nothing this week; only the adaptive take alarm."""
    return follows(world, "adaptive") & (memory.alarm > world.traffickers.alarm_level)


def risk_matrix(world: World, memory: Memory, manned: Bools) -> Floats:
    """Believed risk of every post and cover, (n_traffickers, n_posts * n_covers) float64; 0 if unmanned."""
    risk = believed_risk(memory.caught, memory.trips, world.prior_hit)
    risk[:, ~manned] = 0.0
    return risk.reshape(risk.shape[0], -1)


def utilities(world: World, rows: Ints, through: Floats) -> Floats:
    """Worth of a typical load for some covers of options, in units of its margin, (n,) float64.

    A load that gets through brings its margin less transport, bribes, the courier's wage and the cost of
    time; one that does not costs its purchase, transport and a penalty. `rows` (n,) are rows of
    `World.options` in order, `through` (n,) the perceived chance to get through.
    """
    t, options = world.traffickers, world.options
    flow = options.flow[rows]
    who = world.flows.trafficker[flow]
    risk = 1.0 - through
    wage = options.wage[rows] * risk_premium(risk, t.premium_risk[who], t.premium_power[who])
    return salient_value(options.gain[rows] - wage, -options.loss[rows], risk, flow, t.salience[who])


def choice_values(world: World, rows: Ints, worth: Floats) -> tuple[Floats, Floats]:
    """Logit values of the routes (n,) and covers (n_rows,) weighed: precision x worth, by behaviour.

    Quantal response: a route is worth log sum exp of precision x worth over its covers, so that route and
    cover together are chosen with the logit shares. `random` sees equal values, `best_response` the best
    alone. The routes are those of `rows` (in order, with their `worth`), in order.
    """
    t = world.traffickers
    starts = run_starts(world.options.option[rows])
    who = world.flows.trafficker[world.options.flow[rows]]
    value = worth * t.precision[who]
    of_route = log_sum_exp(value, starts)
    at_random, best = follows(world, "random")[who], follows(world, "best_response")[who]
    value[at_random], of_route[at_random[starts]] = 0.0, 0.0
    if best.any():
        top = np.maximum.reduceat(worth, starts)
        of_route[best[starts]] = best_only(top, run_starts(world.options.flow[rows[starts]]))[best[starts]]
        value[best] = best_only(worth, starts)[best]
    return of_route, value


def run_starts(groups: Ints) -> Ints:
    """Where each run of equal neighbours begins, (n_runs,) int64."""
    return np.flatnonzero(np.append(True, groups[1:] != groups[:-1]))


def race(world: World, rows: Ints, worth: Floats) -> tuple[Floats, Floats]:
    """Haste of the routes (n,) and of the covers (n_rows,) weighed, in the race that is a load's choice."""
    if rows.size == 0:
        return worth, worth
    of_route, value = choice_values(world, rows, worth)
    starts = run_starts(world.options.option[rows])
    return haste(of_route, run_starts(world.options.flow[rows[starts]])), haste(value, starts)


def learn(memory: Memory, world: World, caught: Floats, trips: Floats) -> None:
    """Take a week's own and heard-of encounters into the adaptive traffickers' beliefs."""
    t = world.traffickers
    adaptive = follows(world, "adaptive")
    if not adaptive.any():
        return
    memory.caught[adaptive] = learned(memory.caught, caught, t.forget, t.others)[adaptive]
    memory.trips[adaptive] = learned(memory.trips, trips, t.forget, t.others)[adaptive]


def loss_share(memory: Memory) -> Floats:
    """Loss of each flow as a share of what it sends, both as moving averages, (n_flows,) float64."""
    return np.divide(
        memory.loss_average,
        memory.value_average,
        out=np.zeros(memory.loss_average.size),
        where=memory.value_average > 0.0,
    )


def grows(world: World, memory: Memory, is_open: Bools) -> Bools:
    """Adaptive flows that take up a route at a review, (n_flows,): losses too high, or no held route open."""
    who = world.flows.trafficker
    first = world.flow_arrays.first[:-1]
    n_held = np.add.reduceat(memory.held.astype(np.int64), first)
    stuck = np.add.reduceat((memory.held & is_open).astype(np.int64), first) == 0
    high = loss_share(memory) > world.traffickers.tolerance_high[who]
    wanted: Bools = stuck | (high & (n_held < world.traffickers.most_routes[who]))
    return wanted & follows(world, "adaptive")[who]


def review(world: World, memory: Memory, worth: Floats, growing: Bools) -> None:
    """Add the best route not held where a flow grows; give up the worst where losses are below tolerance.

    `worth` (n_options,) is needed of held options, and of all options of growing flows.
    """
    who = world.flows.trafficker
    shrinking = (
        follows(world, "adaptive")[who]
        & ~growing
        & (memory.value_average > 0.0)
        & (loss_share(memory) < world.traffickers.tolerance_low[who])
    )
    memory.held[:] = reviewed_routes(memory.held, worth, world.flow_arrays.first, growing, shrinking)


def react(memory: Memory, world: World, lost_g: Ints, sent_g: Ints) -> None:
    """Alarm of the adaptive, and moving averages, after a week (lost_g, sent_g: (n_flows,) g)."""
    t, flows = world.traffickers, world.flows
    losses = np.bincount(flows.trafficker, lost_g, minlength=len(t.names)) / usual_g(memory, world)
    alarm = alarm_after(memory.alarm, t.alarm_left, t.alarm_hit, losses)
    memory.alarm[:] = np.where(follows(world, "adaptive"), alarm, 0.0)
    memory.loss_average[:] = smoothed(memory.loss_average, lost_g.astype(np.float64))
    memory.value_average[:] = smoothed(memory.value_average, sent_g.astype(np.float64))


def usual_g(memory: Memory, world: World) -> Floats:
    """Mass that each organisation sends in a usual week, at least a median load, (n_traffickers,), g."""
    t = world.traffickers
    sent = np.bincount(world.flows.trafficker, memory.value_average, minlength=len(t.names))
    return np.maximum(sent, t.median_g)


def mixed_load(mass_g: Ints, mix: Floats) -> Ints:
    """Grams of each commodity of a load, (n, n_commodities): by its mix, the remainder in the largest."""
    parts = np.floor(mass_g[:, None] * mix).astype(np.int64)
    parts[np.arange(mass_g.size), np.argmax(mix, axis=1)] += mass_g - parts.sum(axis=1)
    return parts


def wage_cents(world: World, owner: Ints, through: Floats) -> Ints:
    """Wage of the courier of each load: the tier's, raised by the risk its organisation perceives."""
    t = world.traffickers
    premium = risk_premium(1.0 - through, t.premium_risk[owner], t.premium_power[owner])
    return np.rint(t.wage_cents[owner] * premium).astype(np.int64)


def remember_deals(memory: Memory, world: World, owner: Ints, post: Ints, taken: Bools) -> None:
    """Relations decay, and grow by one with each bribe taken (one entry an encounter)."""
    memory.relation *= 2.0 ** (-7.0 / world.scenario.market.relation_halflife_days.value)
    np.add.at(memory.relation, (owner[taken], post[taken]), 1.0)


def hear_of_informants(memory: Memory, world: World, owner: Ints, worth: Floats) -> None:
    """Exposure decays, and grows with couriers of `owner` who talk, less in a larger organisation.

    `worth` (n,) counts them; what a controlled delivery brings to light is put in couriers who talk.
    """
    market = world.scenario.market
    memory.informants *= 2.0 ** (-7.0 / market.informant_halflife_days.value)
    usual_loads = usual_g(memory, world) / world.traffickers.median_g
    np.add.at(memory.informants, owner, worth * (market.informant_gain.value / usual_loads[owner]))


def order_replacement(memory: Memory, world: World, lost_g: Ints, week: int) -> None:
    """Order a share of what was lost anew; it arrives at the origin after the lag."""
    lag = memory.due_g.shape[1]
    share = world.scenario.market.replacement_share.value
    memory.due_g[:, week % lag] += np.floor(share * lost_g).astype(np.int64)
