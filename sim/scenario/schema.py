"""What an analyst writes: every value of the model, once, with its unit, range, status and source.

The defaults below are the model's declared numbers. A scenario file replaces those it names; what
it leaves out stays as declared here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, model_validator

from sim.scenario.quantity import Quantity, Spec, quantity

Behaviour = Literal["adaptive", "non_adaptive", "random", "best_response"]
AllocationRule = Literal["static", "greedy", "random", "explore_exploit", "budget_feedback", "cover"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
CountryOrAny = Annotated[str, Field(pattern=r"^([A-Z]{2}|\*)$")]
Share = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]

JEZIERSKI = "Jezierski et al. 2014, Forensic Sci Int 237:112-118"
CPMM = "CAREC CPMM 2022, Kazakhstan"
NO_FIGURE = "assumption: no published figure found; "


SpecT = TypeVar("SpecT", bound=Spec)


def vary(base: SpecT, changes: Mapping[str, Any]) -> SpecT:
    """Copy of `base` in which the named quantities differ: a part keeps what its mapping leaves out."""
    parts: dict[str, Any] = {}
    for name, change in changes.items():
        before = getattr(base, name)
        if isinstance(before, Quantity):
            parts[name] = Quantity.model_validate({**before.model_dump(), **change})
        else:
            parts[name] = vary(before, change)
    return base.model_copy(update=parts)


class Scanner(Spec):
    """Cargo scanner of a post: what it shows, how often it works, who reads the image."""

    present_share: Quantity = quantity(
        0.1, "1", NO_FIGURE + "few working scanners (GI-TOC Crossroads 2023), US posts scan 0.15-0.27",
        low=0.02, high=0.3, least=0, most=1,
        doc="chance that a selected vehicle can be sent to a scanner at a post of this class",
    )
    quality: Quantity = quantity(
        0.5, "1", "assumption: truck scanner field figures not found; 0.9 of small metal threats (Jaccard et al. "
        "2016) is an upper bound", low=0.3, high=0.9, least=0, most=1,
        doc="chance that a fully visible load shows on the image",
    )
    operator_skill: Quantity = quantity(
        0.6, "1", "FACTS section 9: operator hit rate on cargo images not found, range to sweep 0.3-0.8",
        low=0.3, high=0.8, least=0, most=1,
        doc="chance that the operator sees a load that shows, at high prevalence",
    )
    false_alarm_prob: Quantity = quantity(
        0.1, "1", "FACTS section 9: operator false-alarm rate not found, range to sweep 0.05-0.25",
        low=0.05, high=0.25, least=0, most=1, doc="chance of an alarm on an empty vehicle",
    )
    uptime_share: Quantity = quantity(
        0.6, "1", "GI-TOC Crossroads 2023: often nonfunctional; range 0.3-0.9 is a design choice",
        low=0.3, high=0.9, least=0.001, most=1, doc="long-run share of hours in which the scanner works",
    )
    repair_h: Quantity = quantity(
        168.0, "h", NO_FIGURE + "an outage of a week, from days to a month", low=48, high=720, least=1,
        doc="mean length of an outage",
    )
    scans_per_h: Quantity = quantity(
        7.0, "per_h", "US CBP 29 Jul 2019, as reported in the press: 7 (old) to 50 (drive-through) trucks per h",
        low=4, high=50, least=0, status="read", doc="throughput of a working scanner",
    )


class Dogs(Spec):
    """Dog teams of a post: roster, training, heat, exertion."""

    teams: Quantity = quantity(
        0.5, "1", NO_FIGURE + "124 customs dogs in 2001 for some 90 posts (caravan.kz)", low=0.1, high=2,
        least=0, most=50, doc="dog teams of a post on its roster, mean of the class",
    )
    shift_h: Quantity = quantity(
        12.0, "h", NO_FIGURE + "one long shift: dogs are not rotated (GI-TOC Crossroads 2023)", low=8, high=24,
        least=0, most=24, doc="hours a day in which a team is on duty, from 8 o'clock",
    )
    searches_per_h: Quantity = quantity(
        8.0, "per_h", NO_FIGURE + "64 s to an indication (" + JEZIERSKI + ") plus handling", low=4, high=15,
        least=0, doc="vehicles a team on duty can search in an hour",
    )
    detect_prob: Quantity = quantity(
        0.6, "1", JEZIERSKI + ": 0.579 inside, 0.635 outside cars", low=0.4, high=0.85, status="derived",
        least=0, most=1, doc="chance that a rested, well-trained dog in mild weather indicates a load",
    )
    false_alarm_prob: Quantity = quantity(
        0.05, "1", JEZIERSKI + ": 0.053 in all settings", low=0.02, high=0.1, status="read", least=0, most=1,
        doc="chance of an indication on an empty vehicle",
    )
    real_training_share: Quantity = quantity(
        0.2, "1", NO_FIGURE + "trained on simulants under old rules (GI-TOC Crossroads 2023)", low=0.0, high=0.5,
        least=0, most=1, doc="share of the teams trained on the real substance",
    )
    simulant_factor: Quantity = quantity(
        0.5, "1", "IUPUI study 2014: 0.14 against 0.81 on real; IJMABER 6(10) 2025 finds nearly none: swept",
        low=0.17, high=1.0, status="derived", least=0, most=1,
        doc="detection of a dog trained on simulants relative to one trained on the real substance",
    )
    heat_onset_c: Quantity = quantity(
        27.5, "C", "handler practice 25-30 C (FACTS section 9)", low=25, high=30, status="from memory (unverified)",
        least=-50, most=60, doc="felt temperature above which detection falls",
    )
    heat_loss_per_c: Quantity = quantity(
        0.04, "1", NO_FIGURE + "direction from the olfactometer study (hot-humid: substantial)", low=0.01, high=0.08,
        least=0, most=1, doc="share of detection lost for each degree above the onset",
    )
    humidity_c: Quantity = quantity(
        6.0, "C", NO_FIGURE + "hot-humid is worse than hot-dry (olfactometer study)", low=0, high=10, least=0,
        doc="felt degrees added between dry and saturated air",
    )
    shade_c: Quantity = quantity(
        0.0, "C", "GI-TOC Crossroads 2023: dogs kept outside in summer, so none", low=0, high=0, least=0,
        status="source document", doc="felt degrees taken off by shade and cooling",
    )
    exertion_per_search: Quantity = quantity(
        0.05, "1", NO_FIGURE + "exertion builds with searches (DESIGN: declared)", low=0, high=0.1, least=0,
        doc="exertion gained by one search of a team",
    )
    recovery_per_h: Quantity = quantity(
        0.15, "per_h", NO_FIGURE + "a night's rest restores", low=0.05, high=0.4, least=0, most=1,
        doc="share of exertion that goes in an hour",
    )
    exertion_loss: Quantity = quantity(
        0.12, "1", "Gazit & Terkel 2003: 0.91 rested, 0.81 panting", low=0, high=0.3,
        status="from memory (unverified)", least=0,
        doc="loss of detection at exertion 1: detection is divided by 1 + this x exertion",
    )
    time_on_task_loss_per_h: Quantity = quantity(
        0.0, "per_h", "Garner et al. 2001: no decline for 91-120 min; a hypothesis, off by default", low=0, high=0,
        status="read (secondary table)", least=0, most=1,
        doc="share of detection lost for each hour into the shift (hypothesis, 0 = off)",
    )


class Post(Spec):
    """One class of post in one country: selection, inspection chain, queue, hours."""

    service_min: Quantity = quantity(
        8.0, "min", "news.ru 2 Oct 2025 (Russian customs): average vehicle check", low=4, high=15, status="read",
        least=0.01, doc="time an officer spends on one truck at the lane",
    )
    car_share_of_truck: Quantity = quantity(
        0.3, "1", NO_FIGURE + "a car takes less time than a truck", low=0.15, high=0.6, least=0, most=1,
        doc="lane time of a car relative to a truck",
    )
    traffic_cv: Quantity = quantity(
        0.3, "1", NO_FIGURE + "hourly counts vary more than Poisson", low=0.1, high=0.5, least=0, most=1,
        doc="coefficient of variation of the hourly licit flow",
    )
    inspect_share: Quantity = quantity(
        0.1, "1", "alaics.kz (broker estimate): random share of the red corridor; Karasu 12-14 %", low=0.03, high=0.2,
        status="read (weak source)", least=0, most=1, doc="share of vehicles selected for inspection by policy",
    )
    inspections_per_h: Quantity = quantity(
        5.5, "per_h", "24.kg 20 May 2019: Karasu 5-6 vehicles an hour", low=3, high=8, status="read", least=0,
        doc="inspections that the officers on duty can make in an hour",
    )
    outbound_share: Quantity = quantity(
        0.2, "1", NO_FIGURE + "services look at incoming traffic only (UNODC 2008, fact 67)", low=0.05, high=0.5,
        least=0, most=1, doc="selection of traffic that leaves the country relative to traffic that enters",
    )
    wave_through_h: Quantity = quantity(
        6.0, "h", NO_FIGURE + "long queues press officers to wave through", low=2, high=24, least=0,
        doc="queue length above which selection is relaxed",
    )
    wave_through_share: Quantity = quantity(
        0.5, "1", NO_FIGURE + "selection under a long queue", low=0.2, high=1, least=0, most=1,
        doc="selection under a long queue relative to normal",
    )
    reluctance: Quantity = quantity(
        0.3, "1", NO_FIGURE + "reimbursing clean carriers is highly de-motivating (UNODC 2012, fact 48)",
        low=0, high=0.6, least=0, most=1,
        doc="share of selection lost where every inspection of the week before was a false alarm",
    )
    search_share: Quantity = quantity(
        0.3, "1", NO_FIGURE + "full physical examination takes to 120 min", low=0.1, high=0.6, least=0, most=1,
        doc="share of inspected vehicles searched by hand although nothing gave an alarm",
    )
    find_prob: Quantity = quantity(
        0.15, "1", NO_FIGURE + "search by hand without an alarm; hides are professional", low=0.03, high=0.4, least=0,
        most=1, doc="chance that a search without an alarm finds the load",
    )
    find_on_alarm_prob: Quantity = quantity(
        0.7, "1", NO_FIGURE + "finding and extracting took long (GI-TOC 2023, fact 41)", low=0.4, high=0.95, least=0,
        most=1, doc="chance that a search after an alarm finds the load",
    )
    find_on_tip_prob: Quantity = quantity(
        0.9, "1", NO_FIGURE + "large seizures follow human intelligence (fact 70)", low=0.7, high=1, least=0, most=1,
        doc="chance that a search after a tip finds the load",
    )
    tir_select_factor: Quantity = quantity(
        0.3, "1", NO_FIGURE + "sealed trucks are not thoroughly inspected (fact 44)", low=0.05, high=0.6, least=0,
        most=1, doc="selection of a TIR-sealed truck relative to another truck",
    )
    tir_fear: Quantity = quantity(
        0.6, "1", NO_FIGURE + "personal liability strongly deters breaking seals (fact 47)", low=0.3, high=0.9,
        least=0, most=1, doc="chance that an officer leaves the seal of a suspected TIR truck unbroken",
    )
    sealed_share: Quantity = quantity(
        0.3, "1", NO_FIGURE + "19,000-39,050 TIR carnets a year in Kazakhstan (IRU 2015)", low=0.1, high=0.6, least=0,
        most=1, doc="share of licit trucks under a TIR seal",
    )
    refusal_select_prob: Quantity = quantity(
        0.5, "1", NO_FIGURE + "an officer who refuses a bribe looks closer", low=0.2, high=1, least=0, most=1,
        doc="chance of inspection after a refused bribe",
    )
    inspect_min: Quantity = quantity(
        30.0, "min", NO_FIGURE + "between a scan (8 min) and a full examination (to 120 min)", low=8, high=120,
        least=0, doc="time an inspected vehicle is held",
    )
    search_min: Quantity = quantity(
        120.0, "min", "US CBP data FY2023, as reported in the press: up to 120 min", low=60, high=240,
        status="read", least=0, doc="time a vehicle is held after an alarm",
    )
    open_from_h: Quantity = quantity(
        0.0, "h", NO_FIGURE + "round the clock", low=0, high=0, least=0, most=23, whole=True,
        doc="hour of day at which the post opens",
    )
    open_hours: Quantity = quantity(
        24.0, "h", NO_FIGURE + "round the clock", low=24, high=24, least=0, most=24, whole=True,
        doc="hours a day the post is open; 0 closes it",
    )
    patrols_per_day: Quantity = quantity(
        0.5, "per_day", NO_FIGURE + "crossing in gaps is common (fact 32)", low=0.1, high=2, least=0,
        doc="patrols that pass a point of the green border, 20 km from a post, in a day",
    )
    scanner: Scanner = Scanner()
    dogs: Dogs = Dogs()


def _post(**changes: Mapping[str, Any]) -> Post:
    return vary(Post(), changes)


NO_DOGS = {"teams": {"value": 0.0, "low": 0.0, "high": 0.0}}
NO_SCANNER = {"present_share": {"value": 0.0, "low": 0.0, "high": 0.0}}


class PostClasses(Spec):
    """Detection parameters of each class of post in a country."""

    frontier_road: Post = _post()
    frontier_rail: Post = _post(
        service_min={"value": 60.0, "low": 30, "high": 240, "source": NO_FIGURE + "an hour for a wagon group",
                     "status": "assumed"},
        inspect_share={"value": 0.05, "low": 0.02, "high": 0.15, "status": "assumed",
                       "source": NO_FIGURE + "search posts for trains were only planned (fact 31)"},
        tir_select_factor={"value": 0.3},
        scanner=NO_SCANNER,
        dogs={"teams": {"value": 0.4, "low": 0.1, "high": 1.5}},
    )
    inland: Post = _post(
        inspect_share={"value": 0.02, "low": 0.005, "high": 0.06, "status": "assumed",
                       "source": NO_FIGURE + "inside the country only intelligence or luck (fact 65)"},
        service_min={"value": 2.0, "low": 1, "high": 5, "status": "assumed", "source": NO_FIGURE + "a road check"},
        scanner=NO_SCANNER,
        dogs={"teams": {"value": 0.1, "low": 0.0, "high": 0.5}},
    )
    port: Post = _post(
        inspect_share={"value": 0.1, "low": 0.03, "high": 0.2},
        scanner={"present_share": {"value": 0.1}},
    )
    airport: Post = _post(
        inspect_share={"value": 0.95, "low": 0.7, "high": 1.0, "status": "assumed",
                       "source": NO_FIGURE + "all luggage is screened"},
        inspections_per_h={"value": 300.0, "low": 100, "high": 600, "status": "assumed",
                           "source": NO_FIGURE + "luggage belts"},
        service_min={"value": 2.0, "low": 1, "high": 5, "status": "assumed", "source": NO_FIGURE + "a passenger"},
        outbound_share={"value": 0.9, "low": 0.5, "high": 1.0, "source": NO_FIGURE + "departures are screened"},
        inspect_min={"value": 2.0, "low": 1, "high": 5, "source": NO_FIGURE + "a bag on the belt"},
        search_min={"value": 20.0, "low": 10, "high": 60, "status": "assumed",
                    "source": NO_FIGURE + "a bag opened"},
        scanner={"present_share": {"value": 0.9, "low": 0.6, "high": 1.0}, "scans_per_h": {"value": 300.0, "high": 600},
                 "quality": {"value": 0.8, "low": 0.6, "high": 0.95, "source": NO_FIGURE + "luggage, not cargo"},
                 "uptime_share": {"value": 0.9, "low": 0.7, "high": 0.99, "status": "assumed",
                                  "source": NO_FIGURE + "airports keep spare machines"}},
    )
    green_border: Post = _post(
        find_prob={"value": 0.4, "low": 0.15, "high": 0.8,
                   "source": NO_FIGURE + "people on foot or horse searched by a patrol"},
        scanner=NO_SCANNER,
        dogs=NO_DOGS,
    )


class CountryServices(Spec):
    """Services of one country: integrity, intelligence, protection, records, mobile teams."""

    corruption: Quantity = quantity(
        0.25, "1", "assumption: 1 - CPI/100 scaled to officers at the border; CPI 20-39 in the region", low=0.1,
        high=0.5, least=0, most=1, doc="share of officers at a post who take bribes, at the start",
    )
    officer_pay_usd: Quantity = quantity(
        250.0, "usd_per_month", NO_FIGURE + "38 USD a month in Bishkek in 2001 (fact 86)", low=80, high=600,
        least=1, doc="monthly pay of an officer",
    )
    audits_per_year: Quantity = quantity(
        0.5, "per_year", NO_FIGURE + "a special unit against customs corruption from 2003 (fact 80)", low=0.1, high=2,
        least=0, doc="audits of a post in a year",
    )
    audit_effect: Quantity = quantity(
        0.3, "1", NO_FIGURE + "share of the corrupt officers that an audit removes", low=0.1, high=0.6, least=0,
        most=1, doc="share of a post's corruption that one audit removes",
    )
    turnover_per_year: Quantity = quantity(
        0.3, "per_year", NO_FIGURE + "officers who leave are replaced by officers of the country's average", low=0.1,
        high=1.0, least=0, doc="rate at which the officers of a post are replaced",
    )
    corruption_per_bribe: Quantity = quantity(
        0.0005, "1", NO_FIGURE + "corruption spreads with bribes taken", low=0.0, high=0.002, least=0, most=1,
        doc="share of honest officers drawn in by one bribe taken at the post",
    )
    tip_prob: Quantity = quantity(
        0.002, "1", NO_FIGURE + "only good intelligence exposes a large shipment (UNODC 2012)", low=0.0005, high=0.008,
        least=0, most=1, doc="chance that a post is tipped off about a load it meets, for exposure 1",
    )
    sharing: Quantity = quantity(
        0.1, "1", NO_FIGURE + "some countries do not share; CARICC 23 operations since 2008 (facts 71-73)", low=0.0,
        high=0.3, least=0, most=1, doc="share of this country's tips that reaches the services of every other country",
    )
    protection_prob: Quantity = quantity(
        0.05, "1", NO_FIGURE + "a release ordered by superiors is documented once (fact 82)", low=0.01, high=0.2,
        least=0, most=1, doc="chance that a seizure from a protected trafficker is ordered released",
    )
    return_share: Quantity = quantity(
        0.5, "1", NO_FIGURE + "a released load goes on, else to the local market", low=0.2, high=0.9, least=0,
        most=1, doc="chance that a released load goes on to its market",
    )
    arrest_prob: Quantity = quantity(
        0.9, "1", NO_FIGURE + "the courier is with the load", low=0.6, high=1.0, least=0, most=1,
        doc="chance that the courier of a seized load is arrested",
    )
    cooperate_prob: Quantity = quantity(
        0.15, "1", NO_FIGURE + "arrested couriers who talk", low=0.05, high=0.3, least=0, most=1,
        doc="chance that an arrested courier cooperates",
    )
    record_prob: Quantity = quantity(
        0.9, "1", NO_FIGURE + "figures of one agency hold part of the drugs (fact 126)", low=0.6, high=1.0, least=0,
        most=1, doc="chance that a seizure enters the published record",
    )
    mobile_teams: Quantity = quantity(
        2.0, "1", NO_FIGURE + "three mobile scanners for four provinces by 2011 (fact 57)", low=0, high=6, least=0,
        most=200, doc="mobile inspection teams that the country can place",
    )
    team_inspections_per_h: Quantity = quantity(
        3.0, "per_h", NO_FIGURE + "half of a post's own capacity", low=1, high=6, least=0,
        doc="inspections that one mobile team adds at a post in an hour",
    )
    explore_share: Quantity = quantity(
        0.1, "1", "Kim et al. 2020 (DATE): 90/10 is stable; best value differs by country", low=0.05, high=0.3,
        status="read", least=0, most=1, doc="share of mobile teams placed at random by explore_exploit",
    )
    cost_per_inspection_usd: Quantity = quantity(
        15.0, "usd", NO_FIGURE + "half an hour of two officers and equipment", low=5, high=50, least=0,
        doc="running cost of one inspection to the state",
    )
    liability_usd: Quantity = quantity(
        500.0, "usd", NO_FIGURE + "agency reimburses the carrier of a clean load (fact 48)", low=100, high=2000,
        least=0, doc="paid to the carrier when an opened load is clean",
    )
    allocation: AllocationRule = "static"
    posts: PostClasses = PostClasses()


class Tier(Spec):
    """A tier of trafficking organisations: what it sends and how it decides."""

    supply_share: Quantity = quantity(
        0.3, "1", NO_FIGURE + "tiers are described, not weighed (GI-TOC Crossroads 2023)", low=0.1, high=0.6, least=0,
        most=1, doc="share of the supply that this tier moves (normalised over tiers)",
    )
    load_kg: Quantity = quantity(
        5.0, "kg", "UNODC IDS: seized loads have means of 3-5 kg; carried loads are larger", low=2, high=15,
        least=0.001, doc="median mass of a load",
    )
    load_sigma: Quantity = quantity(
        1.2, "1", "UNODC IDS: sigma of ln(kg) 1.3-2.0 of seized loads", low=0.8, high=1.6, least=0, most=4,
        doc="standard deviation of the logarithm of a load's mass",
    )
    most_kg: Quantity = quantity(
        60.0, "kg", NO_FIGURE + "none above 55 kg in Kazakhstan in 2009-10", low=30, high=100, least=0.001,
        doc="largest load of the tier",
    )
    precision: Quantity = quantity(
        20.0, "1", NO_FIGURE + "quantal response, utilities in units of the price margin", low=5, high=60, least=0,
        doc="how sharply the choice follows utility (0 = at random)",
    )
    time_cost_per_day: Quantity = quantity(
        0.01, "per_day", NO_FIGURE + "capital tied up and buyers who wait", low=0.002, high=0.03, least=0, most=1,
        doc="share of the margin lost by a day on the way",
    )
    salience: Quantity = quantity(
        0.8, "1", "Bordalo, Gennaioli & Shleifer 2012; NarcoLogic uses 0.5", low=0.5, high=1.0, least=0.3, most=1,
        doc="weight of the less salient outcome (1 = expected value)",
    )
    belief_halflife_days: Quantity = quantity(
        90.0, "day", NO_FIGURE + "memory of some months (NarcoLogic counts 13 months)", low=30, high=365, least=1,
        doc="half-life of what was learned about a post",
    )
    others_weight: Quantity = quantity(
        0.2, "1", NO_FIGURE + "strangers' arrests matter little (Lochner 2003)", low=0, high=0.5, least=0, most=1,
        doc="weight of other traffickers' outcomes in a belief",
    )
    bribe_offer_prob: Quantity = quantity(
        0.3, "1", NO_FIGURE + "looking the other way is a reality at entry points (fact 78)", low=0.1, high=0.8,
        least=0, most=1, doc="chance that a load's courier offers a bribe at a post",
    )
    bribe_share: Quantity = quantity(
        0.005, "1", NO_FIGURE + "ceiling: the gain over one border (FACTS section 10)", low=0.001, high=0.02, least=0,
        most=1, doc="bribe offered at a post, as a share of the load's value at its market",
    )
    exposure: Quantity = quantity(
        1.0, "1", NO_FIGURE + "more people, more talk", low=0.5, high=4, least=0,
        doc="how much of the tier's trade informants see, relative to small networks",
    )
    protection: Quantity = quantity(
        0.2, "1", NO_FIGURE + "no kingpin arrested 1991-2012 (fact 79)", low=0.0, high=1.0, least=0, most=1,
        doc="share of the protection of superiors that the tier enjoys",
    )
    wage_usd: Quantity = quantity(
        1000.0, "usd", NO_FIGURE + "pay of a courier for a trip", low=300, high=5000, least=0,
        doc="wage of a courier for a trip, before the risk premium",
    )
    premium_power: Quantity = quantity(
        2.0, "1", "Caulkins, Crawford & Reuter 1993, in NarcoLogic's form", low=1, high=3, least=0,
        status="read (secondary table)", doc="power of perceived risk in the wage premium",
    )
    premium_risk: Quantity = quantity(
        0.1, "1", "MODELS 3.5: reference risk set again to the honest prior", low=0.05, high=0.3, least=0.001, most=1,
        doc="perceived risk at which the wage doubles",
    )
    penalty_usd: Quantity = quantity(
        20000.0, "usd", NO_FIGURE + "10-20 years (fact 105), valued by the organisation", low=5000, high=100000,
        least=0, doc="cost of a seizure beyond the load",
    )
    lie_low_hit: Quantity = quantity(
        0.5, "1", "Jensen & Dignum 2019", low=0.2, high=1.0, least=0, status="read (secondary table)",
        doc="alarm added by the loss of a usual week's mass, or of a median load where that is more",
    )
    lie_low_halflife_days: Quantity = quantity(
        21.0, "day", NO_FIGURE + "MODELS 3.7: step-free form", low=7, high=60, least=0.1,
        doc="half-life of alarm",
    )
    lie_low_level: Quantity = quantity(
        1.5, "1", NO_FIGURE + "several losses at once, since a single one is routine", low=0.75, high=4, least=0.01,
        doc="alarm above which nothing is sent",
    )
    tolerance_low: Quantity = quantity(
        0.01, "1", "MODELS 3.6: hysteresis band; NarcoLogic tolerates 0.045-0.05", low=0.002, high=0.03, least=0,
        most=1, doc="loss as a share of value sent, below which routes are given up",
    )
    tolerance_high: Quantity = quantity(
        0.05, "1", "MODELS 3.6: NarcoLogic tolerates 0.045-0.05", low=0.03, high=0.15, least=0, most=1,
        doc="loss as a share of value sent, above which routes are added",
    )
    first_routes: Quantity = quantity(
        6.0, "1", NO_FIGURE + "routes are used fluidly (fact 24)", low=3, high=15, least=1, most=500, whole=True,
        doc="routes that an organisation holds per origin and market at the start",
    )
    most_routes: Quantity = quantity(
        20.0, "1", NO_FIGURE + "contacts limit the number", low=8, high=40, least=1, most=500, whole=True,
        doc="most routes that an organisation holds per origin and market",
    )
    upkeep_usd: Quantity = quantity(
        200.0, "usd", NO_FIGURE + "contacts on a route are paid", low=50, high=1000, least=0,
        doc="cost of holding one route for a week",
    )
    behaviour: Behaviour = "adaptive"


class Tiers(Spec):
    """The three tiers of GI-TOC Crossroads 2023 (facts 89-91)."""

    tonne: Tier = vary(Tier(), {
        "supply_share": {"value": 0.3, "low": 0.1, "high": 0.5},
        "load_kg": {"value": 300.0, "low": 150, "high": 600, "status": "source document",
                    "source": "GI-TOC Crossroads 2023: tonnes; 420-537 kg are the largest cases"},
        "load_sigma": {"value": 0.5, "low": 0.3, "high": 0.8, "status": "assumed",
                       "source": NO_FIGURE + "spread of a planned consignment"},
        "most_kg": {"value": 1500.0, "low": 800, "high": 3000, "status": "assumed",
                    "source": NO_FIGURE + "a truck of 20 t of fruit hides hundreds of kg (fact 38)"},
        "bribe_offer_prob": {"value": 0.6, "low": 0.3, "high": 0.95},
        "exposure": {"value": 2.0, "low": 1, "high": 6},
        "protection": {"value": 0.8, "low": 0.3, "high": 1.0},
        "wage_usd": {"value": 5000.0, "low": 2000, "high": 20000},
        "first_routes": {"value": 5.0, "low": 3, "high": 10},
    })
    wholesale: Tier = vary(Tier(), {
        "supply_share": {"value": 0.45, "low": 0.2, "high": 0.6},
        "load_kg": {"value": 130.0, "low": 80, "high": 200, "status": "source document",
                    "source": "GI-TOC Crossroads 2023: Tajik groups, 100-200 kg"},
        "load_sigma": {"value": 0.5, "low": 0.3, "high": 0.8, "status": "assumed",
                       "source": NO_FIGURE + "spread of a planned consignment"},
        "most_kg": {"value": 500.0, "low": 300, "high": 800, "status": "assumed",
                    "source": "assumption: one case above 500 kg known up to 2010"},
        "bribe_offer_prob": {"value": 0.5, "low": 0.2, "high": 0.9},
        "exposure": {"value": 1.5, "low": 0.7, "high": 4},
        "protection": {"value": 0.5, "low": 0.1, "high": 1.0},
        "wage_usd": {"value": 3000.0, "low": 1000, "high": 10000},
    })
    small: Tier = vary(Tier(), {
        "supply_share": {"value": 0.25, "low": 0.1, "high": 0.5},
        "first_routes": {"value": 8.0, "low": 3, "high": 15},
    })


class TraffickerGroup(Spec):
    """Organisations of one kind: how many, of which tier, from where to where."""

    tier: Literal["tonne", "wholesale", "small"]
    count: Annotated[int, Field(ge=1, le=10000)] = 1
    home: Country
    origins: Annotated[tuple[Name, ...], Field(min_length=1)]
    markets: Annotated[tuple[Name, ...], Field(min_length=1)]
    weight: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)] = 1.0
    covers: tuple[Name, ...] = ()
    source: Annotated[str, Field(min_length=8)]


class Supply(Spec):
    """What is brought to the frontier of Afghanistan in a year and where it is meant to go."""

    kg_per_year: Quantity = quantity(
        90000.0, "kg", "Eurasianet 18 May 2012 on UNODC, Opiate Flows, May 2012: 90 t of heroin in 2010",
        low=75000, high=95000, least=0, most=1e9, status="read", doc="mass that enters the corridor in a year",
    )
    origins: dict[Name, Quantity] = Field(default_factory=dict, description="weight of each origin")
    markets: dict[Name, Quantity] = Field(default_factory=dict, description="weight of each market")
    mix: dict[Name, Share] = Field(description="commodities of a load, shares that add to 1")
    season: Annotated[tuple[float, ...], Field(min_length=12, max_length=12)] = (1.0,) * 12

    @model_validator(mode="after")
    def _shares(self) -> Supply:
        if abs(sum(self.mix.values()) - 1.0) > 1e-9:
            raise ValueError("shares of a mix must add to 1")
        if any(not 0.0 <= s <= 100.0 for s in self.season) or sum(self.season) <= 0:
            raise ValueError("season needs twelve weights of 0 to 100, not all 0")
        return self


class CoverSpec(Spec):
    """What a cover does to selection and to the sensors."""

    select_factor: Quantity = quantity(
        1.0, "1", "definition: trucks are the reference", low=1, high=1, least=0, status="derived",
        doc="selection of this cover relative to an ordinary truck",
    )
    image_factor: Quantity = quantity(
        0.8, "1", NO_FIGURE + "contrast of heroin among cargo", low=0.4, high=1.0, least=0, most=1,
        doc="how well the scanner image shows a load in this cover",
    )
    image_half_kg: Quantity = quantity(
        5.0, "kg", NO_FIGURE + "a small load drowns in twenty tonnes of cargo", low=1, high=20, least=0.001,
        doc="mass of a load that shows half as well as a very large one",
    )
    odour_factor: Quantity = quantity(
        0.8, "1", NO_FIGURE + "odour that gets out of the cover", low=0.4, high=1.0, least=0, most=1,
        doc="how well a dog can smell a load in this cover",
    )
    find_factor: Quantity = quantity(
        1.0, "1", NO_FIGURE + "how well a search by hand finds a load in this cover", low=0.5, high=1, least=0, most=1,
        doc="chance that a search finds the load relative to an ordinary truck",
    )
    usd_per_km: Quantity = quantity(
        0.5, "usd", NO_FIGURE + "hire and fuel", low=0.2, high=1.5, least=0, doc="cost of moving a load over a km",
    )
    most_kg: Quantity = quantity(
        2000.0, "kg", "UNODC 2012: a truck of 20 t of fruit can hide hundreds of kg", low=500, high=5000, least=0.001,
        doc="largest load that the cover takes",
    )


def _cover(**changes: float) -> CoverSpec:
    spread = {k: {"value": v, "low": 0.5 * v, "high": min(1.0, 1.5 * v) if k.endswith("factor") else 2.0 * v}
              for k, v in changes.items()}
    return vary(CoverSpec(), {k: {**v, "source": NO_FIGURE + "relative to an ordinary truck", "status": "assumed"}
                              for k, v in spread.items()})


class Covers(Spec):
    """Covers, in the words of FACTS section 12.2-12.3."""

    tir_truck: CoverSpec = _cover(usd_per_km=0.8)
    produce_truck: CoverSpec = _cover(image_factor=0.5, odour_factor=0.6, find_factor=0.7, usd_per_km=0.6)
    other_truck: CoverSpec = CoverSpec()
    car: CoverSpec = _cover(select_factor=0.4, image_factor=0.7, odour_factor=0.9, usd_per_km=0.15, most_kg=60.0)
    passenger_train: CoverSpec = _cover(select_factor=0.6, image_factor=0.0, odour_factor=0.9, usd_per_km=0.05,
                                        most_kg=25.0)
    freight_wagon: CoverSpec = _cover(select_factor=0.5, image_factor=0.5, odour_factor=0.5, find_factor=0.6,
                                      usd_per_km=0.3, most_kg=5000.0)
    foot_horse: CoverSpec = _cover(image_factor=0.0, odour_factor=1.0, usd_per_km=2.0, most_kg=60.0)
    ferry: CoverSpec = _cover(usd_per_km=0.5)
    air: CoverSpec = _cover(image_factor=0.9, image_half_kg=0.5, odour_factor=0.9, usd_per_km=0.3, most_kg=3.0)


class Travel(Spec):
    """Speeds, waits and the search for candidate routes."""

    road_kmh: Quantity = quantity(31.2, "km_per_h", CPMM + ": road, with stops", low=21.5, high=40, least=1,
                                  status="read", doc="speed on the road, stops included")
    rail_kmh: Quantity = quantity(10.4, "km_per_h", CPMM + ": rail, with stops", low=8.9, high=15.3, least=1,
                                  status="read", doc="speed on rail, stops included")
    sea_kmh: Quantity = quantity(15.0, "km_per_h", NO_FIGURE + "Caspian ferry", low=10, high=25, least=1,
                                 doc="speed at sea, waits in port included")
    air_kmh: Quantity = quantity(400.0, "km_per_h", NO_FIGURE + "airliner with check-in", low=300, high=700, least=1,
                                 doc="speed by air, waits included")
    foot_kmh: Quantity = quantity(3.0, "km_per_h", NO_FIGURE + "loaded people and horses", low=2, high=5, least=0.1,
                                  doc="speed on foot or horse over the green border")
    track_kmh: Quantity = quantity(15.0, "km_per_h", NO_FIGURE + "vehicle off the road", low=8, high=25, least=0.1,
                                   doc="speed of a vehicle over the green border")
    transfer_h: Quantity = quantity(24.0, "h", NO_FIGURE + "changing train or truck takes a day", low=6, high=72,
                                    least=0, doc="time to change the mode of transport at a place")
    border_h: Quantity = quantity(8.2, "h", "CAREC CPMM 2022, Kazakhstan: road 2021 (route search only)", low=4,
                                  high=14, least=0, status="read", doc="border time assumed when routes are compared")
    cost_ceiling: Annotated[float, Field(ge=1.0, le=10.0)] = 1.6
    most_per_pair: Annotated[int, Field(ge=1, le=2000)] = 100
    loss_per_day: Quantity = quantity(
        0.0005, "per_day", NO_FIGURE + "loads abandoned or spoilt on the way", low=0.0001, high=0.002, least=0, most=1,
        doc="chance that a load is abandoned or spoilt in a day of travel",
    )
    turn_back_prob: Quantity = quantity(
        0.2, "1", NO_FIGURE + "a courier whose bribe is refused may turn round", low=0.0, high=0.5, least=0, most=1,
        doc="chance to turn back and try again after a refused bribe",
    )
    turn_back_h: Quantity = quantity(24.0, "h", NO_FIGURE + "the next day", low=6, high=72, least=1,
                                     doc="wait before the next try")
    most_tries: Annotated[int, Field(ge=1, le=200)] = 4
    patience_h: Quantity = quantity(336.0, "h", NO_FIGURE + "two weeks before a load is given up", low=72, high=720,
                                    least=1, doc="longest wait at a closed post before the load is abandoned")


class GreenBorder(Spec):
    """How patrols of the green border thin out."""

    reach_km: Quantity = quantity(
        20.0, "km", NO_FIGURE + "patrols start from posts; the rate holds at this distance", low=10, high=50, least=0.1,
        doc="distance from a post at which patrols pass at the declared rate",
    )
    zone_km: Quantity = quantity(
        20.0, "km", NO_FIGURE + "depth of the strip that a service watches", low=5, high=40, least=0,
        doc="way through the watched strip on one side of the border",
    )
    hard_terrain_factor: Quantity = quantity(
        0.5, "1", NO_FIGURE + "mountain and desert are watched less", low=0.2, high=1, least=0, most=1,
        doc="patrols in mountain or desert relative to the plain",
    )


class Market(Spec):
    """How losses are replaced and what sensors make of a load's mass."""

    replacement_share: Quantity = quantity(
        0.5, "1", NO_FIGURE + "comparisons show 0 and 1 beside it", low=0, high=1, least=0, most=1,
        doc="share of a loss that is sent again",
    )
    replacement_lag_weeks: Annotated[int, Field(ge=1, le=104)] = 4
    tip_bribe_factor: Quantity = quantity(
        0.3, "1", NO_FIGURE + "a tip comes from another service and is harder to buy off", low=0.0, high=0.7, least=0,
        most=1, doc="chance that a bribe is accepted under a tip relative to none",
    )
    pay_multiple: Quantity = quantity(
        6.0, "month", NO_FIGURE + "months of pay at which half of the corrupt officers accept", low=1, high=24,
        least=0.01, doc="bribe, in months of pay, that half of the corrupt officers accept",
    )
    relation_gain: Quantity = quantity(
        0.3, "1", NO_FIGURE + "officers who took once take again", low=0, high=1, least=0,
        doc="rise of acceptance by one accepted bribe between trafficker and post",
    )
    relation_halflife_days: Quantity = quantity(
        180.0, "day", NO_FIGURE + "contacts lapse", low=30, high=720, least=1, doc="half-life of a relation",
    )
    informant_gain: Quantity = quantity(
        0.5, "1", NO_FIGURE + "a courier who talks exposes the organisation", low=0.1, high=2, least=0,
        doc="exposure added when as many couriers talk as an organisation sends in a usual week",
    )
    informant_halflife_days: Quantity = quantity(
        90.0, "day", NO_FIGURE + "what a courier knows grows old", low=30, high=365, least=1,
        doc="half-life of that exposure",
    )
    delay_usd_per_h: Quantity = quantity(
        20.0, "usd", NO_FIGURE + "truck, driver and cargo standing", low=5, high=50, least=0,
        doc="cost of an hour of delay of a licit vehicle",
    )


