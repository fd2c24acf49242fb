"""The folder a run is kept in: files with digests, put there whole or not at all.

`manifest.json` names every file with its SHA-256, and carries a digest of itself. A new folder appears by
one renaming; in a folder that is replaced the manifest comes last, so that a mixture never passes for a run.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import uuid
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

FORMAT = "kordon run 1"
MANIFEST = "manifest.json"

_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")


class RunFolderError(ValueError):
    """A folder that cannot be written, or whose content is not what was written."""


def check_folder(folder: Path, *, overwrite: bool = False) -> None:
    """Refuse a folder a run must not be written to: a link, a file, or one that holds something else."""
    if folder.is_symlink():
        raise RunFolderError(f"{folder}: is a link; a run is not written through links")
    if not folder.exists():
        return
    if not folder.is_dir():
        raise RunFolderError(f"{folder}: is a file, expected a folder")
    if overwrite or not any(folder.iterdir()) or _listed(folder) is not None:
        return
    raise RunFolderError(
        f"{folder}: holds files that are not a kordon run; choose another name, or overwrite"
    )


def keep(folder: Path, files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> None:
    """Write files and a manifest that lists them; files that an earlier run brought and this one lacks go.

    Everything is written beside the folder and flushed to the disk first, then moved in.
    """
    for name in files:
        if not _stays_inside(name) or name == MANIFEST:
            raise RunFolderError(f"{name!r} is not a file name that a run's folder can hold")
        for part in (folder / name, *(folder / name).parents):
            if part == folder:
                break
            if part.is_symlink():
                raise RunFolderError(f"{part}: is a link; a run is not written through links")
    whole = {**files, MANIFEST: _manifest_bytes(manifest, files)}
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = folder.parent / f".{folder.name}.{uuid.uuid4().hex[:8]}.partial"
    try:
        for name, content in whole.items():
            (staging / name).parent.mkdir(parents=True, exist_ok=True)
            with (staging / name).open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        for inner in {(staging / name).parent for name in whole}:
            _flush_folder(inner)
        try:
            _move_in(staging, folder, list(whole))
        except KeyboardInterrupt:
            _move_in(staging, folder, list(whole))
            raise
    finally:
        if staging.exists():
            shutil.rmtree(staging)


def read_manifest(folder: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """The manifest of a run and the digests of its files, checked against the manifest's own digest."""
    path = folder / MANIFEST
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise RunFolderError(f"{folder}: holds no {MANIFEST}, so no finished run") from None
    except ValueError:
        raise RunFolderError(f"{path}: is damaged; it is no longer JSON") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise RunFolderError(f"{path}: is not the manifest of a {FORMAT}")
    digest = document.pop("sha256", None)
    if digest != hashlib.sha256(_canonical(document)).hexdigest():
        raise RunFolderError(f"{path}: differs from what was written (SHA-256)")
    return document["run"], document["files"]


def read_files(folder: Path, listed: Mapping[str, str], needed: Collection[str]) -> dict[str, bytes]:
    """Content of the needed files; every listed file that was altered is named, and then nothing is read.

    Of the others, such as figures, a missing one is no fault.
    """
    contents: dict[str, bytes] = {}
    faults = []
    for name in sorted({*listed, *needed}):
        path = folder / name
        if name not in listed or not _stays_inside(name):
            faults.append(f"{path}: is not a file that the manifest can list")
        elif path.is_file():
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest() != listed[name]:
                faults.append(f"{path}: differs from what was written (SHA-256)")
            if name in needed:
                contents[name] = content
        elif name in needed:
            faults.append(f"{path}: is missing")
    if faults:
        raise RunFolderError("\n".join(faults))
    return contents


def _stays_inside(name: str) -> bool:
    return all(_PART.fullmatch(part) for part in name.split("/"))


def _listed(folder: Path) -> list[str] | None:
    """Files that the run in the folder brought with it; None if no run lies there."""
    try:
        document = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        return None
    return [name for name in document.get("files", {}) if _stays_inside(name)]


def _move_in(staging: Path, folder: Path, names: list[str]) -> None:
    """Give the files their names; called again after an interruption, it goes on where it stopped."""
    if not staging.exists():
        return
    if folder.exists() and not any(folder.iterdir()):
        folder.rmdir()
    if not folder.exists():
        staging.replace(folder)
    else:
        stale = set(_listed(folder) or ()) - set(names)
        for name in names:
            if (staging / name).exists():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (staging / name).replace(folder / name)
        for name in stale:
            (folder / name).unlink(missing_ok=True)
        _flush_folder(folder)
    _flush_folder(folder.parent)


def _flush_folder(folder: Path) -> None:
    """Make names in a folder durable, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _canonical(document: Mapping[str, Any]) -> bytes:
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode()


def _manifest_bytes(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    document: dict[str, Any] = {"format": FORMAT, "files": digests, "run": manifest}
    document["sha256"] = hashlib.sha256(_canonical(document)).hexdigest()
    return (json.dumps(document, sort_keys=True, ensure_ascii=False, indent=1) + "\n").encode()
