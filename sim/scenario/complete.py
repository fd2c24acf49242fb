"""What a file says, laid over what is there already: defaults filled in, quantities completed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeGuard, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from sim.scenario.leaf import Limits, Quantity, limits_of
from sim.scenario.read_quantity import read_quantity

Path = tuple[str | int, ...]
"""Where a value sits: the keys and list positions that lead to it."""

Origin = Callable[[Path], str]
"""Says where the value at a path was set, to be its source."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NOTHING: Any = PydanticUndefined
"""Stands for 'nothing there yet'."""


@dataclass(frozen=True, slots=True)
class _Place:
    """What is known about the place that is being filled."""

    path: Path
    origin: Origin | None
    limits: Limits | None = None

    def source(self) -> str:
        """What to give as the source of a number that is set here without one."""
        return self.origin(self.path) if self.origin else "set by the caller"

    def under(self, key: str | int, limits: Limits | None = None) -> _Place:
        return _Place((*self.path, key), self.origin, limits)


def complete(kind: object, data: object, over: object = NOTHING, origin: Origin | None = None) -> Any:  # noqa: ANN401
    """`data` laid over what is there already (`over`), as values that a field of type `kind` accepts.

    What cannot be read is passed on for the model to refuse at its place. `origin` names the source of
    a number that is set without one.
    """
    return _complete(kind, data, over, _Place((), origin))


def bare(kind: object, data: object = NOTHING) -> tuple[Any, Limits | None]:
    """The type without `Annotated`, `None` and the members of a union that the data does not name."""
    limits = None
    while True:
        origin = get_origin(kind)
        if origin is Annotated:
            kind, *notes = get_args(kind)
            limits = next((n for n in notes if isinstance(n, Limits)), limits)
        elif origin in (Union, UnionType):
            members = [m for m in get_args(kind) if m is not NoneType]
            if data is None and len(members) < len(get_args(kind)):
                return NoneType, limits
            chosen = members if len(members) == 1 else [m for m in members if _bears_tags_of(m, data)]
            if len(chosen) != 1:
                return Any, limits
            kind = chosen[0]
        else:
            return kind, limits


def is_model(kind: object) -> TypeGuard[type[BaseModel]]:
    """Whether a type is a pydantic model."""
    return isinstance(kind, type) and issubclass(kind, BaseModel)


ANY = "*"
"""Key of a table that stands for every key, as in `countries: {"*": ..., KZ: ...}`; a key of its own wins."""


def default_of(field: FieldInfo) -> Any:  # noqa: ANN401
    """Default of a field, or NOTHING."""
    return field.default if field.default_factory is None else field.get_default(call_default_factory=True)


def _complete(kind: object, data: object, over: object, place: _Place) -> Any:  # noqa: ANN401
    kind, limits = bare(kind, data)
    inner = get_origin(kind) or kind
    if inner is Quantity:
        return read_quantity(data, over, place.limits or limits, place.source)
    if is_model(inner):
        return _complete_model(inner, data, over, place)
    if inner is dict and isinstance(data, Mapping):
        key_kind, value_kind = get_args(kind) or (str, Any)
        filled = dict(over) if isinstance(over, Mapping) else {}
        if ANY in data:
            for name in {**filled, ANY: None}:
                filled[name] = _complete(value_kind, data[ANY], filled.get(name, NOTHING), place.under(ANY))
        for key, value in data.items():
            if key != ANY:
                name = _read_word(bare(key_kind)[0], key)
                there = filled.get(name, filled.get(ANY, NOTHING))
                filled[name] = _complete(value_kind, value, there, place.under(str(key)))
        return filled
    if inner in (tuple, list, frozenset, set) and isinstance(data, list | tuple):
        kinds = _item_kinds(kind, len(data))
        items = [_complete(k, data[i], NOTHING, place.under(i)) for i, k in enumerate(kinds)]
        return tuple(items) if inner is tuple else items if inner is list else _as_set(inner, items)
    return _read_word(inner, data)


def _as_set(kind: Any, items: list[Any]) -> Any:  # noqa: ANN401
    try:
        return kind(items)
    except TypeError:
        return items


def _complete_model(kind: type[BaseModel], data: object, over: object, place: _Place) -> Any:  # noqa: ANN401
    if not isinstance(data, Mapping):
        return data
    filled: dict[str, Any] = {}
    if isinstance(over, kind):
        filled = {name: getattr(over, name) for name in kind.model_fields}
    elif isinstance(over, Mapping):
        filled = dict(over)
    for key, value in data.items():
        field = kind.model_fields.get(key)
        if field is None:
            filled[key] = value
        else:
            there = filled[key] if key in filled else default_of(field)
            filled[key] = _complete(field.annotation, value, there, place.under(key, limits_of(field)))
    return filled


def _bears_tags_of(member: object, data: object) -> bool:
    """Whether a mapping bears the words by which one member of a union is told from the others."""
    kind = bare(member)[0]
    if not is_model(kind) or not isinstance(data, Mapping):
        return False
    tags = {n: f for n, f in kind.model_fields.items() if get_origin(f.annotation) is Literal}
    return bool(tags) and all(data.get(n, default_of(f)) in get_args(f.annotation) for n, f in tags.items())


def _item_kinds(kind: object, n: int) -> list[Any]:
    args = get_args(kind) or (Any,)
    if get_origin(kind) is tuple and args[-1] is not Ellipsis:
        return [*args, *[Any] * n][:n]
    return [args[0]] * n


def _read_word(kind: object, data: object) -> Any:  # noqa: ANN401
    """A date or a code word from its text; anything else as it is."""
    if not isinstance(data, str) or not isinstance(kind, type):
        return data
    if issubclass(kind, date) and _DATE.fullmatch(data):
        try:
            return date.fromisoformat(data)
        except ValueError:
            return data
    if issubclass(kind, Enum):
        return next((member for member in kind if member.name.lower() == data), data)
    return data
