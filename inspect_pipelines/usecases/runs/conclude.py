"""Conclude runs: the one judge. Status, facts, accepted pictures and notifications share one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.baseline import Baseline, adopted, baseline_set, concerning
from inspect_pipelines.domain.comparison import Comparison, environment_changes
from inspect_pipelines.domain.ids import BaselineId, RunId
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.domain.report import Report
from inspect_pipelines.domain.retry import deciding, second_looks, second_thoughts
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.screenshot import Screenshot
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.domain.verdict import Verdict, VerdictKind, decide
from inspect_pipelines.facts.baseline import baseline_facts
from inspect_pipelines.facts.run import run_facts
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.alerts.alert import End, conclude_alerts
from inspect_pipelines.usecases.runs.settle import budget_warnings, count_minutes, is_news, pause_if_broken


@dataclass(frozen=True, slots=True)
class Conclusion:
    """How a run ended; `was_first` is False when somebody else had concluded it before."""

    report: Report
    was_first: bool


def judge(house: House, run_id: RunId) -> Conclusion:
    """End a run by what its sessions and comparisons say, then write its report."""
    case = _case(house, run_id)
    if case.definition is None:
        gone = (
            f"definition {case.run.definition_id!r} was deleted while it ran, so nothing says how to judge it"
        )
        return _conclude(house, case, Verdict(None, RunStatus.ERROR, (gone,)))
    policy = case.definition.plan.baseline
    verdict = decide(
        case.sessions,
        case.comparisons,
        baseline_enabled=policy.enabled,
        baseline=case.baseline,
        environment_changes=environment_changes(case.baseline, case.shots) if case.baseline else (),
        adopt_first=policy.first_run == "adopt",
        flaky=(*second_thoughts(case.attempts), *second_looks(case.attempts, case.comparisons)),
    )
    return _conclude(house, case, verdict)


def abort(house: House, run_id: RunId, status: RunStatus, reason: str) -> Conclusion:
    """End a run that could not be played to its end (crash, cancel, deadline), keeping the evidence so far."""
    return _conclude(house, _case(house, run_id), Verdict(None, status, (reason,)))


def record_end(
    ledger: LedgerSession,
    run: Run,
    definition: Definition | None,
    *,
    at: datetime,
    sessions: Sequence[SessionResult] = (),
    comparisons: Sequence[Comparison] = (),
    verdict: Verdict | None = None,
    baseline: Baseline | None = None,
    report_path: str = "",
) -> tuple[Notification, ...] | None:
    """Store a run's end with its facts and notifications; None, and nothing stored, when it had ended before."""
    verdict = verdict or Verdict(None, run.status, (run.reason,))
    body = run_facts(  # before the first statement, which makes other writers wait
        run,
        definition,
        sessions,
        comparisons,
        verdict,
        baseline_id=baseline.id if baseline else None,
        report_path=report_path,
    )
    if not ledger.runs.conclude(run):
        return None
    ledger.journal.append("run", body, at=at)
    count_minutes(ledger, run, at=at)
    pause = pause_if_broken(ledger, run, definition, at=at)
    if definition is None:
        return ()
    warned = budget_warnings(ledger, run, definition, at=at)
    told: tuple[Notification, ...] = ()
    if is_news(ledger, run, at=at):
        told = conclude_alerts(
            End(
                ledger,
                run,
                definition,
                verdict,
                tuple(deciding(sessions)),
                tuple(comparisons),
                report_path,
                _remarks(run, pause),
                at,
            )
        )
    for notification in warned:
        ledger.outbox.store(notification)
    return (*told, *warned)


def _remarks(run: Run, pause: Pause | None) -> tuple[str, ...]:
    """What people must know besides the verdict."""
    if pause is None:
        return ()
    resume = f"inspect-pipelines schedules resume {run.definition_id}"
    return (f"{pause.sentence()}; when it is mended: {resume}",)


@dataclass(frozen=True, slots=True)
class _Case:
    """What the judge has before it."""

    run: Run
    definition: Definition | None  # None: it was deleted meanwhile
    attempts: tuple[SessionResult, ...]  # every session that was played
    sessions: tuple[SessionResult, ...]  # those of them that decide
    comparisons: tuple[Comparison, ...]
    baseline: Baseline | None  # what of the set concerns the run's playbooks

    @property
    def shots(self) -> list[Screenshot]:
        return [shot for session in self.sessions for shot in session.screenshots]

    @property
    def playbooks(self) -> set[str]:
        return {session.playbook for session in self.sessions}


def _case(house: House, run_id: RunId) -> _Case:
    with house.ledger.read() as ledger:
        run = _known(ledger, run_id)
        definition = ledger.definitions.find(run.org_id, run.definition_id)
        attempts = tuple(ledger.evidence.sessions(run_id))
        sessions = tuple(deciding(attempts))
        active = ledger.baselines.active(run.org_id, baseline_set(definition, run))
        baseline = concerning(active, {session.playbook for session in sessions})
        comparisons = tuple(ledger.evidence.comparisons(run_id))
        return _Case(run, definition, attempts, sessions, comparisons, baseline)


def _conclude(house: House, case: _Case, verdict: Verdict) -> Conclusion:
    now = house.clock.now()
    run = case.run
    told: tuple[Notification, ...] | None = None
    if run.status.is_open:
        ended = run.concluded(verdict.run_status, "\n".join(verdict.reasons)[:2000], now=now)
        with house.ledger.write() as ledger:
            told = record_end(
                ledger,
                ended,
                case.definition,
                at=now,
                sessions=case.attempts,
                comparisons=case.comparisons,
                verdict=verdict,
                baseline=case.baseline,
                report_path=house.reports.url(run.id),
            )
            if told is not None:
                run = ended
                _accept_by_policy(house, ledger, case, verdict, now)
            else:
                run = _known(ledger, run.id)
    report = Report(run, case.definition, case.sessions, case.comparisons, verdict, case.baseline, told or ())
    if told is not None:
        house.reports.write(report)
    return Conclusion(report, was_first=told is not None)


def _accept_by_policy(
    house: House, ledger: LedgerSession, case: _Case, verdict: Verdict, now: datetime
) -> None:
    """Adopt without a person where the plan says so: a first run, or small accepted changes of a passed one."""
    if verdict.kind is not VerdictKind.PASSED or case.definition is None:
        return
    policy = case.definition.plan.baseline
    if not policy.enabled:
        return
    first = case.baseline is None and policy.first_run == "adopt"
    moved = any(c.old_sha256 != c.new_sha256 for c in case.comparisons)
    update = case.baseline is not None and policy.update_on_success and moved
    if not (first or update):
        return
    set_name = baseline_set(case.definition, case.run)
    active = ledger.baselines.active(case.run.org_id, set_name)
    judged_with = concerning(active, case.playbooks)
    if (judged_with.id if judged_with else None) != (case.baseline.id if case.baseline else None):
        return  # a person adopted something since we compared: that stands
    accepted = Baseline(
        id=BaselineId(house.clock.new_id()),
        org_id=case.run.org_id,
        set=set_name,
        images=adopted(active, case.shots, case.run.id, playbooks=case.playbooks),
        created_at=now,
        created_by="policy:first_run" if first else "policy:update_on_success",
        source_run_id=case.run.id,
    )
    ledger.baselines.add(accepted)
    ledger.journal.append("baseline", baseline_facts(accepted), at=now)


def _known(ledger: LedgerSession, run_id: RunId) -> Run:
    run = ledger.runs.find(run_id)
    if run is None:
        raise LookupError(run_id)  # a caller's mistake, never a user's: ids come from the ledger
    return run
