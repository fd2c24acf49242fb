"""Interventions: what an authority does, from when to when, at what cost; laid over a scenario by date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from sim.scenario.change import RANK, Change
from sim.scenario.explain import expected
from sim.scenario.leaf import Limits
from sim.scenario.new_posts import NewPost
from sim.scenario.quantity import Quantity, Spec, Words, quantity

__all__ = ["Change", "Intervention"]

WEEK_H = 168
FIRST_DAY = date(2000, 1, 1)
"""Hour 0 is the first hour of this day."""

NO_COST = "assumption: no cost was given for this intervention"

Name = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$"), Words("a name of small letters, digits and _, at most 48")
]


class Intervention(Spec):
    """What an authority does: numbers changed from `start` until `end`, reached over `ramp_weeks`."""

    name: Name = Field(description="name by which it is called")
    sentence: str = Field(min_length=10, max_length=300, description="what is done, in one sentence")
    start: date | None = Field(
        None, description="first day in force; the first day after the burn-in if left out"
    )
    end: date | None = Field(None, description="first day no longer in force; for good if left out")
    ramp_weeks: int = Field(0, ge=0, le=520, description="weeks after the start until it works in full")
    strength: float = Field(1.0, ge=0.0, le=1.0, description="0 changes nothing, 1 is the change as written")
    capital_cost_usd: Quantity = quantity(0.0, "usd", NO_COST, least=0, doc="paid once, at the start")
    running_cost_usd_per_year: Quantity = quantity(
        0.0, "usd_per_year", NO_COST, least=0, doc="paid for each year in force"
    )
    changes: tuple[Change, ...] = Field((), description="what changes")
    undoes: tuple[Name, ...] = Field(
        (), description="interventions that it takes back: it leaves them 1 - its own strength"
    )
    contradicts: tuple[Name, ...] = Field((), description="interventions that cannot be in force with it")
    new_posts: tuple[NewPost, ...] = Field(
        (), description="posts that it brings; a change of manned where programme=<its name> mans them"
    )

    @model_validator(mode="after")
    def _in_time(self) -> Intervention:
        if self.start and self.end and self.end <= self.start:
            raise expected(f"a day after the start {self.start}", str(self.end), at=("end",))
        if not self.changes and not self.undoes:
            raise expected("at least one change, or an intervention that it undoes", at=("changes",))
        return self


def hour_of(day: date) -> int:
    """Absolute hour at which a day begins."""
    return (day - FIRST_DAY).days * 24


def placed(interventions: Iterable[Intervention], start: date) -> tuple[Intervention, ...]:
    """Interventions with the day on which those begin that name none: the first reported one, `start`."""
    return tuple(i if i.start else i.model_copy(update={"start": start}) for i in interventions)


def blend(base: float, target: float, strength: float) -> float:
    """The number when a change works at `strength`: `base` at 0, the target at 1, straight in between."""
    if strength in (0.0, 1.0):
        return target if strength else base
    return base + strength * (target - base)


def overlay(
    base: float,
    change: Change,
    strength: float,
    limits: Limits | None = None,
    like: float = 0.0,
    among: int = 1,
) -> float:
    """The number under a change at a strength, kept inside its hard limits; `like`, `among`: see `target`."""
    value = blend(base, change.target(base, like, among), strength)
    return value if value == base or limits is None else limits.clip(value)


def in_order(interventions: Sequence[Intervention], strengths: Sequence[float]) -> list[tuple[Change, float]]:
    """Changes in the order in which they are laid over one another, each with its strength.

    What a number is set to comes first, then factors, then amounts; among equals by the intervention's name
    and by the place in its list. So the order in which interventions are named does not matter.
    """
    ranked = [
        (RANK[change.way], intervention.name, n, change, strength)
        for intervention, strength in zip(interventions, strengths, strict=True)
        for n, change in enumerate(intervention.changes)
    ]
    return [(change, strength) for _, _, _, change, strength in sorted(ranked, key=lambda r: r[:3])]


def strength_at(intervention: Intervention, week_start_hour: int) -> float:
    """Strength of an intervention from an hour to its next cut.

    It is 0 outside [start, end). With a ramp of r weeks it rises by 1 / (r + 1) of its strength at the
    start and at each of the r weeks that follow, so that it has its full strength r weeks after the start.
    """
    if intervention.end and week_start_hour >= hour_of(intervention.end):
        return 0.0
    if not intervention.start:
        return intervention.strength
    since = week_start_hour - hour_of(intervention.start)
    if since < 0:
        return 0.0
    steps = min(since // WEEK_H, intervention.ramp_weeks) + 1
    ramp = intervention.ramp_weeks + 1
    return intervention.strength if steps == ramp else intervention.strength * steps / ramp


def strengths_at(interventions: Sequence[Intervention], hour: int) -> tuple[float, ...]:
    """Strength of each intervention at an hour; what undoes one leaves it 1 - its own strength."""
    own = {i.name: strength_at(i, hour) for i in interventions}
    for by in interventions:
        for name in by.undoes:
            if name in own:
                own[name] *= 1.0 - strength_at(by, hour)
    return tuple(own[i.name] for i in interventions)


def cut_hours(interventions: Iterable[Intervention], from_hour: int, to_hour: int) -> list[int]:
    """Hours inside (from_hour, to_hour) at which an intervention starts, ends or ramps, in order."""
    cuts: set[int] = set()
    for intervention in interventions:
        end = hour_of(intervention.end) if intervention.end else to_hour
        cuts.add(end)
        if intervention.start:
            start = hour_of(intervention.start)
            steps = (start + WEEK_H * step for step in range(intervention.ramp_weeks + 1))
            cuts.update(hour for hour in steps if hour < end)
    return sorted(hour for hour in cuts if from_hour < hour < to_hour)
