"""No draw serves two encounters."""

from __future__ import annotations

from sim.scenario.load import load_scenario
from sim.trial import world_of
from tests.pairing.small_runs import STILL, joined, run_of, tutorial

ADDRESS = ["load_id", "post_id", "visit"]


def test_no_address_is_used_twice_on_the_northern_route():
    """Loads that come to one post at two stops of their way, as by sea or air, meet it with fresh luck."""
    scenario = load_scenario("northern_route_2010", sets=["weeks=12", "burn_in_weeks=0"]).scenario
    log = run_of(world_of(scenario), 1).log
    twice = log[log.duplicated(ADDRESS, keep=False)]
    assert twice.empty, twice[[*ADDRESS, "minute", "outcome"]].to_string()
    assert log.duplicated(["load_id", "post_id"]).any()  # control: posts are met more than once


def test_no_address_is_used_twice_by_those_who_turn_back():
    refused = {"tier": {"bribe_offer_prob": 1.0}, "country": {"corruption": 0.0}}
    turning = {"travel.turn_back_prob": 0.9, "travel.turn_back_h": 6.0, "travel.most_tries": 10}
    log = run_of(tutorial(weeks=12, **joined(STILL, refused, turning)), 2).log
    assert not log.duplicated(ADDRESS).any()
    assert log["visit"].max() > 3  # control
