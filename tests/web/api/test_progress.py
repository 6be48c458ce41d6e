"""What runs are doing, told as it happens: server-sent events over a real port."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any

import httpx
import pytest
import uvicorn

import ledger_rows
from doors import served
from inspect_pipelines.cli.server import Server
from inspect_pipelines.domain.access import Role
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.session import StepResult, StepStatus, ToldStep
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.access.revoke_token import revoke_token
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.web.api.streams import OF_EACH, Streams
from inspect_pipelines.web.draining import Drain
from patience import allowed, until
from people import a_token, bearer
from web_app import TestClient, a_client, an_app

RUN = ledger_rows.RUNNING.id
OF_RUN = f"/api/v1/runs/{RUN}/progress"
OF_ALL = "/api/v1/progress"
PATIENCE = httpx.Timeout(120.0)


@dataclass(frozen=True)
class Event:
    name: str
    id: str
    data: dict[str, Any]


def events_of(lines: Iterator[str] | list[str]) -> Iterator[Event]:
    """What an EventSource makes of it."""
    fields: dict[str, str] = {}
    for line in lines:
        if not line:
            if "event" in fields:
                yield Event(fields["event"], fields.get("id", ""), json.loads(fields["data"]))
            fields = {}
        else:
            name, _, value = line.partition(":")
            fields[name] = value.strip()


def a_step(number: int) -> ToldStep:
    result = StepResult(f"step-{number}", f"Step {number}", "desktop", StepStatus.PASSED, 120)
    return ToldStep("01900000-0000-7000-8000-00000000cccc", "shop", 1, result)


def tell(house: House, *numbers: int) -> None:
    with house.ledger.write() as ledger:
        for number in numbers:
            ledger.steps.tell(RUN, a_step(number))


def end(house: House, reason: str = "the browser died") -> None:
    abort(house, RUN, RunStatus.ERROR, reason)


def quick(**changes: float) -> Streams:
    return Streams(**{"look_every_seconds": 0.02, **changes})


@contextmanager
def a_port(house: House, streams: Streams, **changes: Any) -> Iterator[str]:
    with served(an_app(house, streams=streams, **changes)) as listener:
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            streams.end()


@pytest.fixture
def ours(ours: House) -> House:
    """Its run that is played has told nothing yet."""
    with ours.ledger.write() as ledger:
        ledger.steps.forget(RUN)
    return ours


@pytest.fixture
def client(ours: House) -> TestClient:
    return a_client(ours)


def heard(client: TestClient, address: str, last: str | None = None) -> list[Event]:
    answer = client.get(address, headers={} if last is None else {"Last-Event-ID": last})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no"
    return [*events_of(answer.text.split("\n"))]


def test_a_run_is_told_with_its_steps_and_what_it_is_doing(client: TestClient, ours: House) -> None:
    tell(ours, 1, 2)

    *steps, run = heard(client, OF_RUN)

    assert [(one.name, one.id, one.data["step_id"]) for one in steps] == [
        ("step", "1", "step-1"),
        ("step", "2", "step-2"),
    ]
    assert (run.name, run.id, run.data["id"]) == ("run", "2", RUN)
    assert (run.data["status"], run.data["steps_count"]) == ("running", 2)
    assert run.data["doing"]


def test_whoever_comes_again_is_told_what_they_missed(client: TestClient, ours: House) -> None:
    tell(ours, 1, 2, 3)

    found = heard(client, OF_RUN, last="2")

    assert [(one.name, one.id) for one in found] == [("step", "3"), ("run", "3")]


def test_whoever_knows_the_end_is_told_to_stay_away(client: TestClient, ours: House) -> None:
    """An EventSource comes again whenever a stream closes, but for 204."""
    end(ours)

    (run,) = heard(client, OF_RUN)
    again = client.get(OF_RUN, headers={"Last-Event-ID": run.id})

    assert (run.id, run.data["status"], run.data["doing"]) == ("end", "error", "the browser died")
    assert (again.status_code, again.content) == (204, b"")


@pytest.mark.parametrize(
    ("address", "last"),
    [(OF_RUN, "x"), (OF_RUN, "-1"), (OF_RUN, "1" * 40), (OF_ALL, "yesterday"), (OF_ALL, "17")],
)
def test_an_id_that_no_event_had_is_refused(client: TestClient, address: str, last: str) -> None:
    answer = client.get(address, headers={"Last-Event-ID": last})

    assert answer.status_code == 400
    assert "Last-Event-ID".lower() in answer.json()["detail"].lower()


def test_every_open_run_is_told_and_what_ended_meanwhile(client: TestClient, ours: House) -> None:
    before = heard(client, OF_ALL)
    ours.clock.sleep(5)
    end(ours)

    fresh, again = heard(client, OF_ALL), heard(client, OF_ALL, last=before[-1].id)

    assert RUN in [one.data["id"] for one in before]
    assert RUN not in [one.data["id"] for one in fresh]
    assert [one.data["status"] for one in again if one.data["id"] == RUN] == ["error"]


def test_what_happens_is_told_when_it_does_and_the_end_closes(ours: House) -> None:
    with a_port(ours, quick()) as url, httpx.stream("GET", url + OF_RUN, timeout=PATIENCE) as answer:
        found = events_of(answer.iter_lines())
        first = next(found)
        tell(ours, 1)
        step, state = next(found), next(found)
        end(ours)
        rest = [*found]

    assert (first.name, first.data["steps_count"]) == ("run", 0)
    assert (step.name, step.data["step_id"], state.data["steps_count"]) == ("step", "step-1", 1)
    assert [(one.name, one.id, one.data["status"]) for one in rest] == [("run", "end", "error")]


def test_all_runs_are_told_on_one_stream_each_change_once(ours: House) -> None:
    with a_port(ours, quick()) as url, httpx.stream("GET", url + OF_ALL, timeout=PATIENCE) as answer:
        found = events_of(answer.iter_lines())
        first = {next(found).data["id"] for _ in range(len(open_runs(ours)))}
        end(ours)
        after = next(one for one in found if one.data["id"] == RUN)  # who waits for it tells of that, too

    assert first == {*open_runs(ours), RUN}
    assert (after.data["id"], after.data["status"]) == (RUN, "error")


def open_runs(house: House) -> list[str]:
    with house.ledger.read() as ledger:
        return [run.id for run in ledger.runs.open()]


def test_a_stream_that_is_silent_beats_now_and_then(ours: House) -> None:
    streams = quick(heartbeat_seconds=0.1)
    with a_port(ours, streams) as url, httpx.stream("GET", url + OF_RUN, timeout=PATIENCE) as answer:
        lines = answer.iter_lines()

        assert next(line for line in lines if line.startswith(":")) == ": ping"


def test_the_streams_of_an_organisation_are_so_many(ours: House) -> None:
    with a_port(ours, quick()) as url, httpx.Client(base_url=url, timeout=PATIENCE) as client:
        opened = [client.send(client.build_request("GET", OF_ALL), stream=True) for _ in range(OF_EACH)]
        refused = client.get(OF_ALL)
        opened.pop().close()
        until(lambda: can_open(client))
        for one in opened:
            one.close()

    assert [one.status_code for one in opened] == [200] * len(opened)
    assert refused.status_code == 429
    assert refused.json()["detail"].startswith(f"{OF_EACH} streams are open for your organisation now")
    assert refused.headers["retry-after"] == "5"


def can_open(client: httpx.Client) -> bool:
    answer = client.send(client.build_request("GET", OF_ALL), stream=True)
    answer.close()
    return answer.status_code == 200


@pytest.mark.parametrize("how", ["revoked", "removed"])
def test_whoever_may_no_more_is_told_no_more(ours: House, how: str) -> None:
    token = a_token(ours, "bob", role=Role.VIEWER)
    streams = quick(heartbeat_seconds=0.05)
    with (
        a_port(ours, streams) as url,
        httpx.stream("GET", url + OF_ALL, headers=bearer(token), timeout=PATIENCE) as answer,
    ):
        found = events_of(answer.iter_lines())
        next(found)
        if how == "revoked":
            revoke_token(ours, token.token.id, by="user:root")
        else:
            with ours.ledger.write() as ledger:
                ledger.members.remove("bob", by="user:root", at=ours.clock.now())
        rest = [*found]

    assert rest[-1].name == "problem"
    assert rest[-1].data["status"] == 401


def test_a_server_that_stops_waits_for_no_stream(ours: House) -> None:
    """uvicorn waits for answers that are under way, and a stream is under way for an hour."""
    streams = Streams()
    config = uvicorn.Config(
        an_app(ours, streams=streams), port=0, log_config=None, timeout_graceful_shutdown=60
    )
    server = Server(config, streams, Drain())
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx.stream("GET", f"http://127.0.0.1:{port}{OF_ALL}", timeout=PATIENCE) as answer:
        found = events_of(answer.iter_lines())
        next(found)

        began = time.monotonic()
        server.should_exit = True
        for _ in found:
            pass
        thread.join(120)

    assert not thread.is_alive()
    assert time.monotonic() - began < allowed(5)
