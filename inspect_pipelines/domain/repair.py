"""A repair: where the elements of a step are today, as an agent has found them; everything else of a playbook stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, get_args

from inspect_pipelines.domain.action import Action, Goto, TakeScreenshot, WaitFor
from inspect_pipelines.domain.expectation import EXPECTATIONS
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.gesture import Gesture
from inspect_pipelines.domain.playbook import Playbook, Step
from inspect_pipelines.domain.session import SessionResult, SessionStatus
from inspect_pipelines.domain.target import Target

# What a gesture says that found no element, or several; that it is disabled or covered is about the site.
LOST = re.compile(r": (?:found none|found \d+; say which|there is no (?!file))")
DOES: tuple[type, ...] = get_args(Gesture)
NOWHERE = Target(selector="(anywhere)")
MOST_PLACES = 20  # that one repair may mend


class RepairStatus(StrEnum):
    PROPOSED = "proposed"
    REFUSED = "refused"  # by us: `reason` says why; the run has failed, and nothing is proposed
    ACCEPTED = "accepted"  # by a person
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Place:
    """One element that is to be found elsewhere."""

    step_id: str
    number: int  # of the action in the step, from 0
    verb: str
    old: Target
    new: Target

    def __str__(self) -> str:
        return f"step {self.step_id!r}: {self.verb} {self.new} instead of {self.old}"


@dataclass(frozen=True, slots=True)
class Repair:
    """What came of an agent that was asked where something had gone."""

    id: str
    run_id: str  # that failed for it
    playbook: str
    step_id: str  # that could not be played
    fault: str  # one sentence, as the run has it
    status: RepairStatus
    at: datetime  # UTC
    session_id: str = ""  # of the agent, ours; empty: none was asked
    reason: str = ""  # why it was refused or declined
    places: tuple[Place, ...] = ()
    same: int = 0  # views that looked as approved when the mended playbook was played
    differing: tuple[str, ...] = ()  # those that did not
    decided_by: str = ""
    decided_at: datetime | None = None

    @property
    def sentence(self) -> str:
        """What came of it, in a line."""
        where = self.playbook
        if self.status is RepairStatus.REFUSED:
            return f"{where}, step {self.step_id!r}: no repair is proposed: {self.reason}"
        return f"{where}: {'; '.join(map(str, self.places))} ({self.status.value})"


class NoRepair(Exception):
    """Nothing is proposed; the message says why."""


@dataclass(frozen=True, slots=True)
class Lost:
    """An element that was not found."""

    step_id: str
    message: str


def lost_in(session: SessionResult) -> Lost | None:
    """The element for which a session of a browser could not go on; None: it ended for nothing that a new place could mend."""
    if session.status is not SessionStatus.FAILED or session.agent is not None:
        return None
    for found in session.findings:
        if found.kind is FindingKind.ACTION and found.counts:
            return Lost(found.step_id, found.message) if LOST.search(found.message) else None
    return None


def mended(playbook: Playbook, lost: Lost, did: Sequence[Action]) -> tuple[Playbook, Place]:
    """The playbook with the one gesture that was lost where the agent has found it.

    Args:
        did: What the agent did in the step, translated, in its order.

    Raises:
        NoRepair: The agent did something else than the step says, or found nothing new.
    """
    number, step = _step(playbook, lost.step_id)
    _refuse_another_flow(step, did)
    places = list(_places(step, did))
    named = [each for each in places if lost.message.startswith(f"{each.verb} {each.old}")]
    if not (found := named or places):
        raise NoRepair(
            f"the agent did step {step.id!r} with the same elements that the browser does not find"
        )
    place = found[0]
    actions = list(step.actions)
    actions[place.number] = _at(actions[place.number], place.new)
    _refuse_blindness(playbook, number, actions[place.number :])
    steps = list(playbook.steps)
    steps[number] = replace(step, actions=tuple(actions))
    after = replace(playbook, steps=tuple(steps))
    refuse_other_changes(playbook, after)
    return after, place


def refuse_other_changes(before: Playbook, after: Playbook) -> None:
    """Return if nothing but elements of gestures differs: outcomes and guardrails are what they were.

    Raises:
        NoRepair: Something else does.
    """
    if _placeless(before) != _placeless(after):
        raise NoRepair(
            "it would change more than where elements are; only a person changes what a playbook asks for"
        )


def with_places(playbook: Playbook, places: Sequence[Place]) -> Playbook:
    """The playbook with these elements where they are today.

    Raises:
        NoRepair: It says something else by now than when they were lost.
    """
    steps = list(playbook.steps)
    for place in places:
        at = next((number for number, each in enumerate(steps) if each.id == place.step_id), None)
        actions = list(steps[at].actions) if at is not None else []
        if (
            at is None
            or place.number >= len(actions)
            or getattr(actions[place.number], "target", None) != place.old
        ):
            raise NoRepair(
                f"step {place.step_id!r} says something else by now than when {place.old} was lost"
            )
        actions[place.number] = _at(actions[place.number], place.new)
        steps[at] = replace(steps[at], actions=tuple(actions))
    return replace(playbook, steps=tuple(steps))


def same_but_played(before: Playbook, after: Playbook) -> bool:
    """Whether a twin asks for the same: only gestures, ways and waits are added, and who plays it is another."""
    return _asked(before) == _asked(after)


def _asked(playbook: Playbook) -> Playbook:
    def kept(step: Step) -> Step:
        return replace(
            step, actions=tuple(each for each in step.actions if not isinstance(each, (Goto, WaitFor, *DOES)))
        )

    return replace(playbook, runner=None, steps=tuple(map(kept, playbook.steps)))


def _step(playbook: Playbook, step_id: str) -> tuple[int, Step]:
    for number, step in enumerate(playbook.steps):
        if step.id == step_id:
            return number, step
    raise NoRepair(
        f"it is lost in {step_id!r}, which only a person mends: who may come in is no matter of an agent's"
    )


def _refuse_another_flow(step: Step, did: Sequence[Action]) -> None:
    wanted = [_doing(each) for each in step.actions if isinstance(each, (Goto, *DOES))]
    done = [_doing(each) for each in did if isinstance(each, (Goto, *DOES))]
    if wanted != done:
        raise NoRepair(
            f"the way has changed, not only a place: step {step.id!r} says {_listed(wanted)}, and the agent did "
            f"{_listed(done)}; a person has to say what the step is now"
        )


def _doing(action: Action) -> Action:
    """Without where: what it does, with what."""
    changes: dict[str, Any] = {"only": ()}
    for name in ("target", "to"):
        if isinstance(getattr(action, name, None), Target):
            changes[name] = NOWHERE
    return replace(action, **changes)


def _listed(doings: Sequence[Action]) -> str:
    return ", ".join(each.verb for each in doings) or "nothing"


def _places(step: Step, did: Sequence[Action]) -> Iterator[Place]:
    done = [each for each in did if isinstance(each, (Goto, *DOES))]
    own = [(number, each) for number, each in enumerate(step.actions) if isinstance(each, (Goto, *DOES))]
    for (number, old), new in zip(own, done, strict=True):
        before, after = getattr(old, "target", None), getattr(new, "target", None)
        if before is not None and after is not None and before != after:
            yield Place(step.id, number, old.verb, before, after)


def _refuse_blindness(playbook: Playbook, number: int, rest: Sequence[Action]) -> None:
    later = [*rest, *playbook.steps[number].success_criteria]
    later += [
        each for step in playbook.steps[number + 1 :] for each in (*step.actions, *step.success_criteria)
    ]
    if not any(isinstance(each, (TakeScreenshot, *EXPECTATIONS)) for each in later):
        raise NoRepair(
            "nothing behind it expects anything or takes a picture, so nobody could tell whether the new place is right"
        )


def _placeless(playbook: Playbook) -> Playbook:
    """With every gesture's element forgotten; expectations and waits keep theirs."""
    return replace(
        playbook,
        steps=tuple(replace(step, actions=tuple(map(_forgetful, step.actions))) for step in playbook.steps),
    )


def _at(action: Action, target: Target) -> Action:
    changes: dict[str, Any] = {"target": target}  # every gesture's element is called so
    return replace(action, **changes)


def _forgetful(action: Action) -> Action:
    if (
        isinstance(action, DOES)
        and not isinstance(action, WaitFor)
        and isinstance(getattr(action, "target", None), Target)
    ):
        return _at(action, NOWHERE)
    return action
