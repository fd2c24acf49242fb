import math
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise

import pytest

from sim.codes import Cover, Mode
from sim.world.candidates import TravelCosts, candidate_routes
from sim.world.corridor import Corridor, build_corridor
from sim.world.faults import WorldError
from sim.world.tables import read_tables, tables_folder

COSTS = TravelCosts(
    road_kmh=31.2,
    rail_kmh=10.4,
    sea_kmh=15.0,
    air_kmh=400.0,
    green_foot_kmh=3.0,
    green_vehicle_kmh=15.0,
    transfer_h=24.0,
    border_h=8.0,
)
ORIGINS = ("kunduz", "fayzabad", "mazar", "herat", "kabul")
MARKETS = ("moscow", "yekaterinburg", "novosibirsk", "urumqi", "almaty", "alat")
PAIRS = dict.fromkeys(ORIGINS, MARKETS)
NAMED = ("T1", "T2", "T3", "K1", "K2", "K3", "U1", "U2", "U3", "R1", "R2", "R3")
CEILING = 1.6


@cache
def tables():
    return read_tables(tables_folder("baseline"))


@cache
def corridor():
    return build_corridor(tables(), date(2010, 1, 1))


@cache
def routes():
    return candidate_routes(corridor(), tables().named_routes, PAIRS, COSTS)


def tutorial():
    read = read_tables(tables_folder("tutorial"))
    world = build_corridor(read, date(2010, 1, 1))
    return world, candidate_routes(world, read.named_routes, {"spring": ["market"]}, COSTS)


def places_of(route, world=None):
    legs = [(world or corridor()).legs[s.leg_id] for s in route.steps]
    return [legs[0].from_id, *(leg.to_id for leg in legs)]


def crossings_of(route):
    return {corridor().posts[p].crossing_id for s in route.steps for p in s.posts}


def least_hours(world, origin, market, modes, passable=lambda _: True):
    """Cheapest cost by relaxing every leg until nothing improves; no transfers, so one carrier only."""
    hours = dict.fromkeys(world.places, math.inf) | {origin: 0.0}
    for _ in world.places:
        before = dict(hours)
        for leg in world.legs.values():
            if leg.mode in modes and passable(leg):
                border = world.places[leg.from_id].country != world.places[leg.to_id].country
                cost = leg.km / COSTS.speed_kmh(leg.mode) + COSTS.border_h * border
                hours[leg.to_id] = min(hours[leg.to_id], hours[leg.from_id] + cost)
        if hours == before:
            break
    return hours[market]


@pytest.mark.parametrize("name", NAMED)
def test_named_route_is_a_candidate(name):
    row = next(r for r in tables().named_routes if r.route_id == name)
    carrying = [r for r in routes() if name in r.named.split(";")]
    assert carrying
    path = row.path_on_legs
    whole = [r for r in carrying if path[0] in places_of(r)]
    assert whole, "no candidate takes the route from its first place"
    for route in whole:
        places = places_of(route)
        at = places.index(path[0])
        assert tuple(places[at : at + len(path)]) == path
        modes = tuple(s.leg_id.rsplit("__", 1)[1] for s in route.steps[at : at + len(path) - 1])
        assert modes == row.leg_modes


@pytest.mark.parametrize("name", ["P1", "P2", "G1", "G2", "C1", "X1"])
def test_feeder_or_branch_is_a_candidate(name):
    assert any(name in r.named.split(";") for r in routes())


def test_every_market_is_reached_from_every_origin():
    assert {(r.origin, r.market) for r in routes()} == {(o, m) for o in ORIGINS for m in MARKETS}


def test_route_ids_are_unique_and_in_order():
    ids = [r.route_id for r in routes()]
    assert ids == sorted(set(ids))
    assert len({(r.origin, r.market, r.steps) for r in routes()}) == len(ids)


def test_routes_are_unbroken_and_simple():
    for route in routes():
        places = places_of(route)
        assert (places[0], places[-1]) == (route.origin, route.market)
        assert len(set(places)) == len(places)
        legs = [corridor().legs[s.leg_id] for s in route.steps]
        assert all(a.to_id == b.from_id for a, b in pairwise(legs))
        assert all(s.posts in (leg.controls or ((),)) for s, leg in zip(route.steps, legs, strict=True))
        assert math.isclose(route.km, sum(leg.km for leg in legs))


