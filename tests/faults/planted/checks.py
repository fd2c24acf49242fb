"""What must hold in small runs of the tutorial; each check raises when it does not."""

from __future__ import annotations

import copy
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim.agents import border_post
from sim.agents.authority import REVIEW_WEEKS
from sim.agents.courier import CourierState
from sim.codes import COVER_ON_MODE, Cover, Fate, Mode, Outcome
from sim.model import CorridorModel
from sim.scenario.overlay import hour_of
from sim.trial import result_of, world_of
from tests.pairing.small_runs import FROZEN, START, STILL, Ran, change, joined, run_of, tutorial, with_tables
from tests.pairing.test_conservation import (
    mass_balances,
    money_balances,
    people_balance,
    sites_balance,
    stepped,
)
from tests.pairing.test_one_more import NEWCOMERS, add, of_the_old

HONEST = {
    "tier": {"bribe_offer_prob": 0.0, "protection": 0.0},
    "country": {"tip_prob": 0.0},
    "post": {"inspect_share": 0.9, "search_share": 0.9},
}
"""Nobody pays, tells or protects: what is left is the control itself."""
OUTBOUND = (
    "bridge_gate_kg",
    "hill_gate_kg",
    "kg_kz__spring__east_town_kg",
    "north_gate_kz",
    "north_gate_rail_kz",
)


def still(*more: dict[str, Any], weeks: int = 6, key: int = 61, **named: Any) -> Ran:
    """A run in which every hour is alike and choice is at random, with some fifty loads a week."""
    many = {"tier": {"exposure": 1.0}, "supply.heroin.kg_per_year": 30000.0}
    return run_of(tutorial(weeks=weeks, **joined(STILL, many, *more)), key, **named)


def weekly(ran: Ran) -> pd.DataFrame:
    return ran.result.weekly


# luck


def two_keys_are_two_runs() -> None:
    first, second = (run_of(tutorial(weeks=3), key) for key in (1, 2))
    assert first.digest != second.digest
    assert set(first.loads["dispatched"]).isdisjoint(second.loads["dispatched"])


def newcomers_leave_all_loads_alone() -> None:
    before = run_of(tutorial(weeks=6, **FROZEN), 62)
    after = run_of(tutorial(weeks=6, **joined(FROZEN, NEWCOMERS)), 62)
    pd.testing.assert_frame_equal(of_the_old(after.loads), before.loads)


def a_post_beside_moves_no_post() -> None:
    """With one more post, whose name sorts first, the licit traffic of every other post is what it was."""
    scenario = tutorial(weeks=2, country={"mobile_teams": 0.0})
    before = run_of(scenario, 63).result.posts.set_index("post_id")["licit_vehicles"]
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        with_tables(patch, Path(folder), add("post"))
        after = run_of(scenario, 63).result.posts.set_index("post_id")["licit_vehicles"]
    assert len(after) == len(before) + 1 and after.iloc[0] > 0
    pd.testing.assert_series_equal(after[before.index], before)


def turning_back_brings_fresh_luck() -> None:
    """Of those who turned back once, most get by at the next visit; none would if it drew the same again."""
    ran = still(
        {"tier": {"bribe_offer_prob": 0.6}, "country": {"tip_prob": 0.0, "corruption": 0.0}},
        {"travel.turn_back_prob": 0.6, "travel.turn_back_h": 6.0},
    )
    again = ran.log[ran.log["visit"] == 1]
    met = again[~again["post_id"].str.startswith("kg_kz")]
    assert len(met) > 50
    share = (met["outcome"] == "turned_back").mean()
    assert 0.15 < share < 0.6, share  # 0.36 in the mean


def routes_at_random_are_taken_alike() -> None:
    """Null: five routes are as likely; chi-square on the loads of 20 weeks, alpha 1e-6."""
    ran = still(weeks=20)
    counts = (
        ran.loads["route_id"].value_counts().reindex([r.route_id for r in ran.world.routes], fill_value=0)
    )
    assert counts.sum() > 80
    assert stats.chisquare(counts).pvalue > 1e-6, counts.to_dict()


