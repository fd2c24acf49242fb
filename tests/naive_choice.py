"""Organisations of the plain twin: belief, worth, choice, dealings (sections 9.8-9.15 of sim/MODEL.md)."""

from __future__ import annotations

from statistics import median
from types import SimpleNamespace as Row

from tests.naive_draws import INF, added, exp, log_sum_exp, power

PRIOR_WEIGHT = 5.0


def options_of(given):
    """Options and their rows, in row order: what section 8 says of options, and the payoffs of 9.9."""
    options, rows = [], []
    for f, flow in enumerate(given.flows):
        for route, covers in flow.options:
            first = len(rows)
            for k in covers:
                rows.append(row_of(given, f, len(options), route, k))
            options.append(Row(flow=f, route=route, rows=range(first, len(rows))))
    return options, rows


def row_of(given, f, option, route, k):
    flow, cover, way = given.flows[f], given.covers[k], given.routes[route]
    t = given.organisations[flow.trafficker]
    posts = [s for s in way.stops if s.post >= 0]
    checks = [(s.post, given.cover_on_mode[k][s.mode], s.outbound) for s in posts]
    most_g = round(1000.0 * cover.most_kg)
    load_g = min(flow.median_g, float(most_g))
    transport_cents = 100.0 * cover.usd_per_km * way.km
    buy, sell = load_g / 1000.0 * flow.buy_cents_per_kg, load_g / 1000.0 * flow.sell_cents_per_kg
    margin = max(sell - buy, 1.0)
    return Row(
        flow=f,
        option=option,
        cover=k,
        most_g=most_g,
        load_g=load_g,
        transport_cents=transport_cents,
        checks=checks,
        buy=buy,
        sell=sell,
        margin=margin,
        days=way.hours / 24.0,
        loss=(buy + transport_cents + t.penalty_cents) / margin,
        wage=t.wage_cents / margin,
    )


def gain_of(given, row, manned):
    """Gain of a row while these posts are manned; bribes are paid at those that are no patrols."""
    t = given.organisations[given.flows[row.flow].trafficker]
    n_staffed = sum(manned[p] and not given.posts[p].is_patrol for p, _, _ in row.checks)
    bribes = n_staffed * t.offer * t.bribe_cents
    return (row.sell - row.buy - row.transport_cents - bribes) / row.margin - t.time_cost * row.days


def prior_hit(given):
    lengths = [max(1, sum(lasts(given, s) for s in route.stops[:-1])) for route in given.routes]
    return 1.0 - 0.9 ** (1.0 / median(lengths))


def lasts(given, stop):
    """Whether a stop is a market or a post that no programme brings."""
    return stop.post < 0 or not given.posts[stop.post].is_new


# 9.8 Belief


def believed_through(row, caught, trips, prior, manned):
    """Chance to get through a row's posts as its organisation believes."""
    through = 1.0
    for p, k, _ in row.checks:
        if not manned[p]:
            continue
        through *= 1.0 - (caught[p][k] + PRIOR_WEIGHT * prior) / (trips[p][k] + PRIOR_WEIGHT)
    return through


def learned(old, own, total, t):
    """Decayed count after a week, own events in full and the others' at their weight."""
    return t.forget * old + own + t.others * (total - own)


# 9.9 Worth of a row


def risk_premium(risk, t):
    return 1.0 + power(risk / t.premium_risk, t.premium_power)


def worths(given, rows, weighed, through, manned):
    """Worth of each weighed row; payoffs stand out against the mean of the weighed rows of the flow."""
    gain, loss, of_flow = {}, {}, {}
    for j in weighed:
        t = given.organisations[given.flows[rows[j].flow].trafficker]
        gain[j] = gain_of(given, rows[j], manned) - rows[j].wage * risk_premium(1.0 - through[j], t)
        loss[j] = -rows[j].loss
        of_flow.setdefault(rows[j].flow, []).append(j)
    worth = {}
    for f, group in of_flow.items():
        salience = given.organisations[given.flows[f].trafficker].salience
        mean_gain = added(gain[j] for j in group) / len(group)
        mean_loss = added(loss[j] for j in group) / len(group)
        for j in group:
            loss_first = stands_out(mean_loss, loss[j]) > stands_out(mean_gain, gain[j])
            wg, wl = (salience, 1.0) if loss_first else (1.0, salience)
            risk = 1.0 - through[j]
            q = 1.0 - risk
            worth[j] = (q * wg * gain[j] + risk * wl * loss[j]) / (q * wg + risk * wl)
    return worth


