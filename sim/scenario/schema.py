"""What an analyst writes: every value of the model, once, with its unit, range, status and source.

The defaults here and in the parts are the model's declared numbers. A scenario file replaces those it
names; what it leaves out stays as declared.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.scenario.carriage import Covers, CoverSpec, Travel
from sim.scenario.explain import expected
from sim.scenario.posts import Post, PostClasses
from sim.scenario.quantity import Quantity, Spec, Words, quantity
from sim.scenario.services import CountryServices
from sim.scenario.tiers import Tier, Tiers
from sim.scenario.variants import NO_FIGURE

__all__ = [
    "CountryServices",
    "CoverSpec",
    "Covers",
    "GreenBorder",
    "Market",
    "Post",
    "PostClasses",
    "Prevalence",
    "Scenario",
    "Supply",
    "Tier",
    "Tiers",
    "TraffickerGroup",
    "Travel",
]

Name = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$"), Words("a name of small letters, digits and _, at most 48")
]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$"), Words("a country as two capitals")]
CountryOrAny = Annotated[str, Field(pattern=r"^([A-Z]{2}|\*)$"), Words("a country as two capitals, or '*'")]
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
"""Days that the clock of the model can start on, burn-in included."""

CoverName = Literal[
    "tir_truck",
    "produce_truck",
    "other_truck",
    "car",
    "passenger_train",
    "freight_wagon",
    "foot_horse",
    "ferry",
    "air",
]
Share = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]


class TraffickerGroup(Spec):
    """Organisations of one kind: how many, of which tier, from where to where."""

    tier: Literal["tonne", "wholesale", "small"]
    count: Annotated[int, Field(ge=1, le=10000)] = 1
    home: Country
    origins: Annotated[tuple[Name, ...], Field(min_length=1)]
    markets: Annotated[tuple[Name, ...], Field(min_length=1)]
    weight: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)] = 1.0
    covers: tuple[CoverName, ...] = Field((), description="covers it uses; all when left out")
    source: Annotated[str, Field(min_length=8)]


class Supply(Spec):
    """What is brought to the frontier of Afghanistan in a year and where it is meant to go."""

    kg_per_year: Quantity = quantity(
        90000.0,
        "kg",
        "Eurasianet 18 May 2012 on UNODC, Opiate Flows, May 2012: 90 t of heroin in 2010",
        low=75000,
        high=95000,
        least=0,
        most=1e9,
        status="read",
        doc="mass that enters the corridor in a year",
    )
    origins: dict[Name, Quantity] = Field(default_factory=dict, description="weight of each origin")
    markets: dict[Name, Quantity] = Field(default_factory=dict, description="weight of each market")
    mix: dict[Name, Share] = Field(description="commodities of a load, shares that add to 1")
    season: Annotated[tuple[float, ...], Field(min_length=12, max_length=12)] = (1.0,) * 12

    @model_validator(mode="after")
    def _shares(self) -> Supply:
        if abs(sum(self.mix.values()) - 1.0) > 1e-9:
            raise expected("shares that add to 1", f"{sum(self.mix.values()):g}", at=("mix",))
        if any(not 0.0 <= s <= 100.0 for s in self.season) or sum(self.season) <= 0:
            raise expected("twelve weights of 0 to 100, not all 0", at=("season",))
        return self


class GreenBorder(Spec):
    """How patrols of the green border thin out."""

    reach_km: Quantity = quantity(
        20.0,
        "km",
        NO_FIGURE + "patrols start from posts; the rate holds at this distance",
        low=10,
        high=50,
        least=0.1,
        doc="distance from a post at which patrols pass at the declared rate",
    )
    zone_km: Quantity = quantity(
        20.0,
        "km",
        NO_FIGURE + "depth of the strip that a service watches",
        low=5,
        high=40,
        least=0,
        doc="way through the watched strip on one side of the border",
    )
    hard_terrain_factor: Quantity = quantity(
        0.5,
        "1",
        NO_FIGURE + "mountain and desert are watched less",
        low=0.2,
        high=1,
        least=0,
        most=1,
        doc="patrols in mountain or desert relative to the plain",
    )


class Market(Spec):
    """How losses are replaced and what sensors make of a load's mass."""

    replacement_share: Quantity = quantity(
        0.5,
        "1",
        NO_FIGURE + "comparisons show 0 and 1 beside it",
        low=0,
        high=1,
        least=0,
        most=1,
        doc="share of a loss that is sent again",
    )
    replacement_lag_weeks: Annotated[int, Field(ge=1, le=104)] = 4
    tip_bribe_factor: Quantity = quantity(
        0.3,
        "1",
        NO_FIGURE + "a tip comes from another service and is harder to buy off",
        low=0.0,
        high=0.7,
        least=0,
        most=1,
        doc="chance that a bribe is accepted under a tip relative to none",
    )
    pay_multiple: Quantity = quantity(
        6.0,
        "month",
        NO_FIGURE + "months of pay at which half of the corrupt officers accept",
        low=1,
        high=24,
        least=0.01,
        doc="bribe, in months of pay, that half of the corrupt officers accept",
    )
    relation_gain: Quantity = quantity(
        0.3,
        "1",
        NO_FIGURE + "officers who took once take again",
        low=0,
        high=1,
        least=0,
        doc="rise of acceptance by one accepted bribe between trafficker and post",
    )
    relation_halflife_days: Quantity = quantity(
        180.0,
        "day",
        NO_FIGURE + "contacts lapse",
        low=30,
        high=720,
        least=1,
        doc="half-life of a relation",
    )
    informant_gain: Quantity = quantity(
        0.5,
        "1",
        NO_FIGURE + "a courier who talks exposes the organisation",
        low=0.1,
        high=2,
        least=0,
        doc="exposure added when as many couriers talk as an organisation sends in a usual week",
    )
    informant_halflife_days: Quantity = quantity(
        90.0,
        "day",
        NO_FIGURE + "what a courier knows grows old",
        low=30,
        high=365,
        least=1,
        doc="half-life of that exposure",
    )
    delay_usd_per_h: Quantity = quantity(
        20.0,
        "usd",
        NO_FIGURE + "truck, driver and cargo standing",
        low=5,
        high=50,
        least=0,
        doc="cost of an hour of delay of a licit vehicle",
    )


