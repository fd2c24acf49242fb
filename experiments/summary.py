"""What a run says, on one screen, for somebody who decides: sent, delivered, seized, cost, and how sure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sim.codes import Fate, Means
from sim.results.tally import CENTRAL_ASIA

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.run_result import RunResult

COUNTRY_NAMES = {
    "AF": "Afghanistan",
    "AZ": "Azerbaijan",
    "CN": "China",
    "IR": "Iran",
    "KG": "Kyrgyzstan",
    "KZ": "Kazakhstan",
    "RU": "Russia",
    "TJ": "Tajikistan",
    "TM": "Turkmenistan",
    "UZ": "Uzbekistan",
}

MEANS_WORDS = {
    Means.TIP: "tip",
    Means.SCANNER: "scanner",
    Means.DOG: "dog",
    Means.SEARCH: "search by hand",
    Means.PATROL: "patrol",
}

MOST_ROWS, WIDTH = 8, 100


def summary_of(run: RunResult, command: str = "") -> str:
    """The run in at most 60 lines; every share says of what. `command` is what was typed to get it."""
    sections = (_head, _sent, _delivered, _seized, _interdiction, _costs, _ground)
    parts = [*(section(run) for section in sections), _again(run, command)]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def country_name(code: str) -> str:
    """English name of a country, or its code where none is known."""
    return COUNTRY_NAMES.get(code, code)


def arms(manifest: Mapping[str, Any]) -> str:
    """The run's interventions in a few words."""
    names = intervention_names(manifest)
    return "with " + " + ".join(names) if names else "no intervention"


def intervention_names(manifest: Mapping[str, Any]) -> list[str]:
    """Names of the interventions laid over the run, in order."""
    return [str(intervention["name"]) for intervention in manifest["interventions"]]


def kilograms(kg: float) -> str:
    """Kilograms for a table: whole from ten up, two figures below."""
    return f"{kg:,.0f}" if kg >= 9.95 or kg == 0 else f"{kg:.2g}"


def _percent(share: float) -> str:
    if math.isnan(share):
        return "-"
    return f"{100 * share:.{1 if share >= 0.01 else 2}f} %" if share else "0 %"


def _over(part: float, whole: float) -> str:
    return _percent(part / whole if whole else float("nan"))


def _usd(usd: float) -> str:
    for size, word in ((1e9, "billion"), (1e6, "million")):
        if abs(usd) >= size:
            return f"USD {usd / size:,.1f} {word}"
    return f"USD {usd:,.0f}"


def _count(n: float, what: str) -> str:
    return f"{n:,.0f} {what}{'' if n == 1 else 's'}"


def _head(run: RunResult) -> list[str]:
    weeks = _count(len(run.weekly), "week")
    title = run.manifest["scenario"].get("title", run.manifest["name"])
    return [
        f"{title} ({run.manifest['name']}), {arms(run.manifest)}, key {run.manifest['key']}",
        f"{weeks} from {run.weekly['start'].iloc[0]:%Y-%m-%d}; one possible course of events, no forecast",
        "realised: what happened in this run; expected: the mean of what could have, given the same past",
    ]


def _sent(run: RunResult) -> list[str]:
    total = run.totals()
    sent, expected = total["sent_kg"], total["expected_seized_kg"]
    parts = run.mass.groupby("commodity", sort=False)["sent_kg"].sum()
    opening = run.mass.loc[run.mass["week"] == run.mass["week"].iloc[0], "opening_kg"].sum()
    notes = {
        "delivered": f"in {_count(total['delivered_loads'], 'load')}",
        "seized": f"in {_count(total['seized_loads'], 'load')}; "
        f"expected {kilograms(expected)} kg, {_over(expected, sent)}",
        "diverted": "released after seizure and turned to the local market",
        "lost": "abandoned or spoilt on the way",
        "under_way": f"when the period ended; {kilograms(opening)} kg were when it began",
    }
    lines = [
        f"SENT {kilograms(sent)} kg in {_count(total['sent_loads'], 'load')}: "
        + ", ".join(f"{name} {kilograms(kg)} kg" for name, kg in parts.items()),
        f"  {'':<14}{'kg':>12}  {'of sent':>8}",
    ]
    for fate, note in notes.items():
        kg = total[f"{fate}_kg"]
        lines.append(f"  {fate.replace('_', ' '):<14}{kilograms(kg):>12}  {_over(kg, sent):>8}  {note}")
    return lines


def _rows(table: pd.DataFrame, head: str) -> list[str]:
    """A table of kilograms and counts in its own order, the tail put together."""
    rows = [(str(name), list(row)) for name, row in zip(table.index, table.to_numpy(), strict=True)]
    if len(rows) > MOST_ROWS:
        tail = rows[MOST_ROWS - 1 :]
        rows[MOST_ROWS - 1 :] = [
            (f"{len(tail)} others", [sum(column) for column in zip(*(r for _, r in tail), strict=True)])
        ]
    lines = [f"{head:<28}" + "".join(f"{column:>14}" for column in table.columns)]
    return lines + [
        f"  {name:<26}" + "".join(f"{kilograms(value):>14}" for value in row) for name, row in rows
    ]


