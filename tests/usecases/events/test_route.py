from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from builders import NOW, a_baseline, a_merge, a_plan, a_playbook, a_trigger
from houses import SteppedClock, a_house, apply
from inspect_pipelines.domain.answer import Answer, AnswerKind
from inspect_pipelines.domain.condition import Condition, Operator
from inspect_pipelines.domain.debounce import usual_key
from inspect_pipelines.domain.event import Event, EventStatus
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.plan import Overlap
from inspect_pipelines.domain.playbook import Variable, VariableType
from inspect_pipelines.domain.run import Door, Run, RunStatus
from inspect_pipelines.domain.session_request import session_requests
from inspect_pipelines.domain.trigger import Debounce, Trigger
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.events.close_batches import close_batches
from inspect_pipelines.usecases.events.route import decide, route, triggers_of
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.start import Ticket

MINUTE = timedelta(minutes=1)


class BreaksOnce(SteppedClock):
    """Has no id to give for the first event, however often it is asked about that one."""

    def new_id(self) -> str:
        self._ids += 1
        if self._ids <= 2:
            raise ZeroDivisionError
        return super().new_id()


DEBOUNCED = a_trigger(debounce=Debounce(MINUTE, 5 * MINUTE))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return a_house(tmp_path)


def tell(house: House, *events: Event) -> None:
    with house.ledger.write() as ledger:
        for event in events:
            ledger.events.add(event)
    route(house)


def decisions(house: House, event: Event) -> list[Answer]:
    with house.ledger.read() as ledger:
        return ledger.answers.of_event(event.id)


def runs(house: House) -> list[Run]:
    with house.ledger.read() as ledger:
        return ledger.runs.latest()


def status(house: House, event: Event) -> EventStatus:
    with house.ledger.read() as ledger:
        found = ledger.events.find(event.id)
    assert found is not None
    return found.status


def decide_and_die(house: House, event: Event) -> None:
    with house.ledger.write() as ledger:
        decide(house, ledger, event, triggers_of(ledger))
        raise RuntimeError("killed before the commit")


def admit(house: House, run: Run, dagster_run_id: str) -> start.Admission:
    return start.admit(house, Ticket(run.definition_id, dagster_run_id, origin=run.origin))


def test_a_matching_event_is_one_pending_run_with_its_context(house: House) -> None:
    apply(house, a_trigger())

    tell(house, a_merge())
    route(house)

    (run,) = runs(house)
    (decision,) = decisions(house, a_merge())
    assert run.status is RunStatus.PENDING
    assert run.origin == f"event:{a_merge().id}:post-merge"
    assert run.requested_by == "event"
    assert run.variables["pr_number"] == "1"
    assert run.variables["changed_paths"] == "src/price.py"
    assert (decision.outcome, decision.run_id) == (AnswerKind.STARTED, run.id)
    assert status(house, a_merge()) is EventStatus.DECIDED
    assert start.unlaunched(house) == [run]


def test_a_trigger_that_says_no_keeps_its_reason_and_others_of_its_kind_are_asked_too(house: House) -> None:
    apply(
        house,
        a_trigger("a", branches=("dev",)),
        a_trigger("b"),
        a_trigger("c", event="push"),
    )

    tell(house, a_merge())

    assert [(d.trigger_id, d.outcome, d.reason) for d in decisions(house, a_merge())] == [
        ("a", AnswerKind.NO, "branch 'main' is not in dev"),
        ("b", AnswerKind.STARTED, "pull_request.merged acme/shop main"),
    ]


def test_only_triggers_that_need_the_paths_wait_for_them(house: House) -> None:
    apply(house, a_trigger("any"), a_trigger("some", paths=("src/**",)))
    unknown = a_merge(paths=None)

    tell(house, unknown)
    before = [d.trigger_id for d in decisions(house, unknown)], status(house, unknown)
    with house.ledger.write() as ledger:
        ledger.events.save(a_merge(paths=("src/a",)))
    route(house)

    assert before == (["any"], EventStatus.WAITING)
    assert {d.trigger_id: d.outcome for d in decisions(house, unknown)} == {
        "any": AnswerKind.STARTED,
        "some": AnswerKind.STARTED,
    }
    assert len(runs(house)) == 2


