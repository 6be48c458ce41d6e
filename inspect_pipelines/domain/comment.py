"""A comment: what somebody says of a point of a view; it stays on the view until somebody has resolved it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.ids import CommentId, OrgId, RunId
from inspect_pipelines.domain.screenshot import Screenshot, View

LONGEST = 1000  # characters


@dataclass(frozen=True, slots=True)
class Comment:
    """On one view of a baseline set; it decides nothing.

    Attributes:
        run_id: On whose picture it was pinned.
        x, y: Where, in px of that picture, from its upper left corner.
        via: How they came: `cli`, `api`, `console`, `agent NAME`.
    """

    id: CommentId
    org_id: OrgId
    set: str
    view: View
    run_id: RunId
    x: int
    y: int
    text: str
    by: str
    at: datetime  # UTC, as all of them
    via: str = "cli"
    resolved_at: datetime | None = None  # None: it is open
    resolved_by: str = ""

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None


def unpinnable(text: str, x: int, y: int, shot: Screenshot | None) -> str | None:
    """Why something cannot be pinned there, as the end of a sentence; None: it can.

    Args:
        shot: The picture; None: the run does not show the view.
    """
    if not text.strip():
        return "a comment says something"
    if len(text) > LONGEST:
        return f"a comment has {LONGEST} characters at most, and this one {len(text)}"
    if shot is None:
        return "the run does not show that view"
    if not (0 <= x < shot.width and 0 <= y < shot.height):
        return f"x={x}, y={y} is outside of the picture, which is {shot.width} x {shot.height} px"
    return None
