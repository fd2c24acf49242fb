"""Draws look independent in every order in which the model walks through their addresses.

Null: the words of a walk are independent and uniform. Each walk has 2^18 blocks, 2^20 words, 3.4e7 bits;
seven walks make 2.3e8 bits. Each is put through 22 tests, and fails when the smallest p-value times 22 falls
below alpha = 1e-6 / 7. Six bad addressings and a weak generator, all of them tempting, are put
through the same tests and must fail. Smallest faults found: a correlation of 0.009 between neighbours, and
one repeated block in a walk.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from scipy.stats import binom, norm, poisson

from sim import draws
from sim.draws import What, blocks
from tests.statistics.stated import ALPHA, chi_square_pvalue, needs_compiled, spread
from tests.unit.kernels.small_world import plain

pytestmark = needs_compiled

N = 2**18
RUN_KEY = 2_010


def walk(key=RUN_KEY, who=0, where=0, visit=0, what=What.ARRIVAL, n=N):
    """Addresses in the order in which they are met, as five arrays."""
    return tuple(np.array(np.broadcast_to(part, n), np.uint64) for part in (key, who, where, visit, what))


@cache
def addresses(n):
    """64-bit addresses of n names; hashing goes through `name_address`."""
    return np.array([draws.name_address(f"post_{i}_kz") for i in range(n)], np.uint64)


@cache
def flow_keys(n):
    """Subkeys of n names in the run."""
    words = blocks(np.full(n, RUN_KEY, np.uint64), np.zeros(n, np.uint64), addresses(n), 0, What.SUBKEY)
    return words[:, 0] | words[:, 1] << np.uint64(32)


def walks():
    at, post = np.arange(N), addresses(4096)
    stages = np.array([What.ARRIVAL, What.INSPECTION, What.REFUSAL, What.RECORD])
    return {
        "loads of a week": walk(who=(522 << 16) + at % 65536 + (at // 65536 << 16), where=post[0]),
        "posts of a load": walk(who=at // 4096, where=post[at % 4096]),
        "visits to a post": walk(who=at // 4096, where=post[7], visit=at % 4096),
        "stages of an encounter": walk(who=at // 4, where=post[7], what=stages[at % 4]),
        "flows of a run": walk(key=flow_keys(4096)[at % 4096], who=at // 4096, where=post[7]),
        "runs": walk(key=at, where=post[7]),
        "hours of a post": walk(who=87_600 + at, where=post[3], what=What.POST_HOUR),
    }


def drawn(key, who, where, visit, what):
    """Blocks at these addresses as the kernels draw them, (n, 4)."""
    out = np.empty((key.size, 4), np.uint64)
    last = visit << np.uint64(16) | what
    order = np.argsort(last, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(last[order])) + 1):
        v, x = int(visit[rows[0]]), int(what[rows[0]])
        out[rows] = blocks(key[rows], who[rows], where[rows], v, x)
    return out


# The tests: each takes the words of a walk in order, as (n, 4), and gives p-values.


def equidistribution(words):
    for shift in (0, 10, 20):
        cells = (words.ravel() >> np.uint64(shift)).astype(np.int64) % 4096
        yield counts_pvalue(cells, 4096)


def serial(words):
    """Neighbours in two, three and four dimensions, 4,096 cells each."""
    x = words.ravel()
    for dimensions in (2, 3, 4):
        bits = 12 // dimensions
        tuples = x[: x.size // dimensions * dimensions].reshape(-1, dimensions) >> np.uint64(32 - bits)
        cells = (tuples.astype(np.int64) << np.arange(dimensions) * bits).sum(axis=1)
        yield counts_pvalue(cells, 4096)


def counts_pvalue(cells, n_cells):
    return chi_square_pvalue(np.bincount(cells, minlength=n_cells), np.full(n_cells, cells.size / n_cells))


def correlation(words):
    """Between neighbours, between the same word of neighbouring blocks, and between words of a block."""
    x = words.ravel().astype(np.float64) * 2.0**-32 - 0.5
    for lag in (1, 2, 3, 4, 8, 16):
        yield normal_pvalue(12.0 * (x[:-lag] * x[lag:]).sum() / math.sqrt(x.size - lag))


def normal_pvalue(z):
    return 2.0 * float(norm.sf(abs(z)))


def runs(words):
    """Turns of direction, and crossings of the middle."""
    x = words.ravel().astype(np.float64)
    n = x.size
    up = np.diff(x) > 0
    turns = 1 + int((up[1:] != up[:-1]).sum())
    yield normal_pvalue((turns - (2 * n - 1) / 3) / math.sqrt((16 * n - 29) / 90))
    above = x >= 2**31
    crossings = int((above[1:] != above[:-1]).sum())
    yield normal_pvalue((crossings - (n - 1) / 2) / math.sqrt((n - 1) / 4))


def gaps(words):
    """Words between one small word and the next: geometric."""
    for part in (words.ravel(), words[:, 0]):
        gap = np.diff(np.flatnonzero(part < 2**29))
        most = 60
        prob = 0.125 * 0.875 ** np.arange(most - 1)
        prob = np.append(prob, 1.0 - prob.sum())
        counts = np.bincount(np.minimum(gap, most) - 1, minlength=most)
        yield chi_square_pvalue(counts, prob * gap.size)


def hamming(words):
    """Ones in a word: binomial; and in one word against the next."""
    ones = np.bitwise_count(words.ravel()).astype(np.int64)
    prob = binom.pmf(np.arange(33), 32, 0.5)
    kept = slice(6, 27)
    merged = np.concatenate([[prob[:6].sum()], prob[kept], [prob[27:].sum()]])
    counts = np.bincount(np.clip(ones, 5, 27) - 5, minlength=23)
    yield chi_square_pvalue(counts, merged * ones.size)
    z = (ones[:-1] - 16.0) * (ones[1:] - 16.0) / 8.0
    yield normal_pvalue(z.sum() / math.sqrt(z.size))


def birthdays(words):
    """Equal spacings among 4,096 birthdays in a year of 2^32 days: Poisson with mean 4."""
    for part in (words.ravel(), words[:, 0]):
        days = np.sort(part[: part.size // 4096 * 4096].reshape(-1, 4096), axis=1)
        spacings = np.sort(np.diff(days, axis=1), axis=1)
        equal = int((spacings[:, 1:] == spacings[:, :-1]).sum())
        mean = 4.0 * len(days)
        yield min(1.0, 2.0 * float(min(poisson.cdf(equal, mean), poisson.sf(equal - 1, mean))))


def ranks(words):
    """Ranks of 32 x 32 matrices of bits."""
    rows = words.ravel().reshape(-1, 32).copy()
    rank = np.zeros(len(rows), np.int64)
    for bit in range(32):
        has = (rows >> np.uint64(bit) & np.uint64(1)).astype(bool)
        pivot = has.argmax(axis=1)
        found = has.any(axis=1)
        value = rows[np.arange(len(rows)), pivot]
        rows[found] ^= has[found] * value[found, None]
        rank += found
    prob = np.array([0.0052845, 0.1283502, 0.5775762, 0.2887881])
    counts = np.bincount(np.maximum(rank, 29) - 29, minlength=4)
    yield chi_square_pvalue(counts, prob / prob.sum() * len(rows))


def repeats(words):
    """A block met twice: at 128 bits it never happens by chance."""
    ordered = words[np.lexsort(words.T)]
    yield 0.0 if (ordered[1:] == ordered[:-1]).all(axis=1).any() else 1.0


BATTERY = (equidistribution, serial, correlation, runs, gaps, hamming, birthdays, ranks, repeats)


def smallest_pvalue(words):
    """Smallest p-value of the battery times the number of tests, and the test that gave it."""
    found = [(p, test.__name__) for test in BATTERY for p in test(words)]
    p, name = min(found)
    return p * len(found), name


@pytest.mark.parametrize("name", list(walks()))
def test_draws_of_a_walk_are_independent(name):
    assert spread(ALPHA) / math.sqrt(4 * N) < 0.009
    adjusted, test = smallest_pvalue(drawn(*walks()[name]))
    assert adjusted > ALPHA / len(walks()), test


# Bad addressings: each is put in place of `drawn`, in the walk that it spoils.


def packed(key, who, where, visit, what, block=draws._block):
    """`drawn` without the kernels: blocks of whole arrays."""
    low, high = where & draws.WORD, where >> draws.HALF
    return np.stack(block(key, who, low, high, visit << draws.SIXTEEN | what), axis=1)


def post_and_load_folded(key, who, where, visit, what):
    """The post's address folded into the load's number, to save a word."""
    return packed(key, (who ^ where) & np.uint64(0xFFF), np.zeros_like(where), visit, what)


def short_hash(key, who, where, visit, what):
    """16 bits of the post's address."""
    return packed(key, who, where & np.uint64(0xFFFF), visit, what)


