"""How long a baseline year takes, and what takes it: `python -m tests.bench.bench_year`.

One process, kernels compiled first; the best of several rounds of each part, against a reference loop of
the same process, so that figures of two machines can be compared as ratios.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from sim import model as model_module
from sim import week as week_module
from sim.model import CorridorModel
from sim.trial import result_of, world_of

KERNELS = {
    "post_hours": model_module,
    "carry": model_module,
    "dispatch": model_module,
    "believed": week_module,
}


@njit
def reference(n: int) -> float:
    """A loop of dependent multiplications and additions: the yardstick."""
    x = 1.0
    for _ in range(n):
        x = x * 1.0000001 + 1e-9
    return x


def best_of(rounds: int, call: Callable[[], Any]) -> float:
    """Shortest time of a call, s."""
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return min(times)


def timed(spent: dict[str, float], name: str, kernel: Callable[..., Any]) -> Callable[..., Any]:
    """The kernel, adding its time to what was spent."""

    def call(*args: Any) -> Any:
        begin = time.perf_counter()
        result = kernel(*args)
        spent[name] += time.perf_counter() - begin
        return result

    return call


def year(world: Any, key: int) -> tuple[float, dict[str, float], int]:
    """Seconds of the reported year, seconds in each kernel, encounters."""
    model = CorridorModel(world, rng=key)
    while model.week < world.scenario.burn_in_weeks:
        model.step()
    spent: dict[str, float] = defaultdict(float)
    originals = {name: getattr(module, name) for name, module in KERNELS.items()}
    try:
        for name, module in KERNELS.items():
            setattr(module, name, timed(spent, name, originals[name]))
        begin = time.perf_counter()
        model.run_model()
        total = time.perf_counter() - begin
    finally:
        for name, module in KERNELS.items():
            setattr(module, name, originals[name])
    return total, spent, int(result_of(model).posts["encounters"].sum())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", default="northern_route_2010")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    begin = time.perf_counter()
    world = world_of(asked.scenario)
    built = time.perf_counter() - begin
    year(world, 1)
    reference(10)
    unit = best_of(5, lambda: reference(10_000_000))
    rounds = [year(world, 1) for _ in range(asked.rounds)]
    total = min(r[0] for r in rounds)
    kernels = {name: min(r[1][name] for r in rounds) for name in KERNELS}
    weeks = world.scenario.weeks
    print(f"{asked.scenario}: {weeks} weeks, {len(world.posts)} posts, {rounds[0][2]:,} encounters")
    print(f"{'part':<22}{'ms':>9}{'of reference':>14}")
    rows = {"world (once)": built, "year": total, "kernels of the year": sum(kernels.values()), **kernels}
    for name, seconds in rows.items():
        print(f"{name:<22}{1e3 * seconds:>9.1f}{seconds / unit:>14.2f}")
    per_hour = kernels["post_hours"] / (weeks * 168 * np.count_nonzero(~world.base_posts.is_patrol))
    print(f"reference: 1e7 dependent multiply-adds, {1e3 * unit:.1f} ms")
    per_encounter = kernels["carry"] / rounds[0][2]
    print(f"{1e9 * per_hour:.1f} ns a post and hour, {1e9 * per_encounter:.0f} ns an encounter")


if __name__ == "__main__":
    main()
