"""Agents that nobody follows any more are stopped, and no others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from builders import a_run, a_schedule, a_session
from houses import NoAgents, a_house, apply
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.remote_session import RemoteSession, RemoteStatus
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.usecases.sessions.stop_leftovers import leftovers, stop_leftovers
from inspect_pipelines.web.duties.dismisser import Dismisser


def with_session(house: House, run_id: str, number: int = 1, **changes: object) -> RemoteSession:
    session = RemoteSession(
        f"{run_id}.{number}", run_id, "shop", "t", house.clock.now(), remote_id=f"s{number}"
    )
    session = replace(session, **{"status": RemoteStatus.WORKING, **changes})
    with house.ledger.write() as ledger:
        ledger.remote_sessions.save(session)
    return session


def a_house_with_runs(home: Path) -> House:
    house = a_house(home)
    apply(house, a_schedule())
    with house.ledger.write() as ledger:
        for number in (1, 2):
            ledger.runs.request(a_run(number))
    return house


def test_who_plays_for_a_run_that_has_ended_or_was_collected_is_left_over(tmp_path: Path) -> None:
    house = a_house_with_runs(tmp_path)
    going_on, ended = a_run(1), a_run(2)
    abort(house, ended.id, RunStatus.ERROR, "its process was killed")
    wanted = with_session(house, going_on.id, 1)
    collected = with_session(house, going_on.id, 2, status=RemoteStatus.STOPPING)
    orphan = with_session(house, ended.id, 1, status=RemoteStatus.OPENING, remote_id=None)
    with_session(house, ended.id, 2, status=RemoteStatus.ENDED)
    nobody = with_session(house, "a-run-that-is-gone")
    with house.ledger.write() as ledger:
        ledger.evidence.save_session(RunId(going_on.id), a_session(id=collected.id))

    found = leftovers(house)

    assert {each.id for each in found} == {collected.id, orphan.id, nobody.id}
    assert wanted.id not in {each.id for each in found}


def test_each_is_stopped_once_a_look_until_it_has(tmp_path: Path) -> None:
    agents = NoAgents(stops=False)
    house = replace(a_house_with_runs(tmp_path), agents=agents)
    orphan = with_session(house, "a-run-that-is-gone")

    assert stop_leftovers(house) == [orphan]
    Dismisser(house).turn()

    assert agents.stopped == [orphan, orphan]
