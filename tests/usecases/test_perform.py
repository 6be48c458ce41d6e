from __future__ import annotations

from pathlib import Path

import pytest

from builders import a_plan, a_playbook, a_run, a_schedule, a_session
from houses import a_house, apply
from inspect_pipelines.domain.ids import DefinitionId, PlaybookId, RunId
from inspect_pipelines.domain.playbook import Variable, VariableType
from inspect_pipelines.domain.session import SessionStatus, Value
from inspect_pipelines.errors import UsageError
from inspect_pipelines.ports import House
from inspect_pipelines.usecases import start
from inspect_pipelines.usecases.perform import play_all, session_requests, values_for
from inspect_pipelines.usecases.start import Ticket

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
    house.sessions.results = [a_session(id="r.1", status=SessionStatus.FAILED, error="no button")]

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
