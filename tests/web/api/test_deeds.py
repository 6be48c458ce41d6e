"""What changes something: who may, from where, once a key, and what is remembered of it."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import ledger_rows
from builders import a_baseline, a_view
from houses import a_house, of_another
from inspect_pipelines.domain.access import Permission, Role, least_role
from inspect_pipelines.domain.baseline import Variant
from inspect_pipelines.domain.environment_change import id_of
from inspect_pipelines.domain.event import EventStatus
from inspect_pipelines.domain.ids import BaselineId, OrgId
from inspect_pipelines.domain.revision import ManagedBy, Standing, Written
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import ChannelError, Unavailable
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.access.change_members import add_member
from inspect_pipelines.usecases.access.revoke_token import revoke_token
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.web.access.declaration import declaration_of, operations
from people import a_token, bearer
from project_files import ENTRY, HEAD, ORGANIZATION, PLAYBOOK
from recording_engine import RecordingEngine
from reviewed_runs import page
from web_app import URL, TestClient, a_client, an_app

ACME = OrgId("acme")
NOWHERE = "01900000-0000-7000-8000-0000000fffff"
V1 = "/api/v1"
RUN_NOW = f"{V1}/schedules/{ledger_rows.NIGHTLY.id}/run-now"
FILES = {
    "schedules.yaml": HEAD + ENTRY.replace("nightly", "smoke"),
    "organization.yaml": ORGANIZATION,
    "playbooks/shop.yaml": PLAYBOOK,
}
LATER = "2026-11-23T07:00:00Z"
DRAWN = page("home", "button")[0]
PAST = "2026-11-20T07:00:00Z"  # of the nightly schedule
BODIES = {
    "run-now": {},
    "cancel": {},
    "pause": {"reason": "moving"},
    "decisions": {"decision": "accept", "views": ["shop/home@desktop"]},
    "baseline": {"force": True},
    "adopt": {"force": True},
    "take-away": {"view": "shop/home@desktop", "letter": "B"},
    "silence": {"reason": "x", "until": LATER},
    "decline": {"reason": "x"},
    "query": {"sql": "SELECT 1"},
    "members": {"login": "eve", "role": "viewer"},
    "tokens": {"login": ledger_rows.MEMBER.login, "name": "deploys"},
    "plan": {"files": FILES},
    "apply": {"files": FILES, "delete": [ledger_rows.NIGHTLY.id, ledger_rows.TRIGGER.id]},
    "test": {"event_id": ledger_rows.EVENT.id},
    "password": {"password": "kettle of brave otters"},
    "reject": {"note": "ticket 7"},
    "uploads": {"files": {"home@desktop.png": base64.b64encode(DRAWN).decode()}},
    "run-past": {"at": PAST},
    "comments": {"view": "shop/home@desktop", "x": 1, "y": 2, "text": "is that right?"},
    "reviewers": {"login": ledger_rows.MEMBER.login},
}
ENTRIES = {
    "schedule": {"id": ledger_rows.NIGHTLY.id, "cron": "0 5 * * *", "timezone": "UTC", "playbook": "shop"},
    "trigger": {"id": ledger_rows.TRIGGER.id, "event": "deployment.completed", "playbook": "shop"},
}
IDS = {
    "schedule_id": ledger_rows.NIGHTLY.id,
    "trigger_id": ledger_rows.TRIGGER.id,
    "run_id": ledger_rows.RUNNING.id,
    "incident_id": ledger_rows.INCIDENT.id,
    "event_id": ledger_rows.EVENT.id,
    "notification_id": ledger_rows.SENT.id,
    "number": "1",
    "channel_name": "dry",
    "token_id": ledger_rows.TOKEN.id,
    "login": ledger_rows.MEMBER.login,
    "sign_in_id": ledger_rows.SIGN_IN.id,
    "review_id": ledger_rows.RUNNING.id,
    "session_id": ledger_rows.AGENT.id,
    "repair_id": ledger_rows.REPAIR.id,
    "environment_id": id_of(ledger_rows.ELSEWHERE.environment),
    "accepted_id": ledger_rows.ENVIRONMENT_CHANGE.id,
    "decision_id": ledger_rows.UNHEARD.id,
    "comment_id": ledger_rows.COMMENT.id,
    "baseline_id": ledger_rows.WITH_PICTURES,
    "set_name": ledger_rows.NIGHTLY.id,
}
OF_THE_WHOLE = (
    f"{V1}/history/query",
    f"{V1}/members",
    f"{V1}/tokens",
    f"{V1}/plan",
    f"{V1}/apply",
    f"{V1}/triggers/test",
    f"{V1}/organization/pause",
    f"{V1}/organization/resume",
    f"{V1}/organization/links/revoke",
)  # they name nothing that could be another organisation's
SILENT = (f"{V1}/plan", f"{V1}/triggers/test", f"{V1}/triggers/{{trigger_id}}/test")  # they change nothing
OF_PERSONS = (f"{V1}/members/{{login}}/password",)  # no token does it, wherever
BY_ITSELF = {
    f"{V1}/tokens": "token.created",
    f"{V1}/members/{{login}}/password": "sign_in.ended",
    f"{V1}/members/{{login}}/sign-out": "sign_in.ended",
    f"{V1}/sign-ins/{{sign_in_id}}/end": "sign_in.ended",
}
NAMED = {key: one for key, one in IDS.items() if key != "number"}


def deeds() -> list[tuple[str, str, Permission]]:
    """(method, address, permission) of each, found by looking."""
    found = operations(an_app(a_house(Path("/nowhere"))).router.routes)
    return [
        (method, path, declared.permission)
        for method, path, route in found
        if method not in ("GET", "any") and path.startswith("/api/")
        if (declared := declaration_of(route)) is not None and declared.permission is not None
    ]


DEEDS = deeds()
EACH = pytest.mark.parametrize(
    ("method", "path", "permission"), DEEDS, ids=[f"{method} {path}" for method, path, _ in DEEDS]
)
TO_SOMETHING = [each for each in DEEDS if each[1] not in OF_THE_WHOLE]


@pytest.fixture
def engine() -> RecordingEngine:
    return RecordingEngine()


@pytest.fixture
def client(ours: House, engine: RecordingEngine) -> TestClient:
    return a_client(ours, engine=lambda: engine)


@pytest.fixture(scope="module")
def from_outside(filled: House) -> TestClient:
    return a_client(
        filled,
        others=[ACME],
        is_open=True,
        peer="203.0.113.9",
        url="https://qa.example.com",
        allowed_hosts=["qa.example.com"],
        engine=RecordingEngine,
    )


@pytest.fixture(scope="module", autouse=True)
def theirs(filled: House) -> dict[str, str]:
    return bearer(a_token(of_another(filled, ACME), "them"))


def nowhere_of(ids: dict[str, str] = IDS) -> dict[str, str]:
    """Ids that name nothing."""
    return {key: one if key == "number" else NOWHERE for key, one in ids.items()}


def sent(
    client: TestClient, path: str, *, method: str = "POST", ids: dict[str, str] = IDS, **headers: str
) -> Any:
    body: Any = {} if "/channels/" in path else BODIES.get(path.rpartition("/")[2], {})
    kind = path.removeprefix(f"{V1}/").partition("/")[0].removesuffix("s")
    address = path.format(**ids)
    if kind in ENTRIES and (method == "PUT" or path == f"{V1}/{kind}s"):
        body = ENTRIES[kind] | ({"id": "fresh"} if method == "POST" else {})
    if method == "DELETE":
        address += f"?confirm={ids[f'{kind}_id']}"
        return client.delete(address, headers={"Idempotency-Key": "k", **headers})
    headers = {"Idempotency-Key": "k", "If-Match": "*", **headers}
    return client.request(method, address, json=body, headers=headers)


def audited(house: House) -> list[tuple[str, str, str, str]]:
    with house.ledger.read() as ledger:
        return [tuple(row[1:]) for row in ledger.audit.latest()]  # type: ignore[attr-defined,misc]


@pytest.mark.parametrize(
    ("method", "path", "permission"),
    TO_SOMETHING,
    ids=[f"{method} {path}" for method, path, _ in TO_SOMETHING],
)
def test_another_organisations_are_not_there(
    from_outside: TestClient,
    filled: House,
    theirs: dict[str, str],
    method: str,
    path: str,
    permission: Permission,
) -> None:
    before = audited(filled)

    foreign = sent(from_outside, path, method=method, **theirs, **{"Idempotency-Key": f"1{method}{path}"})
    nowhere = sent(
        from_outside,
        path,
        method=method,
        ids=nowhere_of(),
        **theirs,
        **{"Idempotency-Key": f"2{method}{path}"},
    )

    if path in OF_PERSONS:
        assert foreign.status_code == nowhere.status_code == 403
    elif "{" in path:
        assert foreign.status_code == nowhere.status_code == 404
    else:  # it names what is theirs alone: that there is a playbook of that name here, it does not learn
        assert foreign.status_code == nowhere.status_code == 400
        assert "no playbook has the id 'shop'" in foreign.text
    told = foreign.text
    for one in sorted(NAMED.values(), key=len, reverse=True):
        told = told.replace(one, NOWHERE)
    assert told == nowhere.text
    assert audited(filled) == before


@EACH
def test_a_viewer_may_not_and_does_not_learn_whether_it_is_there(
    from_outside: TestClient, filled: House, method: str, path: str, permission: Permission
) -> None:
    random = hashlib.sha256(f"{method} {path}".encode()).digest()[:16]
    viewer = bearer(a_token(filled, "looks", role=Role.VIEWER, random=random))

    there, nowhere = (
        sent(from_outside, path, method=method, ids=ids, **viewer) for ids in (IDS, nowhere_of())
    )

    assert there.status_code == nowhere.status_code == 403
    assert f"{permission.value!r} takes {least_role(permission).value!r}" in there.json()["detail"]


@EACH
def test_nobody_may_without_a_token(
    from_outside: TestClient, method: str, path: str, permission: Permission
) -> None:
    assert sent(from_outside, path, method=method).status_code == 401


@EACH
def test_the_local_person_may(
    client: TestClient, ours: House, method: str, path: str, permission: Permission
) -> None:
    for undoes, does in (("resume", "pause"), ("reopen", "resolve")):
        if path.endswith(undoes):
            sent(client, path.replace(undoes, does), **{"Idempotency-Key": "before"})
    if path.endswith(("/retry", "/baseline", "/adopt")):
        abort(ours, ledger_rows.RUNNING.id, RunStatus.ERROR, "ours")
    if path.endswith("/reject"):
        failed = replace(
            ledger_rows.RUNNING, status=RunStatus.FAILED, reason="it differs", completed_at=ours.clock.now()
        )
        with ours.ledger.write() as ledger:
            assert ledger.runs.conclude(failed)
    if path.endswith("replay"):
        with ours.ledger.write() as ledger:
            ledger.events.save(replace(ledger_rows.EVENT, status=EventStatus.DECIDED))
    if permission is Permission.DEFINITIONS_WRITE:
        made_by_the_api(ours)
    if method == "DELETE" and "baseline" in path:
        with ours.ledger.write() as ledger:
            ledger.baselines.activate(ledger_rows.OLD.id, at=ledger_rows.LATER)  # the one in use stays
    if path.endswith("/take-away"):
        with_a_variant(ours)
    if path.endswith("remove"):
        add_member(ours, "root", Role.ADMIN, by="user:root")  # somebody has to be
    is_lifted_once = path == f"{V1}/schedules/{{schedule_id}}/pause"  # it is paused already, by `fill`

    answer = sent(client, path, method=method)

    assert answer.status_code in ((409,) if is_lifted_once else (200, 201, 202)), answer.text
    actor, action, subject, _ = audited(ours)[0][0:4]
    if path in BY_ITSELF:  # which whoever does it tells
        assert (actor, action) == ("local", BY_ITSELF[path])
    elif not is_lifted_once and path not in SILENT:
        with ours.ledger.read() as ledger:
            assert (actor, ledger.audit.entries()[0].via) == ("local", "api")
        assert subject in (*IDS.values(), "fresh", "definitions", path.split("/")[3])


def with_a_variant(house: House) -> None:
    """Its baseline in use has a further picture of its view."""
    home = a_view("home")
    with house.ledger.write() as ledger:
        active = ledger.baselines.active(ledger_rows.NIGHTLY.id)
        assert active is not None
        image = active.images.get(home) or a_baseline().images[home]
        variant = Variant(replace(image, letter="B"), "user:ada", ledger_rows.LATER)
        ledger.baselines.add(
            replace(
                active,
                id=BaselineId(house.clock.new_id()),
                images={home: replace(image, variants=(variant,))},
            )
        )


def made_by_the_api(house: House) -> None:
    """Whatever `fill` applied."""
    for one in (ledger_rows.NIGHTLY, ledger_rows.TRIGGER):
        standing = Standing(ManagedBy.API, 1, Written(ENTRIES[one.kind]))
        with house.ledger.write() as ledger:
            ledger.revisions.settle(one.id, standing)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 202),
        ({"Origin": URL}, 202),
        ({"Origin": URL, "Sec-Fetch-Site": "same-origin"}, 202),
        ({"Sec-Fetch-Site": "same-origin"}, 202),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:9999"}, 403),
        ({"Origin": "https://127.0.0.1:8460.evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": URL, "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "text/plain; x=application/json"}, 415),
        ({"Content-Type": ""}, 415),
        ({"Content-Type": "application/json; charset=utf-8"}, 202),
    ],
)
def test_a_page_elsewhere_changes_nothing(
    client: TestClient, engine: RecordingEngine, headers: dict[str, str], status: int
) -> None:
    sending = {"Content-Type": "application/json", "Idempotency-Key": "k", **headers}

    answer = client.post(RUN_NOW, content=b"{}", headers=sending)

    assert answer.status_code == status, answer.text
    assert len(engine.launches) == (1 if status == 202 else 0)


def test_a_header_that_decides_is_there_once(client: TestClient) -> None:
    twice = [("Origin", URL), ("Origin", "https://evil.example"), ("Content-Type", "application/json")]

    assert client.post(RUN_NOW, content=b"{}", headers=twice).status_code == 400


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b'{"reason": "x", "reason": "y"}', 400, "a name is there twice"),
        (b'{"reason": ', 400, "no JSON"),
        (b"[" * 60_000, 400, "no JSON"),
        (b'{"reason": "' + b"x" * 70_000 + b'"}', 413, "65536 bytes"),
        (b'{"reason": "x", "while": true}', 400, "body while"),
        (b'{"reason": ""}', 400, "body reason"),
        (b'{"reason": 5}', 400, "body reason"),
        (b'{"until": "2026-11-23T07:00:00Z"}', 400, "body reason"),
        (b'{"reason": "x", "until": "2026-11-21T07:00:00Z"}', 400, "is over"),
        (b'{"reason": "x", "until": "tomorrow"}', 400, "body until"),
        (b"", 400, "body"),
    ],
)
def test_a_body_that_is_not_as_documented_is_refused(
    client: TestClient, body: bytes, status: int, says: str
) -> None:
    address = f"{V1}/triggers/{ledger_rows.TRIGGER.id}/pause"

    answer = client.post(address, content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == status
    assert says in answer.json()["detail"]


def test_the_same_key_gets_the_same_answer_and_starts_nothing(
    client: TestClient, engine: RecordingEngine
) -> None:
    first, again = (sent(client, RUN_NOW) for _ in range(2))

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert len(engine.launches) == 1


@pytest.mark.parametrize("kind", ["schedule", "trigger"])
def test_an_answer_that_is_given_again_has_the_headers_of_the_first(client: TestClient, kind: str) -> None:
    """Whoever sent a creation again got its body without ETag and Location, so that their next PUT was 428."""
    made, made_again = (sent(client, f"{V1}/{kind}s") for _ in range(2))
    with_etag = {"If-Match": made.headers["etag"], "Idempotency-Key": "put"}
    entry = ENTRIES[kind] | {"id": "fresh", "name": "Fresh"}
    put, put_again = (client.put(f"{V1}/{kind}s/fresh", json=entry, headers=with_etag) for _ in range(2))

    assert [one.status_code for one in (made, made_again, put, put_again)] == [201, 201, 200, 200]
    assert made.headers["location"] == f"{V1}/{kind}s/fresh"
    for first, again in ((made, made_again), (put, put_again)):
        assert again.headers["idempotency-replayed"] == "true"
        assert {**again.headers, "idempotency-replayed": ""} == {**first.headers, "idempotency-replayed": ""}
    assert put.headers["etag"] != made.headers["etag"]


def test_the_same_key_with_another_body_is_another_request(client: TestClient) -> None:
    sent(client, RUN_NOW)

    answer = client.post(RUN_NOW, json={"variables": {}}, headers={"Idempotency-Key": "k"})

    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:inspect-pipelines:problem:key-of-another-request"


def test_a_key_is_its_senders_own(client: TestClient, ours: House, engine: RecordingEngine) -> None:
    sent(client, RUN_NOW)

    answer = sent(client, RUN_NOW, **bearer(a_token(ours)))

    assert answer.status_code == 202
    assert "idempotency-replayed" not in answer.headers
    assert len(engine.launches) == 2
    assert answer.json()["requested_by"] == "user:ada"


@pytest.mark.parametrize("key", [None, "", "two words", "x" * 201, "\x7f"])
def test_what_must_not_happen_twice_asks_for_a_key(client: TestClient, key: str | None) -> None:
    answer = client.post(RUN_NOW, json={}, headers={} if key is None else {"Idempotency-Key": key})

    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["detail"]


def test_an_error_is_answered_again_too(client: TestClient) -> None:
    first, again = (
        client.post(RUN_NOW, json={"variables": {"nothing": "x"}}, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    )

    assert (first.status_code, again.status_code) == (400, 400)
    assert first.text == again.text
    assert again.headers["content-type"] == "application/problem+json"


def test_what_was_our_fault_may_be_tried_again(ours: House) -> None:
    engine = RecordingEngine()
    present = [None, engine]
    client = a_client(ours, engine=lambda: present.pop(0))

    first, again = sent(client, RUN_NOW), sent(client, RUN_NOW)

    assert first.status_code == 503
    assert "inspect-pipelines up" in first.json()["detail"]
    assert again.status_code == 202
    assert "idempotency-replayed" not in again.headers


def test_a_run_that_nobody_starts_is_told_and_ends(ours: House) -> None:
    client = a_client(ours, engine=lambda: RecordingEngine(Unavailable("Dagster is away")))

    answer = sent(client, RUN_NOW)

    assert answer.status_code == 503
    runs = client.get(f"{V1}/runs?status=error").json()["items"]
    assert [one["reason"] for one in runs] == ["Dagster is away"]


def test_a_key_is_forgotten_after_a_day(client: TestClient, ours: House) -> None:
    sent(client, f"{V1}/runs/{ledger_rows.PENDING.id}/cancel")
    ours.clock.sleep(timedelta(hours=24, seconds=1).total_seconds())

    answer = sent(client, f"{V1}/runs/{ledger_rows.PENDING.id}/cancel")

    assert "idempotency-replayed" not in answer.headers


def test_a_request_under_way_is_not_done_again(client: TestClient, ours: House) -> None:
    with ours.ledger.write() as ledger:
        first = ledger_rows.KEPT
        ledger.kept_answers.drop(first.asker, first.key)
    sent(client, RUN_NOW)
    with ours.ledger.write() as ledger:
        kept = ledger.kept_answers.begin(
            replace(ledger_rows.KEPT, asker="local", key="k"), forgotten_before=ours.clock.now()
        )
        assert kept is not None
        ledger.kept_answers.finish(replace(kept, status=None))

    under_way = sent(client, RUN_NOW)
    ours.clock.sleep(301)
    given_up = sent(client, RUN_NOW)

    assert under_way.status_code == 409
    assert given_up.status_code == 202


def test_a_definition_is_started_ten_times_a_minute(client: TestClient, engine: RecordingEngine) -> None:
    answers = [sent(client, RUN_NOW, **{"Idempotency-Key": str(number)}) for number in range(11)]
    other = sent(client, f"{V1}/triggers/{ledger_rows.TRIGGER.id}/run-now", **{"Idempotency-Key": "other"})

    assert [one.status_code for one in answers] == [202] * 10 + [429]
    refused = answers[-1]
    assert refused.headers["ratelimit-policy"] == '"run-now";q=10;w=60'
    assert int(refused.headers["retry-after"]) > 0
    assert refused.json()["type"] == "urn:inspect-pipelines:problem:too-many-requests"
    assert other.status_code == 202
    assert len(engine.launches) == 11


def test_every_answer_to_a_token_says_what_is_left_of_its_rate(client: TestClient, ours: House) -> None:
    token = bearer(a_token(ours))

    first, second = (client.get(f"{V1}/runs", headers=token) for _ in range(2))

    assert first.headers["ratelimit-policy"] == '"default";q=500;w=300'
    assert first.headers["ratelimit"].startswith('"default";r=499;t=')
    assert second.headers["ratelimit"].startswith('"default";r=498;t=')
    assert "ratelimit" not in client.get(f"{V1}/runs").headers


def test_the_audit_tells_who_and_by_which_token(client: TestClient, ours: House) -> None:
    token = a_token(ours)

    sent(client, f"{V1}/runs/{ledger_rows.PENDING.id}/cancel", **bearer(token))

    told = ("user:ada", "run.cancel", ledger_rows.PENDING.id, f"token {token.token.id}")
    assert told in audited(ours)


def test_a_run_that_has_ended_cannot_be_cancelled_and_an_open_one_not_retried(
    client: TestClient, ours: House
) -> None:
    retried = sent(client, f"{V1}/runs/{ledger_rows.RUNNING.id}/retry")
    abort(ours, ledger_rows.RUNNING.id, RunStatus.ERROR, "ours")
    cancelled = sent(client, f"{V1}/runs/{ledger_rows.RUNNING.id}/cancel", **{"Idempotency-Key": "c"})

    assert (retried.status_code, cancelled.status_code) == (409, 409)
    assert "is still running" in retried.json()["detail"]
    assert "already ended as 'error'" in cancelled.json()["detail"]


def test_a_channel_is_tried_out_and_its_receipt_told(client: TestClient, ours: House) -> None:
    answer = client.post(f"{V1}/channels/dry/test", json={})

    ((_, channel),) = ours.channels
    (sent_message,) = channel.sent  # type: ignore[attr-defined]
    assert answer.json() == {"receipt": "receipt 1"}
    assert "local tried out the channel 'dry'" in sent_message.text


@pytest.mark.parametrize(("is_permanent", "status"), [(True, 409), (False, 503)])
def test_what_a_service_refuses_is_told_in_its_words(
    client: TestClient, ours: House, is_permanent: bool, status: int
) -> None:
    ((_, channel),) = ours.channels
    failure = ChannelError("Slack refused channel '#qa': channel_not_found", is_permanent=is_permanent)
    channel.failures.append(failure)  # type: ignore[attr-defined]

    answer = client.post(f"{V1}/channels/dry/test", json={})

    assert answer.status_code == status
    assert "channel_not_found" in answer.json()["detail"]


def test_what_is_resumed_twice_was_not_paused(client: TestClient) -> None:
    address = f"{V1}/triggers/{ledger_rows.TRIGGER.id}"

    held = client.post(f"{address}/pause", json={"reason": "moving", "until": LATER})
    let_go = client.post(f"{address}/resume", json={})
    again = client.post(f"{address}/resume", json={})

    assert held.json()["until"] == LATER
    assert let_go.json()["pauses"][0]["reason"] == "moving"
    assert again.status_code == 409


def test_an_organisation_is_held_back_as_a_whole_and_no_other_with_it(ours: House) -> None:
    client = a_client(ours, others=[ACME])
    address = f"{V1}/organization"

    held = client.post(f"{address}/pause?org=default", json={"reason": "a freeze", "until": LATER})
    again = client.post(f"{address}/pause?org=default", json={"reason": "a freeze"})
    schedule = client.get(f"{V1}/triggers/{ledger_rows.TRIGGER.id}?org=default").json()
    theirs = client.get(f"{V1}/pauses?org=acme").json()["items"]
    let_go = client.post(f"{address}/resume?org=default", json={})
    twice = client.post(f"{address}/resume?org=default", json={})

    assert (held.json()["definition_id"], held.json()["until"]) == (None, LATER)
    assert (again.status_code, let_go.status_code, twice.status_code) == (409, 200, 409)
    assert schedule["paused"]["reason"] == "a freeze"
    assert theirs == []
    assert [one["definition_id"] for one in let_go.json()["still"]] == [ledger_rows.NIGHTLY.id]
    assert ("local", "organization.resume", "organization", "") in audited(ours)


def test_a_post_without_a_body_needs_no_media_type(client: TestClient) -> None:
    address = f"{V1}/incidents/{ledger_rows.INCIDENT.id}/ack"

    assert client.post(address).status_code == 200
    assert client.post(address, headers={"Origin": "https://evil.example"}).status_code == 403


def test_json_of_a_body_is_read_as_documented(client: TestClient) -> None:
    body = json.dumps({"reason": "ÄÖÜ \ud83d\ude80"}).encode()

    answer = client.post(
        f"{V1}/runs/{ledger_rows.PENDING.id}/cancel",
        content=body,
        headers={"Content-Type": "application/json"},
    )

    assert answer.json()["status"] == "cancelled"
    assert "ÄÖÜ" in answer.json()["reason"]


def test_a_key_is_its_senders_whatever_token_they_show(
    client: TestClient, ours: House, engine: RecordingEngine
) -> None:
    """A token that is rotated between a lost answer and the next try does nothing twice; somebody else's key is another."""
    old, new, other = (
        a_token(ours, login, random=random)
        for login, random in (
            ("ada", b"the token before"),
            ("ada", b"the token of now"),
            ("eve", b"somebody else's."),
        )
    )

    first = sent(client, f"{V1}/schedules/{{schedule_id}}/run-now", **bearer(old))
    revoke_token(ours, old.token.id, by="user:ada")
    again = sent(client, f"{V1}/schedules/{{schedule_id}}/run-now", **bearer(new))
    theirs = sent(client, f"{V1}/schedules/{{schedule_id}}/run-now", **bearer(other))

    assert (first.status_code, again.json(), len(engine.launches)) == (202, first.json(), 2)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert theirs.json()["id"] != first.json()["id"]
    asked = client.get(f"{V1}/operations/k", headers=bearer(new)).json()
    assert asked["status"] == 202


def test_a_part_of_a_plan_is_asked_for_and_said_of_its_run(client: TestClient) -> None:
    def asked(key: str, **wish: list[str]):
        return client.post(RUN_NOW, json=wish, headers={"Idempotency-Key": key})

    unknown, empty = asked("a", views=["nowhere"]), asked("b", views=[""])
    part = asked("c", viewports=["desktop"])

    assert (unknown.status_code, empty.status_code, part.status_code) == (400, 400, 202), part.text
    assert "names no view of this; there is" in unknown.json()["detail"]
    assert part.json()["selection"] == "--viewport desktop"
