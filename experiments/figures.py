"""Figures of one run: map, weeks, seizures, sizes of loads. Each is a function of the run alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Patch

from experiments.map_figure import map_figure
from experiments.style import (
    GREY,
    INK,
    MEANING,
    PALE,
    figure_style,
    headline,
    kilogram_axis,
    mass_label,
    new_figure,
    png,
)
from experiments.summary import MEANS_WORDS, country_name, kilograms
from sim.codes import Fate, PostClass

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.results.run_result import RunResult


ESTIMATES = (("seized", "realised"), ("expected", "expected"))


def weekly_figure(run: RunResult) -> Figure:
    """Weeks of the run: sent and delivered, seized, delay of licit traffic, corruption."""
    weekly = run.weekly
    start = weekly["start"]
    with figure_style():
        figure = new_figure(9.0, 9.2)
        panels = figure.subplots(4, 1, sharex=True)
        figure.subplots_adjust(left=0.095, right=0.965, top=0.925, bottom=0.065, hspace=0.36)
        flow, seized, delay, corruption = panels
        flow.set_title("Sent and delivered, kg a week")
        (sent,) = flow.plot(start, weekly["sent_kg"], color=MEANING["sent"], lw=1.4, label="sent")
        (delivered,) = flow.plot(start, weekly["delivered_kg"], color=MEANING["delivered"], label="delivered")
        delivered.set(linewidth=1.8, linestyle="--")
        seized.set_title("Seized, kg a week")
        bars = seized.bar(start, weekly["seized_kg"], width=np.timedelta64(6, "D"), align="edge")
        for bar in bars:
            bar.set_color(MEANING["seized"])
        bars.set_label("realised")
        edges = np.append(start.to_numpy(), start.to_numpy()[-1:] + np.timedelta64(7, "D"))
        mean = np.append(weekly["expected_seized_kg"], weekly["expected_seized_kg"].iloc[-1])
        (expected,) = seized.step(edges, mean, where="post", color=INK, lw=1.4, label="expected")
        delay.set_title("Delay of licit traffic, vehicle-hours a week")
        delay.plot(start, weekly["delay_vehicle_h"], color=INK, lw=1.4)
        corruption.set_title("Corruption, % of officers who take bribes, mean of posts")
        corruption.plot(start, 100 * weekly["mean_corruption"], color=INK, lw=1.4)
        for axes in panels:
            axes.set_ylim(0, _top(axes.dataLim.y1, 1.15))
            kilogram_axis(axes, "y")
            axes.margins(x=0.01)
        corner = (1.0, 0.98)
        flow.legend(handles=[sent, delivered], loc="lower right", bbox_to_anchor=corner, ncols=2)
        seized.legend(handles=[bars, expected], loc="lower right", bbox_to_anchor=corner, ncols=2)
        headline(figure, run, "Week by week")
    return figure


def seizures_figure(run: RunResult) -> Figure:
    """Kilograms seized by country, by class of post and by means; realised beside expected."""
    countries = run.countries.set_index("country")[["seized_kg", "expected_seized_kg"]]
    countries = countries[(countries > 0).any(axis=1)].sort_values("expected_seized_kg", ascending=False)
    countries.index = countries.index.map(country_name)
    classes = run.posts.groupby("klass")[["seized_kg", "expected_seized_kg"]].sum()
    classes = classes.reindex([c.name.lower() for c in PostClass if c.name.lower() in classes.index])
    classes.index = classes.index.str.replace("_", " ")
    kept = run.seizures[~run.seizures["released"]]
    means = kept.groupby("means")["total_kg"].agg(["sum", "size"])
    means = means.reindex([m.name.lower() for m in MEANS_WORDS], fill_value=0)
    with figure_style():
        figure = new_figure(10.0, 6.6)
        grid = figure.add_gridspec(
            2, 2, left=0.105, right=0.965, top=0.885, bottom=0.095, wspace=0.36, hspace=0.36
        )
        by_country = figure.add_subplot(grid[:, 0])
        _paired_bars(by_country, countries, "By country, kg")
        by_class = figure.add_subplot(grid[0, 1])
        _paired_bars(by_class, classes, "By class of post, kg")
        by_means = figure.add_subplot(grid[1, 1])
        by_means.set_title("By what found the load, kg (realised)")
        _bars(by_means, means["sum"], 0.0, 0.62, MEANING["seized"])
        _name_rows(by_means, list(MEANS_WORDS.values()))
        for row, (kg, n) in enumerate(means.itertuples(index=False)):
            _write_beside(by_means, kg, row, f"{kilograms(kg)} kg in {n:,} {'load' if n == 1 else 'loads'}")
        by_means.set_xlim(0, _top(means["sum"].max(), 1.5))
        handles = [Patch(color=MEANING[what], label=name) for what, name in ESTIMATES]
        figure.legend(handles=handles, loc="upper right", bbox_to_anchor=(0.985, 0.985), ncols=2)
        headline(figure, run, "Where and how it was seized")
    return figure


def load_sizes_figure(run: RunResult) -> Figure:
    """Sizes of the loads dispatched against those seized: shares of loads, and of kilograms."""
    loads = run.loads[run.loads["total_kg"] > 0]
    sent = loads.loc[loads["dispatched"] >= run.weekly["start"].iloc[0], "total_kg"].to_numpy()
    seized = loads.loc[loads["fate"] == Fate.SEIZED.name.lower(), "total_kg"].to_numpy()
    with figure_style():
        figure = new_figure(9.0, 6.6)
        panels = figure.subplots(2, 1, sharex=True)
        figure.subplots_adjust(left=0.085, right=0.985, top=0.84, bottom=0.115, hspace=0.24)
        edges = _size_edges(loads["total_kg"].to_numpy())
        for axes, by_mass, title in zip(panels, (False, True), ("% of loads", "% of kilograms"), strict=True):
            axes.set_title(f"{title} in each size class")
            for sizes, what, style in ((sent, "dispatched", "sent"), (seized, "seized", "seized")):
                if sizes.size:
                    shares = np.histogram(sizes, edges, weights=sizes if by_mass else None)[0]
                    label = f"{what}: {sizes.size:,} loads, {mass_label(sizes.sum())}"
                    label += f", median {mass_label(float(np.median(sizes)))}"
                    drawn = axes.stairs(
                        100 * shares / shares.sum(), edges, fill=style == "seized", label=label
                    )
                    drawn.set(color=MEANING[style], linewidth=1.6, alpha=0.55 if style == "seized" else 1.0)
            axes.set_xscale("log")
            kilogram_axis(axes, "y")
            kilogram_axis(axes, "x")
        panels[1].set_xlabel("size of the load, kg (logarithmic scale)")
        if not seized.size:
            told = "no load was seized" if sent.size else "no load was dispatched"
            panels[0].text(0.99, 0.92, told, transform=panels[0].transAxes, ha="right", color=GREY)
        handles = panels[0].get_legend_handles_labels()
        figure.legend(*handles, loc="upper left", bbox_to_anchor=(0.005, 0.955), ncols=2)
        headline(figure, run, "Sizes of loads: dispatched against seized")
    return figure


MAKERS: dict[str, Callable[[RunResult], Figure]] = {
    "map": map_figure,
    "weekly": weekly_figure,
    "seizures": seizures_figure,
    "load_sizes": load_sizes_figure,
}
"""What draws each figure of a run."""


def figure_of(run: RunResult, name: str) -> Figure:
    """One figure of a run: map, weekly, seizures or load_sizes.

    Raises
    ------
    ValueError
        Naming the figures that there are, if that is none of them.
    """
    if name not in MAKERS:
        raise ValueError(f"no figure {name!r}; there are {', '.join(MAKERS)}")
    return MAKERS[name](run)


def figure_files(run: RunResult) -> dict[str, bytes]:
    """Every figure as a PNG, by file name."""
    return {f"{name}.png": png(make(run)) for name, make in MAKERS.items()}


def write_figures(run: RunResult, folder: Path | str) -> list[Path]:
    """Write every figure of the run to a folder, PNG, 150 dots an inch; each appears whole or not at all."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in figure_files(run).items():
        partial = place / f".{name}.{os.getpid()}.partial"
        try:
            partial.write_bytes(content)
            partial.replace(place / name)
        finally:
            partial.unlink(missing_ok=True)
        written.append(place / name)
    return written


