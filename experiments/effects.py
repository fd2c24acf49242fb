"""The paired comparison: every arm on the same keys, and what each changes, with how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from experiments.arms import ArmLike, read_arms, read_portfolio
from experiments.effect_text import effects_html, effects_text, write_effects
from experiments.outcomes import HEADLINE
from sim.scenario.faults import Place, ScenarioError, fault_at, nearest
from sim.scenario.leaf import shown
from sim.scenario.load import Loaded, load_scenario
from sim.scenario.quantity import quantities
from sim.scenario.schema import Scenario
from sim.scenario.tiers import Behaviour

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from experiments.progress import Tell

BEHAVIOURS: tuple[str, ...] = get_args(Behaviour)
"""How traffickers can decide; the ones beside `adaptive` are the null models."""

KEYS = 64
"""Keys of a comparison that is told neither keys nor precision."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Effects:
    """What each arm of a comparison changes against the baseline, over the reported weeks.

    Attributes
    ----------
    starts
        First day on which each arm is in force; None if that is never in the run.
    table : DataFrame
        An arm and outcome a row: means of baseline and arm; the mean paired difference and its 95 % interval
        (`low`, `high`), also as shares of the baseline; the interval of single years' differences
        (`outcome_low`, `outcome_high`); how often the arm is better, and how often single years agree with
        the mean in sign; how much the pairing gained, and how many pairs a precision takes. `estimator`
        says what means are of; everything about single years is of realised outcomes.
    replacement : DataFrame
        Effects on `delivered_kg` where no loss is sent again, the scenario's share, and every loss.
    displacement, legs : DataFrame
        Realised kilograms carried by mode, border, crossing and route, and over each leg.
    weekly, fates, costs, pairs : DataFrame
        Differences by week; what became of loads; cost beside kilograms kept off the market; every run.
    others
        The same comparison against traffickers who decide otherwise, by behaviour.
    warnings
        What a careful analyst would add.
    """

    scenario: str
    arms: tuple[str, ...]
    keys: tuple[int, ...]
    behaviour: str
    starts: dict[str, date | None]
    table: pd.DataFrame
    replacement: pd.DataFrame
    displacement: pd.DataFrame
    legs: pd.DataFrame
    weekly: pd.DataFrame
    fates: pd.DataFrame
    costs: pd.DataFrame
    pairs: pd.DataFrame
    others: dict[str, Effects]
    warnings: tuple[str, ...]
    manifest: dict[str, Any]

    def plot(self) -> Figure:
        """Paired effects with intervals."""
        return self.figure("effects")

    def figure(self, name: str) -> Figure:
        """One figure: effects, over_time, cost, fates, replacement, adaptation, or map_ and an arm.

        Raises
        ------
        ValueError
            Naming the figures that there are, if that is none of them.
        """
        drawn: Figure = import_module("experiments.comparison_figures").comparison_figure(self, name)
        return drawn

    def save(
        self, folder: Path | str, *, overwrite: bool = False, extras: Mapping[str, bytes] | None = None
    ) -> Path:
        """Write every table as CSV and as Markdown, a summary and `manifest.json` to a folder.

        `extras` are further files by name, such as figures; they may replace the summary.

        Raises
        ------
        RunFolderError
            If the folder holds something else than a comparison and `overwrite` is not said.
        """
        return write_effects(self, Path(folder), overwrite=overwrite, extras=extras)

    def __str__(self) -> str:
        return effects_text(self)

    def __repr__(self) -> str:
        return f"<Effects of {', '.join(self.arms)} on {self.scenario}, {len(self.keys)} pairs an arm>"

    def _repr_html_(self) -> str:
        return effects_html(self)


