"""A result is whole, frozen, and comes back from its folder as it was or not at all."""

import dataclasses
import errno
import hashlib
import json
import os

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from sim.results import run_folder
from sim.results.run_folder import MANIFEST, RunFolderError, check_folder
from sim.results.run_result import MANIFEST_KEYS, RunResult
from sim.results.units import FRAMES, columns_of
from tests.unit.results.synthetic import a_run


@pytest.fixture
def run():
    return a_run(weeks=6, n_loads=200)


def parts_of(run):
    return {f.name: getattr(run, f.name) for f in dataclasses.fields(run)}


def test_result_is_frozen(run):
    with pytest.raises(dataclasses.FrozenInstanceError):
        run.weekly = run.mass


def test_a_result_is_called_in_a_line(run):
    assert repr(run) == "<RunResult of northern_route_2010, key 1, 6 weeks>"


def test_every_frame_has_units_in_declared_order(run):
    for name in FRAMES:
        columns = columns_of(name, ["heroin", "opium"])
        assert list(run.frame(name).columns) == list(columns)
        assert run.frame(name).attrs["units"] == {c: m.unit for c, m in columns.items()}
    assert run.loads.attrs["units"]["heroin_kg"] == "kg"


def test_all_faults_of_a_result_are_named_at_once(run):
    parts = parts_of(run)
    parts["flows"] = run.flows.drop(columns="kg")
    parts["posts"] = run.posts.assign(mood=1)
    parts["manifest"] = {k: v for k, v in run.manifest.items() if k != "key"}
    with pytest.raises(ValueError, match="manifest: 'key' is missing") as caught:
        RunResult(**parts)
    assert "posts: column 'mood' has no declared unit" in str(caught.value)
    assert "flows: column 'kg' is missing" in str(caught.value)


def test_unknown_frame_is_named(run):
    with pytest.raises(ValueError, match=r"no frame 'weeks'; there are weekly, mass"):
        run.frame("weeks")


def test_totals_add_up_as_declared(run):
    totals = run.totals()
    assert totals["sent_kg"] == pytest.approx(run.weekly["sent_kg"].sum())
    assert totals["under_way_kg"] == run.weekly["under_way_kg"].iloc[-1]
    assert totals["interdiction_share"] == pytest.approx(totals["seized_kg"] / totals["sent_kg"])


def test_xarray_has_dimensions_values_and_units(run):
    cube = run.to_xarray()
    assert cube["sent_kg"].dims == ("week",)
    assert cube["mass_seized_kg"].dims == ("week", "commodity")
    assert cube["post_seized_kg"].dims == ("post_id",)
    assert cube["post_delay_vehicle_h"].attrs["units"] == "vehicle-hours"
    assert cube["sent_kg"].attrs["long_name"] == "dispatched"
    assert cube.attrs["digest"] == run.manifest["digest"]
    by_hand = run.mass.set_index(["week", "commodity"])["seized_kg"][3, "opium"]
    assert float(cube["mass_seized_kg"].sel(week=3, commodity="opium")) == by_hand
    assert cube["mass_sent_kg"].sum("commodity").values == pytest.approx(cube["sent_kg"].values)


def test_round_trip_keeps_values_types_and_units(run, tmp_path):
    again = RunResult.read(run.write(tmp_path / "one"))
    for name in FRAMES:
        pd.testing.assert_frame_equal(again.frame(name), run.frame(name), check_exact=True)
        assert again.frame(name).attrs == run.frame(name).attrs
    assert again.manifest == run.manifest


def test_round_trip_of_empty_frames(run, tmp_path):
    parts = parts_of(run)
    for name in ("seizures", "loads", "markets", "flows"):
        parts[name] = run.frame(name).iloc[:0]
    quiet = RunResult(**parts)
    again = RunResult.read(quiet.write(tmp_path / "quiet"))
    pd.testing.assert_frame_equal(again.seizures, quiet.seizures)
    assert again.seizures["time"].dtype == run.seizures["time"].dtype


def test_units_lie_in_the_parquet_schema(run, tmp_path):
    run.write(tmp_path / "one")
    field = pq.read_schema(tmp_path / "one" / "posts.parquet").field("delay_vehicle_h")
    assert field.metadata[b"unit"] == b"vehicle-hours"
    assert field.metadata[b"meaning"] == b"time licit vehicles lost at posts"


