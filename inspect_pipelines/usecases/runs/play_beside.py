"""Play beside each other: agents' sessions of one run go on together, as many as its plan says; a browser's one after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

from inspect_pipelines.domain.session import SessionRequest, SessionResult, SessionStatus

ENDING = (SessionStatus.TIMEOUT, SessionStatus.CANCELLED)  # of one: nothing more is begun
Cancelled = Callable[[], bool]
PlayOne = Callable[[SessionRequest, Cancelled], SessionResult]


def play_beside(
    requests: Sequence[SessionRequest],
    play_one: PlayOne,
    *,
    is_elsewhere: Callable[[SessionRequest], bool],
    most: int,
    cancelled: Cancelled,
) -> list[SessionResult]:
    """What each request's session says, in the order of the requests, whichever ends first.

    A session that is played elsewhere costs this machine nothing, so `most` of them go on at once, in threads; all others
    are played in the caller's thread, one after another, at the same time. One that was told to stop begins no other.

    Args:
        requests: In the plan's order.
        play_one: Plays one to its end, retries included; asks now and then whether it is cancelled.
        is_elsewhere: Whether a session is played on another machine.
        most: Sessions elsewhere at once, 1 or more; 1: everything in order, in the caller's thread.
        cancelled: Whether somebody wants none of it any more.

    Raises:
        Whatever `play_one` raises; what goes on beside it is told to stop first, since the run is at its end.
    """
    lanes = _Lanes(play_one, cancelled)
    away = [each for each in requests if is_elsewhere(each)] if most > 1 else []
    found: dict[str, SessionResult | None] = {}
    with ThreadPoolExecutor(max(1, min(most, len(away))), thread_name_prefix="agent") as pool:
        going: dict[str, Future[SessionResult | None]] = {
            each.id: pool.submit(lanes.play, each) for each in away
        }
        try:
            for request in requests:
                if request.id not in going:
                    found[request.id] = lanes.play(request)
            for request_id, future in going.items():
                found[request_id] = future.result()
        except BaseException:  # an interruption, too: the pool waits for its threads before it lets go
            lanes.halt()
            raise
    return [result for each in requests if (result := found[each.id]) is not None]


class _Lanes:
    """What the sessions of a run know of each other."""

    def __init__(self, play_one: PlayOne, cancelled: Cancelled) -> None:
        self._play_one, self._cancelled = play_one, cancelled
        self._begins_none, self._halted = Event(), Event()

    def play(self, request: SessionRequest) -> SessionResult | None:
        """One session; None: another one has ended the run before it began."""
        if self._begins_none.is_set():
            return None
        try:
            result = self._play_one(request, self._is_cancelled)
        except BaseException:
            self.halt()
            raise
        if result.status is SessionStatus.CANCELLED:
            self.halt()
        elif result.status in ENDING:  # the others see the same deadline by themselves
            self._begins_none.set()
        return result

    def halt(self) -> None:
        """Let nothing go on."""
        self._begins_none.set()
        self._halted.set()

    def _is_cancelled(self) -> bool:
        return self._halted.is_set() or self._cancelled()
