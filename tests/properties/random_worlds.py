"""Small worlds at random: `random_world(n)` is the n-th, the same in every session.

Each number is drawn by its name, so that one more range moves none of the others. Ranges are wider than
those of the sources, up to what the schema allows, so that a few weeks reach every stage of the model.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from sim.scenario.overlay import Intervention
from sim.scenario.schema import Scenario
from sim.world.build import build_world

SHARE = (0.0, 1.0)


def _ranges(shares: str, **others):
    """Ranges by name: 0 to 1 for the names listed, and the others as given."""
    return dict.fromkeys(shares.split(), SHARE) | others


SCANNER = _ranges(
    "false_alarm_prob",
    present_share=(0.3, 1.0),
    quality=(0.5, 1.0),
    operator_skill=(0.5, 1.0),
    uptime_share=(0.05, 1.0),
    repair_h=(1.0, 100.0),
    scans_per_h=(0.0, 12.0),
)
DOGS = _ranges(
    "detect_prob false_alarm_prob real_training_share simulant_factor recovery_per_h exertion_loss",
    teams=(0.0, 3.0),
    shift_h=(0.0, 24.0),
    searches_per_h=(0.0, 10.0),
    heat_onset_c=(-10.0, 30.0),
    heat_loss_per_c=(0.0, 0.1),
    humidity_c=(0.0, 10.0),
    shade_c=(0.0, 5.0),
    exertion_per_search=(0.0, 0.3),
    time_on_task_loss_per_h=(0.0, 0.1),
)
POST = _ranges(
    "car_share_of_truck traffic_cv inspect_share outbound_share wave_through_share reluctance search_share"
    " find_prob find_on_alarm_prob find_on_tip_prob tir_select_factor tir_fear sealed_share"
    " refusal_select_prob",
    service_min=(0.5, 60.0),
    inspections_per_h=(0.0, 12.0),
    wave_through_h=(0.0, 4.0),
    inspect_min=(0.0, 60.0),
    search_min=(0.0, 120.0),
    open_from_h=(0, 23),
    open_hours=(0, 24),
    patrols_per_day=(0.0, 12.0),
    barrier_h=(0.0, 12.0),
    planted_share=(0.0, 0.3),
    scanner=SCANNER,
    dogs=DOGS,
)
SERVICES = _ranges(
    "corruption audit_effect protection_prob return_share arrest_prob cooperate_prob record_prob"
    " explore_share trusted_share trusted_check_factor trusted_abuse_share controlled_share",
    officer_pay_usd=(50.0, 1000.0),
    audits_per_year=(0.0, 20.0),
    turnover_per_year=(0.0, 5.0),
    corruption_per_bribe=(0.0, 0.2),
    tip_prob=(0.0, 0.05),
    sharing=(0.0, 0.5),
    rotation_per_year=(0.0, 20.0),
    trusted_clean_loads=(0.01, 20.0),
    controlled_exposure=(0.0, 10.0),
    mobile_teams=(0.0, 6.0),
    team_inspections_per_h=(0.0, 8.0),
    cost_per_inspection_usd=(0.0, 50.0),
    liability_usd=(0.0, 2000.0),
)
TIER = _ranges(
    "others_weight bribe_offer_prob protection",
    supply_share=(0.1, 1.0),
    load_kg=(0.5, 30.0),
    load_sigma=(0.0, 1.5),
    most_kg=(1.0, 80.0),
    precision=(0.0, 2000.0),
    time_cost_per_day=(0.0, 0.1),
    salience=(0.3, 1.0),
    belief_halflife_days=(1.0, 400.0),
    bribe_share=(0.0, 0.05),
    exposure=(0.0, 4.0),
    wage_usd=(0.0, 3000.0),
    premium_power=(0.5, 3.0),
    premium_risk=(0.01, 0.5),
    penalty_usd=(0.0, 50000.0),
    lie_low_hit=(0.0, 2.0),
    lie_low_halflife_days=(1.0, 60.0),
    lie_low_level=(0.01, 3.0),
    tolerance_low=(0.0, 0.2),
    tolerance_high=(0.0, 0.3),
    first_routes=(1, 6),
    most_routes=(1, 10),
    upkeep_usd=(0.0, 1000.0),
)
COVER = _ranges(
    "image_factor odour_factor find_factor",
    select_factor=(0.0, 2.0),
    image_half_kg=(0.1, 5.0),
    usd_per_km=(0.0, 3.0),
    most_kg=(1.0, 100.0),
)
TRAVEL = _ranges(
    "",
    road_kmh=(15.0, 80.0),
    rail_kmh=(8.0, 60.0),
    foot_kmh=(2.0, 8.0),
    track_kmh=(8.0, 40.0),
    loss_per_day=(0.0, 0.1),
    turn_back_prob=SHARE,
    turn_back_h=(1.0, 48.0),
    patience_h=(1.0, 100.0),
    most_tries=(1, 6),
    most_per_pair=(2, 20),
)
GREEN_BORDER = _ranges("hard_terrain_factor", reach_km=(0.1, 50.0), zone_km=(0.0, 60.0))
MARKET = _ranges(
    "replacement_share tip_bribe_factor",
    replacement_lag_weeks=(1, 4),
    pay_multiple=(0.01, 24.0),
    relation_gain=(0.0, 3.0),
    relation_halflife_days=(1.0, 400.0),
    informant_gain=(0.0, 5.0),
    informant_halflife_days=(1.0, 300.0),
)
PREVALENCE = _ranges(
    "",
    misses_at_half=(0.0, 0.08),
    misses_at_tenth=(0.08, 0.25),
    misses_at_hundredth=(0.25, 0.8),
    memory_days=(1.0, 200.0),
)
CLASSES = ("frontier_road", "frontier_rail", "inland", "port", "airport", "green_border")
COVERS = (
    "tir_truck",
    "produce_truck",
    "other_truck",
    "car",
    "passenger_train",
    "freight_wagon",
    "foot_horse",
)
RULES = ("static", "greedy", "random", "explore_exploit", "budget_feedback", "cover")
BEHAVIOURS = ("adaptive", "adaptive", "adaptive", "non_adaptive", "random", "best_response")
PLACES = ("spring", "west_town", "east_town", "hub", "market")
WIDE = (("almaty", "moscow"), ("atyrau", "astrakhan"), ("turkmenbashi", "astrakhan"), ("osh", "omsk"))
WIDE_EVERY = 20
WHERE_POSTS = (
    "",
    "country=KZ",
    "country!=KZ",
    "klass=frontier_road",
    "mode=rail",
    "klass!=inland;country=KZ",
)
WHERE_MANNED = ("country=KZ;neighbour=RU", "border=KG-KZ", "klass=green_border", "klass=inland", "country=KZ")
TOWNS = {"tutorial": ("west_town", "hub", "market"), "baseline": ("almaty", "karaganda", "aktobe", "omsk")}
WHERE_COUNTRIES = ("", "country=KZ", "country=KZ,RU", "country!=KZ")


class Lot:
    """Numbers by name, the same for the same world number in every session."""

    def __init__(self, world: int) -> None:
        self.world = world

    def bits(self, name: str) -> int:
        """64 bits."""
        digest = hashlib.blake2b(f"random world {self.world}: {name}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "little")

    def chance(self, name: str, prob: float) -> bool:
        """True with a chance."""
        return self.bits(name) < prob * 2.0**64

    def whole(self, name: str, low: int, high: int) -> int:
        """A whole number from low to high."""
        return low + self.bits(name) % (high - low + 1)

    def one_of(self, name, items):
        """One of some items."""
        return items[self.bits(name) % len(items)]

    def some_of(self, name, items, prob):
        """Some of the items, each with a chance."""
        return [item for item in items if self.chance(f"{name} {item}", prob)]

    def number(self, name: str, low: float, high: float) -> float:
        """A number in a range, one time in eight exactly an end of it; a whole one if the ends are."""
        if isinstance(low, int):
            return self.whole(name, low, high)
        if self.chance(f"{name} end", 0.125):
            return self.one_of(f"{name} which end", (low, high))
        return low + self.bits(name) * 2.0**-64 * (high - low)

    def numbers(self, name: str, ranges, prob: float):
        """Some numbers of a part of a scenario; what is left out keeps its declared value."""
        drawn = {}
        for key, span in ranges.items():
            path = f"{name}.{key}"
            if isinstance(span, dict):
                drawn[key] = self.numbers(path, span, prob)
            elif self.chance(f"{path}?", prob):
                drawn[key] = self.number(path, *span)
        return drawn


def random_world(n: int):
    """(world, key) number n, of three to eight weeks."""
    lot = Lot(n)
    scenario = random_scenario(lot)
    laid, also = random_interventions(lot, scenario), []
    if lot.chance("posts of nobody", 0.3):
        also = [_intervention(lot, "left_out", scenario)]
    return build_world(scenario, laid, also), lot.bits("key")


def random_scenario(lot: Lot) -> Scenario:
    """A scenario on the tutorial's tables; every twentieth on the whole corridor, for ports and airports."""
    is_wide = lot.world % WIDE_EVERY == WIDE_EVERY - 1
    weeks = lot.whole("weeks", 3, 4 if is_wide else 8)
    burn_in = lot.whole("burn-in", 0, weeks - 1)
    pairs = [lot.one_of("wide pair", WIDE)] if is_wide else _pairs(lot)
    origins, markets = sorted({o for o, _ in pairs}), sorted({m for _, m in pairs})
    return Scenario.model_validate(
        {
            "name": f"random_{lot.world}",
            "title": f"Random world {lot.world}",
            "start": date(2009, 12, 1) + timedelta(days=lot.whole("start", 0, 800)),
            "weeks": weeks - burn_in,
            "burn_in_weeks": burn_in,
            "tables": "baseline" if is_wide else "tutorial",
            "supply": {name: _supply(lot, name, origins, markets) for name in _supplies(lot)},
            "traffickers": {
                name: _group(lot, name, origins, markets)
                for name in ("carriers", "sellers")[: _n_groups(lot)]
            },
            "tiers": {
                tier: lot.numbers(tier, TIER, 0.5)
                | {"behaviour": lot.one_of(f"{tier} behaviour", BEHAVIOURS)}
                | {name: lot.number(f"{tier}.{name}", *TIER[name]) for name in ("load_kg", "most_kg")}
                for tier in ("tonne", "wholesale", "small")
            },
            "countries": {country: _services(lot, country) for country in ("*", "KZ", "RU")},
            "covers": {cover: lot.numbers(cover, COVER, 0.3) for cover in COVERS},
            "travel": lot.numbers("travel", TRAVEL, 0.5),
            "green_border": lot.numbers("green border", GREEN_BORDER, 0.5),
            "market": lot.numbers("market", MARKET, 0.5),
            "prevalence": lot.numbers("prevalence", PREVALENCE, 0.3),
        }
    )


