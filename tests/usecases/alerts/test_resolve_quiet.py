from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from ends import QA, Watch, heard
from houses import a_house
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.usecases.alerts.resolve_quiet import resolve_quiet

HOUR = 3600


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    """A cause that has come and gone twice, and is away now."""
    watch = Watch(a_house(tmp_path))
    watch.define(QA, NotifyRule(RuleEvent.ON_RECOVERY, ("email:good@acme.com",)))
    for status in (RunStatus.FAILED, RunStatus.PASSED) * 2:
        told = watch.end(status, after=timedelta(minutes=10))
    assert heard(told) == [("flapping", "slack:#qa")]
    return watch


def newest(watch: Watch) -> list[tuple[str, str]]:
    with watch.house.ledger.read() as ledger:
        notes = ledger.outbox.latest()
    return sorted(heard([note for note in notes if note.created_at == watch.house.clock.now()]))


def test_it_is_over_after_twelve_quiet_hours_and_everybody_hears_of_that_once(watch: Watch) -> None:
    watch.house.clock.sleep(11 * HOUR)
    early = resolve_quiet(watch.house)
    watch.house.clock.sleep(HOUR)

    (incident,) = resolve_quiet(watch.house)

    assert (early, incident.resolution) == ([], "it has not come back")
    assert newest(watch) == [("resolved", "email:good@acme.com"), ("resolved", "slack:#qa")]
    assert resolve_quiet(watch.house) == []


def test_while_it_is_back_again_time_does_not_end_it(watch: Watch) -> None:
    watch.end()
    watch.house.clock.sleep(19 * HOUR)

    assert resolve_quiet(watch.house) == []


def test_it_ends_too_when_its_definition_was_deleted_meanwhile(watch: Watch) -> None:
    with watch.house.ledger.write() as ledger:
        ledger.definitions.delete(watch.last_run().definition_id, by="user:ada", at=watch.house.clock.now())
    watch.house.clock.sleep(12 * HOUR)

    assert len(resolve_quiet(watch.house)) == 1
    assert newest(watch) == [("resolved", "slack:#qa")]
