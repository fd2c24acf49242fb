"""Interventions: what a change does at each strength, when it is in force, and what is refused."""

from __future__ import annotations

import struct
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.scenario import ScenarioError, load_intervention
from sim.scenario.change import Change, limits_at, number_paths
from sim.scenario.leaf import Limits
from sim.scenario.overlay import (
    WEEK_H,
    Intervention,
    blend,
    cut_hours,
    hour_of,
    in_order,
    overlay,
    placed,
    strength_at,
    strengths_at,
)
from sim.scenario.schema import CountryServices, Post

NUMBERS = st.floats(-1e6, 1e6)
CHANGES = st.one_of(
    st.builds(Change, what=st.just("x"), to=NUMBERS),
    st.builds(Change, what=st.just("x"), by=NUMBERS),
    st.builds(Change, what=st.just("x"), plus=NUMBERS),
    st.builds(Change, what=st.just("x"), shared=NUMBERS),
    st.builds(Change, what=st.just("x"), like=st.just("country=RU")),
)


def intervention(**given_: Any) -> Intervention:
    plain = {"name": "test", "sentence": "Something is done.", "changes": [{"what": "x", "by": 2.0}]}
    return Intervention.model_validate({**plain, **given_})


def bits(number: float) -> bytes:
    return struct.pack("d", number)


@given(NUMBERS, CHANGES)
def test_without_strength_nothing_changes_bit_for_bit(base: float, change: Change):
    assert bits(overlay(base, change, 0.0, Limits("1", least=0, most=1), 3.0, 7)) == bits(base)


@given(NUMBERS, CHANGES)
def test_at_full_strength_the_target_is_reached_bit_for_bit(base: float, change: Change):
    assert bits(overlay(base, change, 1.0, None, 3.0, 7)) == bits(change.target(base, 3.0, 7))


@given(NUMBERS, CHANGES, st.floats(0, 1))
def test_in_between_it_lies_in_between(base: float, change: Change, strength: float):
    ends = sorted([base, change.target(base, 3.0, 7)])
    slack = 1e-9 * (1 + abs(ends[0]) + abs(ends[1]))
    assert ends[0] - slack <= overlay(base, change, strength, None, 3.0, 7) <= ends[1] + slack


@pytest.mark.parametrize(
    ("change", "at_half"),
    [
        ({"to": 0.8}, 0.6),
        ({"by": 2.0}, 0.6),
        ({"plus": 0.4}, 0.6),
        ({"shared": 2.0}, 0.6),
        ({"like": "country=RU"}, 0.5),
        ({"to": 0.0}, 0.2),
        ({"by": 0}, 0.2),
    ],
)
def test_a_change_sets_multiplies_or_adds(change: dict[str, Any], at_half: float):
    assert overlay(0.4, Change(what="x", **change), 0.5, None, 0.6, 5) == pytest.approx(at_half)


def test_a_number_stays_inside_its_limits():
    assert overlay(0.8, Change(what="x", by=2), 1.0, Limits("1", least=0, most=1)) == 1.0
    assert overlay(3, Change(what="x", by=1.2), 1.0, Limits("1", whole=True)) == 4
    assert blend(1.0, 3.0, 0.25) == 1.5


def test_what_is_set_comes_before_factors_and_factors_before_amounts_however_they_are_named():
    one = intervention(
        name="one",
        changes=[{"what": "x", "plus": 1}, {"what": "x", "to": 2}, {"what": "x", "by": 3}],
    )
    two = intervention(name="two", changes=[{"what": "x", "shared": 4}, {"what": "x", "like": ""}])
    for laid in ([one, two], [two, one]):
        ordered = in_order(laid, [{"one": 0.5, "two": 1.0}[i.name] for i in laid])
        assert [(change.way, strength) for change, strength in ordered] == [
            ("to", 0.5),
            ("like", 1.0),
            ("by", 0.5),
            ("plus", 0.5),
            ("shared", 1.0),
        ]


def test_what_undoes_an_intervention_leaves_the_rest_of_its_strength():
    gone = intervention(name="gone", strength=0.8)
    back = intervention(
        name="back", changes=[], undoes=["gone", "unknown"], start="2010-03-01", strength=0.25
    )
    start = hour_of(date(2010, 3, 1))
    assert strengths_at([gone, back], start - 1) == (0.8, 0.0)
    assert strengths_at([back, gone], start) == (0.25, pytest.approx(0.6))
    whole = back.model_copy(update={"strength": 1.0})
    assert strengths_at([gone, whole], start) == (0.0, 1.0)


