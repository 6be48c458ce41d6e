"""A strict stand-in for an OpenID provider: codes for PKCE's challenge and one redirect only, once, over real HTTP on loopback."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from stand_ins.actions import KEY, KID, jwk
from stand_ins.server import Request, Says, StandIn

CLIENT, SECRET = "inspect", "s3cret & more"


@dataclass(frozen=True)
class Given:
    """A code that waits to be exchanged."""

    challenge: str
    redirect: str
    claims: dict[str, Any]


class StandInProvider(StandIn):
    """People sign in there at once, as whoever the test says."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: dict[str, rsa.RSAPrivateKey] = {KID: KEY}
        self.codes: dict[str, Given] = {}
        self.token: str | None = None  # given instead of the one that is right
        self.issuer = self.url

    def signed_in(self, address: str, *, now: datetime, **changes: Any) -> dict[str, str]:
        """What a browser brings back from an address, after its person has signed in there."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{self.url}/authorize?")
        assert (asked["client_id"], asked["response_type"], asked["code_challenge_method"]) == (
            CLIENT,
            "code",
            "S256",
        )
        assert "openid" in asked["scope"].split()
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "1001",
            "iat": int(now.timestamp()),
            "exp": int(now.timestamp()) + 300,
            "nonce": asked["nonce"],
            "email": "Grace@acme.example",
            "email_verified": True,
            "preferred_username": "grace",
            **changes,
        }
        code = f"code-{len(self.codes)}"
        kept = {name: one for name, one in claims.items() if one is not None}
        self.codes[code] = Given(asked["code_challenge"], asked["redirect_uri"], kept)
        return {"code": code, "state": asked["state"]}

    def signed(self, claims: dict[str, Any], *, kid: str = KID, key: Any = KEY, **header: Any) -> str:
        return jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid, **header})

    def answer(self, request: Request) -> Says:
        if request.path == "/.well-known/openid-configuration":
            places = {
                f"{name}_{kind}": f"{self.url}/{place}"
                for name, kind, place in (
                    ("authorization", "endpoint", "authorize"),
                    ("token", "endpoint", "token"),
                    ("jwks", "uri", "keys"),
                )
            }
            return Says(200, {"issuer": self.issuer, **places})
        if request.path == "/keys":
            return Says(200, {"keys": [jwk(kid, key) for kid, key in self.keys.items()]})
        if request.path == "/token" and request.method == "POST":
            return self._exchanged(request)
        return super().answer(request)

    def _exchanged(self, request: Request) -> Says:
        known = base64.b64encode(b"inspect:s3cret+%26+more").decode()
        if request.headers.get("authorization") != f"Basic {known}":
            return Says(401, {"error": "invalid_client"})
        form = request.form()
        given = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if given is None or given.redirect != form.get("redirect_uri") or given.challenge != challenge:
            return Says(400, {"error": "invalid_grant"})
        text = self.token if self.token is not None else self.signed(given.claims)
        return Says(200, {"access_token": "opaque", "token_type": "Bearer", "id_token": text})
