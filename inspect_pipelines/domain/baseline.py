"""A baseline: pictures that a person (or the plan's policy) accepted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase

from inspect_pipelines.domain.accepted_finding import AcceptedFinding
from inspect_pipelines.domain.action import TakeScreenshot
from inspect_pipelines.domain.anchor import Anchor
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.branch import branch_of, layer, parted
from inspect_pipelines.domain.ids import BaselineId, OrgId, RunId, Sha256
from inspect_pipelines.domain.playbook import Playbook, Viewport
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.screenshot import Environment, Masked, Screenshot, View
from inspect_pipelines.domain.selection import WHOLE, Selection, attempted
from inspect_pipelines.domain.session import SessionResult, SessionStatus, StepStatus
from inspect_pipelines.domain.trigger import Definition


@dataclass(frozen=True, slots=True)
class BaselineImage:
    """One accepted picture."""

    sha256: Sha256
    width: int
    height: int
    environment: Environment
    source_run_id: RunId
    route: str = ""
    masked: tuple[Masked, ...] = ()
    elements: tuple[tuple[str, Box], ...] = ()  # as the screenshot's
    texts: tuple[str, ...] = ()
    anchor: Anchor | None = None  # None: it is this very picture, as far as anybody knows
    letter: str = (
        "A"  # what it is called among several that are approved of the view; it keeps it when others go
    )
    variants: tuple[Variant, ...] = ()  # what is right as well, see any_of.py; a picture in there has none


@dataclass(frozen=True, slots=True)
class Variant:
    """A further picture of a view that a person approved beside the first one: an A/B test, a rotating hero."""

    picture: BaselineImage
    by: str
    at: datetime  # UTC, as the end
    until: datetime | None = None  # a run that was asked for then or later is not right by it; None: for good
    note: str = ""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Immutable; exactly one is active per organisation and set, the ledger sees to it."""

    id: BaselineId
    org_id: OrgId
    set: str
    images: Mapping[View, BaselineImage]
    created_at: datetime  # UTC
    created_by: str  # `user:NAME` or `policy:update_on_success`, `policy:first_run`
    source_run_id: RunId
    notes: str = ""
    is_active: bool = True
    deleted_at: datetime | None = None  # UTC; it is kept, and can be restored
    findings: tuple[AcceptedFinding, ...] = ()  # known since then
    gone: tuple[View, ...] = ()  # of a branch's layer: views of the target that are approved to be missing

    @property
    def branch(self) -> str:
        """Whose own pictures they are; empty: the target branch's."""
        return parted(self.set)[1]

    @property
    def is_spent(self) -> bool:
        """Whether it is a branch's layer that has nothing of its own any more."""
        return bool(self.branch) and not (self.images or self.gone)


def image_of(shot: Screenshot, run_id: RunId) -> BaselineImage:
    """What a baseline keeps of a screenshot."""
    return BaselineImage(
        shot.sha256,
        shot.width,
        shot.height,
        shot.environment,
        run_id,
        shot.route,
        shot.masked,
        shot.elements,
        shot.texts,
    )


def adopted(
    current: Baseline | None, taken: Mapping[View, BaselineImage], dropped: Collection[View] = ()
) -> dict[View, BaselineImage]:
    """The images of the baseline that follows: the current ones, with these in their views' place.

    What a run did not come to stays approved, as do the views of other definitions in a shared set; a view is gone
    from it only when somebody named it.

    Args:
        taken: What is approved of the views of which something was accepted, see any_of.py.
        dropped: Views that are gone on purpose.
    """
    kept = {view: image for view, image in (current.images if current else {}).items() if view not in dropped}
    return kept | {**taken}


def not_shown(
    baseline: Baseline | None, shots: Iterable[Screenshot], playbooks: Collection[str]
) -> tuple[View, ...]:
    """The approved views of these playbooks that a run took no picture of, in order."""
    shown = {shot.view for shot in shots}
    return tuple(
        sorted(
            view
            for view in (baseline.images if baseline else {})
            if view.playbook in playbooks and view not in shown
        )
    )


def unapproved(
    baseline: Baseline, shots: Iterable[Screenshot], differing: Iterable[View], run_id: RunId
) -> set[View]:
    """The views of a run that a baseline does not approve as this very run shows them, or no longer shows them.

    Args:
        differing: Those that were compared and did not pass; one without a screenshot is gone.
    """
    shown = {shot.view for shot in shots}
    taken = {view for view, image in baseline.images.items() if run_id in _sources(image)}
    gone = {view for view in differing if view not in shown}
    return (shown - taken) | (gone & baseline.images.keys())


def _sources(image: BaselineImage) -> set[RunId]:
    return {image.source_run_id, *(one.picture.source_run_id for one in image.variants)}


