"""No file tells of the machine it was written on, and none is left unfinished."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = (".ci", "experiments", "notebooks", "scenarios", "sim", "tests")
TEXT = {
    "",
    ".py",
    ".pyi",
    ".md",
    ".toml",
    ".txt",
    ".yaml",
    ".yml",
    ".json",
    ".csv",
    ".cff",
    ".ipynb",
    ".geojson",
}


def text_files() -> list[Path]:
    inside = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*") if file.is_file()]
    beside = [file for file in ROOT.iterdir() if file.is_file() and file.name != ".git"]
    return sorted(
        f
        for f in inside + beside
        if f.suffix in TEXT and not {"__pycache__", ".ipynb_checkpoints"} & set(f.parts)
    )


# One letter of each word stands in brackets, so that this file does not contain what it looks for.
HOSTS = r"\b(pyp[i]|pythonhoste[d]|npmj[s]|anacond[a])\.(org|com|io)\b|--(extra-)?index-ur[l]|/simpl[e]/"
UNWANTED = {
    "a path of a machine": re.compile(r"(?<![a-zA-Z0-9._<~*])/(work|tmp|root|home|farm|Users|opt|mnt)/"),
    "a Windows path": re.compile(r"\b[A-Z]:\\(Users|work|temp)", re.IGNORECASE),
    "a package registry": re.compile(HOSTS, re.IGNORECASE),
}
UNFINISHED = re.compile(r"\b(TOD[O]|FIXM[E]|XX[X]|NotImplementedErro[r])\b")


def traces(text: str) -> list[str]:
    return [what for what, pattern in UNWANTED.items() if pattern.search(text)]


def test_there_is_something_to_look_at():
    assert len(text_files()) > 20


@pytest.mark.parametrize("file", text_files(), ids=lambda file: str(file.relative_to(ROOT)))
def test_file_tells_nothing_of_its_machine(file: Path):
    assert traces(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "file", [f for f in text_files() if f.suffix == ".py"], ids=lambda f: str(f.relative_to(ROOT))
)
def test_code_is_finished(file: Path):
    assert UNFINISHED.findall(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "parts",
    [
        ("see /", "home/ann/data.csv"),
        ("open('/", "tmp/p/x')"),
        ("C:", "\\Users\\ann"),
        ("pip install --index", "-url x"),
        ("https://pypi", ".org/project/x"),
    ],
)
def test_traces_are_seen(parts: tuple[str, str]):
    assert len(traces("".join(parts))) == 1


@pytest.mark.parametrize(
    "text", ["scenarios/data/places.csv", "https://example.org/work/a", "km/h", "#!/usr/bin/env bash"]
)
def test_ordinary_text_passes(text: str):
    assert traces(text) == []
