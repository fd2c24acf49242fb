"""Whatever a file holds, the answer is a scenario or its faults: soon, in little memory, nothing else raised.

`python tests/faults/test_hostile_files.py > tests/faults/hostile_messages.txt` writes the messages anew;
every line that changes is read before it is kept.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario import ScenarioError, digest, load_scenario
from sim.scenario.find import PACKAGE, packaged

FOLDER = Path(__file__).parent / "hostile"
MESSAGES = Path(__file__).parent / "hostile_messages.txt"
HOSTILE = sorted(path.name for path in FOLDER.glob("*.yaml"))
MOST_SECONDS = 1.0
MOST_MIB = 300
MOST_SHOWN = 8


def faults_of(name: str | Path, sets: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Faults of a file as they are printed; none if it can be used."""
    try:
        load_scenario(name, sets=sets)
    except ScenarioError as error:
        assert error.faults
        said = tuple(map(str, error.faults))
        assert str(error).splitlines() == list(said)
        str(error).encode()
        return said
    return ()


def seconds(work: Callable[[], object]) -> float:
    """Time that work takes; the better of two, so that a busy machine is not blamed on the file."""
    taken = []
    for _ in range(2):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
        if taken[-1] < MOST_SECONDS:
            break
    return min(taken)


def messages() -> str:
    """What is said about every file of the corpus, first faults first."""
    parts = []
    for name in HOSTILE:
        said = faults_of(name)
        more = [f"... and {len(said) - MOST_SHOWN} more"] if len(said) > MOST_SHOWN else []
        parts.append("\n".join([f"# {name.removesuffix('.yaml')}", *said[:MOST_SHOWN], *more]) + "\n")
    return "\n".join(parts)


@pytest.fixture(autouse=True)
def _in_the_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


def test_the_corpus_is_large():
    assert len(HOSTILE) >= 60


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gets_its_faults(name: str):
    with pytest.raises(ScenarioError) as caught:
        load_scenario(name)
    for fault in caught.value.faults:
        assert fault.file.endswith(".yaml")
        assert fault.line >= 1
        assert fault.column >= 1
        assert fault.where
        assert fault.expected
        assert fault.got
        assert re.fullmatch(
            r"[a-z_0-9]+\.yaml:\d+:\d+: .+: expected .+ \(got .+\)(; did you mean '.+'\?)?", str(fault)
        )
    assert any(fault.file == name for fault in caught.value.faults) or name.startswith("extends_")
    assert seconds(lambda: faults_of(name)) < MOST_SECONDS


def test_messages_say_what_where_and_what_to_do():
    assert messages() == MESSAGES.read_text(encoding="utf-8")


def test_there_are_many_kinds_of_messages():
    kinds = set(re.findall(r": expected (.+) \(got", MESSAGES.read_text(encoding="utf-8")))
    assert len(kinds) >= 30


