"""The map: what was carried over each leg and where kilograms were seized, on borders kept with kordon.

Seizures are drawn as kilograms at a crossing, both sides together, and only places are named: no rate of
detection is tied to a real post.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D

from experiments.map_ground import (
    BASELINE,
    MAP_SHARE,
    THINNEST_PT,
    WIDEST_PT,
    WIDTH_IN,
    Carried,
    Spot,
    course_between,
    courses_of,
    draw_land,
    frame_map,
    line_width,
    scale_bar,
    spots_of,
)
from experiments.map_names import POINT, Floats, LabelRoom, Mark, name_countries, name_places
from experiments.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    figure_style,
    headline,
    mass_label,
    new_figure,
    nice_steps,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.results.run_result import RunResult

MODES: dict[str, tuple[str, str, Any]] = {
    "road": ("road", BLUE, "solid"),
    "rail": ("rail", PURPLE, "solid"),
    "green": ("green border", GREEN, "solid"),
    "sea": ("sea", SKY, (0, (2.5, 1))),
    "air": ("air", ORANGE, (0, (1, 1))),
}
LARGEST_CIRCLE_PT = 26.0
MOST_TOWNS = 30


def map_figure(run: RunResult) -> Figure:
    """Map of the run: width of a line = kilograms over the leg, area of a circle = kilograms seized."""
    tables = run.manifest["scenario"]["tables"]
    spots = spots_of(tables)
    carried = _carried(run, spots)
    seized = _seized_at_crossings(run)
    widest, most = max((leg.kg for leg in carried), default=0.0), float(seized[:, 2].max(initial=0.0))
    points = [leg.course for leg in carried] or [np.array([spot[1:3] for spot in spots.values()])]
    with figure_style():
        figure = new_figure(WIDTH_IN, 8.0)
        axes = figure.add_axes((0.012, 0.04, MAP_SHARE, 0.9))
        frame_map(figure, axes, np.vstack([*points, seized[:, :2]]))
        outlines = draw_land(axes) if tables == BASELINE else {}
        for rank, leg in enumerate(carried):
            _, colour, dashes = MODES[leg.mode]
            (line,) = axes.plot(*leg.course.T, color=colour, ls=dashes, alpha=0.85, zorder=3 + rank / 1e4)
            line.set(linewidth=line_width(leg.kg, widest), solid_capstyle="round")
        circles = axes.scatter(seized[:, 0], seized[:, 1], s=_circle(seized[:, 2], most), zorder=5)
        circles.set(color=VERMILLION, alpha=0.85, edgecolor="white", linewidth=0.8)
        room = _label_room(axes, carried, seized)
        name_places(axes, room, _marks(run, spots, carried))
        name_countries(axes, room, outlines)
        scale_bar(axes)
        _draw_legend(figure, widest, most, {leg.mode for leg in carried})
        headline(figure, run, "What was carried, and where it was seized")
    return figure


def _carried(run: RunResult, spots: Mapping[str, Spot]) -> list[Carried]:
    """Legs that carried something, largest first, each with its course."""
    kg: dict[tuple[str, str, str], float] = defaultdict(float)
    flows = run.flows
    for start, end, mode, mass in zip(
        flows["from_id"], flows["to_id"], flows["mode"], flows["kg"], strict=True
    ):
        one, other = sorted((start, end))
        kg[one, other, mode] += mass
    courses = courses_of()
    legs = []
    for (one, other, mode), mass in sorted(kg.items(), key=lambda leg: -leg[1]):
        if mass > 0:
            legs.append(Carried((one, other), mode, mass, course_between(one, other, mode, spots, courses)))
    return legs


def _seized_at_crossings(run: RunResult) -> Floats:
    """(n, 3) lon, lat, kg of each crossing with seizures, its sides together, largest first."""
    posts = run.posts[run.posts["seized_kg"] > 0]
    sums = posts.groupby("crossing_id").agg({"lon": "mean", "lat": "mean", "seized_kg": "sum"})
    return sums.sort_values("seized_kg", ascending=False).to_numpy(dtype=float).reshape(-1, 3)


def _circle(kg: Floats, most: float) -> Floats:
    """Area of a circle in square points, proportional to kilograms."""
    return LARGEST_CIRCLE_PT**2 * kg / (most or 1.0)


def _label_room(axes: Axes, carried: Sequence[Carried], seized: Floats) -> LabelRoom:
    """Room for labels that keeps off circles and spares lines by their width."""
    widest = max((leg.kg for leg in carried), default=0.0)
    busy = [np.empty((0, 2))]
    for leg in carried:
        for start, end in pairwise(axes.transData.transform(leg.course)):
            line = np.linspace(start, end, 2 + int(np.hypot(*(end - start)) / (4 * POINT)))
            busy += [line] * (1 + round(line_width(leg.kg, widest)))
    frame = axes.get_window_extent()
    room = LabelRoom((frame.x0 + 3, frame.y0 + 3, frame.x1 - 3, frame.y1 - 3), np.vstack(busy))
    across = 0.8 * np.sqrt(_circle(seized[:, 2], float(seized[:, 2].max(initial=0.0)))) * POINT
    for (x, y), size in zip(axes.transData.transform(seized[:, :2]), across, strict=True):
        room.take(x, y, size, size)
    return room


def _marks(run: RunResult, spots: Mapping[str, Spot], carried: Sequence[Carried]) -> list[Mark]:
    """Markets with what they received, origins, and the larger towns passed."""
    delivered = run.markets.groupby("market")["delivered_kg"].sum().sort_values(ascending=False)
    marks = {}
    for market, kg in zip(delivered.index.astype(str), delivered, strict=True):
        marks[market] = Mark(*spots[market][1:3], "s", 6.0, f"{spots[market].name}\n{mass_label(kg)}")
    for origin in dict.fromkeys(run.loads["origin"]):
        marks.setdefault(origin, Mark(*spots[origin][1:3], "^", 6.5, spots[origin].name))
    passed = {end for leg in carried for end in leg.ends}.difference(marks)
    for town in sorted(passed, key=lambda place: (-spots[place].population, place))[:MOST_TOWNS]:
        marks[town] = Mark(*spots[town][1:3], "o", 2.6, spots[town].name)
    return list(marks.values())


def _draw_legend(figure: Figure, widest: float, most: float, modes: set[str]) -> None:
    """What lines, circles and marks mean, with their scales, in a column beside the map."""

    def mark(sign: str, size: float, label: str, colour: str = "white", edge: str = INK) -> Line2D:
        return Line2D([], [], ls="none", marker=sign, ms=size, mfc=colour, mec=edge, label=label)

    def line(kg: float, label: str) -> Line2D:
        return Line2D([], [], color=GREY, lw=line_width(kg, widest), label=label)

    thinnest = widest * THINNEST_PT / WIDEST_PT
    widths = [line(kg, mass_label(kg)) for kg in nice_steps(widest, 3) if kg > 1.5 * thinnest]
    widths += [line(0.0, f"{mass_label(thinnest)} or less")] if widest else []
    steps = np.array(nice_steps(most, 4))
    sizes = np.sqrt(_circle(steps, most))
    circles = [mark("o", s, mass_label(kg), VERMILLION, "white") for kg, s in zip(steps, sizes, strict=True)]
    lines = [
        Line2D([], [], color=c, ls=d, lw=3, label=name) for m, (name, c, d) in MODES.items() if m in modes
    ]
    places = [
        mark("^", 6.5, "origin"),
        mark("s", 6, "market, with what\nit received"),
        mark("o", 2.6, "town", INK),
    ]
    top = figure.axes[0].get_position().y1
    for title, handles, gap in (
        ("Carried by", lines, 0.5),
        ("Carried over a leg,\nboth ways", widths, 0.7),
        ("Seized at a crossing,\nboth sides, or inland", circles, 1.2),
        ("Places", places, 0.6),
    ):
        if handles:
            look: dict[str, Any] = {"alignment": "left", "labelspacing": gap, "handlelength": 2.4}
            corner = (0.832, top)
            legend = figure.legend(
                handles=handles, title=title, loc="upper left", bbox_to_anchor=corner, **look
            )
            legend.get_title().set_fontweight("bold")
            top = legend.get_window_extent().transformed(figure.transFigure.inverted()).y0 - 0.02
