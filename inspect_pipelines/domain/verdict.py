"""A verdict: what a run's evidence says, with the reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from inspect_pipelines.domain.alike import alike
from inspect_pipelines.domain.baseline import Baseline
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.environment_change import BETWEEN, CHANGED
from inspect_pipelines.domain.finding import Finding, without_waiting
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.session import SessionResult, SessionStatus, StepStatus

ADRIFT = "pictures drifted from what a person approved, a little in each run: look at them, and adopt what is right"
MOST_NAMED = 5  # views that a reason names


class VerdictKind(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    NEEDS_REVIEW = "needs_review"
    FLAKY = "flaky"


@dataclass(frozen=True, slots=True)
class Verdict:
    kind: VerdictKind | None  # None: the evidence is not enough to judge the site (timeout, error, cancelled)
    run_status: RunStatus
    reasons: tuple[str, ...]  # sentences, the most telling first


def decide(
    sessions: Sequence[SessionResult],
    comparisons: Sequence[Comparison],
    *,
    baseline_enabled: bool,
    baseline: Baseline | None,
    environment_changes: Sequence[str] = (),
    adopt_first: bool = False,
    flaky: Sequence[str] = (),
    side_faults: Sequence[str] | None = None,
) -> Verdict:
    """The run's verdict.

    Order of precedence: cancelled, timeout, error (ours), failed (the site's), needs_review, passed. A changed
    environment that nobody accepted turns visual differences, never findings, into needs_review; so is a run that differs only by new views,
    or whose views pass and have drifted.

    Args:
        sessions: One result per playbook, in playing order.
        comparisons: Empty when there is no baseline yet or comparing is off.
        baseline: The active one, None on a first run.
        environment_changes: What became of the baseline's environment and nobody accepted, each once, in order.
        adopt_first: The plan accepts a first run's pictures without a person (`first_run: adopt`).
        flaky: What was wrong at first and right when it was tried again, one sentence each.
        side_faults: Of a run that was looked at beside another address: why its sides cannot be compared, one sentence
            each. None: it was compared with what is approved.
    """
    for status, run_status in (
        (SessionStatus.CANCELLED, RunStatus.CANCELLED),
        (SessionStatus.TIMEOUT, RunStatus.TIMEOUT),
        (SessionStatus.AUTH, RunStatus.ERROR),
        (SessionStatus.CRASHED, RunStatus.ERROR),
        (SessionStatus.SITE_CHANGED, RunStatus.ERROR),
    ):
        hit = [session.error or status.value for session in sessions if session.status is status]
        if hit:
            return Verdict(None, run_status, tuple(hit))
    if not sessions:
        return Verdict(None, RunStatus.ERROR, ("no session was played, so nothing was seen",))

    site_faults = _site_faults(sessions)
    differences = tuple(f"{c.view}: {c.sentence}" for c in comparisons if not c.passed)
    if not any(session.screenshots for session in sessions) and not site_faults:
        return Verdict(
            None, RunStatus.ERROR, ("no screenshot was taken; add a `screenshot:` action to the playbook",)
        )
    unreadable = tuple(
        f"{c.view}: {c.reason}" for c in comparisons if c.outcome is Outcome.UNREADABLE and not c.passed
    )
    is_only_ours = all(
        c.passed or c.is_adrift or c.outcome in (Outcome.ADDED, Outcome.UNREADABLE) for c in comparisons
    )
    if unreadable and is_only_ours and not site_faults:
        return Verdict(None, RunStatus.ERROR, unreadable)  # of our storage; the site may be as approved
    if side_faults:
        if site_faults:
            return Verdict(VerdictKind.FAILED, RunStatus.FAILED, (*site_faults, *side_faults))
        return Verdict(None, RunStatus.ERROR, tuple(side_faults))
    if side_faults is not None and differences:
        return Verdict(VerdictKind.FAILED, RunStatus.FAILED, site_faults + differences)
    is_only_new = all(c.passed or c.is_adrift or c.outcome is Outcome.ADDED for c in comparisons)
    if site_faults or not (is_only_new or environment_changes):
        return Verdict(VerdictKind.FAILED, RunStatus.FAILED, site_faults + differences)
    if not baseline_enabled and side_faults is None:
        return _passed("every expectation held; pictures are not compared", flaky)
    same = alike(shot for session in sessions for shot in session.screenshots) if baseline is None else ()
    if baseline is None and adopt_first and not flaky and not same:
        return _passed("first run: its pictures were adopted, as the plan says", flaky)
    is_blind = not any(each.was_run for each in comparisons)
    if baseline is None or is_blind:  # adopted after this run had looked for one: it compared nothing
        return Verdict(
            VerdictKind.NEEDS_REVIEW,
            RunStatus.NEEDS_REVIEW,
            ("nothing is approved yet: look at its pictures and adopt them", *same),
        )
    if environment_changes:
        changed = CHANGED + BETWEEN.join(environment_changes)
        return Verdict(VerdictKind.NEEDS_REVIEW, RunStatus.NEEDS_REVIEW, (changed, *differences))
    if differences:
        drifted = (
            (ADRIFT,) if any(c.is_adrift for c in comparisons) else ()
        )  # first, so that it is one incident
        return Verdict(VerdictKind.NEEDS_REVIEW, RunStatus.NEEDS_REVIEW, (*drifted, *differences))
    if side_faults is not None:
        return _passed(f"{len(comparisons)} of {len(comparisons)} views look the same on both sides", flaky)
    return _passed(_as_approved(comparisons), flaky)


def observed(verdict: Verdict) -> Verdict:
    """What a run that only observes makes of it: it keeps what it saw, and blocks nothing."""
    if verdict.kind in (None, VerdictKind.PASSED):
        return verdict
    first, *rest = verdict.reasons
    return Verdict(VerdictKind.PASSED, RunStatus.PASSED, (f"observed, and told to nobody: {first}", *rest))


def _as_approved(comparisons: Sequence[Comparison]) -> str:
    looked_at = [each for each in comparisons if each.was_run]
    count, left = len(looked_at), len(comparisons) - len(looked_at)
    said = [(each.view, each.said) for each in looked_at if each.said is not None]
    told = f"{count - len(said)} of {count} views look as approved"
    told += f", {left} were not run" if left else ""
    if not said:
        return told
    decided = "; ".join(f"{view} {one.clause}" for view, one in said[:MOST_NAMED])
    more = f" and {len(said) - MOST_NAMED} more" if len(said) > MOST_NAMED else ""
    return f"{told}, the others differ as decided before: {decided}{more}"


def _passed(reason: str, flaky: Sequence[str]) -> Verdict:
    kind = VerdictKind.FLAKY if flaky else VerdictKind.PASSED
    return Verdict(kind, RunStatus.PASSED, (*flaky, reason))


def _site_faults(sessions: Sequence[SessionResult]) -> tuple[str, ...]:
    """Each fault once, with all viewports that show it; then which steps were not played because of one."""
    faults: list[str] = []
    for session in sessions:
        failing = [each for each in session.findings if each.fails_at(session.fail_on)]
        error = session.error or "a step could not be played"
        if session.status is SessionStatus.FAILED and not any(
            without_waiting(each.message) in without_waiting(error) for each in failing
        ):
            faults.append(f"{session.playbook}: {error}")
        alike: dict[tuple[str, str, str], list[Finding]] = {}
        for each in failing:
            alike.setdefault((each.playbook, each.step_id, without_waiting(each.message)), []).append(each)
        for (playbook, step, _), found in alike.items():
            viewports = ", ".join(dict.fromkeys(each.viewport for each in found))
            faults.append(f"{playbook}/{step}@{viewports}: {found[0].sentence}")
        unplayed = [
            each for each in session.steps if each.status is StepStatus.SKIPPED and not each.is_left_out
        ]
        if session.status is SessionStatus.FAILED and unplayed:
            names = ", ".join(dict.fromkeys(each.step_id for each in unplayed))
            faults.append(f"{session.playbook}: steps not played after that: {names}")
    return tuple(dict.fromkeys(faults))
