"""The book of loads: one row for each load ever sent, kept as columns that grow."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

COLUMNS: dict[str, type[np.generic]] = {
    "flow": np.int64,
    "who": np.int64,  # week << 16 | slot in which it was planned
    "route": np.int64,
    "cover": np.int64,
    "dispatched": np.int64,  # minute
    "courier": np.int64,  # row
    "fate": np.int64,  # codes.Fate
    "ended": np.int64,  # minute, of the end or of the next arrival
    "post": np.int64,  # post row at which it ended, NO_POST elsewhere
    "came_to": np.int64,  # row of the last stop reached
    "encounters": np.int64,
    "expected_share": np.float64,  # conditional expectation of final seizure, summed over encounters
    "diverted_share": np.float64,  # the same of release and diversion
    "reached": np.int64,  # bit per country row whose posts it met
    "kept": np.bool_,  # dispatched, or under way, in the reported period
}


class LoadBook:
    """Columns of all loads; `mass_g` is (n_loads, n_commodities) int64."""

    def __init__(self, n_commodities: int) -> None:
        self._columns: dict[str, NDArray[Any]] = {n: np.zeros(1024, t) for n, t in COLUMNS.items()}
        self._mass_g = np.zeros((1024, n_commodities), np.int64)
        self._n = 0

    def __len__(self) -> int:
        return self._n

    def __getitem__(self, name: str) -> NDArray[Any]:
        """View of a column, (n_loads,)."""
        return self._columns[name][: self._n]

    @property
    def mass_g(self) -> NDArray[np.int64]:
        """Mass of every load by commodity, g."""
        return self._mass_g[: self._n]

    def add(self, mass_g: NDArray[np.int64], **columns: NDArray[Any]) -> NDArray[np.int64]:
        """Enter loads; gives their running numbers. Columns not given start at 0."""
        first, n = self._n, mass_g.shape[0]
        while first + n > self._mass_g.shape[0]:
            self._mass_g = np.concatenate([self._mass_g, np.zeros_like(self._mass_g)])
            self._columns = {k: np.concatenate([c, np.zeros_like(c)]) for k, c in self._columns.items()}
        self._n += n
        self._mass_g[first : self._n] = mass_g
        for name, values in columns.items():
            self._columns[name][first : self._n] = values
        return np.arange(first, self._n)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Copies of all columns and `mass_g`."""
        return {**{n: self[n].copy() for n in COLUMNS}, "mass_g": self.mass_g.copy()}

    @classmethod
    def of(cls, arrays: dict[str, NDArray[Any]]) -> LoadBook:
        """Book whose `arrays` these are."""
        book = cls(arrays["mass_g"].shape[1])
        book.add(arrays["mass_g"], **{n: arrays[n] for n in COLUMNS})
        return book
