"""What a comparison takes, and what branching saves: `python -m tests.bench.bench_comparison`.

First in one process: the keys of four arms that start with the reported weeks, branched and run whole, with
a burn-in as long as the run. Then the whole comparison over processes: 64 keys of four arms, with no loss
and with every loss sent again beside the scenario's share.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import experiments
from experiments.branches import Branch, branches_of, run_branches
from experiments.pairs import BASELINE
from sim.scenario.load import load_scenario
from sim.scenario.overlay import Intervention
from sim.trial import warmup, world_of

CHANGES: dict[str, dict[str, Any]] = {
    "better_scanners": {"what": "scanner.quality", "plus": 0.1},
    "more_inspections": {"what": "inspect_share", "by": 1.5},
    "more_tips": {"what": "tip_prob", "by": 2.0},
    "higher_pay": {"what": "officer_pay_usd", "by": 2.0},
}
"""Four arms that act on posts, countries and officers from the first reported day."""


def arms_of(scenario: Any) -> list[Intervention]:
    """The four arms for a scenario."""
    return [
        Intervention.model_validate(
            {
                "name": name,
                "sentence": "A number is changed for the measurement",
                "start": scenario.start,
                "changes": [change],
            }
        )
        for name, change in CHANGES.items()
    ]


def branching(name: str, keys: int) -> tuple[float, float]:
    """Processor seconds of some keys of four arms, whole and branched; the burn-in is as long as the run."""
    weeks = load_scenario(name).scenario.weeks
    scenario = load_scenario(name, sets=[f"burn_in_weeks={weeks}"]).scenario
    worlds = {BASELINE: world_of(scenario)}
    worlds |= {arm.name: world_of(scenario, [arm]) for arm in arms_of(scenario)}
    spent = []
    whole = [Branch(arm, world, None, 0) for arm, world in worlds.items()]
    for branches in (whole, branches_of(worlds)):
        run_branches(branches, 0, lambda _, model, __: model.tally.log_sha256)
        begin = time.process_time()
        logs = [
            run_branches(branches, key, lambda _, model, __: model.tally.log_sha256)
            for key in range(1, keys + 1)
        ]
        spent.append((time.process_time() - begin, logs))
    if spent[0][1] != spent[1][1]:
        raise AssertionError("branches differ from whole runs")
    return spent[0][0], spent[1][0]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", default="northern_route_2010")
    parser.add_argument("--keys", type=int, default=64)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--branching-keys", type=int, default=4)
    asked = parser.parse_args()
    warmup()
    whole, branched = branching(asked.scenario, asked.branching_keys)
    print(f"{asked.scenario}, four arms, a burn-in as long as the run, {asked.branching_keys} keys")
    print(f"  run whole {whole:6.1f} s, branched {branched:6.1f} s: {whole / branched:.2f} times faster")
    begin = time.perf_counter()
    scenario = load_scenario(asked.scenario)
    effects = experiments.compare(
        scenario, arms_of(scenario.scenario), keys=asked.keys, workers=asked.workers
    )
    took = time.perf_counter() - begin
    print(
        f"{asked.keys} keys of four arms, replacement 0 and 1 beside, {asked.workers} processes: {took:.0f} s"
    )
    ratio = effects.table[effects.table["outcome"].isin(["delivered_kg", "seized_kg"])]
    print(ratio[["arm", "outcome", "difference", "low", "high", "variance_ratio", "interval"]].to_string())


if __name__ == "__main__":
    main()
