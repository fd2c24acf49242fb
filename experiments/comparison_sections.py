"""What a comparison says, section by section: title, lines, a table, notes. It is rendered elsewhere."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from experiments.effect_words import (
    HEADLINE,
    MAIN,
    amount,
    between,
    by_arm,
    keys_words,
    percent,
    rows_of,
    sorted_arms,
    told,
    verdict,
)

if TYPE_CHECKING:
    from experiments.effects import Effects

TOP_MOVES, FEW_ARMS, ARMS_ABREAST = 3, 3, 8
KINDS = ("mode", "border", "crossing", "route")
KINDS_OF_MANY = ("border", "crossing")
UNCLEAR = "~"
Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the answer; the first column of its table holds names."""

    title: str
    lines: tuple[str, ...] = ()
    head: Cells = ()
    rows: tuple[Cells, ...] = ()
    notes: tuple[str, ...] = ()


def sections(effects: Effects, command: str = "") -> list[Section]:
    """Every section that has something to say; `command` is what was typed to get the comparison."""
    parts = (
        _warnings,
        _main,
        _outcomes,
        _displacement,
        _replacement,
        _behaviours,
        _costs,
        _precision,
        _ground,
    )
    makers: tuple[Callable[[Effects], list[Section]], ...] = parts
    return [*(section for make in makers for section in make(effects)), _again(effects, command)]


def title(effects: Effects) -> str:
    """What was compared."""
    about = effects.manifest.get("scenario")
    name = about.get("title", effects.scenario) if isinstance(about, Mapping) else effects.scenario
    arms = f"{len(effects.arms)} arm{'' if len(effects.arms) == 1 else 's'}"
    return f"{name} ({effects.scenario}): {arms} against the baseline"


def preface(effects: Effects) -> tuple[str, ...]:
    """How to read every figure that follows."""
    n = len(effects.keys)
    return (
        f"{n} pair{'' if n == 1 else 's'} an arm ({keys_words(effects.keys)}), "
        f"{effects.behaviour.replace('_', '-')} traffickers; a pair is one key with the arm and without it",
        "differences are means over pairs with 95 % intervals; ~ is no clear change, the interval holds zero",
        "cond.: expectation over every encounter, given the pair's past; real.: what happened in the runs",
        "deliveries, cond.: with the luck of seizures taken out as far as a loss is not sent again",
    )


def _main(effects: Effects) -> list[Section]:
    rows = rows_of(effects, MAIN)
    if not len(rows):
        return []
    some = next(iter(rows.values()))
    cells = [
        (
            _numbered(n, arm, effects),
            told(row.difference, row.low, row.high, ""),
            percent(row.relative),
            verdict(row),
            _share(row.prob_better),
            between(row.outcome_low, row.outcome_high, ""),
        )
        for n, arm, row in _by_arm(effects, rows)
    ]
    estimator = {"conditional": "cond.", "realised": "real."}.get(some.estimator, some.estimator)
    lines = (
        f"{some.label}, {some.unit}; less is better; baseline {amount(some.baseline, some.unit)}",
        f"difference {estimator}; keys better and 95 % of keys: single keys, real.",
    )
    head = ("arm", "difference (95 % interval)", "of baseline", "verdict", "keys better", "95 % of keys")
    return [Section("WHAT REACHES THE MARKETS", lines, head, tuple(cells))]


def _outcomes(effects: Effects) -> list[Section]:
    arrivals = [o for o in dict.fromkeys(effects.table["outcome"]) if o.startswith("delivered") and o != MAIN]
    shown = [*arrivals, *(outcome for outcome in HEADLINE if outcome != MAIN)]
    found = {outcome: rows for outcome in shown if len(rows := rows_of(effects, outcome))}
    if not found:
        return []
    return _in_full(effects, found) if len(effects.arms) <= FEW_ARMS else _abreast(effects, found)