def test_five_merges_in_five_minutes_are_one_run_on_the_newest_commit(house: House) -> None:
    apply(house, DEBOUNCED)

    for number in range(1, 6):
        tell(house, a_merge(number, paths=(f"src/{number}",), author=f"dev{number}"))
        house.clock.sleep(55)
        close_batches(house)
    early = runs(house)
    house.clock.sleep(30)
    closed = close_batches(house)

    (run,) = runs(house)
    assert (early, closed) == ([], 1)
    assert run.origin.startswith("batch:")
    assert run.variables["commit_sha"] == f"{5:040x}"
    assert run.variables["changed_paths"].split("\n") == [f"src/{n}" for n in range(1, 6)]
    assert run.variables["pr_numbers"].split("\n") == ["1", "2", "3", "4", "5"]
    for number in range(2, 6):
        (swallowed,) = decisions(house, a_merge(number))
        assert swallowed.sentence() == f"coalesced into run {run.id}"
    with house.ledger.read() as ledger:
        assert len(ledger.answers.of_run(run.id)) == 5


def test_events_of_other_branches_are_batches_of_their_own(house: House) -> None:
    apply(house, DEBOUNCED)

    tell(house, a_merge(1), a_merge(2, branch="staging"))
    house.clock.sleep(61)

    assert close_batches(house) == 2
    assert len(runs(house)) == 2


def test_a_run_that_waits_takes_in_later_events_instead_of_being_displaced(house: House) -> None:
    apply(house, a_trigger())
    tell(house, a_merge(1))
    (first,) = runs(house)
    admit(house, first, "d1")

    tell(house, a_merge(2, paths=("src/2",)))
    (second,) = start.unlaunched(house)
    door = admit(house, second, "d2").door
    tell(house, a_merge(3, paths=("src/3",)))

    assert door is Door.BUFFERED
    assert start.unlaunched(house) == []
    (decision,) = decisions(house, a_merge(3))
    assert (decision.outcome, decision.run_id) == (AnswerKind.COALESCED, second.id)
    with house.ledger.read() as ledger:
        waits = ledger.runs.find(second.id)
    assert waits.variables["changed_paths"] == "src/2\nsrc/3"
    assert waits.variables["commit_sha"] == f"{3:040x}"
    assert waits.status is RunStatus.PENDING


def test_runs_of_events_that_cannot_be_one_wait_one_after_the_other(house: House) -> None:
    apply(house, a_trigger())
    tell(house, a_merge(1))
    admit(house, runs(house)[0], "d1")
    tell(house, a_merge(2, branch="staging"), a_merge(3, branch="dev"))

    doors = [admit(house, run, f"d{run.id}").door for run in start.unlaunched(house)]

    assert doors == [Door.BUFFERED, Door.BUFFERED]
    assert [run.status for run in runs(house)].count(RunStatus.SKIPPED) == 0


def test_previews_that_are_ready_within_seconds_are_all_looked_at(house: House) -> None:
    """Four `deployment_status` of four previews became one run: three were never seen, and said `coalesced`."""
    event = "deployment.completed"
    apply(house, a_trigger(event=event, debounce=Debounce(key=usual_key(event))))
    deploys = [
        a_merge(n, type=event, branch=None, environment="Preview", url=f"https://pr-{n}.shop.test/")
        for n in range(1, 5)
    ]

    tell(house, deploys[0])
    admit(house, runs(house)[0], "d1")
    tell(house, *deploys[1:])
    doors = [admit(house, run, f"d{run.id}").door for run in start.unlaunched(house)]

    assert [decisions(house, one)[0].outcome for one in deploys] == [AnswerKind.STARTED] * 4
    assert doors == [Door.BUFFERED] * 3
    assert {run.variables["commit_sha"] for run in runs(house)} == {one.sha for one in deploys}


def test_a_persons_run_does_not_displace_an_events(house: House) -> None:
    apply(house, a_trigger())
    tell(house, a_merge(1))
    admit(house, runs(house)[0], "d1")
    tell(house, a_merge(2))
    (waits,) = start.unlaunched(house)
    admit(house, waits, "d2")

    wish = start.request(house, DefinitionId("post-merge"), {}, by="user:ada", key="k")
    door = admit(house, wish, "d3")

    assert door.door is Door.BUFFERED
    assert door.displaced is None


def test_without_buffering_each_event_is_a_run_of_its_own(house: House) -> None:
    apply(house, a_trigger(plan=a_plan(overlap=Overlap.ALLOW)))

    tell(house, a_merge(1), a_merge(2))

    assert len(start.unlaunched(house)) == 2


def a_deploy_trigger(**variables: str) -> Trigger:
    playbook = a_playbook(
        variables=(
            Variable("base", VariableType.URL, default="http://shop.test"),
            Variable("environment", VariableType.STRING, default="none"),
        )
    )
    plan = a_plan(playbooks=(playbook,), variables=variables, allowed_hosts=("*.shop.test", "shop.test"))
    return a_trigger("deploys", event="deployment.completed", plan=plan)


def a_deploy(**changes: Any) -> Event:
    values = {"type": "deployment.completed", "environment": "production", "url": "https://eu.shop.test/"}
    return a_merge(**(values | changes))


