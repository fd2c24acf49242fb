"""Loading: names and paths, files over files, options over files, and every fault at its place."""

from __future__ import annotations

import time
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import Field, model_validator

from sim.scenario import ScenarioError, load_intervention, load_scenario
from sim.scenario.explain import expected
from sim.scenario.load import MOST_EXTENDS, Loaded, read_intervention
from sim.scenario.overlay import Intervention
from sim.scenario.quantity import Quantity, Spec, Words, quantity

SOURCE = "assumption: made up for the test"


class Post(Spec):
    """A part."""

    skill: Quantity = quantity(0.5, "1", SOURCE, low=0.4, high=0.6, least=0, most=1, doc="skill")
    wait: Quantity = quantity(2, "h", SOURCE, least=0, doc="wait")


class World(Spec):
    """A small scenario."""

    name: Annotated[str, Words("a name of small letters")] = Field(pattern=r"^[a-z]+$")
    start: date = date(2010, 1, 1)
    weeks: int = Field(52, ge=1, le=520)
    posts: dict[str, Post] = Field(default_factory=dict)
    mix: dict[str, float] = Field(default_factory=dict)
    places: tuple[str, ...] = ()
    is_open: bool = True

    @model_validator(mode="after")
    def _shares(self) -> World:
        if self.mix and sum(self.mix.values()) != 1:
            raise expected("shares that add to 1", f"{sum(self.mix.values()):g}", at=("mix",))
        return self


def write(folder: Path, **files: str) -> Path:
    """Files of a folder; the path of the first."""
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder / f"{next(iter(files))}.yaml"


def load(path: object, *sets: str) -> Loaded[World]:
    return load_scenario(path, sets=sets, model=World)  # type: ignore[arg-type]


def faults(path: object, *sets: str) -> list[str]:
    """Faults of a file, without its folder."""
    with pytest.raises(ScenarioError) as caught:
        load(path, *sets)
    folder = f"{path.parent}/" if isinstance(path, Path) else ""
    return str(caught.value).replace(folder, "").splitlines()


def test_a_packaged_scenario_is_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    loaded = load_scenario("tutorial")
    assert loaded.scenario.name == "tutorial"
    assert loaded.origins["name"].file == "scenarios/tutorial.yaml"
    assert loaded.origins["name"].line > 1


def test_a_file_is_found_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = write(tmp_path, a="name: a\n")
    assert load(path).scenario.name == load(str(path)).scenario.name == "a"
    monkeypatch.chdir(tmp_path)
    assert load("a.yaml").origins["name"] == ("a.yaml", 1, 7)


def test_a_bare_number_tells_where_it_was_set(tmp_path: Path):
    text = "name: a\nposts:\n  x: {skill: 0.9, wait: 90 min}\n  y:\n    skill: {value: 0.5}\n"
    posts = load(write(tmp_path, a=text), "posts.y.wait=3").scenario.posts
    assert posts["x"].skill == Quantity(
        value=0.9, low=0.4, high=0.9, unit="1", status="assumed", source="set in a.yaml:3"
    )
    assert posts["x"].wait.value == 1.5
    assert posts["y"].skill.source == "set in a.yaml:5"
    assert posts["y"].wait.source == "set in --set:1"


def test_origins_name_file_line_and_column_of_every_value(tmp_path: Path):
    path = write(
        tmp_path, a="extends: b.yaml\nweeks: 9\n", b="name: b\nposts:\n  x: {skill: 0.5}\nweeks: 8\n"
    )
    origins = load(path, "posts.x.wait=2").origins
    assert origins["weeks"] == (str(path), 2, 8)
    assert origins["posts.x.skill"] == (str(tmp_path / "b.yaml"), 3, 14)
    assert origins["posts.x.wait"] == ("--set", 1, 14)
    assert "extends" not in origins


