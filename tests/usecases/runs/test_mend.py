"""An agent is asked where an element has gone; what it says is proposed, or refused with the reason. The run stays failed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from builders import a_plan, a_schedule, a_session
from houses import a_house, apply
from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.expectation import ExpectVisible
from inspect_pipelines.domain.finding import Finding, FindingKind, Severity
from inspect_pipelines.domain.gesture import Click
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId, PlaybookId, RunId
from inspect_pipelines.domain.message import Message
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.plan import NotifyRule, Retries, RuleEvent
from inspect_pipelines.domain.playbook import OPEN_INSPECT, Playbook, Step
from inspect_pipelines.domain.repair import Repair, RepairStatus
from inspect_pipelines.domain.retry import RetryClass
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.session import Agent, SessionRequest, SessionResult, SessionStatus
from inspect_pipelines.domain.target import Target
from inspect_pipelines.domain.trace import Trace
from inspect_pipelines.errors import NotFound, SetupMissing
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import judge
from inspect_pipelines.usecases.runs.mend import mend_all
from inspect_pipelines.usecases.runs.play import play_all
from inspect_pipelines.usecases.runs.start import Ticket

OLD, NEW = Target(selector="#pay"), Target(role="button", name="Pay now")
THANKS = ExpectVisible(Target(text="Thank you"))
STEP = Step("pay", "Pay", (Goto("/pay"), Click(OLD), TakeScreenshot("paid")), (THANKS,))
SHOP = Playbook(PlaybookId("shop"), "Shop", (STEP,), base_url="https://shop.example")
LOST = "click #pay: could not be done within 30 s: found none"
DID = [{"goto": "/pay"}, {"click": {"role": "button", "name": "Pay now"}}]


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    house.agents.mends = True
    apply(house, a_schedule(plan=a_plan(playbooks=(SHOP,), retries=Retries(0, 0, 0))))
    return house


def run_of(house: House, number: int = 1) -> RunId:
    house.sessions.requests.clear()
    origin = f"cron:nightly-shop:2026-11-22T07:0{number}Z"
    return start.admit(house, Ticket(DefinitionId("nightly-shop"), f"d{number}", origin=origin)).run.id


def lost(message: str = LOST, **changes: Any) -> SessionResult:
    found = Finding(FindingKind.ACTION, Severity.ERROR, message, "shop", "pay", "desktop", "/pay")
    return a_session(
        playbook="shop", status=SessionStatus.FAILED, error=message, findings=(found,), **changes
    )


def agents(status: SessionStatus = SessionStatus.COMPLETED) -> SessionResult:
    return a_session(
        playbook="shop",
        status=status,
        agent=Agent("s1", "", 0.4),
        error=None if status is SessionStatus.COMPLETED else "it hung",
    )


def told(house: House, run_id: RunId, did: list[Any]) -> None:
    trace = Trace(f"{run_id}.1.2", run_id, "shop", house.clock.now(), {"pay": tuple(map(json.dumps, did))})
    with house.ledger.write() as ledger:
        ledger.repairs.keep_trace(trace)


def mended(house: House, results: list[Any], did: list[Any] = DID, *, number: int = 1) -> list[Repair]:
    run_id = run_of(house, number)
    house.sessions.results = [lost(), *results]
    play_all(house, run_id)
    told(house, run_id, did)
    found = mend_all(house, run_id)
    ended = judge(house, run_id).report.run
    assert ended.status is not RunStatus.PASSED  # whatever was mended
    return found


def test_where_the_element_has_gone_is_proposed_once_the_playbook_plays_again_and_the_run_stays_failed(
    house: House,
) -> None:
    (repair,) = mended(house, [agents(), a_session(playbook="shop")])

    asked, played = house.sessions.requests[1:]
    assert asked.playbook.runner == OPEN_INSPECT
    assert played.playbook == replace(
        SHOP, steps=(replace(STEP, actions=(Goto("/pay"), Click(NEW), TakeScreenshot("paid"))),)
    )
    assert (repair.status, repair.fault, [(one.old, one.new) for one in repair.places]) == (
        RepairStatus.PROPOSED,
        LOST,
        [(OLD, NEW)],
    )
    with house.ledger.read() as ledger:
        assert ledger.repairs.latest(9) == [repair]
        sessions = ledger.evidence.sessions(RunId(repair.run_id))
    assert [(each.cause, each.id == repair.session_id) for each in sessions] == [
        (None, False),
        (RetryClass.REPAIR.value, True),
    ]
    with house.ledger.read() as ledger:
        run = ledger.runs.find(RunId(repair.run_id))
    assert run is not None
    assert run.status is RunStatus.FAILED


def test_nobody_is_asked_without_a_wish_for_it(house: House) -> None:
    house.agents.mends = False

    assert mended(house, []) == []
    assert len(house.sessions.requests) == 1


REFUSED: dict[str, tuple[list[Any], list[Any], str]] = {
    "the agent takes another way": ([agents()], [{"goto": "/thanks"}], "the way has changed"),
    "the agent writes a script": ([agents()], [DID[0], {"evaluate": "pay()"}], "cannot be played: evaluate is nothing"),
    "the agent says nothing": ([agents()], [], "the way has changed"),
    "the agent fails too": ([agents(SessionStatus.FAILED)], DID, "could not play it either: it hung"),
    "the agent is stopped": ([agents(SessionStatus.TIMEOUT)], DID, "could not play it either: it hung"),
    "there is no agent": ([SetupMissing("no control plane")], DID, "no agent could be asked: no control plane"),
    "what was asked for does not hold": (
        [
            agents(),
            a_session(
                playbook="shop",
                findings=(Finding(FindingKind.EXPECTATION, Severity.ERROR, "no Thank you", "shop", "pay", "desktop", "/"),),
            ),
        ],
        DID,
        "it still fails: no Thank you",
    ),
    "another place is lost for good": ([agents(), lost("click button 'Pay now': x: found none")], DID, "same elements"),
    "the browser dies": ([agents(), a_session(playbook="shop", status=SessionStatus.CRASHED, error="it died")], DID, "it died"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_repair_is_refused_with_the_reason(house: House, name: str) -> None:
    results, did, why = REFUSED[name]

    (repair,) = mended(house, results, did)

    assert (repair.status, repair.places) == (RepairStatus.REFUSED, ())
    assert why in repair.reason


def test_an_agent_is_asked_once_about_a_fault_until_a_person_has_decided_or_a_day_has_gone(
    house: House,
) -> None:
    (first,) = mended(house, [agents(SessionStatus.FAILED)])
    again = mended(house, [], number=2)
    house.clock.at += timedelta(days=1, minutes=1)
    (third,) = mended(house, [agents(), a_session(playbook="shop")], number=3)
    house.clock.at += timedelta(days=1, minutes=1)
    waits = mended(house, [], number=4)

    assert (first.status, again, third.status, waits) == (RepairStatus.REFUSED, [], RepairStatus.PROPOSED, [])


def test_a_proposal_is_told_once_in_a_message_of_its_own_and_a_refusal_is_not(house: House) -> None:
    rules = (NotifyRule(RuleEvent.ON_FAILURE, ("slack:#qa",)),)
    plan = a_plan(playbooks=(SHOP,), retries=Retries(0, 0, 0), notify=rules)
    organization = Organization(DEFAULT_ORG, public_url="https://qa.example")
    apply(house, a_schedule(plan=plan), organization=organization)

    def messages(verdict: str) -> list[Message]:
        with house.ledger.read() as ledger:
            notes = ledger.outbox.latest(limit=50)
        return [each.message for each in notes if each.message and each.message.verdict == verdict]

    (refused,) = mended(house, [agents(SessionStatus.FAILED)])
    none = messages("repair")
    house.clock.at += timedelta(days=1, minutes=1)
    (repair,) = mended(house, [agents(), a_session(playbook="shop")], number=2)
    house.clock.at += timedelta(minutes=1)
    mended(house, [], number=3)

    assert (refused.status, none) == (RepairStatus.REFUSED, [])
    (told,) = messages("repair")
    assert told.sentence == f"shop: {repair.places[0]}"
    assert f"inspect-pipelines repairs accept {repair.id}" in told.lines[-1]
    assert [each.url for each in told.links] == [
        f"https://qa.example/runs/{repair.run_id}",
        "https://qa.example/inbox#repairs",
    ]


def test_a_budget_that_is_spent_asks_no_agent(house: House) -> None:
    plan = a_plan(playbooks=(SHOP,), retries=Retries(0, 0, 0), budget_minutes=1)
    apply(house, a_schedule(plan=plan))

    run_id = run_of(house)
    house.sessions.results = [lost()]
    play_all(house, run_id)
    with house.ledger.write() as ledger:
        ledger.usage.add(DefinitionId("nightly-shop"), f"{house.clock.now():%Y-%m}", 5.0)

    (repair,) = mend_all(house, run_id)

    assert repair.reason.startswith("no agent was asked: ")
    assert len(house.sessions.requests) == 1


def test_a_repeated_op_asks_nobody_again(house: House) -> None:
    (repair,) = mended(house, [agents(), a_session(playbook="shop")])

    with house.ledger.write() as ledger:
        ledger.repairs.save(replace(repair, status=RepairStatus.DECLINED, fault="another"))
    assert mend_all(house, RunId(repair.run_id)) == []


def test_a_cancel_asks_nobody(house: House) -> None:
    run_id = run_of(house)
    house.sessions.results = [lost()]
    play_all(house, run_id)

    assert mend_all(house, run_id, cancelled=lambda: True) == []


def test_a_run_that_there_is_not_is_named(house: House) -> None:
    with pytest.raises(NotFound, match="cannot be mended"):
        mend_all(house, RunId("nowhere"))


def test_of_the_requests_only_the_agents_is_for_an_agent(house: House) -> None:
    mended(house, [agents(), a_session(playbook="shop")])

    requests: list[SessionRequest] = house.sessions.requests
    assert [each.playbook.runner for each in requests] == [None, OPEN_INSPECT, None]


def test_what_nobody_could_accept_is_not_looked_for(house: House) -> None:
    plan = a_plan(playbooks=(SHOP,), retries=Retries(0, 0, 0), observe=True)
    apply(house, a_schedule(plan=plan))
    run_id = run_of(house)
    house.sessions.results = [lost()]
    play_all(house, run_id)

    assert mend_all(house, run_id) == []
