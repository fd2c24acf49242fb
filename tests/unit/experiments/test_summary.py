"""The summary fits a screen and its numbers are the run's."""

import dataclasses

import pandas as pd
import pytest

from experiments.summary import COUNTRY_NAMES, kilograms, summary_of
from sim.results.run_result import RunResult
from tests.unit.results.synthetic import a_run


@pytest.fixture(scope="module")
def run():
    return a_run()


@pytest.fixture(scope="module")
def lines(run):
    return summary_of(run).splitlines()


def the(lines, start):
    (line,) = [line for line in lines if line.strip().startswith(start)]
    return line.strip()


def test_fits_a_screen(lines):
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 105


def test_head_says_what_was_run(lines):
    assert lines[0] == "Northern route, 2010 (northern_route_2010), no intervention, key 1"
    assert lines[1].startswith("52 weeks from 2010-01-01")


def test_interventions_are_named(run):
    laid = [{"name": "dog_rotation", "strength": 1.0}, {"name": "tir_reform", "strength": 0.5}]
    arm = dataclasses.replace(run, manifest={**run.manifest, "interventions": laid})
    assert "with dog_rotation + tir_reform, key 1" in summary_of(arm).splitlines()[0]


def test_balance_is_of_what_was_sent(run, lines):
    total = run.totals()
    assert the(lines, "SENT") == (
        f"SENT {total['sent_kg']:,.0f} kg in 3,000 loads: "
        f"heroin {0.9 * total['sent_kg']:,.0f} kg, opium {0.1 * total['sent_kg']:,.0f} kg"
    )
    assert the(lines, "delivered ").split()[1:4] == [
        f"{total['delivered_kg']:,.0f}",
        f"{100 * total['delivered_kg'] / total['sent_kg']:.1f}",
        "%",
    ]
    assert f"expected {total['expected_seized_kg']:,.0f} kg" in the(lines, "seized ")


def test_every_market_and_country_is_shown(run, lines):
    for market, part in run.markets.groupby("market"):
        assert f"{part['delivered_kg'].sum():,.0f}" in the(lines, market.title())
    for row in run.countries.itertuples():
        line = the(
            [x for x in lines if x.startswith("  ") and "USD" not in x][:20], COUNTRY_NAMES[row.country]
        )
        assert [f"{row.seized_kg:,.0f}", f"{row.expected_seized_kg:,.0f}", str(row.seizures)] == line.split()[
            1:4
        ]


def test_shares_name_their_denominators(run, lines):
    at = lines.index(next(line for line in lines if line.startswith("INTERDICTION")))
    kazakhstan, central_asia = lines[at + 1 : at + 3]
    row = run.countries.set_index("country").loc["KZ"]
    assert kazakhstan.endswith(f"of {row.entered_kg:,.0f} kg that entered Kazakhstan")
    assert f"{100 * row.seized_kg / row.entered_kg:.2f} %" in kazakhstan
    assert f"{100 * row.expected_seized_kg / row.entered_kg:.1f} %" in kazakhstan
    entered = run.loads.loc[run.loads["entered_ca"], "total_kg"].sum()
    five = run.countries[run.countries["country"].isin(["KZ", "KG", "TJ", "TM", "UZ"])]
    assert f"of {entered:,.0f} kg that entered Central Asia" in central_asia
    assert f"{100 * five['seized_kg'].sum() / entered:.1f} %" in central_asia


def test_means_add_up_to_what_was_seized(run, lines):
    at = next(n for n, line in enumerate(lines) if "by what found it" in line)
    phrases = " ".join(lines[at + 1 : at + 3]).replace(",", "").split(" kg (")
    assert sum(float(phrase.split()[-1]) for phrase in phrases[:-1]) == pytest.approx(
        run.totals()["seized_kg"], abs=5
    )


def test_says_what_it_rests_on(lines):
    assert "RESTS ON 567 quantities, by status" in lines
    assert the(lines, "310 assumed").startswith("310 assumed (54.7 %), 121 read (21.3 %)")


def test_says_how_to_run_it_again(run, lines):
    assert "the scenario, interventions and key of the manifest" in the(lines, "TO RUN IT AGAIN")
    assert the(lines, "run ") == f"run {run.manifest['digest']}"
    assert the(lines, "event log").endswith(run.manifest["event_log_sha256"])
    typed = "kordon run northern_route_2010 --key 1 --set weeks=4"
    assert f"TO RUN IT AGAIN  {typed}" in summary_of(run, typed).splitlines()


def test_long_tables_end_in_the_rest(run):
    market = run.markets.iloc[:1]
    many = [market.assign(market=f"place_{n}", delivered_kg=100.0 - n) for n in range(12)]
    parts = {f.name: getattr(run, f.name) for f in dataclasses.fields(run)}
    more = summary_of(RunResult(**{**parts, "markets": pd.concat(many)}))
    assert "Place 6 (Azerbaijan)" in more
    assert "Place 7" not in more
    assert "  5 others" in more
    assert len(more.splitlines()) <= 60


@pytest.mark.parametrize(
    ("kg", "text"), [(0, "0"), (0.04, "0.04"), (9.94, "9.9"), (9.96, "10"), (1234.5, "1,234"), (12, "12")]
)
def test_kilograms_keep_two_figures(kg, text):
    assert kilograms(kg) == text
