"""Forms: what people do here. Each is sent by a page of ours, done once, and stands in the audit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from inspect_pipelines.errors import Forbidden, UsageError
from inspect_pipelines.usecases.access.answer_once import begin, finish
from inspect_pipelines.web.access.declaration import Declaration, is_for
from inspect_pipelines.web.access.origin import is_stranger
from inspect_pipelines.web.console.shell import Seen, Shell

FORM = "application/x-www-form-urlencoded"
MOST_BYTES, MOST_FIELDS = 262_144, 2_000
SEE_OTHER = 303
KEY = "key"  # fresh in each form that is shown, so that pressing a button twice does it once
DECIDING = ("host", "origin", "sec-fetch-site", "content-type")  # said twice, two read two things


@dataclass(frozen=True, slots=True)
class Fields:
    """What was filled in."""

    all: Mapping[str, Sequence[str]]

    def one(self, name: str, default: str = "") -> str:
        """The only value of a field.

        Raises:
            UsageError: There are several.
        """
        found = self.all.get(name, [default])
        if len(found) != 1:
            raise UsageError(f"the field {name!r} is there {len(found)} times; say it once")
        return found[0]

    def many(self, name: str) -> Sequence[str]:
        """All values of a field, none included."""
        return self.all.get(name, ())


Do = Callable[[Seen, Fields], str]  # does it, and says which page to go to


def form(shell: Shell, path: str, declared: Declaration, action: str, do: Do) -> BaseRoute:
    """A route that takes a form.

    Args:
        shell: Of the page it belongs to.
        path: Where it is sent; its only parameter is what it is done to.
        declared: Who may.
        action: As it stands in the audit.
        do: What it does.
    """

    @is_for(declared)
    async def endpoint(request: Request) -> Response:
        refuse_strangers(request, shell.gate.origins)
        fields = await fields_of(request)
        address = await anyio.to_thread.run_sync(once, request, fields)
        return RedirectResponse(address, SEE_OTHER)

    def once(request: Request, fields: Fields) -> str:
        seen = shell.see(request)
        said = repr((request.url.path, request.url.query, sorted(fields.all.items())))
        fingerprint = hashlib.sha256(said.encode()).hexdigest()
        if not fields.one(KEY):
            raise UsageError("this form came without its key; load its page again and press the button there")
        kept = begin(seen.house, seen.caller, f"console:{fields.one(KEY)}", fingerprint)
        if kept.status is not None and kept.location is not None:
            return kept.location
        (subject,) = request.path_params.values()
        address, status = "", 500
        try:
            address = do(seen, fields)
            status = SEE_OTHER
        finally:
            finish(
                seen.house,
                seen.caller,
                kept,
                status,
                "",
                action=action,
                subject=subject,
                location=address,
            )
        return address

    return Route(path, endpoint, methods=["POST"])


def refuse_strangers(request: Request, origins: Collection[str]) -> None:
    """Refuse what a page elsewhere has a browser send.

    Args:
        request: It.
        origins: As in `Gate`.

    Raises:
        UsageError: A header that decides is there twice.
        Forbidden: It does not come from a page of ours.
    """
    headers = request.headers
    if twice := [name for name in DECIDING if len(headers.getlist(name)) > 1]:
        raise UsageError(f"the header {twice[0]} is there more than once; say it once")
    if is_stranger(headers, scheme=request.url.scheme, origins=origins):
        raise Forbidden("a page elsewhere asked for this; only our own pages may")


async def fields_of(request: Request) -> Fields:
    """What was filled in.

    Raises:
        UsageError: It is no form, or too large for one.
    """
    found = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if found != FORM:
        raise UsageError(f"a form is sent as {FORM!r}, and this is {found[:100]!r}")
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            raise UsageError(f"a form has {MOST_BYTES} bytes at most")
    try:
        return Fields(
            parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
        )
    except ValueError as error:
        raise UsageError(f"this form cannot be read: {error}") from error
