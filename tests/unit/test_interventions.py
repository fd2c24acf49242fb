"""Interventions in a run: which numbers are in force in which hours, what they cost, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.model import CorridorModel
from sim.scenario.faults import ScenarioError
from sim.scenario.overlay import Intervention, hour_of, strength_at
from sim.trial import run, world_of
from sim.week import Mechanisms, programme_cents
from sim.world.faults import WorldError
from sim.world.world import World
from tests.pairing.small_runs import START, change, differing, tutorial

WEEK = 168
DAY = START + timedelta(days=17)


def usd(value: float, unit: str = "usd") -> dict[str, Any]:
    return {"value": value, "unit": unit, "status": "assumed", "source": "made up for a test"}


def with_laid(*interventions: Intervention, **scenario: Any) -> World:
    return world_of(tutorial(**{"weeks": 8, **scenario}), interventions)


def hourly(world: World, what: str, post_or_country: str) -> np.ndarray:
    """A number at every hour of the run, as the kernels are told."""
    mechanisms, told = Mechanisms(world), []
    for week in range(world.n_weeks):
        stretches = mechanisms.stretches(world.start_hour + WEEK * week)
        assert stretches[0].from_h == 0 and stretches[-1].to_h == WEEK
        assert all(a.to_h == b.from_h for a, b in pairwise(stretches))
        for s in stretches:
            if what in s.values.post:
                row = next(i for i, p in enumerate(world.posts) if p.post_id == post_or_country)
                value = s.values.post[what][row]
            else:
                value = s.values.country[what][world.countries.index(post_or_country)]
            told += [value] * (s.to_h - s.from_h)
    return np.array(told)


@pytest.mark.parametrize(
    "laid",
    [
        change("scanner.quality", DAY, to=0.9, where="country=KZ"),
        change("scanner.quality", DAY, by=1.5, where="klass=frontier_road", end=DAY + timedelta(days=9)),
        change("scanner.quality", DAY, plus=0.1, strength=0.25, ramp_weeks=3, where="post_id=bridge_gate_kz"),
        change("scanner.quality", date(2009, 1, 1), to=0.7, where="crossing_id=bridge_gate"),
        change("scanner.quality", None, to=0.7, where="region=South", end=DAY),
    ],
    ids=["to", "by, with an end", "plus, on a ramp", "long ago", "from the first reported day"],
)
def test_a_number_is_in_force_from_hour_to_hour(laid: Intervention):
    world = with_laid(laid)
    got = hourly(world, "scanner.quality", "bridge_gate_kz")
    base, target = 0.5, {"to": laid.changes[0].to, "by": 0.75, "plus": 0.6}[way_of(laid)]
    (laid,) = world.interventions
    strength = np.array([strength_at(laid, world.start_hour + h) for h in range(WEEK * world.n_weeks)])
    np.testing.assert_allclose(got, base + strength * (target - base), rtol=0, atol=1e-12)
    assert set(hourly(world, "scanner.quality", "hub_inland_kz")) == (
        {0.5, 0.9} if laid.changes[0].where == "country=KZ" else {0.5}
    )
    first = (hour_of(laid.start) if laid.start else 0) - world.start_hour
    if first > 0:
        assert (got[:first] == base).all() and got[first] != base


def way_of(laid: Intervention) -> str:
    return next(name for name in ("to", "by", "plus") if getattr(laid.changes[0], name) is not None)


def test_a_country_alone_is_meant():
    world = with_laid(change("sharing", DAY, to=0.9, where="country=KG"))
    assert set(hourly(world, "sharing", "KG")) == {0.1, 0.9}
    assert set(hourly(world, "sharing", "KZ")) == {0.1}


def test_the_order_in_which_interventions_are_named_does_not_matter():
    one = change("tip_prob", DAY + timedelta(days=2), by=2.0, name="one")
    two = change("tip_prob", DAY, to=0.1, name="two")
    three = change("tip_prob", DAY, plus=0.05, name="three")
    for laid in permutations((one, two, three)):
        got = hourly(with_laid(*laid), "tip_prob", "KZ")
        assert got[-1] == 0.1 * 2.0 + 0.05 and set(got) == {0.002, 0.1 + 0.05, got[-1]}


def test_a_portfolio_gives_the_same_bytes_in_any_order():
    scenario = tutorial(weeks=5)
    one = change("scanner.quality", DAY, by=1.7, name="one", ramp_weeks=2)
    two = change("scanner.quality", DAY, plus=0.01, name="two", strength=0.3)
    three = change("bribe_offer_prob", DAY, where="tier=tonne,small", to=0.05, name="three")
    first = run(scenario, key=1, interventions=[one, two, three])
    assert differing(first, run(scenario, key=1, interventions=[three, two, one])) == []
    assert differing(first, run(scenario, key=1, interventions=[one, two]))  # control


def test_a_mean_of_others_is_taken_by_class():
    world = with_laid(
        change("find_prob", DAY, where="country=KZ;klass=frontier_road", like="country=KG"),
        **{
            "countries.KG": {
                "posts": {"frontier_road": {"find_prob": 0.22}, "frontier_rail": {"find_prob": 0.4}}
            }
        },
    )
    assert set(hourly(world, "find_prob", "bridge_gate_kz")) == {0.15, 0.22}
    with pytest.raises(WorldError, match="of the same class"):
        with_laid(change("find_prob", where="klass=inland", like="country=KG"))


def test_what_is_shared_adds_up_to_the_amount():
    laid = change("dogs.teams", DAY, shared=3.0, where="klass=frontier_road;country=KZ")
    world = with_laid(laid)
    meant = [p.post_id for p in world.posts if p.country == "KZ" and p.klass.name == "FRONTIER_ROAD"]
    more = [hourly(world, "dogs.teams", name)[-1] - hourly(world, "dogs.teams", name)[0] for name in meant]
    assert len(meant) > 1 and sum(more) == pytest.approx(3.0) and len(set(more)) == 1


def test_an_intervention_undone_is_not_there():
    scenario = tutorial(weeks=6)
    gone = change("inspect_share", START, to=0.6, name="gone", capital_cost_usd=usd(100.0))
    back = Intervention.model_validate(
        {"name": "back", "sentence": "What was done is undone", "start": DAY, "undoes": ["gone"]}
    )
    before = run(scenario, key=1, interventions=[gone])
    undone = run(scenario, key=1, interventions=[gone, back])
    until = run(scenario, key=1, interventions=[gone.model_copy(update={"end": DAY})])
    assert differing(undone, until) == [] and differing(undone, before)


@pytest.mark.parametrize(
    ("laid", "said"),
    [
        (
            [change("find_prob", to=0.2, name="one"), change("find_prob", to=0.3, name="two")],
            "interventions one and two contradict each other: they set find_prob of ",
        ),
        (
            [
                change("allocation", to="random", where="country=KZ", name="one"),
                change("allocation", to="static", name="two"),
            ],
            "contradict each other: they set allocation of KZ to random and to static",
        ),
        (
            [
                change("penalty_usd", to=5.0, where="tier=small,tonne", name="one"),
                change("tiers.tonne.penalty_usd", to=6.0, name="two"),
            ],
            "they set tiers.tonne.penalty_usd of the scenario to 5 and to 6",
        ),
        (
            [
                change("find_prob", by=2.0, name="one"),
                change("tip_prob", by=2, name="two", contradicts=["one"]),
            ],
            "interventions one and two contradict each other",
        ),
        (
            [change("tip_prob", by=2.0, name="one"), change("tip_prob", by=2, name="two", undoes=["on"])],
            "two: expected on, which it undoes, to be laid over the scenario too; did you mean 'one'?",
        ),
    ],
    ids=["number", "rule", "tier", "by name", "nothing to undo"],
)
def test_interventions_that_contradict_each_other_are_refused_with_both_names(
    laid: list[Intervention], said: str
):
    with pytest.raises(WorldError) as told:
        with_laid(*laid)
    assert said in str(told.value)


def test_interventions_that_do_not_meet_do_not_contradict_each_other():
    same = [change("find_prob", to=0.2, name="one"), change("find_prob", to=0.2, name="two")]
    apart = [
        change("find_prob", where="country=KZ", to=0.2, name="one"),
        change("find_prob", where="country=KG", to=0.3, name="two"),
    ]
    in_turn = [
        change("find_prob", START, to=0.2, name="one", end=DAY),
        change("find_prob", DAY, to=0.3, name="two"),
    ]
    for laid in (same, apart, in_turn):
        assert len(with_laid(*laid).interventions) == 2


def test_a_number_stays_inside_its_hard_limits():
    world = with_laid(change("inspect_share", DAY, by=1e9), change("tip_prob", DAY, plus=-5.0))
    assert set(hourly(world, "inspect_share", "bridge_gate_kz")) == {0.1, 1.0}
    assert set(hourly(world, "tip_prob", "KZ")) == {0.002, 0.0}


def test_an_intervention_outside_the_run_is_not_there():
    scenario = tutorial(weeks=4)
    plain = run(scenario, key=1)
    after = START + timedelta(weeks=4)
    for laid in (
        change("inspect_share", after, to=0.9),
        change("inspect_share", date(2005, 1, 1), to=0.9, end=START - timedelta(weeks=2)),
        change("inspect_share", None, to=0.9, end=date(2006, 1, 1)),
    ):
        assert differing(plain, run(scenario, key=1, interventions=[laid])) == []
    last_day = change("inspect_share", after - timedelta(days=1), to=0.9)
    assert differing(plain, run(scenario, key=1, interventions=[last_day]))  # control


def test_an_intervention_in_force_before_the_run_is_in_force_from_the_beginning():
    scenario = tutorial(weeks=4)
    first_day = START - timedelta(weeks=scenario.burn_in_weeks)
    always = run(scenario, key=1, interventions=[change("corruption", first_day, to=0.6)])
    long_ago = run(scenario, key=1, interventions=[change("corruption", date(2001, 1, 1), to=0.6)])
    assert differing(always, long_ago) == []
    assert always.weekly["mean_corruption"].iloc[0] > 0.55  # the run opens with it
    later = run(scenario, key=1, interventions=[change("corruption", DAY, to=0.6)])
    assert later.weekly["mean_corruption"].iloc[0] < 0.3


def test_a_ramp_rises_week_by_week():
    world = with_laid(change("mobile_teams", START, to=6.0, ramp_weeks=3, where="country=KZ"))
    got = hourly(world, "mobile_teams", "KZ")[2 * WEEK :: WEEK]
    assert got.tolist() == [3.0, 4.0, 5.0, 6.0, 6.0, 6.0, 6.0, 6.0]


def test_teams_come_at_the_next_review():
    model = CorridorModel(with_laid(change("mobile_teams", START, to=5.0, where="country=KZ")), rng=1)
    kazakh = model.world.base_posts.country == model.world.countries.index("KZ")
    placed = []
    while model.running:
        model.step()
        placed.append(int(model.memory.teams[kazakh].sum()))
    assert set(placed) <= {0, 2, 5} and placed[-1] == 5


@pytest.mark.parametrize(
    ("fields", "weeks"),
    [
        ({"start": START}, {2: 5000.0 + 700.0, 3: 700.0, 9: 700.0}),
        ({"start": DAY}, {2: 0.0, 4: 5000.0 + 400.0, 5: 700.0}),
        ({"start": DAY, "end": DAY + timedelta(days=5)}, {4: 5000.0 + 400.0, 5: 100.0, 6: 0.0}),
        ({"start": DAY, "ramp_weeks": 1}, {4: 5000.0 + 200.0, 5: 300.0 / 2 + 400.0, 6: 700.0}),
        ({"start": DAY, "strength": 0.5}, {4: 2500.0 + 200.0, 5: 350.0}),
        ({"start": DAY, "strength": 0.0}, {4: 0.0, 5: 0.0}),
        ({"start": None}, {0: 0.0, 1: 0.0, 2: 5000.0 + 700.0, 3: 700.0}),
        ({"start": date(2001, 1, 1)}, {0: 5000.0 + 700.0, 1: 700.0}),
        ({"start": date(2001, 1, 1), "end": date(2002, 1, 1)}, {0: 0.0, 1: 0.0}),
        ({"start": START + timedelta(weeks=9)}, {0: 0.0, 9: 0.0}),
    ],
    ids=lambda p: " ".join(f"{k} {v}" for k, v in p.items()) if "start" in p else "",
)
def test_what_an_intervention_costs(fields: dict[str, Any], weeks: dict[int, float]):
    """5,000 USD at its start, 100 USD a day while it is in force, in the measure of its strength."""
    costs = {"capital_cost_usd": usd(5000.0), "running_cost_usd_per_year": usd(36525.0, "usd_per_year")}
    world = with_laid(change("tip_prob", fields.pop("start"), by=1.0, **costs, **fields))
    got = {week: programme_cents(world, world.start_hour + WEEK * week) / 100.0 for week in weeks}
    assert got == pytest.approx(weeks, abs=0.011)


def test_the_state_pays_for_its_interventions():
    scenario = tutorial(weeks=4)
    costs = {"capital_cost_usd": usd(5000.0), "running_cost_usd_per_year": usd(36525.0, "usd_per_year")}
    plain = run(scenario, key=1)
    dear = run(scenario, key=1, interventions=[change("tip_prob", DAY, by=1.0, **costs)])
    more = dear.weekly["public_cost_usd"] - plain.weekly["public_cost_usd"]
    assert more.tolist() == pytest.approx([0.0, 0.0, 5400.0, 700.0], abs=0.02)
    assert (
        dear.manifest["event_log_sha256"] == plain.manifest["event_log_sha256"]
    )  # money alone moves nothing


def test_all_that_does_not_fit_is_told_at_once():
    wrong = [
        change("scanner.quality", DAY, to=0.9, where="country=FR"),
        change("sharing", DAY, to=0.9, where="country=FR", name="other"),
        change("no_such_number", DAY, to=0.9),
    ]
    with pytest.raises(WorldError) as told:
        run(tutorial(), key=1, interventions=wrong)
    text = str(told.value)
    assert text.count("expected a selector") == 2 and "changes.0.what: expected the path of a number" in text


WRITTEN = """\
name: more_scanners
sentence: Kazakhstan runs its scanners all day and reads them better.
start: 2010-01-18
changes:
  - {where: country=KZ, what: scanner.operator_skill, to: 0.8}
"""


def test_an_intervention_comes_from_a_file(tmp_path: Path):
    path = tmp_path / "more_scanners.yaml"
    path.write_text(WRITTEN, encoding="utf-8")
    from_file = run(tutorial(weeks=4), key=1, interventions=[str(path)])
    given = change("scanner.operator_skill", DAY, to=0.8, where="country=KZ")
    assert differing(from_file, run(tutorial(weeks=4), key=1, interventions=[given])) == []
    assert [i["name"] for i in from_file.manifest["interventions"]] == ["more_scanners"]
    path.write_text(WRITTEN.replace("operator_skill", "operator_skil"), encoding="utf-8")
    with pytest.raises(ScenarioError, match="operator_skil"):
        run(tutorial(weeks=4), key=1, interventions=[str(path)])
