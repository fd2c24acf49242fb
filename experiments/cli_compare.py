"""`kordon compare`: arms against the baseline on the same keys; tables, answer and figures in a folder."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from experiments.terminal import Debug, ScenarioName, Sets, answers, progress

if TYPE_CHECKING:
    from experiments.effects import Effects

LONGEST_NAME, MOST_KEYS = 64, 100_000
NULL_MODELS = ("non_adaptive", "random", "best_response")
BEHAVIOURS = ("adaptive", *NULL_MODELS)
FINISHED = "finished*.jsonl"
"""Files of finished keys, by which a folder shows that it holds a comparison that was begun."""


class ManyArms(TyperCommand):
    """A command whose `--arms` takes every word up to the next option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 (a context of click)
        """Read the words of the command line."""
        return super().parse_args(ctx, spread(args))


def spread(words: Sequence[str], option: str = "--arms") -> list[str]:
    """Words in which the option stands before each of its values: --arms a b becomes --arms a --arms b."""
    spread_out: list[str] = []
    is_open = again = False
    for word in words:
        if word.startswith("-") and word != "-":
            is_open = word == option or word.startswith(f"{option}=")
        elif is_open and again:
            spread_out.append(option)
        spread_out.append(word)
        again = is_open and (word != option)
    return spread_out


def compare(  # noqa: PLR0913  (one parameter per option of the command line)
    scenario: ScenarioName,
    *,
    arms: Annotated[
        list[str],
        typer.Option("--arms", metavar="ARM...", help="What is tried: A, A+B, A:0.5@2010-07-01, name=A+B."),
    ],
    keys: Annotated[
        str | None,
        typer.Option(
            metavar="N|auto|1,2,3|5-20",
            help="How many keys, or which; the same in every arm. 64 if left out; `auto` runs until the "
            "interval is within 1 %; with --until, the most that are run (512).",
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="2%", help="Run until intervals are that narrow: half-width, of the mean."),
    ] = None,
    outcome: Annotated[
        str, typer.Option(help="Outcome that --until and --keys auto are about.")
    ] = "delivered_kg",
    with_: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="A+B", help="Interventions in force in baseline and arms alike."),
    ] = None,
    sets: Sets = None,
    behaviour: Annotated[
        list[str] | None,
        typer.Option(
            metavar="all|NAME",
            help=f"The same against other traffickers: {', '.join(NULL_MODELS)}, or all; may be given again.",
        ),
    ] = None,
    robust: Annotated[
        int, typer.Option(min=0, max=10_000, help="Draws of the parameter ranges that rankings are tried on.")
    ] = 0,
    replacement: Annotated[
        bool, typer.Option("--replacement/--no-replacement", help="Show replacement shares 0 and 1 beside.")
    ] = True,
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="Processes; as many as there are cores if left out.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder that holds the folders of comparisons.")] = Path("runs"),
    name: Annotated[str | None, typer.Option(help="Name of the comparison's folder.")] = None,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Draw the figures.")] = True,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Write to a folder that holds other files; they stay.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the folder and nothing else.")] = False,
    debug: Debug = False,
) -> None:
    """Compare interventions with the baseline, pair by pair; say what they change, and how sure that is.

    Every arm runs on the same keys as the baseline. Stopped with Ctrl-C, it goes on where it was when the
    same command is given again; with more keys, only those are run that are not there yet.

    \b
    Examples:
      kordon compare northern_route_2010 --arms scanner_upgrade dog_rotation tir_reform
      kordon compare northern_route_2010 --arms both=scanner_upgrade+dog_rotation --keys auto
      kordon compare northern_route_2010 --arms scanner_upgrade:0.5@2010-07-01 --until 2%
      kordon compare tutorial --arms my_intervention.yaml --keys 1-20 --behaviour all
    """  # noqa: D301  (\b keeps the lines of the examples)
    with answers(debug, "what is finished is kept; the same command goes on from there") as was_stopped:
        from sim.scenario.faults import check_run_name

        asked: dict[str, Any] = {
            "keys": read_keys(keys),
            "base": [part for given in with_ or [] for part in given.split("+")],
            "sets": list(sets or []),
            "until": read_until(until),
            "outcome": outcome,
            "behaviours": read_behaviours(behaviour or []),
            "replacement": replacement,
            "workers": workers,
            "robust": robust,
        }
        if name is not None:
            check_run_name(name)
        folder = out / (name or comparison_name(scenario, arms, asked))
        check_place(folder, overwrite=overwrite)
        import experiments

        with progress(quiet, was_stopped, unit="run") as tell:
            effects = experiments.compare(scenario, arms, folder=folder, progress=tell, **asked)
        typed = command_line(scenario, arms, keys, until, asked)
        files = answer_files(effects, typed, figures=figures)
        effects.save(folder, overwrite=overwrite, extras=files)
        typer.echo(str(folder) if quiet else f"{files['summary.txt'].decode()}\nKept in {folder}")


