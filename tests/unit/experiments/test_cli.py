"""The command line: what is printed, what is written, and how it ends."""

import contextlib
import errno
import json
import signal
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

import sim
from experiments import cli
from experiments.cli import app, command_line, run_name
from experiments.doctor import Finding
from sim.results.run_result import RunResult
from tests.unit.results.synthetic import a_run


@pytest.fixture
def asked(monkeypatch):
    """Runs asked for; each is answered by a synthetic one."""
    calls = []

    def run(scenario, *, key, interventions=(), progress=None):
        calls.append({"scenario": scenario, "key": key, "interventions": interventions})
        for week in range(1, 4):
            progress(week, 3)
        return a_run(weeks=6, n_loads=200)

    monkeypatch.setattr(sim, "run", run)
    return calls


@pytest.fixture
def kordon(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(app, list(words))


def written(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_run_prints_a_summary_and_keeps_everything(kordon, asked, tmp_path):
    done = kordon("run", "tutorial", "--key", "7")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("Northern route, 2010")
    assert "TO RUN IT AGAIN  kordon run tutorial --key 7\n" in done.stdout
    assert done.stdout.endswith("Kept in runs/tutorial-7\n")
    folder = tmp_path / "runs" / "tutorial-7"
    assert RunResult.read(folder).manifest == a_run(weeks=6, n_loads=200).manifest
    assert {"summary.txt", "figures/map.png", "figures/weekly.png"} <= set(written(folder))
    assert (folder / "summary.txt").read_text() + "\nKept in runs/tutorial-7\n" == done.stdout
    assert asked[0]["key"] == 7
    assert asked[0]["scenario"].scenario.name == "tutorial"


def test_run_options_reach_the_run(kordon, asked, tmp_path):
    where = ["--name", "mine", "--out", "here"]
    what = ["--weeks", "3", "--set", "burn_in_weeks=1"]
    done = kordon("run", "tutorial", *what, *where, "--no-figures", "--quiet")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "here/mine\n", "")
    assert (asked[0]["scenario"].scenario.weeks, asked[0]["scenario"].n_weeks, asked[0]["key"]) == (3, 4, 1)
    assert not (tmp_path / "here" / "mine" / "figures").exists()


def test_interventions_are_split_and_laid_over_in_order(kordon, asked, tmp_path):
    change = "changes:\n  - {what: sharing, to: 0.5}\n"
    for name in ("first", "second"):
        (tmp_path / f"{name}.yaml").write_text(
            f"name: {name}\nsentence: share more of what is known\n{change}"
        )
    done = kordon("run", "tutorial", "--with", "second.yaml+first.yaml", "--no-figures", "-q")
    assert done.exit_code == 0, done.output
    assert [laid.name for laid in asked[0]["scenario"].interventions] == ["second", "first"]
    assert done.stdout == "runs/tutorial-second-first-1\n"


def test_same_name_again_replaces_the_run(kordon, asked):
    for _ in range(2):
        assert kordon("run", "tutorial", "--no-figures", "-q").exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "tutorail"], "did you mean 'tutorial'?"),
        (["run", "tutorial", "--set", "weekz=3"], "--set:1:1: weekz: expected a known key"),
        (["run", "tutorial", "--set", "weeks=0", "--set", "start=never"], "--set:2"),
        (["run", "tutorial", "--with", "nosuch"], "nosuch"),
        (["run", "tutorial", "--name", "../out"], "name: expected a name of 1 to 64 letters"),
        (["run", "tutorial", "--name", ".hidden"], "name: expected a name"),
        (["run", "tutorial", "--key", "-1"], "--key"),
        (["run", "tutorial", "--key", "18446744073709551616"], "--key"),
        (["run", "tutorial", "--weeks", "0"], "--weeks"),
        (["run"], "NAME"),
        (["check", "nowhere.yaml"], "nowhere.yaml"),
        (
            ["list", "people"],
            "expected one of scenarios, interventions, posts, places, routes (got 'people')",
        ),
        (["list", "posts", "--where", "contry=KZ"], "did you mean 'country'?"),
        (["list", "posts", "--scenario", "tutorail"], "did you mean 'tutorial'?"),
        (["fly"], "fly"),
    ],
)
def test_bad_input_gets_one_answer_and_nothing_is_written(kordon, asked, tmp_path, words, said):
    done = kordon(*words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.output
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []
    assert asked == []


def test_a_folder_of_other_things_is_refused_before_the_run(kordon, asked, tmp_path):
    (tmp_path / "runs" / "tutorial-1").mkdir(parents=True)
    (tmp_path / "runs" / "tutorial-1" / "thesis.txt").write_text("mine")
    done = kordon("run", "tutorial")
    assert done.exit_code == 2
    assert "holds files that are not a kordon run" in done.stderr
    assert asked == []
    assert kordon("run", "tutorial", "--overwrite", "--no-figures").exit_code == 0
    assert (tmp_path / "runs" / "tutorial-1" / "thesis.txt").read_text() == "mine"


def fail(error):
    def run(*_, **__):
        raise error

    return run


def test_unexpected_error_is_one_line(kordon, monkeypatch, tmp_path):
    monkeypatch.setattr(sim, "run", fail(ZeroDivisionError("division\nby zero")))
    done = kordon("run", "tutorial")
    assert done.exit_code == 1
    assert done.stderr == "kordon: ZeroDivisionError: division by zero (--debug shows where)\n"
    assert list(tmp_path.iterdir()) == []


def test_debug_shows_the_traceback(kordon, monkeypatch):
    monkeypatch.setattr(sim, "run", fail(ZeroDivisionError("division by zero")))
    done = kordon("run", "tutorial", "--debug")
    assert isinstance(done.exception, ZeroDivisionError)


def test_a_full_disk_is_said(kordon, asked, monkeypatch, tmp_path):
    monkeypatch.setattr("os.fsync", fail(OSError(errno.ENOSPC, "No space left on device")))
    done = kordon("run", "tutorial", "--no-figures")
    assert done.exit_code == 1
    assert "No space left on device" in done.stderr
    assert written(tmp_path) == []


def test_ctrl_c_ends_politely(kordon, monkeypatch, tmp_path):
    monkeypatch.setattr(sim, "run", fail(KeyboardInterrupt()))
    done = kordon("run", "tutorial")
    assert done.exit_code == 130
    assert done.stderr.strip() == "kordon: stopped; no run is left half written"
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_that_the_compiler_swallowed_still_ends_the_run(kordon, monkeypatch, tmp_path):
    def run(*_, progress, **__):
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        progress(1, 3)

    monkeypatch.setattr(sim, "run", run)
    before = signal.getsignal(signal.SIGINT)
    assert kordon("run", "tutorial").exit_code == 130
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_that_became_another_error_is_still_a_stop(kordon, monkeypatch):
    def run(*_, **__):
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise RuntimeError("no compiled object yet") from None

    monkeypatch.setattr(sim, "run", run)
    assert kordon("run", "tutorial").exit_code == 130


def test_check_names_every_faulty_file(kordon, tmp_path):
    (tmp_path / "one.yaml").write_text("weekz: 3\n")
    (tmp_path / "two.yaml").write_text("extends: tutorial\nweeks: 4\n")
    done = kordon("check", "one.yaml", "two.yaml")
    assert done.exit_code == 2
    assert "one.yaml:1:1: weekz: expected a known key" in done.stderr
    assert done.stdout == "two.yaml: no fault found\n"
    assert kordon("check", "two.yaml").exit_code == 0


def test_schema_is_json(kordon):
    done = kordon("schema")
    assert done.exit_code == 0
    assert "burn_in_weeks" in json.loads(done.stdout)["properties"]


@pytest.mark.parametrize("is_well", [True, False])
def test_doctor_says_whether_all_is_well(kordon, monkeypatch, is_well):
    monkeypatch.setattr(
        "experiments.doctor.examine", lambda: [Finding(True, "a", "1"), Finding(is_well, "b", "2")]
    )
    done = kordon("doctor")
    assert done.exit_code == (0 if is_well else 1)
    assert done.stdout.splitlines()[1].startswith("ok" if is_well else "FAULT")


@pytest.mark.parametrize("words", [[], ["--help"], ["run", "--help"], ["list", "-h"]])
def test_help_comes_at_once_and_imports_nothing_heavy(words):
    code = (
        "import sys; from experiments.cli import app\n"
        f"try: app({words!r}, prog_name='kordon')\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'numba', 'pandas', 'matplotlib', 'mesa', 'ruamel', 'scipy'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "kordon" in done.stdout + done.stderr
    assert time.perf_counter() - start < 2.0  # 0.1 s as measured; room for a busy machine


def test_module_answers_like_the_command():
    words = [sys.executable, "-m", "experiments", "list", "people"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("kordon list: expected one of")


def test_a_reader_that_goes_away_is_no_fault():
    code = f"{sys.executable} -m experiments list places | head -1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {code}"], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout.startswith("place_id")


def test_names_of_runs_tell_them_apart():
    names = [
        run_name("tutorial", 1, [], []),
        run_name("tutorial", 2, [], []),
        run_name("tutorial", 1, ["a"], []),
        run_name("tutorial", 1, ["a", "b"], []),
        run_name("tutorial", 1, ["a"], ["weeks=3"]),
        run_name("tutorial", 1, ["a"], ["weeks=4"]),
        run_name("tutorial", 2**64 - 1, ["long_name_of_an_intervention"] * 3, ["weeks=4"]),
        run_name("long_name_of_a_scenario_of_forty_eight_letters_ab", 2**64 - 1, ["x"] * 30, []),
    ]
    assert names[0] == "tutorial-1"
    assert names[2] == "tutorial-a-1"
    assert len(set(names)) == len(names)
    for name in names:
        assert len(name) <= cli.LONGEST_NAME
        sim.scenario.faults.check_run_name(name)


def test_command_line_can_be_typed_again():
    typed = command_line("my file.yaml", 3, ["a", "b"], ["weeks=3", "title=A b"])
    assert typed == "kordon run 'my file.yaml' --key 3 --with a+b --set weeks=3 --set 'title=A b'"
