"""The corridor as it stands on a day: directed legs, and the posts on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from sim.codes import Mode, PostClass
from sim.world.faults import WorldError
from sim.world.names import name_faults
from sim.world.parts import TRANSIT_COUNTRY, Corridor, Leg, Place, Post, Route, Step, progress
from sim.world.rows import CrossingRow, GreenRow, InlandRow, LegRow, TrafficRow
from sim.world.tables import Tables

__all__ = ["Corridor", "Leg", "Place", "Post", "Route", "Step", "WorldError", "build_corridor"]

MODE_OF = {"road": Mode.ROAD, "rail": Mode.RAIL, "sea": Mode.SEA, "air": Mode.AIR}
CLASS_OF = {
    "road": PostClass.FRONTIER_ROAD,
    "rail": PostClass.FRONTIER_RAIL,
    "sea": PostClass.PORT,
    "air": PostClass.AIRPORT,
}


def build_corridor(tables: Tables, on: date) -> Corridor:
    """Corridor of the tables as it stood on a day, without routes.

    Raises
    ------
    WorldError
        With every fault: unknown places, posts on no leg, frontiers without a control, and so on.
    """
    faults = name_faults(tables)
    if faults:
        raise WorldError(faults)
    places = {
        r.place_id: Place(r.place_id, r.name, r.country, r.lat, r.lon, r.role, r.population)
        for r in tables.places
    }
    builder = _Builder(tables, on, places, faults)
    builder.add_crossings()
    builder.add_inland_posts()
    builder.add_legs()
    builder.add_green_border()
    builder.refuse_loose_ends()
    if faults:
        raise WorldError(dict.fromkeys(faults))
    return Corridor(places, builder.posts, builder.legs)


class _Builder:
    """Puts posts on legs, row by row, and notes what does not fit."""

    def __init__(self, tables: Tables, on: date, places: Mapping[str, Place], faults: list[str]) -> None:
        self.tables, self.places, self.faults = tables, places, faults
        self.posts: dict[str, Post] = {}
        self.legs: dict[str, Leg] = {}
        self.traffic = {(t.crossing_id, t.mode): t for t in tables.traffic}
        self.all_rows = (*tables.legs, *tables.legs_added)
        self.closed_crossings = {d.crossing_id for d in tables.crossing_dates if d.opened > on}
        self.crossings = {c.post_id: c for c in tables.crossings if c.post_id not in self.closed_crossings}
        closed = {d.leg_id for d in tables.leg_dates if d.opened > on}
        closed |= {p.leg_id for p in tables.legs_parallel} | {u.leg_id for u in tables.legs_not_used}
        closed |= {
            r.leg_id for r in self.all_rows if r.post_ids and self.closed_crossings.issuperset(r.post_ids)
        }
        self.rows = [row for row in self.all_rows if row.leg_id not in closed]
        self.sides: dict[tuple[str, str], dict[str, str]] = {}  # crossing, mode -> country -> post_id
        self.inland: dict[str, list[InlandRow]] = {}  # mode -> rows

    def fault(self, message: str) -> None:
        self.faults.append(message)

    def add_crossings(self) -> None:
        """Controls of both sides of each crossing that an open leg uses."""
        on_legs: dict[tuple[str, str], LegRow] = {}
        for leg in self.rows:
            for name in leg.post_ids:
                on_legs.setdefault((name, leg.mode), leg)
        anywhere = {c for leg in self.all_rows for c in leg.post_ids}
        for crossing in self.tables.crossings:
            if crossing.post_id not in anywhere:
                self.fault(f"border_crossings.csv: {crossing.post_id}: stands on no leg")
        for crossing in self.crossings.values():
            for mode in crossing.mode:
                first_leg = on_legs.get((crossing.post_id, mode))
                if mode in MODE_OF and first_leg is not None:
                    self.add_sides(crossing, mode, first_leg.terrain)

    def add_sides(self, crossing: CrossingRow, mode: str, terrain: str) -> None:
        """One post a country for one mode of a crossing."""
        suffix = "_rail" if mode == "rail" and len(crossing.mode) > 1 else ""
        traffic = self.traffic_of(crossing.post_id, mode)
        zone = self.zone_of(crossing.post_id, terrain, crossing.lat)
        ids = self.sides.setdefault((crossing.post_id, mode), {})
        sides = self.sides_of(crossing)
        for country, name in sides.items():
            ids[country] = f"{crossing.post_id}{suffix}_{country.lower()}"
            self.posts[ids[country]] = Post(
                post_id=ids[country],
                name=f"{name} (rail)" if suffix else name,
                crossing_id=crossing.post_id,
                country=country,
                agency="customs",
                klass=CLASS_OF[mode],
                lat=crossing.lat,
                lon=crossing.lon,
                modes=frozenset({MODE_OF[mode]}),
                region=crossing.kz_region if country == TRANSIT_COUNTRY else "",
                trucks_per_day=traffic.trucks_per_day,
                cars_per_day=traffic.cars_per_day,
                rail_units_per_day=traffic.rail_units_per_day,
                lanes=traffic.lanes,
                climate_zone=zone,
                gap_km=0.0,
                terrain=terrain,
                patrol_length_km=0.0,
                status=crossing.status,
                source=crossing.source,
                neighbour=next((c for c in sides if c != country), ""),
            )

    def sides_of(self, crossing: CrossingRow) -> dict[str, str]:
        """Name of the control of each country at a crossing; a port or airport has one side."""
        if not crossing.border_pair:
            return {TRANSIT_COUNTRY: crossing.name}
        pair = crossing.border_pair.split("-")
        if len(pair) != 2 or (crossing.kz_region and TRANSIT_COUNTRY not in pair):
            self.fault(
                f"border_crossings.csv: {crossing.post_id}: border_pair: expected two countries "
                f"(got {crossing.border_pair!r})"
            )
            return {}
        first = TRANSIT_COUNTRY if crossing.kz_region else pair[0]
        second = pair[1] if pair[0] == first else pair[0]
        return {first: crossing.name, second: crossing.opposite_post or crossing.name}

    def traffic_of(self, control: str, mode: str) -> TrafficRow:
        """Traffic of a control; none is a fault."""
        row = self.traffic.get((control, mode))
        if row is None:
            self.fault(f"post_traffic.csv: expected a row for {control} by {mode} (got none)")
            return TrafficRow(control, mode, 0.0, 0.0, 0.0, 1, 1.0, "", "")
        return row

    def zone_of(self, control: str, terrain: str, lat: float) -> str:
        """Climate zone by terrain and latitude; none is a fault."""
        for zone in self.tables.zones:
            if zone.terrain == terrain and zone.lat_from <= lat < zone.lat_to:
                return zone.zone
        self.fault(f"climate_zones.csv: expected a zone for {terrain!r} at latitude {lat:g} ({control})")
        return ""

    def add_inland_posts(self) -> None:
        """Posts that stand at places."""
        for row in self.tables.inland:
            traffic, place = self.traffic_of(row.post_id, row.mode), self.places[row.place_id]
            post_id = self.inland_id(row)
            self.inland.setdefault(row.mode, []).append(row)
            self.posts[post_id] = Post(
                post_id=post_id,
                name=row.name,
                crossing_id=row.post_id,
                country=row.country,
                agency=row.agency,
                klass=PostClass[row.klass.upper()],
                lat=place.lat,
                lon=place.lon,
                modes=frozenset({MODE_OF[row.mode]}),
                region=row.region,
                trucks_per_day=traffic.trucks_per_day,
                cars_per_day=traffic.cars_per_day,
                rail_units_per_day=traffic.rail_units_per_day,
                lanes=traffic.lanes,
                climate_zone=row.climate_zone,
                gap_km=0.0,
                terrain="",
                patrol_length_km=0.0,
                status=row.status,
                source=row.source,
            )
            if place.country != row.country:
                self.fault(f"inland_posts.csv: {row.post_id}: {row.place_id} lies in {place.country}")

    @staticmethod
    def inland_id(row: InlandRow) -> str:
        return f"{row.post_id}_{row.country.lower()}"

    def add_legs(self) -> None:
        """Both directions of every open leg but those on foot, which are the green border's."""
        for row in self.rows:
            if row.mode == "foot_horse":
                continue
            crossings = self.crossings_on(row)
            for a, b in _both_ways(row):
                leg_id = f"{a}__{b}__{row.mode}"
                controls = self.controls_on(row, a, b, crossings)
                self.legs[leg_id] = Leg(leg_id, a, b, MODE_OF[row.mode], row.km, row.terrain, "", controls)

    def crossings_on(self, row: LegRow) -> list[CrossingRow]:
        """Crossings of a leg, which must fit its mode and its two countries."""
        countries = {self.places[row.from_id].country, self.places[row.to_id].country}
        fitting = []
        for name in row.post_ids:
            if name in self.closed_crossings:
                continue
            crossing = self.crossings[name]
            if row.mode not in crossing.mode:
                self.fault(f"legs.csv: {row.leg_id}: {name} is no crossing by {row.mode}")
            elif not set(self.sides_of(crossing)) <= countries:
                told = " and ".join(sorted(countries))
                self.fault(f"legs.csv: {row.leg_id}: {name} does not lie between {told}")
            else:
                fitting.append(crossing)
        if len(countries) > 1 and row.mode in ("road", "rail") and not fitting:
            self.fault(f"legs.csv: {row.leg_id}: crosses a frontier without a crossing")
        return fitting

    def controls_on(
        self, row: LegRow, a: str, b: str, crossings: Sequence[CrossingRow]
    ) -> tuple[tuple[str, ...], ...]:
        """Alternatives of a leg from a to b: a crossing each, and inland posts in order along the way."""
        start, end = self.places[a], self.places[b]
        here: list[tuple[float, str]] = []
        for inland in self.inland.get(row.mode, []):
            at_end = inland.place_id == b or (inland.place_id == a and inland.met == "both")
            if at_end or row.leg_id in inland.passing_legs:
                here.append((progress(start, end, self.places[inland.place_id]), self.inland_id(inland)))
        alternatives = []
        for crossing in crossings:
            sides = self.sides[crossing.post_id, row.mode]
            there = progress(start, end, crossing)
            met = [(there, sides[p.country]) for p in (start, end) if p.country in sides]
            alternatives.append(tuple(post for _, post in sorted(here + met, key=lambda m: m[0])))
        if not alternatives and here:
            alternatives.append(tuple(post for _, post in sorted(here, key=lambda m: m[0])))
        if start.country != end.country and not alternatives and row.mode in ("sea", "air"):
            self.fault(f"legs.csv: {row.leg_id}: has neither port nor airport")
        return tuple(alternatives)

    def add_green_border(self) -> None:
        """Legs round the crossings, with the patrols of both countries."""
        on_foot = {frozenset((r.from_id, r.to_id)): r for r in self.rows if r.mode == "foot_horse"}
        for row in self.tables.green:
            start, end = self.places[row.from_id], self.places[row.to_id]
            if set(row.frontier.split("-")) != {start.country, end.country}:
                self.fault(
                    f"green_border.csv: {row.segment_id}: {row.frontier} is not {start.country}-{end.country}"
                )
                continue
            table_leg = on_foot.pop(frozenset((row.from_id, row.to_id)), None)
            crossing = self.crossings.get(table_leg.post_ids[0]) if table_leg and table_leg.post_ids else None
            for place in (start, end):
                post = self.patrol(row, place.country, crossing)
                self.posts[post.post_id] = post
            for a, b in ((start, end), (end, start)):
                leg_id = f"{a.place_id}__{b.place_id}__green"
                met = (f"{row.segment_id}_{a.country.lower()}", f"{row.segment_id}_{b.country.lower()}")
                self.legs[leg_id] = Leg(
                    leg_id, a.place_id, b.place_id, Mode.GREEN, row.km, row.terrain, row.mode, (met,)
                )
        for left in on_foot.values():
            self.fault(f"legs.csv: {left.leg_id}: a way on foot must stand in green_border.csv as well")

    def patrol(self, row: GreenRow, country: str, crossing: CrossingRow | None) -> Post:
        """Patrol of one side of a path over the green border."""
        start, end = self.places[row.from_id], self.places[row.to_id]
        lat, lon = (start.lat + end.lat) / 2, (start.lon + end.lon) / 2
        if crossing:
            lat, lon = crossing.lat, crossing.lon
        region = crossing.kz_region if crossing and country == TRANSIT_COUNTRY else ""
        return Post(
            post_id=f"{row.segment_id}_{country.lower()}",
            name=f"{start.name} - {end.name} green border",
            crossing_id=crossing.post_id if crossing else row.segment_id,
            country=country,
            agency="border_service",
            klass=PostClass.GREEN_BORDER,
            lat=lat,
            lon=lon,
            modes=frozenset({Mode.GREEN}),
            region=region,
            trucks_per_day=0.0,
            cars_per_day=0.0,
            rail_units_per_day=0.0,
            lanes=1,
            climate_zone=self.zone_of(row.segment_id, row.terrain, lat),
            gap_km=row.mean_gap_km,
            terrain=row.terrain,
            patrol_length_km=row.length_km,
            status=row.status,
            source=row.source,
            neighbour=end.country if country == start.country else start.country,
        )

    def refuse_loose_ends(self) -> None:
        """Refuse places and inland posts that no leg reaches; leave out posts without an open leg."""
        reached = {(end, r.mode) for r in self.all_rows for end in (r.from_id, r.to_id)}
        reached |= {(end, "green") for r in self.tables.green for end in (r.from_id, r.to_id)}
        for place in sorted(self.places.keys() - {end for end, _ in reached}):
            self.fault(f"places.csv: {place}: no leg leads there")
        for row in self.tables.inland:
            if not row.passing_legs and (row.place_id, row.mode) not in reached:
                self.fault(f"inland_posts.csv: {row.post_id}: stands on no leg")
        self.posts = standing_on(self.legs, self.posts)
        declared = {f"{a}__{b}__{r.mode}" for r in self.all_rows for a, b in _both_ways(r)}
        for route in self.tables.named_routes:
            for (a, b), mode in zip(pairwise(route.path_on_legs), route.leg_modes, strict=True):
                if f"{a}__{b}__{mode}" not in declared:
                    self.fault(f"routes.csv: {route.route_id}: no leg from {a} to {b} by {mode}")


def standing_on(legs: Mapping[str, Leg], posts: Mapping[str, Post]) -> dict[str, Post]:
    """Posts that are met on a leg, each with its legs."""
    on: dict[str, set[str]] = {}
    for leg in legs.values():
        for post in {post for control in leg.controls for post in control}:
            on.setdefault(post, set()).add(leg.leg_id)
    return {name: replace(post, legs=tuple(sorted(on[name]))) for name, post in posts.items() if name in on}


def _both_ways(row: LegRow) -> tuple[tuple[str, str], tuple[str, str]]:
    return (row.from_id, row.to_id), (row.to_id, row.from_id)
