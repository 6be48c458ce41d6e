"""Pressing the console's buttons as a browser without scripts does, and what the audit tells of it."""

from __future__ import annotations

from typing import Any

from inspect_pipelines.ports.house import House
from web_app import URL, TestClient

FORM = {
    "Accept": "text/html",
    "Origin": URL,
    "Sec-Fetch-Site": "same-origin",
    "Content-Type": "application/x-www-form-urlencoded",
}
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


def press(
    client: TestClient, path: str, key: str = "k", headers: dict[str, str] = FORM, **fields: Any
) -> Any:
    return client.post(path, data={"key": key, **fields}, headers=headers, follow_redirects=False)


def shown(client: TestClient, path: str) -> str:
    """The page, which is there."""
    answer = client.get(path, headers=FORM)
    assert answer.status_code == 200, answer.text
    return answer.text


def audited(house: House) -> list[tuple[str, str, str]]:
    with house.ledger.read() as ledger:
        return [(one.action, one.subject, one.via) for one in ledger.audit.entries()]


def refuse_markup(page: str) -> None:
    """What strangers wrote is text in it."""
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page