def compare(  # noqa: PLR0913 (what a comparison can be asked)
    scenario: str | PathLike[str] | Loaded[Any] | Scenario,
    arms: ArmLike | Sequence[ArmLike],
    *,
    keys: int | Sequence[int] | Literal["auto"] | None = None,
    base: ArmLike = (),
    sets: Sequence[str] = (),
    until: str | float | None = None,
    outcome: str = HEADLINE,
    behaviours: Literal["all"] | Sequence[str] = (),
    replacement: bool = True,
    workers: int | None = None,
    folder: Path | str | None = None,
    robust: int = 0,
    progress: Tell | None = None,
) -> Effects:
    """Compare arms with the baseline of a scenario, each on the same keys.

    Parameters
    ----------
    scenario
        Name or path of a scenario, or one already loaded, whose interventions then belong to the base.
    arms
        What is compared: `a`, `a+b`, `a:0.5`, `a@2010-07-01`, `name=a+b`, files, interventions, or sequences
        of these. Each is one arm.
    keys
        How many (64 for keys 1 to 64), or which; `auto` runs until the interval is within 1 %. With `until`,
        the most that are run, 512 if nothing is said.
    base
        Interventions laid over the baseline and every arm.
    sets
        Values replaced in a named scenario, as `countries.KZ.sharing=0.6`.
    until
        Half-width of the interval of `outcome`, as a share of the baseline mean, at which every arm has keys
        enough: '2%' or 0.02.
    behaviours
        Other ways in which traffickers may decide, each compared on the same keys; `all` for every one.
    replacement
        Whether each arm is also run with no loss sent again and with every one, on the first 24 keys at most.
    workers
        Processes; as many as there are cores if nothing is said. With 1 everything runs here. A script that
        asks for more keeps what it does under `if __name__ == "__main__":`, as each process imports it.
    folder
        Where finished keys are kept: the same call goes on from them.
    robust
        Points of the parameter ranges at which the ranking of the arms is looked at as well.
    progress
        Called with (done, in all), in keys and points.

    Raises
    ------
    ScenarioError, WorldError
        When the scenario or an arm cannot be run.
    PairingError
        When keys are none, repeated or no keys.
    TaskError
        When a run fails, with its key.
    """
    from experiments.comparing import Asked, answer

    loaded = _loaded(scenario, sets)
    own = loaded.scenario
    asked = Asked(
        loaded=loaded,
        base=(*loaded.interventions, *read_portfolio(base)),
        arms=read_arms(arms),
        keys=keys,
        until=until,
        outcome=outcome,
        behaviours=_behaviours(behaviours),
        replacement=replacement,
        folder=None if folder is None else Path(folder),
        robust=robust,
        fixed=_set_paths(scenario, own) if sets and robust else frozenset(),
    )
    return answer(asked, workers, progress)


def _loaded(scenario: object, sets: Sequence[str]) -> Loaded[Any]:
    if isinstance(scenario, str | PathLike):
        return load_scenario(fspath(scenario), sets=sets)
    if sets:
        raise ValueError("sets: expected a scenario given by name or file to replace values in")
    if isinstance(scenario, Loaded):
        return scenario
    if isinstance(scenario, Scenario):
        return Loaded(scenario, {})
    raise TypeError(f"scenario: expected a name, a file or a scenario (got {type(scenario).__name__})")


def _behaviours(asked: str | Sequence[str]) -> tuple[str, ...]:
    names = BEHAVIOURS if asked == "all" else (asked,) if isinstance(asked, str) else tuple(asked)
    for name in names:
        if name not in BEHAVIOURS:
            expected, place = f"all or one of {', '.join(BEHAVIOURS)}", Place("--behaviour", 1, 1)
            raise ScenarioError(
                [fault_at(place, "behaviour", expected, shown(name), nearest(name, BEHAVIOURS))]
            )
    return tuple(dict.fromkeys(names))


def _set_paths(scenario: object, changed: Scenario) -> frozenset[str]:
    """Paths of quantities that `--set` values gave another value."""
    assert isinstance(scenario, str | PathLike)
    before = dict(quantities(load_scenario(fspath(scenario)).scenario))
    return frozenset(path for path, q in quantities(changed) if path not in before or before[path] != q)
