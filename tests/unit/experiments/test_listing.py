"""Lists hold what there is, chosen by selectors."""

import csv
from importlib.resources import files

import pytest

import sim
from experiments.listing import LISTS, faults_of, listing


def rows(what, where="", scenario="northern_route_2010"):
    return [line.split("  ")[0] for line in listing(what, where, scenario).splitlines()[1:-1]]


def test_scenarios_are_listed():
    assert {"northern_route_2010", "tutorial"} <= set(rows("scenarios"))
    assert rows("scenarios", "tables=tutorial") == ["tutorial"]


def test_places_are_those_of_the_table():
    text = files("scenarios").joinpath("data", "places.csv").read_text(encoding="utf-8")
    table = list(csv.DictReader(text.splitlines()))
    assert sorted(rows("places")) == sorted(row["place_id"] for row in table)
    assert sorted(rows("places", "country=KG")) == sorted(
        r["place_id"] for r in table if r["country"] == "KG"
    )


def test_posts_are_chosen_by_country_and_mode():
    both = rows("posts", "country=KZ;mode=rail")
    assert both
    assert set(both) == set(rows("posts", "country=KZ")) & set(rows("posts", "mode=rail"))
    assert all(post.endswith("_kz") for post in both)


@pytest.mark.parametrize("what", LISTS)
def test_every_list_counts_its_rows(what):
    text = listing(what, scenario="tutorial").splitlines()
    n = len(text) - 2
    assert text[-1] == f"{n:,} {what if n != 1 else what[:-1]}"


def test_routes_can_be_asked_for_by_name_mode_and_country():
    named = rows("routes", "named=T1")
    assert named
    everything = set(rows("routes"))
    by_rail = set(rows("routes", "mode=rail"))
    not_by_rail = set(rows("routes", "mode!=rail"))
    assert by_rail
    assert by_rail | not_by_rail == everything
    assert not by_rail & not_by_rail


def test_columns_are_aligned():
    lines = listing("posts", "country=KG").splitlines()
    at = lines[0].index("country")
    assert {line[at : at + 2] for line in lines[1:-1]} == {"KG"}


def test_nothing_chosen_is_said():
    assert listing("places", "role=castle").splitlines()[-1] == "0 places"


def test_bad_selector_is_refused():
    with pytest.raises(sim.ScenarioError, match="did you mean 'country'"):
        listing("places", "cuntry=KZ")


def test_faults_of_scenarios_worlds_and_interventions(tmp_path):
    good, lost, change = tmp_path / "good.yaml", tmp_path / "lost.yaml", tmp_path / "change.yaml"
    good.write_text("extends: tutorial\n")
    assert faults_of(str(good), []) == ""
    assert "weeks" in faults_of(str(good), ["weeks=-1"])
    lost.write_text("extends: tutorial\ntraffickers: {networks: {origins: [atlantis]}}\n")
    assert "atlantis" in faults_of(str(lost), [])
    change.write_text("name: x\nsentence: does what it does\nchanges: [{what: sharing, to: 0.5}]\n")
    assert faults_of(str(change), []) == ""
    change.write_text("name: x\nsentence: does what it does\nchanges: [{what: sharin, to: 0.5}]\n")
    assert "did you mean 'sharing'?" in faults_of(str(change), [])