def test_entry_and_exit_are_the_crossings_of_kazakhstan():
    for route in routes():
        home = [corridor().places[p].country == "KZ" for p in places_of(route)]
        entered = sum(b and not a for a, b in pairwise(home))
        assert entered == (route.entry != "") <= 1
        assert (route.exit != "") == any(a and not b for a, b in pairwise(home))
        for (a, b), step in zip(pairwise(home), route.steps, strict=True):
            met = {corridor().posts[p].crossing_id for p in step.posts}
            if a != b:
                assert (route.entry if b else route.exit) in met


def test_market_in_kazakhstan_is_not_left_and_the_caspian_goes_round_it():
    assert all(r.exit == "" for r in routes() if r.market == "almaty")
    assert any(r.entry == "" and r.mode_class == "sea" for r in routes() if r.market == "alat")
    assert any(r.entry == "" and r.mode_class == "air" for r in routes() if r.market == "moscow")


@pytest.mark.parametrize("crossing", ["korday", "kaplanbek"])
def test_a_detour_leads_round(crossing):
    """The cheapest way with the crossing and one without it lie side by side for every pair that uses it."""
    using = [r for r in routes() if r.entry == crossing and r.mode_class == "road"]
    assert using
    for route in using:
        others = [r for r in routes() if (r.origin, r.market) == (route.origin, route.market)]
        round_it = [r for r in others if r.mode_class == "road" and crossing not in crossings_of(r)]
        assert len({r.entry for r in round_it}) >= 3


def test_every_control_of_the_best_way_has_a_way_round_or_none_exists_under_the_ceiling():
    for origin, market in (("kunduz", "moscow"), ("fayzabad", "almaty"), ("kabul", "novosibirsk")):
        some = [r for r in routes() if (r.origin, r.market, r.mode_class) == (origin, market, "road")]
        best = min(some, key=lambda r: r.hours)
        for control in crossings_of(best):
            if any(control not in crossings_of(r) for r in some):
                continue

            def clear(leg, control=control):
                met = [{corridor().posts[p].crossing_id for p in c} for c in leg.controls]
                return not met or any(control not in m for m in met)

            least = least_hours(corridor(), origin, market, {Mode.ROAD}, clear)
            assert least > CEILING * best.hours, control


def test_a_detour_avoids_what_it_goes_round():
    detours = [r for r in routes() if "~round_" in r.route_id]
    assert len(detours) > 50
    for route in detours:
        assert route.route_id.rsplit("~round_", 1)[1] not in crossings_of(route)


@pytest.mark.parametrize("pair", [("kunduz", "moscow"), ("herat", "almaty"), ("mazar", "urumqi")])
def test_best_road_route_is_the_shortest_path(pair):
    best = min(r.hours for r in routes() if (r.origin, r.market, r.mode_class) == (*pair, "road"))
    assert math.isclose(best, least_hours(corridor(), *pair, {Mode.ROAD}), rel_tol=1e-9)


@pytest.mark.parametrize(
    ("entry", "out"), [("korday", "zhaisan"), ("tazhen", "kurmangazy"), ("kaplanbek", "syrym")]
)
def test_route_of_an_entry_and_an_exit_is_the_shortest_through_them(entry, out):
    found = candidate_routes(corridor(), (), {"kunduz": ["moscow"]}, COSTS, CEILING, 1000)
    (route,) = [r for r in found if r.route_id == f"kunduz~moscow~road~{entry}~{out}"]
    places = corridor().places

    def through(leg):
        home = [places[p].country == "KZ" for p in (leg.from_id, leg.to_id)]
        met = {corridor().posts[p].crossing_id for control in leg.controls for p in control}
        return home[0] == home[1] or (entry in met if home[1] else out in met)

    assert math.isclose(
        route.hours, least_hours(corridor(), "kunduz", "moscow", {Mode.ROAD}, through), rel_tol=1e-9
    )


def test_nothing_dearer_than_the_ceiling_but_named_routes():
    best = {}
    for r in routes():
        key = (r.origin, r.market, r.route_id.split("~")[2])
        best[key] = min(best.get(key, math.inf), r.hours)
    ratio = {r: r.hours / best[r.origin, r.market, r.route_id.split("~")[2]] for r in routes() if not r.named}
    assert max(ratio.values()) <= CEILING + 1e-9
    assert max(ratio.values()) > 1.3, "control: the ceiling is what cuts"


