"""The one way out over HTTP: every channel's requests and the code host's, with one guard and one kind of error.

Nothing is asked twice here. Who asks has stored what waits (a message in the outbox, an event in the ledger) and asks
again when the error says that it may help, no sooner than the service wants.
"""

from __future__ import annotations

import json
import logging
import re
import ssl
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus, urljoin, urlsplit

from inspect_pipelines.domain.channel import url_problem
from inspect_pipelines.errors import ChannelError
from inspect_pipelines.ports.clock import Clock
from resources.http.addresses import AddressRefused
from resources.http.trust import Trust

if TYPE_CHECKING:  # it takes 0.1 s to import, and most commands ask nobody
    import httpx

SEND_SECONDS = 60.0  # all requests of a message together; the sender's lease, in usecases/notify, is longer
MAX_ANSWER_BYTES = 2_000_000  # a page of 100 comments; more is not an answer of a service that we know
SHOWN_CHARACTERS = 200  # of an answer, in an error
MAX_REDIRECTS = 3
SECONDARY_SECONDS = 60.0  # GitHub's advice for a limit that names no time
MAX_RETRY_AFTER_SECONDS = 24 * 3600.0
TRANSIENT = frozenset({408, 409, 423, 425, 429})  # of the 4xx: the same request may succeed later
SAME_REQUEST = frozenset({307, 308})


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def links(self) -> Mapping[str, str]:
        """The addresses of its `Link` header by their relation."""
        import httpx

        answer = httpx.Response(self.status, headers=dict(self.headers))
        return {relation: str(link.get("url", "")) for relation, link in answer.links.items() if relation}

    def json(self) -> Any:
        """What the body says; None when it is no JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):  # nested a thousand deep
            return None


class Outgoing:
    """The requests of one message, or of one question, to one service.

    Args:
        service: How errors call it.
        timeout_seconds: Of one request.
        whole_seconds: Of all of them together.
        most_bytes: Of an answer.
        secrets: Texts that no error may hold.
        allow_private: As in ChannelConfig.
    """

    def __init__(
        self,
        service: str,
        clock: Clock,
        trust: Trust,
        *,
        timeout_seconds: float = 10.0,
        whole_seconds: float = SEND_SECONDS,
        most_bytes: int = MAX_ANSWER_BYTES,
        allow_private: Sequence[str] = (),
        secrets: Sequence[str] = (),
    ) -> None:
        self.service = service
        self._clock = clock
        self._trust = trust
        self._timeout_seconds = timeout_seconds
        self._whole_seconds = whole_seconds
        self._last_moment = clock.monotonic() + whole_seconds
        self._most_bytes = most_bytes
        self._allow_private = allow_private
        self._secrets = secrets

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json_body: Any = None,
        content: bytes | None = None,
        may: Collection[int] = (),
    ) -> Answer:
        """The answer, when it is a 2xx or one of `may`.

        Raises:
            ChannelError: Anything else; it knows whether another try may help, and holds no secret.
        """
        if json_body is not None:
            content = json.dumps(json_body, ensure_ascii=False).encode("utf-8", "replace")
            headers = {"Content-Type": "application/json", **(headers or {})}
        given = {"User-Agent": "inspect-pipelines", **(headers or {})}
        deadline = min(self._clock.monotonic() + self._timeout_seconds, self._last_moment)
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._once(method, url, given, content, deadline)
            following = _next(url, answer) if method == "GET" or answer.status in SAME_REQUEST else None
            if following is None:
                break
            if _place(following) != _place(url):
                raise self.error(
                    f"answers {answer.status} with a redirect to another host, {urlsplit(following).hostname!r}, "
                    "which is not followed; write its new address",
                    is_permanent=True,
                )
            url = following
        if 200 <= answer.status < 300 or answer.status in may:
            return answer
        raise self.refusal(answer)

    def refusal(self, answer: Answer) -> ChannelError:
        """The error behind a status."""
        wait = self._retry_after(answer)
        is_limit = answer.status == 403 and (wait is not None or _is_limited(answer))
        is_permanent = answer.status < 500 and answer.status not in TRANSIENT and not is_limit
        said = self._shown(answer.body)
        return self.error(
            f"answers {answer.status}{f': {said}' if said else ''}{_advice(answer.status, is_limit)}",
            is_permanent=is_permanent,
            retry_after_seconds=None if is_permanent else wait,
        )

    def peace_wanted(self, answer: Answer) -> float | None:
        """For how many seconds a service that has a limit wants no question; None: the answer is not about a limit."""
        wait = self._retry_after(answer)
        if answer.status not in (403, 429) or (
            answer.status == 403 and wait is None and not _is_limited(answer)
        ):
            return None
        return SECONDARY_SECONDS if wait is None else wait

    def error(
        self, what: str, *, is_permanent: bool, retry_after_seconds: float | None = None
    ) -> ChannelError:
        """An error of this service, its secrets blanked out."""
        return ChannelError(
            redacted(f"{self.service} {what}", self._secrets),
            is_permanent=is_permanent,
            retry_after_seconds=retry_after_seconds,
        )

    def _once(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, deadline: float
    ) -> Answer:
        import httpx

        from resources.http.guarded_transport import GuardedTransport, OutOfTime

        problem = url_problem(url, self._allow_private)
        if problem:
            raise self.error(f"cannot be reached: its address {problem}", is_permanent=True)
        tls = self._trust.context() if url.lower().startswith("https:") else None
        transport = GuardedTransport(self._clock, deadline, self._allow_private, tls)
        # A client for one request: sends are rare, and a kept connection may be closed under the next one.
        with httpx.Client(transport=transport, timeout=self._timeout_seconds, trust_env=False) as client:
            try:
                with client.stream(method, url, headers=headers, content=content) as response:
                    return Answer(response.status_code, response.headers, self._read(response))
            # `from None`: the causes hold the request, and so its secrets.
            except AddressRefused as error:
                raise self.error(f"is not asked: {error}", is_permanent=True) from None
            except (OutOfTime, httpx.TimeoutException):
                is_last = deadline == self._last_moment
                limit = f"{self._whole_seconds:g} s in all" if is_last else f"{self._timeout_seconds:g} s"
                raise self.error(f"did not answer within {limit}", is_permanent=False) from None
            except (httpx.InvalidURL, UnicodeError):
                raise self.error(
                    "cannot be reached: its address is not one; write 'https://host/path'", is_permanent=True
                ) from None
            except (httpx.HTTPError, ssl.SSLError) as error:
                host = urlsplit(url).hostname
                raise self.error(
                    f"cannot be reached at {host!r}: {self._shown(str(error).encode())}", is_permanent=False
                ) from None

    def _read(self, response: httpx.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > self._most_bytes:
                raise self.error(
                    f"answers {response.status_code} with more than {self._most_bytes:,} bytes",
                    is_permanent=False,
                )
        return bytes(body)

    def _retry_after(self, answer: Answer) -> float | None:
        text = answer.headers.get("retry-after", "").strip()
        now = self._clock.now()
        if not text and _is_used_up(answer):
            reset = answer.headers.get("x-ratelimit-reset", "")
            return _within(float(reset) - now.timestamp()) if reset.isdecimal() else None
        if re.fullmatch(r"\d{1,9}(\.\d+)?", text):
            return _within(float(text))
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        return _within(((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())

    def _shown(self, body: bytes) -> str:
        """The beginning of an answer on one line, redacted before it is cut: half a secret is one, too."""
        text = redacted(body[:20_000].decode("utf-8", "replace"), self._secrets)
        plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return plain if len(plain) <= SHOWN_CHARACTERS else plain[: SHOWN_CHARACTERS - 1] + "…"


class _NoAddresses(logging.Filter):
    """Drops httpx's line about each request: it holds the address, which is the secret of a Teams workflow."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not str(record.msg).startswith("HTTP Request")