def test_without_a_start_it_begins_on_the_first_reported_day():
    day = date(2010, 5, 4)
    assert [i.start for i in placed([intervention(), intervention(start="2009-01-01")], day)] == [
        day,
        date(2009, 1, 1),
    ]


def test_hours_count_from_2000():
    assert hour_of(date(2000, 1, 1)) == 0
    assert hour_of(date(2010, 1, 1)) == 87_672
    assert hour_of(date(1999, 12, 31)) == -24


def test_strength_without_dates_is_always_full():
    assert strength_at(intervention(strength=0.7), -(10**9)) == 0.7


def test_strength_begins_on_the_first_day_and_ends_before_the_last():
    laid = intervention(start="2010-03-01", end="2010-04-01", strength=0.5)
    start, end = hour_of(date(2010, 3, 1)), hour_of(date(2010, 4, 1))
    assert [strength_at(laid, h) for h in (start - 1, start, end - 1, end)] == [0.0, 0.5, 0.5, 0.0]


def test_a_ramp_rises_week_by_week():
    laid = intervention(start="2010-03-01", ramp_weeks=3, strength=0.8)
    start = hour_of(date(2010, 3, 1))
    hours = [start - 1, *(start + WEEK_H * week for week in range(5))]
    assert [strength_at(laid, h) for h in hours] == [0.0, 0.2, 0.4, pytest.approx(0.6), 0.8, 0.8]
    assert strength_at(laid, start + WEEK_H - 1) == 0.2


DATES = st.dates(date(2009, 1, 1), date(2012, 1, 1))


@given(
    st.lists(st.tuples(DATES, st.integers(1, 400), st.integers(0, 9), st.booleans()), max_size=4), st.data()
)
def test_between_cuts_strength_does_not_change(rows: list[tuple[date, int, int, bool]], data: st.DataObject):
    laid = [
        intervention(
            start=start, end=date.fromordinal(start.toordinal() + days) if ends else None, ramp_weeks=ramp
        )
        for start, days, ramp, ends in rows
    ]
    near = data.draw(st.sampled_from([hour_of(row[0]) for row in rows] or [0]))
    start = near + data.draw(st.integers(-2 * WEEK_H, 12 * WEEK_H))
    stop = start + WEEK_H
    cuts = cut_hours(laid, start, stop)
    assert cuts == sorted(set(cuts))
    assert all(start < cut < stop for cut in cuts)
    edges = [start, *cuts, stop]
    for one, other in pairwise(edges):
        for i in laid:
            assert len({strength_at(i, hour) for hour in range(one, other)}) == 1
    for cut in cuts:
        assert any(strength_at(i, cut) != strength_at(i, cut - 1) for i in laid)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"changes": []}, "expected at least one change, or an intervention that it undoes"),
        ({"changes": [{"what": "x"}]}, "expected exactly one of to, by, plus, like and shared (got none)"),
        (
            {"changes": [{"what": "x", "to": 1, "by": 2}]},
            "expected exactly one of to, by, plus, like and shared (got to and by)",
        ),
        ({"changes": [{"what": "x", "by": 2, "where": "contry=KZ"}]}, "expected one of the keys"),
        ({"changes": [{"what": "x;y", "by": 2}]}, "String should match pattern"),
        ({"changes": [{"what": "x", "by": float("nan")}]}, "finite"),
        (
            {"start": "2010-03-01", "end": "2010-03-01"},
            "expected a day after the start 2010-03-01 (got 2010-03-01)",
        ),
        ({"changes": [{"what": "x", "like": "contry=KZ"}]}, "expected one of the keys"),
        ({"ramp_weeks": -1, "start": "2010-03-01"}, "greater than or equal to 0"),
        ({"strength": 1.1}, "less than or equal to 1"),
        ({"capital_cost_usd": -5}, "expected a number of usd, 0 or more (got -5)"),
        ({"sentence": "Short."}, "at least 10"),
        ({"name": "Bad Name"}, "String should match pattern"),
    ],
)
def test_what_is_no_intervention(wrong: dict[str, Any], said: str):
    with pytest.raises(ValidationError) as caught:
        intervention(**wrong)
    assert said in str(caught.value)


