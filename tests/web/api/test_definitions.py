"""Schedules and triggers that requests make: created, replaced, switched, deleted, restored, exported."""

from __future__ import annotations

from typing import Any

import pytest

import ledger_rows
from builders import NOW
from houses import of_another
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId, OrgId
from inspect_pipelines.domain.revision import ManagedBy, Standing, Written
from inspect_pipelines.ports.house import House
from people import a_token, bearer
from web_app import TestClient, a_client

V1 = "/api/v1"
SMOKE = {"id": "smoke", "cron": "0 5 * * *", "timezone": "UTC", "playbook": "shop"}
AFTER = {"id": "after", "event": "deployment.completed", "environment": "staging", "playbook": "shop"}
NIGHTLY = f"{V1}/schedules/{ledger_rows.NIGHTLY.id}"
BOTH = pytest.mark.parametrize(("kind", "entry"), [("schedules", SMOKE), ("triggers", AFTER)])


@pytest.fixture
def client(ours: House) -> TestClient:
    return a_client(ours)


def published(house: House) -> dict[str, Any]:
    return {one.id: one for one in house.publication.read(house.org_id).definitions}


def made(client: TestClient, entry: dict[str, Any] = SMOKE, kind: str = "schedules") -> Any:
    answer = client.post(f"{V1}/{kind}", json=entry)
    assert answer.status_code == 201, answer.text
    return answer


@BOTH
def test_what_is_created_is_there_and_published(
    client: TestClient, ours: House, kind: str, entry: dict[str, Any]
) -> None:
    answer = made(client, entry, kind)

    assert answer.headers["etag"] == '"1"'
    assert answer.headers["location"] == f"{V1}/{kind}/{entry['id']}"
    told = client.get(answer.headers["location"])
    assert told.json() == answer.json()
    assert told.headers["etag"] == '"1"'
    assert (told.json()["managed_by"], told.json()["place"]) == ("api", None)
    assert told.json()["definition"] == entry
    assert entry["id"] in published(ours)


@BOTH
def test_an_id_that_is_taken_is_refused(client: TestClient, kind: str, entry: dict[str, Any]) -> None:
    made(client, entry, kind)

    again = client.post(f"{V1}/{kind}", json=entry)
    other = client.post(f"{V1}/{kind}", json=entry | {"id": ledger_rows.NIGHTLY.id})

    assert (again.status_code, other.status_code) == (409, 409)
    assert "made through the API" in again.json()["detail"]
    assert "in schedules.yaml" in other.json()["detail"]


def test_ids_that_dagster_could_not_tell_apart_are_refused(client: TestClient) -> None:
    made(client, SMOKE | {"id": "smoke-test"})

    answer = client.post(f"{V1}/schedules", json=SMOKE | {"id": "smoke_test"})

    assert answer.status_code == 409
    assert "would both be 'smoke_test' in Dagster" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("changes", "pointer", "says"),
    [
        ({"cron": "0 99 * * *"}, "/cron", "99"),
        ({"timezone": "New York"}, "/timezone", "America/New_York"),
        ({"playbook": "shpo"}, "/playbook", "did you mean 'shop'"),
        ({"timout_minutes": 5}, "/timout_minutes", "did you mean 'timeout_minutes'"),
        ({"timeout_minutes": "5"}, "/timeout_minutes", "is not a whole number"),
        ({"timeout_minutes": 0}, "/timeout_minutes", "greater than or equal to 1"),
        ({"notify": {"on_failure": {}}}, "/notify/on_failure", "tells nobody"),
        ({"notify": {"on_failure": {"slak": "#qa"}}}, "/notify/on_failure/slak", "unknown key"),
        ({"variables": {"a/b": "x"}}, "/variables/a~1b", "unknown variable"),
        ({"name": None}, "/name", "has no value"),
        ({"id": "two words"}, "/id", "letters, digits"),
        ({"id": "smoke\n"}, "/id", "letters, digits"),
        ({"calendar": "holidays"}, "/calendar", "no calendar"),
        ({"alarm": {}}, "/alarm", "is not supported yet"),
        ({"playbooks": ["shop"]}, "", "cannot go together"),
        ({"variables": {"base": "${env:HOME}"}}, "/variables/base", "unknown variable"),
        ({"branch": "${env:DATABASE_URL}"}, "/branch", "is in no file of this organisation"),
    ],
)
def test_what_an_entry_of_the_file_may_not_say_is_refused_at_its_place(
    client: TestClient, ours: House, changes: dict[str, Any], pointer: str, says: str
) -> None:
    answer = client.post(f"{V1}/schedules", json=SMOKE | changes)

    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = {one["pointer"]: one["detail"] for one in answer.json()["errors"]}
    assert says in told[pointer]
    assert "smoke" not in published(ours)


