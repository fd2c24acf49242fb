"""How an effect is said: verdicts, amounts with sign and unit, and the order of arms and outcomes."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd

    from experiments.effects import Effects

Verdict = Literal["better", "worse", "unclear", "changed"]

MAIN = "delivered_kg"
"""What arms are judged by: kilograms that reach a market. Seizures are no measure of success."""

HEADLINE = (
    "delivered_kg",
    "interdiction_share",
    "seized_kg",
    "diverted_kg",
    "profit_usd",
    "bribes_usd",
    "arrests",
    "active_routes",
    "mean_corruption",
    "delay_vehicle_h",
    "false_alarms",
    "liability_usd",
    "public_cost_usd",
)
"""Outcomes that a summary shows, in order; the table of effects has all."""


MONEY = ((1e9, "billion"), (1e6, "million"))


def verdict(row: Any) -> Verdict:  # noqa: ANN401 (a row of a frame)
    """Whether an interval lies on the good side of zero, on the bad one, or holds both.

    An outcome that is neither good nor bad (`better` is empty) has changed, or it is unclear.
    """
    if not (row.low > 0 or row.high < 0):
        return "unclear"
    if row.better not in ("lower", "higher"):
        return "changed"
    return "better" if (row.high < 0) == (row.better == "lower") else "worse"


def arm_words(arm: str) -> str:
    """Name of an arm as people read it: `scanner_upgrade+tir_reform` is scanner upgrade + tir reform."""
    return arm.replace("_", " ").replace("+", " + ")


def arm_lines(arm: str, width: int, most: int = 2) -> str:
    """Name of an arm in at most so many lines of so many characters; the rest is left out."""
    return textwrap.fill(arm_words(arm), width, max_lines=most, placeholder=" …")


def amount(value: float, unit: str, *, signed: bool = False, like: float | None = None) -> str:
    """A value in its unit: 12 kg, USD 3.4 million, 5.2 % (of a share; its differences in points).

    It has as many decimals as `like` would, another value that stands beside it.
    """
    if math.isnan(value):
        return "-"
    sign = ("+" if signed and value > 0 else "") if value >= 0 else "-"
    size, of = abs(value), abs(value if like is None or math.isnan(like) else like)
    if unit == "USD":
        return f"{sign}{_money(size, of)}"
    if unit == "1":
        return f"{sign}{_figures(100 * size, 100 * of)} {'points' if signed else '%'}"
    return f"{sign}{_figures(size, of)} {unit}".rstrip()


def told(value: float, low: float, high: float, unit: str) -> str:
    """A difference, its interval, then the unit that all three are in: -2.1 (-3.0 to -1.2) USD million."""
    if math.isnan(value):
        return "-"
    if math.isnan(low) or math.isnan(high):
        return f"{amount(value, unit, signed=True)} (no interval)"
    factor, words, most = _scaled(unit, max(abs(low), abs(high), abs(value)))
    return f"{_signed(factor * value, most)} ({_ends(factor * low, factor * high, most)}) {words}".rstrip()


def between(low: float, high: float, unit: str) -> str:
    """An interval of differences, its unit said once; '-' where there is none."""
    if math.isnan(low) or math.isnan(high):
        return "-"
    factor, words, most = _scaled(unit, max(abs(low), abs(high)))
    return f"{_ends(factor * low, factor * high, most)} {words}".rstrip()


def percent(share: float, *, signed: bool = True) -> str:
    """A share of the baseline as signed per cent; '-' where there is none."""
    if math.isnan(share):
        return "-"
    size = _figures(abs(100 * share), abs(100 * share))
    sign = "-" if share < 0 else "+" if signed and share > 0 else ""
    return f"{sign}{size} %"


def rows_of(effects: Effects, outcome: str) -> dict[str, Any]:
    """Effects on one outcome: the row of each arm; empty if the outcome was not kept."""
    return by_arm(effects.table[effects.table["outcome"] == outcome])


def by_arm(frame: pd.DataFrame) -> dict[str, Any]:
    """The row of each arm in a frame that has one row an arm."""
    return {str(row.arm): row for row in frame.itertuples()}


def sorted_arms(effects: Effects) -> list[str]:
    """Arms from the least to the most that is delivered."""
    found = rows_of(effects, MAIN)
    return sorted(effects.arms, key=lambda arm: found[arm].difference if arm in found else math.inf)


def keys_words(keys: tuple[int, ...]) -> str:
    """Keys in a few words: 1 to 64, or how many there are."""
    if keys and keys == tuple(range(keys[0], keys[0] + len(keys))):
        return f"keys {keys[0]} to {keys[-1]}" if len(keys) > 1 else f"key {keys[0]}"
    if len(keys) <= 6:
        return "keys " + ", ".join(map(str, keys))
    return f"{len(keys)} keys from {keys[0]} to {keys[-1]}"


def _scaled(unit: str, most: float) -> tuple[float, str, float]:
    """Factor and words of differences in a unit, and the largest of them once multiplied."""
    factor, words = 1.0, unit
    if unit == "1":
        factor, words = 100.0, "points"
    elif unit == "USD":
        scale = next(((size, word) for size, word in MONEY if most >= 0.9995 * size), None)
        factor, words = (1 / scale[0], f"USD {scale[1]}") if scale else (1.0, "USD")
    return factor, words, factor * most


def _ends(low: float, high: float, most: float) -> str:
    return f"{_signed(low, most)} to {_signed(high, most)}"


def _signed(value: float, of: float) -> str:
    return f"{'-' if value < 0 else '+' if value > 0 else ''}{_figures(abs(value), of)}"


def _money(usd: float, of: float) -> str:
    factor, words, most = _scaled("USD", of)
    return f"USD {_figures(factor * usd, most)}{words.removeprefix('USD')}"


def _figures(size: float, of: float) -> str:
    """A size of at least zero with as many decimals as `of` needs for three figures, none from 100 up."""
    decimals = next((n for n, least in enumerate((99.5, 9.95, 0.095)) if of >= least), 3)
    return f"{size:,.{decimals}f}" if size else "0"
