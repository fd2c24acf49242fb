"""The generator is the published one, addresses never collide, and words become what they should."""

from __future__ import annotations

import subprocess
import sys
import types

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from sim import draws
from sim.draws import (
    What,
    below,
    block,
    blocks,
    happens,
    name_address,
    name_addresses,
    subkey,
    subkeys,
    uniform,
    words_at,
)
from tests.statistics.stated import ALPHA, chi_square_pvalue, needs_compiled, share_pvalue, smallest_bias

ALL_ONES = 2**32 - 1
WORDS = st.integers(0, ALL_ONES)
KEYS = st.integers(0, 2**64 - 1)

# Random123 1.14, tests/kat_vectors, lines "philox4x32 10": counter words, key words, output words.
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ALL_ONES,) * 4, (ALL_ONES,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


def philox4x32(counter, key, rounds=10):
    """Philox as the paper writes it: S-boxes B(x) on pairs, a swap, and a Weyl sequence of keys."""
    left0, right0, left1, right1 = counter[1], counter[0], counter[3], counter[2]
    for r in range(rounds):
        k0 = (key[0] + r * 0x9E3779B9) % 2**32
        k1 = (key[1] + r * 0xBB67AE85) % 2**32
        high0, low0 = divmod(right0 * 0xD2511F53, 2**32)
        high1, low1 = divmod(right1 * 0xCD9E8D57, 2**32)
        left0, right0, left1, right1 = low1, high1 ^ left0 ^ k0, low0, high0 ^ left1 ^ k1
    return right0, left0, right1, left1


def as_uint64(numbers):
    return [np.uint64(x) for x in numbers]


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN_ANSWERS)
@pytest.mark.parametrize("function", [block, draws._block], ids=["compiled", "python"])
def test_known_answers_of_random123(function, counter, key, words):
    answer = function(np.uint64(key[0] | key[1] << 32), *as_uint64(counter))
    assert tuple(map(int, answer)) == words
    assert philox4x32(counter, key) == words


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN_ANSWERS)
def test_nine_rounds_are_not_ten(counter, key, words):
    assert philox4x32(counter, key, rounds=9) != words


@given(KEYS, WORDS, WORDS, WORDS, WORDS)
def test_block_is_philox_compiled_or_not(key, a, b, c, d):
    expected = philox4x32((a, b, c, d), (key % 2**32, key >> 32))
    arguments = as_uint64([key, a, b, c, d])
    assert tuple(map(int, block(*arguments))) == expected
    assert tuple(map(int, draws._block(*arguments))) == expected


def blocks_agree(n: int, compiled) -> int:
    """Blocks among n at scattered addresses in which the kernel and the second implementation differ."""
    at = np.arange(n, dtype=np.uint64)
    keys = at * np.uint64(0x9E3779B97F4A7C15) + np.uint64(12345)
    where = at * np.uint64(0xD1342543DE82EF95) + np.uint64(99)
    who = (at * np.uint64(2654435761)) & np.uint64(ALL_ONES)
    visit, what = 513, int(What.INSPECTION)
    ours = compiled(keys, who, where, visit, what).tolist()
    last = visit << 16 | what
    return sum(
        philox4x32((u, w % 2**32, w >> 32, last), (k % 2**32, k >> 32)) != tuple(words)
        for k, u, w, words in zip(keys.tolist(), who.tolist(), where.tolist(), ours, strict=True)
    )


def test_arrays_of_blocks_are_philox():
    assert blocks_agree(20_000, blocks) == 0


@pytest.mark.long
def test_a_million_blocks_are_philox():
    assert blocks_agree(1_000_000, blocks) == 0


def test_a_fault_in_the_address_is_seen():
    assert blocks_agree(50, lambda k, u, w, v, x: blocks(k, u, w, v + 1, x)) == 50


ADDRESS = st.tuples(KEYS, WORDS, KEYS, st.integers(0, 65535), st.sampled_from(list(What)))


def counter_of(address):
    """Key and counter to which `words_at` packs an address."""
    caught = []
    catch = types.FunctionType(
        draws._words_at.__code__, {**draws.__dict__, "block": lambda *counter: caught.append(counter)}
    )
    catch(*as_uint64(address))
    return tuple(map(int, caught[0]))


@given(ADDRESS, ADDRESS)
def test_different_addresses_have_different_counters(one, other):
    assert (counter_of(one) == counter_of(other)) == (tuple(map(int, one)) == tuple(map(int, other)))
    assert all(word < 2**32 for word in counter_of(one)[1:])


@given(ADDRESS, st.integers(0, 4), st.data())
def test_every_part_of_an_address_counts(address, part, data):
    moved = list(address)
    moved[part] = data.draw([KEYS, WORDS, KEYS, st.integers(0, 65535), st.sampled_from(list(What))][part])
    unchanged = int(moved[part]) == int(address[part])
    assert (counter_of(address) == counter_of(moved)) == unchanged


def test_names_of_draws_keep_their_numbers():
    assert [(w.name, int(w)) for w in What][:15] == [
        ("SUBKEY", 0),
        ("ARRIVAL", 1),
        ("INSPECTION", 2),
        ("REFUSAL", 3),
        ("RECORD", 4),
        ("DISPATCH", 5),
        ("WHERE_LOST", 6),
        ("ROUTE", 7),
        ("COVER", 8),
        ("POST_HOUR", 9),
        ("AUDIT", 10),
        ("ALLOCATION", 11),
        ("SCANNER_START", 12),
        ("HELD_ROUTE", 13),
        ("MASS", 14),
    ]


# Conversions


@given(WORDS)
def test_chance_0_never_happens_and_chance_1_always(word):
    assert not happens(np.uint64(word), 0.0)
    assert happens(np.uint64(word), 1.0)


