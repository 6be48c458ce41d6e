"""Conclude runs: the one judge. Status, facts, accepted pictures and notifications share one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.baseline import Baseline, adopted
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.ids import BaselineId, RunId
from inspect_pipelines.domain.notification import Notification, fired
from inspect_pipelines.domain.report import Report
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.domain.verdict import Verdict, VerdictKind, decide
from inspect_pipelines.ports import House, LedgerSession
from inspect_pipelines.usecases import facts
from inspect_pipelines.usecases.compare import environment_changes


@dataclass(frozen=True, slots=True)
class Conclusion:
    """How a run ended; `was_first` is False when somebody else had concluded it before."""

    report: Report
    was_first: bool


def judge(house: House, run_id: RunId) -> Conclusion:
    """End a run by what its sessions and comparisons say, then write its report."""
    with house.ledger.read() as ledger:
        run = _known(ledger, run_id)
        definition = ledger.definitions.find(run.org_id, run.definition_id)
        sessions = ledger.evidence.sessions(run_id)
        comparisons = ledger.evidence.comparisons(run_id)
        baseline = ledger.baselines.active(run.org_id, baseline_set(definition, run))
    shots = [shot for session in sessions for shot in session.screenshots]
    verdict = decide(
        sessions,
        comparisons,
        baseline_enabled=definition is not None and definition.plan.baseline.enabled,
        baseline=baseline,
        environment_changes=environment_changes(baseline, shots) if baseline else (),
        adopt_first=definition is not None and definition.plan.baseline.first_run == "adopt",
    )
    return _conclude(house, run, definition, sessions, comparisons, verdict, baseline)


def abort(house: House, run_id: RunId, status: RunStatus, reason: str) -> Conclusion:
    """End a run that could not be played to its end (crash, cancel, deadline), keeping the evidence so far."""
    with house.ledger.read() as ledger:
        run = _known(ledger, run_id)
        definition = ledger.definitions.find(run.org_id, run.definition_id)
        sessions = ledger.evidence.sessions(run_id)
        comparisons = ledger.evidence.comparisons(run_id)
        baseline = ledger.baselines.active(run.org_id, baseline_set(definition, run))
    return _conclude(
        house, run, definition, sessions, comparisons, Verdict(None, status, (reason,)), baseline
    )


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
    notification_ids: Sequence[str] = (),
    report_path: str = "",
) -> tuple[Notification, ...] | None:
    """Store a run's end with its facts and notifications; None, and nothing stored, when it had ended before."""
    verdict = verdict or Verdict(None, run.status, (run.reason,))
    body = facts.run_facts(  # before the first statement, which makes other writers wait
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
    rules = definition.plan.notify if definition else ()
    title, text = message(run, definition, verdict)
    told = [
        Notification(
            id=f"{run.id}:{rule.event.value}:{target}",
            org_id=run.org_id,
            run_id=run.id,
            event=rule.event,
            target=target,
            title=title,
            text=text,
            mentions=rule.mention,
            created_at=at,
        )
        for rule, target in fired(rules, run.status, run.reason)
    ]
    for notification in told:
        ledger.outbox.store(notification)
    return tuple(told)


def message(run: Run, definition: Definition | None, verdict: Verdict) -> tuple[str, str]:
    """Title and plain text of what people are told."""
    name = definition.name if definition else run.definition_id
    title = f"{name}: {run.status.value.replace('_', ' ')}"
    lines = [*verdict.reasons, f"run {run.id}", f"due {run.nominal_at:%Y-%m-%d %H:%M} UTC"]
    return title, "\n".join(lines)


def baseline_set(definition: Definition | None, run: Run) -> str:
    """The set a run is compared with: the plan's shared one, else the definition's own."""
    if definition is not None and definition.plan.baseline.set:
        return definition.plan.baseline.set
    return run.definition_id


def _conclude(
    house: House,
    run: Run,
    definition: Definition | None,
    sessions: Sequence[SessionResult],
    comparisons: Sequence[Comparison],
    verdict: Verdict,
    baseline: Baseline | None,
) -> Conclusion:
    now = house.clock.now()
    told: tuple[Notification, ...] | None = None
    if run.status.is_open:
        ended = run.concluded(verdict.run_status, "\n".join(verdict.reasons)[:2000], now=now)
        with house.ledger.write() as ledger:
            told = record_end(
                ledger,
                ended,
                definition,
                at=now,
                sessions=sessions,
                comparisons=comparisons,
                verdict=verdict,
                baseline=baseline,
                report_path=str(house.reports.path(run.id)),
            )
            if told is not None:
                run = ended
                _accept_by_policy(
                    house, ledger, run, definition, sessions, comparisons, verdict, baseline, now
                )
            else:
                run = _known(ledger, run.id)
    report = Report(run, definition, tuple(sessions), tuple(comparisons), verdict, baseline, told or ())
    if told is not None:
        house.reports.write(report)
    return Conclusion(report, was_first=told is not None)


def _accept_by_policy(
    house: House,
    ledger: LedgerSession,
    run: Run,
    definition: Definition | None,
    sessions: Sequence[SessionResult],
    comparisons: Sequence[Comparison],
    verdict: Verdict,
    baseline: Baseline | None,
    now: datetime,
) -> None:
    """Adopt without a person where the plan says so: a first run, or small accepted changes of a passed one."""
    if definition is None or not definition.plan.baseline.enabled:
        return
    policy = definition.plan.baseline
    if verdict.kind is not VerdictKind.PASSED:
        return
    first = baseline is None and policy.first_run == "adopt"
    moved = any(c.old_sha256 != c.new_sha256 for c in comparisons)
    update = baseline is not None and policy.update_on_success and moved
    if not (first or update):
        return
    shots = [shot for session in sessions for shot in session.screenshots]
    accepted = Baseline(
        id=BaselineId(house.clock.new_id()),
        org_id=run.org_id,
        set=baseline_set(definition, run),
        images=adopted(baseline, shots, run.id),
        created_at=now,
        created_by="policy:first_run" if first else "policy:update_on_success",
        source_run_id=run.id,
    )
    ledger.baselines.add(accepted)
    ledger.journal.append("baseline", facts.baseline_facts(accepted), at=now)


def _known(ledger: LedgerSession, run_id: RunId) -> Run:
    run = ledger.runs.find(run_id)
    if run is None:
        raise LookupError(run_id)  # a caller's mistake, never a user's: ids come from the ledger
    return run
