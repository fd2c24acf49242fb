"""One courier, or some of them, seen through the arrays that hold them all."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import ArrayLike, NDArray

    from sim.agents.courier import CourierSet

Answer = TypeVar("Answer")

NO_LOAD = -1
"""Load of a courier who carries none."""


class CourierState(IntEnum):
    """What a courier is doing; every courier is in exactly one state."""

    FREE = 0
    TRAVELLING = 1
    ARRESTED = 2
    COOPERATING = 3
    EXITED = 4


class Courier:
    """One courier, seen through the arrays; stays true while they change and grow."""

    __slots__ = ("_row", "_set")

    def __init__(self, couriers: CourierSet, row: int) -> None:
        self._set = couriers
        self._row = row

    @property
    def unique_id(self) -> str:
        """Name of the trafficker and running number, the same in every world with this trafficker."""
        return str(self._set.ids(np.array([self._row]))[0])

    @property
    def trafficker(self) -> str:
        """Name of the trafficker the courier belongs to."""
        return self._set.traffickers[int(self._set.column("trafficker")[self._row])]

    @property
    def number(self) -> int:
        """Running number within the trafficker, from 0."""
        return int(self._set.column("number")[self._row])

    @property
    def home(self) -> str:
        """Country the courier comes from."""
        return self._set.countries[int(self._set.column("home")[self._row])]

    @property
    def trips(self) -> int:
        """Loads brought to their end without an arrest."""
        return int(self._set.column("trips")[self._row])

    @property
    def wages_usd(self) -> float:
        """Wages received so far, US dollars."""
        return int(self._set.column("wages_cents")[self._row]) / 100

    @property
    def state(self) -> CourierState:
        """What the courier is doing."""
        return CourierState(self._set.column("state")[self._row])

    @property
    def load(self) -> int | None:
        """The load carried, if any."""
        load = int(self._set.column("load")[self._row])
        return None if load == NO_LOAD else load

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Courier) and (self._set, self._row) == (other._set, other._row)

    def __hash__(self) -> int:
        return hash((id(self._set), self._row))

    def __repr__(self) -> str:
        return f"<Courier {self.unique_id}: {self.state.name.lower()}>"


class CourierSelection:
    """Some of the couriers, asked as a whole: `len`, `get`, `agg`, `select`, or one at a time."""

    def __init__(self, couriers: CourierSet, rows: NDArray[np.int64]) -> None:
        self._set = couriers
        self.rows = rows

    def __len__(self) -> int:
        return self.rows.size

    def __getitem__(self, item: int) -> Courier:
        return self._set[int(self.rows[item])]

    def __iter__(self) -> Iterator[Courier]:
        return (self._set[int(row)] for row in self.rows)

    def get(self, name: str) -> NDArray[Any]:
        """One value a courier: a column by its name, or `wages_usd`."""
        if name == "wages_usd":
            return self._set.column("wages_cents")[self.rows] / 100
        return self._set.column(name)[self.rows]

    def agg(self, name: str, func: Callable[[NDArray[Any]], Answer]) -> Answer:
        """`func` of the array that `get` gives, say `agg("trips", np.sum)`."""
        return func(self.get(name))

    def select(self, mask: ArrayLike | None = None, **wanted: str | int) -> CourierSelection:
        """Those of these couriers for whom `mask` (one bool each) holds and every named value is as wanted.

        Traffickers and countries are wanted by name: `select(trafficker="north", state=CourierState.FREE)`.
        """
        keep = np.ones(len(self), bool) if mask is None else np.asarray(mask)
        if keep.dtype != np.bool_ or keep.shape != (len(self),):
            raise ValueError(
                f"mask must hold {len(self)} bools, one a courier; got {keep.dtype} {keep.shape}"
            )
        for name, value in wanted.items():
            keep = keep & (self.get(name) == self._set.row_of(name, value))
        return CourierSelection(self._set, self.rows[keep])