def weeks_are_not_alike() -> None:
    ran = still()
    minutes = ((ran.loads["dispatched"] - pd.Timestamp(START)) % pd.Timedelta(weeks=1)).to_numpy()
    assert ran.result.loads["load_id"].is_unique
    assert np.unique(minutes).size > 0.9 * minutes.size


# the chain at a post


def loads_meet_the_posts_of_their_route() -> None:
    ran = still()
    on_route = {r.route_id: [p for s in r.steps for p in s.posts] for r in ran.world.routes}
    for load_id, log in ran.log.groupby("load_id"):
        met = log.loc[log["visit"] == 0, "post_id"].tolist()
        wanted = on_route[ran.loads.loc[load_id, "route_id"]] if load_id in ran.loads.index else met
        assert met == wanted[: len(met)], load_id


def a_load_travels_in_the_cover_of_its_mode() -> None:
    ran = still()
    modes = {p.post_id: next(iter(p.modes)) for p in ran.world.posts}
    log = ran.log[ran.log["load_id"].isin(ran.loads.index)]
    of_load = ran.loads.loc[log["load_id"], "cover"].str.upper()
    wanted = [
        Cover(COVER_ON_MODE[Cover[name]][Mode(modes[post])]).name.lower()
        for name, post in zip(of_load, log["post_id"], strict=True)
    ]
    assert log["cover"].tolist() == wanted
    assert (log["cover"] != of_load.str.lower().to_numpy()).any()  # some change from lorry to wagon


def paid_officers_let_pass() -> None:
    ran = still(
        {
            "tier": {"bribe_offer_prob": 1.0},
            "country": {"corruption": 1.0, "tip_prob": 0.0, "officer_pay_usd": 1.0},
        },
        {"market.pay_multiple": 0.01, "travel.turn_back_prob": 0.0},
    )
    staffed = ran.log[~ran.log["post_id"].str.startswith("kg_kz")]
    assert set(staffed["outcome"]) == {"bribed"} and weekly(ran)["seized_loads"].sum() == 0
    assert weekly(ran)["bribes_usd"].sum() > 0


def tips_stop_a_load_at_its_first_post() -> None:
    ran = still(
        {"tier": {"bribe_offer_prob": 0.0, "protection": 0.0}, "country": {"tip_prob": 1.0}},
        {"post": {"find_on_tip_prob": 1.0}},
    )
    assert set(ran.log["outcome"]) == {"seized"} and set(ran.log["means"]) == {"tip"}


def superiors_let_nothing_be_seized() -> None:
    ran = still(
        {
            "tier": {"bribe_offer_prob": 0.0, "protection": 1.0},
            "country": {"protection_prob": 1.0, "return_share": 1.0},
        }
    )
    assert weekly(ran)["seized_loads"].sum() == 0
    assert (ran.log["outcome"] == "released").sum() > 5
    assert weekly(ran)["expected_seized_loads"].sum() == 0.0


def seals_keep_a_truck_from_being_selected() -> None:
    ran = still(HONEST, {"post": {"tir_select_factor": 0.0}})
    sealed = ran.log[ran.log["cover"] == "tir_truck"]
    assert len(sealed) > 20 and set(sealed["outcome"]) == {"not_inspected"}
    assert {"missed", "seized"} <= set(ran.log.loc[ran.log["cover"] == "other_truck", "outcome"])


def fear_keeps_seals_unbroken() -> None:
    ran = still(HONEST, {"post": {"tir_fear": 1.0, "tir_select_factor": 1.0, "find_prob": 1.0}})
    sealed = ran.log[ran.log["cover"] == "tir_truck"]
    assert (sealed["outcome"] == "missed").sum() > 5 and "seized" not in set(sealed["outcome"])


def nobody_looks_at_what_leaves() -> None:
    ran = still(HONEST, {"post": {"outbound_share": 0.0}})
    leaving = ran.log["post_id"].isin(OUTBOUND)
    assert set(ran.log.loc[leaving, "outcome"]) == {"not_inspected"}
    assert "seized" in set(ran.log.loc[~leaving, "outcome"])


