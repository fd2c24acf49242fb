"""A comparison as text, as HTML and as files."""

from __future__ import annotations

import html
import json
import math
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.outcomes import HEADLINE
from experiments.record import FILE
from sim.results.run_folder import MANIFEST, RunFolderError, check_folder, keep, read_manifest

if TYPE_CHECKING:
    import pandas as pd

    from experiments.effects import Effects

TABLES = ("table", "replacement", "displacement", "legs", "weekly", "fates", "costs", "pairs")
"""Tables of a comparison that are written to files."""

SHOWN = (
    HEADLINE,
    "sent_kg",
    "seized_kg",
    "diverted_kg",
    "profit_usd",
    "arrests",
    "delay_vehicle_h",
    "false_alarms",
    "public_cost_usd",
)
"""Outcomes on the first screen; the table has all."""

COLUMNS = ("arm", "outcome", "baseline", "difference", "95 % interval", "relative", "better in", "pairs")


def effects_text(effects: Effects) -> str:
    """The comparison on one screen: an arm's headline a line, the main outcomes, warnings."""
    rows = _shown_rows(effects)
    widths = [max(len(row[i]) for row in (COLUMNS, *rows)) for i in range(len(COLUMNS))]
    lines = [_about(effects), *_headlines(effects), ""]
    for row in (COLUMNS, *rows):
        cells = [text.rjust(width) for text, width in zip(row, widths, strict=True)]
        cells[:2] = [text.ljust(width) for text, width in zip(row[:2], widths[:2], strict=True)]
        lines.append("  ".join(cells).rstrip())
    lines += ["", _estimators()]
    lines += [f"caution: {warning}" for warning in effects.warnings]
    return "\n".join(lines)


def effects_html(effects: Effects) -> str:
    """The same for a notebook."""
    rows = _shown_rows(effects)
    head = "".join(f"<th>{html.escape(name)}</th>" for name in COLUMNS)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    said = "".join(f"<p>{html.escape(line)}</p>" for line in (_about(effects), *_headlines(effects)))
    cautions = "".join(f"<li>{html.escape(warning)}</li>" for warning in effects.warnings)
    listed = f"<p>Cautions</p><ul>{cautions}</ul>" if cautions else ""
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f"<div>{said}{table}<p><small>{html.escape(_estimators())}</small></p>{listed}</div>"


def write_effects(
    effects: Effects, folder: Path, *, overwrite: bool, extras: Mapping[str, bytes] | None = None
) -> Path:
    """Write every table as CSV and Markdown, a summary and the manifest; other behaviours in folders."""
    _check(folder, overwrite=overwrite)
    if not overwrite:
        refuse_another(folder, effects.manifest)
    files = {name: text.encode() for name, text in _files(effects).items()} | dict(extras or {})
    for behaviour, other in effects.others.items():
        files |= {f"{behaviour}/{name}": text.encode() for name, text in _files(other).items()}
    manifest = {**effects.manifest, "warnings": list(effects.warnings)}
    others = {behaviour: other.manifest for behaviour, other in effects.others.items()}
    keep(folder, files, {**manifest, "others": others})
    return folder


def markdown(frame: pd.DataFrame) -> str:
    """A frame as a Markdown table; numbers with six figures."""
    lines = [list(map(str, frame.columns)), ["---"] * len(frame.columns)]
    lines += [[_cell(value) for value in row] for row in frame.itertuples(index=False)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _check(folder: Path, *, overwrite: bool) -> None:
    """Refuse a folder that holds anything but a comparison or its record of finished keys."""
    if overwrite or not folder.is_dir() or folder.is_symlink():
        check_folder(folder, overwrite=overwrite)
        return
    if all(fnmatch(item.name, FILE.format("*")) for item in folder.iterdir()):
        return
    check_folder(folder)
    if "arms" not in read_manifest(folder)[0]:
        raise RunFolderError(f"{folder}: holds a run; choose another folder, or overwrite")


def refuse_another(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Refuse a folder that holds a comparison of another scenario, base or arms; raises RunFolderError."""
    if not (folder / MANIFEST).is_file():
        return
    kept = read_manifest(folder)[0]
    asked = json.loads(json.dumps({part: manifest[part] for part in ("scenario", "base", "arms")}))
    if any(kept.get(part) != value for part, value in asked.items()):
        raise RunFolderError(f"{folder}: holds another comparison; choose another name for this one")


def _files(effects: Effects) -> dict[str, str]:
    from experiments.comparison_text import comparison_summary, csv_text

    files = {"summary.txt": comparison_summary(effects)}
    for name in TABLES:
        frame: pd.DataFrame = getattr(effects, name)
        files[f"{name}.csv"] = csv_text(frame)
        files[f"{name}.md"] = markdown(frame)
    return files


def _cell(value: Any) -> str:  # noqa: ANN401 (a cell of a frame)
    if isinstance(value, bool) or not hasattr(value, "__float__") or hasattr(value, "isoformat"):
        text = value.date().isoformat() if hasattr(value, "date") else str(value)
        return text.replace("|", "\\|")
    number = float(value)
    if math.isnan(number):
        return ""
    return f"{number:.0f}" if number.is_integer() and abs(number) < 1e15 else f"{number:.6g}"


def _about(effects: Effects) -> str:
    n, arms = len(effects.keys), len(effects.arms)
    return (
        f"{effects.scenario}: {arms} arm{'' if arms == 1 else 's'} against the baseline, "
        f"{n} pair{'' if n == 1 else 's'} each, {effects.behaviour.replace('_', '-')} traffickers"
    )


def _estimators() -> str:
    return (
        "Means of seizures and deliveries are conditional expectations, others realised; "
        "'better in' is the share of single years, as realised."
    )


def _headlines(effects: Effects) -> list[str]:
    rows = effects.table[effects.table["outcome"] == HEADLINE]
    lines = []
    for row in rows.to_dict("records"):
        interval = f"{_number(row['low'], sign=True)} to {_number(row['high'], sign=True)}"
        share = f"{100 * row['relative']:+.2g} % of {row['baseline']:,.0f} kg"
        lines.append(
            f"{row['arm']}: {_number(row['difference'], sign=True)} kg delivered ({interval}), {share}"
        )
    return lines


def _shown_rows(effects: Effects) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    by_arm: Mapping[Any, pd.DataFrame] = dict(iter(effects.table.groupby("arm", sort=False)))
    for arm in effects.arms:
        of_arm = {row.outcome: row for row in by_arm[arm].itertuples()}
        for name in SHOWN:
            row: Any = of_arm[name]
            rows.append(
                (
                    arm if name == SHOWN[0] else "",
                    f"{row.label}, {row.unit}",
                    _number(row.baseline),
                    _number(row.difference, sign=True),
                    f"{_number(row.low, sign=True)} to {_number(row.high, sign=True)}",
                    "-" if math.isnan(row.relative) else f"{100 * row.relative:+.2g} %",
                    "-" if math.isnan(row.prob_better) else f"{100 * row.prob_better:.0f} %",
                    str(row.pairs),
                )
            )
    return rows


def _number(value: float, *, sign: bool = False) -> str:
    if math.isnan(value):
        return "-"
    plus = "+" if sign and value else ""
    for size, letter in ((1e9, " bn"), (1e6, " m")):
        if abs(value) >= size:
            return f"{value / size:{plus},.2f}{letter}"
    return f"{value:{plus},.0f}" if abs(value) >= 10 else f"{value:{plus}.2g}"
