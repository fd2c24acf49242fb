"""Settle a week: the book of loads, the ledgers, the tally, and what everybody takes from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.agents import trafficker
from sim.agents.courier import CourierSet
from sim.agents.memory import Memory
from sim.codes import Fate, Means, Outcome, among
from sim.draws import CERTAIN, What, blocks
from sim.kernels.arrays import WAIT, Encounters, PostHours
from sim.results.book import LoadBook
from sim.results.ledger import Account, Purse, check_chain, check_mass, check_money, check_people, check_sites
from sim.results.tally import CENTRAL_ASIA, Tally
from sim.week import Stretch
from sim.world.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FOUND = (Outcome.SEIZED, Outcome.RELEASED, Outcome.RELEASED_DIVERTED)
INSPECTED = (Outcome.MISSED, *FOUND)


class Happened(NamedTuple):
    """What a week brought, before it is settled."""

    log: Encounters  # `load` is the row in the memory
    fate: Ints  # (n_loads,) of the memory's rows
    sent: Ints  # (n_loads sent,) rows of the memory
    opening_g: Ints  # (n_commodities,) under way before
    opening_stock_g: Ints  # (n_flows,)
    received_g: Ints  # (n_flows,)
    purchase_cents: Ints  # (n_traffickers,)
    transport_cents: Ints  # (n_traffickers,)
    programme_cents: int  # interventions in force
    first_minute: int
    stretches: Sequence[Stretch]
    hours: Sequence[PostHours]  # of each stretch


class Records(NamedTuple):
    """What became of the couriers, papers and tips of a week's seizures, one entry a seizure."""

    event: Ints  # rows of the log
    arrested: Bools
    cooperates: Bools
    recorded: Bools
    controlled: Bools  # followed to their end under watch
    worth: Floats  # exposure that the seizure adds, in couriers who talk


class Money(NamedTuple):
    """Cents of a week by trafficker, (n_traffickers,) int64 each."""

    revenue: Ints
    bribes: Ints
    wages: Ints
    upkeep: Ints


def settle(
    world: World,
    memory: Memory,
    couriers: CourierSet,
    book: LoadBook,
    tally: Tally,
    week: int,
    happened: Happened,
    *,
    reported: bool,
) -> Records:
    """Close the week's books and refuse any that do not balance."""
    owner = world.flows.trafficker[memory.load_flow]
    records = _records(world, memory, happened)
    _enter_book(world, memory, book, tally, happened, reported=reported)
    money = _money(world, memory, owner, happened)
    purse = _pay(world, money, happened)
    _count_mass(memory, tally, week, happened, len(world.commodities))
    _count_week(world, memory, tally, week, happened, records)
    week_money = tally.week
    week_money["bribes"][week], week_money["wages"][week] = money.bribes.sum(), money.wages.sum()
    week_money["profit"][week] = purse.balance[Account.TRAFFICKERS]
    week_money["liability"][week] = purse.balance[Account.LICIT_TRADE]
    week_money["public_cost"][week] = -purse.balance[Account.STATE]
    tally.accounts[week] = purse.balance
    if reported:
        _count_posts(world, memory, tally, happened, owner)
        _keep_seizures(memory, tally, happened.log, records)
        _count_areas(world, memory, tally, happened.log)
        cost = happened.purchase_cents + happened.transport_cents + money.bribes + money.wages + money.upkeep
        tally.trafficker["profit"] += money.revenue - cost
        tally.trafficker["bribes"] += money.bribes
        tally.trafficker["wages"] += money.wages
        caught = owner[happened.log.load[records.event[records.arrested]]]
        tally.trafficker["arrests"] += np.bincount(caught, minlength=len(world.traffickers.names))
    _send_home(memory, couriers, happened, records)
    _log_week(world, memory, tally, happened.log)
    check_money(purse.balance)
    counts = couriers.counts()
    check_people(week, counts.recruited, sum(counts[1:]))
    flow_sent = np.zeros(len(world.flows.names), np.int64)
    np.add.at(flow_sent, memory.load_flow[happened.sent], memory.load_g[happened.sent].sum(axis=1))
    check_sites(week, happened.opening_stock_g, happened.received_g, flow_sent, memory.stock_g)
    return records


