"""An intervention touches nothing before its hour, works from then on, and without strength is not there."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.scenario.overlay import Intervention, hour_of
from sim.trial import run
from tests.pairing.small_runs import START, STILL, Ran, change, differing, joined, run_of, tutorial

WEEKS, BURN_IN = 8, 2
MID_WEEK = START + timedelta(days=17)  # the fourth day of the third reported week
NEXT_WEEK = START + timedelta(days=21)
"""The tutorial's weeks begin on the scenario's first day."""

STRONG: dict[str, dict[str, Any]] = {
    "scanner.present_share": {"to": 1.0},
    "dogs.detect_prob": {"by": 1.5},
    "inspect_share": {"to": 0.9},
    "open_hours": {"to": 0.0, "where": "post_id=bridge_gate_kz"},
    "tip_prob": {"to": 0.5},
    "officer_pay_usd": {"by": 100.0},
    "protection_prob": {"to": 1.0},
    "arrest_prob": {"to": 0.0},
    "mobile_teams": {"to": 9.0},
    "corruption_per_bribe": {"to": 0.1},
    "trusted_share": {"to": 0.8},
    "rotation_per_year": {"to": 12.0},
    "barrier_h": {"to": 6.0},
    "planted_share": {"to": 0.3},
}


def minute_of(day: date) -> int:
    return 60 * hour_of(day)


def before(log: pd.DataFrame, day: date) -> pd.DataFrame:
    return log[log["minute"] < minute_of(day)].reset_index(drop=True)


def between(log: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    return log[(log["minute"] >= minute_of(first)) & (log["minute"] < minute_of(last))]


@pytest.fixture(scope="module")
def plain() -> Ran:
    return run_of(tutorial(weeks=WEEKS, burn_in_weeks=BURN_IN), 31)


@pytest.mark.parametrize("what", list(STRONG))
@pytest.mark.parametrize("start", [None, MID_WEEK], ids=str)
def test_no_strength_gives_the_same_bytes(plain: Ran, what: str, start: date | None):
    scenario = tutorial(weeks=WEEKS, burn_in_weeks=BURN_IN)
    nothing = run(scenario, key=31, interventions=[change(what, start, strength=0.0, **STRONG[what])])
    assert differing(plain.result, nothing) == []


@pytest.mark.parametrize("what", list(STRONG))
def test_full_strength_does_not(plain: Ran, what: str):
    """Control of the test above."""
    scenario = tutorial(weeks=WEEKS, burn_in_weeks=BURN_IN)
    something = run(scenario, key=31, interventions=[change(what, MID_WEEK, **STRONG[what])])
    assert differing(plain.result, something)


@pytest.mark.parametrize(
    "ramp", [{}, {"ramp_weeks": 2, "end": NEXT_WEEK + timedelta(days=10)}], ids=["whole", "ramp"]
)
def test_no_strength_beside_another_changes_nothing(ramp: dict[str, Any]):
    scenario = tutorial(weeks=WEEKS, burn_in_weeks=BURN_IN)
    real = change("inspect_share", START + timedelta(days=3), to=0.4)
    null = change("tip_prob", MID_WEEK, to=0.9, strength=0.0, **ramp)
    alone = run(scenario, key=32, interventions=[real])
    assert differing(alone, run(scenario, key=32, interventions=[real, null])) == []
    assert differing(alone, run(scenario, key=32, interventions=[null, real])) == []
    assert differing(alone, run(scenario, key=32, interventions=[null]))  # control: the real one is felt


@pytest.mark.parametrize("what", list(STRONG))
def test_nothing_happens_before_its_hour(plain: Ran, what: str):
    changed = run_of(
        tutorial(weeks=WEEKS, burn_in_weeks=BURN_IN), 31, [change(what, MID_WEEK, **STRONG[what])]
    )
    first, second = before(plain.log, MID_WEEK), before(changed.log, MID_WEEK)
    pd.testing.assert_frame_equal(first, second)
    done = (MID_WEEK - START).days // 7
    for name in ("weekly", "mass"):
        old, new = plain.result.frame(name), changed.result.frame(name)
        pd.testing.assert_frame_equal(old[old["week"] < done], new[new["week"] < done])
    assert len(first) > 50
    after = [
        ran.log[ran.log["minute"] >= minute_of(MID_WEEK)].reset_index(drop=True) for ran in (plain, changed)
    ]
    same_log = after[0].equals(after[1])
    same_money = plain.result.weekly.equals(changed.result.weekly)
    assert not (same_log and same_money)  # control: from then on it is felt


@pytest.fixture(scope="module")
def still() -> dict[str, Any]:
    """Many loads, all of protected organisations that offer bribes, under way at any hour."""
    return joined(
        STILL,
        {
            "tier": {"bribe_offer_prob": 0.7, "protection": 1.0, "exposure": 2.0},
            "country": {"corruption": 0.6, "protection_prob": 0.5, "return_share": 1.0},
            "travel.turn_back_prob": 0.0,
            "supply.heroin.kg_per_year": 80000.0,
        },
    )


def shares(log: pd.DataFrame) -> pd.Series:
    return log["outcome"].value_counts()


def test_what_services_do_changes_within_the_week(still: dict[str, Any]):
    scenario = tutorial(weeks=WEEKS, burn_in_weeks=BURN_IN, **still)
    base = run_of(scenario, 33)

    def this_week(intervention: Intervention) -> pd.DataFrame:
        ran = run_of(scenario, 33, [intervention])
        pd.testing.assert_frame_equal(before(ran.log, MID_WEEK), before(base.log, MID_WEEK))
        return between(ran.log, MID_WEEK, NEXT_WEEK)

    usual = shares(between(base.log, MID_WEEK, NEXT_WEEK))
    for outcome in ("bribed", "released", "seized", "not_inspected"):
        assert usual[outcome] > 3  # control: without an intervention all of them happen
    assert "bribed" not in set(this_week(change("officer_pay_usd", MID_WEEK, by=1e9))["outcome"])
    protected = this_week(change("protection_prob", MID_WEEK, to=1.0))
    assert "seized" not in set(protected["outcome"]) and "released" in set(protected["outcome"])
    assert "not_inspected" not in set(this_week(change("tip_prob", MID_WEEK, to=1.0))["outcome"])
    searched = this_week(change("inspect_share", MID_WEEK, to=1.0, where="klass=frontier_road"))
    roads = searched["post_id"].isin([p.post_id for p in base.world.posts if p.klass.name == "FRONTIER_ROAD"])
    inward = ~searched["post_id"].isin(["bridge_gate_kg", "hill_gate_kg", "north_gate_kz"])
    assert "not_inspected" not in set(
        searched.loc[roads & inward & (searched["cover"] == "other_truck"), "outcome"]
    )
    shut = this_week(change("open_hours", MID_WEEK, to=0.0, where="post_id=hub_inland_kz"))
    assert set(shut.loc[shut["post_id"] == "hub_inland_kz", "outcome"]) == {"shut_out"}


def test_arrests_and_records_follow_the_minute_of_the_seizure(still: dict[str, Any]):
    scenario = tutorial(
        weeks=WEEKS, burn_in_weeks=BURN_IN, **joined(still, {"country": {"record_prob": 1.0}})
    )
    ran = run_of(scenario, 33, [change("record_prob", MID_WEEK, to=0.0)])
    seized = ran.result.seizures[~ran.result.seizures["released"]]
    assert (seized["recorded"] == (seized["time"] < np.datetime64(MID_WEEK))).all()
    week = seized["week"] == (MID_WEEK - START).days // 7
    assert seized.loc[week, "recorded"].nunique() == 2  # control: the week has seizures before and after


@pytest.mark.parametrize("behaviour", ["adaptive", "non_adaptive", "random", "best_response"])
def test_traffickers_decide_again_only_next_week(behaviour: str):
    scenario = tutorial(
        weeks=WEEKS,
        burn_in_weeks=BURN_IN,
        tier={"behaviour": behaviour},
        **{"supply.heroin.kg_per_year": 40000.0},
    )
    base = run_of(scenario, 34)
    closed = run_of(scenario, 34, [change("open_hours", MID_WEEK, to=0.0, where="crossing_id=hill_gate")])
    day = np.datetime64(MID_WEEK), np.datetime64(NEXT_WEEK)
    told = ["dispatched", "route_id", "cover", "total_kg"]
    this = [ran.loads[ran.loads["dispatched"] < day[1]] for ran in (base, closed)]
    pd.testing.assert_frame_equal(this[0][told], this[1][told])
    late = this[1][this[1]["dispatched"] >= day[0]]
    assert late["route_id"].str.contains("hill_gate").any()  # they knew nothing of it
    after = closed.loads[closed.loads["dispatched"] >= day[1]]
    assert len(after) and not after["route_id"].str.contains("hill_gate").any()
    usual = base.loads[base.loads["dispatched"] >= day[1]]
    assert usual["route_id"].str.contains("hill_gate").any()  # control: otherwise they go there


def test_no_load_meets_an_open_post_after_it_closed():
    scenario = tutorial(weeks=WEEKS, burn_in_weeks=BURN_IN, **{"supply.heroin.kg_per_year": 40000.0})
    closed = run_of(
        scenario,
        35,
        [
            change(
                "open_hours",
                MID_WEEK,
                to=0.0,
                where="crossing_id=north_gate",
                end=NEXT_WEEK + timedelta(days=2),
            )
        ],
    )
    there = closed.log[closed.log["post_id"].str.startswith("north_gate")]
    shut = there["minute"].between(
        minute_of(MID_WEEK), minute_of(NEXT_WEEK + timedelta(days=2)), inclusive="left"
    )
    assert (there["outcome"] == "shut_out").equals(shut)
    assert shut.sum() > 5 and (~shut).sum() > 20


@pytest.mark.parametrize("first_day", [date(2010, 1, 5), MID_WEEK])
def test_order_of_two_interventions_changes_nothing(first_day: date):
    scenario = tutorial(weeks=WEEKS, burn_in_weeks=BURN_IN)
    a = change("inspect_share", first_day, to=0.5, end=NEXT_WEEK + timedelta(days=3))
    b = change("tip_prob", MID_WEEK + timedelta(days=1), by=10.0, ramp_weeks=2)
    both = run_of(scenario, 36, [a, b])
    other = run_of(scenario, 36, [b, a])
    assert differing(both.result, other.result) == []
    alone = [run_of(scenario, 36, [one]) for one in (a, b)]
    for one in alone:
        assert differing(both.result, one.result)  # control: each of the two is felt
    first = min(first_day, MID_WEEK + timedelta(days=1))
    pd.testing.assert_frame_equal(before(both.log, first), before(alone[0].log, first))
    second = MID_WEEK + timedelta(days=1)
    pd.testing.assert_frame_equal(before(both.log, second), before(alone[0].log, second))


def test_a_cut_that_changes_no_number_moves_no_luck(plain: Ran):
    """A week told in two parts is the same week but for the last bits of its sums."""
    same = change("inspect_share", MID_WEEK, by=1.0)
    cut = run_of(tutorial(weeks=WEEKS, burn_in_weeks=BURN_IN), 31, [same])
    assert cut.digest == plain.digest
    numbers = [c for c in plain.result.weekly if plain.result.weekly[c].dtype.kind in "if"]
    np.testing.assert_allclose(cut.result.weekly[numbers], plain.result.weekly[numbers], rtol=1e-12)
