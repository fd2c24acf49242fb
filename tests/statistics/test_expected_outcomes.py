"""Expected seizures, diversions and deliveries of a run have the means of realised ones, with less spread."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from experiments.branches import Branch, run_branches
from experiments.outcomes import told_of
from sim.trial import world_of
from tests.pairing.small_runs import tutorial
from tests.statistics.stated import ALPHA, needs_compiled, spread, z_pvalue

pytestmark = needs_compiled

KEYS = 600

Told = dict[str, np.ndarray]


@cache
def runs() -> tuple[Told, Told]:
    """Realised and expected outcomes of short runs that seize and release much, (n_keys,) each."""
    scenario = tutorial(
        weeks=4,
        burn_in_weeks=2,
        country={"protection_prob": 0.5, "return_share": 0.2},
        post={"find_prob": 0.6, "inspect_share": 0.4},
        **{
            "supply.heroin.mix": {"heroin": 0.5, "opium": 0.5},
            "supply.heroin.kg_per_year": 12000.0,
            "market.replacement_lag_weeks": 1,
        },
    )
    branch = Branch("run", world_of(scenario), None, 0)
    told = [
        run_branches([branch], key, lambda _, model, opening: told_of(model, opening))["run"]
        for key in range(KEYS)
    ]
    realised, expected = (
        {name: np.array([one[part][name] for one in told]) for name in told[0]["expected"]}
        for part in ("realised", "expected")
    )
    return realised, expected


def pvalue(gaps: np.ndarray) -> float:
    return z_pvalue(float(gaps.mean()), 0.0, float(gaps.std(ddof=1)) / np.sqrt(gaps.size))


def finds(gaps: np.ndarray, level: float) -> float:
    """Smallest bias, as a share of a level, that is found with the stated power."""
    return spread() * float(gaps.std(ddof=1)) / np.sqrt(gaps.size) / level


SMALLEST = {
    "delivered_kg": 0.08,
    "delivered_RU_kg": 0.08,
    "delivered_heroin_kg": 0.08,
    "seized_kg": 0.25,
    "seizures": 0.12,
    "diverted_kg": 0.70,
}
"""Bias that is found, as a share of the mean."""


@pytest.mark.parametrize("name", list(SMALLEST))
def test_expected_outcomes_have_the_mean_of_realised_ones(name: str):
    """Null: realised less expected has mean 0 over keys; 600 keys, alpha = 1e-6."""
    realised, expected = runs()
    gaps = realised[name] - expected[name]
    assert finds(gaps, realised[name].mean()) < SMALLEST[name]
    assert pvalue(gaps) > ALPHA


def test_deliveries_without_what_was_to_be_seized_are_another_mean():
    """Planted: delivered less expected seizures, with the seizures that were realised not given back; and
    diversions half again as likely as they are.
    """
    realised, expected = runs()
    assert pvalue(realised["delivered_kg"] - (realised["delivered_kg"] - expected["seized_kg"])) < ALPHA
    assert pvalue(realised["diverted_kg"] - 1.5 * expected["diverted_kg"]) < ALPHA


@pytest.mark.parametrize("name", ["delivered_kg", "seized_kg", "diverted_kg", "seizures"])
def test_expected_outcomes_vary_less(name: str):
    realised, expected = runs()
    assert expected[name].var() < realised[name].var()
