from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from builders import a_plan, a_playbook, a_schedule, a_screenshot, a_session, a_sha, a_view
from houses import a_house, apply
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.ids import DefinitionId, PlaybookId, RunId
from inspect_pipelines.domain.plan import BaselinePolicy, NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.session import SessionStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.pictures import adopt
from inspect_pipelines.usecases.pictures.compare_run import compare_run
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import abort, judge
from inspect_pipelines.usecases.runs.play import play_all
from inspect_pipelines.usecases.runs.start import Ticket

RULES = (
    NotifyRule(
        RuleEvent.ON_FAILURE,
        (
            "slack:#qa-alerts",
            "pagerduty",
        ),
        mention=("@qa-team",),
    ),
    NotifyRule(RuleEvent.ON_COMPLETE, ("slack:#qa-weekly",)),
)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return a_house(tmp_path)


def played(house: House, tick: int = 1, **session: object) -> RunId:
    """A run that has played its session and waits for its judge."""
    ticket = Ticket(
        DefinitionId("nightly-shop"), f"d{tick}", origin=f"cron:nightly-shop:2026-11-{tick:02d}T07:00Z"
    )
    run_id = start.admit(house, ticket).run.id
    house.sessions.results = [a_session(id=f"{run_id}.1", **session)] * 2  # the second time it is the same
    play_all(house, run_id)
    return run_id


def concluded(house: House, tick: int) -> RunId:
    run_id = played(house, tick)
    judge(house, run_id)
    return run_id


def compared(house: House, run_id: RunId, **changes: object) -> None:
    values = {
        "view": a_screenshot().view,
        "outcome": Outcome.CHANGED,
        "passed": False,
        "reason": "button 'Buy' changed",
        "score": 0.2,
        "score_method": "test",
        "tolerance": 0.02,
        "old_sha256": a_sha("a"),
        "new_sha256": a_sha("b"),
    }
    with house.ledger.write() as ledger:
        ledger.evidence.save_comparisons(run_id, [Comparison(**(values | changes))])


def journal(house: House) -> list[tuple[str, dict]]:
    with house.ledgers.read() as ledger:
        return [(kind, json.loads(body)) for _, kind, body in ledger.journal.after(0)]


def test_a_first_run_needs_review_and_does_not_bless_itself(house: House) -> None:
    apply(house, a_schedule())

    conclusion = judge(house, played(house))

    assert conclusion.report.run.status is RunStatus.NEEDS_REVIEW
    with house.ledger.read() as ledger:
        assert ledger.baselines.all() == []


def test_a_first_run_adopts_itself_where_the_plan_says_so(house: House) -> None:
    apply(house, a_schedule(plan=a_plan(baseline=BaselinePolicy(first_run="adopt"))))

    conclusion = judge(house, played(house))

    assert conclusion.report.run.status is RunStatus.PASSED
    with house.ledger.read() as ledger:
        active = ledger.baselines.active("nightly-shop")
    assert active is not None
    with house.ledger.read() as ledger:
        newest = ledger.audit.entries(limit=1)[0]
    assert (newest.actor, newest.action, newest.subject) == ("service:runs", "baseline.adopted", active.id)
    assert newest.detail.startswith("policy:first_run, of run ")
    assert active.created_by == "policy:first_run"


def test_a_passed_run_that_shows_the_same_pixels_moves_the_baseline_where_the_plan_says_so(
    house: House,
) -> None:
    apply(house, a_schedule(plan=a_plan(baseline=BaselinePolicy(update_on_success=True))))
    first = played(house, 1)
    judge(house, first)
    adopt.adopt(house, first, by="user:ada")
    second = played(house, 2, screenshots=(a_screenshot(sha256=a_sha("b")),))
    compared(house, second, outcome=Outcome.UNCHANGED, passed=True, score=0.0)

    judge(house, second)

    with house.ledger.read() as ledger:
        active = ledger.baselines.active("nightly-shop")
    assert active is not None
    assert (active.created_by, active.source_run_id) == ("policy:update_on_success", second)


def test_a_failed_run_never_moves_the_baseline(house: House) -> None:
    apply(house, a_schedule(plan=a_plan(baseline=BaselinePolicy(update_on_success=True))))
    first = played(house, 1)
    judge(house, first)
    adopt.adopt(house, first, by="user:ada")
    second = played(house, 2, screenshots=(a_screenshot(sha256=a_sha("b")),))
    compared(house, second)

    conclusion = judge(house, second)

    assert conclusion.report.run.status is RunStatus.FAILED
    assert conclusion.report.run.reason == "shop/home@desktop: button 'Buy' changed"
    with house.ledger.read() as ledger:
        assert ledger.baselines.active("nightly-shop").source_run_id == first


