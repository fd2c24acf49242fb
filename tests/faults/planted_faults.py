"""Faults planted one at a time, each with the check that must notice it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import sim.agents.border_post
import sim.agents.trafficker
import sim.kernels.carry
import sim.kernels.dispatch
import sim.model
import sim.opening
import sim.scenario.overlay
import sim.settle
import sim.week
import sim.world.build
import sim.world.post_table
from sim.agents.courier import CourierSet
from sim.agents.memory import Memory
from sim.agents.vigilance import missed_share
from sim.codes import Fate, Outcome
from sim.draws import subkey
from sim.scenario.overlay import hour_of
from tests.faults.planted import checks
from tests.faults.planted.seams import (
    Patch,
    all_to,
    around,
    carry_in_python,
    cover_stays,
    dispatch_in_python,
    in_dealings,
    in_posts,
    in_routes,
    in_rules,
    one_row_on,
    post_hours_in_python,
)

Real = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault and the check that notices it."""

    plant: Callable[[Patch], None]
    caught_by: Callable[[], None]

    @property
    def name(self) -> str:
        """Both, as the test is called."""
        return f"{self.plant.__name__}-{self.caught_by.__name__}"


# luck


def shared_stream(patch: Patch) -> None:
    """The key is ignored: all runs share one stream."""
    around(patch, sim.model, "run_keys", lambda real, world, _: real(world, 0))


def flows_keyed_by_row(patch: Patch) -> None:
    """A flow's luck hangs on its row instead of its name."""
    patch.setattr(
        sim.opening,
        "subkeys",
        lambda key, names: np.array([subkey(key, str(i)) for i in range(len(names))], np.uint64),
    )


def posts_addressed_by_row(patch: Patch) -> None:
    """A post's luck hangs on its row instead of its name."""
    patch.setattr(
        sim.world.post_table, "name_addresses", lambda names: np.arange(len(names), dtype=np.uint64)
    )


def visit_not_in_address(patch: Patch) -> None:
    """The second visit to a post draws what the first drew."""
    real = sim.kernels.carry.encounter
    carry_in_python(
        patch, load={"encounter": lambda key, who, where, _, *rest: real(key, who, where, 0, *rest)}
    )


def noise_shared_by_alternatives(patch: Patch) -> None:
    """All routes of a load share one draw, so the first of the best is always taken."""
    real = sim.kernels.dispatch.preferred

    def preferred(key: Any, who: Any, what: Any, addresses: Any, haste: Any, first: int, after: int) -> Any:
        return real(key, who, what, np.full_like(addresses, 7), haste, first, after)

    dispatch_in_python(patch, preferred=preferred)


def every_week_the_same(patch: Patch) -> None:
    """A load's address leaves out the week in which it is planned."""
    around(patch, sim.model, "dispatch", lambda real, week, *rest: real(week - week, *rest))


# the chain at a post


def off_by_one_post(patch: Patch) -> None:
    """Loads meet the post in the next row."""
    in_routes(patch, post=one_row_on)


def cover_kept_on_any_mode(patch: Patch) -> None:
    """A load in a lorry stays in the lorry on the railway."""
    in_rules(patch, cover_on_mode=cover_stays())


def bribe_ignored(patch: Patch) -> None:
    in_dealings(patch, accept=all_to(0.0))


def tip_ignored(patch: Patch) -> None:
    in_dealings(patch, tip=all_to(0.0))


def release_ignored(patch: Patch) -> None:
    in_dealings(patch, release=all_to(0.0))


def tir_seal_ignored(patch: Patch) -> None:
    """A sealed truck is selected as any other."""

    def as_any_other(select: np.ndarray) -> np.ndarray:
        out = select.copy()
        out[:, 0] = out[:, 2]
        return out

    in_posts(patch, select=as_any_other)


def seal_broken_without_fear(patch: Patch) -> None:
    """A sealed truck is opened as any other."""

    def as_any_other(find: np.ndarray) -> np.ndarray:
        out = find.copy()
        out[:, 0] = out[:, 2]
        return out

    in_posts(patch, open_on_alarm=as_any_other, find_cold=as_any_other)


def outbound_ignored(patch: Patch) -> None:
    """What leaves a country is inspected as what enters it."""
    in_routes(patch, outbound=all_to(False))


def turned_back_goes_on(patch: Patch) -> None:
    """A courier who turns back is waved through instead."""
    carry_in_python(patch, load={"TURNED_BACK": -1})


def tries_without_end(patch: Patch) -> None:
    """A courier turns back more often than he may."""
    in_rules(patch, most_tries=60)


