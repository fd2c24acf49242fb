"""Importing does nothing: no file, no output, no setting changed, no heavy library for the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("matplotlib", "mesa", "numba", "pandas", "pyarrow", "scipy", "xarray")

# Libraries come first, so that what changes afterwards is ours. Mesa is left to our own modules.
WATCH = """
import importlib, json, locale, logging, multiprocessing, os, random, signal, sys, threading, warnings
import matplotlib.font_manager, numpy, numba, pandas
import ruamel.yaml, scipy.sparse, scipy.special, scipy.spatial

def settings():
    return {
        "start method": multiprocessing.get_start_method(allow_none=True),
        "numpy generator": repr(numpy.random.get_state()),
        "numpy errors": repr(numpy.geterr()),
        "python generator": repr(random.getstate()),
        "environment": dict(os.environ),
        "working folder": os.getcwd(),
        "import path": list(sys.path),
        "warnings": repr(warnings.filters),
        "log handlers": repr(logging.getLogger().handlers),
        "signals": repr([signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)]),
        "threads": threading.active_count(),
        "locale": locale.setlocale(locale.LC_ALL),
        "figures": repr(dict(matplotlib.rcParams)),
        "pandas": repr(pandas.get_option("display.width")),
        "numba threads": numba.config.NUMBA_NUM_THREADS,
    }

written = []
def audit(event, args):
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        written.append(str(args[0]))
    elif event in ("os.mkdir", "os.rename", "os.remove", "socket.connect", "subprocess.Popen"):
        written.append(f"{event} {args[0]}")

before = settings()
sys.addaudithook(audit)
for module in sys.argv[2:]:
    importlib.import_module(module)
after = settings()
changed = {k: [before[k], after[k]] for k in before if before[k] != after[k]}
files = list(written)
with open(sys.argv[1], "w") as answer:
    json.dump({"changed": changed, "files": files}, answer)
"""


def modules() -> list[str]:
    files = [file for package in ("sim", "experiments") for file in sorted((ROOT / package).rglob("*.py"))]
    names = [file.relative_to(ROOT).with_suffix("").parts for file in files if file.stem != "__main__"]
    return [".".join(parts[:-1] if parts[-1] == "__init__" else parts) for parts in names]


def watch(folder: Path, names: list[str], import_path: Path) -> tuple[dict[str, Any], str]:
    """What importing `names` in a fresh process changed, and what it printed."""
    answer = folder / "answer.json"
    home = folder / "home"
    here = folder / "here"
    compiled = folder / "compiled"
    for made in (home, here, compiled):
        made.mkdir()
    environment = {
        **os.environ,
        "PYTHONPATH": str(import_path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(home),
        "MPLCONFIGDIR": str(folder),
        "NUMBA_CACHE_DIR": str(compiled),
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", WATCH, str(answer), *names],
        cwd=here,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(answer.read_text())
    # Declaring a cached kernel makes numba look for its cache folder; nothing is compiled or kept there.
    assert [path for path in compiled.rglob("*") if path.is_file()] == []
    seen["files"] = [file for file in seen["files"] if str(compiled) not in file]
    seen["files"] += [str(path) for path in [*here.rglob("*"), *home.rglob("*")]]
    return seen, done.stdout + done.stderr


def test_importing_everything_has_no_effect(tmp_path: Path):
    names = modules()
    assert "sim.model" in names and "experiments.cli" in names
    seen, printed = watch(tmp_path, names, ROOT)
    assert seen["changed"] == {}
    assert seen["files"] == []
    assert printed == ""


STRAY = """
import multiprocessing, numpy, os, matplotlib
multiprocessing.set_start_method("spawn", force=True)
numpy.random.seed(1)
os.environ["TZ"] = "UTC"
matplotlib.rcParams["font.size"] = 3
open("trace.txt", "w").close()
os.mkdir("trace")
print("hello")
"""


def test_effects_are_seen(tmp_path: Path):
    (tmp_path / "stray.py").write_text(STRAY)
    seen, printed = watch(tmp_path, ["stray"], tmp_path)
    assert set(seen["changed"]) == {"start method", "numpy generator", "environment", "figures"}
    assert {"trace.txt", "os.mkdir trace"} <= set(seen["files"])
    assert printed == "hello\n"


def imported_by(statement: str) -> set[str]:
    program = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in done.stdout.split()} & set(HEAVY)


@pytest.mark.parametrize("module", ["experiments.cli", "experiments", "sim"])
def test_the_command_line_starts_without_heavy_libraries(module: str):
    assert imported_by(f"import {module}") == set()


def test_a_heavy_library_is_seen():
    assert imported_by("import pandas") >= {"pandas"}
