"""The files of a project over the network: planned and applied as on the machine, with less trust."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from houses import a_house, of_another
from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.ports.engine import Ticker, TickerState
from inspect_pipelines.ports.house import House
from people import a_token, bearer
from project_files import ENTRY, HEAD, ORGANIZATION, PLAYBOOK, Files
from web_app import TestClient, a_client

V1 = "/api/v1"
FILES = {
    "schedules.yaml": HEAD + ENTRY,
    "organization.yaml": ORGANIZATION,
    "playbooks/shop.yaml": PLAYBOOK,
}
WEEKLY = ENTRY.replace("nightly", "weekly").replace("0 2 * * *", "0 2 * * 1")


def typing(secret: str) -> str:
    """A playbook that has this secret to type."""
    return PLAYBOOK.replace(
        "  base_url:", f"  variables: [{{name: password, secret: true, default: {secret}}}]\n  base_url:"
    )


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Whose files were applied on the machine itself."""
    home = tmp_path / "home"
    home.mkdir()
    house = a_house(home)
    Files(tmp_path / "project").apply(house)
    return house


@pytest.fixture
def client(house: House) -> TestClient:
    return a_client(house)


def planned(client: TestClient, status: int = 200, **files: str) -> Any:
    answer = client.post(f"{V1}/plan", json={"files": FILES | named(files)})
    assert answer.status_code == status, answer.text
    return answer.json()


def applied(client: TestClient, status: int = 200, wish: Any = None, **files: str) -> Any:
    answer = client.post(f"{V1}/apply", json={"files": FILES | named(files), **(wish or {})})
    assert answer.status_code == status, answer.text
    return answer.json()


def named(files: dict[str, str]) -> dict[str, str]:
    names = {
        "schedules": "schedules.yaml",
        "organization": "organization.yaml",
        "shop": "playbooks/shop.yaml",
    }
    return {names[key]: text for key, text in files.items()}


def ids(house: House) -> list[str]:
    return [one.id for one in house.publication.read(house.org_id).definitions]


def test_a_plan_says_what_would_change_and_changes_nothing(client: TestClient, house: House) -> None:
    told = planned(client, schedules=HEAD + ENTRY + WEEKLY)

    assert [(one["change"], one["kind"], one["id"]) for one in told["changes"]] == [
        ("create", "schedule", "weekly")
    ]
    assert told["next"]["weekly"][0] == {"utc": "2026-11-23T02:00:00Z", "local": "2026-11-23T02:00:00+00:00"}
    assert (told["unchanged"], told["published"], told["clashes"]) == (1, False, [])
    assert ids(house) == ["nightly"]
    assert planned(client)["changes"] == []


def test_what_is_applied_is_stored_published_and_audited(client: TestClient, house: House) -> None:
    told = applied(client, schedules=HEAD + ENTRY + WEEKLY)

    assert [(one["change"], one["id"]) for one in told["changes"]] == [("create", "weekly")]
    assert told["published"]
    assert sorted(ids(house)) == ["nightly", "weekly"]
    revision = client.get(f"{V1}/schedules/weekly/revisions").json()["items"][0]
    assert (revision["by"], revision["via"]) == ("local", "api")
    shown = client.get(f"{V1}/schedules/weekly").json()
    assert (shown["managed_by"], shown["place"]) == ("file", "schedules.yaml:5")
    assert client.get(f"{V1}/audit").json()["items"][0]["action"] == "definitions.apply"
    assert applied(client, schedules=HEAD + ENTRY + WEEKLY)["changes"] == []


def test_nothing_is_deleted_that_nobody_has_seen(client: TestClient, house: House) -> None:
    applied(client, schedules=HEAD + ENTRY + WEEKLY)

    refused = applied(client, 409, schedules=HEAD + WEEKLY)
    wrong = applied(client, 409, {"delete": ["weekly"]}, schedules=HEAD + WEEKLY)
    agreed = applied(client, wish={"delete": ["nightly"]}, schedules=HEAD + WEEKLY)

    assert "'nightly' with 0 runs would be deleted" in refused["detail"]
    assert wrong["detail"] == refused["detail"]
    assert [(one["change"], one["id"]) for one in agreed["changes"]] == [("delete", "nightly")]
    assert ids(house) == ["weekly"]


