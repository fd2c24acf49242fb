"""What `kordon doctor` looks at: versions, whose packages these are, the cache of kernels, a test run."""

from __future__ import annotations

import json
import platform
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from packaging.requirements import Requirement

OURS = ("sim", "experiments", "scenarios")
OLDEST_PYTHON = (3, 11)
SELF_TEST = "self_test.json"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at, and whether it is as it should be."""

    is_well: bool
    what: str
    found: str

    def __str__(self) -> str:
        return f"{'ok   ' if self.is_well else 'FAULT'}  {self.what:<18} {self.found}"


def examine() -> Iterator[Finding]:
    """Findings one by one, the quick ones first."""
    yield _python()
    yield from _packages()
    yield from _ours()
    yield _cache()
    yield _self_test()


def _python() -> Finding:
    is_new_enough = sys.version_info[:2] >= OLDEST_PYTHON
    return Finding(is_new_enough, "python", f"{platform.python_version()} on {platform.platform()}")


def _packages() -> Iterator[Finding]:
    """Installed versions against those that kordon asks for."""
    try:
        wanted = metadata.requires("kordon") or []
        yield Finding(True, "kordon", metadata.version("kordon"))
    except metadata.PackageNotFoundError:
        yield Finding(False, "kordon", "not installed; use pip install")
        return
    for requirement in map(Requirement, wanted):
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            yield Finding(False, requirement.name, f"not installed, expected {requirement.specifier}")
            continue
        fits = requirement.specifier.contains(version, prereleases=True)
        yield Finding(
            fits, requirement.name, version if fits else f"{version}, expected {requirement.specifier}"
        )


def _ours() -> Iterator[Finding]:
    """Whether `sim`, `experiments` and `scenarios` are kordon's: the names are common."""
    here = Path(__file__).resolve().parents[1]
    for name in OURS:
        spec = find_spec(name)
        place = Path(spec.origin).resolve().parents[1] if spec and spec.origin else None
        told = (
            f"kordon's, in {place}" if place == here else f"not kordon's (found in {place}, expected {here})"
        )
        yield Finding(place == here, name, told)


def _cache() -> Finding:
    """Whether compiled kernels can be kept for the next start."""
    from sim.draws import block

    stats = getattr(block, "stats", None)
    if stats is None:
        return Finding(True, "kernel cache", "compilation is switched off")
    folder = Path(stats.cache_path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Finding(True, "kernel cache", f"{folder} can be written")
    except OSError as error:
        return Finding(False, "kernel cache", f"{folder}: {error.strerror}; every start compiles anew")


def _self_test() -> Finding:
    """A small scenario run now, its event log compared with the digest kept with kordon."""
    import sim

    stored = files("scenarios").joinpath("data", SELF_TEST)
    if not stored.is_file():
        return Finding(False, "self-test", f"{SELF_TEST} is missing from the tables")
    kept = json.loads(stored.read_text(encoding="utf-8"))
    result = sim.run(kept["scenario"], key=kept["key"])
    digest, expected = result.manifest["event_log_sha256"], kept["event_log_sha256"]
    told = f"{kept['scenario']}, key {kept['key']}: event log {digest[:16]}"
    if digest == expected:
        return Finding(True, "self-test", f"{told}, as kept")
    return Finding(False, "self-test", f"{told}, expected {expected[:16]}: results differ from the kept ones")
