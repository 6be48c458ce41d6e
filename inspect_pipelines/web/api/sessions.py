"""`/sessions`: what agents on a control plane play for this organisation."""

from __future__ import annotations

from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.remote_session import RemoteSession
from inspect_pipelines.queries.remote_sessions import page_of_remote_sessions, remote_session_with
from inspect_pipelines.usecases.sessions.stop import stop
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.deed import Deed
from inspect_pipelines.web.api.route import USUAL, Answer, AskedBy, AskedOnce, Cursor, Limit, Routes


def sessions(gate: Gate) -> Routes:
    routes = Routes(gate, "sessions")
    reads = permitted(Permission.RUNS_READ)

    @routes.get("/sessions", reads, Answer(RemoteSession, is_page=True))
    def list_(asked: AskedBy, limit: Limit = USUAL, cursor: Cursor = None) -> Response:
        """Agents' sessions, newest first by (opened_at, id)."""
        return asked.page(page_of_remote_sessions(asked.house, cursor=cursor, limit=limit))

    @routes.get("/sessions/{session_id}", reads, Answer(RemoteSession))
    def show(asked: AskedBy, session_id: str) -> Response:
        """How far an agent's session is, what it costs, and where people look at it."""
        return asked.answer(present(remote_session_with(asked.house, session_id), "session", session_id))

    @routes.post(
        "/sessions/{session_id}/stop",
        permitted(Permission.RUNS_WRITE),
        Answer(RemoteSession),
        Deed("session.stop", "session_id"),
    )
    def stop_(asked: AskedOnce, session_id: str) -> Response:
        """Stop its agent; its run is then cancelled. One that has ended stays as it is."""
        found = present(remote_session_with(asked.house, session_id), "session", session_id)
        if found.is_open:
            stop(asked.house, found)
        return asked.answer(present(remote_session_with(asked.house, session_id), "session", session_id))

    return routes
