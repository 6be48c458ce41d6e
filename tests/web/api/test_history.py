"""SQL over the history, through the application and the real processes behind it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest

from builders import NOW
from history_builders import Home, a_failed_run, a_home, facts_of
from houses import a_house, of_another
from inspect_pipelines.domain.access import Permission, Role
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from inspect_pipelines.ports.history import Answered, History
from inspect_pipelines.ports.house import House
from people import a_token, bearer
from web_app import TestClient, a_client

ACME = OrgId("acme")
QUERY = "/api/v1/history/query"
COUNT = "SELECT org_id, count(*) AS runs FROM automated_runs GROUP BY ALL"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """One run of ours, two of another organisation's, published together."""
    home = a_home(tmp_path_factory.mktemp("home"))
    for number, org_id in ((1, DEFAULT_ORG), (2, ACME), (3, ACME)):
        with home.ledgers.of(org_id).write() as ledger:
            ledger.journal.append("run", facts_of(a_failed_run(number, org_id=org_id)), at=NOW)
    home.history.drain()
    yield home
    home.ledgers.close()


@pytest.fixture(scope="module")
def house(home: Home) -> House:
    return replace(a_house(home.path), history=home.history)


@pytest.fixture(scope="module")
def client(house: House) -> TestClient:
    return a_client(house, others=[ACME])


@pytest.fixture(scope="module")
def ours(house: House) -> dict[str, str]:
    return bearer(a_token(house))


def asked(client: TestClient, sql: str, headers: dict[str, str]) -> tuple[int, dict[str, object]]:
    answer = client.post(QUERY, json={"sql": sql}, headers=headers)
    return answer.status_code, answer.json()


def test_each_organisation_is_answered_of_its_own_runs(
    client: TestClient, house: House, ours: dict[str, str]
) -> None:
    theirs = bearer(a_token(of_another(house, ACME), "eve"))

    (status, mine), (_, foreign) = asked(client, COUNT, ours), asked(client, COUNT, theirs)

    assert status == 200
    assert mine["columns"] == [{"name": "org_id", "type": "VARCHAR"}, {"name": "runs", "type": "BIGINT"}]
    assert mine["rows"] == [[DEFAULT_ORG, 1]]
    assert foreign["rows"] == [[ACME, 2]]
    assert str(mine["as_of"]).endswith("Z")


def test_the_local_person_names_an_organisation(client: TestClient) -> None:
    answer = client.post(f"{QUERY}?org=acme", json={"sql": COUNT})

    assert answer.json()["rows"] == [[ACME, 2]]


@pytest.mark.parametrize(
    "sql",
    ["SELECT 1; SELECT 2", "DROP TABLE automated_runs", "SELECT * FROM read_text('/etc/passwd')", "SELEKT"],
)
def test_what_is_refused_is_a_problem_in_a_sentence(
    client: TestClient, ours: dict[str, str], sql: str
) -> None:
    status, problem = asked(client, sql, ours)

    assert status == 400
    assert problem["type"] == "urn:inspect-pipelines:problem:invalid-request"
    assert str(problem["detail"]).startswith("the query")
    assert "root:" not in str(problem)


def test_it_takes_its_own_permission(client: TestClient, house: House) -> None:
    reading = [one for one in Permission if one is not Permission.HISTORY_QUERY]
    narrow = bearer(a_token(house, "narrow", scopes=reading))
    viewer = bearer(a_token(house, "looks", role=Role.VIEWER))

    assert asked(client, COUNT, narrow)[0] == asked(client, COUNT, viewer)[0] == 403


def test_whatever_is_asked_is_in_the_audit_refused_or_not(client: TestClient, house: House) -> None:
    token = a_token(house, "curious")

    asked(client, "SELECT * FROM read_text('/etc/passwd')", bearer(token))

    with house.ledger.read() as ledger:
        ((_, actor, action, subject, detail), *_) = ledger.audit.latest()  # type: ignore[attr-defined]
    assert (actor, action, subject) == ("user:curious", "history.query", "history")
    assert detail == f"token {token.token.id}: SELECT * FROM read_text('/etc/passwd')"


