"""What a comparison asks of a run, and the short way to it: from the books of the finished model.

Expected values are conditional expectations given the realised past (DESIGN: the conditional estimator).
Over the reported weeks, what was seized less what was expected to be seized at each encounter has mean
zero, and so has what was diverted. With luck = (seized - expected seized) + (diverted - expected diverted),

    expected delivered = delivered + c * luck,   c = 1 - replacement_share * max(0, 1 - lag / weeks)

has the mean of what is delivered for any c fixed before the run. A load that is not seized is delivered,
lost or under way, which asks for c = 1; but of a load that is seized a share is sent again `lag` weeks
later, so that luck costs the market only the rest, c.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.paired import Better
from sim.codes import Fate
from sim.model import CorridorModel
from sim.results.tally import MASS
from sim.scenario.schema import Scenario
from sim.world.parts import TRANSIT_COUNTRY
from sim.world.world import World

Floats = NDArray[np.float64]
Estimator = Literal["conditional", "realised"]

HEADLINE = "delivered_kg"
"""What arms are judged by. Never by kilograms seized: they rise with what is sent."""

WEEKLY = ("sent_kg", "delivered_kg", "seized_kg", "profit_usd", "delay_vehicle_h", "public_cost_usd")
"""Outcomes that are followed week by week."""

FATES = ("delivered", "seized", "diverted", "lost", "under_way")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome of a run over its reported weeks."""

    name: str
    label: str
    unit: str  # as in the frames of a run
    better: Better
    estimator: Estimator  # what means are taken of


class Opening(NamedTuple):
    """What encounters before the reported weeks had already added to each load's expectations."""

    expected: Floats  # (n_loads then,) share seized
    diverted: Floats  # (n_loads then,) share diverted


def opening_of(model: CorridorModel) -> Opening:
    """Expectations of the loads so far; taken when the first reported week begins."""
    return Opening(model.book["expected_share"].copy(), model.book["diverted_share"].copy())


def outcomes_of(world: World) -> dict[str, Outcome]:
    """Every outcome of a world's runs, by name: one of deliveries for each market's country and commodity."""
    kg: list[Outcome] = [
        Outcome("sent_kg", "sent", "kg", "", "realised"),
        Outcome("delivered_kg", "delivered", "kg", "lower", "conditional"),
    ]
    kg += [
        Outcome(f"delivered_{part}_kg", f"delivered {words}", "kg", "lower", "conditional")
        for part, words in (
            *((c, f"to {c}") for c in market_countries(world)),
            *((c, f"of {c}") for c in world.commodities),
        )
    ]
    rest = (
        Outcome("seized_kg", "seized", "kg", "", "conditional"),
        *(Outcome(f"seized_{c}_kg", f"seized in {c}", "kg", "", "conditional") for c in _transit(world)),
        Outcome("seizures", "loads seized", "loads", "", "conditional"),
        Outcome("recorded_kg", "recorded as seized", "kg", "", "realised"),
        Outcome("interdiction_share", "seized of what was sent", "1", "higher", "conditional"),
        Outcome("diverted_kg", "diverted after seizure", "kg", "lower", "conditional"),
        Outcome("profit_usd", "traffickers' profit", "USD", "lower", "realised"),
        Outcome("bribes_usd", "bribes", "USD", "lower", "realised"),
        Outcome("arrests", "couriers arrested", "persons", "", "realised"),
        Outcome("active_routes", "routes used in a week", "routes", "", "realised"),
        Outcome("licit_vehicles", "licit traffic at posts", "vehicles", "", "realised"),
        Outcome("delay_vehicle_h", "delay of licit traffic", "vehicle-hours", "lower", "realised"),
        Outcome("delay_cost_usd", "cost of that delay", "USD", "lower", "realised"),
        Outcome("false_alarms", "false alarms", "vehicles", "lower", "realised"),
        Outcome("liability_usd", "paid for clean cargo opened", "USD", "lower", "realised"),
        Outcome("public_cost_usd", "cost to the state", "USD", "lower", "realised"),
        Outcome("mean_corruption", "officers who take bribes", "1", "lower", "realised"),
    )
    return {outcome.name: outcome for outcome in (*kg, *rest)}


def market_countries(world: World) -> list[str]:
    """Countries of the markets, sorted."""
    return sorted({world.corridor.places[market].country for market in world.flows.market})


def _transit(world: World) -> list[str]:
    """The country that policies are about, if the world has it."""
    return [TRANSIT_COUNTRY] if TRANSIT_COUNTRY in world.countries else []


