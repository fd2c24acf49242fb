"""What a model refuses, in plain words at its place."""

from __future__ import annotations

from datetime import date
from enum import IntEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, field_validator

from sim.scenario import ScenarioError
from sim.scenario.explain import describe, expected
from sim.scenario.load import load_scenario
from sim.scenario.quantity import Limits, Quantity, Spec, Words, quantity

SOURCE = "assumption: made up for the test"


class Klass(IntEnum):
    """Code words."""

    FRONTIER_ROAD = 0
    PORT = 1


class Fixed(Spec):
    """A member of a union."""

    kind: Literal["fixed"]
    share: Quantity = quantity(0.5, "1", SOURCE, least=0, most=1, doc="share")


class Moving(Spec):
    """Another member."""

    kind: Literal["moving"]
    speed: float = Field(gt=0, lt=200)


class World(Spec):
    """Every kind of field."""

    klass: Klass = Klass.PORT
    rule: Annotated[Fixed | Moving, Field(discriminator="kind")] | None = None
    either: int | Literal["all"] = 1
    names: tuple[Annotated[str, Field(pattern="^[a-z]+$"), Words("a small word")], ...] = ()
    by_class: dict[Klass, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)
    by_name: dict[Annotated[str, Field(pattern="^[a-z]+$")], Annotated[Quantity, Limits("kg", least=0)]] = (
        Field(default_factory=dict)
    )
    odd: int = 1
    day: date | None = None

    @field_validator("odd")
    @classmethod
    def _is_odd(cls, odd: int) -> int:
        if odd % 2 == 0:
            raise ValueError("an odd number")
        if odd > 99:
            raise expected("an odd number below 100", odd, known=("99",))
        return odd


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("klass: prt", "1:8: klass: expected one of frontier_road, port (got prt); did you mean 'port'?"),
        (
            "rule: {kind: fixd}",
            "1:14: rule.kind: expected one of fixed, moving (got fixd); did you mean 'fixed'?",
        ),
        ("rule: {speed: 3}", "1:1: rule.kind: expected one of fixed, moving (got nothing)"),
        (
            "rule: {kind: moving, speed: 200}",
            "1:29: rule.speed: expected a number, more than 0, less than 200 (got 200)",
        ),
        (
            "rule: {kind: moving, sped: 20}",
            "1:22: rule.sped: expected a known key (got sped); did you mean 'speed'?",
        ),
        ("rule: {kind: fixed, share: 2}", "1:28: rule.share: expected a number from 0 to 1 (got 2)"),
        ("either: some", "1:9: either: expected a whole number or all (got some)"),
        ("names: [a, B]", "1:12: names.1: expected a small word (got B)"),
        ("names: [a, 1]", "1:12: names.1: expected a small word (got 1)"),
        (
            "by_class: {prt: 3}",
            "1:12: by_class.prt: expected one of frontier_road, port (got prt); did you mean 'port'?",
        ),
        ("by_class: {port: -3}", "1:18: by_class.port: expected a number, 0 or more (got -3)"),
        ("by_name: {A: 3}", "1:11: by_name.A: expected text of the form ^[a-z]+$ (got A)"),
        ("by_name: {a: -3}", "1:14: by_name.a: expected a number of kg, 0 or more (got -3)"),
        ("by_name: {'[key]': -3}", "1:11: by_name.[key]: expected text of the form ^[a-z]+$ (got [key])"),
        ("odd: 4", "1:6: odd: expected an odd number (got 4)"),
        ("odd: 101", "1:6: odd: expected an odd number below 100 (got 101)"),
        (
            "day: 2010-02-30",
            "1:6: day: expected a date that exists, such as 2010-01-01 or nothing (got 2010-02-30)",
        ),
        ("day: today", "1:6: day: expected a date that exists, such as 2010-01-01 or nothing (got today)"),
    ],
)
def test_a_fault_is_told_in_plain_words(tmp_path: Any, text: str, said: str):
    file = tmp_path / "a.yaml"
    file.write_text(text + "\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file, model=World)
    assert f"{file}:{said}" in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "notes", "words"),
    [
        (bool, [], "true or false"),
        (int, [], "a whole number"),
        (int, [Field(ge=1, le=5)], "a whole number from 1 to 5"),
        (float, [Field(gt=0)], "a number, more than 0"),
        (str, [], "text"),
        (str, [Field(max_length=5)], "text of at most 5 letters"),
        (tuple[str, ...], [Field(min_length=2, max_length=2)], "a list of 2 values"),
        (dict[str, int], [], "a mapping of keys and values"),
        (Literal["a", "b"], [], "one of a, b"),
        (Literal[1], [], "1"),
        (int | None, [], "a whole number or nothing"),
        (date, [], "a date that exists, such as 2010-01-01"),
        (Annotated[int, Words("a week")], [], "a week"),
        (Quantity, [], "a number with its unit, such as 0.5 km"),
        (Annotated[Quantity, Limits("h", least=0)], [], "a number of h, 0 or more"),
        (Any, [], ""),
    ],
)
def test_a_type_is_said_in_words(kind: object, notes: list[Any], words: str):
    assert describe(kind, notes)[0] == words
