"""Licit traffic of closed crossings: it goes by the open ones of the same border, or not at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.world.parts import Post

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

AWAY_FROM_BORDERS = -1


def sides_of_borders(posts: Sequence[Post]) -> Ints:
    """Which posts stand in for each other, (n_posts,) int64: one number a border, country and mode.

    Posts away from borders stand in for nobody: AWAY_FROM_BORDERS.
    """
    names = [(p.country, p.neighbour, p.modes) for p in posts]
    first = {name: row for row, name in reversed(list(enumerate(names)))}
    sides = [first[name] if p.neighbour else AWAY_FROM_BORDERS for p, name in zip(posts, names, strict=True)]
    return np.array(sides, np.int64)


def closed_crossings(posts: Sequence[Post], is_closed: Bools) -> Bools:
    """Posts whose crossing is closed by the control of either side, (n_posts,) bool."""
    crossings = [(p.crossing_id, p.modes) for p in posts]
    closed = {name for name, shut in zip(crossings, is_closed.tolist(), strict=True) if shut}
    return np.array([name in closed for name in crossings], np.bool_)


def redirected(flow: Floats, side: Ints, is_closed: Bools) -> Floats:
    """Traffic of posts when that of the closed goes by the open ones of its side, (n_posts,) float64.

    The open ones take what is turned away in proportion to what they have: theirs is multiplied by
    1 + closed / open. What no open post of the side has any of stays away, and so does the traffic of closed
    posts away from borders.

    Parameters
    ----------
    flow : (n_posts,) float64
        Vehicles of one kind an hour.
    side : (n_posts,) int64
        See `sides_of_borders`.
    is_closed : (n_posts,) bool
        Whether the post's crossing is closed.

    Notes
    -----
    Source: assumption: carriers know of a closure and go by another crossing of the same border and mode.
    """
    if not is_closed.any():
        return flow
    at_border = side != AWAY_FROM_BORDERS
    here, closed = side[at_border], is_closed[at_border]
    turned_away = np.bincount(here, flow[at_border] * closed)
    open_flow = np.bincount(here, flow[at_border] * ~closed)
    more = np.divide(turned_away, open_flow, out=np.zeros(open_flow.size), where=open_flow > 0.0)
    factor = np.ones(flow.size)
    factor[at_border] += more[here]
    return np.where(is_closed, 0.0, flow * factor)
