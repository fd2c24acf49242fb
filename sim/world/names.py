"""Names that one table uses and another must declare."""

from __future__ import annotations

from collections.abc import Iterator

from sim.world.faults import did_you_mean
from sim.world.tables import Tables


def name_faults(tables: Tables) -> list[str]:
    """Every unknown name, every leg declared twice, every named route with steps that do not add up."""
    known = {
        "place": {p.place_id for p in tables.places},
        "leg": {leg.leg_id for leg in (*tables.legs, *tables.legs_added)},
        "crossing": {c.post_id for c in tables.crossings},
        "control": {c.post_id for c in tables.crossings} | {i.post_id for i in tables.inland},
        "climate zone": set(tables.climate),
    }
    faults = [
        f"{where}: expected a known {what} (got {name!r}){did_you_mean(name, known[what])}"
        for where, what, name in _uses(tables)
        if name not in known[what]
    ]
    return faults + list(_doubles(tables)) + list(_odd_routes(tables))


def _uses(tables: Tables) -> Iterator[tuple[str, str, str]]:
    """Where a name is used, what it should name, and the name."""
    for leg in (*tables.legs, *tables.legs_added):
        where = f"legs.csv: {leg.leg_id}"
        yield from ((where, "place", end) for end in (leg.from_id, leg.to_id))
        yield from ((where, "crossing", crossing) for crossing in leg.post_ids)
    for segment in tables.green:
        where = f"green_border.csv: {segment.segment_id}"
        yield from ((where, "place", end) for end in (segment.from_id, segment.to_id))
    for inland in tables.inland:
        where = f"inland_posts.csv: {inland.post_id}"
        yield where, "place", inland.place_id
        yield where, "climate zone", inland.climate_zone
        yield from ((where, "leg", leg_id) for leg_id in inland.passing_legs)
    yield from (("post_traffic.csv", "control", row.crossing_id) for row in tables.traffic)
    for unused in tables.legs_not_used:
        yield "legs_not_used.csv", "leg", unused.leg_id
    for parallel in tables.legs_parallel:
        yield "legs_parallel.csv", "leg", parallel.leg_id
        yield from (
            (f"legs_parallel.csv: {parallel.leg_id}", "place", place) for place in parallel.stands_for
        )
    yield from (("leg_dates.csv", "leg", row.leg_id) for row in tables.leg_dates)
    yield from (("crossing_dates.csv", "crossing", row.crossing_id) for row in tables.crossing_dates)
    yield from ((f"climate_zones.csv: {row.terrain}", "climate zone", row.zone) for row in tables.zones)
    yield from (("prices.csv", "place", row.place_id) for row in tables.prices.values() if row.place_id)
    for route in tables.named_routes:
        yield from ((f"routes.csv: {route.route_id}", "place", place) for place in route.path_on_legs)


def _doubles(tables: Tables) -> Iterator[str]:
    first: dict[tuple[frozenset[str], str], str] = {}
    for leg in (*tables.legs, *tables.legs_added):
        if leg.from_id == leg.to_id:
            yield f"legs.csv: {leg.leg_id}: expected two places (got {leg.from_id!r} twice)"
        other = first.setdefault((frozenset((leg.from_id, leg.to_id)), leg.mode), leg.leg_id)
        if other != leg.leg_id:
            yield f"legs.csv: {leg.leg_id}: joins the same places by the same mode as {other}"
    crossings = {c.post_id for c in tables.crossings}
    for inland in tables.inland:
        if inland.post_id in crossings:
            yield f"inland_posts.csv: {inland.post_id}: is a crossing of border_crossings.csv as well"


def _odd_routes(tables: Tables) -> Iterator[str]:
    for route in tables.named_routes:
        wanted, got = len(route.path_on_legs) - 1, len(route.leg_modes)
        if wanted != got:
            yield f"routes.csv: {route.route_id}: leg_modes: expected {wanted} modes (got {got})"