def whoever_turns_back_comes_again() -> None:
    ran = still(
        {"tier": {"bribe_offer_prob": 0.8}, "country": {"tip_prob": 0.0, "corruption": 0.0}},
        {"travel.turn_back_prob": 0.7, "travel.turn_back_h": 6.0, "travel.most_tries": 3},
    )
    horizon = 60 * (ran.world.start_hour + 168 * ran.world.n_weeks)
    turned = 0
    for _, log in ran.log.groupby("load_id"):
        for now, then in zip(log.itertuples(), log.iloc[1:].itertuples(), strict=False):
            if now.outcome == "turned_back":
                assert (then.post_id, then.visit, then.minute) == (
                    now.post_id,
                    now.visit + 1,
                    now.minute + 360,
                )
                turned += 1
            else:
                assert (then.post_id, then.visit) != (now.post_id, now.visit + 1)
        assert log["outcome"].iloc[-1] != "turned_back" or log["minute"].iloc[-1] + 360 >= horizon
    assert turned > 30 and ran.log["visit"].max() == 2


def a_long_way_loses_every_load() -> None:
    ran = still({"travel.loss_per_day": 1.0, "market.replacement_share": 0.0})
    assert weekly(ran)["delivered_loads"].sum() == 0 and weekly(ran)["lost_kg"].sum() > 0


def a_load_waits_out_the_queue() -> None:
    """Service so slow that lorries queue for half a day and more: nobody is at the next post before that."""
    ran = still(
        {"countries.*.posts.frontier_road.service_min": 70.0}, {"tier": {"bribe_offer_prob": 0.0}}, weeks=4
    )
    bridge = ran.log[ran.log["post_id"] == "bridge_gate_kg"].set_index("load_id")["minute"]
    behind = ran.log[ran.log["post_id"] == "bridge_gate_kz"].set_index("load_id")["minute"]
    both = bridge.index.intersection(behind.index)
    assert len(both) > 5 and (behind[both] - bridge[both]).median() > 600


def a_post_is_shut_at_night() -> None:
    ran = still({"post": {"open_from_h": 8.0, "open_hours": 10.0}})
    staffed = ran.log[~ran.log["post_id"].str.startswith("kg_kz")]
    hour = staffed["minute"] // 60 % 24
    assert len(staffed) > 100 and hour.between(8, 17).all()
    assert (hour == 8).mean() > 0.3  # those who came at night wait for the morning


def expectation_leaves_out_what_is_let_go() -> None:
    """Null: realised and expected seizures have one mean under protection; t over 20 keys, alpha 1e-6."""
    scenario = tutorial(
        weeks=8,
        **joined(
            STILL, {"tier": {"protection": 1.0, "bribe_offer_prob": 0.2}, "country": {"protection_prob": 0.6}}
        ),
    )
    world = world_of(scenario)
    gaps = []
    for key in range(20):
        totals = run_of(world, key).result.weekly
        gaps.append(totals["seized_loads"].sum() - totals["expected_seized_loads"].sum())
    z = np.mean(gaps) / (np.std(gaps, ddof=1) / np.sqrt(len(gaps)))
    assert abs(z) < stats.t.isf(0.5e-6, len(gaps) - 1), z


# posts from week to week


def rested_dogs_recover() -> None:
    model = CorridorModel(tutorial(weeks=1, burn_in_weeks=0, post={"inspect_share": 0.0}), rng=64)
    model.memory.exertion[:] = 1.0
    model.step()
    idle = ~model.world.base_posts.is_patrol & (model.memory.teams == 0)
    recovery = model.world.scenario.countries["*"].posts.frontier_road.dogs.recovery_per_h.value
    np.testing.assert_allclose(model.memory.exertion[idle], (1.0 - recovery) ** 168, rtol=1e-9)


def worked_dogs_tire() -> None:
    posts = {"inspect_share": 0.5, "inspections_per_h": 50.0, "dogs.teams": 1.0, "dogs.shift_h": 24.0}
    model = CorridorModel(tutorial(weeks=1, burn_in_weeks=0, post=posts), rng=64)
    model.step()
    assert model.memory.exertion[model.post_row("hub_inland_kz")] > 0.5


