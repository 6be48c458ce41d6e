"""Each playbook is played by its runner, and what all runners share knows none of them."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import resources.sessions
from houses import ScriptedSessions
from inspect_pipelines.domain.playbook import BROWSER, Playbook
from inspect_pipelines.errors import SetupMissing
from resources.sessions.routed import RoutedSessions
from session_requests import a_request

LATER = datetime(2030, 1, 1, tzinfo=UTC)


class AgentPlaybook(Playbook):
    """One that a second runner plays, as there will be."""

    @property
    def runner(self) -> str:
        return "agent"


def a_request_for_the_agent():
    request = a_request("https://shop.example")
    playbook = AgentPlaybook(request.playbook.id, request.playbook.name, request.playbook.steps)
    return replace(request, playbook=playbook)


def test_each_playbook_goes_to_its_runner() -> None:
    browser, agent = ScriptedSessions(), ScriptedSessions()
    sessions = RoutedSessions({BROWSER: browser, "agent": agent})

    sessions.play(a_request("https://shop.example"), deadline=LATER)
    sessions.play(a_request_for_the_agent(), deadline=LATER)

    assert [request.playbook.runner for request in browser.requests] == [BROWSER]
    assert [request.playbook.runner for request in agent.requests] == ["agent"]


def test_closing_closes_every_runner() -> None:
    browser, agent = ScriptedSessions(), ScriptedSessions()

    RoutedSessions({BROWSER: browser, "agent": agent}).close()

    assert (browser.closed, agent.closed) == (1, 1)


def test_a_runner_that_is_not_here_is_named_with_those_that_are() -> None:
    sessions = RoutedSessions({BROWSER: ScriptedSessions()})

    with pytest.raises(
        SetupMissing, match="wants the runner 'agent', which is not installed here; there is: browser"
    ):
        sessions.play(a_request_for_the_agent(), deadline=LATER)


def test_what_all_runners_share_imports_none_of_them() -> None:
    folder = Path(resources.sessions.__file__).parent

    for file in folder.glob("*.py"):
        imported = {
            node.module or ""
            for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.ImportFrom)
        }
        assert not [
            name for name in imported if name.startswith(("resources.sessions.browser", "playwright"))
        ]
    assert len(list(folder.glob("*.py"))) > 4
