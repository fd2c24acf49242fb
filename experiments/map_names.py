"""Names on the map: room so that no label covers another, then places, then countries."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from experiments.style import DPI, GREY, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

Floats = NDArray[np.float64]
Box = tuple[float, float, float, float]

POINT = DPI / 72
"""Display units in a point."""


class Mark(NamedTuple):
    """A place with its sign and the words beside it."""

    lon: float
    lat: float
    sign: str
    size_pt: float
    words: str


class LabelRoom:
    """Room for labels on a drawing: each is put where it covers no other label and hides least.

    Parameters
    ----------
    frame : (x0, y0, x1, y1)
        Where labels may stand, in display units.
    busy : (n, 2) float64
        Points of the drawing that labels should leave visible, in display units.
    """

    def __init__(self, frame: Box, busy: Floats) -> None:
        self.frame = frame
        self.busy = busy
        self.taken: list[Box] = []

    def place(
        self, anchors: Iterable[tuple[float, float]], width: float, height: float, hides: float = math.inf
    ) -> tuple[float, float] | None:
        """Centre for a label of that size, from anchors with the best first; None if none is free.

        A later anchor is taken if it hides less, by a point for every two places further down the list; one
        that hides `hides` points or more will not do. The room is taken from then on.
        """
        best: tuple[float, float] | None = None
        least = math.inf
        for rank, (x, y) in enumerate(anchors):
            box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
            hidden = self._hidden(box) if rank / 2 < least and self._is_free(box) else math.inf
            if hidden < hides and hidden + rank / 2 < least:
                best, least = (x, y), hidden + rank / 2
        if best is not None:
            self.take(*best, width, height)
        return best

    def take(self, x: float, y: float, width: float, height: float) -> None:
        """Keep labels off a box around a point."""
        self.taken.append((x - width / 2, y - height / 2, x + width / 2, y + height / 2))

    def _is_free(self, box: Box) -> bool:
        x0, y0, x1, y1 = self.frame
        if box[0] < x0 or box[1] < y0 or box[2] > x1 or box[3] > y1:
            return False
        return not any(
            box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
            for other in self.taken
        )

    def _hidden(self, box: Box) -> int:
        x, y = self.busy.T
        return int(np.count_nonzero((x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])))


def name_places(axes: Axes, room: LabelRoom, marks: Sequence[Mark]) -> None:
    """Draw every mark; write its words beside it, the first marks first, where room is left."""
    for mark in marks:
        face = INK if mark.sign == "o" else "white"
        axes.plot(mark.lon, mark.lat, mark.sign, ms=mark.size_pt, mfc=face, mec=INK, zorder=6)
        x, y = axes.transData.transform((mark.lon, mark.lat))
        room.take(x, y, 1.2 * mark.size_pt * POINT, 1.2 * mark.size_pt * POINT)
    signs = axes.transData.transform([(mark.lon, mark.lat) for mark in marks]).reshape(-1, 2)
    for own, mark in enumerate(marks):
        is_town = mark.sign == "o"
        text = axes.text(0, 0, mark.words, ha="center", va="center", linespacing=1.05, zorder=7)
        text.set_fontsize(7.5 if is_town else 8.5)
        text.set_fontweight("normal" if is_town else "bold")
        text.set_path_effects([withStroke(linewidth=2.2, foreground="white")])
        box = text.get_window_extent()
        x, y = axes.transData.transform((mark.lon, mark.lat))
        anchors = []
        for gap in (1.5, 5.0, 10.0, 15.0):
            dx = box.width / 2 + (mark.size_pt / 2 + gap) * POINT
            dy = box.height / 2 + (mark.size_pt / 2 + gap) * POINT
            anchors += [(x + dx, y), (x - dx, y), (x, y + dy), (x, y - dy)]
            anchors += [(x + dx, y + dy), (x + dx, y - dy), (x - dx, y + dy), (x - dx, y - dy)]
        near = [at for at in anchors if _nearest(signs, *at, box.width, box.height) == own]
        _put(axes, text, room.place(near, box.width, box.height))


def _nearest(signs: Floats, x: float, y: float, width: float, height: float) -> int:
    """The sign that a reader takes a label to belong to: the nearest one to its box."""
    beside = np.maximum(np.abs(signs[:, 0] - x) - width / 2, 0.0)
    above = np.maximum(np.abs(signs[:, 1] - y) - height / 2, 0.0)
    return int(np.argmin(np.hypot(beside, above)))


def name_countries(axes: Axes, room: LabelRoom, outlines: Mapping[str, Floats]) -> None:
    """Countries in grey capitals inside their borders, where that hides nothing; set narrower at need."""
    for name, outline in outlines.items():
        border = axes.transData.transform(outline)
        (x0, y0), (x1, y1) = border.min(axis=0), border.max(axis=0)
        grid = np.stack(np.meshgrid(np.linspace(x0, x1, 40), np.linspace(y0, y1, 40)), axis=-1).reshape(-1, 2)
        inside = Path(border)
        seen = grid[inside.contains_points(grid) & axes.patch.contains_points(grid)]
        if not len(seen):
            continue
        seen = seen[np.argsort(np.hypot(*(seen - seen.mean(axis=0)).T))]
        for words, size in ((" ".join(name.upper()), 7.0), (name.upper(), 6.0)):
            text = axes.text(0, 0, words, ha="center", va="center", fontsize=size, color=GREY, zorder=2.5)
            box = text.get_window_extent()
            half = np.array([box.width / 2, 0.0])
            fits = inside.contains_points(seen - half) & inside.contains_points(seen + half)
            anchors = [(float(x), float(y)) for x, y in seen[fits]]
            centre = room.place(anchors, box.width + 8 * POINT, box.height + 5 * POINT, hides=1)
            _put(axes, text, centre)
            if centre is not None:
                break


def _put(axes: Axes, text: Text, centre: tuple[float, float] | None) -> None:
    """Move a label to its room, or take it away where there is none."""
    if centre is None:
        text.remove()
    else:
        x, y = axes.transData.inverted().transform(centre)
        text.set_position((x, y))
