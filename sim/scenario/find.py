"""Finds scenario files: packaged ones by name, others by path."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from sim.scenario.faults import Fault, Place, fault_at, nearest
from sim.scenario.leaf import shown
from sim.scenario.strict_yaml import MOST_BYTES

PACKAGE = "scenarios"
SUFFIX = ".yaml"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was found: how to call it, what tells it from any other, what it holds."""

    label: str
    identity: str
    content: bytes
    packaged: bool


def packaged(folder: str = "") -> list[str]:
    """Names of the scenarios (or, in folder `interventions`, of the interventions) that are installed."""
    try:
        listed = [item.name for item in _folder(folder).iterdir()]
    except (FileNotFoundError, NotADirectoryError, ModuleNotFoundError):
        return []
    return sorted(name.removesuffix(SUFFIX) for name in listed if name.endswith(SUFFIX))


def find(
    name: str | os.PathLike[str], folder: str, beside: Source | None, place: Place, faults: list[Fault]
) -> Source | None:
    """The file of a packaged name or of a path, which is relative to the file that names it.

    What is wrong is told at the place of the name; or, where a command line names it, at the file itself.
    """
    text = os.fspath(name)
    known = packaged(folder)
    bare = text.removesuffix(SUFFIX) if beside is not None and beside.packaged else text
    if _NAME.fullmatch(bare) and bare in known:
        label = "/".join(part for part in (PACKAGE, folder, bare + SUFFIX) if part)
        return Source(label, label, (_folder(folder) / (bare + SUFFIX)).read_bytes(), packaged=True)
    path = Path(text)
    if beside is not None and not beside.packaged:
        path = Path(beside.label).parent / path
    at = place if place.file else Place(text or "''")
    where = "extends" if place.file else "file"
    try:
        content = _content(path)
    except (OSError, ValueError) as error:
        expected, got = _trouble(error, "an intervention" if folder else "a scenario")
        hint = nearest(text, [*known, *_neighbours(path)]) if isinstance(error, FileNotFoundError) else ""
        faults.append(fault_at(at, where, expected, got if not place.file else f"{shown(text)}: {got}", hint))
        return None
    return Source(str(path), os.path.realpath(path), content, packaged=False)


def _folder(folder: str) -> Traversable:
    root = files(PACKAGE)
    return root.joinpath(folder) if folder else root


def _content(path: Path) -> bytes:
    """Bytes of a regular file, one more than is allowed at most."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise IsADirectoryError if path.is_dir() else ValueError("neither a file nor a folder")
    with path.open("rb") as stream:
        return stream.read(MOST_BYTES + 1)


def _trouble(error: OSError | ValueError, kind: str) -> tuple[str, str]:
    if isinstance(error, IsADirectoryError):
        return "a file", "a folder"
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return f"the name of {kind} or a file that exists", "no such file"
    if isinstance(error, OSError):
        return "a file that can be read", shown(error.strerror or "an unreadable one").lower()
    return "a file", shown(str(error))


def _neighbours(path: Path) -> Iterable[str]:
    """Files beside a path that was not found, as they would be written in its place."""
    try:
        names = sorted(entry.name for entry in path.parent.iterdir())[:500]
    except (OSError, ValueError):
        return []
    return [
        str(path.parent / name) if path.parent != Path() else name for name in names if name.endswith(SUFFIX)
    ]