def test_an_address_of_the_event_starts_nothing_elsewhere(house: House) -> None:
    apply(house, a_deploy_trigger(base="{{deploy_url}}"))

    tell(house, a_deploy(url="https://evil.test/"))

    (decision,) = decisions(house, a_deploy())
    (told,) = runs(house)
    assert (told.status, decision.outcome) == (RunStatus.ERROR, AnswerKind.UNDECIDED)
    assert told.reason.startswith(decision.reason)
    assert status(house, a_deploy()) is EventStatus.UNDECIDED
    assert decision.reason.startswith(
        "the event's address points to the host 'evil.test', which is not allowed"
    )


def test_an_events_word_never_replaces_what_the_plan_says(house: House) -> None:
    fixed = a_deploy_trigger(base="{{deploy_url}}", environment="staging-{{environment}}")
    apply(house, fixed)
    tell(house, a_deploy())
    (run,) = runs(house)

    (request,) = session_requests(run, fixed)
    (own_default,) = session_requests(run, a_deploy_trigger())
    wish = start.request(house, fixed.id, {**run.variables, "environment": "mine"}, by="user:ada", key="k")
    (asked,) = session_requests(wish, fixed)

    assert request.values["base"].text == "https://eu.shop.test/"
    assert request.values["environment"].text == "staging-production"
    assert own_default.values["environment"].text == "none"
    assert asked.values["environment"].text == "mine"


def test_a_batch_whose_trigger_is_deleted_is_told_as_a_no(house: House) -> None:
    apply(house, DEBOUNCED)
    tell(house, a_merge())
    with house.ledger.write() as ledger:
        ledger.definitions.delete(DEBOUNCED.id, by="user:ada", at=house.clock.now())
    house.clock.sleep(61)

    closed = close_batches(house)

    (decision,) = decisions(house, a_merge())
    assert (closed, runs(house)) == (0, [])
    assert decision.sentence() == "no: its trigger was deleted before the run began"
    with house.ledger.read() as ledger:
        assert ledger.batches.open() == []


def test_a_crash_in_the_middle_leaves_nothing_behind(house: House) -> None:
    """A transaction is all or nothing: the second look starts from the event again."""
    apply(house, a_trigger("a"), a_trigger("b"))
    with house.ledger.write() as ledger:
        ledger.events.add(a_merge())

    with pytest.raises(RuntimeError, match="killed"):
        decide_and_die(house, a_merge())

    assert (runs(house), decisions(house, a_merge())) == ([], [])
    assert route(house).runs == 2


def test_an_event_that_meets_a_defect_of_ours_does_not_hold_up_the_others(house: House) -> None:
    apply(house, a_trigger(conditions=(Condition("n", Operator("eq"), 1),)))
    odd = a_merge(1, data={"n": 1}, received_at=NOW)
    with house.ledger.write() as ledger:
        ledger.events.add(odd)
        ledger.events.add(a_merge(2, data={"n": 1}))
    broken = replace(house, clock=BreaksOnce())

    routed = route(broken)

    assert (routed.events, routed.runs) == (2, 1)
    assert status(house, odd) is EventStatus.UNDECIDED
    assert status(house, a_merge(2)) is EventStatus.DECIDED
    (decision,) = decisions(house, odd)
    (told,) = (run for run in runs(house) if run.id == decision.run_id)
    assert (decision.outcome, told.status) == (AnswerKind.UNDECIDED, RunStatus.ERROR)
    assert "a defect of inspect-pipelines: ZeroDivisionError" in told.reason
    assert f"events replay {odd.id}" in told.reason


def test_a_pull_requests_run_knows_its_branch_and_the_merge_closes_what_was_approved_there(
    house: House,
) -> None:
    opened = a_trigger(event="pull_request.opened", plan=a_plan(branch="main"))
    pushed = a_trigger("on-push", event="push", plan=a_plan(branch="main"))
    apply(house, opened, pushed)
    layer = a_baseline(set=f"{opened.id}@feature~pay")
    with house.ledger.write() as ledger:
        ledger.baselines.add(layer)
    head = {"head_branch": "feature/pay", "head_repo": "acme/shop"}

    tell(
        house,
        a_merge(1, type="pull_request.opened", data=head),
        a_merge(2, type="push", branch="release/4"),
        a_merge(3, type="push", branch="main"),
        a_merge(4, data=head),
    )

    assert {run.variables.get("head_branch") for run in runs(house)} == {"feature/pay", "release/4", None}
    with house.ledger.read() as ledger:
        assert ledger.baselines.resting(before=house.clock.now() + MINUTE) == [layer.set]
