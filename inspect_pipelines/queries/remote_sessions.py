"""Agents' sessions, as they are listed and shown."""

from __future__ import annotations

from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.remote_session import RemoteSession
from inspect_pipelines.errors import NotFound, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.page import Page, page_of, position_of

LOOKED_THROUGH = 1000  # sessions, when somebody types the beginning of an id


def list_remote_sessions(house: House, limit: int) -> list[RemoteSession]:
    """Newest first."""
    with house.ledger.read() as ledger:
        return ledger.remote_sessions.latest(limit)


def page_of_remote_sessions(
    house: House, *, cursor: str | None = None, limit: int = 50
) -> Page[RemoteSession]:
    """A page of agents' sessions, newest first by (opened_at, id)."""
    before = position_of(cursor)
    with house.ledger.read() as ledger:
        found = ledger.remote_sessions.latest(limit + 1, before=before)
    return page_of(found, limit, lambda session: Position(session.opened_at, session.id))


def remote_session_with(house: House, session_id: str) -> RemoteSession | None:
    """The one of exactly that id of ours."""
    with house.ledger.read() as ledger:
        return ledger.remote_sessions.find(session_id)


def find_remote_session(house: House, text: str) -> RemoteSession:
    """By our id, the control plane's, or the beginning of either.

    Raises:
        NotFound: There is none.
        UsageError: There are several.
    """
    with house.ledger.read() as ledger:
        whole = ledger.remote_sessions.find(text)
        known = [whole] if whole else ledger.remote_sessions.latest(LOOKED_THROUGH)
    found = [each for each in known if each.id.startswith(text) or (each.remote_id or "").startswith(text)]
    exact = [each for each in found if text in (each.id, each.remote_id)]
    found = exact or found
    if not found:
        raise NotFound(
            f"no agent's session begins with {text!r}; list them with: inspect-pipelines sessions list"
        )
    if len(found) > 1:
        raise UsageError(
            f"{len(found)} agents' sessions begin with {text!r}, {found[0].id!r} and {found[1].id!r} among them; type more of it"
        )
    return found[0]
