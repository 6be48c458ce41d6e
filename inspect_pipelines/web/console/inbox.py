"""The inbox: what waits for a person, each thing with a sentence and a way to deal with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.routing import BaseRoute

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.review import ReviewState
from inspect_pipelines.queries.comments import waiting_for
from inspect_pipelines.queries.definitions import applied_definitions
from inspect_pipelines.queries.environments import list_environments
from inspect_pipelines.queries.notifications import notification_with
from inspect_pipelines.queries.pauses import list_pauses
from inspect_pipelines.queries.reviews import list_reviews
from inspect_pipelines.queries.runs import runs_of_ids
from inspect_pipelines.queries.waiting import Waiting, list_waiting, reasons_of
from inspect_pipelines.usecases.alerts.resend import resend
from inspect_pipelines.web.access.declaration import is_for, permitted
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.console.forms import Fields, form
from inspect_pipelines.web.console.shell import Seen, Shell


def inbox(shell: Shell) -> Iterator[BaseRoute]:
    """`GET /inbox`, and a message that is sent again."""
    router = APIRouter()

    @router.get("/inbox", response_class=HTMLResponse)
    @is_for(permitted(Permission.PICTURES_READ))
    def waiting(
        request: Request,
        said: Annotated[str, Query(max_length=20)] = "",
        cursor: Annotated[str | None, Query(max_length=500)] = None,
        owner: Annotated[str, Query(max_length=200)] = "",
    ) -> HTMLResponse:
        """With an `owner`, only reviews of views that they look after."""
        seen, is_first = shell.see(request), cursor is None and not owner
        mine = waiting_for(seen.house, seen.caller.actor.removeprefix("user:"))
        reviews = list_reviews(
            seen.house, ReviewState.WAITING, is_single=True, owner=owner or None, cursor=cursor
        )
        return shell.page(
            seen,
            "inbox.html.j2",
            reviews=reviews,
            environments=list_environments(seen.house) if is_first else [],
            reasons=reasons_of(seen.house, [one.review.run_id for one in reviews.items]),
            definitions=applied_definitions(seen.house),
            pauses=list_pauses(seen.house) if is_first else (),
            further=_seen_by(seen, list_waiting(seen.house)) if is_first else Waiting((), (), ()),
            yours=runs_of_ids(seen.house, mine) if is_first else [],
            mine=mine,
            said=said,
            is_first=is_first,
            owner=owner,
        )

    yield from router.routes
    sends = permitted(Permission.NOTIFICATIONS_RESEND)
    yield form(shell, "/notifications/{notification_id}/resend", sends, "notification.resend", _resend)


def _seen_by(seen: Seen, found: Waiting) -> Waiting:
    """What of it they may read."""
    return Waiting(
        found.events if seen.may(Permission.EVENTS_READ) else (),
        found.quarantines,
        found.messages if seen.may(Permission.NOTIFICATIONS_READ) else (),
        found.repairs if seen.may(Permission.DEFINITIONS_READ) else (),
    )


def _resend(seen: Seen, fields: Fields) -> str:
    name = seen.request.path_params["notification_id"]
    present(notification_with(seen.house, name), "notification", name)
    resend(seen.house, name)
    return seen.link("/inbox", said="resend")
