"""The encounter of one load with one post: each stage of the inspection chain, and their integral.

tip -> (met by a patrol?) -> bribe -> TIR seal -> queue and selection -> scanner -> dog -> search ->
seizure -> protection
"""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.codes import Means, Outcome
from sim.draws import What, happens, words_at


def _is_tipped(word, tip):
    """Tip: an informant or a partner service names the load to this post. Source: facts 65, 70-73."""
    return happens(word, tip)


is_tipped = njit(cache=True, nogil=True)(_is_tipped)


def _accept_prob(accept, tip_factor, tipped):
    """Bribe: chance that an offer is taken; a tip from elsewhere is harder to buy off. Source: fact 78."""
    if tipped:
        return accept * tip_factor
    return accept


accept_prob = njit(cache=True, nogil=True)(_accept_prob)


def _bribe_answer(word, offer, accept):
    """Bribe: 1 taken, -1 refused, 0 not offered; one word decides offer and answer."""
    if happens(word, offer * accept):
        return 1
    if happens(word, offer):
        return -1
    return 0


bribe_answer = njit(cache=True, nogil=True)(_bribe_answer)


def _select_prob(tipped, refused, is_patrol, select, scale, refused_select):
    """Selection: certain under a tip or by a patrol; a refused bribe draws attention; else by policy.

    The TIR seal is in `select` and in `open_on_alarm`: it suppresses selection and opening, a tip overrides
    both. Source: facts 44, 47, 59.
    """
    if tipped or is_patrol:
        return 1.0
    if refused:
        return max(min(1.0, select * scale), refused_select)
    return min(1.0, select * scale)


select_prob = njit(cache=True, nogil=True)(_select_prob)


def _bulk(mass_g, half_g):
    """Share of the image signal that a load's mass gives: half at `half_g`."""
    return mass_g / (mass_g + half_g)


bulk_of = njit(cache=True, nogil=True)(_bulk)


def _scan_prob(scan, image, bulk):
    """Scanner: up, free, shows the load and the operator sees it. Source: facts 56, 58; Wolfe et al. 2005."""
    return scan * image * bulk


scan_prob = njit(cache=True, nogil=True)(_scan_prob)


def _dog_prob(dog, odour):
    """Dog: on duty, rested, not too hot, and the odour gets out. Source: Jezierski et al. 2014; fact 61."""
    return dog * odour


dog_prob = njit(cache=True, nogil=True)(_dog_prob)


def _search_prob(tipped, alarm, find_on_tip, open_on_alarm, find_cold):
    """Search: after a tip, after an alarm (a seal may stay unbroken), or by hand. Source: facts 41, 47."""
    if tipped:
        return find_on_tip
    if alarm:
        return open_on_alarm
    return find_cold


search_prob = njit(cache=True, nogil=True)(_search_prob)


def _find_prob(tipped, selected, scan, dog, find_on_tip, open_on_alarm, find_cold):
    """Chance that an unbribed load is found, integrated over selection, scanner, dog and search."""
    if tipped:
        return find_on_tip
    alarm = 1.0 - (1.0 - scan) * (1.0 - dog)
    return selected * (alarm * open_on_alarm + (1.0 - alarm) * find_cold)


find_prob = njit(cache=True, nogil=True)(_find_prob)


def _met_prob(is_patrol, select, scale):
    """Chance of any encounter: certain at a post, by chance with a patrol. Source: fact 32."""
    if is_patrol:
        return min(1.0, select * scale)
    return 1.0


met_prob = njit(cache=True, nogil=True)(_met_prob)


def _found_prob(
    tip,
    offer,
    accept,
    tip_factor,
    turn_back,
    is_patrol,
    select,
    scale,
    refused_select,
    scan,
    dog,
    find_on_tip,
    open_on_alarm,
    find_cold,
):
    """Chance that a load which arrives is found at this visit, every stage integrated.

    Source: law of total probability over tip, meeting, bribe and turning back; release comes after.
    """
    at_tip = (1.0 - offer * accept * tip_factor) * find_on_tip
    normal = select_prob(False, False, is_patrol, select, scale, refused_select)
    suspect = select_prob(False, True, is_patrol, select, scale, refused_select)
    plain = find_prob(False, normal, scan, dog, find_on_tip, open_on_alarm, find_cold)
    refused = find_prob(False, suspect, scan, dog, find_on_tip, open_on_alarm, find_cold)
    untipped = (1.0 - offer) * plain + offer * (1.0 - accept) * (1.0 - turn_back) * refused
    return tip * at_tip + (1.0 - tip) * met_prob(is_patrol, select, scale) * untipped


found_prob = njit(cache=True, nogil=True)(_found_prob)


def _means_of(tipped, scanned, smelt, is_patrol):
    """What gets the credit: the first of tip, scanner, dog, search by hand; a patrol on the green border."""
    if tipped:
        return Means.TIP
    if is_patrol:
        return Means.PATROL
    if scanned:
        return Means.SCANNER
    if smelt:
        return Means.DOG
    return Means.SEARCH


means_of = njit(cache=True, nogil=True)(_means_of)


def _encounter(
    key,
    who,
    address,
    visit,
    tip,
    offer,
    accept,
    tip_factor,
    turn_back,
    select,
    scale,
    refused_select,
    scan,
    dog,
    find_on_tip,
    open_on_alarm,
    find_cold,
    release,
    goes_on,
    is_patrol,
):
    """(outcome, means) of one visit; every argument is a number, every draw has its address."""
    tip_word, bribe_word, select_word, scan_word = words_at(key, who, address, visit, What.ARRIVAL)
    tipped = is_tipped(tip_word, tip)
    if is_patrol and not tipped and not happens(select_word, met_prob(is_patrol, select, scale)):
        return np.int64(Outcome.NOT_INSPECTED), np.int64(Means.NONE)
    answer = bribe_answer(bribe_word, offer, accept_prob(accept, tip_factor, tipped))
    if answer == 1:
        return np.int64(Outcome.BRIBED), np.int64(Means.NONE)
    refused = answer == -1
    if refused and not tipped:
        turn_word, _, _, _ = words_at(key, who, address, visit, What.REFUSAL)
        if happens(turn_word, turn_back):
            return np.int64(Outcome.TURNED_BACK), np.int64(Means.NONE)
    if not happens(select_word, select_prob(tipped, refused, is_patrol, select, scale, refused_select)):
        return np.int64(Outcome.NOT_INSPECTED), np.int64(Means.NONE)
    dog_word, search_word, release_word, return_word = words_at(key, who, address, visit, What.INSPECTION)
    scanned = happens(scan_word, scan)
    smelt = happens(dog_word, dog)
    if not happens(search_word, search_prob(tipped, scanned or smelt, find_on_tip, open_on_alarm, find_cold)):
        return np.int64(Outcome.MISSED), np.int64(Means.NONE)
    means = np.int64(means_of(tipped, scanned, smelt, is_patrol))
    if not happens(release_word, release):
        return np.int64(Outcome.SEIZED), means
    if happens(return_word, goes_on):
        return np.int64(Outcome.RELEASED), means
    return np.int64(Outcome.RELEASED_DIVERTED), means


encounter = njit(cache=True, nogil=True)(_encounter)
