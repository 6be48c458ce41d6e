"""What is not there, or not yours: one sentence for both, so that nobody learns which."""

from __future__ import annotations

from typing import TypeVar

from inspect_pipelines.errors import NotFound

T = TypeVar("T")


def present(found: T | None, what: str, name: str) -> T:
    """What was found.

    Raises:
        NotFound: Nothing was.
    """
    if found is None:
        raise NotFound(
            f"there is no {what} {name[:100]!r} for you; list what there is at the address above it"
        )
    return found
