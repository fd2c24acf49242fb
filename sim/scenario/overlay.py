"""Interventions: what an authority changes, where, from when to when, at what cost; laid over by date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from sim.scenario.complete import bare, is_model
from sim.scenario.explain import expected
from sim.scenario.leaf import Limits, Problem, Quantity, as_written, limits_of
from sim.scenario.new_posts import NewPost
from sim.scenario.quantity import Spec, Words, quantity
from sim.scenario.selectors import Selector, SelectorError, parse_selector

WEEK_H = 168
FIRST_DAY = date(2000, 1, 1)
"""Hour 0 is the first hour of this day."""

_IN_COUNTRY = re.compile(r"countries\.([A-Z]{2})\.(?:posts\.([a-z_]+)\.)?([a-z_.]+)")
NO_COST = "assumption: no cost was given for this intervention"


NumberPath = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$"),
    Words("the path of a number, such as scanner.quality or countries.KZ.sharing"),
]


class Change(Spec):
    """One number changed: which, at which posts, and to what, by what factor, or by how much more."""

    where: str = Field("", description="selector of the posts, such as country=KZ;klass=frontier_road")
    what: NumberPath = Field(
        description="path of the number, as scanner.quality of a post, sharing of a country"
    )
    to: float | None = Field(None, description="new value, in the unit of the number")
    by: float | None = Field(None, description="factor by which it is multiplied")
    plus: float | None = Field(None, description="amount added, in the unit of the number")

    @model_validator(mode="before")
    @classmethod
    def _select_by_path(cls, data: object) -> object:
        """Let countries.KZ.sharing mean sharing where country=KZ, and ...posts.port.x, x where klass=port."""
        what = data.get("what") if isinstance(data, Mapping) else None
        found = _IN_COUNTRY.fullmatch(what) if isinstance(what, str) else None
        if found is None or not isinstance(data, Mapping) or data.get("where"):
            return data
        where = f"country={found[1]}" + (f";klass={found[2]}" if found[2] else "")
        return {**data, "where": where, "what": found[3]}

    @model_validator(mode="after")
    def _one_way(self) -> Change:
        ways = [name for name in ("to", "by", "plus") if getattr(self, name) is not None]
        if len(ways) != 1:
            raise expected("exactly one of to, by and plus", " and ".join(ways) or "none of them")
        try:
            parse_selector(self.where)
        except SelectorError as error:
            problem = error.problem
            raise expected(problem.expected, problem.got, at=("where",), known=problem.known) from None
        return self

    @property
    def selector(self) -> Selector:
        """The posts that are meant."""
        return parse_selector(self.where)

    def target(self, base: float) -> float:
        """The number under the change at full strength."""
        if self.to is not None:
            return self.to
        return base * self.by if self.by is not None else base + (self.plus or 0.0)


class Intervention(Spec):
    """What an authority does: numbers changed from `start` until `end`, reached over `ramp_weeks`."""

    name: Annotated[str, Words("a name of small letters, digits and _")] = Field(
        pattern=r"^[a-z][a-z0-9_]{0,47}$", description="name by which it is called"
    )
    sentence: str = Field(min_length=10, max_length=300, description="what is done, in one sentence")
    start: date | None = Field(None, description="first day in force; from the beginning if left out")
    end: date | None = Field(None, description="first day no longer in force; for good if left out")
    ramp_weeks: int = Field(0, ge=0, le=520, description="weeks after the start until it works in full")
    strength: float = Field(1.0, ge=0.0, le=1.0, description="0 changes nothing, 1 is the change as written")
    capital_cost_usd: Quantity = quantity(0.0, "usd", NO_COST, least=0, doc="paid once, at the start")
    running_cost_usd_per_year: Quantity = quantity(
        0.0, "usd_per_year", NO_COST, least=0, doc="paid for each year in force"
    )
    changes: tuple[Change, ...] = Field(min_length=1, description="what changes")
    new_posts: tuple[NewPost, ...] = Field(
        (), description="posts that it brings; a change of manned where programme=<its name> mans them"
    )

    @model_validator(mode="after")
    def _in_time(self) -> Intervention:
        if self.start and self.end and self.end <= self.start:
            raise expected(f"a day after the start {self.start}", str(self.end), at=("end",))
        if self.ramp_weeks and not self.start:
            raise expected("a start for the ramp to begin from", at=("start",))
        return self


def hour_of(day: date) -> int:
    """Absolute hour at which a day begins."""
    return (day - FIRST_DAY).days * 24


def blend(base: float, change: Change, strength: float) -> float:
    """The number when a change works at `strength`: `base` at 0, the target at 1, straight in between."""
    if strength == 0.0:
        return base
    target = change.target(base)
    return target if strength == 1.0 else base + strength * (target - base)


def overlay(base: float, changes: Iterable[tuple[Change, float]], limits: Limits | None = None) -> float:
    """The number under several changes in order, each with its strength, kept inside its hard limits."""
    value = base
    for change, strength in changes:
        value = blend(value, change, strength)
    return value if value == base or limits is None else limits.clip(value)


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


def limits_at(model: type[BaseModel], path: str) -> Limits | None:
    """Hard limits of the quantity at a dotted path of a model; None if there is none."""
    first, _, rest = path.partition(".")
    field = model.model_fields.get(first)
    if field is None:
        return None
    kind, noted = bare(field.annotation)
    if rest:
        return limits_at(kind, rest) if is_model(kind) else None
    return (limits_of(field) or noted or Limits("1")) if kind is Quantity else None


def number_paths(model: type[BaseModel]) -> list[str]:
    """Dotted paths of the quantities of a model and of the parts in it."""
    paths: list[str] = []
    for name, field in model.model_fields.items():
        kind = bare(field.annotation)[0]
        if kind is Quantity:
            paths.append(name)
        elif is_model(kind):
            paths += [f"{name}.{path}" for path in number_paths(kind)]
    return paths


def problem_of(change: Change, post: type[BaseModel], country: type[BaseModel]) -> tuple[str, Problem] | None:
    """What is wrong with a change, and under which key: its number must be one of a post or of a country."""
    limits = limits_at(post, change.what)
    if limits is None and "." not in change.what:
        limits = limits_at(country, change.what)
        others = [term.key for term in change.selector.terms if term.key != "country"]
        if limits is not None and others:
            return "where", Problem("", f"countries only, as {change.what} belongs to no post", others[0])
    if limits is None:
        known = (*number_paths(post), *(path for path in number_paths(country) if "." not in path))
        return "what", Problem("", "the path of a number of posts or countries", change.what, known)
    if change.to is not None and not limits.hold(change.to):
        return "to", Problem("", limits.words(), as_written(change.to))
    return None
