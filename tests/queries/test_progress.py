from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from builders import NOW, a_plan, a_playbook, a_schedule, a_session
from houses import a_house, apply
from inspect_pipelines.domain.ids import DefinitionId, PlaybookId
from inspect_pipelines.domain.review import CANCEL_REQUESTED
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.progress import progress_of, watch
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


def test_a_run_whose_definition_was_deleted_is_still_followed(house: House) -> None:
    run = running(house)

    progress = progress_of(run, None, played=[], compared=3, is_unwanted=False, now=NOW)

    assert progress.doing == "concluding, 3 views compared"


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