def test_a_body_that_is_nested_deep_is_refused(client: TestClient) -> None:
    deep = (
        '{"id": "x", "cron": "0 1 * * *", "playbook": "shop", "variables": {"v": '
        + "[" * 400
        + "]" * 400
        + "}}"
    )

    answer = client.post(f"{V1}/schedules", content=deep, headers={"Content-Type": "application/json"})

    assert answer.status_code == 400
    assert "nested deeper" in answer.json()["detail"]


def test_all_faults_are_told_at_once(client: TestClient) -> None:
    answer = client.post(f"{V1}/schedules", json={"id": "x", "cron": "nope", "playbook": "shpo"})

    assert {one["pointer"] for one in answer.json()["errors"]} == {"/cron", "/playbook"}


def test_a_replacement_asks_for_the_revision_that_was_seen(client: TestClient, ours: House) -> None:
    made(client)
    address, later = f"{V1}/schedules/smoke", SMOKE | {"cron": "30 5 * * *"}

    unseen = client.put(address, json=later)
    stale = client.put(address, json=later, headers={"If-Match": '"7"'})
    weak = client.put(address, json=later, headers={"If-Match": 'W/"1"'})
    seen = client.put(address, json=later, headers={"If-Match": '"1"'})
    again = client.put(address, json=SMOKE, headers={"If-Match": '"1"'})

    assert [one.status_code for one in (unseen, stale, weak, seen, again)] == [428, 412, 412, 200, 412]
    assert 'it is "1" now' in unseen.json()["detail"]
    assert 'it is "2" now' in again.json()["detail"]
    assert seen.headers["etag"] == '"2"'
    assert seen.json()["cron"] == "30 5 * * *"
    assert published(ours)["smoke"].cron == "30 5 * * *"


def test_a_replacement_that_says_the_same_makes_no_revision(client: TestClient) -> None:
    made(client)

    answer = client.put(f"{V1}/schedules/smoke", json=SMOKE, headers={"If-Match": "*"})

    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')


def test_an_id_stays(client: TestClient) -> None:
    made(client)

    answer = client.put(f"{V1}/schedules/smoke", json=SMOKE | {"id": "other"}, headers={"If-Match": '"1"'})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/id"


def test_what_is_not_there_is_not_replaced_or_deleted(client: TestClient) -> None:
    headers = {"If-Match": "*"}

    assert client.put(f"{V1}/schedules/smoke", json=SMOKE, headers=headers).status_code == 404
    assert client.put(f"{V1}/triggers/{ledger_rows.NIGHTLY.id}", json=AFTER).status_code == 404
    assert client.delete(f"{V1}/schedules/smoke?confirm=smoke").status_code == 404


