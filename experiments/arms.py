"""Arms of a comparison: what people write, and the interventions that it stands for.

scanner_upgrade                    an intervention by name, or a file of one
scanner_upgrade+dog_rotation       several together, laid in this order
scanner_upgrade:0.5                at half strength
scanner_upgrade@2010-07-01         from that day on
better posts=scanner_upgrade:0.5@2010-07-01+dog_rotation      an arm with a name of its own
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from os import PathLike
from typing import Any, TypeAlias

from experiments.pairs import BASELINE
from sim.scenario.faults import Fault, Place, ScenarioError, fault_at
from sim.scenario.leaf import shown
from sim.scenario.load import load_intervention
from sim.scenario.overlay import Intervention

Part: TypeAlias = str | PathLike[str] | Intervention
ArmLike: TypeAlias = Part | Sequence[Part]

_NAMED = re.compile(r"\s*([^=+:@/\\]*?)\s*=(.*)", re.DOTALL)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Arm:
    """Interventions that are tried together, under one name."""

    name: str
    interventions: tuple[Intervention, ...]


def read_arms(arms: ArmLike | Sequence[ArmLike]) -> tuple[Arm, ...]:
    """Arms as people give them: expressions, files, interventions, or sequences of these.

    Raises
    ------
    ScenarioError
        With every fault of every arm, the n-th arm being line n of `arms`.
    """
    given = [arms] if isinstance(arms, str | PathLike | Intervention) else list(arms)
    found: list[Arm] = []
    faults: list[Fault] = []
    for line, arm in enumerate(given, 1):
        place = Place("arms", line, 1)
        try:
            read = _read_arm(arm, place)
        except ScenarioError as error:
            faults += error.faults
            continue
        names = [BASELINE, *(other.name for other in found)]
        if read.name in names:
            faults.append(fault_at(place, "arm", "a name that no other arm has", shown(read.name)))
        found.append(read)
    if not given:
        faults.append(fault_at(Place("arms", 1, 1), "arms", "at least one arm", "none"))
    if faults:
        raise ScenarioError(faults)
    return tuple(found)


def read_portfolio(parts: ArmLike) -> tuple[Intervention, ...]:
    """Interventions of one expression, object or sequence of them; none for an empty sequence."""
    if not isinstance(parts, str | PathLike | Intervention) and not parts:
        return ()
    return _read_arm(parts, Place("base", 1, 1)).interventions


def _read_arm(arm: ArmLike, place: Place) -> Arm:
    if isinstance(arm, Intervention):
        return Arm(arm.name, (arm,))
    if isinstance(arm, PathLike):
        loaded = load_intervention(arm)
        return Arm(loaded.name, (loaded,))
    if isinstance(arm, str):
        return _read_expression(arm, place)
    if not isinstance(arm, Sequence) or not arm:
        expected = "an expression, a file, an intervention, or some of these"
        raise ScenarioError([fault_at(place, "arm", expected, shown(repr(arm)) if arm else "nothing")])
    parts: list[Arm] = []
    faults: list[Fault] = []
    for part in arm:
        try:
            parts.append(_read_arm(part, place))
        except ScenarioError as error:
            faults += error.faults
    if faults:
        raise ScenarioError(faults)
    return Arm("+".join(p.name for p in parts), tuple(i for p in parts for i in p.interventions))


def _read_expression(text: str, place: Place) -> Arm:
    named = _NAMED.fullmatch(text)
    if named and not named[1]:
        raise ScenarioError([fault_at(place, "arm", "a name before '='", shown(text))])
    expression = named[2] if named else text
    column = 1 + len(text) - len(expression)
    parts: list[Arm] = []
    faults: list[Fault] = []
    for part in expression.split("+"):
        try:
            parts.append(_read_part(part.strip(), place._replace(column=column)))
        except ScenarioError as error:
            faults += error.faults
        column += len(part) + 1
    if faults:
        raise ScenarioError(faults)
    name = named[1] if named else "+".join(part.name for part in parts)
    return Arm(name, tuple(i for part in parts for i in part.interventions))


def _read_part(text: str, place: Place) -> Arm:
    """One intervention as `reference[:strength][@day]`; a file is called by its intervention's name."""
    left, at, day = text.partition("@")
    reference, colon, strength = left.rpartition(":") if ":" in left else (left, "", "")
    if not reference:
        raise ScenarioError([fault_at(place, "arm", "the name or file of an intervention", "nothing")])
    loaded = load_intervention(reference)
    changes: dict[str, Any] = {}
    if colon:
        changes["strength"] = _number(strength, place._replace(column=place.column + len(reference) + 1))
    if at:
        start = place._replace(column=place.column + len(left) + 1)
        changes["start"] = _day(day, start)
        if loaded.end is not None and loaded.end <= changes["start"]:
            expected = f"a day before {loaded.name} ends, {loaded.end}"
            raise ScenarioError([fault_at(start, "start", expected, day)])
    laid = loaded.model_copy(update=changes)
    return Arm(f"{loaded.name}{colon}{strength}{at}{day}", (laid,))


def _number(text: str, place: Place) -> float:
    try:
        strength = float(text)
    except ValueError:
        strength = -1.0
    if not 0.0 <= strength <= 1.0:
        raise ScenarioError([fault_at(place, "strength", "a share from 0 to 1", shown(text) or "nothing")])
    return strength


def _day(text: str, place: Place) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ScenarioError([fault_at(place, "start", "a day such as 2010-07-01", shown(text) or "nothing")])
