"""What is wrong with a file, said once and exactly: where, what was expected, what was there."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sim.scenario.leaf import printable, shown

EXIT_CODE = 2
"""Exit code of a command that was given bad input."""

_RUN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


class Place(NamedTuple):
    """A place in a file; lines and columns count from 1, and 0 is a file as a whole."""

    file: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in what was written, at its place."""

    file: str
    line: int
    column: int
    where: str
    expected: str
    got: str
    hint: str = ""

    def __str__(self) -> str:
        """Say it as `file:line:column: where: expected ... (got ...); did you mean '...'?`."""
        said = (
            f"{self.file}:{self.line}:{self.column}: {self.where}: expected {self.expected} (got {self.got})"
        )
        return f"{said}; did you mean {self.hint!r}?" if self.hint else said


class ScenarioError(Exception):
    """What was written cannot be used; holds every fault found, sorted by file and line."""

    exit_code = EXIT_CODE

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(sorted(set(faults), key=_order))
        super().__init__("\n".join(map(str, self.faults)))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Fault, ...]]]:
        return type(self), (self.faults,)


def _order(fault: Fault) -> tuple[str, int, int, str, str, str]:
    return fault.file, fault.line, fault.column, fault.where, fault.expected, fault.got


def fault_at(place: Place, where: str, expected: str, got: str, hint: str = "") -> Fault:
    """Fault at a place."""
    return Fault(printable(place.file)[:1000], place.line, place.column, where, expected, got, hint)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was most likely meant; empty if none is near."""
    if not word or len(word) > 64:
        return ""
    known = [k for k in known if k != word]
    folded = {k.casefold(): k for k in reversed(known)}
    found = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else ""


def check_run_name(name: str, taken: Iterable[str] = ()) -> str:
    """The name, if a folder may be called so on any system and none of `taken` is the same but for case."""
    place = Place("--name", 1, 1)
    plain = unicodedata.normalize("NFC", name)
    if not _RUN_NAME.fullmatch(name) or plain.split(".")[0].casefold() in _DEVICES or name.endswith("."):
        meant = re.sub(r"[^A-Za-z0-9._-]+", "_", unicodedata.normalize("NFKD", name)[:64]).strip("._-")
        allowed = bool(_RUN_NAME.fullmatch(meant)) and meant.split(".")[0].casefold() not in _DEVICES
        expected = "a name of 1 to 64 letters, digits, '.', '_' or '-' that does not begin with '.' or '-'"
        if plain.split(".")[0].casefold() in _DEVICES:
            expected = "a name that is not that of a Windows device"
        got = shown(name) or "nothing"
        raise ScenarioError(
            [fault_at(place, "name", expected, got, meant if allowed and meant != name else "")]
        )
    for other in taken:
        if other != name and other.casefold() == name.casefold():
            raise ScenarioError(
                [fault_at(place, "name", f"a name that differs from {other!r} by more than case", name)]
            )
    return name
