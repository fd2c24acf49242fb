"""What may be given to a model: a scenario by name, path or value, overrides, a key."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario
from sim.world.build import build_world, world_in_place
from sim.world.world import World

DEFAULT_SCENARIO = "tutorial"


def fresh_key() -> int:
    """A key from the operating system, for a run that was given none."""
    return secrets.randbits(63)


def as_world(scenario: str | Path | Scenario | World | None, overrides: dict[str, Any]) -> World:
    """World of whatever names a scenario, with `section__field=value` overrides."""
    sets = [f"{name.replace('__', '.')}={value}" for name, value in overrides.items()]
    if isinstance(scenario, World):
        if sets:
            raise ValueError("a World is settled already; overrides need a scenario")
        return scenario
    if isinstance(scenario, Scenario):
        if sets:
            raise ValueError("overrides need the name or path of a scenario")
        return build_world(scenario)
    return world_in_place(load_scenario(scenario or DEFAULT_SCENARIO, sets=sets), ())
