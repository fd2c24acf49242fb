"""Posts that interventions bring: where they stand, what is taken from their neighbours, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.codes import PostClass
from sim.scenario.overlay import Intervention
from sim.scenario.selectors import parse_selector
from sim.trial import world_of
from sim.week import Mechanisms
from sim.world.build import build_world
from sim.world.faults import WorldError
from sim.world.parameters import means
from sim.world.world import World
from tests.pairing.small_runs import START, change, tutorial


def new_post(post_id: str, place_id: str = "hub", mode: str = "road", **fields: Any) -> dict[str, Any]:
    return {
        "post_id": post_id,
        "name": f"New post in {place_id}",
        "place_id": place_id,
        "mode": mode,
        "source": "made up for a test",
        **fields,
    }


def programme(*rows: dict[str, Any], name: str = "more_posts", **fields: Any) -> Intervention:
    """An intervention that brings posts and mans them all."""
    return Intervention.model_validate(
        {
            "name": name,
            "sentence": "New posts are opened for a test",
            "new_posts": list(rows),
            "changes": [{"where": f"programme={name}", "what": "manned", "to": 1.0}],
            **fields,
        }
    )


SIX = (
    new_post("a_market_rail", "market", "rail"),
    new_post("m_east", "east_town", passing_legs=["west_town__hub__road"]),
    new_post("m_spring", "spring"),
    new_post("m_west", "west_town"),
    new_post("n_west", "west_town"),
    new_post("z_hub", "hub"),
)


def post_of(world: World, post_id: str) -> Any:
    return next(p for p in world.posts if p.post_id == post_id)


def test_a_new_post_stands_where_one_enters_its_town():
    world = world_of(tutorial(), [programme(*SIX)])
    post = post_of(world, "z_hub")
    assert (post.country, post.klass, post.neighbour) == ("KZ", PostClass.INLAND, "")
    assert post.legs == ("east_town__hub__road", "market__hub__road", "west_town__hub__road")
    assert post_of(world, "a_market_rail").legs == ("hub__market__rail",)
    assert "west_town__hub__road" in post_of(world, "m_east").legs  # it passes by
    assert post.programmes == ("more_posts",)
    for leg in world.corridor.legs.values():
        met = {name for control in leg.controls for name in control}
        assert {p.post_id for p in world.posts if leg.leg_id in p.legs} == met


def test_what_is_left_out_is_taken_from_the_posts_about():
    world = world_of(
        tutorial(), [programme(*SIX, new_post("b_own", "hub", trucks_per_day=7.0, lanes=5, region=""))]
    )
    old, post, own = (post_of(world, name) for name in ("hub_inland_kz", "z_hub", "b_own"))
    told = ("trucks_per_day", "cars_per_day", "rail_units_per_day", "lanes", "climate_zone", "region")
    assert [getattr(post, name) for name in told] == [getattr(old, name) for name in told]
    assert (own.trucks_per_day, own.cars_per_day, own.lanes, own.region) == (7.0, old.cars_per_day, 5, "")
    assert post_of(world, "m_spring").trucks_per_day == old.trucks_per_day  # KG has none: that of all
    assert post_of(world, "a_market_rail").rail_units_per_day == 0.0  # there is none by rail


def test_routes_and_their_times_are_those_without_them():
    plain, world = world_of(tutorial()), build_world(tutorial(), also=[programme(*SIX)])
    assert [r.route_id for r in world.routes] == [r.route_id for r in plain.routes]
    assert world.prior_hit == plain.prior_hit and world.loss_prob.tolist() == plain.loss_prob.tolist()
    assert times(world) == times(plain)
    assert world.route_arrays.post.size > plain.route_arrays.post.size + 5  # control: they stand on routes
    assert (world.route_arrays.minutes >= 0).all()
    own = plain.lasting
    assert own.row.tolist() == list(range(plain.route_arrays.post.size))
    assert own.start.tolist() == plain.route_arrays.start.tolist() == world.lasting.start.tolist()


def times(world: World) -> list[list[tuple[str, int]]]:
    """Stops of every route but new posts, with the minutes since the start."""
    told = []
    for a, b in zip(world.route_arrays.start[:-1], world.route_arrays.start[1:], strict=True):
        at = np.cumsum(world.route_arrays.minutes[a:b]).tolist()
        names = [world.posts[p].post_id if p >= 0 else "" for p in world.route_arrays.post[a:b]]
        is_new = [bool(p >= 0 and world.is_new[p]) for p in world.route_arrays.post[a:b]]
        told.append([(n, t) for n, t, new in zip(names, at, is_new, strict=True) if not new])
    return told


def test_a_new_post_on_a_leg_of_its_own_lies_halfway():
    world = build_world(tutorial(), also=[programme(SIX[1])])
    routes, row = world.route_arrays, [p.post_id for p in world.posts].index("m_east")
    plain = build_world(tutorial())
    travel = 60.0 * 500 / plain.scenario.travel.road_kmh.value  # west_town to hub, which m_east is passed by
    stops = np.flatnonzero(routes.post == row)
    assert stops.size
    for (
        stop
    ) in stops:  # before it the crossing, half a leg of 150 km behind; then hub_inland at the same place
        assert routes.minutes[stop] == round(60.0 * 75 / world.scenario.travel.road_kmh.value + travel / 2.0)
        assert routes.minutes[stop + 1] == 0


def test_new_posts_are_unmanned_until_a_change_mans_them():
    world = world_of(tutorial(weeks=4), [programme(*SIX, start=START)])
    assert world.base.post["manned"].tolist() == (~world.is_new).astype(float).tolist()
    first, last = (Mechanisms(world).stretches(world.start_hour + 168 * w)[0].posts for w in (0, 3))
    assert first.manned.tolist() == (~world.is_new).tolist() and world.is_new.sum() == 6
    assert last.manned.all()


def test_a_selector_means_new_posts_only_if_it_names_them():
    world = world_of(tutorial(), [programme(*SIX)])
    post = post_of(world, "z_hub")
    for text in ("", "klass=inland", "country=KZ", "leg=market__hub__road", "programme!=other", "post_id!=x"):
        assert not means(parse_selector(text), post)
        assert means(parse_selector(text), post_of(world, "hub_inland_kz")) or "market" in text
    for text in ("programme=more_posts", "post_id=z_hub", "programme=more_posts;country=KZ"):
        assert means(parse_selector(text), post)
    assert not means(parse_selector("programme=more_posts;country=KG"), post)


def test_a_post_that_two_bring_stands_once():
    one, two = programme(*SIX[:3]), programme(*SIX[2:], name="yet_more")
    world = world_of(tutorial(), [one, two])
    assert world.is_new.sum() == 6
    assert post_of(world, "m_spring").programmes == ("more_posts", "yet_more")
    assert build_world(tutorial(), [one], also=[one, two]).is_new.sum() == 6


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (new_post("x", "hubb"), "x: place_id: expected a known place (got 'hubb'); did you mean 'hub'?"),
        (new_post("hub_inland_kz"), "hub_inland_kz: expected a name that no post has (got 'hub_inland_kz')"),
        (new_post("x", climate_zone="step"), "climate_zone: expected a known climate zone (got 'step')"),
        (
            new_post("x", "spring", "rail"),
            "place_id: expected a place to which legs by rail lead (got 'spring')",
        ),
        (new_post("x", passing_legs=["hub__hub"]), "passing_legs: expected a known leg (got 'hub__hub')"),
    ],
)
def test_what_cannot_stand_is_refused_by_name(row: dict[str, Any], said: str):
    with pytest.raises(WorldError) as caught:
        world_of(tutorial(), [programme(row)])
    assert f"intervention more_posts: new_posts: {row['post_id']}" in str(caught.value)
    assert said in str(caught.value)
    with pytest.raises(WorldError):
        build_world(tutorial(), also=[programme(row)])


def test_two_posts_of_one_name_are_refused():
    one, two = programme(new_post("x")), programme(new_post("x", "market"), name="other")
    with pytest.raises(
        WorldError, match="intervention other: new_posts: x: expected the post of that name that"
    ):
        world_of(tutorial(), [one, two])
    with pytest.raises(WorldError, match="intervention more_posts brings"):
        world_of(tutorial(), [programme(new_post("x"), new_post("x", "market"))])


def test_an_unknown_programme_is_refused():
    with pytest.raises(WorldError, match="expected a selector that means something"):
        world_of(tutorial(), [change("manned", to=1.0, where="programme=nobody")])
