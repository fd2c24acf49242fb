"""Names that become files stay in their folder and are the same on every system."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from sim.scenario import ScenarioError
from sim.scenario.load import check_run_name

HOSTILE = [
    "",
    ".",
    "..",
    "../x",
    "..\\x",
    "a/../../x",
    "/etc/passwd",
    "\\\\server\\share",
    "C:\\x",
    "c:x",
    "a/b",
    "a\\b",
    ".hidden",
    "-rf",
    "--key",
    "~",
    "~/x",
    "$HOME",
    "`id`",
    "$(id)",
    "a b",
    " a",
    "a ",
    "a\n",
    "a\nb",
    "a\tb",
    "a\0b",
    "a\x1bb",
    "a:b",
    "a*b",
    "a?b",
    "a|b",
    "a<b",
    'a"b',
    "a;b",
    "a%2fb",
    "é",
    unicodedata.normalize("NFD", "é"),
    "a\u202eb",
    "a\u200bb",
    "аdmin",
    "１",
    "x" * 65,
    "x" * 100_000,
    "CON",
    "con",
    "nul.txt",
    "AUX.",
    "com1",
    "COM1.yaml",
    "lpt9",
    "PRN.a.b",
    "a.",
    "\ud800",
]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_is_refused(name: str):
    with pytest.raises(ScenarioError) as caught:
        check_run_name(name)
    assert str(caught.value).startswith("--name:1:1: name: expected a name")
    assert "\n" not in str(caught.value)
    str(caught.value).encode()


@pytest.mark.parametrize(
    "name", ["a", "A", "0", "_", "run-1", "northern_route_2010-3", "a.b", "x" * 64, "console", "com10"]
)
def test_an_ordinary_name_is_taken(name: str, tmp_path: Path):
    assert check_run_name(name) == name
    assert (tmp_path / name).resolve().parent == tmp_path.resolve()


def test_a_name_that_differs_by_case_alone_is_refused():
    assert check_run_name("Baseline", taken=["Baseline", "other"]) == "Baseline"
    with pytest.raises(ScenarioError, match="by more than case"):
        check_run_name("baseline", taken=["Baseline"])


@pytest.mark.parametrize(("name", "meant"), [("a b", "a_b"), ("../x", "x"), ("é", "e"), ("..", None)])
def test_a_like_name_is_offered(name: str, meant: str | None):
    with pytest.raises(ScenarioError) as caught:
        check_run_name(name)
    assert caught.value.faults[0].hint == (meant or "")
