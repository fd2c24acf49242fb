"""What there is: scenarios, interventions, and the posts, places and routes of a scenario's world."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import sim
from experiments.intervention_page import acts_where, asked_of, costs_of, ground_of
from sim.scenario.faults import ScenarioError
from sim.scenario.find import packaged
from sim.scenario.selectors import read_selector
from sim.scenario.strict_yaml import read_yaml
from sim.world.faults import WorldError

if TYPE_CHECKING:
    from sim.scenario.overlay import Intervention
    from sim.scenario.schema import Scenario
    from sim.world.parts import Corridor

INTERVENTIONS = "interventions"


class Row(NamedTuple):
    """One line of a list: what is shown, and what a selector can ask of it."""

    cells: tuple[str, ...]
    asked: Mapping[str, object]


class Table(NamedTuple):
    """A kind of list: its columns, the keys of its selectors, and how its rows are found."""

    columns: tuple[str, ...]
    keys: tuple[str, ...]
    rows: Callable[[str], Iterable[Row]]


def listing(what: str, where: str = "", scenario: str = "northern_route_2010") -> str:
    """A list as aligned text: the rows that a selector means, and how many they are.

    Raises
    ------
    ScenarioError, WorldError
        If the selector cannot be read, or the scenario has no world.
    """
    table = LISTS[what]
    selector = read_selector(where, table.keys)
    chosen = [row.cells for row in table.rows(scenario) if selector.matches(row.asked)]
    widths = [max(map(len, column)) for column in zip(table.columns, *chosen, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for cells in (table.columns, *chosen)
    ]
    return "\n".join([*lines, f"{len(chosen):,} {what if len(chosen) != 1 else what[:-1]}"])


def faults_of(file: str, sets: Sequence[str], scenario: str = "northern_route_2010") -> str:
    """What is wrong with a scenario or intervention file, or the world it describes; '' if nothing is.

    An intervention is also held against the posts, countries and numbers of `scenario`.
    """
    try:
        if _is_intervention(file):
            return _misfits(file, sim.load_intervention(file), scenario)
        loaded = sim.load_scenario(file, sets=sets)
        from sim.world.build import world_in_place

        world_in_place(loaded, ())
    except ScenarioError as error:
        return str(error)
    except WorldError as error:
        return f"{file}: {error}"
    return ""


def _is_intervention(file: str) -> bool:
    """Whether a file holds changes rather than a world."""
    if file in packaged(INTERVENTIONS):
        return True
    path = Path(file)
    if not path.is_file():
        return False
    data = read_yaml(path.read_bytes(), file).data
    return isinstance(data, dict) and not {"changes", "sentence", "undoes"}.isdisjoint(data)


def _misfits(file: str, intervention: Intervention, scenario: str) -> str:
    """What an intervention changes that a scenario does not have, a line each."""
    from sim.world.portfolio import change_faults

    ground = ground_of(scenario, [intervention])
    faults = change_faults([intervention], ground.base, ground.posts, ground.countries)
    return "\n".join(f"{file}: {scenario}: {fault}" for fault in faults)


def _scenarios(_: str) -> Iterable[Row]:
    for name in packaged():
        scenario = sim.load_scenario(name).scenario
        cells = (name, str(scenario.start), f"{scenario.weeks}", scenario.title)
        yield Row(cells, {"name": name, "tables": scenario.tables})


def _interventions(_: str) -> Iterable[Row]:
    for name in packaged(INTERVENTIONS):
        intervention = sim.load_intervention(name)
        start = str(intervention.start or "")
        cells = (name, start, *costs_of(intervention), acts_where(intervention), intervention.sentence)
        yield Row(cells, asked_of(intervention))


def _corridor(scenario: str) -> Corridor:
    from sim.world.corridor import build_corridor
    from sim.world.tables import read_tables, tables_folder

    loaded: Scenario = sim.load_scenario(scenario).scenario
    return build_corridor(read_tables(tables_folder(loaded.tables)), loaded.start)


def _places(scenario: str) -> Iterable[Row]:
    for place in sorted(_corridor(scenario).places.values(), key=lambda p: (p.country, p.place_id)):
        people = f"{place.population:,.0f}" if place.population else ""
        asked = {"place_id": place.place_id, "country": place.country, "role": place.role}
        yield Row((place.place_id, place.name, place.country, place.role, people), asked)


def _posts(scenario: str) -> Iterable[Row]:
    from sim.world.parameters import selectable

    for post in sorted(_corridor(scenario).posts.values(), key=lambda p: (p.country, p.post_id)):
        modes = ",".join(sorted(mode.name.lower() for mode in post.modes))
        cells = (
            post.post_id,
            post.name,
            post.country,
            post.klass.name.lower(),
            post.agency,
            modes,
            post.status,
        )
        yield Row(cells, dict(selectable(post)))


def _routes(scenario: str) -> Iterable[Row]:
    from sim.world.build import build_world

    world = build_world(sim.load_scenario(scenario).scenario)
    legs, places = world.corridor.legs, world.corridor.places
    for route in world.routes:
        passed = [legs[step.leg_id] for step in route.steps]
        countries = list(dict.fromkeys(places[p].country for leg in passed for p in (leg.from_id, leg.to_id)))
        asked = {
            "route_id": route.route_id,
            "origin": route.origin,
            "market": route.market,
            "mode_class": route.mode_class,
            "entry": route.entry,
            "exit": route.exit,
            "named": route.named,
            "mode": {leg.mode for leg in passed},
            "country": countries,
            "cover": set(route.covers),
        }
        cells = (
            route.route_id,
            f"{route.km:,.0f}",
            f"{route.hours / 24:.1f}",
            ">".join(countries),
            route.named,
        )
        yield Row(cells, asked)


LISTS = {
    "scenarios": Table(("name", "start", "weeks", "title"), ("name", "tables"), _scenarios),
    "interventions": Table(
        ("name", "start", "USD a year", "USD to begin", "where", "what is done"),
        ("name", "country", "klass"),
        _interventions,
    ),
    "posts": Table(
        ("post_id", "name", "country", "class", "agency", "modes", "status"),
        ("post_id", "crossing_id", "country", "klass", "agency", "mode", "region"),
        _posts,
    ),
    "places": Table(
        ("place_id", "name", "country", "role", "population"), ("place_id", "country", "role"), _places
    ),
    "routes": Table(
        ("route_id", "km", "days", "countries", "named"),
        ("route_id", "origin", "market", "mode_class", "entry", "exit", "named", "mode", "country", "cover"),
        _routes,
    ),
}
