from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from inspect_pipelines.errors import InspectError, NotFound, Refused, Unavailable
from inspect_pipelines.ports.engine import Launch
from patience import until
from resources.clock import SystemClock
from resources.dagster.graphql import GraphqlEngine

TESTS = Path(__file__).parent.parent


@pytest.fixture
def engine(dagster_url: str) -> Iterator[GraphqlEngine]:
    engine = GraphqlEngine(dagster_url, SystemClock(), patience_seconds=60)
    yield engine
    engine.close()


def a_launch(job_name: str, key: str) -> Launch:
    return Launch(job_name, f"request:{key}", {".dagster/inspect.origin": f"request:{key}"})


def tagged(engine: GraphqlEngine, key: str, value: str) -> list[str]:
    """The runs with this tag; one that its UI hides is found all the same."""
    query = """query Q($k: String!, $v: String!) {
        runsOrError(filter: {tags: [{key: $k, value: $v}]}) { ... on Runs { results { runId tags { key } } } } }"""
    found = engine.ask(query, "looking", k=key, v=value)["runsOrError"]["results"]
    assert not [tag for run in found for tag in run["tags"] if tag["key"] == key], "it is shown"
    return [run["runId"] for run in found]


def test_a_launched_run_carries_its_tags_which_the_ui_hides_and_ends(engine: GraphqlEngine) -> None:
    handle = engine.launch(a_launch("quick", "1"))

    assert tagged(engine, ".dagster/inspect.origin", "request:1") == [handle]
    until(lambda: not engine.is_alive(handle))


def test_a_run_can_be_terminated_and_terminating_it_again_changes_nothing(engine: GraphqlEngine) -> None:
    handle = engine.launch(a_launch("slow", "2"))
    was_alive = engine.is_alive(handle)

    engine.terminate(handle)

    assert was_alive
    until(lambda: not engine.is_alive(handle))
    engine.terminate(handle)


def test_a_job_that_nobody_published_is_not_found_and_the_known_ones_are_named(dagster_url: str) -> None:
    engine = GraphqlEngine(dagster_url, SystemClock(), patience_seconds=0)

    with pytest.raises(NotFound, match=r"launching 'nightly' failed: .*no such job \(it has: quick, slow\)"):
        engine.launch(a_launch("nightly", "3"))
    engine.close()


def test_a_run_that_dagster_does_not_know_is_not_alive_and_cannot_be_terminated(
    engine: GraphqlEngine,
) -> None:
    unknown = "00000000-0000-0000-0000-000000000000"

    assert not engine.is_alive(unknown)
    with pytest.raises(NotFound, match=f"terminating Dagster run '{unknown}' failed"):
        engine.terminate(unknown)


# What a healthy Dagster does not say on demand: a strict stand-in says it.


