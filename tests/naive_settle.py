"""Books of the plain twin: records, mass, money, people, event log (9.21 and 9.24 of sim/MODEL.md)."""

from __future__ import annotations

import hashlib
import struct
from itertools import pairwise

from tests import naive_encounter as stages
from tests.naive_draws import RECORD, added, happens, words_at
from tests.naive_encounter import DELIVERED, UNDER_WAY
from tests.naive_posts import edges, strengths_at

WEEKS_PER_YEAR = 365.25 / 7.0
ACCOUNTS = ("traffickers", "suppliers", "buyers", "carriers", "couriers")
ACCOUNTS += ("officers", "contacts", "state", "contractors", "licit_trade")


# 9.24 Record


def record(twin):
    """Arrest, cooperation and record of every seizure, by the parameters in force at its minute."""
    week_kg = [0.0 for _ in twin.given.countries]
    for event in twin.events:
        event.arrested = event.cooperates = event.recorded = event.controlled = False
        if event.outcome != stages.SEIZED:
            continue
        load, c = event.load, twin.given.posts[event.post].country
        prob = {name: values[c] for name, values in event.stretch.c.items()}
        words = words_at(load.key, load.who, twin.address[event.post], 0, RECORD)
        event.arrested = happens(words[0], prob["arrest_prob"])
        event.cooperates = event.arrested and happens(words[1], prob["cooperate_prob"])
        event.recorded = happens(words[2], prob["record_prob"])
        event.controlled = is_followed(event, words[3], prob["controlled_share"])
        if event.recorded:
            week_kg[c] += load.mass / 1000.0
    twin.month_recorded_kg = [a + b for a, b in zip(twin.month_recorded_kg, week_kg, strict=True)]


def is_followed(event, word, share):
    return event.means == stages.TIP and happens(word, share)


# 9.21 Settlement


def settle(twin, opening_g, sent):
    """The week's `mass_g`, `expected_g`, `accounts`, `people` and `licit` counts, and the `digest` so far."""
    n = twin.given.n_commodities
    ended = mass_by_fate(twin.loads, n)
    dispatched = mass_by_fate(sent, n)
    sent_g = [sum(of_fate[m] for of_fate in dispatched) for m in range(n)]
    twin.mass_g = [opening_g, sent_g, *ended[1:], ended[UNDER_WAY]]
    twin.expected_g = [added(e.seize_prob * e.load.g[m] for e in twin.events) for m in range(n)]
    twin.accounts = accounts(twin, sent)
    twin.people = people(twin)
    hours = [seen for stretch in twin.stretches for seen in stretch.hours]
    twin.licit = {
        name: added(getattr(seen, name) for seen in hours) for name in ("vehicles", "delay_h", "false_alarms")
    }
    log = sorted(twin.events, key=lambda e: (e.minute, e.load.key, e.load.who))
    entries = b"".join(struct.pack("<8Q", *entry(twin, event)) for event in log)
    twin.digest = hashlib.sha256(twin.digest + entries).digest()


def entry(twin, e):
    """The eight numbers of an event in the canonical log."""
    return e.load.key, twin.address[e.post], e.minute, e.load.who, e.visit, e.cover, e.outcome, e.means


def mass_by_fate(loads, n_commodities):
    """Grams by fate and commodity."""
    table = [[0] * n_commodities for _ in range(5)]
    for load in loads:
        for m, g in enumerate(load.g):
            table[load.fate][m] += g
    return table


def people(twin):
    """Couriers recruited, free, travelling, arrested, cooperating, at the end of the week."""
    for load in twin.loads:
        if load.fate != UNDER_WAY:
            twin.couriers[load.owner][load.courier] = "free"
    for event in twin.events:
        if event.arrested:
            state = "cooperating" if event.cooperates else "arrested"
            twin.couriers[event.load.owner][event.load.courier] = state
    states = [state for mine in twin.couriers for state in mine]
    return [len(states), *map(states.count, ("free", "travelling", "arrested", "cooperating"))]


def accounts(twin, sent):
    """Balance of every account over the week, cents."""
    g, flows = twin.given, twin.given.flows
    balance = dict.fromkeys(ACCOUNTS, 0)

    def pay(payer, payee, cents):
        balance[payer] -= cents
        balance[payee] += cents

    for load in sent:
        pay("traffickers", "suppliers", load.mass * flows[load.flow].buy_cents_per_kg // 1000)
        pay("traffickers", "carriers", load.transport)
    for load in twin.loads:
        if load.fate == DELIVERED:
            pay("buyers", "traffickers", load.mass * flows[load.flow].sell_cents_per_kg // 1000)
            pay("traffickers", "couriers", load.wage)
    for event in twin.events:
        if event.outcome == stages.BRIBED:
            pay("traffickers", "officers", g.organisations[event.load.owner].bribe_cents)
    for option, held in zip(twin.options, twin.held, strict=True):
        if held:
            pay("traffickers", "contacts", twin.owner[option.flow].upkeep_cents)
    for p, post in enumerate(g.posts):
        inspections = liability = 0.0
        for stretch in twin.stretches:
            seen, rates = stretch.hours[p], {name: values[post.country] for name, values in stretch.c.items()}
            inspections += 100.0 * seen.inspected * rates["cost_per_inspection_usd"]
            liability += 100.0 * seen.opened_clean * rates["liability_usd"]
        pay("state", "contractors", round(inspections))
        pay("state", "licit_trade", round(liability))
    pay("state", "contractors", programme_cents(twin))
    return [balance[name] for name in ACCOUNTS]


def programme_cents(twin):
    """Capital of every intervention in the week of its start, running cost by the hours in force."""
    first, last, total = twin.first_hour, twin.first_hour + 168, 0.0
    for i in twin.given.interventions:
        concerned = [i, *(other for other in twin.given.interventions if i.name in other.undoes)]
        cuts = edges(concerned, first, last)
        share = 0.0
        for a, b in pairwise(cuts):
            share += (b - a) * strengths_at(concerned, a)[0]
        total += share / 168 * i.running_usd_per_year / WEEKS_PER_YEAR
        start = max(twin.given.start_hour, twin.given.start_hour if i.start is None else i.start)
        if first <= start < last and (i.end is None or i.end > start):
            total += i.strength * i.capital_usd
    return round(100 * total)