def test_same_run_gives_the_same_bytes(run, tmp_path):
    for name in ("one", "two"):
        run.write(tmp_path / name)
    one, two = ({p.name: p.read_bytes() for p in (tmp_path / n).iterdir()} for n in ("one", "two"))
    assert one == two


def test_manifest_lists_every_file_with_its_digest(run, tmp_path):
    run.write(tmp_path / "one", extras={"figures/map.png": b"picture"})
    document = json.loads((tmp_path / "one" / MANIFEST).read_text())
    assert set(document["files"]) == {*(f"{n}.parquet" for n in FRAMES), "figures/map.png"}
    for name, digest in document["files"].items():
        assert hashlib.sha256((tmp_path / "one" / name).read_bytes()).hexdigest() == digest
    assert set(MANIFEST_KEYS) <= set(document["run"])


def flip(path, at):
    content = bytearray(path.read_bytes())
    content[at % len(content)] ^= 0x10
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("name", [*(f"{n}.parquet" for n in FRAMES), MANIFEST, "figures/map.png"])
def test_one_flipped_bit_anywhere_is_reported_with_the_file(run, tmp_path, name):
    run.write(tmp_path / "one", extras={"figures/map.png": b"picture of a map"})
    path = tmp_path / "one" / name
    whole = path.read_bytes()
    for at in np.linspace(0, len(whole) - 1, 12).astype(int):
        flip(path, int(at))
        with pytest.raises(RunFolderError, match=path.name):
            RunResult.read(tmp_path / "one")
        path.write_bytes(whole)
    RunResult.read(tmp_path / "one")  # control: untouched, it is read


