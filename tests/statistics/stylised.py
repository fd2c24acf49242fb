"""Stylised facts measured on the northern route; `python -m tests.statistics.stylised` prints them.

Every figure is a mean over keys of differences on the same keys. Losses are not sent again here
(replacement_share 0), so that what is seized is what the market goes without.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from experiments.branches import Branch, run_branches
from experiments.displacement import carried, ways_of
from experiments.outcomes import Opening, told_of
from sim.draws import name_addresses
from sim.model import CorridorModel
from sim.scenario.load import load_intervention, load_scenario
from sim.scenario.overlay import Intervention
from sim.trial import world_of

SCENARIO = "northern_route_2010"
TIERS = ("tonne", "wholesale", "small")
KEYS = range(1, 9)


class Mean(NamedTuple):
    """Mean over keys of a difference, and its standard error."""

    value: float
    error: float

    @property
    def z(self) -> float:
        """The mean in standard errors."""
        return self.value / self.error if self.error > 0 else float(np.sign(self.value) * np.inf)

    def __str__(self) -> str:
        return f"{self.value:+,.4g} ± {1.96 * self.error:,.2g}"


def mean(values: np.ndarray) -> Mean:
    """Mean of a sample, (n_keys,)."""
    return Mean(float(values.mean()), float(values.std(ddof=1) / np.sqrt(values.size)))


def laid(name: str, changes: Sequence[Mapping[str, Any]]) -> Intervention:
    """Intervention of some changes, from the first reported day on."""
    return Intervention.model_validate(
        {"name": name, "sentence": "A measure of a stylised fact", "changes": changes}
    )


def hardened(name: str, posts: Sequence[str], find_prob: float = 0.5) -> Intervention:
    """Posts where everything is inspected and searched by hand, and so much of it found."""
    where = "post_id=" + ",".join(posts)
    told = {
        "inspect_share": 1.0,
        "inspections_per_h": 1000.0,
        "search_share": 1.0,
        "find_prob": find_prob,
        "outbound_share": 1.0,
        "tir_fear": 0.0,
    }
    return laid(name, [{"where": where, "what": what, "to": to} for what, to in told.items()])


@cache
def southern_posts() -> tuple[str, ...]:
    """Kazakh posts of the southern border, in an order that is drawn by name."""
    world = world_of(load_scenario(SCENARIO, sets=[]))
    names = [
        p.post_id
        for p in world.posts
        if p.country == "KZ" and p.neighbour in ("UZ", "KG", "TM") and p.klass.name.startswith("FRONTIER")
    ]
    return tuple(np.array(names)[np.argsort(name_addresses([f"order of {n}" for n in names]))].tolist())


@cache
def busiest() -> tuple[str, tuple[str, ...]]:
    """Southern crossing over which fixed traffickers carry most, and the other southern ones."""
    ids = sorted({crossing_of(name) for name in southern_posts()})
    kg = crossed_kg("non_adaptive", "baseline")
    most = max(ids, key=lambda name: float(kg[name].mean()) if name in kg else 0.0)
    return most, tuple(name for name in ids if name != most)


def crossing_of(post_id: str) -> str:
    """Crossing at which a post stands."""
    world = world_of(load_scenario(SCENARIO))
    return next(p.crossing_id for p in world.posts if p.post_id == post_id)


def arm(name: str) -> list[Intervention]:
    """Interventions of an arm."""
    posts = southern_posts()
    half = len(posts) // 2
    if name == "busiest":
        return [hardened("busiest", [p for p in posts if crossing_of(p) == busiest()[0]])]
    if name in ("fixed", "random"):
        return [load_intervention(f"{name}_allocation")]
    return {
        "baseline": [],
        "half": [hardened("half", posts[:half])],
        "other half": [hardened("other_half", posts[half:])],
        "all": [hardened("all_posts", posts)],
        "all 0.2": [hardened("all_02", posts, 0.2)],
        "all 0.4": [hardened("all_04", posts, 0.4)],
        "all 0.8": [hardened("all_08", posts, 0.8)],
        "tips": [laid("tips", [{"where": "country=KZ", "what": "tip_prob", "by": 4.0}])],
    }[name]


@cache
def told(behaviour: str, name: str) -> list[dict[str, Any]]:
    """What an arm came to on every key, traffickers of all tiers deciding in one way."""
    sets = [f"tiers.{tier}.behaviour={behaviour}" for tier in TIERS]
    loaded = load_scenario(SCENARIO, sets=[*sets, "market.replacement_share=0"])
    world = world_of(loaded, arm(name))
    ways = ways_of(world)

    def take(_: str, model: CorridorModel, opening: Opening) -> dict[str, Any]:
        return {**told_of(model, opening), "carried": carried(model, ways)}

    return [run_branches([Branch(name, world, None, 0)], key, take)[name] for key in KEYS]


def outcome(behaviour: str, arm: str, name: str) -> np.ndarray:
    """An outcome of an arm, (n_keys,), expected where that is known."""
    return np.array([{**run["realised"], **run["expected"]}[name] for run in told(behaviour, arm)])


def effect(behaviour: str, arm: str, name: str, against: str = "baseline") -> np.ndarray:
    """Difference of an arm on each key, (n_keys,)."""
    return outcome(behaviour, arm, name) - outcome(behaviour, against, name)


def crossed_kg(behaviour: str, arm: str) -> dict[str, np.ndarray]:
    """Kilograms carried over each crossing, (n_keys,) each."""
    runs = told(behaviour, arm)
    names = sorted({name for run in runs for name in run["carried"]["crossing"]})
    return {n: np.array([run["carried"]["crossing"].get(n, 0) / 1000.0 for run in runs]) for n in names}


def chord_gap(behaviour: str, name: str) -> Mean:
    """Half of what hardening all posts does, less what hardening half of them does (mean of two halves)."""
    part = (effect(behaviour, "half", name) + effect(behaviour, "other half", name)) / 2.0
    return mean(effect(behaviour, "all", name) / 2.0 - part)


def bend(behaviour: str, name: str) -> Mean:
    """Gain per unit of chance to find from 0.4 to 0.8, less that from 0.2 to 0.4."""
    early = (outcome(behaviour, "all 0.4", name) - outcome(behaviour, "all 0.2", name)) / 0.2
    late = (outcome(behaviour, "all 0.8", name) - outcome(behaviour, "all 0.4", name)) / 0.4
    return mean(late - early)


def moved_kg(behaviour: str) -> tuple[Mean, Mean]:
    """Change of what comes to the hardened busiest crossing, and to the other southern ones."""
    here, others = busiest()
    before, after = crossed_kg(behaviour, "baseline"), crossed_kg(behaviour, "busiest")
    zero = np.zeros(len(KEYS))

    def total(kg: Mapping[str, np.ndarray], names: Sequence[str]) -> np.ndarray:
        return np.sum([kg.get(name, zero) for name in names], axis=0)

    return mean(total(after, [here]) - total(before, [here])), mean(
        total(after, others) - total(before, others)
    )


def kg_per_seizure(behaviour: str, name: str) -> Mean:
    """Change of the mean mass of a load seized."""
    kg, loads = (
        {a: outcome(behaviour, a, what) for a in ("baseline", name)} for what in ("seized_kg", "seizures")
    )
    return mean(kg[name] / loads[name] - kg["baseline"] / loads["baseline"])


def figures(behaviour: str) -> dict[str, Mean]:
    """Every fact of traffickers who decide in one way."""
    here, others = moved_kg(behaviour)
    return {
        "S1 delivered, kg: half the effect of all posts less the effect of half": chord_gap(
            behaviour, "delivered_kg"
        ),
        "S1 profit, USD: the same": chord_gap(behaviour, "profit_usd"),
        "S1 delivered, kg: all southern posts hardened": mean(effect(behaviour, "all", "delivered_kg")),
        "S2 seized, kg: random less fixed teams": mean(effect(behaviour, "random", "seized_kg", "fixed")),
        "S4 seized, kg per unit of chance: from 0.4 on less up to 0.4": bend(behaviour, "seized_kg"),
        "S5 loads seized: tips x 4": mean(effect(behaviour, "tips", "seizures")),
        "S5 kg a seizure: tips x 4": kg_per_seizure(behaviour, "tips"),
        "S5 loads seized: all hardened": mean(effect(behaviour, "all", "seizures")),
        "S5 kg a seizure: all hardened": kg_per_seizure(behaviour, "all"),
        f"S9 kg to {busiest()[0]} once it is hardened": here,
        "S9 kg to the other southern crossings": others,
        "S10 routes used in a week: all hardened": mean(effect(behaviour, "all", "active_routes")),
    }


if __name__ == "__main__":
    for who in ("adaptive", "non_adaptive"):
        for what, figure in figures(who).items():
            print(f"{who:<14}{what:<74}{figure}")
