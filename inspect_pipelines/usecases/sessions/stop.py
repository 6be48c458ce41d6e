"""Stop an agent's session: its run is then cancelled."""

from __future__ import annotations

from inspect_pipelines.domain.remote_session import RemoteSession
from inspect_pipelines.errors import Refused, Unavailable
from inspect_pipelines.ports.house import House


def stop(house: House, session: RemoteSession) -> None:
    """Have the control plane stop it.

    Raises:
        Refused: It has ended.
        SetupMissing: There is no control plane.
        Unavailable: It does not answer, or the agent goes on still.
    """
    if not session.is_open:
        raise Refused(f"session {session.id!r} has ended already")
    if not house.agents.stop(session):
        raise Unavailable(f"session {session.id!r} was told to stop and has not yet; ask for the same again")
