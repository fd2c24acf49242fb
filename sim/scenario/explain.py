"""What a model refused, in plain words and at its place in the files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from sim.scenario.complete import ANY, Path, bare, is_model
from sim.scenario.faults import Fault, Place, fault_at, nearest
from sim.scenario.leaf import Limits, Problem, Quantity, Words, as_written, limits_of, span
from sim.scenario.read_quantity import plain_number
from sim.scenario.strict_yaml import Document, dotted

MOST_HINTS = 200
"""Faults that get a did-you-mean; after so many the file is another kind of file."""

KNOWN_KEY = "a known key"
_BOOLEANS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}


@dataclass(slots=True)
class Origins:
    """Where each value and key was set, over all the files that were laid over one another."""

    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    raw: dict[Path, str] = field(default_factory=dict)

    def lay_over(self, document: Document) -> None:
        """Let what a further file says replace what it replaces."""
        gone = {path for path in document.raw if path not in self.raw}
        if gone:
            for table in (self.values, self.keys, self.raw):
                for path in [p for p in table if any(p[:n] in gone for n in range(1, len(p)))]:
                    del table[path]
        for path in [*document.values, *self._meant_by(document)]:
            for table in (self.values, self.raw):
                table.pop(path, None)
        self.values.update(document.values)
        self.keys.update(document.keys)
        self.raw.update(document.raw)

    def _meant_by(self, document: Document) -> list[Path]:
        """Paths here that a key of the document which stands for every key replaces."""
        if not any(ANY in path for path in document.values):
            return []
        return [path for path in self.values if any(p in document.values for p in _starred(path))]

    def settled(self, path: Path) -> Path:
        """The path under which a value was set: its own, or one with a key that stands for every key."""
        return path if path in self.values else next((p for p in _starred(path) if p in self.values), path)

    def place(self, path: Path) -> Place:
        """Place of a value, or of the nearest thing around it."""
        for n in range(len(path), -1, -1):
            if n == len(path) and path in self.values:
                return self.values[path]
            if path[:n] in self.keys:
                return self.keys[path[:n]]
            if path[:n] in self.values:
                return self.values[path[:n]]
        return Place("scenario")


def _starred(path: Path) -> Iterator[Path]:
    """The path with each of its keys in turn replaced by the one that stands for every key."""
    return ((*path[:n], ANY, *path[n + 1 :]) for n in range(len(path)))


def expected(
    what: str, got: object = "", *, at: Path = (), known: tuple[str, ...] = ()
) -> PydanticCustomError:
    """Error for a validator to raise: what was expected, what was there, at which path below the model."""
    said = got if isinstance(got, str) else as_written(got)
    told = {"expected": what, "got": said, "at": at, "known": known}
    return PydanticCustomError("expected", "expected {expected} (got {got})", told)


def faults_in(error: ValidationError, model: type[BaseModel], origins: Origins) -> list[Fault]:
    """Every fault of a validation, each once."""
    faults: dict[tuple[Place, str], Fault] = {}
    for detail in error.errors(include_url=False):
        for place, where, problem in _problems(detail, model, origins):
            hint, words = "", problem.expected
            if len(faults) < MOST_HINTS:
                hint = _hint(problem)
                words += f": {_listed(problem.known)}" if words == KNOWN_KEY and not hint else ""
            faults.setdefault((place, where), fault_at(place, where, words, problem.got, hint))
    return list(faults.values())


def _problems(
    detail: ErrorDetails, model: type[BaseModel], origins: Origins
) -> list[tuple[Place, str, Problem]]:
    path, kind, notes, owner = _follow(detail["loc"], model)
    path = origins.settled(path)
    told: Mapping[str, Any] = detail.get("ctx", {})
    if detail["type"] == "quantity":
        found = []
        for problem in told["problems"]:
            under = (*path, problem.key) if (*path, problem.key) in origins.values else path
            unknown = problem.key not in Quantity.model_fields
            got = problem.got if unknown else origins.raw.get(under, problem.got)
            said = Problem(problem.key, problem.expected, got, problem.known)
            where = under if problem.key == "value" else (*path, problem.key)
            place = origins.keys.get(under) if unknown else None
            found.append((place or origins.place(under), dotted(where), said))
        return found
    if detail["type"] == "expected":
        path = (*path, *told["at"])
        problem = Problem(
            "", told["expected"], told["got"] or origins.raw.get(path, "nothing"), told["known"]
        )
        return [(origins.place(path), dotted(path), problem)]
    got = "nothing" if detail["type"] == "missing" else origins.raw.get(path) or as_written(detail["input"])
    if detail["type"] == "extra_forbidden" and owner is not None:
        known = tuple(owner.model_fields)
        problem = Problem("", KNOWN_KEY, as_written(path[-1]), known)
        return [(origins.keys.get(path) or origins.place(path), dotted(path), problem)]
    if detail["type"] in ("union_tag_invalid", "union_tag_not_found"):
        members = get_args(_without_none(kind))
        tag = str(told["discriminator"]).strip("'")
        known = tuple(t for m in members for t in describe(bare(m)[0].model_fields[tag].annotation)[1])
        path = (*path, tag)
        problem = Problem("", _one_of(known), origins.raw.get(path, "nothing"), known)
        return [(origins.place(path), dotted(path), problem)]
    if detail["type"] in ("value_error", "assertion_error"):
        problem = Problem("", str(told.get("error", detail["msg"])), got)
        return [(origins.place(path), dotted(path), problem)]
    words, known = describe(kind, notes)
    place = origins.place(path)
    if detail["loc"] and detail["loc"][-1] == "[key]":
        place, got = origins.keys.get(path, place), as_written(path[-1])
    return [(place, dotted(path), Problem("", words or detail["msg"], got, known))]


def _hint(problem: Problem) -> str:
    word = problem.got.strip('"')
    if problem.known and word != "nothing":
        return nearest(word, problem.known) or (
            problem.known[0] if plain_number(word) == problem.known[0] else ""
        )
    if problem.expected.startswith("true or false"):
        return _BOOLEANS.get(word.casefold(), "")
    if not problem.key and " number" in problem.expected[:14]:
        return plain_number(word)
    return ""


def _follow(loc: tuple[int | str, ...], model: type[BaseModel]) -> tuple[Path, Any, list[Any], Any]:
    """Path in the file of an error of the model, with the type there, its notes, and the model it lies in."""
    path: Path = ()
    kind: Any = model
    notes: list[Any] = []
    owner: Any = None
    for n, step in enumerate(loc):
        inner = _without_none(kind)
        if is_model(inner):
            found = inner.model_fields.get(str(step))
            owner, path = inner, (*path, step)
            kind, notes = (found.annotation, [found]) if found else (Any, [])
        elif get_origin(inner) is dict:
            path = (*path, _as_key(get_args(inner)[0], step))
            kind, notes = get_args(inner)[int(loc[n + 1 :] != ("[key]",))], []
        elif get_origin(inner) in (tuple, list, set, frozenset):
            path = (*path, step)
            kind, notes = get_args(inner)[0], []
        elif get_origin(inner) in (Union, UnionType):
            kind = next((m for m in get_args(inner) if is_model(bare(m)[0]) and _is_named(m, step)), inner)
    return path, kind, notes, owner


def _as_key(kind: object, step: int | str) -> int | str:
    """A key of a mapping as the file has it; codes are written by name."""
    kind = bare(kind)[0]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next((code.name.lower() for code in kind if str(code.value) == str(step)), step)
    return step


def _without_none(kind: object) -> Any:  # noqa: ANN401
    """The type without `Annotated` and `None`."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in (Union, UnionType):
        members = [m for m in get_args(kind) if m is not NoneType]
        if len(members) == 1:
            return _without_none(members[0])
    return kind


