"""Many sessions at once ask no more often than is right, and whoever watches one sees how far it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.playbook import DESKTOP, Step, Viewport
from inspect_pipelines.domain.session import StepResult, StepStatus
from resources.clock import SystemClock
from resources.sessions.open_inspect.halted import Halted
from resources.sessions.open_inspect.pace import Pace
from resources.sessions.open_inspect.progress import SHOWN, Progress
from resources.sessions.open_inspect.told import Artifact
from resources.sessions.open_inspect.watch import Watch
from session_requests import a_request

PHONE = Viewport("phone", 390, 844)


class FineClock(SystemClock):
    """Time passes by sleeping only."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def monotonic(self) -> float:
        return self._seconds

    def sleep(self, seconds: float) -> None:
        self._seconds += seconds


@pytest.mark.parametrize("are_open", [1, 10, 50, 100])
def test_all_sessions_together_ask_no_more_often_than_the_pace_says(are_open: int) -> None:
    clock, pace = FineClock(), Pace()
    watch = Watch(clock, pace, 1e9, lambda: False, lambda: are_open)
    asked: list[float] = []

    for _ in range(40):
        watch.persist(lambda: asked.append(clock.monotonic()))

    took = asked[-1] - asked[0]
    assert are_open * 39 / took <= pace.a_second + 1e-6


def test_one_alone_waits_for_nobody() -> None:
    assert Pace().apart(1) <= 0.05
    assert Pace().apart(10_000) == Pace().most_apart


def test_a_cancel_is_heard_while_others_ask() -> None:
    clock, cancelled = FineClock(), []
    watch = Watch(clock, Pace(), 1e9, lambda: bool(cancelled), lambda: 1000)
    watch.persist(lambda: None)
    cancelled.append(True)

    with pytest.raises(Halted):
        watch.persist(lambda: None)

    assert clock.monotonic() < 1.0


def an_artifact(caption: str, kind: str = "screenshot", width: int = 1280, height: int = 800) -> Artifact:
    metadata: dict[str, Any] = {"caption": caption, "viewport": {"width": width, "height": height}}
    return Artifact("a1", kind, metadata, round(datetime(2026, 11, 30, tzinfo=UTC).timestamp() * 1000))


def test_a_step_is_told_once_when_all_of_its_screens_are_there_and_never_as_passed() -> None:
    told: list[StepResult] = []
    cart = Step("cart", "Cart", (Goto("/cart"), TakeScreenshot("cart"), TakeScreenshot("basket")))
    request = a_request("https://shop.example", cart, viewports=(DESKTOP, PHONE))
    progress = Progress(request, told.append)
    book = request.playbook.id
    first, second = an_artifact(f"{book}/cart@desktop"), an_artifact(f"{book}/basket@desktop")

    progress.look([first])
    before = list(told)
    progress.look([first, second, an_artifact(f"{book}/cart@phone", "video")])
    progress.look([first, second])

    assert before == []
    assert told == [StepResult("cart", "Cart", "desktop", StepStatus.NOT_CHECKED, 0, SHOWN)]
