"""Interventions that are laid over a scenario together: which are refused, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

from sim.scenario.change import RULE, Change
from sim.scenario.change_fits import problem_of
from sim.scenario.overlay import Intervention
from sim.world.faults import Misfit, WorldError, did_you_mean
from sim.world.parameters import Parameters, changed, chosen_rows, like_values
from sim.world.parts import Post


def change_faults(
    interventions: Sequence[Intervention], base: Parameters, posts: Sequence[Post], countries: Sequence[str]
) -> list[str]:
    """What is wrong with single changes: numbers that there are not, selectors that mean nothing."""
    faults: list[str] = []
    for i in interventions:
        for n, change in enumerate(i.changes):
            if found := problem_of(change):
                key, problem = found
                path = f"intervention {i.name}: changes.{n}.{key}"
                faults.append(str(Misfit(path, problem.expected, problem.got, problem.known)))
                continue
            try:
                changed(base, [(change, 1.0)], posts, countries)
            except WorldError as error:
                faults += [f"intervention {i.name}: changes.{n}: {message}" for message in error.messages]
    return faults


def portfolio_faults(
    interventions: Sequence[Intervention], base: Parameters, posts: Sequence[Post], countries: Sequence[str]
) -> list[str]:
    """What keeps interventions from being laid over a scenario together, one message a fault.

    Parameters
    ----------
    interventions
        Each with its start (`placed`).
    base
        Numbers before any of them.
    """
    names = Counter(i.name for i in interventions)
    faults = [f"intervention {name}: expected once (got it {n} times)" for name, n in names.items() if n > 1]
    faults += [
        f"intervention {i.name}: expected {name}, which it undoes, to be laid over the scenario too"
        f"{did_you_mean(name, names)}"
        for i in interventions
        for name in i.undoes
        if name not in names
    ]
    for one, other in combinations(interventions, 2):
        if not _overlap(one, other) or one.name in other.undoes or other.name in one.undoes:
            continue
        if other.name in one.contradicts or one.name in other.contradicts:
            faults.append(f"interventions {one.name} and {other.name} contradict each other")
        elif clash := _clash(one, other, base, posts, countries):
            faults.append(f"interventions {one.name} and {other.name} contradict each other: {clash}")
    return faults


def _overlap(one: Intervention, other: Intervention) -> bool:
    """Whether there is a day on which both are in force."""
    starts = [i.start for i in (one, other) if i.start]
    ends = [i.end for i in (one, other) if i.end]
    return not starts or not ends or max(starts) < min(ends)


def _clash(
    one: Intervention,
    other: Intervention,
    base: Parameters,
    posts: Sequence[Post],
    countries: Sequence[str],
) -> str:
    """The first number that both set, each to something else; '' if there is none."""
    theirs: dict[tuple[str, str], float | str] = {}
    for change in other.changes:
        if change.is_absolute:
            theirs |= _settings(change, base, posts, countries)
    for change in one.changes:
        if not change.is_absolute:
            continue
        for (what, where), value in _settings(change, base, posts, countries).items():
            if theirs.get((what, where), value) != value:
                return f"they set {what} of {where} to {_said(value)} and to {_said(theirs[what, where])}"
    return ""


def _said(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _settings(
    change: Change, base: Parameters, posts: Sequence[Post], countries: Sequence[str]
) -> Mapping[tuple[str, str], float | str]:
    """What a change sets, by number and by post, country or place in the scenario."""
    if change.what == RULE or change.is_wide:
        value: float | str = change.to if isinstance(change.to, str) else change.target(0.0)
        if change.what == RULE:
            meant = [c for c in countries if change.selector.matches({"country": c})]
            return {(RULE, c): value for c in meant}
        return {(path, "the scenario"): value for path in change.paths}
    of_posts = change.what in base.post
    if not of_posts and change.what not in base.country:
        return {}
    names = [p.post_id for p in posts] if of_posts else list(countries)
    rows = chosen_rows(change.selector, base, change.what, posts, countries)
    like = like_values(change, base, posts, countries)
    return {(change.what, names[r]): change.target(0.0, float(like[r])) for r in rows}
