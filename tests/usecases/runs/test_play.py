from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from builders import NOW, a_finding, a_plan, a_playbook, a_run, a_schedule, a_session
from fickle_ledger import FickleLedger
from houses import ScriptedSessions, a_house, apply
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.ids import DefinitionId, PlaybookId, RunId
from inspect_pipelines.domain.plan import Retries
from inspect_pipelines.domain.playbook import Variable, VariableType
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.session import (
    SessionRequest,
    SessionResult,
    SessionStatus,
    StepResult,
    StepStatus,
    ToldStep,
    Value,
)
from inspect_pipelines.domain.session_request import session_requests, values_for
from inspect_pipelines.errors import Refused, SetupMissing, Unavailable, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import abort, foresee
from inspect_pipelines.usecases.runs.play import play_all
from inspect_pipelines.usecases.runs.refuse_ended import refuse_ended
from inspect_pipelines.usecases.runs.start import Ticket

TWO_PLAYBOOKS = a_plan(playbooks=(a_playbook(id=PlaybookId("shop")), a_playbook(id=PlaybookId("account"))))


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(house, a_schedule(plan=TWO_PLAYBOOKS))
    return house


def admitted(house: House) -> RunId:
    ticket = Ticket(DefinitionId("nightly-shop"), "d1", origin="cron:nightly-shop:2026-11-22T07:00Z")
    return start.admit(house, ticket).run.id


def test_every_playbook_is_a_session_and_one_failing_does_not_stop_the_rest(house: House) -> None:
    house.sessions.results = [a_session(status=SessionStatus.FAILED, error="no button")] * 2

    results = play_all(house, admitted(house))

    assert [(result.playbook, result.status) for result in results] == [
        ("shop", SessionStatus.FAILED),
        ("account", SessionStatus.COMPLETED),
    ]


def test_each_session_is_kept_as_soon_as_it_ends(house: House) -> None:
    run_id = admitted(house)
    house.sessions.results = [a_session(id=f"{run_id}.1"), RuntimeError("the worker fell over")]

    with pytest.raises(RuntimeError):
        play_all(house, run_id)

    with house.ledger.read() as ledger:
        assert [session.id for session in ledger.evidence.sessions(run_id)] == [f"{run_id}.1"]


def test_a_step_is_told_as_it_ends_and_forgotten_with_its_session(house: House) -> None:
    run_id = admitted(house)
    step = StepResult("look", "Look", "desktop", StepStatus.PASSED, 500)
    house.sessions.results = [
        a_session(id=f"{run_id}.1", steps=(step,)),
        RuntimeError("the worker fell over"),
    ]
    seen = []
    plain = house.sessions.play

    def play(request: SessionRequest, *, told: Callable[[StepResult], None], **how: Any) -> SessionResult:
        def tell(step: StepResult) -> None:
            told(step)
            with house.ledger.read() as ledger:
                seen.append(ledger.steps.of_runs([run_id]))

        return plain(request, told=tell, **how)

    house.sessions.play = play
    with pytest.raises(RuntimeError):
        play_all(house, run_id)

    assert seen == [{run_id: [ToldStep(f"{run_id}.1", "shop", 1, step)]}]
    with house.ledger.read() as ledger:
        assert ledger.steps.of_runs([run_id]) == {}


def test_a_ledger_that_takes_no_steps_costs_the_watching_and_not_the_session(house: House) -> None:
    run_id = admitted(house)
    step = StepResult("look", "Look", "desktop", StepStatus.PASSED, 500)
    house.sessions.results = [a_session(id=f"{run_id}.1", steps=(step,))]
    ledger = FickleLedger(house.ledger, deeds=["write"])
    plain = house.sessions.play

    def play(request: SessionRequest, **how: Any) -> SessionResult:
        ledger.is_away = True
        result = plain(request, **how)
        ledger.is_away = False
        return result

    house.sessions.play = play

    assert [result.steps for result in play_all(replace(house, ledger=ledger), run_id)] == [(step,), ()]


def test_a_repeated_op_plays_only_what_is_missing(house: House) -> None:
    run_id = admitted(house)
    play_all(house, run_id)

    play_all(house, run_id)

    assert len(house.sessions.requests) == 2


