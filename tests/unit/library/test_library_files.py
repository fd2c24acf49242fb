"""Files of the library: complete, checked, explained; nothing at strength 0; portfolios in any order."""

from __future__ import annotations

import re
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from experiments.intervention_page import page_of
from experiments.listing import faults_of
from sim.results.run_result import RunResult
from sim.scenario.find import packaged
from sim.scenario.load import load_intervention, load_scenario
from sim.scenario.overlay import in_order, placed
from sim.scenario.strict_yaml import read_yaml
from sim.trial import run, world_of
from sim.world.faults import WorldError
from sim.world.parameters import changed
from sim.world.portfolio import portfolio_faults
from tests.pairing.small_runs import differing
from tests.unit.library.worlds import LIBRARY, base, given, laid, named, scenario

FOLDER = Path(__file__).parents[3] / "scenarios" / "interventions"
RESTORED = {
    "customs_back_kyrgyzstan": "customs_leaves_kyrgyzstan",
    "customs_back_russia": "customs_leaves_russia",
}
CONTRADICTING = {
    ("close_korday", "customs_leaves_kyrgyzstan"),
    ("fixed_allocation", "random_allocation"),
    ("regional_unit", "regional_unit_closed"),
}
SHORT = load_scenario("northern_route_2010", sets=["weeks=2", "burn_in_weeks=1"])
COSTS = ("capital_cost_usd", "running_cost_usd_per_year")


def with_what_it_needs(name: str) -> tuple[str, ...]:
    return (RESTORED[name], name) if name in RESTORED else (name,)


@cache
def short_run(*names: str) -> RunResult:
    return run(world_of(SHORT, names), key=1)


def test_the_library_is_complete():
    assert tuple(packaged("interventions")) == LIBRARY


@pytest.mark.parametrize("name", LIBRARY)
def test_a_file_loads_and_has_no_fault(name: str):
    path = FOLDER / f"{name}.yaml"
    assert faults_of(str(path), []) == ""
    assert load_intervention(path) == load_intervention(name) == named(name)
    assert named(name).name == name and named(name).start is None and named(name).strength == 1.0


def test_a_fault_in_a_file_is_found(tmp_path: Path):
    for name, wrong in (("audit", "audit_per_year"), ("customs_back_russia", "undo")):
        text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
        right = {"audit_per_year": "what: audits_per_year", "undo": "ramp_weeks"}[wrong]
        (tmp_path / "wrong.yaml").write_text(text.replace(right, f"what: {wrong}"), encoding="utf-8")
        assert "wrong.yaml:" in faults_of(str(tmp_path / "wrong.yaml"), [])


@pytest.mark.parametrize("name", LIBRARY)
def test_a_file_says_what_it_does_what_it_costs_and_what_it_leaves_out(name: str):
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    comment = re.match(r"(?:# .*\n)+", text)
    assert comment is not None and 2 <= comment[0].count("\n") <= 5
    words = comment[0].replace("\n# ", " ")
    assert re.search(r"Works (through|as)|Takes back", words) and "Leaves out: " in words
    assert re.search(r"facts? \d+|FACTS \d+|assumed", words)
    assert named(name).sentence.endswith(".")
    data = read_yaml(text.encode(), name).data
    for cost in COSTS:
        assert {"value", "low", "high", "status", "source"} <= set(data[cost])
        quantity = getattr(named(name), cost)
        assert quantity.low <= quantity.value <= quantity.high
        if quantity.status == "assumed":
            assert quantity.source.startswith("assumption: ")
        else:
            assert re.search(r"FACTS|fact \d", quantity.source)


@pytest.mark.parametrize("name", LIBRARY)
def test_at_strength_0_it_is_not_there(name: str):
    """Its world is built from the files; the run has the bytes of one without it."""
    *others, _ = with_what_it_needs(name)
    world = world_of(SHORT, given(*with_what_it_needs(name), strength=0.0))
    assert differing(run(world, key=1), short_run(*others)) == []


def test_the_library_at_full_strength_is_there():
    """Control: two weeks are enough to tell."""
    for name in ("caricc_sharing", "dog_real_training", "scanner_upgrade"):
        assert "weekly" in differing(short_run(name), short_run())


def test_all_pairs_that_do_not_contradict_each_other_fit_together():
    refused = set()
    for pair in combinations([name for name in LIBRARY if name not in RESTORED], 2):
        world = laid("new_posts") if "new_posts" in pair else base()
        both = placed(given(*pair), world.scenario.start)
        faults = portfolio_faults(both, world.base, world.posts, world.countries)
        if faults:
            refused.add(pair)
            assert all(name in faults[0] for name in pair) and "contradict each other" in faults[0]
    assert refused == CONTRADICTING


@pytest.mark.parametrize("pair", sorted(CONTRADICTING))
def test_those_that_contradict_each_other_are_refused_with_both_names(pair: tuple[str, str]):
    with pytest.raises(WorldError, match=f"{pair[0]} and {pair[1]} contradict each other"):
        world_of(scenario(), pair)


@pytest.mark.parametrize("name", RESTORED)
def test_nothing_is_restored_that_is_not_gone(name: str):
    with pytest.raises(WorldError, match=f"expected {RESTORED[name]}, which it undoes"):
        world_of(scenario(), [name])


def test_a_pair_is_the_same_in_either_order():
    def values(one: str, other: str) -> dict[str, np.ndarray]:
        world = laid(one, other)
        changes = in_order(world.interventions, [1.0, 1.0])
        after = changed(world.base, changes, world.posts, world.countries)
        rules = [change.to for change, _ in changes if change.what == "allocation"]
        return {**after.post, **after.country, "rules": np.array(rules)}

    for one, other in combinations([name for name in LIBRARY if name not in RESTORED], 2):
        if (one, other) not in CONTRADICTING:
            there, back = values(one, other), values(other, one)
            for number, value in there.items():
                np.testing.assert_array_equal(value, back[number], err_msg=f"{number}: {one} and {other}")


def test_a_large_portfolio_gives_the_same_bytes_in_either_order():
    names = [
        n for n in LIBRARY if n not in (*RESTORED, "close_korday", "fixed_allocation", "regional_unit_closed")
    ]
    forth, back = (run(world_of(SHORT, order), key=3) for order in (names, names[::-1]))
    assert differing(forth, back) == []
    assert differing(forth, run(world_of(SHORT), key=3))


@pytest.mark.parametrize("name", LIBRARY)
def test_its_page_tells_every_change(name: str):
    page = page_of(name)
    assert all(change.what in page for change in named(name).changes)
    assert max(map(len, page.splitlines())) <= 100
