"""`kordon compare`: what it asks for, prints and writes, and how it ends; the comparison is stubbed."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import experiments
from experiments.cli import app
from experiments.cli_compare import (
    LONGEST_NAME,
    command_line,
    comparison_name,
    read_behaviours,
    read_keys,
    read_until,
    spread,
)
from sim.results.run_folder import RunFolderError, keep
from sim.scenario.faults import ScenarioError, check_run_name
from tests.unit.experiments.synthetic_effects import SyntheticEffects, some_effects

DEFAULTS = {
    "keys": None,
    "base": [],
    "sets": [],
    "until": None,
    "outcome": "delivered_kg",
    "behaviours": (),
    "replacement": True,
    "workers": None,
    "robust": 0,
}


@pytest.fixture
def asked(monkeypatch):
    """Comparisons asked for; each is answered by a synthetic one that is kept as comparisons are."""
    calls = []

    def compare(scenario, arms, *, folder, progress, **options):
        calls.append({"scenario": scenario, "arms": arms, "folder": folder, **options})
        for done in range(1, 4):
            progress(done, 3)
        return some_effects(1, others=False)

    def save(_, folder, *, overwrite, extras):
        keep(folder, {"table.csv": b"kept\n", **extras}, {"arms": ["scanner_upgrade"]})

    monkeypatch.setattr(experiments, "compare", compare, raising=False)
    monkeypatch.setattr(SyntheticEffects, "save", save, raising=False)
    return calls


@pytest.fixture
def kordon(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(app, ["compare", *words])


def written(folder):
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_it_prints_the_summary_and_keeps_texts_tables_and_figures(kordon, asked, tmp_path):
    done = kordon("tutorial", "--arms", "scanner_upgrade")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("Northern route, 2010 (northern_route_2010): 1 arm against the baseline")
    assert done.stdout.endswith("Kept in runs/compare-tutorial-scanner_upgrade\n")
    folder = tmp_path / "runs" / "compare-tutorial-scanner_upgrade"
    assert (folder / "summary.txt").read_text() in done.stdout
    assert "kordon compare tutorial --arms scanner_upgrade\n" in done.stdout
    assert (folder / "summary.md").read_text().startswith("# Northern route, 2010")
    files = written(folder)
    assert {
        "figures/effects.png",
        "figures/map_scanner_upgrade.png",
        "table.csv",
        "manifest.json",
    } <= files
    assert not any("partial" in file for file in files)
    assert asked == [
        {
            "scenario": "tutorial",
            "arms": ["scanner_upgrade"],
            "folder": Path("runs") / folder.name,
            **DEFAULTS,
        }
    ]


def test_every_option_reaches_the_comparison(kordon, asked):
    arms = ["--arms", "A", "B+C", "name=D:0.5@2010-07-01", "--arms", "E"]
    limits = ["--keys", "5-20", "--until", "2%", "--outcome", "profit_usd", "--workers", "3", "--robust", "4"]
    world = ["--with", "X+Y", "--with", "Z", "--set", "weeks=4", "--set", "market.replacement_share=0.2"]
    others = ["--behaviour", "random", "--behaviour", "non_adaptive", "--no-replacement"]
    where = ["--out", "here", "--name", "mine", "--no-figures", "--quiet"]
    done = kordon("tutorial", *arms, *limits, *world, *others, *where)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "here/mine\n", "")
    assert asked == [
        {
            "scenario": "tutorial",
            "arms": ["A", "B+C", "name=D:0.5@2010-07-01", "E"],
            "folder": Path("here/mine"),
            "keys": tuple(range(5, 21)),
            "base": ["X", "Y", "Z"],
            "sets": ["weeks=4", "market.replacement_share=0.2"],
            "until": 0.02,
            "outcome": "profit_usd",
            "behaviours": ("random", "non_adaptive"),
            "replacement": False,
            "workers": 3,
            "robust": 4,
        }
    ]
    assert not (Path("here/mine") / "figures").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["tutorial"], "--arms"),
        (["tutorial", "--arms"], "--arms"),
        (["--arms", "A", "B"], "NAME"),
        (["tutorial", "--arms", "A", "--keys", "none"], "--keys:1:1: keys: expected how many"),
        (["tutorial", "--arms", "A", "--keys", "0"], "expected how many"),
        (["tutorial", "--arms", "A", "--keys", "9-5"], "expected how many"),
        (["tutorial", "--arms", "A", "--keys", "1,2,1"], "expected each key once"),
        (["tutorial", "--arms", "A", "--until", "200%"], "--until:1:1: until: expected a share"),
        (["tutorial", "--arms", "A", "--until", "-1%"], "--until"),
        (["tutorial", "--arms", "A", "--behaviour", "adaptiv"], "did you mean 'adaptive'?"),
        (["tutorial", "--arms", "A", "--workers", "0"], "--workers"),
        (["tutorial", "--arms", "A", "--robust", "-1"], "--robust"),
        (["tutorial", "--arms", "A", "--name", "../out"], "name: expected a name"),
    ],
)
def test_bad_input_gets_one_answer_and_nothing_is_written(kordon, asked, tmp_path, words, said):
    done = kordon(*words)
    assert done.exit_code == 2, done.output
    assert said in done.stderr
    assert "Traceback" not in done.output
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []
    assert asked == []


def refuse(error):
    def compare(*_, **__):
        raise error

    return compare


def test_what_the_comparison_refuses_is_bad_input(kordon, monkeypatch, tmp_path):
    from sim.scenario.faults import Place, fault_at

    fault = fault_at(Place("arms", 1, 1), "arm", "an intervention", "scaner_upgrade", "scanner_upgrade")
    monkeypatch.setattr(experiments, "compare", refuse(ScenarioError([fault])), raising=False)
    done = kordon("tutorial", "--arms", "scaner_upgrade")
    assert done.exit_code == 2
    assert done.stderr.endswith("did you mean 'scanner_upgrade'?\n")
    assert len(done.stderr.splitlines()) == 1
    monkeypatch.setattr(experiments, "compare", refuse(RunFolderError("runs/x: is damaged")), raising=False)
    assert kordon("tutorial", "--arms", "a").exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_an_unexpected_error_is_one_line(kordon, monkeypatch):
    monkeypatch.setattr(experiments, "compare", refuse(ZeroDivisionError("division\nby zero")), raising=False)
    done = kordon("tutorial", "--arms", "a")
    assert done.exit_code == 1
    assert done.stderr == "kordon: ZeroDivisionError: division by zero (--debug shows where)\n"
    debugged = kordon("tutorial", "--arms", "a", "--debug")
    assert isinstance(debugged.exception, ZeroDivisionError)


def test_ctrl_c_says_how_to_go_on(kordon, monkeypatch, asked):
    answer = experiments.compare

    def stopped(*_, folder, progress, **__):
        folder.mkdir(parents=True)
        (folder / "finished.jsonl").write_text("{}\n")
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(experiments, "compare", stopped)
    done = kordon("tutorial", "--arms", "a", "--no-figures")
    assert done.exit_code == 130
    assert (
        done.stderr.strip()
        == "kordon: stopped; what is finished is kept; the same command goes on from there"
    )
    monkeypatch.setattr(experiments, "compare", answer)
    again = kordon("tutorial", "--arms", "a", "--no-figures")
    assert again.exit_code == 0, again.output
    assert asked[0]["folder"] == Path("runs/compare-tutorial-a")


def test_a_folder_of_other_things_is_refused_before_anything_is_run(kordon, asked, tmp_path):
    folder = tmp_path / "runs" / "compare-tutorial-a"
    folder.mkdir(parents=True)
    (folder / "thesis.txt").write_text("mine")
    done = kordon("tutorial", "--arms", "a")
    assert done.exit_code == 2
    assert "holds files that are not a kordon run" in done.stderr
    assert asked == []
    assert kordon("tutorial", "--arms", "a", "--overwrite", "--no-figures").exit_code == 0
    assert (folder / "thesis.txt").read_text() == "mine"


def test_a_folder_of_a_run_is_refused_and_one_of_a_comparison_is_not(kordon, asked, tmp_path):
    folder = tmp_path / "runs" / "mine"
    keep(folder, {"weekly.csv": b"a run\n"}, {"key": 1})
    done = kordon("tutorial", "--arms", "a", "--name", "mine")
    assert done.exit_code == 2
    assert "holds a run" in done.stderr
    assert asked == []
    for _ in range(2):
        assert kordon("tutorial", "--arms", "a", "--name", "other", "--no-figures").exit_code == 0


def test_a_file_in_the_way_is_refused(kordon, asked, tmp_path):
    (tmp_path / "runs").write_text("a file")
    done = kordon("tutorial", "--arms", "a")
    assert done.exit_code == 2
    assert "cannot be written to" in done.stderr
    assert asked == []


def test_arms_take_every_word_up_to_the_next_option():
    assert spread(["s", "--arms", "a", "b+c", "--keys", "4", "x"]) == [
        *("s", "--arms", "a", "--arms", "b+c", "--keys", "4", "x")
    ]
    assert spread(["--arms=a", "b", "--", "s"]) == ["--arms=a", "--arms", "b", "--", "s"]
    assert spread(["--arms", "--keys", "4"]) == ["--arms", "--keys", "4"]
    assert spread([]) == []


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (None, None),
        ("64", 64),
        ("auto", "auto"),
        ("1,2,3", (1, 2, 3)),
        ("5-8", (5, 6, 7, 8)),
        ("0,7-9", (0, 7, 8, 9)),
        ("18446744073709551615,1", (2**64 - 1, 1)),
    ],
)
def test_keys_are_a_number_or_which(text, keys):
    assert read_keys(text) == keys


@pytest.mark.parametrize(
    "text", ["", "a", "1,", "1-", "-3", "1.5", "18446744073709551616,1", "1-999999999", "100001"]
)
def test_other_keys_are_refused(text):
    with pytest.raises(ScenarioError, match="--keys"):
        read_keys(text)


@pytest.mark.parametrize(
    ("text", "share"), [("2%", 0.02), ("0.5 %", 0.005), ("0.02", 0.02), (".1", 0.1), (None, None)]
)
def test_precision_is_a_share(text, share):
    assert read_until(text) == share


@pytest.mark.parametrize("text", ["0", "2", "100%", "nan", "1e-2", "", "two%"])
def test_other_precisions_are_refused(text):
    with pytest.raises(ScenarioError, match="--until"):
        read_until(text)


def test_all_behaviours_are_every_one():
    assert read_behaviours(["all"]) == ("adaptive", "non_adaptive", "random", "best_response")
    assert read_behaviours(["random", "all", "random"]) == (
        "random",
        "adaptive",
        "non_adaptive",
        "best_response",
    )
    assert read_behaviours([]) == ()


def test_names_tell_comparisons_apart_but_not_by_keys():
    names = [
        comparison_name("tutorial", ["a"], DEFAULTS),
        comparison_name("tutorial", ["a", "b"], DEFAULTS),
        comparison_name("tutorial", ["a+b"], DEFAULTS),
        comparison_name("tutorial", ["a_b"], DEFAULTS),
        comparison_name("tutorial", ["a"], {**DEFAULTS, "sets": ["weeks=3"]}),
        comparison_name("tutorial", ["a"], {**DEFAULTS, "base": ["x"]}),
        comparison_name("tutorial", ["a"], {**DEFAULTS, "behaviours": ("random",)}),
        comparison_name("tutorial", ["a"], {**DEFAULTS, "replacement": False}),
        comparison_name("tutorial", ["long_name_of_an_arm"] * 9, DEFAULTS),
        comparison_name("tutorial", ["long_name_of_an_arm"] * 10, DEFAULTS),
        comparison_name("my files/tutorial.yaml", ["a"], DEFAULTS),
    ]
    assert names[0] == "compare-tutorial-a"
    assert len(set(names)) == len(names)
    for name in names:
        assert len(name) <= LONGEST_NAME
        check_run_name(name)
    more = {**DEFAULTS, "keys": 128, "workers": 4, "until": 0.01}
    assert comparison_name("tutorial", ["a"], more) == names[0]


def test_command_line_can_be_typed_again():
    asked = {
        **DEFAULTS,
        "base": ["x", "y"],
        "sets": ["title=A b"],
        "behaviours": ("random",),
        "replacement": False,
    }
    typed = command_line("my file.yaml", ["a", "n=b:0.5@2010-07-01"], "5-20", "2%", asked)
    assert typed == (
        "kordon compare 'my file.yaml' --arms a n=b:0.5@2010-07-01 --keys 5-20 --until 2% --with x+y "
        "--set 'title=A b' --behaviour random --no-replacement"
    )
    every = command_line("tutorial", ["a"], None, None, {**DEFAULTS, "behaviours": read_behaviours(["all"])})
    assert every == "kordon compare tutorial --arms a --behaviour all"


def test_help_shows_examples_and_imports_nothing_heavy():
    code = (
        "import sys; from experiments.cli import app\n"
        "try: app(['compare', '--help'], prog_name='kordon')\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'numba', 'pandas', 'matplotlib', 'mesa', 'ruamel', 'scipy'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (
        "kordon compare northern_route_2010 --arms scanner_upgrade dog_rotation tir_reform\n" in done.stdout
    )
    for option in ("--arms", "--keys", "--until", "--behaviour", "--robust", "--no-replacement", "--workers"):
        assert option in done.stdout
