"""A plausible run made of random numbers of its own, so that results and figures need no model."""

from __future__ import annotations

import hashlib
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd

from sim.results.run_result import RunResult
from tests.unit.results.synthetic_corridor import MARKETS, MEANS, OTHER, POSTS, RAIL, ROADS

HEROIN_SHARE = 0.9


@cache
def a_run(key: int = 1, weeks: int = 52, n_loads: int = 3000) -> RunResult:
    """One synthetic run; the same arguments give the same frames."""
    draw = np.random.default_rng(key)
    starts = pd.Timestamp("2010-01-01") + pd.to_timedelta(7 * np.arange(weeks), unit="D")
    posts = _posts(draw)
    loads = _loads(draw, starts, posts, n_loads)
    seizures = _seizures(draw, loads, posts)
    posts = _with_seizures(posts, seizures, loads)
    weekly = _weekly(draw, starts, loads, posts)
    return RunResult(
        weekly=weekly,
        mass=_mass(weekly),
        markets=_markets(loads),
        posts=posts,
        traffickers=_traffickers(loads),
        seizures=seizures,
        loads=loads,
        countries=_countries(posts, seizures, loads),
        interdiction=_interdiction(posts, seizures, loads),
        flows=_flows(draw, loads),
        manifest=_manifest(key, weeks, seizures),
    )


def _posts(draw: np.random.Generator) -> pd.DataFrame:
    rows = []
    for crossing, sides, klass, lat, lon in map(str.split, POSTS.splitlines()):
        for country in sides.split(","):
            vehicles = float(draw.integers(2_000, 120_000))
            rows.append(
                {
                    "post_id": f"{crossing}_{country.lower()}",
                    "name": crossing.replace("_", " ").title(),
                    "crossing_id": crossing,
                    "country": country,
                    "agency": "border" if klass == "green_border" else "customs",
                    "klass": klass,
                    "lat": float(lat),
                    "lon": float(lon),
                    "encounters": int(draw.integers(100, 2000)),
                    "inspected": int(draw.integers(20, 100)),
                    "bribed": int(draw.integers(0, 50)),
                    "bribes_usd": float(draw.integers(0, 90_000)),
                    "refused": int(draw.integers(0, 20)),
                    "licit_vehicles": vehicles,
                    "delay_vehicle_h": vehicles * draw.gamma(2.0, 1.5),
                    "mean_wait_h": 3.0,
                    "false_alarms": int(draw.integers(0, 900)),
                    "scanner_up_share": draw.uniform(0.3, 0.9),
                    "corruption": draw.uniform(0.1, 0.5),
                    "weight": draw.gamma(0.7),
                }
            )
    posts = pd.DataFrame(rows)
    posts["mean_wait_h"] = posts["delay_vehicle_h"] / posts["licit_vehicles"]
    return posts


