"""The encounter by enumeration: every branch of the inspection chain with its chance, from the text alone.

tip -> bribe -> turning back -> selection -> scanner -> dog -> search -> release. A tip makes selection
certain, and keeps a refused courier from turning round; a refused bribe draws attention. A patrol is met by
chance, before anything is offered; whom it meets, it inspects.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from sim.codes import Means, Outcome


class Visit(NamedTuple):
    """Chances that meet at one visit of one load to one post."""

    tip: float = 0.0
    offer: float = 0.0
    accept: float = 0.0
    tip_factor: float = 0.0
    turn_back: float = 0.0
    select: float = 1.0
    scale: float = 1.0
    refused_select: float = 0.0
    scan: float = 0.0
    dog: float = 0.0
    find_on_tip: float = 1.0
    open_on_alarm: float = 1.0
    find_cold: float = 1.0
    release: float = 0.0
    goes_on: float = 0.0
    is_patrol: bool = False


def either(prob: float) -> tuple[tuple[bool, float], tuple[bool, float]]:
    """Both answers to a question with their chances."""
    return (True, prob), (False, 1.0 - prob)


def law(visit: Visit) -> Counter[tuple[Outcome, Means]]:
    """Chance of each outcome and means; they add to 1."""
    chances: Counter[tuple[Outcome, Means]] = Counter()
    met = min(1.0, visit.select * visit.scale) if visit.is_patrol else 1.0
    chances[Outcome.NOT_INSPECTED, Means.NONE] += (1.0 - visit.tip) * (1.0 - met)
    for tipped, p_tip in ((True, visit.tip), (False, (1.0 - visit.tip) * met)):
        accept = visit.accept * visit.tip_factor if tipped else visit.accept
        chances[Outcome.BRIBED, Means.NONE] += p_tip * visit.offer * accept
        for refused, p_refused in ((True, visit.offer * (1.0 - accept)), (False, 1.0 - visit.offer)):
            turns = visit.turn_back if refused and not tipped else 0.0
            chances[Outcome.TURNED_BACK, Means.NONE] += p_tip * p_refused * turns
            stays = p_tip * p_refused * (1.0 - turns)
            _inspected(chances, visit, stays, tipped=tipped, refused=refused)
    return chances


def _inspected(
    chances: Counter[tuple[Outcome, Means]], visit: Visit, here: float, *, tipped: bool, refused: bool
) -> None:
    select = min(1.0, visit.select * visit.scale)
    if refused:
        select = max(select, visit.refused_select)
    if tipped or visit.is_patrol:
        select = 1.0
    chances[Outcome.NOT_INSPECTED, Means.NONE] += here * (1.0 - select)
    for scanned, p_scan in either(visit.scan):
        for smelt, p_dog in either(visit.dog):
            branch = here * select * p_scan * p_dog
            found = visit.find_cold
            if scanned or smelt:
                found = visit.open_on_alarm
            if tipped:
                found = visit.find_on_tip
            means = Means.SEARCH
            if smelt:
                means = Means.DOG
            if scanned:
                means = Means.SCANNER
            if visit.is_patrol:
                means = Means.PATROL
            if tipped:
                means = Means.TIP
            chances[Outcome.MISSED, Means.NONE] += branch * (1.0 - found)
            chances[Outcome.SEIZED, means] += branch * found * (1.0 - visit.release)
            chances[Outcome.RELEASED, means] += branch * found * visit.release * visit.goes_on
            chances[Outcome.RELEASED_DIVERTED, means] += (
                branch * found * visit.release * (1.0 - visit.goes_on)
            )


def chance_of(visit: Visit, *outcomes: Outcome) -> float:
    """Chance that a visit ends in one of these outcomes."""
    return sum(p for (outcome, _), p in law(visit).items() if outcome in outcomes)
