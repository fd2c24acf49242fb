"""How a world that cannot be is refused: everything that is wrong, at once."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple


class Misfit(NamedTuple):
    """A value of the scenario that the tables, or the machine, have no room for."""

    path: str
    expected: str
    got: str
    known: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected} (got {self.got}){did_you_mean(self.got, self.known)}"


class WorldError(Exception):
    """Everything that is wrong with the tables or with the world built from them.

    `misfits` are those faults that lie in the scenario, so that its reader can tell where they stand.
    """

    def __init__(self, messages: Iterable[str] = (), misfits: Iterable[Misfit] = ()) -> None:
        self.misfits = tuple(misfits)
        self.messages = (*messages, *map(str, self.misfits))
        super().__init__("\n".join([f"{len(self.messages)} fault(s)", *(f"  {m}" for m in self.messages)]))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` where a known name is close to a word, else nothing."""
    close = get_close_matches(word, sorted(known), n=1)
    return f"; did you mean '{close[0]}'?" if close else ""