def _in_full(effects: Effects, found: Mapping[str, Any]) -> list[Section]:
    """Other outcomes of few arms, one after the other."""
    parts = []
    for arm in sorted_arms(effects):
        cells, unclear = [], []
        for rows in found.values():
            if arm in rows and verdict(rows[arm]) != "unclear":
                row = rows[arm]
                difference = told(row.difference, row.low, row.high, row.unit)
                estimate = f"{row.estimator[:4]}."
                cells.append((row.label, difference, percent(row.relative), verdict(row), estimate))
            elif arm in rows:
                unclear.append(str(rows[arm].label))
        notes = (f"no clear change of {', '.join(unclear)}",) if unclear else ()
        head = (
            ("outcome", "difference (95 % interval)", "of baseline", "verdict", "estimate") if cells else ()
        )
        parts.append(Section(f"WHAT ELSE CHANGES WITH {arm}", (), head, tuple(cells), notes))
    return parts


def _abreast(effects: Effects, found: Mapping[str, Any]) -> list[Section]:
    """Other outcomes of many arms beside one another: change in % of the baseline where it is clear."""
    arms = list(enumerate(sorted_arms(effects), 1))
    parts = []
    for start in range(0, len(arms), ARMS_ABREAST):
        some = arms[start : start + ARMS_ABREAST]
        cells = []
        for rows in found.values():
            first = next(iter(rows.values()))
            changes = (_change(rows[arm]) if arm in rows else "-" for _, arm in some)
            cells.append((f"{first.label} ({first.estimator[:4]}.)", *changes))
        lines = ("% of the baseline by number of the arm; ~ no clear change",)
        head = ("outcome", *(str(n) for n, _ in some))
        parts.append(Section("WHAT ELSE CHANGES", lines, head, tuple(cells)))
    return parts


def _displacement(effects: Effects) -> list[Section]:
    cells = []
    for n, arm in enumerate(sorted_arms(effects), 1):
        table = effects.displacement[effects.displacement["arm"] == arm]
        for kind in KINDS if len(effects.arms) <= FEW_ARMS else KINDS_OF_MANY:
            rows = table[(table["by"] == kind) & ((table["low"] > 0) | (table["high"] < 0))]
            rows = rows.reindex(rows["difference_kg"].abs().sort_values(ascending=False).index)
            moves = [_move(row) for row in rows.head(TOP_MOVES).itertuples()]
            cells.append((_numbered(n, arm, effects), kind, "; ".join(moves) or UNCLEAR))
    lines = (f"kilograms carried in the reported period: the {TOP_MOVES} largest clear changes of each kind",)
    return [Section("WHERE FLOWS WENT", lines, ("arm", "by", "difference, kg (of baseline)"), tuple(cells))]


def _replacement(effects: Effects) -> list[Section]:
    table = effects.replacement
    if not len(table):
        return []
    shares = sorted(set(table["replacement_share"]))
    own = set(table.loc[table["default"], "replacement_share"])
    cells = []
    for n, arm in enumerate(sorted_arms(effects), 1):
        rows = {row.replacement_share: row for row in table[table["arm"] == arm].itertuples()}
        found = (_relative(rows[share]) if share in rows else "-" for share in shares)
        cells.append((_numbered(n, arm, effects), *found))
    heads = [f"share {share:g}{' (scenario)' if share in own else ''}" for share in shares]
    fewest = int(table["pairs"].min())
    some = f"; shares beside the scenario's on the first {fewest} keys" if fewest < len(effects.keys) else ""
    lines = (f"delivered, % of the baseline, by the share of a loss that traffickers send again{some}",)
    return [Section("IF LOSSES ARE SENT AGAIN", lines, ("arm", *heads), tuple(cells))]


def _behaviours(effects: Effects) -> list[Section]:
    if not effects.others:
        return []
    against = {effects.behaviour: effects, **effects.others}
    rows = [rows_of(other, MAIN) for other in against.values()]
    cells = []
    for n, arm in enumerate(sorted_arms(effects), 1):
        found = (_relative(some[arm]) if arm in some else "-" for some in rows)
        cells.append((_numbered(n, arm, effects), *found))
    lines = ("delivered, % of the baseline, the same comparison against each: how much adaptation eats",)
    heads = [behaviour.replace("_", "-") for behaviour in against]
    return [Section("AGAINST OTHER TRAFFICKERS", lines, ("arm", *heads), tuple(cells))]


