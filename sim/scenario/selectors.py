"""Selectors: which posts, rows or results are meant, as in `country=KZ;klass=frontier_road;mode!=rail`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from sim.codes import Mode, PostClass
from sim.scenario.faults import Place, ScenarioError, fault_at, nearest
from sim.scenario.leaf import Problem, shown

POST_KEYS = (
    "post_id",
    "country",
    "klass",
    "agency",
    "mode",
    "region",
    "crossing_id",
    "neighbour",
    "border",
    "leg",
    "programme",
)
"""What posts are selected by: themselves, the other country of their border, both countries of it (KG-KZ), a
leg on which they stand, an intervention that brings them."""

_VALUES = {
    "klass": tuple(k.name.lower() for k in PostClass),
    "mode": tuple(m.name.lower() for m in Mode),
}
_TERM = re.compile(r"([a-z_]+)(!?=)(.+)", re.DOTALL)
_VALUE = re.compile(r"[\w .~()'/+-]{1,80}")


class SelectorError(ValueError):
    """A selector that cannot be read; holds what was expected instead."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.text())


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: the value under a key is one of these, or none of them."""

    key: str
    values: tuple[str, ...]
    negated: bool = False

    def matches(self, row: Mapping[str, object]) -> bool:
        """Whether what a row has under the key is (or is not) among the values."""
        return self.negated != any(word in self.values for word in _words(row.get(self.key)))

    def __str__(self) -> str:
        return f"{self.key}{'!=' if self.negated else '='}{','.join(self.values)}"


@dataclass(frozen=True, slots=True)
class Selector:
    """Conditions that all hold; without any, everything is meant."""

    terms: tuple[Term, ...] = ()

    def matches(self, row: Mapping[str, object]) -> bool:
        """Whether a row is meant; what it holds may be a word, a code, or a set of which any may match."""
        return all(term.matches(row) for term in self.terms)

    def __str__(self) -> str:
        return ";".join(map(str, self.terms))


def parse_selector(text: str, keys: Iterable[str] = POST_KEYS) -> Selector:
    """The selector in a text; raises `SelectorError` with what was expected."""
    keys = tuple(keys)
    if not text.strip():
        return Selector()
    return Selector(tuple(_term(part.strip(), keys) for part in text.split(";")))


def read_selector(text: str, keys: Iterable[str] = POST_KEYS, option: str = "--where") -> Selector:
    """The selector on a command line; raises `ScenarioError` at its place there."""
    try:
        return parse_selector(text, keys)
    except SelectorError as error:
        problem = error.problem
        hint = nearest(problem.got, problem.known)
        raise ScenarioError(
            [fault_at(Place(option, 1, 1), "selector", problem.expected, problem.got, hint)]
        ) from None


def _term(text: str, keys: tuple[str, ...]) -> Term:
    found = _TERM.fullmatch(text)
    if not found:
        raise SelectorError(Problem("", "key=value;key!=value,value", shown(text) or "nothing"))
    key, sign, listed = found.groups()
    if key not in keys:
        raise SelectorError(Problem("", f"one of the keys {', '.join(keys)}", shown(key), keys))
    values = tuple(value.strip() for value in listed.split(","))
    for value in values:
        known = _VALUES.get(key)
        if known and value not in known:
            raise SelectorError(Problem("", f"{key} to be one of {', '.join(known)}", shown(value), known))
        if key in ("country", "neighbour") and not re.fullmatch("[A-Z]{2}", value):
            meant = (value.upper(),) if re.fullmatch("[A-Za-z]{2}", value) else ()
            raise SelectorError(Problem("", "a country as two capitals", shown(value) or "nothing", meant))
        if key == "border" and value != _border(value):
            expected = "a border as two countries in the order of the alphabet, such as KG-KZ"
            raise SelectorError(Problem("", expected, shown(value) or "nothing", (_border(value),)))
        if not _VALUE.fullmatch(value):
            raise SelectorError(Problem("", f"a value for {key}", shown(value) or "nothing"))
    return Term(key, values, sign == "!=")


def _border(text: str) -> str:
    """The border that a text means, as it is written; '' if it is not two countries."""
    is_pair = re.fullmatch("[A-Za-z]{2}-[A-Za-z]{2}", text)
    return "-".join(sorted(text.upper().split("-"))) if is_pair else ""


def _words(value: object) -> tuple[str, ...]:
    """What a row holds under a key, as words."""
    if isinstance(value, Enum):
        return (value.name.lower(),)
    if isinstance(value, set | frozenset | list | tuple):
        return tuple(word for item in value for word in _words(item))
    return () if value is None else (str(value),)
