"""The text of a comparison: its numbers, its warnings, what it rests on; Markdown and CSV of the same."""

import io
import re

import numpy as np
import pandas as pd
import pytest

from experiments.comparison_text import (
    comparison_markdown,
    comparison_summary,
    csv_text,
)
from experiments.effect_words import rows_of, sorted_arms
from tests.unit.experiments.synthetic_effects import some_effects, without

COMMAND = "kordon compare northern_route_2010 --arms scanner_upgrade"


@pytest.fixture(scope="module")
def effects():
    return some_effects(3)


@pytest.fixture(scope="module")
def lines(effects):
    return comparison_summary(effects, COMMAND).splitlines()


def section(lines, title):
    """Lines of a section, stripped, without its title."""
    (start,) = [n for n, line in enumerate(lines) if line.startswith(title)]
    end = next((n for n in range(start, len(lines)) if not lines[n]), len(lines))
    return [line.strip() for line in lines[start + 1 : end]]


def test_head_says_what_was_compared_and_how_to_read_it(lines):
    assert lines[0] == "Northern route, 2010 (northern_route_2010): 3 arms against the baseline"
    assert lines[1].startswith("24 pairs an arm (keys 1 to 24), adaptive traffickers")
    assert any(line.startswith("cond.: expectation") and "real.: what happened" in line for line in lines[:5])


def test_headline_is_the_table(effects, lines):
    found = section(lines, "WHAT REACHES THE MARKETS")
    rows = rows_of(effects, "delivered_kg")
    assert found[0] == f"delivered, kg; less is better; baseline {rows['tir_reform'].baseline:,.0f} kg"
    assert found[1].startswith("difference cond.;")
    for arm, line in zip(sorted_arms(effects), found[3:], strict=True):
        row = rows[arm]
        difference = f"{row.difference:+,.0f} ({row.low:+,.0f} to {row.high:+,.0f})"
        verdict = "better" if row.high < 0 else "worse"
        single = f"{row.outcome_low:+,.0f} to {row.outcome_high:+,.0f}"
        cells = [
            arm,
            difference,
            f"{100 * row.relative:+.2f} %",
            verdict,
            f"{100 * row.prob_better:.0f} %",
            single,
        ]
        assert re.split(r"\s{2,}", line) == cells


def test_a_realised_headline_says_so(effects):
    table = effects.table.assign(estimator="realised")
    found = section(comparison_summary(without(effects, table=table)).splitlines(), "WHAT REACHES")
    assert found[1].startswith("difference real.;")


def test_other_outcomes_are_clear_or_named_as_unclear(effects, lines):
    arm = effects.arms[0]
    found = section(lines, f"WHAT ELSE CHANGES WITH {arm}")
    table = effects.table[effects.table["arm"] == arm].set_index("outcome")
    seized = table.loc["seized_kg"]
    (line,) = [line for line in found if line.startswith("seized ")]
    assert re.split(r"\s{2,}", line)[1:] == [
        f"{seized['difference']:+,.0f} ({seized['low']:+,.0f} to {seized['high']:+,.0f}) kg",
        f"{100 * seized['relative']:+.2f} %",
        "changed",
        "cond.",
    ]
    unclear = " ".join(found[next(n for n, x in enumerate(found) if x.startswith("no clear change of")) :])
    for outcome, row in table.iterrows():
        if outcome in ("delivered_kg", "recorded_kg", "sent_kg", "seizures", "delay_cost_usd"):
            continue
        is_unclear = row["low"] <= 0 <= row["high"]
        assert (row["label"] in unclear) == is_unclear, outcome
        assert any(line.startswith(row["label"]) for line in found) or is_unclear


def test_many_arms_stand_beside_one_another():
    effects = some_effects(12)
    text = comparison_summary(effects)
    lines = text.splitlines()
    assert len(lines) < 220
    assert max(map(len, lines)) <= 132
    assert text.count("\nWHAT ELSE CHANGES\n") == 2
    (row,) = [
        line
        for line in lines
        if line.startswith("  seized (cond.)") and line.count("%") + line.count("~") == 8
    ]
    cells = re.split(r"\s{2,}", row.strip())[1:]
    seized = rows_of(effects, "seized_kg")
    for arm, cell in zip(sorted_arms(effects), cells, strict=False):
        found = seized[arm]
        is_unclear = found.low <= 0 <= found.high
        assert cell == ("~" if is_unclear else f"{100 * found.relative:+.2f} %")
    for n, arm in enumerate(sorted_arms(effects), 1):
        start = arm.split("+", maxsplit=1)[0]
        assert any(line.startswith(f"  {n} {start}") for line in lines)


def test_displacement_names_the_largest_clear_moves(effects, lines):
    found = section(lines, "WHERE FLOWS WENT")
    rows = effects.displacement
    rows = rows[(rows["by"] == "border") & ((rows["low"] > 0) | (rows["high"] < 0))]
    arm = rows["arm"].value_counts().idxmax()
    start = found.index(arm)
    rows = rows[rows["arm"] == arm]
    assert len(rows) > 3
    top = rows.loc[rows["difference_kg"].abs().nlargest(3).index]
    told = [
        f"{r.name_} {r.kg:+,.0f}"
        for r in top.rename(columns={"name": "name_", "difference_kg": "kg"}).itertuples()
    ]
    line = next(line for line in found[start:] if line.startswith("border"))
    assert [part.split(" (")[0] for part in line.removeprefix("border").strip().split("; ")] == told


