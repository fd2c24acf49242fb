"""The same small runs compiled, with bounds checked and not compiled: the same event log.

An index out of bounds reads whatever lies there when compiled, and raises in the two other modes; integer
widths and conversions differ between compiled code and Python.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numba
import pytest

from sim.compiled import source_digest
from tests.naive import Twin
from tests.naive_given import given
from tests.properties.random_worlds import random_world

ROOT = Path(__file__).parents[2]
WORLDS = (0, 3, 7, 12)
MODES = {"compiled": {}, "bounds": {"NUMBA_BOUNDSCHECK": "1"}, "python": {"NUMBA_DISABLE_JIT": "1"}}
SCRIPT = """
import sys
from sim.kernels.carry import carry
from sim.model import CorridorModel
from tests.properties.random_worlds import random_world
print(hasattr(carry, "py_func"))
for n in map(int, sys.argv[1:]):
    world, key = random_world(n)
    model = CorridorModel(world, rng=key)
    model.run_model()
    print(model.tally.log_sha256)
"""


@pytest.fixture(scope="module")
def plain():
    """Digests of the plain twin, which knows no mode."""
    digests = []
    for n in WORLDS:
        world, key = random_world(n)
        twin = Twin(given(world, key))
        for _ in range(world.n_weeks):
            twin.step()
        digests.append(twin.digest.hex())
    return digests


@pytest.mark.parametrize("mode", MODES)
def test_runs_are_the_same_in_every_mode(mode, plain):
    others = {name for settings in MODES.values() for name in settings}
    environment = {name: value for name, value in os.environ.items() if name not in others} | MODES[mode]
    if mode == "bounds" or "NUMBA_BOUNDSCHECK" in os.environ:
        environment["NUMBA_CACHE_DIR"] = str(Path(numba.config.CACHE_DIR) / f"{mode}-{source_digest()}")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT, *map(str, WORLDS)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(mode != "python"), *plain]
