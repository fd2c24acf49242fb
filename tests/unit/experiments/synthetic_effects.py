"""A plausible comparison made of addressed random numbers, so that figures and texts need no runs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.special import ndtri

from sim.draws import blocks, name_address
from tests.unit.results.synthetic_corridor import RAIL, ROADS


@dataclass(frozen=True)
class SyntheticEffects:
    """What `compare` answers, field by field."""

    scenario: str
    arms: tuple[str, ...]
    keys: tuple[int, ...]
    behaviour: str
    starts: dict[str, date | None]
    table: pd.DataFrame
    replacement: pd.DataFrame
    displacement: pd.DataFrame
    legs: pd.DataFrame
    weekly: pd.DataFrame
    fates: pd.DataFrame
    costs: pd.DataFrame
    pairs: pd.DataFrame
    others: dict[str, SyntheticEffects] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    manifest: dict[str, object] = field(default_factory=dict)


ARMS = (
    "scanner_upgrade",
    "dog_rotation",
    "tir_reform",
    "scanner_upgrade+dog_rotation+intelligence_sharing",
    "closure_of_korday",
    "green_border_patrols_and_barriers",
    "operator_training",
    "officer_pay_audit_and_rotation_of_officers",
    "joint_posts",
    "random_allocation",
    "controlled_deliveries",
    "twenty_five_new_posts_and_the_2012_programme",
)
"""Names of arms, short and long, portfolios among them."""

# outcome: label, unit, better, estimator, baseline, spread over keys, spread of differences
OUTCOMES = {
    "sent_kg": ("sent", "kg", "", "realised", 110_000, 2_000, 500),
    "delivered_kg": ("delivered", "kg", "lower", "conditional", 104_000, 2_000, 2_200),
    "delivered_RU_kg": ("delivered to Russia", "kg", "lower", "conditional", 70_000, 1_500, 800),
    "delivered_CN_kg": ("delivered to China", "kg", "lower", "conditional", 6_000, 400, 200),
    "delivered_heroin_kg": ("heroin delivered", "kg", "lower", "conditional", 90_000, 1_800, 800),
    "seized_kg": ("seized", "kg", "", "conditional", 5_600, 500, 350),
    "seizures": ("seizures", "loads", "", "conditional", 180, 15, 9),
    "recorded_kg": ("recorded as seized", "kg", "", "realised", 4_800, 500, 350),
    "interdiction_share": ("interdiction share", "1", "higher", "conditional", 0.05, 0.004, 0.003),
    "diverted_kg": ("diverted to the local market", "kg", "lower", "realised", 40, 9, 8),
    "profit_usd": ("profit of traffickers", "USD", "lower", "realised", 2.7e9, 6e7, 4e7),
    "bribes_usd": ("bribes", "USD", "lower", "realised", 4.8e7, 2e6, 1.5e6),
    "arrests": ("couriers arrested", "persons", "", "realised", 116, 10, 8),
    "active_routes": ("active routes", "routes", "", "realised", 45, 2, 1.5),
    "delay_vehicle_h": ("delay of licit traffic", "vehicle-hours", "lower", "realised", 2.9e6, 4e4, 2e4),
    "delay_cost_usd": ("cost of that delay", "USD", "lower", "realised", 8.8e7, 1e6, 6e5),
    "false_alarms": ("false alarms", "vehicles", "lower", "realised", 168_000, 900, 700),
    "liability_usd": ("liability paid", "USD", "lower", "realised", 26_000, 3_000, 3_500),
    "public_cost_usd": ("public cost", "USD", "lower", "realised", 2.56e7, 1e5, 5e4),
    "mean_corruption": ("mean corruption", "1", "lower", "realised", 0.46, 0.01, 0.006),
}
FATES = ("delivered", "seized", "diverted", "lost", "under_way")
T95 = 2.0
"""Half-width of an interval in standard errors, near enough for made-up numbers."""


def normals(n: int, *names: str) -> np.ndarray:
    """Standard normal numbers that belong to a name, (n,) float64."""
    who = np.arange(n, dtype=np.uint64)
    key = np.full(n, name_address("synthetic effects"), np.uint64)
    words = blocks(key, who, np.full(n, name_address("|".join(names)), np.uint64), 0, 0)
    return ndtri((words[:, 0].astype(np.float64) + 0.5) * 2.0**-32)


def shift(arm: str, outcome: str) -> float:
    """How far an arm truly moves an outcome, in spreads over keys."""
    if outcome.startswith("delivered"):
        return float(-0.4 + 0.7 * normals(1, arm, "delivered")[0])
    if outcome == "public_cost_usd":
        return float(25 * abs(normals(1, arm, outcome)[0]))
    return float(0.5 * normals(1, arm, outcome)[0])


@cache
def some_effects(n_arms: int = 4, n_keys: int = 24, weeks: int = 52, others: bool = True) -> SyntheticEffects:
    """A comparison of so many arms; the same arguments give the same frames."""
    return _effects(ARMS[:n_arms], tuple(range(1, n_keys + 1)), weeks, "adaptive", others)


def _effects(
    arms: tuple[str, ...], keys: tuple[int, ...], weeks: int, behaviour: str, others: bool
) -> SyntheticEffects:
    scale = {"adaptive": 1.0, "non_adaptive": 2.2, "random": 1.6, "best_response": 0.3}[behaviour]
    pairs = _pairs(arms, keys, behaviour, scale)
    rows = [_row(pairs, arm, outcome) for arm in arms for outcome in OUTCOMES]
    table = pd.DataFrame(rows)
    starts = {
        arm: None if i == 3 else date(2010, 1, 1) + timedelta(weeks=8 * (i % 5)) for i, arm in enumerate(arms)
    }
    against = ("non_adaptive", "random", "best_response") if others else ()
    return SyntheticEffects(
        scenario="northern_route_2010",
        arms=arms,
        keys=keys,
        behaviour=behaviour,
        starts=starts,
        table=table,
        replacement=_replacement(table, arms),
        displacement=_displacement(arms),
        legs=_legs(arms),
        weekly=_weekly(arms, starts, weeks),
        fates=_fates(table, arms),
        costs=_costs(table, arms),
        pairs=pairs,
        others={b: _effects(arms, keys, weeks, b, False) for b in against},
        warnings=(
            f"{arms[0]}: more is seized and more is delivered; seizures are no measure of success",
            f"{arms[-1]}: the effect on delivered_kg is smaller than its Monte Carlo error",
        ),
        manifest={
            "name": "northern_route_2010",
            "digest": "0123456789abcdef0123456789abcdef",
            "scenario": {
                "name": "northern_route_2010",
                "title": "Northern route, 2010",
                "tables": "baseline",
            },
            "statuses": {"assumed": 310, "read": 121, "derived": 84, "calibrated": 7},
        },
    )


def _pairs(arms: tuple[str, ...], keys: tuple[int, ...], behaviour: str, scale: float) -> pd.DataFrame:
    columns: dict[str, list[np.ndarray]] = {}
    for arm in ("baseline", *arms):
        for outcome, (_, _, _, estimator, mean, spread, noise) in OUTCOMES.items():
            value = mean + spread * normals(len(keys), "key", outcome)
            if arm != "baseline":
                moved = scale * spread * shift(arm, outcome)
                value = value + moved + noise * normals(len(keys), behaviour, arm, outcome)
            if estimator == "conditional":
                columns.setdefault(f"expected_{outcome}", []).append(value)
                value = value + spread * normals(len(keys), arm, outcome, "luck")
            columns.setdefault(outcome, []).append(value)
    named = [arm for arm in ("baseline", *arms) for _ in keys]
    frame = pd.DataFrame({name: np.concatenate(parts) for name, parts in columns.items()})
    frame.insert(0, "key", np.tile(keys, len(arms) + 1))
    frame.insert(0, "arm", named)
    return frame


def _row(pairs: pd.DataFrame, arm: str, outcome: str) -> dict[str, object]:
    label, unit, better, estimator, *_ = OUTCOMES[outcome]
    column = f"expected_{outcome}" if estimator == "conditional" else outcome
    with_, without = (pairs.loc[pairs["arm"] == a, column].to_numpy() for a in (arm, "baseline"))
    real = (
        pairs.loc[pairs["arm"] == arm, outcome].array - pairs.loc[pairs["arm"] == "baseline", outcome]
    ).to_numpy()
    gap = with_ - without
    mean, half = gap.mean(), T95 * gap.std(ddof=1) / np.sqrt(len(gap))
    base = without.mean()
    good = {"lower": real < 0, "higher": real > 0}.get(better)
    return {
        "arm": arm,
        "outcome": outcome,
        "label": label,
        "unit": unit,
        "better": better,
        "estimator": estimator,
        "baseline": base,
        "mean": with_.mean(),
        "difference": mean,
        "low": mean - half,
        "high": mean + half,
        "relative": mean / base,
        "relative_low": (mean - half) / base,
        "relative_high": (mean + half) / base,
        "outcome_low": np.quantile(real, 0.025),
        "outcome_high": np.quantile(real, 0.975),
        "prob_better": np.nan if good is None else good.mean(),
        "sign_agree": max((real > 0).mean(), (real < 0).mean()),
        "pairs": len(gap),
        "variance_ratio": (with_.var() + without.var()) / gap.var(),
        "interval": "paired",
        "pairs_for_1pct": np.ceil((T95 * gap.std(ddof=1) / (0.01 * base)) ** 2),
        "pairs_for_sign": np.ceil((T95 * gap.std(ddof=1) / mean) ** 2),
    }


def _replacement(table: pd.DataFrame, arms: tuple[str, ...]) -> pd.DataFrame:
    rows = []
    for arm in arms:
        of = table[(table["arm"] == arm) & (table["outcome"] == "delivered_kg")].iloc[0]
        for share, factor in ((0.0, 1.5), (0.5, 1.0), (1.0, 0.25)):
            parts = ("difference", "low", "high", "relative", "relative_low", "relative_high")
            scaled = {name: factor * of[name] for name in parts}
            base = of["baseline"] * (0.97 + 0.06 * share)
            rows.append(
                {
                    "arm": arm,
                    "replacement_share": share,
                    "default": share == 0.5,
                    "baseline": base,
                    **scaled,
                    "pairs": int(of["pairs"]),
                }
            )
    return pd.DataFrame(rows)


def _leg_kg() -> dict[str, float]:
    kg: dict[str, float] = {}
    share = {route: 30_000 * abs(normals(1, route)[0]) + 800 for route in (*ROADS, *RAIL)}
    for routes, mode in ((ROADS, "road"), (RAIL, "rail")):
        for route, towns in routes.items():
            for one, other in pairwise(towns.split()):
                name = f"{one}__{other}__{mode}"
                kg[name] = kg.get(name, 0.0) + share[route]
    return kg


def _legs(arms: tuple[str, ...]) -> pd.DataFrame:
    rows = []
    for arm in arms:
        moved: dict[str, float] = {}
        for routes, mode in ((ROADS, "road"), (RAIL, "rail")):
            for route, towns in routes.items():
                for one, other in pairwise(towns.split()):
                    leg = f"{one}__{other}__{mode}"
                    moved[leg] = moved.get(leg, 0.0) + 1_500 * normals(1, arm, route)[0]
        for leg, kg in _leg_kg().items():
            gap = max(moved[leg], -kg)
            half = 0.2 * abs(gap) + 150
            ends = {"low": gap - half, "high": gap + half}
            rows.append({"arm": arm, "leg_id": leg, "baseline_kg": kg, "difference_kg": gap, **ends})
    return pd.DataFrame(rows)


NAMES = {
    "mode": ("road", "rail", "green", "sea", "air"),
    "border": ("AF-TJ", "AF-UZ", "AF-TM", "TJ-KG", "TJ-UZ", "UZ-KZ", "KG-KZ", "KZ-RU", "KZ-CN", "TM-KZ"),
    "crossing": (
        *("korday", "zhibek_zholy", "saryagash_rail", "kurmangazy", "kairak", "sher_khan_panji_poyon"),
        *("hairatan_bridge", "zhaisan", "dostyk", "kg_kz__bishkek__shu", "aktau_port", "karamyk_post"),
    ),
    "route": (*ROADS, *RAIL),
}


def _displacement(arms: tuple[str, ...]) -> pd.DataFrame:
    rows = []
    for arm in arms:
        for by, names in NAMES.items():
            for name in names:
                base = 9_000 * abs(normals(1, by, name)[0])
                gap, half = 0.15 * base * normals(1, arm, by, name)[0], 0.06 * base
                kg = {"baseline_kg": base, "mean_kg": base + gap, "difference_kg": gap}
                rows.append({"arm": arm, "by": by, "name": name, **kg, "low": gap - half, "high": gap + half})
    return pd.DataFrame(rows)


def _weekly(arms: tuple[str, ...], starts: dict[str, date | None], weeks: int) -> pd.DataFrame:
    frames = []
    days = pd.Timestamp("2010-01-01") + pd.to_timedelta(7 * np.arange(weeks), unit="D")
    for arm in arms:
        start = starts[arm]
        in_force = np.zeros(weeks) if start is None else (days >= pd.Timestamp(start)).astype(float)
        for outcome, level in (("delivered_kg", 60.0), ("seized_kg", 12.0)):
            gap = in_force * level * (shift(arm, outcome) + 0.4 * normals(weeks, arm, outcome, "weeks"))
            half = in_force * 0.5 * level
            total, spread = np.cumsum(gap), np.sqrt(np.cumsum(half**2))
            parts = {"difference": gap, "low": gap - half, "high": gap + half}
            sums = {"cumulative": total, "cumulative_low": total - spread, "cumulative_high": total + spread}
            frame = pd.DataFrame({"week": np.arange(weeks), "start": days, **parts, **sums})
            frames.append(frame.assign(arm=arm, outcome=outcome))
    return pd.concat(frames, ignore_index=True)


def _fates(table: pd.DataFrame, arms: tuple[str, ...]) -> pd.DataFrame:
    rows = []
    for arm in ("baseline", *arms):
        column = "baseline" if arm == "baseline" else "mean"
        of = table[table["arm"] == (arms[0] if arm == "baseline" else arm)].set_index("outcome")[column]
        kg = {"seized": of["seized_kg"], "diverted": of["diverted_kg"], "lost": 310.0, "under_way": 800.0}
        kg = {"delivered": of["sent_kg"] - sum(kg.values()), **kg}
        rows += [
            {"arm": arm, "fate": fate, "kg": kg[fate], "share": kg[fate] / of["sent_kg"]} for fate in FATES
        ]
    return pd.DataFrame(rows)


def _costs(table: pd.DataFrame, arms: tuple[str, ...]) -> pd.DataFrame:
    rows = []
    for arm in arms:
        of = table[table["arm"] == arm].set_index("outcome")
        cost, kept = of.loc["public_cost_usd"], -of.loc["delivered_kg", ["difference", "high", "low"]]
        rows.append(
            {
                "arm": arm,
                "cost_usd": cost["difference"],
                "cost_low": cost["low"],
                "cost_high": cost["high"],
                "kept_off_kg": kept["difference"],
                "kept_off_low": kept["high"],
                "kept_off_high": kept["low"],
                "usd_per_kg": cost["difference"] / kept["difference"] if kept["difference"] > 0 else np.nan,
            }
        )
    return pd.DataFrame(rows)


def without(effects: SyntheticEffects, **changes: object) -> SyntheticEffects:
    """The comparison with some fields replaced."""
    return replace(effects, **changes)