def elsewhere_only(playbooks: Iterable[Playbook]) -> frozenset[View]:
    """The views that playbooks take on other viewports only, as `only` says: nobody waits for them."""
    return frozenset(
        View(playbook.id, action.name, viewport.name)
        for playbook in playbooks
        for viewport in playbook.viewports
        for step in playbook.steps
        for action in step.actions
        if isinstance(action, TakeScreenshot) and action not in step.on(viewport.name)
    )


def left_out(sessions: Iterable[SessionResult], playbooks: Iterable[Playbook]) -> frozenset[View]:
    """The views of steps that a whole session did not play as their `when` says, or that failed where they may: nobody waits for them."""
    by_id: dict[str, Playbook] = {playbook.id: playbook for playbook in playbooks}
    untaken = {
        (session.playbook, step.viewport, step.step_id)
        for session in sessions
        if session.status is SessionStatus.COMPLETED
        for step in session.steps
        if step.is_left_out or step.status is StepStatus.OPTIONAL_FAILED
    }
    taken = {shot.view for session in sessions for shot in session.screenshots}
    views = {
        View(playbook_id, action.name, viewport)
        for playbook_id, viewport, step_id in untaken
        if playbook_id in by_id
        for step in by_id[playbook_id].steps
        if step.id == step_id
        for action in step.actions
        if isinstance(action, TakeScreenshot)
    }
    return frozenset(views - taken)


def photographed(playbooks: Iterable[Playbook]) -> dict[View, Viewport]:
    """Every view that playbooks take, with the viewport on which they do."""
    return {
        View(playbook.id, action.name, viewport.name): viewport
        for playbook in playbooks
        for viewport in playbook.viewports
        for step in playbook.steps
        for action in step.on(viewport.name)
        if isinstance(action, TakeScreenshot)
    }


def concerning(
    baseline: Baseline | None,
    sessions: Iterable[SessionResult],
    definition: Definition | None,
    selection: Selection = WHOLE,
) -> Baseline | None:
    """The part of a shared set's baseline that these sessions can show; None when it has no view of theirs.

    A definition that is new to a shared set has nothing approved yet: its first run needs review, as any first run.

    Args:
        definition: That they were played for; None: it is gone.
        selection: The part of its plan that was asked for.
    """
    if baseline is None:
        return None
    played = list(sessions)
    playbooks = {session.playbook for session in played}
    plan = definition.plan.playbooks if definition else ()
    unawaited = elsewhere_only(plan) | left_out(played, plan)
    images = {
        view: image
        for view, image in baseline.images.items()
        if view.playbook in playbooks and view not in unawaited
    }
    if not selection.is_whole:
        images = {view: images[view] for view in images.keys() & attempted(plan, selection)}
    return replace(baseline, images=images) if images else None


def unattempted(baseline: Baseline | None, definition: Definition, selection: Selection) -> frozenset[View]:
    """The approved views of a definition that a part of its plan does not try to show; of a whole run there are none."""
    if baseline is None or selection.is_whole:
        return frozenset()
    ours = {playbook.id for playbook in definition.plan.playbooks}
    views = frozenset(view for view in baseline.images if view.playbook in ours)
    return views - attempted(definition.plan.playbooks, selection) - elsewhere_only(definition.plan.playbooks)


def expected(baseline: Baseline, sessions: Iterable[SessionResult]) -> Baseline:
    """The baseline without the views that a session never came to, as it ended early.

    Such a session fails the run by itself; calling its untaken pictures "removed" would blame the site for more than
    it did. Views of playbooks that are not in this run belong to another definition of a shared set.
    """
    played = list(sessions)
    taken = {shot.view for session in played for shot in session.screenshots}
    finished = {session.playbook for session in played if session.status is SessionStatus.COMPLETED}
    images = {
        view: image for view, image in baseline.images.items() if view in taken or view.playbook in finished
    }
    return replace(baseline, images=images)


def view_matches(view: View, glob: str | None) -> bool:
    """Whether a glob means this view; it may name `playbook/name@viewport`, `name@viewport` or `name`."""
    if glob is None:
        return True
    spellings = (str(view), f"{view.name}@{view.viewport}", view.name)
    # A view may be named literally too: `[1]` in its name is no set of characters then.
    return any(spelling == glob or fnmatchcase(spelling, glob) for spelling in spellings)


def activated(baseline: Baseline, active: bool, *, deleted_at: datetime | None = None) -> Baseline:
    """The same baseline, in or out of use, or deleted."""
    return replace(baseline, is_active=active, deleted_at=deleted_at)


def target_set(definition: Definition | None, run: Run) -> str:
    """The set of a run's target branch: the plan's shared one, else the definition's own."""
    if definition is not None and definition.plan.baseline.set:
        return definition.plan.baseline.set
    return run.definition_id


def baseline_set(definition: Definition | None, run: Run) -> str:
    """Where a person's words about a run go: the target's set, or the layer of the run's branch."""
    branch = branch_of(run.variables, definition.plan if definition else None)
    return layer(target_set(definition, run), branch)
