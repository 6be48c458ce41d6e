"""A ref: what deploys name may be a branch, with or without its full name, a tag, a pull request or a commit."""

from __future__ import annotations

import re

WHOLE_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
SHORTEST_SHA = 7
BRANCHES = ("refs/heads/", "heads/")
OTHERS = ("refs/", "tags/")  # tags, pull requests, notes, ..: no branch


def branch_of(ref: str | None, sha: str | None) -> str | None:
    """The branch that a ref names; None: it names something else.

    Args:
        sha: The commit that is told beside it, in lower case; a ref that is its beginning is no branch.
    """
    if not ref or commit_of(ref, sha):
        return None
    for start in BRANCHES:
        if ref.startswith(start):
            return ref.removeprefix(start) or None
    return None if ref.startswith(OTHERS) else ref


def commit_of(ref: str | None, sha: str | None) -> str | None:
    """The commit that a ref is instead of a branch, in lower case; None: it is none."""
    text = (ref or "").lower()
    if WHOLE_SHA.fullmatch(text):
        return text
    return sha if sha and len(text) >= SHORTEST_SHA and sha.startswith(text) else None