def _supplies(lot):
    return ("heroin", "mixed")[: lot.whole("supplies", 1, 2)]


def _n_groups(lot):
    return lot.whole("groups", 1, 2)


def _pairs(lot):
    """From spring to the market as a rule, at times from elsewhere, to elsewhere, or both ways at once."""
    usual = ("spring", lot.one_of("usual market", ("market", "east_town")))
    first = usual if lot.chance("usual pair", 0.6) else _pair(lot, "first pair", PLACES)
    if lot.chance("second pair?", 0.3):
        others = [place for place in PLACES if place not in first]
        return [first, _pair(lot, "second pair", others)]
    return [first]


def _pair(lot, name, places):
    origin = lot.one_of(f"{name} origin", places)
    return origin, lot.one_of(f"{name} market", [place for place in places if place != origin])


def _supply(lot, name, origins, markets):
    heroin = 1.0 if name == "heroin" else round(lot.number(f"{name} mix", 0.1, 0.9), 3)

    def weights(places):
        return {place: _weight(lot.number(f"{name} weight of {place}", 0.1, 1.0)) for place in places}

    return {
        "kg_per_year": lot.number(f"{name} supply", 500.0, 5000.0),
        "origins": weights(origins),
        "markets": weights(markets),
        "mix": {"heroin": heroin} | ({"opium": 1.0 - heroin} if heroin < 1.0 else {}),
        "season": [lot.number(f"{name} season {month}", 0.1, 1.0) for month in range(12)],
    }


