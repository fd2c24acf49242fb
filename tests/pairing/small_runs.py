"""Small runs of the tutorial: some numbers changed, some rows added to its tables, its log told by name."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim.world.build
from sim.agents.mesa_compat import release
from sim.codes import Cover, Means, Outcome, PostClass
from sim.model import CorridorModel
from sim.results.run_result import RunResult
from sim.results.units import FRAMES
from sim.scenario.canonical import resolved
from sim.scenario.load import load_scenario
from sim.scenario.overlay import Intervention
from sim.scenario.schema import CountryServices, Scenario
from sim.trial import result_of, world_of
from sim.world.tables import tables_folder
from sim.world.world import World

START = date(2010, 1, 1)
"""First reported day of the tutorial, a Friday at no multiple of a week since 2000."""

TIERS = ("tonne", "wholesale", "small")

NO_LEARNING = {"behaviour": "non_adaptive", "others_weight": 0.0}
NO_CORRUPTING = {"corruption_per_bribe": 0.0}
NO_PREVALENCE = {
    "prevalence.misses_at_half": 0.1,
    "prevalence.misses_at_tenth": 0.1,
    "prevalence.misses_at_hundredth": 0.1,
}
"""Nobody's past weighs on anybody else: what is left of another's presence is luck alone."""
FROZEN = {"tier": NO_LEARNING, "country": NO_CORRUPTING, **NO_PREVALENCE}

STILL = {
    "tier": {"behaviour": "random", "others_weight": 0.0},
    "country": {
        **NO_CORRUPTING,
        "audits_per_year": 0.0,
        "turnover_per_year": 0.0,
        "mobile_teams": 0.0,
        "tip_prob": 0.02,
    },
    "post": {
        "scanner.present_share": 0.0,
        "dogs.teams": 0.0,
        "reluctance": 0.0,
        "inspections_per_h": 1e6,
        "wave_through_share": 1.0,
        "inspect_share": 0.4,
        "find_prob": 0.6,
    },
    "market.relation_gain": 0.0,
    "market.informant_gain": 0.0,
    **NO_PREVALENCE,
}
"""No hour differs from another and nobody chooses by worth: outcomes depend on names and luck alone."""


@cache
def _plain() -> dict[str, Any]:
    plain = resolved(load_scenario("tutorial").scenario)
    plain["countries"] = {"*": resolved(CountryServices())}
    return plain


def tutorial(
    *,
    weeks: int = 6,
    burn_in_weeks: int = 2,
    post: Mapping[str, Any] | None = None,
    country: Mapping[str, Any] | None = None,
    tier: Mapping[str, Any] | None = None,
    **paths: Any,
) -> Scenario:
    """The tutorial with numbers changed: at every post, in every country, of every tier, or at a path."""
    data = copy.deepcopy(_plain())
    data |= {"weeks": weeks, "burn_in_weeks": burn_in_weeks}
    for path, value in (country or {}).items():
        _set(data, f"countries.*.{path}", value)
    for klass in PostClass:
        for path, value in (post or {}).items():
            _set(data, f"countries.*.posts.{klass.name.lower()}.{path}", value)
    for name in TIERS:
        for path, value in (tier or {}).items():
            _set(data, f"tiers.{name}.{path}", value)
    for path, value in paths.items():
        _set(data, path, value)
    return Scenario.model_validate(data)


def _set(data: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split(".")
    here = data
    for step in way:
        here = here.setdefault(step, {})
    old = here.get(last)
    if isinstance(old, dict) and "unit" in old:
        low, high = (value if edge is None else edge for edge in (old["low"], old["high"]))
        here[last] = {**old, "value": value, "low": min(low, value), "high": max(high, value)}
    else:
        here[last] = value


def joined(*parts: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of `tutorial` laid over one another, those for posts, countries and tiers entry by entry."""
    whole: dict[str, Any] = {}
    for part in parts:
        for name, value in part.items():
            whole[name] = {**whole.get(name, {}), **value} if name in ("post", "country", "tier") else value
    return whole


