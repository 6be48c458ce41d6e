"""Conclude runs: the one judge. A run's end and all that follows from it share one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from inspect_pipelines.domain.against import other_sides, side_faults
from inspect_pipelines.domain.any_of import as_compared
from inspect_pipelines.domain.baseline import Baseline, baseline_set, concerning
from inspect_pipelines.domain.branch import branch_of
from inspect_pipelines.domain.channel import Kinds
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.consequences import Consequences, of_end, used_minutes
from inspect_pipelines.domain.environment_change import changes_by_view, told_of, unaccepted
from inspect_pipelines.domain.ids import BaselineId, RunId
from inspect_pipelines.domain.layer import moved
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.report import Report
from inspect_pipelines.domain.retry import deciding, second_looks, second_thoughts
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.run_end import RunEnd
from inspect_pipelines.domain.screenshot import Screenshot
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.domain.verdict import Verdict, decide, observed
from inspect_pipelines.facts.run import run_facts
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.alerts.store_consequences import store_consequences
from inspect_pipelines.usecases.pictures.approved_for import accepted_of, judged_by
from inspect_pipelines.usecases.pictures.follow_decisions import keep_followed
from inspect_pipelines.usecases.pictures.follow_drift import keep_drift
from inspect_pipelines.usecases.pictures.promote import overtake
from inspect_pipelines.usecases.pictures.settle_reviews import open_review
from inspect_pipelines.usecases.runs.gather_before import gather_before


@dataclass(frozen=True, slots=True)
class Conclusion:
    """How a run ended; `was_first` is False when somebody else had concluded it before."""

    report: Report
    was_first: bool


def judge(house: House, run_id: RunId) -> Conclusion:
    """End a run by what its sessions and comparisons say, then write its report."""
    case = _case(house, run_id)
    return _conclude(house, case, _verdict(case))


def foresee(house: House, run_id: RunId, *, with_comparisons: bool = True) -> Verdict:
    """What `judge` would say of what has been seen so far; ends nothing.

    Args:
        with_comparisons: Or only what the sessions say by themselves.
    """
    case = _case(house, run_id)
    return _verdict(case if with_comparisons else replace(case, comparisons=()))


def abort(house: House, run_id: RunId, status: RunStatus, reason: str) -> Conclusion:
    """End a run that could not be played to its end (crash, cancel, deadline), keeping the evidence so far."""
    return _conclude(house, _case(house, run_id), Verdict(None, status, (reason,)))


def record_end(
    ledger: LedgerSession,
    run: Run,
    definition: Definition | None,
    *,
    at: datetime,
    kinds: Kinds,
    sessions: Sequence[SessionResult] = (),
    comparisons: Sequence[Comparison] = (),
    verdict: Verdict | None = None,
    baseline: Baseline | None = None,
    new_id: Callable[[], str] | None = None,
    report_path: str = "",
    environments: frozenset[str] = frozenset(),
) -> tuple[Notification, ...] | None:
    """Store a run's end with its facts and all that follows.

    Args:
        kinds: Of channels, as the house has them.
        baseline: What it was compared with.
        new_id: For what the plan accepts by itself, or what a branch had approved; None: nothing is.
        environments: The changes of its pictures' environment that a person accepted.

    Returns:
        What people hear of it; None, and nothing is stored, when it had ended before.
    """
    verdict = verdict or Verdict(None, run.status, (run.reason,))
    body = run_facts(  # before the first statement, which makes other writers wait
        run,
        definition,
        sessions,
        comparisons,
        verdict,
        baseline_id=baseline.id if baseline and not run.against else None,
        report_path=report_path,
    )
    if not ledger.runs.conclude(run):
        return None
    ledger.steps.forget(run.id)
    keep_followed(ledger, run.id, comparisons, at=at)
    ledger.journal.append("run", body, at=at)
    if definition is None:  # it was deleted meanwhile, so nobody is left who would hear of it
        after = Consequences(minutes=used_minutes(run, at=at))
    else:
        keep_drift(ledger, run, definition, comparisons)
        if not (run.against or definition.plan.observe):
            environment = told_of(verdict.reasons) if run.status is RunStatus.NEEDS_REVIEW else ""
            set_name = baseline_set(definition, run)
            open_review(ledger, run, set_name, comparisons, environment=environment, at=at)
        decided, compared = tuple(deciding(sessions)), tuple(comparisons)
        fresh = BaselineId(new_id()) if new_id else None
        end = RunEnd(
            run, definition, verdict, at, decided, compared, baseline, fresh, report_path, environments
        )
        before = gather_before(ledger, end, kinds)
        after = of_end(end, before)
        if new_id and after.baseline is not None:
            settled = {one.view for one in comparisons if one.said is not None and one.said.branch}
            views = settled & moved(before.active, after.baseline)
            overtake(ledger, after.baseline.set, views, new_id=new_id, at=at)
    store_consequences(ledger, after, at=at)
    return after.mail.told


@dataclass(frozen=True, slots=True)
class _Case:
    """What the judge has before it."""

    run: Run
    definition: Definition | None  # None: it was deleted meanwhile
    attempts: tuple[SessionResult, ...]  # every session that was played
    sessions: tuple[SessionResult, ...]  # those of them that decide
    comparisons: tuple[Comparison, ...]
    baseline: Baseline | None  # what of the set concerns the run's playbooks
    environments: frozenset[str]  # the changes of its pictures' environment that a person accepted

    @property
    def shots(self) -> list[Screenshot]:
        return [shot for session in self.sessions for shot in session.screenshots]


def _case(house: House, run_id: RunId) -> _Case:
    with house.ledger.read() as ledger:
        run = _known(ledger, run_id)
        definition = ledger.definitions.find(run.definition_id)
        attempts = tuple(ledger.evidence.sessions(run_id))
        sessions = tuple(deciding(attempts))
        if run.against:
            baseline = other_sides(sessions, run)
        else:
            active = judged_by(ledger, definition, run)
            baseline = concerning(active, sessions, definition, run.selection)
        comparisons = tuple(ledger.evidence.comparisons(run_id))
        baseline = as_compared(baseline, comparisons)
        changes = changes_by_view(baseline, [shot for each in sessions for shot in each.screenshots])
        accepted = frozenset() if run.against else accepted_of(ledger, changes)
        return _Case(run, definition, attempts, sessions, comparisons, baseline, accepted)


def _verdict(case: _Case) -> Verdict:
    if case.definition is None:
        gone = (
            f"definition {case.run.definition_id!r} was deleted while it ran, so nothing says how to judge it"
        )
        return Verdict(None, RunStatus.ERROR, (gone,))
    policy = case.definition.plan.baseline
    verdict = decide(
        case.sessions,
        case.comparisons,
        baseline_enabled=policy.enabled,
        baseline=case.baseline,
        environment_changes=unaccepted(changes_by_view(case.baseline, case.shots), case.environments),
        adopt_first=policy.first_run == "adopt"
        and not case.run.is_partial
        and not branch_of(case.run.variables, case.definition.plan),
        side_faults=side_faults(case.sessions) if case.run.against else None,
        flaky=(*second_thoughts(case.attempts), *second_looks(case.attempts, case.comparisons)),
    )
    return observed(verdict) if case.definition.plan.observe else verdict


def _conclude(house: House, case: _Case, verdict: Verdict) -> Conclusion:
    now, run = house.clock.now(), case.run
    told: tuple[Notification, ...] | None = None
    if run.status.is_open:
        ended = run.concluded(verdict.run_status, "\n".join(verdict.reasons)[:2000], now=now)
        with house.ledger.write() as ledger:
            told = record_end(
                ledger,
                ended,
                case.definition,
                at=now,
                kinds=house.kinds,
                sessions=case.attempts,
                comparisons=case.comparisons,
                verdict=verdict,
                baseline=case.baseline,
                new_id=house.clock.new_id,
                report_path=house.reports.url(run.id),
                environments=case.environments,
            )
            run = ended if told is not None else _known(ledger, run.id)
    report = Report(
        run,
        case.definition,
        case.sessions,
        case.comparisons,
        verdict,
        case.baseline,
        told or (),
        case.attempts,
    )
    if told is not None:
        house.reports.write(report)
    return Conclusion(report, was_first=told is not None)


def _known(ledger: LedgerSession, run_id: RunId) -> Run:
    run = ledger.runs.find(run_id)
    if run is None:
        raise LookupError(run_id)  # a caller's mistake, never a user's: ids come from the ledger
    return run
