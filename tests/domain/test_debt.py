"""What is told of each thing that somebody owes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from builders import NOW, a_sha, a_view
from inspect_pipelines.domain.debt import (
    age,
    told_of_drift,
    told_of_end,
    told_of_environment,
    told_of_ignored,
    told_of_review,
    told_of_rung,
    told_of_unneeded,
    told_of_variant,
)
from inspect_pipelines.domain.decision import Decision, Shown
from inspect_pipelines.domain.drift_track import Track
from inspect_pipelines.domain.flakiness import Rung, Window
from inspect_pipelines.domain.ids import DEFAULT_ORG, DecisionId, DefinitionId, RunId
from inspect_pipelines.domain.ignore import Ignore
from inspect_pipelines.domain.said import DecisionKind

NIGHTLY = DefinitionId("nightly")
WEEK, MONTH = Window(7, 7, 7, 0, 0.0), Window(30, 30, 4, 2, 0.86)


@pytest.mark.parametrize(
    ("rung", "week", "says"),
    [
        (Rung.BROKEN, WEEK, "cart is broken: 7 of 7 runs in 7 days failed"),
        (Rung.BROKEN, replace(WEEK, runs=1), "cart is broken: 4 of 30 runs in 30 days failed"),
        (
            Rung.UNSTABLE,
            WEEK,
            "cart is unstable: of 30 runs in 30 days 4 failed and 2 passed only at another look (20%)",
        ),
        (
            Rung.AT_RISK,
            WEEK,
            "cart is at risk: its worst run in 30 days used 86% of what it may differ by and pass",
        ),
    ],
)
def test_a_rung_is_told_with_its_numbers(rung: Rung, week: Window, says: str) -> None:
    assert told_of_rung("cart", rung, week, MONTH) == says


def test_what_is_well_and_what_few_runs_show_is_no_debt() -> None:
    assert told_of_rung("cart", Rung.NOISY, WEEK, MONTH) == ""
    assert told_of_rung("cart", Rung.BROKEN, WEEK, replace(MONTH, runs=2)) == ""


def test_a_review_says_what_waits_and_for_how_long() -> None:
    views = [a_view(f"v{number}") for number in range(5)]
    since = NOW - timedelta(days=18, hours=3)

    assert told_of_review(NIGHTLY, "", views[:1], since=since, now=NOW) == (
        "nightly waits for 18 days: shop/v0@desktop"
    )
    assert told_of_review(NIGHTLY, "acme/shop#12", views, since=NOW - timedelta(hours=1), now=NOW) == (
        "nightly (acme/shop#12) waits for 1 hour: shop/v0@desktop, shop/v1@desktop, shop/v2@desktop and 2 more"
    )
    assert told_of_review(NIGHTLY, "", (), since=since, now=NOW).endswith(": nothing is approved yet")
    assert age(NOW - timedelta(days=1), NOW) == "1 day"
    assert age(NOW - timedelta(minutes=59), NOW) == "less than an hour"


def test_a_variant_is_told_that_ends_soon_or_can_go() -> None:
    assert told_of_variant(a_view(), "B", NOW, "user:ada") == (
        f"variant B of shop/home@desktop is right until {NOW:%Y-%m-%d %H:%M} UTC; ada said so"
    )
    assert told_of_unneeded(a_view(), "B", "it ended") == "variant B of shop/home@desktop can go: it ended"


def test_drift_is_told_from_half_way_to_the_review_that_it_ends_in() -> None:
    track = Track(a_sha(), "m", a_sha(), NOW, spent=1.2, runs=3, since=NOW - timedelta(days=3))

    assert told_of_drift(str(a_view()), track, NOW) == (
        "shop/home@desktop drifts: over 3 runs in a row since 2026-11-19 it has spent 1.2 times what one run may differ by; "
        "beyond 2 a run needs review"
    )
    assert told_of_drift(str(a_view()), replace(track, runs=2), NOW) == ""
    assert told_of_drift(str(a_view()), replace(track, spent=0.9), NOW) == ""
    assert told_of_drift(str(a_view()), replace(track, since=None), NOW) == ""
    old = replace(track, spent=0.4, since=NOW - timedelta(days=31))
    assert "drifts" in told_of_drift(str(a_view()), old, NOW)


def test_what_was_set_aside_says_until_when_and_who_looks_after_it() -> None:
    shown = Shown(a_view(), a_sha("a"), a_sha("b"))
    word = Decision(
        DecisionId("d1"), DEFAULT_ORG, "nightly", DecisionKind.QUARANTINE, shown, RunId("r1"),
        "user:ada", NOW, owner="bob", until=NOW,
    )  # fmt: skip

    until = f"until {NOW:%Y-%m-%d %H:%M} UTC"
    assert told_of_end(word) == f"shop/home@desktop is quarantined {until}; bob looks after it"
    ignored = replace(word, kind=DecisionKind.IGNORE, owner="")
    assert told_of_end(ignored) == f"shop/home@desktop is ignored {until}; ada said so"
    assert told_of_ignored("shop", Ignore("ticket 7", text="x", until=date(2026, 12, 1))) == (
        "shop ignores findings until 2026-12-01 because ticket 7; then they count again"
    )


def test_an_environment_is_one_thing_however_many_definitions_it_touches() -> None:
    assert told_of_environment(1, ["a", "b"]) == "another environment touches 1 definition: a; b"
    assert told_of_environment(3, ["a"]) == "another environment touches 3 definitions: a"
