"""Couriers carry one load each at a time; a million of them live in arrays, seen one by one as `Courier`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from sim.agents.courier_view import NO_LOAD, Answer, Courier, CourierSelection, CourierState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    Rows: TypeAlias = NDArray[np.int64]

__all__ = ["COLUMNS", "NO_LOAD", "Courier", "CourierCounts", "CourierSelection", "CourierSet", "CourierState"]

MAX_COURIERS = 2**31 - 1
"""Running numbers are 32-bit."""

COLUMNS: dict[str, type[np.generic]] = {
    "trafficker": np.int32,  # row of the trafficker the courier belongs to
    "number": np.int32,  # running number within the trafficker, from 0
    "home": np.int16,  # row of the country the courier comes from
    "trips": np.int32,  # loads brought to their end without an arrest
    "wages_cents": np.int64,  # US cents received so far
    "state": np.uint8,  # CourierState
    "load": np.int64,  # the load carried, or NO_LOAD
}
"""One row per courier: what each array holds (31 bytes a courier)."""


class CourierCounts(NamedTuple):
    """People, whole run: recruited = free + travelling + arrested + cooperating + exited."""

    recruited: int
    free: int
    travelling: int
    arrested: int
    cooperating: int
    exited: int


class CourierSet:
    """All couriers of a run, as arrays that grow.

    Rows follow recruitment, so they depend on who else recruits; a courier's number within its trafficker
    does not. Results name couriers by `ids`, never by row.

    Parameters
    ----------
    traffickers
        Names, one a trafficker row.
    countries
        Names, one a country row.
    homes : (n_traffickers,) int
        Country row in which each trafficker recruits.
    """

    def __init__(self, traffickers: Sequence[str], countries: Sequence[str], homes: ArrayLike) -> None:
        self.traffickers = tuple(traffickers)
        self.countries = tuple(countries)
        self._homes = np.broadcast_to(_whole(homes), (len(self.traffickers),))
        _check_rows("home", self._homes, len(self.countries))
        self._names = np.array([f"{name}#" for name in self.traffickers], dtype=np.str_)
        self._columns = {name: np.empty(0, dtype) for name, dtype in COLUMNS.items()}
        self._n = 0
        self._recruited = np.zeros(len(self.traffickers), np.int64)

    def __len__(self) -> int:
        return self._n

    def __getitem__(self, item: int) -> Courier:
        row = item + self._n if item < 0 else item
        if not 0 <= row < self._n:
            raise IndexError(f"courier {item} of {self._n}")
        return Courier(self, row)

    def __iter__(self) -> Iterator[Courier]:
        return (Courier(self, row) for row in range(self._n))

    @property
    def nbytes(self) -> int:
        """Memory held, bytes, room to grow included."""
        return sum(column.nbytes for column in self._columns.values())

    def column(self, name: str) -> NDArray[Any]:
        """One value per courier, (n_couriers,), not to be written to."""
        if name not in COLUMNS:
            raise KeyError(f"couriers have no {name!r}; they have {', '.join(COLUMNS)}, wages_usd")
        values = self._columns[name][: self._n]
        values.flags.writeable = False
        return values

    def row_of(self, name: str, value: str | int) -> int:
        """The number that stands for `value` in the column `name`."""
        names = {"trafficker": self.traffickers, "home": self.countries}.get(name)
        if names is None:
            return int(value)
        if value not in names:
            raise ValueError(f"no {name} is called {value!r}; there are {', '.join(names)}")
        return names.index(str(value))

    def ids(self, rows: ArrayLike) -> NDArray[np.str_]:
        """Names of couriers, 'trafficker#number', (n_rows,)."""
        at = _whole(rows)
        _check_rows("courier", at, self._n)
        number = self._columns["number"][at].astype(np.str_)
        return np.strings.add(self._names[self._columns["trafficker"][at]], number)

    def select(self, mask: ArrayLike | None = None, **wanted: str | int) -> CourierSelection:
        """Couriers for whom `mask` holds and every named value is as wanted, a selection to ask."""
        return CourierSelection(self, np.arange(self._n)).select(mask, **wanted)

    def agg(self, name: str, func: Callable[[NDArray[Any]], Answer]) -> Answer:
        """`func` of one value per courier, say `agg("trips", np.sum)`."""
        return self.select().agg(name, func)

    def grow(self, n: int, trafficker: ArrayLike, home: ArrayLike | None = None) -> Rows:
        """Recruit `n` couriers, free, for one trafficker row or one each; gives their rows, (n,).

        Without `home` (country row or rows) they come from where their trafficker recruits.
        """
        if self._n + n > MAX_COURIERS:
            raise ValueError(f"{n} more couriers asked for; at most {MAX_COURIERS} can be numbered")
        owner = np.broadcast_to(_whole(trafficker), (n,))
        _check_rows("trafficker", owner, len(self.traffickers))
        country = self._homes[owner] if home is None else np.broadcast_to(_whole(home), (n,))
        _check_rows("home", country, len(self.countries))
        first = self._n
        self._reserve(first + n)
        new = {name: column[first : first + n] for name, column in self._columns.items()}
        new["trafficker"][:] = owner
        new["number"][:] = self._recruited[owner] + _place_in_group(owner)
        new["home"][:] = country
        new["trips"][:] = 0
        new["wages_cents"][:] = 0
        new["state"][:] = CourierState.FREE
        new["load"][:] = NO_LOAD
        self._recruited += np.bincount(owner, minlength=self._recruited.size)
        self._n += n
        return np.arange(first, first + n)

    def take(self, trafficker_rows: ArrayLike, loads: ArrayLike) -> Rows:
        """Rows of the couriers who set out with `loads`, (n_loads,).

        Each load gets its trafficker's lowest-numbered free courier, in the order of the loads; where none
        is free, one is recruited.
        """
        owner = np.atleast_1d(_whole(trafficker_rows))
        load = np.atleast_1d(_whole(loads))
        if owner.shape != load.shape or (load < 0).any():
            raise ValueError("every load has one trafficker and a number of 0 or more")
        _check_rows("trafficker", owner, len(self.traffickers))
        wanted = np.bincount(owner, minlength=len(self.traffickers))
        chosen = self._lowest_free(wanted)
        found = np.bincount(self._columns["trafficker"][chosen], minlength=wanted.size)
        missing = np.repeat(np.arange(wanted.size), wanted - found)
        chosen = np.concatenate([chosen, self.grow(missing.size, missing)])
        taken = np.empty(owner.size, np.int64)
        by_trafficker = np.argsort(self._columns["trafficker"][chosen], kind="stable")
        taken[np.argsort(owner, kind="stable")] = chosen[by_trafficker]
        self._columns["state"][taken] = CourierState.TRAVELLING
        self._columns["load"][taken] = load
        return taken

    def give_back(self, rows: ArrayLike, wages_cents: ArrayLike) -> None:
        """Couriers whose loads have come to their end are free again, one trip and their wages richer."""
        at = self._checked(rows, CourierState.TRAVELLING)
        wages = np.broadcast_to(_whole(wages_cents), at.shape)
        if wages.min(initial=0) < 0:
            raise ValueError(f"wages cannot be {wages.min()} cents")
        self._columns["state"][at] = CourierState.FREE
        self._columns["load"][at] = NO_LOAD
        self._columns["trips"][at] += 1
        self._columns["wages_cents"][at] += wages

    def arrest(self, rows: ArrayLike, cooperating: ArrayLike) -> None:
        """Couriers caught on the way; those who cooperate are counted apart. Neither carries again."""
        at = self._checked(rows, CourierState.TRAVELLING)
        talks = np.broadcast_to(np.asarray(cooperating, np.bool_), at.shape)
        self._columns["state"][at] = np.where(talks, CourierState.COOPERATING, CourierState.ARRESTED)
        self._columns["load"][at] = NO_LOAD

    def dismiss(self, rows: ArrayLike) -> None:
        """Free couriers who leave their trafficker for good."""
        self._columns["state"][self._checked(rows, CourierState.FREE)] = CourierState.EXITED

    def counts_by_trafficker(self) -> NDArray[np.int64]:
        """Couriers of each trafficker in each state, (n_traffickers, n_states)."""
        n_states = len(CourierState)
        cell = self.column("trafficker").astype(np.int64) * n_states + self.column("state")
        return np.bincount(cell, minlength=len(self.traffickers) * n_states).reshape(-1, n_states)

    def counts(self) -> CourierCounts:
        """How many were recruited, and how many are in each state; the two are counted apart."""
        return CourierCounts(int(self._recruited.sum()), *self.counts_by_trafficker().sum(axis=0).tolist())

    def state_arrays(self) -> dict[str, NDArray[Any]]:
        """Copies of all columns, from which `from_state` makes the same set again."""
        return {name: self.column(name).copy() for name in COLUMNS}

    @classmethod
    def from_state(
        cls,
        traffickers: Sequence[str],
        countries: Sequence[str],
        homes: ArrayLike,
        arrays: Mapping[str, NDArray[Any]],
    ) -> CourierSet:
        """The set whose `state_arrays` are `arrays`."""
        couriers = cls(traffickers, countries, homes)
        sizes = {np.asarray(values).shape for values in arrays.values()}
        if set(arrays) != set(COLUMNS) or len(sizes) != 1:
            raise ValueError(f"couriers need arrays of one length called {', '.join(COLUMNS)}")
        couriers.grow(arrays["number"].size, arrays["trafficker"], arrays["home"])
        if not np.array_equal(couriers.column("number"), arrays["number"]):
            raise ValueError("couriers of a trafficker must be numbered from 0 in the order of their rows")
        if arrays["state"].max(initial=0) >= len(CourierState):
            raise ValueError(f"no courier state is numbered {arrays['state'].max()}")
        if not np.array_equal(arrays["load"] >= 0, arrays["state"] == CourierState.TRAVELLING):
            raise ValueError("couriers carry a load when they travel, and only then")
        for name in ("trips", "wages_cents", "state", "load"):
            couriers._columns[name][: couriers._n] = arrays[name]
        return couriers

    def _lowest_free(self, wanted: NDArray[np.int64]) -> Rows:
        """Rows of the first `wanted` free couriers of each trafficker; rows and numbers rise together."""
        free = np.flatnonzero(self.column("state") == CourierState.FREE)
        owner = self._columns["trafficker"][free]
        asked = wanted[owner] > 0
        free, owner = free[asked], owner[asked]
        return free[_place_in_group(owner) < wanted[owner]]

    def _checked(self, rows: ArrayLike, state: CourierState) -> Rows:
        """`rows`, once each and all in `state`."""
        at = np.atleast_1d(_whole(rows))
        _check_rows("courier", at, self._n)
        if np.unique(at).size != at.size or (self._columns["state"][at] != state).any():
            raise ValueError(f"each courier may be named once and must be {state.name.lower()}")
        return at

    def _reserve(self, n: int) -> None:
        """Make room for `n` couriers; half as much again when the arrays move, so growth costs little."""
        room = self._columns["state"].size
        if n <= room:
            return
        for name, old in self._columns.items():
            new = np.empty(max(n, room + room // 2), old.dtype)
            new[: self._n] = old[: self._n]
            self._columns[name] = new


def _place_in_group(group: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """How many earlier members of its group (a small row number) each member has, (n,): 0 for the first."""
    order = np.argsort(group, kind="stable")
    size = np.bincount(group)
    start = np.cumsum(size) - size
    place = np.empty(group.size, np.int64)
    place[order] = np.arange(group.size) - start[group[order]]
    return place


def _whole(values: ArrayLike) -> NDArray[np.int64]:
    """Values as whole numbers; a fraction is refused, not cut off."""
    given = np.asarray(values)
    if given.size and given.dtype.kind not in "iu":
        raise TypeError(f"whole numbers expected; got {given.dtype}")
    return given.astype(np.int64)


def _check_rows(what: str, rows: NDArray[np.int64], n: int) -> None:
    if rows.size and (rows.min() < 0 or rows.max() >= n):
        raise IndexError(f"{what} rows must lie in 0..{n - 1}; got {rows.min()}..{rows.max()}")
