"""Every scenario that comes with the package loads."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario import load_scenario

FOLDER = Path(__file__).parents[2] / "scenarios"
NAMES = sorted(file.stem for file in FOLDER.glob("*.yaml"))


def test_the_baseline_and_the_tutorial_are_there():
    assert {"northern_route_2010", "tutorial"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_packaged_scenario_loads_by_name_and_by_path(name: str):
    by_name = load_scenario(name)
    by_path = load_scenario(FOLDER / f"{name}.yaml")
    assert by_name.scenario == by_path.scenario
    assert by_name.scenario.name == name
