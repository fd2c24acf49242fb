"""Version, licence and pins say the same thing wherever they stand."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CITATION: dict[str, Any] = YAML(typ="safe").load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
PINS = [
    Requirement(line)
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
PYTHONS = ("3.11", "3.12", "3.13")


def test_version_is_one():
    newest = re.search(
        r"^## (\S+) \((\S+)\)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert newest is not None
    assert newest[1] == CITATION["version"] == PROJECT["version"]
    assert newest[2] == CITATION["date-released"]


def test_licence_is_apache_2_everywhere():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.split()[:5] == ["Apache", "License", "Version", "2.0,", "January"]
    assert "END OF TERMS AND CONDITIONS" in text
    assert PROJECT["license"] == CITATION["license"] == "Apache-2.0"
    assert PROJECT["license-files"] == ["LICENSE"]


def test_citation_is_of_this_project():
    assert CITATION["cff-version"] == "1.2.0" and CITATION["authors"] and CITATION["message"]
    assert (
        CITATION["title"]
        == f"{PROJECT['name']}: {PROJECT['description'][0].lower()}{PROJECT['description'][1:]}"
    )


def test_readme_shows_the_commands_that_ci_runs():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in ("make run", "make test"):
        assert command in readme
        assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def pins_on(python: str) -> dict[str, Version]:
    """Pinned version of each distribution for one Python, on this machine's platform."""
    chosen = [p for p in PINS if p.marker is None or p.marker.evaluate({"python_version": python})]
    names = [canonicalize_name(p.name) for p in chosen]
    assert len(names) == len(set(names)), f"pinned twice on {python}"
    return {canonicalize_name(p.name): Version(str(p.specifier).removeprefix("==")) for p in chosen}


def test_every_pin_is_exact():
    assert [str(p) for p in PINS if not re.fullmatch(r"==[0-9][0-9a-z.]*", str(p.specifier))] == []


def test_pins_satisfy_what_the_project_asks_for():
    asked = [Requirement(line) for line in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]]
    for python in PYTHONS:
        pins = pins_on(python)
        for requirement in asked:
            assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), (
                python,
                requirement,
            )


def test_mesa_differs_where_it_must():
    assert [str(pins_on(python)["mesa"])[:3] for python in PYTHONS] == ["3.3", "3.5", "3.5"]


def test_everything_that_gets_installed_is_pinned():
    """Walk what the installed distributions ask for, from the project's own lists down."""
    pinned = {canonicalize_name(p.name) for p in PINS}
    waiting = [
        Requirement(line) for line in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]
    ]
    seen: set[tuple[str, frozenset[str]]] = set()
    loose = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if (name, frozenset(requirement.extras)) in seen:
            continue
        seen.add((name, frozenset(requirement.extras)))
        if name not in pinned:
            loose.add(name)
            continue
        for line in requires(requirement.name) or []:
            wanted = Requirement(line)
            extras = requirement.extras or {""}
            if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(wanted)
    assert loose == set()
    assert len(seen) > 50
