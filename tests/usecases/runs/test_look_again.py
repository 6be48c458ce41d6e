"""Another look at what differs, with real pictures: twice the same is a change, once only is flaky."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from builders import ENVIRONMENT, NOW, a_baseline, a_finding, a_plan, a_schedule, a_screenshot, a_session
from galleries import MemoryGallery
from houses import a_house, apply
from inspect_pipelines.domain.baseline import image_of
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.domain.plan import BaselinePolicy, Retries
from inspect_pipelines.domain.retry import RetryClass
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.screenshot import Screenshot
from inspect_pipelines.domain.session import SessionResult, SessionStatus
from inspect_pipelines.domain.verdict import VerdictKind
from inspect_pipelines.imaging.drawing import encode
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.adopt import adopt
from inspect_pipelines.usecases.pictures.compare_looks import UNSETTLED
from inspect_pipelines.usecases.pictures.compare_run import compare_run
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import judge
from inspect_pipelines.usecases.runs.look_again import look_again
from inspect_pipelines.usecases.runs.play import play_all
from inspect_pipelines.usecases.runs.start import Ticket

BLUE, ORANGE, GREEN = (47, 111, 237), (217, 72, 15), (15, 160, 60)


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path, gallery=MemoryGallery())
    apply(house, a_schedule())
    shots = [shot(house, "home", BLUE), shot(house, "cart", BLUE)]
    images = {each.view: image_of(each, RunId("r0")) for each in shots}
    with house.ledger.write() as ledger:
        ledger.baselines.add(a_baseline(views=(), images=images))
    return house


def shot(house: House, name: str, colour: tuple[int, int, int]) -> Screenshot:
    picture = np.full((300, 400, 3), 255, np.uint8)
    for top in range(0, 300, 20):
        picture[top : top + 8, 200 : 390 - top % 37] = 90 + top % 101
    picture[60:100, 40:160] = colour
    return a_screenshot(name, sha256=house.gallery.put(encode(picture)), width=400, height=300)


def looks(house: House, *carts: tuple[int, int, int] | None, **changes: object) -> list[SessionResult]:
    """Sessions whose home is as approved, and whose cart has these colours, or is not there."""
    home = shot(house, "home", BLUE)
    return [
        a_session(screenshots=(home, *((shot(house, "cart", cart),) if cart else ())), **changes)
        for cart in carts
    ]


def run(house: House, *sessions: SessionResult):
    """The conclusion of a run whose attempts are these."""
    house.sessions.results = list(sessions)
    ticket = Ticket(DefinitionId("nightly-shop"), "d1", origin="cron:nightly-shop:2026-11-22T07:00Z")
    run_id = start.admit(house, ticket).run.id
    play_all(house, run_id)
    look_again(house, run_id)
    compare_run(house, run_id)
    report = judge(house, run_id).report
    with house.ledger.read() as ledger:
        attempts = ledger.evidence.sessions(run_id)
    return report, [(each.attempt, each.cause, len(each.screenshots)) for each in attempts]


def test_what_looks_as_approved_is_looked_at_once(house: House) -> None:
    report, attempts = run(house, *looks(house, BLUE))

    assert report.verdict.kind is VerdictKind.PASSED
    assert attempts == [(1, None, 2)]


def test_what_differs_the_same_way_twice_fails(house: House) -> None:
    report, attempts = run(house, *looks(house, ORANGE, ORANGE))

    assert report.run.status is RunStatus.FAILED
    assert [str(each.view) for each in report.comparisons if not each.passed] == ["shop/cart@desktop"]
    assert attempts == [
        (1, None, 2),
        (2, RetryClass.VISUAL, 1),
    ]  # of the second look only the differing view is kept


def test_what_looks_as_approved_at_the_second_look_is_flaky_and_passes(house: House) -> None:
    report, _ = run(house, *looks(house, ORANGE, BLUE))

    assert (report.run.status, report.verdict.kind) == (RunStatus.PASSED, VerdictKind.FLAKY)
    assert report.run.reason == (
        "shop/cart@desktop: differed at first, and looks as approved at another look\n2 of 2 views look as approved"
    )
    (session,) = report.sessions
    assert session.screenshots[1] == shot(house, "cart", BLUE)


def test_what_looks_different_each_time_fails_and_says_so(house: House) -> None:
    report, _ = run(house, *looks(house, ORANGE, GREEN))

    assert report.run.status is RunStatus.FAILED
    assert UNSETTLED in report.comparisons[1].reason


def test_what_looks_different_each_time_is_named_by_the_selector_that_masks_it(house: House) -> None:
    """'Mask what changes by itself' left it to people to find out what that was."""
    sessions = looks(house, ORANGE, GREEN)
    map_of = {"elements": (("clock '9:59'", Box(30, 50, 140, 60)),), "selectors": ("p > span.clock",)}
    sessions = [
        replace(each, screenshots=tuple(replace(shot, **map_of) for shot in each.screenshots))
        for each in sessions
    ]

    report, _ = run(house, *sessions)

    assert report.comparisons[1].reason.endswith(
        "; it looked different each time: p > span.clock keeps changing; mask it, or wait for it with page.ready"
    )


@pytest.mark.parametrize(
    ("third", "status"), [(BLUE, RunStatus.PASSED), (ORANGE, RunStatus.FAILED), (GREEN, RunStatus.FAILED)]
)
def test_a_third_look_settles_what_two_left_open(
    house: House, third: tuple[int, int, int], status: RunStatus
) -> None:
    apply(house, a_schedule(plan=a_plan(retries=Retries(visual=2))))

    report, attempts = run(house, *looks(house, ORANGE, GREEN, third))

    assert report.run.status is status
    assert not any(UNSETTLED in each.reason for each in report.comparisons)
    assert len(attempts) == 3


def test_a_view_missing_twice_is_removed_and_one_that_comes_is_flaky(house: House) -> None:
    report, _ = run(house, *looks(house, None, None))
    assert report.run.status is RunStatus.FAILED
    assert report.run.reason == "shop/cart@desktop: missing: the baseline has this view, the run has not"


def test_a_view_that_was_missing_and_comes_at_the_second_look_is_flaky(house: House) -> None:
    report, _ = run(house, *looks(house, None, BLUE))

    assert (report.run.status, report.verdict.kind) == (RunStatus.PASSED, VerdictKind.FLAKY)
    assert [str(each.view) for each in report.sessions[0].screenshots] == [
        "shop/home@desktop",
        "shop/cart@desktop",
    ]


def test_a_new_view_needs_a_person_and_no_other_look(house: House) -> None:
    """It was called a failure, and was shot again 64 s long only to have "looked different each time"."""
    new = shot(house, "pay", BLUE)
    sessions = [replace(each, screenshots=(*each.screenshots, new)) for each in looks(house, BLUE, BLUE)]

    report, attempts = run(house, *sessions)

    assert report.run.status is RunStatus.NEEDS_REVIEW
    assert report.verdict.reasons == ("shop/pay@desktop: new: nothing is approved for this view yet",)
    assert attempts == [(1, None, 3)]


def test_a_changed_view_that_is_missing_at_the_second_look_looks_different_each_time(house: House) -> None:
    report, _ = run(house, *looks(house, ORANGE, None))

    assert report.run.status is RunStatus.FAILED
    assert UNSETTLED in report.comparisons[1].reason


@pytest.mark.parametrize("status", [SessionStatus.CRASHED, SessionStatus.TIMEOUT, SessionStatus.FAILED])
def test_a_second_look_that_did_not_come_to_its_end_takes_nothing_back(
    house: House, status: SessionStatus
) -> None:
    (first,), (second,) = looks(house, ORANGE), looks(house, None, status=status, error="too bad")

    report, attempts = run(house, first, second)

    assert report.run.status is RunStatus.FAILED
    assert UNSETTLED not in report.comparisons[1].reason
    assert [attempt[0] for attempt in attempts] == [1, 2]


def test_nobody_looks_again_when_the_run_fails_anyway(house: House) -> None:
    apply(house, a_schedule(plan=a_plan(retries=Retries(finding=0))))
    (first,) = looks(house, ORANGE, findings=(a_finding(),))

    _, attempts = run(house, first)

    assert attempts == [(1, None, 2)]


def test_nobody_looks_again_when_another_environment_asks_for_a_person(house: House) -> None:
    elsewhere = replace(ENVIRONMENT, browser="Chromium 157")
    (first,) = looks(house, ORANGE)
    first = replace(first, screenshots=tuple(replace(s, environment=elsewhere) for s in first.screenshots))

    report, attempts = run(house, first)

    assert report.run.status is RunStatus.NEEDS_REVIEW
    assert len(attempts) == 1


def test_a_plan_may_say_that_one_look_is_enough(house: House) -> None:
    apply(house, a_schedule(plan=a_plan(retries=Retries(visual=0))))

    report, attempts = run(house, *looks(house, ORANGE))

    assert (report.run.status, len(attempts)) == (RunStatus.FAILED, 1)


def test_nobody_looks_again_when_the_retries_time_is_used_up(house: House) -> None:
    slow = looks(house, ORANGE)[0]
    crash = a_session(
        status=SessionStatus.CRASHED, error="", started_at=NOW, completed_at=NOW, screenshots=()
    )
    late = replace(slow, completed_at=NOW + timedelta(minutes=10))

    _, attempts = run(house, crash, late)

    assert [attempt[:2] for attempt in attempts] == [(1, None), (2, RetryClass.INFRA)]


def test_a_repeated_op_does_not_look_again_and_again(house: House) -> None:
    house.sessions.results = looks(house, ORANGE, ORANGE)
    run_id = start.admit(
        house, Ticket(DefinitionId("nightly-shop"), "d1", origin="cron:nightly-shop:2026-11-22T07:00Z")
    ).run.id
    play_all(house, run_id)
    look_again(house, run_id)
    first = compare_run(house, run_id)

    play_all(house, run_id)
    looks_now = look_again(house, run_id)
    again = compare_run(house, run_id)

    assert looks_now == []
    assert again == first
    assert [each.passed for each in first] == [True, False]
    assert len(house.sessions.requests) == 2


def test_an_op_repeated_after_a_crash_between_two_looks_plays_the_missing_one_only(house: House) -> None:
    """A repeated op once counted the looks that were made, and forgot what they had shown."""
    apply(house, a_schedule(plan=a_plan(retries=Retries(visual=2))))
    first, second, third = looks(house, ORANGE, GREEN, GREEN)
    house.sessions.results = [first, second, KeyboardInterrupt()]
    run_id = start.admit(
        house, Ticket(DefinitionId("nightly-shop"), "d1", origin="cron:nightly-shop:2026-11-22T07:00Z")
    ).run.id
    play_all(house, run_id)
    with pytest.raises(KeyboardInterrupt):
        look_again(house, run_id)

    house.sessions.results = [third]
    played = look_again(house, run_id)
    comparisons = compare_run(house, run_id)

    assert [look.attempt for look in played] == [3]
    assert not comparisons[1].passed
    assert UNSETTLED not in comparisons[1].reason  # green twice


def test_nothing_is_played_while_pictures_are_compared(house: House) -> None:
    house.sessions.results = looks(house, ORANGE, ORANGE)
    run_id = start.admit(
        house, Ticket(DefinitionId("nightly-shop"), "d1", origin="cron:nightly-shop:2026-11-22T07:00Z")
    ).run.id
    play_all(house, run_id)

    compare_run(house, run_id)

    assert len(house.sessions.requests) == 1


def test_another_look_draws_nothing_before_the_pictures_are_compared(house: House) -> None:
    house.sessions.results = looks(house, ORANGE, ORANGE)
    run_id = start.admit(
        house, Ticket(DefinitionId("nightly-shop"), "d1", origin="cron:nightly-shop:2026-11-22T07:00Z")
    ).run.id
    play_all(house, run_id)
    shown = set(house.gallery.images)

    look_again(house, run_id)

    assert set(house.gallery.images) == shown


def test_a_look_under_a_baseline_accepted_since_is_compared_by_its_last_picture(house: House) -> None:
    """Policy would otherwise accept a picture that nobody has compared."""
    house.sessions.results = looks(house, ORANGE, GREEN)
    run_id = start.admit(
        house, Ticket(DefinitionId("nightly-shop"), "d1", origin="cron:nightly-shop:2026-11-22T07:00Z")
    ).run.id
    play_all(house, run_id)
    look_again(house, run_id)
    images = {each.view: image_of(each, RunId("r1")) for each in looks(house, ORANGE)[0].screenshots}
    with house.ledger.write() as ledger:
        ledger.baselines.add(a_baseline(id="b2", views=(), images=images))

    cart = compare_run(house, run_id)[1]

    assert cart.new_sha256 == shot(house, "cart", GREEN).sha256
    assert not cart.passed


def test_what_is_adopted_is_the_last_look(house: House) -> None:
    policy = BaselinePolicy(first_run="review")
    apply(house, a_schedule(plan=a_plan(baseline=policy)))
    report, _ = run(house, *looks(house, ORANGE, BLUE))

    baseline = adopt(house, report.run.id, by="user:ada").baseline

    assert {image.sha256 for image in baseline.images.values()} == {shot(house, "home", BLUE).sha256}