def nothing_lost_on_the_way(patch: Patch) -> None:
    dispatch_in_python(patch, lost_stop_of=lambda *_: -1)


def queue_not_waited_out(patch: Patch) -> None:
    """A load drives past the queue."""

    def instead(real: Real, *args: Any) -> Any:
        hours, state = real(*args)
        hours.met[:, :, 0] = np.minimum(hours.met[:, :, 0], 0.0)
        return hours, state

    around(patch, sim.model, "post_hours", instead)


def never_shut_at_night(patch: Patch) -> None:
    in_posts(patch, open_hours=lambda hours: np.where(hours > 0, 24, hours))


def protection_left_out_of_the_expectation(patch: Patch) -> None:
    """The expected seizures count those that a superior orders released."""

    def instead(real: Real, *args: Any) -> Any:
        carried, log = real(*args)
        return carried, log._replace(seize_prob=log.seize_prob / (1.0 - args[6].release.max()))

    around(patch, sim.model, "carry", instead)


# posts from week to week


def fatigue_not_reset(patch: Patch) -> None:
    """Dogs never recover."""
    in_posts(patch, recovery=all_to(0.0))


def fatigue_never_builds(patch: Patch) -> None:
    post_hours_in_python(patch, exertion_after=lambda exertion, _, __, recovery: (1.0 - recovery) * exertion)


def heat_ignored(patch: Patch) -> None:
    patch.setattr(sim.agents.border_post, "heat_factor", lambda temperature, *_: np.ones_like(temperature))


def prevalence_reversed(patch: Patch) -> None:
    """Finds dull a post."""
    patch.setattr(
        sim.agents.border_post,
        "attention",
        lambda seen, *misses: 1.0 - missed_share(0.5 - np.minimum(seen, 0.5), *misses),
    )


def scanner_never_repaired(patch: Patch) -> None:
    in_posts(patch, repair_prob=all_to(0.0))


def queue_below_nothing(patch: Patch) -> None:
    """A post serves lorries that are not there."""
    post_hours_in_python(patch, max=lambda _, wanted: wanted)


def audit_ignored(patch: Patch) -> None:
    around(
        patch,
        sim.agents.border_post,
        "corruption_after",
        lambda real, now, base, bribes, spread, gone, audited, effect: real(
            now, base, bribes, spread, gone, np.zeros_like(audited), effect
        ),
    )


def bribes_corrupt_nobody(patch: Patch) -> None:
    around(
        patch,
        sim.agents.border_post,
        "corruption_after",
        lambda real, now, base, bribes, *rest: real(now, base, np.zeros_like(bribes), *rest),
    )


def false_alarms_forgotten(patch: Patch) -> None:
    patch.setattr(sim.agents.border_post, "willingness", lambda reluctance, *_: np.ones_like(reluctance))


def mobile_teams_stay_at_home(patch: Patch) -> None:
    around(
        patch,
        sim.model,
        "shape_of_week",
        lambda real, *args: (shape := real(*args))._replace(extra_inspections=0.0 * shape.extra_inspections),
    )


def licit_traffic_without_a_season(patch: Patch) -> None:
    around(
        patch,
        sim.model,
        "shape_of_week",
        lambda real, world, values, memory, _: real(world, values, memory, world.start_hour),
    )


# what traffickers remember


def stale_belief(patch: Patch) -> None:
    """Nobody learns from a week."""
    patch.setattr(sim.agents.trafficker, "learn", lambda *_: None)


def belief_never_fades(patch: Patch) -> None:
    around(
        patch,
        sim.agents.trafficker,
        "learned",
        lambda real, old, own, forget, others: real(old, own, np.ones_like(forget), others),
    )


def others_not_heard(patch: Patch) -> None:
    around(
        patch,
        sim.agents.trafficker,
        "learned",
        lambda real, old, own, forget, others: real(old, own, forget, np.zeros_like(others)),
    )


def relations_for_ever(patch: Patch) -> None:
    def remember(memory: Memory, _: Any, owner: Any, post: Any, taken: Any) -> None:
        np.add.at(memory.relation, (owner[taken], post[taken]), 1.0)

    patch.setattr(sim.agents.trafficker, "remember_deals", remember)


def lie_low_ignored(patch: Patch) -> None:
    """Stock is sent whatever the alarm."""
    patch.setattr(sim.model, "sending_stock", lambda _, memory: memory.stock_g)


def informants_ignored(patch: Patch) -> None:
    patch.setattr(sim.agents.trafficker, "hear_of_informants", lambda *_: None)


# books


