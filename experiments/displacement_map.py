"""The map of displacement: legs that carry more or less than in the baseline, crossings that moved most."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.lines import Line2D

from experiments.effect_rows import entitle
from experiments.effect_words import arm_words
from experiments.map_ground import (
    BASELINE,
    MAP_SHARE,
    WIDTH_IN,
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
from experiments.style import BLUE, GREY, INK, VERMILLION, figure_style, mass_label, new_figure, nice_steps

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from experiments.effects import Effects
    from sim.world.parts import Corridor

MOST_CROSSINGS, MOST_TOWNS = 12, 14
CLEAR, FAINT = 0.85, 0.22


class Moved(NamedTuple):
    """One leg, both directions together: how much more it carries, whether that is clear, its course."""

    ends: tuple[str, str]
    kg: float
    is_clear: bool
    course: Floats


def displacement_map(effects: Effects, arm: str) -> Figure:
    """Map of one arm: red legs carry more than in the baseline and blue ones less, faint where unclear."""
    corridor, tables = _corridor(effects)
    spots = spots_of(tables)
    moved = _moved(effects, arm, corridor, spots)
    most = max((abs(leg.kg) for leg in moved), default=0.0)
    crossings = _crossings(effects, arm, corridor)
    points = [leg.course for leg in moved] or [np.array([spot[1:3] for spot in spots.values()])]
    with figure_style():
        figure = new_figure(WIDTH_IN, 8.0)
        axes = figure.add_axes((0.012, 0.04, MAP_SHARE, 0.9))
        frame_map(figure, axes, np.vstack(points))
        outlines = draw_land(axes) if tables == BASELINE else {}
        for rank, leg in enumerate(sorted(moved, key=lambda leg: (leg.is_clear, abs(leg.kg)))):
            colour = VERMILLION if leg.kg > 0 else BLUE
            (line,) = axes.plot(*leg.course.T, color=colour, zorder=3 + rank / 1e4)
            line.set(linewidth=line_width(abs(leg.kg), most), solid_capstyle="round")
            line.set_alpha(CLEAR if leg.is_clear else FAINT)
        room = _room(axes, moved, most)
        name_places(axes, room, crossings)
        passed = _passed(moved)
        towns = sorted(passed, key=lambda end: (not passed[end], -spots[end].population, end))
        name_places(axes, room, [Mark(*spots[t][1:3], "o", 2.6, spots[t].name) for t in towns[:MOST_TOWNS]])
        name_countries(axes, room, outlines)
        scale_bar(axes)
        _legend(figure, most)
        entitle(figure, effects, f"Where flows went: {arm_words(arm)}"[:110])
    return figure


def _corridor(effects: Effects) -> tuple[Corridor, str]:
    """The corridor of the comparison's scenario and the name of its tables."""
    from sim.world.corridor import build_corridor
    from sim.world.tables import read_tables, tables_folder

    scenario: Any = effects.manifest.get("scenario")
    if not isinstance(scenario, dict) or "tables" not in scenario:
        import sim

        loaded = sim.load_scenario(effects.scenario).scenario
        scenario = {"tables": loaded.tables, "start": loaded.start.isoformat()}
    tables = str(scenario["tables"])
    start = date.fromisoformat(str(scenario.get("start", "2010-01-01"))[:10])
    return build_corridor(read_tables(tables_folder(tables)), start), tables


def _moved(effects: Effects, arm: str, corridor: Corridor, spots: Mapping[str, Spot]) -> list[Moved]:
    """Legs of one arm, both directions together; an interval of a sum is the sum of the intervals."""
    rows = effects.legs[effects.legs["arm"] == arm]
    sums: dict[tuple[str, str, str], list[float]] = {}
    for leg_id, kg, low, high in zip(
        rows["leg_id"], rows["difference_kg"], rows["low"], rows["high"], strict=True
    ):
        leg = corridor.legs.get(leg_id)
        if leg is not None:
            one, other = sorted((leg.from_id, leg.to_id))
            both = sums.setdefault((one, other, leg.mode.name.lower()), [0.0, 0.0, 0.0])
            for part, value in enumerate((kg, low, high)):
                both[part] += float(value)
    courses = courses_of()
    return [
        Moved((one, other), kg, low > 0 or high < 0, course_between(one, other, mode, spots, courses))
        for (one, other, mode), (kg, low, high) in sums.items()
        if kg
    ]


