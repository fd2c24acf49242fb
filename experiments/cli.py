"""The `kordon` command: run, compare, variance, check, list, show, doctor, schema, baseline.

Exit codes: 0 done, 1 failed, 2 bad input, 130 stopped by Ctrl-C. What is heavy is imported by the command
that needs it, so that help and refusals come at once.
"""

from __future__ import annotations

import gc
import hashlib
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.cli_compare import ManyArms, compare
from experiments.terminal import BAD_INPUT, FAILED, Debug, ScenarioName, Sets, answers, progress

if TYPE_CHECKING:
    from sim.scenario.overlay import Intervention
    from sim.world.world import World

LONGEST_NAME = 64

app = typer.Typer(
    name="kordon",
    help="Simulate drug trafficking and interdiction on the corridors through Kazakhstan.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def main() -> None:
    """Answer the command line."""
    gc.set_threshold(200_000)  # a command ends before garbage is worth looking for
    app(prog_name="kordon")


@app.command()
def run(  # noqa: PLR0913  (one parameter per option of the command line)
    scenario: ScenarioName,
    *,
    key: Annotated[int, typer.Option(min=0, max=2**64 - 1, help="Root of all luck in the run.")] = 1,
    with_: Annotated[
        list[str] | None, typer.Option("--with", metavar="A+B", help="Interventions; may be given again.")
    ] = None,
    sets: Sets = None,
    weeks: Annotated[
        int | None, typer.Option(min=1, help="Weeks to report, instead of the scenario's.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder that holds the folders of runs.")] = Path("runs"),
    name: Annotated[str | None, typer.Option(help="Name of the run's folder.")] = None,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Draw the figures.")] = True,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Write to a folder that holds other files; they stay.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the folder and nothing else.")] = False,
    debug: Debug = False,
) -> None:
    """Run a scenario once; print a summary, keep results and figures."""
    with answers(debug) as was_stopped:
        import sim
        from sim.scenario.faults import check_run_name

        laid = [part for given in with_ or [] for part in given.split("+")]
        changes = [*(sets or []), *([f"weeks={weeks}"] if weeks is not None else [])]
        if name is not None:
            check_run_name(name)
        loaded = sim.load_scenario(scenario, sets=changes, interventions=laid)
        marks = [intervention.name for intervention in loaded.interventions]
        folder = out / (name or run_name(loaded.scenario.name, key, marks, changes))

        from sim.results.run_folder import RunFolderError, check_folder

        check_folder(folder, overwrite=overwrite)
        if name is not None and not overwrite and (folder / "manifest.json").exists():
            raise RunFolderError(f"{folder}: holds a run already; choose another --name, or say --overwrite")
        there = next((place for place in (out, *out.absolute().parents) if place.exists()), out)
        if not there.is_dir() or not os.access(there, os.W_OK):
            raise RunFolderError(f"{out}: cannot be a folder of runs, since {there} cannot be written to")
        with progress(quiet, was_stopped) as tell:
            from sim.world.build import world_in_place

            world = world_in_place(loaded, loaded.interventions)
            for idle in outside(world):
                typer.echo(
                    f"note: {idle.name} lies outside the days of the run and changes nothing", err=True
                )
            result = sim.run(world, key=key, progress=tell)

        from experiments.summary import summary_of

        text = summary_of(result, command_line(scenario, key, laid, changes))
        extras = {"summary.txt": text.encode()}
        if figures:
            from experiments.figures import figure_files

            extras |= {f"figures/{file}": content for file, content in figure_files(result).items()}
        result.write(folder, overwrite=overwrite, extras=extras)
        typer.echo(str(folder) if quiet else f"{text}\nKept in {folder}")


app.command(cls=ManyArms)(compare)


@app.command()
def check(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Files of scenarios and interventions.")
    ],
    sets: Sets = None,
    *,
    scenario: Annotated[
        str, typer.Option(help="Scenario that interventions are held against.")
    ] = "northern_route_2010",
    debug: Debug = False,
) -> None:
    """Validate files of scenarios and interventions without running anything."""
    with answers(debug):
        from experiments.listing import faults_of

        found = 0
        for file in files:
            faults = faults_of(str(file), sets or [], scenario)
            typer.echo(faults or f"{file}: no fault found", err=bool(faults))
            found += bool(faults)
        if found:
            raise typer.Exit(BAD_INPUT)


@app.command("list")
def list_(
    what: Annotated[
        str, typer.Argument(metavar="WHAT", help="scenarios, interventions, posts, places or routes")
    ],
    where: Annotated[
        str,
        typer.Option(metavar="SELECTOR", help="Only rows that match, for example 'country=KZ;mode=rail'."),
    ] = "",
    scenario: Annotated[str, typer.Option(help="Scenario whose world is listed.")] = "northern_route_2010",
    debug: Debug = False,
) -> None:
    """List scenarios, interventions, posts, places or routes."""
    with answers(debug):
        from experiments.listing import LISTS, listing

        if what not in LISTS:
            typer.echo(f"kordon list: expected one of {', '.join(LISTS)} (got {what!r})", err=True)
            raise typer.Exit(BAD_INPUT)
        typer.echo(listing(what, where, scenario))


