"""Where a fault can be planted: in a function of a module, or in a kernel told in Python."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

import sim.kernels.carry
import sim.kernels.dispatch
import sim.kernels.encounter
import sim.kernels.post_hours
import sim.model
import sim.week
import sim.world.build
from sim.codes import COVER_ON_MODE, NO_POST
from tests.unit.kernels.small_world import plain

Patch = pytest.MonkeyPatch


def around(patch: Patch, module: Any, name: str, instead: Callable[..., Any]) -> None:
    """Let `instead(real, ...)` stand for a function of a module or class."""
    real = getattr(module, name)
    if isinstance(module, type):
        patch.setattr(module, name, lambda *args, **named: instead(real, *args, **named))
    else:
        patch.setattr(module, name, partial(instead, real))


def in_posts(patch: Patch, **columns: Callable[[np.ndarray], np.ndarray]) -> None:
    """Let columns of what the kernels read of posts be other than they should."""

    def instead(real: Callable[..., Any], *args: Any) -> Any:
        posts = real(*args)
        return posts._replace(**{name: change(getattr(posts, name)) for name, change in columns.items()})

    for module in (sim.world.build, sim.week):
        around(patch, module, "post_arrays", instead)


def in_dealings(patch: Patch, **columns: Callable[[Any], Any]) -> None:
    """Let what stands between traffickers and services be other than it should."""

    def instead(real: Callable[..., Any], *args: Any) -> Any:
        dealings = real(*args)
        return dealings._replace(
            **{name: change(getattr(dealings, name)) for name, change in columns.items()}
        )

    around(patch, sim.model, "dealings_of_week", instead)


def in_rules(patch: Patch, **columns: Any) -> None:
    """Let the rules of the way be other than they should."""
    around(patch, sim.world.build, "carry_rules", lambda real, *args: real(*args)._replace(**columns))


def in_routes(patch: Patch, **columns: Callable[[np.ndarray], np.ndarray]) -> None:
    """Let the stops of routes be other than they should."""

    def instead(real: Callable[..., Any], *args: Any) -> Any:
        arrays, steps = real(*args)
        return arrays._replace(**{n: change(getattr(arrays, n)) for n, change in columns.items()}), steps

    around(patch, sim.world.build, "_route_arrays", instead)


def carry_in_python(
    patch: Patch, load: dict[str, Any] | None = None, meeting: dict[str, Any] | None = None
) -> None:
    """Carry loads by the Python behind the kernel, some names in it meaning another thing."""
    kernel, chain = sim.kernels.carry, sim.kernels.encounter
    encounter = plain(chain._encounter, **(meeting or {}))
    carry_load = plain(kernel._carry_load, **{"encounter": encounter, **(load or {})})
    patch.setattr(sim.model, "carry", plain(kernel._carry, carry_load=carry_load))


def dispatch_in_python(patch: Patch, **replaced: Any) -> None:
    """Dispatch loads by the Python behind the kernel, some of its names meaning something else."""
    kernel = sim.kernels.dispatch
    choose = plain(kernel._choose, **replaced)
    patch.setattr(sim.model, "dispatch", plain(kernel._dispatch, **{"choose": choose, **replaced}))


def post_hours_in_python(patch: Patch, **replaced: Any) -> None:
    """Run the hours of posts by the Python behind the kernel, some of its names meaning something else."""
    patch.setattr(sim.model, "post_hours", plain(sim.kernels.post_hours._post_hours, **replaced))


def all_to(value: float) -> Callable[[np.ndarray], np.ndarray]:
    """Every entry of an array at one value."""
    return lambda column: np.full_like(column, value)


def one_row_on(post: np.ndarray) -> np.ndarray:
    """Every stop at the post after the one that is meant."""
    return np.where(post == NO_POST, post, (post + 1) % (post.max() + 1))


def cover_stays() -> np.ndarray:
    """A load keeps its cover on whatever it travels."""
    return np.repeat(np.arange(len(COVER_ON_MODE))[:, None], len(COVER_ON_MODE[0]), axis=1)
