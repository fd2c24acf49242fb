"""Quantities: every way to write one, what it keeps of its default, and what is refused."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any, get_args

import pytest
from pydantic import Field, ValidationError

from sim.scenario.quantity import Limits, Quantity, Spec, Status, quantity

SOURCE = "assumption: made up for the test"


class Dogs(Spec):
    """A part."""

    skill: Quantity = quantity(0.5, "1", SOURCE, low=0.4, high=0.6, least=0, most=1, doc="skill of a dog")
    shift: Quantity = quantity(
        12, "h", "a book, page 3", low=8, high=24, status="read", least=0, most=24, doc="shift"
    )
    teams: Quantity = quantity(2, "1", SOURCE, least=0, whole=True, doc="teams")
    pace: Quantity = quantity(6, "per_h", SOURCE, least=0, doc="searches")


class Posts(Spec):
    """A part whose default differs from that of its type."""

    road: Dogs = Dogs()
    rail: Dogs = Dogs.model_validate(
        {"skill": {"value": 0.2, "low": 0.1, "high": 0.3, "source": "another book"}}
    )


class World(Spec):
    """All of it."""

    posts: Posts = Posts()
    countries: dict[str, Posts] = Field(default={"KZ": Posts.model_validate({"road": {"teams": 7}})})
    weights: dict[str, Annotated[Quantity, Limits("1", least=0)]] = Field(default_factory=dict)
    prices: dict[str, Quantity] = Field(default_factory=dict)
    spare: Quantity | None = None


def skill(given: object) -> Quantity:
    return Dogs.model_validate({"skill": given}).skill


def refusal(model: type[Spec], data: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(data)
    return str(caught.value)


def test_status_words_are_those_of_the_source_book():
    assert get_args(Status) == (
        "source document",
        "source document (corrected)",
        "read",
        "read (secondary table)",
        "read (weak source)",
        "read (part)",
        "derived",
        "from memory; cross-checked",
        "from memory (unverified)",
        "assumed",
        "not found",
        "calibrated",
    )


def test_a_bare_number_keeps_unit_and_range_and_becomes_an_assumption():
    assert skill(0.55) == Quantity(
        value=0.55, low=0.4, high=0.6, unit="1", status="assumed", source="set by the caller"
    )


def test_a_bare_number_never_keeps_the_source_of_another():
    shift = Dogs.model_validate({"shift": 10}).shift
    assert (shift.status, shift.source) == ("assumed", "set by the caller")


@pytest.mark.parametrize(("value", "low", "high"), [(0.9, 0.4, 0.9), (0.1, 0.1, 0.6), (0.5, 0.4, 0.6)])
def test_the_range_is_widened_to_hold_the_value(value: float, low: float, high: float):
    assert (skill(value).low, skill(value).high) == (low, high)


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("90 min", 1.5),
        ("90min", 1.5),
        ("1 day", 24.0),
        ("0.5 day", 12.0),
        ("3600 s", 1.0),
        ("2 h", 2.0),
        ("1e1 hours", 10.0),
    ],
)
def test_a_text_with_a_unit_is_converted(written: str, hours: float):
    assert Dogs.model_validate({"shift": written}).shift.value == hours


def test_conversion_rounds_once():
    assert Dogs.model_validate({"shift": "0.1 day"}).shift.value == 0.1 * 24
    assert Dogs.model_validate({"pace": "1 per day"}).pace.value == 1 / 24
    assert skill("55 %").value == 0.55


def test_a_mapping_may_give_any_of_the_six_keys():
    given = {
        "value": 30,
        "low": 20,
        "high": 45,
        "unit": "%",
        "status": "derived",
        "source": "computed from a table",
    }
    assert skill(given) == Quantity(
        value=0.3, low=0.2, high=0.45, unit="1", status="derived", source="computed from a table"
    )
    assert skill({"value": 0.7}).high == 0.7
    assert skill({"value": 0.5, "low": None}).low is None


def test_a_quantity_given_whole_is_taken_as_it_is():
    whole = Quantity(value=0.3, unit="1", status="read", source="a third book")
    assert skill(whole) is whole


def test_a_quantity_in_another_unit_is_converted():
    given = Quantity(value=90, unit="min", status="read", source="a third book")
    shift = Dogs.model_validate({"shift": given}).shift
    assert (shift.value, shift.unit, shift.source) == (1.5, "h", "a third book")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"skill": 1.5}, "expected a number from 0 to 1 (got 1.5)"),
        ({"skill": -0.1}, "expected a number from 0 to 1 (got -0.1)"),
        ({"skill": True}, "expected a number from 0 to 1 (got true)"),
        ({"skill": "high"}, "expected a number from 0 to 1 (got high)"),
        ({"skill": "0.5"}, "expected a number from 0 to 1 (got 0.5)"),
        ({"skill": [0.5]}, "expected a number from 0 to 1 (got a list of 1)"),
        ({"skill": math.nan}, "expected a number from 0 to 1 (got nan)"),
        ({"shift": math.inf}, "expected a number of h from 0 to 24 (got inf)"),
        ({"shift": 10**5000}, "expected a number of h from 0 to 24 (got a number of more than 90 digits)"),
        ({"shift": "1e308 week"}, "expected a number of h from 0 to 24 (got 1e308 week)"),
        ({"shift": "3 kg"}, "expected the unit h (or s, min, day, week) (got 3 kg)"),
        ({"teams": 1.5}, "expected a whole number, 0 or more (got 1.5)"),
        ({"pace": -1}, "expected a number per_h, 0 or more (got -1)"),
        ({"skill": {"low": 0.1}}, "value: expected a number from 0 to 1 (got nothing)"),
        ({"skill": {"value": 0.5, "low": 0.6}}, "low: expected a number up to the value 0.5 (got 0.6)"),
        ({"skill": {"value": 0.5, "high": 0.4}}, "high: expected a number from the value 0.5 up (got 0.4)"),
        ({"skill": {"value": 0.5, "high": 2}}, "high: expected a number from 0 to 1 (got 2)"),
        ({"skill": {"value": 0.5, "unit": "kg"}}, "unit: expected the unit 1 (or %) (got kg)"),
        ({"skill": {"value": 0.5, "unit": ""}}, "unit: expected a unit"),
        ({"skill": {"value": 0.5, "status": "guess"}}, "status: expected one of source document"),
        (
            {"skill": {"value": 0.5, "source": "me"}},
            "source: expected a source of 8 or more letters (got me)",
        ),
        ({"skill": {"value": 0.5, "sourc": "a book, page 3"}}, "sourc: expected a known key"),
        ({"skil": 0.5}, "Extra inputs are not permitted"),
    ],
)
def test_what_is_refused(data: dict[str, Any], said: str):
    assert said in refusal(Dogs, data)


def test_everything_wrong_with_one_quantity_is_told():
    said = refusal(Dogs, {"skill": {"value": 2, "unit": "kg", "status": "guess", "source": "me", "x": 1}})
    assert [word for word in ("value:", "unit:", "status:", "source:", "x:") if word not in said] == []


def test_a_part_given_in_part_is_completed_from_the_default_of_that_very_place():
    world = World.model_validate({"posts": {"rail": {"teams": 4}, "road": {"teams": 4}}})
    assert world.posts.rail.skill == Posts().rail.skill
    assert world.posts.road.skill == Dogs().skill
    assert world.posts.rail.skill.value == 0.2
    assert world.posts.rail.teams.value == world.posts.road.teams.value == 4


def test_a_number_is_completed_from_the_default_of_that_very_place():
    rail = World.model_validate({"posts": {"rail": {"skill": 0.5}}}).posts.rail
    assert (rail.skill.low, rail.skill.high) == (0.1, 0.5)


def test_known_keys_of_a_mapping_keep_what_is_left_out_and_new_keys_start_from_the_type():
    world = World.model_validate(
        {"countries": {"KZ": {"road": {"skill": 0.9}}, "TJ": {"road": {"skill": 0.9}}}}
    )
    assert world.countries["KZ"].road.teams.value == 7
    assert world.countries["TJ"].road.teams.value == 2
    assert world.countries["TJ"].rail.skill.value == 0.2


def test_a_type_may_carry_the_limits():
    assert World.model_validate({"weights": {"a": 3}}).weights["a"].unit == "1"
    assert "expected a number, 0 or more (got -1)" in refusal(World, {"weights": {"a": -1}})


def test_without_any_limits_the_unit_must_be_given():
    assert World.model_validate({"prices": {"a": "3 usd/kg"}}).prices["a"].unit == "usd_per_kg"
    full = {"value": 3, "unit": "usd", "status": "read", "source": "a book, page 3"}
    assert World.model_validate({"prices": {"a": full}}).prices["a"].value == 3
    assert "expected a number with its unit" in refusal(World, {"prices": {"a": 3}})


def test_nothing_is_allowed_where_the_type_says_so():
    assert World.model_validate({"spare": None}).spare is None
    assert World.model_validate({"spare": "3 kg"}).spare is not None
    refusal(Dogs, {"skill": None})


def test_defaults_are_not_changed_by_what_is_laid_over_them():
    before = World().model_dump()
    World.model_validate({"countries": {"KZ": {"road": {"skill": 0.9}}}, "posts": {"rail": {"skill": 0.9}}})
    assert World().model_dump() == before


def test_a_model_is_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        Dogs().skill = skill(0.2)  # type: ignore[misc]


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": 2, "most": 1},
        {"value": 1.5, "whole": True},
        {"value": 1, "low": 2},
        {"value": 1, "high": 0.5},
        {"value": 1, "low": -1, "least": 0},
    ],
)
def test_a_default_must_keep_its_own_limits(wrong: dict[str, Any]):
    with pytest.raises(ValueError, match=r"declared|low <= value"):
        quantity(unit="1", source=SOURCE, doc="wrong", **wrong)


def test_a_source_is_needed():
    with pytest.raises(ValidationError, match="at least 8"):
        quantity(1, "1", "me", doc="wrong")


def test_limits_clip_to_what_may_be_set():
    limits = Limits("1", least=0, most=10, whole=True)
    assert [limits.clip(x) for x in (-3, 2.4, 99)] == [0, 2, 10]
    assert not re.search("kg", limits.words())
