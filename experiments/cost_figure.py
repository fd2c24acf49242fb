"""What the state pays against the kilograms kept off the market, with intervals in both."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.effect_rows import COLOURS, entitle, signed_tick, unit_scale, verdict_handles, wide_limits
from experiments.effect_words import amount, arm_lines, by_arm, sorted_arms
from experiments.map_names import POINT, LabelRoom
from experiments.style import GREY, INK, LAND, PALE, figure_style, new_figure, nice_steps

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    from experiments.effects import Effects

WIDTH_IN, LEAST_IN, LIST_ROW_IN = 11.0, 5.6, 0.42
HEAD_IN, FOOT_IN, LEFT_IN, LIST_IN = 1.0, 0.75, 0.85, 3.3
PRICES, LEAST_APART = 6, 0.07


class Priced(NamedTuple):
    """An arm: its number in the figure, its cost and its kilograms, each with an interval, and the price."""

    number: int
    arm: str
    cost: tuple[float, float, float]  # low, middle, high in the axis' unit
    kept: tuple[float, float, float]
    usd_per_kg: float
    said: str


def cost_figure(effects: Effects) -> Figure:
    """Public cost of each arm against the kilograms it keeps off the market; rays are prices of one."""
    rows = by_arm(effects.costs)
    costs = effects.costs[["cost_usd", "cost_low", "cost_high"]].to_numpy(dtype=float)
    largest = float(np.nanmax(np.abs(costs), initial=0.0))
    scale, unit = unit_scale("USD", largest)
    arms = [arm for arm in sorted_arms(effects) if arm in rows]
    priced = [_priced(n, rows[arm], scale) for n, arm in enumerate(arms, 1)]
    high = HEAD_IN + max(LEAST_IN, LIST_ROW_IN * (len(arms) + 2)) + FOOT_IN
    with figure_style():
        figure = new_figure(WIDTH_IN, high)
        wide = WIDTH_IN - LEFT_IN - LIST_IN - 0.45
        box = (LEFT_IN / WIDTH_IN, FOOT_IN / high, wide / WIDTH_IN, 1 - (HEAD_IN + FOOT_IN) / high)
        axes = figure.add_axes(box)
        axes.set_xlim(*wide_limits([end for p in priced for end in p.cost], 0.1))
        axes.set_ylim(*wide_limits([end for p in priced for end in p.kept], 0.1))
        axes.set_xlabel(f"public cost more than the baseline's, {unit or 'USD'}")
        axes.set_ylabel("kilograms kept off the market")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(MaxNLocator(7))
            axis.set_major_formatter(FuncFormatter(signed_tick))
        axes.axvline(0, color=INK, lw=0.9, zorder=1.5)
        axes.axhline(0, color=INK, lw=0.9, zorder=1.5)
        axes.axhspan(min(axes.get_ylim()[0], 0), 0, color=LAND, lw=0, zorder=0.4)
        room = LabelRoom(_frame(axes), _crosses(axes, priced))
        for p in priced:
            _draw(axes, p)
        for p in priced:
            _number(axes, room, p)
        _iso_lines(axes, room, scale)
        _zones(axes, room)
        _list(figure, priced, high)
        handles = verdict_handles([p.said for p in priced])[:-1]
        corner = (0.006, 1 - 0.38 / high)
        figure.legend(handles=handles, loc="upper left", bbox_to_anchor=corner, ncols=max(len(handles), 1))
        entitle(figure, effects, "What a kilogram kept off the market costs the state")
    return figure


def _priced(number: int, row: Any, scale: float) -> Priced:  # noqa: ANN401 (a row)
    cost = (scale * row.cost_low, scale * row.cost_usd, scale * row.cost_high)
    kept = (row.kept_off_low, row.kept_off_kg, row.kept_off_high)
    said = "better" if kept[0] > 0 else "worse" if kept[2] < 0 else "unclear"
    return Priced(number, row.arm, cost, kept, row.usd_per_kg, said)


def _draw(axes: Axes, p: Priced) -> None:
    """A dot with its two intervals."""
    colour = COLOURS[p.said]
    look: dict[str, Any] = {"color": colour, "alpha": 0.45, "lw": 2.2, "solid_capstyle": "butt", "zorder": 3}
    axes.plot([p.cost[0], p.cost[2]], [p.kept[1]] * 2, **look)
    axes.plot([p.cost[1]] * 2, [p.kept[0], p.kept[2]], **look)
    face = "white" if p.said == "unclear" else colour
    axes.plot([p.cost[1]], [p.kept[1]], "o", ms=6.5, mfc=face, mec=colour, mew=1.4, zorder=4)


def _number(axes: Axes, room: LabelRoom, p: Priced) -> None:
    """The number of an arm beside its dot."""
    text = axes.text(0, 0, str(p.number), ha="center", va="center", fontsize=9, fontweight="bold", zorder=6)
    text.set_color(COLOURS[p.said])
    box = text.get_window_extent()
    x, y = axes.transData.transform((p.cost[1], p.kept[1]))
    anchors = []
    for gap in (5.0, 8.0, 12.0, 18.0, 26.0):
        dx, dy = box.width / 2 + gap * POINT, box.height / 2 + (gap - 2) * POINT
        anchors += [(x + dx, y + dy), (x - dx, y + dy), (x + dx, y - dy), (x - dx, y - dy)]
        anchors += [(x + dx, y), (x - dx, y), (x, y + dy), (x, y - dy)]
    centre = room.place(anchors, box.width, 0.8 * box.height)
    if centre is None:
        text.remove()
    else:
        _move(axes, text, centre)


def _iso_lines(axes: Axes, room: LabelRoom, scale: float) -> None:
    """Rays along which a kilogram costs the same, each with its price where it leaves the panel."""
    right, top = axes.get_xlim()[1], axes.get_ylim()[1]
    if right <= 0 or top <= 0:
        return
    diagonal = right / scale / top
    for price in nice_steps(30 * diagonal, PRICES):
        slope = 1 / (price * scale)
        end = (right, right * slope) if right * slope <= top else (top / slope, top)
        if min(end[0] / right, end[1] / top) < LEAST_APART:
            continue
        axes.plot([0, end[0]], [0, end[1]], color=PALE, lw=0.9, ls=(0, (4, 3)), zorder=0.8)
        words = f"USD {price:,.6g} a kg"
        text = axes.text(0, 0, words, fontsize=7.5, color=GREY, ha="center", va="center", zorder=5)
        box = text.get_window_extent()
        anchors = []
        for along in (0.97, 0.92, 0.86, 0.8, 0.72, 0.62):
            x, y = axes.transData.transform((along * end[0], along * end[1]))
            anchors += [(x - box.width / 2, y), (x - box.width / 2, y + box.height / 2)]
        centre = room.place(anchors, box.width + 3, box.height + 2, hides=1)
        if centre is None:
            text.remove()
        else:
            _move(axes, text, centre)
            text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.8})


def _zones(axes: Axes, room: LabelRoom) -> None:
    """What lies below the line and left of it."""
    frame = axes.get_window_extent()
    _, zero = axes.transData.transform((0, 0))
    if zero - frame.y0 > 20 * POINT:
        text = axes.text(0, 0, "more reaches the market", fontsize=8, color=GREY, style="italic")
        text.set(ha="center", va="center")
        box = text.get_window_extent()
        y = frame.y0 + box.height
        xs = (frame.x1 - 0.6 * box.width, (frame.x0 + frame.x1) / 2, frame.x0 + 0.6 * box.width)
        centre = room.place([(x, y) for x in xs], box.width, box.height, hides=1)
        if centre is None:
            text.remove()
        else:
            _move(axes, text, centre)


def _move(axes: Axes, text: Text, centre: tuple[float, float]) -> None:
    """Put the middle of a text where there is room, given in display units."""
    x, y = axes.transData.inverted().transform(centre)
    text.set_position((float(x), float(y)))


def _frame(axes: Axes) -> tuple[float, float, float, float]:
    frame = axes.get_window_extent()
    return (frame.x0 + 3, frame.y0 + 3, frame.x1 - 3, frame.y1 - 3)


def _crosses(axes: Axes, priced: list[Priced]) -> np.ndarray:
    """Points along every interval, (n, 2) in display units."""
    points = [np.empty((0, 2))]
    for p in priced:
        steps = np.linspace(0, 1, 40)
        across = np.column_stack([p.cost[0] + steps * (p.cost[2] - p.cost[0]), np.full(40, p.kept[1])])
        up = np.column_stack([np.full(40, p.cost[1]), p.kept[0] + steps * (p.kept[2] - p.kept[0])])
        points += [axes.transData.transform(across), axes.transData.transform(up)]
        points += [np.repeat(axes.transData.transform([(p.cost[1], p.kept[1])]), 20, axis=0)]
    return np.vstack(points)


def _list(figure: Figure, priced: list[Priced], high: float) -> None:
    """Arms by number, and what a kilogram costs in each."""
    left = (WIDTH_IN - LIST_IN) / WIDTH_IN
    top = 1 - HEAD_IN / high
    figure.text(left, top, "Arm, and USD a kilogram kept off", fontweight="bold", va="top")
    for row, p in enumerate(priced):
        y = top - (0.42 + LIST_ROW_IN * row) / high
        figure.text(
            left + 0.02, y, str(p.number), ha="right", va="center", fontweight="bold", color=COLOURS[p.said]
        )
        figure.text(left + 0.03, y, arm_lines(p.arm, 28, most=3), va="center", fontsize=8.5, linespacing=1.0)
        price = "-" if math.isnan(p.usd_per_kg) else amount(p.usd_per_kg, "USD").removeprefix("USD ")
        figure.text(
            0.985, y, price if p.said == "better" else "none clear", va="center", ha="right", fontsize=8.5
        )
