"""How many runs start at once, against what organization.yaml asks for."""

from __future__ import annotations

from inspect_pipelines.domain.organization import Limits


def limits_beyond(cores: int, said: int | None, limits: Limits) -> list[str]:
    """A sentence for a limit that somebody wrote and that is not reached; the default is no promise.

    Args:
        cores: How many runs Dagster starts at once where nobody has said.
        said: How many INSPECT_MAX_RUNS says.
        limits: The organisation's.
    """
    most = said or cores
    if limits.organization <= most or limits.organization == Limits().organization:
        return []
    asked = f"limits.organization is {limits.organization}, and"
    told = (
        f"{asked} INSPECT_MAX_RUNS lets {said} start at once; to start more, raise it wherever it is set, and have workers "
        "with room for them"
        if said
        else f"{asked} this machine starts {most} runs at once, one a core; "
        "to start more, make INSPECT_HOME/dagster/dagster.yaml yours (its first line says how) and raise its limit"
    )
    return [told]
