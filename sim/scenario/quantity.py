"""What a schema is made of: `Spec`, the closed model, and `quantity`, its sourced numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field, ValidationInfo, model_validator

from sim.scenario.complete import complete
from sim.scenario.leaf import Closed, Limits, Quantity, Status, Words

__all__ = ["Limits", "Quantity", "Spec", "Status", "Words", "quantities", "quantity"]


class Spec(Closed):
    """A part of a scenario. What a file leaves out keeps its default, however deep it lies.

    A quantity may be given as a number, as text with a unit ('90 min'), or as a mapping with at least
    `value`; what is not given comes from the default of that very place.
    """

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, data: object, info: ValidationInfo) -> object:
        return complete(cls, data, origin=(info.context or {}).get("origin"))


def quantity(
    value: float,
    unit: str,
    source: str,
    *,
    low: float | None = None,
    high: float | None = None,
    status: Status = "assumed",
    least: float | None = None,
    most: float | None = None,
    whole: bool = False,
    doc: str,
) -> Any:  # noqa: ANN401
    """Field of a `Spec` that holds a `Quantity`: its default, and the hard limits of any other value.

    `low` and `high` are the plausible range, widened when a file sets a value outside it; `least` and
    `most` are what can be at all, and a value outside them is refused.
    """
    limits = Limits(unit, least, most, whole)
    default = Quantity(value=value, low=low, high=high, unit=unit, status=status, source=source)
    for number in (value, low, high):
        if number is not None and not limits.hold(number):
            raise ValueError(f"{doc}: declared {number}, but expected {limits.words()}")
    extra: dict[str, Any] = {"unit": unit, "least": least, "most": most, "whole": whole}
    return Field(default=default, description=doc, json_schema_extra=extra)


def quantities(part: object, path: str = "") -> Iterator[tuple[str, Quantity]]:
    """Every quantity in a part of a scenario, with its dotted path below the part."""
    if isinstance(part, Quantity):
        yield path, part
    elif isinstance(part, Spec):
        for name in type(part).model_fields:
            yield from quantities(getattr(part, name), f"{path}.{name}" if path else name)
    elif isinstance(part, Mapping):
        for name in sorted(part):
            yield from quantities(part[name], f"{path}.{name}" if path else str(name))
