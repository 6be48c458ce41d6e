"""Which elements a repair may move, and all that it may not touch."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from builders import a_session
from inspect_pipelines.domain.action import Goto, TakeScreenshot, WaitFor
from inspect_pipelines.domain.expectation import ExpectText, ExpectVisible
from inspect_pipelines.domain.finding import Finding, FindingKind, Ignored, Severity
from inspect_pipelines.domain.gesture import Click, Drag, Fill, Press
from inspect_pipelines.domain.ids import PlaybookId
from inspect_pipelines.domain.playbook import FindingRules, PageRules, Playbook, Step, Variable
from inspect_pipelines.domain.repair import (
    Lost,
    NoRepair,
    Place,
    Repair,
    RepairStatus,
    lost_in,
    mended,
    refuse_other_changes,
    same_but_played,
    with_places,
)
from inspect_pipelines.domain.session import Agent, SessionResult, SessionStatus
from inspect_pipelines.domain.target import Target

OLD, NEW = Target(selector="#pay"), Target(role="button", name="Pay now")
MAIL = Fill(Target(label="Email"), "{{email}}")
THANKS = ExpectVisible(Target(text="Thank you"))
PAY = Step("pay", "Pay", (Goto("/pay"), MAIL, Click(OLD), TakeScreenshot("paid", tolerance=0.01)), (THANKS,))
SHOP = Playbook(
    PlaybookId("shop"),
    "Shop",
    (PAY,),
    variables=(Variable("email"), Variable("password", secret=True, default="${env:P}")),
    page=PageRules(mask=("#clock",), block=("**/ads/*",)),
    findings=FindingRules("warning"),
)
LOST = Lost("pay", "click #pay: could not be done within 30 s: found none; did you mean '#pay-now'?")
DID = [Goto("/pay"), MAIL, Click(NEW)]


def a_fault(message: str, kind: FindingKind = FindingKind.ACTION, **changes: Any) -> Finding:
    return replace(Finding(kind, Severity.ERROR, message, "shop", "pay", "desktop", "/pay"), **changes)


def failed(*findings: Finding, **changes: Any) -> SessionResult:
    return a_session(status=SessionStatus.FAILED, findings=findings, **changes)


@pytest.mark.parametrize(
    "message",
    [
        "click #pay: could not be done within 30 s: found none",
        "click #pay: could not be done within 30 s: found 2; say which one is meant: <a>, <b>",
        "fill label 'Card': could not be done: there is no frame '#card'",
        "click button 'x' within #box: could not be done: there is no #box to look within",
    ],
)
def test_an_element_that_is_not_found_is_lost(message: str) -> None:
    assert lost_in(failed(a_fault("a page threw", FindingKind.PAGE_ERROR), a_fault(message))) == Lost(
        "pay", message
    )


@pytest.mark.parametrize(
    "session",
    [
        failed(a_fault("click #pay: could not be done within 30 s: it is disabled")),
        failed(a_fault("click #pay: could not be done within 30 s: it is covered by <div>")),
        failed(a_fault("click #pay: .. found none", FindingKind.EXPECTATION)),
        failed(a_fault("click #pay: x: found none", ignored=Ignored("known"))),
        failed(),
        a_session(status=SessionStatus.COMPLETED, findings=(a_fault("click #pay: x: found none"),)),
        failed(a_fault("click #pay: x: found none"), agent=Agent("s1")),
    ],
)
def test_what_the_site_does_wrong_is_not_lost(session: SessionResult) -> None:
    assert lost_in(session) is None


def test_only_the_element_that_was_lost_is_looked_for_elsewhere() -> None:
    other = Fill(Target(placeholder="you@shop"), "{{email}}")

    after, place = mended(SHOP, LOST, [Goto("/pay"), other, Click(NEW)])

    assert place == Place("pay", 2, "click", OLD, NEW)
    assert str(place) == "step 'pay': click button 'Pay now' instead of #pay"
    assert after == replace(
        SHOP, steps=(replace(PAY, actions=(*PAY.actions[:2], Click(NEW), PAY.actions[3])),)
    )


def test_waits_of_the_agent_change_nothing_and_the_first_place_counts_where_no_message_names_one() -> None:
    after, place = mended(
        SHOP, Lost("pay", "something else: x: found none"), [*DID[:2], WaitFor(NEW), Click(NEW)]
    )

    assert place.number == 2
    assert not [each for each in after.actions() if isinstance(each, WaitFor)]


def test_a_gesture_keeps_the_viewports_that_it_is_for() -> None:
    only = replace(SHOP, steps=(replace(PAY, actions=(Click(OLD, only=("phone",)), TakeScreenshot("a"))),))

    after, _ = mended(only, LOST, [Click(NEW)])

    assert after.steps[0].actions[0] == Click(NEW, only=("phone",))


@pytest.mark.parametrize(
    ("did", "why"),
    [
        ([], "nothing"),
        ([*DID, Click(NEW)], "the way has changed"),  # a detour
        ([Goto("/thanks")], "the way has changed"),  # round the button that is gone
        ([Goto("/other"), MAIL, Click(NEW)], "the way has changed"),
        ([Goto("/pay"), replace(MAIL, value="{{password}}"), Click(NEW)], "the way has changed"),
        ([Goto("/pay"), MAIL, Press("Enter")], "the way has changed"),
        ([Goto("/pay"), MAIL, Click(OLD)], "with the same elements"),
    ],
)
def test_another_way_is_no_repair(did: list[Any], why: str) -> None:
    with pytest.raises(NoRepair, match=why):
        mended(SHOP, LOST, did)


def test_where_something_is_dragged_to_is_not_moved() -> None:
    drag = Drag(OLD, Target(selector="#cart"))
    shop = replace(SHOP, steps=(Step("pay", "Pay", (drag,), (THANKS,)),))

    with pytest.raises(NoRepair, match="same elements"):
        mended(shop, LOST, [replace(drag, to=NEW)])


def test_a_login_is_mended_by_people_only() -> None:
    with pytest.raises(NoRepair, match="only a person"):
        mended(SHOP, Lost("login", LOST.message), DID)


def test_a_place_behind_which_nothing_is_looked_at_is_not_proposed() -> None:
    blind = replace(
        SHOP, steps=(Step("a", "A", (), (THANKS,)), Step("pay", "Pay", (TakeScreenshot("x"), Click(OLD))))
    )

    with pytest.raises(NoRepair, match="nobody could tell"):
        mended(blind, LOST, [Click(NEW)])

    after = replace(blind, steps=(*blind.steps, Step("end", "End", (), (THANKS,))))
    assert mended(after, LOST, [Click(NEW)])[1].new == NEW


OTHERWISE: dict[str, Playbook] = {
    "a criterion less": replace(SHOP, steps=(replace(PAY, success_criteria=()),)),
    "a criterion that expects something else": replace(
        SHOP, steps=(replace(PAY, success_criteria=(ExpectVisible(Target(text="Sorry")),)),)
    ),
    "an expectation more": replace(
        SHOP, steps=(replace(PAY, actions=(*PAY.actions, ExpectText(None, contains="x"))),)
    ),
    "a picture less": replace(SHOP, steps=(replace(PAY, actions=PAY.actions[:3]),)),
    "a tolerance": replace(SHOP, steps=(replace(PAY, actions=(*PAY.actions[:3], TakeScreenshot("paid", tolerance=1.0))),)),
    "an optional step": replace(SHOP, steps=(replace(PAY, optional=True),)),
    "a step that a person does": replace(SHOP, steps=(replace(PAY, manual=True),)),
    "no step": replace(SHOP, steps=()),
    "a mask": replace(SHOP, page=replace(SHOP.page, mask=("body",))),
    "a host that is let in": replace(SHOP, page=replace(SHOP.page, block=())),
    "findings that fail nothing": replace(SHOP, findings=FindingRules(None)),
    "another site": replace(SHOP, base_url="https://evil.example"),
    "a secret in clear": replace(SHOP, variables=(Variable("email"), Variable("password", default="hunter2"))),
    "no viewport": replace(SHOP, viewports=()),
    "a value": replace(SHOP, steps=(replace(PAY, actions=(Goto("/pay"), replace(MAIL, value="x"), *PAY.actions[2:])),)),
    "an address": replace(SHOP, steps=(replace(PAY, actions=(Goto("/thanks"), *PAY.actions[1:])),)),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERWISE)
def test_nothing_but_places_may_differ(name: str) -> None:
    with pytest.raises(NoRepair):
        refuse_other_changes(SHOP, OTHERWISE[name])


@pytest.mark.parametrize("name", [name for name in OTHERWISE if name not in ("a value", "an address")])
def test_a_twin_asks_for_the_same(name: str) -> None:
    assert not same_but_played(SHOP, OTHERWISE[name])
    assert same_but_played(
        SHOP, replace(SHOP, runner="browser", steps=(replace(PAY, actions=PAY.actions[3:]),))
    )


def test_a_repair_is_told_in_a_line() -> None:
    refused = Repair(
        "x1",
        "r1",
        "shop",
        "pay",
        LOST.message,
        RepairStatus.REFUSED,
        datetime(2026, 11, 30, tzinfo=UTC),
        reason="no",
    )
    proposed = replace(refused, status=RepairStatus.PROPOSED, places=(Place("pay", 2, "click", OLD, NEW),))

    assert refused.sentence == "shop, step 'pay': no repair is proposed: no"
    assert proposed.sentence == "shop: step 'pay': click button 'Pay now' instead of #pay (proposed)"


def test_places_are_put_where_they_were_lost_and_nowhere_else() -> None:
    place = Place("pay", 2, "click", OLD, NEW)

    assert with_places(SHOP, [place]) == mended(SHOP, LOST, DID)[0]
    for other in (
        replace(place, number=1),
        replace(place, number=9),
        replace(place, step_id="x"),
        replace(place, old=NEW),
    ):
        with pytest.raises(NoRepair, match="something else by now"):
            with_places(SHOP, [other])