def change(
    what: str, start: date | None = None, *, where: str = "", name: str = "", **fields: Any
) -> Intervention:
    """Intervention that changes one number in one of the five ways."""
    way = {k: fields.pop(k) for k in ("to", "like", "by", "plus", "shared") if k in fields}
    return Intervention.model_validate(
        {
            "name": name or what.replace(".", "_"),
            "sentence": f"{what} is changed for a test",
            "start": start,
            "changes": [{"where": where, "what": what, **way}],
            **fields,
        }
    )


@dataclass(frozen=True, slots=True)
class Ran:
    """A finished run: its result, and every encounter by name."""

    result: RunResult
    log: pd.DataFrame
    world: World

    @property
    def digest(self) -> str:
        """Digest of the event log."""
        return str(self.result.manifest["event_log_sha256"])

    @property
    def loads(self) -> pd.DataFrame:
        """Loads by name, without the frame's units."""
        return self.result.loads.set_index("load_id")


def run_of(
    scenario: Scenario | World,
    key: int = 1,
    interventions: Sequence[Intervention] = (),
    change_model: Callable[[CorridorModel], None] | None = None,
) -> Ran:
    """Run to the horizon, with the log kept; `change_model` is called before the first week."""
    world = scenario if isinstance(scenario, World) else world_of(scenario, interventions)
    model = CorridorModel(world, rng=key)
    model.keep_encounters = True
    if change_model:
        change_model(model)
    model.run_model()
    ran = Ran(result_of(model), encounters_of(model), world)
    release(model)
    return ran


def encounters_of(model: CorridorModel) -> pd.DataFrame:
    """Every encounter so far, by name, in order of load, then time."""
    world, book = model.world, model.book
    columns = {name: np.concatenate([e[name] for e in model.encounters]) for name in model.encounters[0]}
    load = columns.pop("load")
    flow, who = book["flow"][load], book["who"][load]
    ids = [f"{world.flows.names[f]}@{w >> 16}.{w & 0xFFFF}" for f, w in zip(flow, who, strict=True)]
    log = pd.DataFrame(
        {
            **columns,
            "load_id": np.array(ids, object),
            "post_id": np.array([p.post_id for p in world.posts], object)[columns["post"]],
            "country": np.array([p.country for p in world.posts], object)[columns["post"]],
            "cover": np.array([c.name.lower() for c in Cover], object)[columns["cover"]],
            "outcome": np.array([o.name.lower() for o in Outcome], object)[columns["outcome"]],
            "means": np.array([m.name.lower() for m in Means], object)[columns["means"]],
        }
    ).drop(columns="post")
    return log.sort_values(["load_id", "minute"], kind="stable", ignore_index=True)


def frame_bytes(frame: pd.DataFrame) -> bytes:
    """Everything a frame holds, bit for bit."""
    parts = []
    for name in frame.columns:
        column = frame[name]
        if column.dtype.kind in "biufM":
            parts.append(column.to_numpy().tobytes())
        else:
            parts.append("\x1f".join(column.astype(object)).encode())
    return "\x1e".join(frame.columns).encode() + b"".join(parts)


def fingerprint(result: RunResult) -> dict[str, str]:
    """Digest of each frame, and of the event log: equal only if all bytes are."""
    digests = {name: hashlib.sha256(frame_bytes(result.frame(name))).hexdigest()[:16] for name in FRAMES}
    return {**digests, "event log": result.manifest["event_log_sha256"]}


def differing(a: RunResult, b: RunResult) -> list[str]:
    """Names of the frames that two results do not share, bit for bit."""
    first, second = fingerprint(a), fingerprint(b)
    return [name for name in first if first[name] != second[name]]


def with_tables(
    monkeypatch: pytest.MonkeyPatch, folder: Path, edit: Callable[[str, list[str]], list[str]]
) -> None:
    """Let the tutorial's tables be a copy in `folder`, the rows of each file as `edit` gives them."""
    folder.mkdir(parents=True, exist_ok=True)
    for item in tables_folder("tutorial").iterdir():
        header, *rows = item.read_text(encoding="utf-8").rstrip("\n").split("\n")
        text = "\n".join([header, *edit(item.name.removesuffix(".csv"), rows)]) + "\n"
        (folder / item.name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(sim.world.build, "tables_folder", lambda _: folder)