class Waits:
    """A history that answers when a test lets it."""

    def __init__(self) -> None:
        self.began, self.may_end = [Event() for _ in range(9)], Event()
        self.count = 0

    def answer(self, org_id: OrgId, sql: str) -> Answered:
        self.began[self.count].set()
        self.count += 1
        self.may_end.wait(120)
        return Answered((), (), NOW)


def test_so_many_queries_are_answered_at_once_and_no_more(tmp_path: Path) -> None:
    waits = Waits()
    history: History = waits  # type: ignore[assignment]  # nothing else is asked of it
    house = replace(a_house(tmp_path), history=history)
    house.ledgers.migrate()
    client = a_client(house, others=[ACME, OrgId("third"), OrgId("fourth")])

    def ask(org_id: str) -> Thread:
        number = waits.count
        thread = Thread(
            target=client.post, args=(f"{QUERY}?org={org_id}",), kwargs={"json": {"sql": "SELECT 1"}}
        )
        thread.start()
        assert waits.began[number].wait(120)
        return thread

    threads = [ask("default"), ask("default")]
    own = client.post(f"{QUERY}?org=default", json={"sql": "SELECT 1"})
    threads += [ask("acme"), ask("third")]
    others = client.post(f"{QUERY}?org=fourth", json={"sql": "SELECT 1"})
    waits.may_end.set()
    for thread in threads:
        thread.join()
    after = client.post(f"{QUERY}?org=default", json={"sql": "SELECT 1"})

    assert own.status_code == others.status_code == 429
    assert own.json()["detail"].startswith("2 queries are answered for your organisation now")
    assert others.json()["detail"].startswith("4 queries are answered on this server now")
    assert own.headers["retry-after"] == "5"
    assert after.status_code == 200


def test_a_run_that_only_the_history_has_is_shown_with_what_that_knows(
    client: TestClient, house: House, ours: dict[str, str]
) -> None:
    """It was in the list, whose address of it was 404."""
    run_id = "01900000-0000-7000-8000-000000000001"

    listed = client.get("/api/v1/runs", headers=ours).json()["items"]
    shown = client.get(f"/api/v1/runs/{run_id}", headers=ours).json()

    assert [one["id"] for one in listed] == [run_id]
    assert {name: shown[name] for name in listed[0]} == listed[0]
    assert (shown["status"], shown["is_evidence_kept"], shown["comparisons"]) == ("failed", False, [])
    assert shown["doing"] == "shop/home@desktop changed"


def test_another_organisations_past_run_is_as_unknown_as_none(
    client: TestClient, ours: dict[str, str]
) -> None:
    theirs, nobodys = (f"01900000-0000-7000-8000-{number:012}" for number in (2, 99))

    foreign, none = (client.get(f"/api/v1/runs/{one}", headers=ours) for one in (theirs, nobodys))

    assert foreign.status_code == none.status_code == 404
    assert foreign.text.replace(theirs, nobodys) == none.text


def test_a_run_that_may_be_in_a_history_that_nobody_can_read_is_not_said_to_be_missing(
    tmp_path: Path,
) -> None:
    home = a_home(tmp_path)
    home.finish(1)
    home.history.drain()
    snapshot = home.history.places.snapshot
    before = snapshot.stat()
    snapshot.write_bytes(b"X" * before.st_size)
    os.utime(snapshot, ns=(before.st_atime_ns, before.st_mtime_ns))
    client = a_client(replace(a_house(tmp_path), history=home.history))

    answer = client.get("/api/v1/runs/01900000-0000-7000-8000-000000000099")
    home.ledgers.close()

    assert answer.status_code == 503
    assert "cannot be read now" in answer.json()["detail"]
    assert str(tmp_path) not in answer.text