class Prevalence(Spec):
    """Low-prevalence effect on operators and dogs."""

    misses_at_half: Quantity = quantity(
        0.07,
        "1",
        "Wolfe, Horowitz & Kenner 2005, secondary summary",
        low=0.05,
        high=0.1,
        status="read (secondary table)",
        least=0,
        most=0.99,
        doc="misses of an observer at 50 % prevalence",
    )
    misses_at_tenth: Quantity = quantity(
        0.16,
        "1",
        "Wolfe, Horowitz & Kenner 2005, secondary summary",
        low=0.1,
        high=0.2,
        status="read (secondary table)",
        least=0,
        most=0.99,
        doc="misses at 10 % prevalence",
    )
    misses_at_hundredth: Quantity = quantity(
        0.30,
        "1",
        "Wolfe, Horowitz & Kenner 2005, secondary summary",
        low=0.2,
        high=0.4,
        status="read (secondary table)",
        least=0,
        most=0.99,
        doc="misses at 1 % prevalence, and below",
    )
    memory_days: Quantity = quantity(
        60.0,
        "day",
        NO_FIGURE + "finds of the last two months",
        low=14,
        high=180,
        least=1,
        doc="half-life of the prevalence that an observer remembers",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Prevalence:
        misses = [q.value for q in (self.misses_at_half, self.misses_at_tenth, self.misses_at_hundredth)]
        if misses != sorted(misses):
            raise expected("misses that do not fall as targets become rarer", str(misses))
        return self


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
        default_factory=dict,
        description="services by country; '*' holds for any country, and completes the others",
    )
    covers: Covers = Covers()
    travel: Travel = Travel()
    green_border: GreenBorder = GreenBorder()
    market: Market = Market()
    prevalence: Prevalence = Prevalence()

    @model_validator(mode="after")
    def _on_the_clock(self) -> Scenario:
        first = self.start - timedelta(weeks=self.burn_in_weeks)
        if first < FIRST_DAY:
            raise expected(
                f"a start whose burn-in begins on {FIRST_DAY} or later", str(self.start), at=("start",)
            )
        if self.start > LAST_DAY:
            raise expected(f"a start on {LAST_DAY} or before", str(self.start), at=("start",))
        return self
