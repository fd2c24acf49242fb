"""A record of finished keys: read back, added to, and never trusted for another comparison."""

from __future__ import annotations

import json
from pathlib import Path

from experiments.record import Record

TOLD = {"runs": {"a": {"x": 0.1 + 0.2, "log": "ff"}}}


def test_what_was_kept_is_read_back_to_the_last_bit(tmp_path: Path):
    first = Record(tmp_path / "new" / "folder", "this")
    first.add(7, TOLD)
    first.add(2**64 - 1, TOLD)
    again = Record(tmp_path / "new" / "folder", "this")
    assert again.finished == first.finished == {7: TOLD, 2**64 - 1: TOLD}
    assert again.notes == ()


def test_lines_of_another_definition_are_left_alone_and_noted(tmp_path: Path):
    Record(tmp_path, "other").add(1, TOLD)
    record = Record(tmp_path, "this")
    assert record.finished == {}
    assert record.notes == (f"{record.path}: 1 of its lines belong to another comparison and are not used",)
    record.add(1, TOLD)
    assert Record(tmp_path, "other").finished == Record(tmp_path, "this").finished == {1: TOLD}


def test_a_torn_last_line_is_dropped_and_the_next_stands_on_its_own(tmp_path: Path):
    record = Record(tmp_path, "this")
    record.add(1, TOLD)
    whole = record.path.read_bytes()
    for cut in (1, len(whole) // 2, len(whole) - 1):
        record.path.write_bytes(whole + whole[:cut])
        torn = Record(tmp_path, "this")
        assert torn.finished == {1: TOLD}
        assert torn.notes == (f"{torn.path}: its last line was torn and is dropped",)
        torn.add(2, TOLD)
        assert [json.loads(line)["key"] for line in torn.path.read_text().splitlines()] == [1, 2]


def test_lines_that_cannot_be_read_are_noted(tmp_path: Path):
    record = Record(tmp_path, "this")
    record.add(1, TOLD)
    with record.path.open("a") as file:
        file.write('nonsense\n[1]\n{"definition": "this"}\n')
    record.add(2, TOLD)
    again = Record(tmp_path, "this")
    assert set(again.finished) == {1, 2}
    assert again.notes == (
        f"{again.path}: 3 of its lines are damaged and are not used; their keys are run again",
    )


def test_a_line_that_was_changed_is_not_used(tmp_path: Path):
    record = Record(tmp_path, "this")
    record.add(1, {"runs": {"kg": 106_545.25}})
    record.add(2, TOLD)
    whole = record.path.read_bytes()
    for n, (old, new) in enumerate(
        [(b"106545.25", b"56545.25"), (b'"key":1', b'"key":3'), (b"this", b"that")]
    ):
        record.path.write_bytes(whole.replace(old, new, 1))
        again = Record(tmp_path, "this")
        assert set(again.finished) == {2} and "1 of its lines are damaged" in again.notes[0], n


def test_of_a_key_that_was_run_again_the_last_line_counts(tmp_path: Path):
    record = Record(tmp_path, "this")
    record.add(1, TOLD)
    record.add(1, {"runs": {"later": 1.0}})
    assert Record(tmp_path, "this").finished == {1: {"runs": {"later": 1.0}}}


def test_behaviours_have_files_of_their_own(tmp_path: Path):
    Record(tmp_path, "this", "random").add(1, TOLD)
    record = Record(tmp_path, "that")
    assert (record.finished, record.notes) == ({}, ())
