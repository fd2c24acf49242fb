"""The encounter of the plain twin, and its integral: sections 9.4 and 9.22 of sim/MODEL.md."""

from __future__ import annotations

from types import SimpleNamespace as Row

from tests.naive_draws import ARRIVAL, INSPECTION, REFUSAL, happens, words_at

NOT_INSPECTED, BRIBED, TURNED_BACK, MISSED, SEIZED, RELEASED, RELEASED_DIVERTED, SHUT_OUT = range(8)
NO_MEANS, TIP, SCANNER, DOG, SEARCH, PATROL = range(6)


def chances(post, k, met, cover, mass_g, outbound, deal):
    """Chances of every stage for a load of a mass under cover k at a post, in what an hour brings there."""
    scale, scan, dog = met
    bulk = mass_g / (mass_g + 1000.0 * cover.image_half_kg)
    scale = scale * post.v["outbound_share"] if outbound else scale
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
    untipped = (1.0 - c.offer) * (c.plain * find) + c.offer * (1.0 - c.accept) * (1.0 - turn_back) * (c.refused * find)
    return c.tip * at_tip + (1.0 - c.tip) * c.met * untipped


def true_through(row, posts, mean_met, covers, deals, turn_back):
    """Chance to get through a row's posts as they are, in a mean hour, a load that turns back trying for ever."""
    through = 1.0
    for p, k, outbound in row.checks:
        c = chances(posts[p], k, mean_met[p], covers[k], row.load_g, outbound, deals[p])
        again = (1.0 - c.tip) * c.offer * (1.0 - c.accept) * turn_back
        through *= 1.0 - found_prob(c, turn_back) / (1.0 - again) * (1.0 - c.release * c.goes_on)
    return through