def test_all_faults_come_at_once_each_with_its_place(client: TestClient) -> None:
    told = planned(client, 400, schedules=HEAD + ENTRY.replace("0 2", "0 99"), shop=PLAYBOOK + "x: 1\n")

    assert [one["detail"].split("  ")[0] for one in told["errors"]] == [
        "playbooks/shop.yaml:12:1",
        "schedules.yaml:4:23",
    ]
    assert told["detail"].endswith("2 problems; nothing was changed")
    assert {one["where"] for one in told["errors"]} == {"body files"}


@pytest.mark.parametrize(
    "name",
    [
        "../schedules.yaml",
        "/etc/cron.d/mine.yaml",
        "playbooks/../../out.yaml",
        "playbooks/a/b.yaml",
        "playbooks\\..\\out.yaml",
        "playbooks/.yaml",
        "playbooks/a\n.yaml",
        "playbooks/a.sh",
        "schedules.yaml/x.yaml",
        "Schedules.yaml",
        "./schedules.yaml",
        "",
        "playbooks/" + "x" * 300 + ".yaml",
    ],
)
def test_a_name_that_no_project_has_is_refused(client: TestClient, name: str) -> None:
    answer = client.post(f"{V1}/plan", json={"files": FILES | {name: PLAYBOOK}})

    assert answer.status_code == 400
    assert "is no file of a project" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "schedules.yaml is not among the files"),
        ({"organization.yaml": ORGANIZATION}, "schedules.yaml is not among the files"),
        (FILES | {"playbooks/half.yaml": "\ud800"}, "half a character"),
        (FILES | {"playbooks/\ud800.yaml": ""}, "is no file of a project"),
        (FILES | {"playbooks/large.yaml": "#" * 999_999}, "more than 1,000,000 bytes"),
        ({"schedules.yaml": "schedules: [" * 3000}, "schedules.yaml:1"),
        (FILES | {"schedules.yaml": "metadata: {orgId: acme}\n" + HEAD + ENTRY}, "of organisation 'acme'"),
    ],
)
def test_files_that_are_none_are_refused(client: TestClient, files: dict[str, str], says: str) -> None:
    answer = client.post(
        f"{V1}/plan", content=json.dumps({"files": files}), headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 400
    assert says in answer.json()["detail"]


def test_more_files_than_a_project_has_are_refused(client: TestClient) -> None:
    many = {f"playbooks/{number}.yaml": "" for number in range(1001)}

    assert client.post(f"{V1}/plan", json={"files": many}).status_code == 400


def test_a_body_without_end_is_refused(client: TestClient) -> None:
    answer = client.post(
        f"{V1}/apply", content=b'"' + b"x" * 4_000_001, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 413
    assert "4000000 bytes" in answer.json()["detail"]


@pytest.mark.parametrize(
    "spelling",
    [
        "'${env:AWS_SECRET_ACCESS_KEY}'",
        '"${env:AWS_SECRET_ACCESS_KEY}"',
        '"$\\x7benv:AWS_SECRET_ACCESS_KEY}"',
        "&a '${env:AWS_SECRET_ACCESS_KEY}'",
        "'${file:/home/them/.ssh/id_ed25519}'",
    ],
)
def test_a_secret_that_no_file_used_before_is_refused_however_it_is_spelled(
    client: TestClient, house: House, spelling: str
) -> None:
    told = applied(client, 400, shop=typing(spelling))

    assert "was not applied there before" in told["detail"]
    assert "AWS_SECRET_ACCESS_KEY" in told["detail"] or "id_ed25519" in told["detail"]


def test_a_secret_that_was_applied_on_the_machine_may_be_used_again(
    client: TestClient, house: House, tmp_path: Path
) -> None:
    shop = typing("'${env:SHOP}'")
    mine = Files(tmp_path / "again")
    mine.write("playbooks/shop.yaml", shop)
    mine.apply(house)

    assert applied(client, shop=shop)["changes"] == []


def test_a_channels_secret_is_not_for_playbooks(client: TestClient, house: House, tmp_path: Path) -> None:
    """It would be typed into whatever page the playbook opens."""
    slack = "apiVersion: v1\nkind: OrganizationConfig\nchannels: {slack: {bot_token: '${env:SLACK_TOKEN}'}}\n"
    mine = Files(tmp_path / "again")
    mine.write("organization.yaml", slack)
    mine.apply(house)
    shop = typing("'${env:SLACK_TOKEN}'")

    assert applied(client, organization=slack)["organization"] == []
    assert (
        "'${env:SLACK_TOKEN}' was not applied there"
        in applied(client, 400, organization=slack, shop=shop)["detail"]
    )


def test_organization_yaml_takes_whoever_says_who_may_what(client: TestClient, house: House) -> None:
    """Else a token for definitions would let machines finalise pictures, and workflows of its own in."""
    token = bearer(a_token(house, scopes=[Permission.DEFINITIONS_WRITE]))
    files = FILES | {"organization.yaml": ORGANIZATION + "reviews: {finalize: anybody}\n"}

    narrow = client.post(f"{V1}/apply", json={"files": files}, headers=token)
    same = client.post(f"{V1}/apply", json={"files": FILES}, headers=token)
    whole = client.post(f"{V1}/apply", json={"files": files}, headers=bearer(a_token(house, "root")))

    assert narrow.status_code == 403
    assert "(machines_finalize)" in narrow.json()["detail"]
    assert same.status_code == 200
    assert whole.status_code == 200
    assert whole.json()["organization"] == [{"path": "machines_finalize", "old": "false", "new": "true"}]


def test_whose_an_id_is_is_not_told_to_another_organisation(house: House, tmp_path: Path) -> None:
    acme, ours = of_another(house, OrgId("acme")), Files(tmp_path / "ours")
    source = "sources: [{id: github, kind: github, secrets: ['${env:HOOKS}']}]\n"
    theirs = Files(tmp_path / "theirs")
    theirs.write("organization.yaml", ORGANIZATION + "metadata: {orgId: acme}\n" + source)
    theirs.apply(acme)
    ours.write("organization.yaml", ORGANIZATION + source.replace("id: github", "id: hub"))
    ours.apply(house)
    client = a_client(house, others=[acme.org_id])
    files = FILES | {"organization.yaml": ORGANIZATION + source}

    plan = client.post(f"{V1}/plan?org=default", json={"files": files})
    apply = client.post(f"{V1}/apply?org=default", json={"files": files})

    assert (plan.status_code, apply.status_code) == (200, 409), plan.text + apply.text
    assert plan.json()["clashes"] == [
        "an id of these files is taken in this home by another organisation; choose another for what is new in them"
    ]
    assert "by another organisation" in apply.json()["detail"]
    assert "acme" not in plan.text + apply.text


def test_what_somebody_stopped_in_the_dagster_ui_is_switched_on_again(house: House) -> None:
    client = a_client(house, ticker=Stopped())

    assert applied(client)["switched_on"] == ["schedule 'nightly'"]


def test_the_same_key_applies_once(client: TestClient) -> None:
    body = {"files": FILES | {"schedules.yaml": HEAD + ENTRY + WEEKLY}}

    first, again = (
        client.post(f"{V1}/apply", json=body, headers={"Idempotency-Key": "release-4"}) for _ in range(2)
    )

    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"


class Stopped(Ticker):
    """Says that every schedule was stopped, until it is reset."""

    def look(self, naming: Any, schedules: Any, origins: Any) -> Any:
        return TickerState(frozenset(schedules), {}, frozenset())

    def sensors(self) -> Any:
        return ()

    def reset(self, naming: Any, schedules: Any, sensors: Any) -> None:
        assert schedules
