"""What a corridor is made of: places, posts, legs, steps and routes, everything by name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sim.codes import Cover, Mode, PostClass

TRANSIT_COUNTRY = "KZ"
"""Country whose crossings are the `entry` and `exit` of a route."""


@dataclass(frozen=True, slots=True)
class Place:
    """A town or gateway."""

    place_id: str
    name: str
    country: str
    lat: float
    lon: float
    role: str
    population: float | None


@dataclass(frozen=True, slots=True)
class Post:
    """The control of one country at a crossing or on its green border, or an inland post.

    Traffic counts both directions; lanes are those of one direction.
    """

    post_id: str
    name: str
    crossing_id: str
    country: str
    agency: str
    klass: PostClass
    lat: float
    lon: float
    modes: frozenset[Mode]
    region: str
    trucks_per_day: float
    cars_per_day: float
    rail_units_per_day: float
    lanes: int
    climate_zone: str
    gap_km: float  # mean distance between the posts of the frontier, 0 but on the green border
    terrain: str
    patrol_length_km: float  # length of the frontier that patrols of this side watch, 0 but there
    status: str
    source: str
    neighbour: str = ""  # other country of the crossing or of the green border, '' where there is none
    legs: tuple[str, ...] = ()  # on which it stands, by name
    programmes: tuple[str, ...] = ()  # interventions that bring it, unmanned until one mans it; () in tables

    @property
    def border(self) -> str:
        """Both countries in the order of the alphabet, as in KG-KZ; '' away from borders."""
        return "-".join(sorted((self.country, self.neighbour))) if self.neighbour else ""


@dataclass(frozen=True, slots=True)
class Leg:
    """A directed way from one place to the next; a traveller meets the posts of one of its `controls`."""

    leg_id: str
    from_id: str
    to_id: str
    mode: Mode
    km: float
    terrain: str
    vehicle: str  # 'vehicle' or 'foot_horse' on the green border, else ''
    controls: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A leg of a route and the posts chosen on it, in order."""

    leg_id: str
    posts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """Steps from an origin to a market; `entry` and `exit` are crossings of Kazakhstan, or ''."""

    route_id: str
    origin: str
    market: str
    steps: tuple[Step, ...]
    mode_class: str
    entry: str
    exit: str
    km: float
    hours: float
    named: str
    covers: tuple[Cover, ...]


@dataclass(frozen=True, slots=True)
class Corridor:
    """The whole graph on one day, everything by name; a candidate route is a way through it."""

    places: Mapping[str, Place]
    posts: Mapping[str, Post]
    legs: Mapping[str, Leg]
    routes: tuple[Route, ...] = ()


class Located(Protocol):
    """Anything with a position."""

    @property
    def lat(self) -> float:
        """Degrees north."""

    @property
    def lon(self) -> float:
        """Degrees east."""


def great_circle_km(a: Located, b: Located) -> float:
    """Shortest way over a sphere of 6,371 km radius (haversine)."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin(math.radians(b.lon - a.lon) / 2) ** 2
    )
    return 2 * 6371.0 * math.asin(min(1.0, math.sqrt(half)))


def progress(start: Located, end: Located, at: Located) -> float:
    """How far along the way a point lies, 0 at the start and 1 at the end."""
    behind, ahead = great_circle_km(start, at), great_circle_km(at, end)
    return behind / (behind + ahead) if behind + ahead > 0 else 0.0