def _is_named(member: object, step: int | str) -> bool:
    """Whether a step of an error's path is the tag, or the name, of a model of a union."""
    kind = bare(member)[0]
    tags = [f for f in kind.model_fields.values() if get_origin(f.annotation) is Literal]
    return kind.__name__ == step or any(step in get_args(f.annotation) for f in tags)


def describe(kind: object, notes: list[Any] | None = None) -> tuple[str, tuple[str, ...]]:
    """What a type accepts, in words, and the words it knows where they are few."""
    told = _flat(notes or [])
    while get_origin(kind) is Annotated:
        kind, *more = get_args(kind)
        told += _flat(more)
    for note in told:
        if isinstance(note, Words):
            return note.text, ()
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        members = [m for m in get_args(kind) if m is not NoneType]
        said = [describe(m, told) for m in members]
        words = " or ".join(dict.fromkeys(w for w, _ in said))
        return words + (" or nothing" if len(members) < len(get_args(kind)) else ""), said[0][1]
    if origin is Literal:
        known = tuple(map(str, get_args(kind)))
        return _one_of(known), known
    if kind is Quantity:
        limits = next((n for n in told if isinstance(n, Limits)), None)
        return (limits.words() if limits else "a number with its unit, such as 0.5 km"), ()
    if isinstance(kind, type) and issubclass(kind, Enum):
        known = tuple(member.name.lower() for member in kind)
        return _one_of(known), known
    return _plain_words(origin or kind, told), ()


def _plain_words(kind: object, told: list[Any]) -> str:
    if kind in (int, float):
        words = ("a whole number" if kind is int else "a number") + span(
            _bound(told, "ge"), _bound(told, "le")
        )
        above, below = _bound(told, "gt"), _bound(told, "lt")
        words += "" if above is None else f", more than {above:.15g}"
        return words + ("" if below is None else f", less than {below:.15g}")
    if kind is str and _bound(told, "pattern"):
        return f"text of the form {_bound(told, 'pattern')}"
    if kind is str:
        return "text" + _lengths(told, "letters")
    if kind in (tuple, list, set, frozenset):
        return "a list" + _lengths(told, "values")
    if is_model(kind) or kind is dict:
        return "a mapping of keys and values"
    return {bool: "true or false", date: "a date that exists, such as 2010-01-01"}.get(kind, "")  # type: ignore[call-overload, no-any-return]


def _lengths(told: list[Any], what: str) -> str:
    least, most = _bound(told, "min_length"), _bound(told, "max_length")
    if least == most and least is not None:
        return f" of {least} {what}"
    if least is not None and most is not None:
        return f" of {least} to {most} {what}"
    if least is not None:
        return f" of {least} or more {what}"
    return "" if most is None else f" of at most {most} {what}"


def _bound(told: list[Any], name: str) -> Any:  # noqa: ANN401
    return next((getattr(note, name) for note in told if getattr(note, name, None) is not None), None)


def _flat(notes: list[Any]) -> list[Any]:
    """Notes of a type, with those inside a pydantic field."""
    flat: list[Any] = []
    for note in notes:
        if isinstance(note, FieldInfo):
            limits = limits_of(note)
            flat += [*note.metadata, *([limits] if limits else [])]
        else:
            flat.append(note)
    return flat


def _one_of(known: tuple[str, ...]) -> str:
    return known[0] if len(known) == 1 else f"one of {_listed(known)}"


def _listed(known: tuple[str, ...]) -> str:
    return ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
