"""The dead-man alarm over a real ledger; that it works with a killed daemon is told in journeys/test_silence.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from builders import NOW, a_plan, a_schedule
from houses import a_house
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId
from inspect_pipelines.domain.maintenance import Maintenance
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import Door, RunStatus, cron_origin
from inspect_pipelines.domain.trigger import Trigger
from inspect_pipelines.ports.engine import TickerState
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.alerts.raise_alarms import Alarm, alarm
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.start import Ticket

NIGHTLY = DefinitionId("nightly-shop")
DUE = NOW + timedelta(days=1)  # 02:00 in New York, the first time after it was applied
PLAN = a_plan(
    notify=(
        NotifyRule(RuleEvent.ON_FAILURE, ("slack:#qa",)),
        NotifyRule(RuleEvent.ON_SUCCESS, ("slack:#yay",)),
    )
)
SCHEDULE = a_schedule(plan=PLAN)


def apply(house: House, *definitions: object) -> None:
    """Store definitions now: what was due before is not theirs."""
    with house.ledger.write() as ledger:
        for definition in definitions:
            ledger.definitions.save(definition, by="user:ada", at=house.clock.now())


class ATicker:
    """Says what a test wrote down; None: it does not answer."""

    def __init__(self, state: TickerState | None) -> None:
        self.state = state
        self.asked: list[Sequence[str]] = []

    def look(
        self, naming: Naming, schedules: Sequence[DefinitionId], origins: Sequence[str]
    ) -> TickerState | None:
        self.asked.append(origins)
        return self.state


def says(
    *,
    stopped: tuple[DefinitionId, ...] = (),
    started: datetime | None = None,
    requested: tuple[str, ...] = (),
) -> ATicker:
    started_at = {NIGHTLY: started} if started else {}
    return ATicker(TickerState(frozenset(stopped), started_at, frozenset(requested)))


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    apply(house, SCHEDULE)
    return house


def look(house: House, ticker: ATicker | None = None) -> Alarm:
    return alarm(house, ticker or says(), watching_since=NOW)


def at(house: House, moment: datetime) -> House:
    house.clock.at = moment
    return house


def late(house: House, minutes: float = 6) -> House:
    return at(house, DUE + timedelta(minutes=minutes))


def test_an_occurrence_that_nobody_asked_for_is_an_error_that_people_hear_of_once(house: House) -> None:
    found = look(late(house))

    (run,) = found.raised
    assert (run.status, run.definition_id, run.nominal_at) == (RunStatus.ERROR, NIGHTLY, DUE)
    assert run.origin == "absence:nightly-shop:2026-11-23T07:00Z"
    assert run.reason.startswith(
        "the run due at 2026-11-23 02:00 America/New_York (07:00 UTC) was never requested"
    )
    assert found.problem.startswith("'nightly-shop': the run due at")
    with house.ledger.read() as ledger:
        assert [n.target for n in ledger.outbox.of_run(run.id)] == ["slack:#qa"]
        assert ledger.runs.latest() == [run], "`runs list` shows it"
    with house.ledgers.read() as ledgers:
        kinds = [kind for _, kind, _ in ledgers.journal.after(0)]
        assert kinds == ["run", "incident"], "the history hears of it once"


def test_one_outage_is_told_once_however_long_it_lasts_and_whoever_looks(house: House) -> None:
    first = look(late(house))

    looks = [look(at(house, DUE + timedelta(hours=hour))) for hour in (1, 25, 24 * 40)]

    assert len(first.raised) == 1
    assert [len(one.raised) for one in looks] == [0, 0, 0]
    assert all(one.problem for one in looks), "/health goes on to say it"
    assert "(nor 39 after it)" in looks[-1].problem


def test_a_run_that_was_asked_for_ends_the_outage_and_the_next_one_is_told_again(house: House) -> None:
    look(late(house))
    again = DUE + timedelta(days=1)
    start.admit(at(house, again), Ticket(NIGHTLY, "d1", origin=cron_origin(NIGHTLY, again)))

    between = look(at(house, again + timedelta(hours=1)))
    next_outage = look(at(house, again + timedelta(days=1, minutes=6)))

    assert (between.absences, between.problem) == ((), "")
    assert [run.nominal_at for run in next_outage.raised] == [again + timedelta(days=1)]


def test_the_occurrence_itself_may_still_be_caught_up(house: House) -> None:
    look(late(house))

    caught_up = start.admit(house, Ticket(NIGHTLY, "d1", origin=cron_origin(NIGHTLY, DUE)))

    assert caught_up.door is Door.ADMITTED
    assert look(late(house, 30)).absences == ()


@pytest.mark.parametrize("minutes", [-60, 0, 4.9])
def test_before_five_minutes_have_passed_nobody_is_even_asked(house: House, minutes: float) -> None:
    ticker = says()

    assert look(late(house, minutes), ticker) == Alarm((), (), "")
    assert ticker.asked == []


def test_while_all_is_well_dagster_is_not_asked(house: House) -> None:
    start.admit(at(house, DUE), Ticket(NIGHTLY, "d1", origin=cron_origin(NIGHTLY, DUE)))
    ticker = says()

    assert look(late(house, 600), ticker).absences == ()
    assert ticker.asked == []


def test_it_is_silent_when_the_definition_is_switched_off_or_deleted_or_a_trigger(house: House) -> None:
    apply(house, replace(SCHEDULE, enabled=False))
    apply(house, Trigger(DefinitionId("on-merge"), DEFAULT_ORG, "On merge", "pull_request.merged", PLAN))
    assert look(late(house)).absences == ()

    with house.ledger.write() as ledger:
        ledger.definitions.delete(NIGHTLY, by="user:ada", at=NOW)
    assert look(late(house)).absences == ()


@pytest.mark.parametrize("whose", [NIGHTLY, None])
def test_it_is_silent_while_paused_and_about_what_a_pause_covered(
    house: House, whose: DefinitionId | None
) -> None:
    until = DUE + timedelta(hours=2)
    with house.ledger.write() as ledger:
        ledger.pauses.add(Pause("p1", DEFAULT_ORG, whose, "a freeze", "user:ada", NOW, until))

    assert look(late(house)).absences == (), "paused now"
    assert look(at(house, until + timedelta(hours=1))).absences == (), "it was paused when its time came"
    later = look(at(house, DUE + timedelta(days=1, minutes=6)))
    assert [run.nominal_at for run in later.raised] == [DUE + timedelta(days=1)]


def test_it_is_silent_about_what_maintenance_covered(house: House) -> None:
    window = Maintenance("the database moves", start=DUE - timedelta(hours=1), end=DUE + timedelta(hours=1))
    with house.ledger.write() as ledger:
        ledger.organizations.save(Organization(DEFAULT_ORG, maintenance=(window,)), at=NOW)

    assert look(late(house)).absences == (), "within the window"
    assert look(at(house, DUE + timedelta(hours=3))).absences == (), "after it"


def test_a_schedule_that_is_stopped_in_the_dagster_ui_and_not_paused_is_told_once(house: House) -> None:
    """An image tag of a page under test switched it off; the alarm took that for a person's wish and kept silent."""
    found = look(late(house), says(stopped=(NIGHTLY,)))
    again = look(late(house, 60), says(stopped=(NIGHTLY,)))

    (run,) = found.raised
    assert "the schedule is stopped in the Dagster UI, and nobody paused it" in run.reason
    assert "stopped in the Dagster UI" in again.problem, "/health goes on to say it"
    assert again.raised == ()


