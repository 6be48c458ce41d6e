"""Distil: an agent's playbook as one that a browser plays, the same in all that it asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inspect_pipelines.config.agent_actions import Doing, doings
from inspect_pipelines.config.brittleness import MARK
from inspect_pipelines.config.imports.told import Fate, Told
from inspect_pipelines.config.playbook_text import PlaybookText, StepText, action_text
from inspect_pipelines.domain.action import Goto
from inspect_pipelines.domain.gesture import GESTURES
from inspect_pipelines.domain.playbook import BROWSER, Playbook, Step
from inspect_pipelines.domain.session import Value
from inspect_pipelines.domain.trace import Trace


@dataclass(frozen=True, slots=True)
class Distilled:
    """A playbook's text, and what became of each thing that the agent did."""

    text: str
    told: tuple[Told, ...]
    steps: tuple[str, ...]  # that are played by a browser now and were not


def distilled(text: str, playbook: Playbook, trace: Trace, values: Mapping[str, Value]) -> Distilled:
    """The text with actions in each step that had prose only; its pictures, expectations and all else are kept.

    Args:
        text: Of the playbook's file.
        values: That the agent's run had.

    Raises:
        Refused: The file is written so that a part of it cannot be changed by itself.
    """
    written = PlaybookText(text)
    told: list[Told] = []
    actions: dict[str, list[str]] = {}
    places = {each.id: each for each in written.steps}
    for step in playbook.steps:
        if step.manual:
            told.append(Told(0, step.id, Fate.LEFT_OUT, "a person does it"))
        elif is_played_by_browser(step):
            told.append(Told(0, step.id, Fate.CONVERTED, "has actions already; they stay"))
        elif step.id in places:
            done = doings(playbook, values, trace.steps.get(step.id, ()))
            actions[step.id] = list(_lines(step, places[step.id], done, text, told))
    return Distilled(written.with_actions(actions, BROWSER), tuple(told), tuple(actions))


def is_played_by_browser(step: Step) -> bool:
    """Whether somebody has written what is done in it, and not only what is looked at."""
    return any(isinstance(each, (Goto, *GESTURES)) for each in step.actions)


def _lines(step: Step, place: StepText, done: Sequence[Doing], text: str, told: list[Told]) -> Iterator[str]:
    """Its actions, what was there before at its place among them: a picture where the agent took it, an expectation behind what is done."""
    waiting = [(_view(item.value), f"- {text[item.start : item.reach]}") for item in place.items or ()]
    for line in reversed(place.head):  # a comment stays above what it stood above
        waiting[0] = (waiting[0][0], f"{line}\n{' ' * place.indent}{waiting[0][1]}")
    if not any(each.written for each in done):
        why = "the agent does not say what it did in it; nothing is played until somebody writes it"
        told.append(Told(0, step.id, Fate.LEFT_OUT, why))
        yield f"{MARK} {why}"
    for each in done:
        if each.why:
            told.append(Told(0, step.id, Fate.LEFT_OUT, each.why))
            yield f"{MARK} left out: {each.why}"
        elif each.shot:
            names = [name for name, _ in waiting]
            if each.shot in names:
                for _, kept in waiting[: names.index(each.shot) + 1]:
                    yield kept
                del waiting[: names.index(each.shot) + 1]
        elif each.written:
            told.append(Told(0, step.id, Fate.CONVERTED, action_text(each.written)))
            yield f"- {action_text(each.written)}"
    for _, kept in waiting:
        yield kept
    for said in step.unchecked:
        told.append(Told(0, step.id, Fate.LEFT_OUT, f"only an agent or a person can tell: {said}"))
        yield f"{MARK} only an agent or a person can tell: {' '.join(said.split())[:200]}"


def _view(value: Any) -> str:
    """The name of the picture that an action takes; empty: it takes none."""
    shot = value.get("screenshot") if isinstance(value, dict) else None
    name = shot.get("name") if isinstance(shot, dict) else shot
    return name if isinstance(name, str) else ""
