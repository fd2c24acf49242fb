"""What the model's DataCollector gathers after every week."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.results.tally import MASS

if TYPE_CHECKING:
    from sim.model import CorridorModel


def key_of(model: CorridorModel) -> int:
    """Root of all luck of the run."""
    return model.key


def weeks_done(model: CorridorModel) -> int:
    """Weeks done, burn-in included."""
    return model.week


def sent_kg(model: CorridorModel) -> float:
    """Mass dispatched in the last week, kg."""
    return _mass_kg(model, "sent")


def delivered_kg(model: CorridorModel) -> float:
    """Mass delivered in the last week, kg."""
    return _mass_kg(model, "delivered")


def seized_kg(model: CorridorModel) -> float:
    """Mass seized in the last week, kg."""
    return _mass_kg(model, "seized")


def _mass_kg(model: CorridorModel, what: str) -> float:
    return float(model.tally.mass_g[model.week - 1, MASS.index(what)].sum()) / 1000.0


def delay_vehicle_h(model: CorridorModel) -> float:
    """Delay of licit traffic in the last week, vehicle-hours."""
    return float(model.tally.week["delay_vehicle_h"][model.week - 1])


def mean_corruption(model: CorridorModel) -> float:
    """Mean share of officers who take bribes at manned posts, after the last week."""
    return float(model.tally.week["mean_corruption"][model.week - 1])
