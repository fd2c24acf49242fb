"""What a run would take of the machine, told before anything is spent."""

from __future__ import annotations

import math
import os

from sim.kernels.arrays import N_COVERS
from sim.scenario.schema import Scenario, Tier
from sim.world.faults import Misfit

MOST_SHARE = 0.8
"""Share of the machine's memory that a run may take."""

BYTES_PER_LOAD = 400
"""Book, couriers, frames and their text, for each load ever sent."""

BELIEF_COPIES = 8
"""Arrays of beliefs alive at once while a week is learned from."""


def too_large(scenario: Scenario, n_posts: int) -> list[Misfit]:
    """Refusal of a run that would not fit in memory, with the figure; empty when it fits."""
    n_traffickers = sum(group.count for group in scenario.traffickers.values())
    beliefs = n_traffickers * n_posts * N_COVERS * 8 * BELIEF_COPIES
    loads = expected_loads(scenario)
    wanted, there = beliefs + BYTES_PER_LOAD * loads, MOST_SHARE * machine_bytes()
    if wanted <= there:
        return []
    path = "traffickers" if beliefs > BYTES_PER_LOAD * loads else "supply"
    return [
        Misfit(
            path,
            f"a run that fits in {there / 2**30:.1f} GiB",
            f"{wanted / 2**30:,.1f} GiB for {loads:,.0f} loads of {n_traffickers:,} traffickers",
        )
    ]


def expected_loads(scenario: Scenario) -> float:
    """Loads that a run sends, about: supply over the mean load of the tiers that carry it."""
    used = {group.tier for group in scenario.traffickers.values()}
    tiers: dict[str, Tier] = {name: getattr(scenario.tiers, name) for name in used}
    weight = {name: tiers[name].supply_share.value for name in used}
    total = sum(weight.values()) or 1.0
    per_kg = sum(weight[name] / total / mean_load_kg(tiers[name]) for name in used)
    years = (scenario.burn_in_weeks + scenario.weeks) * 7.0 / 365.25
    return sum(supply.kg_per_year.value for supply in scenario.supply.values()) * years * per_kg


def mean_load_kg(tier: Tier) -> float:
    """Mean of the lognormal mass, no more than the largest load."""
    mean: float = tier.load_kg.value * math.exp(tier.load_sigma.value**2 / 2.0)
    return min(mean, tier.most_kg.value)


def machine_bytes() -> float:
    """Memory of the machine, bytes."""
    return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