def seizure_counted_twice(patch: Patch) -> None:
    """Posts count a seizure twice."""

    def instead(real: Real, world: Any, memory: Any, tally: Any, happened: Any, owner: Any) -> None:
        log = happened.log
        rows = np.append(np.arange(log.load.size), np.flatnonzero(log.outcome == Outcome.SEIZED))
        real(world, memory, tally, happened._replace(log=type(log)(*(c[rows] for c in log))), owner)

    around(patch, sim.settle, "_count_posts", instead)


def load_lost_in_transit(patch: Patch) -> None:
    """One load under way is forgotten between two weeks."""

    def instead(real: Real, self: Memory, rows: np.ndarray) -> None:
        kept = rows.copy()
        kept[np.flatnonzero(kept)[:1]] = False
        real(self, kept)

    around(patch, Memory, "keep_loads", instead)


def supply_forgotten(patch: Patch) -> None:
    """The fraction of a gram that is owed to an origin is never paid."""

    def instead(real: Real, world: Any, memory: Memory, hour: int) -> Any:
        memory.owed_g[:] = 0.0
        return real(world, memory, hour)

    around(patch, sim.model, "supply_of_week", instead)


def supply_without_a_season(patch: Patch) -> None:
    around(
        patch,
        sim.model,
        "supply_of_week",
        lambda real, world, memory, _: real(world, memory, world.start_hour),
    )


def replacement_doubled(patch: Patch) -> None:
    around(
        patch,
        sim.agents.trafficker,
        "order_replacement",
        lambda real, memory, world, lost_g, week: real(memory, world, 2 * lost_g, week),
    )


def replacement_a_week_late(patch: Patch) -> None:
    around(
        patch,
        sim.agents.trafficker,
        "order_replacement",
        lambda real, memory, world, lost_g, week: real(memory, world, lost_g, week + 1),
    )


def remainder_of_a_mix_dropped(patch: Patch) -> None:
    """A mixed load loses the grams that its shares do not make up."""
    patch.setattr(
        sim.agents.trafficker,
        "mixed_load",
        lambda mass_g, mix: np.floor(mass_g[:, None] * mix * 0.999).astype(np.int64),
    )


def courier_never_freed(patch: Patch) -> None:
    patch.setattr(CourierSet, "give_back", lambda *_: None)


def arrested_set_free(patch: Patch) -> None:
    patch.setattr(CourierSet, "arrest", lambda self, rows, _: self.give_back(rows, 0))


def wages_for_the_caught(patch: Patch) -> None:
    """Couriers whose loads were seized are paid as those who delivered."""

    def instead(real: Real, memory: Any, couriers: Any, happened: Any, records: Any) -> None:
        paid = np.where(happened.fate == Fate.UNDER_WAY, happened.fate, Fate.DELIVERED)
        real(memory, couriers, happened._replace(fate=paid), records)

    around(patch, sim.settle, "_send_home", instead)


def bribes_paid_once_a_load(patch: Patch) -> None:
    """A load that bribes at two posts in a week pays at one."""

    def instead(real: Real, world: Any, memory: Any, owner: Any, happened: Any) -> Any:
        log = happened.log
        taken = np.flatnonzero(log.outcome == Outcome.BRIBED)
        once = taken[np.unique(log.load[taken], return_index=True)[1]]
        rows = np.sort(np.append(np.flatnonzero(log.outcome != Outcome.BRIBED), once))
        return real(world, memory, owner, happened._replace(log=type(log)(*(c[rows] for c in log))))

    around(patch, sim.settle, "_money", instead)


def burn_in_reported(patch: Patch) -> None:
    """Posts and seizures of the burn-in are in the report."""
    around(
        patch,
        sim.model,
        "settle",
        lambda real, *args, reported: real(*args, reported=True),
    )


def all_seizures_recorded(patch: Patch) -> None:
    around(
        patch,
        sim.settle,
        "_records",
        lambda real, *args: (found := real(*args))._replace(recorded=np.ones_like(found.recorded)),
    )


# interventions


def start_after_its_hour(patch: Patch) -> None:
    """`<=` for `<`: at its first hour an intervention is held not to have begun."""
    around(
        patch,
        sim.scenario.overlay,
        "strength_at",
        lambda real, i, hour: 0.0 if i.start and hour <= hour_of(i.start) else real(i, hour),
    )


def end_after_its_hour(patch: Patch) -> None:
    """`>` for `>=`: at its end an intervention still works, until the next cut."""
    around(
        patch,
        sim.scenario.overlay,
        "strength_at",
        lambda real, i, hour: real(i, hour - 1) if i.end and hour == hour_of(i.end) else real(i, hour),
    )


def weeks_never_cut(patch: Patch) -> None:
    """An intervention that starts within a week works from the next week on."""
    patch.setattr(sim.week, "cut_hours", lambda *_: [])


