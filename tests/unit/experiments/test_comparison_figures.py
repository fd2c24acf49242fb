"""Figures of a comparison show its numbers, keep their words apart, and bear one arm or twelve."""

from itertools import combinations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import same_color, to_hex
from matplotlib.text import Text

from experiments.comparison_bars import adaptation_figure, fates_figure, replacement_figure
from experiments.comparison_figures import comparison_figure, comparison_files, map_names
from experiments.cost_figure import cost_figure
from experiments.course_figure import course_figure
from experiments.displacement_map import CLEAR, FAINT, displacement_map
from experiments.effect_rows import COLOURS, signed_tick, unit_scale, wide_limits
from experiments.effect_words import rows_of, sorted_arms, verdict
from experiments.effects_figure import effects_figure
from experiments.map_ground import THINNEST_PT, WIDEST_PT
from experiments.style import BLUE, NOTEBOOK_DPI, VERMILLION, png
from tests.unit.experiments.synthetic_effects import some_effects, without


def first_map(effects):
    return displacement_map(effects, effects.arms[0])


MAKERS = [
    effects_figure,
    course_figure,
    cost_figure,
    fates_figure,
    replacement_figure,
    adaptation_figure,
    first_map,
]


@pytest.fixture(scope="module")
def effects():
    return some_effects(4)


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
def test_settings_of_the_process_stay(effects, make):
    before = dict(mpl.rcParams)
    make(effects)
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("make", MAKERS)
def test_every_figure_names_its_comparison(effects, make):
    said = [text for text, _ in words_of(make(effects))]
    about = (
        "northern_route_2010, 24 pairs an arm (keys 1 to 24), adaptive traffickers, comparison 0123456789ab"
    )
    assert about in said


@pytest.mark.parametrize("n_arms", [1, 12])
@pytest.mark.parametrize("make", MAKERS)
def test_words_lie_apart_and_inside_the_figure(make, n_arms):
    figure = make(some_effects(n_arms))
    words = words_of(figure)
    assert len(words) > 8
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
def test_a_single_pair_without_intervals_is_drawn(make):
    effects = some_effects(2)
    nothing = dict.fromkeys(("low", "high", "relative_low", "relative_high"), np.nan)
    frames = {name: getattr(effects, name).assign(**nothing) for name in ("table", "replacement")}
    ends = ("low", "high", "cumulative_low", "cumulative_high")
    frames["weekly"] = effects.weekly.assign(**dict.fromkeys(ends, np.nan))
    frames["costs"] = effects.costs.assign(
        **dict.fromkeys(("cost_low", "cost_high", "kept_off_low", "kept_off_high"), np.nan)
    )
    frames["legs"] = effects.legs.assign(low=np.nan, high=np.nan)
    assert words_of(make(without(effects, **frames)))


@pytest.mark.parametrize("make", MAKERS)
def test_arms_that_change_nothing_are_drawn(make):
    effects = some_effects(2)
    frames = {}
    for name in ("table", "replacement", "weekly", "costs", "legs", "displacement"):
        frame = getattr(effects, name)
        kept = (
            "baseline",
            "baseline_kg",
            "mean",
            "mean_kg",
            "week",
            "replacement_share",
            "usd_per_kg",
            "pairs",
        )
        numbers = [c for c in frame.select_dtypes("float") if c not in kept]
        frames[name] = frame.assign(**dict.fromkeys(numbers, 0.0))
    assert words_of(make(without(effects, **frames)))


def dots_of(axes):
    """Filled or hollow dots at effects: (x, y, colour, face)."""
    dots = [line for line in axes.lines if line.get_marker() == "o" and line.get_markersize() > 5]
    return [
        (line.get_xdata()[0], line.get_ydata()[0], line.get_markeredgecolor(), line.get_markerfacecolor())
        for line in dots
    ]


def test_dumbbells_stand_at_the_differences_in_the_colour_of_the_verdict(effects):
    main = effects_figure(effects).axes[0]
    rows = rows_of(effects, "delivered_kg")
    arms = sorted_arms(effects)
    dots = dots_of(main)
    assert [x for x, _, _, _ in dots] == pytest.approx([rows[arm].difference for arm in arms])
    assert [y for _, y, _, _ in dots] == list(range(len(arms)))
    assert [colour for _, _, colour, _ in dots] == [COLOURS[verdict(rows[arm])] for arm in arms]
    bars = [line.get_xdata() for line in main.lines if line.get_linewidth() == 4.0]
    assert np.array(bars) == pytest.approx(np.array([[rows[arm].low, rows[arm].high] for arm in arms]))


