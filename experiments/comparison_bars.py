"""How loads end in each arm, and one effect under several assumptions beside one another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from experiments.effect_rows import (
    NAME_IN,
    entitle,
    name_arms,
    signed_axis,
    wide_limits,
    zero_line,
)
from experiments.effect_words import MAIN, percent, rows_of, sorted_arms
from experiments.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    figure_style,
    mass_label,
    new_figure,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from experiments.effects import Effects

FATE_COLOURS = {
    "delivered": BLUE,
    "seized": VERMILLION,
    "diverted": PURPLE,
    "lost": ORANGE,
    "under_way": SKY,
}
BEHAVIOURS = ("adaptive", "non_adaptive", "random", "best_response")
WIDTH_IN, RIGHT_IN, ROW_IN, HEAD_IN, FOOT_IN = 11.0, 0.3, 0.4, 1.05, 0.55
NUMBERS_IN, GAP_IN, LINE_IN = 0.75, 0.3, 0.17


def fates_figure(effects: Effects) -> Figure:
    """What became of the kilograms sent, baseline first: all of it, and closer what did not arrive."""
    arms = ["baseline", *sorted_arms(effects)]
    fates = effects.fates
    known = [fate for fate in FATE_COLOURS if fate in set(fates["fate"])]
    known += sorted(set(fates["fate"]) - set(known))
    colours = [FATE_COLOURS.get(fate, GREY) for fate in known]
    share = fates.pivot_table(index="arm", columns="fate", values="share", aggfunc="sum")
    share = 100.0 * share.reindex(index=arms, columns=known).fillna(0.0)
    kg = fates.groupby("arm")["kg"].sum().reindex(arms)
    high = HEAD_IN + ROW_IN * len(arms) + FOOT_IN
    wide = (WIDTH_IN - NAME_IN - NUMBERS_IN - GAP_IN - RIGHT_IN) / 2
    with figure_style():
        figure = new_figure(WIDTH_IN, high)
        boxes = [NAME_IN, NAME_IN + wide + NUMBERS_IN + GAP_IN]
        whole, closer = (_panel(figure, left, wide, len(arms)) for left in boxes)
        for axes, shown, title in (
            (whole, known, "% of the kilograms sent or on the way at the start"),
            (closer, [fate for fate in known if fate != "delivered"], "Closer: what did not arrive"),
        ):
            name_arms(axes, arms, shown=axes is whole)
            axes.set_title(title)
            left = np.zeros(len(arms))
            for fate, colour in zip(known, colours, strict=True):
                if fate in shown:
                    axes.barh(range(len(arms)), share[fate], left=left, color=colour, height=0.62)
                    left += share[fate].to_numpy()
            axes.set_xlim(0, 100 if axes is whole else 1.08 * float(left.max()) or 1.0)
        for row, arm in enumerate(arms):
            sent = "" if math.isnan(kg[arm]) else f"{mass_label(float(kg[arm]))}"
            note = whole.annotate(sent, (100, row), (5, 0), textcoords="offset points", va="center")
            note.set(fontsize=7.5, color=GREY)
        for axes in (whole, closer):
            axes.axhline(0.5, color=INK, lw=0.9)
        handles = [Patch(color=c, label=f.replace("_", " ")) for f, c in zip(known, colours, strict=True)]
        _legend(figure, handles)
        entitle(figure, effects, "How it ends: fates of what was sent")
    return figure


def replacement_figure(effects: Effects) -> Figure:
    """The effect on what is delivered when nothing, the usual share or all of a loss is sent again."""
    table = effects.replacement
    own = set(table.loc[table["default"], "replacement_share"].tolist())
    looks: dict[Any, tuple[str, str, str]] = {}
    for share in sorted(set(table["replacement_share"].tolist())):
        words = {0.0: "nothing is sent again (0)", 1.0: "all is sent again (1)"}.get(share, f"{share:g}")
        colour, sign = (SKY, "<") if share < 0.5 else (PURPLE, ">")
        if share in own:
            words, colour, sign = f"the scenario's own share ({share:g})", BLUE, "o"
        looks[share] = (words, colour, sign)
    rows: Iterable[Any] = table.itertuples()
    effect_of = {(str(row.arm), row.replacement_share): row for row in rows}
    title = "If losses are replaced: effect on what is delivered, by share of a loss that is sent again"
    return _beside(effects, looks, effect_of, title)


def adaptation_figure(effects: Effects) -> Figure:
    """The same comparison against traffickers who learn, who do not, who choose at random, who know all."""
    against = {effects.behaviour: effects, **effects.others}
    known = [b for b in BEHAVIOURS if b in against] + sorted(set(against) - set(BEHAVIOURS))
    signs = dict(zip(BEHAVIOURS, (("o", BLUE), ("s", ORANGE), ("^", GREY), ("D", GREEN)), strict=True))
    looks: dict[Any, tuple[str, str, str]] = {}
    effect_of: dict[tuple[str, Any], Any] = {}
    for behaviour in known:
        sign, colour = signs.get(behaviour, ("v", PURPLE))
        looks[behaviour] = (f"{behaviour.replace('_', '-')} traffickers", colour, sign)
        rows = rows_of(against[behaviour], MAIN)
        effect_of |= {(arm, behaviour): row for arm, row in rows.items()}
    return _beside(
        effects, looks, effect_of, "What adaptation eats: effect on what is delivered, by behaviour"
    )


def _beside(
    effects: Effects,
    looks: Mapping[Any, tuple[str, str, str]],
    effect_of: Mapping[tuple[str, Any], Any],
    title: str,
) -> Figure:
    """Relative effects with intervals, an arm a row, one line in it for each assumption."""
    arms = sorted_arms(effects)
    row_in = LINE_IN * (len(looks) + 1)
    high = HEAD_IN + row_in * len(arms) + FOOT_IN
    with figure_style():
        figure = new_figure(WIDTH_IN, high)
        wide = WIDTH_IN - NAME_IN - RIGHT_IN - NUMBERS_IN
        axes = _panel(figure, NAME_IN, wide, len(arms), row_in)
        name_arms(axes, arms)
        axes.set_title("% of the baseline's kilograms, paired difference and 95 % interval; less is better")
        zero_line(axes)
        ends = []
        for row, arm in enumerate(arms):
            for line, (case, (_, colour, sign)) in enumerate(looks.items()):
                effect = effect_of.get((arm, case), SimpleNamespace(relative=math.nan))
                if math.isnan(effect.relative):
                    continue
                at = row + (line - (len(looks) - 1) / 2) / (len(looks) + 1)
                ends += [100 * effect.relative_low, 100 * effect.relative_high]
                axes.plot(
                    ends[-2:], [at, at], color=colour, lw=3.2, alpha=0.4, solid_capstyle="butt", zorder=2
                )
                axes.plot([100 * effect.relative], [at], sign, ms=5.5, color=colour, mec="white", mew=0.5)
                note = axes.text(1.01, at, percent(effect.relative).replace("-", "−"), va="center")
                note.set(transform=axes.get_yaxis_transform(), fontsize=7.5, color=INK)
        axes.set_xlim(*wide_limits(ends))
        signed_axis(axes, 9)
        look: dict[str, Any] = {"ls": "none", "ms": 6}
        _legend(figure, [Line2D([], [], marker=s, color=c, label=w, **look) for w, c, s in looks.values()])
        entitle(figure, effects, title)
    return figure


def _panel(figure: Figure, left: float, wide: float, rows: int, row_in: float = ROW_IN) -> Axes:
    high = float(figure.get_figheight())
    return figure.add_axes((left / WIDTH_IN, FOOT_IN / high, wide / WIDTH_IN, rows * row_in / high))


def _legend(figure: Figure, handles: Sequence[Any]) -> None:
    """One line of signs under the title."""
    corner = (0.006, 1 - 0.38 / float(figure.get_figheight()))
    figure.legend(handles=list(handles), loc="upper left", bbox_to_anchor=corner, ncols=max(len(handles), 1))
