"""By what way a request came."""

from __future__ import annotations

from starlette.requests import Request

from inspect_pipelines.domain.access import Caller
from inspect_pipelines.domain.way import API, CLI, CONSOLE, agent, named_agent

NAMELESS = "unknown"
COMMAND = "inspect-pipelines-cli/"  # how the User-Agent of our own commands begins


def came_by(request: Request, caller: Caller) -> str:
    """An agent says so itself; whoever is signed in with a browser, or asks from one of our pages, comes by the console."""
    says = request.headers.get("user-agent", "")
    if caller.is_agent:
        return agent(named_agent(says) or NAMELESS)
    if caller.sign_in_id is not None or "sec-fetch-site" in request.headers:
        return CONSOLE
    return CLI if says.startswith(COMMAND) else API
