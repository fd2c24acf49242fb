"""An intervention for people: where it acts, what it costs, each number that it changes, before and after."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from os import PathLike
from typing import TYPE_CHECKING, Any

import sim
from experiments.effect_words import amount
from sim.scenario.change import RULE, Change
from sim.scenario.quantity import Quantity, quantities

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.scenario.overlay import Intervention
    from sim.scenario.schema import Scenario
    from sim.world.parameters import Parameters
    from sim.world.parts import Post

WIDTH, MOST_SOURCES = 100, 3


@dataclass(frozen=True, slots=True)
class Ground:
    """What an intervention is laid over: a scenario, its posts and countries, their numbers."""

    scenario: Scenario
    posts: Sequence[Post]
    countries: Sequence[str]
    base: Parameters


def ground_of(scenario: str, interventions: Sequence[Intervention] = ()) -> Ground:
    """Posts, countries and numbers of a scenario, without the routes that a run needs.

    The posts that interventions bring are among them, unmanned. Raises WorldError if they fit nowhere.
    """
    from sim.world.corridor import build_corridor
    from sim.world.new_posts import brought_posts
    from sim.world.parameters import base_parameters
    from sim.world.tables import read_tables, tables_folder

    loaded = sim.load_scenario(scenario).scenario
    tables = read_tables(tables_folder(loaded.tables))
    corridor = build_corridor(tables, loaded.start)
    new = brought_posts(interventions, corridor, tables.climate)
    posts = tuple(sorted([*corridor.posts.values(), *new], key=lambda p: p.post_id))
    countries = tuple(sorted({p.country for p in corridor.places.values()} | {p.country for p in posts}))
    return Ground(loaded, posts, countries, base_parameters(loaded, posts, countries))


def page_of(intervention: str | PathLike[str] | Intervention, scenario: str = "northern_route_2010") -> str:
    """Everything about an intervention as text, its changes beside the numbers of a scenario.

    Raises
    ------
    ScenarioError, WorldError
        If there is no such intervention or scenario, or a change fits nothing in it.
    """
    from sim.world.faults import WorldError
    from sim.world.portfolio import change_faults

    if isinstance(intervention, str | PathLike):
        intervention = sim.load_intervention(intervention)
    ground = ground_of(scenario, [intervention])
    if faults := change_faults([intervention], ground.base, ground.posts, ground.countries):
        raise WorldError(faults)
    lines = [*_filled(f"{intervention.name}: {intervention.sentence}", 0), *_terms(intervention, ground)]
    lines += ["", f"WHAT IT CHANGES in {ground.scenario.name}, at strength {intervention.strength:g}"]
    for change in intervention.changes:
        lines += _change(change, intervention.strength, ground)
    return "\n".join(lines)


def acts_where(intervention: Intervention) -> str:
    """Where an intervention acts, in few words: countries and classes of posts, tiers, or the market."""
    return ", ".join(dict.fromkeys(_place(change) for change in intervention.changes))


def asked_of(intervention: Intervention) -> dict[str, object]:
    """What a selector of a list can ask of an intervention; one that acts everywhere has every country."""
    asked: dict[str, list[str]] = {"country": [], "klass": []}
    for change in intervention.changes:
        for term in change.selector.terms:
            if term.key in asked and not term.negated:
                asked[term.key] += term.values
    return {"name": intervention.name, **asked}


def costs_of(intervention: Intervention) -> tuple[str, str]:
    """Running cost a year and capital cost, without the sign of the currency; '' where nothing is paid."""
    costs = (intervention.running_cost_usd_per_year.value, intervention.capital_cost_usd.value)
    running, capital = (amount(usd, "USD").removeprefix("USD ") if usd else "" for usd in costs)
    return running, capital


def _place(change: Change) -> str:
    if change.tiers:
        return " and ".join(change.tiers) + " traffickers"
    if change.is_wide and change.what != RULE:
        return change.what.partition(".")[0].replace("_", " ")
    words = []
    for term in change.selector.terms:
        listed = " and ".join(value.replace("_", " ") for value in term.values)
        words.append(f"not {listed}" if term.negated else listed)
    return " ".join(words) or "everywhere"


def _terms(intervention: Intervention, ground: Ground) -> Iterator[str]:
    """When it is in force and what it costs."""
    starts: date | None = intervention.start
    days = f"from {starts}" if starts else f"from the first reported day, {ground.scenario.start}"
    days += f" until {intervention.end}" if intervention.end else ""
    days += f", in full after {intervention.ramp_weeks} weeks" if intervention.ramp_weeks else ""
    yield f"  in force     {days}"
    for part, quantity in (
        ("to begin", intervention.capital_cost_usd),
        ("a year", intervention.running_cost_usd_per_year),
    ):
        cost = amount(quantity.value, "USD") if quantity.value else "nothing"
        yield from _filled(f"  {part:<11}  {cost}{_range(quantity, 'USD')}; {quantity.source}", 15)
    for part in ("undoes", "contradicts"):
        if names := getattr(intervention, part):
            yield from _filled(f"  {part:<11}  {', '.join(names)}", 15)
    new = getattr(intervention, "new_posts", ())
    if new:
        yield from _filled(f"  new posts    {len(new)}: {', '.join(_name_of(post) for post in new)}", 15)


def _name_of(post: object) -> str:
    return str(getattr(post, "name", getattr(post, "post_id", post)))


def _change(change: Change, strength: float, ground: Ground) -> list[str]:
    """One change: what, where, how; the numbers before and after; where those before come from."""
    lines = ["", *_filled(f"  {change.what} {_way(change)}", 4)]
    if change.what == RULE:
        meant = [c for c in ground.countries if change.selector.matches({"country": c})]
        return [*lines, f"    {_rules(meant, ground)} -> {change.to}"]
    if change.is_wide:
        for path in change.paths:
            quantity = _at(ground.scenario, path)
            new = _laid_wide(change, strength, ground, path)
            lines += _filled(f"    {path}: {_number(quantity.value)} -> {_number(new)} {_unit(quantity)}", 6)
            lines += _grounds([quantity])
        return lines
    return [*lines, *_posts_or_countries(change, strength, ground)]


def _posts_or_countries(change: Change, strength: float, ground: Ground) -> list[str]:
    from sim.world.parameters import changed, chosen_rows, services_of

    base = ground.base
    rows = chosen_rows(change.selector, base, change.what, ground.posts, ground.countries)
    after = changed(base, [(change, strength)], ground.posts, ground.countries)
    if change.what in base.post:
        before, new = base.post[change.what][rows], after.post[change.what][rows]
        posts = [ground.posts[r] for r in rows]
        by_country = ", ".join(f"{c} {n}" for c, n in sorted(Counter(p.country for p in posts).items()))
        where = f"{len(posts)} post{'' if len(posts) == 1 else 's'} ({by_country})"
        kinds = sorted({(p.country, p.klass.name.lower()) for p in posts})
        classes = [getattr(services_of(ground.scenario, c).posts, klass) for c, klass in kinds]
        found = [dict(quantities(part))[change.what] for part in classes]
    else:
        before, new = base.country[change.what][rows], after.country[change.what][rows]
        where = ", ".join(ground.countries[r] for r in rows)
        found = [getattr(services_of(ground.scenario, ground.countries[r]), change.what) for r in rows]
    told = f"    {where}: {_span(before)} -> {_span(new)} {_unit(found[0])}".rstrip()
    return [*_filled(told, 6), *_grounds(found)]


def _way(change: Change) -> str:
    """How a number is changed, in words."""
    value: Any = getattr(change, change.way)
    where = f" where {change.where}" if change.where else ""
    said = {
        "to": f"set to {value}",
        "by": f"times {value}",
        "plus": f"plus {value}",
        "like": f"as at {value}, the mean of the same class",
        "shared": f"plus {value} in all, in equal parts",
    }[change.way]
    return f"{said}{where}"


def _rules(meant: Sequence[str], ground: Ground) -> str:
    """Rules of countries as they are."""
    from sim.world.parameters import services_of

    return ", ".join(f"{c}: {services_of(ground.scenario, c).allocation}" for c in meant)


def _at(scenario: Scenario, path: str) -> Quantity:
    """The quantity at a path of the scenario."""
    return dict(quantities(scenario))[path]


def _laid_wide(change: Change, strength: float, ground: Ground, path: str) -> float:
    from sim.world.in_force import scenario_in_force

    return _at(scenario_in_force(ground.scenario, [(change, strength)], ground.countries), path).value


def _grounds(found: Iterable[Quantity]) -> list[str]:
    """Declared range, status and source of numbers as they are, each once."""
    lines: list[str] = []
    told = dict.fromkeys(f"{_range(q, q.unit).strip(' ()')}; {q.source}" for q in found)
    for words in list(told)[:MOST_SOURCES]:
        lines += _filled(f"      now: {words}", 11)
    if len(told) > MOST_SOURCES:
        lines.append(f"      and {len(told) - MOST_SOURCES} more sources")
    return lines


def _range(quantity: Quantity, unit: str) -> str:
    """Declared range and status of a quantity."""
    ends = [end for end in (quantity.low, quantity.high) if end is not None]
    said = f"declared {_number(ends[0])} to {_number(ends[-1])}, " if len(ends) == 2 and unit else ""
    return f" ({said}{quantity.status})"


def _unit(quantity: Quantity) -> str:
    return "" if quantity.unit == "1" else quantity.unit.replace("_", " ")


def _span(values: NDArray[np.float64]) -> str:
    low, high = float(values.min()), float(values.max())
    return _number(low) if low == high else f"{_number(low)} to {_number(high)}"


def _number(value: float) -> str:
    return f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"


def _filled(line: str, indent: int) -> list[str]:
    return textwrap.wrap(
        line, WIDTH, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    ) or [""]
