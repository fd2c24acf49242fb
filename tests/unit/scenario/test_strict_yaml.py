"""YAML, strictly: what each scalar is, where everything stands, and what is no scenario file."""

from __future__ import annotations

import pytest

from sim.scenario.strict_yaml import MOST_BYTES, MOST_DEPTH, MOST_EVENTS, read_value, read_yaml


def faults(text: str | bytes) -> list[str]:
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return [str(fault) for fault in read_yaml(content, "f.yaml").faults]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("5", 5),
        ("-5", -5),
        ("+5", 5),
        ("0", 0),
        ("0.5", 0.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e-3", 0.001),
        ("1.5E+3", 1500.0),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("True", "True"),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("NO", "NO"),
        ("012", "012"),
        ("0x10", "0x10"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("0,5", "0,5"),
        (".nan", ".nan"),
        (".inf", ".inf"),
        ("1e400", "1e400"),
        ("-1e999", "-1e999"),
        ("9" * 5000, "9" * 5000),
        ("2010-01-01", "2010-01-01"),
        ('"5"', "5"),
        ("'5'", "5"),
        ("90 min", "90 min"),
        ("٣", "٣"),
        ("=", "="),
        ("[1, [2], {a: 3}]", [1, [2], {"a": 3}]),
    ],
)
def test_a_scalar_is_read_strictly(written: str, value: object):
    read = read_value(written.encode(), "f.yaml")
    assert read.faults == []
    assert read.data == value
    assert type(read.data) is type(value)


def test_block_texts_are_read():
    read = read_yaml(b"a: |\n  x\n  y\nb: >\n  x\n  y\n", "f.yaml")
    assert read.data == {"a": "x\ny\n", "b": "x y\n"}


def test_every_value_and_key_has_its_place():
    read = read_yaml(b"a: 1\nb:\n  c: [2, {d: 3}]\n  e:\n", "f.yaml")
    places = {".".join(map(str, path)): (place.line, place.column) for path, place in read.values.items()}
    assert places == {
        "": (1, 1),
        "a": (1, 4),
        "b": (3, 3),
        "b.c": (3, 6),
        "b.c.0": (3, 7),
        "b.c.1": (3, 10),
        "b.c.1.d": (3, 14),
        "b.e": (4, 3),
    }
    assert (read.keys["b", "c", 1, "d"].line, read.keys["b", "c", 1, "d"].column) == (3, 11)


@pytest.mark.parametrize(
    "text",
    ["\ufeffa: 1\r\nb: 2\r\n", "a: 1\r\nb: 2", "# c\na: 1\nb: 2\n...\n", "%YAML 1.2\n---\na: 1\nb: 2\n"],
)
def test_marks_of_other_editors_do_no_harm(text: str):
    read = read_yaml(text.encode(), "f.yaml")
    assert (read.data, read.faults) == ({"a": 1, "b": 2}, [])


def test_lines_count_the_same_for_any_end_of_line():
    read = read_yaml(b"\xef\xbb\xbfa: 1\r\n\r\nb: 2\r\n", "f.yaml")
    assert (read.values["b",].line, read.values["b",].column) == (3, 4)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a: 1\nb: \xff\n", "f.yaml:2:4: file: expected text in UTF-8 (got byte 0xff)"),
        ("a: 1\n".encode("utf-16"), "f.yaml:1:1: file: expected text in UTF-8 (got byte 0xff)"),
        ("a: ж\n".encode("cp1251"), "f.yaml:1:4: file: expected text in UTF-8 (got byte 0xe6)"),
        (b"a: 1\nb: \x00\n", "f.yaml:2:4: file: expected text without hidden characters (got U+0000)"),
        (b"a: \x1b[31mred\n", "f.yaml:1:4: file: expected text without hidden characters (got U+001B)"),
        ("a: x\u2028y\n", "f.yaml:1:5: file: expected text without hidden characters (got U+2028)"),
        ("a: x\x85y\n", "f.yaml:1:5: file: expected text without hidden characters (got U+0085)"),
        ("a: x\ufeffy\n", "f.yaml:1:5: file: expected text without hidden characters (got U+FEFF)"),
        (
            b"x" * (MOST_BYTES + 1),
            f"f.yaml:1:1: file: expected a file of at most {MOST_BYTES // 1024} KiB (got a larger one)",
        ),
        ("a: [" + "1," * MOST_EVENTS + "]", f"expected at most {MOST_EVENTS} values in a file (got more)"),
        ("- " * (MOST_DEPTH + 1), f"expected at most {MOST_DEPTH} levels of nesting (got more levels)"),
        ("[" * 100_000, f"expected at most {MOST_DEPTH} levels of nesting (got more levels)"),
        ("{a: " * 30_000, f"expected at most {MOST_DEPTH} levels of nesting (got more levels)"),
        ("[\n" * 40_000, f"expected at most {MOST_DEPTH} levels of nesting (got more levels)"),
        ("? " * 40_000, "expected a plain word as key (got a mapping)"),
        (b"a: 1\na: 2\n", "f.yaml:2:1: a: expected each key once (got a again; first on line 1)"),
    ],
    ids=range(16),
)
def test_what_is_refused_before_a_model_sees_it(content: str | bytes, said: str):
    assert any(said in fault for fault in faults(content))


def test_nesting_up_to_the_limit_is_read():
    depth = MOST_DEPTH - 1
    assert faults("a: " + "[" * depth + "]" * depth) == []
    assert faults("a: " + "[" * (depth + 1) + "]" * (depth + 1)) != []


def test_a_long_line_of_short_lists_is_not_deep():
    assert faults("a: [" + "[1], " * 100 + "]") == []


def test_all_faults_are_kept_up_to_a_fault_of_syntax():
    found = faults("a: 1\na: 2\nb: &x 3\nc: !!int 4\nd: *x\ne: ]\n")
    assert [fault.split(":")[1] for fault in found] == ["2", "3", "4", "5", "6"]
