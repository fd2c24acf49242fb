"""Exact books: grams, cents and couriers, balanced every week."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class Account(IntEnum):
    """Who pays and who is paid."""

    TRAFFICKERS = 0
    SUPPLIERS = 1
    BUYERS = 2
    CARRIERS = 3
    COURIERS = 4
    OFFICERS = 5
    CONTACTS = 6
    STATE = 7
    CONTRACTORS = 8
    LICIT_TRADE = 9


class LedgerError(RuntimeError):
    """The books do not balance: the run is wrong and stops."""


class Purse:
    """Money of one week by double entry, int64 cents; the sum over accounts is always 0."""

    def __init__(self) -> None:
        self.balance: Ints = np.zeros(len(Account), np.int64)

    def pay(self, payer: Account, payee: Account, cents: int) -> None:
        """Move cents from one account to another.

        Raises
        ------
        LedgerError
            If the amount is negative.
        """
        if cents < 0:
            raise LedgerError(f"{payer.name} pays {payee.name} a negative amount, {cents} cents")
        self.balance[payer] -= cents
        self.balance[payee] += cents


def check_money(balance: Ints) -> None:
    """Refuse a week's balances that do not add to zero cents."""
    if int(balance.sum()) != 0:
        raise LedgerError(f"money: accounts add to {int(balance.sum())} cents, expected 0")


def check_mass(
    week: int,
    opening: Ints,
    sent: Ints,
    delivered: Ints,
    seized: Ints,
    diverted: Ints,
    lost: Ints,
    under_way: Ints,
) -> None:
    """Refuse a week in which, for any commodity, opening + sent differs from what became of it; grams."""
    gap = opening + sent - (delivered + seized + diverted + lost + under_way)
    if (gap != 0).any():
        raise LedgerError(
            f"mass in week {week}: {gap.tolist()} g unaccounted for, expected 0 of each commodity"
        )


def check_chain(week: int, opening: Ints, left: Ints) -> None:
    """Refuse a week that does not open with what the week before left under way; grams of each commodity."""
    if (opening != left).any():
        gap = (opening - left).tolist()
        raise LedgerError(f"mass between weeks {week - 1} and {week}: {gap} g appeared, expected 0")


def check_sites(week: int, opening: Ints, received: Ints, dispatched: Ints, closing: Ints) -> None:
    """Refuse a week in which, at any site, opening + received differs from dispatched + closing; grams."""
    wrong = np.flatnonzero(opening + received != dispatched + closing)
    if wrong.size:
        raise LedgerError(f"site ledger in week {week}: rows {wrong[:5].tolist()} do not balance")


def check_people(week: int, recruited: int, standing: int) -> None:
    """Refuse a week in which couriers recruited differ from those free, travelling, arrested or gone."""
    if recruited != standing:
        raise LedgerError(f"couriers in week {week}: {recruited} recruited, {standing} accounted for")
