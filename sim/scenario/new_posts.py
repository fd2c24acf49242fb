"""Posts that an intervention brings: where they stand, whose they are, how much traffic passes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.quantity import Spec, Words

PLACE = r"^[a-z][a-z0-9_]{0,47}$"
Amount = Annotated[float, Field(ge=0.0), Words("a number, 0 or more")]


class NewPost(Spec):
    """A post in a town, met by whoever enters it; nobody is checked there until a change mans it."""

    post_id: Annotated[str, Words("a name of small letters, digits and _")] = Field(
        pattern=r"^[a-z][a-z0-9_]{0,47}$", description="name of the post, unlike that of any other"
    )
    name: str = Field(min_length=3, max_length=80, description="name for people")
    place_id: str = Field(pattern=PLACE, description="town at whose entrances it stands; its country's post")
    mode: Literal["road", "rail"] = Field(description="traffic that it checks")
    agency: Literal["customs", "border_service", "mvd", "transport_police", "knb"] = Field(
        "mvd", description="service that mans it"
    )
    passing_legs: tuple[str, ...] = Field(
        (), description="legs that pass by the town without ending there and are checked as well, by leg_id"
    )
    region: str | None = Field(
        None, max_length=80, description="region; that of the country's nearest post if left out"
    )
    climate_zone: str | None = Field(None, description="climate; that of the nearest post if left out")
    trucks_per_day: Amount | None = Field(None, description="licit trucks a day, both ways; see lanes")
    cars_per_day: Amount | None = Field(None, description="licit cars a day, both ways; see lanes")
    rail_units_per_day: Amount | None = Field(None, description="licit trains a day, both ways; see lanes")
    lanes: Annotated[int, Words("a whole number from 1 to 100")] | None = Field(
        None,
        ge=1,
        le=100,
        description="lanes of one direction; this and traffic, if left out, are the mean of the country's "
        "inland posts of the mode, or of all such posts if it has none",
    )
    source: str = Field(min_length=8, description="where what is said of it comes from")