def _loads(draw: np.random.Generator, starts: pd.DatetimeIndex, posts: pd.DataFrame, n: int) -> pd.DataFrame:
    routes = [*ROADS, *RAIL]
    route = draw.choice(routes, n, p=[0.3, 0.25, 0.2, 0.05, 0.12, 0.08])
    tier = draw.choice(["tonne", "wholesale", "small"], n, p=[0.02, 0.15, 0.83])
    median = pd.Series(tier).map({"tonne": 300.0, "wholesale": 120.0, "small": 5.0}).to_numpy()
    total = np.round(median * np.exp(draw.normal(0, 0.8, n)), 3)
    week = draw.integers(0, len(starts), n)
    when = starts[week] + pd.to_timedelta(draw.integers(0, 168 * 60, n), unit="min")
    fate = draw.choice(
        ["delivered", "seized", "lost", "under_way", "diverted"], n, p=[0.9, 0.05, 0.01, 0.03, 0.01]
    )
    stopped = np.isin(fate, ["seized", "diverted"])
    post = draw.choice(posts["post_id"], n, p=(posts["weight"] / posts["weight"].sum()).to_numpy())
    through = np.array([r != "herat~aktau~road" for r in route])
    country = pd.Series(post).str[-2:].to_numpy()
    origin = pd.Series(route).str.split("~").str[0].to_numpy()
    market = pd.Series(route).map({"kunduz~petropavl~rail": "yekaterinburg", "herat~aktau~road": "alat"})
    market = market.fillna(pd.Series(route).str.split("~").str[1]).to_numpy()
    return pd.DataFrame(
        {
            "load_id": [f"trafficker_{i % 30:02d}/{w}/{i}" for i, w in enumerate(week)],
            "trafficker_id": [f"trafficker_{i % 30:02d}" for i in range(n)],
            "tier": tier,
            "courier": [f"courier_{i % 700}" for i in range(n)],
            "dispatched": when,
            "route_id": route,
            "origin": origin,
            "market": market,
            "mode_class": ["rail" if r in RAIL else "road" for r in route],
            "cover": draw.choice(["tir_truck", "produce_truck", "car"], n),
            "heroin_kg": total * HEROIN_SHARE,
            "opium_kg": total - total * HEROIN_SHARE,
            "total_kg": total,
            "fate": fate,
            "fate_time": pd.Series(when + pd.Timedelta(hours=120)).where(fate != "under_way"),
            "fate_post": np.where(stopped, post, ""),
            "encounters": draw.integers(1, 9, n),
            "expected_seized_kg": total * draw.beta(0.6, 11.0, n),
            "through_kz": through,
            "entered_ca": np.ones(n, np.bool_),
            "entered_kz": through & ~(stopped & np.isin(country, ["AF", "TJ", "UZ", "TM", "KG"])),
        }
    )


def _seizures(draw: np.random.Generator, loads: pd.DataFrame, posts: pd.DataFrame) -> pd.DataFrame:
    stopped = loads[loads["fate"].isin(["seized", "diverted"])].merge(
        posts[["post_id", "country", "agency", "klass"]], left_on="fate_post", right_on="post_id"
    )
    recorded = draw.random(len(stopped)) < 0.9
    return pd.DataFrame(
        {
            "time": stopped["fate_time"],
            "week": (stopped["fate_time"] - pd.Timestamp("2010-01-01")).dt.days // 7,
            "load_id": stopped["load_id"],
            "post_id": stopped["post_id"],
            "country": stopped["country"],
            "agency": stopped["agency"],
            "klass": stopped["klass"],
            "means": [str(draw.choice(MEANS[k])) for k in stopped["klass"]],
            "trafficker_id": stopped["trafficker_id"],
            "tier": stopped["tier"],
            "cover": stopped["cover"],
            "route_id": stopped["route_id"],
            "heroin_kg": stopped["heroin_kg"],
            "opium_kg": stopped["opium_kg"],
            "total_kg": stopped["total_kg"],
            "released": stopped["fate"] == "diverted",
            "recorded": recorded,
            "recorded_by": np.where(recorded, stopped["agency"], ""),
            "recorded_kg": np.where(recorded, stopped["total_kg"], 0.0),
        }
    )


def _with_seizures(posts: pd.DataFrame, seizures: pd.DataFrame, loads: pd.DataFrame) -> pd.DataFrame:
    posts = posts.set_index("post_id", drop=False).rename_axis(None)
    kept = seizures[~seizures["released"]]
    posts["seizures"] = seizures.groupby("post_id").size().reindex(posts.index, fill_value=0)
    posts["seized_kg"] = kept.groupby("post_id")["total_kg"].sum().reindex(posts.index, fill_value=0.0)
    posts["expected_seized_kg"] = loads["expected_seized_kg"].sum() * posts["weight"] / posts["weight"].sum()
    posts["released"] = seizures.groupby("post_id")["released"].sum().reindex(posts.index, fill_value=0)
    for means in ("tip", "scanner", "dog", "search", "patrol"):
        found = seizures[seizures["means"] == means].groupby("post_id").size()
        posts[f"seized_by_{means}"] = found.reindex(posts.index, fill_value=0)
    return posts.drop(columns="weight")


