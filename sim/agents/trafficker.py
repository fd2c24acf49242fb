"""Traffickers: organisations that choose routes and covers, learn, lie low, expand and consolidate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.agents.belief import believed_risk, learned
from sim.agents.choice import best_only, log_sum_exp, risk_premium, salient_value
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


def risk_matrix(world: World, memory: Memory) -> Floats:
    """Believed risk of every post and cover, (n_traffickers, n_posts * n_covers) float64."""
    risk = believed_risk(memory.caught, memory.trips, world.prior_hit)
    return risk.reshape(risk.shape[0], -1)


def utilities(world: World, rows: Bools, through: Floats) -> Floats:
    """Worth of a typical load for each cover of each option, in units of its margin, (n_rows,) float64.

    A load that gets through brings its margin less transport, bribes, the courier's wage and the cost of
    time; one that does not costs its purchase, transport and a penalty. Rows not wanted are -inf.
    """
    t = world.traffickers
    who = world.flows.trafficker[world.options.flow]
    worth = np.full(through.size, -np.inf)
    j = np.flatnonzero(rows)
    who, flow = who[j], world.options.flow[j]
    kg = world.options.load_g[j] / 1000.0
    buy = kg * world.flows.buy_cents_per_kg[flow]
    sell = kg * world.flows.sell_cents_per_kg[flow]
    margin = np.maximum(sell - buy, 1.0)
    risk = 1.0 - through[j]
    posts = np.diff(world.options.first)[j]
    wage = t.wage_cents[who] * risk_premium(risk, t.premium_risk[who], t.premium_power[who])
    bribes = posts * t.offer[who] * t.bribe_cents[who]
    transport = world.options.transport_cents[j]
    gain = (sell - buy - transport - wage - bribes) / margin - t.time_cost[who] * world.options.days[j]
    loss = -(buy + transport + t.penalty_cents[who]) / margin
    worth[j] = salient_value(gain, loss, risk, flow, t.salience[who])
    return worth


def choice_values(world: World, worth: Floats, known: Bools) -> tuple[Floats, Floats]:
    """Values of routes (n_options,) and covers (n_rows,) whose Gumbel-max choice follows the behaviour.

    Quantal response: a route is worth log sum exp of precision x worth over its covers, so that route and
    cover together are chosen with the logit shares. `random` sees equal values, `best_response` takes the
    best alone. Routes not `known` are shut (-inf).
    """
    t = world.traffickers
    first = world.option_arrays.first
    flow = flow_of_option(world)
    who_row = world.flows.trafficker[world.options.flow]
    who_option = world.flows.trafficker[flow]
    is_open = known[world.options.option] & np.isfinite(worth)
    cover_value = np.where(is_open, np.where(is_open, worth, 0.0) * t.precision[who_row], -np.inf)
    cover_value[is_open & follows(world, "random")[who_row]] = 0.0
    route_value = log_sum_exp(cover_value, first)
    at_random = follows(world, "random")[who_option]
    route_value[at_random & np.isfinite(route_value)] = 0.0
    best = follows(world, "best_response")
    if best.any():
        exact = np.where(is_open, worth, -np.inf)
        top = np.maximum.reduceat(exact, first[:-1])
        mine_option, mine_row = best[who_option], best[who_row]
        route_value[mine_option] = best_only(np.where(mine_option, top, -np.inf), world.flow_arrays.first)[mine_option]
        cover_value[mine_row] = best_only(np.where(mine_row, exact, -np.inf), first)[mine_row]
    return route_value, cover_value


def learn(memory: Memory, world: World, caught: Floats, trips: Floats) -> None:
    """Take a week's own and heard-of encounters into the adaptive traffickers' beliefs."""
    t = world.traffickers
    adaptive = follows(world, "adaptive")
    if not adaptive.any():
        return
    memory.caught[adaptive] = learned(memory.caught, caught, t.forget, t.others)[adaptive]
    memory.trips[adaptive] = learned(memory.trips, trips, t.forget, t.others)[adaptive]


def react(memory: Memory, world: World, lost_g: Ints, sent_g: Ints, worth: Floats | None) -> None:
    """Alarm and moving averages; with the worth of all options, the review of the routes held.

    Only the adaptive react. `worth` (n_options,) is given in the weeks of a review, else None.
    """
    t, flows = world.traffickers, world.flows
    adaptive = follows(world, "adaptive")
    losses = np.bincount(flows.trafficker, lost_g / flows.median_g, minlength=len(t.names))
    memory.alarm[:] = np.where(adaptive, alarm_after(memory.alarm, t.alarm_left, t.alarm_hit, losses), 0.0)
    memory.loss_average[:] = smoothed(memory.loss_average, lost_g.astype(np.float64))
    memory.value_average[:] = smoothed(memory.value_average, sent_g.astype(np.float64))
    if worth is None:
        return
    who = flows.trafficker
    share = np.divide(
        memory.loss_average, memory.value_average, out=np.zeros(len(flows.names)), where=memory.value_average > 0
    )
    reviewed = reviewed_routes(
        memory.held,
        worth,
        world.flow_arrays.first,
        share,
        t.tolerance_low[who],
        t.tolerance_high[who],
        t.most_routes[who],
    )
    mine = adaptive[who[flow_of_option(world)]]
    memory.held[mine] = reviewed[mine]


def mixed_load(mass_g: Ints, mix: Floats) -> Ints:
    """Grams of each commodity of a load, (n, n_commodities) int64: by its mix, the remainder in the largest."""
    parts = np.floor(mass_g[:, None] * mix).astype(np.int64)
    parts[np.arange(mass_g.size), np.argmax(mix, axis=1)] += mass_g - parts.sum(axis=1)
    return parts


def wage_cents(world: World, owner: Ints, through: Floats) -> Ints:
    """Wage of the courier of each load: the tier's, raised by the risk its organisation perceives."""
    t = world.traffickers
    premium = risk_premium(1.0 - through, t.premium_risk[owner], t.premium_power[owner])
    return np.rint(t.wage_cents[owner] * premium).astype(np.int64)


def remember_deals(memory: Memory, world: World, owner: Ints, post: Ints, taken: Bools) -> None:
    """Relations decay and grow by one with each bribe taken (owner, post and taken: one entry an encounter)."""
    memory.relation *= 2.0 ** (-7.0 / world.scenario.market.relation_halflife_days.value)
    np.add.at(memory.relation, (owner[taken], post[taken]), 1.0)


def hear_of_informants(memory: Memory, world: World, owner: Ints) -> None:
    """Exposure decays and grows with each courier of `owner` who talks."""
    market = world.scenario.market
    memory.informants *= 2.0 ** (-7.0 / market.informant_halflife_days.value)
    np.add.at(memory.informants, owner, market.informant_gain.value)


def order_replacement(memory: Memory, world: World, lost_g: Ints, week: int) -> None:
    """Order a share of what was lost anew; it arrives at the origin after the lag."""
    lag = memory.due_g.shape[1]
    share = world.scenario.market.replacement_share.value
    memory.due_g[:, week % lag] += np.floor(share * lost_g).astype(np.int64)