def stands_out(mean, x):
    return abs(mean - x) / (abs(mean) + abs(x) + 1.0)


# 9.10 Values and choice


def choice_values(given, options, rows, weighed, worth):
    """Values of the routes and of the rows that may be chosen, by option and by row."""
    of_option, of_flow = {}, {}
    for j in weighed:
        of_option.setdefault(rows[j].option, []).append(j)
    for o in of_option:
        of_flow.setdefault(options[o].flow, []).append(o)
    route, cover = {}, {}
    for f, mine in of_flow.items():
        t = given.organisations[given.flows[f].trafficker]
        best = {o: max(worth[j] for j in of_option[o]) for o in mine}
        for o in mine:
            group = of_option[o]
            if t.behaviour == "random":
                route[o] = 0.0
                cover |= dict.fromkeys(group, 0.0)
            elif t.behaviour == "best_response":
                route[o] = 0.0 if o == max(mine, key=best.get) else -INF
                cover |= {j: 0.0 if j == max(group, key=worth.get) else -INF for j in group}
            else:
                cover |= {j: worth[j] * t.precision for j in group}
                route[o] = log_sum_exp([cover[j] for j in group])
    return route, cover


def hastes(values, group_of):
    """Haste of each alternative within its group, inf where it may not be chosen."""
    top = {}
    for name, value in values.items():
        top[group_of(name)] = max(value, top.get(group_of(name), -INF))
    return {name: haste(top[group_of(name)] - value) for name, value in values.items()}


def haste(behind):
    return INF if behind == INF else exp(min(behind, 700.0))


# 9.12 The review of routes


def reviewed(held, options, best, grows, shrinks):
    """Routes held after a review, where `best` has the worth of the best row of every open option weighed."""
    after = list(held)
    for f in range(len(grows)):
        mine = [o for o in best if options[o].flow == f]
        kept = [o for o in mine if held[o]]
        fresh = [o for o in mine if not held[o]]
        if grows[f] and fresh:
            after[max(fresh, key=best.get)] = True
        if not grows[f] and shrinks[f] and len(kept) > 1:
            after[min(kept, key=best.get)] = False
    return after


# 9.13 Bribes, 9.14 tips


def accept_prob(corruption, t, relation, country, market):
    amount = float(t.bribe_cents)
    asked = market.pay_multiple * (100 * country["officer_pay_usd"]) * (1.0 + country["audits_per_year"])
    chance = corruption * amount / (amount + asked) * (1.0 + market.relation_gain * relation)
    return min(1.0, chance)


def truck_selection(clean, country):
    """Selection of an organisation's trucks relative to others' at the posts of a country."""
    abuse = country["trusted_abuse_share"] if country["trusted_share"] > 0.0 else 0.0
    abused = abuse * (clean / (clean + country["trusted_clean_loads"]))
    return 1.0 - abused * (1.0 - country["trusted_check_factor"])


def tip_probs(exposure, countries):
    """Chance of a tip at the posts of each country, for one organisation."""
    mine = [min(1.0, exposure * c["tip_prob"]) for c in countries]
    kept = [1.0 - c["sharing"] * m for c, m in zip(countries, mine, strict=True)]
    everybody = 1.0
    for k in kept:
        everybody *= k
    others = [everybody / k if k > 0.0 else 0.0 for k in kept]
    return [1.0 - (1.0 - m) * o for m, o in zip(mine, others, strict=True)]