def test_replacement_stands_beside_the_scenarios_own(effects, lines):
    found = section(lines, "IF LOSSES ARE SENT AGAIN")
    assert re.split(r"\s{2,}", found[1]) == ["arm", "share 0", "share 0.5 (scenario)", "share 1"]
    table = effects.replacement.set_index(["arm", "replacement_share"])
    for arm, line in zip(sorted_arms(effects), found[2:], strict=True):
        cells = re.split(r"\s{2,}", line)
        for share, cell in zip((0.0, 0.5, 1.0), cells[1:], strict=True):
            row = table.loc[(arm, share)]
            half = 50 * (row["relative_high"] - row["relative_low"])
            assert cell == f"{100 * row['relative']:+.2f} ± {half:.2f} %"


def test_other_traffickers_are_shown_only_if_asked(effects, lines):
    found = section(lines, "AGAINST OTHER TRAFFICKERS")
    assert re.split(r"\s{2,}", found[1])[1:] == ["adaptive", "non-adaptive", "random", "best-response"]
    assert "AGAINST OTHER" not in comparison_summary(some_effects(1, others=False))


def test_a_price_is_told_only_where_something_is_clearly_kept_off(effects, lines):
    found = section(lines, "WHAT IT COSTS THE STATE")
    costs = effects.costs.set_index("arm")
    for arm, line in zip(sorted_arms(effects), found[1:], strict=True):
        price = re.split(r"\s{2,}", line)[-1]
        row = costs.loc[arm]
        assert price == (f"USD {row['usd_per_kg']:,.0f}" if row["kept_off_low"] > 0 else "~")


def test_precision_tells_pairs_needed_and_the_gain_of_pairing(effects, lines):
    found = section(lines, "HOW SURE")
    rows = rows_of(effects, "delivered_kg")
    for arm, line in zip(sorted_arms(effects), found[2:-1], strict=True):
        row = rows[arm]
        assert line.split()[1:4] == [
            str(row.pairs),
            f"{row.pairs_for_1pct:,.0f}",
            f"{row.pairs_for_sign:,.0f}",
        ]
        assert f"{row.variance_ratio:,.1f}" in line
        assert line.endswith("paired")


def test_warnings_statuses_and_command_are_told(effects, lines):
    warned = " ".join(section(lines, "WARNINGS"))
    for warning in effects.warnings:
        assert warning in warned
    assert "WARNINGS" not in comparison_summary(without(effects, warnings=()))
    assert section(lines, "RESTS ON 522 quantities")[0].startswith("310 assumed (59.4 %), 121 read (23.2 %)")
    assert section(lines, "TO MAKE IT AGAIN") == [COMMAND, "comparison 0123456789abcdef0123456789abcdef"]


def test_a_single_pair_has_no_interval(effects):
    ends = ("low", "high", "relative_low", "relative_high", "outcome_low", "outcome_high")
    nothing = dict.fromkeys((*ends, "variance_ratio", "pairs_for_1pct", "pairs_for_sign"), np.nan)
    text = comparison_summary(without(effects, keys=(7,), table=effects.table.assign(**nothing)))
    assert "1 pair an arm (key 7)" in text
    assert "(no interval)" in text
    assert "nan" not in text


def test_markdown_holds_the_same_in_tables_that_are_whole(effects):
    text = comparison_markdown(effects, COMMAND)
    assert text.startswith("# Northern route, 2010 (northern\\_route\\_2010): 3 arms")
    assert f"    {COMMAND}\n" in text
    rows = rows_of(effects, "delivered_kg")
    for row in rows.values():
        assert f"{row.difference:+,.0f} ({row.low:+,.0f} to {row.high:+,.0f})" in text
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        bars = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(bars) == 1
        assert re.fullmatch(r"\|( -{3}:? \|)+", table.splitlines()[1])
    for title in ("What reaches the markets", "Where flows went", "How sure", "To make it again"):
        assert f"\n## {title}\n" in text


def test_formulas_are_neutralised_where_they_are_text_only():
    frame = pd.DataFrame(
        {
            "=name": ["=1+1", "+cmd", "-x", "@SUM(A1)", "\tx", "plain", "-12.5"],
            "kg": [-1.5, 2.0, -3.0, 0.0, 1.0, 2.0, 3.0],
            "n": [-1, 2, -3, 0, 1, 2, 3],
        }
    )
    text = csv_text(frame)
    assert text.splitlines()[0] == "'=name,kg,n"
    names = [line.rsplit(",", 2)[0] for line in text.splitlines()[1:]]
    assert names == ["'=1+1", "'+cmd", "'-x", "'@SUM(A1)", "'\tx", "plain", "-12.5"]
    read = pd.read_csv(io.StringIO(text))
    assert list(read["kg"]) == list(frame["kg"])
    assert list(read["n"]) == list(frame["n"])
    assert frame.columns[0] == "=name"


def test_a_table_of_effects_survives(effects):
    read = pd.read_csv(io.StringIO(csv_text(effects.table))).fillna({"better": ""})
    pd.testing.assert_frame_equal(read, effects.table, check_dtype=False, check_exact=True)