class StandIn(HTTPServer):
    """Answers each query by its name with what a test wrote down."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.answers: dict[str, Any] = {
            "Jobs": {
                "repositoriesOrError": {
                    "__typename": "RepositoryConnection",
                    "nodes": [
                        {
                            "name": "r",
                            "location": {"name": "l"},
                            "jobs": [{"name": "quick"}, {"name": "_upkeep"}],
                        }
                    ],
                }
            }
        }
        self.asked: list[str] = []


class Answering(BaseHTTPRequestHandler):
    server: StandIn

    def do_POST(self) -> None:
        query = json.loads(self.rfile.read(int(self.headers["content-length"])))["query"]
        name = query.split()[1].split("(")[0]
        self.server.asked.append(name)
        answer = self.server.answers[name]
        status, body = answer if isinstance(answer, tuple) else (200, json.dumps({"data": answer}))
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with StandIn() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def asking(stand_in: StandIn) -> Iterator[GraphqlEngine]:
    engine = GraphqlEngine(f"http://127.0.0.1:{stand_in.server_port}/", SystemClock(), patience_seconds=0)
    yield engine
    engine.close()


@pytest.mark.parametrize(
    ("answer", "kind", "sentence"),
    [
        (
            {"__typename": "PipelineNotFoundError", "message": "gone"},
            NotFound,
            "gone (PipelineNotFoundError)",
        ),
        ({"__typename": "RunConflict", "message": "in the way"}, Refused, "in the way (RunConflict)"),
        (
            {"__typename": "UnauthorizedError", "message": "read only"},
            Refused,
            "read only (UnauthorizedError)",
        ),
        (
            {
                "__typename": "RunConfigValidationInvalid",
                "errors": [{"message": "one\nmore"}, {"message": "two"}],
            },
            Refused,
            "one; two (RunConfigValidationInvalid)",
        ),
        ({"__typename": "PythonError", "message": "boom\n  File .."}, Unavailable, "boom (PythonError)"),
        ({"__typename": "NewError", "message": ""}, Unavailable, "no reason given (NewError)"),
    ],
)
def test_each_way_a_launch_can_fail_is_a_sentence_of_the_right_kind(
    stand_in: StandIn, asking: GraphqlEngine, answer: object, kind: type[InspectError], sentence: str
) -> None:
    stand_in.answers["Launch"] = {"launchRun": answer}

    with pytest.raises(InspectError) as raised:
        asking.launch(a_launch("quick", "1"))

    assert type(raised.value) is kind
    assert str(raised.value) == f"launching 'quick' failed: {sentence}"


def test_a_launch_waits_for_a_job_that_was_published_just_now(stand_in: StandIn) -> None:
    engine = GraphqlEngine(f"http://127.0.0.1:{stand_in.server_port}", SystemClock(), patience_seconds=60)
    stand_in.answers["Launch"] = {"launchRun": {"__typename": "LaunchRunSuccess", "run": {"runId": "abc"}}}
    jobs = stand_in.answers["Jobs"]["repositoriesOrError"]["nodes"][0]["jobs"]

    def publish() -> None:
        until(lambda: stand_in.asked.count("Jobs") > 1)
        jobs.append({"name": "fresh"})

    Thread(target=publish).start()

    assert engine.launch(a_launch("fresh", "1")) == "abc"
    assert stand_in.asked.count("Jobs") > 1
    engine.close()


def test_a_run_that_cannot_be_terminated_although_it_lives_is_refused(
    stand_in: StandIn, asking: GraphqlEngine
) -> None:
    stand_in.answers["Terminate"] = {
        "terminateRun": {"__typename": "TerminateRunFailure", "message": "could not be terminated"}
    }
    stand_in.answers["Status"] = {"runOrError": {"__typename": "Run", "status": "STARTED"}}

    with pytest.raises(Refused, match="terminating Dagster run 'abc' failed: could not be terminated"):
        asking.terminate("abc")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((500, '{"errors": [{"message": "database is locked"}]}'), "answered 500: database is locked"),
        ((200, '{"data": null}'), "answered 200: no data"),
        ((200, "[]"), "answered 200: no data"),
        ((502, "<html>bad gateway</html>"), "answered 502 without JSON; is it a Dagster UI?"),
    ],
)
def test_answers_that_make_no_sense_may_be_better_next_time(
    stand_in: StandIn, asking: GraphqlEngine, answer: tuple[int, str], sentence: str
) -> None:
    stand_in.answers["Jobs"] = answer

    with pytest.raises(Unavailable) as raised:
        asking.launch(a_launch("quick", "1"))

    assert sentence in str(raised.value)
    assert raised.value.retry_may_help
    assert not asking.answers()


def test_when_nobody_answers_a_run_may_still_be_alive() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there, and nobody else can
        engine = GraphqlEngine(f"http://127.0.0.1:{taken.getsockname()[1]}", SystemClock())

        assert not engine.answers()
        assert engine.is_alive("abc")
        with pytest.raises(
            Unavailable,
            match=r"does not answer \(ConnectError\); see whether it is up, and whether INSPECT_DAGSTER",
        ):
            engine.launch(a_launch("quick", "1"))
        engine.close()
