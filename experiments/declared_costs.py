"""How far the declared ranges of what interventions cost reach, over the reported weeks of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from sim.scenario.overlay import Intervention
from sim.scenario.quantity import Quantity
from sim.week import CENTS_PER_USD, programme_cents
from sim.world.calendar import HOURS_PER_WEEK
from sim.world.world import World

End = Literal["low", "value", "high"]


def declared_span(world: World, own: Sequence[Intervention]) -> tuple[float, float]:
    """USD by which the programmes of some interventions may cost less, and more, than is declared.

    Every cost at the low ends of its range, and every one at its high end; a cost without a range stays.
    """
    declared = _cost_usd(world, own, "value")
    return _cost_usd(world, own, "low") - declared, _cost_usd(world, own, "high") - declared


def _cost_usd(world: World, own: Sequence[Intervention], end: End) -> float:
    names = {i.name for i in own}
    priced = replace(
        world, interventions=tuple(_at(i, end) if i.name in names else i for i in world.interventions)
    )
    weeks = range(world.scenario.burn_in_weeks, world.n_weeks)
    cents = sum(programme_cents(priced, world.start_hour + HOURS_PER_WEEK * week) for week in weeks)
    return cents / CENTS_PER_USD


def _at(intervention: Intervention, end: End) -> Intervention:
    costs = ("capital_cost_usd", "running_cost_usd_per_year")
    return intervention.model_copy(update={n: _quantity_at(getattr(intervention, n), end) for n in costs})


def _quantity_at(cost: Quantity, end: End) -> Quantity:
    value = getattr(cost, end)
    return cost if value is None else cost.model_copy(update={"value": value})
