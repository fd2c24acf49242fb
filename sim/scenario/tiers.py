"""Tiers of trafficking organisations as the analyst writes them: loads, choice, memory, money."""

from __future__ import annotations

from typing import Literal

from sim.scenario.quantity import Quantity, Spec, quantity
from sim.scenario.variants import NO_FIGURE, vary

Behaviour = Literal["adaptive", "non_adaptive", "random", "best_response"]


class Tier(Spec):
    """A tier of trafficking organisations: what it sends and how it decides."""

    supply_share: Quantity = quantity(
        0.3,
        "1",
        NO_FIGURE + "tiers are described, not weighed (GI-TOC Crossroads 2023)",
        low=0.1,
        high=0.6,
        least=0,
        most=1,
        doc="share of the supply that this tier moves (normalised over tiers)",
    )
    load_kg: Quantity = quantity(
        5.0,
        "kg",
        "UNODC IDS: seized loads have means of 3-5 kg; carried loads are larger",
        low=2,
        high=15,
        least=0.001,
        doc="median mass of a load",
    )
    load_sigma: Quantity = quantity(
        1.2,
        "1",
        "UNODC IDS: sigma of ln(kg) 1.3-2.0 of seized loads",
        low=0.8,
        high=1.6,
        least=0,
        most=4,
        doc="standard deviation of the logarithm of a load's mass",
    )
    most_kg: Quantity = quantity(
        60.0,
        "kg",
        NO_FIGURE + "none above 55 kg in Kazakhstan in 2009-10",
        low=30,
        high=100,
        least=0.001,
        doc="largest load of the tier",
    )
    precision: Quantity = quantity(
        20.0,
        "1",
        NO_FIGURE + "quantal response, utilities in units of the price margin",
        low=5,
        high=60,
        least=0,
        doc="how sharply the choice follows utility (0 = at random)",
    )
    time_cost_per_day: Quantity = quantity(
        0.01,
        "per_day",
        NO_FIGURE + "capital tied up and buyers who wait",
        low=0.002,
        high=0.03,
        least=0,
        most=1,
        doc="share of the margin lost by a day on the way",
    )
    salience: Quantity = quantity(
        0.8,
        "1",
        "Bordalo, Gennaioli & Shleifer 2012; NarcoLogic uses 0.5",
        low=0.5,
        high=1.0,
        least=0.3,
        most=1,
        doc="weight of the less salient outcome (1 = expected value)",
    )
    belief_halflife_days: Quantity = quantity(
        90.0,
        "day",
        NO_FIGURE + "memory of some months (NarcoLogic counts 13 months)",
        low=30,
        high=365,
        least=1,
        doc="half-life of what was learned about a post",
    )
    others_weight: Quantity = quantity(
        0.2,
        "1",
        NO_FIGURE + "strangers' arrests matter little (Lochner 2003)",
        low=0,
        high=0.5,
        least=0,
        most=1,
        doc="weight of other traffickers' outcomes in a belief",
    )
    bribe_offer_prob: Quantity = quantity(
        0.3,
        "1",
        NO_FIGURE + "looking the other way is a reality at entry points (fact 78)",
        low=0.1,
        high=0.8,
        least=0,
        most=1,
        doc="chance that a load's courier offers a bribe at a post",
    )
    bribe_share: Quantity = quantity(
        0.005,
        "1",
        NO_FIGURE + "ceiling: the gain over one border (FACTS section 10)",
        low=0.001,
        high=0.02,
        least=0,
        most=1,
        doc="bribe offered at a post, as a share of the load's value at its market",
    )
    exposure: Quantity = quantity(
        1.0,
        "1",
        NO_FIGURE + "more people, more talk",
        low=0.5,
        high=4,
        least=0,
        doc="how much of the tier's trade informants see, relative to small networks",
    )
    protection: Quantity = quantity(
        0.2,
        "1",
        NO_FIGURE + "no kingpin arrested 1991-2012 (fact 79)",
        low=0.0,
        high=1.0,
        least=0,
        most=1,
        doc="share of the protection of superiors that the tier enjoys",
    )
    wage_usd: Quantity = quantity(
        1000.0,
        "usd",
        NO_FIGURE + "pay of a courier for a trip",
        low=300,
        high=5000,
        least=0,
        doc="wage of a courier for a trip, before the risk premium",
    )
    premium_power: Quantity = quantity(
        2.0,
        "1",
        "Caulkins, Crawford & Reuter 1993, in NarcoLogic's form",
        low=1,
        high=3,
        least=0,
        status="read (secondary table)",
        doc="power of perceived risk in the wage premium",
    )
    premium_risk: Quantity = quantity(
        0.1,
        "1",
        "MODELS 3.5: reference risk set again to the honest prior",
        low=0.05,
        high=0.3,
        least=0.001,
        most=1,
        doc="perceived risk at which the wage doubles",
    )
    penalty_usd: Quantity = quantity(
        20000.0,
        "usd",
        NO_FIGURE + "10-20 years (fact 105), valued by the organisation",
        low=5000,
        high=100000,
        least=0,
        doc="cost of a seizure beyond the load",
    )
    lie_low_hit: Quantity = quantity(
        0.5,
        "1",
        "Jensen & Dignum 2019",
        low=0.2,
        high=1.0,
        least=0,
        status="read (secondary table)",
        doc="alarm added by the loss of a usual week's mass, or of a median load where that is more",
    )
    lie_low_halflife_days: Quantity = quantity(
        21.0,
        "day",
        NO_FIGURE + "MODELS 3.7: step-free form",
        low=7,
        high=60,
        least=0.1,
        doc="half-life of alarm",
    )
    lie_low_level: Quantity = quantity(
        1.5,
        "1",
        NO_FIGURE + "several losses at once, since a single one is routine",
        low=0.75,
        high=4,
        least=0.01,
        doc="alarm above which nothing is sent",
    )
    tolerance_low: Quantity = quantity(
        0.01,
        "1",
        "MODELS 3.6: hysteresis band; NarcoLogic tolerates 0.045-0.05",
        low=0.002,
        high=0.03,
        least=0,
        most=1,
        doc="loss as a share of value sent, below which routes are given up",
    )
    tolerance_high: Quantity = quantity(
        0.05,
        "1",
        "MODELS 3.6: NarcoLogic tolerates 0.045-0.05",
        low=0.03,
        high=0.15,
        least=0,
        most=1,
        doc="loss as a share of value sent, above which routes are added",
    )
    first_routes: Quantity = quantity(
        6.0,
        "1",
        NO_FIGURE + "routes are used fluidly (fact 24)",
        low=3,
        high=15,
        least=1,
        most=500,
        whole=True,
        doc="routes that an organisation holds per origin and market at the start",
    )
    most_routes: Quantity = quantity(
        20.0,
        "1",
        NO_FIGURE + "contacts limit the number",
        low=8,
        high=40,
        least=1,
        most=500,
        whole=True,
        doc="most routes that an organisation holds per origin and market",
    )
    upkeep_usd: Quantity = quantity(
        200.0,
        "usd",
        NO_FIGURE + "contacts on a route are paid",
        low=50,
        high=1000,
        least=0,
        doc="cost of holding one route for a week",
    )
    behaviour: Behaviour = "adaptive"


