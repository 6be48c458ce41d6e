"""What keeps a run out at the door, and what its end means for the next ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from builders import NOW, a_plan, a_schedule
from houses import a_house, apply
from inspect_pipelines.domain.budget import Budget
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId
from inspect_pipelines.domain.maintenance import Maintenance
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.pause import BY_ITSELF, Pause
from inspect_pipelines.domain.plan import NotifyRule, Overlap, RuleEvent
from inspect_pipelines.domain.run import Admission, Door, Run, RunStatus
from inspect_pipelines.domain.trigger import Trigger
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import record_end
from inspect_pipelines.usecases.runs.start import Ticket
from resources.channels.registry import CHANNELS

NIGHTLY = DefinitionId("nightly-shop")
MINUTE = timedelta(minutes=1)
TOLD = (NotifyRule(RuleEvent.ON_FAILURE, ("slack:#qa",)),)


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(house, a_schedule(plan=a_plan(notify=TOLD)))
    return house


def a_tick(house: House, day: int = 22, **changes: object) -> Admission:
    origin = f"cron:nightly-shop:2026-11-{day:02d}T07:00Z"
    return start.admit(house, Ticket(NIGHTLY, f"d{day}", **({"origin": origin} | changes)))


def a_wish(house: House, key: str = "k1") -> Admission:
    wanted = start.request(house, NIGHTLY, {}, by="user:ada", key=key)
    return start.admit(house, Ticket(NIGHTLY, f"d-{key}", origin=wanted.origin))


def ended(house: House, run: Run, status: RunStatus = RunStatus.PASSED, minutes: float = 0) -> list:
    """End it after so many minutes; what people are told."""
    house.clock.sleep(minutes * 60)
    now = house.clock.now()
    with house.ledger.write() as ledger:
        definition = ledger.definitions.find(run.definition_id)
        return list(
            record_end(ledger, run.concluded(status, "because", now=now), definition, at=now, kinds=CHANNELS)
            or ()
        )


def told(house: House) -> list[str]:
    with house.ledger.read() as ledger:
        return [f"{note.target} {note.title}" for note in ledger.outbox.waiting()]


# pauses, maintenance, dates


def paused(house: House) -> None:
    with house.ledger.write() as ledger:
        ledger.pauses.add(Pause("p1", DEFAULT_ORG, None, "holidays", "user:ada", since=NOW))


def maintained(house: House) -> None:
    window = Maintenance("moving", start=NOW, end=NOW + MINUTE)
    apply(house, organization=Organization(DEFAULT_ORG, maintenance=(window,)))


def over(house: House) -> None:
    apply(house, a_schedule(end_on=date(2026, 11, 21)))


@pytest.mark.parametrize(
    ("close", "reason"),
    [
        (paused, "pause: the whole organisation is paused by user:ada: holidays"),
        (maintained, "pause: maintenance: moving"),
        (over, "pause: 2026-11-22 07:00 UTC is outside of its dates or in its calendar"),
    ],
)
def test_a_tick_that_comes_all_the_same_is_skipped_and_a_person_gets_in(
    house: House, close: Callable[[House], None], reason: str
) -> None:
    close(house)

    assert a_tick(house).run.reason == reason
    assert a_wish(house).door is Door.ADMITTED


def test_a_slot_older_than_an_edit_is_skipped_although_dagster_asked_for_it_after(house: House) -> None:
    with house.ledger.write() as ledger:
        ledger.definitions.save(a_schedule(cron="0 2 * * 1-6"), by="user:ada", at=NOW + MINUTE)
    house.clock.sleep(120)

    run = a_tick(house).run

    assert (
        run.reason == "pause: 2026-11-22 07:00 UTC is older than the last change or pause of 'nightly-shop'"
    )


def test_a_slot_that_was_asked_for_before_the_edit_runs(house: House) -> None:
    house.clock.sleep(120)
    with house.ledger.write() as ledger:
        ledger.definitions.save(a_schedule(cron="0 2 * * 1-6"), by="user:ada", at=NOW + MINUTE)

    assert a_tick(house, queued_at=NOW + timedelta(seconds=5)).door is Door.ADMITTED


def test_a_backfill_of_a_person_runs_whatever_was_edited_since(house: House) -> None:
    with house.ledger.write() as ledger:
        ledger.definitions.save(a_schedule(cron="0 2 * * 1-6"), by="user:ada", at=NOW + MINUTE)
    house.clock.sleep(120)
    run = a_tick(house, day=1).run
    assert run.status is RunStatus.SKIPPED

    origin = "cron:nightly-shop:2026-11-02T07:00Z"
    with house.ledger.write() as ledger:
        ledger.runs.request(Run(**{**_fields(run), "id": "r2", "origin": origin, "requested_by": "user:ada"}))

    assert a_tick(house, day=2).door is Door.ADMITTED


def _fields(run: Run) -> dict[str, object]:
    fields = {name: getattr(run, name) for name in Run.__dataclass_fields__}
    return fields | {"status": RunStatus.PENDING, "reason": "", "completed_at": None}


# waiting in the queue


def test_a_run_that_waited_longer_than_half_its_period_is_skipped(house: House) -> None:
    house.clock.sleep(12 * 3600)
    assert a_tick(house, queued_at=NOW).door is Door.ADMITTED

    house.clock.sleep(60)
    late = a_tick(house, day=21, queued_at=NOW)
    assert late.run.reason == "queue_timeout: it waited 721 minutes for its turn, and 720 are allowed"


def test_a_queue_that_is_too_long_is_told_once_an_organisation_and_hour(house: House) -> None:
    apply(house, a_schedule(plan=a_plan(notify=TOLD)), a_schedule("other", plan=a_plan(notify=TOLD)))
    house.clock.sleep(13 * 3600)
    for day in (20, 21, 22):
        assert a_tick(house, day=day, queued_at=NOW).run.reason.startswith("queue_timeout: ")
    assert told(house) == ["slack:#qa Nightly shop: skipped"]

    house.clock.sleep(3600)
    a_tick(house, day=19, queued_at=NOW)
    assert told(house) == ["slack:#qa Nightly shop: skipped"] * 2


def test_what_waits_in_dagsters_queue_is_turned_away_when_it_has_waited_too_long(house: House) -> None:
    ticket = Ticket(NIGHTLY, "d1", origin="cron:nightly-shop:2026-11-22T07:00Z", queued_at=NOW)
    house.clock.sleep(12 * 3600)
    assert start.turn_away(house, ticket) is None

    house.clock.sleep(60)
    turned_away = start.turn_away(house, ticket)

    assert turned_away.status is RunStatus.SKIPPED
    assert start.turn_away(house, ticket) is None
    assert start.admit(house, ticket).door is Door.DUPLICATE


def test_what_was_not_queued_or_is_not_defined_is_not_turned_away(house: House) -> None:
    house.clock.sleep(24 * 3600)

    assert start.turn_away(house, Ticket(NIGHTLY, "d1", origin=None)) is None
    assert start.turn_away(house, Ticket(DefinitionId("gone"), "d2", origin=None, queued_at=NOW)) is None


# overlap: buffer_one


def test_one_run_waits_for_the_slot_and_the_newest_takes_its_place(house: House) -> None:
    apply(house, a_schedule(plan=a_plan(overlap=Overlap.BUFFER_ONE)))
    first = a_tick(house, day=20).run
    house.clock.sleep(1)
    second = a_tick(house, day=21)
    house.clock.sleep(1)
    assert second.door is Door.BUFFERED
    third = a_tick(house, day=22)

    assert (third.door, third.displaced.id) == (Door.BUFFERED, second.run.id)
    assert start.waiting(house) == []  # the slot is held

    ended(house, first)
    assert [run.id for run in start.waiting(house)] == [third.run.id]
    again = start.admit(house, Ticket(NIGHTLY, "again", origin=third.run.origin))
    assert (again.door, again.run.id) == (Door.ADMITTED, third.run.id)
    assert start.waiting(house) == []

    with house.ledger.read() as ledger:
        displaced = ledger.runs.find(second.run.id)
    assert displaced.reason == f"overlap: the newer run {third.run.id} of 'nightly-shop' waits instead"


# jitter


def test_a_schedule_with_jitter_waits_for_its_place_in_the_minute_and_not_when_it_is_late(
    house: House,
) -> None:
    ticket = Ticket(NIGHTLY, "d1", origin="cron:nightly-shop:2026-11-22T07:00Z")
    assert start.pause_before(house, ticket) == 0
    apply(house, a_schedule(jitter_seconds=30))

    place = start.pause_before(house, ticket)

    assert 0 < place <= 30
    house.clock.sleep(1)
    assert start.pause_before(house, ticket) == place - 1
    house.clock.sleep(60)
    assert start.pause_before(house, ticket) == 0
    assert start.pause_before(house, Ticket(NIGHTLY, "d1", origin="request:k1")) == 0


# budgets


def budgeted(house: House, minutes: int = 100, **changes: object) -> None:
    apply(house, organization=Organization(DEFAULT_ORG, budget=Budget(minutes), **changes))


def test_a_used_up_budget_skips_scheduled_runs_and_tells_once_a_day(house: House) -> None:
    budgeted(house)
    ended(house, a_tick(house, day=20).run, minutes=100)
    assert told(house) == ["slack:#qa Run-minutes are running out"]

    over = a_tick(house, day=21)
    again = a_tick(house, day=22)

    assert over.run.reason == (
        "budget: the 100 run-minutes of organisation 'default' for this month are used up"
    )
    assert again.run.reason == over.run.reason
    assert told(house)[1:] == ["slack:#qa Nightly shop: skipped"]
    assert a_wish(house).door is Door.ADMITTED  # a person may


def test_minutes_of_runs_that_still_run_count(house: House) -> None:
    budgeted(house)
    apply(house, a_schedule("other"))
    start.admit(house, Ticket(DefinitionId("other"), "d1", origin="cron:other:2026-11-22T07:00Z"))

    house.clock.sleep(99 * 60)
    assert a_tick(house, day=20, queued_at=house.clock.now()).door is Door.ADMITTED
    house.clock.sleep(30)
    house.clock.sleep(30)

    with house.ledger.write() as ledger:
        ledger.runs.conclude(
            ledger.runs.holder(NIGHTLY).concluded(RunStatus.PASSED, "", now=house.clock.now())
        )
    assert a_tick(house, day=21).run.reason.startswith("budget: ")


def test_a_run_after_a_deploy_has_a_reserve_of_a_tenth(house: House) -> None:
    budgeted(house)
    deploy = Trigger(DefinitionId("deploy"), DEFAULT_ORG, "Deploy", "deployment.completed", a_plan())
    apply(house, deploy)
    ended(house, a_tick(house, day=20).run, minutes=105)

    first = start.admit(house, Ticket(deploy.id, "d1", origin="event:e1:deploy"))
    assert first.door is Door.ADMITTED
    ended(house, first.run, minutes=6)
    second = start.admit(house, Ticket(deploy.id, "d2", origin="event:e2:deploy"))

    assert second.run.reason.endswith("are used up, and so is the reserve for deploys")


def test_a_definition_has_a_budget_of_its_own(house: House) -> None:
    apply(house, a_schedule(plan=a_plan(budget_minutes=10)))
    ended(house, a_tick(house, day=20).run, minutes=10)

    assert a_tick(house, day=21).run.reason == (
        "budget: the 10 run-minutes of 'nightly-shop' for this month are used up"
    )


def test_a_new_month_is_a_new_budget(house: House) -> None:
    apply(house, a_schedule(plan=a_plan(budget_minutes=10)))
    ended(house, a_tick(house, day=20).run, minutes=10)
    house.clock.at = datetime(2026, 12, 1, 7, 0, tzinfo=UTC)

    admission = start.admit(house, Ticket(NIGHTLY, "d", origin="cron:nightly-shop:2026-12-01T07:00Z"))

    assert admission.door is Door.ADMITTED


def test_each_level_of_a_budget_is_warned_of_once_and_to_whom_the_organisation_says(house: House) -> None:
    budgeted(house, budget_rule=NotifyRule(RuleEvent.ON_BUDGET, ("email:ops@acme.test",)))
    warnings = {}
    for number, minutes in enumerate((49, 1, 24, 1, 14, 2, 3), start=1):
        used = ended(house, a_wish(house, f"k{number}").run, minutes=minutes)
        warnings[number] = [note.text.partition("\n")[0] for note in used]
        assert all(note.target == "email:ops@acme.test" for note in used)

    assert warnings == {
        1: [],
        2: ["organisation 'default' has used 50 of its 100 run-minutes of 2026-11 (50 %)"],
        3: [],
        4: ["organisation 'default' has used 75 of its 100 run-minutes of 2026-11 (75 %)"],
        5: [],
        6: ["organisation 'default' has used 91 of its 100 run-minutes of 2026-11 (91 %)"],
        7: [],
    }


# a definition that keeps breaking


def test_three_errors_in_a_row_pause_a_definition_and_say_how_to_resume_it(house: House) -> None:
    (note,) = ended(house, a_tick(house, day=18).run, RunStatus.ERROR)
    assert "paused" not in note.text
    assert ended(house, a_tick(house, day=19).run, RunStatus.ERROR) == [], "the same incident"

    (note,) = ended(house, a_tick(house, day=20).run, RunStatus.ERROR)

    assert (
        "'nightly-shop' is paused by schedule:auto: its last 3 runs all ended as 'error', the last one: because; "
        "when it is mended: inspect-pipelines schedules resume nightly-shop"
    ) in note.text
    assert a_tick(house, day=21).run.reason.startswith("pause: 'nightly-shop' is paused by schedule:auto")


def test_a_site_that_fails_never_pauses_its_watch(house: House) -> None:
    for day in range(1, 10):
        ended(house, a_tick(house, day=day).run, RunStatus.FAILED)

    assert a_tick(house, day=10).door is Door.ADMITTED


def test_after_it_was_resumed_three_more_errors_are_needed(house: House) -> None:
    for day in (18, 19, 20):
        ended(house, a_tick(house, day=day).run, RunStatus.ERROR, minutes=1)
    with house.ledger.write() as ledger:
        ledger.pauses.lift(NIGHTLY, now=house.clock.now(), by="user:ada")
    house.clock.sleep(60)

    for key in ("k1", "k2"):
        ended(house, a_wish(house, key).run, RunStatus.ERROR, minutes=1)
    with house.ledger.read() as ledger:
        assert ledger.pauses.active(NIGHTLY, house.clock.now()) == ()

    ended(house, a_wish(house, "k3").run, RunStatus.ERROR, minutes=1)
    with house.ledger.read() as ledger:
        assert [pause.by for pause in ledger.pauses.active(NIGHTLY, house.clock.now())] == [BY_ITSELF]
