"""Concerns reach the people who hear of a definition's failures, once; over a real ledger and a real history."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from builders import a_plan, a_run, a_schedule, a_sha, a_view
from ends import NIGHTLY, QA, Watch
from houses import CollectingChannel, a_house, apply
from inspect_pipelines.domain.absence import absence_origin
from inspect_pipelines.domain.alerting import Silence
from inspect_pipelines.domain.concern import Concern, ConcernKind
from inspect_pipelines.domain.drift_track import Track
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.run import RunStatus, cron_origin
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.alerts.find_concerns import drifting, flaking, missing
from inspect_pipelines.usecases.alerts.raise_concerns import raise_concerns
from inspect_pipelines.usecases.runs.conclude import record_end
from resources.history.store import DuckHistory

MORNING = datetime(2026, 11, 22, 7, tzinfo=UTC)
HOURLY = DefinitionId("hourly")


@pytest.fixture
def slack() -> CollectingChannel:
    return CollectingChannel()


@pytest.fixture
def house(tmp_path: Path, slack: CollectingChannel) -> House:
    house = a_house(tmp_path, channels=[("*", slack)])
    return replace(house, history=DuckHistory(tmp_path, house.ledgers, house.clock))


def ran(house: House, *hours: int, day: int = 21) -> None:
    """Runs of the hourly schedule for these times, which passed."""
    with house.ledger.write() as ledger:
        definition = ledger.definitions.find(HOURLY)
        for hour in hours:
            at = datetime(2026, 11, day, hour, tzinfo=UTC)
            wanted = a_run(
                day * 100 + hour,
                definition_id=HOURLY,
                origin=cron_origin(HOURLY, at),
                nominal_at=at,
                requested_at=at,
            )
            running = ledger.runs.request(wanted).claimed(f"d{wanted.id}", now=at)
            ledger.runs.claim(running)
            record_end(
                ledger, running.concluded(RunStatus.PASSED, "", now=at), definition, at=at, kinds=house.kinds
            )


def hourly(house: House) -> None:
    apply(house, a_schedule(HOURLY, cron="0 * * * *", timezone="UTC", plan=a_plan(notify=(QA,))))


def told(house: House, slack: CollectingChannel) -> list[str]:
    """What people hear of what is missing, each time it is found."""
    for _ in range(2):
        raise_concerns(house, missing(house))
    return [note.text.splitlines()[0] for note in slack.sent]


def test_times_of_yesterday_without_a_run_are_told_once(house: House, slack: CollectingChannel) -> None:
    hourly(house)
    ran(house, 22, 23, day=20)
    ran(house, *range(3), *range(5, 24))

    assert told(house, slack) == ["2 runs of 2026-11-21 never began, due 03:00 to 04:00 UTC"]
    (note,) = slack.sent
    assert note.title == "Nightly shop: runs are missing"
    assert "inspect-pipelines schedules backfill hourly" in note.text


def test_a_night_in_which_nothing_ran_is_one_message_from_its_beginning_to_its_end(
    house: House, slack: CollectingChannel
) -> None:
    hourly(house)
    ran(house, 5, day=18)
    ran(house, 22, 23)

    first = told(house, slack)
    house.clock.at += timedelta(days=1)
    later = told(house, slack)

    assert first == [
        "22 runs of 2026-11-21 never began, due 00:00 to 21:00 UTC, and none since 2026-11-18 06:00 UTC"
    ]
    assert later[1:] == ["24 runs of 2026-11-22 never began, due 00:00 to 23:00 UTC"]


def test_what_the_lookout_told_when_it_happened_is_not_told_again(
    house: House, slack: CollectingChannel
) -> None:
    hourly(house)
    ran(house, *range(3), *range(5, 24))
    outage = datetime(2026, 11, 21, 3, tzinfo=UTC)
    with house.ledger.write() as ledger:
        ledger.runs.request(
            a_run(9999, definition_id=HOURLY, origin=absence_origin(HOURLY, outage), nominal_at=outage)
        )

    assert [one.key for one in missing(house)] == ["concern:missing:hourly:2026-11-21T03:00Z"]
    assert told(house, slack) == []


def test_what_rests_or_is_under_way_misses_nothing(house: House) -> None:
    hourly(house)
    ran(house, *range(23))
    late = datetime(2026, 11, 21, 23, tzinfo=UTC)
    apply(house, a_schedule("resting", cron="0 * * * *", enabled=False))
    apply(house, a_schedule("paused", cron="0 * * * *"))
    pause = Pause("p", house.org_id, DefinitionId("paused"), "a move", "user:ada", late, None)
    with house.ledger.write() as ledger:
        ledger.runs.request(a_run(1, definition_id=HOURLY, origin=cron_origin(HOURLY, late), nominal_at=late))
        ledger.pauses.add(pause)

    assert missing(house) == []


def test_a_schedule_owes_no_run_from_before_it_was_there(house: House) -> None:
    ran_at = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
    with house.ledger.write() as ledger:
        schedule = a_schedule(HOURLY, cron="0 * * * *", timezone="UTC")
        ledger.definitions.save(schedule, by="user:ada", at=ran_at)
    ran(house, *range(13, 22))

    (found,) = missing(house)

    assert found.sentence == "2 runs of 2026-11-21 never began, due 22:00 to 23:00 UTC"


def test_drift_is_told_half_way_to_a_review_by_one_of_those_who_share_a_set(
    house: House, slack: CollectingChannel
) -> None:
    watch = Watch(house)
    apply(house, a_schedule("a-silent-one", plan=a_plan(baseline=BaselinePolicy(set=NIGHTLY), notify=())))
    watch.define()
    watch.end(RunStatus.PASSED)
    since = house.clock.now()
    track = Track(a_sha("a"), "m", a_sha("b"), since, spent=1.4, runs=4, since=since)
    with house.ledger.write() as ledger:
        ledger.drift_tracks.keep(
            NIGHTLY, {a_view("cart"): {"A": track}, a_view("home"): {"A": replace(track, spent=0.2)}}
        )

    first, again = (raise_concerns(house, drifting(house)) for _ in range(2))

    assert [one.kind for one in first] == [ConcernKind.DRIFT]
    assert again == []
    (note,) = slack.sent
    assert note.text.startswith("shop/cart@desktop drifts: 4 passing runs in a row since ")


def test_what_is_silenced_is_told_when_the_silence_is_over(house: House, slack: CollectingChannel) -> None:
    watch = Watch(house)
    watch.define()
    watch.end(RunStatus.PASSED)
    now = house.clock.now()
    silence = Silence(
        "s", house.org_id, "a move", "user:ada", now, now + timedelta(hours=1), definition_id=NIGHTLY
    )
    with house.ledger.write() as ledger:
        ledger.silences.add(silence)
    concern = Concern(ConcernKind.FLAKES, NIGHTLY, "2026-11-21", "too many")

    quiet = raise_concerns(house, [concern])
    house.clock.at += timedelta(hours=2)
    loud = raise_concerns(house, [concern])

    assert (quiet, loud) == ([], [concern])
    assert [note.text.splitlines()[0] for note in slack.sent] == ["too many"]


def test_where_nobody_would_hear_nothing_counts_as_told(house: House) -> None:
    apply(
        house, a_schedule(NIGHTLY, plan=a_plan(notify=())), a_schedule("never-ran", plan=a_plan(notify=(QA,)))
    )
    Watch(house).end(RunStatus.PASSED)

    concerns = [
        Concern(ConcernKind.FLAKES, DefinitionId(one), "d", "too many")
        for one in (NIGHTLY, "never-ran", "gone")
    ]

    assert raise_concerns(house, concerns) == []


def test_a_definition_that_only_observes_or_rests_is_of_no_concern(house: House) -> None:
    watch = Watch(house)
    watch.define(observe=True)
    watch.end(RunStatus.PASSED)

    assert flaking(house) == []
    assert drifting(house) == []
