"""One thing that `doctor` looks at."""

from __future__ import annotations

from dataclasses import dataclass

from inspect_pipelines.errors import InspectError


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a run needs."""

    name: str
    is_ok: bool
    found: str
    how: str = ""  # to get it, when it is missing


def missed(name: str, error: InspectError, how: str = "") -> Check:
    """What an error's sentence says: first what is wrong, then what to do."""
    sentence, _, advice = str(error).partition("; ")
    return Check(name, False, sentence, advice or how)