def read_keys(text: str | None) -> int | str | tuple[int, ...] | None:
    """Keys as typed: how many (64), `auto`, or which (1,2,3 or 5-20); else ScenarioError."""
    if text is None:
        return None
    plain = text.replace(" ", "")
    if plain == "auto":
        return plain
    if plain.isdecimal() and 1 <= int(plain) <= MOST_KEYS:
        return int(plain)
    keys: list[int] = []
    for part in plain.split(","):
        found = re.fullmatch(r"(\d{1,20})(?:-(\d{1,20}))?", part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if not first <= last < 2**64 or last - first >= MOST_KEYS or plain.isdecimal():
            raise _fault("--keys", f"how many (1 to {MOST_KEYS:,}), auto, or which, as 1,2,3 or 5-20", text)
        keys += range(first, last + 1)
    if len(set(keys)) < len(keys) or len(keys) > MOST_KEYS:
        raise _fault("--keys", f"each key once, at most {MOST_KEYS:,}", text)
    return tuple(keys)


def read_until(text: str | None) -> float | None:
    """A half-width as a share of the baseline mean, from 2% or 0.02; else ScenarioError."""
    if text is None:
        return None
    found = re.fullmatch(r"\s*(\d*\.?\d+)\s*(%?)\s*", text)
    share = float(found[1]) / (100 if found[2] else 1) if found else 0.0
    if not 0.0 < share < 1.0:
        raise _fault("--until", "a share of the baseline's mean, as 2% or 0.02", text)
    return share


def read_behaviours(names: Sequence[str]) -> tuple[str, ...]:
    """Behaviours of traffickers to compare against; `all` is every one."""
    for name in names:
        if name not in ("all", *BEHAVIOURS):
            raise _fault("--behaviour", f"all or one of {', '.join(BEHAVIOURS)}", name, ("all", *BEHAVIOURS))
    wanted = [b for name in names for b in (BEHAVIOURS if name == "all" else (name,))]
    return tuple(dict.fromkeys(wanted))


def comparison_name(scenario: str, arms: Sequence[str], asked: Mapping[str, Any]) -> str:
    """Folder name of a comparison: the scenario, what is tried, and what else makes it differ.

    Keys are no part of it, so that more of them are added to those that are there.
    """
    words = ["compare", Path(scenario).stem, *(re.sub(r"[^A-Za-z0-9._]+", "_", arm) for arm in arms)]
    rest = [f"{part}={asked[part]}" for part in ("base", "sets", "behaviours", "robust") if asked[part]]
    rest += [] if asked["replacement"] else ["no replacement"]
    rest += [arm for arm, word in zip(arms, words[2:], strict=True) if arm != word]
    mark = hashlib.sha256("\n".join([scenario, *arms, *rest]).encode()).hexdigest()
    name = "-".join([*words, *([mark[:8]] if rest or scenario != words[1] else [])])
    return name if len(name) <= LONGEST_NAME else f"compare-{words[1][:30]}-{mark[:12]}"


def check_place(folder: Path, *, overwrite: bool) -> None:
    """Refuse, before anything is run, a folder that a comparison must not or cannot be written to."""
    from sim.results.run_folder import MANIFEST, RunFolderError, check_folder, read_manifest

    check_folder(folder, overwrite=overwrite or any(folder.glob(FINISHED)))
    if not overwrite and (folder / MANIFEST).is_file() and "arms" not in read_manifest(folder)[0]:
        raise RunFolderError(f"{folder}: holds a run; choose another --name, or say --overwrite")
    there = next((place for place in (folder, *folder.absolute().parents) if place.exists()), folder)
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise RunFolderError(f"{folder}: cannot be written, since {there} cannot be written to")


def command_line(
    scenario: str, arms: Sequence[str], keys: str | None, until: str | None, asked: Mapping[str, Any]
) -> str:
    """What to type to get the same comparison again."""
    words = ["kordon", "compare", scenario, "--arms", *arms]
    words += ["--keys", keys] if keys else []
    words += ["--until", until] if until else []
    words += ["--outcome", asked["outcome"]] if asked["outcome"] != "delivered_kg" else []
    words += ["--with", "+".join(asked["base"])] if asked["base"] else []
    words += [word for change in asked["sets"] for word in ("--set", change)]
    others = asked["behaviours"] if set(asked["behaviours"]) != set(BEHAVIOURS) else ("all",)
    words += [word for behaviour in others for word in ("--behaviour", behaviour)]
    words += ["--robust", str(asked["robust"])] if asked["robust"] else []
    return shlex.join([*words, *([] if asked["replacement"] else ["--no-replacement"])])


def answer_files(effects: Effects, typed: str, *, figures: bool) -> dict[str, bytes]:
    """What a comparison says, as text, as Markdown and in figures, by file name."""
    from experiments.comparison_text import comparison_markdown, comparison_summary

    files = {
        "summary.txt": comparison_summary(effects, typed).encode(),
        "summary.md": comparison_markdown(effects, typed).encode(),
    }
    if figures:
        from experiments.comparison_figures import comparison_files

        files |= {f"figures/{file}": content for file, content in comparison_files(effects).items()}
    return files


def _fault(option: str, expected: str, got: str, known: Iterable[str] = ()) -> Exception:
    from sim.scenario.faults import Place, ScenarioError, fault_at, nearest
    from sim.scenario.leaf import shown

    hint = nearest(got, known)
    return ScenarioError(
        [fault_at(Place(option, 1, 1), option.strip("-"), expected, shown(got) or "nothing", hint)]
    )
