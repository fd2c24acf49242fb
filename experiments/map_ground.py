"""The ground that maps stand on: places, courses of legs, land and borders, frame and scale."""

from __future__ import annotations

import csv
import json
import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection

from experiments.map_names import Floats
from experiments.style import GREY, INK, LAND, nice_steps
from sim.world.tables import tables_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BASELINE = "baseline"
"""Tables of the real corridor; borders and courses of legs are drawn for these, not for made-up places."""

WIDTH_IN, MAP_SHARE, LOWEST_MAP_IN, HIGHEST_MAP_IN = 11.0, 0.815, 6.2, 7.6
FOOT_IN, MARGINS_IN = 0.32, 0.82
WIDEST_PT, THINNEST_PT = 9.0, 0.6
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


def geojson(name: str) -> dict[str, Any]:
    """A GeoJSON document kept with the tables of the real corridor."""
    document: dict[str, Any] = json.loads(tables_folder(BASELINE).joinpath(name).read_text(encoding="utf-8"))
    return document


def spots_of(tables: str) -> dict[str, Spot]:
    """Places of a set of tables."""
    lines = tables_folder(tables).joinpath("places.csv").read_text(encoding="utf-8").splitlines()
    return {
        row["place_id"]: Spot(
            row["name"].split(" (")[0], float(row["lon"]), float(row["lat"]), float(row["population"] or 0)
        )
        for row in csv.DictReader(lines)
    }


def courses_of() -> dict[tuple[str, str, str], Any]:
    """Course of each drawn leg as (lon, lat) points, by its two ends in order of name and its mode."""
    courses = {}
    for feature in geojson("legs_geometry.geojson")["features"]:
        about = feature["properties"]
        one, other = sorted((about["from"], about["to"]))
        courses[one, other, about["mode"]] = feature["geometry"]["coordinates"]
    return courses


def course_between(
    one: str, other: str, mode: str, spots: Mapping[str, Spot], courses: Mapping[tuple[str, str, str], Any]
) -> Floats:
    """Course of a leg, (n, 2) lon and lat; straight where none is drawn. Ends in order of name."""
    return np.array(courses.get((one, other, mode), [spots[one][1:3], spots[other][1:3]]), dtype=float)


def line_width(kg: float, widest: float) -> float:
    """Width of a line in points, proportional to kilograms down to the thinnest."""
    return max(THINNEST_PT, WIDEST_PT * kg / widest) if widest else THINNEST_PT


def frame_map(figure: Figure, axes: Axes, points: Floats) -> None:
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


def draw_land(axes: Axes) -> dict[str, Floats]:
    """Countries in one pale colour, borders in grey; the outline of each country's largest part, by name.

    The edge of the map data is no border and is not drawn as one.
    """
    document = geojson("borders.geojson")
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


def scale_bar(axes: Axes) -> None:
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
