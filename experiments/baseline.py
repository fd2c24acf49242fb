"""Choose a baseline from declared ranges: draw points, run each, keep those in the bands, take their medoid.

Nobody picks a value: every quantity that declares a range is drawn from it (one quantile for all countries
and classes of post that share the quantity), and what comes out is recorded point by point.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.pool import Pool
from sim.draws import blocks, name_addresses, uniform
from sim.results.frames import CENTRAL_ASIA_AREA
from sim.scenario.complete import ANY
from sim.scenario.load import load_scenario
from sim.scenario.quantity import Quantity, Spec, quantities
from sim.scenario.schema import CountryServices, Scenario

Floats = NDArray[np.float64]
Tell = Callable[[int, int], None]

COMMODITY = "heroin"
BANDS: dict[str, tuple[float, float]] = {
    "through_kz_t": (60.0, 85.0),
    "seized_kz_share": (0.001, 0.03),
    "seized_ca_share": (0.01, 0.10),
}
"""Published ranges of 2010: 70-75 t through Kazakhstan, under 1 % of it seized there, about 3 % of 90 t in
Central Asia, with room for what the figures leave open."""

WIDE = 10.0
"""A range whose ends differ by this factor or more is drawn evenly in its logarithm."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one point came to."""

    point: int
    through_kz_t: float
    seized_kz_share: float
    seized_ca_share: float

    @property
    def lands(self) -> bool:
        """Whether it lies in all bands."""
        return all(low <= getattr(self, name) <= high for name, (low, high) in BANDS.items())


def declared(scenario: Scenario) -> dict[str, Quantity]:
    """Quantities of a scenario that have a range, by path; those of any country under `*`."""
    services = {ANY: CountryServices(), **scenario.countries}
    return {
        path: q
        for path, q in quantities(scenario.model_copy(update={"countries": services}))
        if q.low is not None and q.high is not None and q.low < q.high
    }


def dimension(path: str) -> str:
    """What is drawn as one: a quantity of posts over countries and classes, of services over countries."""
    steps = path.split(".")
    if steps[0] == "countries":
        steps[1] = ANY
        if steps[2] == "posts":
            steps[3] = ANY
    return ".".join(steps)


def dimensions(scenario: Scenario) -> list[str]:
    """Everything that is drawn for a point, in order of name."""
    return sorted({dimension(path) for path in declared(scenario)})


def quantiles(scenario: Scenario, key: int, n_points: int) -> Floats:
    """Quantile of every dimension at every point, (n_points, n_dimensions) in (0, 1); addressed by name."""
    names = dimensions(scenario)
    addresses = name_addresses([f"range {name}" for name in names])
    out = np.empty((n_points, len(names)))
    for i in range(n_points):
        words = blocks(
            np.full(len(names), key, np.uint64), np.full(len(names), i, np.uint64), addresses, 0, 0
        )
        out[i] = [uniform(w[0], w[1]) for w in words]
    return out


def drawn_value(quantity: Quantity, u: float) -> float:
    """Value at quantile `u` of a declared range: even, or even in the logarithm where the range is wide."""
    assert quantity.low is not None
    assert quantity.high is not None
    if quantity.low > 0.0 and quantity.high / quantity.low >= WIDE:
        value = quantity.low * (quantity.high / quantity.low) ** u
    else:
        value = quantity.low + u * (quantity.high - quantity.low)
    if (
        all(float(end).is_integer() for end in (quantity.low, quantity.high, quantity.value))
        and quantity.high > 2
    ):
        return float(min(quantity.high, max(quantity.low, round(value))))
    return float(f"{min(quantity.high, max(quantity.low, value)):.4g}")


def at_point(
    scenario: Scenario, u: Mapping[str, float], source: str, ranges: Mapping[str, Quantity] | None = None
) -> Scenario:
    """The scenario with quantities at the quantiles of their dimensions.

    Parameters
    ----------
    ranges
        Quantities by path, to draw from their ranges; those that the scenario declares if nothing is said.
        Others stay as they are.
    """
    drawn_from = declared(scenario) if ranges is None else ranges

    def moved(part: Any, prefix: str) -> Any:  # noqa: ANN401 (any part of a scenario)
        if isinstance(part, Quantity):
            name, declared_there = dimension(prefix), drawn_from.get(prefix)
            if name not in u or declared_there is None:
                return part
            value = drawn_value(declared_there, u[name])
            return part.model_copy(
                update={"value": value, "status": "assumed", "source": f"{source}; {part.source}"}
            )
        if isinstance(part, Spec):
            names = type(part).model_fields
            return part.model_copy(
                update={n: moved(getattr(part, n), f"{prefix}.{n}" if prefix else n) for n in names}
            )
        if isinstance(part, Mapping):
            return {n: moved(v, f"{prefix}.{n}" if prefix else str(n)) for n, v in part.items()}
        return part

    services = {ANY: CountryServices(), **scenario.countries}
    point: Scenario = moved(scenario.model_copy(update={"countries": services}), "")
    return point


def outcome_of(scenario: Scenario, point: int, key: int) -> Outcome:
    """Run a scenario and measure what the bands are about; shares seized by the conditional expectation.

    Seizures of a single year are lumpy: choosing by what was realised would choose lucky years.
    """
    import sim

    table = sim.run(scenario, key=key).interdiction
    table = table[table["commodity"] == COMMODITY]
    entered = dict(zip(table["area"], table["entered_kg"], strict=True))
    share = dict(zip(table["area"], table["expected_share"], strict=True))
    return Outcome(point, entered["KZ"] / 1000.0, share["KZ"], share[CENTRAL_ASIA_AREA])


