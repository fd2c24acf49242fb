"""Words that files, arrays and tables share: each is one small integer below the names."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

MOST_CODES = 16
"""Room for the members of any of the words here."""

NO_POST = -1
"""Row that stands for 'no post' (the end of a route)."""


class Mode(IntEnum):
    """How a leg is travelled."""

    ROAD = 0
    RAIL = 1
    SEA = 2
    AIR = 3
    GREEN = 4


class Cover(IntEnum):
    """What a load travels in; appended to, never renumbered."""

    TIR_TRUCK = 0
    PRODUCE_TRUCK = 1
    OTHER_TRUCK = 2
    CAR = 3
    PASSENGER_TRAIN = 4
    FREIGHT_WAGON = 5
    FOOT_HORSE = 6
    FERRY = 7
    AIR = 8


class PostClass(IntEnum):
    """Kind of post; detection parameters belong to a country and a class, never to one real post."""

    FRONTIER_ROAD = 0
    FRONTIER_RAIL = 1
    INLAND = 2
    PORT = 3
    AIRPORT = 4
    GREEN_BORDER = 5


class Fate(IntEnum):
    """Where a load is, or how it ended."""

    UNDER_WAY = 0
    DELIVERED = 1
    SEIZED = 2
    DIVERTED = 3
    LOST = 4


class Means(IntEnum):
    """What found a load."""

    NONE = 0
    TIP = 1
    SCANNER = 2
    DOG = 3
    SEARCH = 4
    PATROL = 5


class Outcome(IntEnum):
    """How one encounter ended."""

    NOT_INSPECTED = 0
    BRIBED = 1
    TURNED_BACK = 2
    MISSED = 3
    SEIZED = 4
    RELEASED = 5
    RELEASED_DIVERTED = 6
    SHUT_OUT = 7


NOT_CARRIED = -1

COVER_ON_MODE: tuple[tuple[int, ...], ...] = (
    # road, rail, sea, air, green
    (Cover.TIR_TRUCK, NOT_CARRIED, Cover.FERRY, NOT_CARRIED, NOT_CARRIED),
    (Cover.PRODUCE_TRUCK, NOT_CARRIED, NOT_CARRIED, NOT_CARRIED, NOT_CARRIED),
    (Cover.OTHER_TRUCK, NOT_CARRIED, NOT_CARRIED, NOT_CARRIED, NOT_CARRIED),
    (Cover.CAR, NOT_CARRIED, NOT_CARRIED, NOT_CARRIED, Cover.CAR),
    (Cover.CAR, Cover.PASSENGER_TRAIN, NOT_CARRIED, NOT_CARRIED, Cover.FOOT_HORSE),
    (Cover.OTHER_TRUCK, Cover.FREIGHT_WAGON, NOT_CARRIED, NOT_CARRIED, NOT_CARRIED),
    (Cover.CAR, Cover.PASSENGER_TRAIN, NOT_CARRIED, NOT_CARRIED, Cover.FOOT_HORSE),
    (Cover.OTHER_TRUCK, NOT_CARRIED, Cover.FERRY, NOT_CARRIED, NOT_CARRIED),
    (Cover.CAR, NOT_CARRIED, NOT_CARRIED, Cover.AIR, NOT_CARRIED),
)
"""Cover under which a load of a given cover travels on each mode: COVER_ON_MODE[cover][mode]."""


def covers_of(modes: frozenset[Mode], on_foot: bool) -> tuple[Cover, ...]:
    """Covers that can travel a route of these modes, in code order.

    A route with rail is travelled as train baggage or a freight wagon, one with a sea leg on the ferry
    (as an ordinary or a TIR truck), one by air as luggage; a green-border leg rules out trucks, and one
    that only people and horses can pass (`on_foot`) rules out cars.
    """
    if Mode.AIR in modes:
        wanted = [Cover.AIR]
    elif Mode.SEA in modes:
        wanted = [Cover.TIR_TRUCK, Cover.FERRY]
    elif Mode.RAIL in modes:
        wanted = [Cover.PASSENGER_TRAIN, Cover.FREIGHT_WAGON]
    elif on_foot:
        wanted = [Cover.FOOT_HORSE]
    else:
        wanted = [Cover.TIR_TRUCK, Cover.PRODUCE_TRUCK, Cover.OTHER_TRUCK, Cover.CAR]
    return tuple(c for c in wanted if all(COVER_ON_MODE[c][m] != NOT_CARRIED for m in modes))


def among(codes: NDArray[np.integer], members: Iterable[int]) -> NDArray[np.bool_]:
    """Whether each code is one of the members: `np.isin` for words that number fewer than 16."""
    table = np.zeros(MOST_CODES, np.bool_)
    table[list(members)] = True
    found: NDArray[np.bool_] = table[codes]
    return found
