"""Finished keys of a comparison, a line each, so that what was stopped goes on where it was."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FILE = "finished_{}.jsonl"
"""A file for each behaviour of traffickers."""


class Record:
    """Lines of JSON in a folder, added to and never changed; each bears the digest of what defines it.

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
        line = {"definition": self.definition, "key": key, "told": told}
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
                definition, key, told = entry["definition"], int(entry["key"]), dict(entry["told"])
            except (ValueError, TypeError, KeyError):
                damaged += 1
                continue
            if definition == self.definition:
                self.finished.setdefault(key, told)
            else:
                other += 1
        if other:
            notes.append(f"{other} of its lines belong to another comparison and are not used")
        if damaged:
            notes.append(f"{damaged} of its lines cannot be read and are not used")
        self.notes = tuple(f"{self.path}: {note}" for note in notes)
