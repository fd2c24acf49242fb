"""Tasks over processes: all results, the failed task named, and an end within seconds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from experiments.pool import AHEAD, Pool, TaskError, workers_or_all

ROOT = Path(__file__).parents[3]


def doubled(n: int) -> int:
    return 2 * n


def slept(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def failed(n: int) -> int:
    if n == 3:
        raise ValueError("no such luck")
    return n


def gone(n: int) -> int:
    os._exit(n)


def process(_: int) -> int:
    return os.getpid()


@pytest.mark.parametrize("workers", [1, 2])
def test_every_task_has_its_result(workers: int):
    with Pool(workers) as pool:
        assert dict(pool.each(doubled, ((f"{n}", (n,)) for n in range(12)))) == {
            f"{n}": 2 * n for n in range(12)
        }
        assert dict(pool.each(doubled, [])) == {}
        ids = {pid for _, pid in pool.each(process, ((n, (n,)) for n in range(6)))}
        assert (os.getpid() in ids) == (workers == 1)
        assert len(ids) <= workers


def test_results_come_as_tasks_end():
    with Pool(2) as pool:
        list(pool.each(slept, [(n, (0.0,)) for n in range(4)]))  # both workers are there
        assert [label for label, _ in pool.each(slept, [("slow", (1.0,)), ("quick", (0.0,))])] == [
            "quick",
            "slow",
        ]


def test_tasks_are_taken_as_they_are_needed():
    taken: list[int] = []

    def tasks() -> Iterator[tuple[int, tuple[int]]]:
        for n in range(100):
            taken.append(n)
            yield n, (n,)

    with Pool(2) as pool:
        results = pool.each(doubled, tasks())
        for done in range(1, 6):
            next(results)
            assert len(taken) <= done + 2 + AHEAD
        results.close()
    assert len(taken) < 12


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failed_task_is_named(workers: int):
    with Pool(workers) as pool, pytest.raises(TaskError, match=r"^key 3: ValueError: no such luck$") as error:
        list(pool.each(failed, ((n, (n,)) for n in range(50)), name="key"))
    assert isinstance(error.value.__cause__, ValueError)


def test_a_worker_that_dies_is_told():
    with Pool(2) as pool, pytest.raises(TaskError, match=r"^key 1: BrokenProcessPool"):
        list(pool.each(gone, [(1, (1,))], name="key"))


def test_leaving_stops_what_is_under_way():
    begun = time.perf_counter()
    with Pool(2) as pool:
        for _ in pool.each(slept, [("quick", (0.0,)), ("long", (60.0,)), ("longer", (60.0,))]):
            break
    assert time.perf_counter() - begun < 20.0


PROGRAM = """
import signal, time
from experiments.pool import Pool

def slept(seconds):
    time.sleep(seconds)

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
    with Pool(2) as pool:
        for _ in pool.each(slept, [(n, (0.0 if n < 2 else 60.0,)) for n in range(20)]):
            print("begun", flush=True)
"""


def children_of(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def started(tmp_path: Path) -> subprocess.Popen[str]:
    (tmp_path / "program.py").write_text(PROGRAM)
    running = subprocess.Popen(
        [sys.executable, "program.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert running.stdout is not None
    assert running.stdout.readline() == "begun\n"
    return running


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return b"Z" not in Path(f"/proc/{pid}/stat").read_bytes().split(b")")[1][:3]


needs_proc = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes in /proc")


@needs_proc
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "killed"])
def test_no_worker_outlives_the_one_who_started_it(tmp_path: Path, how: signal.Signals):
    running = started(tmp_path)
    workers = children_of(running.pid)
    assert len(workers) >= 2
    begun = time.perf_counter()
    (os.killpg if how == signal.SIGINT else os.kill)(running.pid, how)  # a terminal tells the whole group
    _, errors = running.communicate(timeout=60)
    while any(alive(pid) for pid in workers) and time.perf_counter() - begun < 10.0:
        time.sleep(0.05)
    assert [pid for pid in workers if alive(pid)] == []
    assert time.perf_counter() - begun < 10.0
    if how == signal.SIGINT:
        assert errors.count("Traceback") == 1
        assert "KeyboardInterrupt" in errors


def leaves_stopping(_: int) -> bool:
    return signal.getsignal(signal.SIGINT) == signal.SIG_IGN


def test_workers_leave_ctrl_c_to_the_one_who_started_them():
    with Pool(2) as pool:
        assert dict(pool.each(leaves_stopping, [(1, (1,)), (2, (2,))])) == {1: True, 2: True}


@pytest.mark.parametrize("workers", [0, -1, 1.5, True, "2"])
def test_a_number_of_workers_is_one_or_more(workers: object):
    with pytest.raises(ValueError, match="workers: expected a whole number"):
        workers_or_all(workers)  # type: ignore[arg-type]


def test_all_cores_are_used_if_nothing_is_said():
    assert 1 <= workers_or_all(None) <= (os.cpu_count() or 1)
