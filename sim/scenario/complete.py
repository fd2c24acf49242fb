"""What a file says, laid over what is there already: defaults filled in, quantities completed."""

from __future__ import annotations

import math
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

from sim.scenario.leaf import (
    SHORTEST_SOURCE,
    Limits,
    Problem,
    Quantity,
    Refused,
    Status,
    as_written,
    limits_of,
)
from sim.scenario.units import convertible, factor, plain_unit

Path = tuple[str | int, ...]
"""Where a value sits: the keys and list positions that lead to it."""

Origin = Callable[[Path], str]
"""Says where the value at a path was set, to be its source."""

_NUMBER = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,4})?")
_WITH_UNIT = re.compile(r"([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?) ?([A-Za-z%/][A-Za-z0-9%/_ ]*)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NOTHING: Any = PydanticUndefined
"""Stands for 'nothing there yet'."""


@dataclass(frozen=True, slots=True)
class _Place:
    """What is known about the place that is being filled."""

    path: Path
    origin: Origin | None
    limits: Limits | None = None

    def under(self, key: str | int, limits: Limits | None = None) -> _Place:
        return _Place((*self.path, key), self.origin, limits)


def complete(kind: object, data: object, over: object = NOTHING, origin: Origin | None = None) -> Any:  # noqa: ANN401
    """`data` laid over what is there already (`over`), as values that a field of type `kind` accepts.

    What cannot be read is passed on for the model to refuse at its place. `origin` names the source of
    a number that is set without one.
    """
    return _complete(kind, data, over, _Place((), origin))


def number_in(text: str) -> float | int | None:
    """The number that a text is by the strict rules: finite, no leading zeros, underscores or sixties."""
    if len(text) > 40 or not _NUMBER.fullmatch(text):
        return None
    if text.lstrip("+-").isdigit():
        return int(text)
    value = float(text)
    return value if math.isfinite(value) else None


def plain_number(text: str) -> str:
    """The number that was meant by '012', '1_000' or '0,5'; empty if none."""
    meant = text.strip().replace("_", "").replace(",", ".")
    meant = re.sub(r"^([+-]?)0+(?=[0-9])", r"\1", meant)
    return meant if meant != text and number_in(meant) is not None else ""


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


def default_of(field: FieldInfo) -> Any:  # noqa: ANN401
    """Default of a field, or NOTHING."""
    return field.get_default(call_default_factory=True)


def _complete(kind: object, data: object, over: object, place: _Place) -> Any:  # noqa: ANN401
    kind, limits = bare(kind, data)
    inner = get_origin(kind) or kind
    if inner is Quantity:
        return _Reader(place, place.limits or limits, over).read(data)
    if is_model(inner):
        return _complete_model(inner, data, over, place)
    if inner is dict and isinstance(data, Mapping):
        key_kind, value_kind = get_args(kind) or (str, Any)
        filled = dict(over) if isinstance(over, Mapping) else {}
        for key, value in data.items():
            name = _read_word(bare(key_kind)[0], key)
            filled[name] = _complete(value_kind, value, filled.get(name, NOTHING), place.under(str(key)))
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


class _Reader:
    """Reads one quantity, and keeps everything wrong with it."""

    def __init__(self, place: _Place, limits: Limits | None, over: object) -> None:
        self.place = place
        self.there = over if isinstance(over, Quantity) else None
        self.limits = limits or (Limits(self.there.unit) if self.there else None)
        self.problems: list[Problem] = []

    def read(self, data: object) -> object:
        """A full `Quantity`, or `Refused`; what is no attempt at one is passed on."""
        if data is None or isinstance(data, Refused):
            return data
        if isinstance(data, Quantity) and (self.limits is None or self._fits(data)):
            return data
        given = dict(data) if isinstance(data, Mapping | Quantity) else {"value": data}
        for key in given:
            if key not in Quantity.model_fields:
                known = tuple(Quantity.model_fields)
                self._refuse(str(key), f"a known key: {', '.join(known)}", key, known)
        unit = self._unit(given)
        value, low, high = (self._number(key, given, unit) for key in ("value", "low", "high"))
        self._check_words(given)
        if value is None or self.problems:
            return Refused(tuple(self.problems))
        if self.there and "low" not in given and self.there.low is not None:
            low = min(self.there.low, value)
        if self.there and "high" not in given and self.there.high is not None:
            high = max(self.there.high, value)
        if low is not None and low > value:
            self._refuse("low", f"a number up to the value {value:g}", given["low"])
        if high is not None and high < value:
            self._refuse("high", f"a number from the value {value:g} up", given["high"])
        if self.problems:
            return Refused(tuple(self.problems))
        status, source = self._trust(given)
        unit = self.limits.unit if self.limits else unit
        return Quantity(value=value, low=low, high=high, unit=unit, status=status, source=source)

    def _fits(self, data: Quantity) -> bool:
        """Whether a quantity is in the declared unit and inside the hard limits."""
        limits = self.limits or Limits(data.unit)
        return data.unit == limits.unit and all(
            n is None or limits.hold(n) for n in (data.value, data.low, data.high)
        )

    def _refuse(self, key: str, expected: str, got: object, known: tuple[str, ...] = ()) -> None:
        self.problems.append(Problem(key, expected, as_written(got), known))

    def _trust(self, given: Mapping[str, Any]) -> tuple[Any, str]:
        """Status and source; a number set without them is an assumption of whoever set it."""
        by_whom = self.place.origin(self.place.path) if self.place.origin else "set by the caller"
        return given.get("status") or "assumed", given.get("source") or by_whom

    def _unit(self, given: Mapping[str, Any]) -> str:
        """Unit in which the numbers are given."""
        declared = self.limits.unit if self.limits else ""
        unit = given.get("unit") or declared
        if not isinstance(unit, str):
            self._refuse("unit", "a unit such as h, km, kg, usd or 1", unit)
            return declared
        unit = plain_unit(unit) if unit != declared else unit
        if declared and factor(unit, declared) is None:
            self._refuse_unit("unit", unit, declared)
            return declared
        return unit

    def _refuse_unit(self, key: str, unit: str, declared: str) -> None:
        units = convertible(declared)
        listed = units[0] if len(units) == 1 else f"{units[0]} (or {', '.join(units[1:])})"
        self._refuse(key, f"the unit {listed}", unit, tuple(units))

    def _number(self, key: str, given: Mapping[str, Any], unit: str) -> float | None:
        """Number under a key, in the declared unit; None where it is left out or refused."""
        raw = given.get(key)
        if raw is None and key != "value":
            return None
        number, hint = raw, ""
        if isinstance(raw, str):
            found = _WITH_UNIT.fullmatch(raw.strip()[:100])
            number = number_in(found[1]) if found else None
            if found and number is not None:
                unit = plain_unit(found[2])
            else:
                hint = plain_number(raw)
        wanted = self.limits or Limits(unit)
        if not wanted.unit and not unit:
            self._refuse(key, "a number with its unit, such as 0.5 km", raw)
            return None
        if wanted.unit and factor(unit, wanted.unit) is None:
            self._refuse_unit(key, unit, wanted.unit)
            return None
        value = None
        if isinstance(number, int | float) and not isinstance(number, bool):
            value = _converted(number, unit, wanted.unit or unit)
        if value is None or not wanted.hold(value):
            self._refuse(key, wanted.words(), raw, (hint,) if hint else ())
            return None
        return value

    def _check_words(self, given: Mapping[str, Any]) -> None:
        status, source = given.get("status"), given.get("source")
        if status is not None and status not in get_args(Status):
            known = get_args(Status)
            self._refuse("status", f"one of {', '.join(known)}", status, known)
        if source is not None and not (isinstance(source, str) and len(source.strip()) >= SHORTEST_SOURCE):
            self._refuse("source", f"a source of {SHORTEST_SOURCE} letters or more", source)


def _converted(number: float, unit: str, wanted: str) -> float | None:
    """The number in the wanted unit, rounded once; None if it is not finite there."""
    try:
        value = float(number)
        ratio = factor(unit, wanted)
        if not math.isfinite(value) or ratio is None:
            return None
        if ratio == 1:
            return value
        top, bottom = value.as_integer_ratio()
        return top * ratio.numerator / (bottom * ratio.denominator)
    except OverflowError:
        return None
