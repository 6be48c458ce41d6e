"""Stop leftovers: agents that play on although nobody follows them any more cost money for nothing."""

from __future__ import annotations

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.remote_session import RemoteSession
from inspect_pipelines.ports.house import House


def leftovers(house: House) -> list[RemoteSession]:
    """Open sessions whose run has ended, or of which the run has kept what they saw."""
    with house.ledger.read() as ledger:
        found = ledger.remote_sessions.open()
        run_ids = {RunId(each.run_id) for each in found}
        runs = ledger.runs.of(run_ids)
        saved = {one.id for played in ledger.evidence.sessions_of(run_ids).values() for one in played}
    going_on = {run_id for run_id, run in runs.items() if run.status.is_open}
    return [each for each in found if each.id in saved or each.run_id not in going_on]


def stop_leftovers(house: House) -> list[RemoteSession]:
    """Stop each of them once; those that went on at this look are returned, and stopped again at the next one.

    Raises:
        Unavailable: The control plane did not answer.
    """
    return [each for each in leftovers(house) if not house.agents.stop(each)]
