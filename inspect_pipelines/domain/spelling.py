"""Spelling: what somebody may have meant."""

from __future__ import annotations

from difflib import get_close_matches


def nearest(text: str, known: list[str]) -> str:
    """` (did you mean 'x'?)`, or nothing when nothing is near."""
    near = get_close_matches(text, known, n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""
