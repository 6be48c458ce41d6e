from __future__ import annotations

from pathlib import Path

import pytest

from inspect_pipelines.engine.sources import Sources, our_folders


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "one.py").write_text("ONE = 1")
    return tmp_path


def test_a_change_counts_once_and_only_when_it_has_settled(folder: Path) -> None:
    sources = Sources([folder])

    (folder / "deep" / "one.py").write_text("ONE = 11")
    first = sources.have_changed(2.0)
    (folder / "two.py").write_text("")
    still_writing = sources.have_changed(4.0)
    settled, again = sources.have_changed(6.0), sources.have_changed(8.0)

    assert (first, still_writing, settled, again) == (False, False, True, False)


def test_a_module_that_goes_away_is_a_change(folder: Path) -> None:
    sources = Sources([folder])

    (folder / "deep" / "one.py").unlink()
    sources.have_changed(2.0)

    assert sources.have_changed(4.0)


def test_what_is_compiled_or_logged_is_none(folder: Path) -> None:
    sources = Sources([folder])

    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "one.py").write_text("")
    (folder / "one.log").write_text("")
    sources.have_changed(2.0)

    assert not sources.have_changed(4.0)


def test_our_own_packages_are_found_wherever_they_are() -> None:
    assert all((folder / "__init__.py").is_file() for folder in our_folders())
