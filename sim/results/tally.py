"""The tally of a run: what every week and every post came to, in exact counts and in expectation."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.codes import Means
from sim.results.ledger import Account

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CENTRAL_ASIA = ("KZ", "KG", "TJ", "TM", "UZ")
MASS = ("opening", "sent", "delivered", "seized", "diverted", "lost", "under_way")
WEEK_COUNTS = (
    "sent_loads",
    "delivered_loads",
    "seized_loads",
    "arrests",
    "active_routes",
    "controlled_deliveries",
)
WEEK_FLOATS = (
    "expected_seized_loads",
    "licit_vehicles",
    "delay_vehicle_h",
    "false_alarms",
    "mean_corruption",
    "recorded_seized_kg",
)
WEEK_MONEY = ("bribes", "wages", "profit", "liability", "public_cost")
POST_COUNTS = (
    "encounters",
    "inspected",
    "seizures",
    "seized_g",
    "released",
    "bribed",
    "bribes_cents",
    "refused",
)
POST_FLOATS = (
    "expected_seized_g",
    "licit_vehicles",
    "delay_vehicle_h",
    "false_alarms",
    "up_hours",
    "hours",
    "wait_h",
)
PLAIN = (
    "mass_g",
    "expected_seized_g",
    "expected_diverted_g",
    "accounts",
    "entered_g",
    "area_seized_g",
    "area_expected_g",
)
SEIZURE_COLUMNS = ("load", "minute", "post", "means", "cover", "released", "recorded", "arrested")


class Tally:
    """Counts of a run; rows are weeks from the start of the burn-in, posts by row."""

    def __init__(
        self, n_weeks: int, n_posts: int, n_commodities: int, n_traffickers: int, n_countries: int
    ) -> None:
        self.mass_g: Ints = np.zeros((n_weeks, len(MASS), n_commodities), np.int64)
        self.expected_seized_g: Floats = np.zeros((n_weeks, n_commodities))
        self.expected_diverted_g: Floats = np.zeros((n_weeks, n_commodities))
        self.accounts: Ints = np.zeros((n_weeks, len(Account)), np.int64)
        areas = (n_countries + 1, n_commodities)  # each country, then Central Asia
        self.entered_g: Ints = np.zeros(areas, np.int64)
        self.area_seized_g: Ints = np.zeros(areas, np.int64)
        self.area_expected_g: Floats = np.zeros(areas)
        self.week: dict[str, NDArray[Any]] = {
            **{n: np.zeros(n_weeks, np.int64) for n in WEEK_COUNTS},
            **{n: np.zeros(n_weeks) for n in WEEK_FLOATS},
            **{n: np.zeros(n_weeks, np.int64) for n in WEEK_MONEY},
        }
        self.post: dict[str, NDArray[Any]] = {
            **{n: np.zeros(n_posts, np.int64) for n in POST_COUNTS},
            **{n: np.zeros(n_posts) for n in POST_FLOATS},
            "by_means": np.zeros((n_posts, len(Means)), np.int64),
        }
        self.trafficker: dict[str, Ints] = {
            n: np.zeros(n_traffickers, np.int64)
            for n in ("bribes", "wages", "profit", "arrests", "lying_low")
        }
        self.seizures: dict[str, list[Ints]] = {n: [] for n in SEIZURE_COLUMNS}
        self._log_digest = bytes(32)

    def log(self, rows: NDArray[np.uint64]) -> None:
        """Take a week's canonical event log, (n, k) uint64 in a defined order, into the digest."""
        self._log_digest = hashlib.sha256(self._log_digest + np.ascontiguousarray(rows).tobytes()).digest()

    @property
    def log_sha256(self) -> str:
        """Digest of the event log so far: each week's is chained to the one before."""
        return self._log_digest.hex()

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Copies of everything counted so far, by name."""
        groups = {"week": self.week, "post": self.post, "trafficker": self.trafficker}
        named = {f"{g}.{n}": a.copy() for g, part in groups.items() for n, a in part.items()}
        named |= {
            f"seizures.{n}": np.concatenate([np.zeros(0, np.int64), *a]) for n, a in self.seizures.items()
        }
        named |= {n: getattr(self, n).copy() for n in PLAIN}
        return named | {"log_digest": np.frombuffer(self._log_digest, np.uint8).copy()}

    def restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Become the tally whose `arrays` these are."""
        for group, part in (("week", self.week), ("post", self.post), ("trafficker", self.trafficker)):
            for name in part:
                part[name] = arrays[f"{group}.{name}"].copy()
        for name in SEIZURE_COLUMNS:
            self.seizures[name] = [arrays[f"seizures.{name}"].copy()]
        for name in PLAIN:
            setattr(self, name, arrays[name].copy())
        self._log_digest = arrays["log_digest"].tobytes()

    def seizure_columns(self) -> dict[str, Ints]:
        """Seizures of the reported period, in order of time."""
        empty = np.zeros(0, np.int64)
        columns = {n: np.concatenate([empty, *parts]) for n, parts in self.seizures.items()}
        order = np.lexsort((columns["load"], columns["minute"]))
        return {n: c[order] for n, c in columns.items()}
