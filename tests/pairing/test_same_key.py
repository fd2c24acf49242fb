"""One key, one run: the same bytes again, in another process, beside other runs, in any order of rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.model import CorridorModel
from sim.trial import result_of, run, world_of
from tests.pairing.small_runs import FROZEN, differing, fingerprint, run_of, tutorial, with_tables

ROOT = Path(__file__).resolve().parents[2]

WRITTEN = """\
name: written
title: The tutorial, written down in another order
start: 2010-01-01
weeks: 6
burn_in_weeks: 2
tables: tutorial
supply:
{supply}
traffickers:
{traffickers}
countries:
{countries}
"""
STREAM = """\
  {name}:
    kg_per_year: {kg}
    origins: {{spring: {one}}}
    markets: {{market: {one}}}
    mix: {{{name}: 1.0}}
"""
ONE = '{value: 1, unit: "1", status: assumed, source: made up for a test}'
GROUP = """\
  {name}:
    tier: {tier}
    count: {count}
    home: {home}
    origins: [spring]
    markets: [market]
    source: made up for a test
"""
STREAMS = [STREAM.format(name=n, kg=kg, one=ONE) for n, kg in (("heroin", 6000), ("opium", 900))]
GROUPS = [
    GROUP.format(name=n, tier=t, count=c, home=h)
    for n, t, c, h in (
        ("networks", "small", 3, "KZ"),
        ("wholesalers", "wholesale", 2, "KG"),
        ("kin", "tonne", 1, "KG"),
    )
]
COUNTRIES = ["  KG: {tip_prob: 0.02}\n", "  KZ: {tip_prob: 0.05}\n", "  RU: {tip_prob: 0.004}\n"]


def written(folder: Path, step: int, name: str = "written.yaml", tip: str = "0.05") -> Path:
    """A scenario file whose streams, traffickers and countries stand in order (1) or backwards (-1)."""
    parts = {
        "supply": STREAMS,
        "traffickers": GROUPS,
        "countries": [c.replace("0.05", tip) for c in COUNTRIES],
    }
    path = folder / name
    text = WRITTEN.format(**{k: "".join(v[::step]).rstrip("\n") for k, v in parts.items()})
    path.write_text(text, encoding="utf-8")
    return path


def test_same_key_same_bytes():
    scenario = tutorial()
    first = run(scenario, key=11)
    assert differing(first, run(scenario, key=11)) == []
    assert "loads" in differing(first, run(scenario, key=12))  # control: another key is another run


def test_same_key_same_bytes_in_another_process():
    program = (
        "import json; from sim.trial import run; from tests.pairing.small_runs import fingerprint, tutorial\n"
        "print(json.dumps(fingerprint(run(tutorial(), key=11))))"
    )
    here = fingerprint(run(tutorial(), key=11))
    elsewhere = {"PYTHONHASHSEED": "1", "PYTHONPATH": str(ROOT), "TZ": "Asia/Almaty", "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=os.environ | elsewhere,
    )
    assert json.loads(done.stdout) == here
    assert fingerprint(run(tutorial(), key=12)) != here  # control


def test_order_in_the_file_changes_nothing(tmp_path: Path):
    forwards = run(str(written(tmp_path, 1)), key=3)
    backwards = run(str(written(tmp_path, -1, "backwards.yaml")), key=3)
    assert differing(forwards, backwards) == []
    assert len(forwards.loads) > 20 and set(forwards.mass["commodity"]) == {"heroin", "opium"}
    other = run(str(written(tmp_path, 1, "other.yaml", tip="0.9")), key=3)
    assert "event log" in differing(forwards, other)  # control: a number changes it


def test_order_of_rows_in_the_tables_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    scenario = tutorial()
    forwards = run_of(scenario, 4)
    with_tables(monkeypatch, tmp_path / "rows", lambda _, rows: rows[::-1])
    backwards = run_of(scenario, 4)
    assert differing(forwards.result, backwards.result) == []
    with_tables(
        monkeypatch, tmp_path / "longer", lambda _, rows: [r.replace("road,500,", "road,900,") for r in rows]
    )
    assert "loads" in differing(forwards.result, run_of(scenario, 4).result)  # control: the tables are read


def test_runs_beside_each_other_are_runs_alone():
    scenario = tutorial()
    alone = {key: run(scenario, key=key) for key in (1, 2, 3)}
    beside = [CorridorModel(scenario, rng=key) for key in (3, 1, 2)]
    while any(model.running for model in beside):
        for model in beside:
            model.step()
    for model in beside:
        assert differing(result_of(model), alone[model.key]) == [], model.key
    assert differing(alone[1], alone[2])  # control: three keys are three runs


def test_the_first_keys_of_many_are_the_few():
    world = world_of(tutorial(weeks=3))
    few = [fingerprint(run(world, key=key)) for key in range(3)]
    many = [fingerprint(run(world, key=key)) for key in range(8)]
    assert many[:3] == few
    assert len({one["event log"] for one in many}) == 8  # control: no two keys share their luck


def test_an_organisation_renamed_has_new_luck_and_the_others_keep_theirs():
    groups = {
        "tier": "small",
        "home": "KZ",
        "origins": ["spring"],
        "markets": ["market"],
        "source": "made up for a test",
    }
    scenario = tutorial(**FROZEN, **{"traffickers.others": {**groups, "count": 2}})
    renamed = tutorial(**FROZEN, **{"traffickers.brothers": {**groups, "count": 2}})
    before, after = run_of(scenario, 6).loads, run_of(renamed, 6).loads
    mine = before["trafficker_id"].str.startswith("others")
    kept = before.index[~mine]
    assert after.loc[kept].equals(before.loc[kept])
    there = after.loc[after["trafficker_id"].str.startswith("brothers")]
    assert mine.any() and len(there) and set(there["dispatched"]).isdisjoint(before.loc[mine, "dispatched"])
