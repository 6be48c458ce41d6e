"""Try a playbook out: play it again and again until two plays in a row show the same, and say what to mask for that."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType

from inspect_pipelines.domain.action import Action, FixedWidth, TakeScreenshot
from inspect_pipelines.domain.baseline import Baseline, image_of
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.element import selectors_at
from inspect_pipelines.domain.finding import Finding, without_waiting
from inspect_pipelines.domain.ids import DEFAULT_ORG, BaselineId, RunId
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.domain.retry import CONCLUSIVE
from inspect_pipelines.domain.screenshot import Screenshot, View
from inspect_pipelines.domain.session import (
    SessionRequest,
    SessionResult,
    SessionStatus,
    StepResult,
    StepStatus,
    Value,
)
from inspect_pipelines.errors import Unavailable
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.gallery import Gallery
from inspect_pipelines.ports.sessions import Sessions
from inspect_pipelines.usecases.pictures.compare import compare

MOST_PLAYS = 6
QUIET_PAIRS = 2  # of plays in a row without a difference
PLAY_MINUTES = 20
NEAR_PX = 20  # between a mask and what differs beside it
SPARE_PX = 8  # CSS; a number may have one more digit the next time


@dataclass(frozen=True, slots=True)
class TriedOut:
    """What the plays said.

    Attributes:
        masks: By the name of a picture: CSS of what differed on it, with the width to paint it, where that differed too.
        restless: Views that still differ, though all that has a name is masked.
        lost: Steps that could not be played, with why.
        findings: What would fail a run, each once.
        plays: How many there were.
        is_quiet: Whether the last two pairs of plays showed the same.
    """

    masks: Mapping[str, Mapping[str, int | None]]
    restless: Sequence[View]
    lost: Sequence[tuple[str, str]]
    findings: Sequence[Finding]
    plays: int
    is_quiet: bool


def try_out(
    sessions: Sessions,
    gallery: Gallery,
    clock: Clock,
    playbook: Playbook,
    *,
    values: Mapping[str, Value] = MappingProxyType({}),
    allowed_hosts: tuple[str, ...] = (),
    masks: Mapping[str, Mapping[str, int | None]] = MappingProxyType({}),
    told: Callable[[StepResult], None] = lambda step: None,
    compared: Callable[[int, Sequence[str]], None] = lambda differing, masks: None,
) -> TriedOut:
    """Play it up to six times, masking what differs; steps that cannot be played are left out from then on.

    Args:
        values: Of its variables.
        allowed_hosts: That its pages may reach besides those it names.
        masks: By the name of a picture: what is masked from the first play on.
        told: Hears of each step.
        compared: Hears after each further play how many views differ, and what is masked for that.

    Raises:
        Unavailable: The browser died, or the plays took too long.
    """
    masks = {name: dict(found) for name, found in masks.items()}
    restless: set[View] = set()
    lost: list[tuple[str, str]] = []
    findings: list[Finding] = []
    before: SessionResult | None = None
    quiet = plays = 0
    while plays < MOST_PLAYS and quiet < QUIET_PAIRS and playbook.steps:
        request = SessionRequest(f"try.{plays}", "try", _masked(playbook, masks), dict(values), allowed_hosts)
        result = _played(sessions, clock, request, told)
        if failed := _failed(result):
            lost.append(failed)
            playbook = replace(playbook, steps=tuple(step for step in playbook.steps if step.id != failed[0]))
            before = None
            continue
        plays += 1
        findings += result.findings
        if before is not None:
            differing = [each for each in _beside(gallery, before, result) if not each.passed]
            found = proposed_masks(differing, result.screenshots, masks)
            restless = {each.view for each in differing if each.view.name not in found}
            for name, more in found.items():
                masks[name] = {**masks.get(name, {}), **more}
            quiet = 0 if differing else quiet + 1
            compared(len(differing), [*dict.fromkeys(css for more in found.values() for css in more)])
        before = result
    return TriedOut(
        masks, tuple(sorted(restless)), tuple(lost), _failing(findings), plays, quiet >= QUIET_PAIRS
    )


def _masked(playbook: Playbook, masks: Mapping[str, Mapping[str, int | None]]) -> Playbook:
    def shot(action: Action) -> Action:
        if not isinstance(action, TakeScreenshot) or action.name not in masks:
            return action
        own = masks[action.name]
        widths = tuple(FixedWidth(selector, width) for selector, width in own.items() if width is not None)
        return replace(action, mask=tuple(own), widths=widths)

    steps = tuple(replace(step, actions=tuple(map(shot, step.actions))) for step in playbook.steps)
    return replace(playbook, steps=steps)


def _played(
    sessions: Sessions, clock: Clock, request: SessionRequest, told: Callable[[StepResult], None]
) -> SessionResult:
    deadline = clock.now() + timedelta(minutes=PLAY_MINUTES)
    try:
        result = sessions.play(request, deadline=deadline, told=told)
    finally:
        sessions.close()
    if result.status not in CONCLUSIVE:
        raise Unavailable(f"the playbook could not be tried out: {result.error}")
    return result


def _failed(result: SessionResult) -> tuple[str, str] | None:
    """The step that ended the play, and why."""
    if result.status is not SessionStatus.FAILED:
        return None
    failed = [step for step in result.steps if step.status is StepStatus.FAILED]
    if not failed:
        raise Unavailable(f"the playbook could not be tried out: {result.error}")
    return failed[-1].step_id, failed[-1].message


def _beside(gallery: Gallery, old: SessionResult, new: SessionResult) -> list[Comparison]:
    images = {shot.view: image_of(shot, RunId("try")) for shot in old.screenshots}
    baseline = Baseline(BaselineId("try"), DEFAULT_ORG, "try", images, new.completed_at, "try", RunId("try"))
    return compare(gallery, baseline, new.screenshots, BaselinePolicy(), draws=False)


def proposed_masks(
    differing: Sequence[Comparison],
    shots: Sequence[Screenshot],
    masks: Mapping[str, Mapping[str, int | None]],
) -> dict[str, dict[str, int | None]]:
    """What to mask besides, by the name of the picture."""
    by_view = {shot.view: shot for shot in shots}
    found: dict[str, dict[str, int | None]] = {}
    for each in differing:
        if each.outcome is not Outcome.CHANGED or each.view not in by_view:
            continue
        shot, known = by_view[each.view], masks.get(each.view.name, {})
        for region in each.regions:
            wider = _wider(region.box, shot, known)
            new = {wider[0]: wider[1]} if wider else dict.fromkeys(selectors_at((region.box,), shot))
            for selector, width in new.items():
                if selector not in known or width is not None:
                    before = found.setdefault(each.view.name, {}).get(selector)
                    found[each.view.name][selector] = max(width, before or 0) if width is not None else before
    return found


def _wider(box: Box, shot: Screenshot, known: Mapping[str, int | None]) -> tuple[str, int] | None:
    """The mask beside which a part differs: what it covers is not always as wide. With a width in CSS px; None: there is none."""
    for masked in shot.masked:
        if masked.selector not in known or known[masked.selector] is not None:
            continue
        for at in masked.boxes:
            is_beside = box.y < at.y + at.height and at.y < box.y + box.height
            gap = box.x - (at.x + at.width)
            if is_beside and gap <= NEAR_PX:
                right = max(box.x + box.width, at.x + at.width)
                return masked.selector, math.ceil((right - at.x) / shot.environment.scale) + SPARE_PX
    return None


def _failing(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    failing = [each for each in findings if each.fails_at("error")]
    return tuple({(each.kind, without_waiting(each.message)): each for each in failing}.values())
