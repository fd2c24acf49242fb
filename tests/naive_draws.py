"""Draws and arithmetic of the plain twin: sections 5 and 6 of sim/MODEL.md, one function a rule."""

from __future__ import annotations

import hashlib
import math
from functools import cache

import numpy as np

(SUBKEY, ARRIVAL, INSPECTION, REFUSAL, RECORD, DISPATCH, WHERE_LOST, ROUTE, COVER, POST_HOUR, AUDIT) = range(
    11
)
ALLOCATION, SCANNER_START, HELD_ROUTE, MASS = range(11, 15)
WORD = 2**32 - 1
INF = math.inf


def philox(key, a, b, c, d):
    """Philox4x32-10."""
    low, high = key & WORD, key >> 32
    for _ in range(10):
        p, q = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = (q >> 32) ^ b ^ low, q & WORD, (p >> 32) ^ d ^ high, p & WORD
        low, high = (low + 0x9E3779B9) & WORD, (high + 0xBB67AE85) & WORD
    return a, b, c, d


def words_at(key, who, where, visit, what):
    return philox(key, who, where & WORD, where >> 32, (visit << 16) | what)


@cache
def name_address(name):
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def subkey(key, name):
    words = words_at(key, 0, name_address(name), 0, SUBKEY)
    return words[0] | words[1] << 32


def happens(word, prob):
    return float(word) < prob * 2.0**32


def scanner_turns(word, prob):
    return float(word & (2**22 - 1)) < prob * 2.0**22


def uniform(a, b):
    return (float((a << 20) | (b >> 12)) + 0.5) * 2.0**-52


def below(word, n):
    return (word * n) >> 32


def race_time(words, haste):
    return -math.log(uniform(words[0], words[1])) * haste


def team_gumbel(words):
    return -log(-log(uniform(words[0], words[1])))


def held_gumbel(word):
    return -log(-log((float(word) + 0.5) / 2.0**32))


def mass_g(a, b, mu, sigma):
    r = math.sqrt(-2.0 * math.log((float(a) + 0.5) * 2.0**-32))
    z = r * math.cos(2.0 * math.pi * (float(b) + 0.5) * 2.0**-32)
    return max(1, int(math.exp(mu + sigma * z)))


def numpy_of(function, *numbers):
    """A NumPy function of arrays of one number each, which gives the bits that it gives of longer arrays."""
    return float(function(*(np.array([float(x)]) for x in numbers))[0])


def exp(x):
    return numpy_of(np.exp, x)


def log(x):
    return numpy_of(np.log, x)


def log10(x):
    return numpy_of(np.log10, x)


def expm1(x):
    return numpy_of(np.expm1, x)


def power(x, y):
    return numpy_of(np.power, x, y)


def clip(x, least, most):
    return min(max(x, least), most)


def log_sum_exp(values):
    """Top first taken off; the first term is added to the sum of the others."""
    top = max(values)
    terms = [exp(v - top) for v in values]
    return log(terms[0] + pairwise_sum(terms[1:]) if len(terms) > 1 else terms[0]) + top


def pairwise_sum(numbers):
    """NumPy's sum of an array of floats."""
    n = len(numbers)
    if n < 8:
        return added(numbers)
    if n <= 128:
        running = list(numbers[:8])
        whole = n - n % 8
        for i in range(8, whole):
            running[i % 8] += numbers[i]
        a, b, c, d, e, f, g, h = running
        return added(numbers[whole:], ((a + b) + (c + d)) + ((e + f) + (g + h)))
    half = n // 2 - (n // 2) % 8
    return pairwise_sum(numbers[:half]) + pairwise_sum(numbers[half:])


def added(numbers, start=0.0):
    """Sum from the left, without the compensation of Python's own."""
    for x in numbers:
        start += x
    return start


def between_points(x, xs, ys):
    """Straight lines through points, ends held."""
    if x <= xs[0]:
        return ys[0]
    if x >= xs[-1]:
        return ys[-1]
    j = max(i for i in range(len(xs)) if xs[i] <= x)
    return ys[j] + (ys[j + 1] - ys[j]) / (xs[j + 1] - xs[j]) * (x - xs[j])
