"""The page of an intervention: each number before and after, where, at what cost; how lists show it."""

import pytest
from typer.testing import CliRunner

import sim
from experiments import listing as lists
from experiments.cli import app
from experiments.intervention_page import acts_where, asked_of, costs_of, ground_of, page_of
from experiments.listing import faults_of, listing

TEXT = """
name: better_posts
sentence: Scanners as good as next door, dogs that work, information shared, losses that hurt.
start: 2010-07-01
end: 2010-12-01
ramp_weeks: 8
strength: 0.5
contradicts: [worse_posts]
capital_cost_usd:
  {value: 3000000, low: 2000000, high: 5000000, unit: usd, status: assumed, source: "two scanners, a guess"}
running_cost_usd_per_year: {value: 450000, unit: usd_per_year, status: read, source: "a contract of upkeep"}
changes:
  - {where: "country=KZ;klass=frontier_road,frontier_rail", what: scanner.quality, like: "country=RU"}
  - {where: "klass=frontier_road", what: scanner.uptime_share, by: 1.5}
  - {what: countries.KG.sharing, to: 0.8}
  - {where: "tier=tonne,small", what: penalty_usd, by: 2}
  - {what: market.replacement_share, to: 0.2}
  - {where: "country=KZ", what: allocation, to: random}
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "better.yaml"
    path.write_text(TEXT)
    return str(path)


@pytest.fixture
def page(file):
    return page_of(file)


def after(page, start):
    """Lines that follow the one which starts so, up to an empty one."""
    lines = [line.strip() for line in page.splitlines()]
    at = next(n for n, line in enumerate(lines) if line.startswith(start))
    end = next((n for n in range(at, len(lines)) if not lines[n]), len(lines))
    return " ".join(lines[at:end])


def test_page_of_an_intervention_that_is_in_no_file(page):
    assert page_of(sim.read_intervention(TEXT)) == page
    lost = {"where": "country=KZ", "what": "sharin", "to": 0.3}
    strange = sim.Intervention(name="x", sentence="does what it does", changes=[lost])
    with pytest.raises(sim.WorldError, match="did you mean 'sharing'"):
        page_of(strange)


def test_page_says_what_is_done_when_and_for_how_much(page):
    assert page.startswith("better_posts: Scanners as good as next door")
    assert "in force     from 2010-07-01 until 2010-12-01, in full after 8 weeks" in page
    assert "to begin     USD 3.00 million (declared 2,000,000 to 5,000,000, assumed); two scanners" in page
    assert "a year       USD 450,000 (read); a contract of upkeep" in page
    assert "contradicts  worse_posts" in page
    assert "at strength 0.5" in page


def test_numbers_of_posts_stand_before_and_after(page):
    ground = ground_of("northern_route_2010")
    rows = [n for n, p in enumerate(ground.posts) if p.klass.name == "FRONTIER_ROAD"]
    before = ground.base.post["scanner.uptime_share"][rows]
    told = after(page, "scanner.uptime_share times 1.5")
    assert f"{len(rows)} posts (" in told
    assert f"{before.min():.4g} to {before.max():.4g} -> " in told
    assert f"-> {before.min() * 1.25:.4g} to 1" in told
    kz = sum(ground.posts[n].country == "KZ" for n in rows)
    assert f"KZ {kz}," in told


def test_numbers_like_those_of_others_are_their_mean(page):
    told = after(page, "scanner.quality as at country=RU")
    ground = ground_of("northern_route_2010")
    quality = ground.base.post["scanner.quality"]

    def mean(country, klass):
        rows = [n for n, p in enumerate(ground.posts) if (p.country, p.klass.name) == (country, klass)]
        return quality[rows].mean()

    ends = sorted((mean("KZ", klass) + mean("RU", klass)) / 2 for klass in ("FRONTIER_ROAD", "FRONTIER_RAIL"))
    assert f"-> {ends[0]:.4g} to {ends[1]:.4g}" in told
    assert "now: declared" in told


def test_numbers_of_countries_tiers_and_market_are_shown(page):
    scenario = sim.load_scenario("northern_route_2010").scenario
    sharing = scenario.countries["KG"].sharing.value
    assert f"KG: {sharing:.4g} -> {(sharing + 0.8) / 2:.4g}" in after(page, "sharing set to 0.8")
    penalty = scenario.tiers.tonne.penalty_usd.value
    assert f"tiers.tonne.penalty_usd: {penalty:,.0f} -> {1.5 * penalty:,.0f} usd" in page
    share = scenario.market.replacement_share.value
    assert f"market.replacement_share: {share:.4g} -> {(share + 0.2) / 2:.4g}" in page
    assert "KZ: static -> random" in after(page, "allocation set to random")


def test_page_fits_the_terminal(page):
    assert max(map(len, page.splitlines())) <= 100


def test_where_it_acts_in_few_words(file):
    intervention = sim.load_intervention(file)
    assert acts_where(intervention) == (
        "KZ frontier road and frontier rail, frontier road, KG, tonne and small traffickers, market, KZ"
    )
    asked = asked_of(intervention)
    assert asked["name"] == "better_posts"
    assert set(asked["country"]) == {"KZ", "KG"}
    assert set(asked["klass"]) == {"frontier_road", "frontier_rail"}
    assert costs_of(intervention) == ("450,000", "3.00 million")


def test_list_shows_start_costs_place_and_sentence(file, monkeypatch):
    monkeypatch.setattr(lists, "packaged", lambda folder="": [file])
    head, line, count = listing("interventions").splitlines()
    assert head.split("  ")[0] == "name"
    for word in (
        "2010-07-01",
        "450,000",
        "3.00 million",
        "KZ frontier road",
        "Scanners as good as next door",
    ):
        assert word in line
    assert head.index("what is done") == line.index("Scanners")
    assert count == "1 intervention"
    assert listing("interventions", "country=KG").endswith("1 intervention")
    assert listing("interventions", "country=TJ").endswith("0 interventions")
    assert listing("interventions", "klass=frontier_rail").endswith("1 intervention")


def test_check_holds_interventions_against_a_scenario(tmp_path):
    change = tmp_path / "change.yaml"
    head = "name: x\nsentence: does what it does\n"
    change.write_text(head + "changes: [{where: 'country=RU;klass=port', what: scanner.quality, to: 0.9}]\n")
    assert faults_of(str(change), []) == ""
    told = faults_of(str(change), [], "tutorial")
    assert told.startswith(f"{change}: tutorial: intervention x: changes.0")
    change.write_text(head + "chnages: [{what: sharing, to: 0.5}]\n")
    assert "did you mean 'changes'?" in faults_of(str(change), [])


def test_show_prints_the_page_and_refuses_what_there_is_not(file, page):
    done = CliRunner().invoke(app, ["show", file])
    assert (done.exit_code, done.stdout) == (0, page + "\n")
    for words, said in (
        (["show", "nosuch"], "expected the name of an intervention or a file that exists"),
        (["show", file, "--scenario", "tutorail"], "did you mean 'tutorial'?"),
        (["show"], "NAME"),
    ):
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 2
        assert said in done.stderr
        assert "Traceback" not in done.output
