"""Where a country's mobile teams go: the rules of MODELS section 4, as pure functions."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

Amount = TypeVar("Amount", float, Floats)

MEMORY = 0.75
"""Share of an expectation kept when a month's finds come in (`cover` of MODELS section 4)."""


def remembered(expected: Amount, observed: Amount) -> Amount:
    """Finds expected of a post after a month: 0.75 x before + 0.25 x observed."""
    return MEMORY * expected + (1.0 - MEMORY) * observed


def place_teams(
    rule: str, n_teams: int, weight: Floats, finds: Floats, noise: Floats, explore: float, teams_wanted: float
) -> Ints:
    """Teams at each post of a country, (n_posts,) int64; they add to `n_teams`.

    Parameters
    ----------
    rule : str
        static: the busiest posts. random: redrawn, weighted by traffic. greedy: the most finds per
        inspection hour. explore_exploit: greedy, but a share `explore` of the teams at random.
        budget_feedback: as static, with `teams_wanted` of the teams out. cover: the best remaining post by
        expected finds x traffic.
    weight, finds : (n_posts,) float64
        Traffic share; finds expected per inspection hour.
    noise : (n_teams, n_posts) float64
        Gumbel noise of each team and post.
    """
    teams = np.zeros(weight.size, np.int64)
    if n_teams == 0 or weight.size == 0:
        return teams
    if rule == "budget_feedback":
        n_teams = int(np.clip(np.ceil(teams_wanted), 0, n_teams))
    log_weight = np.log(np.maximum(weight, 1e-12))
    score = {"greedy": finds, "explore_exploit": finds, "cover": finds * weight}.get(rule, weight)
    n_random = {"random": n_teams, "explore_exploit": round(explore * n_teams)}.get(rule, 0)
    for team in range(n_teams):
        # a post already covered comes last, so that teams spread before they double up
        rank = np.lexsort((-score - 1e-9 * weight, teams)) if team >= n_random else None
        post = int(np.argmax(log_weight + noise[team])) if rank is None else int(rank[0])
        teams[post] += 1
    return teams


def budget_after(teams: float, most: float, recorded_kg: float, expected_kg: float) -> float:
    """Teams that a budget pays for next month: it follows recorded seizures, which is all an agency sees.

    C <- clamp(0.5 C + 0.5 C recorded / expected). Source: MODELS section 4, `budget_feedback`.
    """
    ratio = recorded_kg / expected_kg if expected_kg > 0.0 else 1.0
    return float(np.clip(0.5 * teams + 0.5 * teams * ratio, 1.0, most))
