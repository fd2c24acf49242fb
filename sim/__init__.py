"""Kordon's model of the corridor: `run` a scenario, or step a `CorridorModel`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.model import CorridorModel
    from sim.results.run_result import RunResult
    from sim.scenario.faults import ScenarioError
    from sim.scenario.load import load_intervention, load_scenario, read_intervention
    from sim.scenario.overlay import Intervention
    from sim.trial import run, warmup
    from sim.world.faults import WorldError

_HOME = {
    "CorridorModel": "sim.model",
    "Intervention": "sim.scenario.overlay",
    "RunResult": "sim.results.run_result",
    "ScenarioError": "sim.scenario.faults",
    "WorldError": "sim.world.faults",
    "load_intervention": "sim.scenario.load",
    "load_scenario": "sim.scenario.load",
    "read_intervention": "sim.scenario.load",
    "run": "sim.trial",
    "warmup": "sim.trial",
}

__all__ = [
    "CorridorModel",
    "Intervention",
    "RunResult",
    "ScenarioError",
    "WorldError",
    "load_intervention",
    "load_scenario",
    "read_intervention",
    "run",
    "warmup",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 (any public name)
    """Import a public name when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__
