"""What editors and readers are told about scenario files."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from pydantic import Field

from sim.scenario import load_scenario
from sim.scenario.find import PACKAGE, packaged
from sim.scenario.json_schema import parameter_table, schema_text
from sim.scenario.overlay import Intervention
from sim.scenario.quantity import Quantity, Spec, quantity
from sim.scenario.schema import Scenario
from sim.scenario.strict_yaml import read_yaml

SOURCE = "assumption: made up for the test"


class Dogs(Spec):
    """A part."""

    skill: Quantity = quantity(0.5, "1", SOURCE, low=0.4, high=0.6, least=0, most=1, doc="skill | of a dog")
    shift: Quantity = quantity(12, "h", "a book, page 3", status="read", least=0, doc="shift")


class Posts(Spec):
    """Three parts."""

    road: Dogs = Dogs()
    rail: Dogs = Dogs.model_validate({"skill": 0.1})
    port: Dogs = Dogs()


class World(Spec):
    """All of it."""

    name: str
    posts: Posts = Posts()
    countries: dict[str, Posts] = Field(default_factory=dict)
    weights: dict[str, Quantity] = Field(default_factory=dict, description="weight of a place")


def packaged_data(name: str) -> Any:
    from importlib.resources import files

    return read_yaml((files(PACKAGE) / f"{name}.yaml").read_bytes(), name).data


@pytest.fixture(scope="module")
def schema() -> Any:
    return json.loads(schema_text())


@pytest.mark.parametrize("name", packaged())
def test_packaged_scenarios_fit_the_schema(schema: Any, name: str):
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(packaged_data(name), schema)


@pytest.mark.parametrize(
    "wrong",
    [
        {"weks": 3},
        {"weeks": 0},
        {"weeks": "3"},
        {"travel": {"road_kmh": [30]}},
        {"travel": {"road_kmh": {"valu": 30}}},
        {"travel": {"road_kmh": {"low": 30}}},
        {"tiers": {"small": {"behaviour": "adaptiv"}}},
        {"traffickers": {"Bad Name": {}}},
    ],
)
def test_faults_are_seen_by_the_schema(schema: Any, wrong: dict[str, Any]):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**packaged_data("tutorial"), **wrong}, schema)


@pytest.mark.parametrize("given", [30, "30 km/h", {"value": 30}, {"value": 30, "source": "a book of 2012"}])
def test_every_way_to_write_a_quantity_fits(schema: Any, given: object):
    jsonschema.validate({"extends": "tutorial", "travel": {"road_kmh": given}}, schema)


def test_only_a_file_that_extends_another_may_leave_things_out(schema: Any):
    jsonschema.validate({"extends": "tutorial"}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"weeks": 3}, schema)


def test_an_editor_shows_meaning_unit_limits_and_default(schema: Any):
    shown = schema["$defs"]["Travel"]["properties"]["road_kmh"]
    assert shown["default"] == Scenario.model_fields["travel"].default.road_kmh.value
    assert "speed on the road" in shown["description"]
    assert "km_per_h" in shown["description"]
    assert "unit" not in shown


def test_every_field_that_is_a_quantity_is_described(schema: Any):
    for entry in schema["$defs"].values():
        for name, shape in entry.get("properties", {}).items():
            if shape.get("$ref", "").endswith("/Quantity"):
                assert shape.get("description"), name


def test_interventions_have_a_schema_too():
    schema = json.loads(schema_text(Intervention))
    change = {"what": "scanner.quality", "to": 0.8}
    jsonschema.validate({"name": "a", "sentence": "Something is done.", "changes": [change]}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"name": "a", "sentence": "Something is done.", "changes": [{"what": 5}]}, schema)


def test_the_text_is_the_same_each_time():
    assert schema_text() == schema_text()
    assert schema_text().endswith("}\n")


def test_the_table_has_a_row_for_every_quantity_and_alike_rows_once():
    assert parameter_table(World).splitlines() == [
        "| path | meaning | value | range | unit | status | source |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        "| posts.{road,port}.skill | skill \\| of a dog | 0.5 | 0.4 – 0.6 | 1 | assumed | " + SOURCE + " |",
        "| posts.*.shift | shift | 12 | (hard: 0 or more) | h | read | a book, page 3 |",
        "| posts.rail.skill | skill \\| of a dog | 0.1 | 0.1 – 0.6 | 1 | assumed | set by the caller |",
        "| countries.*.{road,port}.skill | skill \\| of a dog | 0.5 | 0.4 – 0.6 | 1 | assumed | "
        + SOURCE
        + " |",
        "| countries.*.*.shift | shift | 12 | (hard: 0 or more) | h | read | a book, page 3 |",
        "| countries.*.rail.skill | skill \\| of a dog | 0.1 | 0.1 – 0.6 | 1 | assumed | set by the caller |",
    ]


def test_the_table_of_a_scenario_tells_its_own_values():
    unit = {"unit": "1", "status": "read", "source": "a book, page 3"}
    world = World.model_validate(
        {
            "name": "a",
            "countries": {"KZ": {"rail": {"skill": 0.5}}, "TJ": {"rail": {"skill": 0.5}}},
            "weights": {"kunduz": {"value": 0.6, **unit}, "herat": {"value": 0.4, **unit}},
        }
    )
    table = parameter_table(world)
    assert "| countries.*.rail.skill | skill \\| of a dog | 0.5 |" in table
    assert "| weights.kunduz | weight of a place | 0.6 |" in table
    assert "| weights.herat | weight of a place | 0.4 |" in table


@pytest.mark.parametrize("name", packaged())
def test_the_table_of_a_packaged_scenario_is_whole(name: str):
    table = parameter_table(load_scenario(name).scenario)
    rows = [line.split(" | ") for line in table.splitlines()[2:]]
    assert all(len(row) == 7 for row in rows)
    assert all(row[6].strip(" |") for row in rows)
    assert len(rows) > 150
