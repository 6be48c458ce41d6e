"""How many of a run's sessions go on at once, as a definition says it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from inspect_pipelines.config.schedule_document import DefinitionDocument
from inspect_pipelines.domain.playbook import BROWSER, Playbook

KEY = "max_parallel"


def max_parallel(
    written: DefinitionDocument, playbooks: Sequence[Playbook], warn: Callable[..., None]
) -> int:
    """The number, 1 or more; a warning is given where it has no effect."""
    if written.max_parallel > 1 and len(playbooks) == 1:
        warn("one playbook is one session, so nothing goes on beside it", KEY)
    elif written.max_parallel > 1 and playbooks and all(each.runner == BROWSER for each in playbooks):
        warn("only agents' sessions go on at once, and a browser plays all of these playbooks", KEY)
    return written.max_parallel
