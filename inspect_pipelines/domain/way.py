"""By what way somebody came to do something: it stands beside who they are in audit, decisions and revisions."""

from __future__ import annotations

import re

API = "api"  # a program
CLI = "cli"
CONSOLE = "console"  # a browser, on our own pages
ITSELF = ""  # nobody came: a run, a duty, a deadline
NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}"
AGENT_NAME = rf"^{NAME}$"
AGENT = re.compile(rf"^agent/({NAME})(?=[\s;(/]|$)")


def agent(name: str) -> str:
    """The way of an agent, by the name that it gives itself; nobody checks that."""
    return f"agent {name}"


def named_agent(says: str) -> str | None:
    """The name of an agent, by what a program says of itself (`User-Agent: agent/NAME ..`); None: it is none."""
    found = AGENT.match(says)
    return found[1] if found else None
