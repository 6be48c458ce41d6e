"""Acceptance without a person: pictures that become the approved ones because the plan says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from inspect_pipelines.domain.accepted_finding import accepted_with
from inspect_pipelines.domain.anchor import Anchor
from inspect_pipelines.domain.any_of import letters_of, meant, put, taken_over
from inspect_pipelines.domain.baseline import Baseline, BaselineImage, adopted, baseline_set, concerning
from inspect_pipelines.domain.branch import branch_of
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.element import reworded
from inspect_pipelines.domain.environment_change import changes_by_view
from inspect_pipelines.domain.run_end import RunEnd
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.verdict import VerdictKind


def accepted_by_policy(end: RunEnd, active: Baseline | None) -> Baseline | None:
    """The baseline that the plan makes of a passed run: of a first one, or of what is no change.

    A picture moves along only where nothing differs once it is masked, or where a person accepted exactly this change
    before: what is merely within the tolerance adds up, night by night, to what nobody ever approved. And where a person
    accepted that its environment is another one: then it is what they approved from now on.
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
    moving = {one.view for one in end.comparisons if _may_move(one)}
    moving = moving if policy.update_on_success else set()
    elsewhere = _in_accepted_environment(end)
    if not (is_first or (end.judged_with is not None and (moving or elsewhere))):
        return None
    if _id(concerning(active, end.sessions, end.definition)) != _id(end.judged_with):
        return None
    shots = [shot for session in end.sessions for shot in session.screenshots]
    taken = [shot for shot in shots if is_first or shot.view in moving or shot.view in elsewhere]
    current = active.images if active else {}
    letters = letters_of(end.comparisons)
    images = anchored(current, adopted(active, taken_over(current, taken, end.run.id, letters)))
    images |= {
        view: put(images[view], replace(meant(images[view], letters.get(view, "")), anchor=None))
        for view in elsewhere
    }
    return Baseline(
        id=end.baseline_id,
        org_id=end.run.org_id,
        set=baseline_set(end.definition, end.run),
        images=images,
        created_at=end.at,
        created_by=_rule(is_first=is_first, moves=bool(moving)),
        source_run_id=end.run.id,
        findings=accepted_with(active.findings if active else (), end.sessions),
    )


def _rule(*, is_first: bool, moves: bool) -> str:
    if is_first:
        return "policy:first_run"
    return "policy:update_on_success" if moves else "policy:environment"


def _in_accepted_environment(end: RunEnd) -> set[View]:
    """The views that pass by what they show, say what they said, and whose environment is another one that a person accepted."""
    shots = {shot.view: shot for session in end.sessions for shot in session.screenshots}
    changes = changes_by_view(end.judged_with, shots.values())
    images = end.judged_with.images if end.judged_with else {}
    return {
        one.view
        for one in end.comparisons
        if one.looks_as_approved
        and changes.get(one.view) in end.environments
        and not reworded(images[one.view], shots[one.view])
    }


def approved_by_person(image: BaselineImage) -> BaselineImage:
    """The picture that a person approved last: this one, unless a rule has put it there since."""
    one = image.anchor
    if one is None:
        return image
    return BaselineImage(
        one.sha256, one.width, one.height, one.environment, one.source_run_id, image.route, one.masked,
        letter=image.letter,
    )  # fmt: skip


def anchored(
    current: Mapping[View, BaselineImage], images: Mapping[View, BaselineImage]
) -> dict[View, BaselineImage]:
    """The images that a rule puts in the place of the current ones; each still knows what a person approved last."""
    return {view: _each_anchored(current.get(view), image) for view, image in images.items()}


def _each_anchored(old: BaselineImage | None, new: BaselineImage) -> BaselineImage:
    """Each of several pictures knows its own."""
    if old is None or not new.variants:
        return _anchored(old, new)
    variants = tuple(
        replace(one, picture=_anchored(meant(old, one.picture.letter), one.picture)) for one in new.variants
    )
    return replace(_anchored(meant(old, new.letter), new), variants=variants)


def _anchored(old: BaselineImage | None, new: BaselineImage) -> BaselineImage:
    if old is None:
        return new
    by = approved_by_person(old)
    if by.sha256 == new.sha256:  # it is back where it was
        return replace(new, anchor=None)
    anchor = Anchor(by.sha256, by.width, by.height, by.environment, by.source_run_id, by.masked)
    return replace(new, anchor=anchor)


def _may_move(one: Comparison) -> bool:
    if not one.looks_as_approved or one.old_sha256 == one.new_sha256 or one.new_sha256 is None:
        return False
    is_same = not (one.score or one.layout_px or one.changed_ratio)
    return is_same or bool(one.absorbed and one.absorbed.by)


def _id(baseline: Baseline | None) -> str | None:
    return None if baseline is None else baseline.id