class Tiers(Spec):
    """The three tiers of GI-TOC Crossroads 2023 (facts 89-91)."""

    tonne: Tier = vary(
        Tier(),
        {
            "supply_share": {"value": 0.3, "low": 0.1, "high": 0.5},
            "load_kg": {
                "value": 300.0,
                "low": 150,
                "high": 600,
                "status": "source document",
                "source": "GI-TOC Crossroads 2023: tonnes; 420-537 kg are the largest cases",
            },
            "load_sigma": {
                "value": 0.5,
                "low": 0.3,
                "high": 0.8,
                "status": "assumed",
                "source": NO_FIGURE + "spread of a planned consignment",
            },
            "most_kg": {
                "value": 1500.0,
                "low": 800,
                "high": 3000,
                "status": "assumed",
                "source": NO_FIGURE + "a truck of 20 t of fruit hides hundreds of kg (fact 38)",
            },
            "bribe_offer_prob": {"value": 0.6, "low": 0.3, "high": 0.95},
            "exposure": {"value": 2.0, "low": 1, "high": 6},
            "protection": {"value": 0.8, "low": 0.3, "high": 1.0},
            "wage_usd": {"value": 5000.0, "low": 2000, "high": 20000},
            "first_routes": {"value": 5.0, "low": 3, "high": 10},
        },
    )
    wholesale: Tier = vary(
        Tier(),
        {
            "supply_share": {"value": 0.45, "low": 0.2, "high": 0.6},
            "load_kg": {
                "value": 130.0,
                "low": 80,
                "high": 200,
                "status": "source document",
                "source": "GI-TOC Crossroads 2023: Tajik groups, 100-200 kg",
            },
            "load_sigma": {
                "value": 0.5,
                "low": 0.3,
                "high": 0.8,
                "status": "assumed",
                "source": NO_FIGURE + "spread of a planned consignment",
            },
            "most_kg": {
                "value": 500.0,
                "low": 300,
                "high": 800,
                "status": "assumed",
                "source": "assumption: one case above 500 kg known up to 2010",
            },
            "bribe_offer_prob": {"value": 0.5, "low": 0.2, "high": 0.9},
            "exposure": {"value": 1.5, "low": 0.7, "high": 4},
            "protection": {"value": 0.5, "low": 0.1, "high": 1.0},
            "wage_usd": {"value": 3000.0, "low": 1000, "high": 10000},
        },
    )
    small: Tier = vary(
        Tier(),
        {
            "supply_share": {"value": 0.25, "low": 0.1, "high": 0.5},
            "first_routes": {"value": 8.0, "low": 3, "high": 15},
        },
    )