def _costs(effects: Effects) -> list[Section]:
    if not len(effects.costs):
        return []
    cells = []
    for n, arm, row in _by_arm(effects, by_arm(effects.costs)):
        cost = told(row.cost_usd, row.cost_low, row.cost_high, "USD")
        kept = told(row.kept_off_kg, row.kept_off_low, row.kept_off_high, "kg")
        price = amount(row.usd_per_kg, "USD") if row.kept_off_low > 0 else UNCLEAR
        cells.append((_numbered(n, arm, effects), cost, kept, price))
    head = ("arm", "public cost (range)", "kept off the market (95 %)", "a kilogram")
    return [Section("WHAT IT COSTS THE STATE", (), head, tuple(cells))]


def _precision(effects: Effects) -> list[Section]:
    rows = rows_of(effects, MAIN)
    cells = [
        (
            _numbered(n, arm, effects),
            _count(row.pairs),
            _count(row.pairs_for_1pct),
            _count(row.pairs_for_sign),
            _share(row.sign_agree),
            "-" if math.isnan(row.variance_ratio) else f"{row.variance_ratio:,.1f}",
            str(row.interval),
        )
        for n, arm, row in _by_arm(effects, rows)
    ]
    lines = (
        "delivered; pairs for 1 %: for a half-width of 1 % of the baseline; same sign: single keys, real.",
    )
    head = ("arm", "pairs", "for 1 %", "for the sign", "same sign", "variance ratio", "interval")
    note = "variance ratio, unpaired over paired: how many times fewer runs pairing needs"
    return [Section("HOW SURE", lines, head, tuple(cells), (note,))] if cells else []


def _warnings(effects: Effects) -> list[Section]:
    return [Section("WARNINGS", (), (), (), tuple(effects.warnings))] if effects.warnings else []


def _ground(effects: Effects) -> list[Section]:
    found = effects.manifest.get("statuses")
    if not isinstance(found, Mapping) or not found:
        return []
    n = sum(found.values())
    counts = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    words = ", ".join(f"{count:,} {status} ({100 * count / n:.1f} %)" for status, count in counts)
    return [Section(f"RESTS ON {n:,} quantities, by status", (words,))]


def _again(effects: Effects, command: str) -> Section:
    lines = [command or "the scenario, arms and keys of the manifest"]
    lines += [f"comparison {effects.manifest['digest']}"] if "digest" in effects.manifest else []
    return Section("TO MAKE IT AGAIN", tuple(lines))


def _by_arm(effects: Effects, rows: Mapping[str, Any]) -> list[tuple[int, str, Any]]:
    """Number, arm and row of each arm that has one, from the least to the most delivered."""
    arms = enumerate(sorted_arms(effects), 1)
    return [(n, arm, rows[arm]) for n, arm in arms if arm in rows]


def _numbered(n: int, arm: str, effects: Effects) -> str:
    """An arm with its number where numbers are used instead of names."""
    return f"{n} {arm}" if len(effects.arms) > FEW_ARMS else arm


def _change(row: Any) -> str:  # noqa: ANN401 (a row)
    """Relative change where it is clear; the difference itself where the baseline is nothing."""
    if verdict(row) == "unclear":
        return UNCLEAR
    unit = str(row.unit)
    return amount(row.difference, unit, signed=True) if math.isnan(row.relative) else percent(row.relative)


def _move(row: Any) -> str:  # noqa: ANN401 (a row)
    """A place and how much more is carried there."""
    base, kg = row.baseline_kg, row.difference_kg
    share = percent(kg / base).replace(" ", "") if base else "new"
    return f"{row.name} {told(kg, kg, kg, '').partition(' ')[0]} ({share})"


def _relative(row: Any) -> str:  # noqa: ANN401 (a row)
    """Relative effect and the half-width of its interval."""
    if math.isnan(row.relative):
        return "-"
    half = (row.relative_high - row.relative_low) / 2
    return f"{percent(row.relative).removesuffix(' %')} ± {percent(half, signed=False)}"


def _share(value: float) -> str:
    return "-" if math.isnan(value) else f"{100 * value:.0f} %"


def _count(value: float) -> str:
    return f"{value:,.0f}" if math.isfinite(value) else "-"
