"""The digest names what a scenario says, not how it is written."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from sim.scenario import digest, load_scenario, resolved
from sim.scenario.find import packaged
from sim.scenario.schema import Scenario

PLAIN = """\
extends: tutorial
weeks: 20
countries:
  KZ: {sharing: 0.25, allocation: greedy}
  TJ: {tip_prob: 0.001}
travel: {transfer_h: 90 min}
"""

SAME = {
    "comments": "# first\n" + PLAIN.replace("weeks: 20", "weeks: 20   # a year is too long\n\n"),
    "order": "\n".join(
        [
            "travel: {transfer_h: 90 min}",
            "countries:",
            "  TJ: {tip_prob: 0.001}",
            "  KZ: {allocation: greedy, sharing: 0.25}",
            "weeks: 20",
            "extends: tutorial",
        ]
    ),
    "spaces": PLAIN.replace(": ", ":    ").replace("{", "{  "),
    "style": PLAIN.replace(
        "  KZ: {sharing: 0.25, allocation: greedy}", "  KZ:\n    sharing: 25 %\n    allocation: 'greedy'"
    ),
    "unit": PLAIN.replace("90 min", "1.5"),
    "spelling": PLAIN.replace("0.25", "2.5e-1"),
    "end of line": PLAIN.replace("\n", "\r\n"),
    "mark": "\ufeff" + PLAIN,
    "default given": PLAIN + "burn_in_weeks: 8\n",
}

OTHER = {
    "number": PLAIN.replace("0.25", "0.250001"),
    "word": PLAIN.replace("greedy", "random"),
    "week": PLAIN.replace("20", "21"),
    "range": PLAIN.replace("sharing: 0.25", "sharing: {value: 0.25, high: 0.9}"),
    "source": PLAIN.replace("sharing: 0.25", "sharing: {value: 0.25, source: a book of 2012}"),
    "country": PLAIN.replace("TJ", "KG"),
    "part left out": PLAIN.replace("travel: {transfer_h: 90 min}\n", ""),
}


def digest_of(folder: Path, text: str, name: str = "world") -> str:
    file = folder / f"{name}.yaml"
    file.write_bytes(text.encode())
    return digest(load_scenario(file).scenario)


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_the_same_scenario_written_otherwise_has_the_same_digest(tmp_path: Path, text: str):
    assert digest_of(tmp_path, text, "other") == digest_of(tmp_path, PLAIN)


@pytest.mark.parametrize("text", OTHER.values(), ids=OTHER)
def test_another_scenario_has_another_digest(tmp_path: Path, text: str):
    assert digest_of(tmp_path, text) != digest_of(tmp_path, PLAIN)


def test_options_and_files_that_say_the_same_have_the_same_digest(tmp_path: Path):
    sets = ["weeks=20", "countries.KZ.sharing=0.25", "countries.KZ.allocation=greedy"]
    sets += ["countries.TJ.tip_prob=0.001", "travel.transfer_h=90 min"]
    assert digest(load_scenario("tutorial", sets=sets).scenario) == digest_of(tmp_path, PLAIN)


@pytest.mark.parametrize("name", packaged())
def test_what_is_resolved_can_be_read_back(name: str):
    scenario = load_scenario(name).scenario
    again = Scenario.model_validate(json.loads(json.dumps(resolved(scenario))))
    assert again == scenario
    assert digest(again) == digest(scenario)


def test_every_leaf_counts():
    """Change one leaf after the other: each time another digest."""
    scenario = load_scenario("tutorial").scenario
    plain = resolved(scenario)
    seen = {digest(scenario)}
    leaves = [path for path in leaves_of(plain) if path[-1] == "value"]
    for path in leaves:
        changed = copy.deepcopy(plain)
        part = changed
        for key in path[:-1]:
            part = part[key]
        part["low"], part["high"] = None, None
        part["value"] = part["value"] * 0.5 + 0.25 if part["unit"] == "1" else part["value"] + 0.5
        try:
            seen.add(digest(Scenario.model_validate(changed)))
        except ValueError:
            leaves = [leaf for leaf in leaves if leaf != path]
    assert len(leaves) > 100
    assert len(seen) == len(leaves) + 1


def leaves_of(part: object, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(part, dict):
        return [path]
    return [leaf for key, value in part.items() for leaf in leaves_of(value, (*path, key))]


def test_keys_are_sorted():
    plain = resolved(load_scenario("tutorial").scenario)
    assert list(plain) == sorted(plain)
    assert json.dumps(plain) == json.dumps(plain, sort_keys=True)