def _crossings(effects: Effects, arm: str, corridor: Corridor) -> list[Mark]:
    """Crossings where flows moved most, and clearly, with by how much; the largest first."""
    table = effects.displacement
    rows = table[(table["arm"] == arm) & (table["by"] == "crossing")]
    rows = rows[(rows["low"] > 0) | (rows["high"] < 0)]
    rows = rows.reindex(rows["difference_kg"].abs().sort_values(ascending=False).index)
    posts: dict[str, list[Any]] = {}
    for post in corridor.posts.values():
        posts.setdefault(post.crossing_id, []).append(post)
    marks: list[Mark] = []
    for name, kg in zip(rows["name"], rows["difference_kg"], strict=True):
        sides = posts.get(name)
        if sides and len(marks) < MOST_CROSSINGS:
            lon, lat = (sum(getattr(side, at) for side in sides) / len(sides) for at in ("lon", "lat"))
            words = f"{sides[0].name.split(' (')[0]}\n{'+' if kg > 0 else '−'}{mass_label(abs(kg))}"
            marks.append(Mark(lon, lat, "D", 4.5, words))
    return marks


def _passed(moved: list[Moved]) -> dict[str, bool]:
    """Places at the ends of legs, each with whether a leg there moved clearly."""
    ends: dict[str, bool] = {}
    for leg in moved:
        for end in leg.ends:
            ends[end] = ends.get(end, False) or leg.is_clear
    return ends


def _room(axes: Axes, moved: list[Moved], most: float) -> LabelRoom:
    """Room for labels that spares lines by their width."""
    busy = [np.empty((0, 2))]
    for leg in moved:
        weight = 1 + round(line_width(abs(leg.kg), most)) if leg.is_clear else 1
        for start, end in pairwise(axes.transData.transform(leg.course)):
            line = np.linspace(start, end, 2 + int(np.hypot(*(end - start)) / (4 * POINT)))
            busy += [line] * weight
    frame = axes.get_window_extent()
    return LabelRoom((frame.x0 + 3, frame.y0 + 3, frame.x1 - 3, frame.y1 - 3), np.vstack(busy))


def _legend(figure: Figure, most: float) -> None:
    """What colours, widths and marks mean, in a column beside the map."""

    def line(kg: float, label: str, colour: str = GREY, alpha: float = 1.0) -> Line2D:
        return Line2D([], [], color=colour, alpha=alpha, lw=line_width(kg, most), label=label)

    colours = [
        line(0.5 * most, "more than in\nthe baseline", VERMILLION, CLEAR),
        line(0.5 * most, "less than in it", BLUE, CLEAR),
        line(0.5 * most, "faint: unclear, the\ninterval holds zero", VERMILLION, FAINT),
    ]
    widths = [line(kg, mass_label(kg)) for kg in nice_steps(most, 3)]
    look: dict[str, Any] = {"ls": "none", "mfc": "white", "mec": INK}
    marks = [Line2D([], [], marker="D", ms=4.5, label="crossing whose\nflow moved most", **look)]
    top = figure.axes[0].get_position().y1
    for title, handles, gap in (
        ("Carried over a leg", colours, 0.8),
        ("Difference, both\nways together", widths, 0.7),
        ("Places", marks, 0.6),
    ):
        if handles:
            style: dict[str, Any] = {"alignment": "left", "labelspacing": gap, "handlelength": 2.4}
            legend = figure.legend(
                handles=handles, title=title, loc="upper left", bbox_to_anchor=(0.832, top), **style
            )
            legend.get_title().set_fontweight("bold")
            top = legend.get_window_extent().transformed(figure.transFigure.inverted()).y0 - 0.02
