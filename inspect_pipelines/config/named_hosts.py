"""The hosts that a playbook itself names: its own file says that it goes there, so nobody has to allow them."""

from __future__ import annotations

from inspect_pipelines.domain.action import Goto
from inspect_pipelines.domain.host import host_of
from inspect_pipelines.domain.playbook import Playbook, VariableType
from inspect_pipelines.domain.template import placeholders
from inspect_pipelines.domain.variable import normalised
from inspect_pipelines.errors import UsageError


def no_address(text: str) -> str:
    """Why a text is no address of a page; empty: it is one."""
    try:
        normalised(VariableType.URL, text)
    except UsageError as error:
        return str(error)
    return ""


def hosts_named_by(playbook: Playbook) -> set[str]:
    """Those of its base_url, of its variables' defaults and of the addresses that its steps open."""
    texts = [
        playbook.base_url,
        *(variable.default or "" for variable in playbook.variables if not variable.secret),
    ]
    texts += [action.url for action in playbook.actions() if isinstance(action, Goto)]
    return {host_of(text) for text in texts if "://" in text and not placeholders(text)} - {""}
