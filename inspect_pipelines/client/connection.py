"""The way to a server: one kept HTTP client, a token, a few more tries where a request cannot do anything twice."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

import httpx

from inspect_pipelines.client.address import server_address
from inspect_pipelines.client.problems import ServerError, foreign, problem_of
from inspect_pipelines.domain.access import is_token
from inspect_pipelines.errors import InspectError, UsageError
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.queries.json_shape import to_json

TRIES = 3
FIRST_WAIT_SECONDS = 0.5  # doubled each time, where the server names no other
LONGEST_WAIT_SECONDS = 30.0
TIMEOUT = httpx.Timeout(60.0, connect=10.0)
BUSY = frozenset({429, 502, 503, 504})
UNDER_WAY = 409  # of a request whose first answer was lost: it is still being done
JSON = "application/json"
ERRNO = re.compile(r"^\[Errno -?\d+\] ")
PROGRAM = f"inspect-pipelines/{version('inspect-pipelines')}"


class Connection:
    """To one server, as one organisation.

    Args:
        server: Its address.
        token: `insp_pat_..`; None: as the local person, on the machine itself.
        org: The organisation, where no token names it and the server has several.
        says: What it calls itself; None: our name and version.
        clock: For waiting, and for fresh keys.

    Raises:
        UsageError: The address or the token is none.
    """

    def __init__(
        self, server: str, token: str | None, *, org: str | None, says: str | None, clock: Clock
    ) -> None:
        self.address = server_address(server)
        if token is not None and not is_token(token):
            raise UsageError(
                "that is no token (it is not shown here): one reads insp_pat_, 22 letters and digits, _ and 8 more; create "
                "one with: inspect-pipelines tokens create"
            )
        self._org, self._clock = org, clock
        headers = {"User-Agent": says or PROGRAM}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        is_clear = self.address.origin.startswith("http:")  # to this very machine, else it was refused
        self._http = httpx.Client(
            headers=headers,
            timeout=TIMEOUT,
            follow_redirects=False,
            # a proxy of the environment is for other machines: it would look for the server on its own
            trust_env=not self.address.is_here,
            # whom we trust takes longer to read than a request to this machine takes
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if is_clear else True,
        )

    def close(self) -> None:
        self._http.close()

    def fresh_key(self) -> str:
        """One that no other wish has."""
        return self._clock.new_id()

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> httpx.Response:
        """The answer, which is a 2xx.

        Raises:
            InspectError: Whatever was refused, with the server's sentence; or there is no server of ours.
        """
        request = self._request(method, path, query, body, headers)
        is_repeatable = method == "GET" or "Idempotency-Key" in request.headers
        wait = FIRST_WAIT_SECONDS
        for left in reversed(range(TRIES)):
            try:
                answer = self._http.send(request)
            except httpx.TransportError as error:
                problem = self._unreached(error)
                was_sent = not isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout))
                if left == 0 or (was_sent and not is_repeatable):
                    raise problem from None  # the cause holds the request, and so the token
            else:
                if answer.is_success:
                    return answer
                is_lost = answer.status_code == UNDER_WAY and left < TRIES - 1
                wanted = _retry_after(answer)
                if (
                    left == 0
                    or not is_repeatable
                    or not (answer.status_code in BUSY or is_lost)
                    or wanted > LONGEST_WAIT_SECONDS
                ):
                    raise problem_of(answer, str(self.address))
                wait = max(wait, wanted)
            self._clock.sleep(wait)
            wait *= 2
        raise AssertionError("the last try answers or raises")

    def json(self, method: str, path: str, **given: Any) -> Any:
        """What the answer says."""
        answer = self.ask(method, path, **given)
        if answer.headers.get("content-type", "").partition(";")[0] != JSON:
            raise foreign(answer, str(self.address))
        try:
            return json.loads(answer.content)
        except (ValueError, RecursionError):
            raise foreign(answer, str(self.address)) from None

    @contextmanager
    def lines(self, path: str, *, headers: Mapping[str, str | None]) -> Iterator[Iterator[str]]:
        """The lines of an answer that goes on.

        Raises:
            InspectError: It was refused, or is cut off.
        """
        request = self._request("GET", path, None, None, headers)
        try:
            answer = self._http.send(request, stream=True)
            try:
                if not answer.is_success:
                    answer.read()
                    raise problem_of(answer, str(self.address))
                yield answer.iter_lines()
            finally:
                answer.close()
        except httpx.TransportError as error:
            raise self._unreached(error) from None

    def _request(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str | None] | None,
    ) -> httpx.Request:
        asked = {"org": self._org, **(query or {})}
        written = None if body is None else json.dumps(_said(body), ensure_ascii=True).encode()
        kind = {} if body is None else {"Content-Type": JSON}
        try:
            return self._http.build_request(
                method,
                self.address.of(path),
                params={name: _text(value) for name, value in _said(asked).items()},
                content=written,
                headers={**kind, **{name: one for name, one in (headers or {}).items() if one is not None}},
            )
        except (httpx.InvalidURL, UnicodeError) as error:
            raise UsageError(f"{str(self.address)!r} cannot be asked: {error}; check the address") from None

    def _unreached(self, error: httpx.TransportError) -> InspectError:
        if isinstance(error, httpx.TimeoutException):
            return ServerError(
                f"{str(self.address)!r} did not answer in time; try again, or look whether it is up"
            )
        hint = "look whether it is up, and whether the address is right"
        if "certificate" in str(error).lower():
            hint = "let SSL_CERT_FILE name the authority that signed it, if that is yours"
        why = ERRNO.sub("", str(error)).lower() or type(error).__name__
        return ServerError(f"{str(self.address)!r} cannot be reached: {why}; {hint}")


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody gave, in JSON's values."""
    return {name: to_json(value) for name, value in values.items() if value is not None}


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return [str(one) for one in value] if isinstance(value, list) else str(value)


def _retry_after(answer: httpx.Response) -> float:
    text = answer.headers.get("retry-after", "")
    return float(text) if text.isdecimal() and len(text) < 9 else 0.0
