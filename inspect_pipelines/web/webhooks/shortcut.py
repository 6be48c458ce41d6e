"""The shortcut: a delivery goes straight to the receiver, past what FastAPI does for its own routes.

The receiver's route stands beside it, for every other method and address: a POST comes to the same code either way. The
way through routers and their stacks of exits was a third of the web process's own time for a delivery.
"""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from inspect_pipelines.web.webhooks.receiver import Receiver

ADDRESS = re.compile(r"/webhooks/(?P<kind>[^/]+)/(?P<source>[^/]+)/?")


class Shortcut:
    """Middleware, before all that cares for hosts, people and pages: a webhook is signed instead."""

    def __init__(self, app: ASGIApp, receiver: Receiver | None) -> None:
        self._app, self._receiver = app, receiver

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = ADDRESS.fullmatch(scope["path"]) if _is_post(scope) else None
        if found is None or self._receiver is None:
            await self._app(scope, receive, send)
            return
        scope["path_params"] = found.groupdict()
        response = await self._receiver.receive(Request(scope, receive, send))
        await response(scope, receive, send)


def _is_post(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["method"] == "POST" and not scope.get("root_path")
