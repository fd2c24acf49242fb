"""The tables of a corridor, read from a folder of CSV files; all faults of all files at once."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import Field, dataclass, fields
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.world import rows
from sim.world.faults import WorldError, did_you_mean
from sim.world.rows import Rule

__all__ = ["Tables", "WorldError", "read_tables", "tables_folder"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tables:
    """All rows of a folder, in the order of the files."""

    places: tuple[rows.PlaceRow, ...]
    legs: tuple[rows.LegRow, ...]
    legs_added: tuple[rows.LegRow, ...]
    legs_parallel: tuple[rows.ParallelRow, ...]
    legs_not_used: tuple[rows.NotUsedRow, ...]
    leg_dates: tuple[rows.LegDateRow, ...]
    crossings: tuple[rows.CrossingRow, ...]
    crossing_dates: tuple[rows.CrossingDateRow, ...]
    green: tuple[rows.GreenRow, ...]
    inland: tuple[rows.InlandRow, ...]
    traffic: tuple[rows.TrafficRow, ...]
    named_routes: tuple[rows.NamedRouteRow, ...]
    zones: tuple[rows.ZoneRow, ...]
    climate: Mapping[str, tuple[rows.ClimateRow, ...]]  # by zone, January first
    prices: Mapping[tuple[str, str], rows.PriceRow]  # by commodity and country, or commodity and place
    season: tuple[rows.SeasonRow, ...]
    daily: Floats  # (4, 24) trucks, cars, rail units, patrols by hour, mean 1
    weekly: Floats  # (3, 7) trucks, cars, rail units by day from Monday, mean 1
    monthly: Floats  # (3, 12) trucks, cars, rail units by month, mean 1


@dataclass(frozen=True, slots=True)
class TableFile:
    """A file of the folder: its row class, and the columns that name a row."""

    name: str
    row: type
    key: tuple[str, ...]
    required: bool = True


FILES: dict[str, TableFile] = {
    "places": TableFile("places.csv", rows.PlaceRow, ("place_id",)),
    "legs": TableFile("legs.csv", rows.LegRow, ("leg_id",)),
    "legs_added": TableFile("legs_added.csv", rows.LegRow, ("leg_id",), required=False),
    "legs_not_used": TableFile("legs_not_used.csv", rows.NotUsedRow, ("leg_id",), required=False),
    "legs_parallel": TableFile("legs_parallel.csv", rows.ParallelRow, ("leg_id",), required=False),
    "leg_dates": TableFile("leg_dates.csv", rows.LegDateRow, ("leg_id",), required=False),
    "crossings": TableFile("border_crossings.csv", rows.CrossingRow, ("post_id",)),
    "crossing_dates": TableFile("crossing_dates.csv", rows.CrossingDateRow, ("crossing_id",), required=False),
    "green": TableFile("green_border.csv", rows.GreenRow, ("segment_id",), required=False),
    "inland": TableFile("inland_posts.csv", rows.InlandRow, ("post_id",), required=False),
    "traffic": TableFile("post_traffic.csv", rows.TrafficRow, ("crossing_id", "mode")),
    "named_routes": TableFile("routes.csv", rows.NamedRouteRow, ("route_id",), required=False),
    "zones": TableFile("climate_zones.csv", rows.ZoneRow, ("terrain", "lat_from")),
    "climate": TableFile("climate.csv", rows.ClimateRow, ("zone", "month")),
    "prices": TableFile("prices.csv", rows.PriceRow, ("commodity", "country", "place_id")),
    "season": TableFile("season.csv", rows.SeasonRow, ("traffic_class", "month")),
    "hours": TableFile("hours.csv", rows.HourRow, ("traffic_kind", "hour")),
    "weekdays": TableFile("weekdays.csv", rows.WeekdayRow, ("traffic_kind", "weekday")),
}


def tables_folder(name: str) -> Traversable:
    """Folder of a named set of tables: `baseline`, or a folder within it such as `tutorial`."""
    baseline = files("scenarios").joinpath("data")
    folders = {part.name: part for part in baseline.iterdir() if part.is_dir()} | {"baseline": baseline}
    if name not in folders:
        known = ", ".join(sorted(folders))
        raise WorldError([f"tables: expected one of {known} (got {name!r}){did_you_mean(name, folders)}"])
    return folders[name]


def read_tables(folder: Traversable) -> Tables:
    """Every table of a folder.

    Raises
    ------
    WorldError
        With the faults of all files: `file:line: column: what was expected (got what)`.
    """
    faults: list[str] = []
    read: dict[str, Any] = {part: tuple(_rows(folder, file, faults)) for part, file in FILES.items()}
    hours, weekdays = read.pop("hours"), read.pop("weekdays")
    zones: dict[str, list[rows.ClimateRow]] = {}
    for row in sorted(read["climate"], key=lambda r: (r.zone, r.month)):
        zones.setdefault(row.zone, []).append(row)
    if not faults:
        faults += [
            f"climate.csv: {z}: expected 12 months (got {len(m)})" for z, m in zones.items() if len(m) != 12
        ]
        kinds = {kind: i for i, kind in enumerate((*rows.TRAFFIC_KINDS, "patrol"))}
        daily = _profile(
            "hours.csv", 4, 24, [(kinds[r.traffic_kind], r.hour, r.weight) for r in hours], faults
        )
        weekly = _profile(
            "weekdays.csv", 3, 7, [(kinds[r.traffic_kind], r.weekday - 1, r.weight) for r in weekdays], faults
        )
        months = [(kinds[r.traffic_kind], r.month - 1, r.kind_share * r.multiplier) for r in read["season"]]
        monthly = _profile("season.csv", 3, 12, months, faults)
    if faults:
        raise WorldError(faults)
    return Tables(
        **read
        | {
            "climate": {zone: tuple(months) for zone, months in zones.items()},
            "prices": {(p.commodity, p.place_id or p.country): p for p in read["prices"]},
            "daily": daily,
            "weekly": weekly,
            "monthly": monthly,
        }
    )


def _profile(
    name: str, n_kinds: int, n_times: int, cells: Sequence[tuple[int, int, float]], faults: list[str]
) -> Floats:
    """Weights by kind and time, each kind scaled to mean 1."""
    weight = np.zeros((n_kinds, n_times))
    given = np.zeros((n_kinds, n_times), np.bool_)
    for kind, time, value in cells:
        weight[kind, time] += value
        given[kind, time] = True
    mean = weight.mean(axis=1, keepdims=True)
    if not given.all() or (mean <= 0).any():
        kinds = (*rows.TRAFFIC_KINDS, "patrol")
        short = [kinds[k] for k in range(n_kinds) if not given[k].all() or mean[k] <= 0]
        faults.append(f"{name}: expected {n_times} weights, not all 0, of {', '.join(short)}")
        return weight
    scaled: Floats = weight / mean
    return scaled


def _rows(folder: Traversable, file: TableFile, faults: list[str]) -> Iterator[Any]:
    """Rows of one file; faults are noted and the rows they concern left out."""
    path = folder.joinpath(file.name)
    if not path.is_file():
        if file.required:
            faults.append(f"{file.name}: expected a file (got none)")
        return
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        faults.append(f"{file.name}: expected UTF-8 text (got a bad byte at offset {error.start})")
        return
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        header = list(reader.fieldnames or ())
        columns = fields(file.row)
        missing = [c.name for c in columns if c.name not in header]
        if missing:
            faults += [
                f"{file.name}:1: {m}: expected a column (got none){did_you_mean(m, header)}" for m in missing
            ]
            return
        first_line: dict[tuple[Any, ...], int] = {}
        for record in reader:
            where = f"{file.name}:{reader.line_num}"
            if None in record or None in record.values():
                faults.append(f"{where}: expected {len(header)} cells")
                continue
            n_faults = len(faults)
            values = {c.name: _cell(record[c.name].strip(), c, where, faults) for c in columns}
            if len(faults) > n_faults:
                continue
            key = tuple(values[k] for k in file.key)
            if first_line.setdefault(key, reader.line_num) != reader.line_num:
                told = " ".join(str(k) for k in key).strip()
                faults.append(
                    f"{where}: {file.key[0]}: expected a new name (got {told!r} of line {first_line[key]})"
                )
                continue
            yield file.row(**values)
        if file.required and reader.line_num <= 1:
            faults.append(f"{file.name}: expected at least one row")
    except csv.Error as error:
        faults.append(f"{file.name}:{reader.line_num}: expected comma-separated text ({error})")


def _cell(text: str, column: Field[Any], where: str, faults: list[str]) -> Any:  # noqa: ANN401
    """Value of one cell, or nothing after its fault is noted."""
    rule: Rule = column.metadata["rule"]

    def fault(expected: str, hint: str = "") -> None:
        faults.append(f"{where}: {column.name}: expected {expected} (got {text[:60]!r}){hint}")

    if not text:
        if not rule.blank:
            fault("a value")
        return "" if rule.kind is str else () if rule.kind is tuple else None
    words = tuple(w.strip() for w in text.split(rule.split)) if rule.split else (text,)
    for word in words:
        if rule.one_of and word not in rule.one_of:
            fault("one of " + ", ".join(rule.one_of), did_you_mean(word, rule.one_of))
    if rule.kind is str:
        return text
    if rule.kind is tuple:
        return words
    if rule.kind is date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            fault("a date such as 2012-12-01")
            return None
    return _number(text, rule, fault)


def _number(text: str, rule: Rule, fault: Callable[[str], None]) -> float | None:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        fault("a number")
        return None
    if not rule.least <= number <= rule.most:
        fault(f"a number from {rule.least:g} to {rule.most:g}")
        return None
    if rule.kind is int:
        if number != int(number):
            fault("a whole number")
            return None
        return int(number)
    return number