def test_what_a_file_owns_is_refused_with_its_place_and_takes_the_switch(
    client: TestClient, ours: House
) -> None:
    owned = Standing(ManagedBy.FILE, 1, Written({"id": ledger_rows.NIGHTLY.id}, "schedules.yaml:14"))
    with ours.ledger.write() as ledger:
        ledger.revisions.settle(ledger_rows.NIGHTLY.id, owned)

    replaced = client.put(NIGHTLY, json=SMOKE, headers={"If-Match": "*"})
    deleted = client.delete(f"{NIGHTLY}?confirm={ledger_rows.NIGHTLY.id}")
    off = client.post(f"{NIGHTLY}/disable")

    for answer in (replaced, deleted):
        assert answer.status_code == 409
        assert "schedules.yaml:14" in answer.json()["detail"]
    assert off.status_code == 200
    assert (off.json()["enabled"], off.json()["next_fire_at"]) == (False, None)
    assert not published(ours)[ledger_rows.NIGHTLY.id].enabled
    assert client.post(f"{NIGHTLY}/enable").json()["enabled"]


def test_switching_what_is_so_already_changes_nothing(client: TestClient) -> None:
    made(client)

    tags = [client.post(f"{V1}/schedules/smoke/{verb}").headers["etag"] for verb in ("enable", "disable")]

    assert tags == ['"1"', '"2"']
    assert client.get(f"{V1}/schedules/smoke").json()["definition"] == SMOKE | {"enabled": False}


def test_a_deletion_is_confirmed_and_keeps_its_history(client: TestClient, ours: House) -> None:
    made(client)
    address = f"{V1}/schedules/smoke"

    unsaid = client.delete(address)
    other = client.delete(f"{address}?confirm=smoky")
    stale = client.delete(f"{address}?confirm=smoke", headers={"If-Match": '"9"'})
    done = client.delete(f"{address}?confirm=smoke")

    assert [one.status_code for one in (unsaid, other, stale, done)] == [409, 409, 412, 200]
    assert "?confirm=smoke" in unsaid.json()["detail"]
    assert done.json()["change"] == "deleted"
    assert client.get(address).status_code == 404
    assert "smoke" not in published(ours)
    told = client.get(f"{address}/revisions").json()["items"]
    assert [one["change"] for one in told] == ["deleted", "created"]


def test_what_was_deleted_is_restored_and_its_revisions_go_on(client: TestClient, ours: House) -> None:
    made(client)
    client.delete(f"{V1}/schedules/smoke?confirm=smoke")

    answer = client.post(f"{V1}/schedules/smoke/revisions/2/restore")

    assert (answer.status_code, answer.headers["etag"]) == (200, '"3"')
    assert "smoke" in published(ours)
    newest = client.get(f"{V1}/schedules/smoke/revisions").json()["items"][0]
    assert (newest["number"], newest["change"], newest["restores"]) == (3, "restored", 2)


def test_each_change_tells_who_when_how_and_what_differs(client: TestClient, ours: House) -> None:
    token = bearer(a_token(ours))
    made(client)
    ours.clock.sleep(60)
    client.put(
        f"{V1}/schedules/smoke",
        json=SMOKE | {"cron": "30 5 * * *"},
        headers={"If-Match": '"1"', **token},
    )

    newest, first = client.get(f"{V1}/schedules/smoke/revisions").json()["items"]

    assert (newest["by"], newest["via"], newest["change"]) == ("user:ada", "api", "replaced")
    assert newest["differs"] == [{"path": "cron", "old": "0 5 * * *", "new": "30 5 * * *"}]
    assert (first["by"], first["change"], first["differs"]) == ("local", "created", [])
    assert newest["at"] > first["at"] >= f"{NOW:%Y-%m-%d}"


def test_revisions_are_pages_and_each_can_be_read_whole(client: TestClient) -> None:
    made(client)
    for verb in ("disable", "enable", "disable"):
        client.post(f"{V1}/schedules/smoke/{verb}")

    first = client.get(f"{V1}/schedules/smoke/revisions?limit=3").json()
    rest = client.get(first["next"]).json()

    assert [one["number"] for one in (*first["items"], *rest["items"])] == [4, 3, 2, 1]
    assert rest["next"] is None
    one = client.get(f"{V1}/schedules/smoke/revisions/1").json()
    assert (one["number"], one["definition"]) == (1, SMOKE)
    assert client.get(f"{V1}/schedules/smoke/revisions/9").status_code == 404
    assert client.get(f"{V1}/triggers/smoke/revisions").status_code == 404
    assert client.get(f"{V1}/triggers/smoke/revisions/1").status_code == 404
    strange = first["next"].partition("cursor=")[2]
    assert client.get(f"{V1}/schedules/smoke/revisions?cursor={strange}x").status_code == 400