def test_files_are_laid_over_those_they_extend(tmp_path: Path):
    first = write(
        tmp_path,
        a="extends: sub/b.yaml\nposts: {x: {skill: 0.2}}\n",
        c="name: c\nweeks: 3\nposts: {x: {wait: 7}, y: {wait: 8}}\nplaces: [p, q]\n",
    )
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.yaml").write_text("extends: ../c.yaml\nweeks: 4\nplaces: [r]\n", encoding="utf-8")
    world = load(first).scenario
    assert (world.name, world.weeks, world.places) == ("c", 4, ("r",))
    assert (world.posts["x"].skill.value, world.posts["x"].wait.value) == (0.2, 7)
    assert world.posts["y"].wait.value == 8


def test_a_file_may_extend_a_packaged_one(tmp_path: Path):
    loaded = load_scenario(write(tmp_path, a="extends: tutorial\nweeks: 3\n"))
    assert (loaded.scenario.weeks, loaded.scenario.name) == (3, "tutorial")


def test_options_are_laid_over_files(tmp_path: Path):
    path = write(tmp_path, a="name: a\nposts:\n  x: {skill: 0.9}\n")
    world = load(
        path,
        "weeks=7",
        "posts.x.skill=55 %",
        "posts.y.wait=2",
        "places=[p, q]",
        "is_open=false",
        "start=2012-02-29",
    ).scenario
    assert (world.weeks, world.places, world.is_open, world.start) == (
        7,
        ("p", "q"),
        False,
        date(2012, 2, 29),
    )
    assert (world.posts["x"].skill.value, world.posts["x"].skill.high) == (0.55, 0.9)
    assert world.posts["y"].wait.value == 2


def test_an_option_may_name_every_key(tmp_path: Path):
    path = write(tmp_path, a="name: a\nposts: {x: {skill: 0.9}, y: {}}\n")
    posts = load(path, "posts.*.skill=0.2", "posts.z.wait=1").scenario.posts
    assert {name: post.skill.value for name, post in posts.items()} == dict.fromkeys("xyz*", 0.2)


def test_options_say_the_same_as_a_file(tmp_path: Path):
    path = write(tmp_path, a="name: a\n", b="name: a\nposts: {x: {skill: 0.7}}\nweeks: 3\n")
    by_option = load(path, "weeks=3", "posts.x.skill=0.7").scenario
    by_file = load(tmp_path / "b.yaml").scenario
    assert by_option.posts["x"].skill.value == by_file.posts["x"].skill.value
    assert by_option.weeks == by_file.weeks


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("weeks", "--set:1:1: --set: expected path=value, such as countries.KZ.sharing=0.6 (got weeks)"),
        ("", "--set:1:1: --set: expected path=value, such as countries.KZ.sharing=0.6 (got nothing)"),
        ("=3", "--set:1:1: --set: expected path=value, such as countries.KZ.sharing=0.6 (got =3)"),
        (
            "country=KZ;weeks=3",
            "--set:1:1: country: expected a known key: name, start, weeks, posts, mix, places, ",
        ),
        (
            "posts.[x].skill=3",
            "--set:1:1: --set: expected path=value, such as countries.KZ.sharing=0.6 (got posts.[x].skill=3)",
        ),
        ("weeks=", "--set:1:1: weeks: expected a whole number from 1 to 520 (got nothing)"),
        ("weeks=0", "--set:1:7: weeks: expected a whole number from 1 to 520 (got 0)"),
        ("weeks=1e400", "--set:1:7: weeks: expected a whole number from 1 to 520 (got 1e400)"),
        ("weeks=.nan", "--set:1:7: weeks: expected a whole number from 1 to 520 (got .nan)"),
        (
            "weeks=012",
            "--set:1:7: weeks: expected a whole number from 1 to 520 (got 012); did you mean '12'?",
        ),
        ("weks=3", "--set:1:1: weks: expected a known key (got weks); did you mean 'weeks'?"),
        ("posts.x.skil=3", "--set:1:9: posts.x.skil: expected a known key (got skil); did you mean 'skill'?"),
        ("posts.x.skill.valu=3", "--set:1:15: posts.x.skill.valu: expected a known key"),
        ("weeks.x=3", "--set:1:1: weeks: expected a whole number from 1 to 520 (got a mapping)"),
        ("posts.x.skill=&a 1", "--set:1:15: posts.x.skill: expected a value without an anchor (got &a)"),
        (
            "posts.x.skill=!!python/name:os.system",
            "--set:1:15: posts.x.skill: expected a value without a tag",
        ),
        ("posts.x.skill=[1", "--set:1:17: posts.x.skill: expected ',' or ']' in a list"),
        ("is_open=no", "--set:1:9: is_open: expected true or false (got no); did you mean 'false'?"),
        ("name=A", "--set:1:6: name: expected a name of small letters (got A)"),
        (
            "start=2010-02-30",
            "--set:1:7: start: expected a date that exists, such as 2010-01-01 (got 2010-02-30)",
        ),
    ],
)
def test_a_faulty_option_is_told_with_its_column(tmp_path: Path, option: str, said: str):
    found = faults(write(tmp_path, a="name: a\n"), option)
    assert any(fault.startswith(said) for fault in found), found


