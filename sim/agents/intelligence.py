"""Tips, sharing and protection: what services know of a trafficker, and who shields it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def tip_prob(own: Floats, sharing: Floats, exposure: Floats) -> Floats:
    """Chance that a post of a country is tipped off about a load it meets, (n_traffickers, n_countries).

    1 - (1 - own) x product over other countries of (1 - sharing x own): a tip of another country counts as
    far as that country shares. `exposure` (n_traffickers,) scales each country's own chance, at most 1.
    Source: assumption on facts 65, 70-73 (CARICC shares; some countries do not).
    """
    mine = np.minimum(1.0, exposure[:, None] * own[None, :])
    kept_back = 1.0 - sharing[None, :] * mine
    everybody = kept_back.prod(axis=1, keepdims=True)
    others = np.where(kept_back > 0.0, everybody / np.where(kept_back > 0.0, kept_back, 1.0), 0.0)
    return 1.0 - (1.0 - mine) * others


def exposure_of(base: Floats, informants: Floats) -> Floats:
    """How much of an organisation's trade informants see: its tier's, raised by couriers who talk."""
    return base * (1.0 + informants)


def release_prob(protection: Floats, ordered: Floats) -> Floats:
    """Chance that a seizure is ordered released, (n_traffickers, n_countries). Source: facts 79, 82."""
    return protection[:, None] * ordered[None, :]
