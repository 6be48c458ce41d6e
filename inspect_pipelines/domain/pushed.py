"""What a push touches, as far as GitHub tells."""

from __future__ import annotations

from inspect_pipelines.domain.payload import PATHS, Payload
from inspect_pipelines.domain.tolerant import Tolerant

COMMITS = 2048  # GitHub leaves out the commits of a push beyond these, so that their paths are unknown


def pushed_paths(payload: Tolerant) -> tuple[str, ...] | None:
    """What the commits touch; None when some or all of them are not told, or there are too many paths.

    Raises:
        Unreadable: They are told in an odd shape.
    """
    commits = payload.strict.items("commits")
    is_told = commits or (payload.at("commits") is not None and not payload.flag("forced"))
    if (
        len(commits) >= COMMITS or not is_told
    ):  # a branch that was set back brings no commits, and changes a lot
        return None
    found: dict[str, None] = {}
    for commit in commits:
        entry = Payload(commit, "commits[]")
        for part in ("added", "modified", "removed"):
            found |= dict.fromkeys(entry.names(part, at_most=PATHS))
    return tuple(found) if len(found) <= PATHS else None
