"""The short form of `make fuzz-visual`: broken pictures are read in a process of their own, every night's numbers the same."""

from __future__ import annotations

import pytest

from benchmarks.fuzz_visual import DIE_AT, cut_everywhere, hunt, judged
from benchmarks.visual.good_files import whole
from benchmarks.visual.mutants import mutant


def test_no_broken_picture_crashes_a_reader_breaks_its_promise_or_passes():
    report = hunt(0, 250)

    assert report.broken == []
    assert report.files == 250
    assert set(report.outcomes) == {"picture", "unreadable"}


def test_no_truncated_picture_ever_passes_not_even_against_itself():
    report = cut_everywhere(61)

    assert report.broken == []
    assert report.files > 200


def test_the_same_number_is_the_same_file():
    assert [mutant(seed) for seed in range(40)] == [mutant(seed) for seed in range(40)]


@pytest.mark.parametrize("name", [name for name in sorted(whole()) if not name.startswith("animated")])
def test_what_the_broken_files_are_made_of_is_whole(name):
    outcome, broken = judged(whole()[name])

    assert (outcome, broken) == ("picture", "")


def test_a_reader_that_dies_is_told_with_its_number_and_the_hunt_goes_on(monkeypatch):
    monkeypatch.setenv(DIE_AT, "3")

    report = hunt(0, 6)

    assert report.files == 5
    (told,) = report.broken
    assert told.startswith("seed 3 (")
    assert "ended the process: -11" in told
