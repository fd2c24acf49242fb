"""A scenario as plain values, the same for any way of writing it down; and the digest of that."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from enum import Enum
from hashlib import blake2b
from operator import itemgetter
from typing import Any

from pydantic import BaseModel

SET_IN = "set in "
"""Begins the source of a number that a file set without giving one: 'set in FILE:LINE'."""


def resolved(model: BaseModel) -> dict[str, Any]:
    """Every value of a scenario in full, sorted by key, as JSON can hold it; it can be read back."""
    plain = _plain(model)
    assert isinstance(plain, dict)
    return plain


def digest(model: BaseModel) -> str:
    """Name of what a scenario says: 32 hex digits, whatever the order of keys, the comments, the spaces.

    Sources that only say in which line a number was set are left out of it.
    """
    text = json.dumps(unplaced(resolved(model)), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _plain(value: object) -> Any:  # noqa: ANN401
    if isinstance(value, BaseModel):
        return {name: _plain(getattr(value, name)) for name in sorted(type(value).model_fields)}
    if isinstance(value, Mapping):
        return dict(sorted(((str(_plain(k)), _plain(v)) for k, v in value.items()), key=itemgetter(0)))
    if isinstance(value, set | frozenset | list | tuple):
        items = [_plain(item) for item in value]
        return sorted(items) if isinstance(value, set | frozenset) else items
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, date):
        return value.isoformat()
    return value + 0.0 if isinstance(value, float) else value


def unplaced(value: object) -> Any:  # noqa: ANN401
    """Plain values without the places in files at which numbers were set."""
    if isinstance(value, dict):
        return {
            key: SET_IN if key == "source" and str(item).startswith(SET_IN) else unplaced(item)
            for key, item in value.items()
        }
    return [unplaced(item) for item in value] if isinstance(value, list) else value