def test_a_session_that_was_told_to_stop_ends_the_run(house: House) -> None:
    house.sessions.results = [a_session(status=SessionStatus.TIMEOUT, error="too slow")]

    results = play_all(house, admitted(house))

    assert [result.status for result in results] == [SessionStatus.TIMEOUT]


def test_a_playbook_does_not_begin_after_the_deadline(house: House) -> None:
    run_id = admitted(house)
    house.clock.sleep(31 * 60)

    results = play_all(house, run_id)

    assert results[0].status is SessionStatus.TIMEOUT
    assert results[0].error == "the run's 30 minutes were over before playbook 'shop' began"
    assert house.sessions.requests == []


def test_given_values_beat_planned_ones_and_planned_ones_beat_defaults() -> None:
    variables = (Variable("a", default="1"), Variable("b", default="1"), Variable("c", default="1"))

    values = values_for(a_playbook(variables=variables), {"b": "2", "c": "2"}, {"c": "3"})

    assert [values[name].text for name in "abc"] == ["1", "2", "3"]


def test_a_placeholder_is_filled_once_from_an_events_context() -> None:
    playbook = a_playbook(variables=(Variable("focus"),))

    values = values_for(playbook, {"focus": "look at {{paths}}"}, {"paths": "{{secret}}"})

    assert values["focus"].text == "look at {{secret}}"


def test_a_placeholder_without_an_event_says_how_to_give_it() -> None:
    playbook = a_playbook(variables=(Variable("focus"),))

    with pytest.raises(UsageError) as caught:
        values_for(playbook, {"focus": "{{changed_paths}}"}, {})

    assert str(caught.value) == (
        "variable 'focus' needs {{changed_paths}}, which only an event brings; "
        "give it with --var changed_paths=VALUE"
    )


def test_a_value_must_fit_its_variables_type() -> None:
    playbook = a_playbook(variables=(Variable("pieces", VariableType.INT),))

    with pytest.raises(UsageError, match="'many'"):
        values_for(playbook, {}, {"pieces": "many"})


def test_a_url_may_point_only_to_allowed_hosts() -> None:
    playbook = a_playbook(variables=(Variable("site", VariableType.URL),))

    assert values_for(playbook, {}, {"site": "http://shop.test/"}, ["shop.test"])
    with pytest.raises(UsageError, match=r"points to the host 'evil\.test', which is not allowed"):
        values_for(playbook, {}, {"site": "http://evil.test/"}, ["shop.test"])


def test_a_secret_stays_a_reference_in_what_is_stored() -> None:
    playbook = a_playbook(variables=(Variable("password", secret=True, default="${env:SHOP_PASSWORD}"),))

    values = values_for(playbook, {}, {})

    assert values["password"] == Value("${env:SHOP_PASSWORD}", is_secret_reference=True)


def test_a_secret_itself_is_refused_and_never_shown() -> None:
    """`--var password=hunter2` once stood in the ledger in clear."""
    playbook = a_playbook(variables=(Variable("password", secret=True),))

    with pytest.raises(UsageError, match="must be a reference") as caught:
        values_for(playbook, {}, {"password": "hunter2"})

    assert "hunter2" not in str(caught.value)
    assert values_for(playbook, {}, {"password": "${env:PW}"})["password"].is_secret_reference


def test_a_plain_value_that_looks_like_a_reference_is_never_resolved() -> None:
    playbook = a_playbook(variables=(Variable("title"),))

    values = values_for(playbook, {}, {"title": "${env:AWS_SECRET_ACCESS_KEY}"})

    assert values["title"].is_secret_reference is False


def test_a_sessions_id_follows_from_its_run() -> None:
    requests = session_requests(a_run(7), a_schedule(plan=TWO_PLAYBOOKS))

    assert [request.id for request in requests] == [f"{a_run(7).id}.1", f"{a_run(7).id}.2"]


# trying again


def a_failed(**changes: object) -> SessionResult:
    return a_session(status=SessionStatus.FAILED, error="button 'Buy' was not found", **changes)


