from __future__ import annotations

from inspect_pipelines.domain.session_request import place_in_run


def test_sessions_stand_in_the_plans_order_and_attempts_in_theirs() -> None:
    names = ["r.1", "r.1.2", "r.1.10", "r.2", "r.10", "r.10.2"]

    assert sorted(names, key=lambda name: place_in_run("r", name) or 0) == names
    assert place_in_run("r", "another.1") is place_in_run("r", "r.1.2.1") is None