def test_every_rule_that_matches_fires_with_each_of_its_targets(house: House) -> None:
    apply(house, a_schedule(plan=a_plan(notify=RULES)))
    run_id = played(house, status=SessionStatus.FAILED, error="no button", screenshots=())

    conclusion = judge(house, run_id)

    assert [(n.event.value, n.target) for n in conclusion.report.notifications] == [
        ("on_failure", "slack:#qa-alerts"),
        ("on_failure", "pagerduty"),
        ("on_complete", "slack:#qa-weekly"),
    ]


def test_on_complete_alone_works(house: House) -> None:
    apply(house, a_schedule(plan=a_plan(notify=RULES[1:])))

    conclusion = judge(house, played(house))

    assert [n.target for n in conclusion.report.notifications] == ["slack:#qa-weekly"]


def test_a_timeout_counts_as_a_failure(house: House) -> None:
    apply(house, a_schedule(plan=a_plan(notify=RULES)))
    run_id = played(house, status=SessionStatus.TIMEOUT, error="told to stop after 30 minutes")

    conclusion = judge(house, run_id)

    assert conclusion.report.run.status is RunStatus.TIMEOUT
    assert {n.event for n in conclusion.report.notifications} == {RuleEvent.ON_FAILURE, RuleEvent.ON_COMPLETE}


def test_only_the_first_conclusion_counts(house: House) -> None:
    apply(house, a_schedule(plan=a_plan(notify=RULES)))
    run_id = played(house)
    first = judge(house, run_id)

    second = abort(house, run_id, RunStatus.ERROR, "its worker died")

    assert (first.was_first, second.was_first) == (True, False)
    assert second.report.run.status is RunStatus.NEEDS_REVIEW
    assert [kind for kind, _ in journal(house)] == ["run", "incident"]
    assert len(house.reports.written) == 1


def test_a_run_that_could_not_be_played_keeps_its_evidence_and_tells_people(house: House) -> None:
    apply(house, a_schedule(plan=a_plan(notify=RULES)))
    run_id = played(house)

    conclusion = abort(house, run_id, RunStatus.ERROR, "its worker died")

    assert len(conclusion.report.sessions) == 1
    assert conclusion.report.notifications
    (kind, facts) = journal(house)[0]
    assert (kind, facts["run"]["status"], len(facts["screenshots"])) == ("run", "error", 1)


def test_a_definition_new_to_a_shared_set_needs_review_like_any_first_run(house: House) -> None:
    apply(house, a_schedule())
    adopt.adopt(house, concluded(house, 1), by="user:ada")
    account = a_playbook(id=PlaybookId("account"))
    plan = a_plan(playbooks=(account,), baseline=BaselinePolicy(set="nightly-shop"))
    apply(house, a_schedule(plan=plan))
    front = a_screenshot("front", view=a_view("front", playbook="account"))

    run_id = played(house, 2, playbook="account", screenshots=(front,))
    compare_run(house, run_id)

    assert judge(house, run_id).report.run.status is RunStatus.NEEDS_REVIEW


def test_a_policy_never_overwrites_what_a_person_adopted_meanwhile(house: House) -> None:
    apply(house, a_schedule(plan=a_plan(baseline=BaselinePolicy(update_on_success=True))))
    first = concluded(house, 1)
    adopt.adopt(house, first, by="user:ada")
    second = played(house, 2, screenshots=(a_screenshot(sha256=a_sha("b")),))
    compared(house, second, outcome=Outcome.UNCHANGED, passed=True, score=0.0)

    class PersonInBetween:
        """The ledger, as it is when a person adopts between the judge's look and its deed."""

        read = house.ledger.read

        @contextmanager
        def write(self) -> Iterator[LedgerSession]:
            adopt.adopt(house, first, by="user:bob")
            with house.ledger.write() as ledger:
                yield ledger

    judge(replace(house, ledger=PersonInBetween()), second)

    with house.ledger.read() as ledger:
        assert ledger.baselines.active("nightly-shop").created_by == "user:bob"


def test_a_run_whose_definition_was_deleted_meanwhile_never_passes(house: House) -> None:
    apply(house, a_schedule())
    run_id = played(house)
    with house.ledger.write() as ledger:
        ledger.definitions.delete(DefinitionId("nightly-shop"), by="user:ada", at=house.clock.now())

    report = judge(house, run_id).report

    assert report.run.status is RunStatus.ERROR
    assert "was deleted while it ran" in report.run.reason


def test_zero_screenshots_is_an_error_never_a_pass(house: House) -> None:
    apply(house, a_schedule())

    conclusion = judge(house, played(house, screenshots=()))

    assert conclusion.report.run.status is RunStatus.ERROR
    assert "no screenshot was taken" in conclusion.report.run.reason
