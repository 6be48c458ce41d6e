"""The fact of a run that ended, with its sessions, screenshots, comparisons and findings."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from inspect_pipelines.domain.baseline import baseline_set
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.branch import branch_of
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.ids import BaselineId
from inspect_pipelines.domain.retry import RetryClass, deciding
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.session import SessionResult, StepStatus, cost_of
from inspect_pipelines.domain.trigger import Definition, Trigger
from inspect_pipelines.domain.verdict import Verdict
from inspect_pipelines.facts.row import Row, environment_columns, timestamp

OURS = (RunStatus.ERROR, RunStatus.TIMEOUT)  # the reason tells nothing about the site


def run_facts(
    run: Run,
    definition: Definition | None,
    sessions: Sequence[SessionResult],
    comparisons: Sequence[Comparison],
    verdict: Verdict,
    *,
    baseline_id: BaselineId | None,
    report_path: str,
) -> Row:
    """Kind `run`: a concluded run with all it left behind; also right for one that never had a session.

    What all rows take from their run (its ids, the baseline's, the time) is told once, in its own row: a third less text.
    """
    decided = deciding(sessions)  # the attempts before are told as sessions only
    routes = {shot.view: shot.route for session in decided for shot in session.screenshots}
    taken_by = {(shot.view, shot.taken_at): each.id for each in sessions for shot in each.screenshots}
    looks = Counter(view for view, _ in taken_by)
    seen_again = {
        shot.view for each in sessions if each.cause == RetryClass.VISUAL for shot in each.screenshots
    }
    return {
        "run": {
            **_run_row(run, definition, verdict),
            **_timing(run, sessions),
            **_counts(decided, comparisons),
            **environment_columns(session.environment for session in decided),
            "baseline_id": baseline_id,
            "report_path": report_path,
        },
        "sessions": [_session_row(session) for session in sessions],
        "screenshots": [row for session in decided for row in _screenshot_rows(session, taken_by)],
        "comparisons": [
            {
                "route": routes.get(one.view, ""),
                "is_flaky": one.looks_as_approved and one.view in seen_again,
                "looks_count": looks[one.view],
                **_comparison_row(one),
                **_drift(one),
            }
            for one in comparisons
        ],
        "findings": [row for session in decided for row in _finding_rows(session)],
    }


def _run_row(run: Run, definition: Definition | None, verdict: Verdict) -> Row:
    is_trigger, plan = run.definition_kind == "trigger", definition.plan if definition else None
    return {
        "id": run.id,
        "org_id": run.org_id,
        "definition_id": run.definition_id,
        "definition_kind": run.definition_kind,
        "schedule_id": None if is_trigger else run.definition_id,
        "trigger_id": run.definition_id if is_trigger else None,
        "trigger_event": dict(run.variables) if is_trigger else None,
        "trigger_event_type": definition.event if isinstance(definition, Trigger) else None,
        "origin": run.origin,
        "requested_by": run.requested_by,
        "retry_of": run.retry_of,
        "against": run.against or None,
        "dagster_run_id": run.dagster_run_id,
        "repo": plan.repo if plan else None,
        "branch": branch_of(run.variables, plan) or (plan.branch if plan else None),
        "status": run.status.value,
        "verdict": verdict.kind.value if verdict.kind else None,
        "reason": run.reason,
        "reasons": list(verdict.reasons),
        "error_message": run.reason if run.status in OURS else None,
        "baseline_set": baseline_set(definition, run),
        "tolerance_score": plan.baseline.tolerance if plan else None,
        "selection": str(run.selection) or None,
    }


def _timing(run: Run, sessions: Sequence[SessionResult]) -> Row:
    return {
        "scheduled_at": timestamp(run.nominal_at),
        "requested_at": timestamp(run.requested_at),
        "started_at": timestamp(run.claimed_at),
        "deadline_at": timestamp(run.deadline_at),
        "completed_at": timestamp(run.completed_at),
        "late_ms": _milliseconds(run.nominal_at, run.claimed_at),
        "duration_ms": _milliseconds(run.claimed_at, run.completed_at),
        "browser_ms": sum(session.browser_ms for session in sessions),
        "cost_usd": cost_of(sessions),
    }


def _counts(sessions: Sequence[SessionResult], comparisons: Sequence[Comparison]) -> Row:
    outcomes = Counter(comparison.outcome for comparison in comparisons)
    seen = [one for one in comparisons if one.was_run]
    scores = [score for one in seen if (score := _finite(one.score)) is not None]
    return {
        "session_id": sessions[0].id if sessions else None,
        "playbook_id": sessions[0].playbook if sessions else None,
        "sessions_count": len(sessions),
        "screenshots_count": sum(len(session.screenshots) for session in sessions),
        "findings_count": sum(len(session.findings) for session in sessions),
        # a mean would hide one broken page among fifty good ones
        "baseline_diff_score": max(scores, default=None),
        "score_method": next((one.score_method for one in seen if one.score_method), None),
        "views_count": len(seen),
        "views_failed": sum(not comparison.passed for comparison in comparisons),
        **{f"views_{outcome.value}": outcomes[outcome] for outcome in Outcome},
    }


def _session_row(session: SessionResult) -> Row:
    return {
        "id": session.id,
        "playbook_id": session.playbook,
        "attempt": session.attempt,
        "cause": session.cause,
        "status": session.status.value,
        "started_at": timestamp(session.started_at),
        "completed_at": timestamp(session.completed_at),
        "duration_ms": _milliseconds(session.started_at, session.completed_at),
        "browser_ms": session.browser_ms,
        "runner": session.runner,
        "agent_session_id": (session.agent.session_id or None) if session.agent else None,
        "agent_url": (session.agent.url or None) if session.agent else None,
        "cost_usd": session.agent.cost_usd if session.agent else None,
        "steps_count": len(session.steps),
        "steps_failed": sum(step.status is StepStatus.FAILED for step in session.steps),
        "screenshots_count": len(session.screenshots),
        "findings_count": len(session.findings),
        "error_message": session.error,
        "site_build": session.build,
        "steps": [
            {
                "step_id": step.step_id,
                "step_name": step.name,
                "viewport": step.viewport,
                "status": step.status.value,
                "message": step.message,
                "url": step.url,
                "duration_ms": step.duration_ms,
            }
            for step in session.steps
        ],
        **environment_columns([session.environment]),
    }


def _screenshot_rows(session: SessionResult, taken_by: Mapping[tuple[View, datetime], str]) -> list[Row]:
    return [
        {
            "session_id": taken_by[shot.view, shot.taken_at],
            "playbook_id": shot.view.playbook,
            "name": shot.view.name,
            "viewport": shot.view.viewport,
            "route": shot.route,
            "url": shot.url,
            "step_id": shot.step_id,
            "sha256": shot.sha256,
            "width_px": shot.width,
            "height_px": shot.height,
            "size_bytes": shot.size_bytes,
            "stable": shot.stable,
            "masks_count": len(shot.masked),
            "taken_at": timestamp(shot.taken_at),
        }
        for shot in session.screenshots
    ]


def _comparison_row(comparison: Comparison) -> Row:
    return {
        "playbook_id": comparison.view.playbook,
        "name": comparison.view.name,
        "viewport": comparison.view.viewport,
        "outcome": comparison.outcome.value,
        "passed": comparison.looks_as_approved if comparison.was_run else None,
        "reason": comparison.reason,
        "score": _finite(comparison.score) if comparison.was_run else None,
        "score_method": comparison.score_method,
        "tolerance_score": comparison.tolerance,
        "changed_ratio": _finite(comparison.changed_ratio),
        "layout_px": comparison.layout_px,
        "regions_count": len(comparison.regions),
        "regions": [
            {
                **_box(each.box),
                "changed_pixels": each.changed_pixels,
                "element": each.element,
                "kind": each.kind.value,
                "colour_mean": _finite(each.colour_mean),
            }
            for each in comparison.regions
        ],
        "old_sha256": comparison.old_sha256,
        "new_sha256": comparison.new_sha256,
        "overlay_sha256": comparison.overlay_sha256,
        "side_by_side_sha256": comparison.side_by_side_sha256,
        "visible_ratio": _finite(comparison.visible_ratio),
        "fingerprint": comparison.fingerprint,
    }


def _drift(comparison: Comparison) -> Row:
    absorbed = comparison.absorbed
    track = absorbed.track if absorbed else None
    return {
        "drift_used": _finite(absorbed.spent) if absorbed else None,
        "drift_sum": _finite(track.spent) if track else None,
        "drift_since": timestamp(track.since) if track else None,
    }


def _box(box: Box) -> Row:  # dataclasses.asdict copies deeply and takes ten times as long
    return {"x": box.x, "y": box.y, "width": box.width, "height": box.height}


def _finding_rows(session: SessionResult) -> list[Row]:
    return [
        {
            "session_id": session.id,
            "playbook_id": finding.playbook,
            "step_id": finding.step_id,
            "viewport": finding.viewport,
            "route": finding.route,
            "kind": finding.kind.value,
            "severity": finding.severity.value,
            "message": finding.message,
            "screenshot_sha256": finding.screenshot,
            "url": finding.url or None,
            "ignored_because": finding.ignored.reason if finding.ignored and finding.is_ignored else None,
            "is_known": finding.is_known,
            "found_at": timestamp(session.completed_at),
        }
        for finding in session.findings
    ]


def _milliseconds(start: datetime | None, end: datetime | None) -> int | None:
    return None if start is None or end is None else round((end - start).total_seconds() * 1000)


def _finite(number: float) -> float | None:  # JSON knows neither NaN nor infinity; unknown is not zero
    return number if math.isfinite(number) else None
