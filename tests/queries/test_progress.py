from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from builders import NOW, a_plan, a_playbook, a_schedule, a_session
from houses import a_house, apply
from inspect_pipelines.domain.action import Goto
from inspect_pipelines.domain.ids import DefinitionId, PlaybookId, RunId
from inspect_pipelines.domain.plan import Overlap
from inspect_pipelines.domain.playbook import DESKTOP, Step, Viewport
from inspect_pipelines.domain.review import CANCEL_REQUESTED
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.session import StepResult, StepStatus, ToldStep
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.progress import look, progress_of, watch
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.usecases.runs.start import Ticket

NIGHTLY = DefinitionId("nightly-shop")
TWO = (a_playbook(id=PlaybookId("shop")), a_playbook(id=PlaybookId("pay")))


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(house, a_schedule(plan=a_plan(playbooks=TWO)), a_schedule("other"))
    return house


def running(house: House, definition_id: DefinitionId = NIGHTLY) -> Run:
    run = start.request(house, definition_id, {}, by="user:ada", key=house.clock.new_id())
    return start.admit(house, Ticket(definition_id, f"d-{run.id}", origin=run.origin)).run


def doing(house: House, run: Run) -> str:
    (progress,) = next(watch(house, run.id))
    return progress.doing


def test_what_a_run_is_doing_follows_from_what_it_has_left_behind(house: House) -> None:
    pending = start.request(house, NIGHTLY, {}, by="user:ada", key="k")
    seen = [doing(house, pending)]
    run = start.admit(house, Ticket(NIGHTLY, "d1", origin=pending.origin)).run
    seen.append(doing(house, run))
    for number, playbook in enumerate(("shop", "pay"), start=1):
        with house.ledger.write() as ledger:
            ledger.evidence.save_session(run.id, a_session(id=f"{run.id}.{number}", playbook=playbook))
        seen.append(doing(house, run))
    with house.ledger.write() as ledger:
        ledger.reviews.append(run.id, CANCEL_REQUESTED, by="user:ada", detail="", at=NOW)
    seen.append(doing(house, run))
    abort(house, run.id, RunStatus.CANCELLED, "cancelled by ada\nand more")
    seen.append(doing(house, run))

    assert seen == [
        "waiting for a worker",
        "playing shop (1 of 2)",
        "playing pay (2 of 2)",
        "comparing",
        "being cancelled",
        "cancelled by ada",
    ]


def test_a_run_that_waits_says_for_what_and_how_long_at_most(house: House) -> None:
    """`run --wait` stood there for 20 minutes without a word: another run of its definition was being played."""
    first = running(house)
    apply(house, a_schedule(plan=a_plan(playbooks=TWO, overlap=Overlap.BUFFER_ONE)))
    waits = start.request(house, NIGHTLY, {}, by="user:ada", key="second")
    start.admit(house, Ticket(NIGHTLY, "d2", origin=waits.origin))
    house.clock.sleep(60)
    for_room = start.request(house, DefinitionId("other"), {}, by="user:ada", key="third")

    (behind,), (beside,) = next(watch(house, waits.id)), next(watch(house, for_room.id))
    abort(house, first.id, RunStatus.CANCELLED, "over")
    (freed,) = next(watch(house, waits.id))

    assert behind.doing == f"waiting for run {first.id} of nightly-shop"
    assert (behind.elapsed_seconds, behind.left_seconds) == (60, 29 * 60)
    assert (beside.doing, beside.left_seconds) == ("waiting for a worker, a run is in progress", None)
    assert freed.doing == "waiting for the open run of nightly-shop"


def test_a_run_whose_definition_was_deleted_is_still_followed(house: House) -> None:
    run = running(house)

    one, three = (
        progress_of(run, None, sessions=[], compared=compared, is_unwanted=False, now=NOW)
        for compared in (1, 3)
    )

    assert (one.doing, three.doing) == ("concluding, 1 view compared", "concluding, 3 views compared")


def test_times_are_counted_from_the_claim_and_to_the_deadline(house: House) -> None:
    run = running(house)
    house.clock.sleep(90)

    (progress,) = next(watch(house, run.id))

    assert (progress.elapsed_seconds, progress.left_seconds) == (90, 30 * 60 - 90)


def test_watching_one_run_ends_with_it(house: House) -> None:
    run = running(house)
    looks = watch(house, run.id)
    first = next(looks)
    abort(house, run.id, RunStatus.ERROR, "over")

    rest = list(looks)

    assert first[0].run.status is RunStatus.RUNNING
    assert [one.run.status for (one,) in rest] == [RunStatus.ERROR]


