"""Warnings that stand beside a comparison, each where it belongs and nowhere else."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from experiments.baseline import at_point, dimensions, quantiles
from experiments.cautions import cautions, not_narrow
from experiments.outcomes import Outcome
from experiments.paired import pairs_needed
from experiments.pairs import Pairs
from experiments.ranking import Flip, flips_of, points_near
from sim.scenario.load import load_scenario
from sim.scenario.quantity import quantities

DELIVERED = {
    "arm": "a",
    "outcome": "delivered_kg",
    "difference": -50.0,
    "low": -60.0,
    "high": -40.0,
    "outcome_low": -90.0,
    "outcome_high": -10.0,
    "sign_agree": 1.0,
    "pairs": 20,
    "pairs_for_sign": 4.0,
}
SEIZED = {**DELIVERED, "outcome": "seized_kg", "difference": 50.0, "low": 40.0, "high": 60.0}
TRAFFIC = {"arm": "a", "outcome": "licit_vehicles", "baseline": 1000.0, "difference": 0.0}
INSIDE: dict[str, date | None] = {"a": date(2010, 1, 1)}


def said(
    delivered: dict[str, Any] | None = None, seized: dict[str, Any] | None = None, traffic: float = 0.0
) -> tuple[str, ...]:
    rows = [
        {**DELIVERED, **(delivered or {})},
        {**SEIZED, **(seized or {})},
        {**TRAFFIC, "difference": traffic},
    ]
    return cautions(pd.DataFrame(rows), INSIDE, [])


def test_traffic_that_stays_away_is_told():
    (warning,) = said(traffic=-250.0)
    assert warning.startswith("a: 25 % fewer licit vehicles at posts: what stays away")
    assert said(traffic=-4.0) == said(traffic=300.0) == ()


def test_one_pair_has_no_interval():
    (warning,) = said({"low": float("nan"), "high": float("nan"), "pairs": 1})
    assert warning == "a: one pair has no interval; how sure its effects are cannot be told"


def test_a_clear_effect_needs_no_caution():
    assert said() == ()


def test_more_seized_together_with_more_delivered():
    (warning,) = said({"difference": 30.0, "low": 20.0, "high": 40.0, "outcome_low": 1.0})
    assert warning == (
        "a: more is seized (+50 kg) and more is delivered (+30 kg): seizures are no measure of success"
    )
    assert said({"difference": 30.0, "low": 20.0, "high": 40.0}, {"low": -1.0}) == ()


def test_an_effect_smaller_than_its_error():
    (warning,) = said({"low": -110.0, "high": 10.0, "pairs_for_sign": 1234.0})
    assert warning == (
        "a: the effect on delivered_kg (-50 kg) is smaller than its Monte Carlo error (±60 kg from "
        "20 pairs); to tell its sign would take about 1,234 pairs"
    )


def test_an_effect_that_changes_sign_over_keys():
    (warning,) = said({"sign_agree": 0.7, "outcome_high": 30.0})
    assert warning.endswith("changes its sign over keys; 70 % of single years agree with the mean")
    assert said({"sign_agree": 0.95, "outcome_high": 30.0}) == ()
    nothing = {"sign_agree": 0.0, "outcome_low": 0.0, "outcome_high": 0.0}
    assert said(nothing) == ()  # expected, and realised in no year: that is no other sign


def test_no_effect_at_all_is_not_called_uncertain():
    assert said({"difference": 0.0, "low": 0.0, "high": 0.0, "outcome_low": 0.0, "outcome_high": 0.0}) == ()


def test_a_start_outside_the_run():
    table = pd.DataFrame([DELIVERED, SEIZED, TRAFFIC])
    (warning,) = cautions(table, {"a": None}, [])
    assert warning == "a: acts on no day of the run, so that every difference is zero"


def test_a_precision_that_was_not_reached():
    values = {"baseline": [100.0, 102.0, 98.0], "a": [100.0, 112.0, 90.0], "b": [101.0, 103.0, 99.0]}
    told = {arm: [{"realised": {"x": v}} for v in row] for arm, row in values.items()}
    pairs = Pairs(("a", "b"), (1, 2, 3), told)
    outcome = Outcome("x", "x", "kg", "lower", "realised")
    (note,) = not_narrow(pairs, outcome, 0.02)
    assert note.startswith("a: the interval of x is ±")
    assert "kg after 3 pairs, wider than the 2 % of the baseline asked for" in note
    needed = pairs_needed(float(np.std([0.0, 10.0, -8.0], ddof=1)), 2.0)
    assert note.endswith(f", which would take about {needed:,.0f} pairs")
    assert not_narrow(pairs, outcome, None) == []


def at(**kg: float) -> dict[str, np.ndarray]:
    noise = np.array([-1.0, 0.5, 0.25, 0.25])
    return {arm: level + noise * (1.0 + i) for i, (arm, level) in enumerate(kg.items())}


def test_a_ranking_that_flips():
    here = at(baseline=100.0, a=80.0, b=90.0)
    there = [at(baseline=100.0, a=80.0, b=60.0), at(baseline=100.0, a=110.0, b=90.0), here]
    assert flips_of(here, there) == [Flip("a", "baseline", 1, 3), Flip("a", "b", 2, 3)]
    sign, rank = map(str, flips_of(here, there))
    assert sign == (
        "a: the sign of its effect on delivered_kg flips; more is delivered at 1 of 3 other points of the "
        "parameter ranges"
    )
    assert rank.startswith("a and b: their ranking by delivered_kg flips; b delivers less at 2 of 3")
    table = pd.DataFrame([DELIVERED, SEIZED, TRAFFIC])
    assert cautions(table, INSIDE, flips_of(here, there)) == (sign, rank)


def test_a_ranking_that_is_only_uncertain_elsewhere_does_not_flip():
    here = at(baseline=100.0, a=80.0, b=90.0)
    close = at(baseline=100.0, a=80.2, b=80.0)
    assert flips_of(here, [close, here]) == []
    assert flips_of(at(baseline=100.0, a=100.0) | {"a": at(baseline=100.0)["baseline"]}, [here]) == []


def test_points_of_the_baseline_are_the_recorded_ones_that_landed():
    northern = load_scenario("northern_route_2010").scenario
    scenario = load_scenario("northern_route_2010_declared").scenario
    points = points_near(northern, 3)
    assert len(points) == 3
    assert len({p.market.relation_gain.value for p in points}) == 3
    names = {
        q.source.split(";")[0] for p in points for _, q in quantities(p) if q.source.startswith("point ")
    }
    assert len(names) == 3
    assert points_near(northern, 2)[0] == points[0]
    (here,) = points_near(northern, 1)
    point = int(here.market.relation_gain.source.split(";")[0].split()[1])
    u = quantiles(scenario, 1, point + 1)[point].tolist()
    there = dict(quantities(at_point(scenario, dict(zip(dimensions(scenario), u, strict=True)), "")))
    assert [path for path, q in quantities(here) if path in there and q.value != there[path].value] == []
    every = points_near(northern, 1000)
    assert len(every) == 44  # 45 landed, and one of them, 200, is the baseline
    assert not any("point 200;" in p.market.relation_gain.source for p in every)


def test_points_of_another_scenario_are_drawn_and_spare_what_was_set():
    tutorial = load_scenario("tutorial").scenario
    one, other = points_near(tutorial, 2)
    path = "supply.heroin.kg_per_year"
    drawn = [dict(quantities(p))[path].value for p in (one, other)]
    assert 3000 <= min(drawn) < max(drawn) <= 9000
    (fixed,) = points_near(tutorial, 1, fixed={path})
    assert dict(quantities(fixed))[path].value == 6000.0
    assert dict(quantities(fixed))["market.relation_gain"] == dict(quantities(one))["market.relation_gain"]


def test_a_comparison_looks_at_other_points():
    from experiments.effects import compare
    from tests.pairing.small_runs import START, change

    sets = ["weeks=2", "burn_in_weeks=0"]
    more = change("inspect_share", START, to=0.9, name="more")
    told: list[tuple[int, int]] = []
    compare(
        "tutorial",
        more,
        keys=2,
        sets=sets,
        workers=1,
        robust=2,
        replacement=False,
        progress=lambda done, whole: told.append((done, whole)),
    )
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
