"""Slack's Web API, as far as we use it: documented limits of Block Kit, mrkdwn's escaping, threads, external uploads."""

from __future__ import annotations

import re
import ssl
from typing import Any

from stand_ins.server import Request, Says, StandIn

TOKEN = "xoxb-0000-hunter2-hunter2"
CHANNELS = {"#qa": "C0000QA00", "C0000QA00": "C0000QA00"}
TAG = re.compile(r"<(?:https?://[^<>|\s]+\|[^<>|]+|@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+)>")


class Slack(StandIn):
    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.messages: dict[str, dict[str, Any]] = {}  # ts -> as it reads now
        self.uploads: dict[str, dict[str, Any]] = {}
        self.shared: list[dict[str, Any]] = []
        super().__init__(tls)

    def answer(self, request: Request) -> Says:
        if request.path.startswith("/upload/"):
            return self._uploaded(request)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return refused("invalid_auth")
        method = request.path.removeprefix("/api/")
        if method == "chat.postMessage":
            return self._post(request.json())
        if method == "chat.update":
            return self._update(request.json())
        if method == "files.getUploadURLExternal":
            return self._upload_url(request.form())
        if method == "files.completeUploadExternal":
            return self._complete(request)
        return refused("unknown_method")

    def _post(self, given: dict[str, Any]) -> Says:
        if given["channel"] not in CHANNELS:
            return refused("channel_not_found")
        if "thread_ts" in given and given["thread_ts"] not in self.messages:
            return refused("thread_not_found")
        problem = problem_of(given)
        if problem:
            return refused(problem)
        ts = f"1763794800.{len(self.messages):06d}"
        self.messages[ts] = given
        return Says(200, {"ok": True, "channel": CHANNELS[given["channel"]], "ts": ts, "message": {}})

    def _update(self, given: dict[str, Any]) -> Says:
        if not given["channel"].startswith("C"):
            return refused("channel_not_found")  # chat.update takes ids only
        if given["ts"] not in self.messages:
            return refused("message_not_found")
        problem = problem_of(given)
        if problem:
            return refused(problem)
        self.messages[given["ts"]] = given
        return Says(200, {"ok": True, "channel": given["channel"], "ts": given["ts"]})

    def _upload_url(self, given: dict[str, str]) -> Says:
        if (
            not given.get("filename")
            or int(given.get("length", "0")) <= 0
            or len(given.get("alt_txt", "")) > 1000
        ):
            return refused("invalid_arguments")
        name = f"F{len(self.uploads):08d}"
        self.uploads[name] = {**given, "content": None}
        return Says(200, {"ok": True, "upload_url": f"{self.url}/upload/{name}", "file_id": name})

    def _uploaded(self, request: Request) -> Says:
        upload = self.uploads[request.path.removeprefix("/upload/")]
        if len(request.body) != int(upload["length"]):
            return Says(400, "length differs")
        upload["content"] = request.body
        return Says(200, f"OK - {len(request.body)}")

    def _complete(self, request: Request) -> Says:
        is_json = "json" in request.headers["content-type"]
        given = request.json() if is_json else request.form()
        files = given["files"]
        if isinstance(files, str):
            import json

            files = json.loads(files)
        if (
            not str(given.get("channel_id", "")).startswith("C")
            or given.get("thread_ts") not in self.messages
        ):
            return refused("invalid_arguments")
        if any(self.uploads[one["id"]]["content"] is None for one in files):
            return refused("file_not_found")
        self.shared.append(
            {"thread_ts": given["thread_ts"], "files": [self.uploads[one["id"]] for one in files]}
        )
        return Says(200, {"ok": True, "files": [{"id": one["id"]} for one in files]})


def problem_of(given: dict[str, Any]) -> str:
    """Slack's code for what is wrong with a message; empty: nothing."""
    blocks = given.get("blocks", [])
    if not given.get("text") or len(given["text"]) > 40_000:
        return "no_text"
    if is_unescaped(given["text"]):
        return "unescaped_text"
    if not 1 <= len(blocks) <= 50:
        return "invalid_blocks"
    for block in blocks:
        text = block.get("text", {})
        if block["type"] == "header":
            if text.get("type") != "plain_text" or not 1 <= len(text["text"]) <= 150:
                return "invalid_blocks"
        elif block["type"] == "section":
            if (
                text.get("type") != "mrkdwn"
                or not 1 <= len(text["text"]) <= 3000
                or text.get("verbatim") is not True
            ):
                return "invalid_blocks"
            if is_unescaped(text["text"]):
                return "unescaped_text"
        else:
            return "invalid_blocks"
    return ""


def is_unescaped(text: str) -> bool:
    """Whether a sign of mrkdwn stands outside of a link or a mention by id."""
    rest = TAG.sub("", text)
    return bool(re.search(r"[<>]|&(?!amp;|lt;|gt;)", rest))


def refused(code: str) -> Says:
    return Says(200, {"ok": False, "error": code})
