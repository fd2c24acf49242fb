"""Interventions on services: pay, audits, protection, tips, teams act on dealings with traffickers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.agents.memory import Memory
from sim.scenario.load import load_scenario
from sim.scenario.overlay import Intervention, placed
from sim.trial import world_of
from sim.world.world import World
from tests.pairing.small_runs import change
from tests.unit.library.worlds import base, country, ended, given, grows_only, laid, ran, told

KZ = base().base_posts.country == country("KZ")
REVIEW = 4


def test_paid_officers_accept_less():
    before, after = told(), told("officer_pay")
    grows_only(-after.dealings.accept[0], -before.dealings.accept[0], KZ)
    assert (after.dealings.accept[:, KZ] > 0.45 * before.dealings.accept[:, KZ]).all()


def test_audited_officers_accept_less_and_are_removed():
    before, after = told(), told("audit")
    grows_only(-after.dealings.accept[0], -before.dealings.accept[0], KZ)
    before, after = ran().memory.corruption, ran("audit").memory.corruption
    assert after[KZ].mean() < 0.97 * before[KZ].mean()
    assert (after[KZ] <= before[KZ] * (1.0 + 1e-3)).all()
    np.testing.assert_allclose(after[~KZ], before[~KZ], rtol=1e-3)


def test_rotated_officers_know_nobody():
    before, after = ran().memory, ran("officer_rotation").memory
    assert after.relation[:, KZ].sum() < 0.9 * before.relation[:, KZ].sum()
    assert after.relation[:, ~KZ].sum() == pytest.approx(before.relation[:, ~KZ].sum(), rel=0.05)
    assert after.corruption[KZ].std() < before.corruption[KZ].std()
    assert after.corruption[KZ].mean() == pytest.approx(before.corruption[KZ].mean(), rel=1e-3)

    def relations(memory: Memory) -> None:
        memory.relation[:] = 0.5

    assert (told(past=relations).dealings.accept > told().dealings.accept).all()  # what they are good for


def test_nobody_orders_a_release_in_kazakhstan():
    before, after = told().dealings.release, told("protection_reform").dealings.release
    kz = country("KZ")
    assert (before > 0.0).all() and (after[:, kz] == 0.0).all()
    np.testing.assert_array_equal(np.delete(after, kz, axis=1), np.delete(before, kz, axis=1))


def test_shared_tips_reach_everybody():
    before, after = told().dealings.tip, told("caricc_sharing").dealings.tip
    assert (after > 1.3 * before).all()


def test_informants_double_the_tips():
    before, after = told().dealings.tip, told("informants").dealings.tip
    kz = country("KZ")
    np.testing.assert_allclose(after[:, kz], 2.0 * before[:, kz], rtol=0.05)
    others = np.delete(after / before, kz, axis=1)
    assert (others > 1.0).all() and (others < 1.02).all()  # Kazakhstan passes on what little it passes on


def test_what_is_heard_in_afghanistan_reaches_the_others():
    before, after = told().dealings.tip, told("liaison_officers").dealings.tip
    beyond = np.array(base().countries) != "AF"
    assert (after[:, beyond] > 1.1 * before[:, beyond]).all()
    np.testing.assert_allclose(after[:, ~beyond], before[:, ~beyond], rtol=1e-9)


def test_controlled_deliveries_lay_organisations_bare():
    """With more tips than there are, so that ten weeks have enough operations."""
    keen = change("tip_prob", where="country=KZ", by=10.0, name="keen")
    before, after = ended(with_one_more(keen)), ended(with_one_more(keen, "controlled_deliveries"))
    assert before.result.weekly["controlled_deliveries"].sum() == 0
    assert after.result.weekly["controlled_deliveries"].sum() >= 5
    assert after.memory.informants.sum() > 1.1 * before.memory.informants.sum()


def with_one_more(extra: Intervention, *names: str) -> World:
    world = laid(*names)
    return replace(world, interventions=(*world.interventions, *placed([extra], world.scenario.start)))


def test_a_regional_unit_hears_shares_and_moves():
    before, after = told().dealings.tip, told("regional_unit").dealings.tip
    kz = country("KZ")
    np.testing.assert_allclose(after[:, kz], 1.5 * before[:, kz], rtol=0.05)
    assert (np.delete(after / before, kz, axis=1) > 1.05).all()  # more than half again of what was passed on
    placed_teams, formerly = (run.teams[:, KZ].sum(axis=1)[-1] for run in (ran("regional_unit"), ran()))
    assert placed_teams == formerly + 2


def passed_on() -> float:
    """What Kazakhstan's tips add to those of another country, as a share of its own."""
    sharing = told().values.country["sharing"]
    return float(sharing[country("KZ")] / (1.0 + sharing.sum()))


def test_without_the_regional_unit_less_is_heard():
    before, after = told().dealings.tip, told("regional_unit_closed").dealings.tip
    kz = country("KZ")
    np.testing.assert_allclose(after[:, kz], 0.67 * before[:, kz], rtol=0.05)
    assert (np.delete(after / before, kz, axis=1) < 1.0 - 0.6 * passed_on()).all()
    assert ran("regional_unit_closed").teams[-1, KZ].sum() == ran().teams[-1, KZ].sum() - 1


def test_allocations_differ_in_the_rule_alone():
    before, fixed, drawn = ran().teams, ran("fixed_allocation").teams, ran("random_allocation").teams
    weeks = np.flatnonzero(fixed[:, KZ].sum(axis=1) != before[:, KZ].sum(axis=1))
    assert weeks.size > REVIEW  # two reviews
    for teams in (fixed, drawn):
        assert set(teams[weeks][:, KZ].sum(axis=1) - before[weeks][:, KZ].sum(axis=1)) == {6}
        np.testing.assert_array_equal(teams[:, ~KZ], before[:, ~KZ])
    assert len({row.tobytes() for row in fixed[weeks]}) == 1
    assert len({row.tobytes() for row in drawn[weeks]}) > 1
    one, other = (laid(f"{rule}_allocation").interventions[0] for rule in ("fixed", "random"))
    for name in ("capital_cost_usd", "running_cost_usd_per_year", "start", "ramp_weeks"):
        assert getattr(one, name) == getattr(other, name)
    fidgety = load_scenario(
        "northern_route_2010", sets=["weeks=10", "burn_in_weeks=2", "countries.KZ.allocation=random"]
    )
    settled = ended(world_of(fidgety, given("fixed_allocation"))).teams[weeks]
    np.testing.assert_array_equal(settled, fixed[weeks])
    extra = told("fixed_allocation").values.country["mobile_teams"]
    np.testing.assert_array_equal(extra, told("random_allocation").values.country["mobile_teams"])
