"""Reads scenario and intervention files, lays them over one another, and tells every fault at its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from pydantic import BaseModel, ValidationError

from sim.scenario.canonical import SET_IN, digest, resolved
from sim.scenario.complete import NOTHING, Origin, Path, complete
from sim.scenario.explain import Origins, faults_in
from sim.scenario.faults import Fault, Place, ScenarioError, check_run_name, fault_at, nearest
from sim.scenario.find import Source, find
from sim.scenario.leaf import as_written, shown
from sim.scenario.overlay import Intervention
from sim.scenario.strict_yaml import Document, dotted, read_value, read_yaml

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

__all__ = [
    "Fault",
    "Loaded",
    "Read",
    "ScenarioError",
    "check_run_name",
    "digest",
    "load_intervention",
    "load_scenario",
    "read_intervention",
    "resolved",
]

MOST_EXTENDS = 8
TEXT = "text"
"""What text that is in no file is called where a fault is told."""

_SET = re.compile(r"((?:[A-Za-z0-9_-]+|\*)(?:\.(?:[A-Za-z0-9_-]+|\*))*)=(.*)", re.DOTALL)

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Read(Generic[Model]):
    """What files say, checked, and where each value of it was set."""

    value: Model
    origins: dict[str, Place]

    def fault(self, path: str, expected: str, got: str, known: Iterable[str] = ()) -> Fault:
        """Fault of a value that only shows when the value is used, such as a place that no table has."""
        steps = path.split(".")
        near = (".".join(steps[:n]) for n in range(len(steps), 0, -1))
        place = next((self.origins[p] for p in near if p in self.origins), Place(self.origins["file"].file))
        return fault_at(place, path, expected, shown(got), nearest(got, known))


@dataclass(frozen=True, slots=True)
class Loaded(Generic[Model]):
    """A scenario, where each of its values was set, and the interventions laid over it."""

    scenario: Model
    origins: dict[str, Place]
    interventions: tuple[Intervention, ...] = ()

    def fault(self, path: str, expected: str, got: str, known: Iterable[str] = ()) -> Fault:
        """Fault of a value that only shows when the value is used, such as a place that no table has."""
        return Read(self.scenario, self.origins).fault(path, expected, got, known)


@overload
def load_scenario(
    name_or_path: str | PathLike[str],
    sets: Sequence[str] = (),
    model: None = None,
    interventions: Sequence[str | PathLike[str]] = (),
) -> Loaded[Scenario]: ...
@overload
def load_scenario(
    name_or_path: str | PathLike[str],
    sets: Sequence[str] = (),
    *,
    model: type[Model],
    interventions: Sequence[str | PathLike[str]] = (),
) -> Loaded[Model]: ...
def load_scenario(
    name_or_path: str | PathLike[str],
    sets: Sequence[str] = (),
    model: type[Any] | None = None,
    interventions: Sequence[str | PathLike[str]] = (),
) -> Loaded[Any]:
    """The scenario of a packaged name or of a file, with `--set` values and interventions.

    Raises `ScenarioError` with every fault of every file.
    """
    if model is None:
        from sim.scenario.schema import Scenario

        model = Scenario
    scenario, faults = _read(name_or_path, "", model, sets)
    read = [_read_intervention(name) for name in interventions]
    faults = [*faults, *(fault for _, found in read for fault in found)]
    if faults or scenario is None:
        raise ScenarioError(faults)
    return Loaded(scenario.value, scenario.origins, tuple(r.value for r, _ in read if r))


def load_intervention(name_or_path: str | PathLike[str]) -> Intervention:
    """The intervention of a packaged name or of a file; raises `ScenarioError` with every fault."""
    read, faults = _read_intervention(name_or_path)
    if faults or read is None:
        raise ScenarioError(faults)
    return read.value


def read_intervention(text: str) -> Intervention:
    """The intervention that a YAML text says, like a file of it; raises `ScenarioError` with every fault."""
    content = text.encode("utf-8", "surrogatepass")
    read, faults = _read_intervention(Source(TEXT, TEXT, content, packaged=False))
    if faults or read is None:
        raise ScenarioError(faults)
    return read.value


def _read_intervention(name: str | PathLike[str] | Source) -> tuple[Read[Intervention] | None, list[Fault]]:
    from sim.scenario.change_fits import problem_of

    read, faults = _read(name, "interventions", Intervention)
    for n, change in enumerate(read.value.changes if read else ()):
        found = problem_of(change)
        if read and found:
            key, problem = found
            faults.append(read.fault(f"changes.{n}.{key}", problem.expected, problem.got, problem.known))
    return read, faults


@dataclass(slots=True)
class _Layer:
    """One file, or the `--set` values, with what to write as the source of a bare number."""

    document: Document
    label: str

    def origin(self) -> Origin:
        """Names the file and line where the value at a path was set."""

        def name(path: Path) -> str:
            values = self.document.values
            place = values.get((*path, "value")) or values.get(path) or Place(self.label)
            return f"{SET_IN}{self.label}:{place.line}"

        return name


def _read(
    name: str | PathLike[str] | Source, folder: str, model: type[Model], sets: Sequence[str] = ()
) -> tuple[Read[Model] | None, list[Fault]]:
    """The value of a file and those it extends, and every fault; there is no value if there are faults."""
    faults: list[Fault] = []
    layers = _chain(name, folder, faults)
    if sets:
        layers.append(_Layer(_read_sets(sets), "--set"))
    origins = Origins()
    data: Any = NOTHING
    whole = True
    value: Model | None = None
    for layer in layers:
        document = layer.document
        faults += document.faults
        whole = whole and document.whole
        if not isinstance(document.data, dict):
            continue
        origins.lay_over(document)
        data = complete(model, document.data, data, layer.origin())
        try:
            value = model.model_validate(data)
        except ValidationError as error:
            told = {(f.file, f.line, f.column) for f in faults}
            found = [f for f in faults_in(error, model, origins) if (f.file, f.line, f.column) not in told]
            faults += found if layer is layers[-1] and whole else _own(found, document)
            value = None
    if faults or value is None:
        return None, faults
    places = {dotted(path): place for path, place in origins.values.items() if path}
    return Read(value, {**places, "file": origins.values[()]}), []


def _own(faults: list[Fault], document: Document) -> list[Fault]:
    """Those faults that a file has whatever is laid over it: at one of its single values, or at its keys."""
    single = {document.values[path] for path in document.raw if path in document.values}
    places = single | set(document.keys.values())
    return [f for f in faults if Place(f.file, f.line, f.column) in places and f.got != "nothing"]


def _chain(name: str | PathLike[str] | Source, folder: str, faults: list[Fault]) -> list[_Layer]:
    """The file and those it extends, the last extended first."""
    layers: list[_Layer] = []
    seen: dict[str, str] = {}
    source = name if isinstance(name, Source) else find(name, folder, None, Place("", 0, 0), faults)
    while source is not None:
        seen[source.identity] = source.label
        document = read_yaml(source.content, source.label)
        layers.insert(0, _Layer(document, source.label.replace("\\", "/").rpartition("/")[2]))
        if not isinstance(document.data, dict) or "extends" not in document.data:
            break
        source = _extended(document, source, folder, seen, faults)
    return layers


def _extended(
    document: Document, source: Source, folder: str, seen: dict[str, str], faults: list[Fault]
) -> Source | None:
    wanted = document.data.pop("extends")
    place = document.values["extends",]
    document.values.pop(("extends",))
    document.keys.pop(("extends",))
    document.raw.pop(("extends",), None)
    found: Source | None = None
    if not isinstance(wanted, str):
        faults.append(fault_at(place, "extends", "the name of a scenario or of a file", as_written(wanted)))
    elif len(seen) > MOST_EXTENDS:
        faults.append(fault_at(place, "extends", f"at most {MOST_EXTENDS} files in a chain", "one more"))
    else:
        found = find(wanted, folder, source, place, faults)
    if found is not None and found.identity in seen:
        got = f"{shown(wanted)}, which extends this one" if len(seen) > 1 else "itself"
        faults.append(fault_at(place, "extends", "a file that does not lead back here", got))
        found = None
    document.whole = document.whole and found is not None
    return found


def _read_sets(sets: Sequence[str]) -> Document:
    """The values of `--set path=value` options as if they stood in a file; the n-th is on line n."""
    merged = Document(data={}, values={(): Place("--set", 1, 1)})
    for line, text in enumerate(sets, 1):
        found = _SET.fullmatch(text)
        if not found or "\n" in text:
            expected = "path=value, such as countries.KZ.sharing=0.6"
            merged.faults.append(
                fault_at(Place("--set", line, 1), "--set", expected, shown(text) or "nothing")
            )
            continue
        path, value = (
            tuple(found[1].split(".")),
            read_value(found[2].encode("utf-8", "surrogateescape"), "--set"),
        )
        _shift(value, path, line, len(found[1]) + 1)
        _lay(merged, value, path, Place("--set", line, 1))
    return merged


def _shift(value: Document, path: Path, line: int, offset: int) -> None:
    """Move the places of a value read alone to where it stands among the options."""

    def moved(place: Place) -> Place:
        return Place(place.file, line, place.column + offset)

    value.values = {(*path, *p): moved(place) for p, place in value.values.items()}
    value.keys = {(*path, *p): moved(place) for p, place in value.keys.items()}
    value.raw = {(*path, *p): raw for p, raw in value.raw.items()}
    value.faults = [
        fault_at(moved(Place(f.file, f.line, f.column)), dotted(path), f.expected, f.got, f.hint)
        for f in value.faults
    ]


def _lay(merged: Document, value: Document, path: Path, place: Place) -> None:
    here = merged.data
    column = place.column
    for n, key in enumerate(path[:-1], 1):
        merged.keys.setdefault(path[:n], place._replace(column=column))
        column += len(str(key)) + 1
        here = here.setdefault(key, {}) if isinstance(here, dict) else None
    merged.keys.setdefault(path, place._replace(column=column))
    merged.faults += value.faults
    merged.whole = merged.whole and value.whole
    if not isinstance(here, dict) or path[-1] in here:
        merged.faults.append(fault_at(place, dotted(path), "each path set once", "a second value"))
        return
    here[path[-1]] = value.data
    merged.values.update(value.values)
    merged.keys.update(value.keys)
    merged.raw.update(value.raw)
