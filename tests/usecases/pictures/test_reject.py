from __future__ import annotations

from pathlib import Path

import pytest

from builders import a_screenshot, a_session
from ends import QA, Watch, heard
from history_builders import a_comparison
from houses import a_house
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import NotFound, Refused
from inspect_pipelines.usecases.pictures.reject import reject

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


def test_a_rejected_change_is_known_with_its_note_and_nobody_is_told_again(watch: Watch) -> None:
    watch.define(QA, GITHUB, NotifyRule(RuleEvent.ON_COMPLETE, ("email:log@acme.com",)))
    watch.end(comparisons=CHANGED, sessions=SHOTS, variables=COMMIT)
    watch.house.clock.sleep(60)

    found = reject(watch.house, watch.last_run().id, by="user:ada", note=" ticket 7 ")

    (incident,) = found.incidents
    assert (incident.state, incident.note) == ("known", "ticket 7")
    assert posted(watch) == [("github", "opened: rejected by ada: ticket 7")]
    (log,) = watch.end(comparisons=CHANGED, sessions=SHOTS)
    assert (log.target, log.message.lines[0]) == (
        "email:log@acme.com",
        "known since 2026-11-22, rejected by ada: ticket 7",
    )
    assert ("resolved", "slack:#qa") in heard(watch.end(RunStatus.PASSED))
    with watch.house.ledger.read() as ledger:
        assert ledger.reviews.of_run(found.run.id) == [("rejected", "user:ada", "ticket 7")]


def test_what_passed_crashed_or_never_was_cannot_be_rejected(watch: Watch) -> None:
    watch.end(RunStatus.PASSED)
    passed = watch.last_run().id
    watch.end()

    with pytest.raises(Refused, match="it is 'passed', and only what a run saw"):
        reject(watch.house, passed, by="user:ada", note="x")
    with pytest.raises(Refused, match="without a note"):
        reject(watch.house, watch.last_run().id, by="user:ada", note=" ")
    with pytest.raises(NotFound, match="'nope' does not exist"):
        reject(watch.house, RunId("nope"), by="user:ada", note="x")
