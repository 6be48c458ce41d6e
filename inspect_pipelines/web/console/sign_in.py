"""`/sign-in/oidc` and back: a browser goes to the identity provider, and comes back as somebody."""

from __future__ import annotations

import base64
import hmac
import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from inspect_pipelines.domain.sign_in import RANDOM_BYTES
from inspect_pipelines.domain.way import CONSOLE
from inspect_pipelines.errors import UsageError
from inspect_pipelines.ports.identities import Errand
from inspect_pipelines.usecases.access.welcome import provider_of, refusal, tell_refusal, welcome
from inspect_pipelines.web.access import cookie
from inspect_pipelines.web.access.declaration import ENTRANTS, is_for
from inspect_pipelines.web.access.gate import Gate, is_local
from inspect_pipelines.web.access.rates import ENTRY

LONGEST_ERRAND_SECONDS = 600
SEE_OTHER = 303
HOME = "/"
Short = Annotated[str, Query(max_length=2000)]


@dataclass(frozen=True, slots=True)
class Kept:
    """What the browser itself keeps until it comes back; nobody else can lay it out, and it fools only itself with it."""

    org: str
    following: str  # where it wanted to go
    state: str
    nonce: str
    verifier: str

    def text(self) -> str:
        parts = (self.org, self.following, self.state, self.nonce, self.verifier)
        return ".".join(base64.urlsafe_b64encode(one.encode()).decode().rstrip("=") for one in parts)


def kept_of(text: str) -> Kept | None:
    """What stands in the cookie; None: it is none of ours."""
    try:
        parts = [base64.urlsafe_b64decode(one + "=" * (-len(one) % 4)).decode() for one in text.split(".")]
        return Kept(*parts)
    except (ValueError, TypeError):
        return None


def sign_in_pages(gate: Gate) -> APIRouter:
    """The two addresses."""
    router = APIRouter()

    @router.get("/sign-in/oidc", response_class=RedirectResponse)
    @is_for(ENTRANTS)
    def leave(
        request: Request,
        org: Short = "",
        following: Annotated[str, Query(alias="next", max_length=2000)] = HOME,
    ) -> Response:
        _admit(gate, request)
        if not is_ours(following):
            raise UsageError(f"'next' {following[:80]!r} is no page of ours; write a path, '/runs'")
        house = gate.house_named(org or None)
        provider, redirect = provider_of(house)
        assert house is not None  # who has a provider is there
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        address = house.identities.address(provider, Errand(redirect, state, nonce, verifier))
        response = RedirectResponse(address, SEE_OTHER)
        kept = Kept(house.org_id, following, state, nonce, verifier)
        cookie.send_off(response, kept.text(), LONGEST_ERRAND_SECONDS, encrypted=cookie.is_encrypted(request))
        return response

    @router.get("/sign-in/oidc/callback", response_class=RedirectResponse)
    @is_for(ENTRANTS)
    def come_back(
        request: Request, code: Short = "", state: Short = "", iss: Short = "", error: Short = ""
    ) -> Response:
        _admit(gate, request)
        kept = kept_of(cookie.sent_off(request) or "")
        house = gate.house_named(kept.org) if kept else None
        provider, redirect = provider_of(house)
        assert house is not None  # who has a provider is there
        house = house.by_way_of(CONSOLE)
        assert kept is not None  # it named the house
        flaw = _flaw(kept, provider.issuer, code=code, state=state, iss=iss, error=error)
        if flaw:
            tell_refusal(house, flaw)
            raise refusal()
        begun = welcome(
            house,
            Errand(redirect, kept.state, kept.nonce, kept.verifier),
            code,
            random=secrets.token_bytes(RANDOM_BYTES),
            agent=request.headers.get("user-agent", ""),
            instead_of=cookie.shown(request, is_local=is_local(request)),
        )
        response = RedirectResponse(kept.following if is_ours(kept.following) else HOME, SEE_OTHER)
        encrypted = cookie.is_encrypted(request)
        cookie.give(response, begun.text, encrypted=encrypted)
        cookie.send_off(response, "", 0, encrypted=encrypted)
        return response

    return router


def _admit(gate: Gate, request: Request) -> None:
    gate.admit(request, ENTRANTS)
    if not is_local(request):
        address = request.client.host if request.client else ""
        gate.rates.spend(ENTRY, address, "whoever signs in from this address")


def _flaw(kept: Kept, issuer: str, *, code: str, state: str, iss: str, error: str) -> str:
    """Why the way back is not that of this errand, as a clause."""
    if not hmac.compare_digest(state.encode(), kept.state.encode()):
        return "the browser comes back with another state than it left with"
    if iss and iss != issuer:  # RFC 9207
        return f"the answer is of another issuer, {iss[:200]!r}"
    if error or not code:
        return f"the provider says {error[:200]!r}"
    return ""


def is_ours(following: str) -> bool:
    """Whether it is a path of this very server, however browsers read it."""
    return (
        following.startswith("/")
        and not following.startswith("//")
        and "\\" not in following
        and following.isprintable()
    )
