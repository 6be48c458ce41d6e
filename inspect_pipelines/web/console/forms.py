"""Forms: what people do here. Each is sent by a page of ours, done once, and stands in the audit."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from inspect_pipelines.errors import UsageError
from inspect_pipelines.usecases.access.answer_once import begin, finish
from inspect_pipelines.usecases.pictures.open_upload import File
from inspect_pipelines.web.access.declaration import Declaration, is_for
from inspect_pipelines.web.access.origin import refuse_strangers
from inspect_pipelines.web.console.shell import Seen, Shell

FORM = "application/x-www-form-urlencoded"
MOST_BYTES, MOST_FIELDS = 262_144, 2_000
SEE_OTHER = 303
KEY = "key"  # fresh in each form that is shown, so that pressing a button twice does it once


@dataclass(frozen=True, slots=True)
class Fields:
    """What was filled in, and what files were chosen."""

    all: Mapping[str, Sequence[str]]
    files: Sequence[File] = ()

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


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown now and never again, and where to go when the button was pressed twice."""

    page: HTMLResponse
    afterwards: str


Read = Callable[[Request], Awaitable[Fields]]
Do = Callable[[Seen, Fields], str | Shown]  # does it, and says which page to go to


def form(
    shell: Shell,
    path: str,
    declared: Declaration,
    action: str,
    do: Do,
    *,
    subject: str = "",
    read: Read | None = None,
) -> BaseRoute:
    """A route that takes a form.

    Args:
        shell: Of the page it belongs to.
        path: Where it is sent; its only parameter, if it has one, is what it is done to.
        declared: Who may.
        action: As it stands in the audit.
        do: What it does.
        subject: What it is done to, where no parameter says so.
        read: How it is read; None: as fields without files.
    """
    reads = read or fields_of

    @is_for(declared)
    async def endpoint(request: Request) -> Response:
        refuse_strangers(request.headers, scheme=request.url.scheme, origins=shell.gate.origins)
        seen = await anyio.to_thread.run_sync(shell.see, request)  # before a byte of it is kept
        shell.gate.rates.spend_of(seen.caller)
        fields = await reads(request)
        return await anyio.to_thread.run_sync(once, seen, fields)

    def once(seen: Seen, fields: Fields) -> Response:
        request = seen.request
        sent = [(one.name, hashlib.sha256(one.content).hexdigest()) for one in fields.files]
        said = repr((request.url.path, request.url.query, sorted(fields.all.items()), sent))
        fingerprint = hashlib.sha256(said.encode()).hexdigest()
        if not fields.one(KEY):
            raise UsageError("this form came without its key; load its page again and press the button there")
        kept = begin(seen.house, seen.caller, f"console:{fields.one(KEY)}", fingerprint)
        if kept.status is not None and kept.location is not None:
            return RedirectResponse(kept.location, SEE_OTHER)
        (about,) = request.path_params.values() or (subject,)
        address, status = "", 500
        try:
            done = do(seen, fields)
            address = done.afterwards if isinstance(done, Shown) else done
            status = done.page.status_code if isinstance(done, Shown) else SEE_OTHER
        finally:
            finish(
                seen.house,
                seen.caller,
                kept,
                status,
                "",
                action=action,
                subject=about,
                location=address,
            )
        return done.page if isinstance(done, Shown) else RedirectResponse(address, SEE_OTHER)

    return Route(path, endpoint, methods=["POST"])


async def fields_of(request: Request, most_bytes: int = MOST_BYTES, *, is_secret: bool = False) -> Fields:
    """What was filled in.

    Args:
        request: It.
        most_bytes: Of it.
        is_secret: It is looked at and stored nowhere, so that any character may be in it.

    Raises:
        UsageError: It is no form, or too large for one.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise UsageError(f"a form is sent as {FORM!r}, and this is {kind[:100]!r}")
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > most_bytes:
            raise UsageError(f"this form has {most_bytes} bytes at most")
    try:
        text = body.decode()
        found = parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise UsageError(f"this form cannot be read: {error}") from error
    if not is_secret and any("\0" in name + "".join(said) for name, said in found.items()):
        raise UsageError("this form has the character U+0000 in it, which no database keeps")
    return Fields(found)
