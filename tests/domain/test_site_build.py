"""What a site says of its build, and what follows when it says another one."""

from __future__ import annotations

import pytest

from inspect_pipelines.domain.site_build import BuildSource, build_in, changed

PAGE = "<html><head><META name='Build' content='  2026.11\n29 '><meta name=build content=no></head>"


@pytest.mark.parametrize(
    ("source", "body", "build"),
    [
        (BuildSource(header="X-Build"), "", "abc123"),
        (BuildSource(header="x-none"), "abc", None),
        (BuildSource(meta="build"), PAGE, "2026.11 29"),
        (BuildSource(meta="version"), PAGE, None),
        (BuildSource(meta="build"), "<meta name=build>", None),
        (BuildSource(json="git.sha"), '{"git": {"sha": "f00"}}', "f00"),
        (BuildSource(json="build"), '{"build": 42}', "42"),
        (BuildSource(json="git"), '{"git": {"sha": "f00"}}', None),
        (BuildSource(json="on"), '{"on": true}', None),
        (BuildSource(json="git.sha"), "<html>", None),
        (BuildSource(json="length(@)"), "3", None),
        (BuildSource(), " v7\n", "v7"),
        (BuildSource(), " \n", None),
        (BuildSource(), "x" * 999, "x" * 200),
    ],
)
def test_a_build_is_read_where_the_playbook_says(source: BuildSource, body: str, build: str | None) -> None:
    assert build_in(source, {"x-build": "abc123"}, body) == build


@pytest.mark.parametrize(("before", "after"), [(None, "a"), ("a", None), (None, None), ("a", "a")])
def test_one_build_and_an_unknown_one_are_no_change(before: str | None, after: str | None) -> None:
    assert changed(before, after) is None


def test_another_build_is_a_sentence() -> None:
    assert changed("a", "b") == "the site changed while it was looked at: its build was 'a' and is 'b'"