def _size_edges(kg: np.ndarray) -> np.ndarray:
    """Borders of size classes, four to a factor of ten, round at the powers of ten."""
    if not kg.size:
        return np.logspace(-1, 3, 17)
    low, high = np.floor(4 * np.log10(kg.min())), np.ceil(4 * np.log10(kg.max()))
    return 10.0 ** (np.arange(low, max(high, low + 1) + 1) / 4)


def _paired_bars(axes: Axes, table: pd.DataFrame, title: str) -> None:
    """Realised over expected for each row of a table, with the figures beside the bars."""
    axes.set_title(title)
    _bars(axes, table["seized_kg"], -0.19, 0.36, MEANING["seized"])
    _bars(axes, table["expected_seized_kg"], 0.19, 0.36, MEANING["expected"])
    _name_rows(axes, list(table.index))
    for row, pair in enumerate(table.itertuples(index=False)):
        for kg, offset in zip(pair, (-0.19, 0.19), strict=True):
            _write_beside(axes, kg, row + offset, kilograms(kg))
    axes.set_xlim(0, _top(table.max().max(), 1.2))


def _bars(axes: Axes, kg: pd.Series[float], offset: float, height: float, colour: str) -> None:
    axes.barh(np.arange(len(kg)) + offset, kg, height=height, color=colour)


def _write_beside(axes: Axes, kg: float, row: float, words: str) -> None:
    axes.annotate(words, (kg, row), (4, 0), textcoords="offset points", va="center", fontsize=8)


def _top(largest: float, headroom: float) -> float:
    """End of an axis that begins at zero; 1 where there is nothing to show."""
    return headroom * largest if largest > 0 else 1.0


def _name_rows(axes: Axes, names: list[str]) -> None:
    """Rows from the top down, named; the grid runs along the values only."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    axes.grid(color=PALE, axis="x")
    kilogram_axis(axes, "x")
