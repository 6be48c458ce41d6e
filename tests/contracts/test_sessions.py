"""What holds wherever playbooks are played: over this machine's browser, over an agent, over the router, and over the fake of other tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from houses import ScriptedSessions
from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.playbook import BROWSER
from inspect_pipelines.domain.session import SessionRequest, SessionStatus, StepResult
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.sessions import Sessions
from loopback_site.server import Site
from open_inspect_rig import agents
from resources.clock import SystemClock
from resources.sessions.browser.sessions import BrowserSessions
from resources.sessions.routed import RoutedSessions
from session_requests import a_request
from stand_ins.open_inspect import ControlPlane


@dataclass
class Stage:
    """Somebody who plays, and something to play."""

    sessions: Sessions
    clock: Clock
    request: SessionRequest


def an_agent(folder: Path, clock: Clock, stack: ExitStack) -> Sessions:
    plane = ControlPlane()
    stack.callback(plane.close)
    return agents(plane, folder, clock)


OPEN: dict[str, Callable[[Path, Clock, ExitStack], Sessions]] = {
    "browser": lambda folder, clock, stack: BrowserSessions(
        gallery=folder / "gallery", scratch=folder / "scratch", clock=clock
    ),
    "routed": lambda folder, clock, stack: RoutedSessions({BROWSER: ScriptedSessions(clock)}),
    "open-inspect": an_agent,
    "scripted": lambda folder, clock, stack: ScriptedSessions(clock),
}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture(params=OPEN)
def stage(request: pytest.FixtureRequest, site: Site, tmp_path: Path) -> Iterator[Stage]:
    clock = SystemClock()
    wanted = a_request(site.url, Goto("/other"), TakeScreenshot("home"), seconds=20)
    with ExitStack() as stack:
        stage = Stage(OPEN[request.param](tmp_path, clock, stack), clock, wanted)
        yield stage
        stage.sessions.close()


def test_what_was_played_is_told_as_the_answer_to_what_was_asked(stage: Stage) -> None:
    result = stage.sessions.play(stage.request, deadline=stage.clock.now() + timedelta(minutes=2))

    assert (result.id, result.playbook) == (stage.request.id, stage.request.playbook.id)
    assert result.status is SessionStatus.COMPLETED
    assert result.error is None
    assert [(shot.view.playbook, shot.view.name) for shot in result.screenshots] == [("shop", "home")]
    assert result.environment is not None
    assert result.started_at <= result.completed_at


def test_each_step_is_told_as_it_ends(stage: Stage) -> None:
    told: list[StepResult] = []

    result = stage.sessions.play(
        stage.request, deadline=stage.clock.now() + timedelta(minutes=2), told=told.append
    )

    assert tuple(told) == result.steps


def test_a_session_whose_time_is_over_says_so_and_raises_nothing(stage: Stage) -> None:
    result = stage.sessions.play(stage.request, deadline=stage.clock.now())

    assert (result.id, result.status) == (stage.request.id, SessionStatus.TIMEOUT)
    assert result.error


def test_a_session_that_nobody_wants_any_more_says_so_and_raises_nothing(stage: Stage) -> None:
    result = stage.sessions.play(
        stage.request, deadline=stage.clock.now() + timedelta(minutes=2), cancelled=lambda: True
    )

    assert (result.id, result.status) == (stage.request.id, SessionStatus.CANCELLED)
    assert result.error


def test_who_has_played_can_be_closed_twice_and_plays_again(stage: Stage) -> None:
    stage.sessions.play(stage.request, deadline=stage.clock.now())

    stage.sessions.close()
    stage.sessions.close()
    result = stage.sessions.play(stage.request, deadline=stage.clock.now())

    assert result.status is SessionStatus.TIMEOUT
