"""Secrets of the environment: a browser, its driver and its helpers are born without them."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import psutil

from inspect_pipelines.domain.action import Goto, TakeScreenshot, WaitFor
from inspect_pipelines.domain.session import SessionStatus
from inspect_pipelines.domain.target import Target
from resources.clock import SystemClock
from resources.sessions.browser.family import MARK
from resources.sessions.browser.sessions import BrowserSessions
from session_requests import a_request


def test_no_process_of_a_browser_inherits_a_secret_of_the_environment(site, tmp_path: Path, monkeypatch):
    """Chromium's processes, in which pages under test run, had SLACK_TOKEN and the shop's password in their environment."""
    monkeypatch.setenv("SLACK_TOKEN", "xoxb-canary-value")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:canary-value@127.0.0.1:9/")
    sessions = BrowserSessions(gallery=tmp_path / "gallery", scratch=tmp_path, clock=SystemClock())
    inherited: dict[str, dict[str, str]] = {}

    def look() -> bool:
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.Error, IndexError):
                words, environment = process.cmdline(), process.environ()
                for name, sign in (("driver", "cli.js"), ("browser", "--user-data-dir")):
                    if sign in " ".join(words) and "leash" not in " ".join(words):
                        inherited[name] = environment
        return "browser" in inherited

    request = a_request(
        site.url, Goto("/"), TakeScreenshot("home"), WaitFor(Target(text="Never")), seconds=30
    )
    deadline = SystemClock().now() + timedelta(seconds=60)
    result = sessions.play(request, deadline=deadline, cancelled=look)
    sessions.close()

    assert result.status is SessionStatus.CANCELLED
    assert set(inherited) == {"driver", "browser"}
    for environment in inherited.values():
        assert "canary-value" not in " ".join(environment.values())
        assert MARK in environment  # by which it is found and ended
