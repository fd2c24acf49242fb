"""What code must not contain: luck without an address, shared writes in threads, pickles, code from data."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(file for package in ("sim", "experiments") for file in (ROOT / package).rglob("*.py"))

PICKLING = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "marshal", "shelve", "joblib"}
BANNED_MODULES = PICKLING | {"random", "secrets", "numpy.random"}
ALLOWED = {"sim/inputs.py": {"secrets"}}  # draws the key of a run that is given none
BANNED_NAMES = {"prange", "eval", "exec", "objmode", "jitclass"}
BANNED_METHODS = {"read_pickle", "to_pickle", "shuffle", "shuffle_do", "prange"}
ALLOWED_OF_NUMPY_RANDOM = {"Generator", "SeedSequence"}  # a type Mesa may be handed, and keys from a root


def faults(source: str) -> list[str]:
    """'line: what' for everything in `source` that is forbidden."""
    found = []
    tree = ast.parse(source)
    for node in ast.walk(tree):
        what = None
        if isinstance(node, ast.Import):
            what = _banned_module([alias.name for alias in node.names])
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            names = [alias.name for alias in node.names]
            if module == "numpy.random":
                what = ", ".join(sorted(set(names) - ALLOWED_OF_NUMPY_RANDOM)) or None
            else:
                what = _banned_module([module, *(f"{module}.{name}" for name in names)])
            what = what or ", ".join(sorted(set(names) & BANNED_NAMES)) or None
        elif isinstance(node, ast.Attribute):
            what = _banned_attribute(node)
        elif isinstance(node, ast.Name) and node.id in BANNED_NAMES:
            what = node.id
        elif isinstance(node, ast.keyword):
            what = _banned_keyword(node)
        elif isinstance(node, ast.Global):
            what = "global"
        if what:
            found.append(f"{node.lineno if hasattr(node, 'lineno') else 0}: {what}")
    return found


def _banned_module(names: list[str]) -> str | None:
    roots = {
        name for name in names if name in BANNED_MODULES or name.partition(".")[0] in PICKLING | {"random"}
    }
    return ", ".join(sorted(roots)) or None


def _banned_attribute(node: ast.Attribute) -> str | None:
    if node.attr in BANNED_METHODS:
        return node.attr
    owner = node.value
    if isinstance(owner, ast.Attribute) and owner.attr in ("random", "rng"):
        allowed = owner.attr == "random" and node.attr in ALLOWED_OF_NUMPY_RANDOM
        return None if allowed else f"{owner.attr}.{node.attr}"
    return None


def _banned_keyword(node: ast.keyword) -> str | None:
    off = isinstance(node.value, ast.Constant) and node.value.value is False
    if node.arg in ("parallel", "fastmath", "allow_pickle") and not off:
        return f"{node.arg}="
    unsafe = isinstance(node.value, ast.Constant) and node.value.value == "unsafe"
    return "typ='unsafe'" if node.arg == "typ" and unsafe else None


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_code_is_free_of(file: Path):
    allowed = ALLOWED.get(file.relative_to(ROOT).as_posix(), set())
    found = faults(file.read_text(encoding="utf-8"))
    assert [fault for fault in found if fault.partition(": ")[2] not in allowed] == []


@pytest.mark.parametrize(
    "source",
    [
        "from numba import prange",
        "import numba\nfor i in numba.prange(3): pass",
        "njit(parallel=True)(f)",
        "@njit(fastmath=True)\ndef f(): pass",
        "njit(fastmath={'nnan'})(f)",
        "import random",
        "import secrets",
        "from random import choice",
        "import numpy.random",
        "import numpy as np\nnp.random.seed(3)",
        "import numpy as np\nnp.random.default_rng(3)",
        "from numpy import random",
        "from numpy.random import default_rng",
        "self.random.choice(routes)",
        "model.rng.integers(3)",
        "model.agents.shuffle_do('step')",
        "import pickle",
        "from pickle import load",
        "import numpy as np\nnp.load(file, allow_pickle=True)",
        "frame.to_pickle(file)",
        "eval(text)",
        "YAML(typ='unsafe')",
        "def f():\n    global n\n    n = 1",
    ],
)
def test_what_is_forbidden_is_seen(source: str):
    assert len(faults(source)) >= 1


@pytest.mark.parametrize(
    "source",
    [
        "from numba import njit\nblock = njit(nogil=True, cache=True, fastmath=False)(_block)",
        "import numpy as np\nnp.random.SeedSequence(3).generate_state(2)",
        "def make(rng: np.random.Generator | None): pass",
        "super().__init__(rng=rng)",
        "YAML(typ='rt')",
    ],
)
def test_what_is_allowed_passes(source: str):
    assert faults(source) == []