def test_nothing_much_longer_than_the_cheapest_of_its_class():
    cheapest = {}
    for r in sorted(routes(), key=lambda r: r.hours):
        cheapest.setdefault((r.origin, r.market, r.route_id.split("~")[2]), r)
    for r in routes():
        if not r.named:
            assert r.km <= CEILING * cheapest[r.origin, r.market, r.route_id.split("~")[2]].km + 1e-6, (
                r.route_id
            )


def test_a_class_that_leads_far_astray_is_left_out():
    """The ferry is a way to Alat, not from Badakhshan to Almaty; nor is a flight by way of Moscow."""
    assert any(r.mode_class == "sea" for r in routes() if r.market == "alat")
    to_almaty = [r for r in routes() if (r.origin, r.market) == ("fayzabad", "almaty")]
    assert not any(r.mode_class == "sea" for r in to_almaty)
    assert not any("moscow" in places_of(r) for r in to_almaty)


def test_a_higher_ceiling_only_adds_routes():
    low = candidate_routes(corridor(), (), {"mazar": ["moscow"]}, COSTS, 1.2, 10_000)
    high = candidate_routes(corridor(), (), {"mazar": ["moscow"]}, COSTS, 1.6, 10_000)
    assert {r.route_id for r in low if "~round_" not in r.route_id} < {r.route_id for r in high}


def test_the_cap_keeps_named_routes_and_every_class():
    capped = candidate_routes(corridor(), tables().named_routes, {"kunduz": ["moscow"]}, COSTS, CEILING, 24)
    whole = candidate_routes(
        corridor(), tables().named_routes, {"kunduz": ["moscow"]}, COSTS, CEILING, 10_000
    )
    assert len(capped) == 24 < len(whole)
    assert {r.route_id for r in whole if r.named} <= {r.route_id for r in capped}
    assert {r.mode_class for r in capped} == {r.mode_class for r in whole}


def test_one_more_crossing_and_one_more_leg_change_no_other_route():
    read = tables()
    gate = replace(next(c for c in read.crossings if c.post_id == "kaplanbek"), post_id="a_new_gate")
    traffic = replace(next(t for t in read.traffic if t.crossing_id == "kaplanbek"), crossing_id="a_new_gate")
    legs = tuple(
        replace(leg, post_ids=(*leg.post_ids, "a_new_gate"))
        if leg.leg_id == "tashkent__saryagash__road"
        else leg
        for leg in read.legs
    )
    spur = replace(
        read.legs[0], leg_id="a_new_leg", from_id="aral", to_id="zhezkazgan", post_ids=(), km=900.0
    )
    more = replace(
        read, crossings=(gate, *read.crossings), traffic=(traffic, *read.traffic), legs=(spur, *legs)
    )
    some = {"kunduz": MARKETS, "herat": MARKETS}
    world = build_corridor(more, date(2010, 1, 1))
    before = candidate_routes(corridor(), read.named_routes, some, COSTS, CEILING, 10_000)
    after = {r.route_id: r for r in candidate_routes(world, read.named_routes, some, COSTS, CEILING, 10_000)}
    assert all(after[r.route_id] == r for r in before)
    new = [r for name, r in after.items() if name not in {b.route_id for b in before}]
    assert any(r.entry == "a_new_gate" for r in new), "control: the crossing is used"


def test_order_of_rows_does_not_matter():
    read = tables()
    back = replace(read, places=read.places[::-1], legs=read.legs[::-1], green=read.green[::-1])
    world = build_corridor(back, date(2010, 1, 1))
    again = candidate_routes(world, read.named_routes[::-1], {"fayzabad": MARKETS}, COSTS)
    assert again == tuple(r for r in routes() if r.origin == "fayzabad")