def _weight(value):
    return {"value": value, "unit": "1", "status": "assumed", "source": "drawn at random"}


def _group(lot, name, origins, markets):
    covers = lot.some_of(f"{name} covers", COVERS, 0.4)
    return {
        "tier": lot.one_of(f"{name} tier", ("tonne", "wholesale", "small")),
        "count": lot.whole(f"{name} count", 1, 3),
        "home": lot.one_of(f"{name} home", ("KG", "KZ", "RU")),
        "origins": origins,
        "markets": markets,
        "weight": lot.number(f"{name} weight", 0.1, 3.0),
        "covers": sorted({*covers, "car", "foot_horse", "air", "ferry"}) if covers else [],
        "source": "drawn at random",
    }


def _services(lot, country):
    """Services of a country; posts keep their hours four times in five."""
    posts = {}
    for klass in CLASSES:
        posts[klass] = lot.numbers(f"{country} {klass}", POST, 0.5)
        if lot.chance(f"{country} {klass} round the clock", 0.8):
            posts[klass].pop("open_hours", None)
        if lot.chance(f"{country} {klass} short of staff", 0.1):
            posts[klass]["manned"] = lot.number(f"{country} {klass} manned", 0.0, 1.0)
    chosen = lot.numbers(country, SERVICES, 0.4)
    return {**chosen, "allocation": lot.one_of(f"{country} rule", RULES), "posts": posts}


