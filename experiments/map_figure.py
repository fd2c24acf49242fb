"""The map: what was carried over each leg and where kilograms were seized, on borders kept with kordon.

Seizures are drawn as kilograms at a crossing, both sides together, and only places are named: no rate of
detection is tied to a real post.
"""

from __future__ import annotations

import csv
import json
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.lines import Line2D

from experiments.map_names import POINT, Floats, LabelRoom, Mark, name_countries, name_places
from experiments.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    LAND,
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
from sim.world.tables import tables_folder

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
BASELINE = "baseline"
"""Tables of the real corridor; borders and courses of legs are drawn for these, not for made-up places."""

WIDTH_IN, MAP_SHARE, LOWEST_MAP_IN, HIGHEST_MAP_IN = 11.0, 0.815, 6.2, 7.6
FOOT_IN, MARGINS_IN = 0.32, 0.82
WIDEST_PT, THINNEST_PT, LARGEST_CIRCLE_PT = 9.0, 0.6, 26.0
MOST_TOWNS = 30
KM_PER_DEGREE = 111.32
"""Length of a degree of longitude at the equator, WGS 84."""


class Spot(NamedTuple):
    """A place of the tables."""

    name: str
    lon: float
    lat: float
    population: float


class Carried(NamedTuple):
    """One leg, both directions together, and its course as (lon, lat) points."""

    ends: tuple[str, str]
    mode: str
    kg: float
    course: Floats


def map_figure(run: RunResult) -> Figure:
    """Map of the run: width of a line = kilograms over the leg, area of a circle = kilograms seized."""
    tables = run.manifest["scenario"]["tables"]
    spots = _spots(tables)
    carried = _carried(run, spots)
    seized = _seized_at_crossings(run)
    widest, most = max((leg.kg for leg in carried), default=0.0), float(seized[:, 2].max(initial=0.0))
    points = [leg.course for leg in carried] or [np.array([spot[1:3] for spot in spots.values()])]
    with figure_style():
        figure = new_figure(WIDTH_IN, 8.0)
        axes = figure.add_axes((0.012, 0.04, MAP_SHARE, 0.9))
        _frame_map(figure, axes, np.vstack([*points, seized[:, :2]]))
        outlines = _draw_land(axes) if tables == BASELINE else {}
        for rank, leg in enumerate(carried):
            _, colour, dashes = MODES[leg.mode]
            (line,) = axes.plot(*leg.course.T, color=colour, ls=dashes, alpha=0.85, zorder=3 + rank / 1e4)
            line.set(linewidth=_width(leg.kg, widest), solid_capstyle="round")
        circles = axes.scatter(seized[:, 0], seized[:, 1], s=_circle(seized[:, 2], most), zorder=5)
        circles.set(color=VERMILLION, alpha=0.85, edgecolor="white", linewidth=0.8)
        room = _label_room(axes, carried, seized)
        name_places(axes, room, _marks(run, spots, carried))
        name_countries(axes, room, outlines)
        _scale_bar(axes)
        _draw_legend(figure, widest, most, {leg.mode for leg in carried})
        headline(figure, run, "What was carried, and where it was seized")
    return figure


def _geojson(name: str) -> dict[str, Any]:
    """A GeoJSON document kept with the tables of the real corridor."""
    document: dict[str, Any] = json.loads(tables_folder(BASELINE).joinpath(name).read_text(encoding="utf-8"))
    return document


def _spots(tables: str) -> dict[str, Spot]:
    """Places of a set of tables."""
    lines = tables_folder(tables).joinpath("places.csv").read_text(encoding="utf-8").splitlines()
    return {
        row["place_id"]: Spot(
            row["name"].split(" (")[0], float(row["lon"]), float(row["lat"]), float(row["population"] or 0)
        )
        for row in csv.DictReader(lines)
    }


def _carried(run: RunResult, spots: Mapping[str, Spot]) -> list[Carried]:
    """Legs that carried something, largest first, each with its course."""
    kg: dict[tuple[str, str, str], float] = defaultdict(float)
    flows = run.flows
    for start, end, mode, mass in zip(
        flows["from_id"], flows["to_id"], flows["mode"], flows["kg"], strict=True
    ):
        one, other = sorted((start, end))
        kg[one, other, mode] += mass
    courses = {}
    for feature in _geojson("legs_geometry.geojson")["features"]:
        about = feature["properties"]
        one, other = sorted((about["from"], about["to"]))
        courses[one, other, about["mode"]] = feature["geometry"]["coordinates"]
    legs = []
    for (one, other, mode), mass in sorted(kg.items(), key=lambda leg: -leg[1]):
        if mass > 0:
            straight = [spots[one][1:3], spots[other][1:3]]
            course = np.array(courses.get((one, other, mode), straight), dtype=float)
            legs.append(Carried((one, other), mode, mass, course))
    return legs


def _seized_at_crossings(run: RunResult) -> Floats:
    """(n, 3) lon, lat, kg of each crossing with seizures, its sides together, largest first."""
    posts = run.posts[run.posts["seized_kg"] > 0]
    sums = posts.groupby("crossing_id").agg({"lon": "mean", "lat": "mean", "seized_kg": "sum"})
    return sums.sort_values("seized_kg", ascending=False).to_numpy(dtype=float).reshape(-1, 3)


