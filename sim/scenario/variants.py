"""Variants of a spec: the same quantities with some of them changed, each keeping what is not said anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from sim.scenario.quantity import Quantity, Spec

NO_FIGURE = "assumption: no published figure found; "

SpecT = TypeVar("SpecT", bound=Spec)


def vary(base: SpecT, changes: Mapping[str, Any]) -> SpecT:
    """Copy of `base` in which the named quantities differ: a part keeps what its mapping leaves out."""
    parts: dict[str, Any] = {}
    for name, change in changes.items():
        before = getattr(base, name)
        if isinstance(before, Quantity):
            parts[name] = Quantity.model_validate({**before.model_dump(), **change})
        else:
            parts[name] = vary(before, change)
    return base.model_copy(update=parts)
