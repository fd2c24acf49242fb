"""Rows of the data tables: what each column must hold.

Columns that no row class names are for readers of the file.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

LEG_MODES = ("road", "rail", "sea", "air", "foot_horse")
CONTROL_MODES = ("road", "rail", "sea", "air", "green_border")
AGENCIES = ("customs", "border_service", "mvd", "transport_police", "knb")
TRAFFIC_CLASSES = ("produce_truck", "other_freight", "car", "rail_unit")
TRAFFIC_KINDS = ("truck", "car", "rail_unit")
SHORTEST_KM = 0.1


@dataclass(frozen=True, slots=True)
class Rule:
    """What the cells of a column must hold."""

    kind: type
    blank: bool = False
    one_of: tuple[str, ...] = ()
    least: float = -math.inf
    most: float = math.inf
    split: str = ""


def _text(blank: bool = False, one_of: Sequence[str] = ()) -> Any:  # noqa: ANN401 (a dataclass field)
    return field(metadata={"rule": Rule(str, blank=blank, one_of=tuple(one_of))})


def _words(split: str, one_of: Sequence[str] = (), blank: bool = False) -> Any:  # noqa: ANN401
    return field(metadata={"rule": Rule(tuple, blank=blank, one_of=tuple(one_of), split=split)})


def _number(least: float = 0.0, most: float = math.inf, blank: bool = False) -> Any:  # noqa: ANN401
    return field(metadata={"rule": Rule(float, blank=blank, least=least, most=most)})


def _whole(least: int, most: float = math.inf) -> Any:  # noqa: ANN401
    return field(metadata={"rule": Rule(int, least=least, most=most)})


def _day() -> Any:  # noqa: ANN401
    return field(metadata={"rule": Rule(date)})


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A town or gateway."""

    place_id: str = _text()
    name: str = _text()
    country: str = _text()
    lat: float = _number(-90, 90)
    lon: float = _number(-180, 180)
    population: float | None = _number(blank=True)
    role: str = _text()
    source: str = _text()
    status: str = _text()


@dataclass(frozen=True, slots=True)
class LegRow:
    """An undirected way between two places, with the crossings a traveller may choose from."""

    leg_id: str = _text()
    from_id: str = _text()
    to_id: str = _text()
    mode: str = _text(one_of=LEG_MODES)
    km: float = _number(SHORTEST_KM)
    post_ids: tuple[str, ...] = _words(";", blank=True)
    terrain: str = _text()
    source: str = _text()
    status: str = _text()


@dataclass(frozen=True, slots=True)
class CrossingRow:
    """A point on a frontier, a port or an airport.

    `name` is the Kazakh side where `kz_region` is given, else that of the first country of
    `border_pair`; `opposite_post` is the other side.
    """

    post_id: str = _text()
    name: str = _text()
    opposite_post: str = _text(blank=True)
    neighbour_iso2: str = _text(blank=True)
    mode: tuple[str, ...] = _words(";", CONTROL_MODES)
    kz_region: str = _text(blank=True)
    lat: float = _number(-90, 90)
    lon: float = _number(-180, 180)
    border_pair: str = _text(blank=True)
    source: str = _text()
    status: str = _text()


@dataclass(frozen=True, slots=True)
class GreenRow:
    """A path round the crossings of a frontier."""

    segment_id: str = _text()
    frontier: str = _text()
    length_km: float = _number(SHORTEST_KM)
    mean_gap_km: float = _number(SHORTEST_KM)
    terrain: str = _text()
    undelimited_share: float | None = _number(0, 1, blank=True)
    from_id: str = _text()
    to_id: str = _text()
    mode: str = _text(one_of=("vehicle", "foot_horse"))
    km: float = _number(SHORTEST_KM)
    source: str = _text()
    status: str = _text()


@dataclass(frozen=True, slots=True)
class InlandRow:
    """A post at a place: on legs that enter it, or on all its legs both ways, and on legs that pass by it."""

    post_id: str = _text()
    name: str = _text()
    country: str = _text()
    agency: str = _text(one_of=AGENCIES)
    klass: str = _text(one_of=("inland", "port", "airport"))
    mode: str = _text(one_of=("road", "rail", "sea", "air"))
    place_id: str = _text()
    met: str = _text(one_of=("entering", "both"))
    passing_legs: tuple[str, ...] = _words(";", blank=True)
    region: str = _text(blank=True)
    climate_zone: str = _text()
    source: str = _text()
    status: str = _text()