def heat_dulls_dogs() -> None:
    world = world_of(tutorial(weeks=1))
    model = CorridorModel(world, rng=65)
    january, july = (border_post.dog_hits(world, world.base, model.memory, month) for month in (0, 6))
    road = model.post_row("bridge_gate_kz")
    assert july[road, 15] < 0.9 * january[road, 15]
    assert july[road, 4] > july[road, 15]


def finds_keep_a_post_awake() -> None:
    world = world_of(tutorial(weeks=1))
    model = CorridorModel(world, rng=65)
    dull = border_post.scan_hits(world, world.base, model.memory)
    model.memory.looks[:], model.memory.finds[:] = 100.0, 30.0
    awake = border_post.scan_hits(world, world.base, model.memory)
    scanned = dull > 0
    assert scanned.any() and (awake[scanned] > 1.1 * dull[scanned]).all()


def scanners_work_their_share_of_the_time() -> None:
    """Up 0.6 of the time in outages of a day: the mean over posts of a year lies within 0.06 of it."""
    posts = {"scanner.uptime_share": 0.6, "scanner.repair_h": 24.0}
    ran = run_of(tutorial(weeks=52, burn_in_weeks=0, post=posts), 66)
    staffed = ran.result.posts[ran.result.posts["klass"] != "green_border"]
    assert abs(staffed["scanner_up_share"].mean() - 0.6) < 0.06


def queues_are_never_negative() -> None:
    model = CorridorModel(tutorial(weeks=1, burn_in_weeks=0), rng=67)
    model.step()
    assert (model.memory.backlog >= 0.0).all()
    assert (result_of(model).posts["delay_vehicle_h"] >= 0.0).all()


def audits_clean_a_post() -> None:
    services = {"audits_per_year": 60.0, "audit_effect": 1.0, "corruption": 0.5}
    model = CorridorModel(tutorial(weeks=1, burn_in_weeks=0, country=services), rng=68)
    model.step()
    assert (model.memory.corruption == 0.0).all()


def bribes_draw_officers_in() -> None:
    services = {"corruption_per_bribe": 0.2, "audits_per_year": 0.0, "turnover_per_year": 0.0}
    model = CorridorModel(
        tutorial(weeks=6, burn_in_weeks=0, country=services, tier={"bribe_offer_prob": 1.0}), rng=69
    )
    model.run_model()
    bribed = model.tally.post["bribed"] > 0
    assert bribed.any() and (~bribed).any()
    assert (model.memory.corruption[bribed] > 0.25).all() and (model.memory.corruption[~bribed] == 0.25).all()


def false_alarms_make_officers_loath() -> None:
    posts = {
        "reluctance": 0.9,
        "scanner.false_alarm_prob": 0.9,
        "scanner.present_share": 1.0,
        "scanner.uptime_share": 1.0,
    }
    model = CorridorModel(tutorial(weeks=1, burn_in_weeks=0, post=posts), rng=70)
    model.step()
    assert model.memory.willing[model.post_row("bridge_gate_kz")] < 0.8


def mobile_teams_inspect() -> None:
    looked_at = []
    for teams in (0.0, 6.0):
        scenario = tutorial(weeks=2 * REVIEW_WEEKS, country={"mobile_teams": teams})
        looked_at.append(run_of(scenario, 71).result.weekly["public_cost_usd"].sum())
    assert looked_at[1] > 1.2 * looked_at[0]


# what traffickers remember


def after(weeks: int = 4, key: int = 72, **changes: Any) -> CorridorModel:
    model = CorridorModel(tutorial(weeks=weeks, burn_in_weeks=0, **changes), rng=key)
    model.keep_encounters = True
    model.run_model()
    return model


CAUGHT = {
    "country": {"tip_prob": 0.2, "protection_prob": 0.0},
    "tier": {"others_weight": 0.0, "bribe_offer_prob": 0.0},
}