def test_it_is_silent_about_a_stopped_schedule_that_is_paused_too(house: House) -> None:
    with house.ledger.write() as ledger:
        ledger.pauses.add(Pause("p1", DEFAULT_ORG, NIGHTLY, "a freeze", "user:ada", NOW, None))

    assert look(late(house), says(stopped=(NIGHTLY,))).absences == ()


def test_it_is_silent_about_what_came_while_the_schedule_was_stopped_once_it_is_on_again(
    house: House,
) -> None:
    assert look(late(house, 60), says(started=DUE + timedelta(minutes=30))).absences == (), (
        "stopped when it was due"
    )
    assert look(late(house, 60), says(started=NOW)).raised != ()


def test_it_is_silent_when_dagster_has_a_run_of_it_that_waits_in_the_queue(house: House) -> None:
    ticker = says(requested=(cron_origin(NIGHTLY, DUE),))

    assert look(late(house, 20), ticker).absences == ()
    assert ticker.asked == [[cron_origin(NIGHTLY, DUE)]]


def test_an_outage_that_was_told_is_not_looked_for_in_dagsters_queue_again_but_may_be_switched_on_again(
    house: House,
) -> None:
    look(late(house))
    ticker = says()

    still = look(late(house, 30), ticker)
    on_again = look(late(house, 60), says(started=DUE + timedelta(minutes=50)))

    assert (len(still.absences), ticker.asked) == (1, [[]])
    assert (on_again.absences, on_again.problem) == ((), "")


def test_an_edit_makes_no_past_time_expected(house: House) -> None:
    """Its cron is changed at 11:00 to 02:30: that night's 02:30 is in the past, and nobody misses it."""
    apply(at(house, DUE + timedelta(hours=4)), replace(SCHEDULE, cron="30 2 * * *"))

    assert look(at(house, DUE + timedelta(hours=5))).absences == ()


def test_where_dagster_cannot_be_asked_the_ledger_alone_tells(house: House) -> None:
    found = look(late(house), ATicker(None))

    assert len(found.raised) == 1
    assert "and the Dagster UI does not answer" in found.problem


def test_where_dagster_cannot_be_asked_and_something_runs_its_queue_may_hold_it_for_half_an_hour(
    house: House,
) -> None:
    apply(house, a_schedule("busy"))
    start.admit(late(house), Ticket(DefinitionId("busy"), "d1", origin="request:x"))

    assert [one.schedule.id for one in look(house, ATicker(None)).absences] == []
    assert NIGHTLY in [one.schedule.id for one in look(late(house, 31), ATicker(None)).absences]


def test_a_request_that_comes_while_dagster_is_asked_wins(house: House) -> None:
    class TheDaemonComesBack(ATicker):
        def look(
            self, naming: Naming, schedules: Sequence[DefinitionId], origins: Sequence[str]
        ) -> TickerState | None:
            start.admit(house, Ticket(NIGHTLY, "d1", origin=cron_origin(NIGHTLY, DUE)))
            return super().look(naming, schedules, origins)

    found = look(late(house), TheDaemonComesBack(TickerState(frozenset(), {}, frozenset())))

    assert found.raised == ()
    with house.ledger.read() as ledger:
        assert [run.origin for run in ledger.runs.latest()] == [cron_origin(NIGHTLY, DUE)]
