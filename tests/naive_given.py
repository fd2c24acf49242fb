"""What the plain twin is given of a world, as plain lists and numbers: section 10 of sim/MODEL.md."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace as Row

from sim.codes import Cover, Mode, PostClass
from sim.scenario.change import limits_at
from sim.scenario.overlay import hour_of
from sim.scenario.schema import CountryServices
from sim.scenario.schema import Post as PostSpec
from sim.scenario.selectors import parse_selector
from sim.world.parameters import means, services_of


def given(world, key):
    """Inputs of the twin; every reference to a post, country, route or organisation is a row."""
    scenario = world.scenario
    return Row(
        key=key,
        start_hour=world.start_hour,
        n_weeks=world.n_weeks,
        countries=list(world.countries),
        n_commodities=len(world.commodities),
        posts=_posts(world),
        post_values={name: values.tolist() for name, values in world.base.post.items()},
        country_values={name: values.tolist() for name, values in world.base.country.items()},
        allocation=[services_of(scenario, country).allocation for country in world.countries],
        interventions=[_intervention(world, i) for i in world.interventions],
        routes=_routes(world),
        organisations=_organisations(world),
        flows=_flows(world),
        cover_names=[cover.name.lower() for cover in Cover],
        covers=[_numbers(getattr(scenario.covers, cover.name.lower())) for cover in Cover],
        cover_on_mode=world.rules.cover_on_mode.tolist(),
        travel=_numbers(scenario.travel),
        green_border=_numbers(scenario.green_border),
        market=_numbers(scenario.market),
        prevalence=_numbers(scenario.prevalence),
        daily=world.profiles.daily.tolist(),
        weekly=world.profiles.weekly.tolist(),
        monthly=world.profiles.monthly.tolist(),
    )


def _numbers(spec):
    """Values of a part of the scenario by name."""
    parts = {name: getattr(spec, name) for name in type(spec).model_fields}
    return Row(**{name: getattr(part, "value", part) for name, part in parts.items()})


def _posts(world):
    on_foot = {
        post_id: leg.vehicle == "foot_horse"
        for leg in world.corridor.legs.values()
        if leg.mode == Mode.GREEN
        for control in leg.controls
        for post_id in control
    }
    return [
        Row(
            post_id=post.post_id,
            country=world.countries.index(post.country),
            is_patrol=post.klass == PostClass.GREEN_BORDER,
            is_new=bool(post.programmes),
            crossing_id=post.crossing_id,
            neighbour=post.neighbour,
            modes=sorted(int(mode) for mode in post.modes),
            trucks_per_day=post.trucks_per_day,
            cars_per_day=post.cars_per_day,
            rail_units_per_day=post.rail_units_per_day,
            lanes=post.lanes,
            gap_km=post.gap_km,
            terrain=post.terrain,
            on_foot=on_foot.get(post.post_id, False),
            temperature_c=world.profiles.temperature_c[row].tolist(),
            humidity=world.profiles.humidity[row].tolist(),
        )
        for row, post in enumerate(world.posts)
    ]


def _routes(world):
    columns = [
        getattr(world.route_arrays, name).tolist() for name in ("post", "minutes", "mode", "outbound", "nth")
    ]
    stops = [
        Row(post=p, minutes=m, mode=k, outbound=out, nth=nth)
        for p, m, k, out, nth in zip(*columns, strict=True)
    ]
    start = world.route_arrays.start.tolist()
    return [
        Row(route_id=r.route_id, km=r.km, hours=r.hours, stops=stops[start[row] : start[row + 1]])
        for row, r in enumerate(world.routes)
    ]


def _organisations(world):
    table = world.traffickers
    columns = {name: getattr(table, name) for name in type(table).__slots__}
    plain = {name: getattr(column, "tolist", lambda c=column: list(c))() for name, column in columns.items()}
    return [Row(**dict(zip(plain, values, strict=True))) for values in zip(*plain.values(), strict=True)]


def _flows(world):
    table, arrays, options = world.flows, world.flow_arrays, world.option_arrays
    covers = [options.cover[a:b].tolist() for a, b in pairwise(options.first)]
    return [
        Row(
            name=name,
            trafficker=int(table.trafficker[f]),
            g_per_year=float(table.g_per_year[f]),
            season=table.season[f].tolist(),
            mix=table.mix[f].tolist(),
            median_g=float(table.median_g[f]),
            sigma=float(arrays.sigma[f]),
            most_g=int(arrays.most_g[f]),
            buy_cents_per_kg=int(table.buy_cents_per_kg[f]),
            sell_cents_per_kg=int(table.sell_cents_per_kg[f]),
            options=[(int(options.route[o]), covers[o]) for o in range(arrays.first[f], arrays.first[f + 1])],
        )
        for f, name in enumerate(table.names)
    ]


def _intervention(world, intervention):
    return Row(
        name=intervention.name,
        undoes=list(intervention.undoes),
        start=hour_of(intervention.start) if intervention.start else None,
        end=hour_of(intervention.end) if intervention.end else None,
        ramp_weeks=intervention.ramp_weeks,
        strength=intervention.strength,
        capital_usd=intervention.capital_cost_usd.value,
        running_usd_per_year=intervention.running_cost_usd_per_year.value,
        changes=[_change(world, change) for change in intervention.changes],
    )


def _change(world, change):
    """Rows that a change acts on, how, and the hard limits of its number."""
    of_posts = change.what in world.base.post

    def meant(selector):
        if of_posts:
            return [row for row, post in enumerate(world.posts) if means(selector, post)]
        return [row for row, c in enumerate(world.countries) if selector.matches({"country": c})]

    classes = [p.klass for p in world.posts] if of_posts else [0] * len(world.countries)
    alike = parse_selector(change.like) if change.like is not None else None
    limits = limits_at(PostSpec if of_posts else CountryServices, change.what)
    return Row(
        what=change.what,
        of_posts=of_posts,
        rows=meant(change.selector),
        to=change.to,
        by=change.by,
        plus=change.plus,
        shared=change.shared,
        alike=None if alike is None else meant(alike),
        classes=[int(c) for c in classes],
        least=limits.least,
        most=limits.most,
        whole=limits.whole,
    )
