"""GitHub's REST API: commit statuses, issue comments in pages, who the token is, who may edit what."""

from __future__ import annotations

import re
from typing import Any

from stand_ins.server import Request, Says, StandIn

TOKEN = "ghp_hunter2hunter2hunter2hunter2hunter22"
SHA = "6dcb09b5b57875f334f61aebed695e2e4193db5e"


class Github(StandIn):
    def __init__(self) -> None:
        self.statuses: list[dict[str, Any]] = []
        self.comments: list[dict[str, Any]] = []
        self.me: dict[str, str] | None = {
            "login": "qa-bot",
            "type": "User",
        }  # None: an app, which may not ask
        super().__init__()

    def say(self, login: str, body: str, type: str = "User") -> dict[str, Any]:  # noqa: A002
        """Somebody comments on pull request 7."""
        comment = {"id": 1000 + len(self.comments), "user": {"login": login, "type": type}, "body": body}
        self.comments.append(comment)
        return comment

    def answer(self, request: Request) -> Says:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return Says(401, {"message": "Bad credentials"})
        if not request.headers.get("user-agent") or "x-github-api-version" not in request.headers:
            return Says(403, {"message": "Request forbidden by administrative rules"})
        if request.path == "/user":
            return (
                Says(200, self.me)
                if self.me
                else Says(403, {"message": "Resource not accessible by integration"})
            )
        if request.path == f"/repos/acme/shop/statuses/{SHA}" and request.method == "POST":
            return self._status(request.json())
        if request.path == "/repos/acme/shop/issues/7/comments":
            return self._create(request) if request.method == "POST" else self._list(request)
        found = re.fullmatch(r"/repos/acme/shop/issues/comments/(\d+)", request.path)
        return self._one(int(found.group(1)), request) if found else Says(404, {"message": "Not Found"})

    def _status(self, given: dict[str, Any]) -> Says:
        known = given.get("state") in ("error", "failure", "pending", "success")
        if not known or len(given.get("description", "")) > 140 or not given.get("context"):
            return Says(422, {"message": "Validation Failed"})
        self.statuses.append(given)
        return Says(201, {"id": len(self.statuses), **given})

    def _list(self, request: Request) -> Says:
        size, page = int(request.query["per_page"]), int(request.query["page"])
        return Says(200, self.comments[(page - 1) * size : page * size])

    def _create(self, request: Request) -> Says:
        body = request.json().get("body", "")
        if not body or len(body) > 65_536:
            return Says(422, {"message": "Validation Failed"})
        me = self.me or {"login": "qa[bot]", "type": "Bot"}
        return Says(201, self.say(me["login"], body, me["type"]))

    def _one(self, number: int, request: Request) -> Says:
        found = next((one for one in self.comments if one["id"] == number), None)
        if found is None:
            return Says(404, {"message": "Not Found"})
        if request.method == "PATCH":
            found["body"] = request.json()["body"]
        return Says(200, found)
