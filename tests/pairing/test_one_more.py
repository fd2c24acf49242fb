"""One more organisation, post, crossing or road moves nobody else's luck."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.model import CorridorModel
from sim.trial import world_of
from tests.pairing.small_runs import FROZEN, START, STILL, Ran, joined, run_of, tutorial, with_tables

GROUP = {
    "home": "KZ",
    "origins": ["spring"],
    "markets": ["market"],
    "source": "a newcomer of a test",
    "count": 1,
}
NEWCOMERS: dict[str, Any] = {
    "traffickers.alien": {**GROUP, "tier": "small", "weight": 3.0},
    "traffickers.zebra": {**GROUP, "tier": "wholesale", "weight": 2.0},
    "supply.heroin.kg_per_year": 12000.0,
}
"""As much again of each tier as there was, and twice the supply: each old organisation sends what it sent."""

MADE_UP = "made up for the tutorial,assumed,"
ADDED: dict[str, dict[str, list[str]]] = {
    "post": {
        "inland_posts": [
            f"aa_check,West Town check,KZ,mvd,inland,road,west_town,entering,,South,steppe,{MADE_UP}"
        ],
        "post_traffic": [f"aa_check,road,50,50,0,1,2,{MADE_UP}"],
    },
    "crossing": {
        "border_crossings": [f"aa_gate,New Gate,Spring New,KG,road,South,42.4,73.6,KG-KZ,{MADE_UP}"],
        "post_traffic": [f"aa_gate,road,50,50,0,1,2,{MADE_UP}"],
        "legs": [
            f"spring__west_town__road,spring,west_town,road,150,aa_gate;bridge_gate;hill_gate,steppe,{MADE_UP}"
        ],
    },
    "road": {
        "border_crossings": [f"aa_gate,New Gate,Spring New,KG,road,South,42.4,73.6,KG-KZ,{MADE_UP}"],
        "post_traffic": [f"aa_gate,road,50,50,0,1,2,{MADE_UP}"],
        "legs": [f"aa_spring__east_town__road,spring,east_town,road,160,aa_gate,steppe,{MADE_UP}"],
    },
}
NEW_POSTS = {"post": "aa_check", "crossing": "aa_gate", "road": "aa_gate"}


def add(what: str) -> Callable[[str, list[str]], list[str]]:
    """Rows of a file with those of a new thing in front; a row of the same name gives way."""

    def edit(file: str, rows: list[str]) -> list[str]:
        new = ADDED[what].get(file, [])
        names = {row.split(",", 1)[0] for row in new}
        return [*new, *(row for row in rows if row.split(",", 1)[0] not in names)]

    return edit


def with_newcomers(base: Mapping[str, Any]) -> tuple[Ran, Ran, pd.DataFrame]:
    """A run, the same with two more organisations, and the loads of the old ones in the second."""
    before = run_of(tutorial(weeks=24, **base), 21)
    after = run_of(tutorial(weeks=24, **joined(base, NEWCOMERS)), 21)
    return before, after, of_the_old(after.loads)


def minute_of_week(loads: pd.DataFrame) -> pd.Series:
    """Minute in the week at which each load sets out: luck alone; the week hangs on what is in stock."""
    return (loads["dispatched"] - pd.Timestamp(START)) % pd.Timedelta(weeks=1)


def of_the_old(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of a frame with load names that are not the newcomers'."""
    names = frame.index if frame.index.name == "load_id" else frame["load_id"]
    return frame[~names.str.match("alien|zebra")]


def test_one_more_organisation_leaves_all_loads_alone():
    before, after, old = with_newcomers(FROZEN)
    pd.testing.assert_frame_equal(old, before.loads)  # sizes, minutes, routes, covers, fates, couriers
    pd.testing.assert_frame_equal(of_the_old(after.log).reset_index(drop=True)[list(before.log)], before.log)
    assert len(before.loads) > 100
    assert len(after.loads) - len(old) > 50  # control: the newcomers are there, and every row has moved
    rows = [after.world.traffickers.names.index(n) for n in before.world.traffickers.names]
    assert rows != list(range(len(rows)))


def test_one_more_organisation_tells_the_others_when_they_listen():
    """Control of the freeze: news of the newcomers' losses moves the choice of the old, not their luck."""
    before, _, old = with_newcomers({"tier": {"others_weight": 1.0}, "country": {"tip_prob": 0.05}})
    both = before.loads.index.intersection(old.index)
    assert (before.loads.loc[both, "route_id"] != old.loc[both, "route_id"]).any()
    assert minute_of_week(before.loads.loc[both]).equals(minute_of_week(old.loc[both]))


@pytest.mark.parametrize("what", list(ADDED))
def test_one_more_place_to_be_checked_leaves_all_luck_alone(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    scenario = tutorial(weeks=24, **STILL)
    before = run_of(scenario, 22)
    with_tables(monkeypatch, tmp_path, add(what))
    after = run_of(scenario, 22)
    assert NEW_POSTS[what] in after.world.posts[0].post_id  # its name sorts first: every row has moved
    both = before.loads.index.intersection(after.loads.index)
    first, second = before.loads.loc[both], after.loads.loc[both]
    kept = (first["route_id"] == second["route_id"]).to_numpy()
    new = second["route_id"].str.contains("aa_gate") | second["route_id"].isin(
        routes_over(after, "spring__east_town__road")
    )
    assert new[~kept].all()  # whoever goes another way goes the new way
    assert len(both) > 100 and kept.sum() > 50
    same = ["trafficker_id", "origin", "market"]
    assert minute_of_week(first).equals(minute_of_week(second))
    pd.testing.assert_frame_equal(first[same], second[same])
    told = ["cover", "total_kg", "mode_class"]
    pd.testing.assert_frame_equal(first.loc[kept, told], second.loc[kept, told])
    met = before.log.merge(after.log, on=["load_id", "post_id", "visit"], suffixes=("", "_after"))
    met = met[met["cover"] == met["cover_after"]]
    assert len(met) > 300
    for column in ("outcome", "means", "seize_prob", "divert_prob"):
        assert (met[column] == met[f"{column}_after"]).all(), column
    there = after.log["post_id"].str.startswith(NEW_POSTS[what])
    assert (
        there.sum() > 20 and after.log.loc[there, "outcome"].nunique() > 2
    )  # control: the new posts do bite


def routes_over(ran: Ran, leg_id: str) -> list[str]:
    """Routes that use a leg."""
    return [r.route_id for r in ran.world.routes if any(s.leg_id == leg_id for s in r.steps)]


def test_one_more_route_displaces_at_most_the_last_that_were_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    scenario = tutorial(tier={"first_routes": 2.0, "salience": 1.0, "precision": 2.0})
    changed = 0
    before = [held_at_the_start(scenario, key) for key in range(12)]
    with_tables(monkeypatch, tmp_path, add("crossing"))
    for key, old in enumerate(before):
        for flow, names in held_at_the_start(scenario, key).items():
            kept = {name for name in names if "aa_gate" not in name}
            assert kept <= old[flow] and len(names) == len(old[flow]) == 2
            changed += kept != old[flow]
    assert changed > 5  # control: the new routes are taken


def held_at_the_start(scenario: Any, key: int) -> dict[str, set[str]]:
    """Names of the routes that each flow holds before the first week."""
    model = CorridorModel(world_of(scenario), rng=key)
    first, route = model.world.flow_arrays.first, model.world.option_arrays.route
    return {
        name: {
            model.world.routes[route[o]].route_id
            for o in np.arange(first[f], first[f + 1])
            if model.memory.held[o]
        }
        for f, name in enumerate(model.world.flows.names)
    }
