from __future__ import annotations

from pathlib import Path

import pytest

from builders import a_plan, a_schedule, a_screenshot, a_session
from ends import QA, Watch
from history_builders import a_comparison
from houses import a_house, apply
from inspect_pipelines.domain.plan import BaselinePolicy, NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.usecases.pictures.adopt import adopt

GITHUB = NotifyRule(RuleEvent.ON_COMPLETE, ("github",))
COMMIT = {"repo": "acme/shop", "head_sha": "0123abc"}
SHOTS = [a_session(screenshots=(a_screenshot("home"), a_screenshot("pay")))]
CHANGED = [a_comparison("home"), a_comparison("pay")]


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    watch = Watch(a_house(tmp_path))
    watch.define(QA, GITHUB)
    return watch


def posted(watch: Watch) -> list[tuple[str, str]]:
    """All messages but those of runs, oldest first."""
    with watch.house.ledger.read() as ledger:
        notes = ledger.outbox.latest()[::-1]
    return [
        (note.target, f"{note.message.kind.value}: {note.message.sentence}")
        for note in notes
        if note.created_at == watch.house.clock.now()
    ]


def test_accepting_settles_incident_and_commit_at_once_without_another_run(watch: Watch) -> None:
    watch.end(comparisons=CHANGED, sessions=SHOTS, variables=COMMIT)
    watch.house.clock.sleep(60)

    adopt(watch.house, watch.last_run().id, by="user:ada")

    (incident,) = watch.incidents()
    assert incident.resolution == "accepted by ada"
    told = dict(posted(watch))
    assert told["github"] == "resolved: accepted by ada"
    assert told["slack:#qa"].startswith("resolved: accepted by ada; it lasted 1 min and 1 run: ")
    assert watch.end(RunStatus.PASSED) == []


def test_accepting_settles_the_incidents_of_all_definitions_of_the_set(watch: Watch) -> None:
    plan = a_plan(notify=(QA,), baseline=BaselinePolicy(set="nightly-shop"))
    apply(watch.house, a_schedule("hourly-shop", plan=plan))
    watch.end(comparisons=CHANGED, sessions=SHOTS)
    watch.end(comparisons=CHANGED, sessions=SHOTS, definition_id="hourly-shop")

    adopt(watch.house, watch.last_run().id, by="user:ada")

    assert [one.resolution for one in watch.incidents()] == ["accepted by ada"] * 2
