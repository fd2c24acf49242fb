"""A year of the tutorial is what it was when somebody last looked and said why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sim.results.run_result import RunResult
from sim.trial import run

HERE = Path(__file__).parent
RECORD = HERE / "tutorial.json"
WHY = HERE / "WHY.md"
KEY = 2010
GRAMS = ("sent_kg", "delivered_kg", "seized_kg", "diverted_kg", "lost_kg", "under_way_kg")
COUNTS = ("sent_loads", "delivered_loads", "seized_loads", "arrests")
SUMS = (
    "expected_seized_kg",
    "bribes_usd",
    "wages_usd",
    "profit_usd",
    "delay_vehicle_h",
    "false_alarms",
    "public_cost_usd",
)


def record_of(result: RunResult) -> dict[str, Any]:
    """What is kept of a run: whole numbers by week, sums of the rest, and the digest of the event log."""
    weekly = result.weekly
    table = {
        column.replace("_kg", "_g"): (weekly[column] * 1000).round().astype(int).tolist() for column in GRAMS
    }
    table |= {column: weekly[column].tolist() for column in COUNTS}
    return {
        "scenario": result.manifest["name"],
        "key": result.manifest["key"],
        "event_log_sha256": result.manifest["event_log_sha256"],
        "columns": list(table),
        "weeks": [list(row) for row in zip(*table.values(), strict=True)],
        "sums": {column: float(weekly[column].sum()) for column in SUMS},
    }


def written(record: dict[str, Any]) -> str:
    """A record as text, a week a line, so that a change shows in its week."""
    head = {name: part for name, part in record.items() if name not in ("weeks", "sums")}
    lines = [json.dumps(head, indent=1)[:-2] + ",", ' "weeks": [']
    lines += [f"  {json.dumps(week)}," for week in record["weeks"]]
    lines[-1] = lines[-1].rstrip(",")
    lines += [" ],", f' "sums": {json.dumps(record["sums"], indent=2)}', "}"]
    return "\n".join(lines) + "\n"


def differences(got: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """Parts in which two records differ; sums may by their last digits."""
    told = [name for name in wanted if name not in ("weeks", "sums") and got[name] != wanted[name]]
    for week, (new, old) in enumerate(zip(got["weeks"], wanted["weeks"], strict=True)):
        told += [f"week {week}: {c}" for c, a, b in zip(wanted["columns"], new, old, strict=True) if a != b]
    return told + [n for n, old in wanted["sums"].items() if got["sums"][n] != pytest.approx(old, rel=1e-9)]


def why_line(record: dict[str, Any]) -> str:
    """How the line of a record begins in WHY.md."""
    return f"- {record['event_log_sha256'][:12]}: "


def test_a_year_of_the_tutorial(update_golden: bool):
    got = record_of(run("tutorial", key=KEY))
    if update_golden:
        RECORD.write_text(written(got), encoding="utf-8")
        pytest.skip(f"written; say why in WHY.md, in a line that begins with {why_line(got)!r}")
    assert differences(got, json.loads(RECORD.read_text(encoding="utf-8"))) == []


def test_somebody_said_why():
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    lines = [line for line in WHY.read_text(encoding="utf-8").splitlines() if line.startswith("- ")]
    assert lines and lines[-1].startswith(why_line(record)) and len(lines[-1]) > 60


def test_one_gram_is_noticed():
    """Control: what is compared differs when one of its parts does."""
    text = RECORD.read_text(encoding="utf-8")
    record = json.loads(text)
    assert written(record) == text and differences(json.loads(text), record) == []
    record["weeks"][20][0] += 1
    record["sums"]["profit_usd"] *= 1.0 + 1e-8
    record["event_log_sha256"] = "0" * 64
    assert differences(json.loads(text), record) == ["event_log_sha256", "week 20: sent_g", "profit_usd"]