def test_a_revision_that_is_not_there_or_says_nothing_new(client: TestClient) -> None:
    made(client)
    address = f"{V1}/schedules/smoke/revisions"

    same = client.post(f"{address}/1/restore")
    stale = client.post(f"{address}/1/restore", headers={"If-Match": '"4"'})
    none = client.post(f"{address}/4/restore")

    assert (same.status_code, same.headers["etag"]) == (200, '"1"')
    assert (stale.status_code, none.status_code) == (412, 404)


def test_what_does_not_fit_any_more_is_not_restored(client: TestClient, ours: House) -> None:
    made(client)
    client.delete(f"{V1}/schedules/smoke?confirm=smoke")
    for one in (ledger_rows.NIGHTLY, ledger_rows.TRIGGER):  # nobody plays its playbook any more
        with ours.ledger.write() as ledger:
            ledger.definitions.delete(one.id, by="user:ada", at=NOW)
            ledger.revisions.shelve(type(ledger.revisions.library())())

    answer = client.post(f"{V1}/schedules/smoke/revisions/1/restore")

    assert answer.status_code == 409
    assert "no playbook has the id 'shop'" in answer.json()["detail"]


def test_a_revision_of_what_a_file_owns_is_not_restored(client: TestClient) -> None:
    client.post(f"{NIGHTLY}/disable")

    answer = client.post(f"{NIGHTLY}/revisions/1/restore")

    assert answer.status_code == 409
    assert "schedules.yaml" in answer.json()["detail"]


def test_a_creation_that_is_sent_again_gets_its_first_answer(client: TestClient, ours: House) -> None:
    headers = {"Idempotency-Key": "made-once"}

    first, again = (client.post(f"{V1}/schedules", json=SMOKE, headers=headers) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["idempotency-replayed"] == "true"
    assert first.json() == again.json()


def test_the_audit_names_what_was_created(client: TestClient, ours: House) -> None:
    made(client)

    with ours.ledger.read() as ledger:
        told = [tuple(row[1:]) for row in ledger.audit.latest()]  # type: ignore[attr-defined]
    assert ("local", "schedule.create", "smoke", "") in told


def test_who_may_not_write_may_still_switch(client: TestClient, ours: House) -> None:
    made(client)
    operator = bearer(a_token(ours, "olga", role=ledger_rows.Role.OPERATOR))

    created = client.post(f"{V1}/schedules", json=SMOKE | {"id": "mine"}, headers=operator)
    switched = client.post(f"{V1}/schedules/smoke/disable", headers=operator)

    assert (created.status_code, switched.status_code) == (403, 200)
    assert "takes 'admin'" in created.json()["detail"]


def test_the_export_holds_what_the_api_made_and_nothing_else(client: TestClient) -> None:
    made(client)
    made(client, AFTER, "triggers")

    answer = client.get(f"{V1}/export")

    assert answer.headers["content-type"].startswith("application/yaml")
    assert "- id: smoke\n" in answer.text
    assert "- id: after\n" in answer.text
    assert ledger_rows.NIGHTLY.id not in answer.text


def test_two_organisations_may_use_one_id(client: TestClient, ours: House) -> None:
    made(client)

    with of_another(ours, OrgId("acme")).ledger.read() as ledger:
        assert ledger.revisions.last(DefinitionId("smoke")) is None
    with ours.ledger.read() as ledger:
        found = ledger.revisions.last(DefinitionId("smoke"))
        assert found is not None
        assert found.org_id == DEFAULT_ORG
