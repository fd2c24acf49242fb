"""Mesa 3.3 and 3.5 behave alike: importing changes nothing, and finished models are freed."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from importlib.metadata import version

import pytest

from sim.agents.mesa_compat import Agent, DataCollector, Model, release

MESA_3_3 = version("mesa").startswith("3.3.")


class Walker(Agent):
    def __init__(self, model: Model) -> None:
        super().__init__(model)
        self.steps_made = 0

    def step(self) -> None:
        self.steps_made += 1


class Town(Model):
    def __init__(self, rng: int) -> None:
        super().__init__(rng=rng)
        for _ in range(3):
            Walker(self)
        self.datacollector = DataCollector(
            model_reporters={"walked": lambda m: sum(m.agents.get("steps_made"))}
        )

    def step(self) -> None:
        self.agents.do("step")
        self.datacollector.collect(self)


def alive_after(n: int, released: bool) -> int:
    models = []
    for key in range(n):
        town = Town(rng=key)
        town.step()
        town.step()
        models.append(weakref.ref(town))
        if released:
            release(town)
    del town
    gc.collect()
    return sum(model() is not None for model in models)


def test_released_models_are_freed():
    assert alive_after(5, released=True) == 0


def test_only_mesa_3_3_keeps_models_that_are_not_released():
    assert alive_after(5, released=False) == (5 if MESA_3_3 else 0)


def test_release_may_come_twice_and_without_agents():
    town = Town(rng=1)
    release(town)
    release(town)
    release(Model())


def test_agents_are_numbered_from_one_in_every_model():
    for key in (1, 2):
        assert Town(rng=key).agents.get("unique_id") == [1, 2, 3]


def test_what_is_declared_is_there():
    town = Town(rng=7)
    town.step()
    town.step()
    assert (town.steps, town.running, len(town.agents)) == (2, True, 3)
    assert town.agent_types == [Walker] and len(town.agents_by_type[Walker]) == 3
    assert town.agents[0] in town.agents
    assert len(town.agents.select(lambda walker: walker.unique_id > 1)) == 2
    assert town.agents.set("steps_made", 4).agg("steps_made", sum) == 12
    assert town.datacollector.get_model_vars_dataframe()["walked"].tolist() == [3, 6]
    town.agents[0].remove()
    assert len(town.agents) == 2
    town.remove_all_agents()
    assert len(town.agents) == 0


def start_method_after(chosen: str | None, statement: str) -> str:
    program = (
        "import multiprocessing\n"
        f"multiprocessing.set_start_method({chosen!r}, force=True)\n"
        f"{statement}\n"
        "print(multiprocessing.get_start_method(allow_none=True))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize("chosen", [None, "fork", "forkserver", "spawn"])
def test_importing_leaves_the_start_method_as_it_was(chosen: str | None):
    assert start_method_after(chosen, "import sim.agents.mesa_compat") == str(chosen)


def test_importing_mesa_itself_sets_it_on_3_3():
    assert start_method_after(None, "import mesa") == ("spawn" if MESA_3_3 else "None")


def told_in_a_notebook(statement: str) -> str:
    """What importing prints where there seems to be a notebook without widgets."""
    program = (
        "import sys, IPython\n"
        "sys.modules['ipykernel.zmqshell'] = sys\n"
        "sys.modules['ipywidgets'] = None\n"
        f"{statement}"
    )
    command = [sys.executable, "-W", "default", "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=True).stderr


def test_importing_says_nothing_in_a_notebook():
    assert "IProgress" not in told_in_a_notebook("import sim.agents.mesa_compat")
    assert "IProgress" in told_in_a_notebook("import mesa")
