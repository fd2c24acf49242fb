"""Rules of the way that hold for every load, from covers and travel."""

from __future__ import annotations

import numpy as np

from sim.codes import COVER_ON_MODE, Cover
from sim.kernels.arrays import CarryRules
from sim.scenario.schema import CoverSpec, Scenario


def carry_rules(scenario: Scenario) -> CarryRules:
    """What `carry` is told of covers and of turning back."""
    covers: list[CoverSpec] = [getattr(scenario.covers, c.name.lower()) for c in Cover]
    travel = scenario.travel
    return CarryRules(
        image=np.array([c.image_factor.value for c in covers]),
        image_half_g=np.array([1000.0 * c.image_half_kg.value for c in covers]),
        odour=np.array([c.odour_factor.value for c in covers]),
        cover_on_mode=np.array(COVER_ON_MODE, np.int64),
        turn_back=travel.turn_back_prob.value,
        turn_back_min=round(60 * travel.turn_back_h.value),
        most_tries=travel.most_tries,
        patience_min=round(60 * travel.patience_h.value),
    )