def test_watching_all_runs_takes_in_those_that_begin_meanwhile_and_ends_with_the_last(house: House) -> None:
    first = running(house)
    looks = watch(house)
    assert [one.run.id for one in next(looks)] == [first.id]
    second = running(house, DefinitionId("other"))
    abort(house, first.id, RunStatus.ERROR, "over")

    assert [one.run.status for one in next(looks)] == [RunStatus.ERROR, RunStatus.RUNNING]
    abort(house, second.id, RunStatus.ERROR, "over")

    assert [[one.run.status for one in seen] for seen in looks] == [[RunStatus.ERROR, RunStatus.ERROR]]


def test_who_stays_sees_runs_that_begin_after_all_have_ended(house: House) -> None:
    looks = watch(house, stays=True)
    assert list(islice(looks, 3)) == [[], [], []]

    run = running(house)

    assert [one.run.id for one in next(looks)] == [run.id]


def a_told(run: Run, step: str, viewport: str, *, attempt: int = 1, playbook: str = "shop") -> ToldStep:
    result = StepResult(step, step.title(), viewport, StepStatus.PASSED, 500)
    return ToldStep(f"{run.id}.{playbook}.{attempt}", playbook, attempt, result)


def test_a_step_that_was_told_says_how_far_the_playing_is(house: House) -> None:
    steps = (
        Step("home", "Home", (Goto("/"),)),
        Step("menu", "Menu", (Goto("/"),), only=("phone",)),
        Step("pay", "Pay", (Goto("/"),)),
    )
    viewports = (DESKTOP, Viewport("phone", 390, 844))
    apply(house, a_schedule(plan=a_plan(playbooks=(a_playbook(steps=steps, viewports=viewports), TWO[1]))))
    run = running(house)
    told = [a_told(run, *each) for each in (("home", "desktop"), ("pay", "desktop"), ("home", "phone"))]

    seen = []
    for step in told:
        with house.ledger.write() as ledger:
            ledger.steps.tell(run.id, step)
        seen.append(doing(house, run))

    assert seen == [
        "playing shop (1 of 2): pay@desktop, 1 of 5 steps done",
        "playing shop (1 of 2): home@phone, 2 of 5 steps done",
        "playing shop (1 of 2): menu@phone, 3 of 5 steps done",
    ]
    (progress,) = look(house, run.id)
    assert progress.steps == tuple(told)


def test_another_attempt_is_playing_again_and_what_was_played_before_is_still_told(house: House) -> None:
    """A second attempt at the last playbook was told as "comparing"."""
    run = running(house)
    first = StepResult("look", "Look", "desktop", StepStatus.FAILED, 900, "no button")
    with house.ledger.write() as ledger:
        for book in ("shop", "pay"):
            session = a_session(id=f"{run.id}.{book}.1", playbook=book, steps=(first,))
            ledger.evidence.save_session(run.id, session)
            ledger.steps.tell(run.id, a_told(run, "look", "desktop", playbook=book))
        ledger.steps.tell(run.id, a_told(run, "look", "desktop", attempt=2, playbook="pay"))

    (progress,) = look(house, run.id)

    assert progress.doing == "playing pay (2 of 2), attempt 2: 1 of 1 steps done"
    assert [(step.playbook, step.attempt, step.result.status) for step in progress.steps] == [
        ("shop", 1, StepStatus.FAILED),
        ("pay", 1, StepStatus.FAILED),
        ("pay", 2, StepStatus.PASSED),
    ]


def test_a_playbook_that_left_the_plan_is_still_named(house: House) -> None:
    run = running(house)
    with house.ledger.write() as ledger:
        ledger.steps.tell(run.id, a_told(run, "look", "desktop", playbook="old"))

    assert doing(house, run) == "playing old"


def test_all_steps_of_an_ended_run_are_told_once_more(house: House) -> None:
    run = running(house)
    step = StepResult("look", "Look", "desktop", StepStatus.PASSED, 900)
    with house.ledger.write() as ledger:
        ledger.evidence.save_session(run.id, a_session(id="s", steps=(step,)))
    abort(house, run.id, RunStatus.CANCELLED, "cancelled by ada")

    (progress,) = look(house, run.id)

    assert progress.steps == (ToldStep("s", "shop", 1, step),)
    assert look(house, RunId("nowhere")) == []
