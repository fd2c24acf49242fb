"""Figures show the run's numbers, keep their labels apart, and leave the process as it was."""

import dataclasses
from itertools import combinations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.text import Text

from experiments import figures, map_figure
from experiments.figures import (
    figure_files,
    figure_of,
    load_sizes_figure,
    seizures_figure,
    weekly_figure,
    write_figures,
)
from experiments.style import mass_label, nice_steps, png
from sim.results.run_result import RunResult
from tests.unit.results.synthetic import a_run

MAKERS = [map_figure.map_figure, weekly_figure, seizures_figure, load_sizes_figure]


@pytest.fixture(scope="module")
def run():
    return a_run()


@pytest.fixture(scope="module")
def nothing(run):
    """A run in which nothing was sent."""
    parts = {f.name: getattr(run, f.name) for f in dataclasses.fields(run)}
    for name in ("weekly", "mass", "posts", "countries"):
        frame = parts[name]
        numbers = [c for c in frame.select_dtypes("number") if c not in ("week", "lat", "lon")]
        parts[name] = frame.assign(**dict.fromkeys(numbers, 0))
    for name in ("markets", "seizures", "loads", "flows"):
        parts[name] = parts[name].iloc[:0]
    return RunResult(**parts)


def words_of(figure):
    """Texts that are drawn, with their boxes."""
    drawn, draw = [], Text.draw

    def note(text, renderer, *args, **kwargs):
        drawn.append(text)
        return draw(text, renderer, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", note)
        figure.canvas.draw()
    return [(t.get_text(), t.get_window_extent()) for t in drawn if t.get_visible() and t.get_text().strip()]


@pytest.mark.parametrize("make", MAKERS)
def test_settings_of_the_process_stay(run, make):
    before = dict(mpl.rcParams)
    make(run)
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("make", MAKERS)
def test_every_figure_names_its_run(run, make):
    words = [text for text, _ in words_of(make(run))]
    assert f"northern_route_2010, no intervention, key 1, run {run.manifest['digest'][:12]}" in words


@pytest.mark.parametrize("make", MAKERS)
def test_labels_lie_apart_and_inside_the_figure(run, make):
    figure = make(run)
    words = words_of(figure)
    assert len(words) > 10
    for text, box in words:
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= figure.bbox.x1, text
        assert box.y1 <= figure.bbox.y1, text
    for (one, a), (other, b) in combinations(words, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        up = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across < 1 or up < 1, (one, other)


@pytest.mark.parametrize("make", MAKERS)
def test_a_run_without_loads_is_drawn(nothing, make):
    assert words_of(make(nothing))


def test_map_widths_and_circles_are_kilograms(run):
    axes = map_figure.map_figure(run).axes[0]
    flows = run.flows.assign(
        pair=[tuple(sorted(p)) for p in zip(run.flows["from_id"], run.flows["to_id"], strict=True)]
    )
    kg = flows.groupby(["pair", "mode"])["kg"].sum().sort_values(ascending=False)
    widths = [line.get_linewidth() for line in axes.lines if 3 <= line.get_zorder() < 4]
    assert len(widths) == len(kg)
    expected = np.maximum(map_figure.WIDEST_PT * kg / kg.max(), map_figure.THINNEST_PT)
    assert widths == pytest.approx(list(expected))
    circles = next(c for c in axes.collections if c.get_zorder() == 5)
    seized = run.posts.groupby("crossing_id")["seized_kg"].sum()
    seized = seized[seized > 0].sort_values(ascending=False)
    areas = circles.get_sizes()
    assert areas / areas[0] == pytest.approx(seized.to_numpy() / seized.iloc[0])


def test_map_names_places_and_no_post(run):
    words = " ".join(text for text, _ in words_of(map_figure.map_figure(run)))
    assert "Moscow" in words
    assert "KAZAKHSTAN" in words.replace(" ", "")
    for post in run.posts.itertuples():
        if post.crossing_id in ("zhibek_zholy", "kurmangazy", "sher_khan"):
            assert post.name not in words


def test_weekly_figure_shows_the_weeks(run):
    flow, seized, delay, corruption = weekly_figure(run).axes
    assert np.array_equal(flow.lines[0].get_ydata(), run.weekly["sent_kg"])
    assert np.array_equal(flow.lines[1].get_ydata(), run.weekly["delivered_kg"])
    assert [bar.get_height() for bar in seized.patches] == list(run.weekly["seized_kg"])
    assert np.array_equal(seized.lines[0].get_ydata()[:-1], run.weekly["expected_seized_kg"])
    assert np.array_equal(delay.lines[0].get_ydata(), run.weekly["delay_vehicle_h"])
    assert corruption.lines[0].get_ydata() == pytest.approx(100 * run.weekly["mean_corruption"])


def test_seizures_figure_sets_expected_beside_realised(run):
    by_country, by_class, by_means = seizures_figure(run).axes
    table = run.countries.sort_values("expected_seized_kg", ascending=False)
    widths = [bar.get_width() for bar in by_country.patches]
    assert widths == [*table["seized_kg"], *table["expected_seized_kg"]]
    total = run.posts["seized_kg"].sum()
    n = len(by_class.patches) // 2
    assert sum(bar.get_width() for bar in by_class.patches[:n]) == pytest.approx(total)
    assert sum(bar.get_width() for bar in by_means.patches) == pytest.approx(total)


def test_load_sizes_are_shares_that_add_to_a_hundred(run):
    for axes in load_sizes_figure(run).axes:
        assert axes.get_xscale() == "log"
        for steps in axes.patches:
            assert steps.get_data().values.sum() == pytest.approx(100)


def test_files_are_png_and_the_same_each_time(run, tmp_path):
    paths = write_figures(run, tmp_path / "figures")
    assert [p.name for p in paths] == ["map.png", "weekly.png", "seizures.png", "load_sizes.png"]
    assert sorted(p.name for p in (tmp_path / "figures").iterdir()) == sorted(p.name for p in paths)
    assert all(p.read_bytes().startswith(b"\x89PNG") for p in paths)
    assert {p.name: p.read_bytes() for p in paths} == figure_files(run)


def test_a_figure_that_fails_leaves_no_part(run, tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "figure_files", lambda _: {"map.png": "not bytes"})
    with pytest.raises(TypeError):
        write_figures(run, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("kg", "label"),
    [
        (0, "0 kg"),
        (0.25, "250 g"),
        (3.21, "3.2 kg"),
        (45.4, "45 kg"),
        (999, "999 kg"),
        (1234, "1.2 t"),
        (45_678, "46 t"),
    ],
)
def test_masses_are_written_short(kg, label):
    assert mass_label(kg) == label


@pytest.mark.parametrize(
    ("largest", "steps"),
    [
        (7.0, [5, 1, 0.2]),
        (2000.0, [2000, 500, 100]),
        (1.0, [1, 0.2, 0.05]),
        (0.0, []),
        (0.3, [0.2, 0.05, 0.01]),
    ],
)
def test_legend_steps_are_round(largest, steps):
    assert nice_steps(largest, 3) == pytest.approx(steps)


def test_every_file_is_a_figure_that_can_be_had_by_name(run):
    files = figure_files(run)
    for name in ("map", "weekly", "seizures", "load_sizes"):
        assert png(figure_of(run, name)) == files.pop(f"{name}.png")
    assert not files
    with pytest.raises(ValueError, match="no figure 'maps'; there are map, weekly, seizures, load_sizes"):
        figure_of(run, "maps")
