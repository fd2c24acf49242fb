"""What a week leaves behind in the plain twin: 9.8, 9.11-9.16, 9.18-9.20 of sim/MODEL.md."""

from __future__ import annotations

import math

from tests import naive_draws as draws
from tests import naive_encounter as stages
from tests.naive_choice import learned
from tests.naive_posts import willingness
from tests.naive_settle import WEEKS_PER_YEAR

FOUND = stages.SEIZED, stages.RELEASED, stages.RELEASED_DIVERTED


def learn(twin, sent):
    """What next week acts on, in the order of section 3."""
    g = twin.given
    lost_g = [0 for _ in g.flows]
    sent_g = [0 for _ in g.flows]
    for load in twin.loads:
        if load.fate in (stages.GOT, stages.DIVERTED, stages.LOST):
            lost_g[load.flow] += load.mass
    for load in sent:
        sent_g[load.flow] += load.mass
    _beliefs(twin)
    _relations(twin)
    _informants(twin)
    _clean(twin)
    lag = g.market.replacement_lag_weeks
    for f, lost in enumerate(lost_g):
        twin.due_g[f][twin.week % lag] += math.floor(g.market.replacement_share * lost)
    _alarm(twin, lost_g, sent_g)
    for p in range(len(g.posts)):
        _post(twin, p)
    _rotate(twin)


# 9.8 Belief


def _beliefs(twin):
    g = twin.given
    shape = range(len(g.organisations)), range(len(g.posts)), range(9)
    for kept, counts in ((twin.trips, _passages(twin, False)), (twin.caught, _passages(twin, True))):
        for p in shape[1]:
            for k in shape[2]:
                total = draws.added(counts[t][p][k] for t in shape[0])
                for t in shape[0]:
                    if g.organisations[t].behaviour == "adaptive":
                        own = counts[t][p][k]
                        kept[t][p][k] = learned(kept[t][p][k], own, total, g.organisations[t])


def _passages(twin, losses):
    """The week's passages, or those that were losses, by organisation, post and cover there."""
    counts = [[[0.0] * 9 for _ in twin.given.posts] for _ in twin.given.organisations]
    for e in twin.events:
        came_by = e.outcome not in (stages.TURNED_BACK, stages.SHUT_OUT)
        if e.outcome in (stages.SEIZED, stages.RELEASED_DIVERTED) if losses else came_by:
            counts[e.load.owner][e.post][e.cover] += 1.0
    return counts


# 9.13 Relations, 9.14 informants


def _relations(twin):
    left = 2.0 ** (-7.0 / twin.given.market.relation_halflife_days)
    twin.relation = [[left * deals for deals in mine] for mine in twin.relation]
    for e in twin.events:
        if e.outcome == stages.BRIBED:
            twin.relation[e.load.owner][e.post] += 1.0


def _informants(twin):
    g, usual = twin.given, usual_g(twin)
    left = 2.0 ** (-7.0 / g.market.informant_halflife_days)
    twin.informants = [informants * left for informants in twin.informants]
    for e in twin.events:
        t, talkers = e.load.owner, 1.0 if e.cooperates else 0.0
        if e.controlled:
            talkers += e.stretch.c["controlled_exposure"][g.posts[e.post].country]
        if talkers > 0.0:
            twin.informants[t] += talkers * (
                g.market.informant_gain / (usual[t] / g.organisations[t].median_g)
            )


# 9.25 Trusted carriers


def _clean(twin):
    for t, mine in enumerate(twin.clean):
        for c in range(len(mine)):
            here = [
                e.outcome
                for e in twin.events
                if e.load.owner == t and twin.given.posts[e.post].country == c and e.cover in stages.TRUCKS
            ]
            passed = sum(o in (stages.NOT_INSPECTED, stages.BRIBED, stages.MISSED) for o in here)
            mine[c] = record_after(mine[c], passed, any(o in FOUND for o in here))


def record_after(clean, passed, is_found):
    return 0.0 if is_found else clean + passed


# 9.11 Alarm and averages


def usual_g(twin):
    sent = [0.0 for _ in twin.given.organisations]
    for flow, average in zip(twin.given.flows, twin.value_average, strict=True):
        sent[flow.trafficker] += average
    return [max(s, t.median_g) for s, t in zip(sent, twin.given.organisations, strict=True)]


def _alarm(twin, lost_g, sent_g):
    g, usual = twin.given, usual_g(twin)
    for t, organisation in enumerate(g.organisations):
        lost = draws.added(float(x) for x, flow in zip(lost_g, g.flows, strict=True) if flow.trafficker == t)
        alarm = twin.alarm[t] * organisation.alarm_left + organisation.alarm_hit * (lost / usual[t])
        twin.alarm[t] = alarm if organisation.behaviour == "adaptive" else 0.0
    twin.loss_average = [a + 0.25 * (x - a) for a, x in zip(twin.loss_average, lost_g, strict=True)]
    twin.value_average = [a + 0.25 * (x - a) for a, x in zip(twin.value_average, sent_g, strict=True)]


# 9.13 Corruption, 9.16 prevalence, 9.18 willingness