def visit_left_out(key, who, where, visit, what):
    return packed(key, who, where, np.zeros_like(visit), what)


def stage_left_out(key, who, where, visit, what):
    return packed(key, who, where, visit, np.zeros_like(what))


def key_plus_load(key, who, where, visit, what):
    """One stream a load, started at key + number of the load."""
    return packed(key + who, np.zeros_like(who), where, visit, what)


def three_rounds(key, who, where, visit, what):
    """Philox with too few rounds."""
    weak = plain(draws._block, range=lambda _: range(3))
    return packed(key, who, where, visit, what, weak)


def congruential(key, who, where, visit, what):
    """A linear congruential generator started at key + number."""
    state = (key + who) * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
    out = []
    for _ in range(4):
        state = state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
        out.append(state >> np.uint64(32))
    return np.stack(out, axis=1)


def test_packing_of_the_planted_faults_is_right_without_a_fault():
    for parts in walks().values():
        few = tuple(part[:512] for part in parts)
        assert (packed(*few) == drawn(*few)).all()


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        (post_and_load_folded, "posts of a load"),
        (short_hash, "posts of a load"),
        (visit_left_out, "visits to a post"),
        (stage_left_out, "stages of an encounter"),
        (three_rounds, "loads of a week"),
        (congruential, "loads of a week"),
    ],
)
def test_a_bad_addressing_fails(fault, name):
    adjusted, _ = smallest_pvalue(fault(*walks()[name]))
    assert adjusted < ALPHA / len(walks())


