"""What this machine starts at once, against what organization.yaml asks for."""

from __future__ import annotations

from inspect_pipelines.domain.organization import Limits


def limits_beyond(most: int, limits: Limits) -> list[str]:
    """A sentence for a limit that somebody wrote and this machine does not reach; the default is no promise.

    Args:
        most: How many runs Dagster starts at once here.
        limits: The organisation's.
    """
    if limits.organization <= most or limits.organization == Limits().organization:
        return []
    told = (
        f"limits.organization is {limits.organization}, and this machine starts {most} runs at once, one a core; "
        "to start more, make INSPECT_HOME/dagster/dagster.yaml yours (its first line says how) and raise its limit"
    )
    return [told]