class Prevalence(Spec):
    """Low-prevalence effect on operators and dogs."""

    misses_at_half: Quantity = quantity(0.07, "1", "Wolfe, Horowitz & Kenner 2005, secondary summary", low=0.05, high=0.1,
                                        status="read (secondary table)", least=0, most=1,
                                        doc="misses of an observer at 50 % prevalence")
    misses_at_tenth: Quantity = quantity(0.16, "1", "Wolfe, Horowitz & Kenner 2005, secondary summary", low=0.1, high=0.2,
                                         status="read (secondary table)", least=0, most=1,
                                         doc="misses at 10 % prevalence")
    misses_at_hundredth: Quantity = quantity(0.30, "1", "Wolfe, Horowitz & Kenner 2005, secondary summary", low=0.2,
                                             high=0.4, status="read (secondary table)", least=0, most=1,
                                             doc="misses at 1 % prevalence, and below")
    memory_days: Quantity = quantity(60.0, "day", NO_FIGURE + "finds of the last two months", low=14, high=180, least=1,
                                     doc="half-life of the prevalence that an observer remembers")
    training_share: Quantity = quantity(0.0, "1", "definition: no planted training finds in the baseline", low=0, high=0,
                                        least=0, most=1, status="derived",
                                        doc="planted finds as a share of inspections")


class Scenario(Spec):
    """A world and its rules: everything a run needs but the key."""

    schema_version: Literal[1] = 1
    name: Name
    title: Annotated[str, Field(min_length=3, max_length=200)]
    start: date
    weeks: Annotated[int, Field(ge=1, le=520)] = 52
    burn_in_weeks: Annotated[int, Field(ge=0, le=520)] = 26
    tables: Name = "baseline"
    supply: Annotated[dict[Name, Supply], Field(min_length=1)]
    traffickers: Annotated[dict[Name, TraffickerGroup], Field(min_length=1)]
    tiers: Tiers = Tiers()
    countries: dict[CountryOrAny, CountryServices] = Field(
        default_factory=dict, description="services by country; '*' holds for any country, and completes the others"
    )
    covers: Covers = Covers()
    travel: Travel = Travel()
    green_border: GreenBorder = GreenBorder()
    market: Market = Market()
    prevalence: Prevalence = Prevalence()
