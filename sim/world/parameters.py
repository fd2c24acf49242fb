"""Parameters of posts and countries as arrays, with interventions laid over them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.codes import PostClass
from sim.scenario.change import Change, limits_at
from sim.scenario.complete import ANY
from sim.scenario.overlay import overlay
from sim.scenario.quantity import Quantity, quantities
from sim.scenario.schema import CountryServices, Scenario
from sim.scenario.schema import Post as PostSpec
from sim.scenario.selectors import Selector, parse_selector
from sim.world.faults import WorldError
from sim.world.parts import Post

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Parameters:
    """Values in force: one array per quantity, one entry per post or country."""

    post: Mapping[str, Floats]  # (n_posts,) each, by dotted name within `Post`
    country: Mapping[str, Floats]  # (n_countries,) each, by name within `CountryServices`


def services_of(scenario: Scenario, country: str) -> CountryServices:
    """Services of a country: the scenario's, or those of any country."""
    return scenario.countries.get(country) or scenario.countries.get(ANY) or CountryServices()


def base_parameters(scenario: Scenario, posts: Sequence[Post], countries: Sequence[str]) -> Parameters:
    """Parameters of a scenario before any intervention; posts that a programme brings are unmanned."""
    services = {c: services_of(scenario, c) for c in countries}
    of_class: dict[tuple[str, PostClass], dict[str, Quantity]] = {}
    for country in countries:
        for klass in PostClass:
            of_class[country, klass] = dict(quantities(getattr(services[country].posts, klass.name.lower())))
    rows = [of_class[p.country, p.klass] for p in posts]
    names = list(of_class[countries[0], PostClass.FRONTIER_ROAD])
    post = {name: np.array([row[name].value for row in rows]) for name in names}
    post["manned"][[i for i, p in enumerate(posts) if p.programmes]] = 0.0
    by_country = {c: {n: getattr(s, n) for n in type(s).model_fields} for c, s in services.items()}
    leaves = [n for n, part in by_country[countries[0]].items() if isinstance(part, Quantity)]
    country_values = {n: np.array([by_country[c][n].value for c in countries]) for n in leaves}
    return Parameters(post, country_values)


def changed(
    base: Parameters,
    changes: Sequence[tuple[Change, float]],
    posts: Sequence[Post],
    countries: Sequence[str],
) -> Parameters:
    """Parameters with changes laid over them, in order, each at its strength in [0, 1].

    Wide changes, which belong to no post and no country, are left to `scenario_in_force`.

    Raises
    ------
    WorldError
        If a change names an unknown quantity or selects nothing.
    """
    post, country, faults = dict(base.post), dict(base.country), []
    for change, strength in changes:
        if change.is_wide:
            continue
        name = change.what
        if name in post:
            target, limits = post, limits_at(PostSpec, name)
        elif name in country:
            target, limits = country, limits_at(CountryServices, name)
        else:
            faults.append(f"change: expected a number of posts or of a country's services (got {name!r})")
            continue
        rows = chosen_rows(change.selector, base, name, posts, countries)
        like = like_values(change, base, posts, countries)
        if not rows.size:
            faults.append(
                f"change of {name!r}: expected a selector that means something (got {change.where!r})"
            )
        elif np.isnan(like[rows]).any():
            faults.append(
                f"change of {name!r}: expected a selector of posts of the same class, or of countries, to be "
                f"like (got {change.like!r})"
            )
        else:
            values = target[name].copy()
            values[rows] = [
                overlay(float(values[r]), change, strength, limits, float(like[r]), rows.size) for r in rows
            ]
            target[name] = values
    if faults:
        raise WorldError(faults)
    return Parameters(post, country)


def chosen_rows(
    selector: Selector, base: Parameters, name: str, posts: Sequence[Post], countries: Sequence[str]
) -> NDArray[np.int64]:
    """Rows of the posts, or of the countries, that a selector means for a number, (n_chosen,) int64."""
    if name in base.post:
        return np.flatnonzero([means(selector, p) for p in posts])
    return np.flatnonzero([selector.matches({"country": c}) for c in countries])


def like_values(change: Change, base: Parameters, posts: Sequence[Post], countries: Sequence[str]) -> Floats:
    """What each post or country would be given by `like`: the mean over its class, NaN where there is none.

    Shape (n_posts,) or (n_countries,); zeros where the change is of another way.
    """
    values = base.post.get(change.what, base.country.get(change.what))
    assert values is not None
    if change.like is None:
        return np.zeros(values.size)
    rows = chosen_rows(parse_selector(change.like), base, change.what, posts, countries)
    of_posts = change.what in base.post
    klass = np.array([p.klass for p in posts] if of_posts else [0] * len(countries))
    found = np.full(values.size, np.nan)
    for kind in np.unique(klass[rows]):
        same = values[rows[klass[rows] == kind]]
        found[klass == kind] = math.fsum(same) / same.size
    return found


def means(selector: Selector, post: Post) -> bool:
    """Whether a selector means a post; one that a programme brings must be named, or its programme."""
    named = any(term.key in ("post_id", "programme") and not term.negated for term in selector.terms)
    return (named or not post.programmes) and selector.matches(selectable(post))


def selectable(post: Post) -> dict[str, str | tuple[str, ...]]:
    """What a selector can ask of a post."""
    return {
        "post_id": post.post_id,
        "crossing_id": post.crossing_id,
        "country": post.country,
        "agency": post.agency,
        "klass": post.klass.name.lower(),
        "region": post.region,
        "mode": tuple(sorted(m.name.lower() for m in post.modes)),
        "neighbour": post.neighbour,
        "border": post.border,
        "leg": post.legs,
        "programme": post.programmes,
    }
