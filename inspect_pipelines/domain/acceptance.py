"""Acceptance without a person: pictures that become the approved ones because the plan says so."""

from __future__ import annotations

from inspect_pipelines.domain.accepted_finding import accepted_with
from inspect_pipelines.domain.baseline import Baseline, adopted, baseline_set, concerning
from inspect_pipelines.domain.branch import branch_of
from inspect_pipelines.domain.run_end import RunEnd
from inspect_pipelines.domain.verdict import VerdictKind


def accepted_by_policy(end: RunEnd, active: Baseline | None) -> Baseline | None:
    """The baseline that the plan makes of a passed run: of a first one, or of its small accepted changes.

    None where it makes none, of a part of its plan, and where a person has adopted something since the run was compared: that stands.

    Args:
        active: The set's active baseline of this moment, of all playbooks.
    """
    policy = end.definition.plan.baseline
    if end.run.is_partial or branch_of(end.run.variables, end.definition.plan):
        return None  # a branch's own pictures are those that somebody approved there
    if end.run.against:
        return None  # it was looked at beside another address, which says nothing about what is approved
    if end.baseline_id is None or end.verdict.kind is not VerdictKind.PASSED or not policy.enabled:
        return None
    is_first = end.judged_with is None and policy.first_run == "adopt"
    has_moved = any(one.looks_as_approved and one.old_sha256 != one.new_sha256 for one in end.comparisons)
    if not (is_first or (end.judged_with is not None and policy.update_on_success and has_moved)):
        return None
    if _id(concerning(active, end.sessions, end.definition)) != _id(end.judged_with):
        return None
    said = {
        one.view for one in end.comparisons if one.said is not None
    }  # a person finalises what a person decided
    shots = [shot for session in end.sessions for shot in session.screenshots if shot.view not in said]
    return Baseline(
        id=end.baseline_id,
        org_id=end.run.org_id,
        set=baseline_set(end.definition, end.run),
        images=adopted(active, shots, end.run.id),
        created_at=end.at,
        created_by="policy:first_run" if is_first else "policy:update_on_success",
        source_run_id=end.run.id,
        findings=accepted_with(active.findings if active else (), end.sessions),
    )


def _id(baseline: Baseline | None) -> str | None:
    return None if baseline is None else baseline.id
