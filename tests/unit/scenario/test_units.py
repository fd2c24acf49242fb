"""Units: only what measures the same is converted, and exactly."""

from __future__ import annotations

from fractions import Fraction

import pytest

from sim.scenario.units import convertible, factor, plain_unit


@pytest.mark.parametrize(
    ("given", "wanted", "times"),
    [
        ("min", "h", Fraction(1, 60)),
        ("h", "min", 60),
        ("day", "h", 24),
        ("week", "day", 7),
        ("s", "min", Fraction(1, 60)),
        ("t", "kg", 1000),
        ("g", "kg", Fraction(1, 1000)),
        ("m", "km", Fraction(1, 1000)),
        ("%", "1", Fraction(1, 100)),
        ("per_day", "per_h", Fraction(1, 24)),
        ("per_h", "per_week", 168),
        ("kg_per_day", "kg_per_week", 7),
        ("t_per_year", "kg_per_year", 1000),
        ("m_per_s", "km_per_h", Fraction(36, 10)),
        ("usd_per_kg", "usd_per_t", 1000),
        ("usd", "usd", 1),
        ("C", "C", 1),
    ],
)
def test_a_unit_is_so_many_of_another(given: str, wanted: str, times: Fraction):
    assert factor(given, wanted) == times
    assert factor(wanted, given) == 1 / Fraction(times)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("kg", "h"),
        ("per_h", "h"),
        ("month", "h"),
        ("year", "week"),
        ("usd", "eur"),
        ("1", "kg"),
        ("kg", "kg_per_h"),
    ],
)
def test_units_that_measure_different_things_are_not_converted(given: str, wanted: str):
    assert factor(given, wanted) is None


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("hours", "h"),
        (" min ", "min"),
        ("kg/day", "kg_per_day"),
        ("kg / days", "kg_per_day"),
        ("t per year", "t_per_year"),
        ("1/h", "per_h"),
        ("per hour", "per_h"),
        ("percent", "%"),
        ("usd_per_km", "usd_per_km"),
    ],
)
def test_a_unit_may_be_spelt_out(written: str, plain: str):
    assert plain_unit(written) == plain


@pytest.mark.parametrize("unit", ["h", "kg", "per_h", "kg_per_day", "usd", "1", "C"])
def test_what_is_offered_can_be_converted(unit: str):
    offered = convertible(unit)
    assert offered[0] == unit
    assert len(set(offered)) == len(offered)
    assert all(factor(other, unit) is not None for other in offered)
