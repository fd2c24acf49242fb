"""One quantity, from whatever a file may give for it: a number, a number with a unit, or a mapping."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, get_args

from sim.scenario.faults import nearest
from sim.scenario.leaf import SHORTEST_SOURCE, Limits, Problem, Quantity, Refused, Status, as_written
from sim.scenario.units import convertible, factor, plain_unit

_NUMBER = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,4})?")
_WITH_UNIT = re.compile(r"([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?) ?(?![eE][-+]?[0-9])([A-Za-z%/][A-Za-z0-9%/_ ]*)")


def read_quantity(data: object, there: object, limits: Limits | None, source: Callable[[], str]) -> object:
    """A full `Quantity`, or `Refused` with everything wrong with it; nothing at all is passed on.

    What the data leaves out comes from the quantity that is `there`; `source` gives the source of a number
    that is set without one.
    """
    return _Reader(there, limits, source).read(data)


def number_in(text: str) -> float | int | None:
    """The number that a text is by the strict rules: finite, no leading zeros, underscores or sixties."""
    if len(text) > 40 or not _NUMBER.fullmatch(text):
        return None
    if text.lstrip("+-").isdigit():
        return int(text)
    value = float(text)
    return value if math.isfinite(value) else None


def plain_number(text: str) -> str:
    """The number that was meant by '012', '1_000' or '0,5'; empty if none."""
    meant = text.strip().replace("_", "").replace(",", ".")
    meant = re.sub(r"^([+-]?)0+(?=[0-9])", r"\1", meant)
    return meant if meant != text and number_in(meant) is not None else ""


class _Reader:
    """Reads one quantity, and keeps everything wrong with it."""

    def __init__(self, over: object, limits: Limits | None, source: Callable[[], str]) -> None:
        self.source = source
        self.there = over if isinstance(over, Quantity) else None
        self.limits = limits or (Limits(self.there.unit) if self.there else None)
        self.problems: list[Problem] = []

    def read(self, data: object) -> object:
        if data is None or isinstance(data, Refused):
            return data
        if isinstance(data, Quantity) and (self.limits is None or self._fits(data)):
            return data
        given = dict(data) if isinstance(data, Mapping | Quantity) else {"value": data}
        for key in given:
            if key not in Quantity.model_fields:
                known = tuple(Quantity.model_fields)
                self._refuse(str(key), "a known key", key, known)
        unit = self._unit(given)
        value, low, high = (self._number(key, given, unit) for key in ("value", "low", "high"))
        self._check_words(given)
        if value is None or self.problems:
            return Refused(tuple(self.problems))
        if self.there and "low" not in given and self.there.low is not None:
            low = min(self.there.low, value)
        if self.there and "high" not in given and self.there.high is not None:
            high = max(self.there.high, value)
        if low is not None and low > value:
            self._refuse("low", f"a number up to the value {value:g}", given["low"])
        if high is not None and high < value:
            self._refuse("high", f"a number from the value {value:g} up", given["high"])
        if self.problems:
            return Refused(tuple(self.problems))
        status, source = self._trust(given)
        unit = self.limits.unit if self.limits else unit
        return Quantity(value=value, low=low, high=high, unit=unit, status=status, source=source)

    def _fits(self, data: Quantity) -> bool:
        """Whether a quantity is in the declared unit and inside the hard limits."""
        limits = self.limits or Limits(data.unit)
        return data.unit == limits.unit and all(
            n is None or limits.hold(n) for n in (data.value, data.low, data.high)
        )

    def _refuse(self, key: str, expected: str, got: object, known: tuple[str, ...] = ()) -> None:
        self.problems.append(Problem(key, expected, as_written(got), known))

    def _trust(self, given: Mapping[str, Any]) -> tuple[Any, str]:
        """Status and source; a number set without them is an assumption of whoever set it."""
        return given.get("status") or "assumed", given.get("source") or self.source()

    def _unit(self, given: Mapping[str, Any]) -> str:
        """Unit in which the numbers are given."""
        declared = self.limits.unit if self.limits else ""
        unit = declared if given.get("unit") is None else given["unit"]
        unit = "1" if unit == 1 and unit is not True else unit
        if not isinstance(unit, str) or ("unit" in given and not unit.strip()):
            self._refuse("unit", "a unit such as h, km, kg, usd or 1", unit)
            return declared
        unit = plain_unit(unit) if unit != declared else unit
        if declared and factor(unit, declared) is None:
            self._refuse_unit("unit", unit, unit, declared)
            return declared
        return unit

    def _refuse_unit(self, key: str, raw: object, unit: str, declared: str) -> None:
        units = convertible(declared)
        listed = units[0] if len(units) == 1 else f"{units[0]} (or {', '.join(units[1:])})"
        meant = nearest(unit, units)
        self._refuse(key, f"the unit {listed}", raw, (str(raw).replace(unit, meant),) if meant else ())

    def _number(self, key: str, given: Mapping[str, Any], unit: str) -> float | None:
        """Number under a key, in the declared unit; None where it is left out or refused."""
        raw = given.get(key)
        if raw is None and key != "value":
            return None
        number, hint = raw, ""
        if isinstance(raw, str):
            found = _WITH_UNIT.fullmatch(raw.strip()[:100])
            number = number_in(found[1]) if found else None
            if found and number is not None:
                unit = plain_unit(found[2])
            else:
                hint = plain_number(raw)
        if self.limits is None and not unit:
            self._refuse(key, "a number with its unit, such as 0.5 km", raw)
            return None
        wanted = self.limits = self.limits or Limits(unit)
        if factor(unit, wanted.unit) is None:
            self._refuse_unit(key, raw, unit, wanted.unit)
            return None
        value = None
        if isinstance(number, int | float) and not isinstance(number, bool):
            value = _converted(number, unit, wanted.unit)
        if value is None or not wanted.hold(value):
            fits = hint and wanted.hold(float(hint))
            self._refuse(key, wanted.words(), raw, (hint,) if fits else ())
            return None
        return value

    def _check_words(self, given: Mapping[str, Any]) -> None:
        status, source = given.get("status"), given.get("source")
        if status is not None and status not in get_args(Status):
            known = get_args(Status)
            self._refuse("status", f"one of {', '.join(known)}", status, known)
        if source is not None and not (isinstance(source, str) and len(source.strip()) >= SHORTEST_SOURCE):
            self._refuse("source", f"a source of {SHORTEST_SOURCE} or more letters", source)


def _converted(number: float, unit: str, wanted: str) -> float | None:
    """The number in the wanted unit, rounded once; None if it is not finite there."""
    try:
        value = float(number)
        ratio = factor(unit, wanted)
        if not math.isfinite(value) or ratio is None:
            return None
        if ratio == 1:
            return value
        top, bottom = value.as_integer_ratio()
        return top * ratio.numerator / (bottom * ratio.denominator)
    except OverflowError:
        return None
