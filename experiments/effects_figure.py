"""Paired effects with their intervals: what is delivered in full, other outcomes in small panels."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import TYPE_CHECKING

from experiments.effect_rows import (
    NAME_IN,
    draw_effect,
    entitle,
    name_arms,
    relative_axis,
    signed_axis,
    unit_scale,
    verdict_handles,
    wide_limits,
    zero_line,
)
from experiments.effect_words import MAIN, percent, rows_of, sorted_arms, told, verdict
from experiments.style import GREY, figure_style, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from experiments.effects import Effects

PANELS = (
    "interdiction_share",
    "seized_kg",
    "profit_usd",
    "delay_vehicle_h",
    "mean_corruption",
    "public_cost_usd",
)
"""Outcomes beside the main one, three to a line."""

WIDTH_IN, RIGHT_IN, TEXT_IN = 11.0, 0.3, 3.55
ROW_IN, SMALL_ROW_IN = 0.36, 0.33
ABOVE_IN, BELOW_IN, HEAD_IN, FOOT_IN = 0.66, 0.36, 0.62, 0.32
ACROSS, GAP_IN = 3, 0.45
BETTER = {"lower": "lower is better", "higher": "higher is better"}


def effects_figure(effects: Effects) -> Figure:
    """Difference of every arm from the baseline, paired, 95 % interval; arms from best to worst."""
    arms = sorted_arms(effects)
    small = [outcome for outcome in PANELS if len(rows_of(effects, outcome))]
    lines = -(-len(small) // ACROSS)
    main_in, small_in = ROW_IN * max(len(arms), 2), SMALL_ROW_IN * max(len(arms), 2)
    high = HEAD_IN + ABOVE_IN + main_in + BELOW_IN + lines * (ABOVE_IN + small_in + BELOW_IN) + FOOT_IN
    with figure_style():
        figure = new_figure(WIDTH_IN, high)

        def panel(left: float, top: float, wide: float, tall: float) -> Axes:
            box = (left / WIDTH_IN, (high - top - tall) / high, wide / WIDTH_IN, tall / high)
            return figure.add_axes(box)

        top = HEAD_IN + ABOVE_IN
        wide = WIDTH_IN - RIGHT_IN - NAME_IN - TEXT_IN
        main = panel(NAME_IN, top, wide, main_in)
        said = _draw_panel(main, effects, arms, MAIN, named=True)
        _write_effects(main, effects, arms)
        top += main_in + BELOW_IN + ABOVE_IN
        across = (WIDTH_IN - RIGHT_IN - NAME_IN - (ACROSS - 1) * GAP_IN) / ACROSS
        for n, outcome in enumerate(small):
            line, column = divmod(n, ACROSS)
            axes = panel(
                NAME_IN + column * (across + GAP_IN),
                top + line * (ABOVE_IN + small_in + BELOW_IN),
                across,
                small_in,
            )
            said += _draw_panel(axes, effects, arms, outcome, named=column == 0)
        handles = verdict_handles(said)
        corner = (0.006, 1 - 0.36 / high)
        figure.legend(handles=handles, loc="upper left", bbox_to_anchor=corner, ncols=len(handles))
        entitle(figure, effects, "What each arm changes: paired difference from the baseline, 95 % interval")
    return figure


def _draw_panel(axes: Axes, effects: Effects, arms: list[str], outcome: str, *, named: bool) -> list[str]:
    """One outcome, an arm a row; gives the verdicts that are shown."""
    rows = rows_of(effects, outcome)
    some = next(iter(rows.values()), SimpleNamespace(label=outcome, unit="", better="", baseline=math.nan))
    ends = [end for row in rows.values() for end in (row.low, row.high, row.difference)]
    scale, unit = unit_scale(some.unit, max((abs(end) for end in ends), default=0.0))
    label, better = str(some.label), BETTER.get(some.better)
    axes.set_title(f"{label[:1].upper()}{label[1:]}", pad=29 if better or unit else 17)
    words = ", ".join(part for part in (unit, better) if part)
    axes.annotate(words, (0, 1), (0, 18), "axes fraction", "offset points", fontsize=7.5, color=GREY)
    name_arms(axes, arms, shown=named)
    axes.set_xlim(*wide_limits([scale * end for end in ends]))
    zero_line(axes)
    for at, arm in enumerate(arms):
        if arm in rows:
            draw_effect(axes, at, rows[arm], scale)
    signed_axis(axes, 6 if outcome == MAIN else 4)
    relative_axis(axes, scale * some.baseline, most=6 if outcome == MAIN else 4)
    return [verdict(row) for row in rows.values()]


def _write_effects(axes: Axes, effects: Effects, arms: list[str]) -> None:
    """Figures of the main outcome beside its panel: difference, interval, share of the baseline, chance."""
    rows = rows_of(effects, MAIN)
    columns = (
        (0.2, "difference (95 %)", "left"),
        (2.65, "of baseline", "right"),
        (3.45, "keys better", "right"),
    )
    inches = axes.get_position().width * WIDTH_IN

    def write(at: float, row: float, words: str, side: str, colour: str = "") -> None:
        place = (1 + at / inches, row)
        text = axes.text(*place, words, transform=axes.get_yaxis_transform(), ha=side, va="center")
        text.set(fontsize=8, **({"color": colour} if colour else {}))

    for at, words, side in columns:
        write(at, -0.5 - 0.14 / ROW_IN, words, side, GREY)
    for at, arm in enumerate(arms):
        if arm not in rows:
            continue
        row = rows[arm]
        words = told(row.difference, row.low, row.high, row.unit)
        chance = "-" if math.isnan(row.prob_better) else f"{100 * row.prob_better:.0f} %"
        for (x, _, side), cell in zip(columns, (words, percent(row.relative), chance), strict=True):
            write(x, at, cell.replace("-", "−"), side)
