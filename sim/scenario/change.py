"""One number that an intervention changes: which, where, and to what; what it may not be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, Field, model_validator

from sim.scenario.complete import bare, is_model
from sim.scenario.explain import expected
from sim.scenario.leaf import Limits, Quantity, limits_of
from sim.scenario.quantity import Spec, Words
from sim.scenario.selectors import POST_KEYS, Selector, SelectorError, parse_selector
from sim.scenario.services import AllocationRule

CHANGE_KEYS = (*POST_KEYS, "tier")
"""What the selector of a change can ask for."""

WIDE = ("tiers", "market", "prevalence", "covers", "green_border", "supply")
"""Parts of a scenario whose numbers belong to no post and no country."""

AT_THE_OPENING = ("first_routes", "weight")
"""Numbers that matter only before the first week, so that no date can change them."""

RULE = "allocation"
"""The one thing changed that is not a number: how a country places its mobile teams."""

Way = Literal["to", "like", "by", "plus", "shared"]
WAYS: tuple[Way, ...] = get_args(Way)
"""Ways to change a number, in the order in which changes are laid over one another."""

RANK = {"to": 0, "like": 0, "by": 1, "plus": 2, "shared": 2}

_IN_COUNTRY = re.compile(r"countries\.([A-Z]{2})\.(?:posts\.([a-z_]+)\.)?([a-z_.]+)")

NumberPath = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$"),
    Words("the path of a number, such as scanner.quality or countries.KZ.sharing"),
]


class Change(Spec):
    """One number changed: which, at which posts, and to what, by what factor, or by how much more."""

    where: str = Field(
        "",
        description="selector of the posts, countries or tiers, such as country=KZ;klass=frontier_road",
    )
    what: NumberPath = Field(
        description="path of the number, as scanner.quality of a post, sharing of a country, penalty_usd of "
        "a tier, market.replacement_share of the scenario; or allocation, a country's rule for its teams"
    )
    to: float | AllocationRule | None = Field(None, description="new value, in the unit of the number")
    like: str | None = Field(
        None, description="selector of the posts of the same class, or countries, whose mean value is taken"
    )
    by: float | None = Field(None, description="factor by which it is multiplied")
    plus: float | None = Field(None, description="amount added, in the unit of the number")
    shared: float | None = Field(
        None, description="amount added to all that is selected together, in equal parts"
    )

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
        ways = [name for name in WAYS if getattr(self, name) is not None]
        if len(ways) != 1:
            raise expected("exactly one of to, by, plus, like and shared", " and ".join(ways) or "none")
        for key in ("where", "like"):
            try:
                parse_selector(getattr(self, key) or "", CHANGE_KEYS)
            except SelectorError as error:
                problem = error.problem
                raise expected(problem.expected, problem.got, at=(key,), known=problem.known) from None
        return self

    @property
    def way(self) -> Way:
        """Which of the five ways it is."""
        return next(name for name in WAYS if getattr(self, name) is not None)

    @property
    def is_absolute(self) -> bool:
        """Whether it says what the number is to be, rather than how it moves."""
        return RANK[self.way] == 0

    @property
    def is_wide(self) -> bool:
        """Whether it changes the scenario at large (tiers, market, a country's rule), not posts' numbers."""
        return bool(self.tiers) or self.what == RULE or self.what.partition(".")[0] in WIDE

    @property
    def selector(self) -> Selector:
        """What is meant."""
        return parse_selector(self.where, CHANGE_KEYS)

    @property
    def tiers(self) -> tuple[str, ...]:
        """Tiers named by the selector; none if it names posts or countries."""
        return tuple(v for term in self.selector.terms if term.key == "tier" for v in term.values)

    @property
    def paths(self) -> tuple[str, ...]:
        """Paths of the numbers within the scenario that it changes, if it is wide."""
        if self.tiers:
            return tuple(f"tiers.{tier}.{self.what}" for tier in self.tiers)
        return (self.what,) if self.is_wide and self.what != RULE else ()

    def target(self, base: float, like: float = 0.0, among: int = 1) -> float:
        """The number under the change at full strength.

        Parameters
        ----------
        base : float
            The number as it is.
        like : float
            Mean of those that `like` selects.
        among : int
            How many share what is `shared`.
        """
        if isinstance(self.to, float):
            return self.to
        if self.like is not None:
            return like
        if self.by is not None:
            return base * self.by
        return base + (self.plus if self.plus is not None else (self.shared or 0.0) / among)


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
