"""What strangers and broken programs put into addresses and bodies: each is a sentence, and none an accident of ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

import ledger_rows
from houses import a_house
from inspect_pipelines.ports.house import House
from inspect_pipelines.web.access.declaration import operations
from recording_engine import RecordingEngine
from web_app import TestClient, a_client, an_app

FORM = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
ROUTES = [
    (method, path)
    for method, path, _ in operations(an_app(a_house(Path("/nowhere"))).router.routes)
    if method != "any"
]
NAMED = [(method, path) for method, path in ROUTES if "{" in path]
BODIED = [(method, path) for method, path in ROUTES if method in ("POST", "PUT") and path.startswith("/api/")]
EVIL = (
    "../../../../etc/passwd",
    "..\\..\\ledger.db",
    "%2e%2e%2fledger.db",
    "a\x00b",
    "' OR 1=1 --",
    "\U0001f525",
    "x" * 5_000,
)


@pytest.fixture(scope="module")
def client(filled: House) -> TestClient:
    return a_client(filled, engine=RecordingEngine)


def deep(levels: int) -> str:
    return "[" * levels + "]" * levels


BODIES = {
    "deep": deep(100_000),
    "as deep as it is read": deep(900),
    "deep in a field": '{"a": ' + deep(900) + "}",
    "a name twice": '{"reason": "a", "reason": "b"}',
    "a name twice further in": '{"variables": {"a": "1", "a": "2"}}',
    "no number": '{"limit": NaN}',
    "an endless number": '{"limit": -Infinity}',
    "a number of a million digits": '{"limit": ' + "9" * 60_000 + "}",
    "half a letter": '{"reason": "\\ud800"}',
    "a letter that no database keeps": '{"reason": "\\u0000"}',
    "no text at all": "\xff\xfe",
    "a list": "[]",
    "a word": '"x"',
    "null": "null",
    "nothing behind it": '{"a": 1',
    "two": "{}{}",
}


SAYS_SOMETHING = ("a list", "a word", "null", "as deep as it is read", "deep in a field", "half a letter")


@pytest.mark.parametrize(("method", "path"), NAMED, ids=[" ".join(each) for each in NAMED])
def test_no_value_in_an_address_reaches_a_file_or_breaks_anything(
    client: TestClient, method: str, path: str
) -> None:
    for number, evil in enumerate(EVIL):
        address = path
        for name in [part.partition("}")[0] for part in path.split("{")[1:]]:
            address = address.replace("{" + name + "}", quote(evil, safe=""))
        is_nul = "\0" in evil
        if path.startswith("/api/"):
            body: dict[str, Any] = {"json": {}, "headers": {"Idempotency-Key": f"{number}{method}{path}"}}
        else:
            body = {"content": f"key={number}{path}".encode(), "headers": FORM}
        answer = client.request(method, address, follow_redirects=False, **({} if method == "GET" else body))

        assert answer.status_code in (400, 401, 403, 404, 405, 409, 415), (evil, answer.text)
        assert not is_nul or answer.status_code in (400, 404), answer.text
        assert "root:" not in answer.text
        assert "Traceback" not in answer.text


@pytest.mark.parametrize("name", BODIES)
def test_no_body_breaks_anything(fuzzed: House, name: str) -> None:
    client = a_client(fuzzed, engine=RecordingEngine)
    for number, (method, path) in enumerate(BODIED):
        address = path
        for part in [part.partition("}")[0] for part in path.split("{")[1:]]:
            address = address.replace("{" + part + "}", ledger_rows.NIGHTLY.id)
        headers = {
            "Idempotency-Key": f"{name[:5].strip()}{number}".replace(" ", "-"),
            "Content-Type": "application/json",
            "If-Match": "*",
        }

        answer = client.request(method, address, content=BODIES[name].encode("latin-1"), headers=headers)

        # what takes no body does not mind that one says nothing
        least = 200 if name in SAYS_SOMETHING else 400
        assert least <= answer.status_code < 500, (path, answer.text)
        assert answer.status_code < 400 or json.loads(answer.text)["detail"]