def test_options_are_numbered_and_set_once(tmp_path: Path):
    found = faults(
        write(tmp_path, a="name: a\n"), "weeks=3", "start=x", "weeks=4", "posts=3", "posts.x.skill=1"
    )
    assert [fault.split(": expected")[0] for fault in found] == [
        "--set:2:7: start",
        "--set:3:1: weeks",
        "--set:4:7: posts",
        "--set:5:1: posts.x.skill",
    ]


def test_all_faults_of_all_files_are_told_at_once_by_file_and_line(tmp_path: Path):
    path = write(
        tmp_path,
        a="extends: b.yaml\nweeks: 9\nposts:\n  x: {skill: 7}\nposts: {}\n",
        b="extends: c.yaml\nstart: 2010-02-30\nweeks: 0\nplaces: p\n",
        c="name: C\nis_open: yes\nzzz: 1\n",
    )
    assert faults(path, "mix.a=x") == [
        "--set:1:7: mix.a: expected a number (got x)",
        "a.yaml:4:14: posts.x.skill: expected a number from 0 to 1 (got 7)",
        "a.yaml:5:1: posts: expected each key once (got posts again; first on line 3)",
        "b.yaml:2:8: start: expected a date that exists, such as 2010-01-01 (got 2010-02-30)",
        "b.yaml:3:8: weeks: expected a whole number from 1 to 520 (got 0)",
        "b.yaml:4:9: places: expected a list (got p)",
        "c.yaml:1:7: name: expected a name of small letters (got C)",
        "c.yaml:2:10: is_open: expected true or false (got yes); did you mean 'true'?",
        "c.yaml:3:1: zzz: expected a known key: name, start, weeks, posts, mix, places, is_open (got zzz)",
    ]


def test_what_a_file_leaves_out_is_no_fault_if_another_gives_it(tmp_path: Path):
    path = write(tmp_path, a="extends: b.yaml\nname: a\nmix: {x: 0.5}\n", b="mix: {y: 0.5}\n")
    assert load(path).scenario.mix == {"x": 0.5, "y": 0.5}


def test_what_all_files_leave_out_is_a_fault_of_the_last(tmp_path: Path):
    path = write(tmp_path, a="extends: b.yaml\nweeks: 3\n", b="weeks: 2\n")
    assert faults(path) == ["a.yaml:1:1: name: expected a name of small letters (got nothing)"]


def test_a_rule_of_the_whole_is_told_at_the_part(tmp_path: Path):
    path = write(tmp_path, a="name: a\nmix:\n  x: 0.5\n")
    assert faults(path) == ["a.yaml:3:3: mix: expected shares that add to 1 (got 0.5)"]