def test_better_worse_and_unclear_are_told_apart():
    effects = some_effects(12)
    rows = rows_of(effects, "delivered_kg")
    said = {verdict(row) for row in rows.values()}
    assert said == {"better", "worse", "unclear"}
    for _, y, _, face in dots_of(effects_figure(effects).axes[0]):
        is_hollow = face == "white"
        assert is_hollow == (verdict(rows[sorted_arms(effects)[int(y)]]) == "unclear")


def test_figures_beside_the_panel_are_those_of_the_table(effects):
    row = rows_of(effects, "delivered_kg")["scanner_upgrade"]
    said = [text for text, _ in words_of(effects_figure(effects))]
    assert f"−{-row.difference:,.0f} (−{-row.low:,.0f} to −{-row.high:,.0f}) kg" in said
    assert f"−{-100 * row.relative:.2f} %" in said
    assert f"{100 * row.prob_better:.0f} %" in said


def test_relative_axis_is_the_difference_over_the_baseline(effects):
    figure = effects_figure(effects)
    figure.canvas.draw()
    main = figure.axes[0]
    (top,) = main.child_axes
    base = rows_of(effects, "delivered_kg")["scanner_upgrade"].baseline
    assert np.array(top.get_xlim()) == pytest.approx(100 * np.array(main.get_xlim()) / base)


def test_course_marks_the_start_and_says_where_there_is_none(effects):
    figure = course_figure(effects)
    said = [text for text, _ in words_of(figure)]
    assert said.count("not in force within the run") == 2
    arms = sorted_arms(effects)
    for arm, axes in zip(arms, figure.axes[::2], strict=True):
        dashed = [line for line in axes.lines if same_color(line.get_color(), BLUE) and line.is_dashed()]
        assert len(dashed) == (effects.starts[arm] is not None)
        if dashed:
            assert dashed[0].get_xdata()[0] == np.datetime64(effects.starts[arm])
        course = effects.weekly[
            (effects.weekly["arm"] == arm) & (effects.weekly["outcome"] == "delivered_kg")
        ]
        drawn = next(line for line in axes.lines if len(line.get_xdata()) == len(course))
        assert drawn.get_ydata() == pytest.approx(course["difference"].to_numpy())


def test_cost_figure_sets_dots_and_both_intervals(effects):
    axes = cost_figure(effects).axes[0]
    rows = effects.costs.set_index("arm").loc[sorted_arms(effects)]
    dots = dots_of(axes)
    assert [1e6 * x for x, _, _, _ in dots] == pytest.approx(list(rows["cost_usd"]))
    assert [y for _, y, _, _ in dots] == pytest.approx(list(rows["kept_off_kg"]))
    bars = [line for line in axes.lines if line.get_linewidth() == 2.2]
    assert 1e6 * np.array([bar.get_xdata() for bar in bars[::2]]) == pytest.approx(
        rows[["cost_low", "cost_high"]].to_numpy()
    )
    assert np.array([bar.get_ydata() for bar in bars[1::2]]) == pytest.approx(
        rows[["kept_off_low", "kept_off_high"]].to_numpy()
    )


def test_prices_lie_on_their_rays(effects):
    axes = cost_figure(effects).axes[0]
    rays = [line for line in axes.lines if line.is_dashed()]
    prices = [float(t.get_text().split()[1].replace(",", "")) for t in axes.texts if "a kg" in t.get_text()]
    slopes = [1e6 * line.get_xdata()[1] / line.get_ydata()[1] for line in rays]
    assert prices
    assert all(any(price == pytest.approx(slope) for slope in slopes) for price in prices)
    assert all(line.get_xdata()[0] == line.get_ydata()[0] == 0 for line in rays)


def test_an_arm_that_keeps_nothing_off_has_no_price(effects):
    said = [text for text, _ in words_of(cost_figure(effects))]
    assert said.count("none clear") == 1
    assert effects.costs["kept_off_low"].lt(0).sum() == 1


