from __future__ import annotations

from dataclasses import replace

import pytest

from builders import a_presence
from inspect_pipelines.domain.presence import Agreement, Presence, agreements

UP = a_presence()
WORKER = replace(UP, host="b", part="worker", rows_behind=None)
WEB = replace(UP, host="c", part="web", place="http://c:8460", plays=False, rows_behind=None)


def found(*told: Presence, has_workers: bool = False) -> dict[str, Agreement]:
    return {one.what: one for one in agreements(told, has_workers=has_workers)}


def broken(*told: Presence, has_workers: bool = False) -> dict[str, str]:
    return {what: one.found for what, one in found(*told, has_workers=has_workers).items() if not one.holds}


def test_parts_that_agree_are_told_what_they_agree_on():
    told = found(UP, WORKER, WEB)

    assert all(one.holds for one in told.values())
    assert told["parts"].found == "1 up, 1 web, 1 worker"
    assert told["versions"].found == "1.4.0 (c0de, ledger 0049)"
    assert told["browsers"].found == "Chromium 140.0.1.2"
    assert told["history"].found == "3 facts behind (up on a)"


@pytest.mark.parametrize(
    ("change", "what", "told"),
    [
        (
            {"version": "1.3.0"},
            "versions",
            "1.4.0 (c0de, ledger 0049): up on a; 1.3.0 (c0de, ledger 0049): worker on b",
        ),
        (
            {"code": "01d"},
            "versions",
            "1.4.0 (c0de, ledger 0049): up on a; 1.4.0 (01d, ledger 0049): worker on b",
        ),
        (
            {"dagster": "1.12.0"},
            "Python and Dagster",
            "3.11.2, 1.13.27: up on a; 3.11.2, 1.12.0: worker on b",
        ),
        ({"browser": ""}, "browsers", "Chromium 140.0.1.2: up on a; none: worker on b"),
        ({"fonts": "0123"}, "fonts", "f0f0: up on a; 0123: worker on b"),
        ({"clock_off": -9.0, "clock_bound": 0.5}, "clocks", "worker on b 9.00 s behind ± 0.50"),
    ],
)
def test_what_differs_is_told_with_who_has_what(change, what, told):
    other = replace(WORKER, **change)

    assert broken(UP, other) == {what: told}
    assert found(UP, other)[what].how


def test_browser_and_fonts_of_who_plays_nothing_do_not_count():
    assert broken(UP, replace(WEB, browser="", fonts="")) == {}


def test_a_clock_is_off_only_as_far_as_asking_is_known_to_be_quick():
    slow = replace(WORKER, clock_off=9.0, clock_bound=4.5)

    assert broken(UP, slow) == {}
    assert found(UP, slow)["clocks"].found == "at most 9.00 s ahead ± 4.50 (worker on b)"


def test_who_was_not_heard_of_is_missed_and_compared_no_more():
    gone = replace(WORKER, version="1.3.0", seconds_ago=600.0)

    assert broken(UP, gone) == {"parts": "1 up; not heard of: worker on b (/home) for 10 min"}


def test_nobody_who_starts_runs_is_missed():
    assert broken() == {"parts": "none is there; no up and no daemon"}
    assert broken(WEB) == {
        "parts": "1 web; no up and no daemon",
        "history": "nobody keeps it up to date",
    }


def test_a_worker_is_missed_where_runs_are_played_by_workers():
    daemon = replace(UP, part="daemon", plays=False)

    assert broken(daemon) == {}
    assert broken(daemon, has_workers=True) == {"parts": "1 daemon; no worker"}
    assert broken(daemon, WORKER, has_workers=True) == {}


def test_a_history_far_behind_is_told():
    assert broken(replace(UP, rows_behind=10_001)) == {"history": "10,001 facts behind (up on a)"}
    assert broken(replace(UP, rows_behind=10_001), replace(UP, host="b")) == {}
