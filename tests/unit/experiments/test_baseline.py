"""The baseline is drawn from declared ranges, not picked."""

import json
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest

from experiments import baseline
from experiments.baseline import (
    BANDS,
    Outcome,
    at_point,
    declared,
    dimension,
    dimensions,
    drawn_value,
    medoid,
    outcome_of,
    quantiles,
    read_record,
    write_choice,
)
from sim.scenario.load import load_scenario
from sim.scenario.quantity import Quantity

DECLARED = "northern_route_2010_declared"


@pytest.fixture(scope="module")
def scenario():
    return load_scenario(DECLARED).scenario


@pytest.fixture(scope="module")
def record():
    text = files("scenarios").joinpath("northern_route_2010_values.json").read_text(encoding="utf-8")
    return json.loads(text)


def between(low, high, value=None):
    middle = (low + high) / 2 if value is None else value
    return Quantity(value=middle, low=low, high=high, unit="1", status="assumed", source="made up here")


@pytest.mark.parametrize("u", [1e-9, 0.25, 0.5, 1 - 1e-9])
@pytest.mark.parametrize("ends", [(0.2, 0.4), (0.001, 0.5), (0.0, 30.0), (3.0, 15.0)])
def test_a_value_lies_in_its_range(ends, u):
    assert ends[0] <= drawn_value(between(*ends), u) <= ends[1]


def test_a_wide_range_is_drawn_in_its_logarithm_and_a_narrow_one_evenly():
    assert drawn_value(between(0.001, 0.1), 0.5) == pytest.approx(0.01, rel=1e-3)
    assert drawn_value(between(0.2, 0.4), 0.5) == pytest.approx(0.3)


def test_countries_and_classes_share_a_quantile():
    one, other = "countries.RU.posts.port.scanner.quality", "countries.*.posts.inland.scanner.quality"
    assert dimension(one) == dimension(other) == "countries.*.posts.*.scanner.quality"
    assert dimension("countries.TJ.sharing") == "countries.*.sharing"
    assert dimension("tiers.small.load_kg") == "tiers.small.load_kg"


def test_one_more_dimension_moves_no_other(scenario, monkeypatch):
    names = dimensions(scenario)
    before = quantiles(scenario, 3, 2)
    monkeypatch.setattr(baseline, "dimensions", lambda _: sorted([*names, "countries.*.a_new_one"]))
    after = quantiles(scenario, 3, 2)
    new = sorted([*names, "countries.*.a_new_one"]).index("countries.*.a_new_one")
    assert np.array_equal(np.delete(after, new, axis=1), before)
    assert not np.array_equal(quantiles(scenario, 4, 2)[:, 0], after[:, 0])  # control: the key counts


def test_a_point_moves_every_ranged_quantity_and_nothing_else(scenario):
    u = dict.fromkeys(dimensions(scenario), 0.25)
    at = at_point(scenario, u, "a point")
    moved, before = declared(at), declared(scenario)
    assert moved.keys() == before.keys()
    assert all(q.source.startswith("a point; ") and q.low <= q.value <= q.high for q in moved.values())
    assert at.countries["RU"].posts.frontier_road.scanner.quality.value == pytest.approx(0.5 + 0.25 * 0.45)
    assert at.countries["*"].posts.frontier_road.scanner.quality.value == pytest.approx(0.3 + 0.25 * 0.6)
    assert at.weeks == scenario.weeks
    assert at.traffickers == scenario.traffickers


def test_the_medoid_is_the_middle_one():
    points = np.array([[0.0, 0.0], [0.5, 0.5], [0.45, 0.55], [1.0, 1.0], [0.9, 0.1]])
    assert medoid(points, [0, 1, 3]) == 1
    assert medoid(points, [0, 4]) == 0


def test_landing_means_every_band():
    middle = Outcome(0, *(sum(ends) / 2 for ends in BANDS.values()))
    assert middle.lands
    assert not any(replace(middle, **{band: 2 * ends[1]}).lands for band, ends in BANDS.items())


def test_no_landing_is_recorded_and_chooses_nothing(tmp_path):
    far = [Outcome(i, 10.0, 0.5, 0.5) for i in range(3)]
    record = write_choice(DECLARED, "nothing", 1, far, tmp_path)
    assert record["landed"] == 0
    assert [p.name for p in tmp_path.iterdir()] == ["nothing.json"]


def test_a_record_is_read_back(tmp_path):
    lines = [",".join(["point", *BANDS]), "4,70.5,0.01,0.02"]
    (tmp_path / "points.csv").write_text("\n".join(lines), encoding="utf-8")
    assert read_record(tmp_path / "points.csv") == [Outcome(4, 70.5, 0.01, 0.02)]


def test_the_baseline_holds_the_recorded_choice(scenario, record):
    """The shipped values are those that the record's quantiles give, quantity by quantity."""
    chosen = declared(at_point(scenario, record["quantiles"], "the record"))
    shipped = declared(load_scenario("northern_route_2010").scenario)
    assert shipped.keys() == chosen.keys()
    wrong = [path for path, q in chosen.items() if shipped[path].value != q.value]
    assert wrong == []
    assert sum(q.source.startswith("medoid of ") for q in shipped.values()) > 1000


def test_the_recorded_points_give_the_recorded_share(scenario, record):
    kept = files("scenarios").joinpath("northern_route_2010_points.csv")
    outcomes = read_record(kept)
    landed = [o.point for o in outcomes if o.lands]
    assert len(outcomes) == record["points"] >= 500
    assert len(landed) == record["landed"]
    u = quantiles(scenario, record["key"], record["points"])
    assert medoid(u, landed) == record["medoid"]
    assert u[record["medoid"]].tolist() == list(record["quantiles"].values())


@pytest.mark.long
def test_the_baseline_comes_to_what_the_record_says(record):
    outcome = outcome_of(load_scenario("northern_route_2010").scenario, record["medoid"], record["key"])
    assert outcome.lands
    for band, value in record["outcome"].items():
        assert getattr(outcome, band) == pytest.approx(value, rel=1e-5)
