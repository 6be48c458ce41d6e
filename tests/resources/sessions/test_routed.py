"""Each playbook is played by its runner, and what all runners share knows none of them."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import resources.sessions
from houses import ScriptedSessions
from inspect_pipelines.domain.playbook import BROWSER, OPEN_INSPECT
from inspect_pipelines.errors import SetupMissing
from resources.sessions.routed import RoutedSessions
from session_requests import a_request

LATER = datetime(2030, 1, 1, tzinfo=UTC)


def a_request_for_the_agent():
    request = a_request("https://shop.example")
    return replace(request, playbook=replace(request.playbook, runner=OPEN_INSPECT))


def test_each_playbook_goes_to_its_runner() -> None:
    browser, agent = ScriptedSessions(), ScriptedSessions()
    sessions = RoutedSessions({BROWSER: browser, OPEN_INSPECT: agent})

    sessions.play(a_request("https://shop.example"), deadline=LATER)
    sessions.play(a_request_for_the_agent(), deadline=LATER)

    assert [request.playbook.runner for request in browser.requests] == [None]
    assert [request.playbook.runner for request in agent.requests] == [OPEN_INSPECT]


def test_a_deployment_says_who_plays_what_names_nobody() -> None:
    browser, agent = ScriptedSessions(), ScriptedSessions()
    sessions = RoutedSessions({BROWSER: browser, OPEN_INSPECT: agent}, usual=OPEN_INSPECT)

    sessions.play(a_request("https://shop.example"), deadline=LATER)

    assert (len(browser.requests), len(agent.requests)) == (0, 1)


def test_closing_closes_every_runner() -> None:
    browser, agent = ScriptedSessions(), ScriptedSessions()

    RoutedSessions({BROWSER: browser, OPEN_INSPECT: agent}).close()

    assert (browser.closed, agent.closed) == (1, 1)


def test_a_runner_that_is_not_here_is_named_with_those_that_are() -> None:
    sessions = RoutedSessions({BROWSER: ScriptedSessions()})

    with pytest.raises(
        SetupMissing, match="wants the runner 'open-inspect', which is not installed here; there is: browser"
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