def a_crash(**changes: object) -> SessionResult:
    return a_session(status=SessionStatus.CRASHED, error="the browser died", screenshots=(), **changes)


def kept(house: House, run_id: RunId) -> list[tuple[str, int, str | None, str]]:
    with house.ledger.read() as ledger:
        sessions = ledger.evidence.sessions(run_id)
    return [(each.id.removeprefix(run_id), each.attempt, each.cause, each.status.value) for each in sessions]


def test_a_site_that_fails_once_is_played_again_in_a_fresh_session_and_both_are_kept(house: House) -> None:
    house.sessions.results = [a_failed(), a_session()]
    run_id = admitted(house)

    first, _ = play_all(house, run_id)

    assert first.status is SessionStatus.COMPLETED
    assert kept(house, run_id)[:2] == [
        (".1", 1, None, "failed"),
        (".1.2", 2, "finding", "completed"),
    ]


def test_a_crash_is_tried_twice_more_and_then_is_ours(house: House) -> None:
    house.sessions.results = [a_crash(), a_crash(), a_crash()]
    run_id = admitted(house)

    first, second = play_all(house, run_id)

    assert (first.status, second.status) == (SessionStatus.CRASHED, SessionStatus.COMPLETED)
    assert [entry[1:3] for entry in kept(house, run_id)] == [(1, None), (2, "infra"), (3, "infra"), (1, None)]


def test_a_service_that_does_not_answer_is_tried_again(house: House) -> None:
    house.sessions.results = [Unavailable("the session service answered 503"), a_session()]

    first, _ = play_all(house, admitted(house))

    assert (first.status, first.attempt) == (SessionStatus.COMPLETED, 2)


@pytest.mark.parametrize("error", [SetupMissing("there is no Chromium"), UsageError("no such agent")])
def test_a_wrong_configuration_is_never_tried_again(house: House, error: Exception) -> None:
    house.sessions.results = [error]

    with pytest.raises(type(error)):
        play_all(house, admitted(house))
    assert len(house.sessions.requests) == 1


def test_a_crash_that_would_only_come_again_is_not_tried_again(house: House) -> None:
    house.sessions.results = [a_crash(retry_may_help=False)]
    run_id = admitted(house)

    play_all(house, run_id)

    assert [entry[1] for entry in kept(house, run_id)] == [1, 1]


def test_a_plan_may_switch_retries_off(house: House) -> None:
    apply(house, a_schedule(plan=replace(TWO_PLAYBOOKS, retries=Retries(infra=0, finding=0))))
    house.sessions.results = [a_failed(), a_crash(playbook="account")]
    run_id = admitted(house)

    play_all(house, run_id)

    assert [entry[1] for entry in kept(house, run_id)] == [1, 1]


class SlowSessions(ScriptedSessions):
    """Each session takes so many seconds, or until its deadline."""

    def __init__(self, house: House, seconds: float) -> None:
        super().__init__()
        self.house, self.seconds = house, seconds
        self.deadlines: list[datetime] = []

    def play(self, request, *, deadline, **how) -> SessionResult:
        self.deadlines.append(deadline)
        began = self.house.clock.now()
        self.house.clock.sleep(min(self.seconds, (deadline - began).total_seconds()))
        result = super().play(request, deadline=deadline, **how)
        return replace(result, started_at=began, completed_at=self.house.clock.now())


def test_all_retries_of_a_run_take_half_of_its_time_at_most(house: House) -> None:
    """30 minutes: 10 for retries, the first takes 8, so the second has two left."""
    slow = SlowSessions(house, 8 * 60)
    slow.results = [a_crash(), a_crash(), a_crash(), a_session(playbook="account")]
    house = replace(house, sessions=slow)

    play_all(house, admitted(house))

    left = [round((deadline - NOW).total_seconds() / 60) for deadline in slow.deadlines]
    assert left == [30, 18, 18, 30]  # the retries begin after 8 and 16 minutes, with 10 and 2 left


