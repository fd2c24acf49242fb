"""The leaves of a scenario: numbers with unit, range, status and source, and what their fields allow."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

Status = Literal[
    "source document",
    "source document (corrected)",
    "read",
    "read (secondary table)",
    "read (weak source)",
    "read (part)",
    "derived",
    "from memory; cross-checked",
    "from memory (unverified)",
    "assumed",
    "not found",
    "calibrated",
]
"""How far a number can be trusted: the words of the source book, and `calibrated` for a fitted one."""

SHORTEST_SOURCE = 8


class Closed(BaseModel):
    """Frozen, strict, finite, and closed: a misspelt key is an error, not a default."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Quantity(Closed):
    """A number with its unit, its range, how far it can be trusted, and where it comes from."""

    value: float = Field(description="the number used")
    low: float | None = Field(None, description="lowest plausible value")
    high: float | None = Field(None, description="highest plausible value")
    unit: str = Field(min_length=1, description="unit of value, low and high")
    status: Status = Field(description="how far the number can be trusted")
    source: str = Field(min_length=SHORTEST_SOURCE, description="where the number comes from")

    @model_validator(mode="before")
    @classmethod
    def _tell_problems(cls, data: object) -> object:
        if isinstance(data, Refused):
            text = "; ".join(problem.text() for problem in data.problems)
            raise PydanticCustomError("quantity", "{text}", {"text": text, "problems": data.problems})
        return data

    @model_validator(mode="after")
    def _in_order(self) -> Quantity:
        low = self.value if self.low is None else self.low
        high = self.value if self.high is None else self.high
        if not low <= self.value <= high:
            raise ValueError(f"low <= value <= high, not {self.low}, {self.value}, {self.high}")
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """A quantity may be written as a number, as text with a unit, or in full."""
        reference = handler(core)
        entry = handler.resolve_ref_schema(reference)
        full = {**entry, "required": ["value"]}
        full.pop("title", None)
        full.pop("description", None)
        entry.clear()
        entry["description"] = (
            "A number, a number with a unit such as '90 min', or value with its range and source."
        )
        entry["anyOf"] = [{"type": "number"}, {"type": "string"}, full]
        return reference


@dataclass(frozen=True, slots=True)
class Limits:
    """What a quantity's field allows; also beside a type, as in `Annotated[Quantity, Limits("h")]`."""

    unit: str
    least: float | None = None
    most: float | None = None
    whole: bool = False

    def words(self) -> str:
        """Say what may be set: 'a number from 0 to 1'."""
        noun = "a whole number" if self.whole else "a number"
        if self.unit not in ("1", ""):
            noun += f" {self.unit}" if self.unit.startswith("per_") else f" of {self.unit}"
        return noun + span(self.least, self.most)

    def hold(self, value: float) -> bool:
        """Whether a value may be set."""
        above = self.least is None or value >= self.least
        below = self.most is None or value <= self.most
        return above and below and not (self.whole and value != math.floor(value))

    def clip(self, value: float) -> float:
        """Nearest value that may be set."""
        value = value if self.least is None else max(value, self.least)
        value = value if self.most is None else min(value, self.most)
        return float(round(value)) if self.whole else value


@dataclass(frozen=True, slots=True)
class Words:
    """What is expected, in words; beside a type, as in `Annotated[str, Words("a name")]`."""

    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a value: under which key of it, what was expected, what was there."""

    key: str
    expected: str
    got: str
    known: tuple[str, ...] = ()

    def text(self) -> str:
        """Say the problem as one phrase."""
        under = f"{self.key}: " if self.key else ""
        return f"{under}expected {self.expected} (got {self.got})"


@dataclass(frozen=True, slots=True)
class Refused:
    """Stands where a quantity could not be read, so that the fault is told at its place."""

    problems: tuple[Problem, ...]


def limits_of(field: FieldInfo) -> Limits | None:
    """Limits declared on a field by `quantity`, or by `Annotated[Quantity, Limits(...)]`."""
    for note in field.metadata:
        if isinstance(note, Limits):
            return note
    extra: Any = field.json_schema_extra
    if isinstance(extra, dict) and "unit" in extra:
        return Limits(extra["unit"], extra["least"], extra["most"], extra["whole"])
    return None


def span(least: float | None, most: float | None) -> str:
    """Say a range after a noun: ' from 0 to 1', ', 0 or more'."""
    if least is not None and most is not None:
        return f" from {least:.15g} to {most:.15g}"
    if least is not None:
        return f", {least:.15g} or more"
    return "" if most is None else f", {most:.15g} or less"


def as_written(value: object) -> str:
    """A value as a file would write it, shortened, and safe to print."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping | BaseModel):
        return "a mapping"
    if isinstance(value, list | tuple | set | frozenset):
        return f"a list of {len(value)}" if value else "an empty list"
    if isinstance(value, int) and value.bit_length() > 300:
        return "a number of more than 90 digits"
    return shown(f"{value:.15g}" if isinstance(value, float) else str(value))


def shown(text: str) -> str:
    """Text on one line, at most 60 characters of it, nothing hidden in it."""
    safe = printable(text[:61])
    return safe if len(safe) <= 60 else safe[:59] + "…"


def printable(text: str) -> str:
    """Text with what cannot be seen, or not be printed, written as escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
