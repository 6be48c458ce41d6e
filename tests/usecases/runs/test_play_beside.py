"""Agents' sessions of one run go on beside each other; what comes of the run is the same as in order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from builders import a_plan, a_playbook, a_schedule, a_session
from houses import ScriptedSessions, a_house, apply
from inspect_pipelines.domain.ids import DefinitionId, PlaybookId, RunId
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.domain.session import SessionRequest, SessionResult, SessionStatus
from inspect_pipelines.errors import SetupMissing
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.play import play_all
from inspect_pipelines.usecases.runs.play_beside import play_beside
from inspect_pipelines.usecases.runs.start import Ticket

LONG = 300.0  # nothing that a test waits for takes so long
FAILED, TIMEOUT, CANCELLED, COMPLETED = (
    SessionStatus.FAILED,
    SessionStatus.TIMEOUT,
    SessionStatus.CANCELLED,
    SessionStatus.COMPLETED,
)


def a_book(name: str) -> Playbook:
    return a_playbook(id=PlaybookId(name))


def requests(*names: str) -> list[SessionRequest]:
    return [
        SessionRequest(f"run.{number}", "run", a_book(name), {}) for number, name in enumerate(names, start=1)
    ]


@dataclass
class Stage:
    """Sessions that end as a test says; it knows which of them went on at once."""

    does: Callable[[str, Callable[[], bool]], SessionStatus] = lambda name, cancelled: COMPLETED
    began: list[str] = field(default_factory=list)
    threads: dict[str, threading.Thread] = field(default_factory=dict)
    at_once: int = 0
    most_at_once: int = 0
    _lock: Any = field(default_factory=threading.Lock)

    def play(self, request: SessionRequest, cancelled: Callable[[], bool]) -> SessionResult:
        name = request.playbook.id
        with self._lock:
            self.began.append(name)
            self.threads[name] = threading.current_thread()
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return a_session(id=request.id, playbook=name, status=self.does(name, cancelled))
        finally:
            with self._lock:
                self.at_once -= 1

    def played(
        self,
        *names: str,
        most: int,
        elsewhere: str = "",
        cancelled: Callable[[], bool] = lambda: False,
    ) -> list[tuple[str, SessionStatus]]:
        results = play_beside(
            requests(*names),
            self.play,
            is_elsewhere=lambda request: request.playbook.id in elsewhere.split(),
            most=most,
            cancelled=cancelled,
        )
        return [(each.playbook, each.status) for each in results]


def meeting(parties: int) -> Callable[[str, Callable[[], bool]], SessionStatus]:
    """Each session ends only when so many go on at once."""
    barrier = threading.Barrier(parties)

    def does(name: str, cancelled: Callable[[], bool]) -> SessionStatus:
        barrier.wait(LONG)
        return COMPLETED

    return does


def until_cancelled(cancelled: Callable[[], bool]) -> SessionStatus:
    pause = threading.Event()
    while not cancelled():
        pause.wait(0.005)
    return CANCELLED


def test_sessions_elsewhere_go_on_at_once_beside_one_of_ours_and_come_back_in_the_plans_order() -> None:
    stage = Stage(meeting(4))

    found = stage.played("a", "ours", "b", "c", most=3, elsewhere="a b c")

    assert found == [("a", COMPLETED), ("ours", COMPLETED), ("b", COMPLETED), ("c", COMPLETED)]
    assert stage.threads["ours"] is threading.current_thread()


def test_no_more_go_on_at_once_than_the_plan_says() -> None:
    stage = Stage(meeting(2))

    stage.played("a", "b", "c", "d", most=2, elsewhere="a b c d")

    assert stage.most_at_once == 2


def test_a_plan_that_says_nothing_is_played_in_order_in_one_thread() -> None:
    stage = Stage()

    stage.played("a", "ours", "b", most=1, elsewhere="a b")

    assert stage.began == ["a", "ours", "b"]
    assert {*stage.threads.values()} == {threading.current_thread()}


def test_one_that_fails_does_not_stop_those_beside_it() -> None:
    failed = threading.Event()

    def does(name: str, cancelled: Callable[[], bool]) -> SessionStatus:
        if name == "a":
            failed.set()
            return FAILED
        assert failed.wait(LONG)
        return CANCELLED if cancelled() else COMPLETED

    assert Stage(does).played("a", "b", "c", most=2, elsewhere="a b c") == [
        ("a", FAILED),
        ("b", COMPLETED),
        ("c", COMPLETED),
    ]


def test_a_deadline_begins_nothing_more_and_leaves_those_that_go_on_their_own_end() -> None:
    both, is_late = threading.Barrier(2), threading.Event()

    def does(name: str, cancelled: Callable[[], bool]) -> SessionStatus:
        both.wait(LONG)
        if name == "a":
            is_late.set()
            return TIMEOUT
        assert is_late.wait(LONG)
        return CANCELLED if cancelled() else TIMEOUT

    stage = Stage(does)

    assert stage.played("a", "b", "c", "d", most=2, elsewhere="a b c d") == [("a", TIMEOUT), ("b", TIMEOUT)]


def test_a_cancel_reaches_all_of_them() -> None:
    stage = Stage(lambda name, cancelled: until_cancelled(cancelled))

    found = stage.played("a", "b", "c", most=2, elsewhere="a b c", cancelled=lambda: len(stage.began) >= 2)

    assert found == [("a", CANCELLED), ("b", CANCELLED)]


def test_one_that_somebody_stops_elsewhere_ends_those_beside_it_with_the_run() -> None:
    both = threading.Barrier(2)

    def does(name: str, cancelled: Callable[[], bool]) -> SessionStatus:
        both.wait(LONG)
        return CANCELLED if name == "a" else until_cancelled(cancelled)

    assert Stage(does).played("a", "b", most=2, elsewhere="a b") == [("a", CANCELLED), ("b", CANCELLED)]


def test_what_cannot_be_played_at_all_stops_what_goes_on_beside_it() -> None:
    stopped = []
    both = threading.Barrier(2)

    def does(name: str, cancelled: Callable[[], bool]) -> SessionStatus:
        both.wait(LONG)
        if name == "ours":
            raise SetupMissing("there is no browser")
        stopped.append(until_cancelled(cancelled))
        return CANCELLED

    with pytest.raises(SetupMissing, match="there is no browser"):
        Stage(does).played("a", "ours", "b", most=2, elsewhere="a")

    assert stopped == [CANCELLED]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return a_house(tmp_path)


def a_run(house: House, most: int) -> RunId:
    plan = a_plan(playbooks=(a_book("shop"), a_book("account"), a_book("blog")), max_parallel=most)
    apply(house, a_schedule(plan=plan))
    ticket = Ticket(DefinitionId("nightly-shop"), "d1", origin="cron:nightly-shop:2026-11-22T07:00Z")
    return start.admit(house, ticket).run.id


class Backwards(ScriptedSessions):
    """The last to begin is the first to end; the first attempt at `account` crashes."""

    def __init__(self) -> None:
        super().__init__()
        self.elsewhere = {"shop", "account", "blog"}
        self.ended = {name: threading.Event() for name in ("account", "blog")}

    def play(self, request: SessionRequest, **how: Any) -> SessionResult:
        before = {"shop": "account", "account": "blog"}.get(request.playbook.id)
        if before:
            assert self.ended[before].wait(LONG)
        if request.playbook.id in self.ended:
            self.ended[request.playbook.id].set()
        result = a_session(id=request.id, playbook=request.playbook.id)
        if request.id.partition(".")[2] == "2":  # the first attempt at the second playbook
            return replace(result, status=SessionStatus.CRASHED, error="the sandbox died")
        return result


def kept(house: House, run_id: RunId) -> list[tuple[str, int, str]]:
    with house.ledger.read() as ledger:
        return [(each.playbook, each.attempt, each.status.value) for each in ledger.evidence.sessions(run_id)]


def test_evidence_is_read_in_the_plans_order_whichever_session_ends_first(house: House) -> None:
    run_id = a_run(house, 3)
    house = replace(house, sessions=Backwards())

    results = play_all(house, run_id)
    again = play_all(house, run_id)

    assert [each.playbook for each in results] == ["shop", "account", "blog"]
    assert kept(house, run_id) == [
        ("shop", 1, "completed"),
        ("account", 1, "crashed"),
        ("account", 2, "completed"),
        ("blog", 1, "completed"),
    ]
    assert again == results
