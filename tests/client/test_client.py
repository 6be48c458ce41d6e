"""The Python client, over a real connection: pages, keys, tries, and whatever may stand at an address."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

import ledger_rows
from doors import served
from houses import SteppedClock, of_another
from inspect_pipelines.client.client import Client
from inspect_pipelines.client.problems import ServerError
from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.errors import (
    ConfigInvalid,
    Forbidden,
    NotFound,
    Refused,
    Unauthenticated,
    UsageError,
)
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.dossier import show_run
from inspect_pipelines.queries.runs import list_runs
from inspect_pipelines.usecases.runs.conclude import abort
from people import a_token
from recording_engine import RecordingEngine

WRONG = "insp_pat_0000000000000000000000_00000000"


def test_answers_are_the_houses_own_shapes(client: Client, house: House) -> None:
    assert client.runs.show(ledger_rows.RUNNING.id) == show_run(house, ledger_rows.RUNNING)
    assert client.runs.list(page_size=200).page().items == list_runs(house, limit=200).items


def test_a_list_is_gone_through_to_its_end(client: Client, house: House) -> None:
    every = list_runs(house, limit=200).items

    found = [*client.runs.list(page_size=1)]

    assert len(every) > 2
    assert found == [*every]
    assert {run.status for run in client.runs.list(status=[RunStatus.PENDING], page_size=1)} == {
        RunStatus.PENDING
    }


def test_a_page_says_where_the_next_one_begins(client: Client) -> None:
    first = client.runs.list(page_size=1).page()
    second = client.runs.list(page_size=1, cursor=first.next_cursor).page()

    assert [*first.items, *second.items] == [*client.runs.list(page_size=2).page().items]


def test_a_deed_is_done_once_by_the_key_that_the_client_makes(
    client: Client, engine: RecordingEngine
) -> None:
    one = client.runs.run_schedule(ledger_rows.NIGHTLY.id)
    other = client.runs.run_schedule(ledger_rows.NIGHTLY.id)
    again = client.runs.run_schedule(ledger_rows.NIGHTLY.id, key="release-4")

    assert again == client.runs.run_schedule(ledger_rows.NIGHTLY.id, key="release-4")
    assert len({one.id, other.id, again.id}) == len(engine.launches) == 3


@pytest.mark.parametrize(
    ("ask", "kind", "says"),
    [
        (lambda client: client.runs.show("nothing"), NotFound, "there is no run 'nothing'"),
        (lambda client: client.runs.show("../../x?y#z"), NotFound, "there is no"),
        (lambda client: client.runs.list(page_size=201).page(), UsageError, "query limit"),
        (lambda client: client.runs.retry_run(ledger_rows.RUNNING.id), Refused, "cannot be retried"),
        (
            lambda client: client.definitions.replace_schedule(ledger_rows.NIGHTLY.id, entry={"id": "x"}),
            Refused,
            "schedules.yaml",
        ),
        (
            lambda client: client.files.plan(files={"schedules.yaml": "["}),
            ConfigInvalid,
            "schedules.yaml:1:2",
        ),
        (lambda client: client.definitions.create_schedule(entry={"id": "x"}), UsageError, "cron"),
    ],
)
def test_what_is_refused_raises_what_it_raises_on_the_machine(
    client: Client, ask: Callable[[Client], Any], kind: type[Exception], says: str
) -> None:
    with pytest.raises(kind, match=says) as raised:
        ask(client)

    assert type(raised.value) is kind


def test_what_runs_do_is_told_until_the_end(client: Client, house: House) -> None:
    abort(house, ledger_rows.RUNNING.id, RunStatus.ERROR, "ours")

    *_, last = client.progress.of_run(ledger_rows.RUNNING.id)

    assert last.news.run.status is RunStatus.ERROR  # type: ignore[union-attr]
    assert [*client.progress.of_run(ledger_rows.RUNNING.id, last_event_id="end")] == []


def test_a_token_that_opens_nothing_is_told(server: str, house: House) -> None:
    narrow = a_token(house, "narrow", scopes=[Permission.RUNS_READ]).text
    theirs = a_token(of_another(house, OrgId("acme")), "theirs").text

    with pytest.raises(Unauthenticated, match="asks who you are"):
        asked(server, None, lambda client: client.playbooks.list())
    with pytest.raises(Forbidden, match="scopes leave 'definitions:read' out"):
        asked(server, narrow, lambda client: client.playbooks.list())
    with pytest.raises(NotFound, match="there is no run"):
        asked(server, theirs, lambda client: client.runs.show(ledger_rows.RUNNING.id))


def asked(server: str, token: str | None, ask: Callable[[Client], Any]) -> Any:
    with Client(server, token, clock=SteppedClock()) as client:
        return ask(client)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("", "is no address"),
        ("qa.example.com", "is no address"),
        ("ftp://qa.example.com", "is no address"),
        ("https://", "is no address"),
        ("https://qa.example.com:99999", "is no address"),
        ("https://qa.example.com/?x=1", "is no address"),
        ("https://ada:secret@qa.example.com", "holds no name and password"),
        ("http://qa.example.com", "clear HTTP to another machine"),
        ("http://10.0.0.7:8460", "clear HTTP to another machine"),
        ("http://127.0.0.1.example.com", "clear HTTP to another machine"),
        ("http://localhost.example.com", "clear HTTP to another machine"),
    ],
)
def test_an_address_that_is_none_is_refused_before_anything_is_sent(address: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as raised:
        Client(address, WRONG)

    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("token", ["", "hunter2", WRONG, "insp_pat_x\r\nX-Evil: 1"])
def test_a_mistyped_token_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(UsageError, match="that is no token") as raised:
        Client("https://qa.example.com", token)

    assert not token or token not in str(raised.value)


def test_a_server_that_is_down_is_told_with_what_to_do() -> None:
    clock = SteppedClock()

    with (
        Client("http://127.0.0.1:9", clock=clock) as client,
        pytest.raises(ServerError, match=r"127\.0\.0\.1:9' cannot be reached.*whether it is up"),
    ):
        client.runs.show("x")

    assert clock.monotonic() > 0  # it was tried again


@contextmanager
def answering(*answers: Response) -> Iterator[tuple[Client, list[Request]]]:
    """A client of something that gives these answers, the last one for ever."""
    asked, left = [], [*answers]

    async def answer(request: Request) -> Response:
        await request.body()
        asked.append(request)
        return left.pop(0) if len(left) > 1 else left[0]

    app = Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST", "PUT", "DELETE"])])
    with (
        served(app) as listener,
        Client(f"http://127.0.0.1:{listener.getsockname()[1]}", clock=SteppedClock()) as client,
    ):
        yield client, asked


def busy(status: int = 503, **headers: str) -> Response:
    told = {
        "type": "urn:inspect-pipelines:problem:unavailable",
        "status": status,
        "detail": "the ledger stayed locked",
    }
    return Response(json.dumps(told), status, headers, "application/problem+json")


NO_PAGE = JSONResponse({"items": [], "next": None})


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (
            HTMLResponse("<h1>Sign in</h1>"),
            UsageError,
            "answers 200 with 'text/html'.*Sign in.*login of its own",
        ),
        (HTMLResponse("<h1>404</h1>", 404), UsageError, "answers 404 with 'text/html'.*check the address"),
        (HTMLResponse("Bad Gateway", 502), ServerError, "answers 502 with 'text/html'.*try again"),
        (JSONResponse({"detail": "Not Found"}, 404), UsageError, "no inspect-pipelines"),
        (RedirectResponse("https://evil.example/x", 301), UsageError, "redirect to 'https://evil.example/x'"),
        (Response("{", media_type="application/json"), UsageError, "no inspect-pipelines"),
        (HTMLResponse("\x1b[2J\x1b]0;owned\x07", 403), UsageError, "answers 403"),
    ],
)
def test_whatever_else_stands_at_the_address_is_told(
    answer: Response, kind: type[Exception], says: str
) -> None:
    with answering(answer) as (client, _), pytest.raises(kind, match=says) as raised:
        client.playbooks.list()

    assert "\x1b" not in str(raised.value)


def test_a_busy_server_is_asked_again_when_it_says() -> None:
    with answering(busy(**{"Retry-After": "7"}), NO_PAGE) as (client, asked):
        clock: Any = client._connection._clock

        assert client.playbooks.list() == ()

    assert len(asked) == 2
    assert clock.monotonic() == 7


def test_a_server_that_stays_busy_is_told_and_one_that_is_for_long_is_not_waited_for() -> None:
    with answering(busy()) as (client, asked), pytest.raises(ServerError, match="stayed locked"):
        client.playbooks.list()
    with answering(busy(429, **{"Retry-After": "240"})) as (client, long), pytest.raises(ServerError):
        client.playbooks.list()

    assert (len(asked), len(long)) == (3, 1)


def test_a_deed_is_sent_again_under_its_one_key_only() -> None:
    run = JSONResponse({"items": [], "next": None})
    with answering(busy(), run) as (client, asked):
        client.reviews.say("r", decision=DecisionKind.ACCEPT)
    with answering(busy()) as (client, once), pytest.raises(ServerError):
        client.history.query(sql="SELECT 1")  # which takes no key

    keys = [one.headers["idempotency-key"] for one in asked]
    assert len(keys) == 2
    assert len({*keys}) == 1
    assert len(once) == 1


def test_the_next_page_is_asked_of_the_server_itself() -> None:
    """Its address is what a proxy knows the server by, and a token is not for whoever stands there."""
    elsewhere = JSONResponse({"items": [], "next": "http://elsewhere.example/api/v1/runs?limit=1&cursor=abc"})
    with answering(elsewhere, NO_PAGE) as (client, asked):
        assert [*client.runs.list(page_size=1)] == []

    assert [one.url.query for one in asked] == ["limit=1", "limit=1&cursor=abc"]


def test_a_proxy_of_the_environment_is_for_other_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    with answering(NO_PAGE) as (client, _):
        assert client.playbooks.list() == ()


def test_a_prefix_of_a_proxy_and_our_own_path_are_understood() -> None:
    with answering(NO_PAGE) as (client, asked):
        address = str(client._connection.address)
        for written in (f"{address}/qa", f"{address}/qa/", f"{address}/qa/api/v1/", f"{address}/api/v1"):
            with Client(written) as other:
                other.playbooks.list()

    assert [one.url.path for one in asked] == [*["/qa/api/v1/playbooks"] * 3, "/api/v1/playbooks"]