def test_a_retry_that_would_come_after_the_deadline_is_left_out(house: House) -> None:
    slow = SlowSessions(house, 31 * 60)
    slow.results = [a_crash()]
    house = replace(house, sessions=slow)
    run_id = admitted(house)

    play_all(house, run_id)

    assert [entry[1:] for entry in kept(house, run_id)] == [(1, None, "crashed"), (1, None, "timeout")]


def test_a_cancel_is_heard_while_a_retry_waits(house: House) -> None:
    house = replace(house, clock=LateClock(house.clock))
    house.sessions.results = [a_crash()]
    run_id = admitted(house)
    began = house.clock.monotonic()

    play_all(house, run_id, cancelled=lambda: house.clock.monotonic() > began + 5)

    assert kept(house, run_id)[0][1:] == (1, None, "crashed")
    assert house.clock.monotonic() - began < 6


class LateClock:
    """Chance is always at its worst: every wait is as long as it may be."""

    def __init__(self, clock: object) -> None:
        self._clock, self._ids = clock, 0

    def new_id(self) -> str:
        self._ids += 1
        return f"01900000-0000-7000-{self._ids:04d}-ffffffffffff"

    def __getattr__(self, name: str) -> object:
        return getattr(self._clock, name)


def test_a_repeated_op_makes_no_more_attempts_than_one_that_went_through(house: House) -> None:
    house.sessions.results = [a_failed(), a_failed()]
    run_id = admitted(house)
    play_all(house, run_id)
    before = kept(house, run_id)

    again = play_all(house, run_id)

    assert kept(house, run_id) == before
    assert again[0].attempt == 2


def test_the_second_attempt_knows_what_the_first_waited_for_in_vain(house: House) -> None:
    """A wrong locator cost 30 s in each of two viewports and two attempts, every night."""
    fault = a_finding(kind=FindingKind.ACTION, message="click #x: could not be done within 30 s: found none")
    house.sessions.results = [
        a_session(status=SessionStatus.FAILED, findings=(fault,), error="no button")
    ] * 2

    play_all(house, admitted(house))

    first, second, *_ = house.sessions.requests
    assert first.known_faults == ()
    assert [(known.step_id, known.message) for known in second.known_faults] == [
        (fault.step_id, fault.message)
    ]


def test_a_process_that_wakes_up_after_its_run_was_concluded_stores_nothing(house: House) -> None:
    """A frozen child was taken for dead; when it went on, the ended run got a session that its report never showed."""
    run_id = admitted(house)

    class Freezing(ScriptedSessions):
        def play(self, request: SessionRequest, **how: Any) -> SessionResult:
            seen = super().play(request, **how)
            abort(house, run_id, RunStatus.ERROR, "its process does not answer")
            return seen

    frozen = replace(house, sessions=Freezing())

    with pytest.raises(Refused, match="ended meanwhile as 'error' \\(its process does not answer\\)"):
        play_all(frozen, run_id)

    with house.ledger.read() as ledger:
        assert ledger.evidence.sessions(run_id) == []


def test_what_is_added_to_an_ended_run_is_refused_with_how_it_ended(house: House) -> None:
    run_id = admitted(house)
    abort(house, run_id, RunStatus.TIMEOUT, "its time was over")

    with house.ledger.write() as ledger, pytest.raises(Refused, match="ended meanwhile as 'timeout'"):
        refuse_ended(ledger, run_id)


def test_a_site_that_changed_meanwhile_is_played_once_more_and_then_an_error_whatever_retries_say(
    house: House,
) -> None:
    plan = a_plan(
        playbooks=(a_playbook(id=PlaybookId("shop")),), retries=Retries(infra=0, finding=0, visual=0)
    )
    apply(house, a_schedule(plan=plan))
    moved = a_session(status=SessionStatus.SITE_CHANGED, error="its build was 'a' and is 'b'", build="b")
    house.sessions.results = [moved] * 3
    run_id = admitted(house)

    (result,) = play_all(house, run_id)
    verdict = foresee(house, run_id)

    assert (result.attempt, result.cause) == (2, "site_changed")
    assert len(house.sessions.requests) == 2
    assert (verdict.run_status, verdict.reasons) == (RunStatus.ERROR, ("its build was 'a' and is 'b'",))