def losses_are_remembered() -> None:
    """Without forgetting to speak of, what is remembered is what was counted in the log."""
    model = after(**joined(CAUGHT, {"tier": {"belief_halflife_days": 1e7}}))
    owner = model.world.flows.trafficker[model.book["flow"]]
    caught, trips = np.zeros_like(model.memory.caught), np.zeros_like(model.memory.trips)
    for week in model.encounters:
        who = owner[week["load"]], week["post"], week["cover"]
        passed = ~np.isin(week["outcome"], (Outcome.TURNED_BACK, Outcome.SHUT_OUT))
        np.add.at(trips, tuple(part[passed] for part in who), 1.0)
        gone = week["outcome"] == Outcome.SEIZED
        np.add.at(caught, tuple(part[gone] for part in who), 1.0)
    assert caught.sum() > 5
    np.testing.assert_allclose(model.memory.caught, caught, rtol=1e-4)
    np.testing.assert_allclose(model.memory.trips, trips, rtol=1e-4)


def what_is_remembered_fades() -> None:
    model = after(weeks=1, **CAUGHT)
    for name in ("caught", "trips"):
        before = getattr(model.memory, name).sum()
        learn_nothing(model)
        left = getattr(model.memory, name).sum() / before
        assert abs(left - 2.0 ** (-7.0 / 90.0)) < 1e-9, (name, left)


def learn_nothing(model: CorridorModel) -> None:
    """A week in which nobody meets anything."""
    nothing = np.zeros_like(model.memory.caught)
    import sim.agents.trafficker as trafficker

    trafficker.learn(model.memory, model.world, nothing, nothing)


def losses_of_others_are_heard_of() -> None:
    model = after(**joined(CAUGHT, {"tier": {"belief_halflife_days": 1e7, "others_weight": 0.5}}))
    alone = after(**joined(CAUGHT, {"tier": {"belief_halflife_days": 1e7}}), weeks=1)
    assert alone.memory.trips.sum() > 0
    trips = model.memory.trips.sum(axis=(1, 2))
    counted = np.bincount(
        model.world.flows.trafficker[model.book["flow"]], model.book["encounters"], minlength=trips.size
    )
    np.testing.assert_allclose(trips, counted + 0.5 * (counted.sum() - counted), rtol=1e-3)


def relations_lapse() -> None:
    model = after(tier={"bribe_offer_prob": 1.0}, country={"corruption": 0.9})
    before = model.memory.relation.sum()
    import sim.agents.trafficker as trafficker

    nobody = np.zeros(0, np.int64)
    trafficker.remember_deals(model.memory, model.world, nobody, nobody, np.zeros(0, np.bool_))
    assert before > 1 and abs(model.memory.relation.sum() / before - 2.0 ** (-7.0 / 180.0)) < 1e-9


def the_alarmed_lie_low() -> None:
    model = CorridorModel(
        tutorial(
            weeks=8,
            burn_in_weeks=0,
            country={"tip_prob": 1.0, "protection_prob": 0.0},
            tier={"lie_low_level": 0.01, "lie_low_hit": 5.0, "lie_low_halflife_days": 3000.0},
        ),
        rng=73,
    )
    struck: set[int] = set()
    while model.running:
        before = len(model.book)
        model.step()
        assert struck.isdisjoint(model.world.flows.trafficker[model.book["flow"][before:]].tolist())
        gone = np.isin(model.book["fate"], (Fate.SEIZED, Fate.DIVERTED, Fate.LOST))
        struck |= set(model.world.flows.trafficker[model.book["flow"][gone]].tolist())
    assert len(struck) > 2


def couriers_who_talk_are_felt() -> None:
    model = after(weeks=8, **joined(CAUGHT, {"country": {"arrest_prob": 1.0, "cooperate_prob": 1.0}}))
    talked = model.couriers.counts_by_trafficker()[:, CourierState.COOPERATING]
    assert talked.sum() > 3
    assert ((model.memory.informants > 0) == (talked > 0)).all()


# books


def seizures_are_counted_once() -> None:
    result = still(HONEST).result
    kept = result.seizures[~result.seizures["released"]]
    assert len(kept) == result.weekly["seized_loads"].sum() == result.posts["seizures"].sum() > 5
    assert kept["load_id"].is_unique
    assert abs(result.posts["seized_kg"].sum() - result.weekly["seized_kg"].sum()) < 1e-6


def busy_books(key: int = 51) -> CorridorModel:
    from tests.pairing.test_conservation import busy

    return stepped(busy(), key)


def mass_adds_up() -> None:
    mass_balances(busy_books())


def stocks_add_up() -> None:
    sites_balance(busy_books())


