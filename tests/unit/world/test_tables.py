import csv
from importlib.resources import as_file
from shutil import copytree

import numpy as np
import pytest

from sim.world.faults import WorldError
from sim.world.tables import FILES, read_tables, tables_folder

STATUS_WORDS = {
    "source document",
    "source document (corrected)",
    "read",
    "read (secondary table)",
    "read (weak source)",
    "read (part)",
    "read (part) + derived",
    "derived",
    "derived (part)",
    "derived (estimate)",
    "derived; agrees with memory",
    "from memory; cross-checked",
    "from memory (unverified)",
    "assumed",
}
CSV_FILES = sorted(
    (folder, path.name)
    for folder in ("baseline", "tutorial")
    for path in tables_folder(folder).iterdir()
    if path.name.endswith(".csv")
)


@pytest.fixture
def folder(tmp_path):
    with as_file(tables_folder("tutorial")) as tutorial:
        return copytree(tutorial, tmp_path / "tables")


def faults_of(folder):
    with pytest.raises(WorldError) as caught:
        read_tables(folder)
    return caught.value.messages


def change(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(("folder", "name"), CSV_FILES)
def test_every_row_tells_its_source_and_status(folder, name):
    with tables_folder(folder).joinpath(name).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert rows
    assert all(row["source"].strip() for row in rows)
    assert {row["status"] for row in rows} <= STATUS_WORDS


def test_every_completed_number_lies_in_its_range():
    tables = read_tables(tables_folder("baseline"))
    for row in (*tables.prices.values(), *tables.season):
        middle = row.usd_per_kg if hasattr(row, "usd_per_kg") else row.multiplier
        assert row.low <= middle <= row.high, row


def test_profiles_have_mean_one_and_the_harvest_peaks_between_july_and_october():
    tables = read_tables(tables_folder("baseline"))
    for profile in (tables.daily, tables.weekly, tables.monthly):
        assert np.allclose(profile.mean(axis=1), 1.0)
    produce = {r.month: r.multiplier for r in tables.season if r.traffic_class == "produce_truck"}
    assert np.isclose(sum(produce.values()), 12.0)
    assert min(produce[m] for m in (7, 8, 9, 10)) > max(produce[m] for m in (11, 12, 1, 2, 3, 4))


@pytest.mark.parametrize("commodity", ["heroin", "opium"])
@pytest.mark.parametrize("country", ["AF", "TJ", "UZ", "KG", "TM", "KZ", "RU", "CN", "AZ"])
def test_both_commodities_have_a_price_in_every_country(commodity, country):
    assert read_tables(tables_folder("baseline")).prices[commodity, country].usd_per_kg > 0


def test_price_rises_from_source_to_market():
    prices = read_tables(tables_folder("baseline")).prices
    for commodity in ("heroin", "opium"):
        chain = [prices[commodity, c].usd_per_kg for c in ("AF", "TJ", "KG", "KZ", "RU")]
        assert chain == sorted(chain)


def test_all_faults_of_all_files_come_at_once(folder):
    change(folder, "legs.csv", ",road,150,", ",raod,nan,")
    change(folder, "border_crossings.csv", "hill_gate,", "bridge_gate,")
    change(folder, "green_border.csv", ",190,", ",-3,")
    change(folder, "climate.csv", "steppe,12,", "steppe,13,")
    change(folder, "places.csv", "role", "rule")
    (folder / "post_traffic.csv").unlink()
    told = faults_of(folder)
    expected = [
        "legs.csv:2: mode: expected one of road, rail, sea, air, foot_horse (got 'raod'); "
        "did you mean 'road'?",
        "legs.csv:2: km: expected a number (got 'nan')",
        "border_crossings.csv:3: post_id: expected a new name (got 'bridge_gate' of line 2)",
        "green_border.csv:2: km: expected a number from 0.1 to inf (got '-3')",
        "climate.csv:13: month: expected a number from 1 to 12 (got '13')",
        "places.csv:1: role: expected a column (got none); did you mean 'rule'?",
        "post_traffic.csv: expected a file (got none)",
    ]
    assert sorted(told) == sorted(expected)


@pytest.mark.parametrize("cell", ["inf", "1e400", "-1", "abc", "", "0", "9" * 5000])
def test_length_must_be_a_positive_finite_number(folder, cell):
    change(folder, "legs.csv", ",road,150,", f",road,{cell},")
    (told,) = faults_of(folder)
    assert told.startswith("legs.csv:2: km: expected a")
    assert len(told) < 200


def test_lanes_must_be_whole(folder):
    change(folder, "post_traffic.csv", "bridge_gate,road,100,50,0,2,", "bridge_gate,road,100,50,0,2.5,")
    assert faults_of(folder) == ("post_traffic.csv:2: lanes: expected a whole number (got '2.5')",)


def test_text_must_be_utf8(folder):
    (folder / "legs.csv").write_bytes(b"leg_id\n\xff\xfe\n")
    assert faults_of(folder) == ("legs.csv: expected UTF-8 text (got a bad byte at offset 7)",)


def test_row_must_have_as_many_cells_as_the_header(folder):
    with (folder / "legs.csv").open("a", encoding="utf-8") as legs:
        legs.write("a,b\n")
    assert faults_of(folder) == ("legs.csv:7: expected 10 cells",)


def test_profile_needs_every_hour(folder):
    change(folder, "hours.csv", "patrol,23,", "patrol,22,")
    assert "hours.csv:97: traffic_kind: expected a new name (got 'patrol 22' of line 96)" in faults_of(folder)


def test_profile_with_a_missing_month_is_refused(folder):
    lines = (folder / "season.csv").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("car,car,1,12,")]
    assert len(kept) == len(lines) - 1
    (folder / "season.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert faults_of(folder) == ("season.csv: expected 12 weights, not all 0, of car",)


def test_optional_files_may_be_absent(folder):
    for file in FILES.values():
        if not file.required:
            (folder / file.name).unlink(missing_ok=True)
    tables = read_tables(folder)
    assert not (tables.green or tables.inland or tables.named_routes)
    assert len(tables.places) == 5


@pytest.mark.parametrize("name", ["tutoral", "..", "", "../data", "/"])
def test_unknown_folder_is_refused(name):
    with pytest.raises(WorldError, match="tables: expected one of"):
        tables_folder(name)
