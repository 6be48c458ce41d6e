"""The requests that README and docs show are answered."""

from __future__ import annotations

import hashlib
import re
import shlex
from pathlib import Path

import pytest

import ledger_rows
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.definitions.create import create_definition
from people import a_token
from recording_engine import RecordingEngine
from web_app import URL, TestClient, a_client

ROOT = Path(__file__).parents[3]
PAGES = ("README.md", "docs/api.md", "docs/permissions.md")
SHOWN = [
    (page, words)
    for page in PAGES
    for line in re.findall(r"^curl .*$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    if "/api/" in line or "/metrics" in line
    for words in [shlex.split(line)]
]


@pytest.fixture(scope="module")
def client(fuzzed: House) -> TestClient:
    for one in ("evening", "morning"):
        entry = {"id": one, "cron": "0 18 * * *", "timezone": "UTC", "playbook": "shop"}
        create_definition(fuzzed, "schedule", entry, by="user:ada")
    return a_client(fuzzed, allowed_hosts=["127.0.0.1", "qa.example.com"], engine=RecordingEngine)


def options(words: list[str], name: str) -> list[str]:
    return [words[at + 1] for at, word in enumerate(words) if word == name]


@pytest.mark.parametrize(("page", "words"), SHOWN, ids=[words[-1] for _, words in SHOWN])
def test_what_is_shown_is_answered(client: TestClient, fuzzed: House, page: str, words: list[str]) -> None:
    address = words[-1].replace("$RUN", ledger_rows.RUNNING.id)
    text = a_token(fuzzed, "reader", random=hashlib.sha256(f"{page} {address}".encode()).digest()[:16]).text
    lines = [line.replace("$INSPECT_TOKEN", text).partition(": ") for line in options(words, "-H")]
    headers = {name: value for name, _, value in lines}
    (method,) = options(words, "-X") or ["GET"]

    answer = client.request(method, address, headers=headers, content="".join(options(words, "-d")))

    assert answer.status_code in (200, 201, 202), answer.text
    assert address.startswith(URL) or "Authorization" in headers


def test_both_pages_show_some() -> None:
    assert {page for page, _ in SHOWN} >= {"README.md", "docs/api.md"}