def told_of(model: CorridorModel, opening: Opening) -> dict[str, Any]:
    """Outcomes of a finished run: `realised` and `expected` by name, `weekly` by name, masses by `fate`.

    Everything is a plain number or list of numbers, and equals what the frames of the run add up to.
    """
    world, tally = model.world, model.tally
    span = slice(world.scenario.burn_in_weeks, world.n_weeks)
    mass_kg = dict(zip(MASS, np.moveaxis(tally.mass_g[span], 1, 0) / 1000.0, strict=True))
    seized = tally.expected_seized_g[span] / 1000.0
    diverted = tally.expected_diverted_g[span] / 1000.0
    luck = (mass_kg["seized"] - seized) + (mass_kg["diverted"] - diverted)
    stays = luck_that_stays(model.in_force.scenario)
    delivered = mass_kg["delivered"] + stays * luck
    week = {name: values[span] for name, values in tally.week.items()}
    realised, expected = _by_country(model, opening, stays)
    sums = {
        **{f"{name}_kg": mass_kg[name].sum() for name in ("sent", "delivered", "seized", "diverted")},
        **{f"{name}_usd": week[name].sum() / 100.0 for name in MONEY},
        **{name: week[name].sum() for name in COUNTS},
        **{name: week[name].mean() for name in ("active_routes", "mean_corruption")},
        "seizures": week["seized_loads"].sum(),
        "recorded_kg": week["recorded_seized_kg"].sum(),
        "delay_cost_usd": week["delay_vehicle_h"].sum() * world.scenario.market.delay_usd_per_h.value,
        "interdiction_share": _over(mass_kg["seized"].sum(), mass_kg["sent"].sum()),
    }
    means = {
        "delivered_kg": delivered.sum(),
        "seized_kg": seized.sum(),
        "diverted_kg": diverted.sum(),
        "seizures": week["expected_seized_loads"].sum(),
        "interdiction_share": _over(seized.sum(), mass_kg["sent"].sum()),
    }
    for country in _transit(world):
        row = world.countries.index(country)
        sums[f"seized_{country}_kg"] = tally.area_seized_g[row].sum() / 1000.0
        means[f"seized_{country}_kg"] = tally.area_expected_g[row].sum() / 1000.0
    for row, commodity in enumerate(world.commodities):
        sums[f"delivered_{commodity}_kg"] = mass_kg["delivered"][:, row].sum()
        means[f"delivered_{commodity}_kg"] = delivered[:, row].sum()
    series = {
        "sent_kg": mass_kg["sent"].sum(axis=1),
        "delivered_kg": delivered.sum(axis=1),
        "seized_kg": seized.sum(axis=1),
        "profit_usd": week["profit"] / 100.0,
        "delay_vehicle_h": week["delay_vehicle_h"],
        "public_cost_usd": week["public_cost"] / 100.0,
    }
    fates = {
        "delivered": (mass_kg["delivered"] + luck).sum(),
        "seized": means["seized_kg"],
        "diverted": means["diverted_kg"],
        "lost": mass_kg["lost"].sum(),
        "under_way": mass_kg["under_way"][-1].sum(),
    }
    return {
        "log": tally.log_sha256,
        "realised": {name: float(value) for name, value in (sums | realised).items()},
        "expected": {name: float(value) for name, value in (means | expected).items()},
        "weekly": {name: series[name].tolist() for name in WEEKLY},
        "fates": {name: float(fates[name]) for name in FATES},
    }


COUNTS = ("arrests", "licit_vehicles", "delay_vehicle_h", "false_alarms")
MONEY = ("profit", "bribes", "liability", "public_cost")


def realised(name: str) -> Callable[[Mapping[str, Any]], float]:
    """Reads an outcome as it happened from what was told of a run."""
    return lambda told: float(told["realised"][name])


def estimated(outcome: Outcome) -> Callable[[Mapping[str, Any]], float]:
    """Reads what means of an outcome are taken of."""
    part = "expected" if outcome.estimator == "conditional" else "realised"
    return lambda told: float(told[part][outcome.name])


def _over(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def luck_that_stays(scenario: Scenario) -> float:
    """Share of a chance loss that the market goes without in the reported weeks, [0, 1]: the `c` above."""
    market = scenario.market
    sent_again = market.replacement_share.value * max(
        0.0, 1.0 - market.replacement_lag_weeks / scenario.weeks
    )
    return 1.0 - sent_again


def _by_country(
    model: CorridorModel, opening: Opening, stays: float
) -> tuple[dict[str, float], dict[str, float]]:
    """Deliveries to the countries of markets over the reported weeks, realised and expected, kg.

    The loads of the period are added up one by one: each with its fate, and with what the encounters of the
    period alone expected of it, loads still under way included. `stays` is the share of luck that counts.
    """
    world, book = model.world, model.book
    n = opening.expected.size
    expected, diverted = book["expected_share"].copy(), book["diverted_share"].copy()
    expected[:n] -= opening.expected
    diverted[:n] -= opening.diverted
    kept = np.flatnonzero(book["kept"])
    kg, fate = book.mass_g[kept].sum(axis=1) / 1000.0, book["fate"][kept]
    ended = np.isin(fate, (Fate.DELIVERED, Fate.SEIZED, Fate.DIVERTED))
    countries = market_countries(world)
    of_flow = np.array([countries.index(world.corridor.places[m].country) for m in world.flows.market])
    country = of_flow[book["flow"][kept]]
    through = ended - expected[kept] - diverted[kept]
    arrived = fate == Fate.DELIVERED
    told = np.bincount(country, kg * arrived, minlength=len(countries))
    meant = np.bincount(country, kg * (arrived + stays * (through - arrived)), minlength=len(countries))
    names = [f"delivered_{c}_kg" for c in countries]
    return dict(zip(names, told.tolist(), strict=True)), dict(zip(names, meant.tolist(), strict=True))
