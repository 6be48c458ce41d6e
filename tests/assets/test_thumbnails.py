"""The table that the Dagster UI shows beside a run's comparisons."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets.thumbnails import changes_of
from builders import a_view
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.wiring import house as wired
from loopback_site.server import png

RUN = RunId("01900000-0000-7000-8000-000000000001")


def a_comparison(name, *, overlay_sha256, reason="form changed"):
    return Comparison(
        a_view(name), Outcome.CHANGED, False, reason, 0.5, "method", 0.02, overlay_sha256=overlay_sha256
    )


@pytest.fixture
def house(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / "home"))
    return wired(Settings())


def test_each_changed_view_has_its_sentence_and_its_overlay(house):
    sha = house.gallery.put(png(40, 30))

    table = changes_of(house, RUN, [a_comparison("pay", reason="button 'Pay' | moved", overlay_sha256=sha)])

    *_, row = table.splitlines()
    assert row.startswith(r"| shop/pay@desktop | button 'Pay' \| moved | [![](data:image/")
    assert row.endswith(f"](/runs/{RUN}/pictures/{sha}) |")


def test_what_a_page_says_of_itself_is_no_markup(house):
    sha = house.gallery.put(png(40, 30))
    reason = "link '![x](http://evil/)<script>' changed"

    table = changes_of(house, RUN, [a_comparison("pay", reason=reason, overlay_sha256=sha)])

    assert "![x](http" not in table
    assert "<script>" not in table.replace(r"\<script\>", "")


def test_views_without_an_overlay_are_left_out_and_many_are_counted(house):
    sha = house.gallery.put(png(40, 30))
    many = [a_comparison(f"v{number}", overlay_sha256=sha) for number in range(8)]

    table = changes_of(house, RUN, [a_comparison("gone", overlay_sha256=None), *many])

    assert "gone" not in table
    assert table.splitlines()[-1] == f"| and 2 more | see the [report](/runs/{RUN}) | |"
