"""No draw serves two encounters."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

import sim.kernels.carry
from sim.scenario.load import load_scenario
from sim.trial import world_of
from tests.faults.planted.seams import carry_in_python
from tests.pairing.small_runs import STILL, joined, run_of, tutorial


@pytest.fixture
def met(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[int, ...]]:
    """How often each address (key, load, post, visit) was met, for runs made after this."""
    seen: Counter[tuple[int, ...]] = Counter()
    real = sim.kernels.carry.encounter

    def encounter(key: Any, who: Any, post: Any, visit: Any, *rest: Any) -> Any:
        seen[int(key), int(who), int(post), int(visit)] += 1
        return real(key, who, post, visit, *rest)

    carry_in_python(monkeypatch, load={"encounter": encounter})
    return seen


def test_no_address_is_used_twice_on_the_northern_route(met: Counter[tuple[int, ...]]):
    """Loads that come to one post at two stops of their way, as by sea or air, meet it with fresh luck."""
    scenario = load_scenario("northern_route_2010", sets=["weeks=12", "burn_in_weeks=0"]).scenario
    ran = run_of(world_of(scenario), 1)
    assert met.total() == (ran.log["outcome"] != "shut_out").sum() > 3000
    assert met.most_common(1)[0][1] == 1
    at_two_stops = ran.log[ran.log["visit"] == 0].duplicated(["load_id", "post_id"])
    assert at_two_stops.any()  # control: some loads come to a post at two stops


def test_no_address_is_used_twice_by_those_who_turn_back(met: Counter[tuple[int, ...]]):
    refused = {"tier": {"bribe_offer_prob": 1.0}, "country": {"corruption": 0.0}}
    turning = {"travel.turn_back_prob": 0.9, "travel.turn_back_h": 6.0, "travel.most_tries": 10}
    log = run_of(tutorial(weeks=12, **joined(STILL, refused, turning)), 2).log
    assert met.most_common(1)[0][1] == 1
    assert log["visit"].max() > 3  # control: they do come again
