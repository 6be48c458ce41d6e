"""A strict stand-in for GitHub Actions' OIDC provider: its keys, and tokens for workflows, over real HTTP on loopback."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from stand_ins.server import Request, Says, StandIn

KID = "key-1"
BEARER = "runtime-token"


def a_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


KEY, ANOTHER_KEY = a_key(), a_key()  # made once: a tenth of a second each


def claims_of(issuer: str, audience: str, *, now: datetime, **changes: Any) -> dict[str, Any]:
    """What GitHub says of a workflow on acme/shop's main branch; None takes a claim away."""
    claims = {
        "iss": issuer,
        "aud": audience,
        "sub": "repo:acme/shop:ref:refs/heads/main",
        "jti": "6b1a2b8c-0001",
        "iat": int(now.timestamp()),
        "nbf": int((now - timedelta(minutes=5)).timestamp()),
        "exp": int((now + timedelta(minutes=5)).timestamp()),
        "repository": "acme/shop",
        "repository_id": "74",
        "repository_owner": "acme",
        "ref": "refs/heads/main",
        "ref_type": "branch",
        "sha": "0" * 40,
        "workflow": "release",
        "event_name": "push",
        "run_id": "9001",
        **changes,
    }
    return {name: one for name, one in claims.items() if one is not None}


class StandInActions(StandIn):
    """Where a job asks for its token, and where everybody finds the keys."""

    def __init__(self, below: str = "") -> None:
        super().__init__()
        self.url += below  # a GitHub Enterprise server has its issuer below itself
        self.below = below
        self.keys: dict[str, rsa.RSAPrivateKey] = {KID: KEY}
        self.now: datetime | None = None  # of the tokens that a job asks for
        self.given = 0

    def signed(self, claims: dict[str, Any], *, kid: str = KID, key: Any = KEY, **header: Any) -> str:
        return jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid, **header})

    def answer(self, request: Request) -> Says:
        if request.path == f"{self.below}/.well-known/jwks":
            return Says(200, {"keys": [jwk(kid, key) for kid, key in self.keys.items()]})
        if request.path == "/token" and request.headers.get("authorization") == f"Bearer {BEARER}":
            assert self.now is not None
            self.given += 1
            claims = claims_of(
                self.url,
                request.query["audience"],
                now=self.now,
                jti=f"{request.query['audience']}-{self.given}",
            )
            return Says(200, {"value": self.signed(claims)})
        return super().answer(request)


def jwk(kid: str, key: rsa.RSAPrivateKey) -> dict[str, Any]:
    """Its public half."""
    found: dict[str, Any] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    return {**found, "kid": kid, "use": "sig", "alg": "RS256"}
