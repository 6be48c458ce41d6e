"""Links from Dagster's UI to what our web process serves beside it.

Without a host: whoever reads them has come through the same door, by whatever name.
"""

from __future__ import annotations

from collections.abc import Iterable

import dagster as dg

from inspect_pipelines.domain.ids import RunId, Sha256
from inspect_pipelines.domain.session import SessionResult


def report(run_id: RunId) -> dg.MetadataValue:
    """A run's report."""
    return dg.MetadataValue.url(path_of_report(run_id))


def picture(run_id: RunId, sha: Sha256) -> dg.MetadataValue:
    """A picture of a run, in full."""
    return dg.MetadataValue.url(path_of_picture(run_id, sha))


def agents(sessions: Iterable[SessionResult]) -> dict[str, dg.MetadataValue]:
    """The pages of agents' sessions on their control plane; nothing where a browser of ours played."""
    told = [each.agent for each in sessions if each.agent and each.agent.url]
    return {"agents": dg.MetadataValue.md(", ".join(f"<{each.url}>" for each in told))} if told else {}


def path_of_report(run_id: RunId) -> str:
    return f"/runs/{run_id}"


def path_of_picture(run_id: RunId, sha: Sha256) -> str:
    return f"/runs/{run_id}/pictures/{sha}"
