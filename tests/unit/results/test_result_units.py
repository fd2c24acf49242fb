"""Columns of the frames: declared once, refused if not, added up as declared."""

import numpy as np
import pandas as pd
import pytest

from sim.results.units import FRAMES, column_faults, columns_of, totals_of, with_units


def test_every_metric_says_what_it_means_and_how_it_adds_up():
    for frame, columns in FRAMES.items():
        for name, metric in columns.items():
            assert len(metric.meaning) >= 4, (frame, name)
            assert (metric.adds == "ratio") == bool(metric.of), (frame, name)
            assert all(part in columns for part in metric.of), (frame, name)
            if metric.stored in ("text", "bool", "time"):
                assert metric.unit == "", (frame, name)
                assert metric.adds == "none", (frame, name)


@pytest.mark.parametrize(
    ("suffix", "unit"), [("_kg", "kg"), ("_usd", "USD"), ("_share", "1"), ("_loads", "loads"), ("_h", None)]
)
def test_unit_agrees_with_the_suffix(suffix, unit):
    for columns in FRAMES.values():
        for name, metric in columns.items():
            if name.endswith(suffix):
                assert metric.unit in ({unit} if unit else {"h", "vehicle-hours"}), name


def test_commodities_stand_before_the_total():
    names = list(columns_of("loads", ["heroin", "opium"]))
    assert names[names.index("total_kg") - 2 : names.index("total_kg")] == ["heroin_kg", "opium_kg"]
    assert list(columns_of("weekly", ["heroin"])) == list(FRAMES["weekly"])


def test_missing_and_undeclared_columns_are_all_named():
    faults = column_faults(
        "flows", ["leg_id", "mode", "from_id", "kg", "loads", "seized_kg", "speed"], FRAMES["flows"]
    )
    assert faults == ["flows: column 'to_id' is missing", "flows: column 'speed' has no declared unit"]


def test_totals_follow_the_declaration():
    columns = {
        n: FRAMES["weekly"][n] for n in ("sent_kg", "seized_kg", "under_way_kg", "active_routes", "start")
    }
    columns["interdiction_share"] = FRAMES["weekly"]["interdiction_share"]
    columns["opening_kg"] = FRAMES["mass"]["opening_kg"]
    frame = pd.DataFrame(
        {
            "sent_kg": [100.0, 300.0],
            "seized_kg": [10.0, 0.0],
            "under_way_kg": [5.0, 7.0],
            "active_routes": [4.0, 8.0],
            "start": pd.to_datetime(["2010-01-01", "2010-01-08"]),
            "interdiction_share": [0.1, 0.0],
            "opening_kg": [3.0, 5.0],
        }
    )
    assert totals_of(frame, columns) == {
        "sent_kg": 400.0,
        "seized_kg": 10.0,
        "under_way_kg": 7.0,
        "active_routes": 6.0,
        "interdiction_share": 0.025,  # 10 / 400, not the mean of the weeks' shares
        "opening_kg": 3.0,
    }


def test_ratio_of_nothing_is_nan():
    columns = {n: FRAMES["weekly"][n] for n in ("sent_kg", "seized_kg", "interdiction_share")}
    frame = pd.DataFrame({"sent_kg": [0.0], "seized_kg": [0.0], "interdiction_share": [np.nan]})
    assert np.isnan(totals_of(frame, columns)["interdiction_share"])


def test_units_are_attached_to_a_copy():
    columns = {"country": FRAMES["countries"]["country"], "seizures": FRAMES["countries"]["seizures"]}
    given = pd.DataFrame({"seizures": [2.0, 3.0], "country": ["KZ", None]}, index=[7, 8])
    made = with_units(given, columns)
    assert made.attrs["units"] == {"country": "", "seizures": "loads"}
    assert list(made.columns) == ["country", "seizures"]
    assert list(made.index) == [0, 1]
    assert made["seizures"].dtype == np.int64
    assert list(made["country"]) == ["KZ", ""]
    assert given.attrs == {}


def test_broken_counts_are_refused():
    columns = {"seizures": FRAMES["countries"]["seizures"]}
    with pytest.raises(ValueError, match="'seizures' holds whole numbers only"):
        with_units(pd.DataFrame({"seizures": [1.5]}), columns)
