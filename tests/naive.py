"""A plain-Python twin of a whole run, written from sim/MODEL.md: the same event log, byte for byte.

`Twin(given(world, key))`, then `step()` week by week. What it holds bears the names of the model's memory.
"""

from __future__ import annotations

import math
from types import SimpleNamespace as Row

from tests import naive_choice as choice
from tests import naive_draws as draws
from tests import naive_encounter as stages
from tests import naive_learn as learning
from tests import naive_posts as posts
from tests import naive_settle as books
from tests.naive_encounter import UNDER_WAY


class Twin:
    """State of a run, and what its last week brought: see `naive_settle.settle`."""

    def __init__(self, given):
        self.given, self.week, self.digest = given, 0, bytes(32)
        self.options, self.rows = choice.options_of(given)
        self.prior = choice.prior_hit(given)
        self.posts_key = draws.subkey(given.key, "posts")
        self.flow_keys = [draws.subkey(given.key, flow.name) for flow in given.flows]
        self.address = [draws.name_address(post.post_id) for post in given.posts]
        self.owner = [given.organisations[flow.trafficker] for flow in given.flows]
        self._open()

    # 7 Initialisation

    def _open(self):
        g = self.given
        in_post, in_country = posts.values_at(g, g.start_hour)
        per_post, per_flow, per_country = ([0.0] * len(rows) for rows in (g.posts, g.flows, g.countries))
        self.alarm, self.informants = [0.0] * len(g.organisations), [0.0] * len(g.organisations)
        self.caught = [[[0.0] * 9 for _ in g.posts] for _ in g.organisations]
        self.trips = [[[0.0] * 9 for _ in g.posts] for _ in g.organisations]
        self.relation = [list(per_post) for _ in g.organisations]
        self.clean = [list(per_country) for _ in g.organisations]
        self.loss_average, self.value_average, self.owed_g = list(per_flow), list(per_flow), list(per_flow)
        self.stock_g, self.planned_g = [0 for _ in g.flows], [0 for _ in g.flows]
        self.planned_who = [-1 for _ in g.flows]
        self.due_g = [[0] * g.market.replacement_lag_weeks for _ in g.flows]
        self.backlog, self.exertion, self.finds, self.looks = (list(per_post) for _ in range(4))
        self.expected_finds, self.month_finds = list(per_post), list(per_post)
        self.teams, self.willing = [0 for _ in g.posts], [1.0 for _ in g.posts]
        self.month_recorded_kg, self.usual_recorded_kg = list(per_country), list(per_country)
        self.funded_teams = list(in_country["mobile_teams"])
        self.corruption = [in_country["corruption"][post.country] for post in g.posts]
        self.scanner_up = []
        for address, up in zip(self.address, in_post["scanner.uptime_share"], strict=True):
            word = draws.words_at(self.posts_key, 0, address, 0, draws.SCANNER_START)[0]
            self.scanner_up.append(draws.happens(word, up))
        self.loads, self.couriers = [], [[] for _ in g.organisations]
        self.held = self._first_routes([value > 0.0 for value in in_post["manned"]])

    def _first_routes(self, manned):
        rows = range(len(self.rows))
        through = {j: self._believed(j, manned) for j in rows}
        worth = choice.worths(self.given, self.rows, rows, through, manned)
        value, _ = choice.choice_values(self.given, self.options, self.rows, rows, worth)
        held = [False for _ in self.options]
        for f, key in enumerate(self.flow_keys):
            noisy = {}
            for o in self._options(f):
                word = draws.words_at(key, 0, self._route_address(o), 0, draws.HELD_ROUTE)[0]
                noisy[o] = value[o] + draws.held_gumbel(word)
            for o in sorted(noisy, key=lambda o: -noisy[o])[: self.owner[f].first_routes]:
                held[o] = True
        return held

    def _options(self, f):
        return [o for o, option in enumerate(self.options) if option.flow == f]

    def _route_address(self, o):
        return draws.name_address(self.given.routes[self.options[o].route].route_id)

    def _cover_address(self, j):
        row = self.rows[j]
        route_id = self.given.routes[self.options[row.option].route].route_id
        return draws.name_address(f"{route_id}|{self.given.cover_names[row.cover]}")

    def _believed(self, j, manned):
        t = self.given.flows[self.rows[j].flow].trafficker
        return choice.believed_through(self.rows[j], self.caught[t], self.trips[t], self.prior, manned)

    # 3 The week

    def step(self):
        g = self.given
        self.first_hour = g.start_hour + 168 * self.week
        self.absolute_week = self.first_hour // 168
        self.days = posts.calendar(self.first_hour)
        self.stretches = posts.stretches(g, self.first_hour)
        is_review = self.absolute_week % 4 == 0
        if is_review:
            learning.allocate(self)
        self.foreseen = self._foreseen()
        for stretch in self.stretches:
            stretch.hours = [self._post_hours(stretch, p) for p in range(len(g.posts))]
            stretch.deals = [self._deals(stretch, t) for t in range(len(g.organisations))]
        haste = self._decide(self.stretches[0], is_review)
        opening_g = books.mass_by_fate(self.loads, g.n_commodities)[UNDER_WAY]
        self._receive_supply()
        sent = self._dispatch(*haste)
        self.events = [event for stretch in self.stretches for event in stages.carry(self, stretch)]
        books.record(self)
        books.settle(self, opening_g, sent)
        learning.learn(self, sent)
        self.loads = [load for load in self.loads if load.fate == UNDER_WAY]
        self.week += 1

    # 9.2 Hours of posts, with 9.16-9.19

    def _foreseen(self):
        """Hours of the week as they would be without its changes: what `best_response` is shown."""
        before = list(self.backlog), list(self.exertion), list(self.scanner_up)
        first = self.stretches[0]
        whole = Row(from_h=0, to_h=168, v=first.v, c=first.c, posts=first.posts)
        hours = [self._post_hours(whole, p) for p in range(len(self.given.posts))]
        self.backlog, self.exertion, self.scanner_up = before
        return hours

    def _post_hours(self, stretch, p):
        post, v = self.given.posts[p], stretch.posts[p].v
        month = self.days[0][2]
        sharp = posts.attention(self.given.prevalence, v["planted_share"], self.finds[p], self.looks[p])
        state = Row(
            address=self.address[p],
            backlog=self.backlog[p],
            exertion=self.exertion[p],
            up=self.scanner_up[p],
            willing=self.willing[p],
            extra=self.teams[p] * stretch.c["team_inspections_per_h"][post.country],
            scan_hit=posts.scan_hit(v, sharp),
            dog_hit=posts.dog_hits(v, sharp, post.temperature_c[month], post.humidity[month]),
        )
        seen = posts.post_hours(self.given, self.posts_key, self.first_hour, self.days, stretch, p, state)
        self.backlog[p], self.exertion[p], self.scanner_up[p] = state.backlog, state.exertion, state.up
        return seen

    # 9.13-9.15, 9.25 Dealings

    def _deals(self, stretch, t):
        g, organisation = self.given, self.given.organisations[t]
        countries = [{name: values[c] for name, values in stretch.c.items()} for c in range(len(g.countries))]
        tips = choice.tip_probs(organisation.exposure * (1.0 + self.informants[t]), countries)
        deals = []
        for p, post in enumerate(g.posts):
            country = countries[post.country]
            accept = choice.accept_prob(
                self.corruption[p], organisation, self.relation[t][p], country, g.market
            )
            deals.append(
                Row(
                    tip=tips[post.country],
                    offer=organisation.offer,
                    accept=accept,
                    tip_factor=g.market.tip_bribe_factor,
                    release=organisation.protection * country["protection_prob"],
                    goes_on=country["return_share"],
                    trusted=choice.truck_selection(self.clean[t][post.country], country),
                )
            )
        return deals

    # 9.12 Which rows are weighed, and the review; 9.8-9.10

    def _decide(self, stretch, is_review):
        """Haste of options and of rows, by their rows; what is not there may not be chosen."""
        g, rows, options = self.given, self.rows, self.options
        closed = {p for p, post in enumerate(stretch.posts) if post.is_closed}
        manned = [post.manned for post in stretch.posts]
        is_open = [all(s.post not in closed for s in g.routes[o.route].stops) for o in options]
        knows_all = [t.behaviour in ("random", "best_response") for t in self.owner]
        averages = zip(self.loss_average, self.value_average, strict=True)
        share = [loss / value if value > 0.0 else 0.0 for loss, value in averages]
        grows = [is_review and self._grows(f, share[f], is_open) for f in range(len(g.flows))]

        def is_weighed(row, *others):
            known = self.held[row.option] or knows_all[row.flow] or any(others)
            return known and is_open[row.option]

        weighed = [j for j, row in enumerate(rows) if is_weighed(row, grows[row.flow])]
        self.through = self._through(stretch, weighed)
        worth = choice.worths(g, rows, weighed, self.through, manned)
        if is_review:
            best = {}
            for j in weighed:
                best[rows[j].option] = max(worth[j], best.get(rows[j].option, -math.inf))
            shrinks = [
                t.behaviour == "adaptive" and s < t.tolerance_low and sent > 0.0
                for t, s, sent in zip(self.owner, share, self.value_average, strict=True)
            ]
            self.held = choice.reviewed(self.held, options, best, grows, shrinks)
            weighed = [j for j in weighed if is_weighed(rows[j])]
        route, cover = choice.choice_values(g, options, rows, weighed, worth)
        return choice.hastes(route, lambda o: options[o].flow), choice.hastes(cover, lambda j: rows[j].option)

    def _grows(self, f, share, is_open):
        t, held = self.owner[f], [o for o in self._options(f) if self.held[o]]
        is_stuck = not any(is_open[o] for o in held)
        return t.behaviour == "adaptive" and (
            is_stuck or (share > t.tolerance_high and len(held) < t.most_routes)
        )

    def _through(self, stretch, weighed):
        g, through, means = self.given, {}, None
        manned = [post.manned for post in stretch.posts]
        for j in weighed:
            row, t = self.rows[j], g.flows[self.rows[j].flow].trafficker
            if g.organisations[t].behaviour != "best_response":
                through[j] = self._believed(j, manned)
                continue
            means = means or [posts.mean_met(seen.met) for seen in self.foreseen]
            through[j] = stages.true_through(row, stretch.posts, means, g.covers, stretch.deals[t], g.travel)
        return through

    # 9.20 Supply

    def _receive_supply(self):
        lag, month = self.given.market.replacement_lag_weeks, self.days[0][2]
        for f, flow in enumerate(self.given.flows):
            wanted = flow.g_per_year * flow.season[month] / books.WEEKS_PER_YEAR
            whole = math.floor(wanted + self.owed_g[f])
            self.owed_g[f] += wanted - whole
            self.stock_g[f] += whole + self.due_g[f][self.week % lag]
            self.due_g[f][self.week % lag] = 0

    # 9.6 Dispatch

    def _dispatch(self, route_haste, cover_haste):
        sent = []
        for f, flow in enumerate(self.given.flows):
            t, slot = self.owner[f], 0
            lies_low = t.behaviour == "adaptive" and self.alarm[flow.trafficker] > t.alarm_level
            while not lies_low and slot < 65536 and self.stock_g[f] > 0:
                if self.planned_who[f] < 0:
                    self._plan(f, self.absolute_week << 16 | slot)
                    slot += 1
                if self.planned_g[f] > self.stock_g[f]:
                    break
                load = self._load(f, self.planned_who[f], route_haste, cover_haste)
                if load is None:
                    break
                self.planned_who[f] = -1
                self.stock_g[f] -= load.mass
                sent.append(load)
        for load in sent:
            load.courier = self._courier(load.owner)
        self.loads += sent
        return sent

    def _plan(self, f, who):
        flow = self.given.flows[f]
        words = draws.words_at(self.flow_keys[f], who, 0, 0, draws.MASS)
        drawn = draws.mass_g(words[0], words[1], draws.log(flow.median_g), flow.sigma)
        self.planned_who[f], self.planned_g[f] = who, min(drawn, flow.most_g)

    def _load(self, f, who, route_haste, cover_haste):
        """The load planned as `who` on the way that it takes; None where all are shut."""
        g, flow, key = self.given, self.given.flows[f], self.flow_keys[f]
        words = draws.words_at(key, who, 0, 0, draws.DISPATCH)
        o = self._winner(key, who, draws.ROUTE, route_haste, self._options(f), self._route_address)
        if o is None:
            return None
        j = self._winner(key, who, draws.COVER, cover_haste, self.options[o].rows, self._cover_address)
        mass = min(self.planned_g[f], self.rows[j].most_g)
        route = g.routes[self.options[o].route]
        lost_stop = -1
        if draws.happens(words[3], 1.0 - (1.0 - g.travel.loss_per_day) ** (route.hours / 24.0)):
            lasting = [s for s, stop in enumerate(route.stops) if choice.lasts(g, stop)]
            where = draws.below(draws.words_at(key, who, 0, 0, draws.WHERE_LOST)[0], len(lasting))
            lost_stop = lasting[where]
        parts = [math.floor(mass * share) for share in flow.mix]
        parts[flow.mix.index(max(flow.mix))] += mass - sum(parts)
        premium = choice.risk_premium(1.0 - self.through[j], self.owner[f])
        return Row(
            flow=f, owner=flow.trafficker, who=who, key=key, route=route, cover=self.rows[j].cover, mass=mass,
            g=parts, stop=0, visit=0, lost_stop=lost_stop, fate=UNDER_WAY,
            minute=60 * self.first_hour + draws.below(words[2], 10080) + route.stops[0].minutes,
            wage=round(self.owner[f].wage_cents * premium), transport=round(self.rows[j].transport_cents),
        )  # fmt: skip

    def _winner(self, key, who, what, haste, alternatives, address):
        """Alternative of the least time in the race, the first of equals; None where all are shut."""
        best, soonest = None, math.inf
        for a in alternatives:
            if haste.get(a, math.inf) < math.inf:
                time = draws.race_time(draws.words_at(key, who, address(a), 0, what), haste[a])
                if time < soonest:
                    best, soonest = a, time
        return best

    # 9.7 Couriers

    def _courier(self, t):
        mine = self.couriers[t]
        if "free" not in mine:
            mine.append("free")
        number = mine.index("free")
        mine[number] = "travelling"
        return number
