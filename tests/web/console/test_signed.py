"""What a link out of a message opens for whoever has it, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from builders import a_session
from ends import Watch
from galleries import MemoryGallery
from history_builders import a_comparison
from houses import CollectingChannel, a_house, of_another
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.signed_link import LIFE
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.access.open_link import CLOSED
from inspect_pipelines.usecases.alerts.send import send_waiting
from inspect_pipelines.usecases.alerts.sign_links import sign_links
from people import a_token, bearer
from web_app import TestClient, a_client

US = "https://qa.acme.example"
ACME = OrgId("acme")
RULE = NotifyRule(RuleEvent.ON_FAILURE, ("slack:#qa",))
REVOKE = "/api/v1/organization/links/revoke"


@pytest.fixture
def channel() -> CollectingChannel:
    return CollectingChannel()


@pytest.fixture
def house(tmp_path: Path, channel: CollectingChannel) -> Iterator[House]:
    """A run has failed, and people were told."""
    house = a_house(tmp_path, gallery=MemoryGallery(), channels=[("*", channel)])
    watch = Watch(house)
    watch.define(RULE, organization=Organization(house.org_id, public_url=US))
    watch.end(sessions=[a_session(screenshots=())], comparisons=[a_comparison()])
    write_report(house, watch.last_run())
    send_waiting(house)
    yield house
    house.ledgers.close()


@pytest.fixture
def client(house: House) -> TestClient:
    """Somebody far away, who is nobody here."""
    return far(house)


def far(house: House, **changes: object) -> TestClient:
    where = {"peer": "203.0.113.9", "url": US, "allowed_hosts": ["qa.acme.example"], "is_open": True}
    return a_client(house, **where | changes)  # type: ignore[arg-type]


def links(channel: CollectingChannel, number: int = 0) -> dict[str, str]:
    message = channel.sent[number].message
    assert message is not None
    return {link.label: link.url.removeprefix(US) for link in message.links}


def write_report(house: House, run: Run) -> None:
    house.reports.written.append(SimpleNamespace(run=run))  # type: ignore[attr-defined]


def audited(house: House) -> list[tuple[str, str, str]]:
    with house.ledger.read() as ledger:
        return [(one.actor, one.action, one.subject) for one in ledger.audit.entries()]


def test_a_link_in_a_message_opens_its_report_without_a_sign_in_and_is_in_the_audit(
    client: TestClient, house: House, channel: CollectingChannel
) -> None:
    a_token(house)
    found = links(channel)
    run_id = found["run"].rpartition("/")[2]

    opened = client.get(found["diff"])

    assert (opened.status_code, opened.text) == (200, f"<html>{run_id}: failed</html>")
    assert opened.headers["cache-control"] == "private, no-store"
    assert opened.headers["x-content-type-options"] == "nosniff"
    assert opened.headers["content-security-policy"].startswith("sandbox")
    assert "set-cookie" not in opened.headers
    assert ("link", "link.opened", run_id) in audited(house)
    # that one thing only
    assert client.get(found["run"]).status_code == 401
    assert client.get(f"/api/v1/runs/{run_id}").status_code == 401


def test_a_link_holds_for_a_week(client: TestClient, house: House, channel: CollectingChannel) -> None:
    address = links(channel)["diff"].partition("#")[0]

    house.clock.sleep(LIFE.total_seconds() - 1)
    in_time = client.get(address)
    house.clock.sleep(1)
    late = client.get(address)

    assert (in_time.status_code, late.status_code) == (200, 404)
    assert late.json() == {"error": CLOSED}


def test_links_are_taken_back_by_an_administrator_and_later_ones_open(
    client: TestClient, house: House, channel: CollectingChannel
) -> None:
    address = links(channel)["diff"]
    operator = a_client(house).post(REVOKE, headers=bearer(a_token(house, "bo", scopes=[])))

    revoked = a_client(house).post(REVOKE)
    after = client.get(address)
    watch = Watch(house)
    watch._runs = 1
    watch.end(
        sessions=[a_session(id="s9", screenshots=())], reason="else", comparisons=[a_comparison(name="pay")]
    )
    write_report(house, watch.last_run())
    send_waiting(house)

    assert (operator.status_code, revoked.status_code, after.status_code) == (403, 200, 404)
    assert ("local", "links.revoked", house.org_id) in audited(house)
    assert client.get(links(channel, -1)["diff"]).text == f"<html>{watch.last_run().id}: failed</html>"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
        lambda text: text.replace("default.", "acme.", 1),
        lambda text: text.replace("default.", "nowhere.", 1),
        lambda text: text.replace("000000000001.", "000000000002.", 1),
        lambda text: text.rpartition(".")[0],
        lambda text: "x",
    ],
)
def test_whatever_is_wrong_with_a_link_it_is_answered_alike(
    house: House, channel: CollectingChannel, spoil: object
) -> None:
    theirs = of_another(house, ACME)
    with theirs.ledger.write() as ledger:
        ledger.organizations.save(Organization(ACME, public_url=US), at=house.clock.now())
        ledger.organizations.use_link_key(b"k" * 32)
    client = far(house, others=[ACME])
    text = links(channel)["diff"].partition("#")[0].removeprefix("/signed/")
    before = audited(house)

    answer = client.get(f"/signed/{spoil(text)}")  # type: ignore[operator]

    assert (answer.status_code, answer.json()) == (404, {"error": CLOSED})
    assert audited(house) == before


def test_a_link_of_a_run_that_is_gone_opens_nothing(
    client: TestClient, house: House, channel: CollectingChannel
) -> None:
    address = links(channel)["diff"]
    house.reports.written.clear()  # type: ignore[attr-defined]

    assert client.get(address).json() == {"error": CLOSED}


@pytest.mark.parametrize("target", ["github", "github:acme/shop#7"])
def test_nothing_is_signed_for_the_code_host_whose_readers_may_be_the_world(
    house: House, target: str
) -> None:
    with house.ledger.read() as ledger:
        (stored,) = ledger.outbox.latest()

    assert sign_links(house, stored) != stored
    assert sign_links(house, replace(stored, target=target)) == replace(stored, target=target)


def test_what_is_stored_of_a_message_holds_no_signature(house: House) -> None:
    with house.ledger.read() as ledger:
        kept = [one for one in ledger.outbox.latest() if one.message]

    assert kept
    assert all("/signed/" not in link.url for one in kept for link in one.message.links)  # type: ignore[union-attr]


def test_an_address_may_try_so_often(client: TestClient) -> None:
    answers = [client.get("/signed/x").status_code for _ in range(61)]

    assert answers == [404] * 60 + [429]
