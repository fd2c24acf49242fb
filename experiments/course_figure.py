"""The difference over time: week by week and added up, with the day on which each arm starts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.effect_rows import COLOURS, entitle, signed_tick, wide_limits, zero_line
from experiments.effect_words import MAIN, arm_lines, rows_of, sorted_arms, told, verdict
from experiments.style import BLUE, GREY, INK, figure_style, new_figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from experiments.effects import Effects

WIDTH_IN, ROW_IN, GAP_IN, HEAD_IN, FOOT_IN = 11.0, 1.3, 0.45, 1.0, 0.65
NAME_LETTERS = 58


def course_figure(effects: Effects) -> Figure:
    """Difference of the kilograms delivered, an arm a row: each week, and added up.

    Bands are 95 % intervals of the mean difference, week by week.
    """
    arms = sorted_arms(effects)
    weekly = effects.weekly[effects.weekly["outcome"] == MAIN]
    high = HEAD_IN + len(arms) * (ROW_IN + GAP_IN) - GAP_IN + FOOT_IN
    with figure_style():
        figure = new_figure(WIDTH_IN, high)
        panels = figure.subplots(len(arms), 2, sharex=True, sharey="col", squeeze=False)
        figure.subplots_adjust(left=0.07, right=0.975, top=1 - HEAD_IN / high, bottom=FOOT_IN / high)
        figure.subplots_adjust(hspace=GAP_IN / ROW_IN, wspace=0.15)
        for arm, (by_week, added_up) in zip(arms, panels, strict=True):
            course = weekly[weekly["arm"] == arm].sort_values("week")
            by_week.set_title(arm_lines(arm, NAME_LETTERS, most=1), pad=4, fontsize=9.5)
            _band(by_week, course, ("difference", "low", "high"), INK)
            said, colour = _told(effects, arm)
            added_up.set_title(said, pad=4, fontsize=8.5, fontweight="normal", color=colour)
            _band(added_up, course, ("cumulative", "cumulative_low", "cumulative_high"), colour)
            for axes in (by_week, added_up):
                _mark_start(axes, effects, arm, course)
        for column, ends in enumerate((("low", "high"), ("cumulative_low", "cumulative_high"))):
            panels[0, column].set_ylim(
                *wide_limits(weekly[list(ends)].to_numpy(dtype=float).ravel().tolist())
            )
            for axes in panels[:, column]:
                axes.yaxis.set_major_locator(MaxNLocator(4))
                axes.yaxis.set_major_formatter(FuncFormatter(signed_tick))
                axes.margins(x=0.01)
        heads = ("Each week, kg delivered", "Added up since the beginning, kg delivered")
        for axes, words in zip(panels[0], heads, strict=True):
            left = axes.get_position().x0
            figure.text(left, 1 - (HEAD_IN - 0.32) / high, words, fontweight="bold", va="bottom")
        handles = [
            Line2D([], [], color=INK, lw=1.5, label="mean paired difference"),
            Patch(color=GREY, alpha=0.35, lw=0, label="95 % interval"),
            Line2D([], [], color=BLUE, lw=1.2, ls=(0, (4, 2)), label="start of the arm"),
        ]
        corner = (0.99, 1 - 0.06 / high)
        figure.legend(handles=handles, loc="upper right", bbox_to_anchor=corner, ncols=3)
        entitle(figure, effects, "When it works: difference from the baseline")
    return figure


def _band(axes: Axes, course: pd.DataFrame, columns: tuple[str, str, str], colour: str) -> None:
    """A mean and the band around it."""
    middle, low, high = (course[column].to_numpy(dtype=float) for column in columns)
    axes.fill_between(course["start"], low, high, color=colour, alpha=0.22, lw=0, zorder=2)
    axes.plot(course["start"], middle, color=colour, lw=1.4, zorder=3)
    zero_line(axes, upright=False)


def _mark_start(axes: Axes, effects: Effects, arm: str, course: pd.DataFrame) -> None:
    """The first day of the arm's interventions, or that they have none within the run."""
    start = effects.starts.get(arm)
    if start is None:
        words = "not in force within the run"
        note = axes.text(0.01, 0.04, words, transform=axes.transAxes, fontsize=7.5, color=GREY)
        note.set_zorder(5)
        return
    if len(course):
        week = timedelta(days=7)
        first, last = course["start"].min() - week, course["start"].max() + week
        day: Any = np.datetime64(start)
        if first <= day <= last:
            axes.axvline(day, color=BLUE, lw=1.2, ls=(0, (4, 2)), zorder=2.5)


def _told(effects: Effects, arm: str) -> tuple[str, str]:
    """The whole difference in words, and its colour."""
    rows = rows_of(effects, MAIN)
    if arm not in rows:
        return "", INK
    row = rows[arm]
    start = effects.starts.get(arm)
    since = f", from {start:%Y-%m-%d}" if start else ""
    words = told(row.difference, row.low, row.high, row.unit)
    return f"{words.replace('-', '−')}{since}", COLOURS[verdict(row)]
