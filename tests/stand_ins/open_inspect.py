"""An Open-Inspect control plane by its wire contract: signatures, nonces, skew, actor, sizes; its agents are scripted.

Time in a session passes by looks at its messages, so that a test waits for nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from loopback_site.server import png
from stand_ins.server import Request, Says, StandIn

SECRET = "hunter2-of-the-control-plane"
ACTOR = "github:inspect-qa"
NAMESPACES = {"github-bot": "github", "linear-bot": "linear", "slack-bot": "slack", "web": "user"}
SKEW_SECONDS = 300
MOST_BODY = 16 * 1024 * 1024
MOST_PICTURES = 100
MOST_PICTURE_BYTES = 10 * 1024 * 1024
CREATE_KEYS = {"title", "model", "reasoningEffort", "repoOwner", "repoName", "branch", "repositories"}
SCREEN = re.compile(
    r"^- upload-media FILE --source-url URL --viewport '(\{[^']*\})'( --full-page)? --caption '([^']+)'", re.M
)
BASE = re.compile(r"begin with `/` are of (\S+?)/?\.(?:\s|$)")
STEP = re.compile(r"\(id ([^)\s]+)\)")


@dataclass(frozen=True)
class Shot:
    """What an agent publishes."""

    caption: str = ""
    data: bytes = b""
    url: str = "https://shop.example/"
    viewport: tuple[int, int] | None = (1280, 800)
    full_page: bool = True
    mime: str = "image/png"


def as_asked(prompt: str) -> list[Shot]:
    """A grey picture of each screen that the prompt asks for."""
    shots = []
    base = BASE.search(prompt)
    for size, full, caption in SCREEN.findall(prompt):
        found = json.loads(size)
        viewport = (found["width"], found["height"])
        name = caption.partition("/")[2].partition("@")[0]
        shots.append(
            Shot(
                caption,
                png(viewport[0] // 4, viewport[1] // 4),
                f"{base[1] if base else 'https://shop.example'}/{name}",
                viewport,
                bool(full),
            )
        )
    return shots


def all_done(prompt: str) -> str:
    """The answer of an agent for whom everything has worked."""
    steps = [{"id": step, "status": "completed"} for step in dict.fromkeys(STEP.findall(prompt))]
    return f"All is well.\n```json\n{json.dumps({'findings': [], 'steps': steps})}\n```"


@dataclass
class Agent:
    """How an agent behaves; as it is: it does all that was asked.

    Attributes:
        waits: Looks at its messages while it is pending.
        works: Looks while it is processing.
        error: Its message fails with this.
        hangs: It ends by being stopped only.
        deaf: How many stops it does not hear.
    """

    shots: Callable[[str], list[Shot]] = as_asked
    answer: Callable[[str], str] = all_done
    waits: int = 0
    works: int = 1
    error: str = ""
    hangs: bool = False
    deaf: int = 0
    costs: tuple[float, ...] = (0.25, 0.17)


@dataclass
class Message:
    id: str
    content: str
    created_ms: int
    status: str = "pending"
    started_ms: int | None = None
    completed_ms: int | None = None
    error: str | None = None
    looks: int = 0


@dataclass
class Session:
    id: str
    title: str
    asked: dict[str, Any]
    agent: Agent
    created_ms: int
    messages: list[Message] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    artifacts: list[dict[str, Any]] = field(default_factory=list)
    media: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    is_archived: bool = False
    stops: int = 0


def expected_signature(
    *,
    secret: str,
    service: str,
    timestamp_ms: int,
    nonce: str,
    method: str,
    path: str,
    query: str,
    body: bytes,
    actor: str,
) -> str:
    """Written from the contract, apart from the product's own."""
    safe = "-_.!~*'()"
    pairs = sorted(f"{k}\0{v}".encode() for k, v in parse_qsl(query, keep_blank_values=True))
    halves = [pair.split(b"\0", 1) for pair in pairs]
    canonical = "&".join(f"{quote(k, safe=safe)}={quote(v, safe=safe)}" for k, v in halves)
    text = f"sig1\n{service}\n{timestamp_ms}\n{nonce}\n{method}\n{path}\n{canonical}\n"
    text += f"{hashlib.sha256(body).hexdigest()}\n{actor}"
    return f"sig1.{timestamp_ms}.{nonce}.{hmac.new(secret.encode(), text.encode(), 'sha256').hexdigest()}"


