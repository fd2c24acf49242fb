"""The doctor sees what is wrong with an installation."""

import json
from importlib import metadata
from types import SimpleNamespace

import pytest

import sim
from experiments import doctor


def by_name(findings):
    return {finding.what: finding for finding in findings}


def test_packages_that_fit_are_well(monkeypatch):
    monkeypatch.setattr(metadata, "requires", lambda _: ["numpy>=2.0", "pytest>=8; extra == 'dev'"])
    monkeypatch.setattr(metadata, "version", lambda name: {"numpy": "2.4.6", "kordon": "0.1.0"}[name])
    found = by_name(doctor._packages())
    assert set(found) == {"kordon", "numpy"}
    assert found["numpy"].is_well
    assert str(found["numpy"]).split() == ["ok", "numpy", "2.4.6"]


def test_old_and_missing_packages_are_faults(monkeypatch):
    def version(name):
        if name == "mesa":
            raise metadata.PackageNotFoundError(name)
        return "1.26"

    monkeypatch.setattr(metadata, "requires", lambda _: ["numpy>=2.0", "mesa>=3.3.1"])
    monkeypatch.setattr(metadata, "version", version)
    found = by_name(doctor._packages())
    assert not found["numpy"].is_well
    assert found["numpy"].found == "1.26, expected >=2.0"
    assert found["mesa"].found == "not installed, expected >=3.3.1"


def test_packages_of_others_under_our_names_are_faults(monkeypatch, tmp_path):
    assert all(finding.is_well for finding in doctor._ours())
    real = doctor.find_spec
    other = SimpleNamespace(origin=str(tmp_path / "experiments" / "__init__.py"))
    monkeypatch.setattr(doctor, "find_spec", lambda name: other if name == "experiments" else real(name))
    found = by_name(doctor._ours())
    assert not found["experiments"].is_well
    assert str(tmp_path) in found["experiments"].found
    assert found["sim"].is_well


def test_cache_that_can_and_cannot_be_written(monkeypatch, tmp_path):
    kernel = SimpleNamespace(stats=SimpleNamespace(cache_path=str(tmp_path / "cache")))
    monkeypatch.setattr("sim.draws.block", kernel)
    assert doctor._cache().is_well
    (tmp_path / "file").write_text("")
    kernel.stats.cache_path = str(tmp_path / "file" / "cache")
    assert not doctor._cache().is_well
    monkeypatch.setattr("sim.draws.block", lambda: None)
    assert doctor._cache().found == "compilation is switched off"


@pytest.mark.parametrize("kept", ["ab" * 32, "cd" * 32])
def test_self_test_compares_the_event_log(monkeypatch, tmp_path, kept):
    (tmp_path / "data").mkdir()
    document = {"scenario": "tutorial", "key": 1, "event_log_sha256": kept}
    (tmp_path / "data" / doctor.SELF_TEST).write_text(json.dumps(document))
    monkeypatch.setattr(doctor, "files", lambda _: tmp_path)
    monkeypatch.setattr(
        sim, "run", lambda *_, **__: SimpleNamespace(manifest={"event_log_sha256": "ab" * 32})
    )
    finding = doctor._self_test()
    assert finding.is_well == (kept == "ab" * 32)
    assert "tutorial, key 1: event log abababababababab" in finding.found


def test_missing_digest_is_a_fault(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "files", lambda _: tmp_path)
    assert not doctor._self_test().is_well