def random_interventions(lot: Lot, scenario: Scenario) -> list[Intervention]:
    """Up to three, with dates about the run, ramps and strengths; some never begin, some end before it."""
    laid = [_intervention(lot, f"change_{i}", scenario) for i in range(lot.whole("interventions", 0, 3))]
    if len(laid) > 1 and lot.chance("undone", 0.3):
        laid[1] = laid[1].model_copy(update={"undoes": (laid[0].name,)})
    return laid


def _intervention(lot, name, scenario):
    days = 7 * (scenario.burn_in_weeks + scenario.weeks)
    first = scenario.start - timedelta(weeks=scenario.burn_in_weeks)
    start = first + timedelta(days=lot.whole(f"{name} start", -10, days + 5))
    end = start + timedelta(days=lot.whole(f"{name} length", 1, days))
    has_start = lot.chance(f"{name} starts", 0.8)
    changes = [_change(lot, f"{name} {i}", name) for i in range(lot.whole(f"{name} changes", 1, 4))]
    new_posts = [_new_post(lot, name, i, scenario.tables) for i in range(lot.whole(f"{name} posts", -3, 3))]
    if new_posts:
        changes.append({"where": f"programme={name}", "what": "manned", "to": _manned(lot, "staff")})
    return Intervention.model_validate(
        {
            "name": name,
            "sentence": "Some numbers change on some day",
            "start": start if has_start else None,
            "end": end if lot.chance(f"{name} ends", 0.5) else None,
            "ramp_weeks": lot.whole(f"{name} ramp", 0, 3) if has_start else 0,
            "strength": lot.number(f"{name} strength", 0.0, 1.0),
            "capital_cost_usd": lot.number(f"{name} capital", 0.0, 1e6),
            "running_cost_usd_per_year": lot.number(f"{name} running", 0.0, 1e6),
            "changes": changes,
            "new_posts": new_posts,
        }
    )


def _new_post(lot, name, i, tables):
    """A post of a programme; two programmes may bring the same."""
    place, mode = (
        lot.one_of(f"{name} town {i}", TOWNS[tables]),
        lot.one_of(f"{name} mode {i}", ("road", "rail")),
    )
    if (place, mode) == ("west_town", "rail"):
        place = "hub"
    rows = {
        "post_id": f"{lot.one_of('front', ('a', 'z'))}_{place}_{mode}_{i}",
        "place_id": place,
        "mode": mode,
    }
    amount = 100.0 * i if mode == "road" else 5.0
    kind = "trucks_per_day" if mode == "road" else "rail_units_per_day"
    return {**rows, kind: amount, "name": f"New post in {place}", "source": "drawn at random"}


def _manned(lot, name):
    """Share of staff: none, some or all."""
    return lot.one_of(name, (0.0, 0.5, 1.0, 1.0))


def _change(lot, name, intervention):
    if intervention == "change_0" and lot.chance(f"{name} mans", 0.3):
        where = lot.one_of(f"{name} where manned", WHERE_MANNED)
        return {"where": where, "what": "manned", "to": _manned(lot, f"{name} manned")}
    of_posts = lot.chance(f"{name} of posts", 0.6)
    table = _flat(POST) if of_posts else SERVICES
    what = lot.one_of(f"{name} what", sorted(table))
    if lot.chance(f"{name} closes", 0.2):
        what, of_posts = "open_hours", True
    span = _flat(POST)[what] if of_posts else SERVICES[what]
    target = 0.0 if what == "open_hours" else float(lot.number(f"{name} target", *span))
    sets = ("to", "like") if intervention == "change_0" else ()  # two that set one number contradict
    way = "to" if what == "open_hours" else lot.one_of(f"{name} way", (*sets, "by", "plus", "shared"))
    amounts = {
        "to": target,
        "by": lot.number(f"{name} factor", 0.0, 3.0),
        "plus": target - span[0] - 0.5 * span[1],
        "shared": 3.0 * (target - span[0]),
        "like": "",
    }
    where = lot.one_of(f"{name} where", WHERE_POSTS if of_posts else WHERE_COUNTRIES)
    return {"where": where, "what": what, way: amounts[way]}


def _flat(ranges):
    """Ranges of a post by dotted path."""
    flat = {}
    for key, span in ranges.items():
        flat |= {f"{key}.{k}": s for k, s in span.items()} if isinstance(span, dict) else {key: span}
    return flat
