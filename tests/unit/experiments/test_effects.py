"""The comparison as people call it: what it holds, what it says, what it refuses, and how it goes on."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import experiments
from experiments import plan as plan_module
from experiments.comparison_text import comparison_summary
from experiments.effects import BEHAVIOURS, Effects, compare
from experiments.outcomes import WEEKLY
from experiments.pairs import PairingError
from experiments.pool import TaskError
from experiments.stopping import BLOCK, FIRST
from sim.results.run_folder import RunFolderError
from sim.results.units import FRAMES
from sim.scenario.faults import ScenarioError
from sim.scenario.load import Loaded
from sim.scenario.overlay import Intervention
from sim.trial import run
from sim.world.faults import WorldError
from tests.pairing.small_runs import START, change, tutorial

WEEKS, KEYS = 4, 5

MORE = change("inspect_share", START, to=0.8, name="more")
LATE = change("tip_prob", START + timedelta(days=9), by=30.0, name="late")
COSTLY = change(
    "inspect_share", START, to=0.8, name="costly", strength=0.0, capital_cost_usd={"value": 5000.0}
)
AFTER = change("inspect_share", START + timedelta(weeks=WEEKS), to=0.8, name="after")
ARMS = (MORE, LATE, [MORE, LATE], COSTLY, AFTER)
NAMES = ("more", "late", "more+late", "costly", "after")


@cache
def scenario() -> Any:
    return tutorial(
        weeks=WEEKS,
        burn_in_weeks=2,
        post={"find_prob": 0.6},
        **{"supply.heroin.kg_per_year": 12000.0, "market.replacement_lag_weeks": 1},
    )


@cache
def effects() -> Effects:
    return compare(scenario(), ARMS, keys=KEYS, workers=1)


def row(found: Effects, arm: str, outcome: str) -> Any:
    table = found.table
    (only,) = table[(table["arm"] == arm) & (table["outcome"] == outcome)].itertuples()
    return only


def same(one: Effects, other: Effects) -> bool:
    """Whether two comparisons hold the same numbers, bit for bit."""
    frames = ("table", "replacement", "displacement", "legs", "weekly", "fates", "costs", "pairs")
    pd.testing.assert_frame_equal(one.pairs, other.pairs, check_exact=True)
    for name in frames:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)
    return one.manifest == other.manifest and one.warnings == other.warnings


def test_public_names_come_from_one_place():
    assert experiments.compare is compare
    assert experiments.Effects is Effects
    assert set(experiments.__all__) <= set(dir(experiments))
    with pytest.raises(AttributeError, match="no attribute 'compares'"):
        experiments.compares  # noqa: B018


def test_effects_are_those_of_runs_made_one_by_one():
    """Every key of every arm against `sim.run`, and the paired difference worked out again."""
    gaps = []
    for key in range(1, KEYS + 1):
        base, arm = run(scenario(), key=key), run(scenario(), key=key, interventions=[MORE])
        pairs = effects().pairs.set_index(["arm", "key"])
        for name, result in (("baseline", base), ("more", arm)):
            assert pairs.loc[(name, key), "seized_kg"] == pytest.approx(result.totals()["seized_kg"])
            assert pairs.loc[(name, key), "profit_usd"] == pytest.approx(result.totals()["profit_usd"])
        gaps.append(arm.totals()["expected_seized_kg"] - base.totals()["expected_seized_kg"])
    found = row(effects(), "more", "seized_kg")
    assert found.difference == pytest.approx(np.mean(gaps))
    half = 2.776445105 * np.std(gaps, ddof=1) / math.sqrt(KEYS)
    assert (found.low, found.high) == (
        pytest.approx(found.difference - half),
        pytest.approx(found.difference + half),
    )
    assert found.difference > 0
    assert (found.estimator, found.better, found.pairs) == ("conditional", "", KEYS)


def test_an_arm_that_never_acts_is_the_baseline_and_says_so():
    for arm, start in (("costly", None), ("after", None)):
        of_arm = effects().table[effects().table["arm"] == arm]
        assert (of_arm[["difference", "low", "high"]] == 0.0).all(axis=None)
        assert effects().starts[arm] == start
        assert f"{arm}: acts on no day of the run, so that every difference is zero" in effects().warnings
    assert effects().starts["more"] == START
    assert effects().starts["late"] == START + timedelta(days=9)
    assert effects().starts["more+late"] == START


def test_weeks_before_an_arm_acts_do_not_differ():
    weekly = effects().weekly
    late = weekly[weekly["arm"] == "late"]
    assert (late[late["week"] == 0][["difference", "low", "high", "cumulative"]] == 0.0).all(axis=None)
    assert (late[late["week"] == 2]["difference"] != 0.0).any()
    assert set(weekly["outcome"]) == set(WEEKLY)
    assert len(weekly) == len(NAMES) * len(WEEKLY) * WEEKS
    assert weekly["start"].min() == pd.Timestamp(START)
    whole = late[(late["outcome"] == "seized_kg") & (late["week"] == WEEKS - 1)].iloc[0]
    found = row(effects(), "late", "seized_kg")
    assert whole["cumulative"] == pytest.approx(found.difference)
    assert whole["cumulative_high"] == pytest.approx(found.high)


def test_replacement_of_none_and_of_all_stand_beside_the_scenario():
    table = effects().replacement
    assert table["replacement_share"].tolist() == [0.0, 0.5, 1.0] * len(NAMES)
    own = table[table["default"]].set_index("arm")
    for arm in NAMES:
        assert own.loc[arm, "difference"] == row(effects(), arm, "delivered_kg").difference
    levels = table[table["arm"] == "more"].set_index("replacement_share")["baseline"]
    assert levels[0.0] < levels[0.5] < levels[1.0]
    assert compare(scenario(), MORE, keys=2, workers=1, replacement=False).replacement[
        "replacement_share"
    ].tolist() == [0.5]


def test_displacement_says_where_flows_went():
    table = effects().displacement
    assert set(table["by"]) == {"mode", "border", "crossing", "route"}
    more = table[table["arm"] == "more"]
    for by in ("mode", "route"):
        gap = more[more["by"] == by]["difference_kg"].sum()
        routes = more[more["by"] == "route"]["difference_kg"].sum()
        assert gap == pytest.approx(routes)
    assert np.allclose(table["mean_kg"] - table["baseline_kg"], table["difference_kg"])
    assert (table["low"] <= table["difference_kg"]).all()
    assert set(effects().legs.columns) == {"arm", "leg_id", "baseline_kg", "difference_kg", "low", "high"}


def test_fates_and_costs():
    fates = effects().fates
    assert fates.groupby("arm")["share"].sum().tolist() == pytest.approx([1.0] * (len(NAMES) + 1))
    seized = fates[fates["fate"] == "seized"].set_index("arm")["kg"]
    assert seized["more"] == pytest.approx(row(effects(), "more", "seized_kg").mean)
    assert seized["baseline"] == pytest.approx(row(effects(), "more", "seized_kg").baseline)
    costs = effects().costs.set_index("arm")
    delivered = row(effects(), "more+late", "delivered_kg")
    assert costs.loc["more+late", "kept_off_low"] == -delivered.high
    assert costs.loc["more+late", "cost_usd"] == row(effects(), "more+late", "public_cost_usd").difference
    assert math.isnan(costs.loc["costly", "usd_per_kg"])


def test_a_portfolio_in_the_base_lies_under_every_arm():
    found = compare(scenario(), LATE, keys=2, workers=1, base=MORE, replacement=False)
    both = effects().pairs.set_index(["arm", "key"])
    here = found.pairs.set_index(["arm", "key"])
    for key in (1, 2):
        assert here.loc[("baseline", key)].equals(both.loc[("more", key)])
        assert here.loc[("late", key)].equals(both.loc[("more+late", key)])


def test_keys_are_prefix_stable_and_may_be_named():
    few = compare(scenario(), ARMS, keys=2, workers=1)
    first = effects().pairs[effects().pairs["key"] <= 2].reset_index(drop=True)
    pd.testing.assert_frame_equal(few.pairs, first, check_exact=True)
    assert same(few, compare(scenario(), ARMS, keys=[1, 2], workers=1))
    assert compare(scenario(), MORE, keys=(9, 4), workers=1, replacement=False).keys == (9, 4)


def test_the_number_of_workers_does_not_matter():
    assert same(effects(), compare(scenario(), ARMS, keys=KEYS, workers=2))


class StopError(Exception):
    """Somebody stopped the comparison."""


def stop_after(n: int) -> Any:
    def tell(done: int, whole: int) -> None:
        assert whole == KEYS
        if done == n:
            raise StopError

    return tell


def test_what_was_stopped_goes_on_and_comes_to_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(StopError):
        compare(scenario(), ARMS, keys=KEYS, workers=1, folder=tmp_path, progress=stop_after(2))
    record = tmp_path / "finished_adaptive.jsonl"
    assert len(record.read_text().splitlines()) == 2
    ran: list[int] = []
    run_key = plan_module.run_key
    monkeypatch.setattr(
        "experiments.comparing.run_key", lambda plan, key, *more: ran.append(key) or run_key(plan, key, *more)
    )
    told: list[tuple[int, int]] = []
    again = compare(
        scenario(),
        ARMS,
        keys=KEYS,
        workers=1,
        folder=tmp_path,
        progress=lambda done, whole: told.append((done, whole)),
    )
    assert ran == [3, 4, 5]
    assert told == [(2, KEYS), (3, KEYS), (4, KEYS), (5, KEYS)]
    assert same(again, effects())
    other = compare(scenario(), [MORE], keys=1, workers=1, folder=tmp_path)
    assert any("5 of its lines belong to another comparison" in warning for warning in other.warnings)
    assert ran == [3, 4, 5, 1]


def test_until_runs_as_many_keys_as_that_takes_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    found = compare(scenario(), COSTLY, until="5%", workers=1, replacement=False)
    assert len(found.keys) == FIRST + BLOCK
    monkeypatch.setattr("experiments.stopping.FIRST", 2)
    monkeypatch.setattr("experiments.stopping.BLOCK", 1)
    compare(scenario(), COSTLY, keys=5, workers=1, replacement=False, folder=tmp_path)
    told = compare(scenario(), COSTLY, until=0.05, workers=1, replacement=False, folder=tmp_path)
    assert told.keys == (1, 2, 3)  # more are on record, and are left out
    few = compare(scenario(), [MORE, LATE], until=0.0001, keys=3, workers=1, replacement=False)
    assert few.keys == (1, 2, 3)
    assert [
        warning for warning in few.warnings if "wider than the 0.01 % of the baseline asked for" in warning
    ]


def test_other_behaviours_are_compared_on_the_same_keys():
    found = compare(scenario(), MORE, keys=2, workers=1, behaviours="all", replacement=False)
    assert found.behaviour == "adaptive"
    assert set(found.others) == set(BEHAVIOURS) - {"adaptive"}
    assert all(other.keys == found.keys for other in found.others.values())
    assert {other.behaviour for other in found.others.values()} == set(found.others)
    tiers = {name: {"behaviour": "random"} for name in ("tonne", "wholesale", "small")}
    by_hand = scenario().model_copy(
        update={
            "tiers": scenario().tiers.model_copy(
                update={n: getattr(scenario().tiers, n).model_copy(update=t) for n, t in tiers.items()}
            )
        }
    )
    alone = compare(by_hand, MORE, keys=2, workers=1, replacement=False)
    assert alone.behaviour == "random"
    assert same(alone, found.others["random"])
    levels = {b: other.table["baseline"].tolist() for b, other in found.others.items()}
    assert levels["random"] != levels["best_response"] != levels["non_adaptive"]


def test_it_says_what_it_found():
    text, page = str(effects()), effects()._repr_html_()
    assert "5 pairs each, adaptive traffickers" in text
    assert "conditional expectations" in text
    for warning in effects().warnings:
        assert f"caution: {warning}" in text
        assert warning.replace("'", "&#x27;") in page
    assert max(map(len, str(effects()).splitlines()[:30])) < 130
    assert (
        "<script"
        not in compare(scenario(), ["x<script>=" + "tests.yaml"] and MORE, keys=1, workers=1)._repr_html_()
    )
    assert repr(effects()) == "<Effects of more, late, more+late, costly, after on tutorial, 5 pairs an arm>"


def test_units_are_those_of_the_frames():
    for outcome in effects().table.itertuples():
        if outcome.outcome in FRAMES["weekly"]:
            assert outcome.unit == FRAMES["weekly"][str(outcome.outcome)].unit


TABLES = ("table", "replacement", "displacement", "legs", "weekly", "fates", "costs", "pairs")


def test_every_table_is_saved_as_csv_and_markdown(tmp_path: Path):
    folder = effects().save(tmp_path / "kept")
    for name in TABLES:
        frame = getattr(effects(), name)
        with (folder / f"{name}.csv").open(newline="") as file:
            read = list(csv.DictReader(file))
        assert len(read) == len(frame)
        assert list(read[0]) == list(frame.columns)
        lines = (folder / f"{name}.md").read_text(encoding="utf-8").splitlines()
        assert len(lines) == len(frame) + 2
        assert {line.count(" | ") for line in lines} == {len(frame.columns) - 1}
    numbers = pd.read_csv(folder / "table.csv")["difference"]
    assert np.array_equal(numbers, effects().table["difference"])
    manifest = json.loads((folder / "manifest.json").read_text())["run"]
    assert manifest["keys"] == [1, 2, 3, 4, 5]
    assert list(manifest["arms"]) == sorted(NAMES)
    assert manifest["warnings"] == list(effects().warnings)
    assert (folder / "summary.txt").read_text(encoding="utf-8") == comparison_summary(effects())


def test_a_comparison_is_not_saved_over_anything_else(tmp_path: Path):
    folder = tmp_path / "folder"
    compare(scenario(), MORE, keys=1, workers=1, folder=folder).save(folder)  # beside its record
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    with pytest.raises(RunFolderError, match="holds another comparison"):
        effects().save(folder)
    with pytest.raises(RunFolderError, match="holds another comparison"):
        compare(scenario(), [MORE], keys=1, workers=1, base=change("tip_prob", START, by=2.0), folder=folder)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    effects().save(folder, overwrite=True)
    run(scenario(), key=1).write(tmp_path / "run")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    for name in ("run", "mine"):
        with pytest.raises(RunFolderError):
            effects().save(tmp_path / name)
    effects().save(tmp_path / "mine", overwrite=True)
    assert (tmp_path / "mine" / "notes.txt").exists()


def test_the_manifest_tells_what_it_rests_on():
    manifest = effects().manifest
    assert manifest["name"] == "tutorial"
    assert manifest["behaviour"] == "adaptive"
    assert manifest["replacement_shares"] == [0.0, 1.0]
    assert sum(manifest["statuses"].values()) > 100
    assert {"code", "data", "versions", "platform", "digest", "event_logs_sha256"} <= set(manifest)
    json.dumps(manifest, allow_nan=False)
    other = compare(scenario(), [MORE], keys=1, workers=1).manifest
    assert other["digest"] != manifest["digest"]


def refused(**asked: Any) -> str:
    given: dict[str, Any] = {"scenario": scenario(), "arms": MORE, "keys": 1, "workers": 1, **asked}
    with pytest.raises((ScenarioError, WorldError, PairingError, ValueError, TypeError)) as error:
        compare(given.pop("scenario"), given.pop("arms"), **given)
    return str(error.value)


NO_POST = Intervention.model_validate(
    {
        "name": "nowhere",
        "sentence": "Something is changed where there is no post",
        "start": date(2010, 1, 1),
        "changes": [{"where": "country=FR", "what": "inspect_share", "to": 1.0}],
    }
)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"keys": 0}, "keys: expected how many"),
        ({"keys": [1, 1]}, "keys: expected each once (got key 1 again)"),
        ({"until": "lots"}, "--until:1:1: until: expected a share of the baseline mean"),
        ({"outcome": "deliverd_kg"}, "did you mean 'delivered_kg'?"),
        ({"behaviours": ["randm"]}, "did you mean 'random'?"),
        ({"arms": []}, "expected at least one arm"),
        ({"arms": ["no_such_intervention"]}, "no_such_intervention"),
        ({"arms": [[MORE, MORE]]}, "more: expected once (got it 2 times)"),
        ({"arms": NO_POST}, "inspect_share"),
        ({"base": MORE}, "more: expected once (got it 2 times)"),
        ({"workers": 0}, "workers: expected a whole number from 1 on"),
        ({"sets": ["weeks=3"]}, "sets: expected a scenario given by name or file"),
        ({"scenario": 5}, "scenario: expected a name, a file or a scenario"),
        ({"scenario": "tutoral"}, "did you mean 'tutorial'?"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_what_cannot_be_compared_is_refused(asked: dict[str, Any], told: str):
    assert told in refused(**asked)


def test_nothing_is_run_when_something_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("experiments.comparing.run_key", lambda *_: pytest.fail("a key was run"))
    for asked in ({"outcome": "nothing"}, {"arms": NO_POST}, {"until": "0"}):
        refused(**asked, folder=tmp_path / "folder")
    assert not (tmp_path / "folder").exists()


def broken(_: object, key: int, *__: object) -> dict[str, Any]:
    raise ArithmeticError(f"books of {key}")


def test_a_run_that_fails_is_told_with_its_key(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("experiments.comparing.run_key", broken)
    with pytest.raises(TaskError, match=r"^key 1: ArithmeticError: books of 1$"):
        compare(scenario(), MORE, keys=3, workers=1)


def test_other_shares_of_replacement_are_run_on_the_first_keys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr("experiments.comparing.REPLACED", 3)
    some = compare(scenario(), MORE, keys=5, workers=1, folder=tmp_path)
    by_share = some.replacement.set_index("replacement_share")
    assert by_share["pairs"].to_dict() == {0.0: 3, 0.5: 5, 1.0: 3}
    few = compare(scenario(), MORE, keys=3, workers=1).replacement
    for share in (0.0, 1.0):
        assert (
            by_share.loc[share, "difference"] == few.set_index("replacement_share").loc[share, "difference"]
        )
    other_first = compare(scenario(), MORE, keys=[5, 4, 3, 2], workers=1, folder=tmp_path)
    whole = compare(scenario(), MORE, keys=[5, 4, 3, 2], workers=1)
    assert other_first.replacement.equals(whole.replacement)  # keys on record without it were run again


def test_a_loaded_scenario_brings_its_interventions():
    loaded = Loaded(scenario(), {}, (MORE,))
    found = compare(loaded, LATE, keys=1, workers=1, replacement=False)
    assert found.manifest["base"][0]["name"] == "more"


def test_values_may_be_replaced_in_a_named_scenario():
    sets: Sequence[str] = ["weeks=2", "burn_in_weeks=0", "market.replacement_share=1"]
    found = compare("tutorial", MORE, keys=1, workers=1, sets=sets)
    assert found.replacement["replacement_share"].tolist() == [0.0, 1.0]
    assert found.replacement["default"].tolist() == [False, True]
    assert found.weekly["week"].max() == 1
    assert found.table["low"].isna().all()  # one key has no error