@given(WORDS, st.floats(0, 1))
def test_happens_is_a_threshold_on_the_word(word, prob):
    assert happens(np.uint64(word), prob) == (word < prob * 2**32)


def test_happens_at_the_edge():
    assert happens(np.uint64(2**31 - 1), 0.5)
    assert not happens(np.uint64(2**31), 0.5)
    assert happens(np.uint64(0), 2.0**-32)
    assert not happens(np.uint64(1), 2.0**-32)


def test_uniform_reaches_neither_0_nor_1():
    assert uniform(np.uint64(0), np.uint64(0)) == 2.0**-53
    assert uniform(np.uint64(ALL_ONES), np.uint64(ALL_ONES)) == 1.0 - 2.0**-53


@given(WORDS, WORDS)
def test_uniform_is_the_two_words_as_a_binary_fraction(high, low):
    bits = (high << 32 | low) >> 12
    assert uniform(np.uint64(high), np.uint64(low)) == (bits + 0.5) / 2**52


@given(WORDS, st.integers(1, 2**31))
def test_below_is_a_whole_number_below(word, n):
    assert below(np.uint64(word), n) == word * n >> 32


def test_below_reaches_both_ends():
    for n in (1, 2, 7, 10_080):
        assert below(np.uint64(0), n) == 0
        assert below(np.uint64(ALL_ONES), n) == n - 1


@pytest.fixture(scope="module")
def words():
    """400,000 blocks of one key, as (n, 4)."""
    n = 400_000
    return blocks(
        np.full(n, 20_101, np.uint64),
        np.arange(n, dtype=np.uint64),
        np.full(n, 7, np.uint64),
        0,
        int(What.ROUTE),
    )


def deviation_found(n: int) -> float:
    """Distance between distribution functions that a Kolmogorov-Smirnov test on n numbers is bound to
    find.
    """
    return 2.0 * float(np.sqrt(-np.log(ALPHA / 2) / (2 * n)))


def uniforms(words):
    high, low = words[:, 0], words[:, 1]
    return ((high << np.uint64(20) | low >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


@needs_compiled
def test_uniform_is_uniform(words):
    """Null: U(0, 1). Kolmogorov-Smirnov, n = 400,000, alpha = 1e-6; finds a distance of 0.0085."""
    assert deviation_found(len(words)) < 0.0086
    sample = uniforms(words)
    assert sample[0] == uniform(words[0, 0], words[0, 1])
    assert kstest(sample, "uniform").pvalue > ALPHA
    assert kstest(sample**1.03, "uniform").pvalue < ALPHA  # a fault of 0.011


@needs_compiled
@pytest.mark.parametrize("n_values", [7, 24, 10_080])
def test_below_is_equally_likely(words, n_values):
    """Null: all values alike. Chi-square, n = 400,000, alpha = 1e-6; a range 3 % too short is seen."""
    drawn = np.array([below(w, n_values) for w in words[:, 2]])
    counts = np.bincount(drawn, minlength=n_values)
    expected = np.full(n_values, len(words) / n_values)
    assert chi_square_pvalue(counts, expected) > ALPHA
    too_short = np.bincount((drawn * 0.97).astype(np.int64), minlength=n_values)
    assert chi_square_pvalue(too_short, expected) < ALPHA


@needs_compiled
@pytest.mark.parametrize("prob", [0.005, 0.05, 0.5, 0.95])
def test_happens_as_often_as_it_should(words, prob):
    """Null: chance `prob`. Binomial, n = 1,600,000, alpha = 1e-6; finds a bias of 10 % at 0.005."""
    n = words.size
    hits = int((words.astype(np.float64) < prob * 2**32).sum())
    assert [happens(w, prob) for w in words[:1000, 0]] == (words[:1000, 0] < prob * 2**32).tolist()
    assert share_pvalue(hits, n, prob) > ALPHA
    wrong = prob * (1.0 + smallest_bias(prob, n))
    if wrong < 1.0:
        assert share_pvalue(int((words.astype(np.float64) < wrong * 2**32).sum()), n, prob) < ALPHA


# Names


def test_address_depends_on_the_text_alone():
    assert name_address("korday_kz") == 0xD276FF239604F446
    command = [sys.executable, "-c", "from sim.draws import name_address as a; print(a('korday_kz'))"]
    other = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(other.stdout) == name_address("korday_kz")


def test_a_name_given_twice_is_refused():
    with pytest.raises(ValueError, match="korday_kz"):
        name_addresses(["korday_kz", "termez_uz", "korday_kz"])


def test_names_that_share_an_address_are_both_named(monkeypatch):
    monkeypatch.setattr(draws, "name_address", len)
    with pytest.raises(ValueError, match=r"'beta' and 'alfa'"):
        name_addresses(["alfa", "beta"])


def test_subkey_is_64_bits_of_the_key_and_the_name():
    assert len({subkey(key, name) for key in range(50) for name in ("a", "b", "c")}) == 150
    assert subkeys(3, ["a", "b"]).tolist() == [subkey(3, "a"), subkey(3, "b")]
    low, high, _, _ = words_at(3, 0, name_address("a"), 0, 0)
    assert subkey(3, "a") == int(low) | int(high) << 32


def test_a_new_name_moves_no_subkey():
    assert subkeys(3, ["a", "b"]).tolist() == subkeys(3, ["new", "a", "b"]).tolist()[1:]


@pytest.mark.parametrize("key", [0, 1, 2**64 - 1])
def test_extreme_keys_work(key):
    assert subkey(key, "a") != subkey(key ^ 1, "a")


def test_a_shared_subkey_is_refused():
    with pytest.raises(ValueError, match="subkey"):
        subkeys(3, ["a", "a"])
