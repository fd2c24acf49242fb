"""Arms as people write them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from experiments.arms import read_arms, read_portfolio
from sim.scenario.faults import ScenarioError
from tests.pairing.small_runs import change

TEXT = """name: {name}
sentence: The share of loads that is inspected is doubled for a test
start: 2010-03-01
end: 2010-09-01
changes: [{{what: inspect_share, by: 2.0}}]
"""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("more", "less"):
        (tmp_path / f"{name}.yaml").write_text(TEXT.format(name=name), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refusal(arms: object) -> list[str]:
    with pytest.raises(ScenarioError) as error:
        read_arms(arms)  # type: ignore[arg-type]
    return [str(fault) for fault in error.value.faults]


def test_an_arm_is_one_intervention_or_several(files: Path):
    one, both = read_arms(["more.yaml", "less.yaml+more.yaml"])
    assert (one.name, [i.name for i in one.interventions]) == ("more", ["more"])
    assert (both.name, [i.name for i in both.interventions]) == ("less+more", ["less", "more"])


def test_an_arm_has_a_strength_and_a_start(files: Path):
    (arm,) = read_arms("more.yaml:0.5@2010-07-01+less.yaml:0")
    more, less = arm.interventions
    assert (more.strength, more.start, more.end) == (0.5, date(2010, 7, 1), date(2010, 9, 1))
    assert (less.strength, less.start) == (0.0, date(2010, 3, 1))
    assert arm.name == "more:0.5@2010-07-01+less:0"


def test_an_arm_may_be_given_a_name(files: Path):
    (arm,) = read_arms(["better posts = more.yaml+less.yaml:0.25"])
    assert arm.name == "better posts"
    assert [i.strength for i in arm.interventions] == [1.0, 0.25]


def test_objects_paths_and_sequences_are_arms(files: Path):
    made = change("inspect_share", date(2010, 2, 1), by=3.0, name="made")
    single, path, mixed = read_arms([made, Path("more.yaml"), [made, "less.yaml:0.5"]])
    assert (single.name, single.interventions) == ("made", (made,))
    assert path.name == "more"
    assert (mixed.name, mixed.interventions[0]) == ("made+less:0.5", made)
    assert read_arms(made) == read_arms([made])


def test_a_base_is_a_portfolio(files: Path):
    made = change("inspect_share", date(2010, 2, 1), by=3.0, name="made")
    assert [i.name for i in read_portfolio("more.yaml+less.yaml")] == ["more", "less"]
    assert [i.name for i in read_portfolio(("more.yaml", made))] == ["more", "made"]
    assert read_portfolio(()) == read_portfolio([]) == ()


@pytest.mark.parametrize(
    ("arm", "told"),
    [
        ("more.yaml:2", "arms:1:11: strength: expected a share from 0 to 1 (got 2)"),
        ("more.yaml:", "arms:1:11: strength: expected a share from 0 to 1 (got nothing)"),
        ("more.yaml:nan", "arms:1:11: strength: expected a share from 0 to 1 (got nan)"),
        ("more.yaml@soon", "arms:1:11: start: expected a day such as 2010-07-01 (got soon)"),
        ("more.yaml@2010-02-30", "arms:1:11: start: expected a day such as 2010-07-01 (got 2010-02-30)"),
        ("more.yaml@20100701", "arms:1:11: start: expected a day such as 2010-07-01 (got 20100701)"),
        ("more.yaml@2010-09-01", "arms:1:11: start: expected a day before more ends, 2010-09-01"),
        ("x=less.yaml+more.yaml:5", "arms:1:23: strength: expected a share from 0 to 1 (got 5)"),
        ("more.yaml+", "arms:1:11: arm: expected the name or file of an intervention (got nothing)"),
        ("", "arms:1:1: arm: expected the name or file of an intervention (got nothing)"),
        ("=more.yaml", "arms:1:1: arm: expected a name before '=' (got =more.yaml)"),
        ("baseline=more.yaml", "arms:1:1: arm: expected a name that no other arm has (got baseline)"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(files: Path, arm: str, told: str):
    (fault,) = refusal([arm])
    assert fault.startswith(told)


def test_every_fault_of_every_arm_is_told(files: Path):
    told = refusal(["mor.yaml", "more.yaml:9+less.yaml@x", "less.yaml", "less.yaml", 5, []])
    assert len(told) == 6
    assert any("did you mean 'more.yaml'" in fault for fault in told)
    assert "arms:4:1: arm: expected a name that no other arm has (got less)" in told
    assert any(fault.startswith("arms:5:1: arm: expected an expression, a file") for fault in told)


def test_no_arm_is_refused():
    assert refusal([]) == ["arms:1:1: arms: expected at least one arm (got none)"]