def _weekly(
    draw: np.random.Generator, starts: pd.DatetimeIndex, loads: pd.DataFrame, posts: pd.DataFrame
) -> pd.DataFrame:
    n = len(starts)
    week = pd.Series((loads["dispatched"] - starts[0]).dt.days // 7, name="week")

    def per_week(mask: pd.Series, column: str) -> np.ndarray:
        return (
            loads[mask]
            .groupby(week[mask])[column]
            .sum()
            .reindex(range(n), fill_value=0.0)
            .to_numpy(dtype=float)
        )

    def number(mask: pd.Series) -> np.ndarray:
        return week[mask].value_counts().reindex(range(n), fill_value=0).to_numpy()

    all_loads = loads["fate"] != ""
    kg = {
        f: per_week(loads["fate"] == f, "total_kg")
        for f in ("delivered", "seized", "diverted", "lost", "under_way")
    }
    sent = per_week(all_loads, "total_kg")
    season = 1 + 0.5 * np.sin(np.arange(n) / 52 * 2 * np.pi)
    return pd.DataFrame(
        {
            "week": np.arange(n),
            "start": starts,
            "sent_kg": sent,
            "delivered_kg": kg["delivered"],
            "seized_kg": kg["seized"],
            "diverted_kg": kg["diverted"],
            "lost_kg": kg["lost"],
            "under_way_kg": np.cumsum(kg["under_way"]),
            "sent_loads": number(all_loads),
            "delivered_loads": number(loads["fate"] == "delivered"),
            "seized_loads": number(loads["fate"] == "seized"),
            "expected_seized_kg": per_week(all_loads, "expected_seized_kg"),
            "expected_seized_loads": draw.gamma(30, 0.1, n),
            "recorded_seized_kg": 0.9 * kg["seized"],
            "interdiction_share": kg["seized"] / sent,
            "active_routes": draw.integers(40, 80, n),
            "bribes_usd": posts["bribes_usd"].sum() / n * draw.gamma(50, 0.02, n),
            "wages_usd": draw.gamma(9, 9_000, n),
            "profit_usd": draw.gamma(20, 400_000, n),
            "arrests": draw.poisson(2.5, n),
            "controlled_deliveries": np.arange(n) % 3 // 2,
            "licit_vehicles": 45_000 * season,
            "delay_vehicle_h": 130_000 * season * draw.gamma(90, 1 / 90, n),
            "delay_cost_usd": 2_600_000 * season,
            "false_alarms": draw.poisson(310, n),
            "liability_usd": draw.gamma(8, 2_000, n),
            "public_cost_usd": draw.gamma(300, 400, n),
            "mean_corruption": 0.25 + 0.02 * np.cumsum(draw.normal(0, 0.1, n)),
        }
    )


def _mass(weekly: pd.DataFrame) -> pd.DataFrame:
    frames = []
    for commodity, share in (("heroin", HEROIN_SHARE), ("opium", 1 - HEROIN_SHARE)):
        columns = [
            "sent_kg",
            "delivered_kg",
            "seized_kg",
            "diverted_kg",
            "lost_kg",
            "under_way_kg",
            "expected_seized_kg",
        ]
        frame = weekly[columns] * share
        frame["opening_kg"] = frame["under_way_kg"].shift(1, fill_value=0.0)
        frames.append(frame.assign(week=weekly["week"], commodity=commodity))
    return pd.concat(frames, ignore_index=True)


def _markets(loads: pd.DataFrame) -> pd.DataFrame:
    arrived = loads[loads["fate"] == "delivered"]
    rows = []
    for commodity in ("heroin", "opium"):
        for market, part in arrived.groupby("market"):
            kg = part[f"{commodity}_kg"].sum()
            rows.append(
                {
                    "commodity": commodity,
                    "market": market,
                    "country": MARKETS[market],
                    "delivered_kg": kg,
                    "delivered_loads": len(part),
                    "expected_delivered_kg": 1.01 * kg,
                }
            )
    return pd.DataFrame(rows)


def _traffickers(loads: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for name, part in loads.groupby("trafficker_id"):
        sums = {f: part.loc[part["fate"] == f, "total_kg"].sum() for f in ("delivered", "seized")}
        rows.append(
            {
                "trafficker_id": name,
                "tier": part["tier"].iloc[0],
                "behaviour": "adaptive",
                "home": "TJ",
                "sent_kg": part["total_kg"].sum(),
                "sent_loads": len(part),
                "delivered_kg": sums["delivered"],
                "seized_kg": sums["seized"],
                "profit_usd": 900.0 * sums["delivered"],
                "bribes_usd": 5e3,
                "wages_usd": 9e3,
                "couriers_arrested": 3,
                "active_routes": 6.0,
                "weeks_lying_low": 1,
            }
        )
    return pd.DataFrame(rows)


def _countries(posts: pd.DataFrame, seizures: pd.DataFrame, loads: pd.DataFrame) -> pd.DataFrame:
    sums = posts.groupby("country")[["seized_kg", "expected_seized_kg", "seizures"]].sum()
    sums["recorded_kg"] = seizures.groupby("country")["recorded_kg"].sum().reindex(sums.index, fill_value=0.0)
    entered = loads["total_kg"].sum() * pd.Series(
        {"AF": 1.0, "TJ": 0.5, "UZ": 0.6, "TM": 0.05, "KG": 0.25, "RU": 0.8}
    )
    entered["KZ"] = loads.loc[loads["entered_kz"], "total_kg"].sum()
    sums["entered_kg"] = entered.reindex(sums.index)
    sums["interdiction_share"] = sums["seized_kg"] / sums["entered_kg"]
    return sums.reset_index()


def _interdiction(posts: pd.DataFrame, seizures: pd.DataFrame, loads: pd.DataFrame) -> pd.DataFrame:
    countries = _countries(posts, seizures, loads)
    parts = []
    for commodity, part in (("heroin", HEROIN_SHARE), ("opium", 1.0 - HEROIN_SHARE)):
        kg = countries[["entered_kg", "seized_kg", "expected_seized_kg"]] * part
        parts.append(kg.assign(area=countries["country"], commodity=commodity))
    table = pd.concat(parts, ignore_index=True)
    table["interdiction_share"] = table["seized_kg"] / table["entered_kg"]
    table["expected_share"] = table["expected_seized_kg"] / table["entered_kg"]
    return table


def _flows(draw: np.random.Generator, loads: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for routes, mode in ((ROADS, "road"), (RAIL, "rail")):
        for route, towns in routes.items():
            kg = loads.loc[loads["route_id"] == route, "total_kg"].sum()
            stops = towns.split()
            rows += [(a, b, mode, kg * 0.99**i) for i, (a, b) in enumerate(pairwise(stops))]
    rows += [(a, b, mode, float(draw.gamma(2, 400))) for a, b, mode in map(str.split, OTHER.splitlines())]
    flows = pd.DataFrame(rows, columns=["from_id", "to_id", "mode", "kg"])
    flows = flows.groupby(["from_id", "to_id", "mode"], as_index=False)["kg"].sum()
    flows["leg_id"] = flows["from_id"] + "__" + flows["to_id"] + "__" + flows["mode"]
    return flows.assign(loads=(flows["kg"] / 20).astype(int) + 1, seized_kg=0.01 * flows["kg"])


def _manifest(key: int, weeks: int, seizures: pd.DataFrame) -> dict[str, object]:
    log = hashlib.sha256(seizures.to_csv(index=False).encode()).hexdigest()
    return {
        "name": "northern_route_2010",
        "key": key,
        "interventions": [],
        "event_log_sha256": log,
        "tier": "T0",
        "digest": hashlib.sha256(f"{key}/{weeks}".encode()).hexdigest(),
        "sets": [],
        "scenario": {
            "name": "northern_route_2010",
            "title": "Northern route, 2010",
            "tables": "baseline",
            "start": "2010-01-01",
            "weeks": weeks,
            "burn_in_weeks": 26,
        },
        "statuses": {
            "assumed": 310,
            "read": 121,
            "derived": 84,
            "source document": 40,
            "from memory (unverified)": 12,
        },
        "versions": {"kordon": "0.1.0"},
    }
