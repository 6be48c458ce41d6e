"""A run whose worker was lost: whether it starts again elsewhere, or ends."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.action import TakeScreenshot
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.domain.session import ToldStep

HERE = ""  # the "host" of a worker that is known to have died while its machine lived


@dataclass(frozen=True, slots=True)
class Loss:
    """A run that was taken from a machine of which nobody heard any more, to start again; once a run, kept for good."""

    run_id: RunId
    dagster_run_id: str  # the one that had it, and must never have it again
    host: str  # where it was played, as people call it
    at: datetime  # UTC


def starts_again(host: str, told: Collection[ToldStep], playbooks: Collection[Playbook]) -> bool:
    """Whether a run that was lost for the first time may be played anew by another machine.

    It may until its first picture: nobody has seen anything of it yet. A process that died while its machine lived has a
    reason of its own, and would most likely die again.

    Args:
        host: That was lost; `HERE`: only the process was.
        told: What the sessions that went on have told.
        playbooks: The run's.
    """
    pictured = {
        (playbook.id, step.id)
        for playbook in playbooks
        for step in playbook.every_step
        if any(isinstance(action, TakeScreenshot) for action in step.actions)
    }
    return host != HERE and not any((step.playbook, step.result.step_id) in pictured for step in told)
