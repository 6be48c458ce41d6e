"""What became of the environment of pictures: told, grouped, and accepted."""

from __future__ import annotations

from dataclasses import replace

from builders import ENVIRONMENT, a_baseline, a_run, a_schedule, a_screenshot
from inspect_pipelines.domain.cause import CauseKind, cause_of
from inspect_pipelines.domain.environment_change import (
    BETWEEN,
    CHANGED,
    changes_by_view,
    changes_in,
    id_of,
    told_of,
    unaccepted,
)
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.screenshot import UNKNOWN

NEWER = replace(ENVIRONMENT, browser="Chromium 157", scale=2.0)
TOLD = f"browser '{ENVIRONMENT.browser}' became 'Chromium 157', scale '1.0' became '2.0'"


def test_only_what_both_sides_know_has_changed() -> None:
    baseline = a_baseline(views=("cart", "home", "pay"))
    shots = [
        a_screenshot("cart", environment=NEWER),
        a_screenshot("home", environment=replace(ENVIRONMENT, browser=UNKNOWN)),
        a_screenshot("new", environment=NEWER),
    ]

    assert changes_by_view(baseline, shots) == {shots[0].view: TOLD}
    assert changes_by_view(None, shots) == {}


def test_what_a_person_accepted_is_asked_about_no_more() -> None:
    first, second, third = (a_screenshot(name).view for name in ("cart", "home", "pay"))
    changes = {first: "b", second: "a", third: "b"}

    assert unaccepted(changes, ()) == ("a", "b")
    assert unaccepted(changes, {"b"}) == ("a",)


def test_a_verdict_tells_its_changes_and_another_one_tells_none() -> None:
    assert changes_in(told_of([CHANGED + BETWEEN.join(("a", "b")), "more"])) == ("a", "b")
    assert changes_in(told_of(["shop/home@desktop: it differs"])) == ()
    assert told_of([]) == ""


def test_runs_of_all_definitions_that_ask_by_the_same_change_share_a_cause() -> None:
    run = replace(a_run(1), status=RunStatus.NEEDS_REVIEW)

    one, other = (
        cause_of(run, a_schedule(name), (), (), [CHANGED + TOLD, "shop/home@desktop: it differs"])
        for name in ("nightly", "weekly")
    )

    assert one is not None
    assert other is not None
    assert (one.kind, one.scope) == (CauseKind.REVIEW, f"environment:{id_of(TOLD)}")
    assert one.fingerprint == other.fingerprint