def test_a_path_through_a_country_is_a_selector_of_it():
    change = Change(what="countries.KZ.sharing", to=0.5)
    assert (change.where, change.what) == ("country=KZ", "sharing")
    change = Change(what="countries.KZ.posts.frontier_road.scanner.quality", to=0.5)
    assert (change.where, change.what) == ("country=KZ;klass=frontier_road", "scanner.quality")
    assert change.selector.matches({"country": "KZ", "klass": "frontier_road"})


def test_limits_are_found_by_path():
    assert limits_at(Post, "scanner.quality") == Limits("1", 0, 1)
    assert limits_at(Post, "scanner") is None
    assert limits_at(Post, "scanner.quality.value") is None
    assert limits_at(Post, "scaner.quality") is None
    assert limits_at(CountryServices, "allocation") is None
    assert "dogs.detect_prob" in number_paths(Post)
    assert all(limits_at(Post, path) for path in number_paths(Post))


FILE = """\
name: dogs_first
sentence: Dogs are trained on the real substance at every road post.
start: 2010-07-01
ramp_weeks: 8
capital_cost_usd: {value: 250000, low: 100000, high: 500000, source: "assumption: three teams a post"}
running_cost_usd_per_year: 1.2e5
changes:
- {where: "country=KZ,KG;klass=frontier_road", what: dogs.real_training_share, to: 1}
- {what: countries.TJ.sharing, plus: 0.1}
"""


def test_an_intervention_is_read_from_a_file(tmp_path: Path):
    file = tmp_path / "dogs_first.yaml"
    file.write_text(FILE, encoding="utf-8")
    laid = load_intervention(file)
    assert (laid.name, laid.start, laid.end, laid.strength) == ("dogs_first", date(2010, 7, 1), None, 1.0)
    assert laid.running_cost_usd_per_year.source == "set in dogs_first.yaml:6"
    assert [change.what for change in laid.changes] == ["dogs.real_training_share", "sharing"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "dogs.real",
            "dog.real",
            "8:54: changes.0.what: expected the path of a number that can change in a run: of posts, "
            "countries, tiers or the market (got dog.real_training_share); did you mean "
            "'dogs.real_training_share'?",
        ),
        (
            "KZ,KG",
            "KZ,kg",
            "8:11: changes.0.where: expected a country as two capitals (got kg); did you mean 'KG'?",
        ),
        ("klass=", "clas=", "8:11: changes.0.where: expected one of the keys"),
        ("to: 1}", "to: 1.1}", "8:84: changes.0.to: expected a number from 0 to 1 (got 1.1)"),
        ("to: 1}", "to: all}", "8:84: changes.0.to: expected"),
        ("to: 1}", "too: 1}", "8:80: changes.0.too: expected a known key (got too); did you mean 'to'?"),
        (
            "plus: 0.1",
            "plus: 0.1, by: 3",
            "9:3: changes.1: expected exactly one of to, by, plus, like and shared (got by and plus)",
        ),
        (
            "TJ.sharing",
            "TJ.allocation",
            "9:41: changes.1.plus: expected to: one of static, greedy, random, explore_exploit, "
            "budget_feedback, cover (got 0.1)",
        ),
        (
            "{what: countries.TJ.sharing",
            '{where: "mode=rail", what: sharing',
            "9:11: changes.1.where: expected countries only, as sharing belongs to no post (got mode)",
        ),
        (
            "2010-07-01",
            "2010-06-31",
            "3:8: start: expected a date that exists, such as 2010-01-01 or nothing (got 2010-06-31)",
        ),
        (
            "ramp_weeks: 8",
            "ramp_weeks: 8\nend: 2010-01-01",
            "5:6: end: expected a day after the start 2010-07-01 (got 2010-01-01)",
        ),
        (
            "ramp_weeks: 8",
            "ramp_week: 8",
            "4:1: ramp_week: expected a known key (got ramp_week); did you mean 'ramp_weeks'?",
        ),
        (
            "1.2e5",
            "-1",
            "6:28: running_cost_usd_per_year: expected a number of usd_per_year, 0 or more (got -1)",
        ),
        (
            "dogs_first",
            "Dogs first",
            "1:7: name: expected a name of small letters, digits and _, at most 48 (got Dogs first)",
        ),
    ],
    ids=range(14),
)
def test_a_faulty_intervention_is_told_at_its_place(tmp_path: Path, old: str, new: str, said: str):
    assert old in FILE
    file = tmp_path / "x.yaml"
    file.write_text(FILE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_intervention(file)
    assert f"{file}:{said}" in str(caught.value)
    assert len(caught.value.faults) == 1
