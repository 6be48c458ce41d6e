"""What all duties have in common: they go on, they can be woken and stopped, and they say what ails them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from inspect_pipelines.errors import Unavailable
from inspect_pipelines.web.duties.duty import Duty
from patience import allowed, until


class Counting(Duty):
    """Counts its turns; each does what a test says."""

    def __init__(self, deed: Callable[[], float | None] = lambda: None, **changes: object) -> None:
        super().__init__("counting", "sums", **{"every_seconds": 0.01, **changes})
        self.deed, self.turns, self.told, self.left = deed, 0, "", 0

    def turn(self) -> float | None:
        self.turns += 1
        return self.deed()

    def finding(self) -> str:
        return self.told

    def last_turn(self) -> None:
        self.left += 1


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "counting"]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Unavailable("the ledger stayed locked"), "the ledger stayed locked"),
        (KeyError("x"), "a defect of inspect-pipelines: KeyError; its log says more"),
    ],
)
def test_trouble_in_one_turn_is_told_until_a_turn_goes_well_and_logged_once(
    error: Exception, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    troubled = [True]

    def deed() -> None:
        if troubled:
            raise error

    duty = Counting(deed)
    duty.start()
    until(lambda: duty.turns > 5)
    told_then = duty.problem

    troubled.clear()

    until(lambda: not duty.problem)
    duty.stop()
    assert told_then == told
    assert [record.getMessage() for record in caplog.records] == [f"counting: {told}"]


def test_a_defect_is_logged_with_its_place(caplog: pytest.LogCaptureFixture) -> None:
    def with_a_defect() -> None:
        raise ZeroDivisionError

    duty = Counting(with_a_defect)
    duty.start()
    until(lambda: duty.problem)
    duty.stop()

    assert "with_a_defect" in caplog.text


def test_what_it_finds_is_told_beside_what_keeps_it_from_its_work() -> None:
    def away() -> None:
        raise Unavailable("away")

    duty = Counting(away)
    duty.told = "a schedule is silent"
    duty.start()
    until(lambda: duty.turns)
    duty.stop()

    until(lambda: duty.left)
    assert duty.problem == "a schedule is silent", "its last turn went well"


def test_a_waking_is_not_lost_while_a_turn_is_under_way() -> None:
    began, go = threading.Event(), threading.Event()

    def held() -> None:
        began.set()
        assert go.wait(60)

    duty = Counting(held, every_seconds=3600)
    duty.start()
    assert began.wait(60)

    duty.wake()
    go.set()

    until(lambda: duty.turns == 2)
    duty.stop()


def test_a_turn_says_when_the_next_one_is_due() -> None:
    duty = Counting(lambda: 0.01, every_seconds=3600)

    duty.start()

    until(lambda: duty.turns > 3)
    duty.stop()


def test_stopping_waits_for_the_turn_and_does_what_is_left_and_starting_again_works() -> None:
    duty = Counting(every_seconds=3600)
    duty.start()
    until(lambda: duty.turns == 1)

    duty.stop()
    after_stop = (duty.left, threads())
    duty.start()

    until(lambda: duty.turns == 2)
    duty.stop()
    assert after_stop == (1, [])


def test_a_turn_that_hangs_is_waited_for_only_so_long() -> None:
    go, began = threading.Event(), threading.Event()

    def hang() -> None:
        began.set()
        assert go.wait(60)

    duty = Counting(hang, stop_seconds=0.05)
    duty.start()
    assert began.wait(60)
    stopping = time.monotonic()

    duty.stop()

    took = time.monotonic() - stopping
    go.set()
    assert took < allowed(5)
    until(lambda: threads() == [])


def test_one_that_rests_first_does_nothing_before() -> None:
    duty = Counting(every_seconds=3600, begins_at_once=False)
    duty.start()
    time.sleep(0.05)
    turns = duty.turns

    duty.wake()

    until(lambda: duty.turns == 1)
    duty.stop()
    assert turns == 0