@dataclass(frozen=True, slots=True)
class TrafficRow:
    """Licit traffic a day through one control, both directions, and its lanes."""

    crossing_id: str = _text()
    mode: str = _text(one_of=("road", "rail", "sea", "air"))
    trucks_per_day: float = _number()
    cars_per_day: float = _number()
    rail_units_per_day: float = _number()
    lanes: int = _whole(1, 100)
    range_factor: float = _number(1)
    source: str = _text()
    status: str = _text()


@dataclass(frozen=True, slots=True)
class NotUsedRow:
    """A leg that is there but that no load takes."""

    leg_id: str = _text()
    source: str = _text()
    status: str = _text()


@dataclass(frozen=True, slots=True)
class ParallelRow:
    """A leg that is left out because a chain of finer legs stands for the same line."""

    leg_id: str = _text()
    stands_for: tuple[str, ...] = _words(">")


@dataclass(frozen=True, slots=True)
class LegDateRow:
    """The day on which a leg was opened."""

    leg_id: str = _text()
    opened: date = _day()  # noqa: RUF009


@dataclass(frozen=True, slots=True)
class CrossingDateRow:
    """The day on which a crossing was opened."""

    crossing_id: str = _text()
    opened: date = _day()  # noqa: RUF009


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """Climate zone of a terrain from one latitude up to another."""

    terrain: str = _text()
    lat_from: float = _number(-90, 90)
    lat_to: float = _number(-90, 90)
    zone: str = _text()


@dataclass(frozen=True, slots=True)
class ClimateRow:
    """Weather of one month in one climate zone."""

    zone: str = _text()
    month: int = _whole(1, 12)
    mean_temp_c: float = _number(-60, 60)
    temp_spread_c: float = _number(0, 20)
    diurnal_range_c: float = _number(0, 40)
    humidity_share: float = _number(0, 1)
    source: str = _text()
    status: str = _text()


@dataclass(frozen=True, slots=True)
class SeasonRow:
    """Traffic of one class in one month relative to its yearly mean; classes add up to a kind of traffic."""

    traffic_class: str = _text(one_of=TRAFFIC_CLASSES)
    traffic_kind: str = _text(one_of=TRAFFIC_KINDS)
    kind_share: float = _number(0, 1)
    month: int = _whole(1, 12)
    multiplier: float = _number()
    low: float = _number()
    high: float = _number()
    source: str = _text()
    status: str = _text()


@dataclass(frozen=True, slots=True)
class HourRow:
    """Traffic, or patrols, of one hour of the day relative to the mean hour."""

    traffic_kind: str = _text(one_of=(*TRAFFIC_KINDS, "patrol"))
    hour: int = _whole(0, 23)
    weight: float = _number()
    low: float = _number()
    high: float = _number()
    source: str = _text()
    status: str = _text()


@dataclass(frozen=True, slots=True)
class WeekdayRow:
    """Traffic of one day of the week, Monday 1, relative to the mean day."""

    traffic_kind: str = _text(one_of=TRAFFIC_KINDS)
    weekday: int = _whole(1, 7)
    weight: float = _number()
    low: float = _number()
    high: float = _number()
    source: str = _text()
    status: str = _text()


@dataclass(frozen=True, slots=True)
class PriceRow:
    """Wholesale price of a commodity in a country, or at one of its places."""

    commodity: str = _text()
    country: str = _text()
    place_id: str = _text(blank=True)
    usd_per_kg: float = _number()
    low: float = _number()
    high: float = _number()
    source: str = _text()
    status: str = _text()


@dataclass(frozen=True, slots=True)
class NamedRouteRow:
    """A route that the sources name, place by place."""

    route_id: str = _text()
    name: str = _text()
    mode: str = _text(one_of=("road", "rail", "road then rail"))
    path_on_legs: tuple[str, ...] = _words(">")
    leg_modes: tuple[str, ...] = _words(">", ("road", "rail", "sea", "air"))
    source: str = _text()
    status: str = _text()