def test_ways_of_equal_cost_are_told_apart_by_name_not_by_row():
    read = read_tables(tables_folder("tutorial"))
    half = next(leg for leg in read.legs if leg.leg_id == "west_town__hub__road")
    town = read.places[1]
    names = [f"mid_{i}" for i in range(6)]
    places = (*read.places, *(replace(town, place_id=n, lat=45.0) for n in names))
    halves = [
        replace(half, leg_id=f"{a}__{b}__road", from_id=a, to_id=b, km=250.0)
        for n in names
        for a, b in (("west_town", n), (n, "hub"))
    ]
    others = [leg for leg in read.legs if leg is not half]
    told = set()
    for turn in range(len(halves)):
        legs = (*others, *halves[turn:], *halves[:turn])
        world = build_corridor(replace(read, places=places, legs=legs), date(2010, 1, 1))
        found = candidate_routes(world, (), {"spring": ["market"]}, COSTS)
        told.add(tuple((r.route_id, r.steps) for r in found))
    assert len(told) == 1


def test_no_way_goes_through_kazakhstan_back_to_a_country_left_before():
    for route in routes():
        countries = [corridor().places[p].country for p in places_of(route)]
        if "KZ" in countries:
            first, last = countries.index("KZ"), len(countries) - countries[::-1].index("KZ")
            assert not set(countries[:first]) & set(countries[last:]), route.route_id


def test_covers_fit_the_way():
    for route in routes():
        legs = [corridor().legs[s.leg_id] for s in route.steps]
        assert route.covers
        if any(leg.vehicle == "foot_horse" for leg in legs):
            assert route.covers == (Cover.FOOT_HORSE,)
        if route.mode_class == "road":
            assert set(route.covers) == {Cover.TIR_TRUCK, Cover.PRODUCE_TRUCK, Cover.OTHER_TRUCK, Cover.CAR}
        if route.mode_class == "road_rail":
            assert set(route.covers) == {Cover.PASSENGER_TRAIN, Cover.FREIGHT_WAGON}


def test_trains_are_boarded_outside_kazakhstan_or_at_its_hubs():
    boarded = set()
    for route in routes():
        legs = [corridor().legs[s.leg_id] for s in route.steps]
        for a, b in pairwise(legs):
            if a.mode == Mode.ROAD and b.mode == Mode.RAIL:
                place = corridor().places[a.to_id]
                assert place.country != "KZ" or place.role == "hub", route.route_id
                boarded.add(place.country)
    assert "KZ" in boarded
    assert boarded & {"UZ", "KG"}


def test_hours_count_borders_and_transfers():
    world, found = tutorial()
    road, mixed, foot = (next(r for r in found if r.mode_class == c) for c in ("road", "road_rail", "green"))
    assert math.isclose(road.hours, 1150 / 31.2 + 2 * 8.0)
    assert math.isclose(mixed.hours, 650 / 31.2 + 480 / 10.4 + 2 * 8.0 + 24.0)
    assert math.isclose(foot.hours, 190 / 3.0 + 1020 / 31.2 + 8.0 + 24.0)
    assert places_of(foot, world) == ["spring", "east_town", "hub", "market"]


def test_tutorial_routes_by_hand():
    _, found = tutorial()
    assert [r.route_id for r in found] == [
        "spring~market~green~kg_kz__spring__east_town~north_gate",
        "spring~market~road_then_rail~bridge_gate~north_gate",
        "spring~market~road_then_rail~hill_gate~north_gate",
        "spring~market~road~bridge_gate~north_gate",
        "spring~market~road~hill_gate~north_gate",
    ]


def test_unknown_places_are_refused_at_once():
    with pytest.raises(WorldError) as caught:
        candidate_routes(corridor(), (), {"kunduzz": ["moscow", "almaaty"]}, COSTS)
    assert caught.value.messages == (
        "expected a known place (got 'kunduzz'); did you mean 'kunduz'?",
        "expected a known place (got 'almaaty'); did you mean 'almaty'?",
    )


def test_unreachable_markets_are_refused_at_once():
    world = corridor()
    cut = {
        n: leg for n, leg in world.legs.items() if "RU" not in {world.places[p].country for p in (leg.to_id,)}
    }
    island = Corridor(world.places, world.posts, cut)
    with pytest.raises(WorldError) as caught:
        candidate_routes(island, (), {"kunduz": MARKETS}, COSTS)
    assert caught.value.messages == (
        "no route leads from kunduz to moscow",
        "no route leads from kunduz to yekaterinburg",
        "no route leads from kunduz to novosibirsk",
    )
