"""What people decided about a run; its status never changes, these are shown beside it."""

from __future__ import annotations

from collections.abc import Iterable

CANCEL_REQUESTED = "cancel_requested"  # a wish about a run, kept like every word of a person
BY_EVENT = "event:"  # how whoever asks begins where a newer event does, and its id follows
SUPERSEDED = "superseded by"  # how the reason begins


def wish_to_cancel(reviews: Iterable[tuple[str, str, str]]) -> str | None:
    """Who wants the run cancelled and why, or what superseded it, as a sentence; None when nobody does.

    Args:
        reviews: (decision, by, detail), oldest first; the first wish counts.
    """
    for decision, by, reason in reviews:
        if decision == CANCEL_REQUESTED and by.startswith(BY_EVENT):
            return f"{SUPERSEDED} {reason}"
        if decision == CANCEL_REQUESTED:
            return f"cancelled by {by.removeprefix('user:')}" + (f": {reason}" if reason else "")
    return None