@pytest.mark.parametrize(
    ("extends", "said"),
    [
        ("nosuch.yaml", "nosuch.yaml: no such file"),
        ("a.yaml", "itself"),
        ("b.yaml", "a.yaml, which extends this one"),
        ("sub", "sub: a folder"),
        ("3", "got 3"),
        ("[b.yaml]", "a list"),
        ('""', "a folder"),
        ("b\\0.yaml", "no such file"),
        ("tutoril", "did you mean 'tutorial'?"),
    ],
)
def test_what_cannot_be_extended(tmp_path: Path, extends: str, said: str):
    (tmp_path / "sub").mkdir()
    path = write(tmp_path, a=f"name: a\nextends: {extends}\n", b="extends: a.yaml\n")
    found = faults(path)
    assert len(found) == 1
    assert ":10: extends: " in found[0]
    assert said in found[0]


def test_a_chain_of_files_ends(tmp_path: Path):
    names = [f"f{n}" for n in range(MOST_EXTENDS + 2)]
    files = {a: f"extends: {b}.yaml\n" for a, b in pairwise(names)}
    path = write(tmp_path, **files, **{names[-1]: "name: z\n"})
    assert faults(path)[-1].startswith(
        f"f{MOST_EXTENDS}.yaml:1:10: extends: expected at most 8 files in a chain"
    )
    assert load(tmp_path / "f1.yaml").scenario.name == "z"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "nosuch",
            "nosuch:0:0: file: expected the name of a scenario or a file that exists (got no such file)",
        ),
        ("tutorail", "did you mean 'tutorial'?"),
        ("wrold.yaml", "did you mean 'world.yaml'?"),
        ("world.yaml/x", "got no such file"),
        (".", ".:0:0: file: expected a file (got a folder)"),
        ("", "'':0:0: file: expected a file (got a folder)"),
        ("a\0b", "a\\x00b:0:0: file: expected a file (got embedded null byte)"),
        ("x" * 5000, "expected a file that can be read (got file name too long)"),
        ("\udcff.yaml", "no such file"),
    ],
)
def test_what_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str):
    write(tmp_path, world="name: a\n")
    monkeypatch.chdir(tmp_path)
    found = faults(name)
    assert len(found) == 1
    assert said in found[0]
    found[0].encode()


def test_a_device_or_a_pipe_is_no_file(tmp_path: Path):
    import os

    os.mkfifo(tmp_path / "pipe.yaml")
    assert "expected a file (got neither a file nor a folder)" in faults(tmp_path / "pipe.yaml")[0]


def test_interventions_are_read_and_their_faults_told_with_those_of_the_scenario(tmp_path: Path):
    write(
        tmp_path,
        world="extends: tutorial\nweeks: 0\n",
        good="name: good\nsentence: Dogs see more.\nchanges:\n- {what: dogs.detect_prob, by: 1.2}\n",
        bad="name: bad\nsentence: Dogs see more.\nchanges:\n"
        "- {what: dogs.detect_prb, by: 1.2}\n- {what: sharing, to: 3}\n",
    )
    with pytest.raises(ScenarioError) as caught:
        load_scenario(tmp_path / "world.yaml", interventions=[tmp_path / "good.yaml", tmp_path / "bad.yaml"])
    assert [str(fault).replace(f"{tmp_path}/", "") for fault in caught.value.faults] == [
        "bad.yaml:4:10: changes.0.what: expected the path of a number that can change in a run: of posts, "
        "countries, tiers or the market (got dogs.detect_prb); did you mean 'dogs.detect_prob'?",
        "bad.yaml:5:23: changes.1.to: expected a number from 0 to 1 (got 3)",
        "world.yaml:2:8: weeks: expected a whole number from 1 to 520 (got 0)",
    ]
    loaded = load_scenario("tutorial", interventions=[tmp_path / "good.yaml"])
    assert [i.name for i in loaded.interventions] == ["good"]
    assert load_intervention(tmp_path / "good.yaml") == loaded.interventions[0]


