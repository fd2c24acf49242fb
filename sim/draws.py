"""Random numbers by address: Philox4x32-10 and the names of all draws.

A draw is a pure function of (key, who, where, nth visit, what). Nothing is stored between draws, so
nothing that is added, dropped or done in another order moves anybody else's luck.

Source: Salmon, Moraes, Dror, Shaw 2011, Parallel random numbers: as easy as 1, 2, 3 (SC11).
"""

from __future__ import annotations

import hashlib
from enum import IntEnum

import numpy as np
from numba import njit

from sim.compiled import keep_by_source

keep_by_source()

WORD = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
SIXTEEN = np.uint64(16)
_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
CERTAIN = 2.0**32


class What(IntEnum):
    """What a block of four words is drawn for; appended to, never renumbered."""

    SUBKEY = 0
    """a 64-bit subkey from a name (words 0 and 1)"""
    ARRIVAL = 1
    """tip, bribe, selection, scanner"""
    INSPECTION = 2
    """dog, search, release, return"""
    REFUSAL = 3
    """turning back"""
    RECORD = 4
    """arrest, cooperation, record, controlled delivery"""
    DISPATCH = 5
    """minute of dispatch (word 2), loss on the way (word 3)"""
    WHERE_LOST = 6
    """stop at which a lost load is lost"""
    ROUTE = 7
    """preference for a route (two words)"""
    COVER = 8
    """preference for a cover on a route (two words)"""
    POST_HOUR = 9
    """licit flow and scanner of four consecutive hours, a word each"""
    AUDIT = 10
    """audit of a post in a week"""
    ALLOCATION = 11
    """place of a mobile team in a month"""
    SCANNER_START = 12
    """state of a scanner when a run begins"""
    HELD_ROUTE = 13
    """routes that an organisation knows at the start"""
    MASS = 14
    """mass of a load that is planned (two words)"""


def _block(key, a, b, c, d):
    """Four 32-bit words at one address: Philox4x32-10. `key` is 64-bit, a..d hold 32 bits each."""
    low, high = key & WORD, key >> HALF
    for _ in range(10):
        p, q = _M0 * a, _M1 * c
        a, b, c, d = (q >> HALF) ^ b ^ low, q & WORD, (p >> HALF) ^ d ^ high, p & WORD
        low, high = (low + _W0) & WORD, (high + _W1) & WORD
    return a, b, c, d


block = njit(cache=True, nogil=True)(_block)


def _words_at(key, who, where, visit, what):
    """Block at (who, where, nth visit, what): `where` is a 64-bit address, `visit` < 65536."""
    last = (np.uint64(visit) << SIXTEEN) | np.uint64(what)
    return block(np.uint64(key), np.uint64(who), np.uint64(where) & WORD, np.uint64(where) >> HALF, last)


words_at = njit(cache=True, nogil=True)(_words_at)


def _blocks(keys, who, where, visit, what):
    """`words_at` for arrays of keys, who and where of equal length, (n, 4) uint64."""
    out = np.empty((keys.size, 4), np.uint64)
    for i in range(keys.size):
        a, b, c, d = words_at(keys[i], who[i], where[i], visit, what)
        out[i, 0], out[i, 1], out[i, 2], out[i, 3] = a, b, c, d
    return out


blocks = njit(cache=True, nogil=True)(_blocks)


def _happens(word, prob):
    """True with chance `prob`, to within 2**-32; never at 0, always at 1."""
    return np.float64(word) < prob * CERTAIN


happens = njit(cache=True, nogil=True)(_happens)


def _uniform(high, low):
    """Number in (0, 1) with 52 random bits from two words; neither 0 nor 1 is reached."""
    bits = (np.uint64(high) << np.uint64(20)) | (np.uint64(low) >> np.uint64(12))
    return (np.float64(bits) + 0.5) * 2.0**-52


uniform = njit(cache=True, nogil=True)(_uniform)


def _below(word, n):
    """Whole number 0..n-1 from one word, by multiplication (bias below n * 2**-32)."""
    return np.int64((np.uint64(word) * np.uint64(n)) >> HALF)


below = njit(cache=True, nogil=True)(_below)


def name_address(name: str) -> int:
    """64-bit address of a name, the same on every machine; depends on the text alone."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def name_addresses(names: list[str]) -> np.ndarray:
    """Addresses of names, (n,) uint64.

    Raises
    ------
    ValueError
        If two different names share an address, or a name is given twice.
    """
    addresses = [name_address(n) for n in names]
    if len(set(addresses)) < len(addresses):
        seen: dict[int, str] = {}
        for name, address in zip(names, addresses, strict=True):
            if address in seen:
                raise ValueError(f"{name!r} and {seen[address]!r} share a random address; rename one")
            seen[address] = name
    return np.array(addresses, np.uint64)


def subkey(key: int, name: str) -> int:
    """64-bit key of whoever bears `name` in a run with `key`."""
    address = name_address(name)
    low, high, _, _ = words_at(
        np.uint64(key), np.uint64(What.SUBKEY), np.uint64(address), np.uint64(0), np.uint64(What.SUBKEY)
    )
    return int(low) | (int(high) << 32)


def subkeys(key: int, names: list[str]) -> np.ndarray:
    """`subkey` of each name, (n,) uint64.

    Raises
    ------
    ValueError
        If two names get the same subkey.
    """
    keys = np.array([subkey(key, n) for n in names], np.uint64)
    if np.unique(keys).size < keys.size:
        raise ValueError("two names share a subkey; rename one")
    return keys