def _delivered(run: RunResult) -> list[str]:
    arrived = run.loads[run.loads["fate"] == Fate.DELIVERED.name.lower()]
    table = run.markets.groupby(["market", "country"])[["delivered_kg", "expected_delivered_kg"]].sum()
    table.columns = ["realised kg", "expected kg"]
    table["loads"] = (
        arrived.groupby("market").size().reindex(table.index.get_level_values("market"), fill_value=0).array
    )
    table = table.sort_values("realised kg", ascending=False)
    table.index = [f"{place.replace('_', ' ').title()} ({country_name(code)})" for place, code in table.index]
    return _rows(table, "DELIVERED TO")


def _seized(run: RunResult) -> list[str]:
    columns = {
        "seized_kg": "realised kg",
        "expected_seized_kg": "expected kg",
        "seizures": "loads",
        "recorded_kg": "recorded kg",
    }
    table = run.countries.set_index("country")[list(columns)].rename(columns=columns, index=country_name)
    table = table[(table > 0).any(axis=1)].sort_values("expected kg", ascending=False)
    kept = run.seizures[~run.seizures["released"]].groupby("means")["total_kg"].agg(["sum", "size"])
    kept = kept.reindex([means.name.lower() for means in MEANS_WORDS], fill_value=0)
    found = [
        f"{words} {kilograms(kg)} kg ({n:,})"
        for words, kg, n in zip(MEANS_WORDS.values(), kept["sum"], kept["size"], strict=True)
    ]
    return [*_rows(table, "SEIZED IN"), "  by what found it, realised kg (loads):", *_filled(found, "    ")]


def _interdiction(run: RunResult) -> list[str]:
    countries = run.countries.set_index("country")
    lines = ["INTERDICTION            realised    expected"]

    def line(area: str, members: list[str], of_kg: float, of_what: str) -> str:
        shares = (
            _over(countries.loc[members, column].sum(), of_kg)
            for column in ("seized_kg", "expected_seized_kg")
        )
        return (
            f"  {area:<18}"
            + "".join(f"{share:>12}" for share in shares)
            + f"   of {kilograms(of_kg)} kg {of_what}"
        )

    if "KZ" in countries.index:
        entered = float(countries.loc[["KZ"], "entered_kg"].sum())
        lines.append(line("Kazakhstan", ["KZ"], entered, "that entered Kazakhstan"))
    members = [c for c in CENTRAL_ASIA if c in countries.index]
    if len(members) > 1:
        entered = float(run.loads.loc[run.loads["entered_ca"], "total_kg"].sum())
        lines.append(line("Central Asia", members, entered, "that entered Central Asia"))
    return lines if len(lines) > 1 else []


def _costs(run: RunResult) -> list[str]:
    total = run.totals()
    vehicles, delay = total["licit_vehicles"], total["delay_vehicle_h"]
    liability, alarms = _usd(total["liability_usd"]), _count(total["false_alarms"], "false alarm")
    rows = (
        (
            "licit traffic",
            f"{delay:,.0f} vehicle-hours of delay, {60 * delay / (vehicles or 1):,.1f} minutes a vehicle, "
            f"{_usd(total['delay_cost_usd'])}",
        ),
        ("", f"{alarms} in {vehicles:,.0f} vehicles, {liability} paid for clean cargo opened"),
        ("state", f"{_usd(total['public_cost_usd'])} for controls"),
        ("traffickers", f"{_usd(total['bribes_usd'])} in bribes, {_usd(total['wages_usd'])} in wages"),
        ("", f"{_usd(total['profit_usd'])} profit"),
        ("people", f"{_count(total['arrests'], 'courier')} arrested"),
    )
    return ["COST", *(f"  {who:<15} {what}" for who, what in rows)]


def _ground(run: RunResult) -> list[str]:
    statuses: dict[str, int] = run.manifest["statuses"]
    n = sum(statuses.values())
    counts = sorted(statuses.items(), key=lambda item: (-item[1], item[0]))
    words = [f"{count:,} {status} ({_over(count, n)})" for status, count in counts]
    return [f"RESTS ON {n:,} quantities, by status", *_filled(words, "  ")] if n else []


def _filled(words: Iterable[str], indent: str) -> list[str]:
    """Phrases separated by commas, in lines of at most WIDTH characters."""
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + len(word) + 2 <= WIDTH:
            lines[-1] += f", {word}"
        else:
            lines.append(f"{indent}{word}")
    return lines


def _again(run: RunResult, command: str) -> list[str]:
    manifest = run.manifest
    return [
        f"TO RUN IT AGAIN  {command or 'the scenario, interventions and key of the manifest'}",
        f"  run {manifest['digest']}",
        f"  event log SHA-256 {manifest['event_log_sha256']}",
    ]
