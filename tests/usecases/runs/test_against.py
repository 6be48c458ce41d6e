"""A run beside another live address: what its two sides say is all that it is judged by, and nothing approved is asked or changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from builders import a_finding, a_plan, a_schedule, a_screenshot, a_session
from galleries import MemoryGallery
from houses import a_house, apply
from inspect_pipelines.domain.ids import DefinitionId, Sha256
from inspect_pipelines.domain.plan import BaselinePolicy, NotifyRule, RuleEvent
from inspect_pipelines.domain.report import Report
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.screenshot import Screenshot
from inspect_pipelines.domain.session import OtherSide, SessionResult
from inspect_pipelines.domain.verdict import VerdictKind
from inspect_pipelines.errors import Refused, UsageError
from inspect_pipelines.imaging.drawing import encode
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.report import model
from inspect_pipelines.queries.run import pictures_of
from inspect_pipelines.usecases.pictures.adopt import adopt
from inspect_pipelines.usecases.pictures.compare_run import compare_run
from inspect_pipelines.usecases.pictures.reject import reject
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import judge
from inspect_pipelines.usecases.runs.look_again import look_again
from inspect_pipelines.usecases.runs.play import play_all
from inspect_pipelines.usecases.runs.retry import retry

WWW = "http://www.shop.test"
NAMES = ("shop.test", "www.shop.test")
NIGHTLY = DefinitionId("nightly-shop")
BLUE, ORANGE = (47, 111, 237), (217, 72, 15)
ADOPTING = BaselinePolicy(first_run="adopt", update_on_success=True)
TELLING = (
    NotifyRule(RuleEvent.ON_FAILURE, ("slack:#qa",)),
    NotifyRule(RuleEvent.ON_COMPLETE, ("slack:#qa",)),
)


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path, gallery=MemoryGallery())
    plan = a_plan(baseline=ADOPTING, notify=TELLING, allowed_hosts=("shop.test", "www.shop.test"))
    apply(house, a_schedule(plan=plan))
    return house


def shot(house: House, name: str, colour: tuple[int, int, int], at: str = "http://shop.test") -> Screenshot:
    picture = np.full((300, 400, 3), 255, np.uint8)
    picture[60:160, 40:260] = colour
    sha: Sha256 = house.gallery.put(encode(picture))
    return a_screenshot(name, sha256=sha, width=400, height=300, url=f"{at}/{name}", route=f"/{name}")


def played(house: House, own: dict, other: dict, **of_other: object) -> SessionResult:
    theirs = tuple(shot(house, name, colour, WWW) for name, colour in other.items())
    side = OtherSide(NAMES, ("http://shop.test", WWW), theirs, **of_other)  # type: ignore[arg-type]
    return a_session(
        screenshots=tuple(shot(house, name, colour) for name, colour in own.items()), beside=side
    )


def run(house: House, *sessions: SessionResult, key: str = "k", against: str = WWW) -> Report:
    wanted = start.request(house, NIGHTLY, {}, by="user:ada", key=key, against=against)
    house.sessions.results = list(sessions)
    start.admit(house, start.Ticket(NIGHTLY, f"d-{key}", origin=wanted.origin))
    play_all(house, wanted.id)
    look_again(house, wanted.id)
    compare_run(house, wanted.id)
    return judge(house, wanted.id).report


def test_equal_sides_pass_and_approve_nothing_whatever_the_plan_adopts_by_itself(house: House) -> None:
    report = run(house, played(house, {"home": BLUE}, {"home": BLUE}))

    with house.ledger.read() as ledger:
        assert ledger.baselines.active(NIGHTLY) is None
    assert report.verdict.kind is VerdictKind.PASSED
    assert report.run.reason == "1 of 1 views look the same on both sides"
    assert report.run.against == WWW
    assert model(report).headline == "The one view looks the same on both sides."
    assert [card.word for card in model(report).quiet] == ["The same"]


def test_sides_that_differ_fail_with_both_pictures_kept_under_their_hosts(house: House) -> None:
    look = played(house, {"home": BLUE, "cart": ORANGE}, {"home": BLUE, "cart": BLUE})
    report = run(house, look, look)

    (card,) = model(report).attention
    assert report.run.status is RunStatus.FAILED
    assert report.run.reason.startswith("shop/cart@desktop: on shop.test, beside www.shop.test: ")
    assert card.labels == ("www.shop.test", "shop.test")
    assert {card.old, card.new, card.side_by_side} <= pictures_of(house, report.run.id)
    assert not model(report).accept_command
    assert not card.accept_command
    assert [each.attempt for each in report.attempts] == [1, 2], (
        "a difference is looked at again, on both sides"
    )


def test_what_a_person_compares_on_the_way_alerts_nobody_and_asks_nobody(house: House) -> None:
    look = played(house, {"home": ORANGE}, {"home": BLUE})
    report = run(house, look, look)

    with house.ledger.read() as ledger:
        assert ledger.review_queue.find(report.run.id) is None
    assert report.notifications == ()
    for deed in (adopt, reject):
        with pytest.raises(Refused, match=r"was compared with 'http://www.shop.test'"):
            deed(house, report.run.id, by="user:ada", **({"note": "no"} if deed is reject else {}))


def test_a_plan_that_compares_with_another_address_tells_its_people(house: House) -> None:
    plan = a_plan(notify=TELLING, against=WWW, allowed_hosts=("shop.test", "www.shop.test"))
    apply(house, a_schedule(plan=plan))
    look = played(house, {"home": ORANGE}, {"home": BLUE})

    report = run(house, look, look, against="")

    assert report.run.against == WWW
    told = [note.message for note in report.notifications if note.message.pictures]
    (difference,) = report.comparisons
    assert told
    assert told[0].pictures[0].sha256 == difference.side_by_side_sha256, "both sides, beside each other"
    assert "on shop.test, beside www.shop.test: " in told[0].pictures[0].alt


@pytest.mark.parametrize(
    ("own", "other"),
    [({"home": BLUE, "pay": BLUE}, {"home": BLUE}), ({"home": BLUE}, {"home": BLUE, "pay": BLUE})],
)
def test_a_view_that_only_one_side_has_is_named_and_fails(house: House, own: dict, other: dict) -> None:
    look = played(house, own, other)
    report = run(house, look, look)

    only, lacks = NAMES if "pay" in own else reversed(NAMES)
    assert report.run.status is RunStatus.FAILED
    assert report.run.reason == f"shop/pay@desktop: only {only} shows it, {lacks} does not"


def test_an_error_of_the_other_side_is_an_error_whatever_the_pictures_show(house: House) -> None:
    ill = played(house, {"home": ORANGE}, {"home": BLUE}, error="step 'pay' (desktop): no button 'Pay'")
    report = run(house, ill, ill)

    assert report.run.status is RunStatus.ERROR
    assert report.run.reason == "shop: www.shop.test: step 'pay' (desktop): no button 'Pay'"
    assert report.comparisons == ()
    (card,) = model(report).attention
    assert card.old is not None, "both pictures are there to be looked at"


def test_the_own_side_that_is_broken_has_failed_and_says_what_the_other_one_lacks_too(house: House) -> None:
    both = played(house, {"home": BLUE}, {"home": BLUE}, error="step 'pay' (desktop): no button")
    both = replace(both, findings=(a_finding(),))
    report = run(house, both, both)

    assert report.run.status is RunStatus.FAILED
    assert "www.shop.test: step 'pay'" in report.run.reason


def test_a_difference_that_is_gone_at_another_look_passes(house: House) -> None:
    report = run(
        house, played(house, {"home": ORANGE}, {"home": BLUE}), played(house, {"home": BLUE}, {"home": BLUE})
    )

    assert report.run.status is RunStatus.PASSED
    assert report.verdict.kind is VerdictKind.FLAKY


def test_retrying_compares_with_the_same_address(house: House) -> None:
    report = run(house, played(house, {"home": BLUE}, {"home": BLUE}))

    assert retry(house, report.run.id, by="user:ada").against == WWW


@pytest.mark.parametrize(
    ("against", "why"),
    [
        ("http://evil.test", "'evil.test', which is not allowed"),
        ("ftp://www.shop.test", "must start with"),
        ("www.shop.test", "must start with"),
        ("http://shop.test/", "compared with itself"),
        ("{{deploy_url}}", "only an event brings"),
        ("http://me:secret@www.shop.test", "must not hold a user name"),
    ],
)
def test_an_address_that_cannot_be_compared_with_is_refused_before_anything_is_stored(
    house: House, against: str, why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        start.request(house, NIGHTLY, {}, by="user:ada", key="k", against=against)
    with house.ledger.read() as ledger:
        assert ledger.runs.latest() == []
