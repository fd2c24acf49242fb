"""Officers who take bribes: acceptance, spread, turnover, audits, rotation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def accept_prob(
    corruption: Floats,
    amount_cents: Ints,
    pay_cents_per_month: Floats,
    pay_multiple: float,
    audit_risk: Floats,
    relation: Floats,
    relation_gain: float,
) -> Floats:
    """Chance that an offered bribe is taken, (n_traffickers, n_posts) float64 in [0, 1].

    corruption x amount / (amount + m pay (1 + audits a year)) x (1 + g relation), at most 1: the officer
    on duty takes bribes with chance `corruption`; half of those accept an amount of m months of pay; risk
    of audit raises the price, earlier deals make acceptance likelier.

    Parameters
    ----------
    corruption, pay_cents_per_month, audit_risk : (n_posts,) float64
        Share of officers who take bribes; pay; audits a year.
    amount_cents : (n_traffickers,) int64
        Bribe offered at a post.
    relation : (n_traffickers, n_posts) float64
        Deals made, decayed.

    Notes
    -----
    Source: assumption, a saturating offer curve; facts 78-87 give the mechanisms, no source a figure.
    """
    amount = amount_cents.astype(np.float64)[:, None]
    asked = pay_multiple * pay_cents_per_month * (1.0 + audit_risk)
    chance = corruption * amount / (amount + asked) * (1.0 + relation_gain * relation)
    return np.minimum(1.0, chance)


def corruption_after(
    corruption: Floats,
    base: Floats,
    bribes: Floats,
    per_bribe: Floats,
    turnover: Floats,
    audited: Bools,
    effect: Floats,
) -> Floats:
    """Share of officers who take bribes a week on, (n_posts,) float64 in [0, 1].

    Bribes taken draw honest officers in; those who leave are replaced by the country's average; an audit
    removes a share. Source: assumption, after facts 78-87 (spread, turnover and audits are declared rates).
    """
    drawn_in = 1.0 - (1.0 - corruption) * (1.0 - per_bribe) ** bribes
    replaced = base + (drawn_in - base) * (1.0 - turnover)
    return np.where(audited, replaced * (1.0 - effect), replaced)


def moved_share(per_year: Floats, weeks_per_year: float) -> Floats:
    """Share of a post's officers who change places within a week, (n_posts,): 1 - exp(-rate / weeks)."""
    return -np.expm1(-per_year / weeks_per_year)


def rotated(corruption: Floats, country: Ints, moved: Floats) -> Floats:
    """Corruption of posts after a share of their officers changed places within the country, (n_posts,).

    Each post moves by its share towards the mean over the posts of its country, which stays as it is.
    Source: derived, well-mixed officers; that they keep their habits is an assumption.
    """
    mean = np.bincount(country, corruption) / np.maximum(np.bincount(country), 1)
    return corruption + moved * (mean[country] - corruption)
