"""What is not signed, or too much; over real HTTP."""

from __future__ import annotations

import time

import httpx
import pytest

from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.ports.house import House
from patience import until
from senders import github_headers, payload, standard_headers
from webhook_server import DEPLOY, GENERIC, GITHUB, from_github, sources


def signed_otherwise() -> dict[str, tuple[str, bytes, dict[str, str]]]:
    push, own = payload("push"), payload("generic.own")
    good = github_headers(push, "push", "d-1")
    standard = standard_headers(own, "m-1")
    return {
        "no signature": (GITHUB, push, {k: v for k, v in good.items() if k != "x-hub-signature-256"}),
        "another secret": (GITHUB, push, github_headers(push, "push", "d-1", secret="guess")),
        "another body": (GITHUB, push + b" ", good),
        "an odd signature": (GITHUB, push, {**good, "x-hub-signature-256": "sha256=\u00ff"}),
        "sha1 only": (GITHUB, push, {**good, "x-hub-signature-256": "sha1=" + "0" * 40}),
        "an unknown source": ("/webhooks/github/nobody", push, good),
        "a source of another kind": ("/webhooks/github/alerts", push, good),
        "another kind's source": ("/webhooks/generic/github-acme", own, standard),
        "an unknown generic source": ("/webhooks/generic/nobody", own, standard),
        "an old time": (GENERIC, own, standard_headers(own, "m-1", at=time.time() - 360)),
        "a time to come": (GENERIC, own, standard_headers(own, "m-1", at=time.time() + 360)),
        "no time": (GENERIC, own, {**standard, "webhook-timestamp": ""}),
        "a time that is none": (GENERIC, own, {**standard, "webhook-timestamp": "1e9"}),
        "a time beyond all": (GENERIC, own, {**standard, "webhook-timestamp": "9" * 40}),
        "another id": (GENERIC, own, {**standard, "webhook-id": "m-2"}),
        "no comma": (GENERIC, own, {**standard, "webhook-signature": "v1"}),
        "no base64": (GENERIC, own, {**standard, "webhook-signature": "v1,??? v2,x"}),
        "bytes that are no text": (GENERIC, b"\xff\xfe", standard),
        "a deploy's key for GitHub": (GITHUB, own, standard),
    }


@pytest.mark.parametrize("what", sorted(signed_otherwise()))
def test_whatever_is_wrong_with_a_signature_or_a_source_the_answer_is_the_same(
    client: httpx.Client, house: House, what: str
) -> None:
    path, body, headers = signed_otherwise()[what]

    answer = client.post(path, content=body, headers=[(k, v.encode("latin-1")) for k, v in headers.items()])

    assert answer.status_code == 401
    assert answer.json() == {"error": "no source of that name and kind has signed this"}
    assert house.inbox.waiting() == []


def test_a_clock_that_is_four_minutes_off_is_forgiven(client: httpx.Client) -> None:
    body = payload("generic.own")

    for number, seconds in enumerate((-240, 240)):
        headers = standard_headers(body, f"m-{number}", at=time.time() + seconds)
        assert client.post(GENERIC, content=body, headers=headers).status_code == 202


def test_one_good_signature_among_others_is_enough(client: httpx.Client) -> None:
    body = payload("generic.own")
    headers = standard_headers(body, "m-1")
    headers["webhook-signature"] = "v1,AAAA v1a,BBBB " + headers["webhook-signature"]

    assert client.post(GENERIC, content=body, headers=headers).status_code == 202


def test_the_twenty_first_bad_signature_of_a_minute_waits_and_good_ones_never_do(
    client: httpx.Client,
) -> None:
    codes = [from_github(client, secret="guess").status_code for _ in range(20)]
    one_more = from_github(client, secret="guess")

    assert codes == [401] * 20
    assert one_more.status_code == 429
    assert 1 <= int(one_more.headers["retry-after"]) <= 60
    assert from_github(client).status_code == 202


def test_a_generic_source_has_its_rate_and_deploys_and_github_have_none(
    client: httpx.Client, house: House
) -> None:
    slow = Organization(DEFAULT_ORG, sources=sources(rate_per_minute=3))
    with house.ledger.write() as ledger:
        ledger.organizations.save(slow, at=house.clock.now())

    def sent(path: str, number: int) -> httpx.Response:
        body = payload("generic.own")
        return client.post(path, content=body, headers=standard_headers(body, f"m-{number}"))

    numbers = iter(range(1000))
    until(lambda: sent(GENERIC, next(numbers)).status_code == 429)
    refused = sent(GENERIC, 1000)

    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.json() == {"error": "source 'alerts' may send 3 deliveries a minute"}
    assert {sent(DEPLOY, number).status_code for number in range(30)} == {202}
