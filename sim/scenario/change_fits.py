"""Whether a change names a number that there is, in a place where it can be changed."""

from __future__ import annotations

from typing import get_args

from pydantic import BaseModel

from sim.scenario.change import (
    AT_THE_OPENING,
    RULE,
    WIDE,
    Change,
    limits_at,
    number_paths,
)
from sim.scenario.leaf import Limits, Problem, as_written
from sim.scenario.schema import CountryServices, Post, Scenario, Supply, Tier, Tiers
from sim.scenario.services import AllocationRule


def limits_of_change(change: Change) -> Limits | None:
    """Hard limits of the number that a change is about; None if there is no such number."""
    if change.tiers:
        return limits_at(Tier, change.what)
    first, _, rest = change.what.partition(".")
    if first == "supply":
        stream, _, name = rest.partition(".")
        return limits_at(Supply, name) if stream else None
    if first in WIDE:
        return limits_at(Scenario, change.what)
    return limits_at(Post, change.what) or _country_limits(change.what)


def problem_of(change: Change) -> tuple[str, Problem] | None:
    """What is wrong with a change, and under which key."""
    if change.what == RULE:
        return _rule_problem(change)
    if isinstance(change.to, str):
        return "to", Problem("", "a number", as_written(change.to))
    return _tier_problem(change) or _path_problem(change) or _place_problem(change) or _value_problem(change)


def _path_problem(change: Change) -> tuple[str, Problem] | None:
    name = change.what.rpartition(".")[2]
    if limits_of_change(change) is not None and name not in AT_THE_OPENING:
        return None
    expected = "the path of a number that can change in a run: of posts, countries, tiers or the market"
    return "what", Problem("", expected, change.what, _known(change))


def _place_problem(change: Change) -> tuple[str, Problem] | None:
    wide = change.what.partition(".")[0] in WIDE
    if wide and change.where:
        return "where", Problem("", f"nothing, as {change.what} belongs to no post or country", change.where)
    if (wide or change.tiers) and change.way in ("like", "shared"):
        return change.way, Problem("", "to, by or plus for a number of tiers or of the scenario", change.way)
    of_country = not change.tiers and not wide and limits_at(Post, change.what) is None
    others = [term.key for term in change.selector.terms if term.key != "country"]
    if of_country and others:
        return "where", Problem("", f"countries only, as {change.what} belongs to no post", others[0])
    return None


def _value_problem(change: Change) -> tuple[str, Problem] | None:
    limits = limits_of_change(change)
    if isinstance(change.to, float) and limits is not None and not limits.hold(change.to):
        return "to", Problem("", limits.words(), as_written(change.to))
    return None


def _rule_problem(change: Change) -> tuple[str, Problem] | None:
    rules = get_args(AllocationRule)
    if not isinstance(change.to, str):
        got = as_written(getattr(change, change.way))
        return change.way, Problem("", f"to: one of {', '.join(rules)}", got, rules)
    others = [term.key for term in change.selector.terms if term.key != "country"]
    return ("where", Problem("", "countries only, as allocation is theirs", others[0])) if others else None


def _tier_problem(change: Change) -> tuple[str, Problem] | None:
    if not change.tiers:
        return None
    known, terms = tuple(Tiers.model_fields), change.selector.terms
    if strange := [tier for tier in change.tiers if tier not in known]:
        return "where", Problem("", f"tiers of {', '.join(known)}", strange[0], known)
    if len(terms) > 1 or terms[0].negated:
        return "where", Problem("", "one term of tiers, such as tier=tonne,small", change.where)
    return None


def _country_limits(path: str) -> Limits | None:
    return None if "." in path else limits_at(CountryServices, path)


def _known(change: Change) -> tuple[str, ...]:
    if change.tiers:
        return tuple(number_paths(Tier))
    wide: list[str] = []
    for part in WIDE:
        kind = Scenario.model_fields[part].annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            wide += [f"{part}.{path}" for path in number_paths(kind)]
    countries = (path for path in number_paths(CountryServices) if "." not in path)
    return (*number_paths(Post), *countries, *wide)
