"""A control plane's wire contract: one method a call, each signed anew; nothing is asked twice here."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from inspect_pipelines.errors import ChannelError
from inspect_pipelines.ports.clock import Clock
from resources.http.outgoing import Answer, Outgoing, redacted
from resources.http.trust import Trust
from resources.sessions.open_inspect import told
from resources.sessions.open_inspect.access import Access
from resources.sessions.open_inspect.busy import Busy
from resources.sessions.open_inspect.refusal import REFUSALS, ControlPlaneRefused, refusal, skew_seconds
from resources.sessions.open_inspect.signature import NONCE_DIGITS, signature

ANSWER_SECONDS = 20.0
MEDIA_SECONDS = 60.0
MOST_ANSWER_BYTES = 8_000_000  # a page of 200 events, of which each may hold all of the text so far
MOST_MEDIA_BYTES = 10 * 1024 * 1024
MOST_PAGES = 20  # of events in one look
LISTED = 100
EVENTS = 200
SAID_CHARACTERS = 200


class ControlPlane:
    """What is asked of it.

    Every method may raise `Busy` (another try may help) and
    `ControlPlaneRefused` (it would be refused alike; a person has to change something).

    Args:
        resolve: A secret's value behind its reference.
    """

    def __init__(self, access: Access, clock: Clock, resolve: Callable[[str], str], trust: Trust) -> None:
        self._access, self._clock, self._resolve, self._trust = access, clock, resolve, trust
        self.asked = 0  # requests so far

    def create(self, title: str, repo: str | None, branch: str | None) -> str:
        """Open a session; the id that it has there."""
        body: dict[str, str] = {"title": title}
        if repo:
            body["repoOwner"], _, body["repoName"] = repo.partition("/")
            body |= {"branch": branch} if branch else {}
        body |= {"model": self._access.model} if self._access.model else {}
        body |= {"reasoningEffort": self._access.effort} if self._access.effort else {}
        asked = f"opening a session{f' on {repo}' if repo else ''}"
        return self._id(asked, self._post(asked, "/sessions", body), "sessionId")

    def listed(self) -> list[told.Listed]:
        """The newest hundred sessions."""
        body = self._get("listing sessions", f"/sessions?limit={LISTED}", is_of_session=False)
        return [told.listed(row) for row in told.rows(body, "sessions")]

    def prompt(self, session_id: str, content: str) -> str:
        """Give it work; the message's id. An id that is not known is accepted all the same: ask `messages` first."""
        asked = f"prompting session {session_id!r}"
        body = {"content": content, "source": "automation"}
        return self._id(
            asked, self._post(asked, _place(session_id, "prompt"), body, is_of_session=True), "messageId"
        )

    def messages(self, session_id: str) -> list[told.Message]:
        """Oldest first."""
        body = self._get(f"asking after session {session_id!r}", _place(session_id, "messages"))
        found = [told.message(row) for row in told.rows(body, "messages")]
        return sorted(found, key=lambda each: each.created_ms or 0)

    def events(
        self, session_id: str, message_id: str, kind: str, *, most: int | None = None
    ) -> list[told.Event]:
        """Newest first; all of them unless `most` are enough."""
        found: list[told.Event] = []
        cursor = ""
        for _ in range(MOST_PAGES):
            query = {"message_id": message_id, "type": kind, "limit": str(min(most or EVENTS, EVENTS))}
            query |= {"cursor": cursor} if cursor else {}
            place = f"{_place(session_id, 'events')}?{urlencode(query)}"
            body = self._get(f"asking for events of session {session_id!r}", place)
            found += [told.event(row) for row in told.rows(body, "events")]
            cursor = body.get("cursor") or ""
            if not cursor or not body.get("hasMore") or (most is not None and len(found) >= most):
                break
        return found

    def artifacts(self, session_id: str) -> list[told.Artifact]:
        body = self._get(f"asking what session {session_id!r} has published", _place(session_id, "artifacts"))
        return [told.artifact(row) for row in told.rows(body, "artifacts")]

    def media(self, session_id: str, artifact_id: str) -> bytes:
        place = _place(session_id, "media", artifact_id)
        asked = f"fetching picture {artifact_id!r} of session {session_id!r}"
        return self._send(asked, "GET", place, b"", is_of_session=False, is_media=True).body

    def stop(self, session_id: str) -> None:
        """Stop the message that is being processed; one that waits has to be stopped again when it begins."""
        self._post(f"stopping session {session_id!r}", _place(session_id, "stop"), {}, is_of_session=True)

    def archive(self, session_id: str) -> None:
        self._post(f"archiving session {session_id!r}", _place(session_id, "archive"), {}, is_of_session=True)

    def skew_seconds(self) -> float | None:
        """By how much its clock is ahead of ours, asked with a signed request; None: it does not tell."""
        answer = self._send("listing sessions", "GET", "/sessions?limit=1", b"", is_of_session=False)
        return skew_seconds(answer, self._clock.now())

    def _get(self, asked: str, place: str, *, is_of_session: bool = True) -> Any:
        return self._send(asked, "GET", place, b"", is_of_session=is_of_session).json()

    def _post(self, asked: str, place: str, body: Mapping[str, str], *, is_of_session: bool = False) -> Any:
        content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        return self._send(asked, "POST", place, content, is_of_session=is_of_session).json()

    def _send(
        self,
        asked: str,
        method: str,
        place: str,
        content: bytes,
        *,
        is_of_session: bool,
        is_media: bool = False,
    ) -> Answer:
        secret = self._resolve(self._access.secret)
        url = f"{self._access.url}{place}"
        outgoing = Outgoing(
            "the control plane",
            self._clock,
            self._trust,
            timeout_seconds=MEDIA_SECONDS if is_media else ANSWER_SECONDS,
            most_bytes=MOST_MEDIA_BYTES if is_media else MOST_ANSWER_BYTES,
            allow_private=self._access.allow_private,
            secrets=(secret,),
        )
        self.asked += 1
        try:
            answer = outgoing.send(
                method,
                url,
                headers=self._signed(secret, method, url, content),
                content=content or None,
                may=REFUSALS,
            )
        except ChannelError as error:
            if error.retry_may_help:
                raise Busy(f"{asked} failed: {error}", error.retry_after_seconds) from None
            raise ControlPlaneRefused(f"{asked} failed: {error}", 0) from None
        if answer.status in REFUSALS:
            said = redacted(_said(answer), (secret,))
            raise refusal(asked, answer, said, now=self._clock.now(), is_of_session=is_of_session)
        return answer

    def _signed(self, secret: str, method: str, url: str, content: bytes) -> Mapping[str, str]:
        access = self._access
        parts = urlsplit(url)
        signed = signature(
            secret=secret,
            service=access.service,
            timestamp_ms=int(self._clock.now().timestamp() * 1000),
            nonce=self._clock.new_id().replace("-", "")[-NONCE_DIGITS:],
            method=method,
            path=parts.path,
            query=parts.query,
            body=content,
            actor=access.actor,
        )
        return {
            "X-OpenInspect-Service": access.service,
            "X-OpenInspect-Service-Signature": signed,
            "X-OpenInspect-Actor": access.actor,
            **({"Content-Type": "application/json"} if content else {}),
        }

    @staticmethod
    def _id(asked: str, body: Any, name: str) -> str:
        found = body.get(name) if isinstance(body, dict) else None
        if not isinstance(found, str) or not found:
            raise Busy(f"{asked} failed: the control plane's answer holds no {name!r}; check its address")
        return found


def _place(session_id: str, *rest: str) -> str:
    return "/sessions/" + "/".join(quote(part, safe="-_.!~*'()") for part in (session_id, *rest))


def _said(answer: Answer) -> str:
    body = answer.json()
    text = body.get("error") if isinstance(body, dict) else None
    plain = " ".join(str(text or "").split())
    return "".join(sign for sign in plain if sign.isprintable())[:SAID_CHARACTERS]
