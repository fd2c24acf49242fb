"""What is laid over what: layer over layer, part by part, without guessing."""

from __future__ import annotations

from datetime import date
from enum import IntEnum
from typing import Annotated, Literal

import pytest
from pydantic import Field, ValidationError

from sim.scenario.complete import complete
from sim.scenario.quantity import Quantity, Spec, quantity

SOURCE = "assumption: made up for the test"


class Klass(IntEnum):
    """Code words."""

    FRONTIER_ROAD = 0
    PORT = 1


class Fixed(Spec):
    """A member of a union."""

    kind: Literal["fixed"] = "fixed"
    share: Quantity = quantity(0.5, "1", SOURCE, least=0, most=1, doc="share")


class Moving(Spec):
    """Another member."""

    kind: Literal["moving"]
    speed: Quantity = quantity(30, "km_per_h", SOURCE, least=0, doc="speed")


class World(Spec):
    """Every kind of field."""

    start: date = date(2010, 1, 1)
    klass: Klass = Klass.PORT
    rule: Annotated[Fixed | Moving, Field(discriminator="kind")] = Fixed()
    rules: tuple[Annotated[Fixed | Moving, Field(discriminator="kind")], ...] = ()
    part: Fixed | None = None
    names: frozenset[str] = frozenset()
    pair: tuple[int, str] = (1, "a")
    by_class: dict[Klass, int] = Field(default_factory=dict)
    share: Quantity = quantity(0.5, "1", SOURCE, low=0.4, high=0.6, least=0, most=1, doc="share")


def test_words_of_a_file_become_dates_codes_tuples_and_sets():
    world = World.model_validate(
        {
            "start": "2012-02-29",
            "klass": "frontier_road",
            "names": ["b", "a"],
            "pair": [2, "b"],
            "by_class": {"port": 3},
        }
    )
    assert world.start == date(2012, 2, 29)
    assert world.klass is Klass.FRONTIER_ROAD
    assert world.names == {"a", "b"}
    assert world.pair == (2, "b")
    assert world.by_class == {Klass.PORT: 3}


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": "2011-02-29"},
        {"start": "2010-1-1"},
        {"start": 20100101},
        {"klass": "PORT"},
        {"klass": 1},
        {"names": "a"},
        {"pair": [2]},
        {"pair": [2, "b", 3]},
        {"by_class": {"harbour": 3}},
        {"rule": {"kind": "other"}},
        {"rules": [{"speed": 3}]},
        {"names": [["a"]]},
    ],
)
def test_other_words_are_refused(wrong: dict[str, object]):
    with pytest.raises(ValidationError):
        World.model_validate(wrong)


def test_the_tag_of_a_union_chooses_what_is_completed():
    world = World.model_validate(
        {"rule": {"kind": "moving", "speed": "10 m_per_s"}, "rules": [{"kind": "fixed", "share": 0.1}]}
    )
    assert isinstance(world.rule, Moving)
    assert world.rule.speed.value == 36
    assert world.rules[0].share.value == 0.1  # type: ignore[union-attr]


def test_a_part_that_may_be_left_out_is_completed_when_given():
    part = World.model_validate({"part": {"share": 0.2}}).part
    assert part is not None
    assert part.share.value == 0.2


def test_layers_are_laid_over_one_another():
    below = complete(
        World, {"share": {"value": 0.9, "source": "a book, page 3", "status": "read"}, "start": "2011-01-01"}
    )
    above = complete(World, {"share": 0.1}, below)
    world = World.model_validate(above)
    assert (world.share.low, world.share.high) == (0.1, 0.9)
    assert world.share.source == "set by the caller"
    assert world.start == date(2011, 1, 1)


def test_a_layer_replaces_what_it_gives_in_another_kind():
    below = complete(
        World, {"rule": {"kind": "moving", "speed": 5}, "rules": [{"kind": "fixed"}], "share": "nonsense"}
    )
    above = complete(World, {"rule": 3, "rules": [], "share": 0.5}, below)
    assert above["rule"] == 3
    assert above["rules"] == ()
    assert above["share"].value == 0.5


def test_the_origin_names_the_source():
    given = complete(World, {"part": {"share": 0.2}}, origin=lambda path: f"line of {path}")
    assert given["part"]["share"].source == "line of ('part', 'share')"


def test_a_key_that_stands_for_every_key_is_laid_under_the_others_and_over_what_was_there():
    class Table(Spec):
        parts: dict[str, Fixed] = Field(default_factory=dict)

    below = complete(Table, {"parts": {"a": {"share": 0.1}, "b": {"share": 0.2}}})
    above = complete(
        Table, {"parts": {"*": {"share": 0.3}, "b": {"share": 0.4}, "c": {"kind": "fixed"}}}, below
    )
    parts = Table.model_validate(above).parts
    assert {name: part.share.value for name, part in parts.items()} == {
        "a": 0.3,
        "b": 0.4,
        "c": 0.3,
        "*": 0.3,
    }