MADE: dict[str, bytes] = {
    "a byte that is no text": b"extends: tutorial\ntitle: \xff\xfe\n",
    "half a letter": b"extends: tutorial\ntitle: \xd0\n",
    "a letter written too long": b"extends: tutorial\ntitle: \xc0\xaf\n",
    "two bytes a letter": "extends: tutorial\n".encode("utf-16"),
    "another alphabet": "extends: tutorial\ntitle: маршрут\n".encode("cp1251"),
    "nothing but zeros": bytes(1000),
    "a zero in a word": b"extends: tutorial\nweeks: 1\x002\n",
    "a picture": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "a pickle": b"cos\nsystem\n(S'echo no'\ntR.",
    "an escape of the terminal": b"extends: tutorial\ntitle: \x1b]0;x\x07\n",
    "a mark in the middle": "extends: tutorial\ntitle: \ufeffx\n".encode(),
    "one letter, 120 KB": b"extends: tutorial\ntitle: " + b"x" * 120_000,
    "words, 120 KB": b"extends: tutorial\ntitle: " + b"x " * 60_000,
    "10 MB": b"extends: tutorial\n" + b"# x\n" * 2_500_000,
    "lines, 120 KB": b"\n" * 120_000,
    "comments, 120 KB": b"# x\n" * 30_000,
    "spaces, 120 KB": b" " * 120_000,
    "tabs, 120 KB": b"\t" * 120_000,
    "opening brackets": b"extends: tutorial\ntravel: " + b"[" * 100_000,
    "opening braces": b"extends: tutorial\ntravel: " + b"{" * 100_000,
    "brackets line by line": b"extends: tutorial\ntravel:\n" + b" [\n" * 40_000,
    "closing brackets": b"]" * 100_000,
    "mappings in mappings": b"{a: " * 30_000,
    "dashes": b"- " * 60_000,
    "question marks": b"? " * 60_000,
    "colons": b": " * 60_000,
    "colons without spaces": b"a:" * 60_000,
    "quotes": b"title: " + b'"' * 100_000,
    "anchors": b"&a " * 40_000,
    "aliases": b"a: &a 1\nb: [" + b"*a, " * 30_000 + b"]\n",
    "tags": b"!" * 100_000,
    "percent signs": b"%" * 100_000,
    "documents": b"---\n" * 30_000,
    "unknown keys": b"extends: tutorial\n" + b"".join(b"weeks%d: 1\n" % n for n in range(3_900)),
    "one key again and again": b"extends: tutorial\n" + b"weeks: 1\n" * 14_000,
    "a long list": b"extends: tutorial\ntraffickers:\n  networks:\n    origins: [" + b"a, " * 40_000 + b"]\n",
    "a list of wrong values": b"extends: tutorial\ntraffickers:\n  networks:\n    origins: ["
    + b"A, " * 3_500
    + b"]\n",
    "many organisations": b"extends: tutorial\ntraffickers:\n"
    + b"".join(b"  o%d: {}\n" % n for n in range(1_900)),
    "many countries": b"extends: tutorial\ncountries:\n" + b"".join(b"  c%d: {}\n" % n for n in range(1_900)),
    "a key of 120 KB": b"extends: tutorial\n? " + b"x" * 120_000 + b"\n: 1\n",
    "a number of 120,000 digits": b"extends: tutorial\nweeks: " + b"9" * 120_000,
    "120,000 digits after the point": b"extends: tutorial\ntravel: {transfer_h: 0." + b"9" * 120_000 + b"}",
    "a unit of 120 KB": b"extends: tutorial\ntravel: {transfer_h: 1 " + b"x_per_" * 20_000 + b"h}",
    "the end of the file in a key": b"extends: tutorial\nweeks",
    "folded text without end": b"extends: tutorial\ntitle: >\n" + b" x\n\n" * 30_000,
}


@pytest.mark.parametrize("name", MADE)
def test_a_file_that_no_editor_writes_gets_its_faults(name: str, tmp_path: Path):
    file = tmp_path / "a.yaml"
    file.write_bytes(MADE[name])
    assert faults_of(file) != ()
    assert seconds(lambda: faults_of(file)) < MOST_SECONDS


def test_what_is_no_file_gets_its_fault(tmp_path: Path):
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    (tmp_path / "closed.yaml").write_text("weeks: 3\n", encoding="utf-8")
    (tmp_path / "closed.yaml").chmod(0)
    for name in (tmp_path, tmp_path / "nosuch.yaml", tmp_path / "loop.yaml", Path(os.devnull)):
        assert len(faults_of(name)) == 1
    if os.geteuid() != 0:
        assert "permission denied" in faults_of(tmp_path / "closed.yaml")[0]


MEASURE = """
import pathlib, resource, sys
from sim.scenario import ScenarioError, load_scenario
for name in sys.argv[1:]:
    try:
        load_scenario(name)
    except ScenarioError as error:
        str(error)
    else:
        print("valid:", name)
status = pathlib.Path("/proc/self/status")
if status.exists():  # the peak of this program alone: what getrusage says begins with that of its parent
    peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    print(int(peak.split()[1]) // 1024)
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 * 1024))
"""


def test_all_of_them_together_fit_in_little_memory(tmp_path: Path):
    made = []
    for n, content in enumerate(MADE.values()):
        made.append(tmp_path / f"{n}.yaml")
        made[-1].write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *HOSTILE, *map(str, made)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.stderr == ""
    assert int(done.stdout) < MOST_MIB


TEXTS = [(files(PACKAGE) / f"{name}.yaml").read_text("utf-8") for name in sorted(packaged(), reverse=True)]
PLAIN = [text for text in TEXTS if "extends:" not in text]
TOKENS = [
    *"[]{}:,-?&*!|>%@`#'\"",
    *[
        "\t",
        "\n",
        "\n\n",
        "  ",
        "---",
        "...",
        "<<:",
        "&a",
        "*a",
        "!!int",
        "!!python/name:x",
        "\\",
        "\\x00",
        "\x07",
    ],
    *[".nan", "-.inf", "1e400", "9" * 400, "012", "1_000", "12:30", "0x1F", "-0", "1e-400", "0.1e", "+", "."],
    *[
        "yes",
        "no",
        "null",
        "~",
        "true",
        "2010-02-30",
        "90 min",
        "3 kg",
        "1 %",
        "KZ",
        "weeks",
        "extends: tutorial",
    ],
    *[
        "extends",
        "value",
        "low: 9",
        "status: read",
        "source: x",
        "unit: kg",
        "ж",
        "\u202e",
        "\U0001f40e",
        "\u2028",
    ],
]
WORD = re.compile(r"\S+")


