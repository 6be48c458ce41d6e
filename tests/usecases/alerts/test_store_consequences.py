"""One transaction holds a run's end with all that follows; what it decides by is tested in tests/domain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from builders import NOW, a_plan, a_run, a_schedule, a_screenshot, a_session
from ends import QA, Watch, heard
from houses import CollectingChannel, a_house
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.plan import BaselinePolicy, NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.verdict import Verdict, VerdictKind
from inspect_pipelines.errors import ChannelError
from inspect_pipelines.usecases.alerts.resolve_deleted import resolve_deleted
from inspect_pipelines.usecases.alerts.send import send_waiting
from inspect_pipelines.usecases.runs.conclude import record_end

MINUTE = timedelta(minutes=1)
FAILED = Verdict(VerdictKind.FAILED, RunStatus.FAILED, ("it is broken",))


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    watch = Watch(a_house(tmp_path))
    watch.define()
    return watch


def kept(watch: Watch) -> dict[str, int]:
    """How much the ledger holds of what may follow."""
    with watch.house.ledgers.read() as ledgers:
        facts = len(ledgers.journal.after(0))
    with watch.house.ledger.read() as ledger:
        run = ledger.runs.find(a_run().id)
        return {
            "open runs": len(ledger.runs.open()),
            "facts": facts,
            "incidents": len(ledger.incidents.latest()),
            "runs of it": len(ledger.incidents.of_run(run.id)) if run else 0,
            "messages": len(ledger.outbox.latest()),
            "months": len(ledger.usage.of("2026-11")),
        }


def test_status_facts_incident_minutes_and_messages_are_stored_together_or_not_at_all(watch: Watch) -> None:
    running = a_run().claimed("d1", now=NOW)
    with watch.house.ledger.write() as ledger:
        ledger.runs.request(a_run())
        ledger.runs.claim(running)
    ended = running.concluded(RunStatus.FAILED, "it is broken", now=NOW)
    before = kept(watch)

    def end(crash: BaseException | None = None) -> Sequence[Notification]:
        with watch.house.ledger.write() as ledger:
            told = record_end(
                ledger,
                ended,
                a_schedule(plan=a_plan(notify=(QA,))),
                at=NOW,
                kinds=watch.house.kinds,
                verdict=FAILED,
            )
            if crash is not None:
                raise crash
        return told or ()

    with pytest.raises(KeyboardInterrupt):
        end(KeyboardInterrupt())
    crashed = kept(watch)
    told = end()
    after = kept(watch)

    nothing = {"open runs": 1, "facts": 0, "incidents": 0, "runs of it": 0, "messages": 0, "months": 0}
    assert before == crashed == nothing
    assert heard(told) == [("opened", "slack:#qa")]
    assert after == {"open runs": 0, "facts": 2, "incidents": 1, "runs of it": 1, "messages": 1, "months": 1}


def test_who_comes_second_stores_nothing(watch: Watch) -> None:
    watch.end()
    first = kept(watch)
    late = replace(watch.last_run(), status=RunStatus.RUNNING, completed_at=None)

    with watch.house.ledger.write() as ledger:
        lost = late.concluded(RunStatus.ERROR, "its worker died", now=watch.house.clock.now())
        told = record_end(ledger, lost, a_schedule(), at=watch.house.clock.now(), kinds=watch.house.kinds)

    assert (told, kept(watch)) == (None, first)


def test_a_baseline_that_the_plan_makes_is_stored_with_its_facts(watch: Watch) -> None:
    watch.define(baseline=BaselinePolicy(first_run="adopt"))
    with watch.house.ledger.read() as ledger:
        definition = ledger.definitions.find(a_run().definition_id)
    running = a_run().claimed("d1", now=NOW)
    verdict = Verdict(VerdictKind.PASSED, RunStatus.PASSED, ("as the plan says",))

    with watch.house.ledger.write() as ledger:
        ledger.runs.request(a_run())
        ledger.runs.claim(running)
        record_end(
            ledger,
            running.concluded(RunStatus.PASSED, "", now=NOW),
            definition,
            at=NOW,
            kinds=watch.house.kinds,
            sessions=[a_session(screenshots=(a_screenshot(),))],
            verdict=verdict,
            new_id=lambda: "b1",
        )

    with watch.house.ledger.read() as ledger:
        active = ledger.baselines.active("nightly-shop")
    with watch.house.ledgers.read() as ledgers:
        assert [kind for _, kind, _ in ledgers.journal.after(0)] == ["run", "baseline"]
    assert active is not None
    assert active.id == "b1"


def test_a_run_whose_definition_was_deleted_ends_without_messages(watch: Watch) -> None:
    assert watch.end(RunStatus.ERROR, "gone", definition_id="never-applied") == []
    assert watch.incidents() == []


def test_openings_that_follow_closely_are_one_message_in_the_outbox(watch: Watch) -> None:
    for number in range(4):
        watch.define(definition_id=f"s{number}")
        watch.end(definition_id=f"s{number}", after=MINUTE)

    with watch.house.ledger.read() as ledger:
        alone, together = ledger.outbox.waiting()
    assert (alone.due_at, together.due_at) == (None, alone.created_at + 5 * MINUTE)
    assert together.title == "3 incidents"


@pytest.mark.parametrize("fails_at_first", [False, True])
def test_a_recovery_never_comes_before_the_message_that_tells_of_its_opening(
    watch: Watch, fails_at_first: bool
) -> None:
    channel = CollectingChannel()
    house = replace(watch.house, channels=[("*", channel)])
    mail = NotifyRule(RuleEvent.ON_FAILURE, ("email:qa@acme.com",))
    for number in range(4):
        watch.define(mail, definition_id=f"s{number}")
    for number in range(3):
        watch.end(definition_id=f"s{number}", after=MINUTE)
        send_waiting(house)

    watch.end(RunStatus.PASSED, definition_id="s0", after=MINUTE)
    send_waiting(house)
    watch.end(RunStatus.PASSED, definition_id="s2", after=timedelta(0))
    with house.ledger.write() as ledger:
        resolve_deleted(
            ledger,
            ledger.definitions.find(DefinitionId("s1")),
            by="user:ada",
            at=house.clock.now(),
        )
    send_waiting(house)
    before = [note.title for note in channel.sent]
    house.clock.sleep(120)
    channel.failures = [ChannelError("busy", is_permanent=False)] * fails_at_first
    send_waiting(house)
    house.clock.sleep(3)
    send_waiting(house)

    assert before == ["Nightly shop: failed", "Nightly shop: resolved"], "what is told already does not wait"
    assert [note.title for note in channel.sent[2:]] == ["2 incidents", *["Nightly shop: resolved"] * 2]
