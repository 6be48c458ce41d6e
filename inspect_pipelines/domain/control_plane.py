"""A control plane of agents, as an organisation says where it is and as whom it is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass

ACTOR = re.compile(r"[a-z-]+:\S+")
# The services whose name a control plane's deployer may lend us, and what the ids of their actors begin with.
NAMESPACES = {"web": "user", "slack-bot": "slack", "github-bot": "github", "linear-bot": "linear"}
USUAL_SERVICE = "github-bot"


@dataclass(frozen=True, slots=True)
class ControlPlane:
    """`open_inspect` of organization.yaml. What is empty or None, the environment or a default says."""

    url: str = ""  # its base address, without a slash at its end
    secret: str = ""  # of the service, a reference
    actor: str = ""  # the service account, `github:inspect-qa`
    service: str = ""
    model: str = ""  # of the agents
    effort: str = ""  # their reasoning effort
    web_url: str = ""  # of its web application, for links, without a slash at its end
    allow_private: tuple[str, ...] = ()  # hosts of these that may be of our own network
    archive: bool | None = None  # whether a session is archived there when all of it is collected
    mends: bool | None = None  # whether an agent is asked where an element has gone


def actor_problem(actor: str, service: str) -> str:
    """Why a service cannot open sessions for an actor; empty: nothing is wrong."""
    namespace = NAMESPACES[service or USUAL_SERVICE]
    if not ACTOR.fullmatch(actor):
        return f"is no service account; write '{namespace}:NAME'"
    if not actor.startswith(f"{namespace}:"):
        return f"is not of the service {service or USUAL_SERVICE!r}, whose accounts begin with '{namespace}:'"
    return ""