logging.getLogger("httpx").addFilter(_NoAddresses())


def redacted(text: str, secrets: Sequence[str]) -> str:
    """The text with every secret, also in its URL and JSON spellings, blanked out."""
    spellings = {
        spelling
        for secret in secrets
        if secret
        for spelling in (
            secret,
            quote(secret, safe=""),
            quote(secret),
            quote_plus(secret),
            json.dumps(secret)[1:-1],
        )
    }
    for spelling in sorted(spellings, key=len, reverse=True):
        text = text.replace(spelling, "***")
    return text


def _next(url: str, answer: Answer) -> str | None:
    location = answer.headers.get("location", "")
    is_redirect = answer.status in (301, 302, 303, *SAME_REQUEST)
    return urljoin(url, location) if is_redirect and location else None


def _place(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _is_limited(answer: Answer) -> bool:
    """Whether a 403 is GitHub's way to say that we ask too much: by its first limit, or by one that has only words."""
    return _is_used_up(answer) or b"rate limit" in answer.body[:2000].lower()


def _is_used_up(answer: Answer) -> bool:
    return answer.headers.get("x-ratelimit-remaining") == "0"


def _within(seconds: float) -> float:
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_SECONDS)


def _advice(status: int, is_limit: bool) -> str:
    if status in (401, 403) and not is_limit:
        return "; check its secret and what it may do"
    if status in (404, 410):
        return "; it is gone: check its address in organization.yaml"
    if 300 <= status < 400:
        return "; write its new address"
    return ""
