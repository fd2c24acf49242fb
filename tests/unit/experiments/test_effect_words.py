"""Effects are said with sign, unit and as many decimals as they bear."""

from types import SimpleNamespace

import pytest

from experiments.effect_words import (
    amount,
    arm_lines,
    between,
    keys_words,
    percent,
    rows_of,
    sorted_arms,
    told,
    verdict,
)
from tests.unit.experiments.synthetic_effects import some_effects

NAN = float("nan")


@pytest.mark.parametrize(
    ("low", "high", "better", "said"),
    [
        (-3, -1, "lower", "better"),
        (1, 3, "lower", "worse"),
        (1, 3, "higher", "better"),
        (-3, -1, "higher", "worse"),
        (-1, 3, "lower", "unclear"),
        (0, 3, "lower", "unclear"),
        (0, 0, "lower", "unclear"),
        (NAN, NAN, "lower", "unclear"),
        (1, 3, "", "changed"),
        (-3, -1, "", "changed"),
    ],
)
def test_verdict_is_where_the_interval_lies(low, high, better, said):
    assert verdict(SimpleNamespace(low=low, high=high, better=better)) == said


@pytest.mark.parametrize(
    ("value", "unit", "signed", "said"),
    [
        (1234.6, "kg", False, "1,235 kg"),
        (-12.34, "kg", True, "-12.3 kg"),
        (3.456, "kg", True, "+3.46 kg"),
        (0.0, "kg", True, "0 kg"),
        (NAN, "kg", True, "-"),
        (4.5e6, "USD", False, "USD 4.50 million"),
        (-2.5e9, "USD", True, "-USD 2.50 billion"),
        (8123, "USD", False, "USD 8,123"),
        (0.052, "1", False, "5.20 %"),
        (-0.0012, "1", True, "-0.12 points"),
        (12.0, "", True, "+12.0"),
    ],
)
def test_amounts_bear_their_unit(value, unit, signed, said):
    assert amount(value, unit, signed=signed) == said


def test_difference_and_interval_share_unit_and_decimals():
    assert told(-2130.4, -3157, -86.3, "kg") == "-2,130 (-3,157 to -86) kg"
    assert told(-3.2e7, -5.02e7, 4e5, "USD") == "-32.0 (-50.2 to +0.4) USD million"
    assert told(-0.0019, -0.003, -0.0009, "1") == "-0.19 (-0.30 to -0.09) points"
    assert told(5.0, NAN, NAN, "kg") == "+5.00 kg (no interval)"
    assert told(NAN, NAN, NAN, "kg") == "-"
    assert between(-300, 500, "USD") == "-300 to +500 USD"
    assert between(NAN, 1.0, "kg") == "-"


@pytest.mark.parametrize(
    ("share", "said"), [(-0.0206, "-2.06 %"), (0.123, "+12.3 %"), (0.0, "0 %"), (NAN, "-"), (1.5, "+150 %")]
)
def test_shares_of_the_baseline_are_signed(share, said):
    assert percent(share) == said


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ((1,), "key 1"),
        ((5, 6, 7), "keys 5 to 7"),
        ((3, 1), "keys 3, 1"),
        (tuple(range(0, 20, 2)), "10 keys from 0 to 18"),
    ],
)
def test_keys_in_few_words(keys, said):
    assert keys_words(keys) == said


def test_long_names_are_cut_to_their_room():
    said = arm_lines("scanner_upgrade+dog_rotation+intelligence_sharing+tir_reform_of_everything", 20)
    assert said.splitlines()[0] == "scanner upgrade +"
    assert len(said.splitlines()) == 2
    assert max(map(len, said.splitlines())) <= 20
    assert said.endswith("…")


def test_arms_are_sorted_by_what_is_delivered():
    effects = some_effects(12)
    delivered = rows_of(effects, "delivered_kg")
    differences = [delivered[arm].difference for arm in sorted_arms(effects)]
    assert differences == sorted(differences)
    assert set(delivered) == set(effects.arms)
    assert rows_of(effects, "never_kept") == {}
