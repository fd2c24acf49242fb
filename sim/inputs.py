"""What may be given to a model: a scenario by name, path or value, overrides, a key."""

from __future__ import annotations

import operator
import secrets
from pathlib import Path
from typing import Any

from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario
from sim.world.build import build_world, world_in_place
from sim.world.world import World

DEFAULT_SCENARIO = "tutorial"


def as_key(rng: Any) -> int:  # noqa: ANN401 (whatever Mesa takes)
    """Key of a run from what Mesa calls rng: a whole number, its text, a SeedSequence or a Generator.

    None draws one from the operating system.

    Raises
    ------
    TypeError, ValueError
        For anything else, and for numbers outside 0 .. 2**64 - 1.
    """
    if rng is None:
        return secrets.randbits(63)
    if hasattr(rng, "generate_state"):
        low, high = rng.generate_state(2)
        return int(low) | int(high) << 32
    if hasattr(rng, "integers"):
        return int(rng.integers(2**63))
    if isinstance(rng, str) and rng.isdecimal():
        rng = int(rng)
    if isinstance(rng, bool) or not hasattr(rng, "__index__"):
        raise TypeError(f"rng must be a whole number, a SeedSequence or a Generator (got {rng!r})")
    key = operator.index(rng)
    if not 0 <= key < 2**64:
        raise ValueError(f"the key must be a whole number from 0 to 2**64 - 1 (got {key})")
    return key


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
