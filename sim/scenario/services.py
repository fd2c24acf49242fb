"""Services of a country as the analyst writes them: integrity, intelligence, protection, records, teams."""

from __future__ import annotations

from typing import Literal

from sim.scenario.posts import PostClasses
from sim.scenario.quantity import Quantity, Spec, quantity
from sim.scenario.variants import NO_FIGURE

AllocationRule = Literal["static", "greedy", "random", "explore_exploit", "budget_feedback", "cover"]


class CountryServices(Spec):
    """Services of one country: integrity, intelligence, protection, records, mobile teams."""

    corruption: Quantity = quantity(
        0.25,
        "1",
        "assumption: 1 - CPI/100 scaled to officers at the border; CPI 20-39 in the region",
        low=0.1,
        high=0.5,
        least=0,
        most=1,
        doc="share of officers at a post who take bribes, at the start",
    )
    officer_pay_usd: Quantity = quantity(
        250.0,
        "usd_per_month",
        NO_FIGURE + "38 USD a month in Bishkek in 2001 (fact 86)",
        low=80,
        high=600,
        least=1,
        doc="monthly pay of an officer",
    )
    audits_per_year: Quantity = quantity(
        0.5,
        "per_year",
        NO_FIGURE + "a special unit against customs corruption from 2003 (fact 80)",
        low=0.1,
        high=2,
        least=0,
        doc="audits of a post in a year",
    )
    audit_effect: Quantity = quantity(
        0.3,
        "1",
        NO_FIGURE + "share of the corrupt officers that an audit removes",
        low=0.1,
        high=0.6,
        least=0,
        most=1,
        doc="share of a post's corruption that one audit removes",
    )
    turnover_per_year: Quantity = quantity(
        0.3,
        "per_year",
        NO_FIGURE + "officers who leave are replaced by officers of the country's average",
        low=0.1,
        high=1.0,
        least=0,
        doc="rate at which the officers of a post are replaced",
    )
    corruption_per_bribe: Quantity = quantity(
        0.0005,
        "1",
        NO_FIGURE + "corruption spreads with bribes taken",
        low=0.0,
        high=0.002,
        least=0,
        most=1,
        doc="share of honest officers drawn in by one bribe taken at the post",
    )
    tip_prob: Quantity = quantity(
        0.002,
        "1",
        NO_FIGURE + "only good intelligence exposes a large shipment (UNODC 2012)",
        low=0.0005,
        high=0.008,
        least=0,
        most=1,
        doc="chance that a post is tipped off about a load it meets, for exposure 1",
    )
    sharing: Quantity = quantity(
        0.1,
        "1",
        NO_FIGURE + "some countries do not share; CARICC 23 operations since 2008 (facts 71-73)",
        low=0.0,
        high=0.3,
        least=0,
        most=1,
        doc="share of this country's tips that reaches the services of every other country",
    )
    protection_prob: Quantity = quantity(
        0.05,
        "1",
        NO_FIGURE + "a release ordered by superiors is documented once (fact 82)",
        low=0.01,
        high=0.2,
        least=0,
        most=1,
        doc="chance that a seizure from a protected trafficker is ordered released",
    )
    return_share: Quantity = quantity(
        0.5,
        "1",
        NO_FIGURE + "a released load goes on, else to the local market",
        low=0.2,
        high=0.9,
        least=0,
        most=1,
        doc="chance that a released load goes on to its market",
    )
    arrest_prob: Quantity = quantity(
        0.9,
        "1",
        NO_FIGURE + "the courier is with the load",
        low=0.6,
        high=1.0,
        least=0,
        most=1,
        doc="chance that the courier of a seized load is arrested",
    )
    cooperate_prob: Quantity = quantity(
        0.15,
        "1",
        NO_FIGURE + "arrested couriers who talk",
        low=0.05,
        high=0.3,
        least=0,
        most=1,
        doc="chance that an arrested courier cooperates",
    )
    record_prob: Quantity = quantity(
        0.9,
        "1",
        NO_FIGURE + "figures of one agency hold part of the drugs (fact 126)",
        low=0.6,
        high=1.0,
        least=0,
        most=1,
        doc="chance that a seizure enters the published record",
    )
    rotation_per_year: Quantity = quantity(
        0.0,
        "per_year",
        "definition: no rotation between posts in the baseline",
        low=0,
        high=0,
        status="derived",
        least=0,
        doc="rate at which officers of a post change places with those of the country's other posts",
    )
    trusted_share: Quantity = quantity(
        0.0,
        "1",
        "definition: no programme of trusted carriers in the baseline",
        low=0,
        high=0,
        status="derived",
        least=0,
        most=1,
        doc="share of licit trucks whose carriers are enrolled as trusted",
    )
    trusted_check_factor: Quantity = quantity(
        0.2,
        "1",
        NO_FIGURE + "enrolled trucks are checked at times; sweep 0.05-0.5 where there is a programme",
        low=0.2,
        high=0.2,
        least=0,
        most=1,
        doc="selection of a truck of an enrolled carrier relative to another truck",
    )
    trusted_abuse_share: Quantity = quantity(
        0.3,
        "1",
        NO_FIGURE + "fronts and hired carriers; sweep 0-0.8 where there is a programme",
        low=0.3,
        high=0.3,
        least=0,
        most=1,
        doc="share of an organisation's truck loads that ride with enrolled carriers once its record is long",
    )
    trusted_clean_loads: Quantity = quantity(
        10.0,
        "1",
        NO_FIGURE + "half of that share at so long a record; sweep 3-50 where there is a programme",
        low=10,
        high=10,
        least=0.01,
        doc="passages of its trucks since a find in the country at which half of that share is reached",
    )
    controlled_share: Quantity = quantity(
        0.0,
        "1",
        "definition: none in the baseline; Kazakhstan 30 in 2016, 26 in 2017 (US INCSR 2018, 2019)",
        low=0,
        high=0,
        status="derived",
        least=0,
        most=1,
        doc="share of seizures made on a tip that are followed to their end under watch",
    )
    controlled_exposure: Quantity = quantity(
        5.0,
        "1",
        NO_FIGURE + "CARICC: 23 operations, 46 arrests (fact 71), so two people each and those whom "
        "they lead to; sweep 2-15 where there are any",
        low=5,
        high=5,
        least=0,
        doc="exposure added by one controlled delivery, in couriers who talk",
    )
    mobile_teams: Quantity = quantity(
        2.0,
        "1",
        NO_FIGURE + "three mobile scanners for four provinces by 2011 (fact 57)",
        low=0,
        high=6,
        least=0,
        most=200,
        doc="mobile inspection teams that the country can place",
    )
    team_inspections_per_h: Quantity = quantity(
        3.0,
        "per_h",
        NO_FIGURE + "half of a post's own capacity",
        low=1,
        high=6,
        least=0,
        doc="inspections that one mobile team adds at a post in an hour",
    )
    explore_share: Quantity = quantity(
        0.1,
        "1",
        "Kim et al. 2020 (DATE): 90/10 is stable; best value differs by country",
        low=0.05,
        high=0.3,
        status="read",
        least=0,
        most=1,
        doc="share of mobile teams placed at random by explore_exploit",
    )
    cost_per_inspection_usd: Quantity = quantity(
        15.0,
        "usd",
        NO_FIGURE + "half an hour of two officers and equipment",
        low=5,
        high=50,
        least=0,
        doc="running cost of one inspection to the state",
    )
    liability_usd: Quantity = quantity(
        500.0,
        "usd",
        NO_FIGURE + "agency reimburses the carrier of a clean load (fact 48)",
        low=100,
        high=2000,
        least=0,
        doc="paid to the carrier when an opened load is clean",
    )
    allocation: AllocationRule = "static"
    posts: PostClasses = PostClasses()
