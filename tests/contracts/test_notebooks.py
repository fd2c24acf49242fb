"""Notebooks tell and define nothing: run once from the top, outputs kept, nothing of the machine in them."""

from __future__ import annotations

import ast
import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NAMES = (
    "1_corridor_and_baseline",
    "2_comparing_interventions",
    "3_write_your_own_intervention",
    "4_when_traffickers_adapt",
)
IMPORTED = {"sim", "experiments"}
REFUSAL = "raises-exception"
"""Tag of a cell that shows how something is refused."""

DEFINING = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.ImportFrom, ast.Try, ast.With),
    *(ast.For, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
MOST_LINES = 24
A_PATH = re.compile(r"(?<![\w.<~])(/[a-z_.]+){2,}/|[A-Z]:\\|site-packages", re.IGNORECASE)


def read(name: str) -> dict[str, Any]:
    return json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))


def code_of(cell: dict[str, Any]) -> str:
    """Python of a cell; magics, which are not Python, are left out."""
    return "\n".join(line for line in "".join(cell["source"]).splitlines() if not line.startswith("%"))


def shows(cell: dict[str, Any]) -> bool:
    """Whether a cell ends in a value or prints something."""
    body = ast.parse(code_of(cell)).body
    return bool(body) and isinstance(body[-1], ast.Expr)


def texts_of(output: dict[str, Any]) -> list[str]:
    """Everything in an output that people read."""
    parts = [output.get("text", ""), output.get("traceback", ""), output.get("evalue", "")]
    parts += [value for kind, value in output.get("data", {}).items() if kind.startswith("text/")]
    return ["".join(part) for part in parts]


def faults_of(notebook: dict[str, Any]) -> list[str]:
    """What is wrong with a notebook, each fault with its cell."""
    faults = []
    if set(notebook["metadata"]) - {"kernelspec", "language_info"}:
        faults.append("metadata: more than the kernel and the language")
    if notebook["metadata"]["kernelspec"]["name"] != "python3" or "version" in str(notebook["metadata"]):
        faults.append("metadata: a kernel that others do not have")
    if not "".join(notebook["cells"][0]["source"]).startswith("# "):
        faults.append("0: no title")
    if not re.search(r"^\*\*[^*]*\?\*\*$", "".join(notebook["cells"][0]["source"]), re.MULTILINE):
        faults.append("0: no question")
    run = 0
    for n, cell in enumerate(notebook["cells"]):
        tags = cell["metadata"].get("tags", [])
        if set(cell["metadata"]) - {"tags"}:
            faults.append(f"{n}: metadata of when or where it was run")
        if A_PATH.search("".join(cell["source"])):
            faults.append(f"{n}: a path")
        if cell["cell_type"] == "code":
            run += 1
            faults += [f"{n}: {fault}" for fault in _faults_of_code(cell, run, tags)]
    return faults


def _faults_of_code(cell: dict[str, Any], run: int, tags: list[str]) -> list[str]:
    faults = []
    nodes = list(ast.walk(ast.parse(code_of(cell))))
    outputs = cell["outputs"]
    errors = [output for output in outputs if output["output_type"] == "error"]
    if any(isinstance(node, DEFINING) for node in nodes):
        faults.append("defines or loops")
    if any(a.name not in IMPORTED for node in nodes if isinstance(node, ast.Import) for a in node.names):
        faults.append("imports something else")
    if code_of(cell).count("\n") >= MOST_LINES:
        faults.append("is long")
    if cell["execution_count"] != run:
        faults.append(f"was not run as number {run}")
    if shows(cell) and not outputs:
        faults.append("shows nothing")
    if bool(errors) != (REFUSAL in tags):
        faults.append("an error without the tag, or the tag without an error")
    if any(output.get("name") == "stderr" for output in outputs):
        faults.append("a warning")
    if any(A_PATH.search(text) for output in outputs for text in texts_of(output)):
        faults.append("a path in its output")
    return faults


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_whole(name: str):
    assert faults_of(read(name)) == []


def test_these_are_all_and_the_readme_names_each():
    assert tuple(sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))) == NAMES
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"(notebooks/{name}.ipynb)" not in readme] == []


@pytest.mark.parametrize("name", NAMES)
def test_figures_can_be_seen_on_the_web(name: str):
    data = [o.get("data", {}) for c in read(name)["cells"] for o in c.get("outputs", [])]
    assert sum("image/png" in d for d in data) >= 2
    assert not [d for d in data if "Drawing" in "".join(d.get("text/plain", "")) and "image/png" not in d]


@pytest.mark.parametrize("name", NAMES)
def test_links_between_notebooks_lead_somewhere(name: str):
    said = "\n".join("".join(c["source"]) for c in read(name)["cells"] if c["cell_type"] == "markdown")
    linked = re.findall(r"\]\(([^)]+)\)", said)
    assert linked and all((ROOT / "notebooks" / link).is_file() for link in linked)


def code_cell(notebook: dict[str, Any], words: str) -> dict[str, Any]:
    cells = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    return next(c for c in cells if words in "".join(c["source"]))


SPOILED = {
    "defines or loops": lambda nb: code_cell(nb, "import").update(source=["def f():\n", "    return 1"]),
    "imports something else": lambda nb: code_cell(nb, "import").update(source=["import numpy"]),
    "is long": lambda nb: code_cell(nb, "import").update(source=["1\n"] * 30),
    "was not run": lambda nb: code_cell(nb, "page_of").update(execution_count=None),
    "shows nothing": lambda nb: code_cell(nb, "plot").update(outputs=[]),
    "the tag without an error": lambda nb: code_cell(nb, "close_korday").update(outputs=[]),
    "an error without the tag": lambda nb: code_cell(nb, "close_korday")["metadata"].clear(),
    "a warning": lambda nb: code_cell(nb, "page_of")["outputs"][0].update(name="stderr"),
    "a path in its output": lambda nb: code_cell(nb, "page_of")["outputs"][0].update(text="in /usr/lib/x"),
    "when or where": lambda nb: code_cell(nb, "plot")["metadata"].update(execution={"start": "now"}),
    "more than the kernel": lambda nb: nb["metadata"].update(widgets={}),
    "others do not have": lambda nb: nb["metadata"]["kernelspec"].update(name="kv"),
    "no question": lambda nb: nb["cells"][0].update(source=["# Title"]),
    "no title": lambda nb: nb["cells"].pop(0),
}


@pytest.mark.parametrize("said", SPOILED)
def test_a_spoiled_notebook_is_found(said: str):
    notebook = copy.deepcopy(read("3_write_your_own_intervention"))
    SPOILED[said](notebook)
    assert any(said in fault for fault in faults_of(notebook))
