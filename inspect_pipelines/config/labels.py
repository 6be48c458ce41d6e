"""What a definition says of itself for people and for the queue: tags, owner, priority."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from inspect_pipelines.config.reading import shown
from inspect_pipelines.config.schedule_document import DefinitionDocument
from inspect_pipelines.domain.ids import SLUG

Wrong = Callable[..., None]  # (sentence, *path)
MOST_TAGS, OWNER_CHARACTERS = 20, 100


def labels(written: DefinitionDocument, wrong: Wrong) -> dict[str, Any]:
    """These fields of a plan; faults are noted."""
    for number, one in enumerate(written.tags):
        if not SLUG.match(one):
            wrong(
                f"{shown(one)} is no tag: letters, digits, '-' and '_', a letter or digit at both ends",
                "tags",
                number,
            )
        elif one in written.tags[:number]:
            wrong(f"tag {shown(one)} is there twice", "tags", number)
    if len(written.tags) > MOST_TAGS:
        wrong(f"has {len(written.tags)} tags; {MOST_TAGS} are the most", "tags")
    owner = written.owner.strip()
    if len(owner) > OWNER_CHARACTERS or not owner.isprintable():
        wrong(f"{shown(owner)} is no owner: one line of at most {OWNER_CHARACTERS} characters", "owner")
    return {"tags": tuple(written.tags), "owner": owner, "priority": written.priority}
