"""Grams, cents and couriers: counted anew each week from the book of loads, to the last one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim.model
import sim.settle
from sim.agents.courier import CourierState
from sim.agents.mesa_compat import release
from sim.codes import Fate, Outcome
from sim.model import CorridorModel
from sim.results.ledger import (
    Account,
    LedgerError,
    Purse,
    check_mass,
    check_money,
    check_people,
    check_sites,
)
from sim.results.tally import MASS
from sim.scenario.schema import Scenario
from sim.trial import result_of, world_of
from sim.world.calendar import hours_of_week
from tests.pairing.small_runs import START, change, tutorial

WEEKS = 5
Check = Callable[[CorridorModel], None]


def busy(replacement: float = 0.5, mix: str = "mixed", **more: Any) -> Scenario:
    """A month in which every fate, deal and sentence happens: two commodities, alone or in one load."""
    both = {"heroin": 0.5, "opium": 0.5}
    places = {"origins": {"spring": one()}, "markets": {"market": one()}}
    streams: dict[str, Any] = {
        "one": {},
        "mixed": {"supply.heroin.mix": both},
        "uneven": {"supply.heroin.mix": {"heroin": 1 / 3, "opium": 2 / 3}},
        "two": {"supply.opium": {**places, "kg_per_year": kilograms(2500.0), "mix": {"opium": 1.0}}},
    }
    return tutorial(
        weeks=WEEKS - 1,
        burn_in_weeks=1,
        tier={"protection": 1.0, "bribe_offer_prob": 0.5},
        country={"tip_prob": 0.03, "protection_prob": 0.4, "cooperate_prob": 0.4, "corruption": 0.5},
        post={"find_prob": 0.7, "inspect_share": 0.4, "search_share": 0.8},
        **{
            "market.replacement_share": replacement,
            "market.replacement_lag_weeks": 2,
            "travel.loss_per_day": 0.02,
            "supply.heroin.kg_per_year": 15000.0,
            **streams[mix],
            **more,
        },
    )


def one() -> dict[str, Any]:
    return {"value": 1.0, "unit": "1", "status": "assumed", "source": "made up for a test"}


def kilograms(value: float) -> dict[str, Any]:
    return {**one(), "value": value, "unit": "kg"}


def weeks_of(scenario: Scenario, key: int, **more: Any) -> Iterator[CorridorModel]:
    """The model after each of its weeks."""
    model = CorridorModel(world_of(scenario, **more), rng=key)
    while model.running:
        model.step()
        yield model
    release(model)


def mass_balances(model: CorridorModel) -> None:
    """Every gram sent is in one place, and a week opens with what was under way when the last one closed."""
    book, done = model.book, model.week
    of_fate = np.array([book.mass_g[book["fate"] == fate].sum(axis=0) for fate in Fate])
    row = {name: model.tally.mass_g[:done, i] for i, name in enumerate(MASS)}
    assert (row["opening"][0] == 0).all()
    assert (row["opening"][1:] == row["under_way"][:-1]).all(), "a load vanished between two weeks"
    ends = row["delivered"] + row["seized"] + row["diverted"] + row["lost"] + row["under_way"]
    assert (row["opening"] + row["sent"] == ends).all()
    assert (row["sent"].sum(axis=0) == book.mass_g.sum(axis=0)).all()
    for fate in (Fate.DELIVERED, Fate.SEIZED, Fate.DIVERTED, Fate.LOST):
        assert (row[fate.name.lower()].sum(axis=0) == of_fate[fate]).all(), fate.name
    assert (row["under_way"][-1] == of_fate[Fate.UNDER_WAY]).all()
    assert (model.memory.load_g.sum(axis=0) == of_fate[Fate.UNDER_WAY]).all()
    assert (book.mass_g >= 0).all()


def sites_balance(model: CorridorModel) -> None:
    """What waits at an origin is what was supplied and replaced, less what was sent; fractions are owed."""
    world, memory, book = model.world, model.memory, model.book
    months = [int(hours_of_week(world.start_hour + 168 * w)[2][0]) for w in range(model.week)]
    supplied = world.flows.g_per_year * sum(world.flows.season[:, m] for m in months) * 7.0 / 365.25
    ended_in = (book["ended"] // 60 - world.start_hour) // 168
    gone = np.isin(book["fate"], (Fate.SEIZED, Fate.DIVERTED, Fate.LOST))
    mass = book.mass_g.sum(axis=1)
    share = world.scenario.market.replacement_share.value
    back = np.zeros(len(world.flows.names))
    for week in range(model.week - world.scenario.market.replacement_lag_weeks):
        lost = np.bincount(
            book["flow"][gone & (ended_in == week)], mass[gone & (ended_in == week)], back.size
        )
        back += np.floor(share * lost)
    sent = np.bincount(book["flow"], mass, back.size)
    here = memory.stock_g + sent - back + memory.owed_g
    np.testing.assert_allclose(here, supplied, rtol=0, atol=1e-3)
    assert (memory.stock_g >= 0).all() and ((memory.owed_g >= 0) & (memory.owed_g < 1)).all()


def money_balances(model: CorridorModel) -> None:
    """Accounts add to nothing, and each can be counted anew from loads, encounters and couriers."""
    world, book, accounts = model.world, model.book, model.tally.accounts[: model.week]
    assert (accounts.sum(axis=1) == 0).all()
    total = accounts.sum(axis=0)
    mass, flow = book.mass_g.sum(axis=1), book["flow"]
    sold = book["fate"] == Fate.DELIVERED
    assert total[Account.BUYERS] == -(mass * world.flows.sell_cents_per_kg[flow] // 1000)[sold].sum()
    assert total[Account.SUPPLIERS] == (mass * world.flows.buy_cents_per_kg[flow] // 1000).sum()
    assert total[Account.COURIERS] == model.couriers.agg("wages_cents", np.sum)
    taken = np.concatenate([e["load"][e["outcome"] == Outcome.BRIBED] for e in model.encounters])
    owner = world.flows.trafficker[flow[taken]]
    assert total[Account.OFFICERS] == world.traffickers.bribe_cents[owner].sum()
    burn_in = world.scenario.burn_in_weeks
    profit = model.tally.trafficker["profit"].sum()
    assert profit == accounts[burn_in:, Account.TRAFFICKERS].sum()
    assert (model.tally.week["profit"][: model.week] == accounts[:, Account.TRAFFICKERS]).all()


def people_balance(model: CorridorModel) -> None:
    """Every courier is in one state, and carries one load when travelling, none otherwise."""
    couriers, book = model.couriers, model.book
    counts = couriers.counts()
    assert counts.recruited == len(couriers) == sum(counts[1:])
    assert np.unique(couriers.ids(np.arange(len(couriers)))).size == len(couriers)
    under_way = book["fate"] == Fate.UNDER_WAY
    travelling = couriers.select(state=CourierState.TRAVELLING)
    assert sorted(travelling.get("load")) == sorted(np.flatnonzero(under_way))
    assert sorted(travelling.rows) == sorted(book["courier"][under_way])
    assert counts.arrested + counts.cooperating == model.tally.week["arrests"][: model.week].sum()
    assert couriers.agg("trips", np.sum) == (~under_way).sum() - counts.arrested - counts.cooperating


CHECKS: dict[str, Check] = {
    "mass": mass_balances,
    "sites": sites_balance,
    "money": money_balances,
    "people": people_balance,
}


def stepped(scenario: Scenario, key: int) -> CorridorModel:
    model = CorridorModel(scenario, rng=key)
    model.keep_encounters = True
    model.run_model()
    return model


@given(
    key=st.integers(0, 2**64 - 1),
    replacement=st.sampled_from([0.0, 0.5, 1.0]),
    mix=st.sampled_from(["one", "mixed", "uneven", "two"]),
    behaviour=st.sampled_from(["adaptive", "non_adaptive", "random", "best_response"]),
    turn_back=st.sampled_from([0.0, 0.9]),
    shut=st.booleans(),
)
@settings(max_examples=25)
def test_books_balance_every_week(
    key: int, replacement: float, mix: str, behaviour: str, turn_back: float, shut: bool
):
    scenario = busy(
        replacement,
        mix,
        **{f"tiers.{t}.behaviour": behaviour for t in ("tonne", "wholesale", "small")},
        **{"travel.turn_back_prob": turn_back},
    )
    closed = change("open_hours", START + timedelta(days=9), to=0.0, where="post_id=hub_inland_kz")
    world = world_of(scenario, [closed] if shut else [])
    model = CorridorModel(world, rng=key)
    model.keep_encounters = True
    while model.running:
        model.step()
        for check in CHECKS.values():
            check(model)
    release(model)


def test_all_fates_and_states_happen_in_what_is_checked():
    """Control: none of the balances holds for want of something to balance."""
    fates, states = set(), set()
    for key in range(4):
        model = stepped(busy(), key)
        fates |= set(model.book["fate"].tolist())
        states |= set(model.couriers.column("state").tolist())
        assert model.tally.mass_g[:, :, 1].sum() > 0
    assert fates == {int(f) for f in Fate}
    assert states == {int(s) for s in CourierState if s is not CourierState.EXITED}


def one_gram_more_in_the_book(model: CorridorModel) -> None:
    model.book.mass_g[3, 0] += 1


def one_gram_more_delivered(model: CorridorModel) -> None:
    model.tally.mass_g[2, MASS.index("delivered"), 0] += 1


def one_gram_lost_between_weeks(model: CorridorModel) -> None:
    for name in ("opening", "under_way"):
        model.tally.mass_g[3, MASS.index(name), 0] -= 1


def one_gram_off_the_load(model: CorridorModel) -> None:
    model.memory.load_g[0, 0] -= 1


def one_gram_too_much_in_stock(model: CorridorModel) -> None:
    model.memory.stock_g[0] += 1


def one_cent_nowhere(model: CorridorModel) -> None:
    model.tally.accounts[1, Account.COURIERS] += 1


def one_cent_from_the_wrong_purse(model: CorridorModel) -> None:
    model.tally.accounts[2, Account.BUYERS] += 1
    model.tally.accounts[2, Account.SUPPLIERS] -= 1


def one_cent_of_profit(model: CorridorModel) -> None:
    model.tally.trafficker["profit"][0] += 1


def one_courier_freed_too_soon(model: CorridorModel) -> None:
    row = model.couriers.select(state=CourierState.TRAVELLING).rows[:1]
    model.couriers.give_back(row, 0)


def one_courier_arrested_too_many(model: CorridorModel) -> None:
    row = model.couriers.select(state=CourierState.FREE).rows[:1]
    model.couriers._columns["state"][row] = CourierState.ARRESTED


def one_courier_unaccounted_for(model: CorridorModel) -> None:
    model.couriers._recruited[0] += 1


PLANTED: list[tuple[str, Callable[[CorridorModel], None]]] = [
    ("mass", one_gram_more_in_the_book),
    ("mass", one_gram_more_delivered),
    ("mass", one_gram_lost_between_weeks),
    ("mass", one_gram_off_the_load),
    ("sites", one_gram_too_much_in_stock),
    ("sites", one_gram_more_in_the_book),
    ("money", one_cent_nowhere),
    ("money", one_cent_from_the_wrong_purse),
    ("money", one_cent_of_profit),
    ("people", one_courier_freed_too_soon),
    ("people", one_courier_arrested_too_many),
    ("people", one_courier_unaccounted_for),
]


@pytest.mark.parametrize(("check", "plant"), PLANTED, ids=lambda p: p if isinstance(p, str) else p.__name__)
def test_one_unit_too_many_is_noticed(check: str, plant: Callable[[CorridorModel], None]):
    model = stepped(busy(), 51)
    CHECKS[check](model)
    plant(model)
    with pytest.raises(AssertionError):
        CHECKS[check](model)


def stolen_gram(monkeypatch: pytest.MonkeyPatch) -> None:
    real = sim.model.dispatch

    def dispatch(*args: Any) -> Any:
        sent, *planned = real(*args)
        model_stock[sent.flow[:1]] -= 1  # off the shelf, and not on the way
        return sent, *planned

    def sending_stock(world: Any, memory: Any) -> Any:
        nonlocal model_stock
        model_stock = memory.stock_g
        return real_stock(world, memory)

    model_stock, real_stock = np.zeros(0, np.int64), sim.model.sending_stock
    monkeypatch.setattr(sim.model, "dispatch", dispatch)
    monkeypatch.setattr(sim.model, "sending_stock", sending_stock)


def gram_added_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    real = sim.model.settle

    def settle(world: Any, memory: Any, *args: Any, **named: Any) -> Any:
        memory.load_g[:1] += 1  # loads under way stand before those just sent
        return real(world, memory, *args, **named)

    monkeypatch.setattr(sim.model, "settle", settle)


def cent_kept_back(monkeypatch: pytest.MonkeyPatch) -> None:
    class Pilfered(Purse):
        def pay(self, payer: Account, payee: Account, cents: int) -> None:
            super().pay(payer, payee, cents)
            self.balance[payee] -= payee == Account.COURIERS

    monkeypatch.setattr(sim.settle, "Purse", Pilfered)


def courier_out_of_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    real = sim.model.CourierSet.take

    def take(self: Any, *args: Any) -> Any:
        self._recruited[0] += 1
        return real(self, *args)

    monkeypatch.setattr(sim.model.CourierSet, "take", take)


@pytest.mark.parametrize(
    ("plant", "told"),
    [
        (stolen_gram, "site ledger in week 3"),
        (gram_added_on_the_way, "mass in week 3"),
        (cent_kept_back, "money: accounts add to -1 cents"),
        (courier_out_of_nowhere, "couriers in week 3"),
    ],
)
def test_a_run_whose_books_do_not_balance_stops(
    monkeypatch: pytest.MonkeyPatch, plant: Callable[[pytest.MonkeyPatch], None], told: str
):
    scenario = busy(**{f"tiers.{t}.behaviour": "random" for t in ("tonne", "wholesale", "small")})
    model = CorridorModel(scenario, rng=52)
    for _ in range(3):
        model.step()
    state = model.state()
    assert model.memory.load_number.size > 0  # some are under way
    model.step()  # control: the same week, before the fault is planted
    plant(monkeypatch)
    with pytest.raises(LedgerError, match=told):
        CorridorModel.from_state(scenario, state).step()


def test_ledgers_refuse_one_unit():
    whole, nothing = np.array([5, 7]), np.array([0, 0])
    check_mass(0, whole, whole, whole, whole, nothing, nothing, nothing)
    check_sites(0, whole, whole, whole, whole)
    check_people(0, 3, 3)
    check_money(np.array([1, -1]))
    for wrong in (
        lambda: check_mass(0, whole, whole, whole, whole, nothing, nothing, np.array([0, 1])),
        lambda: check_sites(0, whole, whole, whole, whole - np.array([1, 0])),
        lambda: check_people(0, 3, 4),
        lambda: check_money(np.array([1, -2])),
        lambda: Purse().pay(Account.STATE, Account.COURIERS, -1),
    ):
        with pytest.raises(LedgerError):
            wrong()


def test_grams_of_a_mixed_load_add_up():
    model = stepped(busy(mix="uneven"), 53)
    heroin, opium = model.book.mass_g.T
    assert (np.abs(2 * heroin - opium) <= 2).all() and heroin.sum() > 0
    frame = result_of(model).loads
    assert np.allclose(frame["heroin_kg"] + frame["opium_kg"], frame["total_kg"], rtol=0, atol=1e-9)
