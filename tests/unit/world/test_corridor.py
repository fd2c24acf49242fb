from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from sim.codes import Mode, PostClass
from sim.world.corridor import build_corridor
from sim.world.faults import WorldError
from sim.world.rows import CrossingDateRow, LegDateRow
from sim.world.tables import read_tables, tables_folder

IN_2010 = date(2010, 1, 1)


@cache
def tables(name="baseline"):
    return read_tables(tables_folder(name))


@cache
def corridor(name="baseline", on=IN_2010):
    return build_corridor(tables(name), on)


def faults_of(changed, on=IN_2010):
    with pytest.raises(WorldError) as caught:
        build_corridor(changed, on)
    return caught.value.messages


def with_row(rows, key, name, **changes):
    """Rows with one of them changed."""
    assert any(getattr(r, key) == name for r in rows)
    return tuple(replace(r, **changes) if getattr(r, key) == name else r for r in rows)


def met_on(world):
    return {post for leg in world.legs.values() for control in leg.controls for post in control}


@pytest.mark.parametrize("name", ["baseline", "tutorial"])
@pytest.mark.parametrize("on", [IN_2010, date(2026, 1, 1)])
def test_every_post_lies_on_a_leg(name, on):
    world = corridor(name, on)
    assert met_on(world) == set(world.posts)


def test_every_crossing_of_the_table_has_a_control_in_both_countries():
    posts = corridor(on=date(2026, 1, 1)).posts.values()
    sides = {}
    for post in posts:
        sides.setdefault(post.crossing_id, set()).add(post.country)
    for crossing in tables().crossings:
        wanted = set(crossing.border_pair.split("-")) if crossing.border_pair else {"KZ"}
        assert sides[crossing.post_id] == wanted, crossing.post_id


def test_crossing_on_no_leg_is_refused():
    lost = replace(tables().crossings[0], post_id="lost_gate")
    told = faults_of(replace(tables(), crossings=(*tables().crossings, lost)))
    assert told == ("border_crossings.csv: lost_gate: stands on no leg",)


def test_crossings_of_a_leg_are_alternatives_not_a_series():
    leg = corridor().legs["bishkek__korday__road"]
    assert leg.controls == (
        ("korday_kg", "korday_kz"),
        ("karasu_kg", "karasu_kz"),
        ("aukhatty_kg", "aukhatty_kz"),
    )


def test_a_leg_meets_the_side_that_is_left_before_the_side_that_is_entered():
    world = corridor()
    for leg in world.legs.values():
        ends = [world.places[leg.from_id].country, world.places[leg.to_id].country]
        for control in leg.controls:
            frontier = [p for p in control if world.posts[p].klass != PostClass.INLAND]
            assert [world.posts[p].country for p in frontier] == [c for c in ends if ends[0] != ends[1]], (
                leg.leg_id
            )


def test_every_frontier_leg_is_controlled_on_both_sides():
    world = corridor()
    for leg in world.legs.values():
        ends = {world.places[leg.from_id].country, world.places[leg.to_id].country}
        if len(ends) > 1:
            assert leg.controls, leg.leg_id
            for control in leg.controls:
                assert {world.posts[p].country for p in control} == ends


def test_karaganda_is_met_on_every_road_into_it_and_on_none_out_of_it():
    world = corridor()
    into = [leg for leg in world.legs.values() if leg.to_id == "karaganda" and leg.mode == Mode.ROAD]
    out = [leg for leg in world.legs.values() if leg.from_id == "karaganda" and leg.mode == Mode.ROAD]
    assert len(into) >= 6
    assert all("karaganda_inland_kz" in control for leg in into for control in leg.controls)
    assert not any("karaganda_inland_kz" in control for leg in out for control in leg.controls)


def test_inland_posts_on_a_long_line_are_met_in_order_of_the_way():
    there = corridor().legs["saryagash__ozinki__rail"].controls[0]
    back = corridor().legs["ozinki__saryagash__rail"].controls[0]
    assert there[:2] == ("arys_station_kz", "aktobe_station_kz")
    assert there[2:] == ("semiglavy_mar_rail_kz", "semiglavy_mar_rail_ru")
    assert back == tuple(reversed(there))


def test_a_crossing_by_road_and_rail_has_a_control_for_each():
    world = corridor()
    assert world.legs["dostyk__alashankou__road"].controls == (("dostyk_kz", "dostyk_cn"),)
    assert world.legs["dostyk__alashankou__rail"].controls == (("dostyk_rail_kz", "dostyk_rail_cn"),)
    assert world.posts["dostyk_rail_kz"].klass == PostClass.FRONTIER_RAIL
    assert world.posts["dostyk_kz"].trucks_per_day > 0 == world.posts["dostyk_kz"].rail_units_per_day
    assert (
        world.posts["dostyk_rail_kz"].rail_units_per_day > 0 == world.posts["dostyk_rail_kz"].trucks_per_day
    )


def test_the_turbat_way_stands_once_and_is_met_by_patrols():
    world = corridor()
    ways = [leg for leg in world.legs.values() if {leg.from_id, leg.to_id} == {"chirchiq", "kazygurt"}]
    assert sorted(leg.leg_id for leg in ways) == ["chirchiq__kazygurt__green", "kazygurt__chirchiq__green"]
    patrols = [world.posts[p] for p in world.legs["chirchiq__kazygurt__green"].controls[0]]
    assert [p.country for p in patrols] == ["UZ", "KZ"]
    assert {p.crossing_id for p in patrols} == {"turbat_green_border"}
    assert {p.agency for p in patrols} == {"border_service"}
    assert all(p.gap_km > 0 and p.klass == PostClass.GREEN_BORDER for p in patrols)


