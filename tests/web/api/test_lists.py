"""Lists: pages with absolute addresses, filters, and nothing that is cut to fit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import ledger_rows
from builders import NOW, a_plan, a_run, a_schedule, a_trigger
from houses import a_house, apply
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.web.api.problem import MEDIA_TYPE
from web_app import URL, TestClient, a_client, an_app

RUNS = "/api/v1/runs"
DOCUMENT = TestClient(an_app(a_house(Path("/nowhere"))), base_url=URL).get("/openapi.json").json()
LISTS = [
    path
    for path, operation in DOCUMENT["paths"].items()
    if "get" in operation and any(one["name"] == "limit" for one in operation["get"].get("parameters", ()))
]
PLAIN = [
    path
    for path, methods in DOCUMENT["paths"].items()
    if "get" in methods and "{" not in path and "permissions" not in path
]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = a_house(tmp_path)
    house.ledgers.migrate()
    yield house
    house.ledgers.close()


@pytest.fixture(scope="module")
def client(filled: House) -> TestClient:
    return a_client(filled)


def requested(house: House, *runs: Any) -> None:
    with house.ledger.write() as ledger:
        for run in runs:
            ledger.runs.request(run)


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [run["id"] for run in answer.json()["items"]]


def test_every_page_names_the_whole_address_of_the_next_one(house: House) -> None:
    client = a_client(house)
    runs = [a_run(number, requested_at=NOW + timedelta(minutes=number)) for number in range(5)]
    requested(house, *runs)

    found, address = [], f"{URL}{RUNS}?limit=2&status=pending"
    while address:
        assert address.startswith(f"{URL}{RUNS}?")
        answer = client.get(address)
        found.append(ids(answer))
        address = answer.json()["next"]

    newest_first = [run.id for run in reversed(runs)]
    assert found == [newest_first[:2], newest_first[2:4], newest_first[4:]]


def test_runs_are_filtered_by_schedule_trigger_status_and_time(filled: House) -> None:
    client = a_client(filled)
    running, pending = ledger_rows.RUNNING, ledger_rows.PENDING

    def found(**asked: Any) -> list[str]:
        return ids(client.get(RUNS, params=asked))

    assert found(schedule_id=running.definition_id) == [running.id]
    assert (
        found(trigger_id=pending.definition_id) == [pending.id]
        if pending.definition_kind == "trigger"
        else True
    )
    assert found(trigger_id=running.definition_id) == []
    assert found(schedule_id=running.definition_id, trigger_id=running.definition_id) == []
    assert found(status=["running", "failed"]) == [running.id]
    assert found(**{"from": "2026-11-23T07:00:00Z"}) == []
    assert found(to="2026-11-22T00:00:00Z") == []
    assert running.id in found(**{"from": "2026-11-22T01:00:00+01:00", "to": "2026-11-23T00:00:00Z"})
    assert running.status is RunStatus.RUNNING


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "wrong", ["limit=0", "limit=201", "limit=many", "limit=", "cursor=nonsense", "cursor="]
)
def test_a_page_is_never_cut_to_fit(client: TestClient, path: str, wrong: str) -> None:
    answer = client.get(f"{path}?{wrong}")

    assert answer.status_code == 400
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert "limit" in answer.json()["detail"] or "cursor" in answer.json()["detail"]


@pytest.mark.parametrize("path", PLAIN)
@pytest.mark.parametrize("wrong", ["limits=3", "x=1", "org=default&org=default"])
def test_what_means_nothing_is_refused_and_not_passed_over(client: TestClient, path: str, wrong: str) -> None:
    answer = client.get(f"{path}?{wrong}")

    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:inspect-pipelines:problem:invalid-request"
    assert answer.json()["errors"]


@pytest.mark.parametrize(
    "wrong",
    [
        "from=yesterday",
        "from=2026-11-22",
        "from=2026-11-22T07:00:00",
        "from=0",
        "to=9999-12-31T23:59:59-01:00",
        "to=0001-01-01T00:00:00Z",
        "to=2026-13-01T00:00:00Z",
        "status=done",
        "status=failed&status=done",
        "status=",
    ],
)
def test_a_filter_that_says_nothing_is_refused(client: TestClient, wrong: str) -> None:
    assert client.get(f"{RUNS}?{wrong}").status_code == 400


@pytest.mark.parametrize(
    "strange", ["' OR 1=1 --", "../../etc/passwd", "%F0%9F%8D%8E", "%ED%A0%80", "%25", "x" * 4000]
)
def test_whatever_stands_in_an_address_is_data(client: TestClient, strange: str) -> None:
    for name in ("schedule_id", "trigger_id", "repo", "branch", "environment"):
        assert ids(client.get(f"{RUNS}?{name}={strange}")) == []
    for noun in (
        "runs",
        "schedules",
        "triggers",
        "events",
        "incidents",
        "notifications",
        "baselines",
        "playbooks",
    ):
        answer = client.get(f"/api/v1/{noun}/{strange}")
        assert answer.status_code == 404, answer.text


def test_a_cursor_is_a_place_whatever_else_is_asked(house: House) -> None:
    client = a_client(house)
    requested(house, *(a_run(number, requested_at=NOW + timedelta(minutes=number)) for number in range(3)))
    following = client.get(f"{RUNS}?limit=1").json()["next"]

    assert client.get(following.replace("limit=1", "limit=2")).json()["next"] is None


def test_schedules_and_triggers_are_found_by_their_tags(house: House) -> None:
    labels, client = {"tags": ("pay", "nightly"), "owner": "@payments"}, a_client(house)
    apply(house, a_schedule(plan=a_plan(**labels)), a_schedule("other"), a_trigger(plan=a_plan(**labels)))

    for noun, own in (("schedules", "nightly-shop"), ("triggers", "post-merge")):
        (one,) = client.get(f"/api/v1/{noun}?tag=pay").json()["items"]
        assert (one["id"], one["tags"], one["owner"]) == (own, ["pay", "nightly"], "@payments")
        assert client.get(f"/api/v1/{noun}?tag=pa").json()["items"] == []
        plan = client.get(f"/api/v1/{noun}/{own}/plan").json()
        assert (plan["priority"], plan["owner"], plan["tags"]) == (0, "@payments", ["pay", "nightly"])
