"""What a session began is tidied up, once, whoever dies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from builders import a_plan, a_playbook, a_schedule, a_session
from houses import a_house, apply
from inspect_pipelines.domain.action import Goto
from inspect_pipelines.domain.ids import DefinitionId, PlaybookId, RunId
from inspect_pipelines.domain.playbook import Step
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.session import SessionResult, SessionStatus, StepResult, StepStatus
from inspect_pipelines.errors import SessionCrashed
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.runs import reviewed_as
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.usecases.runs.play import play_all
from inspect_pipelines.usecases.runs.start import Ticket
from inspect_pipelines.usecases.runs.tidy_up import tidy_up_late

TEARDOWN = Step("teardown", "Tear down", (Goto("/tidy"),))
BOOK = a_playbook(id=PlaybookId("shop"), setup=Step("setup", "Set up", (Goto("/order"),)), teardown=TEARDOWN)
BEGAN = StepResult("setup", "Set up", "desktop", StepStatus.PASSED, 5)
TIDIED = StepResult("teardown", "Tear down", "desktop", StepStatus.PASSED, 5)


class Killed(BaseException):
    """As good as a kill -9: nobody behind it does anything."""


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(house, a_schedule(plan=a_plan(playbooks=(BOOK,))))
    return house


def admitted(house: House, day: int = 22) -> RunId:
    ticket = Ticket(DefinitionId("nightly-shop"), f"d{day}", origin=f"cron:nightly-shop:2026-11-{day}T07:00Z")
    return start.admit(house, ticket).run.id


def played(*steps: StepResult, **changes: object) -> SessionResult:
    return a_session(**({"steps": steps} | changes))


def late(house: House, run_id: RunId) -> list[str]:
    with house.ledger.read() as ledger:
        return [detail for word, _, detail in ledger.reviews.of_run(run_id) if word == "tidied_late"]


def killed(house: House, day: int = 22) -> RunId:
    run_id = admitted(house, day)
    house.sessions.results = [Killed()]
    with pytest.raises(Killed):
        play_all(house, run_id)
    return run_id


def test_what_a_killed_session_began_is_tidied_up_once_its_run_is_over_and_never_again(house: House) -> None:
    run_id = killed(house)
    assert tidy_up_late(house) == []  # the run may still be going on
    abort(house, run_id, RunStatus.ERROR, "its worker died")
    house.sessions.results = [played(TIDIED)]

    (said,) = tidy_up_late(house)
    again = tidy_up_late(house)

    assert again == []
    assert said.startswith(f"run {run_id}: shop: its teardown was played")
    assert [each.playbook.every_step for each in house.sessions.requests[1:]] == [(TEARDOWN,)]
    assert len(late(house, run_id)) == 1
    assert reviewed_as([("tidied_late", "automatic", "x")]) == ""


def test_a_session_that_tidied_up_by_itself_owes_nothing(house: House) -> None:
    run_id = admitted(house)
    house.sessions.results = [played(BEGAN, TIDIED)]

    play_all(house, run_id)
    abort(house, run_id, RunStatus.ERROR, "x")

    assert tidy_up_late(house) == []
    assert late(house, run_id) == []


def test_a_browser_that_died_before_the_teardown_is_followed_by_one_that_plays_it_in_the_same_run(
    house: House,
) -> None:
    run_id = admitted(house)
    died = played(BEGAN, status=SessionStatus.CRASHED, error="the browser died", retry_may_help=False)
    house.sessions.results = [died, played(TIDIED)]

    results = play_all(house, run_id)

    assert [each.status for each in results] == [SessionStatus.CRASHED]
    assert len(late(house, run_id)) == 1


def test_a_late_teardown_that_cannot_be_played_is_told_and_not_tried_for_ever(house: House) -> None:
    run_id = killed(house)
    abort(house, run_id, RunStatus.ERROR, "its worker died")
    house.sessions.results = [SessionCrashed("Chromium did not start")]

    tidy_up_late(house)

    assert late(house, run_id) == ["shop: its teardown could not be played: Chromium did not start"]
    assert tidy_up_late(house) == []


def test_a_definition_without_a_teardown_any_more_says_so(house: House) -> None:
    run_id = killed(house)
    abort(house, run_id, RunStatus.ERROR, "its worker died")
    apply(house, a_schedule(plan=a_plan(playbooks=(replace(BOOK, teardown=None),))))

    tidy_up_late(house)

    assert late(house, run_id) == [
        "shop: its teardown cannot be played any more; its definition has none now"
    ]


def test_whoever_is_cancelled_leaves_the_rest_to_the_next_start(house: House) -> None:
    abort(house, killed(house), RunStatus.ERROR, "its worker died")

    assert tidy_up_late(house, cancelled=lambda: True) == []
    assert len(tidy_up_late(house)) == 1