class ControlPlane(StandIn):
    """Sessions of scripted agents.

    Args:
        clock_offset_seconds: By how much its clock is ahead of ours.
    """

    def __init__(self, *, secret: str = SECRET, clock_offset_seconds: float = 0.0) -> None:
        self.secret = secret
        self.clock_offset_seconds = clock_offset_seconds
        self.repositories = {"acme/shop"}
        self.agent: Callable[[str], Agent] = lambda title: Agent()  # by a session's title
        self.sessions: dict[str, Session] = {}
        self.nonces: set[str] = set()
        self.astray: list[str] = []  # prompts to sessions that there are not: accepted, and lost
        self.refused: list[str] = []  # why a request was not let in
        self._serial = 0
        self._lock = threading.RLock()
        super().__init__()

    # What a test may ask.

    def titled(self, part: str) -> list[Session]:
        return [each for each in self.sessions.values() if part in each.title]

    @property
    def only(self) -> Session:
        (session,) = self.sessions.values()
        return session

    # The door.

    def answer(self, request: Request) -> Says:
        with self._lock:
            problem = self._problem(request)
            if problem is not None:
                self.refused.append(problem.body["error"])
                return problem
            return self._answered(request)

    def tell(self, handler: BaseHTTPRequestHandler, said: Says) -> None:
        handler.date_time_string = lambda timestamp=None: formatdate(self._now() / 1000, usegmt=True)  # type: ignore[method-assign]
        super().tell(handler, said)

    def _problem(self, request: Request) -> Says | None:
        if len(request.body) > MOST_BODY:
            return _error(413, "request body too large")
        service = request.headers.get("x-openinspect-service", "")
        actor = request.headers.get("x-openinspect-actor", "")
        said = request.headers.get("x-openinspect-service-signature", "")
        parts = re.fullmatch(r"sig1\.(\d{13})\.([0-9a-f]{16})\.([0-9a-f]{64})", said)
        if service not in NAMESPACES or parts is None:
            return _error(401, "Unauthorized")
        target = urlsplit(request.target)
        expected = expected_signature(
            secret=self.secret,
            service=service,
            timestamp_ms=int(parts[1]),
            nonce=parts[2],
            method=request.method,
            path=target.path,
            query=target.query,
            body=request.body,
            actor=actor,
        )
        if not hmac.compare_digest(expected, said):
            return _error(401, "Unauthorized: signature")
        if abs(int(parts[1]) - self._now()) > SKEW_SECONDS * 1000:
            return _error(401, "Unauthorized: timestamp outside of the accepted window")
        if parts[2] in self.nonces:
            return _error(401, "Unauthorized: nonce was used before")
        self.nonces.add(parts[2])
        if actor and not re.fullmatch(rf"{NAMESPACES[service]}:\S+", actor):
            return _error(403, "actor is not of this service's namespace")
        if request.method == "POST" and request.path == "/sessions" and not actor:
            return _error(403, "actor required")
        return None

    def _answered(self, request: Request) -> Says:
        path = [unquote(part) for part in request.path.strip("/").split("/")]
        match (request.method, path):
            case ("POST", ["sessions"]):
                return self._create(request)
            case ("GET", ["sessions"]):
                return self._listed(request)
            case ("GET", ["sessions", _]):
                return _error(403, "human-only route")
            case ("POST", ["sessions", session_id, "prompt"]):
                return self._prompt(session_id, request)
        session = self.sessions.get(path[1]) if len(path) > 1 and path[0] == "sessions" else None
        if session is None:
            return _error(404, "Session not found")
        match (request.method, path[2:]):
            case ("GET", ["messages"]):
                return self._messages(session)
            case ("GET", ["events"]):
                return self._events(session, request)
            case ("GET", ["artifacts"]):
                return Says(200, {"artifacts": session.artifacts})
            case ("GET", ["media", artifact_id]):
                return self._media(session, artifact_id)
            case ("POST", ["stop"]):
                return self._stop(session)
            case ("POST", ["archive"]):
                if any(each.status in ("pending", "processing") for each in session.messages):
                    return _error(409, "work is queued")
                session.is_archived = True
                return Says(200, {"status": "archived"})
        return _error(404, "Not found")

    # Its routes.

    def _create(self, request: Request) -> Says:
        asked = _body(request)
        if asked is None or set(asked) - CREATE_KEYS:
            return _error(400, "Invalid body")
        if ("repoOwner" in asked) != ("repoName" in asked):
            return _error(400, "repoOwner and repoName go together")
        if "repoOwner" in asked and f"{asked['repoOwner']}/{asked['repoName']}" not in self.repositories:
            return _error(404, "Repository is not installed")
        title = asked.get("title", "")
        session = Session(self._id("s"), title, asked, self.agent(title), self._now())
        self.sessions[session.id] = session
        return Says(201, {"sessionId": session.id, "status": "created"})

    def _listed(self, request: Request) -> Says:
        limit = int(request.query.get("limit", "50"))
        if not 1 <= limit <= 100:
            return _error(400, "limit")
        newest = sorted(self.sessions.values(), key=lambda each: (each.created_ms, each.id), reverse=True)
        rows = [
            {"id": each.id, "title": each.title, "createdAt": each.created_ms, "status": "active"}
            for each in newest[:limit]
        ]
        return Says(200, {"sessions": rows, "hasMore": len(newest) > limit})

    def _prompt(self, session_id: str, request: Request) -> Says:
        asked = _body(request)
        if asked is None or not 1 <= len(str(asked.get("content", ""))) <= 64_000:
            return _error(400, "content must have 1 to 64000 characters")
        session = self.sessions.get(session_id)
        if session is None:  # not rejected, as the contract warns
            self.astray.append(session_id)
            return Says(200, {"messageId": self._id("m"), "status": "queued"})
        if session.is_archived:
            return _error(409, "session is archived")
        if sum(each.status in ("pending", "processing") for each in session.messages) >= 10:
            return Says(429, {"error": "too many prompts", "code": "PROMPT_QUEUE_FULL"})
        message = Message(self._id("m"), asked["content"], self._now())
        session.messages.append(message)
        return Says(200, {"messageId": message.id, "status": "queued"})

    def _messages(self, session: Session) -> Says:
        for message in session.messages:
            self._go_on(session, message)
        rows = [
            {
                "id": each.id,
                "status": each.status,
                "source": "automation",
                "createdAt": each.created_ms,
                "startedAt": each.started_ms,
                "completedAt": each.completed_ms,
                "error": each.error,
            }
            for each in session.messages
        ]
        return Says(200, {"messages": rows, "cursor": None, "hasMore": False})

    def _events(self, session: Session, request: Request) -> Says:
        query = request.query
        limit, start = int(query.get("limit", "50")), int(query.get("cursor") or 0)
        if not 1 <= limit <= 200:
            return _error(400, "limit")
        found = [
            each
            for each in reversed(session.events)
            if query.get("message_id") in (None, each["messageId"])
            and query.get("type") in (None, each["type"])
        ]
        has_more = len(found) > start + limit
        page = {"events": found[start : start + limit], "hasMore": has_more}
        return Says(200, {**page, "cursor": str(start + limit) if has_more else None})

    def _media(self, session: Session, artifact_id: str) -> Says:
        if artifact_id not in session.media:
            return _error(404, "Artifact not found")
        data, mime = session.media[artifact_id]
        etag = hashlib.sha256(data).hexdigest()[:16]
        return Says(200, data, {"Content-Type": mime, "ETag": f'"{etag}"'})

    def _stop(self, session: Session) -> Says:
        session.stops += 1
        for message in session.messages:
            if message.status == "processing" and session.stops > session.agent.deaf:
                self._end(session, message, "Execution was stopped")
                break
        return Says(200, {"status": "stopping"})

    # Its agents.

    def _go_on(self, session: Session, message: Message) -> None:
        agent = session.agent
        if message.status == "pending" and message.looks >= agent.waits:
            message.status, message.started_ms = "processing", self._now()
            self._event(session, message, "step_start", {})
        elif (
            message.status == "processing" and not agent.hangs and message.looks >= agent.waits + agent.works
        ):
            self._publish(session, message)
            for cost in agent.costs:
                self._event(session, message, "step_finish", {"cost": cost})
            answer = agent.answer(message.content)
            for end in (len(answer) // 2, len(answer)):
                self._event(session, message, "token", {"content": answer[:end]})
            self._end(session, message, agent.error)
        message.looks += 1

    def _publish(self, session: Session, message: Message) -> None:
        for shot in session.agent.shots(message.content)[:MOST_PICTURES]:
            if len(shot.data) > MOST_PICTURE_BYTES:
                continue
            self.publish(session, shot)

    def publish(self, session: Session, shot: Shot) -> None:
        artifact_id = self._id("a")
        metadata: dict[str, Any] = {
            "objectKey": f"sessions/{session.id}/{artifact_id}",
            "mimeType": shot.mime,
            "sizeBytes": len(shot.data),
            "sourceUrl": shot.url,
            "fullPage": shot.full_page,
        }
        if shot.viewport:
            metadata["viewport"] = {"width": shot.viewport[0], "height": shot.viewport[1]}
        if shot.caption:
            metadata["caption"] = shot.caption
        session.media[artifact_id] = (shot.data, shot.mime)
        session.artifacts.append(
            {
                "id": artifact_id,
                "type": "screenshot",
                "url": metadata["objectKey"],
                "metadata": metadata,
                "createdAt": self._now(),
            }
        )

    def _end(self, session: Session, message: Message, error: str) -> None:
        message.status, message.error = ("failed", error) if error else ("completed", None)
        message.completed_ms = self._now()
        self._event(
            session,
            message,
            "execution_complete",
            {"success": not error, **({"error": error} if error else {})},
        )

    def _event(self, session: Session, message: Message, kind: str, data: dict[str, Any]) -> None:
        event = {"id": self._id("e"), "type": kind, "messageId": message.id, "data": data}
        session.events.append({**event, "createdAt": self._now()})

    def _now(self) -> int:
        return round((time.time() + self.clock_offset_seconds) * 1000)

    def _id(self, letter: str) -> str:
        self._serial += 1
        return f"{letter}{self._serial:06d}"


def _body(request: Request) -> dict[str, Any] | None:
    try:
        found = request.json()
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _error(status: int, text: str) -> Says:
    return Says(status, {"error": text})
