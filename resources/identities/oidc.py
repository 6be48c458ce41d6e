"""OpenID Connect, code flow with PKCE, by Authlib; each request through the one way out."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from threading import Lock
from typing import Any
from urllib.parse import quote_plus

from inspect_pipelines.config.settings import resolve_secret
from inspect_pipelines.domain.identity import Identity, Provider
from inspect_pipelines.errors import ChannelError, Unavailable
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.identities import Errand, Unproven
from resources.http.outgoing import Outgoing
from resources.http.trust import Trust

ALGORITHMS = [
    "RS256",
    "PS256",
    "ES256",
    "ES384",
]  # of keys that are not ours; neither `none` nor a shared secret
DOCUMENT = "/.well-known/openid-configuration"
SCOPE = "openid profile email"
ANSWER_SECONDS = 10.0
FRESH_SECONDS = (
    3600.0  # the document; keys are asked for at each sign-in, so that a withdrawn one is trusted no longer
)
SKEW_SECONDS = 30
LEAST_BITS = 2048
MOST_CHARACTERS = 16_000
MOST_OF_A_NAME = 400
MOST_GROUPS = 1000


class OidcIdentities:
    """`ports.Identities`."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._trust = clock, Trust(clock)
        self._lock = Lock()
        self._documents: dict[Provider, tuple[float, Mapping[str, str]]] = {}  # read at, on clock.monotonic()

    def address(self, provider: Provider, errand: Errand) -> str:
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        address: str = prepare_grant_uri(
            self._document(provider)["authorization_endpoint"],
            provider.client_id,
            "code",
            redirect_uri=errand.redirect,
            scope=SCOPE,
            state=errand.state,
            nonce=errand.nonce,
            code_challenge=create_s256_code_challenge(errand.verifier),
            code_challenge_method="S256",
        )
        return address

    def identity(self, provider: Provider, errand: Errand, code: str) -> Identity:
        document = self._document(provider)
        outgoing = self._outgoing(provider)
        given = self._given(outgoing, document["token_endpoint"], provider, errand, code)
        text = given.get("id_token")
        if not isinstance(text, str) or len(text) > MOST_CHARACTERS:
            raise Unproven("the provider gives no ID token for the code")
        keys = self._json(outgoing, document["jwks_uri"])
        return _identity(provider, self._claims(provider, errand, text, keys, given.get("access_token")))

    def _given(
        self, outgoing: Outgoing, url: str, provider: Provider, errand: Errand, code: str
    ) -> Mapping[str, Any]:
        from authlib.oauth2.rfc6749.parameters import prepare_token_request

        body: str = prepare_token_request(
            "authorization_code", redirect_uri=errand.redirect, code=code, code_verifier=errand.verifier
        )
        # RFC 6749, 2.3.1: each part as in a form, then Basic
        both = f"{quote_plus(provider.client_id)}:{quote_plus(resolve_secret(provider.client_secret))}"
        headers = {
            "Authorization": f"Basic {base64.b64encode(both.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        try:
            answer = outgoing.send("POST", url, headers=headers, content=body.encode(), may=(400, 401))
        except ChannelError as error:
            raise Unavailable(f"asking {provider.issuer} who has signed in failed: {error}") from None
        given = answer.json()
        if answer.status != 200 or not isinstance(given, dict):
            why = given.get("error") if isinstance(given, dict) else None
            raise Unproven(f"the provider does not take the code: {answer.status} {str(why)[:80]!r}")
        return given

    def _claims(
        self, provider: Provider, errand: Errand, text: str, keys: object, access_token: object
    ) -> Mapping[str, Any]:
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        try:
            known = KeySet.import_key_set(_strong(keys))
        except (JoseError, ValueError, LookupError, TypeError, AttributeError):
            raise Unavailable(
                f"asking {provider.issuer} for its keys failed: it answers with something else"
            ) from None
        try:
            token = jwt.decode(text, known, algorithms=ALGORITHMS)
            _refuse_extensions(token.header)
            options = {
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": provider.client_id},
                "sub": {"essential": True},
            }
            params = {"nonce": errand.nonce, "client_id": provider.client_id, "access_token": access_token}
            said = CodeIDToken(token.claims, token.header, options=options, params=params)
            said.validate(now=int(self._clock.now().timestamp()), leeway=SKEW_SECONDS)
        except JoseError as error:
            raise Unproven(
                f"the ID token does not hold: {error.error} {str(error.description or '')[:120]}".strip()
            ) from None
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError):
            raise Unproven("the ID token cannot be read") from None
        if token.claims["aud"] not in (provider.client_id, [provider.client_id]):
            raise Unproven("the ID token is made for others besides")
        return token.claims

    def _document(self, provider: Provider) -> Mapping[str, str]:
        with self._lock:
            read_at, found = self._documents.get(provider, (0.0, {}))
            if found and self._clock.monotonic() - read_at < FRESH_SECONDS:
                return found
            written = self._json(self._outgoing(provider), provider.issuer.rstrip("/") + DOCUMENT)
            try:
                found = {
                    name: str(written[name])
                    for name in ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
                }
            except (LookupError, TypeError):
                found = {}
            if found.get("issuer") != provider.issuer:
                raise Unavailable(f"{provider.issuer} does not say of itself that it is an OpenID provider")
            self._documents[provider] = self._clock.monotonic(), found
            return found

    def _json(self, outgoing: Outgoing, url: str) -> Any:
        try:
            return outgoing.send("GET", url).json()
        except ChannelError as error:
            raise Unavailable(f"asking the identity provider failed: {error}") from None

    def _outgoing(self, provider: Provider) -> Outgoing:
        return Outgoing(
            "it", self._clock, self._trust, whole_seconds=ANSWER_SECONDS, allow_private=provider.allow_private
        )


def _strong(keys: object) -> Any:
    """The keys that sign, without those that are too short; a set of them."""
    found = [
        one
        for one in keys["keys"]  # type: ignore[index]  # whatever it is, it is caught
        if one.get("use", "sig") == "sig" and one.get("kty") in ("RSA", "EC")
        if one["kty"] != "RSA" or len(base64.urlsafe_b64decode(one["n"] + "==")) * 8 >= LEAST_BITS
    ]
    return {"keys": json.loads(json.dumps(found))}


def _refuse_extensions(header: Mapping[str, Any]) -> None:
    if "crit" in header:
        raise Unproven("the ID token has extensions that must be known")


def _identity(provider: Provider, claims: Mapping[str, Any]) -> Identity:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= MOST_OF_A_NAME or not subject.isprintable():
        raise Unproven("the ID token's 'sub' is not one")
    email = _text(claims, "email").lower() if claims.get("email_verified") is True else ""
    groups = claims.get(provider.groups_claim)
    listed = groups[:MOST_GROUPS] if isinstance(groups, list) else []
    return Identity(
        issuer=provider.issuer,
        subject=subject,
        email=email if email.count("@") == 1 else None,
        name=_text(claims, "preferred_username") or _text(claims, "name") or "person",
        groups=tuple(one for one in listed if isinstance(one, str)),
    )


def _text(claims: Mapping[str, Any], name: str) -> str:
    found = claims.get(name)
    is_one = isinstance(found, str) and 0 < len(found) <= MOST_OF_A_NAME and found.isprintable()
    return str(found) if is_one else ""
