"""Trusted carriers: enrolled trucks are checked less, and organisations with a clean record ride along."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.memory import Memory
from sim.codes import Cover, Outcome, among

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TRUCKS = np.array([Cover.TIR_TRUCK, Cover.PRODUCE_TRUCK, Cover.OTHER_TRUCK])
FOUND = (Outcome.SEIZED, Outcome.RELEASED, Outcome.RELEASED_DIVERTED)
CLEAN = (Outcome.NOT_INSPECTED, Outcome.BRIBED, Outcome.MISSED)


def abused_share(clean: Floats, enrolled: Floats, abuse: Floats, half: Floats) -> Floats:
    """Share of an organisation's truck loads that ride with enrolled carriers, (n_traffickers, n_countries).

    abuse x clean / (clean + half) where there is a programme, 0 where nobody is enrolled: a carrier is let
    in for its record of passages, and how many others are enrolled does not matter to it.

    Parameters
    ----------
    clean : (n_traffickers, n_countries) float64
        Passages of its trucks since the last find of one in the country.
    enrolled, abuse, half : (n_countries,) float64
        Share of licit trucks enrolled; abused share after an endless record; record that gives half of it.

    Notes
    -----
    Source: assumption, a saturating curve; no source gives a figure.
    """
    return np.where(enrolled > 0.0, abuse, 0.0) * (clean / (clean + half))


def truck_selection(abused: Floats, check_factor: Floats) -> Floats:
    """Selection of an organisation's loads relative to others', (n_traffickers, n_countries, n_covers).

    1 - abused x (1 - factor) for trucks, 1 for other covers: the mean over enrolled and other trucks.
    """
    relative = np.ones((*abused.shape, len(Cover)))
    relative[:, :, TRUCKS] = (1.0 - abused * (1.0 - check_factor))[:, :, None]
    return relative


def record_after(clean: Floats, passages: Floats, finds: Floats) -> Floats:
    """Record after a week: passages are added up without end, a week with a find sets them to 0."""
    return np.where(finds > 0.0, 0.0, clean + passages)


def remember(memory: Memory, owner: Ints, country: Ints, cover: Ints, outcome: Ints) -> None:
    """Take the passages and finds of a week's trucks into the record, one entry an encounter."""
    shape = memory.clean.shape
    is_truck, cell = among(cover, TRUCKS), owner * shape[1] + country

    def count(outcomes: tuple[Outcome, ...]) -> Floats:
        here = cell[is_truck & among(outcome, outcomes)]
        return np.bincount(here, minlength=memory.clean.size).reshape(shape).astype(np.float64)

    memory.clean[:] = record_after(memory.clean, count(CLEAN), count(FOUND))
