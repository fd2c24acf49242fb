"""How figures look: one palette, one local style, one way to write masses."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from experiments.summary import arms

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.results.run_result import RunResult

BLUE, SKY, GREEN, ORANGE, VERMILLION, PURPLE = (
    "#0072B2",
    "#56B4E9",
    "#009E73",
    "#E69F00",
    "#D55E00",
    "#CC79A7",
)
INK, GREY, PALE, LAND = "#222222", "#8A8A8A", "#D9D9D9", "#F1EFEA"
"""Okabe and Ito's palette (Color Universal Design, 2008), told apart with any colour vision, and greys."""

MEANING = {"sent": INK, "delivered": BLUE, "seized": VERMILLION, "expected": GREY}
"""One colour per quantity in every figure."""

DPI, NOTEBOOK_DPI = 150, 100


@contextmanager
def figure_style() -> Iterator[None]:
    """Kordon's look while a figure is made; the settings of the process are as before afterwards."""
    settings: dict[Any, Any] = {
        "date.converter": "concise",
        "font.size": 9.0,
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "axes.titlesize": 10.0,
        "axes.titlelocation": "left",
        "axes.titleweight": "bold",
        "axes.labelsize": 9.0,
        "axes.edgecolor": GREY,
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.prop_cycle": mpl.rcsetup.cycler(color=[BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY]),
        "grid.color": PALE,
        "grid.linewidth": 0.6,
        "text.color": INK,
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "legend.frameon": False,
        "legend.fontsize": 8.5,
        "figure.facecolor": "white",
        "axes.facecolor": "white",
        "savefig.facecolor": "white",
    }
    with mpl.rc_context(settings):
        yield


class Drawing(Figure):
    """A figure that a notebook shows of itself, whatever its plotting is set to."""

    def _repr_png_(self) -> bytes:
        return png(self, NOTEBOOK_DPI)


def new_figure(width: float, height: float) -> Figure:
    """An empty figure in inches that needs no display."""
    figure = Drawing(figsize=(width, height), dpi=DPI)
    FigureCanvasAgg(figure)
    return figure


def titled(figure: Figure, title: str, about: str) -> None:
    """Title above, and below it what the figure was made from."""
    from_top = 0.1 / figure.get_figheight()
    figure.suptitle(title, x=0.012, y=1 - from_top, ha="left", va="top", fontsize=12, fontweight="bold")
    figure.text(0.012, 0.008, about, ha="left", va="bottom", fontsize=7.5, color=GREY)


def headline(figure: Figure, run: RunResult, title: str) -> None:
    """Title above, and below it the run that the figure was made from."""
    about = run.manifest
    label = f"{about['name']}, {arms(about)}, key {about['key']}, run {about['digest'][:12]}"
    titled(figure, title, label)


def png(figure: Figure, dpi: int = DPI) -> bytes:
    """The figure as a PNG, so many dots an inch, with nothing in it that differs from one day to the next."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()


def mass_label(kg: float) -> str:
    """A mass in words that fit a label: 250 g, 12 kg, 3.4 t."""
    if kg >= 1000:
        return f"{kg / 1000:,.1f} t" if kg < 10_000 else f"{kg / 1000:,.0f} t"
    if kg >= 10 or kg == 0:
        return f"{kg:,.0f} kg"
    return f"{kg:.1f} kg" if kg >= 1 else f"{kg * 1000:,.0f} g"


def kilogram_axis(axes: Axes, which: str) -> None:
    """Thousands apart on an axis of kilograms, so that no offset or power of ten is left to read."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}"))


def nice_steps(largest: float, n: int) -> list[float]:
    """N round numbers not above the largest, biggest first: every second one of ... 0.5, 1, 2, 5, 10 ..."""
    if largest <= 0:
        return []
    power = math.floor(math.log10(largest))
    series = [step * 10.0**p for p in range(power, power - 2 * n, -1) for step in (5, 2, 1)]
    return [step for step in series if step <= largest * (1 + 1e-12)][: 2 * n : 2]
