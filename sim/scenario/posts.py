"""Posts as the analyst writes them: scanner, dogs, selection, search, hours; by class of post."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.scenario.quantity import Quantity, Spec, quantity
from sim.scenario.variants import NO_FIGURE, vary

JEZIERSKI = "Jezierski et al. 2014, Forensic Sci Int 237:112-118"


class Scanner(Spec):
    """Cargo scanner of a post: what it shows, how often it works, who reads the image."""

    present_share: Quantity = quantity(
        0.1,
        "1",
        NO_FIGURE + "few working scanners (GI-TOC Crossroads 2023), US posts scan 0.15-0.27",
        low=0.02,
        high=0.3,
        least=0,
        most=1,
        doc="chance that a selected vehicle can be sent to a scanner at a post of this class",
    )
    quality: Quantity = quantity(
        0.5,
        "1",
        "assumption: truck scanner field figures not found; 0.9 of small metal threats (Jaccard et al. "
        "2016) is an upper bound",
        low=0.3,
        high=0.9,
        least=0,
        most=1,
        doc="chance that a fully visible load shows on the image",
    )
    operator_skill: Quantity = quantity(
        0.6,
        "1",
        "FACTS section 9: operator hit rate on cargo images not found, range to sweep 0.3-0.8",
        low=0.3,
        high=0.8,
        least=0,
        most=1,
        doc="chance that the operator sees a load that shows, at high prevalence",
    )
    false_alarm_prob: Quantity = quantity(
        0.1,
        "1",
        "FACTS section 9: operator false-alarm rate not found, range to sweep 0.05-0.25",
        low=0.05,
        high=0.25,
        least=0,
        most=1,
        doc="chance of an alarm on an empty vehicle",
    )
    uptime_share: Quantity = quantity(
        0.6,
        "1",
        "GI-TOC Crossroads 2023: often nonfunctional; range 0.3-0.9 is a design choice",
        low=0.3,
        high=0.9,
        least=0.001,
        most=1,
        doc="long-run share of hours in which the scanner works",
    )
    repair_h: Quantity = quantity(
        168.0,
        "h",
        NO_FIGURE + "an outage of a week, from days to a month",
        low=48,
        high=720,
        least=1,
        doc="mean length of an outage",
    )
    scans_per_h: Quantity = quantity(
        7.0,
        "per_h",
        "US CBP 29 Jul 2019, as reported in the press: 7 (old) to 50 (drive-through) trucks per h",
        low=4,
        high=50,
        least=0,
        status="read",
        doc="throughput of a working scanner",
    )


class Dogs(Spec):
    """Dog teams of a post: roster, training, heat, exertion."""

    teams: Quantity = quantity(
        0.5,
        "1",
        NO_FIGURE + "124 customs dogs in 2001 for some 90 posts (caravan.kz)",
        low=0.1,
        high=2,
        least=0,
        most=50,
        doc="dog teams of a post on its roster, mean of the class",
    )
    shift_h: Quantity = quantity(
        12.0,
        "h",
        NO_FIGURE + "one long shift: dogs are not rotated (GI-TOC Crossroads 2023)",
        low=8,
        high=24,
        least=0,
        most=24,
        doc="hours a day in which a team is on duty, from 8 o'clock",
    )
    searches_per_h: Quantity = quantity(
        8.0,
        "per_h",
        NO_FIGURE + "64 s to an indication (" + JEZIERSKI + ") plus handling",
        low=4,
        high=15,
        least=0,
        doc="vehicles a team on duty can search in an hour",
    )
    detect_prob: Quantity = quantity(
        0.6,
        "1",
        JEZIERSKI + ": 0.579 inside, 0.635 outside cars",
        low=0.4,
        high=0.85,
        status="derived",
        least=0,
        most=1,
        doc="chance that a rested, well-trained dog in mild weather indicates a load",
    )
    false_alarm_prob: Quantity = quantity(
        0.05,
        "1",
        JEZIERSKI + ": 0.053 in all settings",
        low=0.02,
        high=0.1,
        status="read",
        least=0,
        most=1,
        doc="chance of an indication on an empty vehicle",
    )
    real_training_share: Quantity = quantity(
        0.2,
        "1",
        NO_FIGURE + "trained on simulants under old rules (GI-TOC Crossroads 2023)",
        low=0.0,
        high=0.5,
        least=0,
        most=1,
        doc="share of the teams trained on the real substance",
    )
    simulant_factor: Quantity = quantity(
        0.5,
        "1",
        "IUPUI study 2014: 0.14 against 0.81 on real; IJMABER 6(10) 2025 finds nearly none: swept",
        low=0.17,
        high=1.0,
        status="derived",
        least=0,
        most=1,
        doc="detection of a dog trained on simulants relative to one trained on the real substance",
    )
    heat_onset_c: Quantity = quantity(
        27.5,
        "C",
        "handler practice 25-30 C (FACTS section 9)",
        low=25,
        high=30,
        status="from memory (unverified)",
        least=-50,
        most=60,
        doc="felt temperature above which detection falls",
    )
    heat_loss_per_c: Quantity = quantity(
        0.04,
        "1",
        NO_FIGURE + "direction from the olfactometer study (hot-humid: substantial)",
        low=0.01,
        high=0.08,
        least=0,
        most=1,
        doc="share of detection lost for each degree above the onset",
    )
    humidity_c: Quantity = quantity(
        6.0,
        "C",
        NO_FIGURE + "hot-humid is worse than hot-dry (olfactometer study)",
        low=0,
        high=10,
        least=0,
        doc="felt degrees added between dry and saturated air",
    )
    shade_c: Quantity = quantity(
        0.0,
        "C",
        "GI-TOC Crossroads 2023: dogs kept outside in summer, so none",
        low=0,
        high=0,
        least=0,
        status="source document",
        doc="felt degrees taken off by shade and cooling",
    )
    exertion_per_search: Quantity = quantity(
        0.05,
        "1",
        NO_FIGURE + "exertion builds with searches (DESIGN: declared)",
        low=0,
        high=0.1,
        least=0,
        doc="exertion gained by one search of a team",
    )
    recovery_per_h: Quantity = quantity(
        0.15,
        "per_h",
        NO_FIGURE + "a night's rest restores",
        low=0.05,
        high=0.4,
        least=0,
        most=1,
        doc="share of exertion that goes in an hour",
    )
    exertion_loss: Quantity = quantity(
        0.12,
        "1",
        "Gazit & Terkel 2003: 0.91 rested, 0.81 panting",
        low=0,
        high=0.3,
        status="from memory (unverified)",
        least=0,
        doc="loss of detection at exertion 1: detection is divided by 1 + this x exertion",
    )
    time_on_task_loss_per_h: Quantity = quantity(
        0.0,
        "per_h",
        "Garner et al. 2001: no decline for 91-120 min; a hypothesis, off by default",
        low=0,
        high=0,
        status="read (secondary table)",
        least=0,
        most=1,
        doc="share of detection lost for each hour into the shift (hypothesis, 0 = off)",
    )


class Post(Spec):
    """One class of post in one country: selection, inspection chain, queue, hours."""

    service_min: Quantity = quantity(
        8.0,
        "min",
        "news.ru 2 Oct 2025 (Russian customs): average vehicle check",
        low=4,
        high=15,
        status="read",
        least=0.01,
        doc="time an officer spends on one truck at the lane",
    )
    car_share_of_truck: Quantity = quantity(
        0.3,
        "1",
        NO_FIGURE + "a car takes less time than a truck",
        low=0.15,
        high=0.6,
        least=0,
        most=1,
        doc="lane time of a car relative to a truck",
    )
    traffic_cv: Quantity = quantity(
        0.3,
        "1",
        NO_FIGURE + "hourly counts vary more than Poisson",
        low=0.1,
        high=0.5,
        least=0,
        most=1,
        doc="coefficient of variation of the hourly licit flow",
    )
    inspect_share: Quantity = quantity(
        0.1,
        "1",
        "alaics.kz (broker estimate): random share of the red corridor; Karasu 12-14 %",
        low=0.03,
        high=0.2,
        status="read (weak source)",
        least=0,
        most=1,
        doc="share of vehicles selected for inspection by policy",
    )
    inspections_per_h: Quantity = quantity(
        5.5,
        "per_h",
        "24.kg 20 May 2019: Karasu 5-6 vehicles an hour",
        low=3,
        high=8,
        status="read",
        least=0,
        doc="inspections that the officers on duty can make in an hour",
    )
    outbound_share: Quantity = quantity(
        0.2,
        "1",
        NO_FIGURE + "services look at incoming traffic only (UNODC 2008, fact 67)",
        low=0.05,
        high=0.5,
        least=0,
        most=1,
        doc="selection of traffic that leaves the country relative to traffic that enters",
    )
    wave_through_h: Quantity = quantity(
        6.0,
        "h",
        NO_FIGURE + "long queues press officers to wave through",
        low=2,
        high=24,
        least=0,
        doc="queue length above which selection is relaxed",
    )
    wave_through_share: Quantity = quantity(
        0.5,
        "1",
        NO_FIGURE + "selection under a long queue",
        low=0.2,
        high=1,
        least=0,
        most=1,
        doc="selection under a long queue relative to normal",
    )
    reluctance: Quantity = quantity(
        0.3,
        "1",
        NO_FIGURE + "reimbursing clean carriers is highly de-motivating (UNODC 2012, fact 48)",
        low=0,
        high=0.6,
        least=0,
        most=1,
        doc="share of selection lost where every inspection of the week before was a false alarm",
    )
    search_share: Quantity = quantity(
        0.3,
        "1",
        NO_FIGURE + "full physical examination takes to 120 min",
        low=0.1,
        high=0.6,
        least=0,
        most=1,
        doc="share of inspected vehicles searched by hand although nothing gave an alarm",
    )
    find_prob: Quantity = quantity(
        0.15,
        "1",
        NO_FIGURE + "search by hand without an alarm; hides are professional",
        low=0.01,
        high=0.4,
        least=0,
        most=1,
        doc="chance that a search without an alarm finds the load",
    )
    find_on_alarm_prob: Quantity = quantity(
        0.7,
        "1",
        NO_FIGURE + "finding and extracting took long (GI-TOC 2023, fact 41)",
        low=0.4,
        high=0.95,
        least=0,
        most=1,
        doc="chance that a search after an alarm finds the load",
    )
    find_on_tip_prob: Quantity = quantity(
        0.9,
        "1",
        NO_FIGURE + "large seizures follow human intelligence (fact 70)",
        low=0.7,
        high=1,
        least=0,
        most=1,
        doc="chance that a search after a tip finds the load",
    )
    tir_select_factor: Quantity = quantity(
        0.3,
        "1",
        NO_FIGURE + "sealed trucks are not thoroughly inspected (fact 44)",
        low=0.05,
        high=0.6,
        least=0,
        most=1,
        doc="selection of a TIR-sealed truck relative to another truck",
    )
    tir_fear: Quantity = quantity(
        0.6,
        "1",
        NO_FIGURE + "personal liability strongly deters breaking seals (fact 47)",
        low=0.3,
        high=0.9,
        least=0,
        most=1,
        doc="chance that an officer leaves the seal of a suspected TIR truck unbroken",
    )
    sealed_share: Quantity = quantity(
        0.3,
        "1",
        NO_FIGURE + "19,000-39,050 TIR carnets a year in Kazakhstan (IRU 2015)",
        low=0.1,
        high=0.6,
        least=0,
        most=1,
        doc="share of licit trucks under a TIR seal",
    )
    refusal_select_prob: Quantity = quantity(
        0.5,
        "1",
        NO_FIGURE + "an officer who refuses a bribe looks closer",
        low=0.2,
        high=1,
        least=0,
        most=1,
        doc="chance of inspection after a refused bribe",
    )
    inspect_min: Quantity = quantity(
        30.0,
        "min",
        NO_FIGURE + "between a scan (8 min) and a full examination (to 120 min)",
        low=8,
        high=120,
        least=0,
        doc="time an inspected vehicle is held",
    )
    search_min: Quantity = quantity(
        120.0,
        "min",
        "US CBP data FY2023, as reported in the press: up to 120 min",
        low=60,
        high=240,
        status="read",
        least=0,
        doc="time a vehicle is held after an alarm",
    )
    open_from_h: Quantity = quantity(
        0.0,
        "h",
        NO_FIGURE + "round the clock",
        low=0,
        high=0,
        least=0,
        most=23,
        whole=True,
        doc="hour of day at which the post opens",
    )
    open_hours: Quantity = quantity(
        24.0,
        "h",
        NO_FIGURE + "round the clock",
        low=24,
        high=24,
        least=0,
        most=24,
        whole=True,
        doc="hours a day the post is open; 0 closes it",
    )
    patrols_per_day: Quantity = quantity(
        0.5,
        "per_day",
        NO_FIGURE + "crossing in gaps is common (fact 32)",
        low=0.1,
        high=2,
        least=0,
        doc="patrols that pass a point of the green border, 20 km from a post, in a day",
    )
    barrier_h: Quantity = quantity(
        0.0,
        "h",
        "definition: no fences or ditches in the baseline",
        low=0,
        high=0,
        status="derived",
        least=0,
        doc="time that fences and ditches add to the way through the watched strip (green border only)",
    )
    planted_share: Quantity = quantity(
        0.0,
        "1",
        "definition: no planted training finds in the baseline",
        low=0,
        high=0,
        status="derived",
        least=0,
        most=1,
        doc="share of inspections that are planted training finds",
    )
    manned: Quantity = quantity(
        1.0,
        "1",
        "definition: what the other numbers say holds of a post with all its controls staffed",
        low=1,
        high=1,
        status="derived",
        least=0,
        most=1,
        doc="share of its controls that are staffed; 0 removes the control",
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
        service_min={
            "value": 60.0,
            "low": 30,
            "high": 240,
            "source": NO_FIGURE + "an hour for a wagon group",
            "status": "assumed",
        },
        inspect_share={
            "value": 0.05,
            "low": 0.02,
            "high": 0.15,
            "status": "assumed",
            "source": NO_FIGURE + "search posts for trains were only planned (fact 31)",
        },
        tir_select_factor={"value": 0.3},
        scanner=NO_SCANNER,
        dogs={"teams": {"value": 0.4, "low": 0.1, "high": 1.5}},
    )
    inland: Post = _post(
        inspect_share={
            "value": 0.02,
            "low": 0.005,
            "high": 0.06,
            "status": "assumed",
            "source": NO_FIGURE + "inside the country only intelligence or luck (fact 65)",
        },
        service_min={
            "value": 2.0,
            "low": 1,
            "high": 5,
            "status": "assumed",
            "source": NO_FIGURE + "a road check",
        },
        scanner=NO_SCANNER,
        dogs={"teams": {"value": 0.1, "low": 0.0, "high": 0.5}},
    )
    port: Post = _post(
        inspect_share={"value": 0.1, "low": 0.03, "high": 0.2},
        scanner={"present_share": {"value": 0.1}},
    )
    airport: Post = _post(
        inspect_share={
            "value": 0.95,
            "low": 0.7,
            "high": 1.0,
            "status": "assumed",
            "source": NO_FIGURE + "all luggage is screened",
        },
        inspections_per_h={
            "value": 300.0,
            "low": 100,
            "high": 600,
            "status": "assumed",
            "source": NO_FIGURE + "luggage belts",
        },
        service_min={
            "value": 2.0,
            "low": 1,
            "high": 5,
            "status": "assumed",
            "source": NO_FIGURE + "a passenger",
        },
        outbound_share={
            "value": 0.9,
            "low": 0.5,
            "high": 1.0,
            "source": NO_FIGURE + "departures are screened",
        },
        inspect_min={"value": 2.0, "low": 1, "high": 5, "source": NO_FIGURE + "a bag on the belt"},
        search_min={
            "value": 20.0,
            "low": 10,
            "high": 60,
            "status": "assumed",
            "source": NO_FIGURE + "a bag opened",
        },
        scanner={
            "present_share": {"value": 0.9, "low": 0.6, "high": 1.0},
            "scans_per_h": {"value": 300.0, "high": 600},
            "quality": {"value": 0.8, "low": 0.6, "high": 0.95, "source": NO_FIGURE + "luggage, not cargo"},
            "uptime_share": {
                "value": 0.9,
                "low": 0.7,
                "high": 0.99,
                "status": "assumed",
                "source": NO_FIGURE + "airports keep spare machines",
            },
        },
    )
    green_border: Post = _post(
        find_prob={
            "value": 0.4,
            "low": 0.15,
            "high": 0.8,
            "source": NO_FIGURE + "people on foot or horse searched by a patrol",
        },
        scanner=NO_SCANNER,
        dogs=NO_DOGS,
    )