def _records(world: World, memory: Memory, happened: Happened) -> Records:
    """Arrest, cooperation, record and sequel of each seizure, by the parameters in force at its minute."""
    log = happened.log
    event = np.flatnonzero(log.outcome == Outcome.SEIZED)
    load, post = log.load[event], log.post[event]
    words = blocks(
        memory.load_key[load],
        memory.load_who[load].astype(np.uint64),
        world.base_posts.address[post],
        0,
        What.RECORD,
    ).astype(np.float64)
    country = world.base_posts.country[post]
    ends = np.array([happened.first_minute + 60 * s.to_h for s in happened.stretches])
    stretch = np.searchsorted(ends, log.minute[event], side="right")

    def in_force(name: str) -> Floats:
        by_stretch = np.array([s.values.country[name] for s in happened.stretches])
        values: Floats = by_stretch[stretch, country]
        return values

    arrested = words[:, 0] < in_force("arrest_prob") * CERTAIN
    cooperates = arrested & (words[:, 1] < in_force("cooperate_prob") * CERTAIN)
    recorded = words[:, 2] < in_force("record_prob") * CERTAIN
    controlled = (log.means[event] == Means.TIP) & (words[:, 3] < in_force("controlled_share") * CERTAIN)
    worth = cooperates + controlled * in_force("controlled_exposure")
    return Records(event, arrested, cooperates, recorded, controlled, worth)


def _enter_book(
    world: World, memory: Memory, book: LoadBook, tally: Tally, happened: Happened, *, reported: bool
) -> None:
    log, number = happened.log, memory.load_number
    met = number[log.load]
    np.add.at(book["encounters"], met, 1)
    np.add.at(book["expected_share"], met, log.seize_prob)
    np.add.at(book["diverted_share"], met, log.divert_prob)
    before = book["reached"][number]
    np.bitwise_or.at(book["reached"], met, np.int64(1) << world.base_posts.country[log.post].astype(np.int64))
    if reported:
        book["kept"][number] = True
        after = book["reached"][number]
        for area, mask in enumerate(area_masks(world)):
            fresh = ((before & mask) == 0) & ((after & mask) != 0)
            tally.entered_g[area] += memory.load_g[fresh].sum(axis=0)
    book["fate"][number] = happened.fate
    book["ended"][number] = memory.load_minute
    short = among(happened.fate, (Fate.UNDER_WAY, Fate.LOST))
    book["came_to"][number] = memory.load_stop - short
    ending = np.flatnonzero((log.outcome == Outcome.SEIZED) | (log.outcome == Outcome.RELEASED_DIVERTED))
    book["post"][number[log.load[ending]]] = log.post[ending]


def area_masks(world: World) -> list[int]:
    """Bits of the countries of each area: every country alone, then Central Asia."""
    central = sum(1 << c for c, name in enumerate(world.countries) if name in CENTRAL_ASIA)
    return [*(1 << c for c in range(len(world.countries))), central]


def _count_areas(world: World, memory: Memory, tally: Tally, log: Encounters) -> None:
    """Realised and expected seizures of each commodity by area."""
    country = world.base_posts.country[log.post]
    mass = memory.load_g[log.load]
    seized = log.outcome == Outcome.SEIZED
    realised = np.zeros((len(world.countries), len(world.commodities)), np.int64)
    expected = np.zeros(realised.shape)
    np.add.at(realised, country[seized], mass[seized])
    for c in range(mass.shape[1]):
        expected[:, c] = np.bincount(country, log.seize_prob * mass[:, c], minlength=len(world.countries))
    central = [c for c, name in enumerate(world.countries) if name in CENTRAL_ASIA]
    tally.area_seized_g += np.vstack([realised, realised[central].sum(axis=0)])
    tally.area_expected_g += np.vstack([expected, expected[central].sum(axis=0)])


