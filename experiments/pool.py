"""Many tasks over processes: results as they come, a bounded number under way, an end within seconds."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from functools import partial
from itertools import islice
from types import TracebackType
from typing import Any, TypeVar

Label = TypeVar("Label")
Result = TypeVar("Result")

AHEAD = 2
"""Tasks submitted beyond those that are being worked on, so that no worker waits."""

JOIN_S = 5.0
"""Time a stopped worker has to end, s."""


class TaskError(RuntimeError):
    """A task that failed, with its name; what went wrong is its `__cause__`."""


class Pool:
    """Processes that work through tasks; with one worker the work is done here.

    Use it in a `with`: when the block is left, by whatever way, no worker goes on.
    """

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers_or_all(workers)
        self._executor: ProcessPoolExecutor | None = None
        self._not_ours: list[Any] = []

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def each(
        self,
        function: Callable[..., Result],
        tasks: Iterable[tuple[Label, tuple[Any, ...]]],
        *,
        name: str = "task",
    ) -> Generator[tuple[Label, Result], None, None]:
        """Label and result of every task, in the order in which they end.

        Parameters
        ----------
        function
            Of a module, so that a worker can import it.
        tasks
            Label and arguments of each; taken as they are needed.
        name
            What a label is, for the words of an error: a key, a point.

        Raises
        ------
        TaskError
            With the label of the first task that fails.
        """
        if self.workers == 1:
            for label, given in tasks:
                yield label, _done(f"{name} {label}", partial(function, *given))
            return
        executor = self._started()
        waiting = iter(tasks)
        under_way: dict[Future[Result], Label] = {}
        try:
            while True:
                room = self.workers + AHEAD - len(under_way)
                for label, given in islice(waiting, room):
                    under_way[executor.submit(function, *given)] = label
                if not under_way:
                    return
                for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                    label = under_way.pop(future)
                    yield label, _done(f"{name} {label}", future.result)
        finally:
            for future in under_way:
                future.cancel()

    def stop(self) -> None:
        """End every worker now; what they were doing is lost."""
        if self._executor is None:
            return
        executor, self._executor = self._executor, None
        workers = [child for child in multiprocessing.active_children() if child not in self._not_ours]
        executor.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.join(JOIN_S)

    def _started(self) -> ProcessPoolExecutor:
        if self._executor is None:
            self._not_ours = multiprocessing.active_children()
            context = multiprocessing.get_context("spawn")
            self._executor = ProcessPoolExecutor(self.workers, mp_context=context, initializer=_begin)
        return self._executor


def workers_or_all(workers: int | None) -> int:
    """So many processes, or as many as this one may use cores."""
    if workers is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
        raise ValueError(f"workers: expected a whole number from 1 on (got {workers!r})")
    return workers


def _done(name: str, call: Callable[[], Result]) -> Result:
    try:
        return call()
    except Exception as error:
        raise TaskError(f"{name}: {type(error).__name__}: {error}") from error


def _begin() -> None:
    """Leave Ctrl-C to the process that started this one, and end when that one is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:  # noqa: ANN401 (a process of multiprocessing)
    parent.join()
    os._exit(1)
