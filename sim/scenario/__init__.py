"""What the analyst writes: scenario files, their quantities, their faults, and interventions."""

from sim.scenario.canonical import digest, resolved
from sim.scenario.faults import Fault, ScenarioError
from sim.scenario.load import Loaded, load_intervention, load_scenario

__all__ = ["Fault", "Loaded", "ScenarioError", "digest", "load_intervention", "load_scenario", "resolved"]