def test_fates_add_up_to_all_that_was_sent(effects):
    whole, closer = fates_figure(effects).axes
    n = len(effects.arms) + 1
    ends = [0.0] * n
    for bar in whole.patches:
        row = round(bar.get_y() + bar.get_height() / 2)
        assert bar.get_x() == pytest.approx(ends[row])
        ends[row] += bar.get_width()
    assert ends == pytest.approx([100.0] * n)
    shares = effects.fates.set_index(["arm", "fate"])["share"]
    seized = closer.patches[:n]
    arms = ["baseline", *sorted_arms(effects)]
    assert [bar.get_width() for bar in seized] == pytest.approx([100 * shares[arm, "seized"] for arm in arms])


def test_replacement_shows_none_own_and_all(effects):
    axes = replacement_figure(effects).axes[0]
    dots = [line.get_xdata()[0] for line in axes.lines if line.get_marker() in ("o", "<", ">")]
    table = effects.replacement.set_index(["arm", "replacement_share"])["relative"]
    expected = [100 * table[arm, share] for arm in sorted_arms(effects) for share in (0.0, 0.5, 1.0)]
    assert dots == pytest.approx(expected)


def test_adaptation_shows_each_behaviour(effects):
    figure = adaptation_figure(effects)
    said = " ".join(text for text, _ in words_of(figure))
    for behaviour in ("adaptive", "non-adaptive", "random", "best-response"):
        assert f"{behaviour} traffickers" in said
    dots = [line.get_xdata()[0] for line in figure.axes[0].lines if line.get_marker() in "os^D"]
    against = [effects, *(effects.others[b] for b in ("non_adaptive", "random", "best_response"))]
    rows = [rows_of(other, "delivered_kg") for other in against]
    assert dots == pytest.approx([100 * r[arm].relative for arm in sorted_arms(effects) for r in rows])


def drawn_legs(figure):
    return [line for line in figure.axes[0].lines if 3 <= line.get_zorder() < 4]


def test_map_colours_and_widths_are_differences(effects):
    arm = effects.arms[0]
    legs = effects.legs[effects.legs["arm"] == arm].set_index("leg_id")
    lines = drawn_legs(displacement_map(effects, arm))
    assert len(lines) == len(legs)
    most = legs["difference_kg"].abs().max()
    widths = np.maximum(WIDEST_PT * legs["difference_kg"].abs() / most, THINNEST_PT)
    assert sorted(line.get_linewidth() for line in lines) == pytest.approx(sorted(widths))
    clear = (legs["low"] > 0) | (legs["high"] < 0)
    alphas = [line.get_alpha() for line in lines]
    assert alphas.count(CLEAR) == clear.sum()
    assert alphas.count(FAINT) == (~clear).sum() > 0
    more = [line for line in lines if to_hex(line.get_color()) == VERMILLION.lower()]
    assert len(more) == (legs["difference_kg"] > 0).sum()


def test_both_ways_over_a_leg_are_one_line(effects):
    rows = [("kunduz__panji_poyon__road", 500.0), ("panji_poyon__kunduz__road", -200.0)]
    legs = pd.DataFrame(
        [
            {
                "arm": "a",
                "leg_id": leg,
                "baseline_kg": 1e3,
                "difference_kg": kg,
                "low": kg - 9,
                "high": kg + 9,
            }
            for leg, kg in rows
        ]
    )
    (line,) = drawn_legs(displacement_map(without(effects, legs=legs), "a"))
    assert same_color(line.get_color(), VERMILLION)
    assert line.get_alpha() == CLEAR


def test_map_names_the_crossings_that_moved_most(effects):
    arm = effects.arms[0]
    said = [text for text, _ in words_of(displacement_map(effects, arm))]
    rows = effects.displacement
    rows = rows[(rows["arm"] == arm) & (rows["by"] == "crossing") & ((rows["low"] > 0) | (rows["high"] < 0))]
    largest = rows.loc[rows["difference_kg"].abs().idxmax()]
    assert largest["name"] == "kg_kz__bishkek__shu"
    assert f"Bishkek - Shu\n−{-largest['difference_kg'] / 1000:.1f} t" in said
    unclear = effects.displacement[~effects.displacement.index.isin(rows.index)]
    assert "korday" in set(unclear[(unclear["arm"] == arm) & (unclear["by"] == "crossing")]["name"])
    assert not any(text.startswith("Korday") for text in said)


