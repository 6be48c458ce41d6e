"""Refuse to add to a run that has ended: its facts, report and messages say what was known then, and stay true."""

from __future__ import annotations

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.errors import Refused
from inspect_pipelines.ports.ledger import LedgerSession


def refuse_ended(ledger: LedgerSession, run_id: RunId) -> None:
    """Let who works on a run find out, in the transaction that stores, that somebody ended it meanwhile.

    A process that was stopped, or slept with its machine, wakes up after its run was taken for dead.

    Raises:
        Refused: It has ended.
    """
    run = ledger.runs.find(run_id)
    if run is not None and not run.status.is_open:
        raise Refused(
            f"what run {run_id!r} saw last is not stored: it was ended meanwhile as {run.status.value!r} ({run.reason}); "
            "run it again"
        )
