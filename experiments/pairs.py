"""Runs put in pairs: every arm on the same keys, made of the same scenario by the same code, or refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BASELINE = "baseline"
"""Name of the arm that the others are compared with."""

MOST_NAMED = 5


class PairingError(ValueError):
    """Runs that make no pairs: what is missing, repeated or of another making, one line each."""


class Row(NamedTuple):
    """One run: which arm, on which key, by the digest of everything else, and what it came to."""

    arm: str
    key: int
    definition: str
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Runs of a baseline and its arms, each on every key, in the order of the keys."""

    arms: tuple[str, ...]  # without the baseline
    keys: tuple[int, ...]
    told: Mapping[str, Sequence[Mapping[str, Any]]]  # of each arm and the baseline, one a key

    def column(self, arm: str, read: Callable[[Mapping[str, Any]], float]) -> Floats:
        """A number of every run of an arm, (n_keys,)."""
        return np.array([read(told) for told in self.told[arm]], np.float64)

    def stack(self, arm: str, read: Callable[[Mapping[str, Any]], Sequence[float]]) -> Floats:
        """A row of numbers of every run of an arm, (n_keys, n)."""
        return np.array([read(told) for told in self.told[arm]], np.float64)

    def first(self, n: int) -> Pairs:
        """The pairs of the first `n` keys."""
        told = {arm: rows[:n] for arm, rows in self.told.items()}
        return Pairs(self.arms, self.keys[:n], told)


def paired(rows: Iterable[Row], arms: Sequence[str], keys: Sequence[int], definition: str) -> Pairs:
    """Pairs of runs.

    Parameters
    ----------
    arms
        Names of the arms, without the baseline.
    keys
        Each once; pairs follow their order.
    definition
        What rows must bear: the digest of scenario, interventions and code.

    Raises
    ------
    PairingError
        With every reason: no arm or no key, an arm called like the baseline or twice, keys that are repeated
        or that an arm lacks or has beside the others, rows of another arm, scenario or code.
    """
    rows = list(rows)
    faults = _asked_faults(arms, keys)
    wanted = [BASELINE, *arms]
    others = Counter(row.arm for row in rows if row.arm not in wanted)
    faults += [f"{arm}: {_times(n, 'run')} of an arm that is not compared" for arm, n in others.items()]
    strange = Counter(row.arm for row in rows if row.definition != definition)
    faults += [
        f"{arm}: {_times(n, 'run')} of another scenario, intervention or code" for arm, n in strange.items()
    ]
    seen: dict[str, dict[int, Mapping[str, Any]]] = {arm: {} for arm in wanted}
    repeated: dict[str, list[int]] = {}
    for row in rows:
        if row.arm in seen and row.key in seen[row.arm]:
            repeated.setdefault(row.arm, []).append(row.key)
        elif row.arm in seen:
            seen[row.arm][row.key] = row.told
    faults += [f"{arm}: more than one run of {_named(again)}" for arm, again in repeated.items()]
    for arm in wanted:
        missing = [key for key in keys if key not in seen[arm]]
        beside = [key for key in seen[arm] if key not in keys]
        if missing:
            faults.append(f"{arm}: no run of {_named(missing)}")
        if beside:
            faults.append(f"{arm}: runs of {_named(beside)} beside the keys that are compared")
    if faults:
        raise PairingError("\n".join(["runs cannot be paired:", *(f"  {fault}" for fault in faults)]))
    told = {arm: [seen[arm][key] for key in keys] for arm in wanted}
    return Pairs(tuple(arms), tuple(keys), told)


def checked_keys(keys: int | Iterable[int]) -> tuple[int, ...]:
    """Keys 1 to n for a number, else the keys given.

    Raises
    ------
    PairingError
        For no key at all, a repeated one, or anything but whole numbers of 64 bits.
    """
    if isinstance(keys, int) and not isinstance(keys, bool):
        if keys < 1:
            raise PairingError(f"keys: expected how many, from 1 on (got {keys})")
        return tuple(range(1, keys + 1))
    if isinstance(keys, bool | str) or not isinstance(keys, Iterable):
        raise PairingError(f"keys: expected how many, or a sequence of keys (got {keys!r})")
    found = list(keys)
    wrong = [k for k in found if isinstance(k, bool) or not hasattr(k, "__index__") or not 0 <= k < 2**64]
    if wrong:
        raise PairingError(f"keys: expected whole numbers from 0 to 2**64 - 1 (got {wrong[0]!r})")
    numbers = [int(k) for k in found]
    again = [key for key, n in Counter(numbers).items() if n > 1]
    if not numbers or again:
        raise PairingError(
            f"keys: expected each once (got {_named(again)} again)" if again else "keys: got none"
        )
    return tuple(numbers)


def _asked_faults(arms: Sequence[str], keys: Sequence[int]) -> list[str]:
    faults = [] if arms else ["no arm to compare"]
    faults += [] if keys else ["no key to run on"]
    faults += [f"{arm}: asked for {n} times" for arm, n in Counter(arms).items() if n > 1]
    faults += [f"key {key}: asked for {n} times" for key, n in Counter(keys).items() if n > 1]
    return faults + ([f"{BASELINE}: is the baseline's name"] if BASELINE in arms else [])


def _named(keys: Sequence[int]) -> str:
    words = ", ".join(map(str, keys[:MOST_NAMED]))
    more = f" and {len(keys) - MOST_NAMED} more" if len(keys) > MOST_NAMED else ""
    return f"{'key' if len(keys) == 1 else 'keys'} {words}{more}"


def _times(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"