@st.composite
def mutated(draw: st.DrawFn, texts: list[str]) -> str:
    """A valid scenario in which a few places were changed."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 4))):
        way = draw(st.integers(0, 6))
        lines = text.split("\n")
        here = draw(st.integers(0, max(len(lines) - 1, 0)))
        if way == 0:
            del lines[here]
        elif way == 1:
            lines.insert(here, lines[draw(st.integers(0, len(lines) - 1))])
        elif way == 2:
            lines[here] = draw(st.sampled_from(["", " ", "   ", "\t"])) + lines[here].lstrip(" ")
        elif way == 3:
            lines[here] += " " + draw(st.sampled_from(TOKENS))
        elif way == 4:
            words = list(WORD.finditer(lines[here]))
            if words:
                word = draw(st.sampled_from(words))
                new = draw(st.sampled_from(TOKENS) | st.text(max_size=6))
                lines[here] = lines[here][: word.start()] + new + lines[here][word.end() :]
        elif way == 5:
            at = draw(st.integers(0, len(lines[here])))
            lines[here] = lines[here][:at] + draw(st.sampled_from(TOKENS)) + lines[here][at:]
        else:
            at = draw(st.integers(0, len(lines[here])))
            lines[here] = lines[here][:at] + lines[here][at + 1 :]
        text = "\n".join(lines)
    return text


YAMLISH = st.lists(
    st.sampled_from([*TOKENS, ": ", "- ", "\n  ", "\n    ", "a", "weeks: ", "countries:\n  KZ:\n    "])
    | st.text(max_size=4)
).map("".join)


def valid_or_faulty(folder: Path, content: bytes) -> bool:
    """Load some bytes as a file; whether they were a scenario. Anything but faults in time fails the test."""
    file = folder / "fuzz.yaml"
    file.write_bytes(content)
    assert seconds(lambda: faults_of(file)) < MOST_SECONDS
    if faults_of(file):
        return False
    assert len(digest(load_scenario(file).scenario)) == 32
    return True


@settings(max_examples=150)
@given(text=mutated(PLAIN[:1]))
def test_a_changed_scenario_is_valid_or_faulty(folder: Path, text: str):
    valid_or_faulty(folder, text.encode("utf-8", "surrogatepass"))


@settings(max_examples=150)
@given(text=YAMLISH)
def test_a_text_like_yaml_is_valid_or_faulty(folder: Path, text: str):
    valid_or_faulty(folder, b"extends: tutorial\n" + text.encode("utf-8", "surrogatepass"))


@settings(max_examples=100)
@given(content=st.binary(max_size=300))
def test_bytes_are_faulty(folder: Path, content: bytes):
    assert not valid_or_faulty(folder, content)


@settings(max_examples=150)
@given(
    sets=st.lists(
        st.tuples(
            st.sampled_from(
                ["weeks", "title", "travel.road_kmh", "countries.KZ.sharing", "a.b", "tiers.small", ""]
            ),
            st.sampled_from(TOKENS) | st.text(max_size=8),
        ).map("=".join),
        max_size=4,
    )
)
def test_options_are_valid_or_faulty(sets: list[str]):
    assert seconds(lambda: faults_of("tutorial", tuple(sets))) < MOST_SECONDS


@pytest.mark.long
@settings(max_examples=10_000)
@given(text=mutated(PLAIN) | YAMLISH.map("extends: tutorial\n".__add__))
def test_ten_thousand_changed_scenarios_are_valid_or_faulty(folder: Path, text: str):
    valid_or_faulty(folder, text.encode("utf-8", "surrogatepass"))


def test_the_fuzz_changes_what_matters(folder: Path):
    """Control: the scenario that is changed is valid before."""
    assert all(valid_or_faulty(folder, text.encode()) for text in PLAIN)


if __name__ == "__main__":
    os.chdir(FOLDER)
    sys.stdout.write(messages())