def test_green_legs_take_what_the_ground_lets_pass():
    legs = [leg for leg in corridor().legs.values() if leg.mode == Mode.GREEN]
    assert len(legs) == 2 * len(tables().green)
    assert {leg.vehicle for leg in legs} == {"vehicle", "foot_horse"}
    assert all(not leg.vehicle for leg in corridor().legs.values() if leg.mode != Mode.GREEN)


def test_each_class_has_its_agency():
    for post in corridor().posts.values():
        if post.klass == PostClass.GREEN_BORDER:
            assert post.agency == "border_service"
        elif post.klass == PostClass.INLAND:
            assert post.agency == ("transport_police" if Mode.RAIL in post.modes else post.agency)
            assert post.agency in {"mvd", "knb", "transport_police"}
        else:
            assert post.agency == "customs"


def test_lines_opened_later_are_left_out_until_they_open():
    later = corridor(on=date(2018, 1, 1))
    for leg in ("bereket__zhanaozen__rail", "khorgos__yining__rail", "kuryk__alat__sea"):
        assert leg not in corridor().legs
        assert leg in later.legs
    for post in ("bolashak_rail_kz", "altynkol_rail_cn", "tselinny_kz", "syrdarya_uz"):
        assert post not in corridor().posts
        assert post in later.posts


def test_a_leg_opens_on_its_day():
    dated = replace(tables(), leg_dates=(LegDateRow("aktau__kuryk__road", date(2010, 6, 1)),))
    assert "aktau__kuryk__road" not in build_corridor(dated, date(2010, 5, 31)).legs
    assert "kuryk__aktau__road" in build_corridor(dated, date(2010, 6, 1)).legs


def test_a_leg_without_an_open_crossing_is_not_there_yet():
    dated = replace(tables(), crossing_dates=(CrossingDateRow("tazhen", date(2015, 1, 1)),))
    assert "kungrad__beyneu__road" not in build_corridor(dated, IN_2010).legs
    assert "kungrad__beyneu__road" in build_corridor(dated, date(2015, 1, 1)).legs


def test_a_line_given_twice_is_used_once():
    assert "almaty__astana__road" not in corridor().legs
    without = build_corridor(replace(tables(), legs_parallel=()), IN_2010)
    assert "almaty__astana__road" in without.legs


def test_all_unknown_names_come_at_once():
    legs = with_row(tables().legs, "leg_id", "mary__ashgabat__road", to_id="ashgabad")
    legs = with_row(legs, "leg_id", "bishkek__korday__road", post_ids=("kordai",))
    inland = with_row(tables().inland, "post_id", "osh_inland", place_id="oshh")
    named = with_row(tables().named_routes, "route_id", "K1", leg_modes=("road",))
    told = faults_of(replace(tables(), legs=legs, inland=inland, named_routes=named))
    expected = {
        "legs.csv: mary__ashgabat__road: expected a known place (got 'ashgabad'); did you mean 'ashgabat'?",
        "legs.csv: bishkek__korday__road: expected a known crossing (got 'kordai'); did you mean 'korday'?",
        "inland_posts.csv: osh_inland: expected a known place (got 'oshh'); did you mean 'osh'?",
        "routes.csv: K1: leg_modes: expected 8 modes (got 1)",
    }
    assert expected <= set(told)


def test_all_misfits_come_at_once():
    legs = with_row(tables().legs, "leg_id", "kungrad__beyneu__road", post_ids=())
    legs = with_row(legs, "leg_id", "aktobe__orenburg__road", post_ids=("kaplanbek", "zhaisan"))
    legs = with_row(legs, "leg_id", "aktobe__orsk__road", post_ids=("zhaisan_rail", "alimbet"))
    traffic = tuple(t for t in tables().traffic if t.crossing_id != "korday")
    place = replace(tables().places[0], place_id="nowhere")
    named = with_row(tables().named_routes, "route_id", "R1", leg_modes=("sea",) * 7)
    changed = replace(
        tables(), legs=legs, traffic=traffic, places=(*tables().places, place), named_routes=named
    )
    told = faults_of(changed)
    expected = {
        "border_crossings.csv: tazhen: stands on no leg",
        "legs.csv: kungrad__beyneu__road: crosses a frontier without a crossing",
        "legs.csv: aktobe__orenburg__road: kaplanbek does not lie between KZ and RU",
        "legs.csv: aktobe__orsk__road: zhaisan_rail is no crossing by road",
        "post_traffic.csv: expected a row for korday by road (got none)",
        "places.csv: nowhere: no leg leads there",
        "routes.csv: R1: no leg from tashkent to saryagash by sea",
    }
    assert expected <= set(told)
    assert len(told) == len(set(told))


def test_an_inland_post_in_the_wrong_country_is_refused():
    inland = with_row(tables().inland, "post_id", "osh_inland", country="KZ")
    assert "inland_posts.csv: osh_inland: osh lies in KG" in faults_of(replace(tables(), inland=inland))


def test_the_tutorial_is_as_described():
    world = corridor("tutorial")
    assert len(world.places) == 5
    assert world.legs["spring__west_town__road"].controls == (
        ("bridge_gate_kg", "bridge_gate_kz"),
        ("hill_gate_kg", "hill_gate_kz"),
    )
    assert world.legs["west_town__hub__road"].controls == (("hub_inland_kz",),)
    assert world.legs["hub__west_town__road"].controls == ()
    assert world.legs["spring__east_town__green"].vehicle == "foot_horse"
    assert world.legs["hub__market__rail"].controls == (("north_gate_rail_kz", "north_gate_rail_ru"),)
