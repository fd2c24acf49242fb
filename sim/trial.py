"""One run: a scenario, interventions and a key in; a frozen result out."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Any

from sim.agents.mesa_compat import release
from sim.model import CorridorModel
from sim.results.frames import Ended, frames
from sim.results.run_result import RunResult
from sim.scenario.canonical import unplaced
from sim.scenario.load import Loaded, load_intervention, load_scenario, resolved
from sim.scenario.overlay import Intervention
from sim.scenario.quantity import Spec, quantities
from sim.scenario.schema import Scenario
from sim.world.build import build_world, world_in_place
from sim.world.tables import tables_folder
from sim.world.world import World

PACKAGES = ("mesa", "numpy", "numba", "scipy", "pandas", "pydantic", "pyarrow")
"""Packages whose versions can change a result; they are recorded with it."""


def run(
    scenario: str | Loaded[Any] | Scenario | World,
    *,
    key: int,
    interventions: Sequence[str | Intervention] = (),
    progress: Callable[[int, int], None] | None = None,
) -> RunResult:
    """Run a scenario once.

    Parameters
    ----------
    scenario
        Name or path of a scenario, or one already loaded (with its interventions), or a world.
    key : int
        Root of all luck, 0 to 2**64 - 1. Equal keys give equal luck in every scenario.
    interventions
        Names, paths or objects, laid over the scenario by their dates.
    progress
        Called with (weeks done, weeks in all) after each week.

    Raises
    ------
    ScenarioError, WorldError
        When the scenario or its tables cannot be run; nothing is run then.
    """
    if isinstance(key, bool) or not hasattr(key, "__index__"):
        raise TypeError(f"key must be a whole number (got {key!r})")
    world = scenario if isinstance(scenario, World) else world_of(scenario, interventions)
    model = CorridorModel(world, rng=key)
    try:
        while model.running:
            model.step()
            if progress is not None:
                progress(model.week, model.n_weeks)
        return result_of(model)
    finally:
        release(model)


def warmup() -> None:
    """Compile every kernel, so that workers find them compiled."""
    short = ["burn_in_weeks=0", "weeks=1", "tiers.small.behaviour=best_response"]
    run(load_scenario("tutorial", sets=short), key=0)


def world_of(
    scenario: str | Loaded[Any] | Scenario,
    interventions: Sequence[str | Intervention] = (),
    also: Sequence[Intervention] = (),
) -> World:
    """World of a scenario and interventions, each by name or given; for `also` see `build_world`."""
    if isinstance(scenario, Scenario):
        laid = [load_intervention(i) if isinstance(i, str) else i for i in interventions]
        return build_world(scenario, laid, also)
    if isinstance(scenario, Loaded):
        laid = [load_intervention(i) if isinstance(i, str) else i for i in interventions]
        return world_in_place(scenario, [*scenario.interventions, *laid], also)
    names = [i for i in interventions if isinstance(i, str)]
    loaded = load_scenario(scenario, interventions=names)
    by_name = dict(zip(names, loaded.interventions, strict=True))
    laid = [by_name[i] if isinstance(i, str) else i for i in interventions]
    return world_in_place(loaded, laid, also)


def result_of(model: CorridorModel) -> RunResult:
    """Result of a model that has come to its horizon."""
    book = model.book
    ended = Ended(
        world=model.world,
        tally=model.tally,
        book=book,
        courier_ids=model.couriers.ids(book["courier"]),
        corruption=model.memory.corruption.copy(),
        used=model.memory.used.copy(),
    )
    return RunResult(**frames(ended), manifest=manifest_of(model))


def manifest_of(model: CorridorModel) -> dict[str, Any]:
    """Enough to make a run again, bit for bit: what defines it, and on what it was made."""
    world = model.world
    scenario = resolved(world.scenario)
    laid = [resolved(i) for i in world.interventions]
    code = code_digest()
    data = data_digest(world.scenario.tables)
    defining = {
        "scenario": unplaced(scenario),
        "interventions": unplaced(laid),
        "key": model.key,
        "code": code,
        "data": data,
    }
    return {
        "name": world.scenario.name,
        "key": model.key,
        "scenario": scenario,
        "interventions": laid,
        "digest": hashlib.blake2b(json.dumps(defining, sort_keys=True).encode(), digest_size=16).hexdigest(),
        "event_log_sha256": model.tally.log_sha256,
        "code": code,
        "data": data,
        "tier": "T0",
        "statuses": statuses(world.scenario),
        "versions": versions(),
        "platform": f"{platform.system()} {platform.machine()}",
    }


def versions() -> dict[str, str]:
    """Versions of Python, kordon and the packages that can change a result."""
    found = {"python": platform.python_version()}
    for name in ("kordon", *PACKAGES):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def code_digest(package: str = "sim") -> str:
    """Digest of the source of a package; of `sim`, kernels and draws included."""
    return _digest_of(files(package), ".py")


def data_digest(tables: str) -> str:
    """Digest of the tables of a scenario."""
    return _digest_of(tables_folder(tables), ".csv")


def _digest_of(folder: Any, ending: str) -> str:  # noqa: ANN401 (a Traversable)
    digest = hashlib.blake2b(digest_size=16)
    for name, content in sorted(_contents(folder, ending, "")):
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()


def _contents(folder: Any, ending: str, prefix: str) -> list[tuple[str, bytes]]:  # noqa: ANN401
    found: list[tuple[str, bytes]] = []
    for item in folder.iterdir():
        if item.is_dir() and ending == ".py" and item.name != "__pycache__":
            found += _contents(item, ending, f"{prefix}{item.name}/")
        elif item.is_file() and item.name.endswith(ending):
            found.append((prefix + item.name, item.read_bytes()))
    return found


def statuses(spec: Spec) -> dict[str, int]:
    """How many quantities of a scenario have each status."""
    counts: dict[str, int] = {}
    for _, part in quantities(spec):
        counts[part.status] = counts.get(part.status, 0) + 1
    return dict(sorted(counts.items()))