def _run_point(name: str, u: dict[str, float], point: int, key: int) -> Outcome:
    scenario: Scenario = load_scenario(name).scenario
    return outcome_of(at_point(scenario, u, f"point {point}"), point, key)


def run_points(
    name: str,
    key: int,
    n_points: int,
    workers: int,
    record: Path,
    tell: Tell | None = None,
) -> list[Outcome]:
    """Run every point that the record does not hold yet; each outcome is written as it comes."""
    from sim.trial import warmup

    scenario: Scenario = load_scenario(name).scenario
    names, u = dimensions(scenario), quantiles(scenario, key, n_points)
    done = {o.point: o for o in read_record(record)} if record.exists() else {}
    todo = [i for i in range(n_points) if i not in done]
    fresh = not record.exists()
    warmup()
    tasks = ((i, (name, dict(zip(names, u[i].tolist(), strict=True)), i, key)) for i in todo)
    with record.open("a", newline="") as file, Pool(workers) as pool:
        writer = csv.writer(file)
        if fresh:
            writer.writerow(["point", *BANDS])
        for _, outcome in pool.each(_run_point, tasks, name="point"):
            done[outcome.point] = outcome
            writer.writerow([outcome.point, *(f"{getattr(outcome, band):.6g}" for band in BANDS)])
            file.flush()
            if tell is not None:
                tell(len(done), n_points)
    return [done[i] for i in range(n_points)]


def read_record(record: Path | Traversable) -> list[Outcome]:
    """Outcomes of a record."""
    rows = csv.DictReader(record.read_text(encoding="utf-8").splitlines())
    return [Outcome(int(row["point"]), *(float(row[band]) for band in BANDS)) for row in rows]


def choose(
    declared_name: str,
    name: str,
    key: int,
    n_points: int,
    workers: int,
    folder: Path,
    tell: Tell | None = None,
) -> dict[str, Any]:
    """Run what is missing of the points, and write the values and the record of the choice to a folder."""
    outcomes = run_points(declared_name, key, n_points, workers, folder / "points.csv", tell)
    return write_choice(declared_name, name, key, outcomes, folder)


def medoid(u: Floats, landed: Sequence[int]) -> int:
    """The landed point with the smallest summed distance to the other landed points, in quantiles."""
    among = u[list(landed)]
    distance = np.sqrt(((among[:, None, :] - among[None, :, :]) ** 2).sum(axis=2))
    return landed[int(np.argmin(distance.sum(axis=1)))]


def write_choice(
    declared_name: str, name: str, key: int, outcomes: Sequence[Outcome], folder: Path
) -> dict[str, Any]:
    """Write the chosen values and their record; gives the record.

    Where no point lands in the bands, the mechanisms or the ranges are wrong: only the record is written.
    """
    scenario: Scenario = load_scenario(declared_name).scenario
    names, u = dimensions(scenario), quantiles(scenario, key, len(outcomes))
    landed = [o.point for o in outcomes if o.lands]
    misses = {
        band: sum(1 for o in outcomes if low <= getattr(o, band) <= high)
        for band, (low, high) in BANDS.items()
    }
    record: dict[str, Any] = {
        "declared": declared_name,
        "key": key,
        "points": len(outcomes),
        "dimensions": len(names),
        "bands": {band: list(ends) for band, ends in BANDS.items()},
        "in_band": misses,
        "landed": len(landed),
        "landed_share": len(landed) / len(outcomes),
    }
    if landed:
        chosen = medoid(u, landed)
        record["medoid"] = chosen
        record["outcome"] = {band: getattr(outcomes[chosen], band) for band in BANDS}
        record["quantiles"] = dict(zip(names, u[chosen].tolist(), strict=True))
        text = scenario_text(scenario, declared_name, name, record)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    (folder / f"{name}.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return record


def scenario_text(scenario: Scenario, declared_name: str, name: str, record: Mapping[str, Any]) -> str:
    """YAML of the values of the chosen point, to be laid over the declared scenario."""
    source = f"medoid of {record['landed']} of {record['points']} points drawn from the declared ranges"
    at = at_point(scenario, record["quantiles"], source)
    tree: dict[str, Any] = {}
    chosen = dict(quantities(at))
    for path, q in chosen.items():
        if q.source.startswith(source) and not _same_as_any(path, chosen):
            here = tree
            *steps, leaf = path.split(".")
            for step in steps:
                here = here.setdefault(step, {})
            here[leaf] = q
    head = (
        f"# Made by `kordon baseline`: {source}, key {record['key']}.\n"
        f"# Values at quantiles of the ranges of {declared_name}; the record is {name}.json.\n"
    )
    named = f"extends: {declared_name}\nname: {name}\ntitle: Values chosen for the baseline\n"
    return head + named + "".join(_lines(tree, 0, source))


def _same_as_any(path: str, chosen: Mapping[str, Quantity]) -> bool:
    """Whether a country's value is what any country has, so that it need not be said again."""
    first, country, *rest = path.split(".")
    if first != "countries" or country == ANY:
        return False
    return chosen[".".join([first, ANY, *rest])].value == chosen[path].value


def _lines(tree: Mapping[str, Any], depth: int, source: str) -> Iterator[str]:
    pad = "  " * depth
    for name, part in tree.items():
        label = f'"{name}"' if name == ANY else name
        if isinstance(part, Quantity):
            yield f'{pad}{label}: {{value: {part.value!r}, status: assumed, source: "{source}"}}\n'
        else:
            yield f"{pad}{label}:\n"
            yield from _lines(part, depth + 1, source)