def _money(world: World, memory: Memory, owner: Ints, happened: Happened) -> Money:
    n = len(world.traffickers.names)
    arrived = np.flatnonzero(happened.fate == Fate.DELIVERED)
    g = memory.load_g[arrived].sum(axis=1)
    price = world.flows.sell_cents_per_kg[memory.load_flow[arrived]]
    revenue, wages = np.zeros(n, np.int64), np.zeros(n, np.int64)
    np.add.at(revenue, owner[arrived], g * price // 1000)
    np.add.at(wages, owner[arrived], memory.load_wage_cents[arrived])
    taken = owner[happened.log.load[happened.log.outcome == Outcome.BRIBED]]
    bribes = np.bincount(taken, minlength=n) * world.traffickers.bribe_cents
    held_by = world.flows.trafficker[trafficker.flow_of_option(world)][memory.held]
    upkeep = np.bincount(held_by, minlength=n) * world.traffickers.upkeep_cents
    return Money(revenue, bribes, wages, upkeep)


def _pay(world: World, money: Money, happened: Happened) -> Purse:
    purse = Purse()
    country = world.base_posts.country
    inspections, liability = np.zeros(country.size), np.zeros(country.size)
    for stretch, hours in zip(happened.stretches, happened.hours, strict=True):
        rates = stretch.values.country
        inspections += 100.0 * hours.inspected * rates["cost_per_inspection_usd"][country]
        liability += 100.0 * hours.opened_clean * rates["liability_usd"][country]
    for payer, payee, cents in (
        (Account.BUYERS, Account.TRAFFICKERS, money.revenue.sum()),
        (Account.TRAFFICKERS, Account.SUPPLIERS, happened.purchase_cents.sum()),
        (Account.TRAFFICKERS, Account.CARRIERS, happened.transport_cents.sum()),
        (Account.TRAFFICKERS, Account.OFFICERS, money.bribes.sum()),
        (Account.TRAFFICKERS, Account.COURIERS, money.wages.sum()),
        (Account.TRAFFICKERS, Account.CONTACTS, money.upkeep.sum()),
        (Account.STATE, Account.CONTRACTORS, np.rint(inspections).sum() + happened.programme_cents),
        (Account.STATE, Account.LICIT_TRADE, np.rint(liability).sum()),
    ):
        purse.pay(payer, payee, int(cents))
    return purse


def _count_mass(memory: Memory, tally: Tally, week: int, happened: Happened, n_commodities: int) -> None:
    of_fate = np.zeros((len(Fate), n_commodities), np.int64)
    np.add.at(of_fate, happened.fate, memory.load_g)
    sent = memory.load_g[happened.sent].sum(axis=0)
    parts = (
        happened.opening_g,
        sent,
        of_fate[Fate.DELIVERED],
        of_fate[Fate.SEIZED],
        of_fate[Fate.DIVERTED],
        of_fate[Fate.LOST],
        of_fate[Fate.UNDER_WAY],
    )
    check_mass(week, *parts)
    if week > 0:
        check_chain(week, happened.opening_g, tally.mass_g[week - 1, -1])
    tally.mass_g[week] = np.array(parts)
    mass = memory.load_g[happened.log.load].astype(np.float64)
    tally.expected_seized_g[week] = (happened.log.seize_prob[:, None] * mass).sum(axis=0)
    tally.expected_diverted_g[week] = (happened.log.divert_prob[:, None] * mass).sum(axis=0)


def _count_week(
    world: World, memory: Memory, tally: Tally, week: int, happened: Happened, records: Records
) -> None:
    log, fate, row = happened.log, happened.fate, tally.week
    row["sent_loads"][week] = happened.sent.size
    row["delivered_loads"][week] = np.count_nonzero(fate == Fate.DELIVERED)
    row["seized_loads"][week] = np.count_nonzero(fate == Fate.SEIZED)
    row["arrests"][week] = np.count_nonzero(records.arrested)
    row["controlled_deliveries"][week] = np.count_nonzero(records.controlled)
    row["active_routes"][week] = np.unique(memory.load_route[happened.sent]).size
    row["expected_seized_loads"][week] = log.seize_prob.sum()
    parts = [(h, s.posts.manned) for h, s in zip(happened.hours, happened.stretches, strict=True)]
    row["licit_vehicles"][week] = sum(float(h.vehicles[manned].sum()) for h, manned in parts)
    row["delay_vehicle_h"][week] = sum(float(h.delay_h[manned].sum()) for h, manned in parts)
    row["false_alarms"][week] = sum(float(h.false_alarms[manned].sum()) for h, manned in parts)
    recorded = log.load[records.event[records.recorded]]
    row["recorded_seized_kg"][week] = memory.load_g[recorded].sum() / 1000.0
    here = np.bincount(
        world.base_posts.country[log.post[records.event[records.recorded]]],
        memory.load_g[recorded].sum(axis=1) / 1000.0,
        minlength=len(world.countries),
    )
    memory.month_recorded_kg[:] += here


def _count_posts(world: World, memory: Memory, tally: Tally, happened: Happened, owner: Ints) -> None:
    log, post = happened.log, tally.post
    n = len(world.posts)

    def count(mask: Bools) -> Ints:
        return np.bincount(log.post[mask], minlength=n)

    found = among(log.outcome, FOUND)
    mass = memory.load_g[log.load].sum(axis=1)
    post["encounters"] += np.bincount(log.post, minlength=n)
    post["inspected"] += count(among(log.outcome, INSPECTED))
    post["seizures"] += count(log.outcome == Outcome.SEIZED)
    post["released"] += count((log.outcome == Outcome.RELEASED) | (log.outcome == Outcome.RELEASED_DIVERTED))
    bribed = log.outcome == Outcome.BRIBED
    post["bribed"] += count(bribed)
    np.add.at(post["bribes_cents"], log.post[bribed], world.traffickers.bribe_cents[owner[log.load[bribed]]])
    post["refused"] += count(log.outcome == Outcome.TURNED_BACK)
    np.add.at(post["seized_g"], log.post[log.outcome == Outcome.SEIZED], mass[log.outcome == Outcome.SEIZED])
    post["expected_seized_g"] += np.bincount(log.post, log.seize_prob * mass, minlength=n)
    np.add.at(post["by_means"], (log.post[found], log.means[found]), 1)
    for h in happened.hours:
        post["licit_vehicles"] += h.vehicles
        post["delay_vehicle_h"] += h.delay_h
        post["false_alarms"] += h.false_alarms
        post["up_hours"] += h.up_hours
        post["hours"] += h.hours
        post["wait_h"] += np.maximum(h.met[:, :, WAIT], 0.0).sum(axis=1) / 60.0


def _keep_seizures(memory: Memory, tally: Tally, log: Encounters, records: Records) -> None:
    event = np.flatnonzero(among(log.outcome, FOUND))
    where = np.searchsorted(records.event, event)
    seized = log.outcome[event] == Outcome.SEIZED
    at = np.where(seized, where, 0)
    columns = {
        "load": memory.load_number[log.load[event]],
        "minute": log.minute[event],
        "post": log.post[event],
        "means": log.means[event],
        "cover": log.cover[event],
        "released": (~seized).astype(np.int64),
        "recorded": np.where(seized, _at(records.recorded, at), 0).astype(np.int64),
        "arrested": np.where(seized, _at(records.arrested, at), 0).astype(np.int64),
    }
    for name, values in columns.items():
        tally.seizures[name].append(values)


def _at(flags: Bools, rows: Ints) -> Bools:
    return flags[rows] if flags.size else np.zeros(rows.size, np.bool_)


def _send_home(memory: Memory, couriers: CourierSet, happened: Happened, records: Records) -> None:
    """Couriers of ended loads are arrested or free again; only those who delivered are paid."""
    caught = happened.log.load[records.event[records.arrested]]
    couriers.arrest(memory.load_courier[caught], records.cooperates[records.arrested])
    home = happened.fate != Fate.UNDER_WAY
    home[caught] = False
    paid = np.where(happened.fate == Fate.DELIVERED, memory.load_wage_cents, 0)
    couriers.give_back(memory.load_courier[home], paid[home])


def _log_week(world: World, memory: Memory, tally: Tally, log: Encounters) -> None:
    """Chain the week's event log, in the order of time and names, into the digest."""
    key, who = memory.load_key[log.load], memory.load_who[log.load]
    order = np.lexsort((who, key, log.minute))
    columns = (log.minute, who, log.visit, log.cover, log.outcome, log.means)
    rows = np.empty((order.size, len(columns) + 2), np.uint64)
    rows[:, 0], rows[:, 1] = key[order], world.base_posts.address[log.post[order]]
    for i, column in enumerate(columns):
        rows[:, i + 2] = column[order]
    tally.log(rows)