def capital_paid_every_week(patch: Patch) -> None:
    around(
        patch,
        sim.model,
        "programme_cents",
        lambda real, world, hour: (
            real(world, hour) + round(sum(100 * i.capital_cost_usd.value for i in world.interventions))
        ),
    )


FAULTS: tuple[Planted, ...] = (
    Planted(shared_stream, checks.two_keys_are_two_runs),
    Planted(flows_keyed_by_row, checks.newcomers_leave_all_loads_alone),
    Planted(posts_addressed_by_row, checks.a_post_beside_moves_no_post),
    Planted(visit_not_in_address, checks.turning_back_brings_fresh_luck),
    Planted(noise_shared_by_alternatives, checks.routes_at_random_are_taken_alike),
    Planted(every_week_the_same, checks.weeks_are_not_alike),
    Planted(off_by_one_post, checks.loads_meet_the_posts_of_their_route),
    Planted(cover_kept_on_any_mode, checks.a_load_travels_in_the_cover_of_its_mode),
    Planted(bribe_ignored, checks.paid_officers_let_pass),
    Planted(tip_ignored, checks.tips_stop_a_load_at_its_first_post),
    Planted(release_ignored, checks.superiors_let_nothing_be_seized),
    Planted(tir_seal_ignored, checks.seals_keep_a_truck_from_being_selected),
    Planted(seal_broken_without_fear, checks.fear_keeps_seals_unbroken),
    Planted(outbound_ignored, checks.nobody_looks_at_what_leaves),
    Planted(turned_back_goes_on, checks.whoever_turns_back_comes_again),
    Planted(tries_without_end, checks.whoever_turns_back_comes_again),
    Planted(nothing_lost_on_the_way, checks.a_long_way_loses_every_load),
    Planted(queue_not_waited_out, checks.a_load_waits_out_the_queue),
    Planted(never_shut_at_night, checks.a_post_is_shut_at_night),
    Planted(protection_left_out_of_the_expectation, checks.expectation_leaves_out_what_is_let_go),
    Planted(fatigue_not_reset, checks.rested_dogs_recover),
    Planted(fatigue_never_builds, checks.worked_dogs_tire),
    Planted(heat_ignored, checks.heat_dulls_dogs),
    Planted(prevalence_reversed, checks.finds_keep_a_post_awake),
    Planted(scanner_never_repaired, checks.scanners_work_their_share_of_the_time),
    Planted(queue_below_nothing, checks.queues_are_never_negative),
    Planted(audit_ignored, checks.audits_clean_a_post),
    Planted(bribes_corrupt_nobody, checks.bribes_draw_officers_in),
    Planted(false_alarms_forgotten, checks.false_alarms_make_officers_loath),
    Planted(mobile_teams_stay_at_home, checks.mobile_teams_inspect),
    Planted(licit_traffic_without_a_season, checks.seasons_move_licit_traffic),
    Planted(stale_belief, checks.losses_are_remembered),
    Planted(belief_never_fades, checks.what_is_remembered_fades),
    Planted(others_not_heard, checks.losses_of_others_are_heard_of),
    Planted(relations_for_ever, checks.relations_lapse),
    Planted(lie_low_ignored, checks.the_alarmed_lie_low),
    Planted(informants_ignored, checks.couriers_who_talk_are_felt),
    Planted(seizure_counted_twice, checks.seizures_are_counted_once),
    Planted(load_lost_in_transit, checks.mass_adds_up),
    Planted(supply_forgotten, checks.stocks_add_up),
    Planted(supply_without_a_season, checks.supply_follows_its_season),
    Planted(replacement_doubled, checks.stocks_add_up),
    Planted(replacement_a_week_late, checks.stocks_add_up),
    Planted(remainder_of_a_mix_dropped, checks.stocks_add_up),
    Planted(courier_never_freed, checks.couriers_add_up),
    Planted(arrested_set_free, checks.the_arrested_carry_no_more),
    Planted(wages_for_the_caught, checks.money_adds_up),
    Planted(bribes_paid_once_a_load, checks.money_adds_up),
    Planted(burn_in_reported, checks.only_the_reported_weeks_are_reported),
    Planted(all_seizures_recorded, checks.records_follow_their_chance),
    Planted(start_after_its_hour, checks.an_intervention_works_from_its_hour),
    Planted(end_after_its_hour, checks.an_intervention_ends_at_its_hour),
    Planted(weeks_never_cut, checks.an_intervention_works_from_its_hour),
    Planted(capital_paid_every_week, checks.an_intervention_costs_what_it_costs),
)
