"""Project facts: move what the journal holds into the history, at the end of a run and when nobody else does."""

from __future__ import annotations

from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.house import House


def project(house: House) -> str:
    """Drain the journal and say how it went; a full disk or a damaged history never fails the run that asked.

    The facts stay in the ledger's journal until some later drain takes them, so nothing is lost either way.
    """
    if not house.keeps_history:
        return "the run history is kept up to date where `up` runs"
    try:
        if house.history.drain():
            return "the run history is up to date"
    except InspectError as error:
        return f"the run history is behind: {error}"
    return "another process keeps the run history up to date"