def _width(kg: float, widest: float) -> float:
    """Width of a line in points, proportional to kilograms down to the thinnest."""
    return max(THINNEST_PT, WIDEST_PT * kg / widest) if widest else THINNEST_PT


def _circle(kg: Floats, most: float) -> Floats:
    """Area of a circle in square points, proportional to kilograms."""
    return LARGEST_CIRCLE_PT**2 * kg / (most or 1.0)


def _frame_map(figure: Figure, axes: Axes, points: Floats) -> None:
    """Limits that show every point, equirectangular at the middle latitude, the figure as high as needed."""
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    shrink = math.cos(math.radians((south + north) / 2))
    wide, high = max(1.08 * (east - west), 1.0), max(1.12 * (north - south), 1.0)
    map_in = min(max(WIDTH_IN * MAP_SHARE * high / (wide * shrink), LOWEST_MAP_IN), HIGHEST_MAP_IN)
    figure.set_size_inches(WIDTH_IN, map_in + MARGINS_IN)
    axes.set_position((0.012, FOOT_IN / (map_in + MARGINS_IN), MAP_SHARE, map_in / (map_in + MARGINS_IN)))
    ratio = WIDTH_IN * MAP_SHARE / map_in
    high = max(high, wide * shrink / ratio)
    wide = high * ratio / shrink
    axes.set_xlim((west + east - wide) / 2, (west + east + wide) / 2)
    axes.set_ylim((south + north - high) / 2, (south + north + high) / 2)
    axes.set_autoscale_on(False)
    axes.grid(visible=False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[["top", "right"]].set_visible(True)


def _draw_land(axes: Axes) -> dict[str, Floats]:
    """Countries in one pale colour, borders in grey; the outline of each country's largest part, by name.

    The edge of the map data is no border and is not drawn as one.
    """
    document = _geojson("borders.geojson")
    west, south, east, north = document["bbox"]
    land: list[Floats] = []
    borders: list[Floats] = []
    outlines = {}
    for feature in document["features"]:
        geometry = feature["geometry"]
        shapes = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        rings = [np.array(ring, dtype=float) for shape in shapes for ring in shape]
        for ring in rings:
            pieces = np.stack([ring[:-1], ring[1:]], axis=1)
            at_edge = np.zeros(len(pieces), dtype=bool)
            for column, limit in ((0, west), (0, east), (1, south), (1, north)):
                at_edge |= (np.abs(pieces[:, :, column] - limit) < 1e-6).all(axis=1)
            borders.extend(pieces[~at_edge])
        land += rings
        outlines[feature["properties"]["name"]] = max(rings, key=lambda r: float(np.ptp(r, axis=0).prod()))
    axes.add_collection(PolyCollection(land, facecolors=LAND, edgecolors=LAND, linewidths=0.3, zorder=1))
    axes.add_collection(LineCollection(borders, colors=GREY, linewidths=0.5, zorder=2))
    if axes.get_xlim()[0] < west - 1:
        note = axes.text(
            west - 0.2, south + 0.25 * (north - south), f"map data begin at {west:.0f}° E", zorder=2
        )
        note.set(rotation=90, ha="right", va="center", fontsize=7, color=GREY)
    return outlines


def _label_room(axes: Axes, carried: Sequence[Carried], seized: Floats) -> LabelRoom:
    """Room for labels that keeps off circles and spares lines by their width."""
    widest = max((leg.kg for leg in carried), default=0.0)
    busy = [np.empty((0, 2))]
    for leg in carried:
        for start, end in pairwise(axes.transData.transform(leg.course)):
            line = np.linspace(start, end, 2 + int(np.hypot(*(end - start)) / (4 * POINT)))
            busy += [line] * (1 + round(_width(leg.kg, widest)))
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


def _scale_bar(axes: Axes) -> None:
    """A bar of so many kilometres, true at the middle latitude of the map."""
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    middle = (south + north) / 2
    km_per_lon = KM_PER_DEGREE * math.cos(math.radians(middle))
    km = nice_steps(0.2 * (east - west) * km_per_lon, 1)[0]
    x, y = west + 0.02 * (east - west), south + 0.025 * (north - south)
    axes.plot([x, x + km / km_per_lon], [y, y], color=INK, lw=2, solid_capstyle="butt", zorder=8)
    axes.annotate(
        f"{km:,.0f} km at {middle:.0f}° N", (x, y), (0, 4), textcoords="offset points", fontsize=7.5
    )


def _draw_legend(figure: Figure, widest: float, most: float, modes: set[str]) -> None:
    """What lines, circles and marks mean, with their scales, in a column beside the map."""

    def mark(sign: str, size: float, label: str, colour: str = "white", edge: str = INK) -> Line2D:
        return Line2D([], [], ls="none", marker=sign, ms=size, mfc=colour, mec=edge, label=label)

    def line(kg: float, label: str) -> Line2D:
        return Line2D([], [], color=GREY, lw=_width(kg, widest), label=label)

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
