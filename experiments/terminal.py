"""How a command answers on the terminal: exit codes, one clear line for what went wrong, progress."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

DONE, FAILED, BAD_INPUT, STOPPED = 0, 1, 2, 130

Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an unexpected error.")]
ScenarioName = Annotated[
    str, typer.Argument(metavar="NAME", help="A scenario of `kordon list scenarios`, or a file.")
]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="PATH=VALUE", help="Replace one value of the scenario; may be given again."
    ),
]


@contextmanager
def answers(debug: bool, stopped: str = "no run is left half written") -> Iterator[Callable[[], bool]]:
    """Turn what goes wrong inside into one clear answer and an exit code; `debug` lets it through.

    Gives a function that says whether Ctrl-C was pressed: the compiler of the kernels may swallow it. After
    Ctrl-C, `stopped` says how things stand.
    """
    try:
        with _noticed_stop() as was_stopped:
            yield was_stopped
    except typer.Exit:
        raise
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(DONE) from None
    except (Exception, KeyboardInterrupt) as error:
        if was_stopped() or isinstance(error, KeyboardInterrupt):
            typer.echo(f"\nkordon: stopped; {stopped}", err=True)
            raise typer.Exit(STOPPED) from None
        if is_bad_input(error):
            typer.echo(str(error), err=True)
            raise typer.Exit(BAD_INPUT) from None
        if debug:
            raise
        reason = " ".join(str(error).split()) or "no reason given"
        typer.echo(f"kordon: {type(error).__name__}: {reason} (--debug shows where)", err=True)
        raise typer.Exit(FAILED) from None


@contextmanager
def _noticed_stop() -> Iterator[Callable[[], bool]]:
    """A function that says whether Ctrl-C was pressed meanwhile."""
    pressed: list[int] = []

    def stop(number: int, _: object) -> None:
        pressed.append(number)
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


def is_bad_input(error: Exception) -> bool:
    """Whether the answer lies with what was asked: a scenario, its world, or the folder to write to."""
    from sim.scenario.faults import ScenarioError
    from sim.world.faults import WorldError

    if isinstance(error, ScenarioError | WorldError):
        return True
    from experiments.pairs import PairingError
    from sim.results.run_folder import RunFolderError

    return isinstance(error, RunFolderError | PairingError)


@contextmanager
def progress(
    quiet: bool, was_stopped: Callable[[], bool], unit: str = "week"
) -> Iterator[Callable[[int, int], None]]:
    """A bar on the terminal, after the first second; none where nobody would see it."""
    from tqdm import tqdm

    with tqdm(unit=unit, delay=1.0, leave=False, file=sys.stderr, disable=True if quiet else None) as bar:

        def tell(week: int, weeks: int) -> None:
            if was_stopped():
                raise KeyboardInterrupt
            bar.total = weeks
            bar.update(week - bar.n)

        yield tell
