"""What a trigger's plan asks of an event: the placeholders of its variables, and which of them nobody knows yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from inspect_pipelines.domain.event import Event
from inspect_pipelines.domain.event_data import ARGS
from inspect_pipelines.domain.playbook import Variable
from inspect_pipelines.domain.template import placeholders, sole
from inspect_pipelines.domain.trigger import Trigger

OF_PULL = frozenset({"head_sha", "commit_sha", "base_branch", "head_branch"})
COMMENT = "issue_comment.created"


class Unknown(StrEnum):
    """What an event leaves out, and the code host can be asked for."""

    PATHS = "changed paths"
    PULL = "head of the pull request"
    PREVIEW = "preview of the pull request"


@dataclass(frozen=True, slots=True)
class Arguments:
    """Of a command, by name."""

    taken: frozenset[str]
    needed: frozenset[str]  # those that nothing stands in for


def asked_by(trigger: Trigger) -> frozenset[str]:
    """The names of all placeholders that an event has to fill."""
    texts = (*trigger.plan.variables.values(), trigger.plan.against, *(text for _, text in _texts(trigger)))
    mentions = (mention for rule in trigger.plan.notify for mention in rule.mention)
    return frozenset(name for text in (*texts, *mentions) for name in placeholders(text))


def arguments_taken(trigger: Trigger) -> Arguments:
    """What a command may give; an argument that is all of a variable has the playbook's default to stand in for it."""
    taken, needed = set(), set()
    for variable, text in _texts(trigger):
        for name in placeholders(text):
            if name.startswith(ARGS):
                taken.add(name.removeprefix(ARGS))
                if sole(text) != name or (variable.required and variable.default is None):
                    needed.add(name.removeprefix(ARGS))
    return Arguments(frozenset(taken), frozenset(needed))


def unknowns(event: Event, trigger: Trigger) -> tuple[Unknown, ...]:
    """What decides about the trigger's run or fills its variables, and was neither told nor asked for yet."""
    asked = asked_by(trigger)
    found = []
    if event.paths is None and wants_paths(trigger):
        found.append(Unknown.PATHS)
    if event.type != COMMENT:
        return tuple(found)
    if event.sha is None and (asked & OF_PULL or trigger.branches):
        found.append(Unknown.PULL)
    if "deploy_url" in asked and "preview_url" not in event.data:
        found.append(Unknown.PREVIEW)
    return tuple(found)


def wants_paths(trigger: Trigger) -> bool:
    """Whether the changed paths decide about its run, or fill one of its variables."""
    return bool(trigger.paths) or "changed_paths" in asked_by(trigger)


def _texts(trigger: Trigger) -> Iterator[tuple[Variable, str]]:
    """Each variable that a session gets, with the text that fills it."""
    planned = trigger.plan.variables
    for playbook in trigger.plan.playbooks:
        for variable in playbook.variables:
            text = planned.get(variable.name, variable.default)
            if text is not None:
                yield variable, text
