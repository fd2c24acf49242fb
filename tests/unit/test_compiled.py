"""Compiled kernels are kept by the source of everything they are compiled from."""

import pytest

from sim import compiled


@pytest.fixture
def sources(tmp_path, monkeypatch):
    """A small tree of sources in place of the real one."""
    (tmp_path / "kernels").mkdir()
    for name in ("codes.py", "draws.py", "kernels/carry.py", "model.py"):
        (tmp_path / name).write_text("x = 1\n", encoding="utf-8")
    monkeypatch.setattr(compiled, "__file__", str(tmp_path / "compiled.py"))
    return tmp_path


@pytest.mark.parametrize("edited", ["codes.py", "draws.py", "kernels/carry.py", "kernels/new.py"])
def test_an_edit_of_any_source_is_another_folder(sources, edited):
    before = compiled.cache_folder()
    (sources / edited).write_text("x = 2\n", encoding="utf-8")
    assert compiled.cache_folder() != before


def test_an_edit_above_the_kernels_keeps_the_folder(sources):
    before = compiled.cache_folder()
    (sources / "model.py").write_text("x = 2\n", encoding="utf-8")
    assert compiled.cache_folder() == before


def test_a_folder_that_was_named_is_kept(monkeypatch):
    monkeypatch.setattr(compiled.config, "CACHE_DIR", "elsewhere")
    compiled.keep_by_source()
    assert compiled.config.CACHE_DIR == "elsewhere"


def test_the_folder_lies_below_the_cache_of_the_user(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(compiled.config, "CACHE_DIR", "")
    compiled.keep_by_source()
    assert str(tmp_path / "kordon" / compiled.source_digest()) == compiled.config.CACHE_DIR