def test_consecutive_runs_share_draws_if_the_key_is_added_to_the_load():
    """Key 5, load 7 and key 6, load 6 would have the same luck."""
    at = np.arange(N)
    mixed = walk(key=RUN_KEY + at % 2, who=at // 2)
    assert smallest_pvalue(key_plus_load(*mixed))[0] < ALPHA
    assert smallest_pvalue(drawn(*mixed))[0] > ALPHA


@pytest.mark.parametrize("test", BATTERY, ids=lambda test: test.__name__)
def test_every_test_of_the_battery_finds_something(test):
    """Words in which one in a hundred repeats the word before, and words that only grow, are found out."""
    good = drawn(*walks()["runs"])
    sticky = good.ravel().copy()
    sticky[1::100] = sticky[::100][: sticky[1::100].size]
    bad = {
        equidistribution: good // np.uint64(4096) * np.uint64(4096),
        serial: np.maximum(good, np.roll(good, 1, axis=1)),
        repeats: np.concatenate([good[:-1], good[:1]]),
        ranks: good & np.roll(good, 1, axis=0),
        birthdays: np.sort(good, axis=0),
        hamming: good | (good >> np.uint64(9) & np.uint64(1)),
        gaps: np.sort(good.ravel()).reshape(-1, 4),
    }.get(test, sticky.reshape(-1, 4))
    assert min(test(bad)) < ALPHA
    assert min(test(good)) > ALPHA / 100
