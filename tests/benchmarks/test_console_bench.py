"""What the benchmark of the console makes to look at, and what it makes of what it saw."""

from __future__ import annotations

from pathlib import Path

from benchmarks import console, report
from benchmarks.looking.album import make_album
from benchmarks.looking.eye import Sight
from houses import a_house
from inspect_pipelines.queries.review_room import review_room


def test_every_view_of_the_album_differs_by_itself_and_waits(tmp_path: Path) -> None:
    house = a_house(tmp_path)

    room = review_room(house, make_album(house, 3))

    assert room is not None
    assert [one.view.name for one in room.waiting] == ["view-0000", "view-0001", "view-0002"]
    shas = {sha for one in room.views for sha in (one.found.old_sha256, one.found.new_sha256) if one.found}
    assert len(shas) == 6
    house.ledgers.close()


def test_the_slowest_page_and_the_heaviest_are_held_to_the_goals() -> None:
    pages = {"home": [Sight(100.0, 150.0, 30.0, 0)] * 9, "insight": [Sight(1500.0, 1600.0, 160.0, 2)] * 9}
    review, run = [Sight(200.0, 1400.0, 90.0, 50)], [Sight(200.0, 900.0, 120.0, 130)]

    figures = console.of_pages(pages) | console.of_many_views(review, run)

    wanted = {name: goal for name, goal in console.WANTED.items() if name in figures}
    assert {goal.name: goal.met for goal in report.goals_of(figures, wanted)} == {
        "first_paint_p95_ms": False,
        "transferred_most_kb": False,
        "many_views_interactive_ms": True,
        "many_views_pictures": False,
    }
