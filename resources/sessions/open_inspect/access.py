"""Access: where a control plane is, and as whom we ask it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Access:
    """What a deployer says of the control plane.

    Attributes:
        url: Its base address, without a slash at its end.
        secret: Of the service, as a `${env:NAME}` or `${file:/path}` reference; resolved for each request.
        service: One of `web`, `slack-bot`, `github-bot`, `linear-bot`: the name that is lent to us.
        actor: The service account, `github:inspect-qa`.
        model: Of the agent; empty: the control plane's own choice.
        effort: Its reasoning effort; empty: likewise.
        web_url: Of the web application, for links; empty: there are none.
        allow_private: Hosts that may lead into our own networks, as in ChannelConfig.
        mends: Whether an agent is asked where an element has gone that a browser does not find.
        archives: Whether a session is archived when all of it is collected.
    """

    url: str
    secret: str
    actor: str
    service: str = "github-bot"
    model: str = ""
    effort: str = ""
    web_url: str = ""
    allow_private: tuple[str, ...] = ()
    archives: bool = True
    mends: bool = False
