"""A layer: a branch's own approved pictures over the target's, until the target shows the same, or another picture is approved."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from inspect_pipelines.domain.any_of import hashes
from inspect_pipelines.domain.baseline import Baseline, BaselineImage
from inspect_pipelines.domain.branch import parted
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.decision import Decision
from inspect_pipelines.domain.ids import BaselineId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.run_end import RunEnd
from inspect_pipelines.domain.said import DecisionKind, Said
from inspect_pipelines.domain.screenshot import View

PROMOTION = "promotion"  # who makes the target's baseline of what was approved on branches
OVERTAKEN = "policy:overtaken"  # who takes a picture out of a layer
LOOKED = (
    RunStatus.PASSED,
    RunStatus.FAILED,
    RunStatus.NEEDS_REVIEW,
)  # such a run has shown how the target is


def over(target: Baseline | None, own: Baseline | None) -> Baseline | None:
    """What a branch's run is compared with: its own approved pictures, and the target's where it has none."""
    if own is None:
        return target
    below, known = (target.images, target.findings) if target else ({}, ())
    kept = {view: one for view, one in below.items() if view not in own.gone}
    return replace(own, images={**kept, **own.images}, findings=tuple(dict.fromkeys((*known, *own.findings))))


def layered(
    own: Baseline | None,
    target: Baseline | None,
    taken: Mapping[View, BaselineImage],
    dropped: Collection[View] = (),
) -> tuple[dict[View, BaselineImage], tuple[View, ...]]:
    """A branch's own pictures after an approval on it, and the target's views that are to be missing.

    What is the target's too is nothing of its own, so that it moves with the target.

    Args:
        taken: What is approved of the views of which something was accepted.
        dropped: Views that are gone on purpose.
    """
    below = target.images if target else {}
    images = {view: one for view, one in (own.images if own else {}).items() if view not in dropped}
    gone = {*(own.gone if own else ()), *dropped} & below.keys()
    for view, image in taken.items():
        gone.discard(view)
        images.pop(view, None)
        if hashes(below.get(view)) != hashes(image):
            images[view] = image
    return images, tuple(sorted(gone))


def moved(before: Baseline | None, after: Baseline | None) -> frozenset[View]:
    """The views of which other pictures are approved, or that are missing on one side."""
    old = {view: hashes(one) for view, one in (before.images if before else {}).items()}
    new = {view: hashes(one) for view, one in (after.images if after else {}).items()}
    return frozenset(view for view in {*old, *new} if old.get(view) != new.get(view))


def overtaken(
    own: Baseline, views: Collection[View], baseline_id: BaselineId, *, at: datetime
) -> Baseline | None:
    """A layer without its pictures of views that are settled on the target; None: it has none of them.

    Whoever's picture the target shows has won, and the branch is compared with that one from now on.
    """
    lost = sorted({*own.images, *own.gone} & {*views})
    if not lost:
        return None
    return replace(
        own,
        id=baseline_id,
        images={view: one for view, one in own.images.items() if view not in lost},
        gone=tuple(view for view in own.gone if view not in lost),
        created_at=at,
        created_by=OVERTAKEN,
        notes=f"another picture is approved on the target: {', '.join(map(str, lost))}",
    )


def approval_in(
    own: Baseline, found: Comparison, decisions: Sequence[Decision], *, now: datetime
) -> Said | None:
    """The person's word by which a layer holds what it holds of a view; None: nobody's stands.

    Args:
        found: Of a run of the target, which shows what the layer holds.
        decisions: About the layer's views, oldest first.
    """
    held = hashes(own.images.get(found.view)) or {None}
    word = next(
        (
            one
            for one in reversed(decisions)
            if one.kind is DecisionKind.ACCEPT
            and one.stands(now)
            and one.shown.view == found.view
            and one.shown.new_sha256 in held
        ),
        None,
    )
    return Said(word.id, word.kind, word.by, word.at, branch=own.branch) if word else None


def promoted(
    end: RunEnd, active: Baseline | None, layers: Sequence[Baseline], accepted: Baseline | None
) -> Baseline | None:
    """The target's baseline after a run that shows what was approved on branches; None: it shows nothing of the kind.

    A view whose approved picture a person has changed since the run was compared stays as they said.

    Args:
        active: The set's active baseline of this moment.
        layers: Those of the set's branches that are in use.
        accepted: What the plan's policy makes of the run's other pictures.
    """
    if end.baseline_id is None or end.run.status not in LOOKED:
        return None
    own = {one.branch: one for one in layers}
    current = active.images if active else {}
    below = accepted or active
    images = dict(below.images if below else {})
    told = []
    for found in end.comparisons:
        said = found.said
        if said is None or not said.branch or said.branch not in own:
            continue
        if found.old_sha256 not in (hashes(current.get(found.view)) or {None}):
            continue
        if found.outcome is Outcome.REMOVED and found.view in own[said.branch].gone:
            images.pop(found.view, None)
        elif (image := own[said.branch].images.get(found.view)) is not None:
            images[found.view] = image
        else:
            continue
        told.append(f"{found.view} {said.clause}")
    if not told:
        return None
    return Baseline(
        end.baseline_id,
        end.run.org_id,
        parted(layers[0].set)[0],
        images,
        end.at,
        PROMOTION,
        end.run.id,
        notes="; ".join(told),
        findings=below.findings if below else (),
    )
