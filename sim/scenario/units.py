"""Units a file may use, and the one conversion to the unit a field declares."""

from __future__ import annotations

import re
from fractions import Fraction

_SCALE: dict[str, tuple[str, Fraction]] = {
    "s": ("time", Fraction(1, 3600)),
    "min": ("time", Fraction(1, 60)),
    "h": ("time", Fraction(1)),
    "day": ("time", Fraction(24)),
    "week": ("time", Fraction(168)),
    "m": ("length", Fraction(1, 1000)),
    "km": ("length", Fraction(1)),
    "g": ("mass", Fraction(1, 1000)),
    "kg": ("mass", Fraction(1)),
    "t": ("mass", Fraction(1000)),
    "%": ("number", Fraction(1, 100)),
    "1": ("number", Fraction(1)),
}
"""Unit: what it measures, and how many of the unit used inside (h, km, kg, 1) it is.

Months and years are left out: they have no fixed number of weeks. A unit not listed here (usd, year,
people, vehicles ...) measures only itself.
"""

_SPELLINGS = {
    "sec": "s",
    "second": "s",
    "seconds": "s",
    "minute": "min",
    "minutes": "min",
    "hour": "h",
    "hours": "h",
    "days": "day",
    "weeks": "week",
    "years": "year",
    "metre": "m",
    "metres": "m",
    "tonne": "t",
    "tonnes": "t",
    "percent": "%",
    "USD": "usd",
}


def plain_unit(text: str) -> str:
    """The unit in the spelling of the schema: 'kg / day', 'kg per day' and 'kg_per_days' are kg_per_day."""
    words = re.sub(r"\s*/\s*", " per ", text.strip()).replace("_", " ").split()
    spelled = [_SPELLINGS.get(word, word) for word in words]
    if spelled[:2] == ["1", "per"]:
        spelled = spelled[1:]
    return "_".join(spelled)


def factor(given: str, wanted: str) -> Fraction | None:
    """How many of `wanted` one of `given` is, exactly; None where they measure different things."""
    if given == wanted:
        return Fraction(1)
    from_what, from_scale = _measure(given)
    to_what, to_scale = _measure(wanted)
    return from_scale / to_scale if from_what == to_what else None


def convertible(wanted: str) -> list[str]:
    """Units that a file may give where the schema declares `wanted`, itself first."""
    top, _, bottom = wanted.partition("_per_")
    if wanted.startswith("per_"):
        tops, bottoms = [""], _alike(wanted[4:])
    else:
        tops, bottoms = _alike(top), _alike(bottom) if bottom else [""]
    units = ["_per_".join(p for p in (t, b) if p) if t else f"per_{b}" for t in tops for b in bottoms]
    return [wanted, *(u for u in units if u != wanted)]


def _alike(unit: str) -> list[str]:
    what = _SCALE[unit][0] if unit in _SCALE else None
    return [other for other, (same, _) in _SCALE.items() if same == what] or [unit]


def _measure(unit: str) -> tuple[tuple[str, str], Fraction]:
    """What a unit measures (above and below the 'per') and its scale."""
    top, _, bottom = ("1" + unit if unit.startswith("_per_") else unit).partition("_per_")
    if unit.startswith("per_"):
        top, bottom = "1", unit[4:]
    above, up = _SCALE.get(top, (top, Fraction(1)))
    below, down = _SCALE.get(bottom, (bottom, Fraction(1))) if bottom else ("", Fraction(1))
    return (above, below), up / down
