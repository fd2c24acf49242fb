"""Selectors: what they match, and what cannot be read."""

from __future__ import annotations

import pytest

from sim.codes import Mode, PostClass
from sim.scenario import ScenarioError
from sim.scenario.selectors import SelectorError, parse_selector, read_selector

KORDAY = {
    "post_id": "korday_kz",
    "country": "KZ",
    "klass": PostClass.FRONTIER_ROAD,
    "agency": "border service",
    "mode": frozenset({Mode.ROAD}),
    "region": "Zhambyl",
    "crossing_id": "korday",
}


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("", True),
        ("country=KZ", True),
        ("country=KG", False),
        ("country=KG,KZ", True),
        ("country!=KZ", False),
        ("country!=KG,TJ", True),
        ("klass=frontier_road", True),
        ("klass=port,inland", False),
        ("mode=road", True),
        ("mode=rail", False),
        ("mode!=rail", True),
        ("country=KZ;klass=frontier_road;mode=road", True),
        ("country=KZ;klass=frontier_road;mode=rail", False),
        (" country = KZ ".replace(" = ", "="), True),
        ("country=KZ; klass=frontier_road", True),
        ("agency=border service", True),
        ("post_id=korday_kz,karasu_kz", True),
        ("region=Zhambyl", True),
    ],
)
def test_a_selector_matches(text: str, matches: bool):
    assert parse_selector(text).matches(KORDAY) is matches


def test_one_of_several_modes_is_enough():
    both = {**KORDAY, "mode": {"road", "rail"}}
    assert parse_selector("mode=rail").matches(both)
    assert not parse_selector("mode!=rail").matches(both)


def test_what_a_row_does_not_have_matches_nothing():
    assert not parse_selector("region=Zhambyl").matches({"country": "KZ"})
    assert parse_selector("region!=Zhambyl").matches({"country": "KZ"})


def test_a_selector_is_written_as_it_was_read():
    text = "country=KZ,KG;mode!=rail"
    assert str(parse_selector(text)) == text
    assert parse_selector(text) == parse_selector(str(parse_selector(text)))
    assert hash(parse_selector(text)) == hash(parse_selector(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("KZ", "expected key=value;key!=value,value (got KZ)"),
        ("country", "expected key=value;key!=value,value (got country)"),
        ("country=", "expected key=value;key!=value,value (got country=)"),
        ("country=KZ;", "expected key=value;key!=value,value (got nothing)"),
        ("country=KZ,", "expected a country as two capitals (got nothing)"),
        ("country=kz", "expected a country as two capitals (got kz)"),
        ("country=KAZ", "expected a country as two capitals (got KAZ)"),
        ("neighbour=ru", "expected a country as two capitals (got ru)"),
        ("border=KZ-KG", "expected a border as two countries in the order of the alphabet, such as KG-KZ"),
        ("border=KG-KZ-RU", "in the order of the alphabet, such as KG-KZ (got KG-KZ-RU)"),
        ("border=KZ", "in the order of the alphabet, such as KG-KZ (got KZ)"),
        (
            "contry=KZ",
            "one of the keys post_id, country, klass, agency, mode, region, crossing_id, neighbour, border, "
            "leg, programme (got contry)",
        ),
        ("klass=frontier_rode", "expected klass to be one of frontier_road"),
        ("mode=train", "expected mode to be one of road"),
        ("region=a\nb", "expected a value for region (got a\\nb)"),
        ("post_id=" + "x" * 99, "expected a value for post_id"),
        ("post_id=../x;rm", "expected key=value;key!=value,value (got rm)"),
    ],
)
def test_what_is_no_selector(text: str, said: str):
    with pytest.raises(SelectorError) as caught:
        parse_selector(text)
    assert said in str(caught.value)


def test_other_rows_have_other_keys():
    row = {"commodity": "heroin", "market": "moscow"}
    assert parse_selector("commodity=heroin", keys=("commodity", "market")).matches(row)


def test_on_a_command_line_a_fault_has_a_place_and_a_hint():
    assert read_selector("mode=rail").matches({"mode": "rail"})
    with pytest.raises(ScenarioError) as caught:
        read_selector("clas=port")
    assert str(caught.value).startswith("--where:1:1: selector: expected one of the keys")
    assert str(caught.value).endswith("(got clas); did you mean 'klass'?")