def money_adds_up() -> None:
    money_balances(busy_books())


def couriers_add_up() -> None:
    people_balance(busy_books())


def the_arrested_carry_no_more() -> None:
    model = after(weeks=10, **joined(CAUGHT, {"country": {"arrest_prob": 1.0}}))
    seized = model.book["fate"] == Fate.SEIZED
    courier = model.book["courier"]
    assert seized.sum() > 5
    for load in np.flatnonzero(seized):
        assert (courier[load + 1 :] != courier[load]).all()
    assert sum(model.couriers.counts()[3:5]) == seized.sum()


def only_the_reported_weeks_are_reported() -> None:
    scenario = tutorial(weeks=3, burn_in_weeks=4)
    result = run_of(scenario, 74).result
    assert (result.seizures["time"] >= pd.Timestamp(START)).all()
    vehicles = result.weekly["licit_vehicles"].sum()
    assert abs(result.posts["licit_vehicles"].sum() - vehicles) < 1e-6 * vehicles
    assert abs(result.traffickers["bribes_usd"].sum() - result.weekly["bribes_usd"].sum()) < 1e-6


def records_follow_their_chance() -> None:
    nothing = still(HONEST, {"country": {"record_prob": 0.0}}).result
    assert nothing.weekly["seized_loads"].sum() > 5 and nothing.weekly["recorded_seized_kg"].sum() == 0
    assert not nothing.seizures["recorded"].any() and nothing.countries["recorded_kg"].sum() == 0


# interventions

DAY = START + timedelta(days=10)


def an_intervention_works_from_its_hour() -> None:
    ran = still(HONEST, interventions=[change("inspect_share", DAY, to=0.0)])
    base = still(HONEST)
    first = 60 * hour_of(DAY)
    pd.testing.assert_frame_equal(
        ran.log[ran.log["minute"] < first].reset_index(drop=True),
        base.log[base.log["minute"] < first].reset_index(drop=True),
    )
    later = ran.log[(ran.log["minute"] >= first) & ~ran.log["post_id"].str.startswith("kg_kz")]
    within = later["minute"] < first + 4 * 1440
    assert within.sum() > 20 and set(later["outcome"]) == {"not_inspected"}


def an_intervention_ends_at_its_hour() -> None:
    last = DAY + timedelta(days=2)
    ran = still(HONEST, interventions=[change("inspect_share", DAY, to=0.0, end=last)])
    after_it = ran.log[
        (ran.log["minute"] >= 60 * hour_of(last)) & (ran.log["minute"] < 60 * hour_of(last) + 2 * 1440)
    ]
    assert "missed" in set(after_it["outcome"])


def an_intervention_costs_what_it_costs() -> None:
    base = still().result.weekly["public_cost_usd"]
    year = {
        "value": 52178.571428571,
        "unit": "usd_per_year",
        "status": "assumed",
        "source": "made up for a test",
    }
    paid = {**year, "value": 5000.0, "unit": "usd"}
    costly = change("turnover_per_year", DAY, by=1.0, running_cost_usd_per_year=year, capital_cost_usd=paid)
    more = still(interventions=[costly]).result.weekly["public_cost_usd"] - base
    np.testing.assert_allclose(
        more.to_numpy(), [0.0, 5000.0 + 1000.0 * 4 / 7, 1000.0, 1000.0, 1000.0, 1000.0], atol=0.02
    )


def seasons_move_licit_traffic() -> None:
    result = run_of(tutorial(weeks=40, burn_in_weeks=0), 75).result
    by_month = result.weekly.groupby(result.weekly["start"].dt.month)["licit_vehicles"].mean()
    assert by_month[7] > 1.15 * by_month[1]


def supply_follows_its_season() -> None:
    data = tutorial(weeks=26, burn_in_weeks=0)
    supply = copy.deepcopy(data.supply["heroin"]).model_copy(update={"season": (1.0,) * 3 + (3.0,) * 9})
    model = CorridorModel(data.model_copy(update={"supply": {"heroin": supply}}), rng=76)
    model.run_model()
    sent = model.tally.mass_g[:, 1].sum(axis=1)
    assert sent[16:].mean() > 2 * sent[:12].mean()
