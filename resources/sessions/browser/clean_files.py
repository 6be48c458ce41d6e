"""Traces and HAR files that may be kept: without the playbook's secrets, and without what lets anybody in."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from resources.sessions.redaction import HIDDEN
from resources.sessions.scrubbing import Scrubber

LETS_IN = ("authorization", "proxy-authorization", "cookie", "set-cookie", "x-csrf-token")  # headers
LINES = (".trace", ".network")  # members of a trace that hold a JSON value a line


def misread(secret: str) -> set[str]:
    """What sites make of a secret beyond ASCII that read its bytes in another encoding, once or twice; empty: nothing."""
    found, last = set[str](), {secret}
    for _ in range(2):
        last = {
            each.encode().decode(encoding)
            for each in last
            for encoding in ("latin-1", "cp1252")
            if not each.isascii() and not _is_unknown(each, encoding)
        }
        found |= last
    return found - {secret}


def _is_unknown(text: str, encoding: str) -> bool:
    try:
        text.encode().decode(encoding)
    except UnicodeDecodeError:
        return True
    return False


def clean_har(har: bytes, scrubber: Scrubber) -> bytes:
    """The same log; raises ValueError when it is none."""
    return scrubber.scrubbed(json.dumps(_without_keys(json.loads(har)), ensure_ascii=False).encode())


def clean_trace(trace: bytes, scrubber: Scrubber) -> bytes:
    """The same trace; raises ValueError or zipfile.BadZipFile when it is none."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(trace)) as given,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as clean,
    ):
        for member in given.infolist():
            data = given.read(member)
            if member.filename.endswith(LINES):
                data = b"\n".join(_clean_line(line) for line in data.splitlines())
            clean.writestr(member.filename, data)
    return scrubber.scrubbed(made.getvalue())


def _clean_line(line: bytes) -> bytes:
    return json.dumps(_without_keys(json.loads(line)), ensure_ascii=False).encode() if line.strip() else b""


def _without_keys(value: Any) -> Any:
    """A JSON value in which no header or cookie that lets somebody in has its value."""
    if isinstance(value, list):
        return [_without_keys(each) for each in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("name"), str) and value["name"].lower() in LETS_IN and "value" in value:
        return {**value, "value": HIDDEN}
    return {
        key: _hidden_cookies(each)
        if key == "cookies" and isinstance(each, list)
        else HIDDEN
        if key.lower() in LETS_IN and isinstance(each, str)
        else _without_keys(each)
        for key, each in value.items()
    }


def _hidden_cookies(cookies: list[Any]) -> list[Any]:
    return [{**each, "value": HIDDEN} if isinstance(each, dict) else each for each in cookies]
