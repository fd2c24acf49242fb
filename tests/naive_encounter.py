"""Carrying, the encounter and its integral in the plain twin: sections 9.4, 9.5 and 9.22 of sim/MODEL.md."""

from __future__ import annotations

from types import SimpleNamespace as Row

from tests.naive_draws import ARRIVAL, INSPECTION, REFUSAL, happens, words_at
from tests.naive_posts import SHUT

NOT_INSPECTED, BRIBED, TURNED_BACK, MISSED, SEIZED, RELEASED, RELEASED_DIVERTED, SHUT_OUT = range(8)
UNDER_WAY, DELIVERED, GOT, DIVERTED, LOST = range(5)
TRUCKS = range(3)
NO_MEANS, TIP, SCANNER, DOG, SEARCH, PATROL = range(6)


def chances(post, k, met, cover, mass_g, outbound, deal):
    """Chances of every stage for a load of a mass under cover k at a post, in what an hour brings there."""
    scale, scan, dog = met
    bulk = mass_g / (mass_g + 1000.0 * cover.image_half_kg)
    scale = scale * post.v["outbound_share"] if outbound else scale
    scale = scale * deal.trusted if k in TRUCKS else scale
    plain = min(1.0, post.select[k] * scale)
    return Row(
        is_patrol=post.is_patrol,
        met=plain if post.is_patrol else 1.0,
        plain=1.0 if post.is_patrol else plain,
        refused=1.0 if post.is_patrol else max(plain, post.v["refusal_select_prob"]),
        scan=scan * cover.image_factor * bulk,
        dog=dog * cover.odour_factor,
        find_on_tip=post.v["find_on_tip_prob"],
        open_on_alarm=post.open_on_alarm[k],
        find_cold=post.find_cold[k],
        **vars(deal),
    )


def encounter(key, who, address, visit, c, turn_back):
    """(outcome, means) of one visit, stage after stage."""
    tip_word, bribe_word, select_word, scan_word = words_at(key, who, address, visit, ARRIVAL)
    tipped = happens(tip_word, c.tip)
    if not tipped and not happens(select_word, c.met):
        return NOT_INSPECTED, NO_MEANS
    accept = c.accept * c.tip_factor if tipped else c.accept
    if happens(bribe_word, c.offer * accept):
        return BRIBED, NO_MEANS
    refused = happens(bribe_word, c.offer)
    if refused and not tipped and happens(words_at(key, who, address, visit, REFUSAL)[0], turn_back):
        return TURNED_BACK, NO_MEANS
    if not happens(select_word, 1.0 if tipped else c.refused if refused else c.plain):
        return NOT_INSPECTED, NO_MEANS
    dog_word, search_word, release_word, return_word = words_at(key, who, address, visit, INSPECTION)
    seen, smelt = happens(scan_word, c.scan), happens(dog_word, c.dog)
    find = c.find_on_tip if tipped else c.open_on_alarm if seen or smelt else c.find_cold
    if not happens(search_word, find):
        return MISSED, NO_MEANS
    means = TIP if tipped else PATROL if c.is_patrol else SCANNER if seen else DOG if smelt else SEARCH
    if not happens(release_word, c.release):
        return SEIZED, means
    return (RELEASED if happens(return_word, c.goes_on) else RELEASED_DIVERTED), means


def found_prob(c, turn_back):
    """Chance that an arriving load is found at this visit."""
    at_tip = (1.0 - c.offer * c.accept * c.tip_factor) * c.find_on_tip
    alarm = 1.0 - (1.0 - c.scan) * (1.0 - c.dog)
    find = alarm * c.open_on_alarm + (1.0 - alarm) * c.find_cold
    untipped = (1.0 - c.offer) * (c.plain * find) + c.offer * (1.0 - c.accept) * (1.0 - turn_back) * (
        c.refused * find
    )
    return c.tip * at_tip + (1.0 - c.tip) * c.met * untipped


def true_through(row, posts, mean_met, covers, deals, travel):
    """Chance to get through a row's posts as they are, in a mean hour; at its last try a load stays."""
    through = 1.0
    for p, k, outbound in row.checks:
        if not posts[p].manned:
            continue
        c = chances(posts[p], k, mean_met[p], covers[k], row.load_g, outbound, deals[p])
        again = (1.0 - c.tip) * c.met * c.offer * (1.0 - c.accept) * travel.turn_back_prob
        still_here, caught = 1.0, 0.0
        for _ in range(travel.most_tries - 1):
            caught += still_here * found_prob(c, travel.turn_back_prob)
            still_here *= again
        caught += still_here * found_prob(c, 0.0)
        through *= 1.0 - caught * (1.0 - c.release * c.goes_on)
    return through


# 9.5 Carrying loads


def carry(twin, stretch):
    """Encounters of the loads under way to the end of a stretch, load by load."""
    events, end = [], 60 * (twin.first_hour + stretch.to_h)
    for load in twin.loads:
        while load.fate == UNDER_WAY and load.minute < end:
            _at_next_stop(twin, load, stretch, events)
    return events


def _at_next_stop(twin, load, stretch, events):
    travel, stop = twin.given.travel, load.route.stops[load.stop]
    if load.stop == load.lost_stop:
        load.fate = LOST
        return
    if stop.post == -1:
        load.fate = DELIVERED
        return
    if not stretch.posts[stop.post].manned:
        load.stop += 1
        load.visit = 0
        load.minute += load.route.stops[load.stop].minutes
        return
    minute = load.minute - 60 * twin.first_hour
    wait, *met = stretch.hours[stop.post].met[minute // 60]
    if wait < SHUT:
        load.minute += 60 * (SHUT - wait) - minute % 60
        return
    k, turn_back_min = twin.given.cover_on_mode[load.cover][stop.mode], round(60 * travel.turn_back_h)
    event = Row(load=load, stretch=stretch, post=stop.post, minute=load.minute, visit=load.visit, cover=k)
    events.append(event)
    if wait == SHUT:
        event.outcome, event.means, event.seize_prob, event.divert_prob = SHUT_OUT, NO_MEANS, 0.0, 0.0
        load.visit += 1
        load.minute += turn_back_min
        if load.visit * turn_back_min > round(60 * travel.patience_h):
            load.fate = LOST
        return
    cover, deal = twin.given.covers[k], stretch.deals[load.owner][stop.post]
    c = chances(stretch.posts[stop.post], k, met, cover, float(load.mass), stop.outbound, deal)
    turn_back = 0.0 if load.visit + 1 >= travel.most_tries else travel.turn_back_prob
    address = twin.address[stop.post]
    event.outcome, event.means = encounter(
        load.key, load.who, address, load.visit + 16384 * stop.nth, c, turn_back
    )
    found = found_prob(c, turn_back)
    event.seize_prob, event.divert_prob = found * (1.0 - c.release), found * c.release * (1.0 - c.goes_on)
    if event.outcome in (SEIZED, RELEASED_DIVERTED):
        load.fate = GOT if event.outcome == SEIZED else DIVERTED
    elif event.outcome == TURNED_BACK:
        load.visit += 1
        load.minute += turn_back_min
    else:
        load.stop += 1
        load.visit = 0
        load.minute += wait + load.route.stops[load.stop].minutes
