"""What agents remember between weeks, as arrays; the whole changing state of a run but its couriers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(slots=True)
class Memory:
    """State of a run at the start of a week; every field is an array, to be written and read back."""

    week: Ints  # (1,) weeks done
    # traffickers
    caught: Floats  # (n_traffickers, n_posts, n_covers) losses, decayed
    trips: Floats  # (n_traffickers, n_posts, n_covers) encounters, decayed
    alarm: Floats  # (n_traffickers,) of lying low
    informants: Floats  # (n_traffickers,) couriers who talked, decayed, x gain
    relation: Floats  # (n_traffickers, n_posts) bribes taken, decayed
    clean: Floats  # (n_traffickers, n_countries) passages of trucks since the last find of one there
    held: Bools  # (n_options,) routes held
    used: Bools  # (n_options,) routes used in the reported period
    loss_average: Floats  # (n_flows,) g a week
    value_average: Floats  # (n_flows,) g a week
    stock_g: Ints  # (n_flows,) g at the origin
    planned_who: Ints  # (n_flows,) load that waits for stock: week << 16 | slot of its planning; -1: none
    planned_g: Ints  # (n_flows,) its mass
    owed_g: Floats  # (n_flows,) fraction of a gram of supply not yet arrived
    due_g: Ints  # (n_flows, lag) g of replacement by week of arrival
    # posts
    backlog: Floats  # (n_posts,) trucks' worth waiting
    exertion: Floats  # (n_posts,) of dogs
    scanner_up: Bools  # (n_posts,)
    corruption: Floats  # (n_posts,) share of officers who take bribes
    finds: Floats  # (n_posts,) decayed
    looks: Floats  # (n_posts,) inspections, decayed
    willing: Floats  # (n_posts,) selection left after false alarms
    # authorities
    teams: Ints  # (n_posts,) mobile teams placed
    expected_finds: Floats  # (n_posts,) a month
    month_finds: Floats  # (n_posts,) so far this month
    funded_teams: Floats  # (n_countries,)
    month_recorded_kg: Floats  # (n_countries,)
    usual_recorded_kg: Floats  # (n_countries,) a month
    # loads under way
    load_key: NDArray[np.uint64]  # (n_loads,)
    load_who: Ints
    load_flow: Ints
    load_route: Ints
    load_cover: Ints
    load_stop: Ints
    load_visit: Ints
    load_minute: Ints
    load_lost_stop: Ints
    load_courier: Ints
    load_number: Ints  # running number in the run
    load_wage_cents: Ints
    load_g: Ints  # (n_loads, n_commodities) g

    def keep_loads(self, rows: Bools | Ints) -> None:
        """Drop all loads under way but these rows, in their order."""
        for name in LOAD_FIELDS:
            setattr(self, name, getattr(self, name)[rows])

    def add_loads(self, **columns: NDArray[Any]) -> None:
        """Put loads behind those already under way; every field of a load is given."""
        for name in LOAD_FIELDS:
            setattr(self, name, np.concatenate([getattr(self, name), columns[name]]))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Copies of all fields, by name."""
        return {f.name: getattr(self, f.name).copy() for f in fields(self)}

    @classmethod
    def of(cls, arrays: dict[str, NDArray[Any]]) -> Memory:
        """Memory of named arrays; raises ValueError when a name is missing."""
        missing = [f.name for f in fields(cls) if f.name not in arrays]
        if missing:
            raise ValueError(f"state lacks {', '.join(missing)}")
        return cls(**{f.name: arrays[f.name].copy() for f in fields(cls)})


LOAD_FIELDS = tuple(f.name for f in fields(Memory) if f.name.startswith("load_"))