def _post(twin, p):
    g, here = twin.given, [e for e in twin.events if e.post == p]
    post, values = g.posts[p], twin.stretches[0]
    c = {name: column[post.country] for name, column in values.c.items()}
    found = float(sum(e.outcome in FOUND for e in here))
    bribes = float(sum(e.outcome == stages.BRIBED for e in here))
    inspected = draws.added(stretch.hours[p].inspected for stretch in twin.stretches)
    false_alarms = draws.added(stretch.hours[p].false_alarms for stretch in twin.stretches)
    twin.month_finds[p] += found

    word = draws.words_at(twin.posts_key, twin.absolute_week, twin.address[p], 0, draws.AUDIT)[0]
    drawn = 1.0 - (1.0 - twin.corruption[p]) * draws.power(1.0 - c["corruption_per_bribe"], bribes)
    turnover = -draws.expm1(-c["turnover_per_year"] / WEEKS_PER_YEAR)
    replaced = c["corruption"] + (drawn - c["corruption"]) * (1.0 - turnover)
    is_audited = draws.happens(word, c["audits_per_year"] / WEEKS_PER_YEAR)
    twin.corruption[p] = replaced * (1.0 - c["audit_effect"]) if is_audited else replaced

    left = 2.0 ** (-7.0 / g.prevalence.memory_days)
    twin.finds[p] = left * twin.finds[p] + found
    twin.looks[p] = left * twin.looks[p] + inspected + found
    twin.willing[p] = willingness(values.v["reluctance"][p], false_alarms, inspected)


def _rotate(twin):
    """Officers change places within a country, after all else of the week."""
    g, rates = twin.given, twin.stretches[0].c["rotation_per_year"]
    moved = [moved_share(rate) for rate in rates]
    staffed = [manned > 0.0 for manned in twin.stretches[0].v["manned"]]
    mean = []
    for c in range(len(g.countries)):
        here = [twin.corruption[p] for p, post in enumerate(g.posts) if post.country == c and staffed[p]]
        mean.append(draws.added(here) / max(len(here), 1))
    for p, post in enumerate(g.posts):
        share = moved[post.country]
        if staffed[p]:
            twin.corruption[p] = twin.corruption[p] + share * (mean[post.country] - twin.corruption[p])
        for mine in twin.relation:
            mine[p] = mine[p] * (1.0 - share)


def moved_share(per_year):
    return -draws.expm1(-per_year / WEEKS_PER_YEAR)


# 9.19 Mobile teams


def allocate(twin):
    """Mobile teams of every country for four weeks, by week values."""
    g, values = twin.given, twin.stretches[0]
    traffic = [p.trucks_per_h + p.cars_per_h + p.units_per_h if p.manned else 0.0 for p in values.posts]
    twin.expected_finds = [
        0.75 * e + 0.25 * m for e, m in zip(twin.expected_finds, twin.month_finds, strict=True)
    ]
    twin.month_finds, twin.teams = [0.0 for _ in g.posts], [0 for _ in g.posts]
    for c, country in enumerate(g.countries):
        most = round(values.c["mobile_teams"][c])
        mine = [
            p
            for p, post in enumerate(g.posts)
            if post.country == c and not post.is_patrol and traffic[p] > 0.0
        ]
        if most == 0 or not mine:
            continue
        month, usual = twin.month_recorded_kg[c], twin.usual_recorded_kg[c]
        funded = min(float(most), twin.funded_teams[c])
        ratio = month / usual if usual > 0.0 else 1.0
        twin.funded_teams[c] = draws.clip(0.5 * funded + 0.5 * funded * ratio, 1.0, float(most))
        total = draws.pairwise_sum([traffic[p] for p in mine])
        weight = {p: traffic[p] / total for p in mine}
        hours = {p: 672.0 * max(values.v["inspections_per_h"][p], 1e-9) for p in mine}
        finds = {p: twin.expected_finds[p] / hours[p] for p in mine}
        _place(twin, c, country, most, weight, finds, values.c["explore_share"][c])
        twin.usual_recorded_kg[c] = month if usual == 0.0 else 0.75 * usual + 0.25 * month
    twin.month_recorded_kg = [0.0 for _ in g.countries]


def _place(twin, c, country, most, weight, finds, explore_share):
    """Team after team of one country, by its rule."""
    rule, n_teams = twin.given.allocation[c], most
    if rule == "budget_feedback":
        n_teams = int(draws.clip(math.ceil(twin.funded_teams[c]), 0, most))
    score = {p: finds[p] * weight[p] if rule == "cover" else weight[p] for p in weight}
    score = finds if rule in ("greedy", "explore_exploit") else score
    n_random = {"random": n_teams, "explore_exploit": round(explore_share * n_teams)}.get(rule, 0)
    key = draws.subkey(twin.given.key, f"authority {country}")
    for team in range(n_teams):
        if team < n_random:
            noisy = {}
            for p in weight:
                words = draws.words_at(key, twin.absolute_week, twin.address[p], team, draws.ALLOCATION)
                noisy[p] = draws.log(max(weight[p], 1e-12)) + draws.team_gumbel(words)
            where = max(noisy, key=noisy.get)
        else:
            where = min(weight, key=lambda p: (twin.teams[p], -score[p] - 1e-9 * weight[p]))
        twin.teams[where] += 1
