"""Effects as rows of a figure: an arm a row, a dot where it is, a bar for its interval, zero the baseline."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.effect_words import arm_lines, keys_words, verdict
from experiments.style import BLUE, GREY, INK, PALE, VERMILLION, titled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from experiments.effects import Effects

COLOURS = {"better": BLUE, "worse": VERMILLION, "changed": INK, "unclear": GREY}
MEANINGS = {
    "better": "better",
    "worse": "worse",
    "changed": "changed, neither good nor bad",
    "unclear": "unclear: the interval holds zero",
}
NAME_IN, NAME_LETTERS = 2.35, 30
"""Room for the names of arms, inches and letters; two lines each at most."""


def name_arms(axes: Axes, arms: Sequence[str], *, shown: bool = True) -> None:
    """Rows from the top down, named; the grid runs along the values only."""
    axes.set_yticks(range(len(arms)), [arm_lines(arm, NAME_LETTERS) for arm in arms] if shown else [])
    axes.set_ylim(len(arms) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0, labelsize=8.5)
    axes.grid(visible=False, axis="y")
    axes.grid(color=PALE, axis="x")
    axes.spines["left"].set_visible(False)
    for row in range(1, len(arms)):
        axes.axhline(row - 0.5, color=PALE, lw=0.6, zorder=0.5)


def zero_line(axes: Axes, *, upright: bool = True) -> None:
    """The baseline."""
    (axes.axvline if upright else axes.axhline)(0.0, color=INK, lw=0.9, zorder=1.5)


def draw_effect(axes: Axes, at: float, row: Any, scale: float = 1.0) -> None:  # noqa: ANN401 (a row)
    """One effect at a height: from the baseline at zero to the mean difference, and its 95 % interval."""
    said = verdict(row)
    colour = COLOURS[said]
    low, middle, high = (scale * float(value) for value in (row.low, row.difference, row.high))
    axes.plot([0.0, middle], [at, at], color=colour, lw=1.0, alpha=0.6, zorder=2)
    axes.plot([low, high], [at, at], color=colour, lw=4.0, alpha=0.35, solid_capstyle="butt", zorder=2.5)
    axes.plot([0.0], [at], "o", ms=3.6, mfc="white", mec=INK, mew=0.8, zorder=3)
    face = "white" if said == "unclear" else colour
    axes.plot([middle], [at], "o", ms=6.0, mfc=face, mec=colour, mew=1.4, zorder=4)


def wide_limits(values: Sequence[float], room: float = 0.06) -> tuple[float, float]:
    """Limits that hold zero and every finite value, with some room; -1 to 1 where there is nothing."""
    finite = [0.0, *(float(value) for value in values if math.isfinite(value))]
    low, high = min(finite), max(finite)
    span = high - low
    return (low - room * span, high + room * span) if span > 0 else (-1.0, 1.0)


def unit_scale(unit: str, largest: float) -> tuple[float, str]:
    """Factor and words that make a unit's numbers short: points of a share, USD million, tonnes."""
    if unit == "1":
        return 100.0, "percentage points"
    for size, word in ((1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if unit == "USD" and largest >= size:
            return 1 / size, f"USD {word}"
    if unit != "kg" and largest >= 1e5:
        return 1e-3, f"thousand {unit}"
    return 1.0, unit


def signed_axis(axes: Axes, most: int = 6) -> None:
    """Differences along the bottom, each with its sign."""
    axes.xaxis.set_major_locator(MaxNLocator(most))
    axes.xaxis.set_major_formatter(FuncFormatter(signed_tick))


def signed_tick(value: float, _: object = None) -> str:
    """A number of an axis with its sign."""
    digits = f"{abs(value):,.0f}" if abs(value) >= 100 else f"{abs(value):g}"
    return "0" if digits == "0" else f"{'−' if value < 0 else '+'}{digits}"


def relative_axis(axes: Axes, baseline: float, most: int = 6) -> None:
    """The same differences along the top, as per cent of the baseline."""
    if not (math.isfinite(baseline) and baseline):
        return

    def to_percent(value: Any) -> Any:  # noqa: ANN401 (number or array)
        return 100.0 * value / baseline

    def back(value: Any) -> Any:  # noqa: ANN401 (number or array)
        return value * baseline / 100.0

    functions: tuple[Callable[[Any], Any], Callable[[Any], Any]] = (to_percent, back)
    top = axes.secondary_xaxis("top", functions=functions)
    top.xaxis.set_major_locator(MaxNLocator(most))
    top.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{signed_tick(value)} %"))
    top.tick_params(labelsize=7.5, labelcolor=GREY, color=GREY, pad=1)
    top.spines["top"].set_color(PALE)


def verdict_handles(said: Sequence[str]) -> list[Line2D]:
    """Signs of a legend for the verdicts that are shown, and for the baseline."""
    look: Mapping[str, Any] = {"ls": "none", "marker": "o"}
    handles = [
        Line2D([], [], ms=6, mfc="white" if v == "unclear" else colour, mec=colour, label=MEANINGS[v], **look)
        for v, colour in COLOURS.items()
        if v in said
    ]
    return [*handles, Line2D([], [], ms=3.6, mfc="white", mec=INK, label="baseline", **look)]


def about(effects: Effects) -> str:
    """What a figure of a comparison was made from."""
    digest = str(effects.manifest.get("digest", ""))[:12]
    traffickers = effects.behaviour.replace("_", " ")
    words = [effects.scenario, f"{len(effects.keys)} pairs an arm ({keys_words(effects.keys)})"]
    words += [f"{traffickers} traffickers", *([f"comparison {digest}"] if digest else [])]
    return ", ".join(words)


def entitle(figure: Figure, effects: Effects, title: str) -> None:
    """Title above, and below it the comparison."""
    titled(figure, title, about(effects))
