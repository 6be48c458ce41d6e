"""GitHub Actions' ID tokens, of github.com and of Enterprise servers (docs.github.com, "OpenID Connect reference")."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from inspect_pipelines.domain.workflow import ISSUER, Issuer, Proof, Workflow
from inspect_pipelines.errors import ChannelError, Unavailable
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.workflows import Unproven
from resources.http.outgoing import Outgoing
from resources.http.trust import Trust

ALGORITHM = "RS256"
KEYS = "/.well-known/jwks"
MOST_CHARACTERS = 16_000  # GitHub's have about 2,000
MOST_OF_A_NAME = 400
LEAST_BITS = 2048
ANSWER_SECONDS = 5.0
FRESH_SECONDS = 3600.0  # a key that was withdrawn is trusted no longer
AGAIN_SECONDS = 60.0  # whoever makes up names of keys does not make us ask for each
REQUIRED = ("iss", "aud", "exp", "iat", "nbf", "jti", "sub", "repository", "repository_id", "ref")
FAILED_SECONDS = 5.0  # so long nobody waits for an issuer that has just not answered


class GitHubWorkflows:
    """`ports.Workflows`; an issuer's keys are kept for an hour.

    Args:
        clock: For whether keys are old.
        issuer: Who signs for github.com.
        allow_private: As in ChannelConfig, for that issuer where it is not on the internet.
    """

    def __init__(self, clock: Clock, *, issuer: str = ISSUER, allow_private: Sequence[str] = ()) -> None:
        self._clock, self._trust = clock, Trust(clock)
        self._github = Issuer(issuer, tuple(allow_private))
        self._keys: dict[Issuer, _Keys] = {}

    def proof(self, text: str, *, audience: str, issuers: Collection[Issuer]) -> Proof:
        import jwt  # here, since hardly any process needs it, and every start would wait for it

        if len(text) > MOST_CHARACTERS:
            raise Unproven(f"it has {len(text):,} characters, and {MOST_CHARACTERS:,} are the most")
        try:
            header = jwt.get_unverified_header(text)
        except (jwt.InvalidTokenError, ValueError, RecursionError):  # whatever strangers put there
            raise Unproven("it is no JSON web token") from None
        if header.get("alg") != ALGORITHM:  # before any key is looked for: `none`, or our key as a secret
            raise Unproven(f"it is signed by {str(header.get('alg'))[:20]!r}, and not by {ALGORITHM!r}")
        issuer = _claimed(text, {self._addressed(one).url: one for one in issuers})
        asked = self._addressed(issuer)
        # One for each issuer of an organization.yaml: whoever shows a proof names none that is not there.
        key = self._keys.setdefault(asked, _Keys(asked, self._clock, self._trust)).named(header.get("kid"))
        try:
            claims = jwt.decode(
                text,
                key,
                algorithms=[ALGORITHM],
                audience=audience,
                issuer=asked.url,
                # whether it holds by our clock is decided in domain/workflow.py
                options={
                    "require": [*REQUIRED],
                    "strict_aud": True,
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except jwt.InvalidSignatureError:
            raise Unproven("its signature is not the code host's") from None
        except jwt.InvalidAudienceError:
            raise Unproven(f"it is made for another audience than {audience!r}") from None
        except jwt.MissingRequiredClaimError as error:
            raise Unproven(f"it does not say {error.claim!r}") from None
        except (jwt.InvalidTokenError, ValueError, RecursionError):
            raise Unproven("what it says cannot be read") from None
        return _proof(claims, issuer)

    def _addressed(self, issuer: Issuer) -> Issuer:
        """As it is asked for its keys."""
        return self._github if issuer.url == ISSUER else issuer


class _Keys:
    """Those of an issuer."""

    def __init__(self, issuer: Issuer, clock: Clock, trust: Trust) -> None:
        self._issuer, self._clock, self._trust = issuer, clock, trust
        self._lock = Lock()
        self._keys: Mapping[str, Any] = {}
        self._asked_at: float | None = None  # on clock.monotonic()
        self._failure: tuple[float, Unavailable] | None = None

    def named(self, kid: object) -> Any:
        """The code host's key of that name; asked for anew when the name is not known, or the keys are old."""
        with self._lock:
            age = None if self._asked_at is None else self._clock.monotonic() - self._asked_at
            if age is None or age > FRESH_SECONDS or (kid not in self._keys and age > AGAIN_SECONDS):
                self._refresh()
            if not isinstance(kid, str) or kid not in self._keys:
                raise Unproven("it is signed with a key that the code host does not have")
            return self._keys[kid]

    def _refresh(self) -> None:
        now = self._clock.monotonic()
        if self._failure is not None and now - self._failure[0] < FAILED_SECONDS:
            raise Unavailable(str(self._failure[1]))
        try:
            self._keys = self._asked()
        except Unavailable as error:
            self._failure = self._clock.monotonic(), error
            raise
        self._asked_at, self._failure = now, None

    def _asked(self) -> dict[str, Any]:
        import jwt

        asked = f"asking {self._issuer.url} for its keys"
        outgoing = Outgoing(
            "it",
            self._clock,
            self._trust,
            whole_seconds=ANSWER_SECONDS,
            allow_private=self._issuer.allow_private,
        )
        try:
            body = outgoing.send("GET", f"{self._issuer.url}{KEYS}").json()
        except ChannelError as error:
            raise Unavailable(f"{asked} failed: {error}") from None
        found = {}
        try:
            for one in body["keys"]:
                if one.get("kty") == "RSA" and one.get("use", "sig") == "sig":
                    key = jwt.PyJWK(one, algorithm=ALGORITHM)
                    if key.key.key_size >= LEAST_BITS:
                        found[str(one["kid"])] = key
        except (jwt.PyJWTError, ValueError, LookupError, TypeError, AttributeError):
            raise Unavailable(f"{asked} failed: it answers with something else") from None
        return found


def _claimed(text: str, issuers: Mapping[str, Issuer]) -> Issuer:
    """The issuer that it says it is of, which its signature has yet to show."""
    import jwt

    try:
        claimed = jwt.decode(text, options={"verify_signature": False}).get("iss")
    except (jwt.InvalidTokenError, ValueError, RecursionError):
        raise Unproven("what it says cannot be read") from None
    if not isinstance(claimed, str) or claimed not in issuers:
        known = ", ".join(sorted(map(repr, issuers)))
        raise Unproven(f"it comes from another issuer than {known}")
    return issuers[claimed]


def _proof(claims: Mapping[str, Any], issuer: Issuer) -> Proof:
    def text(name: str) -> str:
        found = claims[name]
        if not isinstance(found, str) or not 0 < len(found) <= MOST_OF_A_NAME or not found.isprintable():
            raise Unproven(f"its {name!r} is not one")
        return found

    def moment(name: str) -> datetime:
        try:
            return datetime.fromtimestamp(int(claims[name]), UTC)
        except (ValueError, TypeError, OverflowError, OSError):
            raise Unproven(f"its {name!r} is no time") from None

    repo_id = text("repository_id")
    if not (repo_id.isascii() and repo_id.isdecimal()):
        raise Unproven("its 'repository_id' is not one")
    return Proof(
        id=f"{issuer.place}{text('jti')}",
        workflow=Workflow(
            text("repository"),
            int(repo_id),
            text("ref"),
            text("environment") if "environment" in claims else None,
            issuer,
        ),
        issued_at=moment("iat"),
        holds_from=moment("nbf"),
        expires_at=moment("exp"),
    )
