from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, a_run
from inspect_pipelines.domain.ids import DefinitionId, EventId, RunId
from inspect_pipelines.domain.plan import Overlap
from inspect_pipelines.domain.run import (
    Door,
    Refusal,
    RunStatus,
    SkipReason,
    admission,
    batch_origin,
    cron_origin,
    dagster_origin,
    event_origin,
    nominal_time,
    request_origin,
    retry_origin,
    undecided_origin,
)
from inspect_pipelines.errors import Refused

OPEN = [status for status in RunStatus if status.is_open]
PAUSED = Refusal(SkipReason.PAUSE, "maintenance until noon")
ENDS = [status for status in RunStatus if not status.is_open]


def asked(run, dagster_run_id="d-1", **changes):
    values = {"refusal": None, "holder": None, "now": NOW} | changes
    return admission(run, dagster_run_id, **values)


@pytest.mark.parametrize(
    ("origin", "is_bound"),
    [(event_origin(EventId("e1"), DefinitionId("t")), True), (batch_origin("b1"), True), ("cron:a:b", False)],
)
def test_only_runs_of_events_that_wait_for_their_slot_are_bound_to_wait(origin, is_bound):
    run = replace(a_run(), origin=origin)

    assert (run.is_bound_to_wait, run.buffered(now=NOW).is_bound_to_wait) == (False, is_bound)


def test_only_pending_and_running_are_open():
    assert OPEN == [RunStatus.PENDING, RunStatus.RUNNING]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (RunStatus.PASSED, 0),
        (RunStatus.SKIPPED, 0),
        (RunStatus.FAILED, 1),
        (RunStatus.NEEDS_REVIEW, 1),
        (RunStatus.TIMEOUT, 3),
        (RunStatus.ERROR, 3),
        (RunStatus.CANCELLED, 3),
    ],
)
def test_a_waiting_command_returns_this_code(status, code):
    assert status.exit_code == code


def test_origins_say_why_a_run_exists():
    assert cron_origin(DefinitionId("nightly"), NOW) == "cron:nightly:2026-11-22T07:00Z"
    assert request_origin("k1") == "request:k1"
    assert dagster_origin("d-1") == "dagster:d-1"
    assert retry_origin(RunId("r-1"), 2) == "retry:r-1:2"


def test_a_claim_sets_the_one_deadline():
    run = a_run(timeout_minutes=30).claimed("d-1", now=NOW)

    assert (run.status, run.dagster_run_id, run.claimed_at) == (RunStatus.RUNNING, "d-1", NOW)
    assert run.deadline_at == NOW + timedelta(minutes=30)


def test_a_claimed_run_cannot_be_claimed_or_skipped_again():
    run = a_run().claimed("d-1", now=NOW)

    with pytest.raises(Refused, match="cannot be claimed: it is 'running'"):
        run.claimed("d-2", now=NOW)
    with pytest.raises(Refused, match="cannot be skipped: it is 'running'"):
        run.skipped(SkipReason.PAUSE, "", now=NOW)


@pytest.mark.parametrize("status", ENDS)
def test_a_conclusion_is_final(status):
    run = a_run().claimed("d-1", now=NOW).concluded(status, "because", now=NOW)

    assert (run.status, run.reason, run.completed_at) == (status, "because", NOW)
    with pytest.raises(Refused, match="a status never changes"):
        run.concluded(RunStatus.PASSED, "", now=NOW)


@pytest.mark.parametrize("status", OPEN)
def test_an_open_status_is_no_end(status):
    with pytest.raises(Refused, match="that is not an end"):
        a_run().concluded(status, "", now=NOW)


def test_a_pending_run_gets_in_and_is_claimed():
    entry = asked(a_run())

    assert (entry.door, entry.run.dagster_run_id) == (Door.ADMITTED, "d-1")


def test_a_repeated_first_op_gets_in_again_with_the_same_deadline():
    run = a_run().claimed("d-1", now=NOW)

    entry = asked(run, now=NOW + timedelta(minutes=5), refusal=PAUSED)

    assert (entry.door, entry.run) == (Door.ADMITTED, run)


def test_a_concluded_run_is_not_run_again_by_its_own_dagster_run():
    run = a_run().claimed("d-1", now=NOW).concluded(RunStatus.CANCELLED, "", now=NOW)

    assert asked(run).door is Door.DUPLICATE