def test_lost_cut_and_swapped_files_are_all_reported(run, tmp_path):
    folder = run.write(tmp_path / "one")
    (folder / "loads.parquet").unlink()
    cut = (folder / "posts.parquet").read_bytes()
    (folder / "posts.parquet").write_bytes(cut[: len(cut) // 2])
    (folder / "weekly.parquet").write_bytes((folder / "mass.parquet").read_bytes())
    with pytest.raises(RunFolderError) as caught:
        RunResult.read(folder)
    said = str(caught.value).splitlines()
    assert [line.split(": ")[0].rsplit("/", 1)[-1] for line in said] == [
        "loads.parquet",
        "posts.parquet",
        "weekly.parquet",
    ]


def test_page_checksum_catches_what_a_digest_taken_too_late_does_not(run, tmp_path, monkeypatch):
    keep = run_folder.keep

    def keep_damaged(folder, files, manifest):
        spoilt = bytearray(files["loads.parquet"])
        spoilt[len(spoilt) // 3] ^= 0x10
        keep(folder, {**files, "loads.parquet": bytes(spoilt)}, manifest)

    monkeypatch.setattr("sim.results.run_result.keep", keep_damaged)
    run.write(tmp_path / "one")
    with pytest.raises(RunFolderError, match=r"loads\.parquet: is damaged"):
        RunResult.read(tmp_path / "one")


def test_a_missing_figure_is_no_fault(run, tmp_path):
    folder = run.write(tmp_path / "one", extras={"figures/map.png": b"picture"})
    (folder / "figures" / "map.png").unlink()
    assert RunResult.read(folder).manifest == run.manifest


def test_folder_without_manifest_is_no_run(tmp_path):
    (tmp_path / "one").mkdir()
    with pytest.raises(RunFolderError, match=r"holds no manifest\.json, so no finished run"):
        RunResult.read(tmp_path / "one")


def test_other_units_are_refused(run, tmp_path, monkeypatch):
    folder = run.write(tmp_path / "one")
    in_tonnes = dataclasses.replace(FRAMES["flows"]["kg"], unit="t")
    monkeypatch.setitem(FRAMES, "flows", {**FRAMES["flows"], "kg": in_tonnes})
    with pytest.raises(RunFolderError, match=r"flows\.parquet: its units are those of another version"):
        RunResult.read(folder)


def test_foreign_folder_is_refused_and_kept(run, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(RunFolderError, match="not a kordon run"):
        run.write(tmp_path / "mine")
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["thesis.txt"]
    run.write(tmp_path / "mine", overwrite=True)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"
    assert RunResult.read(tmp_path / "mine").manifest == run.manifest


def test_a_run_may_be_replaced_and_its_stale_files_go(run, tmp_path):
    folder = run.write(tmp_path / "one", extras={"figures/map.png": b"old"})
    (folder / "note.txt").write_text("mine")
    other = a_run(key=2, weeks=6, n_loads=200)
    other.write(folder)
    assert RunResult.read(folder).manifest["key"] == 2
    assert not (folder / "figures" / "map.png").exists()
    assert (folder / "note.txt").read_text() == "mine"


def test_links_are_not_written_through(run, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "link").symlink_to(outside)
    with pytest.raises(RunFolderError, match="is a link"):
        run.write(tmp_path / "link", overwrite=True)
    folder = run.write(tmp_path / "one")
    (folder / "weekly.parquet").unlink()
    (folder / "weekly.parquet").symlink_to(outside / "precious")
    with pytest.raises(RunFolderError, match=r"weekly\.parquet: is a link"):
        run.write(folder)
    (folder / "weekly.parquet").unlink()
    (folder / "figures").symlink_to(outside)
    with pytest.raises(RunFolderError, match="figures: is a link"):
        run.write(folder, extras={"figures/map.png": b"picture"})
    assert list(outside.iterdir()) == []


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "one").write_text("")
    with pytest.raises(RunFolderError, match="is a file, expected a folder"):
        check_folder(tmp_path / "one")


@pytest.mark.parametrize(
    "name", ["../x", "/x", "a/../x", "", ".hidden", "a//b", "a\\b", "a:b", "-x", "x" * 65, MANIFEST, "a\n"]
)
def test_extra_files_stay_inside(run, tmp_path, name):
    with pytest.raises(RunFolderError, match="not a file name"):
        run.write(tmp_path / "one", extras={name: b""})
    assert list(tmp_path.iterdir()) == []


def counted(monkeypatch, module, name, n, error):
    """Make the n-th call of a function fail."""
    real, calls = getattr(module, name), iter(range(1, 10_000))

    def call(*args):
        if next(calls) == n:
            raise error
        return real(*args)

    monkeypatch.setattr(module, name, call)


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("n", [1, 5, 10, 11])
def test_a_write_that_fails_leaves_nothing(run, tmp_path, monkeypatch, n, error):
    counted(monkeypatch, os, "fsync", n, error)
    with pytest.raises(type(error)):
        run.write(tmp_path / "one")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("n", [1, 4, 10, 11])
def test_a_write_that_fails_leaves_the_earlier_run(run, tmp_path, monkeypatch, n):
    folder = run.write(tmp_path / "one")
    counted(monkeypatch, os, "fsync", n, OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(OSError, match="No space left"):
        a_run(key=2, weeks=6, n_loads=200).write(folder)
    assert RunResult.read(folder).manifest["key"] == 1
    assert [p.name for p in tmp_path.iterdir()] == ["one"]


@pytest.mark.parametrize("n", range(1, 11))
def test_interrupted_replacement_is_finished(run, tmp_path, monkeypatch, n):
    folder = run.write(tmp_path / "one")
    counted(monkeypatch, type(folder), "replace", n, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        a_run(key=2, weeks=6, n_loads=200).write(folder)
    assert RunResult.read(folder).manifest["key"] == 2
    assert [p.name for p in tmp_path.iterdir()] == ["one"]


def test_a_mixture_of_two_runs_is_no_run(run, tmp_path):
    """What a power cut in the middle of a replacement leaves is named, and may be written over."""
    folder, other = run.write(tmp_path / "one"), a_run(key=2, weeks=6, n_loads=200)
    other.write(tmp_path / "two")
    (folder / "loads.parquet").write_bytes((tmp_path / "two" / "loads.parquet").read_bytes())
    with pytest.raises(RunFolderError, match=r"loads\.parquet: differs from what was written"):
        RunResult.read(folder)
    other.write(folder)
    assert RunResult.read(folder).manifest["key"] == 2