@app.command()
def show(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="An intervention of `kordon list interventions`, or a file.")
    ],
    scenario: Annotated[
        str, typer.Option(help="Scenario whose numbers are changed.")
    ] = "northern_route_2010",
    debug: Debug = False,
) -> None:
    """Show an intervention: cost, days, and every number it changes, before and after, with its source."""
    with answers(debug):
        from experiments.intervention_page import page_of

        typer.echo(page_of(name, scenario))


@app.command()
def doctor(debug: Debug = False) -> None:
    """Examine the installation: versions, cache, a test run."""
    with answers(debug):
        from experiments.doctor import examine

        is_well = True
        for finding in examine():
            typer.echo(str(finding))
            is_well &= finding.is_well
        if not is_well:
            raise typer.Exit(FAILED)


@app.command()
def schema(debug: Debug = False) -> None:
    """Print the JSON Schema of scenario files."""
    with answers(debug):
        from sim.scenario.json_schema import schema_text

        typer.echo(schema_text(), nl=False)


@app.command()
def baseline(
    declared: Annotated[
        str, typer.Option(help="Scenario whose declared ranges are drawn from.")
    ] = "northern_route_2010_declared",
    name: Annotated[
        str, typer.Option(help="Name of the file of chosen values.")
    ] = "northern_route_2010_values",
    points: Annotated[int, typer.Option(min=1, max=100_000, help="Points to draw.")] = 500,
    key: Annotated[int, typer.Option(min=0, max=2**64 - 1, help="Root of all luck.")] = 1,
    workers: Annotated[int, typer.Option(min=1, max=256, help="Processes.")] = 2,
    out: Annotated[Path, typer.Option(help="Folder for the record and the values.")] = Path("baseline"),
    debug: Debug = False,
) -> None:
    """Choose a baseline: draw points from declared ranges, run each, take the medoid of those in the bands.

    Stopped, it goes on where it was when the same command is given again.
    """
    with answers(debug) as was_stopped:
        from experiments.baseline import choose
        from sim.scenario.faults import check_run_name

        check_run_name(name)
        out.mkdir(parents=True, exist_ok=True)
        with progress(quiet=False, was_stopped=was_stopped, unit="point") as tell:
            record = choose(declared, name, key, points, workers, out, tell)
        if not record["landed"]:
            typer.echo(f"kordon: no point lands in all bands; in each: {record['in_band']}", err=True)
            raise typer.Exit(FAILED)
        typer.echo(
            f"{record['landed']} of {record['points']} points land in all bands "
            f"({100 * record['landed_share']:.1f} %); in each: {record['in_band']}\n"
            f"medoid: point {record['medoid']}, {record['outcome']}\n"
            f"Kept in {out}: {name}.yaml, {name}.json, points.csv"
        )


@app.command()
def variance(
    scenario: Annotated[
        str, typer.Argument(metavar="NAME", help="A scenario of `kordon list scenarios`, or a file.")
    ] = "northern_route_2010",
    *,
    keys: Annotated[int, typer.Option(min=8, max=100_000, help="Keys that are run, from 1 on.")] = 64,
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="Processes; as many as there are cores if left out.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
    debug: Debug = False,
) -> None:
    """Measure what pairing and the conditional estimator gain on three reference interventions."""
    with answers(debug) as was_stopped:
        from experiments.variance import variance_frame, variance_text

        with progress(quiet, was_stopped, "key") as tell:
            frame = variance_frame(scenario, keys=keys, workers=workers, progress=tell)
        typer.echo(variance_text(frame))


def outside(world: World) -> list[Intervention]:
    """Interventions that are over before the run begins or begin after it ends."""
    from sim.scenario.overlay import hour_of

    first, last = world.start_hour, world.start_hour + 168 * world.n_weeks
    return [
        i
        for i in world.interventions
        if (i.start and hour_of(i.start) >= last) or (i.end and hour_of(i.end) <= first)
    ]


def run_name(scenario: str, key: int, marks: list[str], changes: list[str]) -> str:
    """Folder name of a run: scenario and key, and between them what makes it differ from the baseline."""
    sets = ["set" + hashlib.sha256("\n".join(changes).encode()).hexdigest()[:8]] if changes else []
    name = "-".join([scenario, *marks, *sets, str(key)])
    if len(name) > LONGEST_NAME:
        name = f"{scenario[:30]}-{hashlib.sha256(name.encode()).hexdigest()[:12]}-{key}"
    return name


def command_line(scenario: str, key: int, laid: list[str], changes: list[str]) -> str:
    """What to type to get the same run again."""
    words = ["kordon", "run", scenario, "--key", str(key)]
    words += ["--with", "+".join(laid)] if laid else []
    return shlex.join(words + [word for change in changes for word in ("--set", change)])
