from __future__ import annotations

from pathlib import Path

import pytest

from builders import a_plan, a_schedule, a_screenshot, a_session
from ends import QA, Watch, heard
from history_builders import a_comparison
from houses import a_house, apply
from inspect_pipelines.domain.ids import DEFAULT_ORG, RunId
from inspect_pipelines.domain.plan import BaselinePolicy, NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import NotFound, Refused
from inspect_pipelines.usecases.pictures.adopt import adopt
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
        notes = ledger.outbox.latest(DEFAULT_ORG)[::-1]
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


def test_accepting_one_view_leaves_the_other_open(watch: Watch) -> None:
    watch.end(comparisons=CHANGED, sessions=SHOTS, variables=COMMIT)
    watch.house.clock.sleep(60)

    adopt(watch.house, watch.last_run().id, by="user:ada", view_glob="home")

    (incident,) = watch.incidents()
    assert (incident.is_open, incident.keys) == (True, ("visual shop/pay@desktop replaced",))
    assert posted(watch) == []


def test_a_commit_is_green_only_when_all_that_differs_in_its_run_is_accepted(watch: Watch) -> None:
    watch.end(comparisons=CHANGED[:1], sessions=SHOTS)
    watch.end(comparisons=CHANGED, sessions=SHOTS, variables=COMMIT)  # joins one incident and opens another
    run_id = watch.last_run().id

    watch.house.clock.sleep(60)
    adopt(watch.house, run_id, by="user:ada", view_glob="home")
    first = posted(watch)
    watch.house.clock.sleep(60)
    adopt(watch.house, run_id, by="user:ada", view_glob="pay")

    assert [target for target, _ in first] == ["slack:#qa"]
    assert ("github", "resolved: accepted by ada") in posted(watch)


def test_a_commit_stays_red_while_a_view_differs_although_its_incident_is_over(watch: Watch) -> None:
    watch.end(comparisons=CHANGED, sessions=SHOTS, variables=COMMIT)
    run_id = watch.last_run().id
    watch.end(RunStatus.PASSED)
    watch.house.clock.sleep(60)

    adopt(watch.house, run_id, by="user:ada", view_glob="home")

    assert posted(watch) == []


@pytest.mark.parametrize("status", [RunStatus.FAILED, RunStatus.ERROR])
def test_no_picture_mends_the_commit_of_a_run_that_broke_an_expectation_or_crashed(
    watch: Watch, status: RunStatus
) -> None:
    watch.end(status, sessions=SHOTS, variables=COMMIT)
    run_id = watch.last_run().id
    watch.end(RunStatus.PASSED)
    watch.house.clock.sleep(60)

    adopt(watch.house, run_id, by="user:ada", force=True)

    assert [one.is_open for one in watch.incidents()] == [False]
    assert posted(watch) == []


def test_a_first_run_waits_until_all_its_views_are_approved(watch: Watch) -> None:
    watch.define(NotifyRule(RuleEvent.ON_NEEDS_REVIEW, ("slack:#qa",)), GITHUB)
    watch.end(RunStatus.NEEDS_REVIEW, "nothing is approved yet", sessions=SHOTS, variables=COMMIT)
    run_id = watch.last_run().id

    watch.house.clock.sleep(60)
    adopt(watch.house, run_id, by="user:ada", view_glob="home")
    first, was_open = posted(watch), watch.incidents()[0].is_open
    watch.house.clock.sleep(60)
    adopt(watch.house, run_id, by="user:ada", view_glob="pay")

    assert (first, was_open) == ([], True)
    assert sorted(target for target, _ in posted(watch)) == ["github", "slack:#qa"]


def test_accepting_settles_the_incidents_of_all_definitions_of_the_set(watch: Watch) -> None:
    plan = a_plan(notify=(QA,), baseline=BaselinePolicy(set="nightly-shop"))
    apply(watch.house, a_schedule("hourly-shop", plan=plan))
    watch.end(comparisons=CHANGED, sessions=SHOTS)
    watch.end(comparisons=CHANGED, sessions=SHOTS, definition_id="hourly-shop")

    adopt(watch.house, watch.last_run().id, by="user:ada")

    assert [one.resolution for one in watch.incidents()] == ["accepted by ada"] * 2


def test_approving_a_first_run_ends_its_review(watch: Watch) -> None:
    watch.define(NotifyRule(RuleEvent.ON_NEEDS_REVIEW, ("slack:#qa",)))
    watch.end(RunStatus.NEEDS_REVIEW, "nothing is approved yet", sessions=SHOTS)
    watch.house.clock.sleep(60)

    adopt(watch.house, watch.last_run().id, by="user:ada")

    assert [target for target, _ in posted(watch)] == ["slack:#qa"]
    assert not watch.incidents()[0].is_open


def test_accepting_does_not_end_what_is_not_about_pictures(watch: Watch) -> None:
    watch.end(RunStatus.ERROR, "the browser died")
    watch.end(comparisons=CHANGED, sessions=[*SHOTS])
    watch.end(RunStatus.TIMEOUT)

    with watch.house.ledger.read() as ledger:
        failed = next(run for run in ledger.runs.latest(DEFAULT_ORG) if run.status is RunStatus.FAILED)
    adopt(watch.house, failed.id, by="user:ada")

    assert [one.kind.value for one in watch.incidents() if one.is_open] == ["timeout"]


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
