"""Books refuse what does not balance, be it a gram, a cent or a courier."""

from __future__ import annotations

import numpy as np
import pytest

from sim.results.ledger import (
    Account,
    LedgerError,
    Purse,
    check_mass,
    check_money,
    check_people,
    check_sites,
)

BIG = 9_007_199_254_740_993  # one more than a float can tell apart
MASS = {
    "opening": np.array([BIG, 0]),
    "sent": np.array([500, 40]),
    "delivered": np.array([BIG - 100, 10]),
    "seized": np.array([200, 5]),
    "diverted": np.array([30, 0]),
    "lost": np.array([20, 20]),
    "under_way": np.array([350, 5]),
}


def test_books_that_balance_pass():
    check_mass(3, **MASS)


@pytest.mark.parametrize("column", list(MASS))
@pytest.mark.parametrize("commodity", [0, 1])
@pytest.mark.parametrize("gram", [1, -1])
def test_one_gram_is_missed(column, commodity, gram):
    wrong = {name: value.copy() for name, value in MASS.items()}
    wrong[column][commodity] += gram
    with pytest.raises(LedgerError, match="mass in week 3"):
        check_mass(3, **wrong)


def test_a_gram_of_one_commodity_does_not_make_up_for_another():
    wrong = {**MASS, "seized": MASS["seized"] + np.array([1, -1])}
    with pytest.raises(LedgerError, match=r"\[-1, 1\] g unaccounted"):
        check_mass(3, **wrong)


def paid():
    purse = Purse()
    purse.pay(Account.BUYERS, Account.TRAFFICKERS, BIG)
    purse.pay(Account.TRAFFICKERS, Account.OFFICERS, 77)
    purse.pay(Account.TRAFFICKERS, Account.OFFICERS, 0)
    return purse


def test_money_moves_from_one_account_to_another():
    balance = paid().balance
    assert balance.dtype == np.int64
    assert balance[Account.BUYERS] == -BIG
    assert balance[Account.TRAFFICKERS] == BIG - 77
    assert balance[Account.OFFICERS] == 77
    assert balance.sum() == 0
    check_money(balance)


@pytest.mark.parametrize("account", list(Account))
@pytest.mark.parametrize("cent", [1, -1])
def test_one_cent_is_missed(account, cent):
    balance = paid().balance
    balance[account] += cent
    with pytest.raises(LedgerError, match=f"accounts add to {cent} cents"):
        check_money(balance)


def test_a_negative_payment_is_refused_and_moves_nothing():
    purse = Purse()
    with pytest.raises(LedgerError, match="STATE pays OFFICERS a negative amount, -1 cents"):
        purse.pay(Account.STATE, Account.OFFICERS, -1)
    assert not purse.balance.any()


SITES = {
    "opening": np.array([BIG, 0, 7]),
    "received": np.array([1, 5, 0]),
    "dispatched": np.array([BIG, 5, 3]),
    "closing": np.array([1, 0, 4]),
}


def test_sites_that_balance_pass():
    check_sites(1, **SITES)


@pytest.mark.parametrize("column", list(SITES))
@pytest.mark.parametrize("site", [0, 1, 2])
def test_one_gram_at_a_site_is_missed(column, site):
    wrong = {name: value.copy() for name, value in SITES.items()}
    wrong[column][site] += 1
    with pytest.raises(LedgerError, match=rf"week 1: rows \[{site}\]"):
        check_sites(1, **wrong)


def test_one_courier_is_missed():
    check_people(2, 100, 100)
    for standing in (99, 101):
        with pytest.raises(LedgerError, match=f"week 2: 100 recruited, {standing} accounted for"):
            check_people(2, 100, standing)
