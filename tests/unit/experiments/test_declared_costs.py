"""How far the declared ranges of costs reach over the reported weeks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from experiments.declared_costs import declared_span
from sim.trial import world_of
from sim.world.world import World
from tests.pairing.small_runs import START, change, tutorial


def usd(value: float, low: float | None, high: float | None, unit: str = "usd") -> dict[str, Any]:
    source = "made up for a test"
    return {"value": value, "low": low, "high": high, "unit": unit, "status": "assumed", "source": source}


def world(**fields: Any) -> World:
    return world_of(tutorial(weeks=8), [change("tip_prob", START + timedelta(weeks=4), by=1.0, **fields)])


def test_capital_counts_whole_and_running_cost_by_the_weeks_in_force():
    year = 36525.0  # 100 USD a day
    here = world(
        capital_cost_usd=usd(5000.0, 1000.0, 20000.0),
        running_cost_usd_per_year=usd(year, 0.5 * year, 2.0 * year, "usd_per_year"),
    )
    low, high = declared_span(here, here.interventions)
    assert low == pytest.approx(-4000.0 - 0.5 * 100 * 28, abs=0.05)
    assert high == pytest.approx(15000.0 + 100 * 28, abs=0.05)


def test_a_cost_without_a_range_and_the_costs_of_others_stay():
    here = world(capital_cost_usd=usd(5000.0, None, None))
    assert declared_span(here, here.interventions) == (0.0, 0.0)
    ranged = world(capital_cost_usd=usd(5000.0, 1000.0, 20000.0))
    assert declared_span(ranged, []) == (0.0, 0.0)
