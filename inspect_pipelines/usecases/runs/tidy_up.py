"""Tidy up what sessions began and did not come to tidy up: they were killed, or their browser died."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta

from inspect_pipelines.domain.decision import AUTOMATIC
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.session import SessionRequest
from inspect_pipelines.domain.session_request import session_requests
from inspect_pipelines.domain.teardown import TIDIED_LATE, OwedTeardown, only_teardown, tidies_up, told_late
from inspect_pipelines.errors import InspectError, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession

SECONDS = 60.0  # of each
MOST_AT_ONCE = 3  # whoever starts now has a deadline of its own


def tidy_up_late(house: House, *, cancelled: Callable[[], bool] = lambda: False) -> list[str]:
    """Play the teardowns that runs which have ended still owe, each once whatever comes of it.

    Returns:
        What came of each, one clause; it is kept beside its run, too.
    """
    with house.ledger.read() as ledger:
        owed = ledger.teardowns.of_ended_runs(limit=MOST_AT_ONCE)
    return _played(house, owed, cancelled)


def tidy_up_after(house: House, run_id: RunId, *, cancelled: Callable[[], bool] = lambda: False) -> list[str]:
    """Play those that a run owes whose sessions are all over: a browser died before its teardown."""
    with house.ledger.read() as ledger:
        owed = ledger.teardowns.of_run(run_id)
    return _played(house, owed, cancelled)


def _played(house: House, owed: Sequence[OwedTeardown], cancelled: Callable[[], bool]) -> list[str]:
    said = []
    for each in owed:
        if cancelled():
            break
        with house.ledger.write() as ledger:
            request = _request(ledger, each)
            # Forgotten before it is played: a teardown that kills its browser must not come again at every start.
            if not ledger.teardowns.settle(each.session_id):
                continue
        if request is None:
            clause = f"{each.playbook}: its teardown cannot be played any more; its definition has none now"
        else:
            clause = _clause(house, each, only_teardown(request), cancelled)
        with house.ledger.write() as ledger:
            ledger.reviews.append(each.run_id, TIDIED_LATE, by=AUTOMATIC, detail=clause, at=house.clock.now())
        said.append(f"run {each.run_id}: {clause}")
    return said


def _request(ledger: LedgerSession, owed: OwedTeardown) -> SessionRequest | None:
    """As its definition says it today; None: it does not any more."""
    run = ledger.runs.find(owed.run_id)
    definition = ledger.definitions.find(run.definition_id) if run else None
    if run is None or definition is None:
        return None
    with suppress(UsageError):  # it needs a value now that the run was not given
        for request in session_requests(run, definition):
            if request.playbook.id == owed.playbook and tidies_up(request.playbook):
                return request
    return None


def _clause(house: House, owed: OwedTeardown, request: SessionRequest, cancelled: Callable[[], bool]) -> str:
    deadline = house.clock.now() + timedelta(seconds=SECONDS)
    try:
        session = house.sessions.play(request, deadline=deadline, cancelled=cancelled)
    except InspectError as error:
        return f"{owed.playbook}: its teardown could not be played: {error}"
    return told_late(owed, session, at=session.started_at)