CHANGE = """name: open_seals
sentence: Officers may open sealed trucks.
start: 2010-07-01
capital_cost_usd: {value: 300000, low: 50000, high: 1000000, status: assumed, source: "a guess, not a figure"}
changes:
  - {where: "country=KZ;klass=port", what: tir_fear, to: 0.1}
"""


def test_an_intervention_is_the_same_from_a_text_a_file_and_python(tmp_path: Path):
    file = tmp_path / "open_seals.yaml"
    file.write_text(CHANGE)
    cost = {"value": 300000, "low": 50000, "high": 1000000, "status": "assumed"}
    written = Intervention(
        name="open_seals",
        sentence="Officers may open sealed trucks.",
        start="2010-07-01",
        capital_cost_usd={**cost, "source": "a guess, not a figure"},
        changes=[{"where": "country=KZ;klass=port", "what": "tir_fear", "to": 0.1}],
    )
    assert read_intervention(CHANGE) == load_intervention(file) == written
    assert read_intervention("extends: scanner_upgrade\nstrength: 0.5").strength == 0.5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CHANGE.replace("tir_fear", "tir_feer"), "text:6:44: changes.0.what: .*did you mean 'tir_fear'?"),
        (CHANGE.replace("0.1", "10"), "text:6:58: changes.0.to: expected a number from 0 to 1 .got 10."),
        ("", "text:1:1: file: expected a mapping of keys and values"),
        ("name: \ud800", "text:1:7: file: expected text in UTF-8"),
        ("name: [", "text:1:8: "),
    ],
)
def test_faults_of_a_text_are_told_at_their_place(text: str, said: str):
    with pytest.raises(ScenarioError, match=said):
        read_intervention(text)


def test_a_fault_that_shows_later_has_a_place_too(tmp_path: Path):
    loaded = load(write(tmp_path, a="name: a\nplaces:\n- moscw\n"))
    fault = loaded.fault("places.0", "a place of the tables", "moscw", known=["moscow", "omsk"])
    assert str(fault).endswith(
        "a.yaml:3:3: places.0: expected a place of the tables (got moscw); did you mean 'moscow'?"
    )
    assert loaded.fault("weeks", "fewer weeks", "52").line == 0
    assert loaded.fault("places.7", "fewer places", "8").line == 3


def test_an_error_can_be_sent_to_another_process():
    import copy

    with pytest.raises(ScenarioError) as caught:
        load_scenario("nosuch")
    assert copy.copy(caught.value).faults == caught.value.faults
    assert caught.value.exit_code == 2


def test_a_large_scenario_is_read_in_time(tmp_path: Path):
    posts = "".join(f"  p{n}: {{skill: 0.5, wait: 90 min}}\n" for n in range(900))
    path = write(tmp_path, a="name: a\nposts:\n" + posts)
    started = time.perf_counter()
    assert len(load(path).scenario.posts) == 900
    assert time.perf_counter() - started < 5


def test_thousands_of_faults_are_told_in_time(tmp_path: Path):
    path = write(tmp_path, a="name: a\n" + "".join(f"weeks{n}: {n}\n" for n in range(3500)))
    started = time.perf_counter()
    found: Any = faults(path)
    assert len(found) == 3500
    assert found[0].endswith("did you mean 'weeks'?")
    assert time.perf_counter() - started < 5


def test_a_fault_under_the_key_for_every_key_is_told_once(tmp_path: Path):
    path = write(
        tmp_path,
        a='extends: b.yaml\nposts: {"*": {skill: 3}, z: {wait: x}}\n',
        b="name: b\nposts: {x: {skill: 0.5}, y: {wait: 3}}\n",
    )
    assert faults(path) == [
        "a.yaml:2:22: posts.*.skill: expected a number from 0 to 1 (got 3)",
        "a.yaml:2:36: posts.z.wait: expected a number of h, 0 or more (got x)",
    ]