def test_a_skipped_run_is_not_revived():
    run = a_run().skipped(SkipReason.PAUSE, "maintenance", now=NOW)

    assert asked(run).door is Door.DUPLICATE


def test_a_paused_definition_skips_with_its_reason():
    entry = asked(a_run(), refusal=PAUSED)

    assert (entry.door, entry.run.reason) == (Door.SKIPPED, "pause: maintenance until noon")


def test_a_held_slot_skips_and_names_the_holder():
    holder = a_run(2).claimed("d-9", now=NOW)

    entry = asked(a_run(), holder=holder)

    assert entry.door is Door.SKIPPED
    assert entry.run.reason == f"overlap: run {holder.id} of 'nightly-shop' is still open"


def test_a_held_slot_makes_a_run_wait_where_one_may():
    holder = a_run(2).claimed("d-9", now=NOW)

    entry = asked(a_run(), holder=holder, overlap=Overlap.BUFFER_ONE)

    assert (entry.door, entry.run.status, entry.run.buffered_at) == (Door.BUFFERED, RunStatus.PENDING, NOW)
    assert entry.displaced is None


def test_of_two_that_would_wait_the_newer_one_does():
    holder, older, newer = a_run(1).claimed("d-1", now=NOW), a_run(2).buffered(now=NOW), a_run(3)

    entry = asked(newer, holder=holder, waiting=older, overlap=Overlap.BUFFER_ONE)

    assert (entry.door, entry.run.id) == (Door.BUFFERED, newer.id)
    assert entry.displaced.id == older.id
    assert entry.displaced.reason == f"overlap: the newer run {newer.id} of 'nightly-shop' waits instead"


def test_an_older_one_does_not_take_the_place_of_a_newer_one_that_waits():
    holder, older, newer = a_run(1).claimed("d-1", now=NOW), a_run(2), a_run(3).buffered(now=NOW)

    entry = asked(older, holder=holder, waiting=newer, overlap=Overlap.BUFFER_ONE)

    assert (entry.door, entry.displaced) == (Door.SKIPPED, None)
    assert entry.run.reason == f"overlap: the newer run {newer.id} of 'nightly-shop' waits already"


def test_a_run_that_waited_gets_in_when_the_slot_is_free():
    entry = asked(a_run().buffered(now=NOW), overlap=Overlap.BUFFER_ONE)

    assert entry.door is Door.ADMITTED


def test_only_a_pending_run_waits():
    with pytest.raises(Refused, match="cannot wait: it is 'running'"):
        a_run().claimed("d-1", now=NOW).buffered(now=NOW)


def test_overlap_may_be_allowed():
    holder = a_run(2).claimed("d-9", now=NOW)

    assert asked(a_run(), holder=holder, overlap=Overlap.ALLOW).door is Door.ADMITTED


@given(st.lists(st.sampled_from(["d-1", "d-2", "d-3"]), min_size=1, max_size=8), st.booleans())
def test_one_origin_never_lets_two_dagster_runs_in(asking, paused):
    run = a_run()
    admitted = set()
    for dagster_run_id in asking:
        entry = asked(run, dagster_run_id, refusal=PAUSED if paused else None)
        run = entry.run
        if entry.door is Door.ADMITTED:
            admitted.add(dagster_run_id)

    assert admitted == (set() if paused else {asking[0]})


def test_origins_of_events_and_batches_name_what_started_the_run() -> None:
    assert event_origin(EventId("e1"), DefinitionId("post-merge")) == "event:e1:post-merge"
    assert event_origin(EventId("e1"), DefinitionId("post-merge"), "r2") == "event:e1:post-merge@r2"
    assert batch_origin("b1") == "batch:b1"
    assert undecided_origin(EventId("e1"), DefinitionId("t1")) == "undecided:e1:t1"
    assert undecided_origin(EventId("e1"), DefinitionId("t1"), "r1") == "undecided:e1:t1@r1"


def test_a_ticks_nominal_time_is_read_from_its_origin_and_nothing_else_has_one():
    assert nominal_time(cron_origin(DefinitionId("nightly"), NOW)) == NOW
    assert nominal_time("request:1") is None
