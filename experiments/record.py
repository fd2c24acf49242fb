"""Finished keys of a comparison, a line each, so that what was stopped goes on where it was."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FILE = "finished_{}.jsonl"
"""A file for each behaviour of traffickers."""


class Record:
    """Lines of JSON in a folder, added to and never changed; each bears its own digest.

    Parameters
    ----------
    folder
        Made if it is not there.
    definition
        Digest of scenario, arms and code. Lines of another are left alone and not used.
    behaviour
        How traffickers decide; the name of the file.

    Attributes
    ----------
    finished : dict
        What was kept of each key.
    notes : tuple of str
        What of the file was not used, in words.
    """

    def __init__(self, folder: Path | str, definition: str, behaviour: str = "adaptive") -> None:
        self.path = Path(folder) / FILE.format(behaviour)
        self.definition = definition
        self.finished: dict[int, dict[str, Any]] = {}
        self.notes: tuple[str, ...] = ()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.exists():
            self._read()

    def add(self, key: int, told: Mapping[str, Any]) -> None:
        """Keep what a key came to; it is on the disk when this returns."""
        entry = {"definition": self.definition, "key": key, "told": told}
        line = {**entry, "check": _check(entry)}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, separators=(",", ":")) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self.finished[key] = dict(told)

    def _read(self) -> None:
        content = self.path.read_bytes()
        whole = content.rfind(b"\n") + 1
        notes = []
        if whole < len(content):
            with self.path.open("r+b") as file:
                file.truncate(whole)
            notes.append("its last line was torn and is dropped")
        other = damaged = 0
        for line in content[:whole].splitlines():
            try:
                entry = json.loads(line)
                check = entry.pop("check")
                definition, key, told = entry["definition"], int(entry["key"]), dict(entry["told"])
                if check != _check(entry):
                    raise ValueError(check)
            except (ValueError, TypeError, KeyError):
                damaged += 1
                continue
            if definition == self.definition:
                self.finished[key] = told
            else:
                other += 1
        if other:
            notes.append(f"{other} of its lines belong to another comparison and are not used")
        if damaged:
            notes.append(f"{damaged} of its lines are damaged and are not used; their keys are run again")
        self.notes = tuple(f"{self.path}: {note}" for note in notes)


def _check(entry: Mapping[str, Any]) -> str:
    """Digest of what a line says, by which a changed line is found."""
    text = json.dumps(entry, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
