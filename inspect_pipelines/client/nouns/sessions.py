"""What the API can do with sessions. Written by `python docs/client.py`."""

from __future__ import annotations

from inspect_pipelines.client.noun import Noun, below
from inspect_pipelines.client.pages import Pages
from inspect_pipelines.domain.remote_session import RemoteSession


class Sessions(Noun):
    """`client.sessions`."""

    def list(self, *, page_size: int = 50, cursor: str | None = None) -> Pages[RemoteSession]:
        """Agents' sessions, newest first by (opened_at, id)."""
        return self._pages(RemoteSession, "/sessions", {}, page_size=page_size, cursor=cursor)

    def show(self, session_id: str) -> RemoteSession:
        """How far an agent's session is, what it costs, and where people look at it."""
        return self._one(RemoteSession, "GET", below("/sessions/{session_id}", session_id=session_id))

    def stop(self, session_id: str, *, key: str | None = None) -> RemoteSession:
        """Stop its agent; its run is then cancelled. One that has ended stays as it is."""
        return self._one(
            RemoteSession,
            "POST",
            below("/sessions/{session_id}/stop", session_id=session_id),
            headers={"Idempotency-Key": key},
        )