def test_a_made_up_corridor_is_drawn_without_real_borders(effects):
    legs = pd.DataFrame(
        [
            {
                "arm": "a",
                "leg_id": "spring__ford__road",
                "baseline_kg": 9.0,
                "difference_kg": 3.0,
                "low": 1,
                "high": 5,
            }
        ]
    )
    manifest = {
        **effects.manifest,
        "scenario": {"name": "tutorial", "tables": "tutorial", "start": "2010-01-01"},
    }
    made_up = without(effects, legs=legs, manifest=manifest)
    assert "R U S S I A" not in [text for text, _ in words_of(displacement_map(made_up, "a"))]


def test_files_are_png_and_the_same_each_time():
    effects = some_effects(2)
    files = comparison_files(effects)
    assert list(files) == [
        *("effects.png", "over_time.png", "cost.png", "fates.png", "replacement.png", "adaptation.png"),
        *("map_scanner_upgrade.png", "map_dog_rotation.png"),
    ]
    assert all(content.startswith(b"\x89PNG") for content in files.values())
    assert comparison_files(effects) == files


def test_what_was_not_compared_has_no_figure():
    effects = some_effects(1, others=False)
    empty = without(effects, replacement=effects.replacement.iloc[:0], costs=effects.costs.iloc[:0])
    assert set(comparison_files(empty)) == {
        "effects.png",
        "over_time.png",
        "fates.png",
        "map_scanner_upgrade.png",
    }


def test_maps_of_different_arms_never_share_a_file():
    arms = ("a+b", "a_b", "A+B", "../../x", "é", "ü", "x" * 90 + "1", "x" * 90 + "2")
    names = map_names(arms)
    assert list(names.values()) == list(arms)
    assert len({name.casefold() for name in names}) == len(arms)
    assert all("/" not in name and len(name) < 64 for name in names)


@pytest.mark.parametrize(
    ("value", "said"), [(0, "0"), (1500, "+1,500"), (-1500, "−1,500"), (-0.25, "−0.25"), (99, "+99")]
)
def test_ticks_bear_their_sign(value, said):
    assert signed_tick(value) == said


def test_limits_hold_zero_and_whatever_is_finite():
    assert wide_limits([2.0, 4.0, float("nan")], 0.5) == (-2.0, 6.0)
    assert wide_limits([]) == (-1.0, 1.0)
    assert wide_limits([0.0, 0.0]) == (-1.0, 1.0)


@pytest.mark.parametrize(
    ("unit", "largest", "scale", "words"),
    [
        ("1", 0.01, 100.0, "percentage points"),
        ("USD", 3e6, 1e-6, "USD million"),
        ("USD", 300, 1.0, "USD"),
        ("kg", 3e6, 1.0, "kg"),
        ("vehicle-hours", 2e5, 1e-3, "thousand vehicle-hours"),
    ],
)
def test_units_are_scaled_so_that_numbers_are_short(unit, largest, scale, words):
    assert unit_scale(unit, largest) == (scale, words)


def test_every_file_is_a_figure_that_can_be_had_by_name(effects):
    names = [name.removesuffix(".png") for name in comparison_files(effects)]
    assert {"effects", "cost", f"map_{effects.arms[0]}"} <= set(names)
    for name in ("over_time", f"map_{effects.arms[1]}"):
        assert png(comparison_figure(effects, name)) == comparison_files(effects)[f"{name}.png"]
    second = " ".join(text for text, _ in words_of(comparison_figure(effects, f"map_{effects.arms[1]}")))
    assert "dog rotation" in second
    with pytest.raises(ValueError, match=r"no figure 'maps'; .*map_dog_rotation"):
        comparison_figure(effects, "maps")
    with pytest.raises(ValueError, match="adaptation"):
        comparison_figure(without(effects, others={}), "adaptation")


def test_a_notebook_shows_a_figure_of_itself(effects):
    figure = effects_figure(effects)
    assert figure._repr_png_() == png(effects_figure(effects), NOTEBOOK_DPI) != png(figure)
