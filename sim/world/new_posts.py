"""Posts that interventions bring, put into a corridor and into routes that were found without them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from statistics import fmean

from sim.codes import PostClass
from sim.scenario.new_posts import NewPost
from sim.scenario.overlay import Intervention
from sim.world.corridor import MODE_OF
from sim.world.faults import WorldError, did_you_mean
from sim.world.parts import Corridor, Leg, Post, Route, great_circle_km, progress


def brought_posts(
    interventions: Sequence[Intervention], corridor: Corridor, zones: Collection[str]
) -> tuple[Post, ...]:
    """New posts of interventions, by name; one that several bring alike stands once.

    Raises
    ------
    WorldError
        With every fault: unknown places, legs and climate zones, posts that are there already, posts of one
        name that differ, posts on no leg.
    """
    rows: dict[str, NewPost] = {}
    bringers: dict[str, list[str]] = {}
    faults: list[str] = []
    for intervention in interventions:
        for row in intervention.new_posts:
            where = f"intervention {intervention.name}: new_posts: {row.post_id}"
            faults += [f"{where}: {fault}" for fault in _faults(row, corridor, zones)]
            by = bringers.setdefault(row.post_id, [])
            if rows.setdefault(row.post_id, row) != row:
                faults.append(f"{where}: expected the post of that name that intervention {by[0]} brings")
            by += [] if intervention.name in by else [intervention.name]
    if faults:
        raise WorldError(dict.fromkeys(faults))
    return tuple(_post(rows[name], corridor, bringers[name]) for name in sorted(rows))


def with_new_posts(
    corridor: Corridor, routes: Sequence[Route], new: Sequence[Post]
) -> tuple[Corridor, tuple[Route, ...]]:
    """The corridor and its routes with new posts among those of their legs, in order along the way.

    Which routes there are, and what they are called, is left as it was.
    """
    if not new:
        return corridor, tuple(routes)
    posts = {**corridor.posts, **{p.post_id: p for p in new}}
    on_leg: dict[str, list[Post]] = {}
    for post in new:
        for leg_id in post.legs:
            on_leg.setdefault(leg_id, []).append(post)

    def laid(leg: Leg, control: tuple[str, ...]) -> tuple[str, ...]:
        start, end = corridor.places[leg.from_id], corridor.places[leg.to_id]
        met = list(control)
        for post in on_leg.get(leg.leg_id, []):
            along = [progress(start, end, posts[name]) for name in met]
            met.insert(bisect_right(along, progress(start, end, post)), post.post_id)
        return tuple(met)

    legs = {
        name: replace(leg, controls=tuple(laid(leg, c) for c in leg.controls or ((),)))
        if name in on_leg
        else leg
        for name, leg in corridor.legs.items()
    }
    taken = (
        replace(r, steps=tuple(replace(s, posts=laid(corridor.legs[s.leg_id], s.posts)) for s in r.steps))
        for r in routes
    )
    return replace(corridor, posts=posts, legs=legs), tuple(taken)


def _faults(row: NewPost, corridor: Corridor, zones: Collection[str]) -> Iterator[str]:
    """What keeps a post from being brought."""
    if row.post_id in corridor.posts:
        yield f"expected a name that no post has (got {row.post_id!r})"
    if row.climate_zone is not None and row.climate_zone not in zones:
        hint = did_you_mean(row.climate_zone, zones)
        yield f"climate_zone: expected a known climate zone (got {row.climate_zone!r}){hint}"
    unknown = [leg for leg in row.passing_legs if leg not in corridor.legs]
    for leg in unknown:
        yield f"passing_legs: expected a known leg (got {leg!r}){did_you_mean(leg, corridor.legs)}"
    if row.place_id not in corridor.places:
        hint = did_you_mean(row.place_id, corridor.places)
        yield f"place_id: expected a known place (got {row.place_id!r}){hint}"
    elif not unknown and not _legs_of(row, corridor):
        yield f"place_id: expected a place to which legs by {row.mode} lead (got {row.place_id!r})"


def _legs_of(row: NewPost, corridor: Corridor) -> tuple[str, ...]:
    """Legs that enter the town of a post by its mode, and those that pass by it, both ways."""
    passing = {frozenset((corridor.legs[leg].from_id, corridor.legs[leg].to_id)) for leg in row.passing_legs}
    met = [
        leg.leg_id
        for leg in corridor.legs.values()
        if leg.mode == MODE_OF[row.mode]
        and (leg.to_id == row.place_id or frozenset((leg.from_id, leg.to_id)) in passing)
    ]
    return tuple(sorted(met))


def _post(row: NewPost, corridor: Corridor, programmes: Sequence[str]) -> Post:
    """The post of a row; what the row leaves open is taken from the posts about it."""
    place = corridor.places[row.place_id]
    old = sorted(corridor.posts.values(), key=lambda p: (great_circle_km(p, place), p.post_id))
    at_home = [p for p in old if p.country == place.country]
    alike = [p for p in old if p.klass == PostClass.INLAND and MODE_OF[row.mode] in p.modes]
    alike = [p for p in alike if p.country == place.country] or alike

    def usual(name: str) -> float:
        given = getattr(row, name)
        if given is not None:
            return float(given)
        return fmean(getattr(p, name) for p in sorted(alike, key=lambda p: p.post_id)) if alike else 0.0

    region = row.region if row.region is not None else next((p.region for p in at_home if p.region), "")
    return Post(
        post_id=row.post_id,
        name=row.name,
        crossing_id=row.post_id,
        country=place.country,
        agency=row.agency,
        klass=PostClass.INLAND,
        lat=place.lat,
        lon=place.lon,
        modes=frozenset({MODE_OF[row.mode]}),
        region=region,
        trucks_per_day=usual("trucks_per_day"),
        cars_per_day=usual("cars_per_day"),
        rail_units_per_day=usual("rail_units_per_day"),
        lanes=max(1, round(usual("lanes"))),
        climate_zone=row.climate_zone or old[0].climate_zone,
        gap_km=0.0,
        terrain="",
        patrol_length_km=0.0,
        status="assumed",
        source=row.source,
        legs=_legs_of(row, corridor),
        programmes=tuple(programmes),
    )
