"""The requests that README and docs show are answered."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from inspect_pipelines.ports.house import House
from people import a_token, bearer
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
def client(filled: House) -> TestClient:
    return a_client(filled, allowed_hosts=["127.0.0.1", "qa.example.com"])


@pytest.mark.parametrize(("page", "words"), SHOWN, ids=[words[-1] for _, words in SHOWN])
def test_what_is_shown_is_answered(client: TestClient, filled: House, page: str, words: list[str]) -> None:
    address = words[-1]
    headers: dict[str, Any] = {}
    if "-H" in words:
        assert words[words.index("-H") + 1] == "Authorization: Bearer $INSPECT_TOKEN"
        headers = bearer(a_token(filled, "reader", random=address.encode()[-16:]))

    answer = client.get(address, headers=headers)

    assert answer.status_code == 200, answer.text
    assert address.startswith(URL) or headers


def test_both_pages_show_some() -> None:
    assert {page for page, _ in SHOWN} >= {"README.md", "docs/api.md"}
