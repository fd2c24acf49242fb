"""Every figure of a comparison, by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from experiments.comparison_bars import adaptation_figure, fates_figure, replacement_figure
from experiments.cost_figure import cost_figure
from experiments.course_figure import course_figure
from experiments.displacement_map import displacement_map
from experiments.effects_figure import effects_figure
from experiments.style import png

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.effects import Effects

LONGEST_NAME = 48


def comparison_files(effects: Effects) -> dict[str, bytes]:
    """Every figure as a PNG, by file name: one map an arm, one each of the others."""
    return {f"{name}.png": png(make(effects)) for name, make in _makers(effects).items()}


def comparison_figure(effects: Effects, name: str) -> Figure:
    """The figure of that name: the name of its file without the ending."""
    makers = _makers(effects)
    if name not in makers:
        raise ValueError(f"no figure {name!r}; there are {', '.join(makers)}")
    return makers[name](effects)


def _makers(effects: Effects) -> dict[str, Callable[[Effects], Figure]]:
    """What draws each figure; what the comparison does not hold, such as other behaviours, has none."""
    made: dict[str, Callable[[Effects], Figure]] = {"effects": effects_figure, "over_time": course_figure}
    if len(effects.costs):
        made["cost"] = cost_figure
    if len(effects.fates):
        made["fates"] = fates_figure
    if len(effects.replacement):
        made["replacement"] = replacement_figure
    if effects.others:
        made["adaptation"] = adaptation_figure
    for name, arm in map_names(effects.arms).items():
        made[name.removesuffix(".png")] = partial(displacement_map, arm=arm)
    return made


def map_names(arms: tuple[str, ...]) -> dict[str, str]:
    """File names of the maps, each with its arm; no two are the same on any system."""
    names: dict[str, str] = {}
    for arm in arms:
        plain = re.sub(r"[^a-z0-9]+", "_", arm.casefold()).strip("_")[:LONGEST_NAME] or "arm"
        name, n = plain, 1
        while f"map_{name}.png" in names:
            n += 1
            name = f"{plain}_{n}"
        names[f"map_{name}.png"] = arm
    return names
